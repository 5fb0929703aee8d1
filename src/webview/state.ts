/** The state words bit by bit and the other cells at the current step, with what the step changed; and who stands where. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ViewCell, ViewChange, ViewTrace, ViewValue } from '../protocol/view';
import { cellOrder, commonPrefix, shortBit } from '../report/rows';
import { once } from '../report/memo';
import type { Actions } from './actions';
import { traceOf, type Model } from './model';

const orderOf = once(cellOrder);

export function statePanel(model: Model, actions: Actions): TemplateResult {
  const trace = traceOf(model);
  return trace ? html`<div class="section section-state">${cells(model, trace, actions)}</div>` : html``;
}

function cells(model: Model, trace: ViewTrace, actions: Actions): TemplateResult {
  const { t, position } = model;
  const values = trace.moments[position]?.values ?? [];
  const step = trace.steps[position - 1];
  const order = orderOf(trace);
  const changeOf = (cell: number): ViewChange | undefined =>
    step?.changes.find(change => change.cell === cell);
  const words = order.filter(index => (trace.cells[index]?.bits.length ?? 0) > 0);
  const others = order.filter(index => !words.includes(index));
  if (!order.length) return html`<p class="empty">${t('No step changes shared memory.')}</p>`;
  return html`${words.map(index => {
    const cell = trace.cells[index];
    const value = values[index];
    return cell && value ? word(model, index, cell, value, changeOf(index), actions) : nothing;
  })}
  ${
    others.length
      ? html`<table class="cells">
          <thead class="hidden">
            <tr>
              <th>${t('Name')}</th>
              <th>${t('Value')}</th>
            </tr>
          </thead>
          <tbody>
            ${others.map(index => {
              const cell = trace.cells[index];
              const change = changeOf(index);
              return html`<tr class=${change ? 'changed' : ''}>
                <th scope="row">
                  ${change ? html`<span class="codicon codicon-circle-small-filled" role="img" aria-label=${t('changed')}></span>` : nothing}${cell?.name}
                </th>
                <td>
                  ${change ? html`<span class="was">${change.before}</span> → ` : nothing}<span class="is"
                    >${values[index]?.text}</span
                  >
                </td>
              </tr>`;
            })}
          </tbody>
        </table>`
      : nothing
  }`;
}

function word(
  model: Model,
  index: number,
  cell: ViewCell,
  value: ViewValue,
  change: ViewChange | undefined,
  actions: Actions,
): TemplateResult {
  const { t } = model;
  const number = value.number === undefined ? undefined : BigInt.asUintN(64, BigInt(value.number));
  const prefix = commonPrefix(cell.bits);
  return html`<div class="word">
    <div class="title">
      <span class="cell">${cell.name}</span>
      <code class=${change ? 'changed' : ''}
        >${number === undefined ? value.text : `0x${number.toString(16)}`}</code
      >
      ${prefix ? html`<span class="prefix">${prefix}…</span>` : nothing}
    </div>
    <ul class="bits">
      ${cell.bits.map(bit => {
        const on = number !== undefined && ((number >> BigInt(bit.number)) & 1n) === 1n;
        const became = change?.set.includes(bit.name)
          ? 'became-set'
          : change?.cleared.includes(bit.name)
            ? 'became-clear'
            : '';
        const label = became === 'became-set' ? t('set') : became === 'became-clear' ? t('cleared') : '';
        return html`<li
          class="bit ${number === undefined ? 'unknown' : on ? 'on' : 'off'} ${became}"
          title="${bit.name}, bit ${bit.number}"
        >
          <span class="box" aria-hidden="true"></span>
          <button
            class="bit-name"
            title=${t('{0}: to its next change (Shift: the last one)', bit.name)}
            @click=${(event: MouseEvent) => {
              actions.act({
                type: 'change',
                target: { cell: index, bit: bit.name },
                direction: event.shiftKey ? -1 : 1,
              });
            }}
          >
            ${shortBit(bit.name, cell)}
          </button>
          <span class="hidden"
            >${number === undefined ? t('unknown') : on ? t('is set') : t('is clear')}</span
          >
          ${label ? html`<span class="mark">${label}</span>` : nothing}
        </li>`;
      })}
    </ul>
  </div>`;
}
