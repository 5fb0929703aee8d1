/**
 * How many states are still to come, for a progress bar: a guess, never a promise. Breadth first, each state expanded
 * brings `r` new ones; `r` falls as the search goes on, and the search ends when the frontier is used up. From the last two
 * windows of the search `r` is continued as a straight line.
 */
export interface Estimator {
  /**
   * Call with what is known now; the number of states that may still be found, or undefined as long as nothing points to
   * an end.
   */
  remaining(states: number, expanded: number): number | undefined;
}

/** Windows begin anew when the search is so much further. */
const WINDOW = 1.125;
const LEAST = 512;

export function createEstimator(): Estimator {
  const points: { readonly states: number; readonly expanded: number }[] = [];
  return {
    remaining(states, expanded) {
      const last = points[points.length - 1];
      // The search has started again.
      if (last && expanded < last.expanded) points.length = 0;
      if (!last || expanded > last.expanded * WINDOW + LEAST) points.push({ states, expanded });
      const [a, b, c] = points.slice(-3);
      if (!a || !b || !c || b.expanded === a.expanded || c.expanded === b.expanded) return undefined;
      const before = (b.states - a.states) / (b.expanded - a.expanded);
      const rate = (c.states - b.states) / (c.expanded - b.expanded);
      const fall = (before - rate) / ((c.expanded - a.expanded) / 2);
      const frontier = states - expanded;
      const grows = rate - 1;
      // The frontier after x more: frontier + grows * x - fall * x² / 2.
      const left =
        fall > 0
          ? (grows + Math.sqrt(grows * grows + 2 * fall * frontier)) / fall
          : grows < 0
            ? frontier / -grows
            : undefined;
      return left === undefined ? undefined : Math.max(0, Math.round(left - frontier));
    },
  };
}
