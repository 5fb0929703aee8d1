/**
 * A path of the reduced state graph as a schedule and a trace: its steps are counted in steps of the unreduced program
 * and executed there, in a fresh machine, exactly as `replay` would.
 */
import type { Search } from './explore';
import type { PathStep } from './path';
import { isFree } from './path';
import { FINALLY } from './graph';
import { formatSchedule, type ScheduleStep } from './schedule';
import { createStart, launch } from './start';
import { choicesOf, runStep } from './step';
import { createRecorder, type Recorder } from './trace';
import type { Explanation, Trace } from './report';
import type { Machine } from './machine';
import { explainFault, explainFinally } from './fault';
import type { Fault } from './model';

export interface Recorded {
  readonly schedule: string;
  readonly trace: Trace;
  readonly recorder: Recorder;
  readonly machine: Machine;
  /** Thread numbers of the search's machine to those of this one. */
  readonly threads: ReadonlyMap<number, number>;
  readonly explanation?: Explanation;
  /** The shown step that step `index` of the path is, or the next one behind it. */
  stepAt(index: number): number;
  /** The shown step that step `index` of the path is; undefined if it is not shown. */
  rowAt(index: number): number | undefined;
}

/** Steps to show behind the point from which a hang cannot be avoided. */
const MOST_BEHIND = 200;

interface Part {
  readonly thread: number;
  readonly choice: number;
  readonly count: number;
  readonly isPrivate: boolean;
  /** Steps that threads took unnoticed at their start, if this step brought them in. */
  readonly starts?: readonly number[] | undefined;
  /** Threads of the search's machine that became active. */
  readonly activated: readonly number[];
  readonly index: number;
}

/**
 * `passes`: the path does not end in a fault. `open`: it will go on, so what is shown must not depend on what comes: the
 * steps of the path are, and of what nobody notices only what is done to static memory.
 */
export function recordPath(
  search: Search,
  path: readonly PathStep[],
  marks: { doomed?: number; lasso?: number | undefined; passes?: true; open?: true } = {},
  canGoOn = (state: number, thread: number): boolean => isFree(search.graph, state, thread),
): Recorded {
  const { machine: m, store } = search;
  const f = createStart(search.program, { ...m.options, reduce: false });
  launch(f);
  const recorder = createRecorder(f);
  const threads = new Map<number, number>();
  f.threads.forEach((_, n) => threads.set(n, n));
  const endsInFault =
    marks.doomed === undefined && !marks.passes && path[path.length - 1]?.thread !== FINALLY;
  const parts = postponePrivate(measure(search, path), endsInFault);
  /** By thread of the search: steps to take before its first. */
  const early: number[] = search.startCounts.slice();
  const steps: ScheduleStep[] = [];
  let last = -1;
  let fault: Fault | undefined;
  let doomed: number | undefined;
  let lasso: number | undefined;
  const rawAt: number[] = [];
  for (const part of parts) {
    if (doomed !== undefined && recorder.length - doomed > MOST_BEHIND) break;
    if (part.index === marks.doomed) doomed ??= recorder.length;
    if (part.index === marks.lasso) lasso ??= recorder.length;
    const from = path[part.index]?.from ?? 0;
    const preempts = last >= 0 && part.thread !== last && !part.isPrivate && canGoOn(from, last);
    if (!part.isPrivate) last = part.thread;
    if (part.thread === FINALLY) continue;
    const thread = threads.get(part.thread);
    if (thread === undefined)
      throw new Error(`internal: thread ${part.thread} of the path was never started`);
    const before = early[part.thread] ?? 0;
    early[part.thread] = 0;
    part.starts?.forEach((c, n) => (early[n] = c));
    for (let k = 0; k < before; k++) {
      steps.push({ thread, choice: 0 });
      fault = recorder.step(thread, 0, preempts && k === 0).fault ?? fault;
    }
    rawAt[part.index] = recorder.length;
    for (let k = 0; k < part.count; k++) {
      if (doomed !== undefined && recorder.length - doomed > MOST_BEHIND) break;
      const choice = k === 0 ? part.choice : 0;
      steps.push({ thread, choice });
      const isHead = k === 0 && marks.open === true;
      const result = recorder.step(thread, choice, preempts && k === 0 && before === 0, isHead);
      fault = result.fault ?? fault;
    }
    for (const n of part.activated) {
      if (threads.has(n)) continue;
      const used = new Set(threads.values());
      const k = f.threads.findIndex((t, i) => t !== undefined && t.status !== 'idle' && !used.has(i));
      if (k >= 0) threads.set(n, k);
    }
  }
  // Threads that never took another step have taken their first ones all the same.
  if (!endsInFault && !marks.open && recorder.length - (doomed ?? recorder.length) <= MOST_BEHIND)
    early.forEach((count, n) => {
      const thread = threads.get(n);
      if (thread === undefined) return;
      for (let k = 0; k < count; k++) {
        // Nor will they, if somebody keeps them off their CPU for ever.
        if (choicesOf(f, thread).length === 0) break;
        steps.push({ thread, choice: 0 });
        fault = recorder.step(thread, 0, false).fault ?? fault;
      }
    });
  if (marks.doomed !== undefined) doomed ??= recorder.length;
  if (marks.lasso !== undefined) lasso ??= recorder.length;
  const trace = recorder.finish({
    ...(doomed === undefined ? {} : { doomed }),
    ...(lasso === undefined ? {} : { lasso }),
    ...(marks.open ? { open: marks.open } : {}),
  });
  store.load(m, 0);
  const explanation = fault
    ? explainFault(f, recorder, fault, steps[steps.length - 1]?.thread ?? 0)
    : path[path.length - 1]?.thread === FINALLY
      ? explainFinally(f, trace)
      : undefined;
  return {
    schedule: formatSchedule(search.program, steps),
    trace,
    recorder,
    machine: f,
    threads,
    stepAt: index => recorder.shownAt(rawAt[index] ?? recorder.length),
    rowAt(index) {
      const raw = rawAt[index];
      return raw === undefined ? undefined : recorder.rowAt(raw);
    },
    ...(explanation ? { explanation } : {}),
  };
}

/** Runs the path on the search's machine: how many steps of the unreduced program each step is, and whom it starts. */
function measure(search: Search, path: readonly PathStep[]): Part[] {
  const { machine: m, store } = search;
  return path.map((p, index) => {
    if (p.thread === FINALLY) return { ...p, count: 0, activated: [], index };
    store.load(m, p.from);
    const before = m.threads.map(t => t?.status);
    const result = runStep(m, p.thread, p.choice);
    const activated = m.threads.flatMap((t, n) =>
      t && t.status !== 'idle' && (before[n] === undefined || before[n] === 'idle') ? [n] : [],
    );
    const starts = p.thread === m.initThread ? m.startCounts.slice() : undefined;
    store.undo(m);
    return {
      starts,
      thread: p.thread,
      choice: p.choice,
      isPrivate: p.isPrivate,
      count: result.count,
      activated,
      index,
    };
  });
}

/** Private steps were taken early for the search's sake; they belong in front of their thread's next step. */
function postponePrivate(parts: readonly Part[], endsInFault: boolean): Part[] {
  const waiting: Part[] = [];
  const out: Part[] = [];
  for (const p of parts) {
    if (p.isPrivate) {
      waiting.push(p);
      continue;
    }
    for (let k = 0; k < waiting.length; k++) {
      const w = waiting[k];
      if (w?.thread === p.thread) {
        out.push(w);
        waiting.splice(k, 1);
        k--;
      }
    }
    out.push(p);
  }
  // Behind a fault nothing runs any more.
  return endsInFault ? out : [...out, ...waiting];
}
