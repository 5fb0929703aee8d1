/**
 * Kthreads: created running, or asleep until they are woken; stopped by a flag and a wake-up, waited for until their function has returned; parked by a
 * flag and a wake-up, waited for until they park themselves.
 */
import { placeOf } from '../ir/address';
import { BLOCKED, ONE, STAY, type CallSite, type Handler } from './handler';
import { addThread, fault, limit, ownThread, putThread, refer, taskOf, type Machine } from './machine';
import type { Value } from './unknown';
import { NORMAL, threadOfTask, wake } from './wait';
import { freshThread } from './waiting';

/** Kthreads that one place may create and that are all still there. */
const MOST = 4;
const NEVER_RAN = -4;
/** TASK_UNINTERRUPTIBLE: until its creator wakes it. */
const UNINTERRUPTIBLE = 2;
/** Bits of ThreadState.park. */
const SHOULD_PARK = 1;
const PARKED = 2;

/** `named` is the function that the thread is called after, `task` the state it begins in. */
function create(
  m: Machine,
  n: number,
  a: readonly Value[],
  named: Value | undefined,
  task: number,
  c: CallSite,
): Value {
  const functionOf = (v: Value | undefined): number => {
    const place = typeof v === 'object' ? undefined : placeOf(v ?? 0);
    return place?.kind === 'function'
      ? place.function
      : fault('null-dereference', 'creates a kthread without a function', c.site);
  };
  const entry = functionOf(a[0]);
  const name = m.program.functions[functionOf(named)]?.name ?? 'kthread';
  for (let k = 0; k < MOST; k++) {
    const identity = `kthread:${c.at}:${n}#${k}`;
    const number = addThread(m, identity, {
      name: k === 0 ? `kthread ${name}` : `kthread ${name}#${k + 1}`,
      context: 'kthread',
      origin: 'kthread',
      cpu: undefined,
      daemon: false,
      signals: false,
      address: 0,
      repeat: 1,
      site: c.site,
      startedBy: n,
    });
    if (m.threads[number]) continue;
    putThread(m, number, { ...freshThread(), status: 'ready', entry, argument: a[1] ?? 0, task });
    return taskOf(m, number);
  }
  return limit('bound', `more than ${MOST} kthreads are created at one place`, c.site);
}

export const kthreadHandlers: Readonly<Record<string, Handler>> = {
  'kthread.create': {
    scope: 'always',
    run: (m, n, _t, a, c) => create(m, n, a, a[0], 0, c),
  },
  'kthread.createAsleep': {
    scope: 'always',
    run: (m, n, _t, a, c) => create(m, n, a, a[2], UNINTERRUPTIBLE, c),
  },
  'kthread.stop': {
    scope: 'always',
    choices(m, _n, t, a) {
      const target = m.threads[threadOfTask(m, a[0] ?? 0)];
      return t.phase === 0 || !target || target.status === 'done' ? ONE : BLOCKED;
    },
    run(m, _n, t, a, c) {
      refer(m, a[0] ?? 0, 1, c.site, 'stops');
      const number = threadOfTask(m, a[0] ?? 0);
      const target = m.threads[number];
      if (!target) return NEVER_RAN;
      if (t.phase === 0) {
        const own = ownThread(m, number);
        own.stop = true;
        if (own.status === 'ready') {
          // It has not begun: its function never runs.
          own.status = 'done';
          own.argument = NEVER_RAN;
          return NEVER_RAN;
        }
        wake(m, number, NORMAL);
        t.phase = 1;
        return STAY;
      }
      return target.argument;
    },
  },
  'kthread.park': {
    scope: 'always',
    choices(m, _n, t, a) {
      const target = m.threads[threadOfTask(m, a[0] ?? 0)];
      const there = !target || target.status === 'done' || (target.park & PARKED) !== 0;
      return t.phase === 0 || there ? ONE : BLOCKED;
    },
    run(m, _n, t, a, c) {
      refer(m, a[0] ?? 0, 1, c.site, 'parks');
      const number = threadOfTask(m, a[0] ?? 0);
      if (t.phase > 0 || !m.threads[number]) return undefined;
      ownThread(m, number).park |= SHOULD_PARK;
      wake(m, number, NORMAL);
      t.phase = 1;
      return STAY;
    },
  },
  'kthread.unpark': {
    scope: 'always',
    run(m, _n, _t, a, c) {
      refer(m, a[0] ?? 0, 1, c.site, 'unparks');
      const number = threadOfTask(m, a[0] ?? 0);
      if (m.threads[number]) ownThread(m, number).park &= ~SHOULD_PARK;
    },
  },
  'kthread.shouldPark': { scope: 'always', run: (_m, _n, t) => t.park & SHOULD_PARK },
  'kthread.parkMe': {
    scope: 'always',
    choices: (_m, _n, t) => (t.phase > 0 && (t.park & SHOULD_PARK) !== 0 ? BLOCKED : ONE),
    run(_m, _n, t) {
      if (t.phase === 0 && (t.park & SHOULD_PARK) !== 0) {
        t.park |= PARKED;
        t.phase = 1;
        t.onCpu = false;
        return STAY;
      }
      t.park &= ~PARKED;
      return undefined;
    },
  },
};
