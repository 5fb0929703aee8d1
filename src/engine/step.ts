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
import { cpuOf, isInterrupt, readerReason } from './context';
import { STAY } from './handler';
import { freeMemory, allocate, runFill, runMove } from './heap';
import {
  changeGlobal,
  evaluate,
  fault,
  limit,
  note,
  noteRead,
  ownThread,
  putThread,
  readAt,
  refer,
  writeAt,
  type Machine,
  type Reference,
} from './machine';
import { FaultSignal, LimitSignal, type Fault, type Frame, type Limit, type ThreadState } from './model';
import { readerLeft } from './rcu';
import { handlerOf } from './table';
import { decide, isUnknown, mayBeZero, resolve, type Value } from './unknown';
import { freshThread } from './waiting';

import { arrivalChecks, equality, instructionAt, isOpen, MOST_CHOICES, SIGNAL } from './choices';
import { callSite, isStep, mustPark, noteArguments } from './visible';
import { begin, convert, enterFunction, leaveFunction, typed } from './calls';
import { noteLife } from './sharing';

export { choicesOf, instructionAt, instructionChoices, isPrivateStep, SIGNAL } from './choices';

const LOCAL_BUDGET = 600;

export interface StepResult {
  /** Steps of the unreduced program in it, at least 1. */
  readonly count: number;
  readonly fault?: Fault;
  readonly limit?: Limit;
  /** It decided an unknown value. */
  readonly decided: boolean;
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
    if (e instanceof FaultSignal) {
      // Memory that another thread freed unnoticed: its free must be a step of its own, or no schedule leads here.
      if (e.fault.object !== undefined && !m.alone) noteLife(m.marks, e.fault.object, n, false);
      return { count: 1, fault: e.fault, decided: m.decided };
    }
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
  // Where tasks share a CPU without full preemption a yield is a place to stop.
  if (i.op === 'sync' && handlerOf(i.name).scope === 'yield' && m.sharedCpus.size > 0) return false;
  return !((i.op === 'branch' || i.op === 'assert') && isOpen(m, evaluate(m, frame, i.condition)));
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
    t.onCpu = false;
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
    if (!m.alone && isStep(i)) count++;
  }
  if (m.sharedCpus.size > 0) noteCpu(m, n, t);
  return count;
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
      freeMemory(m, n, evaluate(m, frame, i.address), i.site, i.any === true);
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
    case 'atomic':
      frame.pc++;
      for (let k = 0; k < i.length; k++) {
        const inner = instructionAt(m, frame);
        // Asked for what it notes: what the group touches is touched by a step of its own.
        if (inner) mustPark(m, n, t, frame, inner);
        execute(m, n, t, 0);
      }
      return;
    case 'await':
      break;
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
