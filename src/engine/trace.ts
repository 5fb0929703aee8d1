/**
 * Executes steps of the unreduced program one by one and writes down what the reader should see. Accesses to memory
 * that only one thread touches in this run are left out of the trace, unless the caller knows that they matter; what
 * they read and change is nobody else's affair.
 */
import type { Span } from '../base/span';
import { causesOf, type Touches } from './causes';
import type { Field, Instruction } from '../ir/program';
import { cpuNumber, cpuOf, readerReason } from './context';
import { graceNames, waitOf } from './waits';
import type { Machine } from './machine';
import { cellName, fieldOf, nameOfAddress, showValue } from './names';
import type { ThreadState } from './model';
import type { Change, Frame, ThreadStatus, Trace, TraceCell, TraceStep, TraceThread } from './report';
import { instructionAt, runStep, SIGNAL, type StepResult } from './step';
import { isUnknown, type Value } from './unknown';

/** Allocation, free or use of an object. */
export interface LifeEvent {
  readonly object: number;
  readonly what: 'allocated' | 'freed';
  readonly thread: number;
  readonly site: number;
  /** The step in which it happened. */
  readonly at: number;
}

/** A branch as it was taken. */
export interface BranchEvent {
  readonly thread: number;
  readonly function: number;
  readonly pc: number;
  readonly taken: boolean;
}

export interface Recorder {
  /** Executes one step of the machine; `matters`: others can notice it, whoever touches the memory in this run. */
  step(thread: number, choice: number, preemption: boolean, matters?: boolean): StepResult;
  /** Steps executed so far. */
  readonly length: number;
  readonly lives: readonly LifeEvent[];
  readonly branches: readonly BranchEvent[];
  /** The trace; `marks` are numbers of steps to be turned into indexes of the steps shown. */
  finish(marks: Marks): Trace;
  /** Once finished: the number of a thread in the trace. */
  threadAt(number: number): number | undefined;
  /** Once finished: the shown step that step `number` is, or the next one behind it. */
  shownAt(number: number): number;
  /** Once finished: the shown step that step `number` is; undefined if it is not shown. */
  rowAt(number: number): number | undefined;
}

interface Marks {
  readonly doomed?: number;
  readonly lasso?: number | undefined;
  /** The run goes on: what is shown may not depend on who touches memory later. */
  readonly open?: true;
}

interface RawAccess {
  readonly object: number;
  readonly cell: number;
  readonly before: Value;
  readonly after: Value | undefined;
}

interface RawStep {
  readonly thread: number;
  readonly choice: number;
  readonly preemption: boolean;
  readonly text: string;
  readonly operation: string;
  readonly span: Span;
  readonly frames: readonly Frame[];
  readonly accesses: readonly RawAccess[];
  readonly touches: Touches;
  readonly statuses: readonly ThreadStatus[];
  /** Shown even if it touches only private memory. */
  readonly isEvent: boolean;
  /** All its accesses are shown. */
  readonly matters: boolean;
  readonly note?: string;
}

export const nowhere: Span = { file: '', start: 0, end: 0 };

export function createRecorder(m: Machine): Recorder {
  const raw: RawStep[] = [];
  const lives: LifeEvent[] = [];
  const branches: BranchEvent[] = [];
  const started = new Map<number, { by: number; at: number }>();
  let accesses: RawAccess[] = [];
  let touches = new Map<string, boolean>();
  const touch = (what: string, write: boolean): void => {
    touches.set(what, write || touches.get(what) === true);
  };
  let current = -1;
  m.observer = {
    access(_thread, object, cell, before, after) {
      if (cell >= 0) accesses.push({ object, cell, before, after });
      touch(`${object}.${cell}`, after !== undefined);
      touch(`life ${object}`, false);
    },
    life(thread, object, what, site) {
      touch(`life ${object}`, true);
      lives.push({ object, what, thread, site, at: raw.length });
    },
    branch(thread, f, pc, taken) {
      branches.push({ thread, function: f, pc, taken });
    },
  };
  const start = statuses(m);
  const initialThreads = m.threads.length;
  const shown: number[] = [];
  const threadIndex = new Map<number, number>();
  let rows = 0;

  return {
    get length() {
      return raw.length;
    },
    lives,
    branches,
    step(thread, choice, preemption, matters = false) {
      current = thread;
      const t = m.threads[thread];
      const frame = t?.frames[t.frames.length - 1];
      const i = t?.status === 'running' && frame ? instructionAt(m, frame) : undefined;
      const frames = t ? framesOf(m, t) : [];
      const known = m.threads.map(k => k?.status);
      accesses = [];
      touches = new Map();
      const wasReader = t && readerReason(m, thread, t);
      const { queues } = m.global;
      const result = runStep(m, thread, choice);
      const now = m.threads[thread];
      const isReader = now && readerReason(m, thread, now);
      touch(`thread ${thread}`, false);
      for (const n of m.changedThreads) if (n !== thread) touch(`thread ${n}`, true);
      const cpu = now && cpuOf(m, thread, now);
      if (cpu !== undefined && m.sharedCpus.has(cpu)) touch(`cpu ${cpu}`, true);
      if (wasReader !== isReader) touch('readers', true);
      if (t && now && t.grace !== now.grace && now.grace.length > 0) touch('readers', false);
      if (m.global.queues !== queues) touch('queues', true);
      if (result.fault?.object !== undefined) touch(`life ${result.fault.object}`, false);
      m.changedThreads.length = 0;
      m.changedObjects.length = 0;
      m.globalChanged = false;
      m.threads.forEach((k, n) => {
        if (
          k &&
          k.status !== 'idle' &&
          (known[n] === undefined || known[n] === 'idle') &&
          !started.has(n) &&
          n >= initialThreads
        )
          started.set(n, { by: current, at: raw.length });
      });
      const info = m.threadInfos[thread];
      const entering = t?.status === 'ready';
      const entry = entering ? m.program.functions[t.entry] : undefined;
      const site = i ? m.program.sites[i.site] : undefined;
      const span =
        site?.span ??
        (entering
          ? info?.program === undefined
            ? undefined
            : m.program.threads[info.program]?.span
          : undefined) ??
        entry?.span ??
        nowhere;
      const ended = m.threads[thread]?.status !== 'running' && !result.fault && !result.limit;
      raw.push({
        thread,
        choice,
        preemption,
        text:
          choice === SIGNAL
            ? 'a signal arrives'
            : entering
              ? `${info?.name ?? ''} begins`
              : (site?.text ?? ''),
        operation: choice === SIGNAL ? 'signal' : entering ? 'enter' : i ? operationOf(i) : 'exit',
        span,
        frames,
        accesses,
        touches,
        statuses: statuses(m),
        matters,
        isEvent:
          matters ||
          entering ||
          choice === SIGNAL ||
          i === undefined ||
          !isAccess(i) ||
          result.fault !== undefined,
        ...(result.fault
          ? { note: result.fault.message }
          : ended
            ? { note: `${info?.name ?? ''} is done` }
            : {}),
      });
      return result;
    },
    finish(marks) {
      const trace = build(m, raw, start, started, marks, shown, threadIndex);
      rows = trace.steps.length;
      return trace;
    },
    threadAt: number => threadIndex.get(number),
    shownAt: number => shown[number] ?? 0,
    rowAt(number) {
      const at = shown[number];
      return at !== undefined && (shown[number + 1] ?? rows) > at ? at : undefined;
    },
  };
}

function isAccess(i: Instruction): boolean {
  return ['load', 'store', 'rmw', 'cmpxchg', 'fill', 'move'].includes(i.op);
}

function operationOf(i: Instruction): string {
  return i.op === 'sync' ? i.name : i.op;
}

/** The call chain with the span of each call; the innermost frame stands at its next instruction. */
export function framesOf(m: Machine, t: ThreadState): Frame[] {
  return t.frames.map(f => {
    const i = instructionAt(m, f);
    const span = i ? m.program.sites[i.site]?.span : undefined;
    return { function: m.program.functions[f.function]?.name ?? '?', span: span ?? nowhere };
  });
}

function statuses(m: Machine): ThreadStatus[] {
  return m.threadInfos.map((info, n) => {
    const t = m.threads[n];
    if (!t || t.status === 'idle') return { state: 'not-started', holds: [], frames: [] };
    if (t.status === 'done' || (t.status === 'ready' && info.origin === 'static' && t.begun))
      return { state: 'done', holds: [], frames: [] };
    const reader = readerReason(m, n, t);
    const wait = waitOf(m, n);
    const grace = graceNames(m, t);
    return {
      state: t.status === 'ready' ? 'not-started' : wait ? 'blocked' : 'running',
      ...(reader === undefined ? {} : { reader }),
      holds: t.held.map(h => nameOfAddress(m, h.address)),
      ...(wait ? { waitsFor: wait.text } : {}),
      ...(grace.length > 0 ? { gracePeriod: grace } : {}),
      frames: framesOf(m, t),
    };
  });
}

/** Chooses the cells and steps to show and numbers them. */
function build(
  m: Machine,
  raw: readonly RawStep[],
  start: readonly ThreadStatus[],
  started: ReadonlyMap<number, { by: number; at: number }>,
  marks: Marks,
  /** Filled: by raw step, the index of the step shown for it, or of the next one behind it. */
  shownAt: number[],
  /** Filled: threads are renumbered, those of the harness first, then the others that appear. */
  threadIndex: Map<number, number>,
): Trace {
  const touchedBy = new Map<string, Set<number>>();
  for (const s of raw)
    for (const a of s.accesses) {
      const key = `${a.object}.${a.cell}`;
      const set = touchedBy.get(key) ?? new Set();
      set.add(s.thread);
      touchedBy.set(key, set);
    }
  const isShown = (a: RawAccess): boolean => {
    const kind = m.objectInfos[a.object]?.kind;
    if (!marks.open && (touchedBy.get(`${a.object}.${a.cell}`)?.size ?? 0) > 1) return true;
    return kind === 'static' || kind === 'unknown';
  };
  const threads: TraceThread[] = [];
  m.threadInfos.forEach((info, n) => {
    const appears = info.origin === 'static' || raw.some(s => s.thread === n) || started.has(n);
    if (!appears) return;
    threadIndex.set(n, threads.length);
    const by = started.get(n);
    const startedBy = by ? threadIndex.get(by.by) : undefined;
    const span =
      info.program === undefined ? m.program.sites[info.site]?.span : m.program.threads[info.program]?.span;
    threads.push({
      name: info.name,
      context: info.context,
      cpu: cpuNumber(m, n, undefined),
      ...(startedBy === undefined ? {} : { startedBy }),
      ...(by ? { startedAt: by.at } : {}),
      ...(span ? { span } : {}),
    });
  });
  const pick = (list: readonly ThreadStatus[]): ThreadStatus[] =>
    [...threadIndex.keys()].map(n => list[n] ?? { state: 'not-started', holds: [], frames: [] });

  const cellIndex = new Map<string, number>();
  const cells: TraceCell[] = [];
  const cellOf = (a: RawAccess, field: Field | undefined): number => {
    const key = `${a.object}.${a.cell}`;
    const known = cellIndex.get(key);
    if (known !== undefined) return known;
    cells.push({
      name: cellName(m, a.object, a.cell),
      holds: field?.holds ?? 'number',
      ...(field?.bits ? { bits: field.bits } : {}),
      initial: showValue(m, a.before, field),
      ...(isUnknown(a.before) ? {} : { initialValue: a.before }),
    });
    cellIndex.set(key, cells.length - 1);
    return cells.length - 1;
  };

  const steps: TraceStep[] = [];
  const rows: (number | undefined)[] = [];
  let doomedAt: number | undefined;
  let lassoAt: number | undefined;
  let preemption = false;
  raw.forEach((s, at) => {
    if (marks.doomed === at) doomedAt = steps.length;
    if (marks.lasso === at) lassoAt = steps.length;
    shownAt[at] = steps.length;
    preemption = preemption || s.preemption;
    const shown = s.accesses.filter(a => s.matters || isShown(a));
    if (!s.isEvent && shown.length === 0 && s.note === undefined) return;
    rows[at] = steps.length;
    const reads: { cell: number; value: string }[] = [];
    const changes: Change[] = [];
    for (const a of shown) {
      const field = isLock(s.operation) ? lockField : fieldOf(m, a.object, a.cell);
      const cell = cellOf(a, field);
      if (a.after === undefined) reads.push({ cell, value: showValue(m, a.before, field) });
      else if (a.before !== a.after)
        changes.push({
          cell,
          before: showValue(m, a.before, field),
          after: showValue(m, a.after, field),
          ...(isUnknown(a.before) ? {} : { beforeValue: a.before }),
          ...(isUnknown(a.after) ? {} : { afterValue: a.after }),
        });
    }
    steps.push({
      thread: threadIndex.get(s.thread) ?? 0,
      ...(s.choice === 0 ? {} : { choice: s.choice }),
      text: s.text,
      operation: s.operation,
      span: s.span,
      frames: s.frames,
      reads,
      changes,
      preemption,
      threads: pick(s.statuses),
      ...(s.note === undefined ? {} : { note: s.note }),
    });
    preemption = false;
  });
  if (marks.doomed !== undefined) doomedAt ??= steps.length;
  const after = causesOf(raw.map(({ thread, touches }, at) => ({ thread, touches, row: rows[at] })));
  return {
    threads: threads.map(t =>
      t.startedAt === undefined ? t : { ...t, startedAt: shownIndex(raw, steps, t.startedAt) },
    ),
    cells,
    start: pick(start),
    steps: steps.map((step, row) => ({ ...step, after: after[row] ?? [] })),
    ...(doomedAt === undefined ? {} : { doomedAt }),
    ...(lassoAt === undefined ? {} : { lassoAt }),
  };
}

/** Operations whose cell holds a lock, whatever C's type for it is. */
function isLock(operation: string): boolean {
  return /^(spin|mutex|read|write|rwsem)\./.test(operation);
}

const lockField: Field = { offset: 0, name: '', type: 'u32', holds: 'lock' };

/** Index of the shown step that raw step `at` is, or the next one behind it. */
function shownIndex(raw: readonly RawStep[], steps: readonly TraceStep[], at: number): number {
  const target = raw[at];
  const index = steps.findIndex(s => target !== undefined && s.frames === target.frames);
  return Math.max(0, index);
}
