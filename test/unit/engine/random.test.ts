/**
 * Random small programs over all objects: the reduction changes no verdict, the order of threads changes no verdict, and
 * schedules replay step by step to the same end. RACELENS_RUNS says how many, RACELENS_SEED which; CI runs thousands.
 */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { check, replay, type Report } from '../../../src/engine/index';
import { programOf } from './checking';
import { randomText, randomThread } from './programs';

const kinds = (r: Report): string =>
  [r.verdict.kind, ...r.also.map(a => a.kind)]
    .map(k => (k === 'deadlock' ? 'hang' : k))
    .filter((k, i, l) => l.indexOf(k) === i)
    .sort()
    .join(' ');

/** From the end of a schedule the circle may look otherwise than from where it was found: both are stuck. */
const stuck = (kind: string | undefined): string | undefined => (kind === 'deadlock' ? 'hang' : kind);

const isBounded = (r: Report): boolean => r.verdict.kind === 'cannot-tell' || !r.exhaustive;

const isCi = process.env['CI'] === 'true';

describe('engine: random programs', function () {
  this.timeout(isCi ? 600_000 : 60_000);

  it('reduced = unreduced, any order of threads, and schedules replay', () => {
    const limits = { maxStates: isCi ? 2500 : 8000 };
    fc.assert(
      fc.property(fc.array(randomThread, { minLength: 1, maxLength: 3 }), threads => {
        const text = randomText(threads);
        const program = programOf(text);
        const reduced = check(program, limits);
        if (isBounded(reduced)) return;
        const full = check(program, { ...limits, reduce: false });
        if (isBounded(full)) return;
        assert.equal(kinds(reduced), kinds(full), `reduction\n${text}`);
        assert.equal(reduced.confirmed, full.confirmed, `confirmed\n${text}`);
        assert.equal(reduced.preemptions, full.preemptions, `preemptions\n${text}`);
        assert.ok(reduced.states <= full.states + 4, `fewer states\n${text}`);
        const turned = check(programOf(randomText([...threads].reverse())), limits);
        assert.equal(kinds(turned), kinds(reduced), `order\n${text}`);
        assert.equal(turned.preemptions, reduced.preemptions, `order, preemptions\n${text}`);
        for (const r of [reduced, full]) {
          for (const [schedule, kind] of [
            [r.schedule, r.verdict.kind],
            ...r.also.map(a => [a.schedule, a.kind]),
          ]) {
            if (schedule === undefined) continue;
            const again = replay(program, schedule);
            assert.equal(again.problem, undefined, `${schedule}\n${text}`);
            assert.equal(stuck(again.kind), stuck(kind), `${schedule}\n${text}`);
          }
          if (r.schedule === undefined || r.trace === undefined) continue;
          // Step by step: the same thread does the same to the same memory.
          const again = replay(program, r.schedule).trace;
          const shown = (t: typeof again): unknown =>
            t?.steps.map(s => [t.threads[s.thread]?.name, s.text, s.reads, s.changes, s.choice]);
          assert.deepEqual(shown(again), shown(r.trace), `${r.schedule}\n${text}`);
        }
      }),
      {
        numRuns: Number(process.env['RACELENS_RUNS'] ?? (isCi ? 1000 : 60)),
        seed: Number(process.env['RACELENS_SEED'] ?? 7),
      },
    );
  });
});
