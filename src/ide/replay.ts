/**
 * A report as plain data for the editor: spans become lines and columns, and the values before each step are worked out
 * once, so that stepping back is as cheap as stepping forward. The panel and the marks in the editor are drawn from it.
 */
import type { LineMap, Span } from '../base/span';
import type { Report, ThreadStatus, Trace, VerdictKind } from '../engine/report';
import type { Expectation, Integer, Program } from '../ir/program';
import { summarize } from '../report/summary';
import { sharedCells, stepsThatMatter } from '../report/steps';
import type {
  Outcome,
  ReplayView,
  ViewActor,
  ViewBit,
  ViewChange,
  ViewFrame,
  ViewNote,
  ViewPlace,
  ViewStatus,
  ViewTrace,
  ViewValue,
} from '../protocol/view';

/** What the report does not say: it comes from the pipeline that made it. */
export interface ReplayContext {
  readonly harness: string;
  readonly seconds: number;
  /** What was run; absent if the harness could not be read. */
  readonly program?: Program;
  /** Files whose text went into the result. */
  readonly files: readonly string[];
  readonly problems: readonly ViewNote[];
  /** Line map of a file that a span names; undefined if the file is not at hand (then the span is shown at its start). */
  lines(file: string): LineMap | undefined;
}

export function outcomeOf(kind: VerdictKind): Outcome {
  return kind === 'holds' ? 'holds' : kind === 'cannot-tell' ? 'unknown' : 'found';
}

/** Whether a verdict is what RACE_EXPECT asks for: `hang` accepts `deadlock`, `possible` an unconfirmed finding. */
export function meets(report: Report, expectation: Expectation | undefined): boolean {
  const wanted = expectation?.kind ?? 'holds';
  const reachable = [report.verdict.kind, ...report.also.map(a => a.kind)];
  if (wanted === 'holds') return report.verdict.kind === 'holds';
  const kindMet = reachable.some(kind => kind === wanted || (wanted === 'hang' && kind === 'deadlock'));
  return kindMet && (report.confirmed || expectation?.possible === true);
}

export function replayView(report: Report, context: ReplayContext): ReplayView {
  const place = (span: Span): ViewPlace => placeOf(span, context);
  const { verdict, explanation } = report;
  const expectation = context.program?.expectation;
  const message = verdict.kind === 'holds' ? summarize(report) : verdict.message;
  return {
    harness: context.harness,
    verdict: {
      outcome: outcomeOf(verdict.kind),
      kind: verdict.kind,
      message,
      ...(verdict.kind === 'cannot-tell' ? { reason: verdict.reason } : {}),
      ...(verdict.kind !== 'holds' && verdict.span ? { place: place(verdict.span) } : {}),
    },
    confirmed: report.confirmed,
    exhaustive: report.exhaustive,
    ...(report.engine ? { engine: report.engine } : {}),
    states: report.states,
    transitions: report.transitions,
    seconds: context.seconds,
    ...(report.schedule === undefined ? {} : { schedule: report.schedule }),
    ...(report.preemptions === undefined ? {} : { preemptions: report.preemptions }),
    ...(expectation
      ? {
          expectation: {
            text: `${expectation.possible ? 'possible ' : ''}${expectation.kind}`,
            met: meets(report, expectation),
          },
        }
      : {}),
    ...(report.trace ? { trace: traceView(report.trace, place) } : {}),
    actors: context.program ? actorsOf(context.program, place) : [],
    summary: explanation?.summary ?? message,
    waiters: (explanation?.waiters ?? []).map(waiter => ({
      thread: waiter.thread,
      place: place(waiter.span),
      waitsFor: waiter.waitsFor,
      sites: waiter.sites.map(site => ({
        place: place(site.span),
        text: site.text,
        function: site.function,
        reason: site.reason,
        why: site.why.map(({ thread, state, turnedAway }) => ({
          thread,
          state,
          ...(turnedAway ? { turnedAway: { text: turnedAway.text, place: place(turnedAway.span) } } : {}),
        })),
      })),
      ...(waiter.cell === undefined ? {} : { cell: waiter.cell }),
      ...(waiter.bit ? { bit: waiter.bit } : {}),
    })),
    cycle: (explanation?.cycle ?? []).map(({ span, heldAt, ...link }) => {
      const step = heldAt && lastStepAt(report.trace, link.heldBy, heldAt);
      return {
        ...link,
        ...(span ? { place: place(span) } : {}),
        ...(heldAt ? { heldAt: place(heldAt) } : {}),
        ...(step === undefined ? {} : { step }),
      };
    }),
    history: (explanation?.history ?? []).map(event => ({
      what: event.what,
      thread: event.thread,
      text: event.text,
      place: place(event.span),
      ...(event.step === undefined ? {} : { step: event.step }),
    })),
    also: report.also.map(other => ({
      kind: other.kind,
      message: other.message,
      schedule: other.schedule,
    })),
    assumptions: report.assumptions.map(assumption => ({
      kind: assumption.kind,
      message: assumption.message,
      places: assumption.span ? [place(assumption.span)] : [],
    })),
    findings: report.findings.map(finding => ({
      kind: finding.kind,
      message: finding.message,
      places: finding.spans.map(place),
    })),
    bounds: report.bounds,
    problems: context.problems,
    files: context.files,
  };
}

/** The last step that a thread took at that place. */
function lastStepAt(trace: Trace | undefined, thread: string, { file, start }: Span): number | undefined {
  const steps = trace?.steps ?? [];
  for (let at = steps.length - 1; at >= 0; at--) {
    const step = steps[at];
    if (!step || trace?.threads[step.thread]?.name !== thread) continue;
    if (step.span.file === file && step.span.start === start) return at;
  }
  return undefined;
}

function actorsOf(program: Program, place: (span: Span) => ViewPlace): readonly ViewActor[] {
  return program.threads.map(thread => {
    const body = program.functions[thread.entry]?.body ?? [];
    const called = new Set(body.flatMap(i => (i.op === 'call' ? [i.function] : [])));
    return {
      name: thread.name,
      context: thread.context,
      ...(thread.cpu === undefined ? {} : { cpu: thread.cpu }),
      daemon: thread.daemon === true,
      repeat: thread.repeat,
      ...(thread.span ? { place: place(thread.span) } : {}),
      calls: [...called].flatMap(index => {
        const f = program.functions[index];
        return f ? [{ function: f.name, ...(f.span ? { place: place(f.span) } : {}) }] : [];
      }),
    };
  });
}

/** A span as lines and columns. */
export function placeOf(span: Span, context: Pick<ReplayContext, 'lines'>): ViewPlace {
  const lines = context.lines(span.file);
  const start = lines?.positionAt(span.start) ?? { line: 0, column: 0 };
  return { path: span.file, start, end: lines?.positionAt(span.end) ?? start };
}

/** A trace with its values before each step. */
export function traceView(trace: Trace, place: (span: Span) => ViewPlace): ViewTrace {
  const bits = trace.cells.map((cell): readonly ViewBit[] =>
    Object.entries(cell.bits ?? {})
      .map(([number, name]) => ({ number: Number(number), name }))
      .sort((a, b) => a.number - b.number),
  );
  // A lock's own bits say nothing to a reader; who holds it does.
  const locks = new Set(
    [trace.start, ...trace.steps.map(step => step.threads)].flat().flatMap(status => status.holds),
  );
  const isLock = trace.cells.map(cell => cell.holds === 'lock' || locks.has(cell.name));
  const shown = (
    list: readonly ViewValue[],
    threads: readonly ThreadStatus[],
  ): ViewTrace['moments'][number]['values'] =>
    list.map((value, cell) => {
      if (!isLock[cell]) return value;
      const holders = threads.flatMap((status, thread) =>
        status.holds.includes(trace.cells[cell]?.name ?? '') ? [trace.threads[thread]?.name ?? ''] : [],
      );
      return { text: holders.length ? `held by ${holders.join(', ')}` : 'free' };
    });
  const folded = foldedSteps(trace);
  const moments: ViewTrace['moments'][number][] = [];
  let values: readonly ViewValue[] = trace.cells.map(cell => valueOf(cell.initial, cell.initialValue));
  moments.push({
    threads: trace.start.map(status => statusView(status, place)),
    values: shown(values, trace.start),
  });
  for (const step of trace.steps) {
    const next = [...values];
    for (const change of step.changes) next[change.cell] = valueOf(change.after, change.afterValue);
    values = next;
    moments.push({
      threads: step.threads.map(status => statusView(status, place)),
      values: shown(values, step.threads),
    });
  }
  return {
    threads: trace.threads.map(thread => ({
      name: thread.name,
      context: thread.context,
      cpu: thread.cpu,
      ...(thread.startedBy === undefined ? {} : { startedBy: thread.startedBy }),
      ...(thread.startedAt === undefined ? {} : { startedAt: thread.startedAt }),
      ...(thread.span ? { place: place(thread.span) } : {}),
    })),
    cells: trace.cells.map((cell, index) => ({
      name: isLock[index] ? lockName(cell.name) : cell.name,
      holds: isLock[index] ? 'lock' : cell.holds,
      bits: bits[index] ?? [],
    })),
    steps: trace.steps.map((step, at) => ({
      thread: step.thread,
      ...(step.choice === undefined ? {} : { choice: step.choice }),
      text: step.text,
      operation: step.operation,
      place: place(step.span),
      frames: framesView(step.frames, place),
      reads: step.reads,
      changes: step.changes.map((change): ViewChange => {
        const names = bits[change.cell] ?? [];
        const before = bitsOf(change.beforeValue);
        const after = bitsOf(change.afterValue);
        const known = before !== undefined && after !== undefined;
        const lock = isLock[change.cell] === true;
        const text = (moment: number): string | undefined => moments[moment]?.values[change.cell]?.text;
        return {
          cell: change.cell,
          before: (lock ? text(at) : undefined) ?? change.before,
          after: (lock ? text(at + 1) : undefined) ?? change.after,
          set: known ? names.filter(b => !has(before, b) && has(after, b)).map(b => b.name) : [],
          cleared: known ? names.filter(b => has(before, b) && !has(after, b)).map(b => b.name) : [],
        };
      }),
      preemption: step.preemption,
      ...(step.after ? { after: step.after } : {}),
      ...(step.note === undefined ? {} : { note: step.note }),
      ...(folded.has(at) ? { folds: true as const } : {}),
    })),
    moments,
    ...(trace.doomedAt === undefined ? {} : { doomedAt: trace.doomedAt }),
    ...(trace.lassoAt === undefined ? {} : { lassoAt: trace.lassoAt }),
  };
}

/** Steps that nobody else can notice, in runs of at least two of one thread: a lone one takes no more room than its fold. */
function foldedSteps(trace: Trace): ReadonlySet<number> {
  const kept = stepsThatMatter(trace, sharedCells(trace));
  const ofOneRun = (a: number, b: number): boolean =>
    !kept.has(a) &&
    !kept.has(b) &&
    trace.steps[a]?.thread === trace.steps[b]?.thread &&
    b !== trace.doomedAt &&
    b !== trace.lassoAt;
  return new Set(
    [...trace.steps.keys()].filter(
      i => (i > 0 && ofOneRun(i - 1, i)) || (i + 1 < trace.steps.length && ofOneRun(i, i + 1)),
    ),
  );
}

function statusView(status: ThreadStatus, place: (span: Span) => ViewPlace): ViewStatus {
  return {
    state: status.state,
    ...(status.reader === undefined ? {} : { reader: status.reader }),
    holds: status.holds.map(lockName),
    ...(status.waitsFor === undefined ? {} : { waitsFor: status.waitsFor }),
    ...(status.gracePeriod === undefined ? {} : { gracePeriod: status.gracePeriod }),
    frames: framesView(status.frames, place),
  };
}

/** A lock is known by the object that it is, not by the members that its type is made of. */
function lockName(name: string): string {
  return name.replace(/(\.(value|val|owner|rlock|raw_lock|wait_lock|rtmutex|lock|counter|cnts|count))+$/, '');
}

function framesView(
  frames: readonly { readonly function: string; readonly span: Span }[],
  place: (span: Span) => ViewPlace,
): readonly ViewFrame[] {
  return frames.map(frame => ({ function: frame.function, place: place(frame.span) }));
}

function valueOf(text: string, value: Integer | undefined): ViewValue {
  return value === undefined ? { text } : { text, number: String(value) };
}

function bitsOf(value: Integer | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt.asUintN(64, BigInt(value));
}

function has(value: bigint, bit: ViewBit): boolean {
  return ((value >> BigInt(bit.number)) & 1n) === 1n;
}
