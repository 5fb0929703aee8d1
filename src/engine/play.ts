/**
 * Free play: a path of choices, made one by one, and at its end what can happen next and what each of that leads to. A
 * choice is a thread that takes a step: one that others can notice, with what nobody can notice behind it. Undo is a shorter
 * path. What was found out is kept from play to play (playGraph.ts).
 */
import type { Span } from '../base/span';
import type { Program } from '../ir/program';
import { createPlayGraph, judgedIn, type PlayEdge, type PlayGraph, type Prospect } from './playGraph';
import type { Search } from './explore';
import { FINALLY } from './graph';
import { instructionAt } from './choices';
import { threadName } from './names';
import { defaultOptions } from './options';
import { outcomeText } from './outcomes';
import type { PathStep } from './path';
import { recordPath } from './record';
import { replay } from './replay';
import type { Trace, VerdictKind } from './report';
import { parseSchedule } from './schedule';
import { createStart, launch } from './start';
import { choicesOf, runStep, SIGNAL } from './step';
import { createRecorder } from './trace';
import { waitOf } from './waits';
import { countsOf } from './watch';

export type { Prospect } from './playGraph';

export interface PlayRequest {
  /** Keys of choices, in order. */
  readonly choices: readonly string[];
  /** Begin behind the first `rows` steps of the trace of this schedule. */
  readonly from?: { readonly schedule: string; readonly rows: number };
}

export interface PlayChoice {
  /** Gives the choice back to `play`. */
  readonly key: string;
  /** Index into the trace's threads. */
  readonly thread: number;
  /** The thread's name, with the outcome where there are several. */
  readonly label: string;
  readonly text: string;
  readonly span?: Span;
  readonly outcome: Prospect;
  /** The step ends the run. */
  readonly ends?: PlayEnd;
  readonly preemption: boolean;
}

export interface PlayEnd {
  readonly kind: VerdictKind;
  readonly message: string;
  readonly span?: Span;
}

export interface Play {
  readonly trace: Trace;
  readonly schedule: string;
  readonly here: Prospect;
  /** Before each choice, and at the end. */
  readonly past: readonly Prospect[];
  /** By choice the step of the trace at which it begins, and at the end the number of steps. */
  readonly rows: readonly number[];
  /** By moment of the trace, how many steps of the schedule come before it. */
  readonly counts: readonly number[];
  /** What can still come. */
  readonly kinds: readonly VerdictKind[];
  readonly choices: readonly PlayChoice[];
  readonly waiting: readonly { readonly thread: number; readonly text: string }[];
  readonly ended?: PlayEnd;
  /** Why something is not known. */
  readonly because?: string;
}

/** A player of one program. */
export interface Player {
  /** Begins to work a position out; `problem`: a choice that is not possible there. */
  play(request: PlayRequest): Playing;
}

export interface Playing {
  /** Looks at up to so many states that nobody has looked at. */
  run(states: number): 'more' | Play | { readonly problem: string };
  /** The answer as far as it goes. */
  stop(): Play | { readonly problem: string };
}

/** A player on the states that a search has found. */
export function createPlayer(program: Program, search: Search): Player {
  const graph = createPlayGraph(search);
  return {
    play(request) {
      const prefix = request.from ? prefixOf(program, graph, request.from) : [];
      const walked = 'problem' in prefix ? prefix : walk(graph, prefix, request.choices);
      if ('problem' in walked) return { run: () => walked, stop: () => walked };
      const { steps, end } = walked;
      const before = steps.length - request.choices.length;
      const states = [...steps.slice(before).map(step => step.from), end];
      const targets = [...states, ...(end < 0 ? [] : graph.row(end).map(edge => edge.target))];
      return {
        run(count) {
          if (graph.settle(targets, count) === 'more') return 'more';
          return position(program, graph, walked, before);
        },
        stop() {
          graph.giveUp(targets);
          return position(program, graph, walked, before);
        },
      };
    },
  };
}

interface Walked {
  readonly steps: readonly PathStep[];
  /** The state, or the ending, that they lead to. */
  readonly end: number;
}

interface Problem {
  readonly problem: string;
}

function keyOf({ thread, choice }: PlayEdge): string {
  return choice === 0 ? String(thread) : `${String(thread)}?${choice === SIGNAL ? 's' : String(choice)}`;
}

/** Takes the chosen steps. */
function walk(graph: PlayGraph, prefix: readonly PathStep[], choices: readonly string[]): Walked | Problem {
  const steps = [...prefix];
  let at = prefix.length === 0 ? 0 : targetOf(graph, prefix[prefix.length - 1]);
  for (const [index, key] of choices.entries()) {
    const edge = at < 0 ? undefined : graph.row(at).find(e => e.thread !== FINALLY && keyOf(e) === key);
    if (!edge) return { problem: `choice ${String(index + 1)} (${key}) is not possible there` };
    steps.push({ from: at, edge: -1, thread: edge.thread, choice: edge.choice, isPrivate: false });
    at = edge.target;
  }
  return { steps, end: at };
}

function targetOf(graph: PlayGraph, step: PathStep | undefined): number {
  if (!step) return 0;
  return graph.row(step.from).find(e => e.thread === step.thread && e.choice === step.choice)?.target ?? 0;
}

/**
 * The beginning of a schedule as steps of the graph. The schedule counts steps of the unreduced program; what follows a
 * step unnoticed has been taken with it already, and is no step any more when the schedule comes to it.
 */
function prefixOf(
  program: Program,
  graph: PlayGraph,
  { schedule, rows }: NonNullable<PlayRequest['from']>,
): readonly PathStep[] | Problem {
  const parsed = parseSchedule(program, schedule);
  if ('problem' in parsed) return parsed;
  const { machine: m } = graph.search;
  const f = createStart(program, { ...m.options, reduce: false });
  launch(f);
  const recorder = createRecorder(f);
  // First all of it, to know which steps the rows are.
  for (const { thread, choice } of parsed.steps) {
    if (!choicesOf(f, thread).includes(choice)) break;
    const { fault, limit } = recorder.step(thread, choice, false);
    if (fault ?? limit) break;
  }
  const { length } = recorder.finish({}).steps;
  let count = 0;
  if (rows >= length) count = recorder.length;
  else while (count < recorder.length && recorder.shownAt(count) < rows) count++;

  const again = createStart(program, { ...m.options, reduce: false });
  launch(again);
  /** Threads of the schedule's machine to those of the search's. */
  const threads = new Map(again.threads.map((_, n) => [n, n]));
  /** By thread of the search's machine: steps that were taken ahead. */
  const ahead: number[] = graph.search.startCounts.slice();
  const steps: PathStep[] = [];
  const active = (list: typeof m.threads): readonly number[] =>
    list.flatMap((t, n) => (t && t.status !== 'idle' ? [n] : []));
  let at = 0;
  for (const { thread, choice } of parsed.steps.slice(0, count)) {
    const n = threads.get(thread);
    const wrong = { problem: `the schedule does not fit the search at step ${String(steps.length + 1)}` };
    if (n === undefined || at < 0) return wrong;
    const before = active(again.threads);
    const { fault } = runStep(again, thread, choice);
    again.changedThreads.length = again.changedObjects.length = 0;
    again.globalChanged = false;
    if (fault && count > 0 && (ahead[n] ?? 0) > 0) return wrong;
    if ((ahead[n] ?? 0) > 0) {
      ahead[n] = (ahead[n] ?? 0) - 1;
      continue;
    }
    const edge = graph.row(at).find(e => e.thread === n && e.choice === choice);
    if (!edge) return wrong;
    steps.push({ from: at, edge: -1, thread: n, choice, isPrivate: false });
    graph.store.load(m, at);
    const old = active(m.threads);
    const result = runStep(m, n, choice);
    const fresh = active(m.threads).filter(k => !old.includes(k));
    if (n === m.initThread) m.startCounts.forEach((c, k) => (ahead[k] = c));
    graph.store.undo(m);
    ahead[n] = (ahead[n] ?? 0) + result.count - 1;
    const made = active(again.threads).filter(k => !before.includes(k) && !threads.has(k));
    fresh
      .filter(k => ![...threads.values()].includes(k))
      .forEach((k, index) => {
        const own = made[index];
        if (own !== undefined) threads.set(own, k);
      });
    at = edge.target;
  }
  return steps;
}

function position(program: Program, graph: PlayGraph, { steps, end }: Walked, before: number): Play {
  const { machine: m } = graph.search;
  const ending = end < 0 ? endOf(program, graph, end) : undefined;
  const recorded = recordPath(
    { ...graph.search, store: graph.store },
    steps,
    { open: true, ...(end < 0 && ending?.kind !== 'cannot-tell' ? {} : { passes: true }) },
    (state, thread) => graph.isFree(state, thread),
  );
  const { trace, schedule, recorder, threads } = recorded;
  const indexOf = (thread: number): number | undefined => {
    const own = threads.get(thread);
    return own === undefined ? undefined : recorder.threadAt(own);
  };
  const own = steps.slice(before);
  const past = [...own.map(step => step.from), end].map(state => graph.outlook(state).prospect);
  const { prospect, kinds } = graph.outlook(end);
  const rows = [...own.map((_, k) => recorded.stepAt(before + k)), trace.steps.length];
  const ended = ending ?? (end < 0 ? undefined : overAt(program, graph, end, schedule));
  const choices = end < 0 ? [] : choicesAt(program, graph, end, steps[steps.length - 1]?.thread, indexOf);
  const waiting = end < 0 ? [] : waitingAt(graph, end, indexOf);
  const isOpen = prospect === 'unknown' || choices.some(choice => choice.outcome === 'unknown');
  return {
    trace,
    schedule,
    here: prospect,
    past,
    rows,
    counts: countsOf(recorder),
    kinds,
    choices: m.threads.length > 0 ? choices : [],
    waiting,
    ...(ended ? { ended } : {}),
    ...(isOpen ? { because: whyUnknown(graph) } : {}),
  };
}

function whyUnknown({ search, endings }: PlayGraph): string {
  if (search.stopped) return `not all states are known: ${search.stopped.message}`;
  const open = endings.find(e => 'limit' in e && !e.limit.stated);
  return open && 'limit' in open ? open.limit.message : 'there was no time to look at all that can follow';
}

function endOf(program: Program, graph: PlayGraph, target: number): PlayEnd | undefined {
  const ending = graph.endings[-1 - target];
  if (!ending) return undefined;
  const site = 'fault' in ending ? ending.fault.site : ending.limit.site;
  const span = program.sites[site]?.span;
  const place = span ? { span } : {};
  return 'fault' in ending
    ? { kind: ending.fault.kind, message: ending.fault.message, ...place }
    : { kind: 'cannot-tell', message: ending.limit.message, ...place };
}

/** What a run that has come to this state has ended in; undefined if it goes on. */
function overAt(program: Program, graph: PlayGraph, state: number, schedule: string): PlayEnd | undefined {
  const judgement = judgedIn(graph, state);
  if (judgement < 0) return endOf(program, graph, judgement);
  const moves = graph.row(state).some(e => e.target !== state && graph.isFree(state, e.thread));
  if (graph.isStuck(state)) {
    if (moves) return undefined;
    const { kind, message } = replay(program, schedule, { ...defaultOptions, maxStates: 20_000 });
    return {
      kind: kind === undefined || kind === 'holds' ? 'hang' : kind,
      message: message ?? 'not all threads can finish',
    };
  }
  if (graph.outlook(state).prospect === 'cannot-fail' && (graph.hasPassed(state) || !moves))
    return { kind: 'holds', message: 'nothing bad happens in this schedule' };
  return undefined;
}

function choicesAt(
  program: Program,
  graph: PlayGraph,
  state: number,
  last: number | undefined,
  indexOf: (thread: number) => number | undefined,
): readonly PlayChoice[] {
  const { machine: m } = graph.search;
  const edges = graph.row(state).filter(e => e.thread !== FINALLY && e.target !== state);
  const isFree = last !== undefined && graph.isFree(state, last);
  return edges.map(edge => {
    graph.store.load(m, state);
    const { thread, choice, target } = edge;
    const t = m.threads[thread];
    const frame = t?.frames[t.frames.length - 1];
    const i = t?.status === 'running' && frame ? instructionAt(m, frame) : undefined;
    const name = threadName(m, thread);
    const several = edges.filter(e => e.thread === thread && e.choice !== SIGNAL).length > 1;
    const outcome = several && choice !== SIGNAL && i ? outcomeText(i, choice) : undefined;
    const site = i ? program.sites[i.site] : undefined;
    const info = m.threadInfos[thread];
    const span =
      site?.span ??
      (info?.program === undefined ? undefined : program.threads[info.program]?.span) ??
      program.functions[t?.entry ?? -1]?.span;
    const ends = target < 0 ? endOf(program, graph, target) : undefined;
    return {
      key: keyOf(edge),
      thread: indexOf(thread) ?? thread,
      label: outcome === undefined ? name : `${name}: ${outcome}`,
      text:
        choice === SIGNAL
          ? 'a signal arrives'
          : t?.status === 'ready'
            ? `${name} begins`
            : (site?.text ?? ''),
      ...(span ? { span } : {}),
      outcome: graph.outlook(target).prospect,
      ...(ends ? { ends } : {}),
      preemption: isFree && thread !== last,
    };
  });
}

/** Why the other threads have no choice. */
function waitingAt(
  graph: PlayGraph,
  state: number,
  indexOf: (thread: number) => number | undefined,
): readonly { readonly thread: number; readonly text: string }[] {
  const { machine: m } = graph.search;
  const spinning = new Set(
    graph
      .row(state)
      .filter(e => e.target === state)
      .map(e => e.thread),
  );
  const moving = new Set(
    graph
      .row(state)
      .filter(e => e.target !== state)
      .map(e => e.thread),
  );
  graph.store.load(m, state);
  return m.threads.flatMap((t, n) => {
    const thread = indexOf(n);
    if (!t || thread === undefined || moving.has(n) || (t.status !== 'running' && t.status !== 'ready'))
      return [];
    if (spinning.has(n)) return [{ thread, text: 'spins until memory changes' }];
    const wait = waitOf(m, n);
    return wait ? [{ thread, text: `waits for ${wait.text}` }] : [];
  });
}
