/** Who must still finish in a state, and whether a state is at rest (RACE_FINALLY is evaluated there). */
import type { Machine } from './machine';
import { FaultSignal, LimitSignal, type Fault, type Limit, type ThreadInfo, type ThreadState } from './model';
import type { Program } from '../ir/program';
import { choicesOf, runLocal, runStep } from './step';
import type { Value } from './unknown';
import { freshThread } from './waiting';
import { ownThread, putThread } from './machine';

/** Whether the thread still has to finish. */
export function isRequired(info: ThreadInfo, t: ThreadState): boolean {
  if (t.status === 'done' || t.status === 'idle') return false;
  switch (info.origin) {
    case 'init':
      return true;
    case 'static':
      return !info.daemon && !(t.status === 'ready' && t.begun);
    case 'kthread':
      return t.stop;
    default:
      return t.status === 'running';
  }
}

export function allRequiredDone(m: Machine): boolean {
  for (let n = 0; n < m.threads.length; n++) {
    const t = m.threads[n];
    const info = m.threadInfos[n];
    if (t && info && isRequired(info, t)) return false;
  }
  return true;
}

/** What a kthread does that goes on for as long as it is let. */
const goesOn: ReadonlySet<string> = new Set(['kthread.shouldStop', 'kthread.shouldPark', 'yield']);

const endings = new WeakMap<Program, Map<number, boolean>>();

/** A kthread that asks nobody whether to go on: it does something and ends, or sleeps for more to do. */
function endsByItself(program: Program, entry: number): boolean {
  let known = endings.get(program);
  if (!known) endings.set(program, (known = new Map<number, boolean>()));
  let ends = known.get(entry);
  if (ends === undefined) {
    const seen = new Set([entry]);
    ends = true;
    for (const f of seen)
      for (const i of program.functions[f]?.body ?? []) {
        if (i.op === 'call') seen.add(i.function);
        else if (i.op === 'callPointer' || (i.op === 'sync' && goesOn.has(i.name))) ends = false;
      }
    known.set(entry, ends);
  }
  return ends;
}

/** In the middle of its work: neither asleep nor waiting for somebody. */
function isBusy(m: Machine, n: number, t: ThreadState): boolean {
  if (t.status === 'idle' || t.status === 'done' || !endsByItself(m.program, t.entry)) return false;
  return choicesOf(m, n).includes(0);
}

/** All required threads are done and nothing is pending; daemons do not count, nor kthreads that go on until they are stopped. */
export function isAtRest(m: Machine): boolean {
  for (let n = 0; n < m.threads.length; n++) {
    const t = m.threads[n];
    const info = m.threadInfos[n];
    if (!t || !info) continue;
    if (isRequired(info, t)) return false;
    if (
      info.origin !== 'static' &&
      info.origin !== 'kthread' &&
      info.origin !== 'init' &&
      t.status !== 'idle' &&
      t.status !== 'done'
    )
      return false;
    if (info.origin === 'static' && !info.daemon && t.status === 'running') return false;
    if (info.origin === 'kthread' && isBusy(m, n, t)) return false;
  }
  return true;
}

/** Runs a function in a thread of its own behind all others, as far as it goes; the caller takes that back. */
function runAlone(m: Machine, f: number, site: number, n: number): ThreadState {
  const info = {
    number: n,
    name: 'finally',
    context: 'process' as const,
    origin: 'kthread' as const,
    cpu: undefined,
    daemon: false,
    signals: false,
    task: -1,
    address: 0,
    repeat: 1,
    site,
    startedBy: -1,
  };
  m.threadInfos[n] = info;
  m.threads[n] = undefined;
  putThread(m, n, { ...freshThread(), status: 'running', frames: entryFrame(m, f) });
  m.alone = true;
  const t = ownThread(m, n);
  for (let k = 0; k < 1000 && t.status === 'running'; k++) {
    const before = t.frames[t.frames.length - 1]?.pc;
    runLocal(m, n, t);
    if (t.status === 'running' && t.frames[t.frames.length - 1]?.pc === before) break;
  }
  return t;
}

/** What a function that only reads gives in the machine's state, which stays as it is. */
export function evaluateAlone(
  m: Machine,
  f: number,
): { readonly value: Value } | { readonly problem: string } {
  const n = m.threads.length;
  const { alone, initThread: init, global, observer } = m;
  const objects = m.objects.slice();
  m.observer = undefined;
  try {
    const t = runAlone(m, f, m.program.functions[f]?.body[0]?.site ?? -1, n);
    if (t.status !== 'running') return { value: t.argument };
    // Behind a fault the thread is parked in front of it: the step says which.
    const { fault, limit } = runStep(m, n, 0);
    return { problem: (fault ?? limit)?.message ?? 'it waits, or takes too long' };
  } catch (e) {
    if (e instanceof FaultSignal) return { problem: e.fault.message };
    if (e instanceof LimitSignal) return { problem: e.limit.message };
    throw e;
  } finally {
    m.alone = alone;
    m.initThread = init;
    m.observer = observer;
    m.global = global;
    objects.forEach((o, k) => (m.objects[k] = o));
    for (let k = objects.length; k < m.objects.length; k++) m.objects[k] = undefined;
    m.changedThreads.length = 0;
    m.changedObjects.length = 0;
    m.globalChanged = false;
    m.threads.length = n;
    m.threadInfos.length = n;
  }
}

/** Evaluates RACE_FINALLY in the machine's state; leaves changes behind, the caller undoes them. */
export function checkFinally(m: Machine): { fault?: Fault; limit?: Limit; decided: boolean } {
  const n = m.threads.length;
  const alone = m.alone;
  const init = m.initThread;
  m.decided = false;
  m.watched = m.threadInfos.some(info => info.daemon || info.origin === 'kthread');
  try {
    for (const f of m.program.finally) {
      const t = runAlone(m, f.function, f.site, n);
      if (t.status === 'running') {
        return {
          limit: {
            reason: 'unsupported',
            message: 'RACE_FINALLY cannot be evaluated: it waits, fails or depends on an unknown value',
            site: f.site,
            stated: false,
          },
          decided: m.decided,
        };
      }
      if (t.argument === 0)
        return {
          fault: { kind: 'assertion', message: 'RACE_FINALLY does not hold at rest', site: f.site },
          decided: m.decided,
        };
    }
    return { decided: m.decided };
  } catch (e) {
    if (e instanceof FaultSignal) return { fault: e.fault, decided: m.decided };
    if (e instanceof LimitSignal) return { limit: e.limit, decided: m.decided };
    throw e;
  } finally {
    m.alone = alone;
    m.watched = false;
    m.initThread = init;
    m.changedThreads.splice(0, m.changedThreads.length, ...m.changedThreads.filter(k => k !== n));
    m.threads.length = n;
    m.threadInfos.length = n;
  }
}

function entryFrame(m: Machine, f: number): ThreadState['frames'] {
  const count = m.codes[f]?.function.registers ?? 0;
  return [
    { function: f, pc: 0, registers: new Array<undefined>(count).fill(undefined), stack: [], key: undefined },
  ];
}
