import { strict as assert } from 'node:assert';
import { looksLikePrimitive, reading } from '../../../src/kernel/roles';
import { sceneOf } from '../ide/scene';
import { loadParser } from '../syntax/load';

describe('roles that wrappers inherit', () => {
  it('know what sounds like a primitive', () => {
    const yes =
      'dev_lock tg3_full_unlock sk_wake_async foo_queue_work my_set_bit rcu_dereference_sta this_cpu_add READ_ONCE list_add_rcu napi_schedule_it del_timer1';
    const no =
      'block clock bit_rate kfree rcv_wnd trace_irq_enter foo_irq_name work_stats show_lock unlocking BIT timeout';
    for (const name of yes.split(' ')) assert.ok(looksLikePrimitive(name), name);
    for (const name of no.split(' ')) assert.ok(!looksLikePrimitive(name), name);
  });

  const text = `
struct s { unsigned long flags; struct work_struct work; spinlock_t lock; int n; };
static inline void s_set_bit(struct s *s, int nr)
{
  set_bit(nr, &s->flags);
}
static void s_set_bit_twice(struct s *s)
{
  s_set_bit(s, 1);
}
static bool s_queue_work(struct s *s)
{
  if (s->n < 0)
    return false;
  return schedule_work(&s->work);
}
static void s_wake_all(struct s *s)
{
  spin_lock(&s->lock);
  wake_up(&s->n);
  spin_unlock(&s->lock);
}
#define s_test_bit(s, nr) test_bit(nr, &(s)->flags)
#define s_sync_rcu synchronize_rcu
static void s_lockless(struct s *s)
{
  s->n = 1;
}
static void s_assert_lock(struct s *s)
{
  lockdep_assert_held(&s->lock);
}
static void s_refcount_loop(struct s *s)
{
  s_refcount_loop(s);
}
static void s_long_work(struct s *s)
{
${'  s->n++;\n'.repeat(20)}  schedule_work(&s->work);
}
`;
  const said = async (name: string): Promise<string> => {
    const scene = sceneOf(await loadParser(), [{ path: '/a.c', text }]);
    const { read, roles } = reading(name, '/a.c', scene.corpus);
    const shown = roles.map(r => `${r.primitive.role} through ${r.chain.map(c => c.name).join(' ')}`);
    return read ? shown.join(', ') || 'nothing' : 'not found';
  };
  const cases: Readonly<Record<string, string>> = {
    s_set_bit: 'rmw through set_bit',
    s_set_bit_twice: 'rmw through s_set_bit set_bit',
    s_queue_work: 'start through schedule_work',
    s_wake_all: 'wake through wake_up',
    s_test_bit: 'load through test_bit',
    s_sync_rcu: 'grace-period through synchronize_rcu',
    s_lockless: 'nothing',
    s_assert_lock: 'assert through lockdep_assert_held',
    s_refcount_loop: 'nothing',
    s_long_work: 'nothing',
    s_elsewhere_lock: 'not found',
  };
  for (const [name, expected] of Object.entries(cases))
    it(`${name}: ${expected}`, async () => {
      assert.equal(await said(name), expected);
    });
});
