/** What the generated search depends on, and how it and its host talk: globals, outcomes, the records in memory. */
import type { Field } from './layout';
import { getGlobal, setGlobal, type Code } from './wasm';

/** Why `run` came back. */
export const outcome = {
  /** The budget is used up. */
  more: 0,
  /** Every state is expanded. */
  done: 1,
  /** A tree has no answer: globals `missTree` (index of the tree), `next` (the state). */
  miss: 2,
  /** There may be no room for the next state. */
  full: 3,
  /** Two threads of state `next` are about to make conflicting accesses that nobody has reported. */
  race: 4,
  /** The hash table is used beyond its end; never with a hash that spreads. */
  overrun: 5,
} as const;

/** Mutable i32 globals, in order; addresses are bytes. */
export const globals = [
  'next',
  'size',
  'edges',
  'missTree',
  'threads',
  /** The roots of all trees. */
  'roots',
  'touched',
  'slots',
  /** Slots of the hash table, without the slack behind them, as a power of two. */
  'slotBits',
  'states',
  'rows',
  'goals',
  'long',
  /** Bytes of long rows in use. */
  'longUsed',
  'batch',
  'touches',
  'leaves',
  'aside',
  'conflicts',
  'mostStates',
  'mostLong',
] as const;
export type GlobalName = (typeof globals)[number];

export const g = (name: GlobalName): Code => getGlobal(globals.indexOf(name));
export const put = (name: GlobalName, value: Code): Code => setGlobal(globals.indexOf(name), value);

/** States whose successors are gathered before they are looked up, in entries of the batch. */
export const BATCH = 32;

/** Labels at the start of a row, in bytes; what is no label reads NO_LABEL. */
export const ROW_HEAD = 8;
export const NO_LABEL = 255;
/** The last label of a row that is too long for its place: its edges are in `long`, at the address its first target says. */
export const LONG_ROW = 254;

/** Bytes of a row: eight labels, then the targets of as many edges as there is room for. */
export function rowSize(room: number): number {
  return ROW_HEAD + 4 * room;
}

/** Bytes of an entry of the batch: the words, then what lookup.ts says. */
export function entrySize(words: number): number {
  return 8 * words + 24;
}

/** Bytes of one way in a leaf. */
export function waySize(words: number): number {
  return 8 + 16 * words;
}

/** Bytes before the ways of a leaf. */
export const LEAF_HEAD = 8;
/** Bytes before the nodes of a test. */
export const TEST_HEAD = 8;
/** Slots of a bucket, as a power of two: a line of the cache. */
export const BUCKET_BITS = 4;
export const BUCKET_BYTES = 4 << BUCKET_BITS;
/** Slots behind the last bucket that a hash can point at: there is no wrapping around. */
export const SLACK = 4096;

/** What `goals` says of a state that has been expanded: all required threads are done; a step leads on to a higher number. */
export const GOAL = 1;
export const AHEAD_FLAG = 2;

/** Threads that can have conflicting accesses in one state; a state with more is left to `race`. */
export const MOST_PENDING = 64;

/** Where a tree begins: a list of nodes by the values of a field, or one node. */
export interface Root {
  readonly address: number;
  readonly masks: number;
  readonly memo: number;
  readonly field?: Field;
}

/**
 * Bytes of a root as it stands in memory: address of the list, byte offset of the state's word, shift, mask, address of
 * the masks (the bits of a state that the answer depends on, by the value of the field), address of the memo.
 */
export const ROOT_SIZE = 32;

/** Answers that a memo holds at most, as a power of two: one place for each, the newer one wins. */
export const MEMO_BITS = 9;

/** Bytes of an answer in a memo: the bits that it depends on, the leaf. */
export function memoSize(words: number): number {
  return 8 * words + 8;
}

/** What the code depends on; all else stands in memory. */
export interface Shape {
  /** 64-bit words of a state. */
  readonly words: number;
  /** Edges that fit a row, at most 8. */
  readonly room: number;
  /** Private steps are looked for. */
  readonly reduced: boolean;
  /** Some accesses are plain: pairs of pending accesses are looked at. */
  readonly races: boolean;
}

/** Pending accesses that are told apart, including none. */
export const MOST_ACCESSES = 128;

/** The number of decision trees: ways by thread, whether the step is private by thread, then the goal. */
export function treeCount(threads: number): number {
  return 2 * threads + 1;
}
