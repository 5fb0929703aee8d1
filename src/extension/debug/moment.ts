import type { ViewTrace } from '../../protocol/view';

/** What holds between two steps. */
export type ViewMoment = ViewTrace['moments'][number];

/** Where nothing is known. */
const nothing: ViewMoment = { threads: [], values: [] };

/** What holds after so many steps. */
export function momentOf(trace: ViewTrace, position: number): ViewMoment {
  return trace.moments[position] ?? nothing;
}
