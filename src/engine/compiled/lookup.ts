/**
 * How the generated search finds the number of a state.
 *
 * A hash table of 2^k slots of 4 bytes, in buckets of 16, each a line of the cache. The upper bits of a hash are the bucket;
 * of those that follow, as many as have place stand in the slot, above the state's number plus one, which k bits hold: its
 * key. The topmost bit says that the bucket was full, so that the state is in one behind it. So the table can be made larger
 * in one pass without a look at the states (upkeep.ts). States are compared in full: nothing is hash-compacted.
 *
 * Most look-ups never come to that. If state s was found from p by step x, and step y leads from s to the state wanted,
 * then, where x and y do not disturb each other, y leads from p to some q and x from q to the state wanted: the graph
 * knows it already if q < s. That is a guess from rows that are near (p, q and s are, breadth first), and it is checked
 * word by word, so it needs no theory of independence. Rows have their labels in front, eight bytes, so that the edge
 * with a label is found at once. The parent of a state that is not yet expanded stands in its row, in place of the
 * first target, the label of x in front. Where a row is longer than its place, its edges are
 * in `long`: the number of edges, then target and label of each.
 *
 * A guess is tried at once if the row of q is complete. The rest is gathered in a batch: what is to be looked up, and
 * guesses from rows that still have edges in the batch. The slots that will be read are touched first, one right after the
 * other, so that many cache misses are under way at once. An entry: the words; the upper part of the slot, or for a guess q; the slot's address, or for a guess 0; the label of the
 * edge and, 8 bits up, that of x; the state that the edge leaves; the address of its target.
 */
import { AHEAD_FLAG, BUCKET_BITS, BUCKET_BYTES, entrySize, g, ROW_HEAD, rowSize, SLACK } from './shape';
import {
  add,
  and,
  and64,
  atLeast,
  block,
  equal64,
  extend,
  get,
  greater,
  i32,
  i64,
  isZero,
  isZero64,
  jump,
  jumpIf,
  label,
  less,
  lessSigned,
  load,
  load64,
  load8,
  loop,
  mul,
  mul64,
  notEqual,
  or,
  rotl64,
  set,
  shl,
  shr,
  shr64,
  store,
  store64,
  store8,
  sub,
  sub64,
  trailingZeros64,
  when,
  wrap,
  xor,
  xor64,
  type Code,
  type Label,
  type ValueType,
} from './wasm';

/** The locals of all functions, by name; local 0 is the parameter. */
export interface Locals {
  readonly types: readonly ValueType[];
  readonly parameter: number;
  readonly at: number;
  readonly end: number;
  readonly state: number;
  readonly node: number;
  readonly count: number;
  readonly top: number;
  /** The end of the list of slots to touch. */
  readonly list: number;
  /** The rows of all states below are complete: none of their edges is in the batch. */
  readonly flushed: number;
  /** The address of the next edge's target. */
  readonly place: number;
  /** The address of the row. */
  readonly row: number;
  /** The row of the state's parent. */
  readonly parentRow: number;
  /** The label of the edge that led to the state. */
  readonly parentLabel: number;
  readonly thread: number;
  /** Where the list of leaves ends. */
  readonly leaves: number;
  /** The edges of the state. */
  readonly degree: number;
  readonly from: number;
  readonly slot: number;
  readonly tag: number;
  readonly found: number;
  readonly size: number;
  readonly made: number;
  readonly isLong: number;
  readonly scratch: number;
  readonly touched: number;
  readonly pending: number;
  readonly goal: number;
  readonly result: number;
  readonly source: number;
  /** The bucket being searched, where in it that began; the end of all. */
  readonly bucket: number;
  readonly start: number;
  readonly lastSlot: number;
  /** An edge leads to a higher number, or to an ending. */
  readonly isAhead: number;
  readonly way: number;
  readonly hash: number;
  readonly bytes: number;
  readonly near: number;
  readonly parentBytes: number;
  /** The label of the edge that led to the state, eight times. */
  readonly pattern: number;
  /** The labels of the row, and where the next one goes. */
  readonly labels: number;
  readonly shift: number;
  readonly words: readonly number[];
}

export function createLocals(words: number): Locals {
  const types: ValueType[] = [];
  const local = (type: ValueType): number => types.push(type);
  const i = (): number => local('i32');
  return {
    types,
    parameter: 0,
    at: i(),
    end: i(),
    state: i(),
    node: i(),
    count: i(),
    top: i(),
    list: i(),
    flushed: i(),
    place: i(),
    row: i(),
    parentRow: i(),
    parentLabel: i(),
    thread: i(),
    leaves: i(),
    degree: i(),
    from: i(),
    slot: i(),
    tag: i(),
    found: i(),
    size: i(),
    made: i(),
    isLong: i(),
    scratch: i(),
    touched: i(),
    pending: i(),
    goal: i(),
    result: i(),
    source: i(),
    bucket: i(),
    start: i(),
    lastSlot: i(),
    isAhead: i(),
    way: i(),
    hash: local('i64'),
    bytes: local('i64'),
    near: local('i64'),
    parentBytes: local('i64'),
    pattern: local('i64'),
    labels: local('i64'),
    shift: local('i64'),
    words: Array.from({ length: words }, () => local('i64')),
  };
}

export const stateAddress = (words: number, index: Code): Code =>
  add(g('states'), mul(index, i32(8 * words)));
export const readWords = (l: Locals, address: number): Code =>
  l.words.map((w, k) => set(w, load64(8 * k, get(address))));
export const writeWords = (l: Locals, address: number): Code =>
  l.words.map((w, k) => store64(8 * k, get(address), get(w)));
export const rowAddress = (room: number, index: Code): Code => add(g('rows'), mul(index, i32(rowSize(room))));

/** Sets `tag`: 32 bits of a mix of the words, multiply and xor-shift as in splitmix64 (Steele, Lea, Flood 2014). */
export const makeTag = (l: Locals): Code => {
  const [first, ...rest] = l.words;
  let mixed: Code = get(first ?? 0);
  for (const w of rest) mixed = xor64(mul64(rotl64(mixed, i64(29n)), i64(0x9e3779b97f4a7c15n)), get(w));
  return [
    set(l.hash, mul64(mixed, i64(0xbf58476d1ce4e5b9n))),
    set(l.hash, mul64(xor64(get(l.hash), shr64(get(l.hash), i64(32n))), i64(0x94d049bb133111ebn))),
    set(l.tag, wrap(shr64(get(l.hash), i64(32n)))),
  ];
};

/** The address of the slot where a search for `tag` begins. */
export const homeOf = (tag: number): Code =>
  add(g('slots'), shl(shr(get(tag), sub(i32(32), g('slotBits'))), i32(2)));
/** The key of `tag`, in its place. */
export const keyOf = (tag: number): Code =>
  and(shr(shl(get(tag), sub(g('slotBits'), i32(BUCKET_BITS))), i32(1)), shl(i32(-1), g('slotBits')));
/** Behind the last bucket. */
export const endOfSlots: Code = add(g('slots'), shl(add(shl(i32(1), g('slotBits')), i32(SLACK)), i32(2)));
/** The bit of a key that says that the bucket was full. */
export const DISPLACED = 1 << 31;

/**
 * Looks for the key `tag`, from `slot` on. `onEmpty` is where it is not to be found and jumps away, with `slot` free for
 * it; `onSame` is where a slot has it, with the state's number plus one in `found`.
 */
export const probe = (l: Locals, onEmpty: Code, onSame: Code, overrun: Label): Code => {
  const next = label('probe');
  return [
    set(l.start, get(l.slot)),
    set(l.bucket, and(get(l.slot), i32(-BUCKET_BYTES))),
    loop(
      next,
      set(l.found, load(0, get(l.slot))),
      when(isZero(get(l.found)), [onEmpty]),
      set(l.found, xor(get(l.found), get(l.tag))),
      when(isZero(shr(get(l.found), g('slotBits'))), [onSame]),
      set(l.slot, or(get(l.bucket), and(add(get(l.slot), i32(4)), i32(BUCKET_BYTES - 1)))),
      jumpIf(next, notEqual(get(l.slot), get(l.start))),
      set(l.bucket, add(get(l.bucket), i32(BUCKET_BYTES))),
      set(l.slot, get(l.bucket)),
      set(l.start, get(l.bucket)),
      set(l.tag, or(get(l.tag), i32(DISPLACED))),
      jumpIf(next, less(get(l.bucket), get(l.lastSlot))),
    ),
    jump(overrun),
  ];
};

const ONES = 0x0101010101010101n;
const HIGHS = 0x8080808080808080n;

/** The byte eight times. */
export const patternOf = (byte: Code): Code => mul64(extend(byte), i64(ONES));
/** Sets `near`, not 0 if `bytes` has the byte of the pattern: then 8 * its place + 7 low bits are zero. */
const findLabel = (l: Locals, bytes: Code, pattern: Code): Code => [
  set(l.near, xor64(bytes, pattern)),
  set(l.near, and64(and64(sub64(get(l.near), i64(ONES)), xor64(get(l.near), i64(-1n))), i64(HIGHS))),
];
/** What the edge leads to that findLabel() has found, in the row at that address. */
const nearTarget = (l: Locals, row: Code): Code =>
  load(ROW_HEAD, add(row, and(shr(wrap(trailingZeros64(get(l.near))), i32(1)), i32(28))));

/** Jumps if the words are those of the state at `address`. */
const jumpIfSame = (l: Locals, to: Label, address: number): Code => {
  const same = (k: number): Code => {
    const agree = equal64(load64(8 * k, get(address)), get(l.words[k] ?? 0));
    return k === 0 ? jumpIf(to, agree) : when(agree, [same(k - 1)]);
  };
  return same(l.words.length - 1);
};

/** Loads what the look-ups will need: nothing waits for the loads, so the cache misses overlap. Empties the lists. */
const touch = (l: Locals): Code => {
  const done = label('touched');
  const next = label('touch');
  return [
    set(l.from, g('touches')),
    block(
      done,
      loop(
        next,
        jumpIf(done, atLeast(get(l.from), get(l.list))),
        set(l.touched, add(get(l.touched), load(0, load(0, get(l.from))))),
        set(l.from, add(get(l.from), i32(4))),
        jump(next),
      ),
    ),
    set(l.list, g('touches')),
  ];
};

/**
 * Follows the edge with the label of `pattern` from state `q`: puts what it leads to into `found` and jumps to `known` if
 * that is the state wanted.
 */
const tryGuess = (l: Locals, room: number, q: Code, pattern: Code, known: Label): Code => {
  const wrong = label('wrong');
  return block(
    wrong,
    set(l.scratch, rowAddress(room, q)),
    findLabel(l, load64(0, get(l.scratch)), pattern),
    jumpIf(wrong, isZero64(get(l.near))),
    set(l.found, nearTarget(l, get(l.scratch))),
    jumpIf(wrong, lessSigned(get(l.found), i32(0))),
    set(l.scratch, stateAddress(l.words.length, get(l.found))),
    jumpIfSame(l, known, l.scratch),
  );
};

/** Looks everything in the batch up, in order: states get their numbers here. */
export const flush = (l: Locals, room: number, overrun: Label): Code => {
  const words = l.words.length;
  const at = 8 * words;
  const done = label('flushed');
  const next = label('entry');
  const known = label('known');
  return [
    touch(l),
    set(l.from, g('batch')),
    block(
      done,
      loop(
        next,
        jumpIf(done, atLeast(get(l.from), get(l.top))),
        readWords(l, l.from),
        set(l.tag, load(at, get(l.from))),
        set(l.slot, load(at + 4, get(l.from))),
        block(
          known,
          when(isZero(get(l.slot)), [
            tryGuess(l, room, get(l.tag), patternOf(load8(at + 9, get(l.from))), known),
            makeTag(l),
            set(l.slot, homeOf(l.tag)),
            set(l.tag, keyOf(l.tag)),
          ]),
          probe(
            l,
            [
              set(l.found, get(l.size)),
              set(l.size, add(get(l.size), i32(1))),
              store(0, get(l.slot), or(get(l.size), get(l.tag))),
              set(l.scratch, stateAddress(words, get(l.found))),
              writeWords(l, l.scratch),
              set(l.scratch, rowAddress(room, get(l.found))),
              store(0, get(l.scratch), load(at + 8, get(l.from))),
              store(ROW_HEAD, get(l.scratch), load(at + 12, get(l.from))),
              jump(known),
            ],
            [
              set(l.found, sub(get(l.found), i32(1))),
              set(l.scratch, stateAddress(words, get(l.found))),
              jumpIfSame(l, known, l.scratch),
            ],
            overrun,
          ),
        ),
        set(l.scratch, load(at + 12, get(l.from))),
        when(greater(get(l.found), get(l.scratch)), [
          set(l.scratch, add(g('goals'), get(l.scratch))),
          store8(0, get(l.scratch), or(load8(0, get(l.scratch)), i32(AHEAD_FLAG))),
        ]),
        store(0, load(at + 16, get(l.from)), get(l.found)),
        set(l.from, add(get(l.from), i32(entrySize(words)))),
        jump(next),
      ),
    ),
    set(l.top, g('batch')),
    set(l.flushed, get(l.at)),
  ];
};

/** Reads what guesses need about the state `at`. */
export const readParent = (l: Locals, room: number): Code => [
  set(l.parentLabel, load8(0, get(l.row))),
  set(l.pattern, patternOf(get(l.parentLabel))),
  set(l.scratch, load(ROW_HEAD, get(l.row))),
  when(
    lessSigned(get(l.scratch), i32(0)),
    [set(l.parentBytes, i64(-1n)), set(l.parentRow, g('rows'))],
    [set(l.parentRow, rowAddress(room, get(l.scratch))), set(l.parentBytes, load64(0, get(l.parentRow)))],
  ),
];

/** Takes the edge `way` to the state in `words` or to an ending: finds its target at once, or puts it into the batch. */
export const enter = (l: Locals, room: number, ending: Code): Code => {
  const at = 8 * l.words.length;
  const done = label('done');
  const known = label('known');
  const entered = label('entered');
  const unknown = label('unknown');
  return block(
    done,
    block(
      known,
      set(l.found, ending),
      jumpIf(known, get(l.found)),
      block(
        entered,
        block(
          unknown,
          findLabel(l, get(l.parentBytes), patternOf(get(l.way))),
          jumpIf(unknown, isZero64(get(l.near))),
          set(l.tag, nearTarget(l, get(l.parentRow))),
          // Endings are large numbers here.
          jumpIf(unknown, atLeast(get(l.tag), get(l.at))),
          when(atLeast(get(l.tag), get(l.flushed)), [
            store(at, get(l.top), get(l.tag)),
            store(at + 4, get(l.top), i32(0)),
            jump(entered),
          ]),
          tryGuess(l, room, get(l.tag), get(l.pattern), known),
        ),
        makeTag(l),
        set(l.slot, homeOf(l.tag)),
        store(at, get(l.top), keyOf(l.tag)),
        store(at + 4, get(l.top), get(l.slot)),
        store(0, get(l.list), get(l.slot)),
        set(l.list, add(get(l.list), i32(4))),
      ),
      writeWords(l, l.top),
      store(at + 8, get(l.top), add(get(l.way), shl(get(l.parentLabel), i32(8)))),
      store(at + 12, get(l.top), get(l.at)),
      store(at + 16, get(l.top), get(l.place)),
      set(l.top, add(get(l.top), i32(entrySize(l.words.length)))),
      jump(done),
    ),
    store(0, get(l.place), get(l.found)),
    set(l.isAhead, or(get(l.isAhead), greater(get(l.found), get(l.at)))),
  );
};
