/** Free play: prospects agree with brute force on the graph of every step, and any path of choices replays. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { hasPassed } from '../../../src/engine/ends';
import type { Search } from '../../../src/engine/explore';
import { canFinish, FINALLY, labelAt, unpackLabel } from '../../../src/engine/graph';
import { check, replay } from '../../../src/engine/index';
import { createPlayer, type Play, type Player, type Prospect } from '../../../src/engine/play';
import { programOf } from './checking';
import { randomText, randomThread } from './programs';
import { die, explored } from './runs';

const lost = `object x: u32
  thread process a { r0 = load u32 x; r0 = add u32 r0 1; store u32 x r0 }
  thread process b { r0 = load u32 x; r0 = add u32 r0 1; store u32 x r0 }
  finally { r0 = load u32 x; r0 = eq u32 r0 2; return r0 }`;

function played(player: Player, choices: readonly string[], from?: { schedule: string; rows: number }): Play {
  const playing = player.play({ choices, ...(from ? { from } : {}) });
  for (let k = 0; k < 1000; k++) {
    const answer = playing.run(200);
    if (answer === 'more') continue;
    assert.ok(!('problem' in answer), JSON.stringify(answer));
    return answer;
  }
  throw new Error('it does not end');
}

/** The prospect of every state of a complete graph, by its definition. */
function bruteForce(search: Search): readonly Prospect[] {
  const { graph: g, store } = search;
  const good = canFinish(g, store.size);
  const targets = Array.from({ length: store.size }, (_, s) =>
    Array.from(g.targets.subarray(g.starts[s] ?? 0, g.starts[s + 1] ?? 0)),
  );
  const reaches = (isEnd: (target: number) => boolean): readonly boolean[] => {
    const can = targets.map((_, s) => isEnd(s));
    for (let changed = true; changed;) {
      changed = false;
      targets.forEach((list, s) => {
        if (can[s] || !list.some(to => (to < 0 ? isEnd(to) : can[to]))) return;
        can[s] = true;
        changed = true;
      });
    }
    return can;
  };
  const canFail = reaches(to => (to < 0 ? 'fault' in (g.endings[-1 - to] ?? {}) : !good[to]));
  const canPass = reaches(to => to >= 0 && (!canFail[to] || hasPassed(search, to)));
  return targets.map((_, s) => (!canFail[s] ? 'cannot-fail' : canPass[s] ? 'can-fail' : 'must-fail'));
}

describe('engine: free play', function () {
  this.timeout(120_000);

  it('a lost update: before each choice it says what can still come', () => {
    const program = programOf(lost);
    const player = createPlayer(program, explored(program));
    const start = played(player, []);
    assert.equal(start.here, 'can-fail');
    assert.deepEqual(
      start.choices.map(c => [c.key, c.label, c.text, c.outcome]),
      [
        ['0', 'a', 'r0 = load u32 x', 'can-fail'],
        ['1', 'b', 'r0 = load u32 x', 'can-fail'],
      ],
    );
    const one = played(player, ['0', '0']);
    assert.deepEqual([one.here, one.past], ['cannot-fail', ['can-fail', 'can-fail', 'cannot-fail']]);
    const both = played(player, ['0', '1']);
    assert.deepEqual([both.here, both.kinds, both.rows], ['must-fail', ['assertion'], [0, 1, 2]]);
    assert.deepEqual(
      both.choices.map(c => c.preemption),
      [true, false],
    );
    const end = played(player, ['0', '1', '1', '0']);
    assert.equal(end.ended?.kind, 'assertion');
    assert.equal(replay(program, end.schedule).kind, 'assertion');
    assert.equal(played(player, ['0', '0', '1', '1']).ended?.kind, 'holds');
    const wrong = player.play({ choices: ['0', '7'] }).run(100);
    assert.ok(wrong !== 'more' && 'problem' in wrong && /choice 2/.test(wrong.problem));
  });

  it('a deadlock: who waits for what, and that it cannot be avoided any more', () => {
    const program = programOf(`object k: lock\nobject l: lock
      thread process a { spin.lock &k; spin.lock &l; spin.unlock &l; spin.unlock &k }
      thread process b { spin.lock &l; spin.lock &k; spin.unlock &k; spin.unlock &l }`);
    const player = createPlayer(program, explored(program));
    const stuck = played(player, ['0', '1']);
    assert.equal(stuck.here, 'must-fail');
    assert.equal(stuck.ended?.kind, 'deadlock');
    assert.deepEqual(stuck.choices, []);
    assert.deepEqual(
      stuck.waiting.map(w => w.text),
      ['waits for l, held by b', 'waits for k, held by a'],
    );
  });

  it('goes on from any row of the failing schedule', () => {
    const program = programOf(lost);
    const report = check(program);
    const player = createPlayer(program, explored(program));
    for (let rows = 0; rows <= (report.trace?.steps.length ?? 0); rows++) {
      const { trace } = played(player, [], { schedule: report.schedule ?? '', rows });
      assert.deepEqual(
        trace.steps.map(s => s.text),
        report.trace?.steps.slice(0, rows).map(s => s.text),
      );
    }
  });

  it('what a limit leaves open is unknown', () => {
    const program = programOf(lost);
    const player = createPlayer(program, explored(program, { maxStates: 3 }));
    const start = played(player, []);
    assert.notEqual(start.here, 'cannot-fail');
    assert.ok(start.choices.some(c => c.outcome === 'unknown'));
    assert.match(start.because ?? '', /more than 3 states/);
  });

  it('random programs: prospects agree with brute force, and schedules replay to the same', () => {
    const runs = Number(process.env['RACELENS_RUNS'] ?? 45);
    let compared = 0;
    let beside = 0;
    fc.assert(
      fc.property(fc.array(randomThread, { minLength: 1, maxLength: 3 }), fc.integer(), (threads, seed) => {
        const text = randomText(threads);
        const program = programOf(text);
        const search = explored(program, { maxStates: 3000 });
        const full = explored(program, { reduce: false, maxStates: 6000 });
        const isOpen = (s: Search): boolean =>
          s.stopped !== undefined || s.graph.endings.some(e => 'limit' in e);
        if (isOpen(search) || isOpen(full)) return;
        const wanted = bruteForce(full);
        const player = createPlayer(program, search);
        const draw = die(seed);
        const keys: string[] = [];
        for (let k = 0; k < 30; k++) {
          const play = played(player, keys);
          const state = stateAfter(full, play.schedule, text);
          if (state === undefined) break;
          const now = state < 0 ? 'must-fail' : wanted[state];
          assert.equal(play.here, now, `${play.schedule}\n${text}`);
          if (play.ended?.kind === 'holds') assert.equal(now, 'cannot-fail', text);
          const again = replay(program, play.schedule);
          assert.equal(again.problem, undefined, `${play.schedule}\n${text}`);
          // Undo is a shorter path: it gives what it gave.
          if (keys.length > 0) {
            const undone = played(player, keys.slice(0, -1));
            assert.equal(undone.here, play.past[play.past.length - 2], text);
            assert.deepEqual(
              play.trace.steps.slice(0, undone.trace.steps.length).map(s => s.text),
              undone.trace.steps.map(s => s.text),
              text,
            );
          }
          const next = play.choices[Math.floor(draw() * play.choices.length)];
          if (!next) break;
          keys.push(next.key);
          compared++;
          if (play.choices.length > 1) beside++;
        }
      }),
      {
        numRuns: runs,
        seed: Number(process.env['RACELENS_SEED'] ?? 11),
      },
    );
    assert.ok(
      compared > 3 * runs && beside > runs,
      `only ${String(compared)} steps, ${String(beside)} with a choice`,
    );
  });
});

/** Where a schedule leads on the graph of every step; undefined if threads have other numbers there. */
function stateAfter(search: Search, schedule: string, text: string): number | undefined {
  const { graph: g } = search;
  let at = 0;
  for (const [, letter = '', choice, count] of (schedule.split(':')[2] ?? '').matchAll(
    /([a-zA-Z])(?:\?(\d+|s)|(\d+))/g,
  )) {
    const thread = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'.indexOf(letter);
    const wanted = choice === 's' ? 0xffff : Number(choice ?? 0);
    for (let k = 0; k < Number(count ?? 1); k++) {
      if (at < 0) throw new Error(`the run is over: ${schedule}\n${text}`);
      let next: number | undefined;
      for (let e = g.starts[at] ?? 0; e < (g.starts[at + 1] ?? 0); e++) {
        const label = unpackLabel(labelAt(g, e));
        if (label.thread === thread && label.thread !== FINALLY && label.choice === wanted)
          next = g.targets[e];
      }
      if (next === undefined) return undefined;
      at = next;
    }
  }
  return at;
}
