import { strict as assert } from 'node:assert';
import { checkProblems, checkVerdict, lowered, programOf } from './lowering';

describe('lowering: the harness', () => {
  it('threads, contexts, CPUs, options', async () => {
    const program = programOf(
      await lowered(`#include <racelens.h>
        RACE_THREAD(softirq, a, 1) { }
        RACE_DAEMON(kthread, b) { };
        RACE_REPEAT(a, 3); RACE_SIGNAL(b)
        RACE_BOUND(recursion, 2) RACE_OPTION(preempt, rt)
        RACE_EXPECT(possible, use-after-free);`),
    );
    assert.deepEqual(
      program.threads.map(({ name, context, cpu, daemon, repeat, signals }) => ({
        name,
        context,
        cpu,
        daemon,
        repeat,
        signals,
      })),
      [
        { name: 'a', context: 'softirq', cpu: 1, daemon: undefined, repeat: 3, signals: undefined },
        { name: 'b', context: 'kthread', cpu: undefined, daemon: true, repeat: 1, signals: true },
      ],
    );
    assert.deepEqual(program.settings, { recursion: 2, preempt: 'rt' });
    assert.equal(program.expectation?.kind, 'use-after-free');
    assert.equal(program.expectation?.possible, true);
  });

  it('says what is wrong', async () => {
    await checkProblems('#include <racelens.h>\nint x;\n', [
      'error: /h/test.race.c has no RACE_THREAD: there is nothing to run',
    ]);
    await checkProblems('#include <racelens.h>\n#include "net/core/x.c"\nRACE_THREAD(process, t) { }\n', [
      'error: no such file net/core/x.c; looked beside the harness @ #include "net/core/x.c"',
    ]);
    await checkProblems(
      '#include <racelens.h>\nRACE_THREAD(interrupt, t) { }\nRACE_THREAD(process, u) { }\n',
      [
        'error: RACE_THREAD: the context is process, kthread, softirq or hardirq, not "interrupt" @ RACE_THREAD',
      ],
    );
    await checkProblems('#include <racelens.h>\nRACE_THREAD(process, t) { }\nRACE_REPEAT(u, 2)\n', [
      'error: RACE_REPEAT: no thread has the name u @ RACE_REPEAT(u, 2)',
    ]);
    await checkProblems('#include <racelens.h>\nRACE_THREAD(process, t) { }\nRACE_THRAED(process, u) { }\n', [
      'error: RACE_THRAED is no word of a harness @ RACE_THRAED(process, u) { }',
    ]);
  });

  const override = (body: string): string => `#include <racelens.h>
    #include "drv.c"
    ${body}
    RACE_THREAD(process, t) { RACE_ASSERT(top() == 7); }
//- /h/drv.c
static inline int low(int x) { return x; }
int top(void) { return low(1) + 1; }
`;

  it('a function of the harness overrides the one of the source, so does RACE_STUB', async () => {
    await checkVerdict(override(''), 'assertion');
    await checkVerdict(override('static int low(int x) { return 6; }'), 'holds');
    await checkVerdict(override('RACE_STUB(int, low, (int x)) { return x + 5; }'), 'holds');
  });

  it('a syntax error in a function matters only where it is reached', async () => {
    const text = (call: string): string => `#include <racelens.h>
      #include "drv.c"
      RACE_THREAD(process, t) { ${call}(); }
//- /h/drv.c
int good(void) { return 1; }
int bad(void) { if (( return 1; }
`;
    await checkVerdict(text('good'), 'holds');
    await checkVerdict(text('bad'), 'cannot-tell');
  });

  it('an unknown call is an assumption that names it, and makes the finding possible', async () => {
    const text = `#include <racelens.h>
      static int broken;
      RACE_THREAD(process, t) { if (elsewhere(1)) broken = 1; }
      RACE_FINALLY(!broken)
`;
    await checkVerdict(text, 'possible assertion');
    const program = programOf(await lowered(text));
    assert.ok(
      program.assumptions.some(
        a => a.kind === 'unknown-call' && /elsewhere\(\)/.test(a.message) && a.callee === 'elsewhere',
      ),
      JSON.stringify(program.assumptions),
    );
  });

  it('#if follows CONFIG values, and the choice is among the assumptions', async () => {
    const text = (config: string): string => `#include <racelens.h>
      ${config}
      static int f(void) {
      #ifdef CONFIG_SPECIAL
        return 1;
      #elif IS_ENABLED(CONFIG_OTHER)
        return 2;
      #else
        return 3;
      #endif
      }
      RACE_THREAD(process, t) { RACE_ASSERT(f() == (IS_ENABLED(CONFIG_SPECIAL) ? 1 : 3)); }`;
    await checkVerdict(text(''), 'holds');
    await checkVerdict(text('RACE_CONFIG(CONFIG_SPECIAL, y)'), 'holds');
    await checkVerdict(text('RACE_CONFIG(CONFIG_OTHER, m)'), 'assertion');
    const program = programOf(await lowered(text('')));
    assert.ok(
      program.assumptions.some(a => a.kind === 'config' && a.message.startsWith('CONFIG_SPECIAL is not set')),
    );
  });

  it('two lone files without headers: fields from use, bits of their own', async () => {
    const text = `#include <racelens.h>
      #include "a.c"
      static struct gadget g;
      RACE_INIT() { g.name = 3; }
      RACE_THREAD(process, t) { mark(&g); RACE_ASSERT(g.name == 3 && test_bit(GADGET_BUSY, &g.flags) && !test_bit(GADGET_DEAD, &g.flags)); }
//- /h/a.c
void mark(struct gadget *g) { spin_lock(&g->lock); set_bit(GADGET_BUSY, &g->flags); g->inner.count++; spin_unlock(&g->lock); }
`;
    await checkVerdict(text, 'holds');
    const program = programOf(await lowered(text));
    assert.ok(program.assumptions.some(a => a.kind === 'inferred' && a.message.includes('struct gadget')));
  });

  it('a member whose address goes to a typed parameter is of that type, in its initialiser too', async () => {
    await checkVerdict(
      `#include <racelens.h>
      static struct box box = { .queue = LIST_HEAD_INIT(box.queue) };
      static struct entry e;
      RACE_INIT() { list_add(&e.node, &box.queue); }
      RACE_THREAD(process, t) { RACE_ASSERT(!list_empty(&box.queue)); list_del(&e.node); }
      RACE_FINALLY(list_empty(&box.queue))
`,
      'holds',
    );
    await checkVerdict(
      `#include <racelens.h>
      static struct box box = { .queue = LIST_HEAD_INIT(box.queue), .after = 7 };
      static struct entry e;
      static void link(struct list_head *n, struct list_head *h) { list_add(n, h); }
      RACE_INIT() { link(&e.node, &box.queue); }
      RACE_THREAD(process, t) { RACE_ASSERT(box.after == 7); }
      RACE_FINALLY(list_empty(&box.queue))
`,
      'assertion',
    );
  });

  it('spans point at the source, macros by their call', async () => {
    const r = await lowered(`#include <racelens.h>
      #define BUMP(x) do { (x) += 1; } while (0)
      static int n; static LIST_HEAD(head); static struct list_head e;
      RACE_THREAD(process, t) { BUMP(n); list_add(&e, &head); }`);
    const program = programOf(r);
    const f = program.functions.find(x => x.name === 't');
    const seen = new Set(
      f?.body
        .map(i => program.sites[i.site])
        .map(s => `${s ? r.text.slice(s.span.start, s.span.end) : ''} via ${s?.via ?? '-'}`),
    );
    assert.ok(seen.has('BUMP(n) via BUMP'), [...seen].join('\n'));
    assert.ok(seen.has('list_add(&e, &head) via list_add'), [...seen].join('\n'));
  });

  it('never throws on text that is no C', async () => {
    for (const text of [
      '',
      '}{)(',
      'RACE_THREAD(process, t) {',
      'RACE_THREAD(',
      '#define X(',
      'RACE_THREAD(process, t) { x = ; ((( }',
      '\u0000\u0001',
      'RACE_FINALLY()',
      'RACE_STUB(int, f) { }',
    ])
      await lowered(text);
  });
});
