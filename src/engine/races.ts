/**
 * Data races as findings: two threads parked in front of conflicting accesses to one cell at once, at least one of them
 * plain. Both could be executed in either order in this state, which is what KCSAN would see.
 */
import { sizeOf } from '../ir/value';
import type { Machine } from './machine';
import { evaluate, note, refer } from './machine';
import { FaultSignal, LimitSignal, type ThreadState } from './model';
import { instructionAt } from './step';
import { cpuOf } from './context';
import { isUnknown } from './unknown';

/** What a parked thread would access. */
export interface Pending {
  readonly thread: number;
  readonly object: number;
  readonly cell: number;
  readonly write: boolean;
  readonly plain: boolean;
  readonly site: number;
}

/** By thread state; those are shared between states. */
const cache = new WeakMap<ThreadState, Pending | null>();

export function collectRaces(m: Machine): void {
  const pending: Pending[] = [];
  for (let n = 0; n < m.threads.length; n++) {
    const t = m.threads[n];
    if (t?.status !== 'running') continue;
    let p = cache.get(t);
    if (p === undefined) {
      p = pendingAccess(m, n, t) ?? null;
      cache.set(t, p);
    }
    if (p) pending.push({ ...p, thread: n });
  }
  for (let i = 0; i < pending.length; i++) {
    const a = pending[i];
    if (!a) continue;
    for (let k = i + 1; k < pending.length; k++) {
      const b = pending[k];
      if (
        !b ||
        a.object !== b.object ||
        a.cell !== b.cell ||
        (!a.write && !b.write) ||
        (!a.plain && !b.plain)
      )
        continue;
      report(m, a, b);
    }
  }
}

/** What thread `n` would access next, if that is memory. */
export function collectPending(m: Machine, n: number): Pending | undefined {
  const t = m.threads[n];
  return t?.status === 'running' ? pendingAccess(m, n, t) : undefined;
}

function report(m: Machine, a: Pending, b: Pending): void {
  const ta = m.threads[a.thread];
  const tb = m.threads[b.thread];
  if (!ta || !tb) return;
  const cpu = cpuOf(m, a.thread, ta);
  if (cpu !== undefined && cpu === cpuOf(m, b.thread, tb)) return;
  const [x, y] = a.site <= b.site ? [a, b] : [b, a];
  note(m, {
    kind: 'data-race',
    message: `race ${x.site} ${y.site}`,
    site: x.site,
    other: y.site,
    thread: x.thread,
    otherThread: y.thread,
  });
}

function pendingAccess(m: Machine, n: number, t: ThreadState): Pending | undefined {
  const frame = t.frames[t.frames.length - 1];
  const i = frame && instructionAt(m, frame);
  if (!frame || !i) return undefined;
  if (i.op !== 'load' && i.op !== 'store' && i.op !== 'rmw' && i.op !== 'cmpxchg') return undefined;
  const address = evaluate(m, frame, i.address);
  if (isUnknown(address)) return undefined;
  try {
    const r = refer(m, address, sizeOf(i.type), i.site);
    const cell = r.resolution.parts[0]?.cell ?? 0;
    return {
      thread: n,
      object: r.object,
      cell,
      write: i.op !== 'load',
      plain: (i.op === 'load' || i.op === 'store') && (i.marking === 'plain' || i.marking === 'initial'),
      site: i.site,
    };
  } catch (e) {
    if (e instanceof FaultSignal || e instanceof LimitSignal) return undefined;
    throw e;
  }
}
