/**
 * Executes a schedule string on a program. What does not fit is said precisely; nothing is thrown for bad input.
 */
import type { Program } from '../ir/program';
import { createExploration } from './explore';
import { explainFault } from './fault';
import { canFinish } from './graph';
import { defaultOptions, type Options } from './options';
import type { Explanation, Trace, VerdictKind } from './report';
import { checkFinally, isAtRest } from './rest';
import { letter, parseSchedule } from './schedule';
import { createStart, launch } from './start';
import { choicesOf, SIGNAL } from './step';
import { explainEnd } from './stuck';
import { createRecorder } from './trace';
import { threadName } from './names';
import { waitOf } from './waits';

export interface Replay {
  /** What does not fit; the trace then shows the steps before. */
  readonly problem?: string;
  readonly trace?: Trace;
  /** What the schedule ends in: a fault, a state from which no schedule finishes, or nothing bad (`holds`). */
  readonly kind?: VerdictKind;
  readonly message?: string;
  readonly explanation?: Explanation;
}

/** Runs the schedule. For a hang the states behind its end are explored, within the options' limits. */
export function replay(program: Program, schedule: string, options: Partial<Options> = {}): Replay {
  const parsed = parseSchedule(program, schedule);
  if ('problem' in parsed) return { problem: parsed.problem };
  const all: Options = { ...defaultOptions, ...options };
  const m = createStart(program, { ...all, reduce: false });
  launch(m);
  const recorder = createRecorder(m);
  for (const [index, step] of parsed.steps.entries()) {
    const t = m.threads[step.thread];
    const stop = (problem: string): Replay => ({
      problem: `step ${index + 1} of ${parsed.steps.length}: ${problem}`,
      trace: recorder.finish({}),
    });
    if (!t || t.status === 'idle') return stop(`there is no thread ${letter(step.thread)} at this point`);
    const choices = choicesOf(m, step.thread);
    const name = threadName(m, step.thread);
    if (choices.length === 0) {
      const wait = waitOf(m, step.thread);
      return stop(
        t.status === 'done'
          ? `${name} has finished`
          : `${name} cannot run: it waits for ${wait?.text ?? 'something'}`,
      );
    }
    if (!choices.includes(step.choice))
      return stop(
        step.choice === SIGNAL
          ? `no signal can reach ${name} here`
          : `${name} has no outcome ${step.choice} here, only ${choices.map(c => (c === SIGNAL ? 's' : c)).join(', ')}`,
      );
    const result = recorder.step(step.thread, step.choice, false);
    if (result.fault) {
      if (index + 1 < parsed.steps.length)
        return stop(`${name} ${result.fault.message}: the run is over before the schedule is`);
      return {
        trace: recorder.finish({}),
        kind: result.fault.kind,
        message: result.fault.message,
        explanation: explainFault(m, recorder, result.fault, step.thread),
      };
    }
    if (result.limit) return stop(result.limit.message);
  }
  const trace = recorder.finish({});
  m.observer = undefined;
  if (program.finally.length > 0 && isAtRest(m)) {
    const result = checkFinally(m);
    if (result.fault) return { trace, kind: result.fault.kind, message: result.fault.message };
  }
  const exploration = createExploration(program, all, undefined, { ...m, options: all });
  let search = exploration.run(4096);
  while (search === 'more') search = exploration.run(4096);
  const good = canFinish(search.graph, search.store.size);
  if (search.store.size > 0 && good[0])
    return { trace, kind: 'holds', message: 'nothing bad happens in this schedule' };
  const threads = new Map(search.machine.threads.map((_, n) => [n, n]));
  const { verdict, explanation } = explainEnd(search, 0, {
    schedule,
    trace,
    recorder,
    machine: m,
    threads,
    stepAt: index => recorder.shownAt(index),
    rowAt: index => recorder.rowAt(index),
  });
  return { trace, kind: verdict.kind, message: verdict.message, explanation };
}
