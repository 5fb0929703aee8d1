import { accessesOf } from '../../../src/kernel/words/accesses';
import { createFactStore, functionsOf, spanOf } from '../../../src/kernel/functions';
import { checkMarks, fixture, parsed, testParser } from './fixture';

/** Labels: `set n->state BIT_A set_bit relaxed`, `?` for maybe, `!` for not atomic, the awaited value for waits. */
async function checkAccesses(source: string): Promise<void> {
  const fix = fixture(source);
  const files = parsed(await testParser(), fix);
  const store = createFactStore();
  const facts = files
    .flatMap(f => functionsOf(f, store))
    .flatMap(f =>
      accessesOf(f.analysis).map(a => ({
        ...spanOf(f, a.node),
        label: [
          `${a.kind}${a.maybe ? '?' : ''}${a.atomic ? '' : '!'}`,
          a.word,
          a.bits.map(b => b.text).join('|') || '-',
          a.via,
          a.ordering,
          ...(a.until ? [`until ${a.until}`] : []),
        ].join(' '),
      })),
    );
  checkMarks(files, fix.marks, facts);
}

describe('accesses to state words', () => {
  it('bit operations, with ordering and atomicity', () =>
    checkAccesses(`
      void f(struct s *n) {
              set_bit(A, &n->state);
          //  ^^^^^^^^^^^^^^^^^^^^^ set n->state A set_bit relaxed
              __clear_bit(A, &n->state);
          //  ^^^^^^^^^^^^^^^^^^^^^^^^^ clear! n->state A __clear_bit plain
              if (test_and_set_bit(B, &n->state))
          //      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ set n->state B test_and_set_bit full
                      return;
              clear_bit_unlock(B, &n->state);
          //  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ clear n->state B clear_bit_unlock release
              if (test_bit(C, &flags))
          //      ^^^^^^^^^^^^^^^^^^^ test flags C test_bit relaxed
                      work();
      }
    `));

  it('masks: plain, marked, through a local', () =>
    checkAccesses(`
      int f(struct s *n) {
              unsigned long val;
              if (unlikely(n->state & (FA | FB)))
          //               ^^^^^^^^^^^^^^^^^^^^ test! n->state FA|FB plain plain
                      return 0;
              val = READ_ONCE(n->state);
              if (val & FC)
          //      ^^^^^^^^ test n->state FC READ_ONCE relaxed
                      return 0;
              n->state |= BIT(X);
          //  ^^^^^^^^^^^^^^^^^^ set! n->state X plain plain
              n->state &= ~FA;
          //  ^^^^^^^^^^^^^^^ clear! n->state FA plain plain
              WRITE_ONCE(n->state, FA | FB);
          //  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ store n->state FA|FB WRITE_ONCE relaxed
              return !(val & FB);
          //           ^^^^^^^^ test n->state FB READ_ONCE relaxed
      }
    `));

  it('a cmpxchg loop: what the new value sets and clears', () =>
    checkAccesses(`
      bool f(struct s *n) {
              unsigned long val, new;
              do {
                      val = READ_ONCE(n->state);
                      new = val & ~(FA | FB);
                      if (more)
                              new |= FC;
                      new |= (val & FD) / FD * FE;
              } while (cmpxchg(&n->state, val, new) != val);
          //           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ clear n->state FA|FB cmpxchg full-on-success
          //           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ set? n->state FC|FE cmpxchg full-on-success
              return true;
      }
      void g(struct s *n) {
              unsigned long new, val = READ_ONCE(n->state);
              do {
                      new = val | FA;
              } while (!try_cmpxchg(&n->state, &val, new));
          //            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ set n->state FA try_cmpxchg full-on-success
      }
    `));

  it('a test that sleeps or spins is a wait', () =>
    checkAccesses(`
      void f(struct s *n) {
              while (test_bit(A, &n->state))
          //         ^^^^^^^^^^^^^^^^^^^^^^ wait n->state A test_bit relaxed until clear
                      msleep(1);
              while (!(READ_ONCE(n->state) & FB))
          //           ^^^^^^^^^^^^^^^^^^^^^^^^ wait n->state FB READ_ONCE relaxed until set
                      cpu_relax();
              wait_on_bit(&n->state, C, TASK_UNINTERRUPTIBLE);
          //  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ wait n->state C wait_on_bit acquire until clear
      }
      void g(struct s *n) {
              unsigned long val, new;
              for (;;) {
                      val = READ_ONCE(n->state);
                      if (val & (FA | FB)) {
                  //      ^^^^^^^^^^^^^^^ wait n->state FA|FB READ_ONCE relaxed until clear
                              usleep_range(20, 200);
                              continue;
                      }
                      new = val | FA;
                      if (cmpxchg(&n->state, val, new) == val)
                  //      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ set n->state FA cmpxchg full-on-success
                              break;
              }
      }
      void h(struct s *n) {
              wait_event(n->wq, !test_bit(A, &n->state));
          //                     ^^^^^^^^^^^^^^^^^^^^^^ wait n->state A test_bit relaxed until clear
      }
    `));

  it('a loop that works while it tests does not wait', () =>
    checkAccesses(`
      void f(struct s *n) {
              for (;;) {
                      if (test_bit(A, &n->state))
                  //      ^^^^^^^^^^^^^^^^^^^^^^ test n->state A test_bit relaxed
                              work(n);
                      if (done)
                              break;
                      schedule();
              }
      }
    `));

  it('a copy of the word is not the word', () =>
    checkAccesses(`
      void f(struct s *n) {
              unsigned long copy = n->state;
              __set_bit(A, &copy);
              if (test_bit(A, &copy))
          //      ^^^^^^^^^^^^^^^^^^ test! n->state A plain plain
                      work();
      }
    `));

  it('half-typed', () =>
    checkAccesses(`
      void f(struct s *n) {
              set_bit(A, &n->state);
          //  ^^^^^^^^^^^^^^^^^^^^^ set n->state A set_bit relaxed
              if (test_bit(
      }
    `));
});
