/**
 * One hit made presentable: path, schedule, trace, verdict with its message.
 */
import type { Search } from './explore';
import { FINALLY, isDecided, labelAt, type Graph } from './graph';
import type { Hit, Path } from './path';
import { describeStuck } from './stuck';
import { recordPath } from './record';
import type { Explanation, Trace, Verdict } from './report';

export interface Described {
  readonly verdict: Exclude<Verdict, { kind: 'holds' } | { kind: 'cannot-tell' }>;
  readonly schedule: string;
  readonly trace: Trace;
  readonly preemptions: number;
  readonly length: number;
  readonly decided: boolean;
  readonly explanation?: Explanation;
  /** The step of the trace that step `index` of the path is. */
  stepAt(index: number): number;
  /** The same, if it is shown. */
  rowAt(index: number): number | undefined;
}

export function describe(search: Search, good: Uint8Array, hit: Hit): Described {
  const { graph } = search;
  const { path } = hit;
  const common = {
    preemptions: path.preemptions,
    length: path.steps.length,
    decided: path.decided && needsDecision(graph, path),
  };
  if (path.end < 0) {
    const ending = graph.endings[-1 - path.end];
    const fault = ending && 'fault' in ending ? ending.fault : undefined;
    if (!fault) throw new Error('internal: a path ends in something that is no fault');
    const recorded = recordPath(search, path.steps);
    const site = search.machine.program.sites[fault.site];
    return {
      verdict: { kind: fault.kind, message: fault.message, ...(site ? { span: site.span } : {}) },
      schedule: recorded.schedule,
      trace: recorded.trace,
      stepAt: recorded.stepAt,
      rowAt: recorded.rowAt,
      ...common,
      ...(recorded.explanation ? { explanation: recorded.explanation } : {}),
    };
  }
  const stuck = describeStuck(search, path);
  return {
    verdict: stuck.verdict,
    schedule: stuck.recorded.schedule,
    trace: stuck.recorded.trace,
    stepAt: stuck.recorded.stepAt,
    rowAt: stuck.recorded.rowAt,
    ...common,
    explanation: stuck.explanation,
  };
}

/**
 * Whether what the path decides about unknown values matters for its end. Behind a fault nothing runs any more, so what
 * a thread decided early, for the search's sake, and never came to, belongs to the future.
 */
function needsDecision(graph: Graph, { steps, end }: Path): boolean {
  if (end >= 0 || steps[steps.length - 1]?.thread === FINALLY) return true;
  return steps.some(
    (s, k) =>
      isDecided(labelAt(graph, s.edge)) &&
      (!s.isPrivate || steps.slice(k + 1).some(later => !later.isPrivate && later.thread === s.thread)),
  );
}
