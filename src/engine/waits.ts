/**
 * Who waits for whom in a state from which nothing good can come: blocked threads and what they need from others.
 */
import { placeOf } from '../ir/address';
import type { Instruction } from '../ir/program';
import { cpuBlocker } from './context';
import { ownerWord } from './locks';
import { evaluate, type Machine } from './machine';
import { FaultSignal, LimitSignal, type ThreadState } from './model';
import { nameOfAddress, threadName } from './names';
import { instructionAt, instructionChoices } from './step';
import { ENDS } from './waiting';
import { isUnknown, type Value } from './unknown';

export interface Wait {
  readonly thread: number;
  /** What it waits for, in words: `rtnl_mutex, held by ifdown`. */
  readonly text: string;
  /** Threads that must do something for it. */
  readonly givers: readonly number[];
  /** What the givers hold, in words for a cycle. */
  readonly held: string;
}

/** The sync operation that the thread is parked at, with its arguments. */
export function parkedOperation(
  m: Machine,
  t: ThreadState,
): { readonly instruction: Instruction & { op: 'sync' }; readonly arguments: readonly Value[] } | undefined {
  const frame = t.frames[t.frames.length - 1];
  const i = frame && instructionAt(m, frame);
  if (!frame || i?.op !== 'sync') return undefined;
  return { instruction: i, arguments: i.arguments.map(o => evaluate(m, frame, o)) };
}

/** What a thread that cannot move waits for; undefined if it can move (it may spin). */
export function waitOf(m: Machine, n: number): Wait | undefined {
  const t = m.threads[n];
  if (!t || (t.status !== 'running' && t.status !== 'ready')) return undefined;
  const blocker = cpuBlocker(m, n, t);
  if (blocker >= 0)
    return {
      thread: n,
      text: `its CPU, which ${threadName(m, blocker)} occupies`,
      givers: [blocker],
      held: `the CPU`,
    };
  if (t.status === 'ready') {
    if (t.grace.length <= 1) return undefined;
    return graceWait(m, n, t, 'a grace period');
  }
  if (instructionChoices(m, n, t).length > 0) return undefined;
  const parked = parkedOperation(m, t);
  if (!parked) return undefined;
  const { name } = parked.instruction;
  const target = parked.arguments[0] ?? 0;
  const what = isUnknown(target) ? 'a lock' : nameOfAddress(m, target);
  if (t.grace.length > 1)
    return graceWait(m, n, t, t.grace[0] === ENDS ? `the end of ${endText(name, what)}` : 'a grace period');
  if (/^(spin|mutex)\./.test(name)) {
    let owner = -1;
    try {
      owner = ownerWord(m, target, parked.instruction.site) - 1;
    } catch (e) {
      if (!(e instanceof FaultSignal) && !(e instanceof LimitSignal)) throw e;
    }
    return {
      thread: n,
      text: `${what}, held by ${owner === n ? 'itself' : threadName(m, owner)}`,
      givers: owner >= 0 ? [owner] : [],
      held: what,
    };
  }
  if (/^(read|write|rwsem)\./.test(name)) {
    const givers = holders(m, target);
    return {
      thread: n,
      text: `${what}, held by ${givers.map(g => (g === n ? 'itself' : threadName(m, g))).join(' and ') || 'nobody'}`,
      givers,
      held: what,
    };
  }
  if (name === 'kthread.stop' || name === 'timer.deleteSync') {
    const givers = runningFor(m, name, target);
    return {
      thread: n,
      text: `the end of ${givers.map(g => threadName(m, g)).join(', ') || what}`,
      givers,
      held: 'its end',
    };
  }
  // The argument of schedule() is a timeout.
  const text = name === 'task.schedule' ? wakeText(name) : `${wakeText(name)} ${what}`.trim();
  return { thread: n, text, givers: [], held: '' };
}

function endText(name: string, what: string): string {
  if (name.startsWith('rcu.') || name.startsWith('srcu.')) return 'RCU callbacks';
  return `work on ${what}`;
}

function wakeText(name: string): string {
  if (name.startsWith('completion')) return 'completion';
  if (name === 'task.schedule') return 'a wake-up';
  if (name.startsWith('sem')) return 'semaphore';
  if (name.startsWith('seq')) return 'the end of a write to';
  return name;
}

/** Names of the threads that a grace period of this thread waits for. */
export function graceNames(m: Machine, t: ThreadState): string[] {
  return t.grace.length > 1 && t.grace[0] !== ENDS
    ? [...new Set(t.grace.slice(1))].map(g => threadName(m, g))
    : [];
}

function graceWait(m: Machine, n: number, t: ThreadState, text: string): Wait {
  const givers = [...new Set(t.grace.slice(1))];
  const names = givers.map(g => (g === n ? 'itself' : threadName(m, g))).join(' and ');
  return {
    thread: n,
    text: t.grace[0] === ENDS ? text : `${text}: ${names} is still inside a read-side critical section`,
    givers,
    held: t.grace[0] === ENDS ? 'its end' : 'a read-side critical section',
  };
}

function holders(m: Machine, address: Value): number[] {
  const list: number[] = [];
  m.threads.forEach((t, k) => {
    if (t?.held.some(h => h.address === address)) list.push(k);
  });
  if (list.length > 0) return list;
  // Nobody holds it: a queued writer keeps new readers out.
  m.threads.forEach((t, k) => {
    const parked = t?.status === 'running' && t.phase > 0 ? parkedOperation(m, t) : undefined;
    if (parked && parked.arguments[0] === address && /write/i.test(parked.instruction.name)) list.push(k);
  });
  return list;
}

/** The kthread to be stopped, or the timer's handler. */
function runningFor(m: Machine, name: string, target: Value): number[] {
  const list: number[] = [];
  m.threadInfos.forEach((info, k) => {
    if (
      name === 'timer.deleteSync'
        ? info.origin === 'timer' && info.address === target
        : isTask(info.task, target)
    )
      list.push(k);
  });
  return list;
}

function isTask(object: number, target: Value): boolean {
  if (typeof target !== 'number' || object < 0) return false;
  const place = placeOf(target);
  return place.kind === 'object' && place.object === object;
}

/** A closed chain of threads, each a giver of the one before; undefined if there is none. */
export function findCycle(waits: ReadonlyMap<number, Wait>): readonly Wait[] | undefined {
  const state = new Map<number, 'open' | 'closed'>();
  const stack: Wait[] = [];
  const visit = (n: number): readonly Wait[] | undefined => {
    const wait = waits.get(n);
    if (!wait) return undefined;
    if (state.get(n) === 'open') return stack.slice(stack.findIndex(w => w.thread === n));
    if (state.get(n) === 'closed') return undefined;
    state.set(n, 'open');
    stack.push(wait);
    for (const g of wait.givers) {
      const found = visit(g);
      if (found) return found;
    }
    stack.pop();
    state.set(n, 'closed');
    return undefined;
  };
  for (const n of waits.keys()) {
    const found = visit(n);
    if (found) return found;
  }
  return undefined;
}
