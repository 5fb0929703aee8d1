/**
 * Sets of threads that a thread waits for (`ThreadState.grace`), and new thread states. A set is [tag, thread …].
 */
import type { Machine } from './machine';
import { ownThread } from './machine';
import type { ThreadState } from './model';

/** Tag of sets that wait for ends of callbacks, work items and timers. */
export const ENDS = -1;

/** Takes `n` out of all sets with the tag: every occurrence, or one (one end of two awaited ones). */
export function removeFromWaits(m: Machine, tag: number, n: number, all: boolean): void {
  for (let k = 0; k < m.threads.length; k++) {
    const t = m.threads[k];
    if (!t || t.grace.length < 2 || t.grace[0] !== tag || !t.grace.includes(n, 1)) continue;
    const own = ownThread(m, k);
    if (all) own.grace = own.grace.filter((v, i) => i === 0 || v !== n);
    else {
      const at = own.grace.indexOf(n, 1);
      own.grace = own.grace.filter((_, i) => i !== at);
    }
  }
}

export function freshThread(): ThreadState {
  return {
    status: 'idle',
    frames: [],
    phase: 0,
    data: [],
    grace: [],
    preempt: 0,
    bh: 0,
    irqOff: false,
    rcu: 0,
    srcu: [],
    held: [],
    task: 0,
    signal: false,
    stop: false,
    park: 0,
    onCpu: false,
    left: 0,
    again: false,
    cpu: -1,
    queue: 0,
    entry: -1,
    argument: 0,
    begun: false,
  };
}
