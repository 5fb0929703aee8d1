/**
 * What is worked out beside the verdict, if asked for: the odds, the orders that matter, a passing twin. It is done piece
 * by piece behind the search, under the same limits: what they cut short is said so and never guessed.
 */
import type { CancelToken } from '../base/cancel';
import type { Program } from '../ir/program';
import { describe, type Described } from './describe';
import { createExploration, type Search } from './explore';
import { canFinish } from './graph';
import { ordersOf } from './matters';
import { oddsOf, withPause } from './odds';
import type { OddsRequest, Options } from './options';
import { threadName } from './names';
import { findPaths, type Hit, type PathStep } from './path';
import { recordPath } from './record';
import { isStuckKind } from './ends';
import type { Matters, NotTold, Odds, Report, StepPlace, Trace, Twin, VerdictKind } from './report';
import { instructionAt } from './step';
import { walkOn } from './stuck';
import { framesOf, nowhere } from './trace';
import { twinOf } from './twin';

/** An examination that can be continued in quanta. */
export interface Examination {
  /** The report with all that was asked for. */
  run(states: number): 'more' | Report;
}

/** Undefined if nothing was asked for, or there is no finding to examine. */
export function createExamination(
  program: Program,
  search: Search,
  report: Report,
  options: Options,
  cancel: CancelToken,
): Examination | undefined {
  const { odds, matters, twin } = options;
  if ((!odds && !matters && !twin) || !report.trace) return undefined;
  const work = examine(program, search, report, options, cancel);
  return {
    run(states) {
      if (cancel.cancelled) return { ...report, ...allOpen(options, 'cancelled') };
      const next = work.next(states);
      return next.done ? next.value : 'more';
    },
  };
}

function allOpen(options: Options, cannotTell: string): Pick<Report, 'odds' | 'matters' | 'twin'> {
  return {
    ...(options.odds ? { odds: { cannotTell } } : {}),
    ...(options.matters ? { matters: { cannotTell } } : {}),
    ...(options.twin ? { twin: { cannotTell } } : {}),
  };
}

function* examine(
  program: Program,
  search: Search,
  report: Report,
  options: Options,
  cancel: CancelToken,
): Generator<void, Report, number> {
  const { kind } = report.verdict;
  const good = canFinish(search.graph, search.store.size);
  const hit = bestHit(search, good, report);
  const failing = hit && describe(search, good, hit);
  if (!failing || failing.schedule !== report.schedule)
    return { ...report, ...allOpen(options, 'the schedule shown is not the shortest one of its kind') };
  const partial = search.stopped
    ? `the search was not finished: ${search.stopped.message}`
    : report.exhaustive
      ? undefined
      : 'a bound was reached, so not all schedules are known';
  let answer: Report = report;
  if (options.twin) answer = { ...answer, twin: twin(search, good, hit, failing) };
  if (options.matters)
    answer = {
      ...answer,
      matters:
        partial === undefined ? yield* matters(search, good, hit, failing, kind) : { cannotTell: partial },
    };
  if (options.odds) answer = { ...answer, odds: yield* odds(program, kind, options.odds, options, cancel) };
  return answer;
}

/** The path that the report's schedule was made of. */
function bestHit({ graph }: Search, good: Uint8Array, report: Report): Hit | undefined {
  const { kind } = report.verdict;
  const wanted = (target: number): string | undefined => {
    if (target >= 0) return isStuckKind(kind) && !good[target] ? kind : undefined;
    const e = graph.endings[-1 - target];
    return e && 'fault' in e && e.fault.kind === kind ? kind : undefined;
  };
  return findPaths(graph, 0, wanted, true, 1)[0] ?? findPaths(graph, 0, wanted, false, 1)[0];
}

/** The step of a trace, or its last one. */
function stepPlace(trace: Trace, step: number): StepPlace {
  const at = Math.min(step, trace.steps.length - 1);
  const s = trace.steps[at];
  return {
    step: at,
    thread: trace.threads[s?.thread ?? 0]?.name ?? '?',
    text: s?.text ?? '',
    function: s?.frames[s.frames.length - 1]?.function ?? '',
    span: s?.span ?? { file: '', start: 0, end: 0 },
  };
}

function* matters(
  search: Search,
  good: Uint8Array,
  hit: Hit,
  failing: Described,
  kind: VerdictKind,
): Generator<void, Matters> {
  const orders = yield* ordersOf(search, good, hit.path, kind);
  if (!orders) return { cannotTell: 'the schedule is too long to turn each of its orders round' };
  const steps = [...hit.path.steps];
  if (hit.path.end >= 0) walkOn(search.graph, hit.path.end, steps);
  const place = (index: number): StepPlace => {
    const row = failing.rowAt(index);
    if (row !== undefined) return stepPlace(failing.trace, row);
    const next = failing.stepAt(index);
    const step = steps[index];
    return { ...stepPlace(failing.trace, next), ...(step ? unseen(search, step) : {}), hidden: true };
  };
  return {
    arrows: orders.arrows.map(a => ({ first: place(a.first), then: place(a.then), decisive: a.decisive })),
    sufficient: orders.sufficient ?? null,
    choices: orders.choices.map(at => ({ ...place(at), choice: hit.path.steps[at]?.choice ?? 0 })),
    tried: orders.tried,
  };
}

/** A step that the trace does not show, in words. */
function unseen({ machine: m, store }: Search, step: PathStep): Omit<StepPlace, 'step'> {
  store.load(m, step.from);
  const t = m.threads[step.thread];
  const frames = t ? framesOf(m, t) : [];
  const frame = t?.frames[t.frames.length - 1];
  const i = frame && instructionAt(m, frame);
  const site = i && m.program.sites[i.site];
  return {
    thread: threadName(m, step.thread),
    text: site?.text ?? 'begins',
    function: frames[frames.length - 1]?.function ?? '',
    span: site?.span ?? nowhere,
  };
}

function twin(search: Search, good: Uint8Array, hit: Hit, failing: Described): Twin {
  const found = twinOf(search, good, hit.path);
  if (!found) return { cannotTell: 'no schedule passes' };
  const { path, shared } = found;
  const recorded = recordPath(search, path.steps, { passes: true });
  return {
    schedule: recorded.schedule,
    preemptions: path.preemptions,
    shared: commonSteps(recorded.schedule, failing.schedule),
    trace: recorded.trace,
    failing: stepPlace(failing.trace, failing.stepAt(shared)),
    passing: stepPlace(recorded.trace, recorded.stepAt(shared)),
  };
}

/** How many steps two schedules begin with in common. */
function commonSteps(a: string, b: string): number {
  const stepsOf = (schedule: string): readonly string[] =>
    [...(schedule.split(':')[2] ?? '').matchAll(/([a-zA-Z]|\{\d+\})(?:(\?(?:\d+|s))|(\d+))/g)].flatMap(
      ([, thread = '', choice, count]) =>
        choice === undefined ? new Array<string>(Number(count)).fill(thread) : [thread + choice],
    );
  const [x, y] = [stepsOf(a), stepsOf(b)];
  let k = 0;
  while (k < x.length && x[k] === y[k]) k++;
  return k;
}

/** Explores every step, without reduction, and solves the chain. */
function* odds(
  program: Program,
  kind: VerdictKind,
  request: OddsRequest,
  options: Options,
  cancel: CancelToken,
): Generator<void, Odds, number> {
  const told = (why: string): NotTold => ({ cannotTell: why });
  const call = request.slow?.call;
  const isThere =
    call === undefined ||
    program.functions.some(f => f.name === call) ||
    program.sites.some(s => s.via === call);
  if (!isThere) return told(`the program has no call of ${call}()`);
  const slowed = request.slow ? withPause(program, request.slow.call) : program;
  const exploration = createExploration(slowed, { ...options, reduce: false }, cancel);
  let search = exploration.run(yield);
  while (search === 'more') search = exploration.run(yield);
  if (search.stopped) return told(`the graph of every step is too large: ${search.stopped.message}`);
  const open = search.graph.endings.find(e => 'limit' in e && !e.limit.stated);
  if (open && 'limit' in open) return told(open.limit.message);
  // Beside the states: a probability for each edge, two bounds and the order.
  if (search.graph.edges * 8 + search.store.size * 40 > options.maxBytes)
    return told(`solving for ${search.store.size} states takes too much memory`);
  const solving = oddsOf(search, kind, request);
  for (;;) {
    const next = solving.next();
    if (next.done) return next.value;
    const go = options.progress?.({
      states: search.store.size,
      transitions: search.graph.edges,
      frontier: 0,
    });
    if (go === 'time') return told('the time limit was reached while the chain was being solved');
    if (go === 'cancelled') return told('cancelled');
    yield;
  }
}
