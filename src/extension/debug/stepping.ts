/**
 * Where a debugger's commands lead in a schedule. A position is the number of executed steps; the step shown at a position is
 * the last executed one, as in the panel. All threads stop together, so a step of one is a step of the whole.
 */
import type { ViewStep, ViewTrace } from '../../protocol/view';

/** What can stop a run, worked out for a schedule. */
export interface Stops {
  /** By path: zero-based lines. */
  readonly lines: ReadonlyMap<string, ReadonlySet<number>>;
  readonly functions: ReadonlySet<string>;
  readonly data: readonly DataStop[];
}

/** A change of a cell, or of one of its bits; or any access. */
export interface DataStop {
  readonly cell: number;
  readonly bit?: string;
  readonly access: 'write' | 'readWrite';
}

export const noStops: Stops = { lines: new Map(), functions: new Set(), data: [] };

/** The thread that the debugger shows at a position: who moved last, at the start who moves first. */
export function actor(trace: ViewTrace, position: number): number {
  return trace.steps[position - 1]?.thread ?? trace.steps[0]?.thread ?? 0;
}

/** Depth of a thread's call chain as it is shown at a position. */
function depth(trace: ViewTrace, position: number, thread: number): number {
  const shown = trace.steps[position - 1];
  if (shown?.thread === thread) return shown.frames.length;
  return trace.moments[position]?.threads[thread]?.frames.length ?? 0;
}

/** The next step of a thread that is not deeper than it stands now, or shallower for `out`; others run meanwhile. */
export function over(trace: ViewTrace, position: number, thread: number, stops: Stops, out = false): number {
  const from = depth(trace, position, thread);
  for (let next = position + 1; next <= trace.steps.length; next++) {
    const step = trace.steps[next - 1];
    if (step?.thread === thread && step.frames.length <= (out ? from - 1 : from)) return next;
    if (stopsAt(trace, next, stops)) return next;
  }
  return trace.steps.length;
}

/** To the next position at which something stops it, or to the end. */
export function onwards(trace: ViewTrace, position: number, stops: Stops): number {
  for (let next = position + 1; next < trace.steps.length; next++)
    if (stopsAt(trace, next, stops)) return next;
  return trace.steps.length;
}

/** To the position before at which something stops it, or to the start. */
export function backwards(trace: ViewTrace, position: number, stops: Stops): number {
  for (let next = position - 1; next > 0; next--) if (stopsAt(trace, next, stops)) return next;
  return 0;
}

/** What stops a run at a position: the step that has just been executed. */
export function stopsAt(
  trace: ViewTrace,
  position: number,
  stops: Stops,
): 'breakpoint' | 'function breakpoint' | 'data breakpoint' | undefined {
  const step = trace.steps[position - 1];
  if (!step) return undefined;
  if (stops.data.some(stop => touches(step, stop))) return 'data breakpoint';
  if (stops.lines.size === 0 && stops.functions.size === 0) return undefined;
  const before = stepBefore(trace, position - 1);
  if (step.frames.some((frame, at) => stops.functions.has(frame.function) && !isWithin(before, step, at)))
    return 'function breakpoint';
  const isMarked = (path: string, line: number): boolean => stops.lines.get(path)?.has(line) === true;
  if (isMarked(step.place.path, step.place.start.line)) return 'breakpoint';
  // A line that calls: when the call begins.
  const called = step.frames.some(
    ({ place }, at) =>
      at < step.frames.length - 1 &&
      isMarked(place.path, place.start.line) &&
      !isWithin(before, step, at + 1),
  );
  return called ? 'breakpoint' : undefined;
}

/** The step that the same thread made before. */
function stepBefore(trace: ViewTrace, at: number): ViewStep | undefined {
  const thread = trace.steps[at]?.thread;
  for (let before = at - 1; before >= 0; before--)
    if (trace.steps[before]?.thread === thread) return trace.steps[before];
  return undefined;
}

/** The call chain of the step before had this frame already: the same calls from the same places up to it. */
function isWithin(before: ViewStep | undefined, step: ViewStep, at: number): boolean {
  if (!before || before.frames.length <= at) return false;
  return step.frames.slice(0, at + 1).every((frame, index) => {
    const other = before.frames[index];
    // Where the frame itself stands changes with every step; where it called the next one must agree.
    return (
      other?.function === frame.function &&
      (index === at ||
        (other.place.path === frame.place.path && other.place.start.line === frame.place.start.line))
    );
  });
}

function touches(step: ViewStep, { cell, bit, access }: DataStop): boolean {
  const change = step.changes.find(one => one.cell === cell);
  if (change)
    return (
      bit === undefined || change.set.includes(bit) || change.cleared.includes(bit) || access !== 'write'
    );
  return access === 'readWrite' && step.reads.some(read => read.cell === cell);
}

/** The lines of a file, zero-based and ascending, at which a schedule can stop. */
export function linesOf(trace: ViewTrace, path: string): readonly number[] {
  const lines = new Set<number>();
  for (const step of trace.steps) {
    if (step.place.path === path) lines.add(step.place.start.line);
    for (const { place } of step.frames.slice(0, -1)) if (place.path === path) lines.add(place.start.line);
  }
  return [...lines].sort((a, b) => a - b);
}
