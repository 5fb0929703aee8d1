/** The models of the benchmark: the state counts that SPIN has, the same verdict reduced and not. */
import { strict as assert } from 'node:assert';
import { netpollModel, sizes, type ModelSize } from '../../../bench/models';
import { canFinish, labelAt } from '../../../src/engine/graph';
import { checkText, programOf } from './checking';
import { explored } from './runs';

function model(letter: string, fixed: boolean): string {
  const size = sizes[letter];
  assert.ok(size);
  const all: ModelSize = { ...size, fixed, polling: letter === 'L' };
  return netpollModel(all);
}

describe('engine: models of the study', () => {
  for (const [letter, full, reduced] of [
    ['A', 2882, 330],
    ['B', 22222, 1684],
    ['L', 5371, 330],
    // Large enough for everything in the compiled search to grow and move.
    ['C', 323942, 15564],
  ] as const)
    it(`${letter}: ${full} states, ${reduced} reduced`, () => {
      const every = checkText(model(letter, true), { reduce: false, forgetDead: false });
      assert.equal(every.verdict.kind, 'holds');
      assert.equal(every.states, full);
      const few = checkText(model(letter, true));
      assert.equal(few.verdict.kind, 'holds');
      assert.equal(few.states, reduced);
    });
  for (const fixed of [true, false])
    it(`B, ${fixed ? 'fixed' : 'as it was'}: compiled and interpreted graphs are the same, edge by edge`, () => {
      const [compiled, interpreted] = [100, Infinity].map(compileAfter => {
        const { graph: g, store } = explored(programOf(model('B', fixed)), { reduce: false, compileAfter });
        const labels = Array.from({ length: g.edges }, (_, e) => labelAt(g, e));
        const rows = g.starts.slice(0, g.expanded + 1);
        return {
          size: store.size,
          rows: [...rows],
          targets: [...g.targets.subarray(0, g.edges)],
          labels,
          good: [...canFinish(g, store.size)],
        };
      });
      assert.deepEqual(compiled, interpreted);
      assert.equal(compiled?.good.includes(0), !fixed);
    });
  for (const fixed of [true, false])
    it(`C, ${fixed ? 'fixed' : 'as it was'}: the states that cannot finish are those of a plain sweep`, () => {
      const { graph, store } = explored(programOf(model('C', fixed)), { reduce: false, forgetDead: false });
      const good = canFinish(graph, store.size).slice();
      const { starts, targets, labels, goals, edges, expanded, endings } = graph;
      const plain = canFinish({ starts, targets, labels, goals, edges, expanded, endings }, store.size);
      assert.equal(Buffer.compare(good, plain), 0);
      assert.equal(good.includes(0), !fixed);
    });
  for (const letter of ['A', 'B', 'L'])
    it(`${letter} without the grace period hangs`, () => {
      assert.equal(checkText(model(letter, false)).verdict.kind, 'hang');
      assert.equal(checkText(model(letter, false), { reduce: false }).verdict.kind, 'hang');
    });
});
