/**
 * Beside the lanes: the state words bit by bit and the other cells at the current step, then what the verdict rests on:
 * why it never ends, other endings, findings, assumptions, and all of it as text.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { ReplayView, ViewCell, ViewChange, ViewNote, ViewTrace, ViewValue } from '../protocol/view';
import { code } from './code';
import { explored } from './explored';
import { cellOrder, commonPrefix, shortBit } from './layout';
import type { Actions, Model } from './model';
import { placeLink } from './places';
import { transcript } from './transcript';

export function inspector(model: Model, view: ReplayView, actions: Actions): TemplateResult {
  const { t } = model;
  const text = transcript(view, model.run?.title ?? view.harness);
  return html`<aside class="inspector" aria-label=${t('State and evidence')}>
    ${
      !view.trace && view.actors.length
        ? section('explored', t('What was explored'), undefined, true, explored(model, view, actions))
        : nothing
    }
    ${view.trace ? section('state', t('State'), undefined, true, cells(model, view.trace)) : nothing}
    ${
      view.waiters.length
        ? section('why', t('Why it never ends'), undefined, true, waiters(model, view, actions))
        : nothing
    }
    ${
      view.cycle.length
        ? section(
            'cycle',
            t('Cycle of waiters'),
            undefined,
            true,
            html`<ol class="list">
              ${view.cycle.map(
                link =>
                  html`<li>
                    <b>${link.thread}</b> ${t('waits for {0}, held by', link.waitsFor)} <b>${link.heldBy}</b>
                  </li>`,
              )}
            </ol>`,
          )
        : nothing
    }
    ${
      view.history.length
        ? section(
            'history',
            t('History of the object'),
            undefined,
            true,
            html`<ol class="list">
              ${view.history.map(
                event =>
                  html`<li>${event.what} · <b>${event.thread}</b> ${placeLink(event.place, actions)}</li>`,
              )}
            </ol>`,
          )
        : nothing
    }
    ${notes('problems', t('Problems of the input'), view.problems, true, actions)}
    ${notes('findings', t('Findings'), view.findings, true, actions)} ${assumptions(model, view, actions)}
    ${
      view.bounds.length && view.trace
        ? section(
            'bounds',
            t('Bounds'),
            view.bounds.length,
            false,
            html`<ul class="list">
              ${view.bounds.map(bound => html`<li>${bound}</li>`)}
            </ul>`,
          )
        : nothing
    }
    ${
      view.also.length
        ? section(
            'also',
            t('Also reachable'),
            view.also.length,
            false,
            html`<ul class="list">
              ${view.also.map(
                other =>
                  html`<li>
                    <b>${other.kind}</b> ${other.message}
                    <button class="place" @click=${() => actions.replay(other.schedule)}>
                      ${t('replay')}
                    </button>
                  </li>`,
              )}
            </ul>`,
          )
        : nothing
    }
    ${section(
      'transcript',
      t('Transcript'),
      undefined,
      false,
      html`<vscode-button
          secondary
          icon="copy"
          class="copy-transcript"
          @click=${() => actions.copy('transcript', text)}
          >${t('Copy')}</vscode-button
        >
        <pre tabindex="0">${text}</pre>`,
    )}
  </aside>`;
}

function section(
  id: string,
  title: string,
  count: number | undefined,
  open: boolean,
  body: TemplateResult,
): TemplateResult {
  return html`<details class="section section-${id}" ?open=${open}>
    <summary>
      <span class="codicon codicon-chevron-right" aria-hidden="true"></span>
      <h2>${title}</h2>
      ${count === undefined ? nothing : html`<span class="tally">${count}</span>`}
    </summary>
    <div class="inside">${body}</div>
  </details>`;
}

function notes(
  id: string,
  title: string,
  entries: readonly ViewNote[],
  open: boolean,
  actions: Actions,
): TemplateResult | typeof nothing {
  if (!entries.length) return nothing;
  if (entries.length <= most) return section(id, title, entries.length, open, list(entries, actions));
  // What a finding may rest on comes first, the rest by kind.
  const kinds = [...new Set(entries.map(note => note.kind))].sort(
    (x, y) => rank(x) - rank(y) || (x < y ? -1 : 1),
  );
  return section(
    id,
    title,
    entries.length,
    open,
    html`${kinds.map(kind => {
      const own = entries.filter(note => note.kind === kind);
      return html`<details class="group" ?open=${own.length <= most}>
        ${groupSummary(kind.replace(/-/g, ' '), own.length)} ${list(own, actions)}
      </details>`;
    })}`,
  );
}

function groupSummary(words: string, count: number): TemplateResult {
  return html`<summary>
    <span class="codicon codicon-chevron-right" aria-hidden="true"></span>${words} · ${count}
  </summary>`;
}

function list(entries: readonly ViewNote[], actions: Actions): TemplateResult {
  return html`<ul class="list">
    ${entries.map(
      note =>
        html`<li>
          <span class="kind">${note.kind.replace(/-/g, ' ')}</span> ${withoutKind(note)}
          ${note.places.map(place => html` ${placeLink(place, actions)}`)}
        </li>`,
    )}
  </ul>`;
}

/** What the answer rests on. A real tree has hundreds of CONFIG choices: they are there for those who ask. */
function assumptions(model: Model, view: ReplayView, actions: Actions): TemplateResult | typeof nothing {
  const { t } = model;
  const config = view.assumptions.filter(note => note.kind === 'config');
  const others = view.assumptions
    .filter(note => note.kind !== 'config')
    .sort((a, b) => rank(a.kind) - rank(b.kind));
  const title = t('Assumptions');
  if (!config.length || others.length > most)
    return notes('assumptions', title, view.assumptions, others.length <= few, actions);
  return section(
    'assumptions',
    title,
    view.assumptions.length,
    others.length <= few,
    html`${others.length ? list(others, actions) : nothing}
      <details class="group">
        ${groupSummary(t('CONFIG options'), config.length)} ${list(config, actions)}
      </details>`,
  );
}

/** So many assumptions are shown without being asked for. */
const few = 4;

/** More notes than this are grouped by kind. */
const most = 12;

function rank(kind: string): number {
  return kind.startsWith('unknown') ? 0 : kind === 'config' ? 2 : 1;
}

function waiters(model: Model, view: ReplayView, actions: Actions): TemplateResult {
  const { t } = model;
  return html`${view.waiters.map(
    waiter =>
      html`<p class="waiter">
          <b>${waiter.thread}</b> ${t('waits for {0}', waiter.waitsFor)} ${placeLink(waiter.place, actions)}
        </p>
        ${
          waiter.sites.length
            ? html`<p class="lead">${t('What could end the wait is out of reach:')}</p>
                <ul class="sites">
                  ${waiter.sites.map(
                    site =>
                      html`<li>
                        <div><code>${code(site.text)}</code></div>
                        <div class="in">
                          ${t('in {0}()', site.function)} ${placeLink(site.place, actions)}
                        </div>
                        <div class="reason">${site.reason}</div>
                      </li>`,
                  )}
                </ul>`
            : html`<p class="lead">${t('Nothing in the program could end the wait.')}</p>`
        }`,
  )}`;
}

function cells(model: Model, trace: ViewTrace): TemplateResult {
  const { t, position } = model;
  const values = trace.moments[position]?.values ?? [];
  const step = trace.steps[position - 1];
  const order = cellOrder(trace);
  const changeOf = (cell: number): ViewChange | undefined =>
    step?.changes.find(change => change.cell === cell);
  const words = order.filter(index => (trace.cells[index]?.bits.length ?? 0) > 0);
  const others = order.filter(index => !words.includes(index));
  if (!order.length) return html`<p class="empty">${t('No step changes shared memory.')}</p>`;
  return html`${words.map(index => {
    const cell = trace.cells[index];
    const value = values[index];
    return cell && value ? word(model, cell, value, changeOf(index)) : nothing;
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
  cell: ViewCell,
  value: ViewValue,
  change: ViewChange | undefined,
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
          <span>${shortBit(bit.name, cell)}</span>
          <span class="hidden"
            >${number === undefined ? t('unknown') : on ? t('is set') : t('is clear')}</span
          >
          ${label ? html`<span class="mark">${label}</span>` : nothing}
        </li>`;
      })}
    </ul>
  </div>`;
}

/** The message, unless it begins by saying its kind again. */
function withoutKind({ kind, message }: ViewNote): string {
  const begin = `${kind.replace(/-/g, ' ')}: `;
  return message.startsWith(begin) ? message.slice(begin.length) : message;
}
