/**
 * Behind the first state from which nothing good can come: the schedule is continued until nothing new can happen, so
 * that a reader sees the waiter wait; then it is told who waits for what, and whether in a circle (deadlock) or not.
 */
import type { Search } from './explore';
import { edgeOf, isFree, type Path, type PathStep } from './path';
import { unpackLabel, type Graph } from './graph';
import type { Explanation, Verdict } from './report';
import { isRequired } from './rest';
import { findCycle, waitOf, type Wait } from './waits';
import { threadName } from './names';
import { framesOf, nowhere } from './trace';

export interface Stuck {
  readonly verdict: Exclude<Verdict, { kind: 'holds' } | { kind: 'cannot-tell' }>;
  /** The path and its continuation. */
  readonly steps: readonly PathStep[];
  readonly lasso: number | undefined;
  readonly explanation: Explanation;
}

const MOST_STEPS = 4000;
const MOST_ROUND = 64;

export function continueStuck(search: Search, path: Path): Stuck {
  const { machine: m, store, graph } = search;
  const steps = [...path.steps];
  const end = walkOn(graph, path.end, steps);
  store.load(m, end);
  const waits = new Map<number, Wait>();
  const stuckThreads: number[] = [];
  for (let n = 0; n < m.threads.length; n++) {
    const t = m.threads[n];
    const info = m.threadInfos[n];
    if (!t || !info) continue;
    const wait = waitOf(m, n);
    if (wait) waits.set(n, wait);
    if (isRequired(info, t)) stuckThreads.push(n);
  }
  const cycle = findCycle(waits);
  const waiter = cycle?.[0]?.thread ?? stuckThreads[0] ?? 0;
  const t = m.threads[waiter];
  const frames = t ? framesOf(m, t) : [];
  const span = frames[frames.length - 1]?.span ?? nowhere;
  const names = stuckThreads.map(n => threadName(m, n)).join(', ');
  const lasso = appendRound(graph, end, stuckThreads, steps);
  const message = cycle
    ? `deadlock: ${cycle.map(w => `${threadName(m, w.thread)} waits for ${w.text}`).join('; ')}`
    : `${names} can never finish: waits for ${waits.get(waiter)?.text ?? 'a change that nobody is left to make'}`;
  return {
    verdict: { kind: cycle ? 'deadlock' : 'hang', message, span },
    steps,
    lasso,
    explanation: { summary: `${message}.`, waiters: [] },
  };
}

/** Takes steps to new states, with as few switches as possible, while there are any. */
function walkOn(g: Graph, from: number, steps: PathStep[]): number {
  const visited = new Set<number>([from]);
  let at = from;
  let last = steps[steps.length - 1]?.thread ?? -1;
  for (let k = 0; k < MOST_STEPS && at < g.expanded; k++) {
    const edges: number[] = [];
    for (let e = g.starts[at] ?? 0; e < (g.starts[at + 1] ?? 0); e++) {
      const to = g.targets[e] ?? 0;
      if (to >= 0 && !visited.has(to)) edges.push(e);
    }
    const rank = (e: number): number => {
      const { thread } = unpackLabel(g.labels[e] ?? 0);
      const free = isFree(g, at, thread, new Map());
      return (free ? 0 : 2) + (thread === last ? 0 : 1);
    };
    edges.sort((a, b) => rank(a) - rank(b) || a - b);
    const edge = edges[0];
    if (edge === undefined || rank(edge) >= 2) break;
    const label = unpackLabel(g.labels[edge] ?? 0);
    steps.push({ from: at, edge, thread: label.thread, choice: label.choice, isPrivate: label.isPrivate });
    last = label.thread;
    at = g.targets[edge] ?? 0;
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
      const label = unpackLabel(g.labels[edge] ?? 0);
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
