/**
 * The machine holds one state opened up for work: components by thread and object number. A step takes copies of what
 * it changes (`ownThread`, `ownObject`), everything else stays shared with the store. Faults are thrown as FaultSignal
 * before anything has been changed, so that the stepper can park the thread in front of the faulty instruction.
 */
import { addressOf, placeOf } from '../ir/address';
import type { Operand, Program, Scalar } from '../ir/program';
import { sizeOf, wrap } from '../ir/value';
import { prepare } from './code';
import { noteEffect, type Effects } from './effects';
import {
  compose,
  createShape,
  initialOf,
  insert,
  resolveAccess,
  type Resolution,
  type Shape,
} from './memory';
import {
  FaultSignal,
  LimitSignal,
  type Code,
  type Fault,
  type Frame,
  type GlobalState,
  type Limit,
  type Note,
  type ObjectInfo,
  type ObjectState,
  type ThreadInfo,
  type ThreadState,
} from './model';
import type { Options } from './options';
import { createMarks, type Marks } from './sharing';
import {
  baseOf,
  createUnknowns,
  isUnknown,
  resolve,
  setValue,
  textOf,
  type Unknowns,
  type Value,
} from './unknown';

/** Told of every access as it happens; for traces and explanations. */
export interface Observer {
  access(
    thread: number,
    object: number,
    cell: number,
    before: Value,
    after: Value | undefined,
    site: number,
  ): void;
  life(thread: number, object: number, what: 'allocated' | 'freed', site: number): void;
  branch(thread: number, f: number, pc: number, taken: boolean): void;
}

export interface Machine {
  readonly program: Program;
  readonly options: Options;
  readonly codes: readonly Code[];
  readonly unknowns: Unknowns;
  readonly threadInfos: ThreadInfo[];
  readonly objectInfos: ObjectInfo[];
  /** Identity of dynamic threads and objects to number. */
  readonly threadNumbers: Map<string, number>;
  readonly objectNumbers: Map<string, number>;
  /** By layout number; the last is for objects without a layout. */
  readonly shapes: Shape[];
  readonly untyped: Shape;
  readonly marks: Marks;
  readonly threads: (ThreadState | undefined)[];
  /** The same list, for making copies: a recorder (compiled/record.ts) watches who looks at `threads`. */
  readonly threadList: (ThreadState | undefined)[];
  readonly objects: (ObjectState | undefined)[];
  global: GlobalState;
  globalChanged: boolean;
  readonly changedThreads: number[];
  readonly changedObjects: number[];
  /** CPUs that more than one thread may use. */
  readonly sharedCpus: Set<number>;
  /** Preemption on PREEMPT_RT: spinlocks are sleeping locks. */
  readonly rt: boolean;
  /** Findings seen, deduplicated by text. */
  readonly notes: Map<string, Note>;
  /** Bounds set by the harness that were reached. */
  readonly statedBounds: Set<string>;
  /** Indexes of the assumptions whose unknown values were drawn. */
  readonly assumed: Set<number>;
  /** The step in progress decided an unknown value. */
  decided: boolean;
  /** The thread that runs RACE_INIT, -1 if there is none. */
  initThread: number;
  /** While the state before the threads is made. */
  starting: boolean;
  /** By thread: steps of the unreduced program that it took at its start, unnoticed. */
  readonly startCounts: number[];
  /** Outside of the exploration (init, finally) nothing is shared and nothing is noted. */
  alone: boolean;
  /** RACE_FINALLY is evaluated where daemons or kthreads may be under way: what it reads, they may be changing. */
  watched: boolean;
  /** Whether repeats of work items and timers are counted in the state. */
  countRepeats: boolean;
  /** How many unknown pointers had to be followed to get to the object. */
  readonly unknownDepths: Map<number, number>;
  /** What each site did to memory. */
  readonly effects: Effects;
  observer: Observer | undefined;
}

export function createMachine(program: Program, options: Options): Machine {
  const threads: (ThreadState | undefined)[] = [];
  const m: Machine = {
    program,
    options,
    codes: prepare(program, options.forgetDead),
    unknowns: createUnknowns(),
    threadInfos: [],
    objectInfos: [],
    threadNumbers: new Map(),
    objectNumbers: new Map(),
    shapes: program.layouts.map(createShape),
    untyped: createShape(undefined),
    marks: createMarks(),
    threads,
    threadList: threads,
    objects: [],
    global: { queues: new Map(), facts: new Map() },
    globalChanged: false,
    changedThreads: [],
    changedObjects: [],
    sharedCpus: new Set(),
    rt: program.settings.preempt === 'rt',
    notes: new Map(),
    statedBounds: new Set(),
    assumed: new Set(),
    decided: false,
    initThread: -1,
    starting: true,
    startCounts: [],
    alone: false,
    watched: false,
    countRepeats: program.settings.repeats !== undefined,
    unknownDepths: new Map(),
    effects: new Map(),
    observer: undefined,
  };
  for (const o of program.objects)
    addObject(m, `static:${m.objectInfos.length}`, {
      name: o.name,
      kind: 'static',
      layout: o.layout,
      site: -1,
      readOnly: o.readOnly === true,
      typesafe: false,
    });
  return m;
}

const MOST_THREADS = 4000;

/** The number of the object with that identity; made if it is new. */
export function addObject(m: Machine, identity: string, info: Omit<ObjectInfo, 'number'>): number {
  const known = m.objectNumbers.get(identity);
  if (known !== undefined) return known;
  const number = m.objectInfos.length;
  m.objectInfos.push({ number, ...info });
  m.objectNumbers.set(identity, number);
  m.objects[number] = undefined;
  return number;
}

export function addThread(
  m: Machine,
  identity: string,
  info: Omit<ThreadInfo, 'number' | 'task'>,
  task?: number,
): number {
  const known = m.threadNumbers.get(identity);
  if (known !== undefined) return known;
  const number = m.threadInfos.length;
  if (number >= MOST_THREADS)
    return limit('bound', `more than ${MOST_THREADS} threads, work items and callbacks`, info.site);
  m.threadInfos.push({ number, ...info, task: task ?? -1 });
  m.threadNumbers.set(identity, number);
  m.threads[number] = undefined;
  return number;
}

/** A thread's own task_struct, made on demand if the program gives none. */
export function taskOf(m: Machine, thread: number): number {
  const info = m.threadInfos[thread];
  if (!info) throw new Error(`internal: no thread ${thread}`);
  if (info.task < 0) {
    info.task = addObject(m, `task:${info.name}`, {
      name: `task ${info.name}`,
      kind: 'task',
      layout: -1,
      site: -1,
      readOnly: false,
      typesafe: false,
    });
  }
  if (!m.objects[info.task])
    putObject(m, info.task, { life: 'live', fill: 'unknown', size: 65536, cells: [] });
  return addressOf(info.task, 0);
}

export function fault(kind: Fault['kind'], message: string, site: number, object?: number): never {
  throw new FaultSignal({ kind, message, site, ...(object === undefined ? {} : { object }) });
}

export function limit(reason: Limit['reason'], message: string, site: number, stated = false): never {
  throw new LimitSignal({ reason, message, site, stated });
}

export function note(m: Machine, n: Note): void {
  const key = `${n.kind} ${n.site} ${n.message}`;
  if (!m.notes.has(key)) m.notes.set(key, n);
}

/** The thread's state for changing: a copy made once per step. */
export function ownThread(m: Machine, n: number): ThreadState {
  const t = m.threadList[n];
  if (!t) throw new Error(`internal: thread ${n} is not there`);
  if (!m.changedThreads.includes(n)) {
    const frames = t.frames.slice();
    const top = frames[frames.length - 1];
    if (top) frames[frames.length - 1] = copyFrame(top);
    m.threadList[n] = { ...t, frames };
    m.changedThreads.push(n);
  }
  return m.threads[n] ?? t;
}

export function putThread(m: Machine, n: number, t: ThreadState): ThreadState {
  m.threads[n] = t;
  if (!m.changedThreads.includes(n)) m.changedThreads.push(n);
  return t;
}

export function copyFrame(f: Frame): Frame {
  return { function: f.function, pc: f.pc, registers: f.registers.slice(), stack: f.stack, key: undefined };
}

export function ownObject(m: Machine, n: number): ObjectState {
  const o = m.objects[n];
  if (!o) throw new Error(`internal: object ${n} is not there`);
  if (m.changedObjects.includes(n)) return o;
  const copy = { life: o.life, fill: o.fill, size: o.size, cells: o.cells.slice() };
  m.objects[n] = copy;
  m.changedObjects.push(n);
  return copy;
}

export function putObject(m: Machine, n: number, o: ObjectState | undefined): void {
  m.objects[n] = o;
  if (!m.changedObjects.includes(n)) m.changedObjects.push(n);
}

export function changeGlobal(m: Machine, change: Partial<GlobalState>): void {
  m.global = { ...m.global, ...change };
  m.globalChanged = true;
}

export function shapeOf(m: Machine, object: number): Shape {
  const info = m.objectInfos[object];
  return (info && m.shapes[info.layout]) ?? m.untyped;
}

export function evaluate(m: Machine, frame: Frame, o: Operand): Value {
  switch (o.kind) {
    case 'register': {
      const v = frame.registers[o.register];
      if (v === undefined) return 0;
      return typeof v === 'object' ? resolve(v, m.global.facts) : v;
    }
    case 'constant':
      return o.value;
    case 'object':
      return addressOf(o.object, o.offset);
    case 'stack':
      return addressOf(frame.stack[o.slot] ?? 0, o.offset);
    case 'function':
      return FUNCTION_BASE + o.function * FUNCTION_STEP;
  }
}

// addressOfFunction(i), without the call.
const FUNCTION_STEP = 2 ** 32;
const FUNCTION_BASE = (2 ** 20 + 1) * FUNCTION_STEP + 2 ** 31;

/** A place in memory, checked: the object is there and the range lies inside. */
export interface Reference {
  readonly object: number;
  readonly resolution: Resolution;
}

/** Bytes behind an unknown pointer, beyond its type. */
const UNKNOWN_SIZE = 65536;

/** An unknown pointer that is followed points to a fresh object from then on; decided once, kept as a fact. */
function materialise(m: Machine, value: Value & object, site: number): number {
  const { base, offset } = baseOf(value);
  const known = resolve(base, m.global.facts);
  if (!isUnknown(known)) {
    if (typeof known === 'number') return known + offset;
    return fault('null-dereference', 'follows a pointer that is no address', site);
  }
  const parent = Number(/^\?c([0-9]+)\./.exec(base.key)?.[1] ?? -1);
  const depth = (m.unknownDepths.get(parent) ?? 0) + 1;
  const bound = m.program.settings.listLength ?? 8;
  if (depth > bound)
    return limit(
      'bound',
      `more than ${bound} unknown objects in a chain are followed`,
      site,
      m.program.settings.listLength !== undefined,
    );
  // Nobody knows how much is there: private data may stand behind the struct, an array behind its first element.
  const size = UNKNOWN_SIZE + (m.program.layouts[base.layout]?.size ?? 0);
  const object = addObject(m, `unknown:${base.key}`, {
    name: unknownName(m, base.layout, base.key),
    kind: 'unknown',
    layout: base.layout,
    site,
    readOnly: false,
    typesafe: false,
  });
  m.unknownDepths.set(object, depth);
  if (!m.objects[object]) putObject(m, object, { life: 'live', fill: 'unknown', size, cells: [] });
  changeGlobal(m, { facts: setValue(base, addressOf(object, 0), m.global.facts) });
  return addressOf(object, offset);
}

function unknownName(m: Machine, layout: number, key: string): string {
  const count = m.objectInfos.filter(o => o.kind === 'unknown').length;
  const name = m.program.layouts[layout]?.name ?? 'unknown';
  return key.length < 24 ? `*${name}#${count}` : `*${name}#${count}`;
}

/** The address as a number; NULL and what is no address are faults. */
export function addressIn(m: Machine, value: Value, site: number): number {
  if (isUnknown(value)) return materialise(m, value, site);
  if (typeof value === 'bigint') {
    const kind = placeOf(value).kind;
    return fault(
      'null-dereference',
      kind === 'null'
        ? `follows an error or poison pointer (${text(value)})`
        : `follows ${text(value)}, no address`,
      site,
    );
  }
  return value;
}

function text(value: Value): string {
  return typeof value === 'bigint' ? `0x${value.toString(16)}` : textOf(value);
}

/** Checks an access of `size` bytes; `use` is said in the message of a use after free. */
export function refer(m: Machine, value: Value, size: number, site: number, use = 'uses'): Reference {
  const address = addressIn(m, value, site);
  const place = placeOf(address);
  if (place.kind === 'null')
    return fault(
      'null-dereference',
      address === 0 ? 'follows a NULL pointer' : `follows a NULL or error pointer (${address})`,
      site,
    );
  if (place.kind !== 'object') return fault('out-of-bounds', `${use} memory through a wild pointer`, site);
  const { object, offset } = place;
  const state = m.objects[object];
  const info = m.objectInfos[object];
  if (!info) return fault('out-of-bounds', `${use} memory through a wild pointer`, site);
  if (!state || state.life === 'gone')
    return fault('use-after-free', `${use} ${info.name} after its function has returned`, site, object);
  if (state.life === 'freed' && !info.typesafe)
    return fault('use-after-free', `${use} ${info.name} after it was freed`, site, object);
  if (offset < 0 || offset + size > state.size)
    return fault(
      'out-of-bounds',
      `${use} ${info.name} at offset ${offset}, outside its ${state.size} bytes`,
      site,
    );
  const resolution = resolveAccess(shapeOf(m, object), offset, size);
  if (!resolution)
    return limit(
      'unsupported',
      `an access to ${info.name} at offset ${offset} cuts through its fields`,
      site,
    );
  return { object, resolution };
}

/** What is stored in a cell, through the facts. */
export function cellValue(m: Machine, object: number, cell: number): Value {
  const state = m.objects[object];
  if (!state) return 0;
  const v = state.cells[cell];
  if (v === undefined)
    return state.fill === 'zero'
      ? 0
      : resolve(initialOf(object, state, shapeOf(m, object), cell, m.unknowns), m.global.facts);
  return typeof v === 'object' ? resolve(v, m.global.facts) : v;
}

export function readAt(m: Machine, r: Reference, type: Scalar, site: number): Value {
  const { parts, exact } = r.resolution;
  const first = parts[0];
  if (exact && first) {
    const v = cellValue(m, r.object, first.cell);
    return isUnknown(v) ? m.unknowns.convert(type, v, site) : wrap(v, type);
  }
  return compose(
    parts,
    parts.map(p => cellValue(m, r.object, p.cell)),
    type,
    m.unknowns,
    site,
  );
}

export function writeAt(
  m: Machine,
  r: Reference,
  type: Scalar,
  value: Value,
  thread: number,
  site: number,
): void {
  const state = ownObject(m, r.object);
  const shape = shapeOf(m, r.object);
  const unsigned: Scalar =
    sizeOf(type) === 8 ? 'u64' : sizeOf(type) === 4 ? 'u32' : sizeOf(type) === 2 ? 'u16' : 'u8';
  const v = isUnknown(value) ? m.unknowns.convert(unsigned, value, site) : wrap(value, unsigned);
  for (const p of r.resolution.parts) {
    const old = cellValue(m, r.object, p.cell);
    const size = shape.cells[p.cell]?.size ?? 8;
    const next = r.resolution.exact ? v : insert(old, p, v, size, m.unknowns, site);
    setCell(state, p.cell, next);
    if (site >= 0) noteEffect(m.effects, site, r.object, p.cell, old, next);
    m.observer?.access(thread, r.object, p.cell, old, next, site);
  }
}

/** Tells the observer of a read; done apart from `readAt`, which also serves looking ahead. */
export function noteRead(m: Machine, r: Reference, thread: number, site: number): void {
  if (!m.observer) return;
  for (const p of r.resolution.parts)
    m.observer.access(thread, r.object, p.cell, cellValue(m, r.object, p.cell), undefined, site);
}

/** A zero in zero-filled memory is the same as nothing written. */
export function setCell(state: ObjectState, cell: number, value: Value): void {
  while (state.cells.length < cell) state.cells.push(undefined);
  state.cells[cell] = value === 0 && state.fill === 'zero' ? undefined : value;
}
