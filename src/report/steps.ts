/**
 * Which steps of a trace a reader needs, and what they did, in words. A step matters if another thread can tell it from
 * another: it touches a cell that two threads touch and somebody changes, or it synchronises, or the engine noted
 * something about it. An atomic read-modify-write that changes something stays as well: its author meant it for others. The first and the last step of every turn stay too, so that a preemption has its two sides.
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
      isAtomicChange(step) ||
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

function isAtomicChange(step: TraceStep): boolean {
  return (step.operation === 'rmw' || step.operation === 'cmpxchg') && step.changes.length > 0;
}

/** `napi.state: SCHED -> SCHED|NPSVC`, `dev.npinfo = NULL`: what a step did to or saw in the given cells. */
export function effects(trace: Trace, step: TraceStep, cells?: ReadonlySet<number>): readonly string[] {
  // What a lock's word holds is said by who holds the lock.
  if (/^(spin|read|write|mutex|rwsem|sem|srcu|seq|completion|wait)\./.test(step.operation)) return [];
  const shown = (cell: number): boolean =>
    trace.cells[cell] !== undefined &&
    trace.cells[cell].holds !== 'lock' &&
    ((cells?.has(cell) ?? true) || isAtomicChange(step));
  const changed = new Set(step.changes.map(c => c.cell));
  const lines: string[] = [];
  for (const r of step.reads)
    if (shown(r.cell) && !changed.has(r.cell))
      lines.push(`${nameOf(trace, r.cell)} = ${valueText(trace, r.cell, r.value)}`);
  for (const c of step.changes)
    if (shown(c.cell) && c.before !== c.after) {
      const before = valueText(trace, c.cell, c.before);
      lines.push(`${nameOf(trace, c.cell)}: ${before} -> ${valueText(trace, c.cell, c.after)}`);
    }
  return lines;
}

/** A word of flag bits by the names of its bits, without what all the names begin with: `SCHED|NPSVC`. */
export function valueText(trace: Trace, cell: number, value: string): string {
  const bits = trace.cells[cell]?.bits;
  if (!bits || !/^(0x[0-9a-f]+|[0-9]+)$/.test(value)) return value;
  const names = Object.entries(bits);
  const prefix = commonPrefix(names.map(([, name]) => name));
  const parts: string[] = [];
  let rest = BigInt(value);
  for (const [bit, name] of names) {
    const mask = 1n << BigInt(bit);
    if ((rest & mask) === 0n) continue;
    rest -= mask;
    parts.push(name.slice(prefix.length));
  }
  if (rest !== 0n) parts.push(`0x${rest.toString(16)}`);
  return parts.length ? parts.join('|') : '0';
}

/** Up to the last `_` that all names share; empty for a single name. */
function commonPrefix(names: readonly string[]): string {
  const [first, ...others] = names;
  if (first === undefined || !others.length) return '';
  let length = 0;
  while (length < first.length && others.every(name => name[length] === first[length])) length++;
  return first.slice(0, first.lastIndexOf('_', length - 1) + 1);
}

function nameOf(trace: Trace, cell: number): string {
  return trace.cells[cell]?.name ?? `cell ${String(cell)}`;
}
