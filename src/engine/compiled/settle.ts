/**
 * The hang check without a look at most of the graph. From a state that has a step to a higher number, higher numbers lead to
 * one that has none. So if all of those can finish, all states can: that holds of goals and endings, and the few that are
 * left, which can only go back, are searched for a way to finish.
 */
import { forEachTarget, type Rows } from './rows';
import { GOAL } from './shape';

/** After so many steps it is the sweep's turn. */
const MOST_STEPS = 300_000;

/** True if all `left` can finish, by ways that were found; false says nothing. */
export function canAllFinish(rows: Rows, left: readonly number[]): boolean {
  const { octets } = rows.memory;
  const goals = rows.memory.base('goals');
  const known = new Set<number>();
  let steps = 0;
  for (const start of left) {
    const seen = new Set([start]);
    const way = [start];
    const open = [[start]];
    let found = false;
    // Depth first: the way there is known to be able to finish as well.
    while (!found && open.length > 0) {
      const state = open[open.length - 1]?.pop();
      if (state === undefined) {
        open.pop();
        way.length = open.length;
        continue;
      }
      if (steps++ > MOST_STEPS) return false;
      way.length = open.length - 1;
      way.push(state);
      const next: number[] = [];
      found = known.has(state) || ((octets[goals + state] ?? 0) & GOAL) !== 0;
      forEachTarget(rows, state, target => {
        if (target < 0) found = true;
        else if (!seen.has(target)) {
          seen.add(target);
          next.push(target);
        }
      });
      // The highest last: it is taken first, as goals are at the end, as a rule.
      next.sort((a, b) => a - b);
      open.push(next);
    }
    if (!found) return false;
    for (const state of way) known.add(state);
  }
  return true;
}
