/**
 * The states found. Collapse compression: components (threads, objects, the global part) are interned by an exact
 * text key; a state is the vector of their numbers by slot, kept in one growing Int32Array. A slot is given to a thread
 * or object when it first differs from its baseline (the state after init), and 0 in the vector means the baseline, so
 * vectors are short. Open addressing over vector hashes; equality is exact, nothing is hash-compacted. The typed
 * arrays and the mutable machine are there for speed; both stay inside the engine.
 *
 * Leaves out: compression of the vectors themselves, and disk.
 */
import type { Machine } from './machine';
import type { Code, Frame, GlobalState, ObjectState, ThreadState } from './model';
import { textOf, type Value } from './unknown';

/** States by number, from 0. */
export interface Store {
  readonly size: number;
  /** An estimate of the memory in use. */
  readonly bytes: number;
  /** Takes what the machine holds now as the baseline and as state 0. */
  begin(m: Machine): number;
  /** Opens state `index` up in the machine. */
  load(m: Machine, index: number): void;
  /** The number of the state that the machine holds; a new one if it was not known. Clears the list of changes. */
  save(m: Machine): number;
  /** Back to the state loaded last, after a step that is not kept. */
  undo(m: Machine): void;
}

type Component = ThreadState | ObjectState | GlobalState | undefined;

/** Which slot a thread or object has. Slot 0 is the global component. */
interface Slot {
  readonly kind: 'global' | 'thread' | 'object';
  readonly number: number;
}

export function createStore(): Store {
  const componentIds = new Map<string, number>();
  const components: Component[] = [undefined];
  const slots: Slot[] = [{ kind: 'global', number: 0 }];
  const threadSlots: (number | undefined)[] = [];
  const objectSlots: (number | undefined)[] = [];
  const baselineThreads: (ThreadState | undefined)[] = [];
  const baselineObjects: (ObjectState | undefined)[] = [];
  const baselineThreadKeys: (string | undefined)[] = [];
  const baselineObjectKeys: (string | undefined)[] = [];
  let baselineGlobal: GlobalState = { queues: new Map(), facts: new Map() };
  let baselineGlobalKey = '';
  let pool = new Int32Array(1 << 16);
  let used = 0;
  let starts = new Int32Array(1 << 12);
  let size = 0;
  let table = new Int32Array(1 << 13).fill(-1);
  let hashes = new Int32Array(1 << 12);
  let componentBytes = 0;
  /** The vector of the loaded state, as long as there are slots. */
  const current: number[] = [0];
  /** Scratch for the vector being saved. */
  const next: number[] = [];

  const intern = (key: string, component: Component): number => {
    const known = componentIds.get(key);
    if (known !== undefined) return known;
    const id = components.length;
    components.push(component);
    componentIds.set(key, id);
    componentBytes += key.length * 2 + 300;
    return id;
  };

  const slotOf = (list: (number | undefined)[], kind: 'thread' | 'object', number: number): number => {
    const known = list[number];
    if (known !== undefined) return known;
    const slot = slots.length;
    slots.push({ kind, number });
    list[number] = slot;
    current.push(0);
    return slot;
  };

  const put = (m: Machine, slot: number, id: number): void => {
    const s = slots[slot];
    if (!s) return;
    if (s.kind === 'thread')
      m.threads[s.number] =
        id === 0 ? baselineThreads[s.number] : (components[id] as ThreadState | undefined);
    else if (s.kind === 'object')
      m.objects[s.number] =
        id === 0 ? baselineObjects[s.number] : (components[id] as ObjectState | undefined);
    else m.global = id === 0 ? baselineGlobal : (components[id] as GlobalState);
  };

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

  const clearChanges = (m: Machine): void => {
    m.changedThreads.length = 0;
    m.changedObjects.length = 0;
    m.globalChanged = false;
  };

  const vector = (): number => {
    let length = next.length;
    while (length > 0 && next[length - 1] === 0) length--;
    return length;
  };

  return {
    get size() {
      return size;
    },
    get bytes() {
      return used * 4 + size * 16 + componentBytes;
    },
    begin(m) {
      m.threads.forEach((t, n) => {
        baselineThreads[n] = t;
        baselineThreadKeys[n] = t && threadKey(t, m.codes);
      });
      m.objects.forEach((o, n) => {
        baselineObjects[n] = o;
        baselineObjectKeys[n] = o && objectKey(o);
      });
      baselineGlobal = m.global;
      baselineGlobalKey = globalKey(m.global);
      clearChanges(m);
      next.length = 0;
      return find(0);
    },
    load(m, index) {
      const start = starts[index] ?? 0;
      const length = (starts[index + 1] ?? 0) - start;
      for (let slot = 0; slot < slots.length; slot++) {
        const id = slot < length ? (pool[start + slot] ?? 0) : 0;
        if (current[slot] !== id) {
          put(m, slot, id);
          current[slot] = id;
        }
      }
      clearChanges(m);
    },
    save(m) {
      for (const n of m.changedThreads) {
        const t = m.threads[n];
        const key = t && threadKey(t, m.codes);
        const same = key === baselineThreadKeys[n];
        if (same && threadSlots[n] === undefined) continue;
        const slot = slotOf(threadSlots, 'thread', n);
        next[slot] = same ? 0 : intern(key === undefined ? '-t' : `t${key}`, t);
      }
      for (const n of m.changedObjects) {
        const o = m.objects[n];
        const key = o && objectKey(o);
        const same = key === baselineObjectKeys[n];
        if (same && objectSlots[n] === undefined) continue;
        const slot = slotOf(objectSlots, 'object', n);
        next[slot] = same ? 0 : intern(key === undefined ? '-o' : `o${key}`, o);
      }
      for (let i = 0; i < slots.length; i++) if (next[i] === undefined) next[i] = current[i] ?? 0;
      if (m.globalChanged) {
        const key = globalKey(m.global);
        next[0] = key === baselineGlobalKey ? 0 : intern(`g${key}`, m.global);
      }
      const index = find(vector());
      next.length = 0;
      this.undo(m);
      return index;
    },
    undo(m) {
      for (const n of m.changedThreads) {
        const slot = threadSlots[n];
        if (slot === undefined) m.threads[n] = baselineThreads[n];
        else put(m, slot, current[slot] ?? 0);
      }
      for (const n of m.changedObjects) {
        const slot = objectSlots[n];
        if (slot === undefined) m.objects[n] = baselineObjects[n];
        else put(m, slot, current[slot] ?? 0);
      }
      if (m.globalChanged) put(m, 0, current[0] ?? 0);
      clearChanges(m);
    },
  };
}

function grown(old: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const fresh = new Int32Array(length);
  fresh.set(old);
  return fresh;
}

function frameKey(f: Frame, live: readonly number[], skip: number): string {
  let k = `${f.function}.${f.pc}`;
  for (const s of f.stack) k += `s${s}`;
  for (const r of live) {
    if (r === skip) continue;
    const v = f.registers[r];
    if (v !== undefined) k += `,${r}=${typeof v === 'number' ? v : textOf(v)}`;
  }
  return k;
}

/** The exact text of a thread; forgets its dead registers on the way. */
export function threadKey(t: ThreadState, codes: readonly Code[]): string {
  let k = `${t.status} ${t.phase}`;
  const top = t.frames.length - 1;
  for (let i = 0; i <= top; i++) {
    const f = t.frames[i];
    if (!f) continue;
    if (f.key === undefined) {
      const code = codes[f.function];
      let skip = -1;
      let live = code?.live[f.pc] ?? [];
      if (i < top) {
        const call = code?.body[f.pc];
        live = code?.live[f.pc + 1] ?? [];
        if (call && 'to' in call && call.to !== undefined) skip = call.to;
      }
      bury(f, live);
      f.key = frameKey(f, live, skip);
    }
    k += `|${f.key}`;
  }
  if (t.data.length) k += `d${t.data.map(textOf).join(',')}`;
  if (t.grace.length) k += `w${t.grace.join(',')}`;
  if (t.preempt || t.bh || t.irqOff || t.rcu) k += `c${t.preempt}.${t.bh}.${t.irqOff ? 1 : 0}.${t.rcu}`;
  if (t.srcu.length) k += `s${t.srcu.join(',')}`;
  for (const h of t.held) k += `h${h.kind}${h.address}`;
  if (t.task || t.signal || t.stop || t.onCpu || t.again || t.begun)
    k += `t${t.task}${t.signal ? 'S' : ''}${t.stop ? 'P' : ''}${t.onCpu ? 'C' : ''}${t.again ? 'A' : ''}${t.begun ? 'B' : ''}`;
  k += `l${t.left}`;
  if (t.cpu >= 0 || t.queue) k += `q${t.cpu}.${t.queue}`;
  if (t.entry >= 0 || t.argument !== 0) k += `e${t.entry}.${textOf(t.argument)}`;
  return k;
}

/** Dead registers are forgotten; frames of a stored thread are never changed again. */
function bury(f: Frame, live: readonly number[]): void {
  let at = 0;
  const { registers } = f;
  for (let r = 0; r < registers.length; r++) {
    if (live[at] === r) at++;
    else registers[r] = undefined;
  }
}

export function objectKey(o: ObjectState): string {
  let k = `${o.life} ${o.fill} ${o.size}`;
  const { cells } = o;
  for (let i = 0; i < cells.length; i++) {
    const v = cells[i];
    if (v !== undefined) k += `,${i}=${typeof v === 'number' ? v : textOf(v)}`;
  }
  return k;
}

function globalKey(g: GlobalState): string {
  let k = '';
  for (const [address, list] of [...g.queues].sort(([a], [b]) => a - b))
    k += `q${address}:${list.map((e: { thread: number; exclusive: boolean }) => `${e.thread}${e.exclusive ? 'x' : ''}`).join(',')}`;
  for (const [key, fact] of [...g.facts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
    k += `f${key}=${fact.value === undefined ? `!${fact.not.map((v: Value) => textOf(v)).join(',')}` : textOf(fact.value)}`;
  return k;
}
