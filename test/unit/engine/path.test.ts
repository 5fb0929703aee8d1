/** The schedule shown has the fewest preemptions, then the fewest steps: against relaxation until nothing changes. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { check } from '../../../src/engine/index';
import { canFinish, labelAt, unpackLabel, type Graph } from '../../../src/engine/graph';
import { countPreemptions, findPaths } from '../../../src/engine/path';
import { programOf } from './checking';
import { randomText, randomThread } from './programs';
import { explored } from './runs';

/** The thread could do more here than one round of a loop that changes nothing. */
function couldGoOn(g: Graph, state: number, thread: number): boolean {
  const edgesOf = (s: number): number[] => {
    const list: number[] = [];
    for (let e = g.starts[s] ?? 0; e < (g.starts[s + 1] ?? 0); e++)
      if (unpackLabel(labelAt(g, e)).thread === thread) list.push(e);
    return list;
  };
  const own = edgesOf(state);
  if (own.length !== 1) return own.length > 1;
  for (let at = g.targets[own[0] ?? 0] ?? 0, k = 0; k < 64 && at >= 0; k++) {
    if (at === state) return false;
    const next = edgesOf(at)[0];
    if (next === undefined) return true;
    at = g.targets[next] ?? 0;
  }
  return true;
}

/** The least [preemptions, steps] to any wanted target: Bellman-Ford over (state, last thread). */
function cheapest(g: Graph, wanted: (target: number) => boolean): readonly [number, number] | undefined {
  const costs = new Map<string, readonly [number, number]>();
  const isLess = (a: readonly [number, number], b: readonly [number, number] | undefined): boolean =>
    !b || a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
  let best: readonly [number, number] | undefined = wanted(0) ? [0, 0] : undefined;
  costs.set('0 -', [0, 0]);
  for (let changed = true; changed;) {
    changed = false;
    for (const [key, cost] of [...costs]) {
      const [state = 0, last = ''] = key.split(' ').map((v, k) => (k === 0 ? Number(v) : v)) as [
        number,
        string,
      ];
      for (let e = g.starts[state] ?? 0; e < (g.starts[state + 1] ?? 0); e++) {
        const { thread, isPrivate } = unpackLabel(labelAt(g, e));
        const to = g.targets[e] ?? 0;
        const preempts =
          !isPrivate && last !== '-' && last !== String(thread) && couldGoOn(g, state, Number(last));
        const next = [cost[0] + (preempts ? 1 : 0), cost[1] + 1] as const;
        if (wanted(to)) {
          if (isLess(next, best)) best = next;
          continue;
        }
        if (to < 0) continue;
        const node = `${to} ${isPrivate ? last : thread}`;
        if (!isLess(next, costs.get(node))) continue;
        costs.set(node, next);
        changed = true;
      }
    }
  }
  return best;
}

describe('engine: shortest schedules', function () {
  this.timeout(120_000);

  it('random programs: nothing is cheaper, reduced or not, and both need as many preemptions', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(randomThread, { minLength: 1, maxLength: 3 }), threads => {
        const text = randomText(threads);
        const program = programOf(text);
        const needed: number[] = [];
        for (const reduce of [true, false]) {
          const search = explored(program, { reduce, maxStates: 1500 });
          if (search.stopped || search.graph.endings.some(e => 'limit' in e)) return;
          const { graph } = search;
          const good = canFinish(graph, search.store.size);
          const isBad = (t: number): boolean => t < 0 || !good[t];
          const hit = findPaths(graph, 0, t => (isBad(t) ? 'bad' : undefined), false, 1)[0];
          const best = cheapest(graph, isBad);
          assert.deepEqual(hit ? [hit.path.preemptions, hit.path.steps.length] : undefined, best, text);
          if (!hit) return;
          assert.equal(countPreemptions(graph, hit.path.steps), hit.path.preemptions, text);
          needed.push(hit.path.preemptions);
          const report = check(program, { reduce, maxStates: 1500 });
          const told = [report.preemptions ?? 0, ...report.also.map(a => a.preemptions)];
          assert.equal(Math.min(...told), hit.path.preemptions, text);
          const seen = report.trace?.steps.filter(s => s.preemption).length;
          assert.equal(seen, report.preemptions, `in the trace\n${text}`);
        }
        assert.equal(needed[0], needed[1], `reduced and not\n${text}`);
        compared++;
      }),
      {
        numRuns: Number(process.env['RACELENS_RUNS'] ?? 80),
        seed: Number(process.env['RACELENS_SEED'] ?? 9),
      },
    );
    assert.ok(compared > 5, `only ${compared} were compared`);
  });
});
