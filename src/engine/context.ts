/**
 * Execution contexts: what may run on a CPU, what is atomic, who is an RCU reader, and the operations that change it.
 * All of it is derived from thread states; there is no scheduler state.
 */
import type { Handler } from './handler';
import { fault, note, taskOf, type Machine } from './machine';
import type { LockKind, ThreadInfo, ThreadState } from './model';
import type { Value } from './unknown';

/** Locks that a task must not sleep under (not so on PREEMPT_RT). */
const atomicLocks: ReadonlySet<LockKind> = new Set(['spin', 'read', 'write']);

export function holdsAtomicLock(m: Machine, t: ThreadState): boolean {
  if (m.rt || t.held.length === 0) return false;
  for (const h of t.held) if (atomicLocks.has(h.kind)) return true;
  return false;
}

/** The task cannot be preempted: preempt_count is not zero or interrupts are off. */
export function cannotBePreempted(m: Machine, t: ThreadState): boolean {
  return t.preempt > 0 || t.bh > 0 || t.irqOff || holdsAtomicLock(m, t);
}

export function isInterrupt(info: ThreadInfo): boolean {
  return info.context === 'softirq' || info.context === 'hardirq';
}

/** Why the thread is in atomic context, or undefined if it may sleep. */
export function atomicReason(m: Machine, n: number, t: ThreadState): string | undefined {
  const info = m.threadInfos[n];
  if (info?.context === 'hardirq') return 'in hardirq context';
  if (info?.context === 'softirq') return 'in softirq context';
  if (t.irqOff) return 'with interrupts off';
  if (holdsAtomicLock(m, t)) return 'with a spinlock held';
  if (t.bh > 0) return 'with BH off';
  if (t.preempt > 0) return 'with preemption off';
  return undefined;
}

/** Why the thread is an RCU reader, or undefined if it is none. */
export function readerReason(m: Machine, n: number, t: ThreadState): string | undefined {
  if (t.status !== 'running') return undefined;
  if (t.rcu > 0) return 'rcu_read_lock';
  if (!m.options.implicitReaders) return undefined;
  const context = m.threadInfos[n]?.context;
  if (context === 'softirq' || context === 'hardirq') return context;
  if (t.bh > 0) return 'BH off';
  if (t.irqOff) return 'interrupts off';
  if (t.preempt > 0) return 'preemption off';
  if (holdsAtomicLock(m, t)) return 'spinlock';
  return undefined;
}

/**
 * The number of a CPU that a thread has to itself: those that the harness does not use, in the order of the threads, so
 * that an array with one element per CPU need not be long.
 */
export function cpuNumber(m: Machine, n: number, t: ThreadState | undefined): number {
  const placed = t ? cpuOf(m, n, t) : m.threadInfos[n]?.cpu;
  if (placed !== undefined) return placed;
  let taken = 0;
  let before = 0;
  m.threadInfos.forEach((info, k) => {
    if (info.cpu !== undefined) taken = Math.max(taken, info.cpu + 1);
    else if (k < n) before++;
  });
  return taken + before;
}

export function cpuOf(m: Machine, n: number, t: ThreadState): number | undefined {
  return m.threadInfos[n]?.cpu ?? (t.cpu >= 0 ? t.cpu : undefined);
}

const ranks = { process: 0, kthread: 0, softirq: 1, hardirq: 2 } as const;

/** Who keeps the thread off its CPU: a thread number, or -1 if it may run. Its own wish to run is not looked at. */
export function cpuBlocker(m: Machine, n: number, t: ThreadState): number {
  const cpu = cpuOf(m, n, t);
  if (cpu === undefined) return -1;
  const rank = ranks[m.threadInfos[n]?.context ?? 'process'];
  const starting = t.status === 'ready';
  for (let k = 0; k < m.threads.length; k++) {
    const other = m.threads[k];
    const info = m.threadInfos[k];
    if (k === n || !other || other.status !== 'running' || !info || cpuOf(m, k, other) !== cpu) continue;
    const theirs = ranks[info.context];
    if (theirs > rank) return k;
    if (theirs === rank) {
      if (rank > 0) {
        // Interrupts of one kind do not nest: whoever began first ends first.
        if (starting) return k;
      } else if (cannotBePreempted(m, other) || other.onCpu) return k;
    } else if (starting) {
      // An interrupt begins only where it is enabled.
      if (other.irqOff || (rank === 1 && (other.bh > 0 || hasSoftirqsOff(m, info)))) return k;
    }
  }
  return -1;
}

/** In softirq context itself, BH is off. */
function hasSoftirqsOff(_m: Machine, info: ThreadInfo): boolean {
  return info.context === 'softirq';
}

export function sleepCheck(m: Machine, n: number, t: ThreadState, what: string, site: number): void {
  const reason = atomicReason(m, n, t);
  if (reason) fault('sleep-in-atomic', `${what} may sleep ${reason}`, site);
  if (t.rcu > 0 && !m.rt) fault('sleep-in-atomic', `${what} may sleep inside rcu_read_lock()`, site);
}

const flag = (b: boolean): Value => (b ? 1 : 0);

function leave(m: Machine, n: number, site: number, what: string): void {
  note(m, { kind: 'warning', message: `${what} without the matching call before it`, site, thread: n });
}

export const contextHandlers: Readonly<Record<string, Handler>> = {
  'preempt.off': { scope: 'context', run: (_m, _n, t) => void t.preempt++ },
  'preempt.on': {
    scope: 'context',
    run: (m, n, t, _a, c) => {
      if (t.preempt === 0) leave(m, n, c.site, 'preempt_enable()');
      else t.preempt--;
    },
  },
  'bh.off': { scope: 'context', run: (_m, _n, t) => void t.bh++ },
  'bh.on': {
    scope: 'context',
    run: (m, n, t, _a, c) => {
      if (t.bh === 0) leave(m, n, c.site, 'local_bh_enable()');
      else t.bh--;
    },
  },
  'irq.off': { scope: 'context', run: (_m, _n, t) => void (t.irqOff = true) },
  'irq.on': { scope: 'context', run: (_m, _n, t) => void (t.irqOff = false) },
  'irq.save': {
    scope: 'context',
    run: (_m, _n, t) => {
      const was = t.irqOff;
      t.irqOff = true;
      return flag(!was);
    },
  },
  'irq.restore': { scope: 'context', run: (_m, _n, t, a) => void (t.irqOff = a[0] === 0) },
  'sleep.might': { scope: 'local', run: () => undefined },
  yield: {
    scope: 'yield',
    run: (m, n, t, a, c) => {
      if (a[0] === 1) sleepCheck(m, n, t, c.text, c.site);
      t.onCpu = false;
    },
  },
  cpu: { scope: 'local', run: (m, n, t) => cpuNumber(m, n, t) },
  current: { scope: 'local', run: (m, n) => taskOf(m, n) },
  'in.task': { scope: 'local', run: (m, n) => flag(!isInterrupt(infoOf(m, n))) },
  'in.softirq': { scope: 'local', run: (m, n, t) => flag(infoOf(m, n).context === 'softirq' || t.bh > 0) },
  'in.hardirq': { scope: 'local', run: (m, n) => flag(infoOf(m, n).context === 'hardirq') },
  'in.irqsOff': { scope: 'local', run: (m, n, t) => flag(t.irqOff || infoOf(m, n).context === 'hardirq') },
  'in.atomic': {
    scope: 'local',
    run: (m, n, t) => flag(isInterrupt(infoOf(m, n)) || t.preempt > 0 || t.bh > 0 || holdsAtomicLock(m, t)),
  },
  'in.reader': { scope: 'local', run: (m, n, t) => flag(readerReason(m, n, t) !== undefined) },
};

function infoOf(m: Machine, n: number): ThreadInfo {
  const info = m.threadInfos[n];
  if (!info) throw new Error(`internal: no thread ${n}`);
  return info;
}
