/**
 * The search as WebAssembly, generated for one layout of states and one set of threads. It knows no operation of the ir:
 * what a thread can do is looked up in decision trees (tables.ts) that the interpreter fills in when asked for the first
 * time. A new state is looked for in a hash table with open addressing; a batch of look-ups is touched first, so that
 * several cache misses are under way at once. States are compared in full: nothing is hash-compacted.
 *
 * Memory (bases in globals, see memory.ts): queue of states = the states by number; a slot of the hash table is the
 * state's number plus one and 32 more bits of its hash.
 *
 * A node is a word: 0 = nobody knows yet; odd = the address of a leaf, plus one; else the address of a test: byte offset
 * of the state's word (u8), shift (u8), 2 bytes of padding, mask (i32), then a node for each value. A leaf of ways:
 * number of ways, what the thread is about to access (0 = nothing that matters), then for each way label, ending (0 =
 * none) and for each word of the state a mask to keep and the bits to set.
 */
import type { Field, Layout } from './layout';
import {
  add,
  and,
  and64,
  assemble,
  atLeast,
  block,
  jump,
  jumpIf,
  label,
  equal,
  equal64,
  get,
  getGlobal,
  greater,
  i32,
  i64,
  isZero,
  lessEqualSigned,
  load,
  load64,
  load8,
  loop,
  mul,
  mul64,
  or,
  or64,
  rotl64,
  set,
  setGlobal,
  shl,
  shr,
  shr64,
  store,
  store64,
  store8,
  sub,
  when,
  wrap,
  xor64,
  type Code,
  type ValueType,
} from './wasm';

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
} as const;

/** Mutable i32 globals, in order; addresses are bytes. */
export const globals = [
  'next',
  'size',
  'edges',
  'missTree',
  'touched',
  'slots',
  'slotMask',
  'states',
  'rows',
  'targets',
  'labels',
  'goals',
  'batch',
  'conflicts',
  'mostStates',
  'mostEdges',
] as const;
type GlobalName = (typeof globals)[number];

const g = (name: GlobalName): Code => getGlobal(globals.indexOf(name));
const put = (name: GlobalName, value: Code): Code => setGlobal(globals.indexOf(name), value);

/** States whose successors are gathered before they are looked up, in entries of the batch. */
export const BATCH = 64;

/** Bytes of an entry of the batch: the words, the hash, label and ending. */
export function entrySize(words: number): number {
  return 8 * words + 16;
}

/** Bytes of one way in a leaf. */
export function waySize(words: number): number {
  return 8 + 16 * words;
}

/** Bytes before the ways of a leaf. */
export const LEAF_HEAD = 8;
/** Bytes before the nodes of a test. */
export const TEST_HEAD = 8;

/** Threads that can have conflicting accesses in one state; a state with more is left to `race`. */
export const MOST_PENDING = 64;

/** Where a tree begins: a list of nodes by the values of a field, or one node. */
export interface Root {
  readonly address: number;
  readonly field?: Field;
}

export interface Shape {
  readonly layout: Layout;
  /** One for each tree. */
  readonly roots: readonly Root[];
  readonly threads: number;
  /** Private steps are looked for (the trees `threads` … 2 * threads - 1). */
  readonly reduced: boolean;
  /** Some accesses are plain: pairs of pending accesses are looked at. */
  readonly races: boolean;
  /** Number of pending accesses that are told apart, including none. */
  readonly accesses: number;
}

/** The number of decision trees: ways by thread, then whether the step is private by thread, then the goal. */
export function treeCount(shape: Pick<Shape, 'threads' | 'reduced'>): number {
  return (shape.reduced ? 2 : 1) * shape.threads + 1;
}

export function generate(shape: Shape): Uint8Array<ArrayBuffer> {
  const { words } = shape.layout;
  const types: ValueType[] = [];
  const local = (type: ValueType): number => types.push(type);
  // Local 0 is the parameter.
  const budget = 0;
  const at = local('i32');
  const end = local('i32');
  const state = local('i32');
  const node = local('i32');
  const count = local('i32');
  const top = local('i32');
  const topBefore = local('i32');
  const from = local('i32');
  const slot = local('i32');
  const tag = local('i32');
  const found = local('i32');
  const size = local('i32');
  const made = local('i32');
  const madeBefore = local('i32');
  const stored = local('i32');
  const scratch = local('i32');
  const touched = local('i32');
  const pending = local('i32');
  const goal = local('i32');
  const result = local('i32');
  const hash = local('i64');
  const word = Array.from({ length: words }, () => local('i64'));
  const wordAt = (k: number): number => word[k] ?? 0;
  const entry = entrySize(words);
  const goalTree = treeCount(shape) - 1;

  const miss = label('miss');
  const states = label('states');
  const out = label('out');

  /** hash = mix of the words in `word`: multiply and xor-shift, as in splitmix64 (Steele, Lea, Flood 2014). */
  const makeHash = (): Code => {
    let mixed: Code = get(wordAt(0));
    for (let k = 1; k < words; k++)
      mixed = xor64(mul64(rotl64(mixed, i64(29n)), i64(0x9e3779b97f4a7c15n)), get(wordAt(k)));
    return [
      set(hash, mul64(mixed, i64(0xbf58476d1ce4e5b9n))),
      set(hash, xor64(get(hash), shr64(get(hash), i64(32n)))),
      set(hash, mul64(get(hash), i64(0x94d049bb133111ebn))),
    ];
  };
  const slotOfHash = (): Code =>
    add(g('slots'), shl(and(wrap(shr64(get(hash), i64(35n))), g('slotMask')), i32(3)));
  const nextSlot = (): Code => [
    set(slot, add(get(slot), i32(8))),
    when(greater(get(slot), add(g('slots'), shl(g('slotMask'), i32(3)))), [set(slot, g('slots'))]),
  ];
  const stateAddress = (index: Code): Code => add(g('states'), mul(index, i32(8 * words)));
  const readWords = (address: number): Code => word.map((w, k) => set(w, load64(8 * k, get(address))));
  const writeWords = (address: number): Code => word.map((w, k) => store64(8 * k, get(address), get(w)));

  /** Looks everything in the batch up, in order: states get their numbers here. */
  const flush = (): Code => {
    const done = label('flushed');
    const next = label('entry');
    const known = label('known');
    const probe = label('probe');
    const same = (k: number): Code => {
      const agree = equal64(load64(8 * k, get(scratch)), get(wordAt(k)));
      return k === 0 ? jumpIf(known, agree) : when(agree, [same(k - 1)]);
    };
    return [
      set(from, g('batch')),
      block(
        done,
        loop(
          next,
          jumpIf(done, atLeast(get(from), get(top))),
          set(found, load(8 * words + 12, get(from))),
          when(isZero(get(found)), [
            readWords(from),
            set(tag, load(8 * words, get(from))),
            set(slot, load(8 * words + 4, get(from))),
            block(
              known,
              loop(
                probe,
                set(scratch, load(0, get(slot))),
                when(isZero(get(scratch)), [
                  set(found, get(size)),
                  set(size, add(get(size), i32(1))),
                  store(0, get(slot), get(size)),
                  store(4, get(slot), get(tag)),
                  set(scratch, stateAddress(get(found))),
                  writeWords(scratch),
                  jump(known),
                ]),
                when(equal(load(4, get(slot)), get(tag)), [
                  set(found, sub(get(scratch), i32(1))),
                  set(scratch, stateAddress(get(found))),
                  same(words - 1),
                ]),
                nextSlot(),
                jump(probe),
              ),
            ),
          ]),
          store(0, add(g('targets'), shl(get(stored), i32(2))), get(found)),
          store8(0, add(g('labels'), get(stored)), load(8 * words + 8, get(from))),
          set(stored, add(get(stored), i32(1))),
          set(from, add(get(from), i32(entry))),
          jump(next),
        ),
      ),
      set(top, g('batch')),
    ];
  };

  /** Walks a tree to its leaf and puts the leaf's address into `node`; where nobody knows, leaves to `miss`. */
  const walk = (tree: number): Code => {
    const leaf = label('leaf');
    const test = label('test');
    const root = shape.roots[tree];
    const field = root?.field;
    return [
      set(
        node,
        load(
          root?.address ?? 0,
          field
            ? shl(and(shr(load(4 * field.word, get(state)), i32(field.shift)), i32(field.mask)), i32(2))
            : i32(0),
        ),
      ),
      block(
        leaf,
        loop(
          test,
          jumpIf(leaf, and(get(node), i32(1))),
          when(isZero(get(node)), [put('missTree', i32(tree)), set(result, i32(outcome.miss)), jump(miss)]),
          set(
            node,
            load(
              TEST_HEAD,
              add(
                get(node),
                shl(
                  and(
                    shr(load(0, add(get(state), load8(0, get(node)))), load8(1, get(node))),
                    load(4, get(node)),
                  ),
                  i32(2),
                ),
              ),
            ),
          ),
          jump(test),
        ),
      ),
      set(node, sub(get(node), i32(1))),
    ];
  };

  /** Puts the ways of the leaf in `node` into the batch. */
  const takeWays = (isPrivate: boolean): Code => {
    const done = label('ways');
    const next = label('way');
    return [
      set(count, load(0, get(node))),
      set(made, add(get(made), get(count))),
      set(node, add(get(node), i32(LEAF_HEAD))),
      block(
        done,
        loop(
          next,
          jumpIf(done, isZero(get(count))),
          word.map((w, k) =>
            set(
              w,
              or64(
                and64(load64(8 * k, get(state)), load64(8 + 16 * k, get(node))),
                load64(16 + 16 * k, get(node)),
              ),
            ),
          ),
          makeHash(),
          writeWords(top),
          set(slot, slotOfHash()),
          store(8 * words, get(top), wrap(get(hash))),
          store(8 * words + 4, get(top), get(slot)),
          store(8 * words + 8, get(top), isPrivate ? or(load(0, get(node)), i32(1)) : load(0, get(node))),
          store(8 * words + 12, get(top), load(4, get(node))),
          // Touched ahead: the look-up follows when the batch is full.
          set(touched, add(get(touched), load(0, get(slot)))),
          set(top, add(get(top), i32(entry))),
          set(node, add(get(node), i32(waySize(words)))),
          set(count, sub(get(count), i32(1))),
          jump(next),
        ),
      ),
    ];
  };

  const endRow = (reached: Code): Code => [
    store8(0, add(g('goals'), get(at)), reached),
    store(0, add(g('rows'), shl(add(get(at), i32(1)), i32(2))), get(made)),
    set(at, add(get(at), i32(1))),
  ];

  /** A private step is taken alone if all it leads to is ahead; else the state is expanded in full. */
  const privateSteps = (): Code => {
    if (!shape.reduced) return [];
    const none = label('no private step');
    const some = label('a private step');
    const ahead = label('ahead');
    const back = label('leads back');
    return block(
      none,
      block(
        some,
        Array.from({ length: shape.threads }, (_, t) => [
          walk(shape.threads + t),
          when(load(0, get(node)), [walk(t), jump(some)]),
        ]),
        jump(none),
      ),
      set(goal, get(node)),
      flush(),
      set(node, get(goal)),
      takeWays(true),
      flush(),
      set(from, get(madeBefore)),
      block(
        back,
        loop(
          ahead,
          when(atLeast(get(from), get(made)), [endRow(i32(0)), jump(states)]),
          jumpIf(back, lessEqualSigned(load(0, add(g('targets'), shl(get(from), i32(2)))), get(at))),
          set(from, add(get(from), i32(1))),
          jump(ahead),
        ),
      ),
      set(made, get(madeBefore)),
      set(stored, get(madeBefore)),
      set(topBefore, get(top)),
    );
  };

  const notePending = (): Code =>
    shape.races
      ? [
          set(scratch, load(4, get(node))),
          when(get(scratch), [
            store(0, add(g('conflicts'), shl(get(pending), i32(2))), get(scratch)),
            set(pending, add(get(pending), i32(1))),
          ]),
        ]
      : [];

  /** Leaves to `miss` if two of the pending accesses are in conflict and nobody has said so. */
  const racePairs = (): Code => {
    if (!shape.races) return [];
    const done = label('pairs');
    const first = label('first');
    const others = label('others');
    const second = label('second');
    const [a, b] = [from, found];
    const access = (index: Code): Code => load(0, add(g('conflicts'), shl(index, i32(2))));
    return [
      set(a, i32(0)),
      block(
        done,
        loop(
          first,
          jumpIf(done, atLeast(add(get(a), i32(1)), get(pending))),
          set(b, add(get(a), i32(1))),
          block(
            others,
            loop(
              second,
              jumpIf(others, atLeast(get(b), get(pending))),
              when(
                load8(
                  4 * MOST_PENDING,
                  add(g('conflicts'), add(mul(access(get(a)), i32(shape.accesses)), access(get(b)))),
                ),
                [set(result, i32(outcome.race)), jump(miss)],
              ),
              set(b, add(get(b), i32(1))),
              jump(second),
            ),
          ),
          set(a, add(get(a), i32(1))),
          jump(first),
        ),
      ),
    ];
  };

  const run: Code = [
    set(size, g('size')),
    set(made, g('edges')),
    set(stored, get(made)),
    set(at, g('next')),
    set(end, add(get(at), get(budget))),
    set(top, g('batch')),
    set(result, i32(outcome.more)),
    block(
      out,
      loop(
        states,
        when(atLeast(get(at), get(size)), [
          flush(),
          when(atLeast(get(at), get(size)), [set(result, i32(outcome.done)), jump(out)]),
        ]),
        jumpIf(out, atLeast(get(at), get(end))),
        when(or(greater(get(size), g('mostStates')), greater(get(made), g('mostEdges'))), [
          set(result, i32(outcome.full)),
          jump(out),
        ]),
        set(state, stateAddress(get(at))),
        set(topBefore, get(top)),
        set(madeBefore, get(made)),
        set(pending, i32(0)),
        block(
          miss,
          privateSteps(),
          Array.from({ length: shape.threads }, (_, t) => [walk(t), notePending(), takeWays(false)]),
          racePairs(),
          walk(goalTree),
          set(goal, load(4, get(node))),
          // RACE_FINALLY may end the run here.
          when(load(0, get(node)), [takeWays(false)]),
          endRow(get(goal)),
          when(greater(get(top), add(g('batch'), i32(BATCH * entry))), [flush()]),
          jump(states),
        ),
        set(top, get(topBefore)),
        set(made, get(madeBefore)),
      ),
    ),
    flush(),
    put('size', get(size)),
    put('edges', get(stored)),
    put('next', get(at)),
    put('touched', get(touched)),
    get(result),
  ];

  const all = label('all');
  const one = label('one');
  const free = label('free');
  const search = label('search');
  const rehash: Code = [
    set(at, i32(0)),
    block(
      all,
      loop(
        one,
        jumpIf(all, atLeast(get(at), g('size'))),
        set(state, stateAddress(get(at))),
        readWords(state),
        makeHash(),
        set(slot, slotOfHash()),
        block(free, loop(search, jumpIf(free, isZero(load(0, get(slot)))), nextSlot(), jump(search))),
        set(at, add(get(at), i32(1))),
        store(0, get(slot), get(at)),
        store(4, get(slot), wrap(get(hash))),
        jump(one),
      ),
    ),
  ];
  return assemble(
    [
      { name: 'run', parameters: ['i32'], results: ['i32'], locals: types, body: run },
      { name: 'rehash', parameters: ['i32'], results: [], locals: types, body: rehash },
    ],
    globals.map(name => ({ name, initial: 0 })),
  );
}
