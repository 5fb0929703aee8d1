/** The compiled search is the interpreting one, only faster: the same states with the same numbers, the same report. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { check, type Options } from '../../../src/engine/index';
import { canFinish, labelAt } from '../../../src/engine/graph';
import { programOf } from './checking';
import { randomText, randomThread } from './programs';
import { explored } from './runs';

/** Reports of both searches on one program, as text. */
function both(text: string, options: Partial<Options>): readonly [compiled: string, interpreted: string] {
  const run = (compileAfter: number): string =>
    JSON.stringify({ ...check(programOf(text), { ...options, compileAfter }), engine: 0 }, undefined, 1);
  return [run(3), run(Infinity)];
}

describe('engine: compiled', function () {
  this.timeout(120_000);
  for (const reduce of [true, false])
    it(`random programs, ${reduce ? 'reduced' : 'every step'}: the same report, byte by byte`, () => {
      fc.assert(
        fc.property(fc.array(randomThread, { minLength: 1, maxLength: 3 }), threads => {
          const text = randomText(threads);
          const [compiled, interpreted] = both(text, { reduce, maxStates: 20_000 });
          if (interpreted.includes('"cannot-tell"')) return;
          assert.equal(compiled, interpreted, text);
        }),
        {
          numRuns: Number(process.env['RACELENS_RUNS'] ?? 100),
          seed: Number(process.env['RACELENS_SEED'] ?? 11),
        },
      );
    });

  for (const [threads, compileAfter] of [
    [10, 3],
    [9, 3],
    [9, 300],
  ] as const)
    it(`${threads} threads that can all go on, from state ${compileAfter} on: the same graph, edge by edge`, () => {
      const text = [
        'object x: u32',
        ...Array.from({ length: threads }, (_, n) => `thread process t${n} { store u32 &x 1 }`),
      ].join('\n');
      const [compiled, interpreted] = [compileAfter, Infinity].map(after => {
        const { graph: g, store } = explored(programOf(text), { reduce: false, compileAfter: after });
        return {
          size: store.size,
          rows: [...g.starts.slice(0, g.expanded + 1)],
          targets: [...g.targets.subarray(0, g.edges)],
          labels: Array.from({ length: g.edges }, (_, e) => labelAt(g, e)),
          good: [...canFinish(g, store.size)],
        };
      });
      assert.ok((interpreted?.size ?? 0) > compileAfter);
      assert.deepEqual(compiled, interpreted);
    });
});
