/**
 * A schedule as kernel people draw races: one column per thread, time running down, calls indented, one line per step.
 *
 *      CPU 0: softirq normal_napi       CPU 1: process netconsole
 *      napi_poll()
 *        netpoll_poll_lock()
 *    3     rcu_access_pointer(...)
 *            dev.npinfo = NULL
 *    9*                                 netpoll_setup()
 *
 * A `*` beside the number marks a preemption. Steps that no other thread can notice are folded into `...`. Where the
 * columns would get too narrow the same lines come in one column, each with its thread's name.
 */
import type { Trace, TraceStep, TraceThread } from '../engine/report';
import { effects, sharedCells, stepsThatMatter } from './steps';
import { clip, wrap } from './wrap';

/** What a piece of the diagram is, for colouring. */
export type LanePart = 'head' | 'call' | 'step' | 'effect' | 'note' | 'fold' | 'wait' | 'mark' | 'number';

export interface LanesOptions {
  /** Characters in a line; default 100. */
  readonly width?: number;
  /** Every step, nothing folded. */
  readonly all?: boolean;
  /** Colours a piece of text; must not change its visible width. */
  readonly paint?: (part: LanePart, text: string) => string;
}

/** One entry of the diagram: a piece of text in one thread's column, or across all of them (`lane` -1). */
interface Entry {
  readonly part: LanePart;
  readonly lane: number;
  readonly depth: number;
  readonly text: string;
  /** The step's number, from 1. */
  readonly number?: number;
  readonly preemption?: boolean;
}

const narrowest = 26;
const gap = 2;
const gutter = 5;

/** The diagram, lines separated by `\n`, without one at the end. */
export function lanes(trace: Trace, options: LanesOptions = {}): string {
  const width = options.width ?? 100;
  const paint = options.paint ?? ((_part, text) => text);
  const cells = sharedCells(trace);
  const kept = options.all ? new Set(trace.steps.keys()) : stepsThatMatter(trace, cells);
  const shown = threadsShown(trace, kept);
  const entries = entriesOf(trace, kept, options.all ? undefined : cells);
  const column = Math.floor((width - gutter - gap * (shown.length - 1)) / Math.max(1, shown.length));
  const lines =
    column >= narrowest || shown.length <= 1
      ? inColumns(trace, shown, entries, column, paint)
      : inOneColumn(trace, entries, width, paint);
  const folded = trace.steps.length - kept.size;
  if (folded > 0)
    lines.push(
      '',
      `${String(kept.size)} of ${String(trace.steps.length)} steps are shown; no other thread can notice the rest.`,
    );
  return lines.map(line => line.trimEnd()).join('\n');
}

/** Threads that take a step that is shown, or wait at the end. */
function threadsShown(trace: Trace, kept: ReadonlySet<number>): readonly number[] {
  const last = trace.steps.at(-1)?.threads ?? trace.start;
  return [...trace.threads.keys()].filter(
    t =>
      trace.steps.some((step, i) => step.thread === t && kept.has(i)) ||
      (last[t]?.state === 'blocked' && last[t].waitsFor !== undefined),
  );
}

function entriesOf(trace: Trace, kept: ReadonlySet<number>, cells: ReadonlySet<number> | undefined): Entry[] {
  const entries: Entry[] = [];
  /** The call chain last shown in each lane. */
  const chains = new Map<number, readonly string[]>();
  /** Threads whose last step was left out. */
  const folded = new Set<number>();
  /** The step shown last, if nothing came between. */
  let previous: TraceStep | undefined;
  trace.steps.forEach((step, i) => {
    if (i === trace.doomedAt) {
      entries.push(mark('from here on the outcome cannot be avoided'));
      previous = undefined;
    }
    if (i === trace.lassoAt) {
      entries.push(mark('from here on it repeats for ever'));
      previous = undefined;
    }
    if (!kept.has(i)) {
      folded.add(step.thread);
      previous = undefined;
      return;
    }
    const calls = callsOf(trace, step, chains);
    // What was left out between two steps of one function shows; what comes before a call goes without saying.
    if (folded.delete(step.thread) && !calls.length && i > 0)
      entries.push({ part: 'fold', lane: step.thread, depth: depthOf(trace, step), text: '...' });
    entries.push(...calls);
    const depth = depthOf(trace, step);
    const lane = step.thread;
    const goesOn =
      previous !== undefined && previous.thread === lane && !step.preemption && sameStatement(previous, step);
    if (!goesOn)
      entries.push({
        part: 'step',
        lane,
        depth,
        text: step.text,
        number: i + 1,
        preemption: step.preemption,
      });
    if (step.choice !== undefined)
      entries.push({ part: 'note', lane, depth: depth + 1, text: `(outcome ${String(step.choice)})` });
    for (const text of effects(trace, step, cells))
      entries.push({ part: 'effect', lane, depth: depth + 1, text });
    if (step.note) entries.push({ part: 'note', lane, depth: depth + 1, text: `(${step.note})` });
    previous = step;
  });
  if (trace.doomedAt === trace.steps.length) entries.push(mark('from here on the outcome cannot be avoided'));
  const end = trace.steps.at(-1)?.threads ?? trace.start;
  end.forEach((status, lane) => {
    if (status.state === 'done' || status.waitsFor === undefined) return;
    const depth = Math.max(0, (chains.get(lane)?.length ?? 1) - 1);
    entries.push({ part: 'wait', lane, depth, text: `waits for ${status.waitsFor}` });
  });
  return entries;
}

function mark(text: string): Entry {
  return { part: 'mark', lane: -1, depth: 0, text };
}

function sameStatement(a: TraceStep, b: TraceStep): boolean {
  return a.text === b.text && a.span.start === b.span.start && a.frames.length === b.frames.length;
}

/** Names of the functions below the thread's own body, outermost first. */
function chainOf(trace: Trace, step: TraceStep): readonly string[] {
  const names = step.frames.map(f => f.function);
  return names[0] === trace.threads[step.thread]?.name ? names.slice(1) : names;
}

function depthOf(trace: Trace, step: TraceStep): number {
  return chainOf(trace, step).length;
}

/** A line for each function that was entered since the lane was last shown. */
function callsOf(trace: Trace, step: TraceStep, chains: Map<number, readonly string[]>): Entry[] {
  const chain = chainOf(trace, step);
  const before = chains.get(step.thread) ?? [];
  chains.set(step.thread, chain);
  let same = 0;
  while (same < chain.length && chain[same] === before[same]) same++;
  return chain
    .slice(same)
    .map((name, i) => ({ part: 'call', lane: step.thread, depth: same + i, text: `${name}()` }));
}

function headOf(thread: TraceThread): string {
  return `${thread.context} ${thread.name} (CPU ${String(thread.cpu)})`;
}

type Paint = (part: LanePart, text: string) => string;

function numberOf(entry: Entry): string {
  const text = entry.number === undefined ? '' : `${String(entry.number)}${entry.preemption ? '*' : ' '}`;
  return text.padStart(gutter - 1).padEnd(gutter);
}

function inColumns(
  trace: Trace,
  shown: readonly number[],
  entries: readonly Entry[],
  column: number,
  paint: Paint,
): string[] {
  const at = (place: number): string => ' '.repeat(place * (column + gap));
  const row = (text: readonly string[]): string =>
    ' '.repeat(gutter) + text.map((t, i) => t + ' '.repeat(i + 1 < text.length ? gap : 0)).join('');
  const heads = shown.map(t => {
    const thread = trace.threads[t];
    return clip(thread ? headOf(thread) : '', column).padEnd(column);
  });
  const lines = [
    row(heads.map(h => paint('head', h))),
    row(shown.map(() => paint('head', '-'.repeat(column)))),
  ];
  const whole = column * shown.length + gap * (shown.length - 1);
  for (const entry of entries) {
    if (entry.part === 'mark') {
      lines.push(' '.repeat(gutter) + paint('mark', clip(`-- ${entry.text} `.padEnd(whole, '-'), whole)));
      continue;
    }
    const place = shown.indexOf(entry.lane);
    if (place < 0) continue;
    wrapEntry(entry, column).forEach((line, i) => {
      const number = i === 0 ? numberOf(entry) : ' '.repeat(gutter);
      lines.push(paint('number', number) + at(place) + paint(entry.part, line));
    });
  }
  return lines;
}

/** Deep calls keep at least two thirds of the column for the text. */
function wrapEntry(entry: Entry, column: number): readonly string[] {
  const indent = ' '.repeat(Math.min(entry.depth * 2, Math.floor(column / 3)));
  return wrap(indent + entry.text, column, `${indent}    `);
}

function inOneColumn(trace: Trace, entries: readonly Entry[], width: number, paint: Paint): string[] {
  const names = trace.threads.map(t => t.name);
  const room = Math.min(20, Math.max(4, ...names.map(n => n.length)));
  const lines: string[] = [];
  let lane = -2;
  for (const entry of entries) {
    if (entry.part === 'mark') {
      lines.push(
        ' '.repeat(gutter) +
          paint('mark', clip(`-- ${entry.text} `.padEnd(width - gutter, '-'), width - gutter)),
      );
      continue;
    }
    const name = entry.lane === lane ? '' : (names[entry.lane] ?? '');
    lane = entry.lane;
    wrapEntry(entry, width - gutter - room - gap).forEach((line, i) => {
      const number = i === 0 ? numberOf(entry) : ' '.repeat(gutter);
      const head = (i === 0 ? clip(name, room) : '').padEnd(room + gap);
      lines.push(paint('number', number) + paint('head', head) + paint(entry.part, line));
    });
  }
  return lines;
}
