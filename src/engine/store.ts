/**
 * The states found. A state is the vector of its components' numbers by slot (components.ts), kept in one growing
 * Int32Array; 0 means the baseline, so vectors are short. Open addressing over vector hashes; equality is exact, nothing
 * is hash-compacted. The typed arrays and the mutable machine are there for speed; both stay inside the engine.
 *
 * Leaves out: compression of the vectors themselves (see compiled/), and disk.
 */
import { createComponents, type Components } from './components';
import type { Machine } from './machine';

/** States by number, from 0. */
export interface Store {
  readonly size: number;
  /** An estimate of the memory in use. */
  readonly bytes: number;
  readonly components: Components;
  /** Opens state `index` up in the machine. */
  load(m: Machine, index: number): void;
  /** Back to the state loaded last, after a step that is not kept. */
  undo(m: Machine): void;
  /** The component's number in a slot of state `index`. */
  componentAt(index: number, slot: number): number;
}

/** A store that states can be added to. */
export interface GrowingStore extends Store {
  /** Takes what the machine holds now as the baseline and as state 0. */
  begin(m: Machine): number;
  /** The number of the state that the machine holds; a new one if it was not known. Clears the list of changes. */
  save(m: Machine): number;
}

export function createStore(): GrowingStore {
  const components = createComponents();
  const { slots, current } = components;
  let pool = new Int32Array(1 << 16);
  let used = 0;
  let starts = new Int32Array(1 << 12);
  let size = 0;
  let table = new Int32Array(1 << 13).fill(-1);
  let hashes = new Int32Array(1 << 12);
  /** Scratch for the vector being saved. */
  const next: number[] = [];

  const find = (length: number): number => {
    let h = 0x811c9dc5 | 0;
    for (let i = 0; i < length; i++) {
      h = Math.imul(h ^ (next[i] ?? 0), 0x01000193);
      h ^= h >>> 15;
    }
    h = Math.imul(h ^ (h >>> 13), 0x5bd1e995);
    h ^= h >>> 16;
    const mask = table.length - 1;
    for (let at = h & mask; ; at = (at + 1) & mask) {
      const index = table[at] ?? -1;
      if (index < 0) {
        table[at] = size;
        return add(length, h);
      }
      if (hashes[index] !== h) continue;
      const start = starts[index] ?? 0;
      if ((starts[index + 1] ?? 0) - start !== length) continue;
      let same = true;
      for (let i = 0; i < length; i++)
        if (pool[start + i] !== next[i]) {
          same = false;
          break;
        }
      if (same) return index;
    }
  };

  const add = (length: number, h: number): number => {
    if (used + length > pool.length) pool = grown(pool, Math.max(pool.length * 2, used + length));
    for (let i = 0; i < length; i++) pool[used + i] = next[i] ?? 0;
    if (size + 2 > starts.length) {
      starts = grown(starts, starts.length * 2);
      hashes = grown(hashes, hashes.length * 2);
    }
    starts[size] = used;
    used += length;
    starts[size + 1] = used;
    hashes[size] = h;
    size++;
    if (size * 2 > table.length) {
      table = new Int32Array(table.length * 2).fill(-1);
      const mask = table.length - 1;
      for (let i = 0; i < size; i++) {
        let at = (hashes[i] ?? 0) & mask;
        while ((table[at] ?? -1) >= 0) at = (at + 1) & mask;
        table[at] = i;
      }
    }
    return size - 1;
  };

  const vector = (): number => {
    let length = next.length;
    while (length > 0 && next[length - 1] === 0) length--;
    return length;
  };
  const note = (slot: number, id: number): void => {
    next[slot] = id;
  };

  return {
    components,
    get size() {
      return size;
    },
    get bytes() {
      return used * 4 + size * 16 + components.bytes;
    },
    begin(m) {
      components.begin(m);
      next.length = 0;
      return find(0);
    },
    load(m, index) {
      const start = starts[index] ?? 0;
      const length = (starts[index + 1] ?? 0) - start;
      for (let slot = 0; slot < slots.length; slot++)
        components.show(m, slot, slot < length ? (pool[start + slot] ?? 0) : 0);
      m.changedThreads.length = 0;
      m.changedObjects.length = 0;
      m.globalChanged = false;
    },
    save(m) {
      components.changed(m, note);
      for (let i = 0; i < slots.length; i++) next[i] ??= current[i] ?? 0;
      const index = find(vector());
      next.length = 0;
      components.undo(m);
      return index;
    },
    undo(m) {
      components.undo(m);
    },
    componentAt(index, slot) {
      const at = (starts[index] ?? 0) + slot;
      return at < (starts[index + 1] ?? 0) ? (pool[at] ?? 0) : 0;
    },
  };
}

function grown(old: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const fresh = new Int32Array(length);
  fresh.set(old);
  return fresh;
}
