/** What the generated search does between two runs: a larger hash table, states packed in another way, the hang check. */
import type { Layout } from './layout';
import {
  endOfSlots,
  homeOf,
  keyOf,
  makeTag,
  probe,
  readWords,
  rowAddress,
  stateAddress,
  type Locals,
} from './lookup';
import { BUCKET_BITS, BUCKET_BYTES, g, GOAL, LONG_ROW, ROW_HEAD, SLACK } from './shape';
import {
  add,
  and,
  and64,
  atLeast,
  block,
  equal,
  equal64,
  get,
  i32,
  i64,
  isZero,
  jump,
  jumpIf,
  label,
  leadingZeros64,
  less,
  lessEqual,
  lessSigned,
  load,
  load64,
  load8,
  loop,
  mul,
  or,
  or64,
  select,
  set,
  shl,
  shr,
  shr64,
  store,
  store8,
  sub,
  when,
  wrap,
  xor64,
  type Code,
} from './wasm';

/** Puts the state `at` into the hash table, where it is not yet. */
const putState = (l: Locals): Code => {
  const done = label('done');
  return [
    set(l.state, stateAddress(l.words.length, get(l.at))),
    readWords(l, l.state),
    makeTag(l),
    set(l.slot, homeOf(l.tag)),
    set(l.tag, keyOf(l.tag)),
    block(
      done,
      probe(l, [store(0, get(l.slot), or(get(l.tag), add(get(l.at), i32(1)))), jump(done)], [], done),
    ),
  ];
};

/** `rehash`: puts every state into an empty hash table. */
export function rehash(l: Locals): Code {
  const all = label('all');
  const one = label('one');
  return [
    set(l.lastSlot, endOfSlots),
    set(l.at, i32(0)),
    block(
      all,
      loop(
        one,
        jumpIf(all, atLeast(get(l.at), g('size'))),
        putState(l),
        set(l.at, add(get(l.at), i32(1))),
        jump(one),
      ),
    ),
    i32(0),
  ];
}

/**
 * `enlarge(before)`: makes a hash table of 2^before slots into the larger one that `slotBits` says, at the same address;
 * all behind the old one is zero. From behind, so that the places of a bucket are free when it is its turn: what was in
 * one is in a few now, next to each other. What is not in its own bucket goes `aside` and is put in anew. Returns 0 if there
 * is too much of that: then `rehash` is due.
 */
export function enlarge(l: Locals): Code {
  const done = label('buckets');
  const one = label('bucket');
  const slots = label('slots');
  const next = label('next');
  const full = label('full');
  const search = label('search');
  const free = label('free');
  const again = label('again');
  const behind = label('behind');
  const more = sub(g('slotBits'), get(l.parameter));
  return [
    set(l.lastSlot, endOfSlots),
    set(l.list, g('aside')),
    set(l.end, add(g('aside'), i32(BUCKET_BYTES))),
    // The first bucket becomes the first few: it is read from where it is put first.
    Array.from({ length: BUCKET_BYTES / 4 }, (_, k) => [
      store(4 * k, get(l.list), load(4 * k, g('slots'))),
      store(4 * k, g('slots'), i32(0)),
    ]),
    set(l.top, add(g('aside'), shl(i32(1), sub(get(l.parameter), i32(ASIDE_SHIFT - 2))))),
    set(l.list, get(l.end)),
    set(l.bucket, add(shl(i32(1), sub(get(l.parameter), i32(BUCKET_BITS))), i32(SLACK >> BUCKET_BITS))),
    set(l.result, i32(0)),
    block(
      full,
      block(
        done,
        loop(
          one,
          jumpIf(done, isZero(get(l.bucket))),
          set(l.bucket, sub(get(l.bucket), i32(1))),
          set(
            l.from,
            select(get(l.bucket), add(g('slots'), shl(get(l.bucket), i32(BUCKET_BITS + 2))), g('aside')),
          ),
          set(l.count, add(get(l.from), i32(BUCKET_BYTES))),
          loop(
            slots,
            block(
              next,
              set(l.found, load(0, get(l.from))),
              jumpIf(next, isZero(get(l.found))),
              store(0, get(l.from), i32(0)),
              when(lessSigned(get(l.found), i32(0)), [
                jumpIf(full, atLeast(get(l.list), get(l.top))),
                store(0, get(l.list), get(l.found)),
                set(l.list, add(get(l.list), i32(4))),
                jump(next),
              ]),
              // The upper bits of the key say which of the new buckets it is.
              set(
                l.start,
                add(
                  g('slots'),
                  shl(
                    add(shl(get(l.bucket), more), shr(get(l.found), sub(i32(31), more))),
                    i32(BUCKET_BITS + 2),
                  ),
                ),
              ),
              set(l.tag, and(shl(get(l.found), more), and(shl(i32(-1), g('slotBits')), i32(0x7fffffff)))),
              set(l.slot, shr(get(l.tag), i32(31 - BUCKET_BITS - 2))),
              block(
                free,
                loop(
                  search,
                  set(l.slot, and(get(l.slot), i32(BUCKET_BYTES - 4))),
                  jumpIf(free, isZero(load(0, add(get(l.start), get(l.slot))))),
                  set(l.slot, add(get(l.slot), i32(4))),
                  jump(search),
                ),
              ),
              store(
                0,
                add(get(l.start), get(l.slot)),
                or(get(l.tag), and(get(l.found), sub(shl(i32(1), get(l.parameter)), i32(1)))),
              ),
            ),
            set(l.from, add(get(l.from), i32(4))),
            jumpIf(slots, less(get(l.from), get(l.count))),
          ),
          jump(one),
        ),
      ),
      block(
        behind,
        loop(
          again,
          jumpIf(behind, lessEqual(get(l.list), get(l.end))),
          set(l.list, sub(get(l.list), i32(4))),
          set(l.at, sub(and(load(0, get(l.list)), sub(shl(i32(1), get(l.parameter)), i32(1))), i32(1))),
          putState(l),
          jump(again),
        ),
      ),
      set(l.result, i32(1)),
    ),
    get(l.result),
  ];
}

/** One in so many slots, as a power of two, can be put aside. */
const ASIDE_SHIFT = 5;
export function asideBytes(slotBits: number): number {
  return BUCKET_BYTES + 4 * 2 ** Math.max(0, slotBits - ASIDE_SHIFT);
}

/** `unsettled(first)`: the first state from there on, before `next`, that has no flag in `goals`; else `next` or more. */
export function unsettled(l: Locals): Code {
  const done = label('done');
  const one = label('one');
  const ones = i64(0x0101010101010101n);
  return [
    set(l.at, get(l.parameter)),
    block(
      done,
      loop(
        one,
        jumpIf(done, atLeast(get(l.at), g('next'))),
        when(isZero(and(get(l.at), i32(7))), [
          set(l.bytes, load64(0, add(g('goals'), get(l.at)))),
          set(l.bytes, and64(or64(get(l.bytes), shr64(get(l.bytes), i64(1n))), ones)),
          when(equal64(get(l.bytes), ones), [set(l.at, add(get(l.at), i32(8))), jump(one)]),
        ]),
        jumpIf(done, isZero(load8(0, add(g('goals'), get(l.at))))),
        set(l.at, add(get(l.at), i32(1))),
        jump(one),
      ),
    ),
    get(l.at),
  ];
}

/** `repack(last)`: the states up to `last` (not included), packed as in `before`, become packed as in `layout`, in place. */
export function repack(l: Locals, before: Layout, layout: Layout): Code {
  const { words } = layout;
  const grows = words >= before.words;
  const done = label('done');
  const one = label('one');
  const halves = halvesOf(l, 2 * before.words);
  const moved = halves.slice(0, 2 * before.words);
  const parts = (word: number): Code => {
    let value: Code = i32(0);
    for (const field of layout.fields) {
      const old = field && before.fields[field.slot];
      if (field?.word !== word || !old) continue;
      const bits = and(shr(get(moved[old.word] ?? 0), i32(old.shift)), i32(old.mask));
      value = or(value, shl(bits, i32(field.shift)));
    }
    return value;
  };
  const body: readonly Code[] = [
    set(l.scratch, add(g('states'), mul(get(l.at), i32(8 * before.words)))),
    moved.map((h, k) => set(h, load(4 * k, get(l.scratch)))),
    set(l.state, stateAddress(words, get(l.at))),
    Array.from({ length: 2 * words }, (_, k) => store(4 * k, get(l.state), parts(k))),
  ];
  return [
    set(l.at, grows ? get(l.parameter) : i32(0)),
    block(
      done,
      loop(
        one,
        grows
          ? [jumpIf(done, isZero(get(l.at))), set(l.at, sub(get(l.at), i32(1))), body]
          : [jumpIf(done, atLeast(get(l.at), get(l.parameter))), body, set(l.at, add(get(l.at), i32(1)))],
        jump(one),
      ),
    ),
    i32(0),
  ];
}

/** i32 locals that repack() may use for the halves of a state. */
function halvesOf(l: Locals, count: number): readonly number[] {
  const all = [
    l.end,
    l.node,
    l.count,
    l.top,
    l.list,
    l.from,
    l.slot,
    l.tag,
    l.found,
    l.size,
    l.made,
    l.isLong,
    l.place,
    l.touched,
    l.pending,
    l.goal,
  ];
  if (count > all.length) throw new Error('internal: a state has more words than repack() has locals');
  return all;
}

/** States that `sweep` looks at. */
export const SWEEP_PIECE = 1 << 14;

/**
 * `sweep(good)`: one pass from behind over the rows of up to SWEEP_PIECE states before `next`; a byte at `good` becomes
 * 1 where a goal, an ending or a state with such a byte can be reached in one step. Returns how many became so.
 */
export function sweep(l: Locals, room: number): Code {
  const done = label('done');
  const one = label('one');
  const next = label('next');
  const edge = label('edge');
  const good = label('good');
  return [
    set(l.at, g('next')),
    set(l.top, select(less(get(l.at), i32(SWEEP_PIECE)), i32(0), sub(get(l.at), i32(SWEEP_PIECE)))),
    set(l.result, i32(0)),
    block(
      done,
      loop(
        one,
        jumpIf(done, lessEqual(get(l.at), get(l.top))),
        set(l.at, sub(get(l.at), i32(1))),
        block(
          next,
          set(l.slot, add(get(l.parameter), get(l.at))),
          jumpIf(next, load8(0, get(l.slot))),
          block(
            good,
            jumpIf(good, and(load8(0, add(g('goals'), get(l.at))), i32(GOAL))),
            set(l.from, rowAddress(room, get(l.at))),
            set(l.labels, load64(0, get(l.from))),
            set(l.from, add(get(l.from), i32(ROW_HEAD))),
            set(l.count, i32(4)),
            // What is no label is 255.
            set(l.degree, sub(i32(8), shr(wrap(leadingZeros64(xor64(get(l.labels), i64(-1n)))), i32(3)))),
            when(equal(wrap(shr64(get(l.labels), i64(56n))), i32(LONG_ROW)), [
              set(l.from, add(g('long'), load(0, get(l.from)))),
              set(l.degree, load(0, get(l.from))),
              set(l.from, add(get(l.from), i32(4))),
              set(l.count, i32(8)),
            ]),
            loop(
              edge,
              jumpIf(next, isZero(get(l.degree))),
              set(l.found, load(0, get(l.from))),
              jumpIf(good, lessSigned(get(l.found), i32(0))),
              jumpIf(good, load8(0, add(get(l.parameter), get(l.found)))),
              set(l.from, add(get(l.from), get(l.count))),
              set(l.degree, sub(get(l.degree), i32(1))),
              jump(edge),
            ),
          ),
          store8(0, get(l.slot), i32(1)),
          set(l.result, add(get(l.result), i32(1))),
        ),
        jump(one),
      ),
    ),
    get(l.result),
  ];
}
