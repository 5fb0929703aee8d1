/** What the generated search does between two runs: a larger hash table, states packed in another way, the hang check. */
import type { Layout } from './layout';
import { homeOf, keyOf, makeTag, readWords, rowAddress, stateAddress, type Locals } from './lookup';
import { g, LONG_ROW, ROW_HEAD } from './shape';
import {
  add,
  and,
  atLeast,
  block,
  equal,
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

/** `rehash`: puts every state into an empty hash table. */
export function rehash(l: Locals): Code {
  const all = label('all');
  const one = label('one');
  const free = label('free');
  const search = label('search');
  return [
    set(l.at, i32(0)),
    block(
      all,
      loop(
        one,
        jumpIf(all, atLeast(get(l.at), g('size'))),
        set(l.state, stateAddress(l.words.length, get(l.at))),
        readWords(l, l.state),
        makeTag(l),
        set(l.slot, homeOf(l.tag)),
        block(
          free,
          loop(
            search,
            jumpIf(free, isZero(load(0, get(l.slot)))),
            set(l.slot, add(get(l.slot), i32(4))),
            jump(search),
          ),
        ),
        set(l.at, add(get(l.at), i32(1))),
        store(0, get(l.slot), or(keyOf(l.tag), get(l.at))),
        jump(one),
      ),
    ),
    i32(0),
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
            jumpIf(good, load8(0, add(g('goals'), get(l.at)))),
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
