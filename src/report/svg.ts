/**
 * The drawing as SVG: what runs through a row (lifelines, bars, the columns of state), the arrows over the rows, and, of
 * all rows together, a picture. Elements carry classes; a page gives them the theme's colours, the picture its own. Pure.
 */
import type { ViewTrace } from '../protocol/view';
import { bitMark, valueShown, type Column, type Drawing, type DrawnRow } from './drawing';
import { isLaterReader, levelOf, waitersOf } from './facts';
import { isImplicit, lanesBetween, lanesOf, type Bar, type LaneCell } from './rows';
import { clip } from './wrap';

/** Lanes have so many colours. */
export const laneColours = 8;

/** An order that matters, as it is drawn. */
export interface DrawnArrow {
  readonly first: number;
  readonly then: number;
  readonly decisive: boolean;
}

export function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

const n = (value: number): string => String(Math.round(value * 10) / 10);

function vertical(x: number, from: number, to: number, kind: string): string {
  return to > from ? `<path class="${kind}" d="M${n(x)} ${n(from)}V${n(to)}"/>` : '';
}

/** What a row's lanes and columns look like: elements for an `<svg>` as large as the row. */
export function rowMarks(drawing: Drawing, row: DrawnRow): string {
  const { trace } = drawing;
  const moment = row.position;
  const cells = row.row
    ? lanesOf(trace, drawing.slots, row.row)
    : row.kind === 'end'
      ? lanesBetween(trace, drawing.slots, moment, moment).map(cell => ({ ...cell, bars: [] }))
      : lanesBetween(trace, drawing.slots, moment, moment);
  const own = row.row?.kind === 'step' ? row.row.step.thread : undefined;
  const parts = drawing.lanes.map((lane, thread) => {
    const cell = cells[thread];
    if (!lane || !cell) return '';
    return (
      lifeline(cell, lane.rail, row, `life lane-${String(thread % laneColours)}`) +
      (drawing.thin
        ? ''
        : cell.bars.map(bar => barMark(bar, lane.rail + 9 + 7 * bar.slot, row, drawing, thread)).join('')) +
      (own === thread
        ? `<circle class="dot lane-${String(thread % laneColours)}" cx="${n(lane.rail)}" cy="${n(row.dot)}" r="4.5"/>`
        : '')
    );
  });
  const birth = row.row?.kind === 'step' ? births(drawing, row, row.row.index) : '';
  return parts.join('') + birth + drawing.columns.map(column => columnMark(drawing, row, column)).join('');
}

function lifeline(cell: LaneCell, x: number, row: DrawnRow, kind: string): string {
  const bottom = row.kind === 'end' ? row.dot : row.height;
  const end =
    row.kind === 'end' && cell.before === 'blocked'
      ? `<path class="stop" d="M${n(x - 6)} ${n(row.dot)}h12"/>`
      : '';
  if (cell.before === cell.after) return vertical(x, 0, bottom, `${kind} ${cell.before}`) + end;
  return (
    vertical(x, 0, row.dot, `${kind} ${cell.before}`) +
    vertical(x, row.dot, bottom, `${kind} ${cell.after}`) +
    end
  );
}

function barMark(bar: Bar, x: number, row: DrawnRow, drawing: Drawing, thread: number): string {
  const from = bar.part === 'start' ? row.dot : 0;
  const to = bar.part === 'end' ? row.dot : row.height;
  const step = row.row?.kind === 'step' ? row.row.index : row.position - 1;
  const later = bar.kind === 'reader' && isLaterReader(drawing.graces, thread, step);
  const kind = `bar ${bar.kind}${bar.implicit ? ' implicit' : ''}${later ? ' later' : ''}`;
  const cap = (y: number): string => `<path class="${kind} cap" d="M${n(x - 3)} ${n(y)}h6"/>`;
  return `<g><title>${escape(barTitle(bar, later))}</title>${vertical(x, from, to, 'hit')}${
    bar.kind === 'grace'
      ? vertical(x - 1.5, from, to, kind) + vertical(x + 1.5, from, to, kind)
      : vertical(x, from, to, kind)
  }${bar.part === 'start' ? cap(from) : ''}${bar.part === 'end' ? cap(to) : ''}</g>`;
}

/** What a bar means, for the mouse that rests on it. */
export function barTitle(bar: Pick<Bar, 'kind' | 'label'>, later: boolean): string {
  if (bar.kind === 'lock') return `holds ${bar.label}`;
  if (bar.kind === 'grace')
    return bar.label ? `grace period: still waits for ${bar.label}` : 'grace period: no reader left';
  return `RCU reader: ${bar.label}${why(bar.label)}${
    later ? '\nIt began after the running grace period did, which does not wait for it.' : ''
  }`;
}

function why(reader: string): string {
  return isImplicit(reader)
    ? `\nNo rcu_read_lock() is written here, and none is needed: code with softirqs, interrupts or preemption switched off
is a read-side section by itself, so synchronize_rcu() waits for it as well.`.replace(/\n(?=is)/, ' ')
    : '';
}

/** Threads that this step starts: an arrow to where their lives begin. */
function births(drawing: Drawing, row: DrawnRow, index: number): string {
  return drawing.trace.threads
    .map((thread, at) => {
      const from = thread.startedBy === undefined ? undefined : drawing.lanes[thread.startedBy];
      const to = drawing.lanes[at];
      if (thread.startedAt !== index || !from || !to) return '';
      const side = to.rail > from.rail ? 1 : -1;
      // Below the row's text.
      const low = row.height - 1.5;
      const tip = to.rail - side * 3;
      return `<g class="birth lane-${String(at % laneColours)}"><title>${escape(`starts ${thread.name}`)}</title><path d="M${n(from.rail + side * 4)} ${n(row.dot + 3)}Q${n(from.rail + side * 6)} ${n(low)} ${n(from.rail + side * 16)} ${n(low)}H${n(tip)}m${n(-side * 5)} -3.5l${n(side * 5)} 3.5l${n(-side * 5)} 3.5"/><circle cx="${n(to.rail)}" cy="${n(low)}" r="2.5"/></g>`;
    })
    .join('');
}

function columnMark(drawing: Drawing, row: DrawnRow, column: Column): string {
  switch (column.kind) {
    case 'bit':
      return bitColumn(drawing, row, column);
    case 'value':
      return valueColumn(drawing.trace, row, column);
    case 'grace':
      return graceColumn(drawing, row, column);
    case 'watch':
      return '';
  }
}

function bitColumn(drawing: Drawing, row: DrawnRow, column: Extract<Column, { kind: 'bit' }>): string {
  const { trace } = drawing;
  const of = trace.cells[column.cell];
  if (!of) return '';
  const x = column.x + column.width / 2;
  const from = row.row ? (row.row.kind === 'step' ? row.row.index : row.row.from) : row.position;
  const to = row.row?.kind === 'fold' && row.row.open ? from : row.position;
  const top = row.kind === 'start' ? row.dot : 0;
  const bottom = row.kind === 'end' ? row.dot : row.height;
  const look = (moment: number): string => {
    const forever =
      moment >= (trace.lassoAt ?? trace.steps.length) &&
      drawing.awaited.some(wait => wait.cell === of.name && wait.bit === column.bit.number);
    const waits = forever || waitersOf(trace, moment, of, column.bit).length > 0;
    return `${waits ? 'waits ' : ''}${levelOf(trace, moment, column.cell, column.bit)}`;
  };
  const part = (kind: string, a: number, b: number): string =>
    (kind.startsWith('waits ') ? vertical(x - 7, a, b, 'awaited') + vertical(x + 7, a, b, 'awaited') : '') +
    vertical(x, a, b, `bit ${kind.replace('waits ', '')}`);
  const [before, after] = [look(from), look(to)];
  const levels =
    before === after ? part(after, top, bottom) : part(before, top, row.dot) + part(after, row.dot, bottom);
  const mark = bitMark(trace, column, row);
  if (!mark) return levels;
  const thread = row.row?.kind === 'step' ? row.row.step.thread : row.row?.thread;
  const lane = `lane-${String((thread ?? 0) % laneColours)}`;
  const name = trace.threads[thread ?? 0]?.name ?? '';
  const words = { set: 'sets', cleared: 'clears', tested: 'looks at' }[mark];
  const title = `<title>${escape(`${name} ${words} ${column.bit.name}`)}</title>`;
  const y = n(row.dot);
  if (mark === 'tested')
    return `${levels}<g class="touch tested ${lane}">${title}<circle cx="${n(x)}" cy="${y}" r="4"/></g>`;
  const sign = mark === 'set' ? `M${n(x - 3)} ${y}h6M${n(x)} ${n(row.dot - 3)}v6` : `M${n(x - 3)} ${y}h6`;
  return `${levels}<g class="touch ${mark} ${lane}">${title}<circle cx="${n(x)}" cy="${y}" r="6.5"/><path d="${sign}"/></g>`;
}

function valueColumn(trace: ViewTrace, row: DrawnRow, column: Extract<Column, { kind: 'value' }>): string {
  const text = valueShown(trace, column, row);
  const x = column.x + 3;
  if (text === undefined) return vertical(x, 0, row.kind === 'end' ? row.dot : row.height, 'flow');
  const thread = row.row?.kind === 'step' ? row.row.step.thread : row.row?.thread;
  const lane = thread === undefined ? '' : ` lane-${String(thread % laneColours)}`;
  const changed = thread === undefined ? 'initial' : 'changed';
  return `${row.kind === 'start' ? '' : vertical(x, 0, row.dot - 5, 'flow')}${vertical(x, row.dot + 5, row.height, 'flow')}<g class="value ${changed}${lane}"><title>${escape(
    `${column.title} = ${text}`,
  )}</title><circle cx="${n(x)}" cy="${n(row.dot)}" r="2.5"/><text x="${n(x + 7)}" y="${n(
    row.dot + 4,
  )}">${escape(clip(text, Math.floor((column.width - 10) / 6.7)))}</text></g>`;
}

function graceColumn(drawing: Drawing, row: DrawnRow, column: Extract<Column, { kind: 'grace' }>): string {
  const { trace } = drawing;
  const from = row.row ? (row.row.kind === 'step' ? row.row.index : row.row.from) : row.position - 0.5;
  const to = row.row ? row.position - 1 : from;
  if (row.row?.kind === 'fold' && row.row.open) return graceThrough(drawing, row, column, from - 0.5);
  return drawing.graces
    .map(grace => {
      const end = grace.to ?? Infinity;
      if (to < grace.from || from > end) return '';
      const starts = from <= grace.from && grace.from <= to;
      const ends = from <= end && end <= to;
      const a = starts ? row.dot : 0;
      const b = ends ? row.dot : row.kind === 'end' ? row.dot : row.height;
      const waiter = trace.threads[grace.thread]?.name ?? '';
      const readers = grace.readers
        .map((reader, index) => {
          const left = reader.left ?? Infinity;
          if (left < from) return '';
          const x = column.x + 18 + 9 * index;
          const leaves = from <= left && left <= to;
          const name = trace.threads[reader.thread]?.name ?? '';
          const kind = `waited lane-${String(reader.thread % laneColours)}`;
          const bottom = leaves ? row.dot : b;
          const words = `${waiter} waits for ${name}, a reader when the grace period began: ${reader.why}${
            isImplicit(reader.why) ? ' counts as a reader' : ''
          }`;
          return `<g><title>${escape(words)}</title>${vertical(x, a, bottom, 'hit')}${vertical(x, a, bottom, kind)}${
            starts ? `<circle class="${kind}" cx="${n(x)}" cy="${n(row.dot)}" r="2.5"/>` : ''
          }${leaves ? `<path class="${kind}" d="M${n(x - 3)} ${n(row.dot)}h6"/>` : ''}</g>`;
        })
        .join('');
      const cap = (y: number): string =>
        `<path class="grace-edge" d="M${n(column.x)} ${n(y)}h${n(column.width - 4)}"/>`;
      return `<g class="grace-period"><title>${escape(`grace period of ${waiter}`)}</title><rect x="${n(column.x)}" y="${n(a)}" width="${n(
        column.width - 4,
      )}" height="${n(Math.max(0, b - a))}"/>${vertical(column.x + 5, a, b, 'grace-line')}${starts ? cap(a) : ''}${ends ? cap(b) : ''}</g>${readers}`;
    })
    .join('');
}

/** A row in which nothing happens: a grace period that runs goes through it. */
function graceThrough(
  drawing: Drawing,
  row: DrawnRow,
  column: Extract<Column, { kind: 'grace' }>,
  at: number,
): string {
  return graceColumn(drawing, { ...row, row: undefined, position: at + 0.5 }, column);
}

/** A dot, and the row that it stands in. */
interface Point {
  readonly x: number;
  readonly y: number;
  readonly top: number;
  readonly bottom: number;
}

/** The arrows over the rows, in the drawing's own coordinates; numbered as they are listed. */
export function arrowMarks(drawing: Drawing, arrows: readonly DrawnArrow[]): string {
  return arrows
    .map((arrow, index) => {
      const from = pointOf(drawing, arrow.first);
      const to = pointOf(drawing, arrow.then);
      if (!from || !to) return '';
      const { path, x2, side, badge } = route(drawing, from, to, index);
      const y2 = to.y;
      const head = `M${n(x2 - side * 7)} ${n(y2 - 4.5)}L${n(x2 + side)} ${n(y2)}L${n(x2 - side * 7)} ${n(y2 + 4.5)}Z`;
      return `<g class="order ${arrow.decisive ? 'decisive' : 'helps'}" data-arrow="${String(index)}"><path class="halo" d="${path}"/><path class="shaft" d="${path}"/><path class="head" d="${head}"/><circle cx="${n(
        badge.x,
      )}" cy="${n(badge.y)}" r="8"/><text x="${n(badge.x)}" y="${n(badge.y + 4)}">${String(index + 1)}</text></g>`;
    })
    .join('');
}

/**
 * An arrow keeps out of the text: it runs down the gutter on the left of a lifeline, of the one where it ends if that is
 * further right, else of the one where it begins.
 */
function route(
  drawing: Drawing,
  from: Point,
  to: Point,
  index: number,
): { path: string; x2: number; side: number; badge: { x: number; y: number } } {
  const side = to.x >= from.x ? 1 : -1;
  const gap = drawing.compact ? 7 : 10 + (index % 3) * 2;
  if (side > 0) {
    // Out below the row's text, across, down the gutter, to the dot.
    const [x1, x2, gutter] = [from.x + 6, to.x - 8, to.x - gap];
    const low = Math.min(from.bottom, to.y - 10);
    const across =
      gutter - x1 > 30
        ? `Q${n(x1 + 8)} ${n(low)} ${n(x1 + 18)} ${n(low)}H${n(gutter - 8)}Q${n(gutter)} ${n(low)} ${n(gutter)} ${n(low + 8)}`
        : `Q${n(gutter)} ${n(from.y)} ${n(gutter)} ${n(low + 4)}`;
    const path = `M${n(x1)} ${n(from.y + 2)}${across}V${n(to.y - 7)}Q${n(gutter)} ${n(to.y)} ${n(x2)} ${n(to.y)}`;
    return { path, x2, side, badge: { x: gutter, y: Math.min(low + 22, Math.max(low, to.y - 14)) } };
  }
  // Down the gutter beside its own lifeline, across above the text of the row where it ends, to the dot.
  const [x1, x2, gutter] = [from.x - 6, to.x + 8, from.x - gap];
  const high = Math.max(to.top, from.y + 10);
  const across =
    gutter - x2 > 40
      ? `V${n(high - 8)}Q${n(gutter)} ${n(high)} ${n(gutter - 8)} ${n(high)}H${n(x2 + 24)}Q${n(x2 + 10)} ${n(high)} ${n(x2 + 8)} ${n(Math.max(high, to.y - 6))}L${n(x2)} ${n(to.y)}`
      : `V${n(to.y - 10)}Q${n(gutter)} ${n(to.y)} ${n(x2)} ${n(to.y)}`;
  const path = `M${n(x1)} ${n(from.y)}Q${n(gutter)} ${n(from.y)} ${n(gutter)} ${n(from.y + 8)}${across}`;
  return { path, x2, side, badge: { x: gutter, y: Math.min(from.y + 22, Math.max(from.y + 8, high - 14)) } };
}

/** The dot of a step; undefined if its lane is hidden. */
export function pointOf(drawing: Drawing, step: number): Point | undefined {
  const thread = drawing.trace.steps[step]?.thread;
  const lane = thread === undefined ? undefined : drawing.lanes[thread];
  const row = drawing.rows[drawing.rowOf(step + 1)];
  return lane && row
    ? { x: lane.rail, y: row.top + row.dot, top: row.top, bottom: row.top + row.height }
    : undefined;
}

/** The loop that repeats for ever: a lasso in the margin, from its first row to the last. */
export function lassoMark(drawing: Drawing): string {
  const { lassoAt } = drawing.trace;
  if (lassoAt === undefined) return '';
  const first = drawing.rows[drawing.rowOf(lassoAt + 1)];
  const last = drawing.rows[drawing.rowOf(drawing.trace.steps.length)];
  if (!first || !last) return '';
  const [a, b] = [first.top + first.dot, last.top + last.dot + 8];
  return `<g class="lasso"><title>these steps repeat for ever</title><path d="M10 ${n(b)}h-2q-5 0 -5 -5V${n(a + 5)}q0 -5 5 -5h4m-4 -4l4 4l-4 4"/></g>`;
}
