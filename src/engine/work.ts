/**
 * Work items, timers and softirqs that are raised: threads that are queued, run, and may be queued again while they
 * run. A work item or timer is the thread `work:<address>` or `timer:<address>`: `ready` = pending, `again` = pending
 * while running. Its function stands in the 64-bit cell at its address; init writes it there.
 */
import { placeOf } from '../ir/address';
import { BLOCKED, ONE, STAY, type Handler } from './handler';
import {
  addThread,
  addressIn,
  fault,
  ownThread,
  putThread,
  readAt,
  refer,
  writeAt,
  type Machine,
} from './machine';
import type { ThreadInfo, ThreadState } from './model';
import type { Value } from './unknown';
import { nameOfAddress } from './names';
import { parkedAt } from './parked';
import { ENDS, freshThread, removeFromWaits } from './waiting';

type Kind = 'work' | 'timer';

/** The thread number of the item at the address, -1 if it was never queued. */
function find(m: Machine, kind: Kind, address: number): number {
  return m.threadNumbers.get(`${kind}:${address}`) ?? -1;
}

function itemOf(m: Machine, kind: Kind, value: Value, site: number): number {
  refer(m, value, 1, site, 'uses');
  return addressIn(m, value, site);
}

function isPending(t: ThreadState | undefined): boolean {
  return t !== undefined && (t.status === 'ready' || (t.status === 'running' && t.again));
}

function setFunction(m: Machine, n: number, address: number, f: Value, site: number): void {
  const r = refer(m, address, 8, site, 'initialises');
  writeAt(m, r, 'u64', f, n, site);
}

function functionAt(m: Machine, kind: Kind, address: number, site: number): number {
  const v = readAt(m, refer(m, address, 8, site, 'queues'), 'u64', site);
  const place = typeof v === 'object' ? undefined : placeOf(v);
  if (place?.kind === 'function') return place.function;
  return fault(
    'null-dereference',
    `queues a ${kind === 'work' ? 'work item' : 'timer'} that was not initialised`,
    site,
  );
}

/** Queues the item; true if it was idle or only running. */
function queue(
  m: Machine,
  n: number,
  kind: Kind,
  address: number,
  options: { readonly cpu: number; readonly queue: number },
  site: number,
): boolean {
  const entry = functionAt(m, kind, address, site);
  const number = addThread(m, `${kind}:${address}`, {
    name: `${kind === 'work' ? 'work' : 'timer'} ${m.program.functions[entry]?.name ?? nameOfAddress(m, address)}`,
    context: kind === 'work' ? 'kthread' : 'softirq',
    origin: kind,
    cpu: undefined,
    daemon: false,
    signals: false,
    address,
    repeat: 1,
    site,
    startedBy: n,
  });
  const t = m.threads[number];
  if (options.cpu >= 0 && !m.sharedCpus.has(options.cpu)) {
    // From now on that CPU may be shared: what was private about it is no more.
    m.sharedCpus.add(options.cpu);
    m.marks.shared++;
  }
  if (isPending(t)) return false;
  if (kind === 'work' && isBeingCancelled(m, address)) return false;
  if (t?.status === 'running') {
    const own = ownThread(m, number);
    own.again = true;
    own.cpu = options.cpu;
    own.queue = options.queue;
    return true;
  }
  const left = t?.left ?? 0;
  putThread(m, number, { ...freshThread(), status: 'ready', entry, argument: address, left, ...options });
  return true;
}

/** cancel_work_sync() keeps the item from being queued until it is over. */
function isBeingCancelled(m: Machine, address: number): boolean {
  return m.threads.some(t => {
    if (t?.status !== 'running' || t.phase === 0) return false;
    const parked = parkedAt(m, t);
    return parked?.name === 'work.cancelSync' && parked.arguments[0] === address;
  });
}

/** Takes a pending item off; true if it was pending. */
function cancel(m: Machine, kind: Kind, address: number): boolean {
  const number = find(m, kind, address);
  const t = m.threads[number];
  if (!isPending(t) || !t) return false;
  const own = ownThread(m, number);
  if (own.status === 'ready') {
    putThread(m, number, { ...freshThread(), left: own.left });
    removeFromWaits(m, ENDS, number, false);
  } else own.again = false;
  return true;
}

const numberOf = (v: Value | undefined): number => (typeof v === 'number' ? v : 0);

/** How many ends of the item are to be waited for now. */
function runsAhead(t: ThreadState | undefined): number {
  if (!t) return 0;
  return (
    (t.status === 'ready' || t.status === 'running' ? 1 : 0) + (t.status === 'running' && t.again ? 1 : 0)
  );
}

const waitDone = (_m: Machine, _n: number, t: ThreadState): readonly number[] =>
  t.phase === 0 || t.grace.length <= 1 ? ONE : BLOCKED;

export const workHandlers: Readonly<Record<string, Handler>> = {
  'work.init': {
    scope: 'always',
    run(m, n, _t, a, c) {
      setFunction(m, n, addressIn(m, a[0] ?? 0, c.site), a[1] ?? 0, c.site);
    },
  },
  'work.queue': {
    scope: 'always',
    run: (m, n, _t, a, c) =>
      queue(
        m,
        n,
        'work',
        itemOf(m, 'work', a[0] ?? 0, c.site),
        { cpu: numberOf(a[2]), queue: numberOf(a[1]) },
        c.site,
      )
        ? 1
        : 0,
  },
  'work.queueDelayed': {
    scope: 'always',
    run: (m, n, _t, a, c) =>
      queue(m, n, 'work', itemOf(m, 'work', a[0] ?? 0, c.site), { cpu: -1, queue: numberOf(a[1]) }, c.site)
        ? 1
        : 0,
  },
  'work.modDelayed': {
    scope: 'always',
    run: (m, n, _t, a, c) =>
      queue(m, n, 'work', itemOf(m, 'work', a[0] ?? 0, c.site), { cpu: -1, queue: numberOf(a[1]) }, c.site)
        ? 0
        : 1,
  },
  'work.cancel': {
    scope: 'always',
    run: (m, _n, _t, a, c) => (cancel(m, 'work', itemOf(m, 'work', a[0] ?? 0, c.site)) ? 1 : 0),
  },
  'work.cancelSync': {
    scope: 'always',
    choices: waitDone,
    run(m, _n, t, a, c) {
      const address = itemOf(m, 'work', a[0] ?? 0, c.site);
      if (t.phase === 0) {
        const was = cancel(m, 'work', address);
        const number = find(m, 'work', address);
        t.data = [was ? 1 : 0];
        if (m.threads[number]?.status !== 'running') return was ? 1 : 0;
        t.grace = [ENDS, number];
        t.phase = 1;
        return STAY;
      }
      t.grace = [];
      return t.data[0] ?? 0;
    },
  },
  'work.flush': {
    scope: 'always',
    choices: waitDone,
    run(m, _n, t, a, c) {
      const address = itemOf(m, 'work', a[0] ?? 0, c.site);
      if (t.phase === 0) {
        const number = find(m, 'work', address);
        const runs = runsAhead(m.threads[number]);
        if (runs === 0) return 0;
        t.grace = [ENDS, ...new Array<number>(runs).fill(number)];
        t.phase = 1;
        return STAY;
      }
      t.grace = [];
      return 1;
    },
  },
  'work.flushQueue': {
    scope: 'always',
    choices: waitDone,
    run(m, _n, t, a) {
      if (t.phase === 0) {
        const ends: number[] = [];
        m.threadInfos.forEach((info, k) => {
          const other = m.threads[k];
          if (info.origin !== 'work' || other?.queue !== numberOf(a[0])) return;
          for (let r = runsAhead(other); r > 0; r--) ends.push(k);
        });
        if (ends.length === 0) return;
        t.grace = [ENDS, ...ends];
        t.phase = 1;
        return STAY;
      }
      t.grace = [];
      return undefined;
    },
  },
  'work.pending': {
    scope: 'always',
    run: (m, _n, _t, a, c) =>
      isPending(m.threads[find(m, 'work', itemOf(m, 'work', a[0] ?? 0, c.site))]) ? 1 : 0,
  },
  'timer.init': {
    scope: 'always',
    run(m, n, _t, a, c) {
      setFunction(m, n, addressIn(m, a[0] ?? 0, c.site), a[1] ?? 0, c.site);
    },
  },
  'timer.modify': {
    scope: 'always',
    run: (m, n, _t, a, c) =>
      queue(m, n, 'timer', itemOf(m, 'timer', a[0] ?? 0, c.site), { cpu: numberOf(a[1]), queue: 0 }, c.site)
        ? 0
        : 1,
  },
  'timer.delete': {
    scope: 'always',
    run: (m, _n, _t, a, c) => (cancel(m, 'timer', itemOf(m, 'timer', a[0] ?? 0, c.site)) ? 1 : 0),
  },
  'timer.tryDelete': {
    scope: 'always',
    run(m, _n, _t, a, c) {
      const address = itemOf(m, 'timer', a[0] ?? 0, c.site);
      if (m.threads[find(m, 'timer', address)]?.status === 'running') return -1;
      return cancel(m, 'timer', address) ? 1 : 0;
    },
  },
  'timer.deleteSync': {
    scope: 'always',
    choices: (m, _n, _t, a, site) =>
      m.threads[find(m, 'timer', addressIn(m, a[0] ?? 0, site))]?.status === 'running' ? BLOCKED : ONE,
    run: (m, _n, _t, a, c) => (cancel(m, 'timer', itemOf(m, 'timer', a[0] ?? 0, c.site)) ? 1 : 0),
  },
  'timer.pending': {
    scope: 'always',
    run: (m, _n, _t, a, c) =>
      isPending(m.threads[find(m, 'timer', itemOf(m, 'timer', a[0] ?? 0, c.site))]) ? 1 : 0,
  },
  'timer.running': {
    scope: 'always',
    run: (m, _n, _t, a, c) =>
      m.threads[find(m, 'timer', itemOf(m, 'timer', a[0] ?? 0, c.site))]?.status === 'running' ? 1 : 0,
  },
  'irq.later': {
    scope: 'always',
    run(_m, _n, t) {
      t.left++;
      t.again = true;
    },
  },
  'irq.resume': {
    scope: 'always',
    run(m) {
      m.threads.forEach((t, k) => {
        if (m.threadInfos[k]?.origin !== 'static' || !t?.again) return;
        const own = ownThread(m, k);
        own.again = false;
        own.begun = false;
      });
    },
  },
  'softirq.raise': {
    scope: 'always',
    run(m, n, _t, a, c) {
      const place = typeof a[0] === 'object' ? undefined : placeOf(a[0] ?? 0);
      if (place?.kind !== 'function')
        return fault('null-dereference', 'raises a softirq without a function', c.site);
      const info: Omit<ThreadInfo, 'number' | 'task'> = {
        name: m.program.functions[place.function]?.name ?? 'softirq',
        context: 'softirq',
        origin: 'softirq',
        cpu: undefined,
        daemon: false,
        signals: false,
        address: 0,
        repeat: 1,
        site: c.site,
        startedBy: n,
      };
      const argument = a[1] ?? 0;
      const number = addThread(
        m,
        `softirq:${place.function}:${String(typeof argument === 'object' ? argument.key : argument)}`,
        info,
      );
      const t = m.threads[number];
      if (isPending(t)) return undefined;
      if (t?.status === 'running') ownThread(m, number).again = true;
      else putThread(m, number, { ...freshThread(), status: 'ready', entry: place.function, argument });
      return undefined;
    },
  },
};
