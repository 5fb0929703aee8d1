/**
 * A whole schedule as one SVG picture with colours of its own: the verdict, the lanes with their columns of state, the
 * arrows of the orders that matter with their captions, how it ends. The same drawing as on the panel's page. Pure.
 */
import type { ReplayView, ViewTrace } from '../protocol/view';
import { draw, type Drawing, type DrawnRow, type Line } from './drawing';
import { arrowMarks, escape, laneColours, lassoMark, rowMarks, type DrawnArrow } from './svg';
import { wrap } from './wrap';

export interface PictureOptions {
  readonly title: string;
  readonly theme: 'light' | 'dark';
  /** In pixels; 1000 if not given. */
  readonly width?: number;
  /** First steps of the runs that are shown in full. */
  readonly unfolded?: ReadonlySet<number>;
  readonly hiddenThreads?: ReadonlySet<number>;
  /** Names of cells without a column. */
  readonly hiddenCells?: ReadonlySet<string>;
  readonly arrows?: readonly (DrawnArrow & { readonly text: string })[];
  /** The steps alone, without how it ends. */
  readonly bare?: boolean;
}

interface Palette {
  readonly paper: string;
  readonly ink: string;
  readonly muted: string;
  readonly rule: string;
  readonly bad: string;
  readonly good: string;
  readonly reader: string;
  readonly lock: string;
  readonly grace: string;
  readonly lanes: readonly string[];
}

const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    paper: '#ffffff',
    ink: '#2b2b2b',
    muted: '#6a6a6a',
    rule: '#dddddd',
    bad: '#c4262b',
    good: '#2f7d32',
    reader: '#3b5bdb',
    lock: '#b0254a',
    grace: '#7a3e9d',
    lanes: ['#005fb8', '#b85000', '#0b7261', '#7b3fb5', '#7a6400', '#b3205c', '#47626e', '#4b4b4b'],
  },
  dark: {
    paper: '#1f1f1f',
    ink: '#d6d6d6',
    muted: '#9a9a9a',
    rule: '#3a3a3a',
    bad: '#f2777a',
    good: '#7bc47f',
    reader: '#91a7ff',
    lock: '#f48fb1',
    grace: '#d0a2f7',
    lanes: ['#4daafc', '#f0a35e', '#4ec9b0', '#c792ea', '#dcc85a', '#f48fb1', '#9fb8c4', '#bdbdbd'],
  },
};

const char = 7.2;
const lineHeight = 18;
const margin = 20;

export function pictureOf(view: ReplayView, options: PictureOptions): string {
  const palette = palettes[options.theme];
  const width = options.width ?? 1000;
  const inner = width - 2 * margin;
  const { trace } = view;
  const hidden = new Set(
    trace?.cells.flatMap((cell, index) => (options.hiddenCells?.has(cell.name) ? [index] : [])) ?? [],
  );
  const drawing =
    trace &&
    draw(trace, {
      width: inner,
      font: { char, line: lineHeight },
      isOpen: fold => options.unfolded?.has(fold.from) === true,
      hiddenCells: hidden,
      awaited: awaitedIn(view),
      ...(options.hiddenThreads ? { hiddenThreads: options.hiddenThreads } : {}),
      ...(options.bare ? {} : { ends: endsOf(view, trace) }),
    });
  const parts: string[] = [];
  let y = margin;
  const found = view.verdict.outcome === 'found';
  const tone = found ? palette.bad : view.verdict.outcome === 'holds' ? palette.good : palette.ink;
  const total = (drawing?.width ?? inner) + 2 * margin;
  parts.push(
    `<text class="verdict" x="${String(margin)}" y="${String(y + 16)}" fill="${tone}">${escape(view.verdict.kind.replace(/-/g, ' '))}</text>`,
    `<text class="small" x="${String(total - margin)}" y="${String(y + 14)}" text-anchor="end">${escape(options.title)}</text>`,
  );
  y += 30;
  for (const text of wrap(view.summary, Math.floor((total - 2 * margin) / 7.1))) {
    parts.push(`<text class="prose" x="${String(margin)}" y="${String(y + 12)}">${escape(text)}</text>`);
    y += 18;
  }
  y += 10;
  if (drawing) {
    const top = headsHeight(drawing);
    parts.push(`<g transform="translate(${String(margin)} ${String(y)})">${heads(drawing, top)}</g>`);
    y += top;
    parts.push(`<g transform="translate(${String(margin)} ${String(y)})">`);
    for (const row of drawing.rows)
      parts.push(
        `<g transform="translate(0 ${String(row.top)})">${rowMarks(drawing, row)}${rowText(drawing, row)}</g>`,
      );
    parts.push(arrowMarks(drawing, options.arrows ?? []), lassoMark(drawing), '</g>');
    y += drawing.height + 10;
  }
  (options.arrows ?? []).forEach((arrow, index) => {
    const sign = arrow.decisive ? 'decisive' : 'helps';
    parts.push(
      `<g class="order ${sign}"><circle cx="${String(margin + 8)}" cy="${String(y + 9)}" r="8"/><text x="${String(margin + 8)}" y="${String(y + 13)}">${String(index + 1)}</text></g>`,
    );
    for (const text of wrap(arrow.text, Math.floor((total - 2 * margin - 30) / 7.1))) {
      parts.push(
        `<text class="prose" x="${String(margin + 24)}" y="${String(y + 13)}">${escape(text)}</text>`,
      );
      y += 18;
    }
    y += 4;
  });
  if (view.schedule !== undefined) {
    parts.push(
      `<text class="small code" x="${String(margin)}" y="${String(y + 14)}">${escape(view.schedule)}</text>`,
    );
    y += 18;
  }
  const height = y + margin - 4;
  const size = `width="${String(Math.ceil(total))}" height="${String(Math.ceil(height))}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${String(Math.ceil(total))} ${String(Math.ceil(height))}" role="img"><title>${escape(
    `${options.title}: ${view.summary}`,
  )}</title><style>${styles(palette)}</style><rect class="paper" width="100%" height="100%"/>${parts.join('')}</svg>\n`;
}

/** Bits that a thread waits for for ever. */
export function awaitedIn(view: ReplayView): readonly { readonly cell: string; readonly bit: number }[] {
  return view.waiters.flatMap(waiter =>
    waiter.cell !== undefined && waiter.bit ? [{ cell: waiter.cell, bit: waiter.bit.number }] : [],
  );
}

function endsOf(view: ReplayView, trace: ViewTrace): readonly (string | undefined)[] {
  const last = trace.moments.at(-1)?.threads ?? [];
  return trace.threads.map((thread, index) => {
    const waiter = view.waiters.find(w => w.thread === thread.name);
    if (waiter) return `waits for ever: ${waiter.waitsFor}`;
    return last[index]?.state === 'blocked' ? `waits: ${last[index].waitsFor ?? ''}` : undefined;
  });
}

function headsHeight(drawing: Drawing): number {
  return drawing.compact || drawing.columns.some(column => column.kind === 'bit') ? 92 : 52;
}

function heads(drawing: Drawing, height: number): string {
  const { trace } = drawing;
  const upright = (x: number, text: string, kind: string): string =>
    `<text class="${kind}" transform="translate(${String(x + 4)} ${String(height - 8)}) rotate(-90)">${escape(text)}</text>`;
  const lanes = drawing.lanes.map((lane, index) => {
    const thread = trace.threads[index];
    if (!lane || !thread) return '';
    const colour = `lane-${String(index % laneColours)}`;
    if (drawing.compact) return upright(lane.rail, thread.name, `name ${colour} tinted`);
    const base = height - 26;
    return `<path class="life ${colour}" d="M${String(lane.left)} ${String(base - 20)}h${String(lane.width - 12)}"/><text class="name" x="${String(lane.left + 6)}" y="${String(base)}">${escape(thread.name)}</text><text class="small" x="${String(lane.left + 6)}" y="${String(base + 16)}">${escape(`${thread.context} · CPU ${String(thread.cpu)}`)}</text>`;
  });
  const columns = drawing.columns.map(column =>
    column.kind === 'bit'
      ? upright(column.x + column.width / 2, column.label, 'small code') +
        (column.first
          ? `<text class="small code" x="${String(column.x)}" y="8">${escape(trace.cells[column.cell]?.name ?? '')}</text>`
          : '')
      : column.kind === 'grace'
        ? upright(column.x + column.width / 2 - 2, column.label, 'small')
        : `<text class="small code" x="${String(column.x)}" y="${String(height - 10)}">${escape(column.label)}</text>`,
  );
  return `${lanes.join('')}${columns.join('')}<path class="rule" d="M0 ${String(height - 1)}H${String(drawing.width)}"/>`;
}

function rowText(drawing: Drawing, row: DrawnRow): string {
  const parts: string[] = [];
  if (row.row?.kind === 'step')
    parts.push(
      `<text class="number" x="${String(drawing.numbers - 12)}" y="${String(row.dot + 4)}" text-anchor="end">${String(row.position)}</text>`,
    );
  if (row.remark)
    parts.push(
      `<path class="remark-line" d="M${String(drawing.numbers)} ${String(row.dot)}H${String(drawing.width)}"/><text class="remark" x="${String((drawing.columns[0]?.x ?? drawing.width) - 12)}" y="${String(row.dot - 3)}" text-anchor="end">${escape(row.remark.text)}</text>`,
    );
  if (row.preempts !== undefined && !drawing.compact) {
    const lane = drawing.lanes[row.preempts];
    if (lane)
      parts.push(`<text class="small" x="${String(lane.text)}" y="${String(row.dot + 4)}">preempted</text>`);
  }
  for (const block of row.blocks) {
    const lane = drawing.lanes[block.lane];
    if (!lane) continue;
    const own = Math.max(
      0,
      block.lines.findIndex(line => ['code', 'again', 'fold'].includes(line.kind)),
    );
    block.lines.forEach((line, index) => {
      const y = row.dot + 4 + (index - own) * lineHeight;
      parts.push(lineText(line, lane.text, y, block.lane));
    });
  }
  return parts.join('');
}

function lineText(line: Line, left: number, y: number, lane: number): string {
  const colour = `lane-${String(lane % laneColours)}`;
  let x = left + line.indent;
  const text = line.text
    ? `<text class="line ${line.kind}" x="${String(x)}" y="${String(y)}" xml:space="preserve">${escape(line.text)}</text>`
    : '';
  x += line.text.length * char + (line.text ? 8 : 0);
  const chips = line.chips.map(chip => {
    const width = chip.text.length * 6.7 + 10;
    const at = x;
    x += width + 4;
    return `<g class="chip ${colour}"><rect x="${at.toFixed(1)}" y="${String(y - 11.5)}" width="${width.toFixed(1)}" height="15" rx="3"/><text x="${(at + 5).toFixed(1)}" y="${String(y)}">${escape(chip.text)}</text></g>`;
  });
  return text + chips.join('');
}

function styles(p: Palette): string {
  const lanes = p.lanes.map(
    (colour, index) =>
      `.dot.lane-${String(index)},.touch.lane-${String(index)} circle,.value.changed.lane-${String(index)} circle,circle.waited.lane-${String(index)},.tinted.lane-${String(index)}{fill:${colour}}.life.lane-${String(index)},.birth.lane-${String(index)} path,path.waited.lane-${String(index)},.chip.lane-${String(index)} rect,.touch.tested.lane-${String(index)} circle{stroke:${colour}}.touch.tested.lane-${String(index)} circle{fill:${p.paper}}`,
  );
  return `text{font:13px system-ui,sans-serif;fill:${p.ink}}
.paper{fill:${p.paper}}path{fill:none}.verdict{font-size:19px;font-weight:600}.name{font-weight:600}.small,.number,.note,.caption,.fold,.start{font-size:11px;fill:${p.muted}}
.code,.line.code,.line.again,.line.heading,.number,.chip text,.value text{font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace;font-size:12px}.line.heading{fill:${p.muted}}.chip text,.value text,.small.code{font-size:11px}
.line.thread{font-weight:600;font-size:12px}.line.note{font-style:italic}.line.end{font-weight:600;fill:${p.bad}}
.rule{stroke:${p.rule}}.hit{stroke:none}.life{stroke:${p.muted};stroke-width:1.6;stroke-opacity:.75}.life.not-started{stroke-dasharray:1 4}.life.blocked{stroke-dasharray:5 4;stroke-opacity:1}.life.done{stroke-opacity:0}.stop{stroke:${p.bad};stroke-width:2.5}
.bar{stroke-width:3}.bar.reader{stroke:${p.reader}}.bar.reader.implicit{stroke-dasharray:5 3;stroke-width:2}.bar.later{stroke-opacity:.35}.bar.lock{stroke:${p.lock}}.bar.grace{stroke:${p.grace};stroke-width:1.5}.bar.cap{stroke-width:2;stroke-dasharray:none}
.bit.on{stroke:${p.ink};stroke-width:7;stroke-opacity:.55}.bit.off{stroke:${p.muted};stroke-opacity:.5}.bit.unknown{stroke:${p.muted};stroke-dasharray:1 3}.awaited{stroke:${p.bad};stroke-width:1.5;stroke-dasharray:4 3}
.touch path{stroke:${p.paper};stroke-width:1.6}.touch.tested circle{fill:${p.paper};stroke-width:1.6}.flow{stroke:${p.rule}}.value.initial circle{fill:${p.muted}}
.grace-period rect{fill:${p.grace};fill-opacity:.12}.grace-line,.grace-edge{stroke:${p.grace};stroke-width:1.5}path.waited{stroke-width:2.5}
.order .halo{stroke:${p.paper};stroke-width:5}.order .shaft{stroke:${p.ink};stroke-width:2}.order .head{fill:${p.ink}}.order.helps .shaft{stroke-dasharray:5 4;stroke-width:1.5}.order circle{fill:${p.paper};stroke:${p.ink};stroke-width:1.5}.order text{font-size:11px;font-weight:600;text-anchor:middle}.order.helps circle{stroke-dasharray:2 2}
.chip rect{fill:none;stroke-opacity:.6}.remark{font-size:11px;fill:${p.bad}}.remark-line{stroke:${p.bad};stroke-dasharray:4 3}.lasso path{stroke:${p.bad};stroke-width:1.6}.birth path{stroke-dasharray:3 2;stroke-width:1.4}
${lanes.join('')}`;
}
