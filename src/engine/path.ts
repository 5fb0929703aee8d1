/**
 * Shortest schedules on the state graph: lexicographic in (preemptions, steps), over nodes (state, last running
 * thread). A preemption is a switch away from a thread that has a step in that state which is more than one round of
 * its spin loop. Private steps (explore.ts) count as steps only: they are moved in front of their thread's next step
 * afterwards.
 *
 * Dijkstra with one bucket list per number of preemptions, inside a level by steps.
 */
import { type Graph, unpackLabel } from './graph';

export interface PathStep {
  readonly from: number;
  /** Index of the edge. */
  readonly edge: number;
  readonly thread: number;
  readonly choice: number;
  readonly isPrivate: boolean;
}

export interface Path {
  readonly steps: readonly PathStep[];
  readonly preemptions: number;
  /** Rests on a decision about an unknown value. */
  readonly decided: boolean;
  /** State at the end, or a negative target that names an ending. */
  readonly end: number;
}

export interface Hit {
  /** What was looked for: the key that `wanted` gave. */
  readonly key: string;
  readonly path: Path;
}

/**
 * The best path to each kind of target. `wanted` names what a state (>= 0) or an ending (< 0) is wanted for; each name
 * is found once, nearest first. With `certain` no edge is taken that decides an unknown value.
 */
export function findPaths(
  g: Graph,
  start: number,
  wanted: (target: number) => string | undefined,
  certain: boolean,
  keys: number,
): readonly Hit[] {
  const threads = 4096;
  const hits = new Map<string, Hit>();
  /** Node -> edge that led there and the node before; -1 at the start. */
  const parents = new Map<number, { readonly node: number; readonly edge: number }>();
  const spins = new Map<number, boolean>();
  type Entry = { readonly node: number; readonly parent: number; readonly edge: number };
  let level: Entry[][] = [[{ node: start * threads + threads - 1, parent: -1, edge: -1 }]];

  const pathTo = (node: number, edge: number, preemptions: number): Path => {
    const steps: PathStep[] = [];
    let decided = false;
    let at = node;
    let e = edge;
    const end = edge >= 0 ? (g.targets[edge] ?? 0) : Math.floor(node / threads);
    while (e >= 0) {
      const label = unpackLabel(g.labels[e] ?? 0);
      decided = decided || label.decided;
      steps.push({
        from: Math.floor(at / threads),
        edge: e,
        thread: label.thread,
        choice: label.choice,
        isPrivate: label.isPrivate,
      });
      const p = parents.get(at);
      if (!p) break;
      e = p.edge;
      at = p.node;
    }
    return { steps: steps.reverse(), preemptions, decided, end };
  };

  for (let preemptions = 0; level.length > 0; preemptions++) {
    const nextLevel: Entry[][] = [];
    for (let steps = 0; steps < level.length; steps++) {
      for (const entry of level[steps] ?? []) {
        if (parents.has(entry.node)) continue;
        parents.set(entry.node, { node: entry.parent, edge: entry.edge });
        const state = Math.floor(entry.node / threads);
        const last = entry.node % threads;
        const name = wanted(state);
        if (name !== undefined && !hits.has(name)) {
          hits.set(name, {
            key: name,
            path:
              entry.edge < 0
                ? { steps: [], preemptions, decided: false, end: state }
                : pathTo(entry.parent, entry.edge, preemptions),
          });
          if (hits.size >= keys) return [...hits.values()];
        }
        if (state < 0 || state >= g.expanded) continue;
        const canGoOn = last !== threads - 1 && isFree(g, state, last, spins);
        const stop = g.starts[state + 1] ?? 0;
        for (let e = g.starts[state] ?? 0; e < stop; e++) {
          const label = unpackLabel(g.labels[e] ?? 0);
          if (certain && label.decided) continue;
          const preempts = canGoOn && label.thread !== last && !label.isPrivate;
          const target = g.targets[e] ?? 0;
          if (target < 0) {
            const ending = wanted(target);
            // An ending is reached by this edge; it costs what the edge costs, so it is queued like a state.
            if (ending === undefined || hits.has(ending)) continue;
            if (!preempts) {
              hits.set(ending, { key: ending, path: pathTo(entry.node, e, preemptions) });
              if (hits.size >= keys) return [...hits.values()];
              continue;
            }
          }
          if (target === state) continue;
          const lastThen = label.isPrivate && last !== threads - 1 ? last : label.thread;
          const node = target < 0 ? -1 : target * threads + lastThen;
          if (node >= 0 && parents.has(node)) continue;
          const bucket = preempts ? nextLevel : level;
          (bucket[steps + 1] ??= []).push({
            node: node >= 0 ? node : endNode(target, threads),
            parent: entry.node,
            edge: e,
          });
        }
      }
    }
    level = nextLevel;
  }
  return [...hits.values()];
}

/** Endings are queued like states where their edge costs a preemption. */
function endNode(target: number, threads: number): number {
  return target * threads;
}

/** The thread has a step here that is more than a round of its own spin loop. */
export function isFree(g: Graph, state: number, thread: number, memo: Map<number, boolean>): boolean {
  const first = edgeOf(g, state, thread);
  if (first < 0) return false;
  const key = state * 4096 + thread;
  const known = memo.get(key);
  if (known !== undefined) return known;
  const second = first + 1 < (g.starts[state + 1] ?? 0) && ((g.labels[first + 1] ?? 0) & 4095) === thread;
  if (second) {
    memo.set(key, true);
    return true;
  }
  let at = g.targets[first] ?? 0;
  let free = true;
  for (let hops = 0; hops < 64; hops++) {
    if (at === state) {
      free = false;
      break;
    }
    if (at < 0 || at >= g.expanded) break;
    const e = edgeOf(g, at, thread);
    if (e < 0) break;
    at = g.targets[e] ?? 0;
  }
  memo.set(key, free);
  return free;
}

/** The first edge of the thread in that state, -1 if there is none. */
export function edgeOf(g: Graph, state: number, thread: number): number {
  if (state < 0 || state >= g.expanded) return -1;
  const stop = g.starts[state + 1] ?? 0;
  for (let e = g.starts[state] ?? 0; e < stop; e++) if (((g.labels[e] ?? 0) & 4095) === thread) return e;
  return -1;
}
