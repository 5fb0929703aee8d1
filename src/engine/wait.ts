/**
 * Task states, schedule(), wake-ups and wait queues. A task that sets its state and calls schedule() sleeps until its
 * state is 0 again; a wake-up sets it to 0 if it is for that state. Wait queues list threads: non-exclusive ones in
 * front, exclusive ones at the end, as prepare_to_wait does; a waiter that is woken leaves the queue (autoremove),
 * except one that add_wait_queue put there.
 */
import { placeOf } from '../ir/address';
import { BLOCKED, ONE, SECOND, type Handler } from './handler';
import { addressIn, changeGlobal, ownThread, readAt, refer, writeAt, type Machine } from './machine';
import type { QueueEntry } from './model';
import { isUnknown, type Value } from './unknown';

/** The thread whose task_struct that is, -1 if it is nobody's. */
export function threadOfTask(m: Machine, task: Value): number {
  if (typeof task !== 'number') return -1;
  const place = placeOf(task);
  if (place.kind !== 'object') return -1;
  return m.threadInfos.findIndex(i => i.task === place.object);
}

/** TASK_NORMAL: what wake_up() and wake_up_process() wake from. */
export const NORMAL = 3;

/** Wakes the thread; true if it slept (its state was among those). */
export function wake(m: Machine, n: number, states: number): boolean {
  const t = m.threads[n];
  if (!t || (t.task & states) === 0) return false;
  ownThread(m, n).task = 0;
  return true;
}

function setQueue(m: Machine, address: number, list: readonly QueueEntry[]): void {
  const queues = new Map(m.global.queues);
  if (list.length > 0) queues.set(address, list);
  else queues.delete(address);
  changeGlobal(m, { queues });
}

/** TASK_INTERRUPTIBLE or TASK_WAKEKILL: a signal wakes. */
const SIGNALLED = 0x101;

/** WQ_FLAG_WOKEN. */
const WOKEN = 2;

const statesOf = (v: Value | undefined): number => (typeof v === 'number' ? v : NORMAL);

function leave(m: Machine, n: number, queue: Value, site: number): void {
  const address = addressIn(m, queue, site);
  const list = m.global.queues.get(address);
  if (!list?.some(e => e.thread === n)) return;
  refer(m, address, 1, site, 'leaves');
  setQueue(
    m,
    address,
    list.filter(e => e.thread !== n),
  );
}

/** woken_wake_function(): the waiter finds the mark even if it was not asleep yet. */
function markWoken(m: Machine, n: number, flags: number, site: number): void {
  const r = refer(m, flags, 4, site, 'wakes');
  const old = readAt(m, r, 'u32', site);
  writeAt(m, r, 'u32', isUnknown(old) ? WOKEN : Number(old) | WOKEN, n, site);
}

export const waitHandlers: Readonly<Record<string, Handler>> = {
  'task.setState': {
    scope: 'always',
    run(_m, _n, t, a) {
      const state = a[0] ?? 0;
      t.task = isUnknown(state) ? 2 : Number(state);
    },
  },
  'task.schedule': {
    scope: 'always',
    choices(_m, _n, t, a) {
      if (t.task === 0 || (t.signal && (t.task & SIGNALLED) !== 0)) return ONE;
      return a[0] === -1 ? BLOCKED : SECOND;
    },
    run(_m, _n, t, a, _c, choice) {
      t.task = 0;
      t.onCpu = false;
      if (choice === 1) return 0;
      return a[0] === -1 ? -1 : 1;
    },
  },
  'task.wake': {
    scope: 'always',
    run(m, _n, _t, a, c) {
      refer(m, a[0] ?? 0, 1, c.site, 'wakes');
      const n = threadOfTask(m, a[0] ?? 0);
      return n >= 0 && wake(m, n, statesOf(a[1])) ? 1 : 0;
    },
  },
  'task.signalPending': { scope: 'always', run: (_m, _n, t) => (t.signal ? 1 : 0) },
  'wait.prepare': {
    scope: 'always',
    run(m, n, t, a, c) {
      refer(m, a[0] ?? 0, 1, c.site, 'waits on');
      const address = addressIn(m, a[0] ?? 0, c.site);
      const list = m.global.queues.get(address) ?? [];
      if (!list.some(e => e.thread === n)) {
        const exclusive = a[2] === 1;
        const flags = typeof a[3] === 'number' ? a[3] : 0;
        const entry = { thread: n, exclusive, stays: a[1] === -1, flags };
        setQueue(m, address, exclusive ? [...list, entry] : [entry, ...list]);
      }
      if (a[1] !== -1) t.task = isUnknown(a[1]) ? 2 : Number(a[1] ?? 2);
    },
  },
  'wait.finish': {
    scope: 'always',
    run(m, n, t, a, c) {
      t.task = 0;
      leave(m, n, a[0] ?? 0, c.site);
    },
  },
  'wait.remove': {
    scope: 'always',
    run(m, n, _t, a, c) {
      leave(m, n, a[0] ?? 0, c.site);
    },
  },
  'wait.wake': {
    scope: 'always',
    run(m, n, _t, a, c) {
      refer(m, a[0] ?? 0, 1, c.site, 'wakes');
      const address = addressIn(m, a[0] ?? 0, c.site);
      const list = m.global.queues.get(address);
      if (!list) return;
      const most = Number(a[1] ?? 0);
      let exclusive = 0;
      const rest: QueueEntry[] = [];
      for (const e of list) {
        const full = most > 0 && exclusive >= most;
        if (!full && e.flags !== 0) markWoken(m, n, e.flags, c.site);
        const woken = !full && wake(m, e.thread, statesOf(a[2]));
        if (woken && e.exclusive) exclusive++;
        if (!woken || e.stays) rest.push(e);
      }
      if (rest.length !== list.length) setQueue(m, address, rest);
    },
  },
  'wait.active': {
    scope: 'always',
    run(m, _n, _t, a, c) {
      refer(m, a[0] ?? 0, 1, c.site, 'looks at');
      return m.global.queues.has(addressIn(m, a[0] ?? 0, c.site)) ? 1 : 0;
    },
  },
  'kthread.shouldStop': { scope: 'always', run: (_m, _n, t) => (t.stop ? 1 : 0) },
};
