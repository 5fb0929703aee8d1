/**
 * Shortest schedules on the state graph: lexicographic in (preemptions, steps), over nodes (state, last running
 * thread). A preemption is a switch away from a thread that has a step in that state which is more than one round of
 * its spin loop. Private steps (explore.ts) count as steps only: they are moved in front of their thread's next step
 * afterwards.
 *
 * Dijkstra with one bucket list per number of preemptions, inside a level by steps.
 */
import { isDecided, isPrivateLabel, labelAt, unpackLabel, type Graph } from './graph';

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
  /** The thread that ran before, if the paths go on where others end. */
  running = NOBODY,
): readonly Hit[] {
  const hits = new Map<string, Hit>();
  const nodes = createNodes();

  /** The path over node `node` and then `edge` (-1: it ends at the node). */
  const pathTo = (node: number, edge: number, preemptions: number): Path => {
    const steps: PathStep[] = [];
    let decided = false;
    const end = edge >= 0 ? (g.targets[edge] ?? 0) : nodes.stateOf(node);
    let at = node;
    let e = edge;
    if (e < 0) {
      e = nodes.edgeOf(at);
      at = nodes.parentOf(at);
    }
    while (e >= 0) {
      const label = unpackLabel(labelAt(g, e));
      decided = decided || label.decided;
      steps.push({
        from: nodes.stateOf(at),
        edge: e,
        thread: label.thread,
        choice: label.choice,
        isPrivate: label.isPrivate,
      });
      e = nodes.edgeOf(at);
      at = nodes.parentOf(at);
    }
    return { steps: steps.reverse(), preemptions, decided, end };
  };

  const hit = (key: string, node: number, edge: number, preemptions: number): boolean => {
    if (!hits.has(key)) hits.set(key, { key, path: pathTo(node, edge, preemptions) });
    return hits.size >= keys;
  };

  if (keys === 0) return [];
  // Entries are four numbers: state (or ending), last thread, node before, edge.
  let level: number[][] = [[start, running, -1, -1]];
  for (let preemptions = 0; level.length > 0; preemptions++) {
    const nextLevel: number[][] = [];
    for (let steps = 0; steps < level.length; steps++) {
      const entries = level[steps] ?? [];
      for (let q = 0; q < entries.length; q += 4) {
        const state = entries[q] ?? 0;
        const last = entries[q + 1] ?? NOBODY;
        const before = entries[q + 2] ?? -1;
        const edge = entries[q + 3] ?? -1;
        if (state < 0) {
          const ending = wanted(state);
          if (ending !== undefined && hit(ending, before, edge, preemptions)) return [...hits.values()];
          continue;
        }
        const node = nodes.add(state, last, before, edge);
        if (node < 0) continue;
        const name = wanted(state);
        if (name !== undefined && hit(name, node, -1, preemptions)) return [...hits.values()];
        if (state >= g.expanded) continue;
        const canGoOn = last !== NOBODY && isFree(g, state, last);
        const stop = g.starts[state + 1] ?? 0;
        for (let e = g.starts[state] ?? 0; e < stop; e++) {
          const label = labelAt(g, e);
          if (certain && isDecided(label)) continue;
          const target = g.targets[e] ?? 0;
          if (target === state) continue;
          const thread = label & 4095;
          const isPrivate = isPrivateLabel(label);
          const lastThen = isPrivate ? last : thread;
          if (target >= 0 && nodes.has(target, lastThen)) continue;
          const bucket = canGoOn && thread !== last && !isPrivate ? nextLevel : level;
          (bucket[steps + 1] ??= []).push(target, lastThen, node, e);
        }
      }
      // A finished bucket is not needed any more.
      level[steps] = [];
    }
    level = nextLevel;
  }
  return [...hits.values()];
}

const NOBODY = 4095;

/** Nodes (state, last thread) in typed arrays with a hash table: there may be millions. */
function createNodes(): {
  add(state: number, last: number, parent: number, edge: number): number;
  has(state: number, last: number): boolean;
  stateOf(node: number): number;
  parentOf(node: number): number;
  edgeOf(node: number): number;
} {
  let states = new Int32Array(1 << 10);
  let lasts = new Int32Array(1 << 10);
  let parents = new Int32Array(1 << 10);
  let edges = new Int32Array(1 << 10);
  let table = new Int32Array(1 << 11).fill(-1);
  let size = 0;
  const slotOf = (state: number, last: number): number => {
    const mask = table.length - 1;
    let at = (Math.imul(state, 0x9e3779b1) ^ Math.imul(last, 0x85ebca6b)) & mask;
    for (;;) {
      const n = table[at] ?? -1;
      if (n < 0 || (states[n] === state && lasts[n] === last)) return at;
      at = (at + 1) & mask;
    }
  };
  const twice = (old: Int32Array): Int32Array<ArrayBuffer> => {
    const fresh = new Int32Array(old.length * 2);
    fresh.set(old);
    return fresh;
  };
  return {
    add(state, last, parent, edge) {
      const slot = slotOf(state, last);
      if ((table[slot] ?? -1) >= 0) return -1;
      if (size === states.length) {
        states = twice(states);
        lasts = twice(lasts);
        parents = twice(parents);
        edges = twice(edges);
      }
      states[size] = state;
      lasts[size] = last;
      parents[size] = parent;
      edges[size] = edge;
      table[slot] = size;
      size++;
      if (size * 2 > table.length) {
        table = new Int32Array(table.length * 2).fill(-1);
        for (let n = 0; n < size; n++) table[slotOf(states[n] ?? 0, lasts[n] ?? 0)] = n;
      }
      return size - 1;
    },
    has: (state, last) => (table[slotOf(state, last)] ?? -1) >= 0,
    stateOf: node => states[node] ?? 0,
    parentOf: node => parents[node] ?? -1,
    edgeOf: node => edges[node] ?? -1,
  };
}

/** How often a thread is switched away from that could have gone on. */
export function countPreemptions(g: Graph, steps: readonly PathStep[]): number {
  let count = 0;
  let last = NOBODY;
  for (const s of steps) {
    if (s.isPrivate) continue;
    if (last !== NOBODY && s.thread !== last && isFree(g, s.from, last)) count++;
    last = s.thread;
  }
  return count;
}

/** The thread has a step here that is more than a round of its own spin loop. */
export function isFree(g: Graph, state: number, thread: number): boolean {
  const first = edgeOf(g, state, thread);
  if (first < 0) return false;
  if (first + 1 < (g.starts[state + 1] ?? 0) && (labelAt(g, first + 1) & 4095) === thread) return true;
  let at = g.targets[first] ?? 0;
  for (let hops = 0; hops < 64; hops++) {
    if (at === state) return false;
    if (at < 0 || at >= g.expanded) break;
    const e = edgeOf(g, at, thread);
    if (e < 0) break;
    at = g.targets[e] ?? 0;
  }
  return true;
}

/** The first edge of the thread in that state, -1 if there is none. */
export function edgeOf(g: Graph, state: number, thread: number): number {
  if (state < 0 || state >= g.expanded) return -1;
  const stop = g.starts[state + 1] ?? 0;
  for (let e = g.starts[state] ?? 0; e < stop; e++) if ((labelAt(g, e) & 4095) === thread) return e;
  return -1;
}
