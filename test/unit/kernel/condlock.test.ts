import { strict as assert } from 'node:assert';
import { functionsOf } from '../../../src/kernel/functions';
import { keyOf } from '../../../src/kernel/sections/sections';
import { survey, type Survey } from '../../../src/kernel/sections/survey';
import { sceneOf } from '../ide/scene';
import { fixture, testParser } from './fixture';

async function surveyOf(source: string): Promise<Survey> {
  const scene = sceneOf(await testParser(), fixture(source).files);
  const file = scene.files.find(f => f.path === '/test.c');
  assert.ok(file);
  return survey({ functions: functionsOf(file, scene.facts), corpus: scene.corpus });
}

/** The begins of `f()` and the condition of each: `spin q->lock if q->flags & F`, `… unless …`. */
function begins(s: Survey): readonly string[] {
  const f = s.find('f');
  const sections = f && s.sections(f);
  return (sections?.sites ?? [])
    .filter(x => x.effect.role !== 'end')
    .map(({ effect }) => {
      const { when } = effect;
      return `${keyOf(effect)}${when ? ` ${when.nonzero ? 'if' : 'unless'} ${when.text}` : ''}`;
    });
}

/** Whether the lock is held at the call `work()`: on every path, on some, on none. */
function heldAtWork(s: Survey): 'all' | 'some' | 'none' {
  const f = s.find('f');
  const sections = f && s.sections(f);
  assert.ok(f && sections);
  const { flow, events } = f.analysis;
  const point = flow.points.find(p => events(p).some(e => e.kind === 'call' && e.name === 'work'));
  const levels = [...(sections.before[point?.id ?? -1]?.values() ?? [])].flat();
  return levels.length === 0 ? 'none' : levels.every(l => l.must) ? 'all' : 'some';
}

const poll = `
      static inline void *poll_lock(struct poller *n)
      {
              struct dev *dev = n->dev;
              if (dev && rcu_access_pointer(dev->info)) {
                      while (cmpxchg(&n->owner, -1, me()) != -1)
                              cpu_relax();
                      return n;
              }
              return NULL;
      }
      static inline void poll_unlock(void *have)
      {
              struct poller *n = have;
              if (n)
                      smp_store_release(&n->owner, -1);
      }
`;

describe('conditional locks at their calls', () => {
  it('a pointer that is NULL: no lock, told by what is returned', async () => {
    const s = await surveyOf(`
      ${poll}
      void f(struct poller *p) {
              void *have = poll_lock(p);
              work(p);
              poll_unlock(have);
      }
    `);
    assert.deepEqual(begins(s), ['owner p->owner if p->dev->info']);
    assert.equal(heldAtWork(s), 'some');
    const f = s.find('f');
    assert.ok(f);
    assert.equal(s.sections(f)?.atExit.size, 0);
    assert.deepEqual(s.sections(f)?.strayEnds, []);
  });

  it("a wrapper's caller has the condition in its own terms, over two files", async () => {
    const s = await surveyOf(`
      void f(struct t *t) {
              q_lock_twice(&t->q);
              work(t);
      }
      //- /q.h
      static inline void q_lock(struct q *q)
      {
              if (q->flags & Q_LOCKED)
                      spin_lock(&q->lock);
      }
      //- /q.c
      void q_lock_twice(struct q *a)
      {
              q_lock(a);
      }
    `);
    assert.deepEqual(begins(s), ['spin t->q.lock if t->q.flags & Q_LOCKED']);
    assert.equal(heldAtWork(s), 'some');
  });

  it('a flag that is tested around both calls is one', async () => {
    const s = await surveyOf(`
      static void q_lock(struct q *q) { if (q->flags & Q_LOCKED) spin_lock(&q->lock); }
      static void q_unlock(struct q *q) { if (q->flags & Q_LOCKED) spin_unlock(&q->lock); }
      void f(struct q *q) {
              q_lock(q);
              work(q);
              q_unlock(q);
      }
    `);
    const f = s.find('f');
    assert.ok(f);
    assert.equal(s.sections(f)?.atExit.size, 0);
    assert.deepEqual(s.sections(f)?.strayEnds, []);
    assert.deepEqual([...(s.sections(f)?.byFlags ?? [])], ['q->flags & Q_LOCKED']);
  });

  it('a constant argument answers for good', async () => {
    const callee = 'static void s_lock(struct s *p, bool bh) { if (bh) local_bh_disable(); rest(p); }';
    const yes = await surveyOf(`${callee} void f(struct s *p) { s_lock(p, true); work(p); }`);
    assert.equal(heldAtWork(yes), 'all');
    const no = await surveyOf(`${callee} void f(struct s *p) { s_lock(p, false); work(p); }`);
    assert.equal(heldAtWork(no), 'none');
    const unknown = await surveyOf(`${callee} void f(struct s *p, bool b) { s_lock(p, b); work(p); }`);
    assert.equal(heldAtWork(unknown), 'some');
  });

  it('a lock that may be NULL', async () => {
    const s = await surveyOf(`
      static void may_lock(spinlock_t *lock) { if (lock) spin_lock(lock); }
      void f(struct s *p, spinlock_t *l) {
              may_lock(l);
              work(p);
              if (l)
                      spin_unlock(l);
      }
    `);
    assert.equal(heldAtWork(s), 'some');
    const f = s.find('f');
    assert.ok(f);
    assert.equal(s.sections(f)?.atExit.size, 0);
  });

  it('a trylock behind a flag counts only with the flag', async () => {
    const s = await surveyOf(`
      static bool run_begin(struct q *q) {
              if (q->flags & NOLOCK) {
                      if (spin_trylock(&q->seq))
                              return true;
                      return false;
              }
              return !__test_and_set_bit(RUNNING, &q->state);
      }
      void f(struct q *q) {
              if (!run_begin(q))
                      return;
              work(q);
      }
    `);
    assert.deepEqual(begins(s), ['spin q->seq if q->flags & NOLOCK']);
    assert.equal(heldAtWork(s), 'some');
  });

  it('a macro asks, too', async () => {
    const s = await surveyOf(`
      void f(struct dev *d, struct txq *q) {
              TX_LOCK(d, q);
              work(d);
              TX_UNLOCK(d, q);
      }
      //- /tx.h
      #define TX_LOCK(dev, txq) { if (((dev)->features & LLTX) == 0) { spin_lock(&(txq)->lock); } else { note(txq); } }
      #define TX_UNLOCK(dev, txq) { if (((dev)->features & LLTX) == 0) { spin_unlock(&(txq)->lock); } }
    `);
    assert.deepEqual(begins(s), ['spin q->lock unless d->features & LLTX']);
    assert.equal(heldAtWork(s), 'some');
    const f = s.find('f');
    assert.ok(f);
    assert.equal(s.sections(f)?.atExit.size, 0);
  });
});
