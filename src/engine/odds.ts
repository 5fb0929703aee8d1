/**
 * How likely the finding is if chance alone schedules: the state graph as an absorbing Markov chain.
 *
 * The scheduler: before every step (one access to shared memory or one synchronisation operation) each thread that can
 * take a step is drawn with the same weight; an interrupt that may begin counts as one. Where a step has several outcomes
 * (RACE_CHOOSE, an unknown value, a timeout that may fire, a signal), each is drawn evenly. A run is over at a fault; at
 * the first state from which the threads can never finish; where RACE_FINALLY fails; or when nothing bad can come any
 * more. A thread that spins takes steps as well, as on a real CPU.
 *
 * `slow`: a call takes k times longer. A thread that is inside (the function is on its call chain, or the operation in front
 * of which it stands comes out of it) is drawn with weight 1/k. So that a call without a step of its own can take time
 * as well, every call of the function begins with a pause, a step that touches nothing, drawn with weight 1/(k - 1): for
 * k = 1 it is over at once and the odds are those of the program as it is.
 *
 * The graph must be the one of every step (`reduce: false`): fused steps would be drawn too rarely.
 */
import { absorption, orderOf, type Interval } from './solve';
import { endsFor, isStuckKind, judged } from './ends';
import type { Search } from './explore';
import { canFinish, labelAt, type Graph } from './graph';
import type { Instruction, Program } from '../ir/program';
import type { Odds, OddsPoint, VerdictKind } from './report';
import type { OddsRequest } from './options';

/** Factors of the curve, up to the one asked for. */
export const defaultFactor = 1024;

/** States weighed between two pauses. */
const PAUSE = 1 << 18;

/** Rounding of the sums, as a part of the value. */
const ROUNDING = 1e-12;

/** The odds of the finding `kind` on a finished search of every step. A generator, so that it can be cancelled. */
export function* oddsOf(
  search: Search,
  kind: VerdictKind,
  request: OddsRequest,
): Generator<void, Extract<Odds, { kind: VerdictKind }>> {
  const { graph: g, store } = search;
  const good = canFinish(g, store.size);
  const stuck = isStuckKind(kind);
  const { isFinding, canFind } = endsFor(g, store.size, good, kind);
  const absorbing = new Uint8Array(g.expanded);
  for (let s = 0; s < g.expanded; s++)
    if (!good[s]) absorbing[s] = stuck ? 2 : 1;
    else if (judged(g, s) < 0) absorbing[s] = isFinding(judged(g, s)) ? 2 : 1;
    else if (!canFind[s]) absorbing[s] = 1;
  yield;
  const order = yield* orderOf(g, absorbing);
  const probability = new Float64Array(g.edges);
  const { slow } = request;
  const placeOf = slow === undefined ? undefined : insideOf(search, slow.call);
  let inside = 0;

  const solved = function* (factor: number): Generator<void, OddsPoint> {
    inside = yield* weigh(g, probability, placeOf, factor);
    yield;
    return pointOf(factor, yield* absorption(g, order, absorbing, isFinding, probability));
  };

  const even = yield* solved(1);
  const points: OddsPoint[] = [];
  if (slow !== undefined)
    for (const factor of factorsUpTo(slow.factor ?? defaultFactor))
      points.push(factor === 1 ? even : yield* solved(factor));
  const { probability: p, error, runs, runsForMostly } = even;
  return {
    kind,
    probability: p,
    error,
    runs,
    runsForMostly,
    states: store.size,
    transitions: g.edges,
    ...(slow === undefined ? {} : { slow: { call: slow.call, states: inside, points } }),
  };
}

type Place = 'outside' | 'inside' | 'pausing';

/** The weight of a step that is taken at once. */
const AT_ONCE = 1e18;

/** The program with a pause at the beginning of the function: a step that touches nothing. */
export function withPause(program: Program, call: string): Program {
  return {
    ...program,
    functions: program.functions.map(f => {
      const site = f.body[0]?.site;
      if (f.name !== call || site === undefined) return f;
      const shifted = f.body.map((i): Instruction => {
        if (i.op === 'jump') return { ...i, target: i.target + 2 };
        if (i.op === 'branch') return { ...i, target: i.target + 2, otherwise: i.otherwise + 2 };
        return i;
      });
      return {
        ...f,
        registers: f.registers + 1,
        registerNames: [...f.registerNames, undefined],
        registerTypes: [...f.registerTypes, 'u8'],
        body: [
          { op: 'atomic', length: 1, site },
          { op: 'copy', to: f.registers, from: { kind: 'constant', value: 0 }, site },
          ...shifted,
        ],
      };
    }),
  };
}

/** 1, 2, 4 … and the factor itself. */
function factorsUpTo(most: number): readonly number[] {
  const list: number[] = [];
  for (let f = 1; f < most; f *= 2) list.push(f);
  return [...list, most];
}

function pointOf(factor: number, { low, high }: Interval): OddsPoint {
  const p = (low + high) / 2;
  return {
    factor,
    probability: p,
    error: (high - low) / 2 + p * ROUNDING,
    runs: p > 0 ? 1 / p : null,
    runsForMostly: p > 0 ? (p >= 1 ? 1 : Math.log(0.05) / Math.log1p(-p)) : null,
  };
}

/**
 * The probability of each edge, into `into`. Gives back in how many states a thread that could go on stood inside the
 * slow call.
 */
function* weigh(
  g: Graph,
  into: Float64Array,
  placeOf: ((state: number, thread: number) => Place) | undefined,
  factor: number,
): Generator<void, number> {
  let states = 0;
  const weights = { outside: 1, inside: 1 / factor, pausing: factor > 1 ? 1 / (factor - 1) : AT_ONCE };
  for (let s = 0; s < g.expanded; s++) {
    if (s % PAUSE === PAUSE - 1) yield;
    const begin = g.starts[s] ?? 0;
    const stop = g.starts[s + 1] ?? 0;
    let total = 0;
    let isIn = false;
    // The edges of a thread stand together.
    for (let e = begin; e < stop;) {
      const thread = labelAt(g, e) & 4095;
      let next = e + 1;
      while (next < stop && (labelAt(g, next) & 4095) === thread) next++;
      const place = placeOf?.(s, thread) ?? 'outside';
      isIn = isIn || place !== 'outside';
      const weight = weights[place];
      total += weight;
      for (let k = e; k < next; k++) into[k] = weight / (next - e);
      e = next;
    }
    for (let e = begin; e < stop; e++) into[e] = (into[e] ?? 0) / total;
    if (isIn) states++;
  }
  return states;
}

/** Where a thread stands in a state; looked up by the thread's component, of which there are few. */
function insideOf(search: Search, call: string): (state: number, thread: number) => Place {
  const { machine: m, store } = search;
  const known: Map<number, Place>[] = [];
  return (state, thread) => {
    const slots = store.components.threadSlots(thread);
    const id = slots ? store.componentAt(state, slots.control) : -1;
    const of = (known[thread] ??= new Map<number, Place>());
    let answer = of.get(id);
    if (answer === undefined) {
      store.load(m, state);
      const t = m.threads[thread];
      const top = t?.frames[t.frames.length - 1];
      const i = top && m.codes[top.function]?.body[top.pc];
      const isIn =
        t?.frames.some(f => m.codes[f.function]?.function.name === call) === true ||
        (i !== undefined && m.program.sites[i.site]?.via === call);
      const pauses = top?.pc === 0 && m.codes[top.function]?.function.name === call;
      answer = pauses ? 'pausing' : isIn ? 'inside' : 'outside';
      of.set(id, answer);
    }
    return answer;
  };
}
