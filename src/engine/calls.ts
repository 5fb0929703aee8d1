/** Threads and functions begin and end. */
import { placeOf } from '../ir/address';
import type { Scalar } from '../ir/program';
import { wrap } from '../ir/value';
import { freeMemory } from './heap';
import { addObject, copyFrame, changeGlobal, fault, limit, putObject, refer, type Machine } from './machine';
import { type Frame, type ThreadState } from './model';
import { noteLife } from './sharing';
import { isUnknown, type Value } from './unknown';
import { ENDS, freshThread, removeFromWaits } from './waiting';
import { instructionAt } from './choices';

/** Uses an object as a whole, or ends its life. */
function noteUse(m: Machine, n: number, address: Value, ends: boolean): void {
  const place = typeof address === 'object' ? undefined : placeOf(address);
  if (place?.kind === 'object' && !m.alone) noteLife(m.marks, place.object, n, ends);
}

/** A thread's start. */
export function begin(m: Machine, n: number, t: ThreadState): void {
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
      freeMemory(m, n, t.argument, info.site, false);
      t.status = 'running';
      t.grace = [t.grace[0] ?? 0];
      finish(m, n, t, 0);
      return;
    }
  }
  t.status = 'running';
  t.begun = true;
  if (info.origin === 'static') t.again = false;
  t.grace = info.origin === 'rcu' ? [t.grace[0] ?? 0] : [];
  enterFunction(m, n, t, t.entry, [t.argument], info.site);
}

export function enterFunction(
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

export function convert(m: Machine, type: Scalar, v: Value, site: number): Value {
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
    park: t.park,
    entry: t.entry,
    argument: t.argument,
    ...(t.again ? { cpu: t.cpu, queue: t.queue } : {}),
    ...(info.origin === 'static' ? { again: t.again } : {}),
  };
  // What an hrtimer's function gives: HRTIMER_RESTART queues it again.
  const again = t.again || (info.origin === 'timer' && value === 1);
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

export function typed(m: Machine, frame: Frame, register: number, v: Value, site: number): Value {
  const type = m.codes[frame.function]?.types[register];
  return type ? convert(m, type, v, site) : v;
}

export function leaveFunction(
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
