/**
 * A schedule on another text: the fixed one, or the same after an edit. The steps of its trace are found again by thread and
 * source text; what the other text does in between is taken along, as long as the thread can. Where a step is not
 * found, or its thread has to wait, the two part, and it is said why. From there on whoever can runs, in the schedule's
 * order and then one thread after another, so that one sees how it ends.
 */
import { threadKey } from './components';
import type { Machine } from './machine';
import { threadName } from './names';
import { defaultOptions, type Options } from './options';
import { replay } from './replay';
import type { Trace, VerdictKind } from './report';
import { formatSchedule, type ScheduleStep } from './schedule';
import { createStart, launch } from './start';
import { choicesOf, instructionAt, runStep, SIGNAL } from './step';
import { createRecorder, type Recorder } from './trace';
import { waitOf } from './waits';
import type { Program } from '../ir/program';

/** A step to be found again. */
export interface WantedStep {
  readonly thread: string;
  readonly text: string;
  readonly function: string;
  readonly choice?: number;
}

export interface Refit {
  readonly trace: Trace;
  /** So many of the wanted steps were found, one after another; all of them: it still fits. */
  readonly partsAt: number;
  /** By wanted step that was found, the row of the trace. */
  readonly rows: readonly number[];
  /** Empty if it fits. */
  readonly why: string;
  /** Replays on the other text. */
  readonly schedule: string;
  readonly kind: VerdictKind;
  readonly message: string;
}

/** Steps that may come in between two of the wanted. */
const MOST_BETWEEN = 400;
/** Steps that are taken to see how it ends. */
const MOST_BEHIND = 3000;

export function refit(
  program: Program,
  wanted: readonly WantedStep[],
  options: Partial<Options> = {},
): Refit {
  const m = createStart(program, { ...defaultOptions, ...options, reduce: false });
  launch(m);
  const recorder = createRecorder(m);
  const taken: Taken[] = [];
  const isOver = { fault: false };
  const take = (thread: number, choice: number): void => {
    const before = active(m);
    const { fault, limit } = recorder.step(thread, choice, false);
    taken.push({ thread, choice, started: active(m).filter(n => !before.includes(n)) });
    if (fault ?? limit) isOver.fault = true;
  };
  const raw: number[] = [];
  let why = '';
  for (const [index, step] of wanted.entries()) {
    const found = isOver.fault ? { why: 'the run is over before' } : findAgain(m, step);
    if ('why' in found) {
      if (found.steps) for (const { thread, choice } of found.steps) take(thread, choice);
      why = `step ${String(index + 1)}: ${found.why}`;
      break;
    }
    for (const { thread, choice } of found.steps) take(thread, choice);
    raw.push(recorder.length - 1);
  }
  if (raw.length < wanted.length && !isOver.fault)
    finish(m, recorder, wanted.slice(raw.length), take, isOver);
  const trace = recorder.finish({});
  const schedule = formatSchedule(program, renumbered(program, m.options, taken));
  const end = replay(program, schedule, options);
  return {
    trace,
    partsAt: raw.length,
    rows: raw.map(number => recorder.shownAt(number)),
    why,
    schedule,
    kind: end.kind ?? 'cannot-tell',
    message: end.message ?? end.problem ?? '',
  };
}

interface Taken extends ScheduleStep {
  /** Threads that it made active. */
  readonly started: readonly number[];
}

function active(m: Machine): readonly number[] {
  return m.threads.flatMap((t, n) => (t && t.status !== 'idle' ? [n] : []));
}

/** Looking ahead has met threads in another order: their numbers are those of a machine that takes these steps only. */
function renumbered(program: Program, options: Options, taken: readonly Taken[]): readonly ScheduleStep[] {
  const f = createStart(program, options);
  launch(f);
  const numbers = new Map(f.threads.map((_, n) => [n, n]));
  return taken.map(({ thread, choice, started }) => {
    const own = numbers.get(thread) ?? thread;
    const before = active(f);
    runStep(f, own, choice);
    forget(f);
    const fresh = active(f).filter(n => !before.includes(n));
    started.forEach((n, k) => {
      const to = fresh[k];
      if (to !== undefined) numbers.set(n, to);
    });
    return { thread: own, choice };
  });
}

type Found =
  | { readonly steps: readonly ScheduleStep[] }
  /** `steps`: what its thread can do all the same. */
  | { readonly why: string; readonly steps?: readonly ScheduleStep[] };

/** Looks how the thread comes to the step; leaves the machine as it is. */
function findAgain(m: Machine, wanted: WantedStep): Found {
  const all = m.threads.flatMap((t, n) => (t && threadName(m, n) === wanted.thread ? [n] : []));
  const n = all.find(k => choicesOf(m, k).length > 0) ?? all[0];
  if (n === undefined) return { why: `there is no ${wanted.thread} yet` };
  const back = snapshot(m);
  const steps: ScheduleStep[] = [];
  const seen = new Set<string>();
  let first: string | undefined;
  try {
    for (let k = 0; k < MOST_BETWEEN; k++) {
      const here = standsAt(m, n);
      first ??= here.text;
      const choices = choicesOf(m, n);
      const isIt = matches(here, wanted);
      if (choices.length === 0) {
        const t = m.threads[n];
        if (t?.status === 'done')
          return { why: `${wanted.thread} does not come to ‘${wanted.text}’: it is done` };
        const wait = waitOf(m, n)?.text ?? 'something';
        return isIt
          ? { why: `${wanted.thread} cannot take ‘${wanted.text}’: it waits for ${wait}`, steps }
          : { why: `before ‘${wanted.text}’, ${wanted.thread} waits at ‘${here.text}’ for ${wait}`, steps };
      }
      const asked = wanted.choice ?? 0;
      if (isIt && !choices.includes(asked)) return { why: `‘${wanted.text}’ has no such outcome any more` };
      const choice = isIt ? asked : (choices.find(c => c !== SIGNAL) ?? 0);
      steps.push({ thread: n, choice });
      if (isIt) return { steps };
      const t = m.threads[n];
      const key = t ? threadKey(t, m.codes) : '';
      const isSame = seen.has(key);
      seen.add(key);
      if (isSame) break;
      const { fault, limit } = runStep(m, n, choice);
      forget(m);
      if (fault ?? limit)
        return { why: `${wanted.thread} ${(fault ?? limit)?.message ?? ''} before ‘${wanted.text}’`, steps };
    }
    return { why: `${wanted.thread} does not come to ‘${wanted.text}’: it stands at ‘${first ?? ''}’` };
  } finally {
    back();
  }
}

interface Standing {
  readonly text: string;
  readonly function: string;
}

function standsAt(m: Machine, n: number): Standing {
  const t = m.threads[n];
  const frame = t?.frames[t.frames.length - 1];
  if (t?.status === 'ready') return { text: `${threadName(m, n)} begins`, function: '' };
  const i = frame && instructionAt(m, frame);
  return {
    text: (i && m.program.sites[i.site]?.text) ?? '',
    function: (frame && m.program.functions[frame.function]?.name) ?? '',
  };
}

function matches(here: Standing, wanted: WantedStep): boolean {
  if (wanted.choice === SIGNAL) return true;
  if (here.text !== wanted.text) return false;
  return here.function === '' || here.function === wanted.function;
}

/** The rest of the schedule as far as it goes, then everybody in turn. */
function finish(
  m: Machine,
  recorder: Recorder,
  rest: readonly WantedStep[],
  take: (thread: number, choice: number) => void,
  isOver: { readonly fault: boolean },
): void {
  const end = recorder.length + MOST_BEHIND;
  for (const step of rest) {
    if (isOver.fault || recorder.length > end) return;
    const found = findAgain(m, step);
    if (!('why' in found)) for (const { thread, choice } of found.steps) take(thread, choice);
  }
  for (let moved = true; moved && !isOver.fault;) {
    moved = false;
    for (let n = 0; n < m.threads.length; n++) {
      const before = m.objects.slice();
      const seen = new Set<string>();
      for (; recorder.length < end && !isOver.fault;) {
        const t = m.threads[n];
        const choice = choicesOf(m, n).find(c => c !== SIGNAL);
        if (!t || choice === undefined) break;
        const key = threadKey(t, m.codes);
        // It spins: nothing has changed since it was here.
        if (seen.has(key)) break;
        seen.add(key);
        take(n, choice);
        if (m.objects.some((o, k) => o !== before[k])) {
          m.objects.forEach((o, k) => (before[k] = o));
          seen.clear();
          moved = true;
        } else moved = moved || m.threads[n]?.status !== t.status;
      }
    }
    if (recorder.length >= end) return;
  }
}

/** Notes the state; call what it gives back to have it again. Components are never changed in place. */
function snapshot(m: Machine): () => void {
  const threads = m.threads.slice();
  const objects = m.objects.slice();
  const { global, observer } = m;
  const infos = m.threadInfos.length;
  m.observer = undefined;
  return () => {
    forget(m);
    for (let n = 0; n < m.threads.length; n++) m.threads[n] = threads[n];
    for (let n = 0; n < m.objects.length; n++) m.objects[n] = objects[n];
    m.global = global;
    m.observer = observer;
    // Threads that appeared stay known, without a state.
    if (m.threadInfos.length < infos) throw new Error('internal: a thread was forgotten');
  };
}

function forget(m: Machine): void {
  m.changedThreads.length = 0;
  m.changedObjects.length = 0;
  m.globalChanged = false;
}
