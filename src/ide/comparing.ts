/** The schedule of a run on another text, as the panel shows it. */
import type { LineMap } from '../base/span';
import { refit, type WantedStep } from '../engine/refit';
import type { Trace } from '../engine/report';
import type { Program } from '../ir/program';
import type { ViewComparison } from '../protocol/examined';
import { outcomeOf, placeOf, traceView } from './replay';

/** The steps of a trace, to be found again. */
export function wantedSteps(trace: Trace): readonly WantedStep[] {
  return trace.steps.map(step => ({
    thread: trace.threads[step.thread]?.name ?? '',
    text: step.text,
    function: step.frames[step.frames.length - 1]?.function ?? '',
    ...(step.choice === undefined ? {} : { choice: step.choice }),
  }));
}

export function comparisonView(
  program: Program,
  wanted: readonly WantedStep[],
  title: string,
  lines: (file: string) => LineMap | undefined,
): ViewComparison {
  const { trace, partsAt, rows, why, kind, message, schedule } = refit(program, wanted);
  return {
    title,
    trace: traceView(trace, span => placeOf(span, { lines })),
    partsAt,
    rows,
    why,
    schedule,
    verdict: { outcome: outcomeOf(kind), kind, message },
  };
}
