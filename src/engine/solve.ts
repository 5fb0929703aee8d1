/**
 * Probabilities of absorption in a Markov chain given as a state graph with a probability for each edge.
 *
 * Strongly connected components are found once (Tarjan) and solved from the ends backwards. A component of one state is
 * solved exactly, its loop to itself taken out by division. A larger one is swept (Gauss-Seidel) from below, beginning
 * with 0, and from above, beginning with 1, at the same time: the answer lies between the two, so that their distance at
 * the first state is the error bound that is reported (interval iteration). Both converge because a component that can
 * be left at all is left with probability 1; one from which nothing wanted can be reached is 0.
 */
import type { Graph } from './graph';

/** Components in an order in which all that a component can reach comes before it. */
export interface Order {
  /** States, component by component. */
  readonly states: Int32Array;
  /** Component c is states[starts[c]] … states[starts[c + 1]]. */
  readonly starts: Int32Array;
  readonly components: number;
}

/** An answer: the probability lies between `low` and `high`. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Edges looked at between two pauses. */
const PIECE = 1 << 19;
/** Sweeps over one component; what is left open then stands in the bound. */
const MOST_SWEEPS = 20_000;
/** Distance between the bounds of a component, as a part of the value, that is near enough. */
const NEAR = 1e-10;

/** Tarjan's components without recursion; `ends` marks states whose edges are not looked at. Pauses now and then. */
export function* orderOf(g: Graph, ends: Uint8Array): Generator<void, Order> {
  const n = g.expanded;
  const number = new Int32Array(n).fill(-1);
  const low = new Int32Array(n);
  const isOpen = new Uint8Array(n);
  const nextEdge = new Int32Array(n);
  const path: number[] = [];
  const open: number[] = [];
  const states = new Int32Array(n);
  const starts: number[] = [0];
  let count = 0;
  let placed = 0;
  let work = 0;
  for (let root = 0; root < n; root++) {
    if ((number[root] ?? 0) >= 0) continue;
    path.push(root);
    for (let s = path[path.length - 1]; s !== undefined; s = path[path.length - 1]) {
      if ((number[s] ?? 0) < 0) {
        number[s] = low[s] = count++;
        nextEdge[s] = g.starts[s] ?? 0;
        isOpen[s] = 1;
        open.push(s);
      }
      const stop = ends[s] ? 0 : (g.starts[s + 1] ?? 0);
      if (++work % PIECE === 0) yield;
      let down = -1;
      for (let e = nextEdge[s] ?? 0; e < stop && down < 0; e++) {
        nextEdge[s] = e + 1;
        const to = g.targets[e] ?? 0;
        if (to < 0 || to >= n) continue;
        if ((number[to] ?? 0) < 0) down = to;
        else if (isOpen[to]) low[s] = Math.min(low[s] ?? 0, number[to] ?? 0);
      }
      if (down >= 0) {
        path.push(down);
        continue;
      }
      path.pop();
      const parent = path[path.length - 1];
      if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[s] ?? 0);
      if (low[s] !== number[s]) continue;
      for (let t = open.pop(); t !== undefined; t = open.pop()) {
        isOpen[t] = 0;
        states[placed++] = t;
        if (t === s) break;
      }
      starts.push(placed);
    }
  }
  return { states, starts: Int32Array.from(starts), components: starts.length - 1 };
}

/**
 * The probability that a run from state 0 is absorbed in what is wanted: states with `ends` 2, and endings that `isWanted`
 * names. States with `ends` 1 absorb as well, unwanted. Pauses now and then (a generator), so that it can be cancelled.
 */
export function* absorption(
  g: Graph,
  order: Order,
  ends: Uint8Array,
  isWanted: (ending: number) => boolean,
  probability: Float64Array,
): Generator<void, Interval> {
  const n = g.expanded;
  const low = new Float64Array(n);
  const high = new Float64Array(n);
  const component = new Int32Array(n);
  for (let c = 0; c < order.components; c++)
    for (let k = order.starts[c] ?? 0; k < (order.starts[c + 1] ?? 0); k++)
      component[order.states[k] ?? 0] = c;
  const endings = Uint8Array.from(g.endings, (_, k) => (isWanted(-1 - k) ? 1 : 0));
  let work = 0;

  /** One step of the iteration for a state: its loops to itself are taken out. */
  const improve = (s: number): void => {
    let lower = 0;
    let upper = 0;
    let stays = 0;
    const stop = g.starts[s + 1] ?? 0;
    for (let e = g.starts[s] ?? 0; e < stop; e++) {
      const p = probability[e] ?? 0;
      const to = g.targets[e] ?? 0;
      if (to === s) stays += p;
      else if (to >= 0) {
        lower += p * (low[to] ?? 0);
        upper += p * (high[to] ?? 0);
      } else if (endings[-1 - to]) {
        lower += p;
        upper += p;
      }
    }
    work += stop - (g.starts[s] ?? 0);
    // The rest of the probability, as a sum: 1 - stays would lose digits.
    const leaves = stays > 0.5 ? otherThan(g, probability, s) : 1 - stays;
    low[s] = leaves > 0 ? Math.min(1, lower / leaves) : 0;
    high[s] = leaves > 0 ? Math.min(1, upper / leaves) : 0;
  };

  for (let c = 0; c < order.components; c++) {
    const begin = order.starts[c] ?? 0;
    const stop = order.starts[c + 1] ?? 0;
    const first = order.states[begin] ?? 0;
    if (stop - begin === 1) {
      if (ends[first]) low[first] = high[first] = ends[first] === 2 ? 1 : 0;
      else improve(first);
    } else {
      let mayFind = false;
      for (let k = begin; k < stop && !mayFind; k++) {
        const s = order.states[k] ?? 0;
        for (let e = g.starts[s] ?? 0; e < (g.starts[s + 1] ?? 0) && !mayFind; e++) {
          const to = g.targets[e] ?? 0;
          mayFind = to < 0 ? endings[-1 - to] === 1 : component[to] !== c && (high[to] ?? 0) > 0;
        }
      }
      if (!mayFind) continue;
      for (let k = begin; k < stop; k++) high[order.states[k] ?? 0] = 1;
      let before = Infinity;
      for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
        let distance = 0;
        for (let k = begin; k < stop; k++) {
          const s = order.states[k] ?? 0;
          improve(s);
          distance = Math.max(distance, ((high[s] ?? 0) - (low[s] ?? 0)) / (high[s] || 1));
        }
        if (work > PIECE) {
          work = 0;
          yield;
        }
        // What the exits leave open cannot be made less here.
        if (distance <= NEAR || (sweep > 64 && distance >= before * (1 - 1e-9))) break;
        before = distance;
      }
    }
    if (work > PIECE) {
      work = 0;
      yield;
    }
  }
  return { low: low[0] ?? 0, high: high[0] ?? 0 };
}

/** The probability of leaving a state. */
function otherThan(g: Graph, probability: Float64Array, s: number): number {
  let sum = 0;
  for (let e = g.starts[s] ?? 0; e < (g.starts[s + 1] ?? 0); e++)
    if (g.targets[e] !== s) sum += probability[e] ?? 0;
  return sum;
}
