/** Traces made by hand, in a few words a step, to test what is written of them. */
import type { Report, ThreadStatus, Trace, TraceStep } from '../../../src/engine/report';
import type { Span } from '../../../src/base/span';
import type { Locate } from '../../../src/report/transcript';

export const at = (file: string, line: number): Span => ({ file, start: line, end: line + 1 });

/** Offsets stand for line numbers in these fixtures. */
export const locate: Locate = span => `${span.file}:${String(span.start)}`;

interface Step {
  readonly by: number;
  /** `function > function`: below the thread's own body. */
  readonly in?: string;
  readonly text: string;
  readonly line: number;
  readonly operation?: string;
  readonly reads?: Readonly<Record<number, string>>;
  readonly changes?: Readonly<Record<number, readonly [string, string]>>;
  readonly preemption?: true;
  readonly choice?: number;
  readonly note?: string;
  /** What is new about threads after this step. */
  readonly now?: Readonly<Record<number, Partial<ThreadStatus>>>;
}

const fresh: ThreadStatus = { state: 'running', holds: [], frames: [] };

export function traceOf(
  threads: Trace['threads'],
  cells: Trace['cells'],
  steps: readonly Step[],
  more: Partial<Trace> = {},
): Trace {
  let status: readonly ThreadStatus[] = threads.map(() => fresh);
  const start = status;
  return {
    threads,
    cells,
    start,
    steps: steps.map((s): TraceStep => {
      status = status.map((old, t) => ({ ...old, ...s.now?.[t] }));
      const span = at('demo.c', s.line);
      const chain = s.in ? s.in.split(' > ') : [];
      return {
        thread: s.by,
        text: s.text,
        operation: s.operation ?? 'load',
        span,
        frames: [threads[s.by]?.name ?? '', ...chain].map(name => ({ function: name, span })),
        reads: Object.entries(s.reads ?? {}).map(([cell, value]) => ({ cell: Number(cell), value })),
        changes: Object.entries(s.changes ?? {}).map(([cell, [before, after]]) => ({
          cell: Number(cell),
          before,
          after,
        })),
        preemption: s.preemption ?? false,
        ...(s.choice === undefined ? {} : { choice: s.choice }),
        ...(s.note === undefined ? {} : { note: s.note }),
        threads: status,
      };
    }),
    ...more,
  };
}

/** A poller that decides without the lock, a publisher, and one who waits for ever. */
export const story: Trace = traceOf(
  [
    { name: 'poller', context: 'softirq', cpu: 0 },
    { name: 'publisher', context: 'process', cpu: 1 },
    { name: 'waiter', context: 'process', cpu: 2 },
  ],
  [
    { name: 'dev.info', holds: 'pointer', initial: 'NULL' },
    { name: 'n.state', holds: 'word', initial: 'SCHED' },
    { name: 'n.owner', holds: 'number', initial: '-1' },
    { name: 'big_mutex', holds: 'lock', initial: 'free' },
    { name: 'n.weight', holds: 'number', initial: '64' },
  ],
  [
    { by: 0, in: 'poll_lock', text: 'READ_ONCE(dev->info)', line: 12, reads: { 0: 'NULL' }, note: 'takes no lock' },
    { by: 0, in: 'poll', text: 'int weight = n->weight;', line: 20, reads: { 4: '64' } },
    { by: 1, text: 'mutex_lock(&big_mutex);', line: 40, operation: 'mutex.lock', preemption: true, changes: { 3: ['free', 'publisher'] }, now: { 1: { holds: ['big_mutex'] } } },
    { by: 1, in: 'setup', text: 'rcu_assign_pointer(dev->info, info);', line: 44, operation: 'store', changes: { 0: ['NULL', '&info'] } },
    { by: 1, text: 'mutex_unlock(&big_mutex);', line: 46, operation: 'mutex.unlock', changes: { 3: ['publisher', 'free'] }, now: { 1: { holds: [] } } },
    { by: 1, in: 'poll_one', text: 'test_and_set_bit(NPSVC, &n->state)', line: 50, operation: 'rmw', changes: { 1: ['SCHED', 'SCHED|NPSVC'] } },
    { by: 0, in: 'poll > complete_done', text: 'if (n->state & NPSVC)', line: 30, reads: { 1: 'SCHED|NPSVC' }, preemption: true, note: 'returns false', now: { 0: { state: 'done' } } },
    { by: 1, in: 'poll_one', text: 'clear_bit(NPSVC, &n->state);', line: 52, operation: 'rmw', changes: { 1: ['SCHED|NPSVC', 'SCHED'] }, now: { 1: { state: 'done' } } },
    { by: 2, in: 'disable', text: 'val = READ_ONCE(n->state);', line: 60, reads: { 1: 'SCHED' }, now: { 2: { state: 'blocked', waitsFor: 'n.state bit SCHED to be cleared' } } },
  ],
  { doomedAt: 6 },
); // prettier-ignore

export function reportOf(more: Partial<Report>): Report {
  return {
    verdict: { kind: 'holds' },
    exhaustive: true,
    confirmed: true,
    states: 1234,
    transitions: 56789,
    also: [],
    assumptions: [],
    findings: [],
    bounds: [],
    ...more,
  };
}

export const hang: Report = reportOf({
  verdict: { kind: 'hang', message: 'waiter can never finish' },
  schedule: 'a1:0x2,1x4',
  preemptions: 2,
  trace: story,
  explanation: {
    summary: 'waiter waits for ever for n.state bit SCHED to be cleared, and nobody is left who would',
    waiters: [
      {
        thread: 'waiter',
        span: at('demo.c', 60),
        waitsFor: 'n.state bit SCHED to be cleared',
        cell: 'n.state',
        bit: { number: 0, name: 'SCHED', until: 'clear' },
        sites: [
          {
            span: at('demo.c', 33),
            text: 'cmpxchg(&n->state, val, new)',
            function: 'complete_done',
            reason: 'poller has finished',
            why: [{ thread: 'poller', state: 'finished' }],
          },
        ],
      },
    ],
  },
});
