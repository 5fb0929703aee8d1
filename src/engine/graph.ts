/**
 * The state graph's edges, in growing typed arrays (compressed rows: breadth-first search expands states in the order
 * of their numbers). A target below 0 names an ending: a fault or a limit.
 */
import type { Fault, Limit } from './model';

export type Ending =
  { readonly fault: Fault; readonly thread: number } | { readonly limit: Limit; readonly thread: number };

export interface Graph {
  /** starts[s] … starts[s + 1] are the edges of state s; expanded states only. */
  starts: Int32Array;
  targets: Int32Array;
  /** See labelAt(). */
  labels: Int32Array | Uint8Array;
  /** If there, `labels` are numbers in this list. */
  readonly labelList?: Int32Array;
  edges: number;
  /** States expanded. */
  expanded: number;
  /** By state: all required threads are done. */
  goals: Uint8Array;
  readonly endings: Ending[];
  /** What the edges take, where that is known. */
  readonly bytes?: number;
  /** What canFinish() gives, if the graph knows a faster way; then the search is over. */
  readonly canFinish?: () => Uint8Array;
  /** Goes on with that, for so many pieces of a fraction of a millisecond each; true when it is done. */
  readonly sweep?: (pieces: number) => boolean;
}

export interface Label {
  readonly thread: number;
  readonly choice: number;
  readonly decided: boolean;
  /** A step that is the thread's own affair; it says nothing about who was preempted. */
  readonly isPrivate: boolean;
}

/** The thread of the edge that evaluates RACE_FINALLY. */
export const FINALLY = 4095;

export function createGraph(): Graph {
  return {
    starts: new Int32Array(1 << 12),
    targets: new Int32Array(1 << 13),
    labels: new Int32Array(1 << 13),
    edges: 0,
    expanded: 0,
    goals: new Uint8Array(1 << 12),
    endings: [],
  };
}

export function packLabel(thread: number, choice: number, decided: boolean, isPrivate: boolean): number {
  return thread | (choice << 12) | (decided ? 1 << 28 : 0) | (isPrivate ? 1 << 29 : 0);
}

export function isDecided(label: number): boolean {
  return (label & (1 << 28)) !== 0;
}

export function isPrivateLabel(label: number): boolean {
  return (label & (1 << 29)) !== 0;
}

export function unpackLabel(label: number): Label {
  return {
    thread: label & 4095,
    choice: (label >> 12) & 0xffff,
    decided: (label & (1 << 28)) !== 0,
    isPrivate: (label & (1 << 29)) !== 0,
  };
}

/** The label of an edge, packed. */
export function labelAt(g: Graph, edge: number): number {
  const label = g.labels[edge] ?? 0;
  return g.labelList ? (g.labelList[label] ?? 0) : label;
}

export function addEdge(g: Graph, target: number, label: number): void {
  if (g.edges === g.targets.length) {
    g.targets = grow(g.targets);
    g.labels = grow(Int32Array.from(g.labels));
  }
  g.targets[g.edges] = target;
  g.labels[g.edges] = label;
  g.edges++;
}

/** Ends the row of the state being expanded. */
export function endRow(g: Graph, goal: boolean): void {
  if (g.expanded + 2 > g.starts.length) {
    g.starts = grow(g.starts);
    const goals = new Uint8Array(g.starts.length);
    goals.set(g.goals);
    g.goals = goals;
  }
  g.goals[g.expanded] = goal ? 1 : 0;
  g.expanded++;
  g.starts[g.expanded] = g.edges;
}

function grow(old: Int32Array): Int32Array {
  const fresh = new Int32Array(old.length * 2);
  fresh.set(old);
  return fresh;
}

/** The target that stands for an ending; endings that differ in nothing are one. */
export function endingTarget(g: Graph, ending: Ending): number {
  const text = JSON.stringify(ending);
  let index = g.endings.findIndex(e => JSON.stringify(e) === text);
  if (index < 0) index = g.endings.push(ending) - 1;
  return -1 - index;
}

/**
 * By state, 1 if from there a goal or an ending (or a state not yet expanded) can be reached. Sweeps backwards over
 * the rows until nothing changes: breadth-first numbers make that few sweeps.
 */
export function canFinish(g: Graph, states: number): Uint8Array {
  if (g.canFinish) return g.canFinish();
  const good = new Uint8Array(states);
  for (let s = 0; s < states; s++) if (s >= g.expanded || g.goals[s]) good[s] = 1;
  for (let changed = true; changed;) {
    changed = false;
    for (let s = g.expanded - 1; s >= 0; s--) {
      if (good[s]) continue;
      const end = g.starts[s + 1] ?? 0;
      for (let e = g.starts[s] ?? 0; e < end; e++) {
        const to = g.targets[e] ?? 0;
        if (to < 0 || good[to]) {
          good[s] = 1;
          changed = true;
          break;
        }
      }
    }
  }
  return good;
}
