/**
 * What a step of a trace follows from: the nearest earlier steps that it depends on. Two steps depend on each other if they
 * are of one thread or on one placed CPU, or touch something in common and not both only read it: a cell, an object's life, a thread that is
 * started or woken, readers and a grace period, queues. Everything earlier that a step follows from is the closure.
 */

/** What one step has touched: names as in events.ts, true if it was changed. */
export type Touches = ReadonlyMap<string, boolean>;

export interface Cause {
  readonly thread: number;
  readonly touches: Touches;
  /** Index of the row that shows it; undefined if none does. */
  readonly row: number | undefined;
}

/** By row: the rows that it follows from at once, earliest first. */
export function causesOf(steps: readonly Cause[]): readonly (readonly number[])[] {
  const lastOf = new Map<number, number>();
  const writer = new Map<string, number>();
  const readers = new Map<string, number[]>();
  const threadOf: number[] = [];
  /** By step, seen rows that it follows from; a hidden one hands on its own. */
  const before: (readonly number[])[] = [];
  /** By row and thread, the latest row of that thread that it follows from or is. */
  const clocks: Map<number, number>[] = [];
  const result: (readonly number[])[] = [];
  const rowsOf = (step: number): readonly number[] => {
    const row = steps[step]?.row;
    return row === undefined ? (before[step] ?? []) : [row];
  };
  steps.forEach(({ thread, touches, row }, at) => {
    const needed = new Set<number>();
    const own = lastOf.get(thread);
    if (own !== undefined) for (const r of rowsOf(own)) needed.add(r);
    for (const [what, write] of touches) {
      const last = writer.get(what);
      if (last !== undefined) for (const r of rowsOf(last)) needed.add(r);
      if (!write) {
        const list = readers.get(what);
        if (list) list.push(at);
        else readers.set(what, [at]);
        continue;
      }
      for (const reader of readers.get(what) ?? []) for (const r of rowsOf(reader)) needed.add(r);
      readers.delete(what);
      writer.set(what, at);
    }
    lastOf.set(thread, at);
    const all = [...needed].sort((a, b) => a - b);
    const nearest = all.filter(
      a => !all.some(b => b !== a && (clocks[b]?.get(threadOf[a] ?? -1) ?? -1) >= a),
    );
    before[at] = nearest;
    if (row === undefined) return;
    const clock = new Map<number, number>();
    for (const r of nearest)
      for (const [t, latest] of clocks[r] ?? []) clock.set(t, Math.max(latest, clock.get(t) ?? -1));
    clock.set(thread, row);
    clocks[row] = clock;
    threadOf[row] = thread;
    result[row] = nearest;
  });
  return result;
}
