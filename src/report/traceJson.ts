/** A schedule with its states as JSON for other programs: names in place of numbers, lines and columns from 1. */
import type { ViewFrame, ViewPlace, ViewTrace, ViewVerdict } from '../protocol/view';

export interface TraceJsonInput {
  readonly harness: string;
  readonly trace: ViewTrace;
  readonly verdict: ViewVerdict;
  readonly schedule?: string;
}

/** One object, printed over several lines, with a newline at its end. `version` is raised when a key changes its meaning. */
export function traceJson({ harness, trace, verdict, schedule }: TraceJsonInput): string {
  const name = (thread: number): string => trace.threads[thread]?.name ?? '?';
  const cell = (index: number): string => trace.cells[index]?.name ?? '?';
  const record = {
    racelens: 'trace',
    version: 1,
    harness,
    verdict: {
      kind: verdict.kind,
      message: verdict.message,
      ...(verdict.place ? placed(verdict.place) : {}),
    },
    schedule,
    threads: trace.threads.map(thread => ({
      name: thread.name,
      context: thread.context,
      cpu: thread.cpu,
      ...(thread.startedBy === undefined ? {} : { startedBy: name(thread.startedBy) }),
      ...(thread.startedAt === undefined ? {} : { startedAt: thread.startedAt }),
    })),
    cells: trace.cells.map((one, index) => ({
      name: one.name,
      holds: one.holds,
      initial: trace.moments[0]?.values[index]?.text,
      ...(one.bits.length > 0 ? { bits: Object.fromEntries(one.bits.map(b => [b.number, b.name])) } : {}),
    })),
    steps: trace.steps.map((step, at) => ({
      thread: name(step.thread),
      text: step.text,
      operation: step.operation,
      ...placed(step.place),
      calls: step.frames.map(frameOf),
      reads: step.reads.map(read => ({ cell: cell(read.cell), value: read.value })),
      changes: step.changes.map(({ cell: index, ...change }) => ({ cell: cell(index), ...change })),
      preemption: step.preemption,
      ...(step.after ? { after: step.after } : {}),
      ...(step.note === undefined ? {} : { note: step.note }),
      waiting: (trace.moments[at + 1]?.threads ?? []).flatMap((status, thread) =>
        status.waitsFor === undefined ? [] : [{ thread: name(thread), waitsFor: status.waitsFor }],
      ),
    })),
    doomedAt: trace.doomedAt,
    lassoAt: trace.lassoAt,
  };
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

function placed({ path, start }: ViewPlace): {
  readonly file: string;
  readonly line: number;
  readonly column: number;
} {
  return { file: path, line: start.line + 1, column: start.column + 1 };
}

function frameOf({ function: name, place }: ViewFrame): object {
  return { function: name, ...placed(place) };
}
