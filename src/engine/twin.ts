/**
 * The passing twin of a failing schedule: the schedule that agrees with it for as long as any schedule can that passes,
 * and from there on has the fewest preemptions, then the fewest steps. So the step at which the two part is the last one
 * at which the failure could still be avoided. A run has passed when all required threads are done, RACE_FINALLY
 * holds, nothing is pending any more, and nothing bad can come (from a daemon that goes on, say); where no run comes to
 * that, because something is always pending, the third is not asked for.
 */
import { backwards, hasPassed } from './ends';
import type { Search } from './explore';
import { countPreemptions, findPaths, type Path } from './path';

export interface TwinPath {
  readonly path: Path;
  /** Steps that it shares with the failing path. */
  readonly shared: number;
}

/** The twin of a path; undefined if no schedule passes. */
export function twinOf(search: Search, good: Uint8Array, failing: Path): TwinPath | undefined {
  const { graph: g, store } = search;
  const isBad = Uint8Array.from(good, (can, s) => (can && s < g.expanded ? 0 : 1));
  const isFault = (target: number): boolean => {
    const ending = g.endings[-1 - target];
    return ending !== undefined && 'fault' in ending;
  };
  const mayFail = backwards(g, isBad, isFault);
  const safe: number[] = [];
  for (let s = 0; s < g.expanded; s++) if (g.goals[s] && !mayFail[s]) safe.push(s);
  const atRest = safe.filter(s => hasPassed(search, s));
  const ends = new Uint8Array(store.size);
  for (const s of atRest.length > 0 ? atRest : safe) ends[s] = 1;
  const canPass = backwards(g, ends, () => false);
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
