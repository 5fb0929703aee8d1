/** Odds: exact small cases, dense elimination, and a die. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { check } from '../../../src/engine/index';
import { withPause } from '../../../src/engine/odds';
import type { Odds, Report } from '../../../src/engine/report';
import type { OddsRequest } from '../../../src/engine/options';
import { programOf } from './checking';
import { randomText, randomThread } from './programs';
import { die, drawnRuns } from './runs';

type Told = Extract<Odds, { probability: number }>;

function told(report: Report): Told {
  const { odds } = report;
  assert.ok(odds && 'probability' in odds, JSON.stringify(odds));
  return odds;
}

function oddsIn(text: string, odds: OddsRequest = {}): Told {
  return told(check(programOf(text), { odds }));
}

const near = (a: number, b: number): void => {
  assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);
};

describe('engine: odds', function () {
  this.timeout(120_000);

  it('of two threads, one step each: one in two', () => {
    const odds = oddsIn(`object x: u32
      thread process setter { store u32 x 1 once }
      thread process tester { r0 = load u32 x once; assert r0 assertion "set" }`);
    near(odds.probability, 1 / 2);
    near(odds.runs ?? 0, 2);
    near(odds.runsForMostly ?? 0, Math.log(0.05) / Math.log(0.5));
    assert.ok(odds.error < 1e-11);
  });

  it('choices are drawn evenly, whatever the others do', () => {
    near(
      oddsIn(`object x: u32
        thread process a { r0 = choose 5; assert r0 assertion "not 0" }
        thread process b { store u32 x 1; store u32 x 2 }`).probability,
      1 / 5,
    );
  });

  it('what always happens has probability 1, and each run hits', () => {
    const odds = oddsIn(`object l: lock
      thread process a { spin.lock &l; spin.lock &l }`);
    near(odds.probability, 1);
    assert.equal(odds.runsForMostly, 1);
  });

  it('a thread that spins takes steps as well', () => {
    // Spinning before the first store changes nothing; then the waiter must be drawn before the second one.
    const odds = oddsIn(`object x: u32
      thread process pulse { store u32 x 1 once; store u32 x 2 once }
      thread process waiter { again: r0 = load u32 x once; r0 = eq u32 r0 1; unless r0 goto again }`);
    near(odds.probability, 1 / 2);
  });

  it('RACE_FINALLY is judged at rest', () => {
    // Lost update: both load before either stores. P(a, b interleave) of 4 steps: 4 of 6 orders, each with its weight.
    const odds = oddsIn(`object x: u32
      thread process a { r0 = load u32 x; r0 = add u32 r0 1; store u32 x r0 }
      thread process b { r0 = load u32 x; r0 = add u32 r0 1; store u32 x r0 }
      finally { r0 = load u32 x; r0 = eq u32 r0 2; return r0 }`);
    // Lost unless the first thread goes on at once.
    near(odds.probability, 1 / 2);
  });

  it('a call that takes longer: its steps are drawn less often, and it pauses at its beginning', () => {
    const text = `object x: u32
      function slow/0 { r0 = load u32 x once; assert r0 assertion "set" }
      thread process setter { store u32 x 1 once }
      thread process tester { call slow() }`;
    const { slow } = oddsIn(text, { slow: { call: 'slow', factor: 4 } });
    assert.deepEqual(
      slow?.points.map(p => p.factor),
      [1, 2, 4],
    );
    // Twice the tester must be drawn before the setter: with weight 1/(k - 1), then with 1/k.
    for (const p of slow?.points ?? []) {
      const k = p.factor;
      near(p.probability, (1 / k / (1 / k + 1)) * (k === 1 ? 1 : 1 / (k - 1) / (1 / (k - 1) + 1)));
    }
    assert.ok((slow?.states ?? 0) > 0);
    assert.deepEqual(check(programOf(text), { odds: { slow: { call: 'fast' } } }).odds, {
      cannotTell: 'the program has no call of fast()',
    });
  });

  it('limits are told, and what holds has no odds', () => {
    const text = `object x: u32
      thread process a { ${'rmw add u32 x 1; '.repeat(12)} r0 = load u32 x; r0 = ne u32 r0 15; assert r0 assertion "sum" }
      thread process b { ${'rmw add u32 x 1; '.repeat(12)} r0 = 0 }`;
    const { odds } = check(programOf(text), { odds: {}, maxStates: 40 });
    assert.equal(odds, undefined);
    const local = `thread process a { r0 = choose 2; assert r0 assertion "x" }
      ${Array.from({ length: 3 }, (_, k) => `object x${k}: u32\nthread process t${k} { ${`rmw add u32 x${k} 1; `.repeat(9)} r0 = 0 }`).join('\n')}`;
    const told = check(programOf(local), { odds: {}, maxStates: 500 });
    assert.equal(told.verdict.kind, 'assertion');
    assert.match(
      JSON.stringify(told.odds),
      /"cannotTell":"the graph of every step is too large: more than 500 states"/,
    );
    assert.equal(check(programOf('thread process a { r0 = 1 }'), { odds: {} }).odds, undefined);
  });

  /** Asserts that the die agrees with the number, up to four standard deviations and a bit. */
  function agrees(hits: number, runs: number, p: number, text: string): void {
    const deviation = Math.sqrt(runs * p * (1 - p));
    assert.ok(Math.abs(hits - runs * p) <= 4 * deviation + 2, `${hits} of ${runs}, not ${p}\n${text}`);
  }
  const isSame = (kind: string, end: string): boolean => (kind === 'deadlock' ? 'hang' : kind) === end;

  it('random programs: a seeded die agrees', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(randomThread, { minLength: 1, maxLength: 3 }), fc.integer(), (threads, seed) => {
        const text = randomText(threads);
        const program = programOf(text);
        const report = check(program, { odds: {}, maxStates: 20_000 });
        if (!report.odds || 'cannotTell' in report.odds || !report.exhaustive) return;
        const { probability, error, kind } = report.odds;
        assert.ok(error <= 1e-8 * probability + 1e-15, `${error}\n${text}`);
        assert.ok(probability > 0 && probability <= 1);
        const run = drawnRuns(program, die(seed));
        const runs = 200;
        let hits = 0;
        for (let k = 0; k < runs; k++) if (isSame(kind, run())) hits++;
        agrees(hits, runs, probability, text);
        compared++;
      }),
      {
        numRuns: Number(process.env['RACELENS_RUNS'] ?? 50),
        seed: Number(process.env['RACELENS_SEED'] ?? 5),
      },
    );
    assert.ok(compared > 5, `only ${compared} were compared`);
  });

  it('a slow call: a seeded die agrees', () => {
    const text = `object x: u32\nobject y: u32
      function poll/0 { r0 = load u32 x once; r1 = load u32 y once; r0 = sub u32 r0 r1; r0 = eq u32 r0 0; assert r0 assertion "same" }
      thread process writer { store u32 x 1 once; store u32 y 1 once; store u32 x 2 once; store u32 y 2 once }
      thread process reader { r2 = load u32 y once; call poll(); store u32 &y r2 }
      daemon process other { again: r0 = load u32 x once; goto again }`;
    const { slow } = oddsIn(text, { slow: { call: 'poll', factor: 8 } });
    const program = withPause(programOf(text), 'poll');
    for (const p of slow?.points ?? []) {
      const k = p.factor;
      const run = drawnRuns(program, die(k), (names, isFirst) =>
        names[names.length - 1] === 'poll' && isFirst
          ? k === 1
            ? 1e9
            : 1 / (k - 1)
          : names.includes('poll')
            ? 1 / k
            : 1,
      );
      let hits = 0;
      for (let n = 0; n < 250; n++) {
        const end = run();
        if (end === 'assertion') hits++;
      }
      agrees(hits, 250, p.probability, `${k} times`);
    }
  });
});
