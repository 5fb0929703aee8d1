/** What the generated search does between two runs: a larger hash table, states packed in another way, the hang check. */
import type { Layout } from './layout';
import { homeOf, makeTag, readWords, stateAddress, type Locals } from './lookup';
import { g, SLACK } from './shape';
import {
  add,
  and,
  atLeast,
  block,
  get,
  i32,
  isZero,
  jump,
  jumpIf,
  label,
  less,
  lessEqual,
  lessSigned,
  load,
  load8,
  loop,
  mul,
  or,
  select,
  set,
  shl,
  shr,
  store,
  store8,
  sub,
  when,
  type Code,
} from './wasm';

const firstFree = (l: Locals): Code => {
  const free = label('free');
  const search = label('search');
  return block(
    free,
    loop(
      search,
      jumpIf(free, isZero(load(0, get(l.slot)))),
      set(l.slot, add(get(l.slot), i32(8))),
      jump(search),
    ),
  );
};

/** `rehash`: puts every state into an empty hash table. */
export function rehash(l: Locals): Code {
  const all = label('all');
  const one = label('one');
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
        firstFree(l),
        set(l.at, add(get(l.at), i32(1))),
        store(0, get(l.slot), get(l.at)),
        store(4, get(l.slot), get(l.tag)),
        jump(one),
      ),
    ),
    i32(0),
  ];
}

/** Slots at the start of the table that `spread` puts aside: there new homes may lie before old slots. */
export const ASIDE = 8192;

/**
 * `spread(slots)`: makes a table of `slots` slots, slack included, into the larger one that `slotCount` says, which
 * begins at the same address; all behind the old one is zero. The first ASIDE slots are put aside at `batch`. Returns 0 if
 * something went too far from its home for that: then `rehash` is due.
 */
export function spread(l: Locals): Code {
  const part = (first: Code, base: Code, isAside: boolean): Code => {
    const done = label('done');
    const one = label('one');
    const next = label('next');
    return [
      block(
        done,
        loop(
          one,
          jumpIf(done, isZero(less(first, get(l.at)))),
          set(l.at, sub(get(l.at), i32(8))),
          set(l.scratch, add(base, get(l.at))),
          block(
            next,
            set(l.found, load(0, get(l.scratch))),
            jumpIf(next, isZero(get(l.found))),
            set(l.tag, load(4, get(l.scratch))),
            set(l.slot, homeOf(l.tag)),
            isAside
              ? []
              : [
                  store(0, get(l.scratch), i32(0)),
                  when(less(get(l.slot), get(l.scratch)), [set(l.result, i32(0))]),
                ],
            firstFree(l),
            store(0, get(l.slot), get(l.found)),
            store(4, get(l.slot), get(l.tag)),
          ),
          jump(one),
        ),
      ),
    ];
  };
  const copied = label('copied');
  const copy = label('copy');
  const aside = 8 * ASIDE;
  return [
    set(l.result, i32(1)),
    set(l.at, i32(0)),
    block(
      copied,
      loop(
        copy,
        jumpIf(copied, atLeast(get(l.at), i32(aside))),
        set(l.scratch, add(g('slots'), get(l.at))),
        store(0, add(g('batch'), get(l.at)), load(0, get(l.scratch))),
        store(4, add(g('batch'), get(l.at)), load(4, get(l.scratch))),
        store(0, get(l.scratch), i32(0)),
        set(l.at, add(get(l.at), i32(8))),
        jump(copy),
      ),
    ),
    set(l.at, shl(get(l.parameter), i32(3))),
    part(i32(aside), g('slots'), false),
    set(l.at, i32(aside)),
    part(i32(0), g('batch'), true),
    get(l.result),
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
    l.topBefore,
    l.from,
    l.slot,
    l.tag,
    l.found,
    l.size,
    l.made,
    l.madeBefore,
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
export function sweep(l: Locals): Code {
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
            set(l.state, add(g('rows'), shl(get(l.at), i32(2)))),
            set(l.from, add(g('targets'), shl(load(0, get(l.state)), i32(2)))),
            set(l.end, add(g('targets'), shl(load(4, get(l.state)), i32(2)))),
            loop(
              edge,
              jumpIf(next, atLeast(get(l.from), get(l.end))),
              set(l.found, load(0, get(l.from))),
              jumpIf(good, lessSigned(get(l.found), i32(0))),
              jumpIf(good, load8(0, add(get(l.parameter), get(l.found)))),
              set(l.from, add(get(l.from), i32(4))),
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

/** Slots of a table, with what lies behind the last home. */
export function slotsWithSlack(count: number): number {
  return count + SLACK;
}
