/**
 * States beyond a finished search: a store on top of its store. The search has left out orders that make no difference; a
 * player may choose them all the same. States that the search has keep their numbers, others are added behind them.
 *
 * A state is known by a sum over its components that does not depend on their order, in a hash table with open
 * addressing; equality is exact.
 */
import type { GrowingStore, Store } from './store';

export function createPlayStore(base: Store): GrowingStore {
  const { components } = base;
  const { slots, current } = components;
  const first = base.size;
  const own: Int32Array[] = [];
  let hashes = new Int32Array(1 << 8);
  let table: Int32Array | undefined;
  const next: number[] = [];

  const at = (index: number, slot: number): number =>
    index < first ? base.componentAt(index, slot) : (own[index - first]?.[slot] ?? 0);
  const size = (): number => first + own.length;

  /** Vacant slots are 0, states their number + 1. Made when first needed: the search may be large. */
  const build = (most: number): Int32Array => {
    const made = new Int32Array(2 ** Math.ceil(Math.log2(most * 2 + 16)));
    const mask = made.length - 1;
    if (hashes.length < made.length) {
      const grown = new Int32Array(made.length);
      grown.set(hashes);
      hashes = grown;
    }
    for (let s = 0; s < size(); s++) {
      if (table === undefined) hashes[s] = hashOf(slot => at(s, slot));
      let place = (hashes[s] ?? 0) & mask;
      while (made[place] !== 0) place = (place + 1) & mask;
      made[place] = s + 1;
    }
    return made;
  };
  const hashOf = (idOf: (slot: number) => number): number => {
    let h = 0;
    for (let slot = 0; slot < slots.length; slot++) {
      const id = idOf(slot);
      if (id === 0) continue;
      let x = Math.imul(slot + 1, 0x9e3779b1) ^ Math.imul(id, 0x85ebca6b);
      x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
      h = (h + (x ^ (x >>> 13))) | 0;
    }
    return h ^ (h >>> 16);
  };
  const isSame = (index: number): boolean => {
    for (let slot = 0; slot < slots.length; slot++) if (at(index, slot) !== (next[slot] ?? 0)) return false;
    return true;
  };
  const note = (slot: number, id: number): void => {
    next[slot] = id;
  };

  return {
    components,
    get size() {
      return size();
    },
    get bytes() {
      return base.bytes + own.length * (slots.length * 4 + 60);
    },
    begin: () => 0,
    load(m, index) {
      if (index < first) {
        base.load(m, index);
        return;
      }
      for (let slot = 0; slot < slots.length; slot++) components.show(m, slot, at(index, slot));
      m.changedThreads.length = 0;
      m.changedObjects.length = 0;
      m.globalChanged = false;
    },
    save(m) {
      components.changed(m, note);
      for (let slot = 0; slot < slots.length; slot++) next[slot] ??= current[slot] ?? 0;
      if (!table || size() * 2 > table.length) table = build(Math.max(size() * 2, 256));
      const hash = hashOf(slot => next[slot] ?? 0);
      const mask = table.length - 1;
      let place = hash & mask;
      let index = -1;
      for (; index < 0; place = (place + 1) & mask) {
        const known = (table[place] ?? 0) - 1;
        if (known < 0) {
          index = size();
          own.push(Int32Array.from(next));
          hashes[index] = hash;
          table[place] = index + 1;
        } else if (hashes[known] === hash && isSame(known)) index = known;
      }
      next.length = 0;
      components.undo(m);
      return index;
    },
    undo(m) {
      components.undo(m);
    },
    componentAt: at,
  };
}
