/** What each step of a trace follows from: found by what steps touch, checked by swapping neighbours that do not depend. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { causesOf } from '../../../src/engine/causes';
import { check, replay } from '../../../src/engine/index';
import type { Trace } from '../../../src/engine/report';
import { programOf } from './checking';
import { randomText, randomThread } from './programs';

/** `0 x!` thread 0 writes x; `-` in front: in no row. */
function causes(...steps: readonly string[]): readonly (readonly number[])[] {
  let row = 0;
  return causesOf(
    steps.map(text => {
      const [, hidden = '', thread = '', touched = ''] = /^(-?)(\d) ?(.*)$/.exec(text) ?? [];
      const touches = new Map(
        touched
          .split(' ')
          .filter(Boolean)
          .map(name => [name.replace('!', ''), name.endsWith('!')] as const),
      );
      return { thread: Number(thread), touches, row: hidden ? undefined : row++ };
    }),
  );
}

describe('engine: what a step follows from', function () {
  this.timeout(60_000);

  it('a read follows from the last write, a write from the reads since', () => {
    assert.deepEqual(causes('0 x!', '1 x', '2 x', '0 x!', '1 y'), [[], [0], [0], [1, 2], [1]]);
  });

  it('what follows already is left out', () => {
    assert.deepEqual(causes('0 x!', '1 x y!', '2 x y'), [[], [0], [1]]);
  });

  it('a hidden step hands on what it follows from', () => {
    assert.deepEqual(causes('0 x!', '-1 x', '1 y!', '2 y'), [[], [0], [1]]);
  });

  it('a lost update: each store follows from the other load', () => {
    const { trace } = check(
      programOf(`object x: u32
        thread process a { r0 = load u32 x; r0 = add u32 r0 1; store u32 x r0 }
        thread process b { r0 = load u32 x; r0 = add u32 r0 1; store u32 x r0 }
        finally { r0 = load u32 x; r0 = eq u32 r0 2; return r0 }`),
    );
    assert.deepEqual(
      trace?.steps.map(step => step.after),
      // a loads, b loads, b stores, a stores.
      [[], [], [0, 1], [2]],
    );
  });

  it('random programs: neighbours of which the second does not follow from the first can change places', () => {
    let swapped = 0;
    fc.assert(
      fc.property(fc.array(randomThread, { minLength: 2, maxLength: 3 }), threads => {
        const text = randomText(threads);
        const program = programOf(text);
        const report = check(program, { maxStates: 3000 });
        const { schedule, trace } = report;
        if (!schedule || !trace) return;
        const [version, print, runs = ''] = schedule.split(':');
        const steps = [...runs.matchAll(/([a-zA-Z])(?:(\?(?:\d+|s))|(\d+))/g)].flatMap(
          ([, thread = '', choice, count]) =>
            choice === undefined ? new Array<string>(Number(count)).fill(`${thread}1`) : [thread + choice],
        );
        // Only where every step is a row do the indexes agree.
        if (steps.length !== trace.steps.length) return;
        for (let k = 0; k + 1 < steps.length; k++) {
          const [a, b] = [trace.steps[k], trace.steps[k + 1]];
          if (!a || !b || a.thread === b.thread || b.after?.includes(k)) continue;
          const order = [...steps];
          order.splice(k, 2, steps[k + 1] ?? '', steps[k] ?? '');
          const again = replay(program, `${version ?? ''}:${print ?? ''}:${order.join('')}`);
          // A fault ends the run: the step before it may be left out of it.
          if (k + 2 === steps.length && report.verdict.kind !== 'hang') continue;
          assert.equal(again.problem, undefined, `${schedule} at ${String(k)}\n${text}`);
          assert.deepEqual(values(again.trace), values(trace), `${schedule} at ${String(k)}\n${text}`);
          swapped++;
        }
      }),
      {
        numRuns: Number(process.env['RACELENS_RUNS'] ?? 80),
        seed: Number(process.env['RACELENS_SEED'] ?? 5),
      },
    );
    assert.ok(swapped > 8, `only ${String(swapped)} pairs`);
  });
});

/** What each cell was changed to last. */
function values(trace: Trace | undefined): Readonly<Record<string, string>> {
  const last: Record<string, string> = {};
  for (const step of trace?.steps ?? [])
    for (const change of step.changes) last[trace?.cells[change.cell]?.name ?? ''] = change.after;
  return last;
}
