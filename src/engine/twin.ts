/**
 * The passing twin of a failing schedule: the schedule that agrees with it for as long as any schedule can that passes,
 * and from there on has the fewest preemptions, then the fewest steps. So the step at which the two part is the last one
 * at which the failure could still be avoided. A run has passed when all required threads are done, RACE_FINALLY
 * holds, and nothing is pending any more; where no run comes to that (a daemon keeps something pending), when all
 * required threads are done.
 */
import { hasPassed, judged } from './ends';
import type { Search } from './explore';
import { countPreemptions, findPaths, type Path } from './path';

export interface TwinPath {
  readonly path: Path;
  /** Steps that it shares with the failing path. */
  readonly shared: number;
}

/** The twin of a path; undefined if no schedule passes. */
export function twinOf(search: Search, failing: Path): TwinPath | undefined {
  const { graph: g, store } = search;
  const ends = new Uint8Array(store.size);
  let any = false;
  for (let s = 0; s < g.expanded; s++)
    if (g.goals[s] && hasPassed(search, s)) {
      ends[s] = 1;
      any = true;
    }
  if (!any) for (let s = 0; s < g.expanded; s++) if (g.goals[s] && judged(g, s) === 0) ends[s] = 1;
  const canPass = reaches(search, ends);
  for (let shared = failing.steps.length - 1; shared >= 0; shared--) {
    const from = failing.steps[shared]?.from ?? 0;
    if (!canPass[from]) continue;
    const before = failing.steps.slice(0, shared);
    const last = [...before].reverse().find(s => !s.isPrivate)?.thread;
    const wanted = (target: number): string | undefined =>
      target >= 0 && ends[target] ? 'passes' : undefined;
    const hit = findPaths(g, from, wanted, true, 1, last)[0] ?? findPaths(g, from, wanted, false, 1, last)[0];
    if (!hit) return undefined;
    return {
      shared,
      path: {
        steps: [...before, ...hit.path.steps],
        preemptions: countPreemptions(g, before) + hit.path.preemptions,
        decided: failing.decided || hit.path.decided,
        end: hit.path.end,
      },
    };
  }
  return undefined;
}

/** By state, 1 if one of `ends` can be reached from there. */
function reaches({ graph: g, store }: Search, ends: Uint8Array): Uint8Array {
  const can = ends.slice(0, store.size);
  for (let changed = true; changed;) {
    changed = false;
    for (let s = g.expanded - 1; s >= 0; s--) {
      if (can[s]) continue;
      for (let e = g.starts[s] ?? 0; e < (g.starts[s + 1] ?? 0); e++) {
        const to = g.targets[e] ?? 0;
        if (to >= 0 && can[to]) {
          can[s] = 1;
          changed = true;
          break;
        }
      }
    }
  }
  return can;
}
