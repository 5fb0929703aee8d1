/**
 * What is worked out behind a verdict, as the panel shows it: the orders that matter, the passing twin, the odds and how
 * they move if a call is slow. Made of a run that is kept (subject.ts), piece by piece, so that it can be left off.
 */
import type { CancelToken } from '../base/cancel';
import { createExamination } from '../engine/examine';
import { createExploration, type Search } from '../engine/explore';
import { defaultOptions, type OddsRequest, type Options } from '../engine/options';
import type { Matters, NotTold, Odds, Report, StepPlace, Trace, Twin } from '../engine/report';
import type { Program } from '../ir/program';
import type { ViewMatters, ViewOdds, ViewOddsPoint, ViewSlow, ViewTwin, Told } from '../protocol/examined';
import type { ExaminedMessage } from '../protocol/panel';
import { traceView } from './replay';
import type { Subject } from './subject';

/** A piece of work; `more` as long as it is not done. */
export interface Work<T> {
  run(states: number): 'more' | T;
}

/** What can be asked for. */
export type Question =
  { readonly what: 'matters' | 'twin' | 'odds' } | { readonly what: 'slow'; readonly slow: Slow };
type Slow = NonNullable<OddsRequest['slow']>;

export type Answer = ExaminedMessage | { readonly what: 'slow'; readonly answer: Told<ViewSlow> };

/** Begins to work out the answer. */
export function beginExamination(
  subject: Subject,
  question: Question,
  cancel: CancelToken,
  progress: () => 'go' | 'time' | 'cancelled',
): Work<Answer> {
  const { report, program, replayed } = subject;
  const { what } = question;
  const not = (cannotTell: string): Work<Answer> => ({ run: () => ({ what, answer: { cannotTell } }) });
  if (!report.trace || report.verdict.kind === 'holds') return not('there is no finding');
  if (replayed && what !== 'odds' && what !== 'slow')
    return not('this is worked out for the schedule that a check finds: simulate again');
  if (report.verdict.kind === 'cannot-tell') return not('there is no finding');
  const asked: Partial<Options> = {
    ...(what === 'matters' ? { matters: true } : {}),
    ...(what === 'twin' ? { twin: true } : {}),
    ...(what === 'odds' ? { odds: {} } : {}),
    ...(question.what === 'slow' ? { odds: { slow: question.slow } } : {}),
  };
  const options: Options = { ...defaultOptions, ...subject.options, ...asked, progress };
  return searching(subject, options, cancel, search => {
    const examination = createExamination(program, search, report, options, cancel);
    return {
      run(states) {
        const done = examination ? examination.run(states) : report;
        return done === 'more' ? 'more' : answerOf(subject, question, done);
      },
    };
  });
}

/** Goes on with the search of the run; makes it again if it is no longer there. */
export function searching<T>(
  subject: Subject,
  options: Options,
  cancel: CancelToken,
  then: (search: Search) => Work<T>,
): Work<T> {
  let work = subject.search && then(subject.search);
  const again = work ? undefined : createExploration(subject.program, options, cancel);
  return {
    run(states) {
      if (work) return work.run(states);
      const search = again?.run(states) ?? 'more';
      if (search === 'more') return 'more';
      // Interrupted, it would be in the way of a whole one.
      if (!search.stopped) subject.remember(search);
      work = then(search);
      return 'more';
    },
  };
}

function answerOf(subject: Subject, question: Question, report: Report): Answer {
  const missing: NotTold = { cannotTell: 'it was not worked out' };
  switch (question.what) {
    case 'matters':
      return { what: 'matters', answer: mattersView(report.matters ?? missing) };
    case 'twin':
      return { what: 'twin', answer: twinView(subject, report.twin ?? missing) };
    case 'odds':
      return { what: 'odds', answer: oddsView(subject, report.odds ?? missing) };
    case 'slow':
      return { what: 'slow', answer: slowView(question.slow.call, report.odds ?? missing) };
  }
}

function mattersView(matters: Matters): Told<ViewMatters> {
  if ('cannotTell' in matters) return matters;
  const words = ({ first, then }: Extract<Matters, { arrows: unknown }>['arrows'][number]): string =>
    `${stepWords(first)} before ${stepWords(then)}`;
  const seen = matters.arrows.filter(({ first, then }) => !first.hidden && !then.hidden);
  return {
    arrows: seen.map(arrow => ({
      first: arrow.first.step,
      then: arrow.then.step,
      decisive: arrow.decisive,
      text: words(arrow),
    })),
    sufficient: matters.sufficient,
    beyond: matters.arrows.filter(arrow => !seen.includes(arrow)).map(words),
    choices: matters.choices.map(({ step, choice }) => ({ step, choice })),
    tried: matters.tried,
  };
}

function stepWords({ thread, text }: StepPlace): string {
  return `${thread}: ${text}`;
}

function twinView(subject: Subject, twin: Twin): Told<ViewTwin> {
  if ('cannotTell' in twin) return twin;
  const own = subject.report.trace;
  return {
    schedule: twin.schedule,
    preemptions: twin.preemptions,
    shared: own ? commonRows(own, twin.trace) : 0,
    failing: twin.failing.step,
    passing: twin.passing.step,
    trace: traceView(twin.trace, span => subject.place(span)),
  };
}

/** How many rows two traces begin with in common. */
export function commonRows(a: Trace, b: Trace): number {
  let k = 0;
  for (; k < a.steps.length && k < b.steps.length; k++) {
    const [x, y] = [a.steps[k], b.steps[k]];
    if (
      a.threads[x?.thread ?? 0]?.name !== b.threads[y?.thread ?? 0]?.name ||
      x?.text !== y?.text ||
      (x?.choice ?? 0) !== (y?.choice ?? 0) ||
      x?.span.file !== y?.span.file ||
      x?.span.start !== y?.span.start
    )
      break;
  }
  return k;
}

function oddsView(subject: Subject, odds: Odds): Told<ViewOdds> {
  if ('cannotTell' in odds) return odds;
  const { kind, probability, error, runs, runsForMostly, states } = odds;
  const calls = slowableCalls(subject.program, subject.report);
  return { kind, probability, error, runs, runsForMostly, states, calls };
}

function slowView(call: string, odds: Odds): Told<ViewSlow> {
  if ('cannotTell' in odds) return odds;
  const points = (odds.slow?.points ?? []).map(({ factor, probability, error, runs }): ViewOddsPoint => ({
    factor,
    probability,
    error,
    runs,
  }));
  return { call, points };
}

/** Calls that are offered. */
const mostCalls = 16;

/**
 * The functions on the trace that could be slow, best guess first: those called through a pointer (a driver's), then those
 * that threads stood in when they were preempted, then the others, those with more steps first.
 */
export function slowableCalls(program: Program, report: Report): readonly string[] {
  const { trace } = report;
  if (!trace) return [];
  const entries = new Set(program.threads.map(thread => program.functions[thread.entry]?.name));
  const pointed = new Set<string>();
  for (const f of program.functions)
    for (const i of f.body) {
      const span = i.op === 'callPointer' ? program.sites[i.site]?.span : undefined;
      if (span) pointed.add(`${f.name} ${span.file} ${String(span.start)}`);
    }
  const ranks = new Map<string, { rank: number; steps: number }>();
  const note = (name: string, rank: number, steps: number): void => {
    const known = ranks.get(name) ?? { rank: 0, steps: 0 };
    ranks.set(name, { rank: known.rank + rank, steps: known.steps + steps });
  };
  for (const [at, step] of trace.steps.entries()) {
    const next = trace.steps[at + 1];
    const isLeft = next !== undefined && next.thread !== step.thread;
    step.frames.forEach((frame, depth) => {
      if (entries.has(frame.function)) return;
      const caller = step.frames[depth - 1];
      const isPointed =
        caller !== undefined &&
        pointed.has(`${caller.function} ${caller.span.file} ${String(caller.span.start)}`);
      note(frame.function, (isPointed ? 1000 : 0) + (isLeft ? 10 : 0), 1);
    });
  }
  return [...ranks]
    .sort(([, a], [, b]) => Math.min(b.rank, 1000) - Math.min(a.rank, 1000) || b.steps - a.steps)
    .map(([name]) => name)
    .slice(0, mostCalls);
}
