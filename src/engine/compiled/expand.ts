/**
 * `run(budget)`: expands states, breadth first, until the budget is used up or the host is needed. What a thread can do is
 * looked up in decision trees (tables.ts) that the interpreter fills in when asked for the first time; no operation of the
 * ir is known here.
 *
 * A node is a word: 0 = nobody knows yet; odd = the address of a leaf, plus one; else the address of a test: byte offset
 * of the state's word (u8), shift (u8), 2 bytes of padding, mask (i32), then a node for each value. A leaf of ways:
 * number of ways, what the thread is about to access (0 = nothing that matters), then for each way label, ending (0 =
 * none) and for each word of the state a mask to keep and the bits to set.
 */
import { endOfSlots, enter, flush, readParent, rowAddress, stateAddress, type Locals } from './lookup';
import {
  AHEAD_FLAG,
  BATCH,
  entrySize,
  g,
  LEAF_HEAD,
  LONG_ROW,
  MEMO_BITS,
  memoSize,
  MOST_ACCESSES,
  MOST_PENDING,
  NO_LABEL,
  outcome,
  put,
  ROOT_SIZE,
  ROW_HEAD,
  TEST_HEAD,
  waySize,
  type Shape,
} from './shape';
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
  jump,
  jumpIf,
  label,
  less,
  lessEqual,
  lessEqualSigned,
  load,
  load64,
  load8,
  loop,
  mul,
  mul64,
  notEqual,
  or,
  or64,
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
  when,
  wrap,
  xor,
  xor64,
  type Code,
  type Label,
} from './wasm';

export function run(shape: Shape, l: Locals): Code {
  const { words, room } = shape;
  const entry = entrySize(words);
  const miss = label('miss');
  const states = label('states');
  const threads = label('threads');
  const ways = label('ways');
  const none = label('no more ways');
  const out = label('out');
  const overrun = label('overrun');
  const finish = label('finish');
  const s: Parts = { shape, l, miss, states, overrun };
  return [
    set(l.size, g('size')),
    set(l.made, g('edges')),
    set(l.at, g('next')),
    set(l.flushed, get(l.at)),
    set(l.end, add(get(l.at), get(l.parameter))),
    set(l.top, g('batch')),
    set(l.list, g('touches')),
    set(l.lastSlot, endOfSlots),
    set(l.result, i32(outcome.more)),
    block(
      finish,
      block(
        overrun,
        block(
          out,
          loop(
            states,
            when(atLeast(get(l.at), get(l.size)), [
              flush(l, room, overrun),
              when(atLeast(get(l.at), get(l.size)), [set(l.result, i32(outcome.done)), jump(out)]),
            ]),
            jumpIf(out, atLeast(get(l.at), get(l.end))),
            when(or(greater(get(l.size), g('mostStates')), greater(g('longUsed'), g('mostLong'))), [
              set(l.result, i32(outcome.full)),
              jump(out),
            ]),
            set(l.state, stateAddress(words, get(l.at))),
            set(l.row, rowAddress(room, get(l.at))),
            set(l.pending, i32(0)),
            readParent(l, room),
            block(
              miss,
              privateSteps(s),
              // First all that can be done, then what becomes of it.
              set(l.leaves, g('leaves')),
              set(l.degree, i32(0)),
              set(l.thread, i32(0)),
              loop(
                threads,
                walk(s, get(l.thread)),
                notePending(s),
                noteLeaf(l),
                set(l.thread, add(get(l.thread), i32(1))),
                jumpIf(threads, less(get(l.thread), g('threads'))),
              ),
              racePairs(s),
              walk(s, shl(g('threads'), i32(1))),
              set(l.goal, load(4, get(l.node))),
              // RACE_FINALLY may end the run here.
              noteLeaf(l),
              beginRow(s),
              set(l.thread, g('leaves')),
              block(
                none,
                loop(
                  ways,
                  jumpIf(none, atLeast(get(l.thread), get(l.leaves))),
                  set(l.node, load(0, get(l.thread))),
                  takeWays(s, false),
                  set(l.thread, add(get(l.thread), i32(4))),
                  jump(ways),
                ),
              ),
              endRow(s, or(get(l.goal), shl(get(l.isAhead), i32(1)))),
              when(greater(get(l.top), add(g('batch'), i32(BATCH * entry))), [flush(l, room, overrun)]),
              jump(states),
            ),
          ),
        ),
        flush(l, room, overrun),
        jump(finish),
      ),
      set(l.result, i32(outcome.overrun)),
    ),
    put('size', get(l.size)),
    put('edges', get(l.made)),
    put('next', get(l.at)),
    put('touched', get(l.touched)),
    get(l.result),
  ];
}

interface Parts {
  readonly shape: Shape;
  readonly l: Locals;
  readonly miss: Label;
  readonly states: Label;
  readonly overrun: Label;
}

/** Adds the leaf in `node` to the list if it has ways; without a jump, as nobody could foretell it. */
const noteLeaf = (l: Locals): Code => [
  set(l.count, load(0, get(l.node))),
  store(0, get(l.leaves), get(l.node)),
  set(l.degree, add(get(l.degree), get(l.count))),
  set(l.leaves, add(get(l.leaves), shl(notEqual(get(l.count), i32(0)), i32(2)))),
];

/**
 * Finds the leaf of a tree and puts its address into `node`; where nobody knows, leaves to `miss`. Mostly the memo has it:
 * the bits of the state that matter where the tree begins with that value, and the leaf.
 */
function walk({ l, miss }: Parts, tree: Code): Code {
  const words = l.words.length;
  const leaf = label('leaf');
  const known = label('known');
  const test = label('test');
  const [root, value, masks, place] = [l.scratch, l.count, l.found, l.from];
  const [first, ...others] = l.words;
  let mixed: Code = get(first ?? 0);
  for (const w of others) mixed = xor64(mul64(mixed, i64(0x9e3779b97f4a7c15n)), get(w));
  const same = (k: number): Code => {
    const agree = equal64(load64(8 * k, get(place)), get(l.words[k] ?? 0));
    return k === 0
      ? when(agree, [set(l.node, load(8 * words, get(place))), jumpIf(known, get(l.node))])
      : when(agree, [same(k - 1)]);
  };
  return [
    set(root, add(g('roots'), mul(tree, i32(ROOT_SIZE)))),
    set(
      value,
      and(shr(load(0, add(get(l.state), load(4, get(root)))), load(8, get(root))), load(12, get(root))),
    ),
    set(masks, add(load(16, get(root)), mul(get(value), i32(8 * words)))),
    l.words.map((w, k) => set(w, and64(load64(8 * k, get(l.state)), load64(8 * k, get(masks))))),
    set(l.hash, mul64(mixed, i64(0xbf58476d1ce4e5b9n))),
    set(
      place,
      add(
        load(20, get(root)),
        mul(wrap(shr64(get(l.hash), i64(BigInt(64 - MEMO_BITS)))), i32(memoSize(words))),
      ),
    ),
    block(
      known,
      same(words - 1),
      set(l.node, load(0, add(load(0, get(root)), shl(get(value), i32(2))))),
      block(
        leaf,
        loop(
          test,
          jumpIf(leaf, and(get(l.node), i32(1))),
          when(isZero(get(l.node)), [put('missTree', tree), set(l.result, i32(outcome.miss)), jump(miss)]),
          set(
            l.node,
            load(
              TEST_HEAD,
              add(
                get(l.node),
                shl(
                  and(
                    shr(load(0, add(get(l.state), load8(0, get(l.node)))), load8(1, get(l.node))),
                    load(4, get(l.node)),
                  ),
                  i32(2),
                ),
              ),
            ),
          ),
          jump(test),
        ),
      ),
      set(l.node, sub(get(l.node), i32(1))),
      l.words.map((w, k) => store64(8 * k, get(place), get(w))),
      store(8 * words, get(place), get(l.node)),
    ),
  ];
}

/** Begins the row of the state, for as many edges as `degree` says. */
function beginRow({ shape, l }: Parts): Code {
  return [
    set(l.place, add(get(l.row), i32(ROW_HEAD))),
    set(l.labels, i64(-1n)),
    set(l.shift, i64(0n)),
    set(l.isAhead, i32(0)),
    set(l.isLong, greater(get(l.degree), i32(shape.room))),
    when(get(l.isLong), [
      set(l.place, add(g('long'), g('longUsed'))),
      store(0, get(l.place), get(l.degree)),
      set(l.place, add(get(l.place), i32(4))),
    ]),
  ];
}

/** Takes the ways of the leaf in `node`, which has some. */
function takeWays({ shape, l }: Parts, isPrivate: boolean): Code {
  const next = label('way');
  return [
    set(l.count, load(0, get(l.node))),
    set(l.node, add(get(l.node), i32(LEAF_HEAD))),
    loop(
      next,
      l.words.map((w, k) =>
        set(
          w,
          or64(
            and64(load64(8 * k, get(l.state)), load64(8 + 16 * k, get(l.node))),
            load64(16 + 16 * k, get(l.node)),
          ),
        ),
      ),
      set(l.way, isPrivate ? or(load(0, get(l.node)), i32(1)) : load(0, get(l.node))),
      enter(l, shape.room, load(4, get(l.node))),
      when(
        get(l.isLong),
        [store(4, get(l.place), get(l.way)), set(l.place, add(get(l.place), i32(8)))],
        [
          set(l.labels, xor64(get(l.labels), shl64(extend(xor(get(l.way), i32(NO_LABEL))), get(l.shift)))),
          set(l.shift, extend(add(wrap(get(l.shift)), i32(8)))),
          set(l.place, add(get(l.place), i32(4))),
        ],
      ),
      set(l.node, add(get(l.node), i32(waySize(l.words.length)))),
      set(l.count, sub(get(l.count), i32(1))),
      jumpIf(next, get(l.count)),
    ),
  ];
}

function endRow({ l }: Parts, flags: Code): Code {
  return [
    store8(0, add(g('goals'), get(l.at)), flags),
    when(get(l.isLong), [
      set(l.labels, i64(BigInt.asIntN(64, (BigInt(LONG_ROW) << 56n) | 0xffffffffffffffn))),
      store(ROW_HEAD, get(l.row), g('longUsed')),
      put('longUsed', add(g('longUsed'), add(i32(4), shl(get(l.degree), i32(3))))),
    ]),
    store64(0, get(l.row), get(l.labels)),
    set(l.made, add(get(l.made), get(l.degree))),
    set(l.at, add(get(l.at), i32(1))),
  ];
}

/** A private step is taken alone if all it leads to is ahead; else the state is expanded in full. */
function privateSteps(s: Parts): Code {
  const { shape, l, states, overrun } = s;
  if (!shape.reduced) return [];
  const threads = label('threads');
  const none = label('no private step');
  const some = label('a private step');
  const ahead = label('ahead');
  const back = label('leads back');
  return block(
    none,
    block(
      some,
      set(l.thread, i32(0)),
      loop(
        threads,
        walk(s, add(g('threads'), get(l.thread))),
        jumpIf(some, load(0, get(l.node))),
        set(l.thread, add(get(l.thread), i32(1))),
        jumpIf(threads, less(get(l.thread), g('threads'))),
      ),
      jump(none),
    ),
    walk(s, get(l.thread)),
    set(l.goal, get(l.node)),
    flush(l, shape.room, overrun),
    set(l.node, get(l.goal)),
    set(l.degree, load(0, get(l.node))),
    beginRow(s),
    set(l.source, get(l.place)),
    takeWays(s, true),
    flush(l, shape.room, overrun),
    block(
      back,
      loop(
        ahead,
        when(lessEqual(get(l.place), get(l.source)), [endRow(s, i32(AHEAD_FLAG)), jump(states)]),
        jumpIf(back, lessEqualSigned(load(0, get(l.source)), get(l.at))),
        set(l.source, add(get(l.source), select(get(l.isLong), i32(8), i32(4)))),
        jump(ahead),
      ),
    ),
    // The row begins anew; it has lost its parent, so if that happens again, without.
    store(ROW_HEAD, get(l.row), i32(-1)),
  );
}

function notePending({ shape, l }: Parts): Code {
  if (!shape.races) return [];
  return [
    set(l.scratch, load(4, get(l.node))),
    when(get(l.scratch), [
      store(0, add(g('conflicts'), shl(get(l.pending), i32(2))), get(l.scratch)),
      set(l.pending, add(get(l.pending), i32(1))),
    ]),
  ];
}

/** Leaves to `miss` if two of the pending accesses are in conflict and nobody has said so. */
function racePairs({ shape, l, miss }: Parts): Code {
  if (!shape.races) return [];
  const done = label('pairs');
  const first = label('first');
  const others = label('others');
  const second = label('second');
  const [a, b] = [l.from, l.found];
  const access = (index: Code): Code => load(0, add(g('conflicts'), shl(index, i32(2))));
  return [
    set(a, i32(0)),
    block(
      done,
      loop(
        first,
        jumpIf(done, atLeast(add(get(a), i32(1)), get(l.pending))),
        set(b, add(get(a), i32(1))),
        block(
          others,
          loop(
            second,
            jumpIf(others, atLeast(get(b), get(l.pending))),
            when(
              load8(
                4 * MOST_PENDING,
                add(g('conflicts'), add(mul(access(get(a)), i32(MOST_ACCESSES)), access(get(b)))),
              ),
              [set(l.result, i32(outcome.race)), jump(miss)],
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
}
