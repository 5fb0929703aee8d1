import { strict as assert } from 'node:assert';
import { fateWords } from '../../../src/kernel/sections/extents';
import { functionsOf } from '../../../src/kernel/functions';
import { keyOf } from '../../../src/kernel/sections/sections';
import { survey } from '../../../src/kernel/sections/survey';
import { sceneOf } from '../ide/scene';
import { fixture, testParser } from './fixture';

/** Fates of `f()` in text order: `mutex p->m: ended on every path`. */
async function checkFates(source: string, fates: readonly string[]): Promise<void> {
  const scene = sceneOf(await testParser(), fixture(source).files);
  const file = scene.files.find(f => f.path === '/test.c');
  assert.ok(file);
  const s = survey({ functions: functionsOf(file, scene.facts), corpus: scene.corpus });
  const f = s.find('f');
  const sections = f && s.sections(f);
  assert.ok(f && sections);
  const sites = sections.sites.filter(x => x.effect.role !== 'end' || sections.strayEnds.includes(x));
  assert.deepEqual(
    [...sites]
      .sort((a, b) => a.node.start - b.node.start)
      .map(site => `${keyOf(site.effect)}: ${fateWords(s.fate(f, site))}`),
    fates,
  );
}

describe('what becomes of a section', () => {
  it('ended on every path, through a loop, a switch and goto', () =>
    checkFates(
      `
      int f(struct s *p, int n) {
              int err = -EINVAL;
              mutex_lock(&p->m);
              while (n--) {
                      switch (p->kind) {
                      case 1:
                              continue;
                      case 2:
                              goto out;
                      default:
                              mutex_unlock(&p->m);
                              return 0;
                      }
              }
              err = 0;
      out:
              mutex_unlock(&p->m);
              return err;
      }
    `,
      ['mutex p->m: ended on every path'],
    ));

  it('a leak on one path', () =>
    checkFates(
      `
      int f(struct s *p) {
              spin_lock(&p->lock);
              if (!p->a)
                      return -EINVAL;
              spin_unlock(&p->lock);
              return 0;
      }
    `,
      ['spin p->lock: ended on some paths only'],
    ));

  it('handed to the caller', () =>
    checkFates(
      `
      void f(struct s *p) {
              spin_lock_bh(&p->lock);
              p->n++;
      }
      void g(struct s *p) { f(p); spin_unlock_bh(&p->lock); }
    `,
      ['spin p->lock: handed to the caller'],
    ));

  it('a return value tells', async () => {
    await checkFates(
      `
      int f(struct s *p) {
              mutex_lock(&p->m);
              if (p->dead) {
                      mutex_unlock(&p->m);
                      return -ENODEV;
              }
              return 0;
      }
    `,
      ['mutex p->m: held at return if the value is zero'],
    );
    await checkFates(
      `
      struct t *f(struct s *p) {
              struct t *t;
              mutex_lock(&p->m);
              t = lookup(p);
              if (t)
                      return t;
              mutex_unlock(&p->m);
              return ERR_PTR(-ENOENT);
      }
    `,
      ['mutex p->m: held at return if the value is not zero'],
    );
    await checkFates(
      `
      bool f(struct s *p) {
              int taken = spin_trylock(&p->lock);
              return taken;
      }
    `,
      ['spin p->lock: held at return if the value is not zero'],
    );
  });

  it('a parameter decides', () =>
    checkFates(
      `
      void f(struct s *p, unsigned int seq) {
              rcu_read_lock();
              work(p);
              if (!(seq & 1))
                      rcu_read_unlock();
      }
    `,
      ['rcu: held at return only while seq & 1 is set'],
    ));

  it('an early return that forgets to unlock is no decision', () =>
    checkFates(
      `
      void f(struct s *p, unsigned int seq) {
              rcu_read_lock();
              if (seq & 1)
                      return;
              rcu_read_unlock();
      }
    `,
      ['rcu: ended on some paths only'],
    ));

  it('a flag in shared memory decides twice', () =>
    checkFates(
      `
      void f(struct s *p) {
              if (p->flags & SHARED)
                      mutex_lock(&p->m);
              work(p);
              if (p->flags & SHARED)
                      mutex_unlock(&p->m);
      }
    `,
      ['mutex p->m: depends on a flag: begun and ended only while p->flags & SHARED is set'],
    ));

  it('a flag that the function itself stores to between decides nothing', () =>
    checkFates(
      `
      void f(struct s *p) {
              if (p->flags & SHARED)
                      mutex_lock(&p->m);
              p->flags = next(p);
              if (p->flags & SHARED)
                      mutex_unlock(&p->m);
      }
    `,
      ['mutex p->m: ended on some paths only', "mutex p->m: ends the caller's on some paths"],
    ));

  it('ended in a callee', () =>
    checkFates(
      `
      static void done(struct s *p) { p->n = 0; spin_unlock(&p->lock); }
      void f(struct s *p) {
              spin_lock(&p->lock);
              done(p);
      }
    `,
      ['spin p->lock: ended in done()'],
    ));

  it("the caller's lock, dropped and taken again, in a loop too", async () => {
    await checkFates(
      `
      void f(struct s *p) {
              spin_unlock(&p->lock);
              msleep(1);
              spin_lock(&p->lock);
      }
    `,
      [
        "spin p->lock: the caller's, dropped and taken again",
        "spin p->lock: the caller's, dropped and taken again",
      ],
    );
    await checkFates(
      `
      void f(struct s *p) {
              struct t *t;
              while ((t = pop(p)) != NULL) {
                      write_unlock(&p->lock);
                      report(t);
                      write_lock(&p->lock);
              }
      }
    `,
      [
        "rwlock p->lock: the caller's, dropped and taken again",
        "rwlock p->lock: the caller's, dropped and taken again",
      ],
    );
  });

  it("the caller's lock is ended: always, by a condition, by what is returned", async () => {
    await checkFates('void f(struct s *p) { work(p); spin_unlock(&p->lock); }', [
      "spin p->lock: ends the caller's",
    ]);
    await checkFates(
      `
      void f(struct s *p, bool locked) {
              work(p);
              if (locked)
                      spin_unlock(&p->lock);
      }
    `,
      ["spin p->lock: ends the caller's, only while locked is set"],
    );
    await checkFates(
      `
      int f(struct s *p) {
              if (p->full) {
                      spin_unlock(&p->lock);
                      return -EBUSY;
              }
              return 0;
      }
    `,
      ["spin p->lock: ends the caller's, if the value is not zero"],
    );
  });

  it('another function that nobody calls with it ends it', () =>
    checkFates(
      `
      static int f(struct s *p) { down(&p->busy); start(p); return 0; }
      static void complete_it(struct work_struct *w) { struct s *p = of(w); up(&p->busy); }
      int submit(struct s *p) { INIT_WORK(&p->w, complete_it); return f(p); }
    `,
      ['semaphore p->busy: ended elsewhere, by complete_it()'],
    ));

  it('a caller believes what the value of the callee tells', () =>
    checkFates(
      `
      static int backlog(struct s *p, int n) {
              if (n > p->most) {
                      spin_unlock(&p->lock);
                      return -ENOBUFS;
              }
              return 0;
      }
      int f(struct s *p) {
              spin_lock(&p->lock);
              if (backlog(p, 3))
                      return -ENOBUFS;
              spin_unlock(&p->lock);
              return 0;
      }
    `,
      ['spin p->lock: ended in backlog()'],
    ));

  it('options of the build go together', () =>
    checkFates(
      `
      void f(struct s *p) {
      #ifdef CONFIG_S_LOCK
              spin_lock(&p->lock);
      #endif
              work(p);
      #ifdef CONFIG_S_LOCK
              spin_unlock(&p->lock);
      #endif
      }
    `,
      ['spin p->lock: ended on every path'],
    ));

  it('a call behind && and in ?: is made on some ways only', async () => {
    await checkFates(
      `
      void f(struct s *p, bool wait) {
              wait ? mutex_lock(&p->m) : note(p);
              work(p);
              if (wait)
                      mutex_unlock(&p->m);
      }
    `,
      ['mutex p->m: ended on every path'],
    );
    await checkFates(
      `
      int f(struct s *p, bool fast) {
              bool taken = !fast && mutex_trylock(&p->m);
              work(p);
              if (taken)
                      mutex_unlock(&p->m);
              return 0;
      }
    `,
      ['mutex p->m: ended on every path'],
    );
  });

  it('an error code below zero says that nothing was taken', () =>
    checkFates(
      `
      int f(struct s *p) {
              int rv = down_read_killable(&p->sem);
              if (rv < 0)
                      return rv;
              rv = work(p);
              up_read(&p->sem);
              return rv;
      }
    `,
      ['rwsem p->sem: ended on every path'],
    ));

  it('the lock of what a callee returns', () =>
    checkFates(
      `
      static struct q *q_lock(struct s *p) {
              struct q *q = p->queues + hash(p);
              spin_lock(&q->lock);
              return q;
      }
      static void q_unlock(struct q *q) { if (q) spin_unlock(&q->lock); }
      void f(struct s *p) {
              struct q *busy = NULL;
              if (p->load > 3)
                      busy = q_lock(p);
              work(p);
              if (busy)
                      q_unlock(busy);
      }
    `,
      ['spin busy->lock: ended in q_unlock()'],
    ));

  it('a lock inside a wait condition is begun and ended there', () =>
    checkFates(
      `
      void f(struct s *p) {
              wait_event(p->wq, ({
                      bool idle;
                      spin_lock(&p->lock);
                      idle = list_empty(&p->jobs);
                      spin_unlock(&p->lock);
                      idle;
              }));
      }
    `,
      ['spin p->lock: ended on every path'],
    ));

  it('of two locks the second one only if there is one; and one that is a member', async () => {
    await checkFates(
      `
      static void double_lock(struct sock *a, struct sock *b) {
              if (a == b || !b) {
                      spin_lock(&a->lock);
                      return;
              }
              spin_lock(&a->lock);
              spin_lock(&b->lock);
      }
      void f(struct sock *p, struct sock *q) {
              q->n = 1;
              double_lock(p, q);
              work(p);
              if (q)
                      spin_unlock(&q->lock);
              spin_unlock(&p->lock);
      }
    `,
      ['spin p->lock: ended on every path', 'spin q->lock: ended on every path'],
    );
    await checkFates(
      `
      void f(struct task *p) {
              task_lock(p->leader);
              work(p);
              spin_unlock(&p->leader->alloc_lock);
              task_lock(&p->own);
              task_unlock(&p->own);
      }
    `,
      ['spin p->leader->alloc_lock: ended on every path', 'spin p->own.alloc_lock: ended on every path'],
    );
  });

  it('another bit of a word changes, this one stays', () =>
    checkFates(
      `
      void f(struct walk *w) {
              if (w->flags & LAZY)
                      rcu_read_lock();
              w->flags &= ~CACHED;
              w->flags |= DONE;
              if (w->flags & LAZY)
                      rcu_read_unlock();
      }
    `,
      ['rcu: depends on a flag: begun and ended only while w->flags & LAZY is set'],
    ));

  it('a bit that sleepers wait for: cleared here, or by whoever it is done by', async () => {
    await checkFates(
      `
      int f(struct s *p) {
              if (wait_on_bit_lock(&p->flags, BUSY, TASK_KILLABLE))
                      return -EINTR;
              work(p);
              clear_bit_unlock(BUSY, &p->flags);
              wake_up_bit(&p->flags, BUSY);
              return 0;
      }
    `,
      ['owner p->flags bit BUSY: ended on every path'],
    );
    await checkFates(
      `
      void f(struct s *p) {
              wait_on_bit_lock(&p->flags, BUSY, TASK_UNINTERRUPTIBLE);
              submit(p);
      }
      static void done(struct work_struct *w) {
              struct s *p = of(w);
              clear_and_wake_up_bit(BUSY, &p->flags);
      }
      int start(struct s *p) { INIT_WORK(&p->w, done); f(p); return 0; }
    `,
      ['owner p->flags bit BUSY: ended elsewhere, by done()'],
    );
  });
});
