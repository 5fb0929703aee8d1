/**
 * The lanes on the page: heads that stay, rows that exist only while they are near the window, arrows over them. It is
 * drawn by itself when it is scrolled, so that scrolling costs nothing else. Positions are set through CSSOM: the page's
 * policy allows no style in the markup.
 */
import { VirtualizerController } from '@tanstack/lit-virtual';
import {
  html,
  nothing,
  render,
  type ReactiveController,
  type ReactiveControllerHost,
  type TemplateResult,
} from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ViewTrace } from '../protocol/view';
import { draw, type Drawing, type DrawingOptions, type DrawnRow, type Font } from '../report/drawing';
import { isInside } from '../report/rows';
import { arrowMarks, laneColours, lassoMark, rowMarks } from '../report/svg';
import { awaitedIn } from '../report/picture';
import { bandsOf, pairedBands, stackedBands, type Band } from './bands';
import { choices } from './choices';
import { headHeight, heads, sideTitle } from './heads';
import { once } from '../report/memo';
import type { Actions } from './actions';
import { isOpen, otherPosition, otherTrace, partsAt, shownSteps, told, traceOf, type Model } from './model';
import { at, stepText } from './transcript';

export interface Timeline {
  /** Draws what the model says; `arrive`: with the current row in sight. */
  update(model: Model, arrive?: boolean): void;
  /** What is drawn; for pictures and tests. */
  drawing(): Drawing | undefined;
}

interface Side {
  readonly drawing: Drawing;
  readonly left: number;
  readonly position: number;
}

interface View {
  readonly model: Model;
  readonly sides: readonly Side[];
  readonly bands: readonly Band[];
  /** The second side stands under the first. */
  readonly stacked?: true;
  readonly heads: number;
  readonly height: number;
  /** Of the row that a position is shown in. */
  readonly bandOf: ReadonlyMap<DrawnRow, number>;
}

type RowsKept = NonNullable<DrawingOptions['kept']>;

/** What is drawn anew only if the drawing is. */
type Drawn = Pick<View, 'sides' | 'bands' | 'stacked'>;

/** Narrower than this, two drawings side by side have no columns of state; and narrower than that, they are stacked. */
const narrowPair = 800;
const stackedPair = 420;

/** What a drawing is made of; the same ones give the same drawing. */
type Key = readonly unknown[];

export function createTimeline(root: HTMLElement, actions: Actions): Timeline {
  let view: View | undefined;
  let model: Model | undefined;
  let font: Font = fontOf(root);
  let drawn: { readonly key: Key; readonly view: Drawn } | undefined;
  let rowsKept: { readonly key: Key; readonly rows: readonly RowsKept[] } | undefined;
  let scheduled = false;
  const controllers: ReactiveController[] = [];
  const host: ReactiveControllerHost = {
    addController: controller => controllers.push(controller),
    removeController: () => undefined,
    requestUpdate: () => {
      if (scheduled) return;
      scheduled = true;
      requestAnimationFrame(() => {
        scheduled = false;
        paint();
      });
    },
    updateComplete: Promise.resolve(true),
  };
  const virtual = new VirtualizerController<HTMLElement, HTMLElement>(host, {
    count: 0,
    estimateSize: () => 20,
    getScrollElement: () => root,
  });
  for (const controller of controllers) controller.hostConnected?.();

  let height = root.clientHeight;
  new ResizeObserver(() => {
    height = root.clientHeight;
    font = fontOf(root);
    if (model) update(model);
  }).observe(root);

  /** To where the current row is seen. Positions are known, so the browser need not lay anything out for it. */
  function scrollTo({ model: of, bands, heads: above, sides, stacked }: View): void {
    const last = !stacked && of.position >= (sides[0]?.drawing.trace.steps.length ?? 0);
    const band = bands[last ? bands.length - 1 : view ? currentBand(view) : 0];
    if (!band) return;
    const room = height - above;
    const offset = virtual.getVirtualizer().scrollOffset ?? 0;
    const bottom = band.top + band.height;
    const far = bottom < offset - room || band.top > offset + 2 * room;
    if (far) root.scrollTop = band.top - room / 3;
    else if (band.top - 8 < offset) root.scrollTop = band.top - 8;
    else if (bottom + 24 > offset + room) root.scrollTop = bottom + 24 - room;
  }

  function update(next: Model, arrive = false): void {
    const before = view;
    model = next;
    const trace = traceOf(next);
    view = trace ? viewOf(next, trace) : undefined;
    const virtualizer = virtual.getVirtualizer();
    const { bands = [], heads: margin = 0 } = view ?? {};
    const current = view ? currentBand(view) : 0;
    const fresh = virtualizer.options.count !== bands.length || drawn?.view.bands !== measured;
    virtualizer.setOptions({
      ...virtualizer.options,
      count: bands.length,
      estimateSize: index => bands[index]?.height ?? 20,
      scrollMargin: margin,
      scrollPaddingStart: margin + 8,
      scrollPaddingEnd: 24,
      overscan: 6,
      // The current row is always there: the reader's assistive technology stands on it.
      rangeExtractor: range => {
        const from = Math.max(0, range.startIndex - range.overscan);
        const to = Math.min(range.count - 1, range.endIndex + range.overscan);
        const all = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
        return current < from
          ? [current, ...all]
          : current > to && current < range.count
            ? [...all, current]
            : all;
      },
    });
    if (fresh) {
      measured = bands;
      virtualizer.measure();
    }
    // Before the rows are changed, while their layout is still good; unless there is more to scroll to now.
    const same = before?.height === view?.height;
    if (arrive && view && same && !next.play) scrollTo(view);
    paint();
    if (arrive && view && next.play) root.scrollTop = root.scrollHeight;
    else if (arrive && view && !same) scrollTo(view);
  }
  let measured: readonly Band[] | undefined;

  function viewOf(of: Model, trace: ViewTrace): View {
    const width = Math.max(240, root.clientWidth);
    const other = otherTrace(of);
    const inside = of.scrubbing
      ? other
        ? -2
        : -1
      : trace.steps[of.position - 1]?.folds
        ? trace.steps.findIndex((_, i) => isInside({ from: i, to: i, thread: 0 }, of.position))
        : -1;
    const key: Key = [
      trace,
      other,
      width,
      font.char,
      font.line,
      of.unfolded,
      inside,
      of.filter,
      of.hiddenThreads,
      of.hiddenCells,
      of.expressions,
      of.run?.view,
      partsAt(of),
    ];
    // Folds, the filter and the current fold change which rows there are, not how they look.
    const looks = key.filter((_, i) => ![5, 6, 7].includes(i));
    if (!rowsKept || rowsKept.key.some((part, i) => part !== looks[i]))
      rowsKept = { key: looks, rows: [new Map(), new Map()] };
    if (!drawn || drawn.key.some((part, i) => part !== key[i]))
      drawn = { key, view: other ? two(of, trace, other, width) : one(of, trace, width) };
    const { bands, stacked } = drawn.view;
    const sides = drawn.view.sides.map((side, i) => ({
      ...side,
      position: i === 0 ? of.position : otherPosition(of, of.position),
    }));
    const bandOf = bandIndex(bands);
    const last = bands.at(-1);
    return {
      model: of,
      sides,
      bands,
      ...(stacked ? { stacked } : {}),
      bandOf,
      heads: headHeight(
        sides.map(side => side.drawing),
        sides.length > 1,
      ),
      height: last ? last.top + last.height : 0,
    };
  }

  function optionsOf(of: Model, trace: ViewTrace, width: number): DrawingOptions {
    const { t } = of;
    const shows = shownSteps(of);
    return {
      width,
      font,
      isOpen: fold => isOpen(of, fold),
      hiddenThreads: of.hiddenThreads,
      hiddenCells: new Set(
        trace.cells.flatMap((cell, index) => (of.hiddenCells.has(cell.name) ? [index] : [])),
      ),
      ...(trace === of.run?.view.trace ? { awaited: awaitedIn(of.run.view) } : {}),
      ends: trace === of.run?.view.trace ? endsOf(of, trace) : undefined,
      words: {
        start: t('start'),
        doomed: t('From here on it cannot be avoided'),
        lasso: t('From here on the steps repeat for ever'),
        fold: count => t('{0} steps nobody else can notice', count),
        preempts: name => t('preempts {0}', name),
        reader: why => t('RCU reader: {0}', why),
        graceWaits: names => t('grace period waits for {0}', names),
        graceFree: t('grace period: no reader left'),
        graceOver: t('grace period over'),
        hidden: count => t('{0} steps left out by the filter', count),
      },
      ...(shows ? { shows } : {}),
    };
  }

  function one(of: Model, trace: ViewTrace, width: number): Drawn {
    const drawing = draw(trace, {
      ...optionsOf(of, trace, width),
      watches: of.expressions,
      kept: rowsKept?.rows[0],
    });
    return { sides: [{ drawing, left: 0, position: of.position }], bands: bandsOf(drawing) };
  }

  function two(of: Model, trace: ViewTrace, other: ViewTrace, width: number): Drawn {
    const stacked = width < stackedPair;
    const thin = width < narrowPair;
    const half = stacked ? width : Math.max(thin ? 0 : 300, Math.floor((width - 1) / 2));
    const looks = { compact: true, thin, bare: thin };
    const left = draw(trace, { ...optionsOf(of, trace, half), ...looks, kept: rowsKept?.rows[0] });
    const right = draw(other, {
      ...optionsOf(of, other, half),
      ...looks,
      kept: rowsKept?.rows[1],
      isOpen: fold =>
        of.unfolded.has(fold.from) || (!of.scrubbing && isInside(fold, otherPosition(of, of.position))),
    });
    const at = partsAt(of) ?? 0;
    const match = (position: number): number => otherPosition(of, position);
    return {
      sides: [
        { drawing: left, left: 0, position: of.position },
        { drawing: right, left: stacked ? 0 : left.width + 1, position: 0 },
      ],
      ...(stacked
        ? { stacked, bands: stackedBands(left, right, match(at)) }
        : { bands: pairedBands(left, right, at, match) }),
    };
  }

  function paint(): void {
    if (!view) {
      render(nothing, root);
      return;
    }
    const now = view;
    const { t } = now.model;
    const items = virtual.getVirtualizer().getVirtualItems();
    const width = Math.max(...now.sides.map(side => side.left + side.drawing.width));
    const titled = now.sides.length > 1;
    const kind = now.sides.length > 1 ? 'two' : now.sides[0]?.drawing.compact ? 'compact' : 'wide';
    render(
      html`<div class="diagram ${kind}" .style=${`width:${String(width)}px`}>
        ${heads(now.model, now.stacked ? now.sides.slice(0, 1) : now.sides, now.heads, titled, actions)}
        <div
          class="steps"
          role="tree"
          tabindex="0"
          id="steps"
          aria-label=${t('Steps of the schedule')}
          aria-activedescendant=${currentId(now)}
          .style=${`height:${String(now.height)}px`}
        >
          ${repeat(
            items,
            item => item.key,
            item => band(now, item.index),
          )}
          ${now.sides.map((side, index) => overlay(now, side, index))}
        </div>
        ${now.model.play ? choices(now.model, now.sides[0]?.drawing, actions) : nothing}
      </div>`,
      root,
    );
    for (const controller of controllers) controller.hostUpdated?.();
  }

  function band(now: View, index: number): TemplateResult | typeof nothing {
    const of = now.bands[index];
    if (!of) return nothing;
    const style = `transform:translateY(${String(of.top)}px);height:${String(of.height)}px`;
    if (of.parts)
      return html`<div class="parts" role="presentation" .style=${style}>
        <span>${now.model.t('Here the two part')}</span>
        ${now.stacked ? html`<span class="parts-title">${sideTitle(now.model, 1)}</span>` : nothing}
      </div>`;
    if (now.sides.length === 1) {
      const [side] = now.sides;
      const [row] = of.sides;
      return side && row ? rowView(now.model, side, row, style, true) : nothing;
    }
    return html`<div class="pair" role="presentation" .style=${style}>
      ${now.sides.map((side, i) => {
        const row = of.sides[i];
        if (!row && now.stacked) return nothing;
        const place = `left:${String(side.left)}px;width:${String(side.drawing.width)}px;height:${String(of.height)}px`;
        return row
          ? rowView(now.model, side, row, place, i === 0)
          : html`<div class="row none" role="presentation" .style=${place}></div>`;
      })}
    </div>`;
  }

  /** `main`: the row answers to the reader; the other side of a comparison is looked at only. */
  function rowView(of: Model, side: Side, row: DrawnRow, style: string, main: boolean): TemplateResult {
    const { t } = of;
    const { drawing, position } = side;
    const { trace } = drawing;
    const isStep = row.kind === 'step' || row.kind === 'start';
    const fold = row.row?.kind === 'fold' ? row.row : undefined;
    // Of a fold that stays closed under the slider, the one row is the current one.
    const here = fold ? !fold.open && isInside(fold, position) : row.position === position && isStep;
    const when = here ? 'current' : row.position <= position ? 'past' : 'future';
    const marked = main && isStep && of.cursor === row.position ? 'cursor' : '';
    const kind = `row ${row.kind} ${when} ${marked} ${row.switches ? 'switch' : ''} ${
      row.row?.kind === 'step' && row.row.inFold ? 'in-fold' : ''
    }`;
    const body = guard([drawing, row, of.watches, of.t], () =>
      content(of, side, row, fold !== undefined, main),
    );
    if (!isStep && !fold) return html`<div class=${kind} role="presentation" .style=${style}>${body}</div>`;
    const label = fold
      ? (trace.threads[fold.thread]?.name ?? '')
      : row.kind === 'start'
        ? t('start')
        : `${t('Step {0}', row.position)}: ${stepText(trace, row.position - 1)}`;
    const go = (event: MouseEvent): void => {
      if (!main) return;
      if (fold) actions.act({ type: 'fold', fold });
      else if (event.shiftKey) actions.act({ type: 'cursor', position: row.position });
      else if (event.altKey) actions.act({ type: 'runTo', position: row.position });
      else actions.act({ type: 'go', position: row.position });
    };
    return html`<div
      class=${kind}
      id=${`${main ? '' : 'other-'}${fold ? `fold-${String(fold.from + 1)}` : `step-${String(row.position)}`}`}
      role="treeitem"
      aria-level=${row.row?.kind === 'step' && row.row.inFold ? 2 : 1}
      aria-selected=${main && when === 'current'}
      .style=${style}
      @click=${go}
      @dblclick=${() => {
        if (row.row?.kind === 'step') actions.open(row.row.step.place);
      }}
    >
      <span class="hidden">${label}</span>
      ${body}
    </div>`;
  }

  function content(of: Model, side: Side, row: DrawnRow, isFold: boolean, main: boolean): TemplateResult {
    const { drawing } = side;
    const step = row.row?.kind === 'step' ? row.row.step : undefined;
    const icon = row.remark
      ? row.remark.icon === 'doomed'
        ? 'flame'
        : 'sync'
      : row.kind === 'end'
        ? 'error'
        : '';
    return html`<svg
        class="marks"
        width=${drawing.width}
        height=${row.height}
        aria-hidden="true"
        .innerHTML=${rowMarks(drawing, row)}
      ></svg>
      ${
        icon
          ? html`<span class="number codicon codicon-${icon}" aria-hidden="true"></span>`
          : html`<span
              class="number"
              title=${step ? at(step.place) : nothing}
              .style=${`top:${String(row.dot - 10)}px;width:${String(drawing.numbers - 10)}px`}
              >${step ? row.position : ''}</span
            >`
      }
      ${
        row.remark
          ? html`<span class="remark" .style=${`right:${String(drawing.width - laneEnd(drawing) + 10)}px`}
              >${row.remark.text}</span
            >`
          : nothing
      }
      ${row.kind === 'start' ? html`<span class="begin" .style=${`left:${String(textLeft(drawing))}px`}>${of.t('start')}</span>` : nothing}
      ${row.blocks.map(block => blockView(of, drawing, row, block, isFold, main))}
      ${
        row.preempts !== undefined && !drawing.compact && drawing.lanes[row.preempts]
          ? html`<span
              class="preempted lane-${row.preempts % laneColours}"
              .style=${`left:${String(drawing.lanes[row.preempts]?.text ?? 0)}px;top:${String(row.dot - 9)}px`}
              >${of.t('preempted')}</span
            >`
          : nothing
      }
      ${
        row.kind === 'step' || row.kind === 'start'
          ? drawing.columns.map(column => {
              if (column.kind !== 'watch') return nothing;
              const values = of.watches.find(watch => watch.expression === column.title)?.values;
              const value = values?.[row.position] ?? undefined;
              const changed = row.position === 0 || value !== (values?.[row.position - 1] ?? undefined);
              return html`<span
                class="watched ${changed ? 'changed' : ''}"
                title=${value ?? nothing}
                .style=${`left:${String(column.x)}px;width:${String(column.width)}px;top:${String(row.dot - 9)}px`}
                >${changed || value === undefined ? (value ?? '–') : '│'}</span
              >`;
            })
          : nothing
      }`;
  }

  function blockView(
    of: Model,
    drawing: Drawing,
    row: DrawnRow,
    block: DrawnRow['blocks'][number],
    isFold: boolean,
    main: boolean,
  ): TemplateResult | typeof nothing {
    const lane = drawing.lanes[block.lane];
    if (!lane) return nothing;
    const top = row.dot - font.line / 2 - firstOwn(block.lines) * font.line;
    const style = `left:${String(lane.text)}px;width:${String(lane.textWidth)}px;top:${String(top)}px`;
    return html`<div
      class="block lane-${block.lane % laneColours}"
      aria-hidden=${row.kind === 'step' ? 'true' : nothing}
      .style=${style}
    >
      ${block.lines.map(line => {
        const kind = `line ${line.kind} ${line.about ?? ''}`;
        const indent = `padding-left:${String(line.indent)}px;height:${String(font.line)}px;line-height:${String(font.line)}px`;
        if (line.kind === 'fold' && row.row?.kind === 'fold') {
          const fold = row.row;
          return html`<div class=${kind} .style=${indent}>
            <button
              class="fold-button"
              tabindex=${main ? 0 : -1}
              aria-expanded=${fold.open}
              title=${of.t('Steps {0} to {1}: no other thread can tell whether they have been taken', fold.from + 1, fold.to + 1)}
            >
              <span class="codicon codicon-chevron-right" aria-hidden="true"></span
              ><span class="fold-text">${line.text}</span>
            </button>
          </div>`;
        }
        return html`<div
          class=${kind}
          .style=${indent}
          title=${line.kind === 'code' && row.row?.kind === 'step' ? row.row.step.text : nothing}
        >
          <span class="said">${line.text}</span>${line.chips.map(
            chip => html`<span class="chip-${chip.kind}" title=${chip.title}>${chip.text}</span>`,
          )}
        </div>`;
      })}
    </div>`;
  }

  function overlay(now: View, side: Side, index: number): TemplateResult | typeof nothing {
    const matters = told(now.model.matters);
    const own = index === 0 && !now.model.play && now.sides.length === 1;
    const arrows = own && now.model.showsArrows && matters ? arrowsOf(matters)(side.drawing) : '';
    const marks = arrows + (own ? lasso(side.drawing) : '');
    if (!marks) return nothing;
    return html`<svg
      class="overlay"
      width=${side.drawing.width}
      height="10"
      aria-hidden="true"
      .innerHTML=${marks}
    ></svg>`;
  }

  return {
    update,
    drawing: () => view?.sides[0]?.drawing,
  };
}

const arrowsOf = once((matters: { readonly arrows: Parameters<typeof arrowMarks>[1] }) =>
  once((drawing: Drawing) => arrowMarks(drawing, matters.arrows)),
);
const lasso = once((drawing: Drawing) => lassoMark(drawing));

const bandIndex = once((bands: readonly Band[]): ReadonlyMap<DrawnRow, number> => {
  const map = new Map<DrawnRow, number>();
  bands.forEach((band, index) => {
    if (band.of) map.set(band.of, index);
  });
  return map;
});

function currentBand(view: View): number {
  const drawing = view.sides[0]?.drawing;
  const row = drawing?.rows[drawing.rowOf(view.model.position)];
  return row ? (view.bandOf.get(row) ?? 0) : 0;
}

function currentId({ model, sides }: View): string {
  const drawing = sides[0]?.drawing;
  const row = drawing?.rows[drawing.rowOf(model.position)]?.row;
  return row?.kind === 'fold' ? `fold-${String(row.from + 1)}` : `step-${String(model.position)}`;
}

function firstOwn(lines: readonly { readonly kind: string }[]): number {
  return Math.max(
    0,
    lines.findIndex(line => ['code', 'again', 'fold'].includes(line.kind)),
  );
}

function textLeft(drawing: Drawing): number {
  return drawing.lanes.find(lane => lane)?.text ?? drawing.numbers;
}

/** Where the columns of state begin. */
function laneEnd(drawing: Drawing): number {
  return drawing.columns[0]?.x ?? drawing.width;
}

/** How each thread ends that does not end well. */
function endsOf(model: Model, trace: ViewTrace): readonly (string | undefined)[] {
  const { t } = model;
  const last = trace.moments.at(-1)?.threads ?? [];
  return trace.threads.map((thread, index) => {
    const status = last[index];
    const waiter = model.run?.view.waiters.find(w => w.thread === thread.name);
    if (waiter) return t('waits for ever: {0}', waiter.waitsFor);
    return status?.state === 'blocked' ? t('waits: {0}', status.waitsFor ?? '') : undefined;
  });
}

/** Sizes of the code font as the browser draws it. */
function fontOf(root: HTMLElement): Font {
  const probe = document.createElement('span');
  probe.className = 'probe';
  probe.textContent = 'x'.repeat(100);
  root.parentElement?.append(probe);
  const { width, height } = probe.getBoundingClientRect();
  probe.remove();
  return { char: width ? width / 100 : 7.2, line: Math.max(16, Math.round(height || 18)) };
}
