/**
 * How the generated search finds the number of a state.
 *
 * A hash table with open addressing and no wrapping around: a slot is 8 bytes, the state's number plus one and the upper
 * 32 bits of its hash, the tag. The home of a tag is `tag * slots >> 32`, so slots are in the order of tags, and the table
 * grows, by any factor, in one pass from behind that never looks at the states (upkeep.ts). States are compared in
 * full: nothing is hash-compacted.
 *
 * Most look-ups never come to that. If state s was found from p by step x, and step y leads from s to the state wanted,
 * then, where x and y do not disturb each other, y leads from p to some q and x from q to the state wanted: the graph
 * knows it already if q < s. That is a guess from rows that are near (p, q and s are, breadth first), and it is checked
 * word by word, so it needs no theory of independence. The parent of a state that is not yet expanded stands where its
 * row will end (`rows`), the label of x where its goal will be noted (`goals`).
 *
 * A guess is tried at once if the row of q is complete. The rest is gathered in a batch: what is to be looked up, and
 * guesses from rows that still have edges in the batch. The slots that will be read are touched first, one right after the
 * other, so that many cache misses are under way at once. An entry: the words; the tag, or for a guess q; the slot's
 * address, or for a guess 0; the label of the edge and, 8 bits up, that of x; the state that the edge leaves; its number.
 */
import { entrySize, g } from './shape';
import {
  add,
  and64,
  atLeast,
  block,
  equal,
  equal64,
  extend,
  get,
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
  or64,
  rotl64,
  select,
  set,
  shl,
  shl64,
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
  /** The number of the next edge. */
  readonly place: number;
  readonly topBefore: number;
  readonly from: number;
  readonly slot: number;
  readonly tag: number;
  readonly found: number;
  readonly size: number;
  readonly made: number;
  readonly madeBefore: number;
  readonly scratch: number;
  readonly touched: number;
  readonly pending: number;
  readonly goal: number;
  readonly result: number;
  readonly source: number;
  readonly row: number;
  readonly lastSlot: number;
  readonly hash: number;
  readonly bytes: number;
  readonly near: number;
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
    topBefore: i(),
    from: i(),
    slot: i(),
    tag: i(),
    found: i(),
    size: i(),
    made: i(),
    madeBefore: i(),
    scratch: i(),
    touched: i(),
    pending: i(),
    goal: i(),
    result: i(),
    source: i(),
    row: i(),
    lastSlot: i(),
    hash: local('i64'),
    bytes: local('i64'),
    near: local('i64'),
    words: Array.from({ length: words }, () => local('i64')),
  };
}

export const stateAddress = (words: number, index: Code): Code =>
  add(g('states'), mul(index, i32(8 * words)));
export const readWords = (l: Locals, address: number): Code =>
  l.words.map((w, k) => set(w, load64(8 * k, get(address))));
export const writeWords = (l: Locals, address: number): Code =>
  l.words.map((w, k) => store64(8 * k, get(address), get(w)));
/** The i32 at an index of a region. */
export const item = (region: 'rows' | 'targets', index: Code): Code =>
  load(0, add(g(region), shl(index, i32(2))));

/** Sets `tag`: a mix of the words, multiply and xor-shift as in splitmix64 (Steele, Lea, Flood 2014). */
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

/** The address of the slot that is the home of `tag`. */
export const homeOf = (tag: number): Code =>
  add(g('slots'), shl(wrap(shr64(mul64(extend(get(tag)), extend(g('slotCount'))), i64(32n))), i32(3)));

const ONES = 0x0101010101010101n;
const HIGHS = 0x8080808080808080n;

/**
 * Sets `bytes` to the labels of the row that begins with edge `row`, the first eight of them; what is not there, as there
 * are only `scratch` edges, reads 255, which is no label.
 */
const readLabels = (l: Locals): Code => [
  set(
    l.bytes,
    or64(
      load64(0, add(g('labels'), get(l.row))),
      select(less(get(l.scratch), i32(8)), shl64(i64(-1n), extend(shl(get(l.scratch), i32(3)))), i64(0n)),
    ),
  ),
];

/** Sets `near`, not 0 if `bytes` has the byte `wanted`: then 8 * its place + 7 low bits are zero. */
export const findLabel = (l: Locals, wanted: Code): Code => [
  set(l.near, xor64(get(l.bytes), mul64(extend(wanted), i64(ONES)))),
  set(l.near, and64(and64(sub64(get(l.near), i64(ONES)), xor64(get(l.near), i64(-1n))), i64(HIGHS))),
];
/** What the edge leads to that findLabel() has found, in the row that begins at edge `row`. */
export const nearTarget = (l: Locals): Code =>
  item('targets', add(get(l.row), shr(wrap(trailingZeros64(get(l.near))), i32(3))));

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
 * Follows the edge labelled `wanted` from state `q`: puts what it leads to into `found` and jumps to `known` if that is the
 * state wanted.
 */
const tryGuess = (l: Locals, q: Code, wanted: Code, known: Label): Code => {
  const wrong = label('wrong');
  return block(
    wrong,
    set(l.scratch, add(g('rows'), shl(q, i32(2)))),
    set(l.row, load(0, get(l.scratch))),
    set(l.scratch, sub(load(4, get(l.scratch)), get(l.row))),
    readLabels(l),
    findLabel(l, wanted),
    jumpIf(wrong, isZero64(get(l.near))),
    set(l.found, nearTarget(l)),
    jumpIf(wrong, lessSigned(get(l.found), i32(0))),
    set(l.scratch, stateAddress(l.words.length, get(l.found))),
    jumpIfSame(l, known, l.scratch),
  );
};

/** Looks everything in the batch up, in order: states get their numbers here. */
export const flush = (l: Locals, overrun: Label): Code => {
  const words = l.words.length;
  const at = 8 * words;
  const done = label('flushed');
  const next = label('entry');
  const known = label('known');
  const probe = label('probe');
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
            tryGuess(l, get(l.tag), load8(at + 9, get(l.from)), known),
            makeTag(l),
            set(l.slot, homeOf(l.tag)),
          ]),
          loop(
            probe,
            set(l.scratch, load(0, get(l.slot))),
            when(isZero(get(l.scratch)), [
              set(l.found, get(l.size)),
              set(l.size, add(get(l.size), i32(1))),
              store(0, get(l.slot), get(l.size)),
              store(4, get(l.slot), get(l.tag)),
              when(atLeast(get(l.slot), get(l.lastSlot)), [jump(overrun)]),
              set(l.scratch, stateAddress(words, get(l.found))),
              writeWords(l, l.scratch),
              store8(0, add(g('goals'), get(l.found)), load8(at + 8, get(l.from))),
              store(4, add(g('rows'), shl(get(l.found), i32(2))), load(at + 12, get(l.from))),
              jump(known),
            ]),
            when(equal(load(4, get(l.slot)), get(l.tag)), [
              set(l.found, sub(get(l.scratch), i32(1))),
              set(l.scratch, stateAddress(words, get(l.found))),
              jumpIfSame(l, known, l.scratch),
            ]),
            set(l.slot, add(get(l.slot), i32(8))),
            jump(probe),
          ),
        ),
        set(l.scratch, load(at + 16, get(l.from))),
        store(0, add(g('targets'), shl(get(l.scratch), i32(2))), get(l.found)),
        store8(0, add(g('labels'), get(l.scratch)), load8(at + 8, get(l.from))),
        set(l.from, add(get(l.from), i32(entrySize(words)))),
        jump(next),
      ),
    ),
    set(l.top, g('batch')),
    set(l.flushed, get(l.at)),
  ];
};

/** Reads what a guess needs about the state `at`, its parent's row: into `parentBytes` and `parentRow`. */
export const readParent = (l: Locals, parentBytes: number, parentRow: number): Code => [
  set(l.scratch, item('rows', add(get(l.at), i32(1)))),
  when(
    lessSigned(get(l.scratch), i32(0)),
    [set(parentBytes, i64(-1n)), set(parentRow, i32(0))],
    [
      set(l.row, item('rows', get(l.scratch))),
      set(l.scratch, sub(item('rows', add(get(l.scratch), i32(1))), get(l.row))),
      readLabels(l),
      set(parentBytes, get(l.bytes)),
      set(parentRow, get(l.row)),
    ],
  ),
];

/** Takes the edge to the state in `words` or to an ending: finds its target at once, or puts it into the batch. */
export const enter = (
  l: Locals,
  edgeLabel: number,
  parentLabel: number,
  ending: Code,
  parentBytes: number,
  parentRow: number,
): Code => {
  const at = 8 * l.words.length;
  const done = label('done');
  const known = label('known');
  const entered = label('entered');
  const unknown = label('unknown');
  return [
    block(
      done,
      block(
        known,
        set(l.found, ending),
        jumpIf(known, get(l.found)),
        block(
          entered,
          block(
            unknown,
            set(l.bytes, get(parentBytes)),
            findLabel(l, get(edgeLabel)),
            jumpIf(unknown, isZero64(get(l.near))),
            set(l.row, get(parentRow)),
            set(l.tag, nearTarget(l)),
            // Endings are large numbers here.
            jumpIf(unknown, atLeast(get(l.tag), get(l.at))),
            when(atLeast(get(l.tag), get(l.flushed)), [
              store(at, get(l.top), get(l.tag)),
              store(at + 4, get(l.top), i32(0)),
              jump(entered),
            ]),
            tryGuess(l, get(l.tag), get(parentLabel), known),
          ),
          makeTag(l),
          set(l.slot, homeOf(l.tag)),
          store(at, get(l.top), get(l.tag)),
          store(at + 4, get(l.top), get(l.slot)),
          store(0, get(l.list), get(l.slot)),
          set(l.list, add(get(l.list), i32(4))),
        ),
        writeWords(l, l.top),
        store(at + 8, get(l.top), add(get(edgeLabel), shl(get(parentLabel), i32(8)))),
        store(at + 12, get(l.top), get(l.at)),
        store(at + 16, get(l.top), get(l.place)),
        set(l.top, add(get(l.top), i32(entrySize(l.words.length)))),
        jump(done),
      ),
      store(0, add(g('targets'), shl(get(l.place), i32(2))), get(l.found)),
      store8(0, add(g('labels'), get(l.place)), get(edgeLabel)),
    ),
    set(l.place, add(get(l.place), i32(1))),
  ];
};
