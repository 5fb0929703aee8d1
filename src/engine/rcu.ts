/**
 * RCU and SRCU. A waiter (synchronize or callback) remembers in `grace` which threads were readers when it started:
 * [tag, thread …]; a reader that leaves its outermost section is taken out of all of them. The tag is 0 for RCU, the
 * domain's address for SRCU, and the two negative ones of waiting.ts for ends of callbacks and work items.
 */
import type { Handler } from './handler';
import { BLOCKED, ONE, STAY } from './handler';
import { readerReason } from './context';
import { addThread, addressIn, fault, limit, putThread, refer, type Machine } from './machine';
import type { ThreadState } from './model';
import type { Value } from './unknown';
import { freshThread, removeFromWaits, ENDS } from './waiting';
import { placeOf } from '../ir/address';

/** The RCU readers of a state, by thread number. */
export function readers(m: Machine): number[] {
  const list: number[] = [];
  m.threads.forEach((t, n) => {
    if (t && readerReason(m, n, t) !== undefined) list.push(n);
  });
  return list;
}

function srcuReaders(m: Machine, domain: number): number[] {
  const list: number[] = [];
  m.threads.forEach((t, n) => {
    if (t?.srcu.includes(domain)) list.push(n);
  });
  return list;
}

/** Called after a step of `n`: if it was a reader before and is none now, nobody waits for it any more. */
export function readerLeft(m: Machine, n: number): void {
  removeFromWaits(m, 0, n, true);
}

const waitDone = (_m: Machine, _n: number, t: ThreadState): readonly number[] =>
  t.phase === 0 || t.grace.length <= 1 ? ONE : BLOCKED;

function startOrFinish(t: ThreadState, tag: number, list: () => number[]): typeof STAY | undefined {
  if (t.phase === 0) {
    t.grace = [tag, ...list()];
    t.phase = 1;
    return STAY;
  }
  t.grace = [];
  return undefined;
}

/** Queues a callback thread; it may run when the readers of now have left. `entry` -1 frees the argument. */
function queueCallback(
  m: Machine,
  n: number,
  domain: number,
  headValue: Value,
  entry: number,
  argument: Value,
  site: number,
): void {
  refer(m, headValue, 1, site, 'queues');
  const head = addressIn(m, headValue, site);
  const info = m.objectInfos[headObject(head)];
  // A callback that runs already has taken its head off the list: it may be queued again, and runs to its end.
  const identities = Array.from({ length: MOST_RUNNING }, (_, k) =>
    k === 0 ? `rcu:${head}` : `rcu:${head}#${k}`,
  );
  if (identities.some(i => m.threads[m.threadNumbers.get(i) ?? -1]?.status === 'ready'))
    fault(entry < 0 ? 'double-free' : 'rcu-misuse', 'the same rcu_head is queued a second time', site);
  for (const [k, identity] of identities.entries()) {
    const number = addThread(m, identity, {
      name: `rcu callback${info ? ` (${info.name})` : ''}${k === 0 ? '' : `#${k + 1}`}`,
      context: 'softirq',
      origin: 'rcu',
      cpu: undefined,
      daemon: false,
      signals: false,
      address: head,
      repeat: 1,
      site,
      startedBy: n,
    });
    if (m.threads[number]?.status === 'running') continue;
    const grace = [domain, ...(domain === 0 ? readers(m) : srcuReaders(m, domain))];
    putThread(m, number, { ...freshThread(), status: 'ready', entry, argument, grace });
    return;
  }
  limit('bound', `more than ${MOST_RUNNING} callbacks of one rcu_head run at once`, site);
}

/** Callbacks of one rcu_head that run at once: each is queued again while the one before still runs. */
const MOST_RUNNING = 4;

function headObject(address: number): number {
  const place = placeOf(address);
  return place.kind === 'object' ? place.object : -1;
}

function functionOf(value: Value, site: number): number {
  const place = typeof value === 'object' ? undefined : placeOf(value);
  if (place?.kind === 'function') return place.function;
  return fault('null-dereference', 'a callback that is no function is queued', site);
}

/** Callbacks of the domain that have not ended. */
function pendingCallbacks(m: Machine, domain: number): number[] {
  const list: number[] = [];
  m.threadInfos.forEach((info, k) => {
    const t = m.threads[k];
    if (info.origin !== 'rcu' || !t || (t.status !== 'ready' && t.status !== 'running')) return;
    if ((t.grace[0] ?? 0) === domain) list.push(k);
  });
  return list;
}

export const rcuHandlers: Readonly<Record<string, Handler>> = {
  'rcu.lock': { scope: 'context', run: (_m, _n, t) => void t.rcu++ },
  'rcu.unlock': {
    scope: 'context',
    run(_m, _n, t, _a, c) {
      if (t.rcu === 0) fault('rcu-misuse', `${c.text} without rcu_read_lock()`, c.site);
      t.rcu--;
    },
  },
  'rcu.synchronize': {
    scope: 'grace',
    choices: waitDone,
    run: (m, _n, t) => startOrFinish(t, 0, () => readers(m)),
  },
  'rcu.call': {
    scope: 'callback',
    run(m, n, _t, a, c) {
      queueCallback(m, n, 0, a[0] ?? 0, functionOf(a[1] ?? 0, c.site), a[0] ?? 0, c.site);
    },
  },
  'rcu.free': {
    scope: 'callback',
    run(m, n, _t, a, c) {
      if (a[1] === 0) return;
      const head = a[0] === 0 ? a[1] : a[0];
      queueCallback(m, n, 0, head ?? 0, -1, a[1] ?? 0, c.site);
    },
  },
  'rcu.barrier': {
    scope: 'always',
    choices: waitDone,
    run: (m, _n, t) => startOrFinish(t, ENDS, () => pendingCallbacks(m, 0)),
  },
  'srcu.lock': {
    scope: 'always',
    run(m, _n, t, a, c) {
      refer(m, a[0] ?? 0, 1, c.site);
      t.srcu = [...t.srcu, addressIn(m, a[0] ?? 0, c.site)];
      return 0;
    },
  },
  'srcu.unlock': {
    scope: 'always',
    run(m, n, t, a, c) {
      const domain = addressIn(m, a[0] ?? 0, c.site);
      const at = t.srcu.lastIndexOf(domain);
      if (at < 0) fault('rcu-misuse', `${c.text} without srcu_read_lock()`, c.site);
      t.srcu = t.srcu.filter((_, i) => i !== at);
      if (!t.srcu.includes(domain)) removeFromWaits(m, domain, n, true);
    },
  },
  'srcu.synchronize': {
    scope: 'always',
    choices: waitDone,
    run(m, _n, t, a, c) {
      const domain = addressIn(m, a[0] ?? 0, c.site);
      return startOrFinish(t, domain, () => srcuReaders(m, domain));
    },
  },
  'srcu.call': {
    scope: 'always',
    run(m, n, _t, a, c) {
      const domain = addressIn(m, a[0] ?? 0, c.site);
      queueCallback(m, n, domain, a[1] ?? 0, functionOf(a[2] ?? 0, c.site), a[1] ?? 0, c.site);
    },
  },
  'srcu.barrier': {
    scope: 'always',
    choices: waitDone,
    run(m, _n, t, a, c) {
      const domain = addressIn(m, a[0] ?? 0, c.site);
      return startOrFinish(t, ENDS, () => pendingCallbacks(m, domain));
    },
  },
};

/** Waiting inside a section that the wait is for: the misuse, if any, in words. */
export function waitInsideReader(
  m: Machine,
  name: string,
  t: ThreadState,
  a: readonly Value[],
  site: number,
): string | undefined {
  if ((name === 'rcu.synchronize' || name === 'rcu.barrier') && t.rcu > 0)
    return 'waits for a grace period inside rcu_read_lock()';
  if (name === 'srcu.synchronize' || name === 'srcu.barrier') {
    const domain = addressIn(m, a[0] ?? 0, site);
    if (t.srcu.includes(domain)) return 'waits for a grace period of the SRCU domain that the thread reads';
  }
  return undefined;
}
