/**
 * How runs end in a state graph: which targets of edges are the finding asked about, which states can still come to it,
 * and where a run has passed.
 */
import type { Search } from './explore';
import { FINALLY, labelAt, type Graph } from './graph';
import type { VerdictKind } from './report';
import { isAtRest } from './rest';

/** A hang and a deadlock are one thing to a scheduler: nobody can make all threads finish any more. */
export function isStuckKind(kind: VerdictKind): boolean {
  return kind === 'hang' || kind === 'deadlock';
}

export interface Ends {
  /** Whether an edge to this target (a state, or an ending below 0) is the finding. */
  isFinding(target: number): boolean;
  /** By state, 1 if the finding can be reached from there (or is there). */
  readonly canFind: Uint8Array;
  /** By state, 1 if from there some run comes to where the finding is out of reach: it passes, or ends otherwise. */
  readonly canPass: Uint8Array;
}

/** By state, 1 if from there a state marked in `ends`, or an ending that `isEnd` names, can be reached. */
export function backwards(g: Graph, ends: Uint8Array, isEnd: (ending: number) => boolean): Uint8Array {
  const can = ends.slice();
  for (let changed = true; changed;) {
    changed = false;
    for (let s = g.expanded - 1; s >= 0; s--) {
      if (can[s]) continue;
      const end = g.starts[s + 1] ?? 0;
      for (let e = g.starts[s] ?? 0; e < end; e++) {
        const to = g.targets[e] ?? 0;
        if (to < 0 ? !isEnd(to) : !can[to]) continue;
        can[s] = 1;
        changed = true;
        break;
      }
    }
  }
  return can;
}

/**
 * The ends of a graph as seen from one finding. `good` is what `canFinish` gave. A state whose RACE_FINALLY fails is
 * itself the finding's end: the run is judged there.
 */
export function endsFor(g: Graph, states: number, good: Uint8Array, kind: VerdictKind): Ends {
  const stuck = isStuckKind(kind);
  const isFinding = (target: number): boolean => {
    if (target >= 0) return stuck && !good[target];
    const ending = g.endings[-1 - target];
    return !stuck && ending !== undefined && 'fault' in ending && ending.fault.kind === kind;
  };
  const canFind = backwards(
    g,
    Uint8Array.from({ length: states }, (_, s) => (isFinding(s) ? 1 : 0)),
    isFinding,
  );
  const canPass = backwards(
    g,
    Uint8Array.from(canFind, (can, s) => (can && s < g.expanded ? 0 : 1)),
    target => !isFinding(target),
  );
  return { isFinding, canFind, canPass };
}

/** The ending that RACE_FINALLY gives in that state (below 0), or 0 if it holds there or is not evaluated. */
export function judged(g: Graph, state: number): number {
  const last = (g.starts[state + 1] ?? 0) - 1;
  if (last < (g.starts[state] ?? 0) || (labelAt(g, last) & 4095) !== FINALLY) return 0;
  return g.targets[last] ?? 0;
}

/**
 * Whether a run that has come to this state has passed: all required threads are done, RACE_FINALLY holds, and nothing is
 * pending any more.
 */
export function hasPassed(search: Search, state: number): boolean {
  const { graph, machine, store } = search;
  if (state < 0 || state >= graph.expanded || !graph.goals[state] || judged(graph, state) < 0) return false;
  store.load(machine, state);
  return isAtRest(machine);
}
