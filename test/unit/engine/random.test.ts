/** Random small programs: the reduction changes no verdict, the order of threads changes no verdict, schedules replay. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { check, replay, type Report } from '../../../src/engine/index';
import { programOf } from './checking';

const simple = [
  'r0 = load u32 x once',
  'r0 = load u32 y',
  'store u32 x 1',
  'store u32 y r0 once',
  'store u32 z 2',
  'rmw add u32 x 1',
  'r1 = cmpxchg u32 y 0 1',
  'r0 = add i32 r0 1',
  'r0 = choose 2',
  'r0 = unknown i32',
  'r2 = load u64 p once',
  'store u64 p 0 once',
  'store u64 p &z release',
  'r0 = load u32 z',
  'assert r0 assertion "r0"',
  'rcu.synchronize',
  'yield 0',
  'r3 = allocate item',
  'store u64 p r3 release',
  'r1 = load u32 r2',
  'free r3',
  'rcu.free r3 r3',
  'completion.complete r2',
  'task.setState 0',
  'completion.complete &c',
  'r0 = completion.wait &c -1 0',
  'sem.up &s',
  'sem.down &s',
  'r0 = work.queue &w 0 -1',
  'r0 = work.cancel &w',
  'r0 = work.cancelSync &w',
  'r0 = work.flush &w',
  'r0 = spin.try &k; unless r0 goto NEXT; spin.unlock &k; NEXT: r0 = 0',
];
const statement = fc.constantFrom(...simple);
const block: fc.Arbitrary<string> = fc
  .array(statement, { minLength: 1, maxLength: 3 })
  .map(l => l.join('; '));
const wrapped = fc.oneof(
  { weight: 3, arbitrary: block },
  block.map(b => `spin.lock &l; ${b}; spin.unlock &l`),
  block.map(b => `mutex.lock &k; ${b}; mutex.unlock &k`),
  block.map(b => `rcu.lock; ${b}; rcu.unlock`),
  block.map(b => `bh.off; ${b}; bh.on`),
  block.map(b => `unless r0 goto NEXT; ${b}; NEXT: r0 = 0`),
  fc.constant('NEXT: r0 = load u32 x once; unless r0 goto NEXT'),
  block.map(b => `read.lock &q; ${b}; read.unlock &q`),
  block.map(b => `write.lock &q; ${b}; write.unlock &q`),
);
const body = fc.array(wrapped, { minLength: 1, maxLength: 2 }).map(l => l.join('; '));
const thread = fc.record({
  context: fc.constantFrom('process', 'process', 'kthread', 'softirq', 'hardirq'),
  cpu: fc.constantFrom('', '', ' @0', ' @0'),
  daemon: fc.constantFrom('thread', 'thread', 'thread', 'daemon'),
  body,
});

interface Case {
  readonly context: string;
  readonly cpu: string;
  readonly daemon: string;
  readonly body: string;
}

function textOf(threads: readonly Case[]): string {
  let label = 0;
  const fresh = (b: string): string =>
    b
      .split('; ')
      .reduce<{ out: string[]; open: string }>(
        (s, part) => {
          // Each `goto NEXT … NEXT:` pair gets a label of its own.
          if (part.startsWith('NEXT: ') && !part.includes('goto') && s.open === '') s.open = `l${label++}`;
          if (part.includes('goto NEXT') && s.open === '') s.open = `l${label++}`;
          if (part.startsWith('NEXT: ') && part === 'NEXT: r0 = load u32 x once') s.open = `l${label++}`;
          s.out.push(part.replace(/NEXT/g, s.open));
          return s;
        },
        { out: [], open: '' },
      )
      .out.join('; ');
  return `
    setting repeats 3
    layout item 8 { 0 "v" u64 }
    object x: u32\nobject y: u32\nobject z: u32\nobject p: pointer = &z
    object l: lock\nobject k: lock\nobject q: lock\nobject c: u32\nobject s: u32 = 1\nobject w: word
    function work/1 { rmw add u32 y 1 }
    init { work.init &w &fn:work }
    ${threads.map((t, i) => `${t.daemon} ${t.context} t${i}${t.cpu} { ${fresh(t.body)} }`).join('\n')}`;
}

const kinds = (r: Report): string =>
  [r.verdict.kind, ...r.also.map(a => a.kind)]
    .map(k => (k === 'deadlock' ? 'hang' : k))
    .filter((k, i, l) => l.indexOf(k) === i)
    .sort()
    .join(' ');

/** From the end of a schedule the circle may look otherwise than from where it was found: both are stuck. */
const stuck = (kind: string | undefined): string | undefined => (kind === 'deadlock' ? 'hang' : kind);

describe('engine: random programs', () => {
  it('reduced = unreduced, any order of threads, and schedules replay', () => {
    fc.assert(
      fc.property(fc.array(thread, { minLength: 1, maxLength: 3 }), threads => {
        const text = textOf(threads);
        const program = programOf(text);
        const limits = { maxStates: 20_000 };
        const reduced = check(program, limits);
        const full = check(program, { ...limits, reduce: false });
        const isBounded = (r: Report): boolean => r.verdict.kind === 'cannot-tell' || !r.exhaustive;
        if (isBounded(reduced) || isBounded(full)) return;
        assert.equal(kinds(reduced), kinds(full), `reduction\n${text}`);
        assert.equal(reduced.confirmed, full.confirmed, `confirmed\n${text}`);
        assert.ok(reduced.states <= full.states + 4, `fewer states\n${text}`);
        const turned = check(programOf(textOf([...threads].reverse())), limits);
        assert.equal(kinds(turned), kinds(reduced), `order\n${text}`);
        for (const r of [reduced, full])
          for (const [schedule, kind] of [
            [r.schedule, r.verdict.kind],
            ...r.also.map(a => [a.schedule, a.kind]),
          ]) {
            if (schedule === undefined) continue;
            const again = replay(program, schedule);
            assert.equal(again.problem, undefined, `${schedule}\n${text}`);
            assert.equal(stuck(again.kind), stuck(kind), `${schedule}\n${text}`);
          }
      }),
      {
        numRuns: Number(process.env['RACELENS_RUNS'] ?? 60),
        seed: Number(process.env['RACELENS_SEED'] ?? 7),
      },
    );
  });
});
