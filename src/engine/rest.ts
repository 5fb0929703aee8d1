/** Who must still finish in a state, and whether a state is at rest (RACE_FINALLY is evaluated there). */
import type { Machine } from './machine';
import { FaultSignal, LimitSignal, type Fault, type Limit, type ThreadInfo, type ThreadState } from './model';
import { runLocal } from './step';
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

/** All required threads are done and nothing is pending; daemons and kthreads do not count. */
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
  }
  return true;
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
        site: f.site,
        startedBy: -1,
      };
      m.threadInfos[n] = info;
      m.threads[n] = undefined;
      putThread(m, n, { ...freshThread(), status: 'running', frames: entryFrame(m, f.function) });
      m.alone = true;
      const t = ownThread(m, n);
      for (let k = 0; k < 1000 && t.status === 'running'; k++) {
        const before = t.frames[t.frames.length - 1]?.pc;
        runLocal(m, n, t);
        if (t.status === 'running' && t.frames[t.frames.length - 1]?.pc === before) break;
      }
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
