/**
 * The interpreter: which choices a thread has, and what one of them does. A thread is parked AT its next visible
 * operation; a step performs that operation and all work behind it that no other thread can notice, up to the next
 * one. What others can notice is decided by the marks (sharing.ts); with `reduce: false` every access is noticed.
 *
 * A local instruction that would fail (assert, NULL in private memory, a bound) also parks the thread: the failure is
 * a step of its own, so that the reduction does not hide what other threads could still do before it. A local loop
 * parks after LOCAL_BUDGET instructions, so that an endless loop is a cycle in the state graph.
 */
import { placeOf } from '../ir/address';
import { operations } from '../ir/operations';
import type { Instruction, Scalar } from '../ir/program';
import { binary, sizeOf, widthOf, wrap } from '../ir/value';
import { resolveAccess } from './memory';
import { cpuBlocker, cpuOf, isInterrupt, readerReason, sleepCheck } from './context';
import { BLOCKED, ONE, STAY, TWO, type CallSite } from './handler';
import { freeMemory, allocate, runFill, runMove, nextTransfer } from './heap';
import {
  addObject,
  copyFrame,
  changeGlobal,
  evaluate,
  fault,
  limit,
  note,
  noteRead,
  ownThread,
  putObject,
  putThread,
  readAt,
  refer,
  shapeOf,
  writeAt,
  type Machine,
  type Reference,
} from './machine';
import {
  FaultSignal,
  LimitSignal,
  type Fault,
  type Frame,
  type Limit,
  type ThreadState,
  type Value,
} from './model';
import { readerLeft, waitInsideReader } from './rcu';
import { noteCell, noteGrace, noteLife } from './sharing';
import { handlerOf } from './table';
import { decide, isUnknown, mayBeZero, resolve } from './unknown';
import { ENDS, freshThread, removeFromWaits } from './waiting';

const LOCAL_BUDGET = 600;

/** Outcomes of one choice; a larger one is cannot-tell. */
const MOST_CHOICES = 4096;

/** The choice that stands for a signal's arrival. */
export const SIGNAL = 0xffff;

export interface StepResult {
  /** Steps of the unreduced program in it, at least 1. */
  readonly count: number;
  readonly fault?: Fault;
  readonly limit?: Limit;
  /** It decided an unknown value. */
  readonly decided: boolean;
}

/** The choices of thread `n` in the machine's state; none = it is blocked, kept off its CPU, not started or done. */
export function choicesOf(m: Machine, n: number): readonly number[] {
  const t = m.threads[n];
  if (!t || waitsForInit(m, n)) return BLOCKED;
  const own = ownChoices(m, n, t);
  if (m.threadInfos[n]?.signals && !t.signal && t.status === 'running') return [...own, SIGNAL];
  return own;
}

function ownChoices(m: Machine, n: number, t: ThreadState): readonly number[] {
  if (t.status === 'ready') return t.grace.length <= 1 && cpuBlocker(m, n, t) < 0 ? ONE : BLOCKED;
  if (t.status !== 'running') return BLOCKED;
  const choices = instructionChoices(m, n, t);
  if (choices.length > 0 && cpuBlocker(m, n, t) >= 0) return BLOCKED;
  return choices;
}

/** RACE_INIT runs alone; only what it started itself may run while it waits for that. */
function waitsForInit(m: Machine, n: number): boolean {
  const init = m.initThread;
  if (init < 0 || n === init) return false;
  const t = m.threads[init];
  if (t?.status !== 'running') return false;
  return m.threadInfos[n]?.origin === 'static' || instructionChoices(m, init, t).length > 0;
}

/** What the instruction would let the thread do if it had the CPU. */
export function instructionChoices(m: Machine, n: number, t: ThreadState): readonly number[] {
  const frame = t.frames[t.frames.length - 1];
  const i = frame && instructionAt(m, frame);
  if (!i) return ONE;
  switch (i.op) {
    case 'choose':
      return Array.from({ length: Math.min(i.count, MOST_CHOICES) }, (_, k) => k);
    case 'allocate':
      return i.mayFail ? TWO : ONE;
    case 'branch':
    case 'assert':
      return isOpen(m, evaluate(m, frame, i.condition)) ? TWO : ONE;
    case 'cmpxchg':
      return exchangeIsOpen(m, frame, i) ? TWO : ONE;
    case 'sync': {
      const handler = handlerOf(i.name);
      if (!handler.choices) return ONE;
      const a = i.arguments.map(o => evaluate(m, frame, o));
      if (a.some(isUnknown)) return ONE;
      try {
        if (t.phase === 0) arrivalChecks(m, n, t, i.name, a, i.site);
        return handler.choices(m, n, t, a, i.site);
      } catch (e) {
        if (e instanceof FaultSignal || e instanceof LimitSignal) return ONE;
        throw e;
      }
    }
    default:
      return ONE;
  }
}

/**
 * Whether the thread's next step is its own affair and can be taken before everybody else's: a choice, or entering
 * where nobody looks.
 */
export function isPrivateStep(m: Machine, n: number): boolean {
  const t = m.threads[n];
  if (!t || !m.options.reduce) return false;
  const info = m.threadInfos[n];
  if (!info || (info.signals && !t.signal)) return false;
  const cpu = cpuOf(m, n, t);
  if (cpu !== undefined && m.sharedCpus.has(cpu)) return false;
  if (t.status === 'ready')
    return (
      info.origin === 'static' && info.repeat === 1 && !(isInterrupt(info) && noteGrace(m.marks, n, false))
    );
  if (t.status !== 'running') return false;
  const frame = t.frames[t.frames.length - 1];
  const i = frame && instructionAt(m, frame);
  if (!i) return false;
  if (i.op === 'choose') return true;
  if (i.op === 'allocate') return i.mayFail === true;
  return i.op === 'branch' && isOpen(m, evaluate(m, frame, i.condition));
}

function isOpen(m: Machine, v: Value): boolean {
  return isUnknown(v) && mayBeZero(v, m.global.facts);
}

function exchangeIsOpen(m: Machine, frame: Frame, i: Instruction & { op: 'cmpxchg' }): boolean {
  const address = evaluate(m, frame, i.address);
  if (isUnknown(address)) return false;
  try {
    const old = readAt(m, refer(m, address, sizeOf(i.type), i.site), i.type, i.site);
    const equal = equality(m, i, old, evaluate(m, frame, i.expected));
    return isUnknown(equal) && mayBeZero(equal, m.global.facts);
  } catch (e) {
    if (e instanceof FaultSignal || e instanceof LimitSignal) return false;
    throw e;
  }
}

function equality(m: Machine, i: Instruction & { op: 'cmpxchg' }, old: Value, expected: Value): Value {
  if (!isUnknown(old) && !isUnknown(expected)) return wrap(old, i.type) === wrap(expected, i.type) ? 1 : 0;
  return resolve(m.unknowns.binary('eq', i.type, old, expected, i.site), m.global.facts);
}

export function instructionAt(m: Machine, frame: Frame): Instruction | undefined {
  return m.codes[frame.function]?.body[frame.pc];
}

/** Takes a step. The machine must hold a state in which `choice` is one of the thread's choices. */
export function runStep(m: Machine, n: number, choice: number): StepResult {
  m.decided = false;
  const before = m.threads[n];
  if (!before) throw new Error(`internal: thread ${n} is not there`);
  const wasReader = readerReason(m, n, before) !== undefined;
  const t = ownThread(m, n);
  m.alone = n === m.initThread;
  let count = isPause(m, t) ? 0 : 1;
  try {
    if (choice === SIGNAL) {
      t.signal = true;
      if (t.task === 1) t.task = 0;
    } else {
      if (t.status === 'ready') begin(m, n, t);
      else execute(m, n, t, choice);
      count += runLocal(m, n, t);
    }
  } catch (e) {
    if (e instanceof FaultSignal) return { count: 1, fault: e.fault, decided: m.decided };
    if (e instanceof LimitSignal) return { count: 1, limit: e.limit, decided: m.decided };
    throw e;
  }
  if (m.alone && t.status === 'done' && !m.starting) startStatic(m);
  const after = m.threads[n];
  if (wasReader && after && readerReason(m, n, after) === undefined) readerLeft(m, n);
  return { count, decided: m.decided };
}

/** Parked in the middle of a long local loop: going on is no step of the unreduced program. */
function isPause(m: Machine, t: ThreadState): boolean {
  const frame = t.frames[t.frames.length - 1];
  const i = t.status === 'running' && frame ? instructionAt(m, frame) : undefined;
  if (!frame || !i || isStep(i)) return false;
  if (i.op === 'choose' || i.op === 'allocate') return false;
  return !((i.op === 'branch' || i.op === 'assert') && isOpen(m, evaluate(m, frame, i.condition)));
}

/** Uses an object as a whole, or ends its life. */
function noteUse(m: Machine, n: number, address: Value, ends: boolean): void {
  const place = typeof address === 'object' ? undefined : placeOf(address);
  if (place?.kind === 'object' && !m.alone) noteLife(m.marks, place.object, n, ends);
}

/** Operations that are always steps touch memory as well: a plain access to the same cell is in conflict with them. */
function noteArguments(m: Machine, n: number, name: string, a: readonly Value[]): void {
  const { scope } = handlerOf(name);
  if (m.alone || (scope !== 'always' && scope !== 'callback')) return;
  a.forEach((v, k) => {
    const place = typeof v === 'object' ? undefined : placeOf(v);
    if (place?.kind !== 'object') return;
    noteLife(m.marks, place.object, n, false);
    const r = k === 0 ? resolveAccess(shapeOf(m, place.object), place.offset, 1) : undefined;
    for (const p of r?.parts ?? []) noteCell(m.marks, place.object, p.cell, n, true);
  });
}

/** Brings in the static threads: those in task context run to their first operation, interrupts wait to be let in. */
export function startStatic(m: Machine): void {
  m.alone = false;
  for (const info of m.threadInfos) {
    if (info.origin !== 'static') continue;
    const t = {
      ...freshThread(),
      status: 'ready' as const,
      left: info.repeat,
      entry: m.program.threads[info.program ?? 0]?.entry ?? -1,
    };
    putThread(m, info.number, t);
  }
  for (const info of m.threadInfos) {
    const t = m.threads[info.number];
    if (info.origin !== 'static' || isInterrupt(info) || !t) continue;
    begin(m, info.number, t);
    m.startCounts[info.number] = runLocal(m, info.number, t);
  }
}

/** Runs what nobody can notice; gives back how many steps of the unreduced program that was. */
export function runLocal(m: Machine, n: number, t: ThreadState): number {
  let count = 0;
  let came = -1;
  for (let budget = LOCAL_BUDGET; budget > -LOCAL_BUDGET; budget--) {
    if (t.status !== 'running') break;
    const frame = t.frames[t.frames.length - 1];
    const i = frame && instructionAt(m, frame);
    if (!frame || !i) break;
    // A pause is made where a loop begins again, so that it is always made at the same place.
    if (budget <= 0 && frame.pc < came) break;
    came = frame.pc;
    try {
      if (mustPark(m, n, t, frame, i)) break;
      execute(m, n, t, 0);
    } catch (e) {
      if (e instanceof FaultSignal || e instanceof LimitSignal) break;
      throw e;
    }
    if (isStep(i)) count++;
  }
  if (m.sharedCpus.size > 0) noteCpu(m, n, t);
  return count;
}

/** Would park in the unreduced program. */
function isStep(i: Instruction): boolean {
  switch (i.op) {
    case 'load':
    case 'store':
    case 'rmw':
    case 'cmpxchg':
    case 'fill':
    case 'move':
    case 'free':
      return true;
    case 'sync':
      return handlerOf(i.name).scope !== 'local' && handlerOf(i.name).scope !== 'yield';
    default:
      return false;
  }
}

/** Without full preemption a task keeps a shared CPU until it sleeps or yields. */
function noteCpu(m: Machine, n: number, t: ThreadState): void {
  const preempt = m.program.settings.preempt;
  const info = m.threadInfos[n];
  if ((preempt !== 'none' && preempt !== 'voluntary') || !info || isInterrupt(info)) return;
  const frame = t.frames[t.frames.length - 1];
  const i = frame && instructionAt(m, frame);
  const sleeps =
    i?.op === 'sync' && (operations.get(i.name)?.sleeps === true || handlerOf(i.name).scope === 'yield');
  const cpu = cpuOf(m, n, t);
  t.onCpu = t.status === 'running' && !sleeps && cpu !== undefined && m.sharedCpus.has(cpu);
}

/** Whether the thread stops in front of the instruction. Notes what it touches. May throw the fault it would meet. */
function mustPark(m: Machine, n: number, t: ThreadState, frame: Frame, i: Instruction): boolean {
  switch (i.op) {
    case 'choose':
      return true;
    case 'allocate':
      return i.mayFail === true;
    case 'branch':
    case 'assert':
      return isOpen(m, evaluate(m, frame, i.condition));
    case 'load':
      return touches(m, n, refer(m, evaluate(m, frame, i.address), sizeOf(i.type), i.site), false);
    case 'store':
    case 'rmw':
      return touches(m, n, refer(m, evaluate(m, frame, i.address), sizeOf(i.type), i.site), true);
    case 'cmpxchg': {
      const r = refer(m, evaluate(m, frame, i.address), sizeOf(i.type), i.site);
      return touches(m, n, r, true) || exchangeIsOpen(m, frame, i);
    }
    case 'fill':
    case 'move': {
      const next = nextTransfer(m, t, frame, i);
      return next !== undefined && touches(m, n, next.reference, next.write);
    }
    case 'free': {
      if (!m.options.reduce && !m.alone) return true;
      const place = placeOf(addressNumber(evaluate(m, frame, i.address)));
      return place.kind === 'object' && !m.alone && noteLife(m.marks, place.object, n, true);
    }
    case 'sync':
      return syncMustPark(m, n, t, frame, i);
    default:
      return false;
  }
}

function addressNumber(v: Value): number {
  return typeof v === 'number' ? v : 0;
}

function touches(m: Machine, n: number, r: Reference, write: boolean): boolean {
  if (m.alone) {
    if (m.watched) for (const p of r.resolution.parts) noteCell(m.marks, r.object, p.cell, n, false);
    return false;
  }
  const info = m.objectInfos[r.object];
  if (info?.readOnly) return !m.options.reduce;
  let shared = !m.options.reduce;
  for (const p of r.resolution.parts) if (noteCell(m.marks, r.object, p.cell, n, write)) shared = true;
  return shared;
}

function syncMustPark(
  m: Machine,
  n: number,
  t: ThreadState,
  frame: Frame,
  i: Instruction & { op: 'sync' },
): boolean {
  const handler = handlerOf(i.name);
  const { scope } = handler;
  if (scope === 'local') return false;
  const info = m.threadInfos[n];
  const cpu = cpuOf(m, n, t);
  const cpuIsShared = cpu !== undefined && m.sharedCpus.has(cpu);
  if (scope === 'yield')
    return cpuIsShared && m.program.settings.preempt !== undefined && m.program.settings.preempt !== 'full';
  if (m.alone) return handler.choices !== undefined && instructionChoices(m, n, t).length !== 1;
  if (scope === 'callback') noteGrace(m.marks, n, true);
  if (!m.options.reduce || scope === 'always' || scope === 'callback') return true;
  const a = i.arguments.map(o => evaluate(m, frame, o));
  let visible = false;
  if (scope === 'grace') visible = noteGrace(m.marks, n, true);
  else if (scope === 'peek') visible = touches(m, n, refer(m, a[0] ?? 0, 1, i.site), false);
  else if (scope === 'lock') visible = touches(m, n, refer(m, a[0] ?? 0, 1, i.site), true);
  if (scope === 'context' || (scope === 'lock' && !m.rt)) {
    if (cpuIsShared) visible = true;
    else if (!isInterrupt(info ?? ({ context: 'process' } as never)) && changesReader(m, n, t, i, a))
      visible = noteGrace(m.marks, n, false) || visible;
  }
  return visible || (handler.choices !== undefined && instructionChoices(m, n, t).length !== 1);
}

/** Whether the operation begins or ends a reader. */
function changesReader(
  m: Machine,
  n: number,
  t: ThreadState,
  i: Instruction & { op: 'sync' },
  a: readonly Value[],
): boolean {
  const before = readerReason(m, n, t) !== undefined;
  const copy = { ...t };
  if (handlerOf(i.name).scope === 'context') handlerOf(i.name).run(m, n, copy, a, callSite(m, t, i), 0);
  else if (i.name.endsWith('.unlock')) copy.held = t.held.filter(h => h.address !== a[0]);
  else return !before && /^(spin|read|write)\./.test(i.name);
  return before !== (readerReason(m, n, copy) !== undefined);
}

function callSite(m: Machine, t: ThreadState, i: Instruction): CallSite {
  const frame = t.frames[t.frames.length - 1];
  const site = m.program.sites[i.site];
  return { site: i.site, text: site?.via ?? site?.text ?? i.op, at: `${frame?.function}.${frame?.pc}` };
}

/** A thread's start. */
function begin(m: Machine, n: number, t: ThreadState): void {
  const info = m.threadInfos[n];
  if (!info) return;
  if (info.origin === 'work' || info.origin === 'timer') {
    const bound = m.program.settings.repeats ?? 3;
    if (m.countRepeats && t.left >= bound)
      limit(
        'bound',
        `${info.name} starts more than ${bound} times`,
        info.site,
        m.program.settings.repeats !== undefined,
      );
    refer(m, info.address, 1, info.site, 'starts from');
    noteUse(m, n, info.address, false);
    if (m.countRepeats) t.left++;
  } else if (info.origin === 'rcu') {
    refer(m, info.address, 1, info.site, 'runs a callback from');
    noteUse(m, n, info.address, false);
    if (t.entry < 0) {
      noteUse(m, n, t.argument, true);
      freeMemory(m, n, t.argument, info.site);
      t.status = 'running';
      t.grace = [t.grace[0] ?? 0];
      finish(m, n, t, 0);
      return;
    }
  }
  t.status = 'running';
  t.begun = true;
  t.grace = info.origin === 'rcu' ? [t.grace[0] ?? 0] : [];
  enterFunction(m, n, t, t.entry, [t.argument], info.site);
}

function enterFunction(
  m: Machine,
  n: number,
  t: ThreadState,
  f: number,
  a: readonly Value[],
  site: number,
): void {
  const code = m.codes[f];
  if (!code) return limit('unsupported', `calls function ${f}, which does not exist`, site);
  const bound = m.program.settings.recursion ?? 8;
  let depth = 0;
  for (const frame of t.frames) if (frame.function === f) depth++;
  if (depth > bound)
    limit(
      'bound',
      `${code.function.name}() calls itself more than ${bound} deep`,
      site,
      m.program.settings.recursion !== undefined,
    );
  const registers: (Value | undefined)[] = new Array<Value | undefined>(code.function.registers).fill(
    undefined,
  );
  for (let p = 0; p < code.function.parameters; p++) {
    const v = a[p] ?? 0;
    registers[p] = convert(m, code.types[p] ?? 'i64', v, site);
  }
  const level = t.frames.length;
  const stack = code.function.stack.map((s, slot) => {
    const object = addObject(m, `stack:${n}:${level}:${f}:${slot}`, {
      name: s.name,
      kind: 'stack',
      layout: s.layout,
      site,
      readOnly: false,
      typesafe: false,
    });
    putObject(m, object, {
      life: 'live',
      fill: 'unknown',
      size: m.program.layouts[s.layout]?.size ?? 0,
      cells: [],
    });
    return object;
  });
  t.frames.push({ function: f, pc: 0, registers, stack, key: undefined });
}

function convert(m: Machine, type: Scalar, v: Value, site: number): Value {
  return isUnknown(v) ? m.unknowns.convert(type, v, site) : wrap(v, type);
}

/** The thread's entry function has returned (or its callback has run). */
function finish(m: Machine, n: number, t: ThreadState, value: Value): void {
  const info = m.threadInfos[n];
  if (!info) return;
  const fresh = freshThread();
  const keep = {
    left: t.left,
    begun: t.begun,
    signal: t.signal,
    stop: t.stop,
    entry: t.entry,
    argument: t.argument,
    ...(t.again ? { cpu: t.cpu, queue: t.queue } : {}),
  };
  const again = t.again;
  Object.assign(t, fresh, keep);
  if (info.origin === 'init') t.status = 'done';
  else if (info.origin === 'static') {
    t.left--;
    t.status = t.left > 0 ? 'ready' : 'done';
  } else if (info.origin === 'kthread') {
    t.status = 'done';
    t.argument = value;
  } else {
    t.status = again ? 'ready' : 'idle';
    t.begun = false;
    if (!again && !m.countRepeats) {
      t.argument = 0;
      t.entry = -1;
    }
  }
  const queues = [...m.global.queues].filter(([, list]) => list.some(e => e.thread === n));
  if (queues.length > 0) {
    const next = new Map(m.global.queues);
    for (const [address, list] of queues) {
      const rest = list.filter(e => e.thread !== n);
      if (rest.length > 0) next.set(address, rest);
      else next.delete(address);
    }
    changeGlobal(m, { queues: next });
  }
  removeFromWaits(m, ENDS, n, false);
}

/** A thread may not end with something still held. */
function endChecks(m: Machine, t: ThreadState, site: number): void {
  if (t.held.length > 0) fault('lock-misuse', 'a lock is still held when the thread ends', site);
  if (t.rcu > 0)
    fault('rcu-misuse', 'an RCU read-side critical section is still open when the thread ends', site);
  if (t.srcu.length > 0)
    fault('rcu-misuse', 'an SRCU read-side critical section is still open when the thread ends', site);
  void m;
}

function arrivalChecks(
  m: Machine,
  n: number,
  t: ThreadState,
  name: string,
  a: readonly Value[],
  site: number,
): void {
  const misuse = waitInsideReader(m, name, t, a, site);
  if (misuse) fault('rcu-misuse', misuse, site);
  if (operations.get(name)?.sleeps) {
    const s = m.program.sites[site];
    sleepCheck(m, n, t, s?.via ?? s?.text ?? name, site);
  }
}

/** Executes the instruction at the thread's pc and moves on. */
function execute(m: Machine, n: number, t: ThreadState, choice: number): void {
  const frame = t.frames[t.frames.length - 1];
  if (!frame) return;
  const i = instructionAt(m, frame);
  if (!i) return;
  const registers = frame.registers;
  switch (i.op) {
    case 'copy':
      registers[i.to] = typed(m, frame, i.to, evaluate(m, frame, i.from), i.site);
      break;
    case 'binary': {
      const left = evaluate(m, frame, i.left);
      const right = evaluate(m, frame, i.right);
      registers[i.to] = compute(m, n, i, left, right);
      break;
    }
    case 'convert': {
      const v = evaluate(m, frame, i.from);
      if (i.bool) {
        registers[i.to] = isUnknown(v)
          ? resolve(m.unknowns.binary('ne', v.type, v, 0, i.site), m.global.facts)
          : v === 0
            ? 0
            : 1;
      } else registers[i.to] = convert(m, i.type, v, i.site);
      break;
    }
    case 'load': {
      const r = refer(m, evaluate(m, frame, i.address), sizeOf(i.type), i.site, 'reads');
      noteRead(m, r, n, i.site);
      if (
        i.marking === 'dereference' &&
        readerReason(m, n, t) === undefined &&
        t.srcu.length === 0 &&
        t.held.length === 0
      )
        note(m, {
          kind: 'rcu-dereference-outside-reader',
          message: 'rcu_dereference() outside of an RCU read-side critical section',
          site: i.site,
          thread: n,
        });
      registers[i.to] = readAt(m, r, i.type, i.site);
      break;
    }
    case 'store': {
      const r = refer(m, evaluate(m, frame, i.address), sizeOf(i.type), i.site, 'writes');
      writable(m, r, i.site);
      writeAt(m, r, i.type, evaluate(m, frame, i.value), n, i.site);
      break;
    }
    case 'rmw': {
      const r = refer(m, evaluate(m, frame, i.address), sizeOf(i.type), i.site, 'changes');
      writable(m, r, i.site);
      const old = readAt(m, r, i.type, i.site);
      const operand = evaluate(m, frame, i.value);
      const next =
        i.operator === 'xchg'
          ? operand
          : i.operator === 'andnot'
            ? operate(m, 'and', i.type, old, operate(m, 'xor', i.type, operand, -1, i.site), i.site)
            : operate(m, i.operator, i.type, old, convert(m, i.type, operand, i.site), i.site);
      writeAt(m, r, i.type, i.refcount ? saturated(m, n, i, old, next, operand) : next, n, i.site);
      if (i.to !== undefined) registers[i.to] = old;
      break;
    }
    case 'cmpxchg': {
      const r = refer(m, evaluate(m, frame, i.address), sizeOf(i.type), i.site, 'changes');
      writable(m, r, i.site);
      const old = readAt(m, r, i.type, i.site);
      let equal = equality(m, i, old, evaluate(m, frame, i.expected));
      if (isUnknown(equal)) {
        const yes = !mayBeZero(equal, m.global.facts) || choice === 0;
        settle(m, equal, yes);
        equal = yes ? 1 : 0;
      }
      const value = evaluate(m, frame, i.value);
      if ((equal !== 0) !== (i.notEqual === true)) {
        const next = i.notEqual ? operate(m, 'add', i.type, old, value, i.site) : value;
        writeAt(m, r, i.type, i.refcount ? saturated(m, n, i, old, next, value) : next, n, i.site);
      } else noteRead(m, r, n, i.site);
      registers[i.to] = old;
      break;
    }
    case 'fill':
      if (runFill(m, n, t, frame, i)) return;
      break;
    case 'move':
      if (runMove(m, n, t, frame, i)) return;
      break;
    case 'jump':
      frame.pc = i.target;
      return;
    case 'branch': {
      const v = evaluate(m, frame, i.condition);
      let yes = v !== 0;
      if (isUnknown(v)) {
        yes = !mayBeZero(v, m.global.facts) || choice === 0;
        if (mayBeZero(v, m.global.facts)) settle(m, v, yes);
      }
      m.observer?.branch(n, frame.function, frame.pc, yes);
      frame.pc = yes ? i.target : i.otherwise;
      return;
    }
    case 'call':
      enterFunction(
        m,
        n,
        t,
        i.function,
        i.arguments.map(o => evaluate(m, frame, o)),
        i.site,
      );
      return;
    case 'callPointer': {
      const target = evaluate(m, frame, i.target);
      if (isUnknown(target)) return limit('unsupported', 'calls through a pointer that nobody knows', i.site);
      const place = placeOf(target);
      if (place.kind !== 'function')
        return fault(
          'null-dereference',
          place.kind === 'null' ? 'calls through a NULL pointer' : 'calls through a pointer to no function',
          i.site,
        );
      enterFunction(
        m,
        n,
        t,
        place.function,
        i.arguments.map(o => evaluate(m, frame, o)),
        i.site,
      );
      return;
    }
    case 'return': {
      const value = i.value ? evaluate(m, frame, i.value) : 0;
      leaveFunction(m, n, t, frame, value, i.site);
      return;
    }
    case 'allocate':
      registers[i.to] = i.mayFail && choice === 1 ? 0 : allocate(m, n, t, frame, i);
      break;
    case 'free':
      freeMemory(m, n, evaluate(m, frame, i.address), i.site);
      break;
    case 'choose':
      if (i.count > MOST_CHOICES)
        return limit('bound', `a choice of more than ${MOST_CHOICES} values`, i.site);
      registers[i.to] = choice;
      break;
    case 'unknown':
      registers[i.to] = freshUnknown(m, frame, i);
      break;
    case 'assert': {
      const v = evaluate(m, frame, i.condition);
      if (isUnknown(v)) {
        if (mayBeZero(v, m.global.facts)) {
          m.decided = true;
          if (choice === 1) return fault(i.fault, i.message, i.site);
          settle(m, v, true);
        }
      } else if (v === 0) return fault(i.fault, i.message, i.site);
      break;
    }
    case 'warn': {
      const v = evaluate(m, frame, i.condition);
      if (v !== 0 && !isUnknown(v)) note(m, { kind: i.finding, message: i.message, site: i.site, thread: n });
      break;
    }
    case 'unsupported':
      return limit('unsupported', i.reason, i.site);
    case 'sync': {
      const a = i.arguments.map(o => evaluate(m, frame, o));
      if (t.phase === 0) arrivalChecks(m, n, t, i.name, a, i.site);
      noteArguments(m, n, i.name, a);
      const result = handlerOf(i.name).run(m, n, t, a, callSite(m, t, i), choice);
      if (result === STAY) return;
      t.phase = 0;
      t.data = [];
      if (i.to !== undefined) registers[i.to] = typed(m, frame, i.to, result ?? 0, i.site);
      break;
    }
  }
  frame.pc++;
}

function writable(m: Machine, r: Reference, site: number): void {
  const info = m.objectInfos[r.object];
  if (info?.readOnly) fault('out-of-bounds', `writes to ${info.name}, which is read-only`, site);
}

function typed(m: Machine, frame: Frame, register: number, v: Value, site: number): Value {
  const type = m.codes[frame.function]?.types[register];
  return type ? convert(m, type, v, site) : v;
}

function settle(m: Machine, v: Value & object, nonzero: boolean): void {
  m.decided = true;
  changeGlobal(m, { facts: decide(v, nonzero, m.global.facts) });
}

function operate(
  m: Machine,
  operator: Parameters<typeof binary>[0],
  type: Scalar,
  left: Value,
  right: Value,
  site: number,
): Value {
  if (isUnknown(left) || isUnknown(right))
    return resolve(m.unknowns.binary(operator, type, left, right, site), m.global.facts);
  return binary(operator, type, wrap(left, type), wrap(right, type));
}

function compute(m: Machine, n: number, i: Instruction & { op: 'binary' }, left: Value, right: Value): Value {
  if ((i.operator === 'div' || i.operator === 'mod') && right === 0)
    fault('assertion', 'division by zero', i.site);
  if (
    (i.operator === 'shl' || i.operator === 'shr') &&
    !isUnknown(right) &&
    (right < 0 || right >= widthOf(i.type))
  )
    note(m, {
      kind: 'undefined-shift',
      message: `shift by ${right} of a ${widthOf(i.type)}-bit value`,
      site: i.site,
      thread: n,
    });
  return operate(m, i.operator, i.type, left, right, i.site);
}

/** refcount_t: saturates in the middle of the negative range, and says so. */
const SATURATED = -0x40000000;

function saturated(
  m: Machine,
  n: number,
  i: Instruction & { op: 'rmw' | 'cmpxchg' },
  old: Value,
  next: Value,
  operand: Value,
): Value {
  if (isUnknown(old) || isUnknown(next) || isUnknown(operand)) return next;
  const before = wrap(old, 'i32');
  const after = wrap(next, 'i32');
  const adds = i.op === 'cmpxchg' || i.operator === 'add';
  const report = (message: string): void => {
    note(m, { kind: 'refcount', message, site: i.site, thread: n });
  };
  if (adds && before === 0 && operand > 0) {
    report('refcount_t: addition on 0; use-after-free');
    return SATURATED;
  }
  if (before < 0 || after < 0) {
    report(adds ? 'refcount_t: saturated; leaking memory' : 'refcount_t: underflow; use-after-free');
    return SATURATED;
  }
  return next;
}

function leaveFunction(
  m: Machine,
  n: number,
  t: ThreadState,
  frame: Frame,
  value: Value,
  site: number,
): void {
  if (t.frames.length === 1) endChecks(m, t, site);
  for (const object of frame.stack) putObject(m, object, undefined);
  t.frames.pop();
  const caller = t.frames[t.frames.length - 1];
  if (!caller) {
    finish(m, n, t, value);
    return;
  }
  const top = copyFrame(caller);
  t.frames[t.frames.length - 1] = top;
  const call = instructionAt(m, top);
  if (call && (call.op === 'call' || call.op === 'callPointer') && call.to !== undefined)
    top.registers[call.to] = typed(m, top, call.to, value, site);
  top.pc++;
}

/** An unknown with the lowest number that no value of the state carries, so that loops repeat states. */
function freshUnknown(m: Machine, frame: Frame, i: Instruction & { op: 'unknown' }): Value {
  m.assumed.add(i.assumption);
  const used = new Set<string>();
  const look = (v: Value | undefined): void => {
    if (!isUnknown(v)) return;
    used.add(v.key);
    const e = v.expression;
    if (!e) return;
    if (e.operator === 'convert') look(e.from);
    else {
      look(e.left);
      look(e.right);
    }
  };
  for (const t of m.threads) {
    if (!t) continue;
    look(t.argument);
    t.data.forEach(look);
    for (const f of t.frames) {
      const live = f === frame ? m.codes[f.function]?.live[f.pc] : undefined;
      if (live) for (const r of live) look(f.registers[r]);
      else f.registers.forEach(look);
    }
  }
  for (const o of m.objects) o?.cells.forEach(look);
  for (let k = 0; ; k++) {
    const key = `?u${frame.function}.${frame.pc}.${k}`;
    if (used.has(key)) continue;
    if ([...m.global.facts.keys()].some(f => mentions(f, key))) {
      changeGlobal(m, {
        facts: new Map([...m.global.facts].filter(([f]) => !mentions(f, key))),
      });
    }
    return m.unknowns.atom(key, i.type, i.layout ?? -1, i.assumption);
  }
}

/** The fact's key contains the atom as a whole word. */
function mentions(fact: string, atom: string): boolean {
  const at = fact.indexOf(atom);
  if (at < 0) return false;
  const next = fact.charAt(at + atom.length);
  return next === '' || next === ' ' || next === ')';
}
