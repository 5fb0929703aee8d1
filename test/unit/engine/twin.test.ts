/** The passing twin: nothing that passes agrees with the failing schedule for longer. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { check, replay } from '../../../src/engine/index';
import { canFinish } from '../../../src/engine/graph';
import { findPaths } from '../../../src/engine/path';
import { twinOf } from '../../../src/engine/twin';
import { programOf } from './checking';
import { randomText, randomThread } from './programs';
import { allRuns, explored } from './runs';

const lost = `object x: u32
  thread process a { r0 = load u32 x; r0 = add u32 r0 1; store u32 x r0 }
  thread process b { r0 = load u32 x; r0 = add u32 r0 1; store u32 x r0 }
  finally { r0 = load u32 x; r0 = eq u32 r0 2; return r0 }`;

describe('engine: the passing twin', function () {
  this.timeout(120_000);

  it('parts at the last step at which it could still be avoided, and replays', () => {
    const { twin, schedule } = check(programOf(lost), { twin: true });
    assert.ok(twin && 'schedule' in twin && schedule);
    assert.match(schedule, /:a1b2a1$/);
    assert.match(twin.schedule, /:a2b2$/);
    assert.equal(twin.shared, 1);
    assert.equal(twin.preemptions, 0);
    assert.deepEqual([twin.failing.thread, twin.failing.text], ['b', 'r0 = load u32 x']);
    assert.deepEqual([twin.passing.thread, twin.passing.text], ['a', 'store u32 x r0']);
    assert.equal(replay(programOf(lost), twin.schedule).kind, 'holds');
  });

  it('there is none where every schedule fails', () => {
    const { twin } = check(programOf('object l: lock\nthread process a { spin.lock &l; spin.lock &l }'), {
      twin: true,
    });
    assert.deepEqual(twin, { cannotTell: 'no schedule passes' });
  });

  it('random programs: brute force finds no longer common beginning, and the twin replays', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(randomThread, { minLength: 1, maxLength: 3 }), fc.boolean(), (threads, reduce) => {
        const text = randomText(threads);
        const program = programOf(text);
        const options = { reduce, maxStates: 3000 };
        const search = explored(program, options);
        const runs = search.stopped ? undefined : allRuns(search, 3000);
        if (!runs || search.graph.endings.some(e => 'limit' in e)) return;
        const { graph } = search;
        const good = canFinish(graph, search.store.size);
        const wanted = (t: number): string | undefined => (t < 0 || !good[t] ? 'bad' : undefined);
        const hit = findPaths(graph, 0, wanted, false, 1)[0];
        if (!hit) return;
        const failing = hit.path.steps.map(s => s.edge);
        const shared = (edges: readonly number[]): number => {
          let k = 0;
          while (k < failing.length && failing[k] === edges[k]) k++;
          return k;
        };
        const twin = twinOf(search, good, hit.path);
        const passing = runs.filter(r => r.end === 'passes');
        const best = Math.max(-1, ...passing.map(r => shared(r.edges)));
        assert.equal(twin?.shared ?? -1, best, text);
        if (twin) assert.equal(shared(twin.path.steps.map(s => s.edge)), best, text);
        const report = check(program, { ...options, twin: true });
        if (report.twin && 'schedule' in report.twin) {
          const again = replay(program, report.twin.schedule);
          assert.equal(again.problem, undefined, `${report.twin.schedule}\n${text}`);
          assert.equal(again.kind, 'holds', `${report.twin.schedule}\n${text}`);
          const fails = replay(program, report.schedule ?? '');
          assert.notEqual(fails.kind, 'holds');
        }
        compared++;
      }),
      {
        numRuns: Number(process.env['RACELENS_RUNS'] ?? 110),
        seed: Number(process.env['RACELENS_SEED'] ?? 3),
      },
    );
    assert.ok(compared > 5, `only ${compared} were compared`);
  });
});
