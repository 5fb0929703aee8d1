/**
 * The choices of a thread in a state: one for most operations, several where the outcome is open, none where it is
 * blocked, kept off its CPU, not started or done.
 */
import { operations } from '../ir/operations';
import type { Instruction, Operand } from '../ir/program';
import { binary, sizeOf, wrap } from '../ir/value';
import { cpuBlocker, cpuOf, isInterrupt, sleepCheck } from './context';
import { BLOCKED, ONE, TWO } from './handler';
import { copyFrame, evaluate, fault, readAt, refer, type Machine } from './machine';
import { FaultSignal, LimitSignal, type Frame, type ThreadState } from './model';
import { waitInsideReader } from './rcu';
import { noteGrace } from './sharing';
import { handlerOf } from './table';
import { isUnknown, mayBeZero, resolve, type Value } from './unknown';

/** Outcomes of one choice; a larger one is cannot-tell. */
export const MOST_CHOICES = 4096;

/** The choice that stands for a signal's arrival. */
export const SIGNAL = 0xffff;

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
    case 'atomic':
      return isAwaiting(m, frame, i.length) ? BLOCKED : ONE;
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

/** Whether an atomic group waits: what stands before its `await` only reads, so it is worked out on a copy. */
function isAwaiting(m: Machine, frame: Frame, length: number): boolean {
  const copy = copyFrame(frame);
  for (let k = 1; k <= length; k++) {
    copy.pc = frame.pc + k;
    const i = instructionAt(m, copy);
    const value = (o: Operand): Value => evaluate(m, copy, o);
    switch (i?.op) {
      case 'await':
        return value(i.condition) === 0;
      case 'copy':
        copy.registers[i.to] = value(i.from);
        break;
      case 'load':
        copy.registers[i.to] = readAt(m, refer(m, value(i.address), sizeOf(i.type), i.site), i.type, i.site);
        break;
      case 'binary': {
        const [left, right] = [value(i.left), value(i.right)];
        if (isUnknown(left) || isUnknown(right)) return false;
        copy.registers[i.to] = binary(i.operator, i.type, wrap(left, i.type), wrap(right, i.type));
        break;
      }
      default:
        return false;
    }
  }
  return false;
}

/**
 * Whether the thread's next step is its own affair and can be taken before everybody else's: a choice, or entering
 * where nobody looks.
 */
export function isPrivateStep(m: Machine, n: number): boolean {
  const t = m.threads[n];
  if (!t || !m.options.reduce) return false;
  const info = m.threadInfos[n];
  // While RACE_INIT runs nobody else does: its choices are no matter of order.
  if (!info || info.origin === 'init' || (info.signals && !t.signal)) return false;
  const cpu = cpuOf(m, n, t);
  if (cpu !== undefined && m.sharedCpus.has(cpu)) return false;
  if (t.status === 'ready')
    return (
      info.origin === 'static' &&
      info.repeat === 1 &&
      !t.begun &&
      !(isInterrupt(info) && noteGrace(m.marks, n, false))
    );
  if (t.status !== 'running') return false;
  const frame = t.frames[t.frames.length - 1];
  const i = frame && instructionAt(m, frame);
  if (!i) return false;
  if (i.op === 'choose') return true;
  if (i.op === 'allocate') return i.mayFail === true;
  return i.op === 'branch' && isOpen(m, evaluate(m, frame, i.condition));
}

export function isOpen(m: Machine, v: Value): boolean {
  return isUnknown(v) && mayBeZero(v, m.global.facts);
}

export function exchangeIsOpen(m: Machine, frame: Frame, i: Instruction & { op: 'cmpxchg' }): boolean {
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

export function equality(m: Machine, i: Instruction & { op: 'cmpxchg' }, old: Value, expected: Value): Value {
  if (!isUnknown(old) && !isUnknown(expected)) return wrap(old, i.type) === wrap(expected, i.type) ? 1 : 0;
  return resolve(m.unknowns.binary('eq', i.type, old, expected, i.site), m.global.facts);
}

export function instructionAt(m: Machine, frame: Frame): Instruction | undefined {
  return m.codes[frame.function]?.body[frame.pc];
}

export function arrivalChecks(
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
