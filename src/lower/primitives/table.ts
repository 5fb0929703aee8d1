/** All rows by name. A name with a row comes before headers and after bodies in the harness and in included .c files. */
import { access } from './access';
import { alloc } from './alloc';
import { atomics, byPlace } from './atomics';
import { bits } from './bits';
import { contexts } from './contexts';
import type { Row } from './kit';
import { locks } from './locks';
import { patternRow, prints } from './prints';
import { rcu } from './rcu';
import { user } from './user';
import { waits } from './waits';
import { workAndTimers } from './work';

const rows: ReadonlyMap<string, Row> = new Map(
  [access, atomics, bits, locks, rcu, contexts, waits, workAndTimers, alloc, prints, user].flatMap(r =>
    Object.entries(r),
  ),
);

export function rowOf(name: string): Row | undefined {
  return rows.get(name) ?? patternRow(name);
}

export function isPrimitive(name: string): boolean {
  return rows.has(name) || patternRow(name) !== undefined;
}

/** Positions of arguments `&local` that leave the local in its register. */
export function placesOf(name: string): readonly number[] {
  for (const [pattern, positions] of byPlace) if (pattern.test(name)) return positions;
  return [];
}

export const rowNames: readonly string[] = [...rows.keys()];
