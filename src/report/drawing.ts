/**
 * Where everything of a trace stands: lanes, columns of state over time, rows with their lines of text, all in pixels.
 * Text is broken here and not by a browser, so every row's height is known before it is drawn: rows can be virtual, a
 * scroll bar never jumps, arrows know their ends, and the page and the SVG picture are the same drawing. Pure.
 *
 * Wide, every lane has its own column of text, as kernel people draw races. Where that leaves too little room, the lanes
 * become rails and the text stands in one column beside them.
 */
import type { ViewBit, ViewTrace } from '../protocol/view';
import { bitsWorthSeeing, gracesOf, touchOf, type Grace } from './facts';
import {
  cellOrder,
  changeText,
  commonPrefix,
  lanesOf,
  rowsOf,
  shortBit,
  slotsOf,
  type Bar,
  type Fold,
  type FoldRow,
  type LaneCell,
  type Row,
  type Slots,
} from './rows';
import { once } from './memo';
import { clip, wrap } from './wrap';

/** Sizes of the font that the text is drawn with. */
export interface Font {
  /** Width of a character of code, in pixels. */
  readonly char: number;
  /** Height of a line. */
  readonly line: number;
}

export interface DrawingOptions {
  readonly width: number;
  readonly font: Font;
  readonly isOpen: (fold: Fold) => boolean;
  /** Steps that are shown; absent: all. */
  readonly shows?: (step: number) => boolean;
  readonly hiddenThreads?: ReadonlySet<number>;
  readonly hiddenCells?: ReadonlySet<number>;
  /** Watched expressions: a column each. */
  readonly watches?: readonly string[];
  /** Lanes as rails, whatever the room. */
  readonly compact?: boolean;
  /** No columns of state: where another drawing beside this one needs the room. */
  readonly bare?: boolean;
  /** Rails as close as can be, without their bars: the text needs the room. Only with `compact`. */
  readonly thin?: boolean;
  /** Bits that a thread waits for for ever, from where it repeats itself on. */
  readonly awaited?: readonly { readonly cell: string; readonly bit: number }[];
  /** How the threads end, for the row below the last step. */
  readonly ends?: readonly (string | undefined)[];
  readonly words?: Partial<Words>;
  /** Rows of earlier drawings that differ in nothing but folds and filters: they are taken from here, and kept here. */
  readonly kept?: Map<string, Omit<DrawnRow, 'top'>>;
}

/** The few words that the drawing itself writes; a page translates them. */
export interface Words {
  readonly start: string;
  readonly doomed: string;
  readonly lasso: string;
  fold(count: number): string;
  preempts(name: string): string;
  hidden(count: number): string;
  reader(why: string): string;
  graceWaits(names: string): string;
  readonly graceFree: string;
  readonly graceOver: string;
}

const english: Words = {
  start: 'start',
  doomed: 'From here on it cannot be avoided',
  lasso: 'From here on the steps repeat for ever',
  fold: count => `${String(count)} steps nobody else can notice`,
  preempts: name => `preempts ${name}`,
  hidden: count => `${String(count)} ${count === 1 ? 'step' : 'steps'} left out by the filter`,
  reader: why => `RCU reader: ${why}`,
  graceWaits: names => `grace period waits for ${names}`,
  graceFree: 'grace period: no reader left',
  graceOver: 'grace period over',
};

/** Where a thread's lane stands. */
export interface Lane {
  readonly thread: number;
  readonly left: number;
  readonly width: number;
  /** The lifeline. */
  readonly rail: number;
  /** Where its text begins; in compact drawings of all lanes the same. */
  readonly text: number;
  readonly textWidth: number;
}

export type Column =
  | {
      readonly kind: 'bit';
      readonly cell: number;
      readonly bit: ViewBit;
      readonly label: string;
      readonly title: string;
      readonly x: number;
      readonly width: number;
      /** The first of its word: a gap is before it. */
      readonly first: boolean;
    }
  | {
      readonly kind: 'value';
      readonly cell: number;
      readonly label: string;
      readonly title: string;
      readonly x: number;
      readonly width: number;
    }
  | {
      readonly kind: 'watch';
      readonly index: number;
      readonly label: string;
      readonly title: string;
      readonly x: number;
      readonly width: number;
    }
  | {
      readonly kind: 'grace';
      readonly label: string;
      readonly title: string;
      readonly x: number;
      readonly width: number;
    };

export interface Chip {
  readonly text: string;
  readonly title: string;
  readonly kind: 'change' | 'preempts';
}

export interface Line {
  readonly kind:
    'thread' | 'heading' | 'code' | 'again' | 'note' | 'caption' | 'fold' | 'end' | 'start' | 'chips';
  /** Pixels from where the lane's text begins. */
  readonly indent: number;
  readonly text: string;
  readonly chips: readonly Chip[];
  /** Of a caption: what it is about. */
  readonly about?: 'reader' | 'lock' | 'grace';
}

export interface Block {
  readonly lane: number;
  readonly lines: readonly Line[];
}

export interface DrawnRow {
  readonly kind: 'start' | 'step' | 'fold' | 'remark' | 'end' | 'gap';
  /** Steps executed when this row has been: its position. For folds the last of its steps, for remarks what stands before. */
  readonly position: number;
  readonly top: number;
  readonly height: number;
  /** The middle of the step's own line, from the row's top. */
  readonly dot: number;
  readonly row?: Row | FoldRow;
  readonly remark?: { readonly icon: 'doomed' | 'lasso'; readonly text: string };
  readonly blocks: readonly Block[];
  readonly preempts?: number;
  /** A turn of another thread begins here. */
  readonly switches: boolean;
}

export interface Drawing {
  readonly trace: ViewTrace;
  readonly compact: boolean;
  readonly thin: boolean;
  readonly width: number;
  readonly height: number;
  readonly font: Font;
  readonly numbers: number;
  /** By thread; undefined for threads that are hidden. */
  readonly lanes: readonly (Lane | undefined)[];
  readonly columns: readonly Column[];
  /** Values that change and have no column for want of room. */
  readonly without: readonly number[];
  readonly rows: readonly DrawnRow[];
  readonly slots: Slots;
  readonly graces: readonly Grace[];
  readonly awaited: NonNullable<DrawingOptions['awaited']>;
  /** Index of the row in which a position is shown. */
  readonly rowOf: (position: number) => number;
}

const numbersWidth = 40;
const thinNumbers = 30;
const bitWidth = 20;
const bitGap = 12;
const valueWidth = 96;
const watchWidth = 104;
/** Characters that a lane must have room for to be wide. */
const leastWide = 27;
const leastCompact = 30;
const leastThin = 18;
const right = 8;

const slotsIn = once(slotsOf);
const gracesIn = once(gracesOf);
const orderIn = once(cellOrder);
const bitsIn = once((trace: ViewTrace) =>
  orderIn(trace).flatMap(cell => bitsWorthSeeing(trace, cell).map(bit => ({ cell, bit }))),
);

export function draw(trace: ViewTrace, options: DrawingOptions): Drawing {
  const words: Words = { ...english, ...options.words };
  const slots = slotsIn(trace);
  const graces = gracesIn(trace);
  const place = placed(trace, options, slots, graces);
  const rows = rowsWithText(trace, options, words, place, slots);
  const last = rows.at(-1);
  const byPosition = new Map<number, number>();
  rows.forEach((row, index) => {
    if (row.kind === 'step' || row.kind === 'start') byPosition.set(row.position, index);
    else if (row.kind === 'fold' && row.row?.kind === 'fold' && !row.row.open)
      for (let at = row.row.from + 1; at <= row.row.to + 1; at++) byPosition.set(at, index);
  });
  return {
    trace,
    ...place,
    height: last ? last.top + last.height : 0,
    font: options.font,
    rows,
    slots,
    graces,
    awaited: options.awaited ?? [],
    rowOf: position => {
      for (let at = position; at >= 0; at--) {
        const index = byPosition.get(at);
        if (index !== undefined) return index;
      }
      return 0;
    },
  };
}

type Placed = Pick<Drawing, 'compact' | 'thin' | 'numbers' | 'width' | 'lanes' | 'columns' | 'without'>;

function placed(trace: ViewTrace, options: DrawingOptions, slots: Slots, graces: readonly Grace[]): Placed {
  const { font } = options;
  const thin = options.compact === true && options.thin === true;
  const numbers = thin ? thinNumbers : numbersWidth;
  const least = thin ? leastThin : leastCompact;
  const shown = trace.threads.flatMap((_, thread) => (options.hiddenThreads?.has(thread) ? [] : [thread]));
  const cells = options.bare ? [] : orderIn(trace).filter(cell => !options.hiddenCells?.has(cell));
  const bits = bitsIn(trace).filter(({ cell }) => cells.includes(cell));
  const words = new Set(bits.map(({ cell }) => cell));
  const values = cells.filter(cell => !words.has(cell) && trace.cells[cell]?.holds !== 'lock');
  const watches = options.bare ? [] : (options.watches ?? []);
  const graceReaders = Math.max(0, ...graces.map(grace => grace.readers.length));
  const graceWidth = graces.length && !options.bare ? 30 + 9 * graceReaders : 0;
  const bitsWidth = bits.length * bitWidth + words.size * bitGap;
  const track = (thread: number): number => 22 + 7 * (slots[thread]?.length ?? 0);
  const tracks = shown.map(track);
  const fixed = numbers + graceWidth + bitsWidth + watches.length * watchWidth + right;
  const free = options.width - fixed;
  const widest = Math.max(22, ...tracks);
  const wide = !options.compact && free / Math.max(1, shown.length) >= widest + leastWide * font.char;
  const railWidth = (thread: number): number =>
    thin ? 10 : Math.max(shown.length > 12 ? 12 : 16, track(thread) - 8);
  const rails = shown.reduce((sum, thread) => sum + railWidth(thread), 0);
  const needed = wide
    ? shown.length * (widest + leastWide * font.char + 12)
    : rails + (least + 12) * font.char;
  const valuesShown = values.slice(0, Math.max(0, Math.floor((free - needed) / valueWidth)));
  const columnsWidth = fixed - numbers + valuesShown.length * valueWidth;
  const narrowest = wide ? 0 : numbers + rails + least * font.char + columnsWidth;
  const width = Math.max(options.width, narrowest);
  const room = width - numbers - columnsWidth;
  const lanes: (Lane | undefined)[] = trace.threads.map(() => undefined);
  let x = numbers;
  for (const thread of shown) {
    const own = wide ? room / shown.length : railWidth(thread);
    const rail = x + (wide ? 11 : 7);
    lanes[thread] = {
      thread,
      left: x,
      width: own,
      rail,
      text: wide ? x + track(thread) : numbers + rails + 6,
      textWidth: wide ? own - track(thread) - 8 : room - rails - 14,
    };
    x += own;
  }
  x = numbers + room;
  const columns: Column[] = [];
  if (graceWidth) {
    const label = 'grace period';
    columns.push({ kind: 'grace', label, title: label, x: x + 8, width: graceWidth - 8 });
    x += graceWidth;
  }
  bits.forEach(({ cell, bit }, index) => {
    const of = trace.cells[cell];
    if (!of) return;
    const first = bits[index - 1]?.cell !== cell;
    if (first) x += bitGap;
    const label = shortBit(bit.name, of);
    columns.push({
      kind: 'bit',
      cell,
      bit,
      label,
      title: `${of.name} · ${bit.name}`,
      x,
      width: bitWidth,
      first,
    });
    x += bitWidth;
  });
  for (const cell of valuesShown) {
    const title = trace.cells[cell]?.name ?? '';
    columns.push({ kind: 'value', cell, label: tail(title), title, x: x + 8, width: valueWidth - 8 });
    x += valueWidth;
  }
  watches.forEach((expression, index) => {
    columns.push({
      kind: 'watch',
      index,
      label: expression,
      title: expression,
      x: x + 8,
      width: watchWidth - 8,
    });
    x += watchWidth;
  });
  return { compact: !wide, thin, numbers, width, lanes, columns, without: values.slice(valuesShown.length) };
}

/** `dev.npinfo` as `npinfo`: the title has all of it. */
function tail(name: string): string {
  return name.length > 12 ? (name.split(/\.|->/).at(-1) ?? name) : name;
}

function rowsWithText(
  trace: ViewTrace,
  options: DrawingOptions,
  words: Words,
  place: Placed,
  slots: Slots,
): readonly DrawnRow[] {
  const { font } = options;
  const drawn: DrawnRow[] = [];
  let top = 0;
  const add = (row: Omit<DrawnRow, 'top'>): void => {
    drawn.push({ ...row, top });
    top += row.height;
  };
  const plain = { blocks: [], switches: false, dot: font.line / 2 + 2 };
  const remark = (icon: 'doomed' | 'lasso', text: string, position: number): void => {
    add({ ...plain, kind: 'remark', position, height: 26, dot: 13, remark: { icon, text } });
  };
  add({ ...plain, kind: 'start', position: 0, height: font.line + 4 });
  const rows = rowsOf(trace, options.isOpen);
  const heads = new Set(rows.flatMap(row => (row.kind === 'fold' ? [row.from] : [])));
  let left = 0;
  const shows = (row: Row | FoldRow): boolean => {
    const lane = row.kind === 'step' ? row.step.thread : row.thread;
    if (!place.lanes[lane]) return false;
    if (!options.shows) return true;
    if (row.kind === 'step') return options.shows(row.index);
    for (let at = row.from; at <= row.to; at++) if (options.shows(at)) return true;
    return false;
  };
  const gap = (position: number): void => {
    if (!left) return;
    const lines: Line[] = [{ kind: 'start', indent: 0, text: words.hidden(left), chips: [] }];
    const lane = place.lanes.findIndex(l => l !== undefined);
    add({ ...plain, kind: 'gap', position, height: font.line + 2, blocks: [{ lane, lines }] });
    left = 0;
  };
  let before: number | undefined;
  for (const row of rows) {
    const index = row.kind === 'fold' ? row.from : row.index;
    const count = row.kind === 'fold' ? (row.open ? 0 : row.to - row.from + 1) : 1;
    if (!shows(row)) {
      left += count;
      continue;
    }
    gap(index);
    // The first step of a fold that is open has its heading above it, and the remark above that.
    if (row.kind === 'fold' || !(row.inFold && heads.has(index))) {
      if (trace.doomedAt === index) remark('doomed', words.doomed, index);
      if (trace.lassoAt === index) remark('lasso', words.lasso, index);
    }
    const thread = row.kind === 'fold' ? row.thread : row.step.thread;
    const key = keyOf(row, before !== thread);
    const known = options.kept?.get(key);
    const made = known ?? drawnRow(trace, row, place, slots, font, words, before !== thread);
    if (!known) options.kept?.set(key, made);
    add(made);
    before = thread;
  }
  gap(trace.steps.length);
  if (trace.doomedAt === trace.steps.length) remark('doomed', words.doomed, trace.steps.length);
  const ends = options.ends ?? [];
  if (ends.some(end => end !== undefined)) {
    const blocks = ends.flatMap((text, lane): Block[] => {
      const at = place.lanes[lane];
      if (text === undefined || !at) return [];
      const name: Line = { kind: 'thread', indent: 0, text: trace.threads[lane]?.name ?? '', chips: [] };
      const lines = wrap(text, Math.floor(chars(at, font, 0) * 0.88)).map(t => line('end', 0, t));
      return [{ lane, lines: place.compact ? [name, ...lines] : lines }];
    });
    // One column of text: one below the other.
    const [first] = blocks;
    const stood =
      place.compact && first ? [{ lane: first.lane, lines: blocks.flatMap(block => block.lines) }] : blocks;
    const height = Math.max(0, ...stood.map(block => block.lines.length * font.line));
    add({ ...plain, kind: 'end', position: trace.steps.length, height: height + 12, dot: 12, blocks: stood });
  }
  return drawn;
}

/** What a row's looks depend on, beside the trace and the widths. */
function keyOf(row: Row | FoldRow, switches: boolean): string {
  const more =
    row.kind === 'fold'
      ? `f${String(row.from)} ${String(row.open)} ${String(row.depth)}`
      : `s${String(row.index)} ${String(row.headings.length)} ${String(row.goesOn)}`;
  return `${more} ${String(switches)}`;
}

function chars(lane: Lane, font: Font, indent: number): number {
  return Math.max(10, Math.floor((lane.textWidth - indent) / font.char));
}

function line(kind: Line['kind'], indent: number, text: string, chips: readonly Chip[] = []): Line {
  return { kind, indent, text, chips };
}

/** Indentation of a call depth: it may not eat up the line. */
function indentOf(depth: number, lane: Lane): number {
  const step = lane.textWidth < 300 ? 8 : 12;
  return Math.min(depth * step, lane.textWidth * 0.3);
}

function drawnRow(
  trace: ViewTrace,
  row: Row | FoldRow,
  place: Placed,
  slots: Slots,
  font: Font,
  words: Words,
  switches: boolean,
): Omit<DrawnRow, 'top'> {
  const thread = row.kind === 'step' ? row.step.thread : row.thread;
  const lane = place.lanes[thread];
  const preempts = row.kind === 'step' ? row.preempts : undefined;
  const lines: Line[] = [];
  if (lane) {
    if (place.compact && switches) {
      const name = preempts === undefined ? undefined : trace.threads[preempts]?.name;
      const text = name === undefined ? '' : words.preempts(name);
      lines.push(
        line(
          'thread',
          0,
          trace.threads[thread]?.name ?? '',
          text ? [{ text, title: text, kind: 'preempts' }] : [],
        ),
      );
    }
    if (row.kind === 'fold')
      lines.push(line('fold', indentOf(row.depth, lane), words.fold(row.to - row.from + 1)));
    else stepLines(trace, row, lane, font, lines);
    captions(lanesOf(trace, slots, row), trace, row, lane, font, words, lines);
  }
  const own = lines.findIndex(l => ['code', 'again', 'fold'].includes(l.kind));
  const pad = switches ? 6 : 2;
  return {
    kind: row.kind,
    position: row.kind === 'step' ? row.index + 1 : row.to + 1,
    height: Math.max(1, lines.length) * font.line + pad + 2,
    dot: Math.round(pad + Math.max(0, own) * font.line + font.line / 2),
    row,
    blocks: [{ lane: thread, lines }],
    ...(preempts === undefined ? {} : { preempts }),
    switches,
  };
}

function stepLines(trace: ViewTrace, row: Row, lane: Lane, font: Font, lines: Line[]): void {
  const { step } = row;
  for (const heading of row.headings)
    lines.push(line('heading', indentOf(heading.depth, lane), `${heading.function}()`));
  const indent = indentOf(row.depth, lane);
  const room = chars(lane, font, indent);
  const text = row.goesOn ? `… ${access(trace, row)}` : step.text.replace(/\s+/g, ' ');
  const broken = wrap(text, room, '  ');
  // A statement of ten lines is read in the editor.
  const shown = broken.length > 4 ? [...broken.slice(0, 3), clip(`${broken[3] ?? ''}…`, room)] : broken;
  const chips = step.changes.flatMap((change): Chip[] => {
    const cell = trace.cells[change.cell];
    if (!cell || cell.holds === 'lock') return [];
    return [
      {
        text: clip(`${cell.name.split('.').at(-1) ?? ''} ${changeText(change, cell)}`, room - 2),
        title: `${cell.name}: ${change.before} → ${change.after}`,
        kind: 'change',
      },
    ];
  });
  for (const part of shown) lines.push(line(row.goesOn ? 'again' : 'code', indent, part));
  const lastLine = lines.at(-1);
  let used = (shown.at(-1)?.length ?? 0) + 1;
  let at = lines.length - 1;
  for (const chip of chips) {
    // Smaller letters, and a frame around them.
    const size = Math.ceil(chip.text.length * 0.88) + 3;
    const target = lines[at];
    if (target && lastLine && used + size <= room) lines[at] = { ...target, chips: [...target.chips, chip] };
    else {
      lines.push(line('chips', indent + 2 * font.char, '', [chip]));
      at = lines.length - 1;
      used = 2;
    }
    used += size;
  }
  if (step.note !== undefined)
    for (const part of wrap(step.note, Math.floor(room * 1.05)).slice(0, 3))
      lines.push(line('note', indent, part));
}

/** What bars have to say: of the row's own lane, and of a grace period in any lane. */
function captions(
  cells: readonly LaneCell[],
  trace: ViewTrace,
  row: Row | FoldRow,
  lane: Lane,
  font: Font,
  words: Words,
  lines: Line[],
): void {
  cells.forEach((cell, index) => {
    for (const bar of cell.bars) {
      if (bar.caption === undefined || (index !== lane.thread && bar.kind !== 'grace')) continue;
      const who = index === lane.thread ? '' : `${trace.threads[index]?.name ?? ''}: `;
      const indent = indentOf(row.depth, lane);
      const room = Math.floor(chars(lane, font, indent) * 1.1);
      for (const part of wrap(`${who}${captionOf(bar, words)}`, room).slice(0, 3))
        lines.push({ ...line('caption', indent, part), about: bar.kind });
    }
  });
}

function captionOf(bar: Bar, words: Words): string {
  if (bar.kind !== 'grace') return words.reader(bar.label);
  if (bar.part === 'end') return words.graceOver;
  return bar.label ? words.graceWaits(bar.label) : words.graceFree;
}

/** What one more access of a statement does. */
export function access(trace: ViewTrace, { step }: Row): string {
  const read = step.reads[0];
  if (step.changes.length || !read) return step.operation;
  return `${trace.cells[read.cell]?.name ?? step.operation} = ${read.value}`;
}

/** A cell of a column in a row: the text of a value, only where it changes or begins. */
export function valueShown(
  trace: ViewTrace,
  column: Extract<Column, { kind: 'value' }>,
  row: DrawnRow,
): string | undefined {
  const text = (moment: number): string | undefined => trace.moments[moment]?.values[column.cell]?.text;
  if (row.kind === 'start') return text(0);
  if (row.kind !== 'step' && row.kind !== 'fold') return undefined;
  const from = row.row?.kind === 'fold' ? row.row.from : row.position - 1;
  if (row.row?.kind === 'fold' && row.row.open) return undefined;
  return text(from) === text(row.position) ? undefined : text(row.position);
}

/** What happens to a bit in a row. */
export function bitMark(
  trace: ViewTrace,
  column: Extract<Column, { kind: 'bit' }>,
  row: DrawnRow,
): 'set' | 'cleared' | 'tested' | undefined {
  const of = trace.cells[column.cell];
  if (!of || !row.row) return undefined;
  if (row.row.kind === 'step') return touchOf(row.row.step, column.cell, column.bit, of);
  if (row.row.open) return undefined;
  const marks = trace.steps
    .slice(row.row.from, row.row.to + 1)
    .flatMap(step => touchOf(step, column.cell, column.bit, of) ?? []);
  return marks.filter(mark => mark !== 'tested').at(-1) ?? marks.at(-1);
}

/** The prefix that the labels of a word's bits leave out. */
export function prefixOf(trace: ViewTrace, cell: number): string {
  return commonPrefix(trace.cells[cell]?.bits ?? []);
}
