/**
 * The search: breadth first over all states, edges kept.
 *
 * Reduction, and why it keeps what is asked for (AG EF `all required threads done`, and every kind of fault):
 * 1. Fusing. A step runs on through accesses to memory that only one thread touches (sharing.ts). Such an access
 *    commutes with every step of other threads and is always enabled, so each execution of the full program can be
 *    reordered into a fused one with the same visible steps, the same faults (a failing local instruction parks, it is
 *    never run early) and the same end; a state is stuck iff the state after the pending private work is.
 *    `Only one thread touches it` is assumed at first and checked in every state; a conflict marks the cell and the
 *    search starts again, so at the end the assumption has been verified for all fused executions, and by induction over
 *    the first conflict of a full execution, for all executions.
 * 2. Private steps. A thread in front of its own choice (RACE_CHOOSE, an unknown branch, a failing allocation), or of an
 *    entry that nobody observes, is expanded alone: a one-thread ample set, independent of all others. To ignore nobody
 *    for ever, this is done only if every successor has a higher number than the state, so that no cycle of the graph is
 *    made of such states only (breadth-first numbers grow along ample edges).
 * 3. Dead registers are forgotten (store.ts); they influence nothing.
 */
import { neverCancelled, type CancelToken } from '../base/cancel';
import type { Program } from '../ir/program';
import { createCompiled, type Compiled } from './compiled/search';
import { addEdge, createGraph, endRow, endingTarget, FINALLY, packLabel, type Graph } from './graph';
import { createEstimator } from './estimate';
import type { Machine } from './machine';
import type { Options } from './options';
import { collectRaces } from './races';
import type { CannotTellReason, Report } from './report';
import { allRequiredDone, checkFinally, isAtRest } from './rest';
import { forgetAccesses } from './sharing';
import { createStart, launch } from './start';
import { choicesOf, isPrivateStep, runStep } from './step';
import { createStore, type GrowingStore, type Store } from './store';

/** What a search has found, for reporting. */
export interface Search {
  readonly program: Program;
  readonly machine: Machine;
  /** Steps that each thread took unnoticed at its start (Machine.startCounts of the initial state). */
  readonly startCounts: readonly number[];
  readonly store: Store;
  readonly graph: Graph;
  /** What has searched; if not the compiled search, why. */
  readonly engine: NonNullable<Report['engine']>;
  /** Set if the search stopped early. */
  readonly stopped?: { readonly reason: CannotTellReason; readonly message: string };
}

/** A search that can be continued in quanta. */
export interface Exploration {
  /** Expands up to `budget` states. The search, when it is over. */
  run(budget: number): 'more' | Search;
}

/** After the first new mark of a round the search goes on this far to find more marks, then starts again. */
const ROUND_SLACK = 64;
/** After so many states a search whose frontier is so large, relative to what has been expanded, is compiled. */
const EARLY = 50;
const LARGE_FRONTIER = 0.6;
/** States up to which repeats of work items and timers are not counted: if the space is finite without, all the better. */
const UNCOUNTED = 60_000;

export function createExploration(
  program: Program,
  options: Options,
  cancel: CancelToken = neverCancelled,
  from?: Machine,
): Exploration {
  const m = from ?? createStart(program, options);
  const begin = (): void => {
    restore(m, initial);
    if (from) return;
    launch(m);
  };
  let store = createStore();
  let graph = createGraph();
  const initial = snapshot(m);
  const initialNotes = [...m.notes];
  if (options.reduce) explorePassively(m, begin);
  let marks = m.marks.shared;
  let firstNewMark = -1;
  let next = 0;
  let startCounts: readonly number[] = [];
  let compiled: Compiled | undefined;
  let mayCompile = Number.isFinite(options.compileAfter);
  let why = mayCompile ? `fewer than ${options.compileAfter} states` : 'switched off';
  const estimator = createEstimator();

  const restart = (): void => {
    forgetAccesses(m.marks);
    // What RACE_INIT was seen to do stays; what threads do before their first step is noted anew.
    m.notes.clear();
    for (const [key, note] of initialNotes) m.notes.set(key, note);
    m.statedBounds.clear();
    begin();
    store = createStore();
    graph = createGraph();
    store.begin(m);
    startCounts = m.startCounts.slice();
    marks = m.marks.shared;
    firstNewMark = -1;
    next = 0;
    compiled = undefined;
  };
  restart();

  const result = (stopped?: Search['stopped']): Search => ({
    program,
    startCounts,
    machine: m,
    store: compiled?.store ?? store,
    graph: compiled?.graph() ?? graph,
    engine: compiled ? { kind: 'compiled' } : { kind: 'interpreter', why },
    ...(stopped && { stopped }),
  });
  const stop = (reason: CannotTellReason, message: string): Search => result({ reason, message });
  const memoryStop = (): Search =>
    stop('memory', `more than ${Math.round(options.maxBytes / 1e6)} MB of states`);
  const noMemory = (bytes: number): Search =>
    stop('memory', `there is no memory for more than ${Math.round(bytes / 1e6)} MB of states`);

  /** Why the search ends here, if it does. */
  const stopped = (states: number, transitions: number, bytes: number): Search | undefined => {
    if (cancel.cancelled) return stop('cancelled', 'cancelled');
    if (next % 256 === 0 || compiled) {
      const remaining = options.progress && estimator.remaining(states, next);
      const go = options.progress?.({
        states,
        transitions,
        frontier: states - next,
        ...(remaining === undefined ? {} : { remaining }),
      });
      if (go === 'time') return stop('time', 'the time limit was reached');
      if (go === 'cancelled') return stop('cancelled', 'cancelled');
    }
    if (states > options.maxStates) return stop('states', `more than ${options.maxStates} states`);
    if ((next % 64 === 0 || compiled) && bytes > options.maxBytes) return memoryStop();
    return undefined;
  };
  /** Small searches end sooner without; in large ones, much is still to be expanded early on. */
  const isTimeToCompile = (): boolean =>
    next >= options.compileAfter || (next >= EARLY && store.size - next >= next * LARGE_FRONTIER);
  /** Where every access is a step, nothing rests on the marks. */
  const settled = (): boolean => !options.reduce || m.marks.shared === marks;
  /** The round goes on for a while after a new mark, to find more of them; then everything starts again. */
  const startAgain = (states: number): boolean => {
    if (!settled() && firstNewMark < 0) firstNewMark = next;
    let again = firstNewMark >= 0 && next - firstNewMark > ROUND_SLACK + firstNewMark / 8;
    if (!m.countRepeats && states > UNCOUNTED && hasRepeats(m)) {
      m.countRepeats = true;
      again = true;
    }
    if (again) restart();
    return again;
  };
  const runCompiled = (c: Compiled, budget: number): 'more' | Search | undefined => {
    const end = stopped(c.store.size, c.edges, c.store.bytes);
    if (end) return end;
    // Close to a limit in small pieces.
    const left = Math.min(options.maxStates - c.store.size, (options.maxBytes - c.store.bytes) / BYTES_AHEAD);
    const piece = Math.max(1, Math.min(budget, Math.floor(left / 8)));
    const answer = c.run(firstNewMark < 0 ? piece : ROUND_SLACK);
    next = c.expanded;
    if (answer === 'memory') return noMemory(c.store.bytes);
    if (answer === 'lost') {
      mayCompile = false;
      why = 'steps depend on too much of the state';
      restart();
      return undefined;
    }
    if (startAgain(c.store.size) || answer === 'more') return undefined;
    if (settled()) return stopped(c.store.size, c.edges, c.store.bytes) ?? result();
    restart();
    return undefined;
  };

  return {
    run(budget) {
      for (let k = 0; k < budget; k++) {
        if (compiled) {
          const answer = runCompiled(compiled, COMPILED_PIECE);
          if (answer !== undefined) return answer;
          if (k + 32 > budget) return 'more';
          k += 32;
          continue;
        }
        if (next >= store.size) {
          if (settled()) return result();
          restart();
        }
        const end = stopped(store.size, graph.edges, store.bytes + graph.edges * 8);
        if (end) return end;
        if (mayCompile && isTimeToCompile() && firstNewMark < 0) {
          const made = createCompiled(m, store, graph);
          if (typeof made !== 'string') {
            compiled = made;
            continue;
          }
          mayCompile = false;
          why = made;
        }
        expand(m, store, graph, next);
        next++;
        startAgain(store.size);
      }
      return 'more';
    },
  };
}

/** States that the compiled search expands at a time: a few milliseconds. */
const COMPILED_PIECE = 8192;
/** What a state may take. */
const BYTES_AHEAD = 128;

function hasRepeats(m: Machine): boolean {
  return m.threadInfos.some(i => i.origin === 'work' || i.origin === 'timer');
}

/** Steps of the threads in state `index`, as a row of the graph: those that the search needs, or (`all`) of all threads. */
export function expand(m: Machine, store: GrowingStore, graph: Graph, index: number, all = false): void {
  store.load(m, index);
  const count = m.threads.length;
  let ample = -1;
  for (let n = 0; n < count && ample < 0 && !all; n++)
    if (isPrivateStep(m, n) && choicesOf(m, n).length > 0) ample = n;
  const row = graph.edges;
  if (ample >= 0) {
    const grew = takeSteps(m, store, graph, ample, true);
    let allAhead = grew;
    for (let e = row; e < graph.edges; e++) if ((graph.targets[e] ?? 0) <= index) allAhead = false;
    if (allAhead) {
      endRow(graph, false);
      return;
    }
    graph.edges = row;
  }
  for (let n = 0; n < count; n++) takeSteps(m, store, graph, n, false);
  collectRaces(m);
  const goal = allRequiredDone(m);
  if (goal && m.program.finally.length > 0 && isAtRest(m)) {
    const result = checkFinally(m);
    store.undo(m);
    if (result.fault)
      addEdge(
        graph,
        endingTarget(graph, { fault: result.fault, thread: FINALLY }),
        packLabel(FINALLY, 0, result.decided, false),
      );
    else if (result.limit)
      addEdge(
        graph,
        endingTarget(graph, { limit: result.limit, thread: FINALLY }),
        packLabel(FINALLY, 0, result.decided, false),
      );
  }
  endRow(graph, goal);
}

/** Adds the edges of thread `n`; true if there is one. */
function takeSteps(m: Machine, store: GrowingStore, graph: Graph, n: number, isPrivate: boolean): boolean {
  const choices = choicesOf(m, n);
  for (const choice of choices) {
    const result = runStep(m, n, choice);
    let target: number;
    if (result.fault) target = endingTarget(graph, { fault: result.fault, thread: n });
    else if (result.limit) target = endingTarget(graph, { limit: result.limit, thread: n });
    else {
      target = store.save(m);
      addEdge(graph, target, packLabel(n, choice, result.decided, isPrivate));
      continue;
    }
    store.undo(m);
    addEdge(graph, target, packLabel(n, choice, result.decided, isPrivate));
  }
  return choices.length > 0;
}

interface Snapshot {
  readonly threads: Machine['threads'];
  readonly objects: Machine['objects'];
  readonly global: Machine['global'];
}

function snapshot(m: Machine): Snapshot {
  return { threads: m.threads.slice(), objects: m.objects.slice(), global: m.global };
}

function restore(m: Machine, s: Snapshot): void {
  for (let n = 0; n < m.threads.length; n++) m.threads[n] = s.threads[n];
  for (let n = 0; n < m.objects.length; n++) m.objects[n] = s.objects[n];
  m.global = s.global;
}

const PASSIVE_STEPS = 3000;
/** A step with so many private accesses is a loop. */
const PASSIVE_LONG = 200;

/** So many rotations without a new conflict are enough: what they have missed, the search finds. */
const IDLE_ROTATIONS = 1;

/** Runs the threads one after another, in rotations of their order: most conflicts show at once. */
function explorePassively(m: Machine, begin: () => void): void {
  begin();
  const count = m.threads.length;
  let idle = 0;
  for (let first = 0; first < count && idle < IDLE_ROTATIONS; first++) {
    forgetAccesses(m.marks);
    begin();
    const marks = m.marks.shared;
    let moved = true;
    for (let steps = 0; moved && steps < PASSIVE_STEPS;) {
      moved = false;
      for (let k = 0; k < m.threads.length; k++) {
        const n = (first + k) % m.threads.length;
        for (let own = 0; own < PASSIVE_STEPS / 4; own++) {
          const choice = choicesOf(m, n)[0];
          if (choice === undefined) break;
          const before = m.marks.shared;
          const t = m.threads[n];
          const result = runStep(m, n, choice);
          m.changedThreads.length = 0;
          m.changedObjects.length = 0;
          m.globalChanged = false;
          steps++;
          if (result.fault || result.limit || result.count === 0 || result.count > PASSIVE_LONG) break;
          moved = moved || m.marks.shared !== before || m.threads[n]?.status !== t?.status;
        }
      }
    }
    idle = m.marks.shared === marks ? idle + 1 : 0;
  }
}
