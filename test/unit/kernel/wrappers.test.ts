import { strict as assert } from 'node:assert';
import { functionsOf } from '../../../src/kernel/functions';
import { keyOf, type Effect } from '../../../src/kernel/sections/sections';
import { survey, type Survey } from '../../../src/kernel/sections/survey';
import { sceneOf } from '../ide/scene';
import { fixture, testParser } from './fixture';

/** A survey of `/test.c` alone; everything else is in the corpus. */
async function surveyOf(source: string): Promise<Survey> {
  const scene = sceneOf(await testParser(), fixture(source).files);
  const file = scene.files.find(f => f.path === '/test.c');
  assert.ok(file);
  return survey({ functions: functionsOf(file, scene.facts), corpus: scene.corpus });
}

function said(effects: readonly Effect[]): string {
  return effects.map(e => `${e.role} ${keyOf(e)}${e.switches ? ` +${e.switches}` : ''}`).join('; ');
}

/** What a call does, and the names from the wrapper to the primitive. */
async function checkWrapper(
  source: string,
  name: string,
  args: readonly string[],
  effects: string,
  chain: readonly string[],
): Promise<void> {
  const s = await surveyOf(source);
  assert.equal(said(s.effects(name, args, '/test.c')), effects);
  assert.deepEqual(
    s.wrapper(name, '/test.c')?.chain.map(l => l.name),
    chain,
  );
}

describe('wrappers', () => {
  it('a function of another file does what is inside it', () =>
    checkWrapper(
      `
      void f(struct t *t) { state_lock(&t->s); work(t); state_unlock(&t->s); }
      //- /state.h
      static inline void state_lock(struct s *p)
      {
              spin_lock_bh(&p->lock);
      }
    `,
      'state_lock',
      ['&t->s'],
      'begin spin t->s.lock +bh',
      ['spin_lock_bh'],
    ));

  it('through five levels, function and macro alike', () =>
    checkWrapper(
      `
      void f(struct t *t) { lock_a(t); }
      //- /a.h
      static inline void lock_a(struct t *a)
      {
              lock_b(a->s);
      }
      static inline void lock_b(struct s *b)
      {
              check(b);
              lock_c(b, 0);
      }
      #define lock_c(c, n) lock_d(c)
      //- /b.c
      void lock_d(struct s *d)
      {
              __lock_e(&d->u);
      }
      static void __lock_e(struct u *e)
      {
              mutex_lock(&e->m);
      }
    `,
      'lock_a',
      ['t'],
      'begin mutex t->s->u.m',
      ['lock_b', 'lock_c', 'lock_d', '__lock_e', 'mutex_lock'],
    ));

  it('a static function of another source file is not meant', async () => {
    const s = await surveyOf(`
      void f(struct t *t) { lock_it(t); }
      //- /other.c
      static void lock_it(struct t *t) { mutex_lock(&t->m); }
    `);
    assert.equal(s.wrapper('lock_it', '/test.c'), undefined);
  });

  it('functions of the same name in two files are two', async () => {
    const s = await surveyOf(`
      static void begin_it(struct t *t) { spin_lock(&t->l); }
      void f(struct t *t) { begin_it(t); outer_lock(t); }
      //- /other.c
      static void begin_it(struct t *t) { mutex_lock(&t->m); }
      void outer_lock(struct t *t) { begin_it(t); }
    `);
    assert.equal(said(s.effects('begin_it', ['t'], '/test.c')), 'begin spin t->l');
    assert.equal(said(s.effects('outer_lock', ['t'], '/test.c')), 'begin mutex t->m');
  });

  it('a circle of calls ends', async () => {
    const s = await surveyOf(`
      static void get_a(struct t *t) { if (t->x) get_b(t); spin_lock(&t->l); }
      static void get_b(struct t *t) { get_a(t); }
      void f(struct t *t) { get_a(t); }
    `);
    assert.equal(said(s.effects('get_a', ['x'], '/test.c')), 'begin spin x->l');
  });

  it('one lock whose name depends on the way is one to the caller', () =>
    checkWrapper(
      `
      void f(struct t *t) { struct q *q = task_q_lock(t); work(q); q_unlock(q); }
      //- /q.h
      struct q *task_q_lock(struct t *t);
      static inline void q_unlock(struct q *q) { raw_spin_unlock(q_lockp(q)); }
      //- /q.c
      static void q_lock(struct q *q)
      {
              raw_spinlock_t *lock;
              if (simple()) {
                      raw_spin_lock(&q->__lock);
                      return;
              }
              lock = __q_lockp(q);
              raw_spin_lock(lock);
      }
      struct q *task_q_lock(struct t *t)
      {
              struct q *q;
              for (;;) {
                      q = t->q;
                      q_lock(q);
                      if (q == t->q)
                              return q;
                      q_unlock(q);
              }
      }
    `,
      'task_q_lock',
      ['t'],
      'begin raw-spin q_lockp(@)',
      ['q_lock', 'raw_spin_lock'],
    ));

  it('a callee whose name tells nothing is looked at where something does not fit', async () => {
    const s = await surveyOf(`
      void f(struct t *t) { spin_lock(&t->l); conclude(t); }
      //- /other.c
      void conclude(struct t *t) { t->n = 0; spin_unlock(&t->l); }
    `);
    const f = s.find('f');
    assert.ok(f);
    assert.equal(s.sections(f)?.atExit.size, 0);
  });

  describe('macros', () => {
    const macro = (body: string, args: readonly string[], effects: string): Promise<void> =>
      surveyOf(`
      void f(struct t *t) { work(t); }
      //- /m.h
      ${body}
    `).then(s => {
        assert.equal(said(s.effects('the_lock', args, '/test.c')), effects);
      });

    it('one call', () =>
      macro(
        '#define the_lock(sk) spin_lock_nested(&(sk)->l.slock, SINGLE_DEPTH_NESTING)',
        ['s->sk'],
        'begin spin s->sk->l.slock',
      ));
    it('several statements, some that cancel out', () =>
      macro(
        `#define the_lock(p) do { \\
          rcu_read_lock(); \\
          spin_lock(&(p)->a); \\
          (p)->n++; \\
          spin_unlock(&(p)->a); \\
        } while (0)`,
        ['q'],
        'begin rcu',
      ));
    it('a statement expression whose value is a trylock', () =>
      macro('#define the_lock(p) ({ might(p); spin_trylock(&(p)->a); })', ['q'], 'try spin q->a'));
    it('a braced statement and a wrapper in it', () =>
      macro(
        `#define the_lock(p) { local_bh_disable(); inner_lock((p)->s); }
      static inline void inner_lock(struct s *s) { write_lock(&s->rw); }`,
        ['q'],
        'begin bh; begin rwlock q->s->rw',
      ));
    it('a condition stays with the effect', async () => {
      const s = await surveyOf(`
      void f(struct t *t) { work(t); }
      //- /m.h
      #define the_lock(p, c) do { if (!(c)) spin_lock(&(p)->a); } while (0)
    `);
      assert.deepEqual(s.effects('the_lock', ['q', 'x->y'], '/test.c')[0]?.when, {
        text: 'x->y',
        nonzero: false,
      });
    });
  });
});
