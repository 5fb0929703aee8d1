/**
 * Which orders of the schedule matter. An arrow says that step `first` of one thread comes before step `then` of another;
 * the two touch something in common. An arrow is *decisive* if the finding disappears when it is turned round: explored
 * with the constraint that `first` may not happen before `then` has, no schedule has the finding any more. So every
 * failing schedule of the graph has every decisive arrow.
 *
 * Shown are the decisive arrows without those that follow from the others and the order of steps within the threads.
 * If they are *sufficient*, every schedule in which their steps happen in these orders (with the schedule's own outcomes of
 * choices) has the finding. If not, arrows that are not decisive alone are added, as few as possible: without one
 * of those, some schedule passes that has all the others.
 *
 * For a hang the steps behind the point of no return take part: a step that comes too late is one end of an arrow.
 *
 * All of it is worked out on the graph of the search. Steps that were fused or taken early there are the affair of one
 * thread and in no order with the others. A step is recognised in other schedules by thread, call chain and count.
 */
import { depend, eventsOf, type Event, type Events } from './events';
import { endsFor, type Ends } from './ends';
import type { Search } from './explore';
import { labelAt, type Graph } from './graph';
import type { Path } from './path';
import type { VerdictKind } from './report';
import { SIGNAL } from './step';
import { walkOn } from './stuck';

export interface Arrow {
  /** Indexes of the path's steps. */
  readonly first: number;
  readonly then: number;
  readonly decisive: boolean;
}

export interface Orders {
  readonly arrows: readonly Arrow[];
  /** Whether all arrows together, with the outcomes of `choices`, always lead to the finding; undefined: not known. */
  readonly sufficient: boolean | undefined;
  /** Steps of the path whose outcome was one of several. */
  readonly choices: readonly number[];
  /** Orders that were turned round to see. */
  readonly tried: number;
}

/** Edges looked at, altogether; beyond, what is open is not known. */
const MOST_WORK = 400_000_000;
/** States of the constrained exploration for sufficiency. */
const MOST_NODES = 1_000_000;
const MOST_PAIRS = 4000;
/** Arrows that may be added to make them sufficient. */
const MOST_ADDED = 60;

interface Pair {
  readonly a: Event;
  readonly b: Event;
}

/** The orders that matter for the finding at the end of a path; undefined if that is too much work. */
export function* ordersOf(
  search: Search,
  good: Uint8Array,
  path: Path,
  kind: VerdictKind,
): Generator<void, Orders | undefined> {
  const { graph, store } = search;
  const ends = endsFor(graph, store.size, good, kind);
  // What happens behind the point of no return came too late: that is an order as well.
  const steps = [...path.steps];
  if (path.end >= 0) walkOn(graph, path.end, steps);
  const events = eventsOf(search, steps);
  const choices = events.list.filter(e => e.choice !== undefined && e.at < path.steps.length);
  const candidates = pairsOf(events.list, path.steps.length);
  if (candidates.length > MOST_PAIRS) return undefined;
  yield;
  let work = 0;
  const decisive: Pair[] = [];
  for (const pair of candidates) {
    const { isDecisive, looked } = turnRound(graph, ends, events, pair);
    work += looked;
    if (isDecisive === undefined || work > MOST_WORK) return undefined;
    if (isDecisive) decisive.push(pair);
    yield;
  }
  const kept = reduced(decisive, events.list);
  const asArrow = (d: boolean) => (p: Pair) => ({ first: p.a.at, then: p.b.at, decisive: d });
  const answer = (added: readonly Pair[], sufficient: boolean | undefined): Orders => ({
    arrows: [...kept.map(asArrow(true)), ...added.map(asArrow(false))].sort(
      (x, y) => x.first - y.first || x.then - y.then,
    ),
    sufficient,
    choices: choices.map(e => e.at),
    tried: candidates.length,
  });
  const isEnough = (pairs: readonly Pair[]): boolean | undefined =>
    alwaysFinds(graph, ends, events, pairs, choices);
  const enough = isEnough(kept);
  yield;
  if (enough !== false) return answer([], enough);
  // With every order of the schedule that could make a difference it is the schedule again.
  let added = reduced(candidates, events.list).filter(p => !kept.includes(p));
  if (added.length > MOST_ADDED || isEnough([...kept, ...added]) !== true) return answer([], false);
  for (const pair of [...added].reverse()) {
    const fewer = added.filter(p => p !== pair);
    if (isEnough([...kept, ...fewer]) === true) added = fewer;
    yield;
  }
  return answer(added, true);
}

/** Pairs of steps of different threads that depend on each other, in the schedule's order; the first comes before `until`. */
function pairsOf(list: readonly Event[], until: number): Pair[] {
  const pairs: Pair[] = [];
  const visible = list.filter(e => !e.isPrivate);
  for (const b of visible)
    for (const a of visible) {
      if (a.at >= b.at || a.at >= until) break;
      if (a.thread !== b.thread && depend(a, b)) pairs.push({ a, b });
    }
  return pairs;
}

/** Leaves out what follows from the other pairs and the order within the threads (transitive reduction). */
function reduced(pairs: readonly Pair[], list: readonly Event[]): Pair[] {
  const visible = list.filter(e => !e.isPrivate);
  const follows = (pair: Pair): boolean => {
    const open: Event[] = [pair.a];
    const seen = new Set<Event>(open);
    for (let e = open.pop(); e; e = open.pop()) {
      if (e === pair.b) return true;
      const here = e;
      const next = [
        ...visible.filter(f => f.thread === here.thread && f.at > here.at).slice(0, 1),
        ...pairs.filter(p => p !== pair && p.a === here).map(p => p.b),
      ];
      for (const n of next)
        if (n.at <= pair.b.at && !seen.has(n)) {
          seen.add(n);
          open.push(n);
        }
    }
    return false;
  };
  return pairs.filter(p => !follows(p));
}

/**
 * Explores with the constraint that `a` may not happen before `b` has: is the finding out of reach? Nodes are states with
 * counts of the steps at a's and b's places, as long as neither has happened.
 */
function turnRound(
  g: Graph,
  ends: Ends,
  { classes }: Events,
  { a, b }: Pair,
): { readonly isDecisive: boolean | undefined; readonly looked: number } {
  const countsA = a.occurrence;
  const countsB = b.occurrence + 1;
  const nodes = g.expanded * countsA * countsB;
  if (nodes > 2 ** 28) return { isDecisive: undefined, looked: 0 };
  const seen = new Uint8Array(nodes);
  const open = [0];
  seen[0] = 1;
  let looked = 0;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const state = Math.floor(node / (countsA * countsB));
    const doneA = Math.floor(node / countsB) % countsA;
    const doneB = node % countsB;
    if (ends.isFinding(state)) return { isDecisive: false, looked };
    for (let e = g.starts[state] ?? 0; e < (g.starts[state + 1] ?? 0); e++) {
      looked++;
      const to = g.targets[e] ?? 0;
      const isFound = ends.isFinding(to);
      const isFree = isFound || (to >= 0 && ends.canFind[to] === 1);
      // Nothing can be found that way anyhow.
      if (!isFree) continue;
      let nextA = doneA;
      let nextB = doneB;
      if (classes[e] === a.class && ++nextA === a.occurrence) {
        if (isTaken(g, e, a)) continue;
        // It took another outcome: this step will never happen, nobody waits for it.
        return { isDecisive: false, looked };
      }
      // `b` with another outcome is not b: whoever waits for it waits for ever.
      if (classes[e] === b.class && nextB < b.occurrence && ++nextB === b.occurrence && isTaken(g, e, b))
        return { isDecisive: false, looked };
      if (isFound) return { isDecisive: false, looked };
      const next = (to * countsA + nextA) * countsB + nextB;
      if (to >= g.expanded || seen[next]) continue;
      seen[next] = 1;
      open.push(next);
    }
  }
  return { isDecisive: true, looked };
}

function isTaken(g: Graph, edge: number, event: Event): boolean {
  return event.choice === undefined || choiceAt(g, edge) === event.choice;
}

function choiceAt(g: Graph, edge: number): number {
  return (labelAt(g, edge) >> 12) & SIGNAL;
}

/**
 * Whether every run in which the steps of the pairs happen, in the pairs' orders and with the schedule's outcomes, comes
 * to the finding. Nodes are states with counts of the steps at the places of all these steps.
 */
function alwaysFinds(
  g: Graph,
  ends: Ends,
  { classes }: Events,
  pairs: readonly Pair[],
  choices: readonly Event[],
): boolean | undefined {
  const wanted = [...new Set(pairs.flatMap(p => [p.a, p.b]))];
  const tracked = [...new Set([...wanted, ...choices])];
  const slots = [...new Set(tracked.map(e => e.class))];
  const slotOf = new Map(slots.map((c, k) => [c, k]));
  const most = slots.map(c => Math.max(...tracked.filter(e => e.class === c).map(e => e.occurrence)));
  const hasHappened = (counts: readonly number[], e: Event): boolean =>
    (counts[slotOf.get(e.class) ?? 0] ?? 0) >= e.occurrence;
  const open: { readonly state: number; readonly counts: readonly number[] }[] = [];
  const seen = new Set<string>();
  const add = (state: number, counts: readonly number[]): void => {
    const key = `${state} ${counts.join(' ')}`;
    if (seen.has(key)) return;
    seen.add(key);
    open.push({ state, counts });
  };
  add(
    0,
    slots.map(() => 0),
  );
  for (let node = open.pop(); node; node = open.pop()) {
    if (seen.size > MOST_NODES) return undefined;
    const { state, counts } = node;
    if (ends.isFinding(state)) continue;
    if (wanted.every(e => hasHappened(counts, e))) {
      if (!ends.canPass[state]) continue;
      // It may pass only by an outcome of a choice, still to come, that is not the schedule's.
      if (!ends.canFind[state] || choices.every(e => hasHappened(counts, e))) return false;
    }
    for (let e = g.starts[state] ?? 0; e < (g.starts[state + 1] ?? 0); e++) {
      const slot = slotOf.get(classes[e] ?? -1);
      let next = counts;
      if (slot !== undefined && (counts[slot] ?? 0) < (most[slot] ?? 0)) {
        const count = (counts[slot] ?? 0) + 1;
        const event = tracked.find(t => t.class === classes[e] && t.occurrence === count);
        if (event && !isTaken(g, e, event)) continue;
        if (event && pairs.some(p => p.b === event && !hasHappened(counts, p.a))) continue;
        next = counts.map((c, k) => (k === slot ? count : c));
      }
      const to = g.targets[e] ?? 0;
      if (ends.isFinding(to)) continue;
      if (to >= 0) add(to, next);
      else if (wanted.every(w => hasHappened(next, w))) return false;
    }
  }
  return true;
}
