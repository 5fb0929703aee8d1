/** A second trace for the preview: two readers, an updater that waits for a grace period, a callback, a nested lock. */
import type { ReplayView, ViewStatus, ViewTrace } from '../../../src/protocol/view';

const place = { path: '/kernel/sample.c', start: { line: 41, column: 1 }, end: { line: 41, column: 9 } };

type Row = readonly [
  thread: number,
  functions: readonly string[],
  text: string,
  after: Partial<ViewStatus>,
  note?: string,
  preemption?: boolean,
];

const rows: readonly Row[] = [
  [0, ['reader_one', 'lookup'], 'rcu_read_lock();', { reader: 'rcu_read_lock' }],
  [0, ['reader_one', 'lookup'], 'p = rcu_dereference(head);', {}, 'p is &item'],
  [2, ['remove', 'unlink'], 'spin_lock(&list_lock);', { holds: ['list_lock'] }, undefined, true],
  [2, ['remove', 'unlink'], 'mutex_lock(&inner);', { holds: ['list_lock', 'inner'] }],
  [2, ['remove', 'unlink'], 'rcu_assign_pointer(head, NULL);', {}, 'unpublished'],
  [2, ['remove', 'unlink'], 'mutex_unlock(&inner);', { holds: ['list_lock'] }],
  [2, ['remove', 'unlink'], 'spin_unlock(&list_lock);', { holds: [] }],
  [1, ['irq_handler'], 'p = READ_ONCE(head);', { reader: 'hardirq' }, 'NULL', true],
  [2, ['remove'], 'synchronize_rcu();', { state: 'blocked', gracePeriod: ['reader_one', 'irq'], waitsFor: 'a grace period' }],
  [1, ['irq_handler'], 'return IRQ_HANDLED;', { state: 'done', reader: undefined }],
  [0, ['reader_one', 'lookup'], 'sum += p->value;', {}],
  [0, ['reader_one', 'lookup'], 'rcu_read_unlock();', { reader: undefined }],
  [2, ['remove'], 'synchronize_rcu();', { state: 'running', gracePeriod: undefined, waitsFor: undefined }],
  [2, ['remove'], 'kfree(p);', {}],
  [3, ['free_later'], 'kfree(container_of(head, struct item, rcu));', { reader: 'softirq' }, 'frees what remove() has freed already'],
]; // prettier-ignore

export function graceView(base: ReplayView): ReplayView {
  const threads = [
    { name: 'reader_one', context: 'process', cpu: 0 },
    { name: 'irq', context: 'hardirq', cpu: 0 },
    { name: 'updater', context: 'process', cpu: 1 },
    { name: 'rcu callback', context: 'softirq', cpu: 3, startedBy: 2, startedAt: 4 },
  ];
  let statuses: readonly ViewStatus[] = threads.map(() => ({
    state: 'not-started',
    holds: [],
    frames: [],
  }));
  const moments: ViewTrace['moments'][number][] = [{ threads: statuses, values: [{ text: '&item' }] }];
  for (const [thread, functions, , after] of rows) {
    statuses = statuses.map((status, index) => {
      const waits = status.gracePeriod?.filter(
        name => !(name === threads[thread]?.name && 'reader' in after && after.reader === undefined),
      );
      const frames = functions.map(name => ({ function: name, place }));
      if (index !== thread) return waits ? { ...status, gracePeriod: waits } : status;
      return { ...status, state: 'running' as const, frames, ...after };
    });
    moments.push({ threads: statuses, values: [{ text: moments.length > 4 ? 'NULL' : '&item' }] });
  }
  return {
    ...base,
    verdict: { outcome: 'found', kind: 'double-free', message: 'item is freed twice' },
    summary: 'rcu callback frees the item that updater has freed already, behind a grace period of its own.',
    waiters: [],
    confirmed: false,
    history: [
      { what: 'allocated', thread: 'init', place },
      { what: 'freed', thread: 'updater', place },
      { what: 'freed again', thread: 'rcu callback', place },
    ],
    trace: {
      threads,
      cells: [{ name: 'head', holds: 'pointer', bits: [] }],
      steps: rows.map(([thread, functions, text, , note, preemption], index) => ({
        thread,
        text,
        operation: 'x',
        place,
        frames: functions.map(name => ({ function: name, place })),
        reads: [],
        changes: index === 4 ? [{ cell: 0, before: '&item', after: 'NULL', set: [], cleared: [] }] : [],
        preemption: preemption ?? false,
        ...(note === undefined ? {} : { note }),
      })),
      moments,
    },
  };
}
