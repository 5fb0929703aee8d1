/**
 * The lanes: one per thread, time downwards, one row per step, drawn as kernel people draw races: calls indented, only the
 * running thread's column filled. Lifelines, reader, lock and grace-period bars run down the lanes. In compact mode the
 * lanes are rails and the text stands in one column beside them.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { ViewStatus, ViewTrace } from '../protocol/view';
import { changeText, rowsOf, type FoldRow, type LaneCell, type Row } from './layout';
import { isOpen, type Actions, type Model } from './model';
import { code } from './code';
import { at, stepText } from './transcript';

const laneColours = 8;

export function lanes(model: Model, trace: ViewTrace, actions: Actions): TemplateResult {
  const { t, position } = model;
  const rows = rowsOf(trace, fold => isOpen(model, fold));
  const foldsAt = new Set(rows.flatMap(row => (row.kind === 'fold' ? [row.from] : [])));
  const slots = Math.max(1, ...rows.flatMap(row => row.lanes.map(lane => slotCount(lane))));
  const n = trace.threads.length;
  return html`<div
    class="diagram ${model.compact ? 'compact' : 'wide'} lanes-${Math.min(n, 12)} slots-${Math.min(slots, 6)}"
  >
    ${heads(model, trace)}
    <div
      class="steps"
      role="tree"
      tabindex="0"
      id="steps"
      aria-label=${t('Steps of the schedule')}
      aria-activedescendant="step-${position}"
    >
      <div
        class="row start ${position === 0 ? 'current' : ''}"
        id="step-0"
        role="treeitem"
        aria-level="1"
        aria-selected=${position === 0}
        @click=${() => actions.goTo(0)}
      >
        <span class="number"></span>
        <span class="whole">${t('start')}</span>
      </div>
      ${rows.map(row => {
        // The first step of a fold that is open has its heading above it, and the remark above that.
        const index = row.kind === 'fold' ? row.from : row.inFold && foldsAt.has(row.index) ? -1 : row.index;
        return [
          trace.doomedAt === index ? divider('flame', t('From here on it cannot be avoided'), row) : nothing,
          trace.lassoAt === index
            ? divider('sync', t('From here on the steps repeat for ever'), row)
            : nothing,
          row.kind === 'fold' ? foldRow(model, trace, row, actions) : stepRow(model, trace, row, actions),
        ];
      })}
      ${trace.doomedAt === trace.steps.length ? divider('flame', t('From here on it cannot be avoided')) : nothing}
      ${ending(model, trace)}
    </div>
  </div>`;
}

function slotCount(lane: LaneCell): number {
  return Math.max(0, ...lane.bars.map(bar => bar.slot + 1));
}

/** Names, contexts and what each thread is doing now. */
function heads(model: Model, trace: ViewTrace): TemplateResult {
  const now = trace.moments[model.position]?.threads ?? [];
  const running = trace.steps[model.position - 1]?.thread;
  return html`<div class="heads">
    <span class="number"></span>
    ${trace.threads.map((thread, index) => {
      const status = now[index];
      return html`<div
        class="head lane-${index % laneColours} ${running === index ? 'running' : ''}"
        role="group"
        aria-label=${model.t('Thread {0}, {1}, CPU {2}', thread.name, thread.context, thread.cpu)}
      >
        <div class="name" title=${thread.name}>${thread.name}</div>
        <div class="context">
          <span class="badge">${thread.context}</span>
          <span class="cpu">CPU ${thread.cpu}</span>
          ${
            thread.startedBy === undefined
              ? nothing
              : html`<span class="cpu"
                  >${model.t('from {0}', trace.threads[thread.startedBy]?.name ?? '')}</span
                >`
          }
        </div>
        <div class="doing">${status ? doing(status, model) : nothing}</div>
      </div>`;
    })}
  </div>`;
}

const stateIcons: Readonly<Record<ViewStatus['state'], string>> = {
  'not-started': 'circle-large',
  running: 'play-circle',
  blocked: 'debug-pause',
  done: 'check',
};

function doing(status: ViewStatus, model: Model): TemplateResult {
  const { t } = model;
  const words: Readonly<Record<ViewStatus['state'], string>> = {
    'not-started': t('not started'),
    running: t('under way'),
    blocked: t('waits'),
    done: t('done'),
  };
  const where = status.state === 'done' ? undefined : status.frames.at(-1)?.function;
  return html`<span class="state ${status.state}" title=${status.waitsFor ?? ''}
      ><span class="codicon codicon-${stateIcons[status.state]}" aria-hidden="true"></span>${
        words[status.state]
      }${where && status.state !== 'not-started' ? html` <span class="where">${where}()</span>` : nothing}</span
    >
    ${
      status.reader === undefined || status.state === 'done'
        ? nothing
        : html`<span class="chip reader" title=${t('RCU read-side critical section, by {0}', status.reader)}
            >${t('RCU reader')}</span
          >`
    }
    ${status.holds.map(
      name =>
        html`<span class="chip lock" title=${t('holds {0}', name)}
          ><span class="codicon codicon-lock-small" aria-hidden="true"></span>${name}</span
        >`,
    )}
    ${
      status.gracePeriod
        ? html`<span class="chip grace"
            >${
              status.gracePeriod.length
                ? t('grace period waits for {0}', status.gracePeriod.join(', '))
                : t('grace period')
            }</span
          >`
        : nothing
    }`;
}

function stepRow(model: Model, trace: ViewTrace, row: Row, actions: Actions): TemplateResult {
  const at1 = row.index + 1;
  const { position, compact, t } = model;
  const classes = [
    'row',
    `h-${Math.min(row.headings.length + (compact && row.switches ? 1 : 0), 12)}`,
    row.switches ? 'switch' : '',
    row.inFold ? 'in-fold' : '',
    at1 === position ? 'current' : at1 < position ? 'past' : 'future',
  ].join(' ');
  return html`<div
    class=${classes}
    id="step-${at1}"
    role="treeitem"
    aria-level=${row.inFold ? 2 : 1}
    aria-selected=${at1 === position}
    aria-label="${t('Step {0}', at1)}: ${stepText(trace, row.index)}"
    @click=${() => actions.goTo(at1)}
    @dblclick=${() => actions.open(row.step.place)}
  >
    <span class="number" title=${at(row.step.place)}>${at1}</span>
    ${row.lanes.map((lane, index) => {
      const own = index === row.step.thread;
      return html`<div class="lane lane-${index % laneColours} ${own ? 'own' : ''}">
        ${rail(lane, own)} ${own && !compact ? stepBody(model, trace, row) : nothing}
        ${
          !compact && row.preempts === index
            ? html`<span class="preempted">${t('preempted')}</span>`
            : nothing
        }
        ${!compact && !own ? captions(lane) : nothing}
      </div>`;
    })}
    ${
      compact
        ? html`<div class="text lane-${row.step.thread % laneColours}">${stepBody(model, trace, row)}</div>`
        : nothing
    }
  </div>`;
}

/** Steps that nobody else can notice: how many, and the way to see them. */
function foldRow(model: Model, trace: ViewTrace, row: FoldRow, actions: Actions): TemplateResult {
  const { compact, position, t } = model;
  const from = row.from + 1;
  const to = row.to + 1;
  const words = t('{0} steps nobody else can notice', to - row.from);
  const body = html`<div class="body">
    ${compact && row.switches ? html`<div class="thread">${trace.threads[row.thread]?.name}</div>` : nothing}
    <div class="step in-${Math.min(row.depth, 10)}">
      <button
        class="fold-button"
        aria-expanded=${row.open}
        aria-label="${words}, ${t('{0} to {1}', from, to)}"
        title=${t('Steps {0} to {1}: no other thread can tell whether they have been taken', from, to)}
      >
        <span class="codicon codicon-chevron-right" aria-hidden="true"></span>${words}
      </button>
      ${row.lanes[row.thread]?.bars
        .filter(bar => bar.caption !== undefined)
        .map(bar => html`<span class="caption ${bar.kind}">${bar.caption}</span>`)}
    </div>
  </div>`;
  const classes = [
    'row fold',
    compact && row.switches ? 'h-1' : 'h-0',
    row.switches ? 'switch' : '',
    row.open ? 'open' : '',
    to <= position ? 'past' : 'future',
  ].join(' ');
  return html`<div
    class=${classes}
    id="fold-${from}"
    role="treeitem"
    aria-level="1"
    aria-label="${trace.threads[row.thread]?.name}: ${words}"
    @click=${() => actions.toggleFold(row)}
  >
    <span class="number"></span>
    ${row.lanes.map((lane, index) => {
      const own = index === row.thread;
      return html`<div class="lane lane-${index % laneColours} ${own ? 'own' : ''}">
        ${rail(lane, false)} ${own && !compact ? body : nothing}
        ${!compact && !own ? captions(lane) : nothing}
      </div>`;
    })}
    ${compact ? html`<div class="text lane-${row.thread % laneColours}">${body}</div>` : nothing}
  </div>`;
}

function rail(lane: LaneCell, own: boolean): TemplateResult {
  return html`<span class="line above ${lane.before}" aria-hidden="true"></span
    ><span class="line below ${lane.after}" aria-hidden="true"></span> ${lane.bars.map(
      bar =>
        html`<span
          class="bar ${bar.kind} ${bar.part} slot-${Math.min(bar.slot, 5)} ${bar.implicit ? 'implicit' : ''}"
          title=${
            bar.kind === 'reader'
              ? `RCU reader: ${bar.label}`
              : bar.kind === 'lock'
                ? bar.label
                : `grace period: ${bar.label}`
          }
        ></span>`,
    )}
    ${own ? html`<span class="dot" aria-hidden="true"></span>` : nothing}`;
}

/** Who a grace period still waits for is news of another lane's row as well. */
function captions(lane: LaneCell): TemplateResult | typeof nothing {
  const words = lane.bars.filter(bar => bar.kind === 'grace' && bar.caption !== undefined);
  return words.length
    ? html`<span class="caption">${words.map(bar => bar.caption).join('; ')}</span>`
    : nothing;
}

function stepBody(model: Model, trace: ViewTrace, row: Row): TemplateResult {
  const { step } = row;
  const { compact, t } = model;
  const own = row.lanes[step.thread];
  const indent = Math.min(row.depth, 10);
  return html`<div class="body">
    ${
      compact && row.switches
        ? html`<div class="thread">
            ${trace.threads[step.thread]?.name}
            ${
              row.preempts === undefined
                ? nothing
                : html`<span class="preempted"
                    >${t('preempts {0}', trace.threads[row.preempts]?.name ?? '')}</span
                  >`
            }
          </div>`
        : nothing
    }
    ${row.headings.map(
      heading => html`<div class="heading in-${Math.min(heading.depth, 10)}">${heading.function}()</div>`,
    )}
    <div class="step in-${indent} ${quiet(row) ? 'quiet' : ''}">
      ${
        row.goesOn
          ? html`<code class="again">… ${access(trace, row)}</code>`
          : html`<code>${code(step.text)}</code>`
      }
      ${step.changes.map(change => {
        const cell = trace.cells[change.cell];
        return cell && cell.holds !== 'lock'
          ? html`<span class="change" title=${`${cell.name}: ${change.before} → ${change.after}`}
              >${cell.name.split('.').at(-1)} ${changeText(change, cell)}</span
            >`
          : nothing;
      })}
      ${step.note === undefined ? nothing : html`<span class="note">${step.note}</span>`}
      ${own?.bars
        .filter(bar => bar.caption !== undefined)
        .map(bar => html`<span class="caption ${bar.kind}">${bar.caption}</span>`)}
      ${
        compact
          ? row.lanes.map((lane, index) =>
              index === step.thread
                ? nothing
                : lane.bars
                    .filter(bar => bar.kind === 'grace' && bar.caption !== undefined)
                    .map(
                      bar => html`<span class="caption">${trace.threads[index]?.name}: ${bar.caption}</span>`,
                    ),
            )
          : nothing
      }
    </div>
  </div>`;
}

/** What one more access of a statement does. */
function access(trace: ViewTrace, { step }: Row): string {
  const read = step.reads[0];
  if (step.changes.length || !read) return step.operation;
  return `${trace.cells[read.cell]?.name ?? step.operation} = ${read.value}`;
}

/** A read that nobody remarked on: part of the story, but not where it turns. */
function quiet(row: Row): boolean {
  return row.step.changes.length === 0 && row.step.note === undefined;
}

/** A remark between two rows; the lifelines and bars run on behind it. */
function divider(icon: string, text: string, next?: Row | FoldRow): TemplateResult {
  return html`<div class="row divider h-0" role="presentation">
    <span class="number codicon codicon-${icon}" aria-hidden="true"></span>
    ${next?.lanes.map(
      (lane, index) =>
        html`<div class="lane lane-${index % laneColours}">
          ${rail(
            {
              before: lane.before,
              after: lane.before,
              bars: lane.bars
                .filter(bar => bar.part !== 'start')
                .map(bar => ({ ...bar, part: 'full' as const })),
            },
            false,
          )}
        </div>`,
    )}
    <span class="remark">${text}</span>
  </div>`;
}

/** Below the last step: how each thread ends. */
function ending(model: Model, trace: ViewTrace): TemplateResult | typeof nothing {
  const { t, compact } = model;
  const view = model.run?.view;
  const last = trace.moments.at(-1)?.threads ?? [];
  if (!view) return nothing;
  const ends = trace.threads.map((thread, index) => {
    const status = last[index];
    const waiter = view.waiters.find(w => w.thread === thread.name);
    if (waiter) return t('waits for ever: {0}', waiter.waitsFor);
    return status?.state === 'blocked' ? t('waits: {0}', status.waitsFor ?? '') : undefined;
  });
  if (ends.every(end => end === undefined)) return nothing;
  return html`<div class="row end h-0" role="presentation">
    <span class="number codicon codicon-error" aria-hidden="true"></span>
    ${trace.threads.map((_, index) => {
      const state = last[index]?.state ?? 'done';
      return html`<div class="lane lane-${index % laneColours}">
        <span class="line above ${state}" aria-hidden="true"></span>
        ${!compact && ends[index] !== undefined ? html`<div class="body"><b>${ends[index]}</b></div>` : nothing}
      </div>`;
    })}
    ${
      compact
        ? html`<div class="text">
            ${ends.map((end, index) =>
              end === undefined
                ? nothing
                : html`<div class="body lane-${index % laneColours}">
                    <div class="thread">${trace.threads[index]?.name}</div>
                    <b>${end}</b>
                  </div>`,
            )}
          </div>`
        : nothing
    }
  </div>`;
}
