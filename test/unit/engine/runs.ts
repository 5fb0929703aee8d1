/**
 * Brute force, for testing what the engine works out cleverly: all runs of a small state graph, one by one, and runs of a
 * program that a seeded die schedules, on the machine itself.
 */
import { createExploration, type Search } from '../../../src/engine/explore';
import { canFinish, FINALLY, labelAt, unpackLabel } from '../../../src/engine/graph';
import { defaultOptions, type Options } from '../../../src/engine/options';
import { allRequiredDone, checkFinally, isAtRest } from '../../../src/engine/rest';
import { createStart, launch } from '../../../src/engine/start';
import { choicesOf, runStep } from '../../../src/engine/step';
import type { Program } from '../../../src/ir/program';

/** The finished search of a program. */
export function explored(program: Program, options: Partial<Options> = {}): Search {
  const exploration = createExploration(program, { ...defaultOptions, ...options });
  let search = exploration.run(4096);
  while (search === 'more') search = exploration.run(4096);
  return search;
}

/** One run from the first state to where nothing goes on. */
export interface Run {
  /** Edges of the graph, in order. */
  readonly edges: readonly number[];
  /** Kind of fault, `hang` (deadlock too), `passes` or `limit`. */
  readonly end: string;
}

/**
 * All runs, `undefined` if there are more than `most` or the graph has a loop of several states. A loop of a state to
 * itself is left out: it changes nothing. A run is over at an ending; a doomed one goes on for as long as it can.
 */
export function allRuns({ graph: g, store }: Search, most: number): readonly Run[] | undefined {
  const good = canFinish(g, store.size);
  const runs: Run[] = [];
  const edges: number[] = [];
  const onPath = new Set<number>();
  const visit = (state: number): boolean => {
    if (onPath.has(state)) return false;
    onPath.add(state);
    let isEnd = true;
    for (let e = g.starts[state] ?? 0; e < (g.starts[state + 1] ?? 0); e++) {
      const to = g.targets[e] ?? 0;
      if (to === state) continue;
      isEnd = false;
      edges.push(e);
      if (to < 0) {
        const ending = g.endings[-1 - to];
        runs.push({ edges: [...edges], end: ending && 'fault' in ending ? ending.fault.kind : 'limit' });
      } else if (!visit(to)) return false;
      edges.pop();
      if (runs.length > most) return false;
    }
    if (isEnd) runs.push({ edges: [...edges], end: good[state] ? 'passes' : 'hang' });
    onPath.delete(state);
    return true;
  };
  return visit(0) ? runs : undefined;
}

/** The thread, its place in the code, and how manieth time it steps there, for each edge of a run. */
export function eventsOfRun(
  search: Search,
  run: Run,
): readonly { readonly name: string; readonly choice: number }[] {
  const { graph: g, machine: m, store } = search;
  const counts = new Map<string, number>();
  let state = 0;
  return run.edges.map(e => {
    const { thread, choice } = unpackLabel(labelAt(g, e));
    store.load(m, state);
    const t = thread === FINALLY ? undefined : m.threads[thread];
    const at = t?.frames.map(f => `${f.function}.${f.pc}`).join('/') ?? '';
    const place = `${thread} ${at} ${t?.frames.length ? t.phase : 'begin'}`;
    const count = (counts.get(place) ?? 0) + 1;
    counts.set(place, count);
    state = g.targets[e] ?? 0;
    return { name: `${place} #${count}`, choice };
  });
}

/** Numbers in [0, 1), the same for the same seed (xorshift). */
export function die(seed: number): () => number {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

/**
 * Runs of the program under a scheduler that draws by weight. Each call gives a kind of fault, `hang` if required threads
 * are not done when nothing goes on any more (or after very many steps), else `passes`.
 */
export function drawnRuns(
  program: Program,
  draw: () => number,
  weight: (functions: readonly string[], isFirst: boolean) => number = () => 1,
): () => string {
  const m = createStart(program, { ...defaultOptions, reduce: false });
  launch(m);
  const threads = m.threads.slice();
  const objects = m.objects.slice();
  const { global } = m;
  const forget = (): void => {
    m.changedThreads.length = 0;
    m.changedObjects.length = 0;
    m.globalChanged = false;
  };
  return () => {
    // A fault leaves its changes behind.
    forget();
    m.threads.forEach((_, n) => (m.threads[n] = threads[n]));
    m.objects.forEach((_, n) => (m.objects[n] = objects[n]));
    m.global = global;
    for (let steps = 0; steps < 600; steps++) {
      if (program.finally.length > 0 && isAtRest(m)) {
        const result = checkFinally(m);
        if (result.fault) return result.fault.kind;
      }
      const enabled = m.threads
        .map((t, n) => {
          const names = t?.frames.map(f => m.codes[f.function]?.function.name ?? '') ?? [];
          const isFirst = t?.frames[t.frames.length - 1]?.pc === 0;
          return { n, choices: choicesOf(m, n), weight: weight(names, isFirst) };
        })
        .filter(c => c.choices.length > 0);
      if (enabled.length === 0) break;
      let at = draw() * enabled.reduce((sum, c) => sum + c.weight, 0);
      const chosen = enabled.find(c => (at -= c.weight) < 0) ?? enabled[0];
      const choice = chosen?.choices[Math.floor(draw() * chosen.choices.length)];
      if (!chosen || choice === undefined) break;
      const result = runStep(m, chosen.n, choice);
      if (result.fault) return result.fault.kind;
      if (result.limit) return 'limit';
      forget();
    }
    return allRequiredDone(m) ? 'passes' : 'hang';
  };
}
