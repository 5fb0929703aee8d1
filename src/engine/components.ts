/**
 * What states are put together from (collapse compression): threads, memory objects and the global part are interned by
 * an exact text key, slot by slot, and a state is the numbers of its components. A thread has two slots: `control` is
 * what only its own steps read (frames, what it waits with), `bearing` is what others look at (status, locks, readers,
 * whom it waits for). So a look at the others does not depend on where in their code they are.
 *
 * A slot is made when a thread or object first differs from its baseline, the state after init; number 0 is the baseline.
 */
import type { Machine } from './machine';
import type { Code, Frame, GlobalState, ObjectState, QueueEntry, ThreadState } from './model';
import { textOf, type Value } from './unknown';

export interface Slot {
  readonly kind: 'global' | 'control' | 'bearing' | 'object';
  /** Thread or object number. */
  readonly number: number;
}

/** The fields of a thread that only its own steps read, as a rule. */
const control = ['frames', 'phase', 'data', 'entry', 'argument', 'left'] as const;

type Control = Pick<ThreadState, (typeof control)[number]>;
type Component = Control | ThreadState | ObjectState | GlobalState | undefined;

const controlFields: ReadonlySet<string> = new Set(control);

export function isControl(field: string): boolean {
  return controlFields.has(field);
}

export interface Components {
  /** Slot 0 is the global component. */
  readonly slots: readonly Slot[];
  /** Numbers of the components that the machine holds, by slot. */
  readonly current: readonly number[];
  /** How many components a slot has had, the baseline among them. */
  count(slot: number): number;
  /** The slots of a thread, or of an object; undefined as long as it is at its baseline everywhere. */
  threadSlots(thread: number): { readonly control: number; readonly bearing: number } | undefined;
  objectSlot(object: number): number | undefined;
  /** Takes what the machine holds now as the baseline. */
  begin(m: Machine): void;
  /** Puts a component into the machine. */
  show(m: Machine, slot: number, id: number): void;
  /** Tells the slots of all that was changed in the machine, with the new numbers (which may be the old ones). */
  changed(m: Machine, tell: (slot: number, id: number) => void): void;
  /** Takes the changes back. */
  undo(m: Machine): void;
  /** An estimate of the memory in use. */
  readonly bytes: number;
}

export function createComponents(): Components {
  const slots: Slot[] = [{ kind: 'global', number: 0 }];
  const current: number[] = [0];
  const ids: Map<string, number>[] = [new Map()];
  const values: Component[][] = [[]];
  const threads: ({ readonly control: number; readonly bearing: number } | undefined)[] = [];
  const objects: (number | undefined)[] = [];
  const baselineThreads: (ThreadState | undefined)[] = [];
  const baselineObjects: (ObjectState | undefined)[] = [];
  /** Threads by the numbers of their two parts. */
  const whole: Map<number, ThreadState>[] = [];
  const scale = 2 ** 26;
  let codes: readonly Code[] = [];
  let bytes = 0;

  const addSlot = (kind: Slot['kind'], number: number, baseline: Component, key: string): number => {
    slots.push({ kind, number });
    current.push(0);
    ids.push(new Map([[key, 0]]));
    values.push([baseline]);
    return slots.length - 1;
  };
  const intern = (slot: number, key: string, value: () => Component): number => {
    const known = ids[slot]?.get(key);
    if (known !== undefined) return known;
    const list = values[slot];
    const id = list?.length ?? 0;
    list?.push(value());
    ids[slot]?.set(key, id);
    bytes += key.length * 2 + 300;
    return id;
  };
  const threadAt = (n: number): ThreadState | undefined => {
    const pair = threads[n];
    if (!pair) return baselineThreads[n];
    const c = current[pair.control] ?? 0;
    const b = current[pair.bearing] ?? 0;
    const known = whole[n]?.get(c * scale + b);
    if (known) return known;
    const bearing = values[pair.bearing]?.[b] as ThreadState | undefined;
    const own = values[pair.control]?.[c] as Control | undefined;
    if (!bearing || !own) return undefined;
    const made = {
      ...bearing,
      frames: own.frames,
      phase: own.phase,
      data: own.data,
      entry: own.entry,
      argument: own.argument,
      left: own.left,
    };
    (whole[n] ??= new Map()).set(c * scale + b, made);
    return made;
  };
  const objectAt = (n: number): ObjectState | undefined => {
    const slot = objects[n];
    return slot === undefined
      ? baselineObjects[n]
      : (values[slot]?.[current[slot] ?? 0] as ObjectState | undefined);
  };
  const clear = (m: Machine): void => {
    m.changedThreads.length = 0;
    m.changedObjects.length = 0;
    m.globalChanged = false;
  };

  return {
    slots,
    current,
    count: slot => values[slot]?.length ?? 1,
    threadSlots: thread => threads[thread],
    objectSlot: object => objects[object],
    get bytes() {
      return bytes;
    },
    begin(m) {
      ({ codes } = m);
      m.threads.forEach((t, n) => {
        // The key forgets dead registers.
        if (t) controlKey(t, codes);
        baselineThreads[n] = t;
      });
      m.objects.forEach((o, n) => {
        baselineObjects[n] = o;
      });
      values[0]?.push(m.global);
      ids[0]?.set(globalKey(m.global), 0);
      clear(m);
    },
    show(m, slot, id) {
      const s = slots[slot];
      if (!s || current[slot] === id) return;
      current[slot] = id;
      if (s.kind === 'object') m.objects[s.number] = objectAt(s.number);
      else if (s.kind === 'global') m.global = values[0]?.[id] as GlobalState;
      else m.threads[s.number] = threadAt(s.number);
    },
    changed(m, tell) {
      for (const n of m.changedThreads) {
        const t = m.threads[n];
        let pair = threads[n];
        const own = t ? controlKey(t, codes) : '-';
        const bearing = t ? bearingKey(t) : '-';
        if (!pair) {
          const base = baselineThreads[n];
          const baseOwn = base ? controlKey(base, codes) : '-';
          const baseBearing = base ? bearingKey(base) : '-';
          if (own === baseOwn && bearing === baseBearing) continue;
          pair = {
            control: addSlot('control', n, base, baseOwn),
            bearing: addSlot('bearing', n, base, baseBearing),
          };
          threads[n] = pair;
        }
        const c = intern(pair.control, own, () => t);
        const b = intern(pair.bearing, bearing, () => t);
        tell(pair.control, c);
        tell(pair.bearing, b);
      }
      for (const n of m.changedObjects) {
        const o = m.objects[n];
        const key = o ? objectKey(o) : '-';
        let slot = objects[n];
        if (slot === undefined) {
          const base = baselineObjects[n];
          const baseKey = base ? objectKey(base) : '-';
          if (key === baseKey) continue;
          slot = addSlot('object', n, base, baseKey);
          objects[n] = slot;
        }
        tell(
          slot,
          intern(slot, key, () => o),
        );
      }
      if (m.globalChanged)
        tell(
          0,
          intern(0, globalKey(m.global), () => m.global),
        );
    },
    undo(m) {
      for (const n of m.changedThreads) m.threads[n] = threadAt(n);
      for (const n of m.changedObjects) m.objects[n] = objectAt(n);
      if (m.globalChanged) m.global = values[0]?.[current[0] ?? 0] as GlobalState;
      clear(m);
    },
  };
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

/** The exact text of a thread. */
export function threadKey(t: ThreadState, codes: readonly Code[]): string {
  return `${controlKey(t, codes)} ${bearingKey(t)}`;
}

/** The exact text of a thread's control part; forgets its dead registers on the way. */
function controlKey(t: ThreadState, codes: readonly Code[]): string {
  let k = `${t.phase}`;
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
  k += `l${t.left}`;
  if (t.entry >= 0 || t.argument !== 0) k += `e${t.entry}.${textOf(t.argument)}`;
  return k;
}

/** The exact text of what others look at. */
function bearingKey(t: ThreadState): string {
  let k: string = t.status;
  if (t.grace.length) k += `w${t.grace.join(',')}`;
  if (t.preempt || t.bh || t.irqOff || t.rcu) k += `c${t.preempt}.${t.bh}.${t.irqOff ? 1 : 0}.${t.rcu}`;
  if (t.srcu.length) k += `s${t.srcu.join(',')}`;
  for (const h of t.held) k += `h${h.kind}${h.address}`;
  if (t.task || t.signal || t.stop || t.park || t.onCpu || t.again || t.begun)
    k += `t${t.task}${t.signal ? 'S' : ''}${t.stop ? 'P' : ''}${t.park ? `p${t.park}` : ''}${t.onCpu ? 'C' : ''}${t.again ? 'A' : ''}${t.begun ? 'B' : ''}`;
  if (t.cpu >= 0 || t.queue) k += `q${t.cpu}.${t.queue}`;
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

function objectKey(o: ObjectState): string {
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
    k += `q${address}:${list.map((e: QueueEntry) => `${e.thread}${e.exclusive ? 'x' : ''}${e.stays ? 's' : ''}${e.flags || ''}`).join(',')}`;
  for (const [key, fact] of [...g.facts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
    k += `f${key}=${fact.value === undefined ? `!${fact.not.map((v: Value) => textOf(v)).join(',')}` : textOf(fact.value)}`;
  return k;
}
