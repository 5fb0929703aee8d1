/**
 * A trace as rows: for every step one, with the function names to print above it (as kernel people indent calls), and
 * for every lane what runs through the row: the lifeline, reader and lock bars, grace periods. Pure: trace in, rows out.
 * What runs through the lanes is worked out for the rows that are looked at: a trace may have 5,000 steps in 30 lanes.
 * Bars start and end in the middle of the row of the step that opens or closes them.
 */
import type { ViewBit, ViewCell, ViewStatus, ViewStep, ViewTrace } from '../protocol/view';

/** How a bar runs through a row: all the way, from its middle down, down to its middle, or only around it. */
export type Part = 'full' | 'start' | 'end' | 'point';

export interface Bar {
  readonly kind: 'reader' | 'lock' | 'grace';
  /** `rcu_read_lock`, `softirq`, a lock's name, or whom a grace period still waits for. */
  readonly label: string;
  /** A reader because of its context; drawn dashed. */
  readonly implicit: boolean;
  /** Column of the bar inside its lane, from 0. */
  readonly slot: number;
  readonly part: Part;
  /** Worth writing beside the bar in this row. */
  readonly caption?: string;
}

export interface LaneCell {
  /** Lifeline above and below the middle of the row. */
  readonly before: ViewStatus['state'];
  readonly after: ViewStatus['state'];
  readonly bars: readonly Bar[];
}

export interface Heading {
  readonly function: string;
  readonly depth: number;
}

/** Consecutive steps of one thread that nobody else can notice, as one row, and as a heading when they are shown. */
export interface Fold {
  /** Indexes of its steps, both included. */
  readonly from: number;
  readonly to: number;
  readonly thread: number;
}

export interface FoldRow extends Fold {
  readonly kind: 'fold';
  readonly open: boolean;
  readonly depth: number;
  readonly switches: boolean;
}

export interface Row {
  readonly kind: 'step';
  readonly index: number;
  readonly step: ViewStep;
  /** Functions entered since this thread's last step, outermost first. */
  readonly headings: readonly Heading[];
  /** Indentation of the step itself. */
  readonly depth: number;
  /** The thread that was running before and could have gone on. */
  readonly preempts?: number;
  /** The first step, or one of another thread than the step before. */
  readonly switches: boolean;
  /** One of a run that was unfolded. */
  readonly inFold: boolean;
  /** One more access of the statement that the step before belongs to: its text need not be read again. */
  readonly goesOn: boolean;
}

/** The runs of steps that may be folded; none goes across a remark between two rows. */
export function foldsOf(trace: ViewTrace): readonly Fold[] {
  const folds: Fold[] = [];
  trace.steps.forEach((step, index) => {
    if (!step.folds) return;
    const last = folds.at(-1);
    const goesOn =
      last?.to === index - 1 &&
      last.thread === step.thread &&
      index !== trace.doomedAt &&
      index !== trace.lassoAt;
    if (goesOn) folds[folds.length - 1] = { ...last, to: index };
    else folds.push({ from: index, to: index, thread: step.thread });
  });
  return folds;
}

/** The position (steps executed) inside the fold: its steps are being looked at. */
export function isInside(fold: Fold, position: number): boolean {
  return position > fold.from && position <= fold.to + 1;
}

/** The next position in a direction that has a row: over a folded run in one go. */
export function neighbour(
  trace: ViewTrace,
  closed: readonly Fold[],
  position: number,
  direction: 1 | -1,
): number {
  let next = position + direction;
  while (next > 0 && next < trace.steps.length && closed.some(fold => isInside(fold, next)))
    next += direction;
  return next;
}

/** One row per step; folds that are not open take one row for all their steps. */
export function rowsOf(
  trace: ViewTrace,
  isOpen: (fold: Fold) => boolean = () => true,
): readonly (Row | FoldRow)[] {
  const folds = new Map(foldsOf(trace).map(fold => [fold.from, fold]));
  const printed = new Map<number, readonly string[]>();
  const rows: (Row | FoldRow)[] = [];
  for (let index = 0; index < trace.steps.length; index++) {
    const step = trace.steps[index];
    if (!step) break;
    const switches = trace.steps[index - 1]?.thread !== step.thread;
    const fold = folds.get(index);
    if (fold) {
      const open = isOpen(fold);
      const last = printed.get(fold.thread) ?? [];
      const depth = Math.min(
        ...trace.steps.slice(fold.from, fold.to + 1).map(s => commonLength(last, chainOf(s, trace))),
      );
      rows.push({
        kind: 'fold',
        ...fold,
        open,
        depth,
        switches,
      });
      if (!open) {
        index = fold.to;
        continue;
      }
    }
    const chain = chainOf(step, trace);
    const last = printed.get(step.thread) ?? [];
    const common = commonLength(last, chain);
    printed.set(step.thread, chain);
    const previous = trace.steps[index - 1];
    const shown = rows.at(-1);
    rows.push({
      kind: 'step',
      index,
      step,
      headings: chain.slice(common).map((name, at) => ({ function: name, depth: common + at })),
      depth: chain.length,
      ...(step.preemption && previous && previous.thread !== step.thread
        ? { preempts: previous.thread }
        : {}),
      switches: switches && !fold,
      inFold: step.folds === true,
      goesOn:
        previous?.thread === step.thread &&
        shown?.kind === 'step' &&
        previous.text === step.text &&
        previous.place.path === step.place.path &&
        previous.place.start.line === step.place.start.line,
    });
  }
  return rows;
}

/** What runs through the lanes from one moment to a later one; both the same for a row in which nothing happens. */
export function lanesBetween(trace: ViewTrace, slots: Slots, from: number, to: number): readonly LaneCell[] {
  const before = trace.moments[from]?.threads ?? [];
  const after = trace.moments[to]?.threads ?? [];
  return trace.threads.map((_, lane) => ({
    before: before[lane]?.state ?? 'not-started',
    after: after[lane]?.state ?? 'not-started',
    bars: barsOf(before[lane], after[lane], slots[lane] ?? []),
  }));
}

/** The same for a row. An open fold is a heading: what its steps begin and end is drawn beside them. */
export function lanesOf(trace: ViewTrace, slots: Slots, row: Row | FoldRow): readonly LaneCell[] {
  if (row.kind === 'step') return lanesBetween(trace, slots, row.index, row.index + 1);
  return lanesBetween(trace, slots, row.from, row.open ? row.from : row.to + 1);
}

/** Names of the functions a step stands in; the thread's own body is not worth a line. */
export function chainOf(step: ViewStep, trace: ViewTrace): readonly string[] {
  const names = step.frames.map(frame => frame.function);
  return names[0] === trace.threads[step.thread]?.name ? names.slice(1) : names;
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

/** For each lane the keys of the bars that ever stand in it; the place in the list is the bar's column. */
export type Slots = readonly (readonly string[])[];

/** Keys in order of appearance, readers first: a key keeps its column. */
export function slotsOf(trace: ViewTrace): Slots {
  return trace.threads.map((_, lane) => {
    const keys = new Set<string>();
    let last: ViewStatus | undefined;
    for (const moment of trace.moments) {
      const status = moment.threads[lane];
      if (status !== last) for (const key of keysOf(status)) keys.add(key);
      last = status;
    }
    return [...keys].sort((a, b) => rank(a) - rank(b));
  });
}

function rank(key: string): number {
  return key === 'reader' ? 0 : key === 'grace' ? 1 : 2;
}

function keysOf(status: ViewStatus | undefined): readonly string[] {
  if (!status || status.state === 'done') return [];
  return [
    ...(status.reader === undefined ? [] : ['reader']),
    ...(status.gracePeriod === undefined ? [] : ['grace']),
    ...status.holds.map(name => `lock ${name}`),
  ];
}

function barsOf(
  before: ViewStatus | undefined,
  after: ViewStatus | undefined,
  slots: readonly string[],
): readonly Bar[] {
  const from = keysOf(before);
  const to = keysOf(after);
  return slots.flatMap((key, slot): Bar[] => {
    const was = from.includes(key);
    const is = to.includes(key);
    if (!was && !is) return [];
    const status = is ? after : before;
    const part: Part = was && is ? 'full' : is ? 'start' : 'end';
    if (key === 'reader') {
      const label = status?.reader ?? '';
      const changed = was && is && before?.reader !== after?.reader;
      return [
        {
          kind: 'reader',
          label,
          implicit: isImplicit(label),
          slot,
          part,
          ...(part === 'start' || changed ? { caption: `RCU reader: ${label}` } : {}),
        },
      ];
    }
    if (key === 'grace') {
      const waiting = status?.gracePeriod ?? [];
      const changed = before?.gracePeriod?.join() !== after?.gracePeriod?.join();
      const caption =
        part === 'end'
          ? 'grace period over'
          : waiting.length
            ? `grace period waits for ${waiting.join(', ')}`
            : 'grace period: no reader left';
      return [
        {
          kind: 'grace',
          label: waiting.join(', '),
          implicit: false,
          slot,
          part,
          ...(changed ? { caption } : {}),
        },
      ];
    }
    return [{ kind: 'lock', label: key.slice(5), implicit: false, slot, part }];
  });
}

/** Readers by context (softirq, BH off, a spinlock) differ from those that the code writes down. */
export function isImplicit(reader: string): boolean {
  return !/rcu_read_lock/.test(reader);
}

/** `NAPI_STATE_` for names that all begin so; empty if fewer than two names or nothing in common up to a `_`. */
export function commonPrefix(bits: readonly ViewBit[]): string {
  if (bits.length < 2) return '';
  let prefix = bits[0]?.name ?? '';
  for (const bit of bits) while (!bit.name.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return prefix.slice(0, prefix.lastIndexOf('_') + 1);
}

/** A bit's name without what all names of its word share. */
export function shortBit(name: string, cell: ViewCell): string {
  return name.slice(commonPrefix(cell.bits).length) || name;
}

/** A change as a few words: `+SCHED −NPSVC`, `NULL → &npinfo`. */
export function changeText(change: ViewStep['changes'][number], cell: ViewCell): string {
  const bits = [
    ...change.set.map(name => `+${shortBit(name, cell)}`),
    ...change.cleared.map(name => `−${shortBit(name, cell)}`),
  ];
  return bits.length ? bits.join(' ') : `${change.before} → ${change.after}`;
}

/** Cells worth showing: those that a step changes or that a waiter waits for, first changed first; words before others. */
export function cellOrder(trace: ViewTrace): readonly number[] {
  const first = new Map<number, number>();
  trace.steps.forEach((step, index) => {
    for (const change of step.changes) if (!first.has(change.cell)) first.set(change.cell, index);
  });
  const weight = (cell: number): number => (trace.cells[cell]?.holds === 'word' ? 0 : 1);
  return [...first.keys()].sort(
    (a, b) => weight(a) - weight(b) || (first.get(a) ?? 0) - (first.get(b) ?? 0) || a - b,
  );
}
