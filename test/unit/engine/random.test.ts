/** Random small programs: the reduction changes no verdict, the order of threads changes no verdict, schedules replay. */
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

describe('engine: random programs', () => {
  it('reduced = unreduced, any order of threads, and schedules replay', () => {
    fc.assert(
      fc.property(fc.array(randomThread, { minLength: 1, maxLength: 3 }), threads => {
        const text = randomText(threads);
        const program = programOf(text);
        const limits = { maxStates: 20_000 };
        const reduced = check(program, limits);
        const full = check(program, { ...limits, reduce: false });
        const isBounded = (r: Report): boolean => r.verdict.kind === 'cannot-tell' || !r.exhaustive;
        if (isBounded(reduced) || isBounded(full)) return;
        assert.equal(kinds(reduced), kinds(full), `reduction\n${text}`);
        assert.equal(reduced.confirmed, full.confirmed, `confirmed\n${text}`);
        assert.ok(reduced.states <= full.states + 4, `fewer states\n${text}`);
        const turned = check(programOf(randomText([...threads].reverse())), limits);
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
