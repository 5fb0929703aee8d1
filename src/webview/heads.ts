/** What stands over the lanes and stays there: who they are, what each does now, and the names of the columns of state. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ViewStatus, ViewThread, ViewTrace } from '../protocol/view';
import type { Column, Drawing } from '../report/drawing';
import { levelOf } from '../report/facts';
import { laneColours } from '../report/svg';
import type { Actions } from './actions';
import type { Model } from './model';

interface Side {
  readonly drawing: Drawing;
  readonly left: number;
  readonly position: number;
}

/** Threads listed by their state where there is only one column of text. */
const mostListed = 5;

/** Height of a thread's line in the list, and of the title over each of two drawings. */
const listedHeight = 20;
const titleHeight = 18;

/** Pixels that the heads take: known beforehand, so that rows know where they begin. */
export function headHeight(drawings: readonly Drawing[], titled: boolean): number {
  const title = titled ? titleHeight : 0;
  return Math.max(...drawings.map(drawing => title + ownHeight(drawing)));
}

function ownHeight({ compact, columns, lanes }: Drawing): number {
  const names = columns.map(column =>
    column.kind === 'bit' || column.kind === 'grace' ? Math.min(74, 6.8 * column.label.length + 4) : 16,
  );
  // A line for the word's name, the upright names of its bits, a box under each.
  const upright = names.length ? Math.ceil(16 + Math.max(...names) + 22) : 0;
  const listed = Math.min(mostListed, lanes.filter(lane => lane).length);
  return Math.max(compact ? listed * listedHeight + 14 : 84, upright);
}

export function heads(
  model: Model,
  sides: readonly Side[],
  height: number,
  titled: boolean,
  actions: Actions,
): TemplateResult {
  return html`<div class="heads" .style=${`height:${String(height)}px`}>
    ${sides.map(
      (side, index) =>
        html`<div
          class="side"
          .style=${`left:${String(side.left)}px;width:${String(side.drawing.width)}px;height:${String(height)}px`}
        >
          ${titled ? html`<div class="side-title">${sideTitle(model, index)}</div>` : nothing}
          ${side.drawing.compact ? rails(model, side, titled) : lanes(model, side)}
          ${side.drawing.columns.map(column => columnHead(model, side, column, actions))}
        </div>`,
    )}
  </div>`;
}

export function sideTitle(model: Model, index: number): string {
  const { t } = model;
  if (index === 0) return t('failing');
  if (model.versus === 'twin') return t('passing');
  return model.versus === 'fix' ? t('with the fix') : t('present text');
}

function lanes(model: Model, { drawing, position }: Side): TemplateResult {
  const { trace } = drawing;
  const now = trace.moments[position]?.threads ?? [];
  const running = trace.steps[position - 1]?.thread;
  return html`${drawing.lanes.map((lane, index) => {
    const thread = trace.threads[index];
    if (!lane || !thread) return nothing;
    const status = now[index];
    return html`<div
      class="head lane-${index % laneColours} ${running === index ? 'running' : ''}"
      role="group"
      aria-label=${model.t('Thread {0}, {1}, CPU {2}', thread.name, thread.context, thread.cpu)}
      .style=${`left:${String(lane.left)}px;width:${String(lane.width - 10)}px`}
    >
      <div class="name" title=${thread.name}>${thread.name}</div>
      <div class="context">${contextOf(model, trace, thread)}</div>
      <div class="doing">${status ? doing(status, model) : nothing}</div>
    </div>`;
  })}`;
}

/** A list of who the threads are and what those that matter now are doing; under it a mark over each rail in its colour. */
function rails(model: Model, { drawing, position }: Side, short: boolean): TemplateResult {
  const { trace } = drawing;
  const now = trace.moments[position]?.threads ?? [];
  const running = trace.steps[position - 1]?.thread;
  const shown = drawing.lanes.flatMap((lane, index) => (lane ? [index] : []));
  const weight = (index: number): number =>
    index === running ? 0 : now[index]?.state === 'blocked' ? 1 : now[index]?.state === 'running' ? 2 : 3;
  const listed =
    shown.length <= mostListed
      ? shown
      : [...shown].sort((a, b) => weight(a) - weight(b) || a - b).slice(0, mostListed - 1);
  return html`${drawing.lanes.map((lane, index) => {
      const thread = trace.threads[index];
      if (!lane || !thread) return nothing;
      return html`<div
        class="rail-mark lane-${index % laneColours}"
        title=${model.t('Thread {0}, {1}, CPU {2}', thread.name, thread.context, thread.cpu)}
        .style=${`left:${String(lane.rail - 3)}px`}
      ></div>`;
    })}
    <div
      class="roster ${drawing.thin ? 'thin' : ''}"
      .style=${`width:${String((drawing.columns[0]?.x ?? drawing.width) - (drawing.thin ? 10 : 22))}px`}
    >
      ${listed.map(index => {
        const thread = trace.threads[index];
        const status = now[index];
        return thread && status
          ? html`<div
              class="head lane-${index % laneColours} ${running === index ? 'running' : ''}"
              role="group"
              aria-label=${model.t('Thread {0}, {1}, CPU {2}', thread.name, thread.context, thread.cpu)}
            >
              <span class="name">${thread.name}</span>
              ${short ? nothing : html`<span class="context">${contextOf(model, trace, thread)}</span>`}
              <span class="doing">${doing(status, model)}</span>
            </div>`
          : nothing;
      })}
      ${
        listed.length < shown.length
          ? html`<div class="others">${model.t('and {0} more threads', shown.length - listed.length)}</div>`
          : nothing
      }
    </div>`;
}

function contextOf(model: Model, trace: ViewTrace, thread: ViewThread): TemplateResult {
  const from = thread.startedBy === undefined ? undefined : trace.threads[thread.startedBy]?.name;
  return html`<span class="badge">${thread.context}</span> <span class="cpu">CPU ${thread.cpu}</span> ${
      from === undefined ? nothing : html`<span class="cpu">${model.t('from {0}', from)}</span>`
    }`;
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
  return html`<span class="state ${status.state}" title=${status.waitsFor ?? nothing}
      ><span class="codicon codicon-${stateIcons[status.state]}" aria-hidden="true"></span
      >${words[status.state]}</span
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

/** A column's name is a button: to where it changes next, with Shift to where it changed last. */
function columnHead(model: Model, side: Side, column: Column, actions: Actions): TemplateResult {
  const { t } = model;
  const { trace } = side.drawing;
  const place = `left:${String(column.x)}px;width:${String(column.width)}px`;
  if (column.kind === 'grace')
    return html`<div
      class="column grace"
      .style=${place}
      title=${t('When synchronize_rcu() began and ended, whom it waited for, and when each left')}
    >
      <span class="upright-text">${t('grace period')}</span>
    </div>`;
  if (column.kind === 'watch') {
    const watch = model.watches.find(w => w.expression === column.title);
    return html`<div class="column value" .style=${place} title=${watch?.problem ?? column.title}>
      <span class="label">${column.label}</span>
      <b>${watch?.values[side.position] ?? '–'}</b>
    </div>`;
  }
  const target = column.kind === 'bit' ? { cell: column.cell, bit: column.bit.name } : { cell: column.cell };
  const chosen = model.target?.cell === column.cell && model.target.bit === target.bit;
  const step = (event: MouseEvent): void =>
    actions.act({ type: 'change', target, direction: event.shiftKey ? -1 : 1 });
  if (column.kind === 'value')
    return html`<button
      class="column value ${chosen ? 'chosen' : ''}"
      .style=${place}
      title=${t('{0}: to its next change (Shift: the last one)', column.title)}
      @click=${step}
    >
      <span class="label">${column.label}</span>
      <b>${trace.moments[side.position]?.values[column.cell]?.text ?? ''}</b>
    </button>`;
  const level = levelOf(trace, side.position, column.cell, column.bit);
  const words = { on: t('is set'), off: t('is clear'), unknown: t('unknown') }[level];
  return html`<button
      class="column bit ${level} ${chosen ? 'chosen' : ''}"
      .style=${place}
      aria-label=${`${column.title}: ${words}`}
      title=${t('{0}: to its next change (Shift: the last one)', column.title)}
      @click=${step}
    >
      <span class="upright-text">${column.label}</span><span class="box"></span>
    </button>
    ${
      column.first
        ? html`<span
            class="word-name"
            .style=${`left:${String(column.x - 8)}px`}
            title=${trace.cells[column.cell]?.name ?? ''}
            >${trace.cells[column.cell]?.name ?? ''}</span
          >`
        : nothing
    }`;
}
