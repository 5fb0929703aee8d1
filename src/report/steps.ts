/**
 * Which steps of a trace a reader needs, and what they did, in words. A step matters if another thread can tell it from
 * another: it touches a cell that two threads touch and somebody changes, or it synchronises, or the engine noted
 * something about it. The first and the last step of every turn stay too, so that a preemption has its two sides.
 */
import type { Trace, TraceStep } from '../engine/report';

/** Indexes of the cells that at least two threads touch and at least one changes. */
export function sharedCells(trace: Trace): ReadonlySet<number> {
  const touchedBy = new Map<number, Set<number>>();
  const changed = new Set<number>();
  for (const step of trace.steps) {
    for (const { cell } of [...step.reads, ...step.changes]) {
      const threads = touchedBy.get(cell) ?? new Set<number>();
      threads.add(step.thread);
      touchedBy.set(cell, threads);
    }
    for (const { cell } of step.changes) changed.add(cell);
  }
  return new Set(
    [...touchedBy].filter(([cell, threads]) => threads.size > 1 && changed.has(cell)).map(([c]) => c),
  );
}

/** Operations that say nothing by themselves: what they touch decides. */
const accesses: ReadonlySet<string> = new Set([
  'load',
  'store',
  'rmw',
  'cmpxchg',
  'fill',
  'move',
  'enter',
  'exit',
  'start',
  'yield',
  'allocate',
]);

/** Indexes of the steps that matter, ascending. */
export function stepsThatMatter(trace: Trace, cells: ReadonlySet<number>): ReadonlySet<number> {
  const kept = new Set<number>();
  trace.steps.forEach((step, i) => {
    const before = trace.steps[i - 1];
    const after = trace.steps[i + 1];
    const touches = step.reads.some(r => cells.has(r.cell)) || step.changes.some(c => cells.has(c.cell));
    // A lock that only one thread takes tells nothing.
    const ownLock =
      step.changes.length > 0 &&
      step.changes.every(c => trace.cells[c.cell]?.holds === 'lock' && !cells.has(c.cell));
    if (
      touches ||
      (!accesses.has(step.operation) && !ownLock) ||
      step.note !== undefined ||
      step.choice !== undefined ||
      step.preemption ||
      (after?.preemption === true && after.thread !== step.thread) ||
      after === undefined ||
      (before !== undefined && before.thread !== step.thread && i === trace.doomedAt)
    )
      kept.add(i);
  });
  return kept;
}

/** `napi.state: SCHED -> SCHED|NPSVC`, `dev.npinfo = NULL`: what a step did to or saw in the given cells. */
export function effects(trace: Trace, step: TraceStep, cells?: ReadonlySet<number>): readonly string[] {
  const shown = (cell: number): boolean =>
    trace.cells[cell] !== undefined && trace.cells[cell].holds !== 'lock' && (cells?.has(cell) ?? true);
  const changed = new Set(step.changes.map(c => c.cell));
  return [
    ...step.reads
      .filter(r => shown(r.cell) && !changed.has(r.cell))
      .map(r => `${nameOf(trace, r.cell)} = ${r.value}`),
    ...step.changes
      .filter(c => shown(c.cell) && c.before !== c.after)
      .map(c => `${nameOf(trace, c.cell)}: ${c.before} -> ${c.after}`),
  ];
}

function nameOf(trace: Trace, cell: number): string {
  return trace.cells[cell]?.name ?? `cell ${String(cell)}`;
}
