/**
 * What can still come, state by state, for free play. The graph of the search has the answer for its states: which kinds of
 * failures can be reached, whether a run can still pass, whether something is not known. Where a player leaves it (the
 * search leaves out orders that make no difference), the search goes on from there until it is back on known ground;
 * what was found is kept.
 *
 * A run fails at a fault, where RACE_FINALLY does not hold, and in the first state from which its required threads can
 * never finish. It passes where they are done and nothing is pending, and wherever nothing bad can come any more. Both are
 * exact on the reduced graph (explore.ts says what it keeps).
 */
import { hasPassed, judged } from './ends';
import { expand, type Search } from './explore';
import { canFinish, createGraph, FINALLY, labelAt, unpackLabel, type Ending, type Graph } from './graph';
import { createPlayStore } from './playStore';
import type { VerdictKind } from './report';
import { isAtRest } from './rest';
import type { GrowingStore } from './store';

/** What is known of how runs from a state go on. */
export type Prospect = 'can-fail' | 'cannot-fail' | 'must-fail' | 'unknown';

export interface Outlook {
  readonly prospect: Prospect;
  /** Kinds of failures that can be reached; `hang` stands for deadlocks too. */
  readonly kinds: readonly VerdictKind[];
}

/** A step of the player's graph. */
export interface PlayEdge {
  readonly thread: number;
  readonly choice: number;
  /** A state, or below 0 an ending (Graph.endings). */
  readonly target: number;
  readonly decided: boolean;
}

export interface PlayGraph {
  readonly search: Search;
  readonly store: GrowingStore;
  readonly endings: readonly Ending[];
  /** All steps that are possible in a state, RACE_FINALLY among them. */
  row(state: number): readonly PlayEdge[];
  /** Looks at so many states that the search has not seen; `more` if not all is known yet that these targets lead to. */
  settle(targets: readonly number[], states: number): 'more' | 'done';
  /** Makes do with what has been seen: the rest is not known. */
  giveUp(targets: readonly number[]): void;
  /** As far as it is known by now. */
  outlook(target: number): Outlook;
  /** The required threads can never finish. */
  isStuck(state: number): boolean;
  /** All that must be done is done, nothing is pending, and RACE_FINALLY holds if it is there. */
  hasPassed(state: number): boolean;
  /** The thread has a step there that is more than a round of its spin loop. */
  isFree(state: number, thread: number): boolean;
}

/** Bits of what can be reached: one for each kind of failure, then these. */
const UNKNOWN = 1 << 29;
const PASS = 1 << 30;
const FAILURES = UNKNOWN - 1;
/** A state beside the search, of which more must be found out. */
const OPEN = -1;

export function createPlayGraph(search: Search): PlayGraph {
  const { graph, machine: m } = search;
  const store = createPlayStore(search.store);
  const known = search.store.size;
  const { endings } = graph;
  const kinds: VerdictKind[] = ['hang'];
  const good = canFinish(graph, known).slice();
  const base = labels();
  const rows = new Map<number, readonly PlayEdge[]>();
  const narrow = new Map<number, { readonly edges: readonly PlayEdge[]; readonly goal: boolean }>();
  /** Of states beside the search: what can be reached, OPEN if that is not known yet. */
  const beside = new Map<number, { reach: number; good: boolean }>();

  function endingBits(target: number): number {
    const ending = endings[-1 - target];
    if (!ending) return UNKNOWN;
    // A bound that the harness set ends the run well, as far as it goes.
    if ('limit' in ending) return ending.limit.stated ? PASS : UNKNOWN;
    let kind = kinds.indexOf(ending.fault.kind);
    if (kind < 0) kind = kinds.push(ending.fault.kind) - 1;
    return 1 << kind;
  }

  /** What can be reached from each state of the search. */
  function labels(): Int32Array {
    const reach = new Int32Array(known);
    const of = (target: number): number => (target < 0 ? endingBits(target) : (reach[target] ?? 0));
    for (let s = 0; s < known; s++) reach[s] = s >= graph.expanded ? UNKNOWN : good[s] ? 0 : 1;
    backwards(graph, reach, to => of(to) & ~PASS);
    for (let s = 0; s < graph.expanded; s++) {
      const r = reach[s] ?? 0;
      if (r === 0 || (graph.goals[s] && r & FAILURES && hasPassed(search, s))) reach[s] = r | PASS;
    }
    backwards(graph, reach, to => of(to) & PASS);
    return reach;
  }

  const isStuck = (target: number): boolean =>
    target >= 0 && (target < known ? good[target] !== 1 : beside.get(target)?.good === false);
  const reachOf = (target: number): number =>
    target < 0
      ? endingBits(target)
      : target < known
        ? (base[target] ?? 0)
        : (beside.get(target)?.reach ?? OPEN);

  function expanded(state: number, all: boolean): { readonly edges: PlayEdge[]; readonly goal: boolean } {
    const one: Graph = { ...createGraph(), endings };
    expand(m, store, one, state, all);
    const edges: PlayEdge[] = [];
    for (let e = 0; e < one.edges; e++) {
      const { thread, choice, decided } = unpackLabel(labelAt(one, e));
      edges.push({ thread, choice, decided, target: one.targets[e] ?? 0 });
    }
    return { edges, goal: one.goals[0] === 1 };
  }

  /** The steps that the search would take. */
  function needed(state: number): { readonly edges: readonly PlayEdge[]; readonly goal: boolean } {
    let found = narrow.get(state);
    if (!found) {
      found = expanded(state, false);
      narrow.set(state, found);
    }
    return found;
  }

  /** Solves the states beside the search that were looked at. */
  function solve(states: readonly number[], cut: ReadonlySet<number>): void {
    const reversed = [...states].reverse();
    const sweep = (step: (s: number) => boolean): void => {
      for (let changed = true; changed;) {
        changed = false;
        for (const s of reversed) if (step(s)) changed = true;
      }
    };
    const values = new Map(states.map(s => [s, { reach: 0, good: false }]));
    const isGood = (to: number): boolean =>
      to < 0 || (values.get(to)?.good ?? beside.get(to)?.good ?? good[to] === 1);
    const reach = (to: number): number => values.get(to)?.reach ?? reachOf(to);
    sweep(s => {
      const value = values.get(s);
      if (!value || value.good) return false;
      value.good = cut.has(s) || needed(s).goal || needed(s).edges.some(e => isGood(e.target));
      return value.good;
    });
    for (const [s, value] of values) value.reach = cut.has(s) ? UNKNOWN : value.good ? 0 : 1;
    const spread = (mask: number): void =>
      sweep(s => {
        const value = values.get(s);
        if (!value || cut.has(s)) return false;
        const all = needed(s).edges.reduce((bits, e) => bits | (reach(e.target) & mask), value.reach);
        const grew = all !== value.reach;
        value.reach = all;
        return grew;
      });
    spread(FAILURES | UNKNOWN);
    for (const [s, value] of values)
      if (value.reach === 0 || (!cut.has(s) && needed(s).goal && value.reach & FAILURES && passes(s)))
        value.reach |= PASS;
    spread(PASS);
    // What a limit left open is found out when there is more time.
    for (const [s, value] of values) if (cut.size === 0 || !(value.reach & UNKNOWN)) beside.set(s, value);
  }

  /** The states beside the search that these lead to, as far as known ground; `cut`: those not looked at. */
  function frontier(
    targets: readonly number[],
    states: number,
  ): { readonly open: readonly number[]; readonly cut: ReadonlySet<number> } {
    const open = [...new Set(targets)].filter(t => t >= known && !beside.has(t));
    const seen = new Set(open);
    const cut = new Set<number>();
    let left = states;
    for (const s of open) {
      if (!narrow.has(s) && left-- <= 0) {
        cut.add(s);
        continue;
      }
      for (const { target } of needed(s).edges)
        if (target >= known && !beside.has(target) && !seen.has(target)) {
          seen.add(target);
          open.push(target);
        }
    }
    return { open, cut };
  }

  function passes(state: number): boolean {
    if (state < known) return hasPassed(search, state);
    const { edges, goal } = needed(state);
    if (!goal || edges.some(e => e.thread === FINALLY && e.target < 0)) return false;
    store.load(m, state);
    return isAtRest(m);
  }

  function row(state: number): readonly PlayEdge[] {
    let found = rows.get(state);
    if (!found) {
      found = expanded(state, true).edges;
      rows.set(state, found);
    }
    return found;
  }

  return {
    search,
    store,
    endings,
    row,
    settle(targets, states) {
      const { open, cut } = frontier(targets, states);
      if (cut.size > 0) return 'more';
      if (open.length > 0) solve(open, cut);
      return 'done';
    },
    giveUp(targets) {
      const { open, cut } = frontier(targets, 0);
      if (open.length > 0) solve(open, cut);
    },
    outlook(target) {
      const reach = reachOf(target);
      if (reach === OPEN) return { prospect: 'unknown', kinds: [] };
      return {
        prospect:
          (reach & FAILURES) === 0
            ? reach & UNKNOWN
              ? 'unknown'
              : 'cannot-fail'
            : reach & (PASS | UNKNOWN)
              ? 'can-fail'
              : 'must-fail',
        kinds: kinds.filter((_, k) => reach & (1 << k)),
      };
    },
    isStuck,
    hasPassed: passes,
    isFree(state, thread) {
      let at = state;
      for (let hops = 0; hops < 64; hops++) {
        const own = row(at).filter(e => e.thread === thread);
        if (own.length !== 1) return own.length > 1 || hops > 0;
        at = own[0]?.target ?? -1;
        if (at === state) return false;
        if (at < 0) break;
      }
      return true;
    },
  };
}

/** Spreads what targets bring back over the edges of a graph until nothing changes. */
function backwards(g: Graph, reach: Int32Array, bring: (target: number) => number): void {
  for (let changed = true; changed;) {
    changed = false;
    for (let s = g.expanded - 1; s >= 0; s--) {
      let bits = reach[s] ?? 0;
      const end = g.starts[s + 1] ?? 0;
      for (let e = g.starts[s] ?? 0; e < end; e++) bits |= bring(g.targets[e] ?? 0);
      if (bits === reach[s]) continue;
      reach[s] = bits;
      changed = true;
    }
  }
}

/** The ending that a state of the search is judged with by RACE_FINALLY, 0 if none. */
export function judgedIn(graph: PlayGraph, state: number): number {
  if (state < graph.search.graph.expanded && state < graph.search.store.size) {
    const ending = judged(graph.search.graph, state);
    if (ending < 0) return ending;
  }
  return graph.row(state).find(e => e.thread === FINALLY && e.target < 0)?.target ?? 0;
}
