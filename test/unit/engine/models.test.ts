/** The models of the benchmark: the state counts that SPIN has, the same verdict reduced and not. */
import { strict as assert } from 'node:assert';
import { netpollModel, sizes, type ModelSize } from '../../../bench/models';
import { checkText } from './checking';

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
  ] as const)
    it(`${letter}: ${full} states, ${reduced} reduced`, () => {
      const every = checkText(model(letter, true), { reduce: false, forgetDead: false });
      assert.equal(every.verdict.kind, 'holds');
      assert.equal(every.states, full);
      const few = checkText(model(letter, true));
      assert.equal(few.verdict.kind, 'holds');
      assert.equal(few.states, reduced);
    });
  for (const letter of ['A', 'B', 'L'])
    it(`${letter} without the grace period hangs`, () => {
      assert.equal(checkText(model(letter, false)).verdict.kind, 'hang');
      assert.equal(checkText(model(letter, false), { reduce: false }).verdict.kind, 'hang');
    });
});
