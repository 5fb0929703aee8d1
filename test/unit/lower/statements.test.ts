import { checkTrue, checkVerdict } from './lowering';

describe('lowering: statements', () => {
  const programs: readonly (readonly [string, string, string])[] = [
    [
      'for with continue and break',
      'int n = 0; for (int i = 0; i < 10; i++) { if (i == 2) continue; if (i == 5) break; n += i; }',
      'n == 0 + 1 + 3 + 4',
    ],
    ['while and do', 'int n = 0, i = 3; while (i) i--; do n++; while (n < 2);', 'i == 0 && n == 2'],
    [
      'continue in do goes to the condition',
      'int n = 0, i = 0; do { if (i == 1) continue; n++; } while (++i < 3);',
      'n == 2',
    ],
    [
      'switch falls through',
      'int n = 0; switch (2) { case 1: n = 100; case 2: n += 1; case 3: n += 10; break; default: n = 50; }',
      'n == 11',
    ],
    [
      'switch with ranges and default in the middle',
      'int n = 0; for (int i = 0; i < 4; i++) switch (i) { case 0: n += 1; break; default: n += 100; break; case 1 ... 2: n += 10; }',
      'n == 121',
    ],
    ['a case inside a nested block', 'int n = 0; switch (3) { case 1: if (0) { case 3: n = 7; } }', 'n == 7'],
    [
      'goto forwards, backwards, into a block',
      'int n = 0; goto in; back: n += 10; goto out; if (0) { in: n += 1; } goto back; out: ;',
      'n == 11',
    ],
    [
      'static locals live on',
      'int n = 0; for (int i = 0; i < 3; i++) { static int s = 5; n = s++; }',
      'n == 7',
    ],
    ['a label at the end of a block', 'int n = 1; if (n) goto end; n = 2; end: ;', 'n == 1'],
    ['an enum inside a function', 'enum { A = 4, B }; int n = B;', 'n == 5'],
    ['a struct inside a function', 'struct here { int a, b; } h = { .b = 3 };', 'h.b == 3 && h.a == 0'],
    ['a typedef inside a function', 'typedef unsigned char byte; byte b = 300;', 'b == 44'],
  ];
  for (const [title, statements, condition] of programs) it(title, () => checkTrue(condition, statements));

  it('clean-ups run at every way out, innermost first', () =>
    checkTrue(
      'work(0) == 1 && work(1) == 2 && log == 2121',
      '',
      `static int log;
       static void undo(int *v) { log = log * 10 + *v; }
       static int work(int early) {
         int a __attribute__((cleanup(undo))) = 1;
         for (;;) { int b __attribute__((cleanup(undo))) = 2; if (early) return 2; break; }
         return 1;
       }`,
    ));

  it('guard() and scoped_guard() hold the lock to the end of their scope', async () => {
    const text = (body: string) => `#include <racelens.h>
      static DEFINE_MUTEX(m);
      static int n;
      static void f(void) { ${body} }
      RACE_THREAD(process, a) { f(); }
      RACE_THREAD(process, b) { f(); }
      RACE_FINALLY(n == 2)`;
    await checkVerdict(text('guard(mutex)(&m); n++;'), 'holds');
    await checkVerdict(text('scoped_guard(mutex, &m) n++;'), 'holds');
    await checkVerdict(text('scoped_guard(mutex, &m) { } n++;'), 'assertion');
    await checkVerdict(text('guard(mutex)(&m); if (n) { n++; return; } n++;'), 'holds');
  });

  it('list loops advance where the macro says', () =>
    checkTrue(
      'n == 2 + 3 && list_empty(&head)',
      `static struct item a = { .v = 1 }, b = { .v = 2 }, c = { .v = 3 }; struct item *p, *q; int n = 0;
       list_add_tail(&a.l, &head); list_add_tail(&b.l, &head); list_add_tail(&c.l, &head);
       list_for_each_entry(p, &head, l) { if (p->v == 1) continue; n += p->v; }
       list_for_each_entry_safe(p, q, &head, l) list_del(&p->l);`,
      'struct item { int v; struct list_head l; };\nstatic LIST_HEAD(head);',
    ));
});
