/**
 * The rows of the graph as the generated search keeps them (shape.ts), and how they are had from the interpreter's graph and
 * become one again: that is made when somebody looks at edges, which a search that finds nothing never does.
 */
import { labelAt, type Graph } from '../graph';
import type { Regions } from './memory';
import { AHEAD_FLAG, GOAL, LONG_ROW, NO_LABEL, ROW_HEAD, rowSize } from './shape';

/** Room that rows can have, in edges. */
const rooms = [4, 6, 8] as const;
/** So many of the rows should fit, in percent. */
const FITTING = 97;

export function degreeOf(graph: Graph, state: number): number {
  return (graph.starts[state + 1] ?? 0) - (graph.starts[state] ?? 0);
}

/** How many edges a row should have place for, by the rows that are known. */
export function roomFor(graph: Graph): number {
  for (const room of rooms) {
    let fitting = 0;
    for (let s = 0; s < graph.expanded; s++) if (degreeOf(graph, s) <= room) fitting++;
    if (fitting * 100 >= graph.expanded * FITTING) return room;
  }
  return 8;
}

/** Bytes of a row that does not fit its place. */
export function longBytes(degree: number, room: number): number {
  return degree > room ? 4 + 8 * degree : 0;
}

/** What `goals` says of the states expanded (shape.ts). */
export function flagsOf(graph: Graph): Uint8Array {
  return Uint8Array.from({ length: graph.expanded }, (_, s) => {
    const targets = graph.targets.subarray(graph.starts[s], graph.starts[s + 1]);
    return (graph.goals[s] ? GOAL : 0) | (targets.some(t => t < 0 || t > s) ? AHEAD_FLAG : 0);
  });
}

/** Rows in memory. */
export interface Rows {
  readonly memory: Regions;
  readonly room: number;
}

/** Writes the rows of all states expanded; returns the bytes of long rows. */
export function fillRows(
  { memory, room, longUsed }: Rows & { readonly longUsed: number },
  graph: Graph,
  numberOf: (label: number) => number,
): number {
  const { words, octets } = memory;
  let used = longUsed;
  for (let s = 0; s < graph.expanded; s++) {
    const row = memory.base('rows') + s * rowSize(room);
    const from = graph.starts[s] ?? 0;
    const degree = degreeOf(graph, s);
    octets.fill(NO_LABEL, row, row + ROW_HEAD);
    const isLong = degree > room;
    if (isLong) {
      octets[row + ROW_HEAD - 1] = LONG_ROW;
      words[(row + ROW_HEAD) >> 2] = used;
      words[(memory.base('long') + used) >> 2] = degree;
    }
    for (let k = 0; k < degree; k++) {
      const target = graph.targets[from + k] ?? 0;
      const label = numberOf(labelAt(graph, from + k));
      if (isLong) {
        const at = (memory.base('long') + used + 4 + 8 * k) >> 2;
        words[at] = target;
        words[at + 1] = label;
      } else {
        octets[row + k] = label;
        words[((row + ROW_HEAD) >> 2) + k] = target;
      }
    }
    used += longBytes(degree, room);
  }
  return used;
}

/** Tells what the edges of a state lead to, in order. */
export function forEachTarget({ memory, room }: Rows, state: number, tell: (target: number) => void): void {
  const { words, octets } = memory;
  const row = memory.base('rows') + state * rowSize(room);
  const first = (row + ROW_HEAD) >> 2;
  if (octets[row + ROW_HEAD - 1] === LONG_ROW) {
    const at = (memory.base('long') + (words[first] ?? 0)) >> 2;
    const degree = words[at] ?? 0;
    for (let k = 0; k < degree; k++) tell(words[at + 1 + 2 * k] ?? 0);
  } else for (let k = 0; k < ROW_HEAD && octets[row + k] !== NO_LABEL; k++) tell(words[first + k] ?? 0);
}

/** The edges of all states in one list, as a graph has them. */
function unfold(
  { memory, room }: Rows,
  expanded: number,
  edges: number,
): { readonly starts: Int32Array; readonly targets: Int32Array; readonly labels: Uint8Array } {
  const starts = new Int32Array(expanded + 1);
  const targets = new Int32Array(edges);
  const labels = new Uint8Array(edges);
  const { words, octets } = memory;
  const long = memory.base('long');
  let edge = 0;
  for (let s = 0; s < expanded; s++) {
    const row = memory.base('rows') + s * rowSize(room);
    const first = (row + ROW_HEAD) >> 2;
    if (octets[row + ROW_HEAD - 1] === LONG_ROW) {
      let at = (long + (words[first] ?? 0)) >> 2;
      const end = at + 1 + 2 * (words[at] ?? 0);
      for (at++; at < end; at += 2) {
        targets[edge] = words[at] ?? 0;
        labels[edge++] = words[at + 1] ?? 0;
      }
    } else
      for (let k = 0; k < ROW_HEAD && octets[row + k] !== NO_LABEL; k++) {
        targets[edge] = words[first + k] ?? 0;
        labels[edge++] = octets[row + k] ?? 0;
      }
    starts[s + 1] = edge;
  }
  return { starts, targets, labels };
}

/** The rows as a graph. */
export function graphOf(
  rows: Rows & {
    readonly expanded: number;
    readonly edges: number;
  } & Required<Pick<Graph, 'bytes' | 'labelList' | 'endings' | 'canFinish' | 'sweep'>>,
): Graph {
  const { memory, expanded, edges, bytes, labelList, endings, canFinish, sweep } = rows;
  let goals: Uint8Array | undefined;
  let unfolded: ReturnType<typeof unfold> | undefined;
  const all = (): ReturnType<typeof unfold> => (unfolded ??= unfold(rows, expanded, edges));
  return {
    get starts() {
      return all().starts;
    },
    get targets() {
      return all().targets;
    },
    get labels() {
      return all().labels;
    },
    labelList,
    edges,
    expanded,
    bytes,
    get goals() {
      const base = memory.base('goals');
      return (goals ??= memory.octets.slice(base, base + expanded).map(flags => flags & GOAL));
    },
    endings,
    canFinish,
    sweep,
  };
}
