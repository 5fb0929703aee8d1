/**
 * Behind the first state from which nothing good can come: the schedule is continued until nothing new can happen, so
 * that a reader sees the waiter wait; then it is told who waits for what, and whether in a circle (deadlock) or not.
 */
import type { Search } from './explore';
import { explainWaiter, owersOf } from './explain';
import { edgeOf, isFree, type Path, type PathStep } from './path';
import { labelAt, unpackLabel, type Graph } from './graph';
import type { Span } from '../base/span';
import type { Explanation, ThreadStatus, Trace, Verdict, Waiter } from './report';
import type { Machine } from './machine';
import { recordPath, type Recorded } from './record';
import { isRequired } from './rest';
import { findCycle, waitOf, type Wait } from './waits';
import { threadName } from './names';
import { findNeed, type Need } from './spin';
import { framesOf, nowhere } from './trace';

export interface Stuck {
  readonly verdict: Exclude<Verdict, { kind: 'holds' } | { kind: 'cannot-tell' }>;
  readonly recorded: Recorded;
  readonly explanation: Explanation;
}

const MOST_STEPS = 4000;
const MOST_ROUND = 64;
const MOST_WAITERS = 6;

export function describeStuck(search: Search, path: Path): Stuck {
  const { graph } = search;
  const steps = [...path.steps];
  const end = walkOn(graph, path.end, steps);
  const lasso = appendRound(graph, end, waitsIn(search, end).required, steps);
  const recorded = recordPath(search, steps, { doomed: path.steps.length, lasso });
  return { recorded, ...explainStuck(search, end, recorded) };
}

/** The same for a state that a replay has come to: `recorded` is how. */
export function explainEnd(search: Search, state: number, recorded: Recorded): Omit<Stuck, 'recorded'> {
  return explainStuck(search, walkOn(search.graph, state, []), recorded);
}

function explainStuck(search: Search, end: number, recorded: Recorded): Omit<Stuck, 'recorded'> {
  const { machine: m, store } = search;
  const { required, waits, needs } = waitsIn(search, end);
  store.load(m, end);
  const cycle = findCycle(waits);
  const first = cycle?.[0]?.thread ?? required.find(n => needs.has(n)) ?? required[0] ?? 0;
  const order = [first, ...required.filter(n => n !== first)].slice(0, MOST_WAITERS);
  const waiters = order.map(n => explainWaiter(m, n, waits.get(n), needs.get(n), recorded));
  const span = spanOf(m, first).span ?? nowhere;
  const told = cycle ? tellCycle(search, cycle, waiters) : tellHang(waiters);
  return {
    verdict: { kind: cycle ? 'deadlock' : 'hang', message: told.message, span },
    explanation: {
      summary: told.summary,
      waiters,
      ...(cycle
        ? {
            cycle: cycle.map((w, k) => {
              const heldBy = threadName(m, (cycle[k + 1] ?? cycle[0] ?? w).thread);
              const at = takenAt(recorded.trace, heldBy, w.held);
              return {
                thread: threadName(m, w.thread),
                waitsFor: w.text,
                heldBy,
                held: w.held,
                ...spanOf(m, w.thread),
                ...(at ? { heldAt: at } : {}),
              };
            }),
          }
        : {}),
    },
  };
}

/** Where the thread stands. */
function spanOf(m: Machine, n: number): { span?: Span } {
  const t = m.threads[n];
  const frames = t ? framesOf(m, t) : [];
  const span = frames[frames.length - 1]?.span;
  return span ? { span } : {};
}

/** The step at which a thread last took what it still has: a lock by its name, or a reader section. */
function takenAt(trace: Trace, name: string, held: string): Span | undefined {
  const thread = trace.threads.findIndex(t => t.name === name);
  const has = (status: ThreadStatus | undefined): boolean =>
    status !== undefined &&
    (held === 'a read-side critical section' ? status.reader !== undefined : status.holds.includes(held));
  for (let k = trace.steps.length - 1; k >= 0; k--) {
    const before = k === 0 ? trace.start : (trace.steps[k - 1]?.threads ?? []);
    if (!has(trace.steps[k]?.threads[thread])) return undefined;
    if (!has(before[thread])) return trace.steps[k]?.span;
  }
  return undefined;
}

/** Whether the state's stuck threads wait in a circle; cheaper than a description. */
export function isDeadlock(search: Search, state: number): boolean {
  return findCycle(waitsIn(search, state).waits) !== undefined;
}

function waitsIn(
  search: Search,
  state: number,
): {
  readonly required: readonly number[];
  readonly waits: Map<number, Wait>;
  readonly needs: Map<number, Need>;
} {
  const { machine: m, store } = search;
  store.load(m, state);
  const waits = new Map<number, Wait>();
  const needs = new Map<number, Need>();
  const required: number[] = [];
  for (let n = 0; n < m.threads.length; n++) {
    const t = m.threads[n];
    const info = m.threadInfos[n];
    if (!t || !info) continue;
    const wait = waitOf(m, n);
    const isMust = isRequired(info, t);
    if (isMust) required.push(n);
    if (wait && wait.givers.length > 0) waits.set(n, wait);
    else if (wait && isMust) waits.set(n, { ...wait, givers: owersOf(m, n, undefined) });
    else if (t.status === 'running' && !wait) {
      const need = findNeed(m, n);
      if (!need) continue;
      needs.set(n, need);
      waits.set(n, { thread: n, text: 'memory to change', givers: owersOf(m, n, need), held: 'a store' });
    }
  }
  return { required, waits, needs };
}

function tellCycle(
  search: Search,
  cycle: readonly Wait[],
  waiters: readonly Waiter[],
): { message: string; summary: string } {
  const m = search.machine;
  const parts = cycle.map(w => {
    const name = threadName(m, w.thread);
    return `${name} waits for ${waiters.find(x => x.thread === name)?.waitsFor ?? w.text}`;
  });
  const message = parts.join(', and ');
  const closing =
    cycle.length === 1
      ? 'it waits for itself and can never go on'
      : 'each waits for the next in a circle, so none of them can ever go on';
  return { message, summary: `${message}: ${closing}.` };
}

function tellHang(waiters: readonly Waiter[]): { message: string; summary: string } {
  const w = waiters[0];
  if (!w) return { message: 'not all threads can finish', summary: 'Not all threads can finish.' };
  const message = `${w.thread} can never finish: it waits for ${w.waitsFor}`;
  const site = w.sites.find(s => s.why.some(y => y.state !== 'behind')) ?? w.sites[0];
  const others = waiters.slice(1).map(o => `${o.thread} waits for ${o.waitsFor}`);
  const why = site
    ? `, and nobody is left to do that: '${site.text}' in ${site.function}() could, but ${site.reason}`
    : w.cell === undefined
      ? ''
      : ', and nothing that is left to run does that';
  return { message, summary: `${message}${why}${others.length ? `; ${others.join('; ')}` : ''}.` };
}

const MOST_SAMPLES = 60;

/**
 * A state at the end of some schedule whose stuck threads wait in a circle (or do not), unlike the one described
 * first; -1 if none is among those looked at. Looks at states without a way on, in the order of their numbers.
 */
export function findOtherEnd(search: Search, good: Uint8Array, deadlock: boolean): number {
  const { graph } = search;
  const looked = new Set<number>();
  for (let s = 0; s < graph.expanded && looked.size < MOST_SAMPLES; s++) {
    if (good[s]) continue;
    const next = graph.starts[s + 1] ?? 0;
    let moves = false;
    for (let e = graph.starts[s] ?? 0; e < next && !moves; e++)
      moves = graph.targets[e] !== s && isFree(graph, s, labelAt(graph, e) & 4095);
    if (moves) continue;
    const end = walkOn(graph, s, []);
    if (looked.has(end)) continue;
    looked.add(end);
    if (isDeadlock(search, end) === deadlock) return end;
  }
  return -1;
}

/** Takes steps to new states, with as few switches as possible, while there are any. */
export function walkOn(g: Graph, from: number, steps: PathStep[]): number {
  const visited = new Set<number>([from]);
  let at = from;
  let last = steps[steps.length - 1]?.thread ?? -1;
  for (let k = 0; k < MOST_STEPS && at < g.expanded; k++) {
    let best = -1;
    let bestRank = 2;
    for (let e = g.starts[at] ?? 0; e < (g.starts[at + 1] ?? 0); e++) {
      const to = g.targets[e] ?? 0;
      if (to < 0 || visited.has(to)) continue;
      const { thread } = unpackLabel(labelAt(g, e));
      const rank = (isFree(g, at, thread) ? 0 : 2) + (thread === last ? 0 : 1);
      if (rank < bestRank) {
        best = e;
        bestRank = rank;
      }
    }
    if (best < 0) break;
    const label = unpackLabel(labelAt(g, best));
    steps.push({
      from: at,
      edge: best,
      thread: label.thread,
      choice: label.choice,
      isPrivate: label.isPrivate,
    });
    last = label.thread;
    at = g.targets[best] ?? 0;
    visited.add(at);
  }
  return at;
}

/** One round of a stuck thread that still moves; gives back where it begins. */
function appendRound(
  g: Graph,
  at: number,
  threads: readonly number[],
  steps: PathStep[],
): number | undefined {
  for (const n of threads) {
    const round: PathStep[] = [];
    let s = at;
    for (let k = 0; k < MOST_ROUND; k++) {
      const edge = edgeOf(g, s, n);
      if (edge < 0) break;
      const label = unpackLabel(labelAt(g, edge));
      round.push({ from: s, edge, thread: n, choice: label.choice, isPrivate: label.isPrivate });
      s = g.targets[edge] ?? -1;
      if (s === at) {
        const begin = steps.length;
        steps.push(...round);
        return begin;
      }
      if (s < 0) break;
    }
  }
  return undefined;
}
