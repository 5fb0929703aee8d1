import { strict as assert } from 'node:assert';
import { rowNames } from '../../../src/lower/primitives/table';
import { checkLower, checkTrue, checkVerdict, lowered, programOf } from './lowering';

const thread = (body: string): string =>
  `static DEFINE_SPINLOCK(l); static unsigned long w; static atomic_t a; static int n; struct p { int v; struct rcu_head rcu; }; static struct p *g;
   RACE_THREAD(process, t) { ${body} }`;

describe('lowering: primitives', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['spin_lock_bh(&l); spin_unlock_bh(&l);', ['bh.off', 'spin.lock &l', 'spin.unlock &l', 'bh.on']],
    ['spin_lock_irq(&l); spin_unlock_irq(&l);', ['irq.off', 'spin.lock &l', 'spin.unlock &l', 'irq.on']],
    ['set_bit(3, &w);', ['rmw or u64 &w 8 relaxed']],
    ['clear_bit_unlock(70, &w);', ['rmw andnot u64 &w+8 64 release']],
    ['__set_bit(1, &w);', ['r0 = load u64 &w', 'r1 = or u64 r0 2', 'store u64 &w r1']],
    ['atomic_inc(&a);', ['r0 = rmw add i32 &a 1 relaxed']],
    ['n |= 4;', ['r0 = load i32 &n', 'r1 = or i32 r0 4', 'store i32 &n r1']],
    ['WRITE_ONCE(n, 2);', ['store i32 &n 2 once']],
    ['smp_store_release(&n, 2);', ['store i32 &n 2 release']],
    ['synchronize_rcu();', ['rcu.synchronize']],
    ['synchronize_net();', ['rcu.synchronize']],
    ['rcu_read_lock_bh(); rcu_read_unlock_bh();', ['bh.off', 'rcu.lock', 'rcu.unlock', 'bh.on']],
    ['rcu_assign_pointer(g, NULL);', ['store u64 &g 0 release']],
    ['smp_mb(); barrier(); pr_info("%d", n); trace_foo(n);', []],
    ['msleep(1);', ['sleep.might', 'yield 1']],
    ['rtnl_lock(); rtnl_unlock();', ['mutex.lock &rtnl_mutex', 'mutex.unlock &rtnl_mutex']],
  ];
  for (const [body, expected] of cases)
    it(body, () => checkLower(thread(body), 't', [...expected, 'return']));

  it('families are complete', () => {
    for (const name of [
      'atomic_fetch_add_relaxed',
      'atomic64_sub_and_test',
      'atomic_long_inc_return_acquire',
      'atomic_fetch_andnot_release',
      'atomic_cmpxchg_acquire',
      'atomic64_try_cmpxchg',
      'refcount_dec_and_test',
      'refcount_inc_not_zero',
      'cmpxchg64',
      'xchg_relaxed',
      'raw_spin_lock_irqsave',
      'read_lock_bh',
      'write_unlock_irqrestore',
      'spin_trylock_irqsave',
      'mutex_lock_killable_nested',
      'down_write_killable',
      'percpu_down_read',
      'write_seqlock_irqsave',
      'this_cpu_inc',
      '__this_cpu_add_return',
      'wait_for_completion_interruptible_timeout',
      'mod_delayed_work',
      'kvfree_rcu',
      'kmem_cache_alloc',
      'test_and_change_bit',
    ])
      // prettier-ignore
      assert.ok(rowNames.includes(name), name);
  });

  it('atomic results are what their names say', () =>
    checkTrue(
      'r1 == 5 && r2 == 5 && r3 == 7 && atomic_read(&v) == 0 && t1 && !t2 && u == 0 && p == -1',
      `static atomic_t v = ATOMIC_INIT(5);
       int r1 = atomic_read(&v), r2 = atomic_fetch_add(2, &v), r3 = atomic_read(&v);
       bool t1 = atomic_sub_and_test(7, &v), t2 = atomic_inc_not_zero(&v);
       int u = atomic_add_unless(&v, 1, 0), p = atomic_dec_if_positive(&v);`,
    ));

  it('per-CPU data: one copy per CPU, and a plain variable stands for all', async () => {
    const text = (declaration: string, pointer: string) => `#include <racelens.h>
      ${declaration}
      static int __percpu *counter = ${pointer};
      RACE_THREAD(process, a, 0) { this_cpu_inc(*counter); }
      RACE_THREAD(process, b, 1) { int *p = this_cpu_ptr(counter); *p += 1; }`;
    await checkVerdict(
      `${text('static DEFINE_PER_CPU(int, c);', '&c')}\nRACE_FINALLY(per_cpu(c, 0) == 1 && per_cpu(c, 1) == 1)`,
      'holds',
    );
    await checkVerdict(`${text('static int c;', '&c')}\nRACE_FINALLY(c == 2)`, 'assertion');
  });

  it('allocation takes its type from the pointer that receives it', async () => {
    const r = await lowered(`#include <racelens.h>
      struct item { int v; struct list_head l; };
      static struct item *g; static void *any;
      RACE_OPTION(alloc_may_fail, y)
      RACE_THREAD(process, t) { g = kzalloc(sizeof(*g), GFP_ATOMIC); any = kmalloc(sizeof(struct item), GFP_KERNEL); }`);
    const program = programOf(r);
    const made = program.functions
      .flatMap(f => f.body)
      .flatMap(i =>
        i.op === 'allocate'
          ? [`${program.layouts[i.layout]?.name ?? ''} ${i.fill} ${String(i.mayFail)}`]
          : [],
      );
    assert.deepEqual(made, ['item zero true', 'item unknown true']);
    const sleeps = program.functions
      .flatMap(f => f.body)
      .filter(i => i.op === 'sync' && i.name === 'sleep.might');
    assert.equal(sleeps.length, 1, 'only GFP_KERNEL may sleep');
  });

  it('bits of a word have names', async () => {
    const program = programOf(
      await lowered(`#include <racelens.h>
        enum { ST_ONE, ST_TWO = 5 };
        #define FLAG_X 0x80
        struct s { unsigned long state; unsigned int flags; };
        static struct s s;
        RACE_THREAD(process, t) { set_bit(ST_TWO, &s.state); if (s.flags & FLAG_X) s.state |= BIT(ST_ONE); }`),
    );
    const layout = program.layouts.find(l => l.name === 's');
    assert.deepEqual(
      layout?.fields.map(f => [f.name, f.holds, f.bits]),
      [
        ['state', 'word', { 0: 'ST_ONE', 5: 'ST_TWO' }],
        ['flags', 'word', { 7: 'FLAG_X' }],
      ],
    );
  });

  it('work items and timers bound where they are defined', () =>
    checkVerdict(
      `#include <racelens.h>
      static int ran;
      static void fn(struct work_struct *w) { ran = 1; }
      static DECLARE_WORK(work, fn);
      RACE_THREAD(process, t) { schedule_work(&work); flush_work(&work); RACE_ASSERT(ran); }`,
      'holds',
    ));
});
