import { strict as assert } from 'node:assert';
import { balanceOf, extentsOf } from '../../../src/kernel/sections/extents';
import { createFactStore, functionsOf, spanOf } from '../../../src/kernel/functions';
import { keyOf } from '../../../src/kernel/sections/sections';
import { survey, type Survey } from '../../../src/kernel/sections/survey';
import { checkMarks, fixture, parsed, testParser, type Labelled } from './fixture';

/** `spin p->lock`, ` (some)` or ` (open)` behind it if some paths leave it open, ` +bh` for what goes off with it. */
function labels(s: Survey): readonly Labelled[] {
  return s.functions.flatMap(f => {
    const sections = s.sections(f);
    if (!sections) return [];
    const regions = sections.sites
      .filter(site => site.effect.role !== 'end')
      .flatMap(site =>
        extentsOf(f, sections, site.id).map(e => {
          const balance = balanceOf(f, sections, site.id);
          const also = site.effect.switches ? ` +${site.effect.switches}` : '';
          const label = `${keyOf(site.effect)}${also}${balance === 'all' ? '' : ` (${balance})`}`;
          return { ...spanOf(f, e), label };
        }),
      );
    const strays = sections.strayEnds.map(e => ({ ...spanOf(f, e.node), label: `stray ${keyOf(e.effect)}` }));
    return [...regions, ...strays];
  });
}

async function checkRegions(source: string, newline = '\n'): Promise<Survey> {
  const fix = fixture(source, newline);
  const files = parsed(await testParser(), fix);
  const store = createFactStore();
  const s = survey({ functions: files.flatMap(f => functionsOf(f, store)) });
  checkMarks(files, fix.marks, labels(s));
  return s;
}

describe('sections', () => {
  it('from begin to end', () =>
    checkRegions(`
      int f(struct s *p) {
              int v;
              rcu_read_lock();
          //  ^^^^^^^^^^^^^^^^ rcu
              v = rcu_dereference(p->q)->v;
              rcu_read_unlock();
              return v;
      }
    `));

  it('early return and goto end the same section', () =>
    checkRegions(`
      int f(struct s *p) {
              mutex_lock(&p->m);
          //  ^^^^^^^^^^^^^^^^^^ mutex p->m
              if (!p->a) {
                      mutex_unlock(&p->m);
                      return -EINVAL;
              }
              if (p->b)
          //      ^^^^^ mutex p->m
                      goto out;
              work(p);
      out:
              mutex_unlock(&p->m);
              return 0;
      }
    `));

  it('a begin without its end is open, on some paths or on all', () =>
    checkRegions(`
      int f(struct s *p) {
              spin_lock(&p->lock);
          //  ^^^^^^^^^^^^^^^^^^^^ spin p->lock (some)
              if (p->a)
                      return -1;
              spin_unlock(&p->lock);
              return 0;
      }
      void g(struct s *p) {
              local_bh_disable();
          //  ^^^^^^^^^^^^^^^^^^^ bh (open)
              work(p);
      }
      void h(struct s *p) {
              work(p);
              rcu_read_unlock();
          //  ^^^^^^^^^^^^^^^^^ stray rcu
      }
    `));

  it('nests, and irqsave goes with its lock', async () => {
    const s = await checkRegions(`
      void f(struct s *p) {
              unsigned long flags;
              rcu_read_lock();
          //  ^^^^^^^^^^^^^^^^ rcu
              rcu_read_lock();
          //  ^^^^^^^^^^^^^^^^ rcu
              spin_lock_irqsave(&p->lock, flags);
          //  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ spin p->lock +irq
              work(p);
              spin_unlock_irqrestore(&p->lock, flags);
              rcu_read_unlock();
              rcu_read_unlock();
              work(p);
      }
    `);
    const f = s.find('f');
    const sections = f && s.sections(f);
    const deepest = Math.max(...(sections?.before ?? []).map(h => h?.get('rcu')?.length ?? 0));
    assert.equal(deepest, 2);
  });

  it('a trylock holds where it was taken', () =>
    checkRegions(`
      int f(struct s *p) {
              if (!spin_trylock(&p->lock))
                      return 0;
              work(p);
          //  ^^^^^^^^ spin p->lock
              spin_unlock(&p->lock);
              return 1;
      }
      int g(struct s *p) {
              int ret = mutex_lock_interruptible(&p->m);
              if (ret)
                      return ret;
              work(p);
          //  ^^^^^^^^ mutex p->m
              mutex_unlock(&p->m);
              return 0;
      }
    `));

  it('two tests of one local belong together', () =>
    checkRegions(`
      void f(struct s *p, int locked) {
              if (!locked)
                      rtnl_lock();
          //          ^^^^^^^^^^^^ rtnl
              work(p);
              if (!locked)
                      rtnl_unlock();
      }
      void g(struct s *p) {
              int taken = 0;
              if (p->a) {
                      spin_lock(&p->lock);
          //          ^^^^^^^^^^^^^^^^^^^^ spin p->lock
                      taken = 1;
              }
              work(p);
              if (taken)
                      spin_unlock(&p->lock);
      }
    `));

  it('who calls through a pointer knows that it is one', () =>
    checkRegions(`
      void f(struct s *p) {
              void (*poll)(struct s *) = NULL;
              for (;;) {
                      if (!poll) {
                     //    ^^^^^^^ spin p->l
                              spin_lock(&p->l);
                              poll = p->poll;
                      }
                      poll(p);
                      if (p->stop)
                              break;
              }
              if (poll)
                      spin_unlock(&p->l);
      }
    `));

  it('the value of a conditional take tells what is given back', () =>
    checkRegions(`
      static void *take(struct s *p) {
              struct dev *dev = p->dev;
              if (dev && rcu_access_pointer(dev->npinfo)) {
                      while (cmpxchg(&p->owner, -1, cpu()) != -1)
                              cpu_relax();
                      return p;
                  //  ^^^^^^^^^ owner p->owner (open)
              }
              return NULL;
      }
      static void give(struct s *have) {
              if (have)
                      smp_store_release(&have->owner, -1);
                    //^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ stray owner have->owner
      }
      void f(struct s *p) {
              void *have = NULL;
              int busy;
      again:
              busy = 0;
              for (;;) {
                      if (!busy) {
                      //   ^^^^ owner p->owner
                              if (p->count)
                                      goto count;
                              have = take(p);
                        //           ^^^^^^^^ owner p->owner
                              busy = 1;
                      }
      count:
                      if (p->stop)
                              break;
                      if (p->more) {
                              if (busy)
                                      give(have);
                              goto again;
                      }
              }
              if (busy)
                      give(have);
      }
    `));

  it('guard() and scoped_guard() end with their block', () =>
    checkRegions(`
      int f(struct s *p) {
              guard(mutex)(&p->m);
          //  ^^^^^^^^^^^^^^^^^^^^ mutex p->m
              if (p->a)
                      return 1;
              return 0;
      }
      int g(struct s *p) {
              scoped_guard(rcu) {
          //  ^^^^^^^^^^^^^^^^^^^ rcu
                      if (p->a)
                              return 1;
              }
              work(p);
              return 0;
      }
    `));

  it('an owner word taken by a spinning cmpxchg is a lock', () =>
    checkRegions(`
      void f(struct s *p) {
              while (cmpxchg(&p->owner, -1, me) != -1)
                      cpu_relax();
              work(p);
          //  ^^^^^^^^ owner p->owner
              smp_store_release(&p->owner, -1);
              work(p);
      }
    `));

  it('a cmpxchg loop over a state word is none', () =>
    checkRegions(`
      void f(struct s *p) {
              unsigned long val, new;
              do {
                      val = READ_ONCE(p->state);
                      new = val | F;
              } while (cmpxchg(&p->state, val, new) != val);
      }
    `));

  it('a wrapper does to its caller what is inside it', () =>
    checkRegions(`
      static void lock_s(struct s *p) {
              spin_lock_bh(&p->lock);
          //  ^^^^^^^^^^^^^^^^^^^^^^ spin p->lock +bh (open)
      }
      static void unlock_s(struct s *q) {
              spin_unlock_bh(&q->lock);
          //  ^^^^^^^^^^^^^^^^^^^^^^^^ stray spin q->lock
      }
      void f(struct t *t) {
              lock_s(&t->s);
          //  ^^^^^^^^^^^^^^ spin t->s.lock +bh
              work(t);
              unlock_s(&t->s);
              work(t);
      }
    `));

  it('half-typed code keeps what is there', () =>
    checkRegions(`
      void f(struct s *p) {
              rcu_read_lock();
          //  ^^^^^^^^^^^^^^^^ rcu (open)
              p->
      }
      void g(struct s *p) {
              rcu_read_lock();
          //  ^^^^^^^^^^^^^^^^ rcu
              rcu_read_unlock();
      }
    `));

  it('CRLF', () =>
    checkRegions(
      `
      void f(struct s *p) {
              rcu_read_lock();
          //  ^^^^^^^^^^^^^^^^ rcu
              work(p);
              rcu_read_unlock();
      }
    `,
      '\r\n',
    ));

  it('facts move with the function when text above it changes', async () => {
    const parser = await testParser();
    const store = createFactStore();
    const body = 'void f(void)\n{\n\trcu_read_lock();\n\trcu_read_unlock();\n}\n';
    const before = survey({ functions: functionsOf(parser.parseFile('/a.c', body), store) });
    const size = store.size;
    const after = survey({ functions: functionsOf(parser.parseFile('/a.c', `int x;\n${body}`), store) });
    assert.equal(store.size, size);
    const start = (s: Survey): number | undefined => labels(s)[0]?.start;
    assert.equal(start(after), (start(before) ?? 0) + 'int x;\n'.length);
  });
});
