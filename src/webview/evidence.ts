/** What the verdict rests on, and what else was found: assumptions, findings, bounds, problems, other endings. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ReplayView, ViewNote } from '../protocol/view';
import type { Actions } from './actions';
import type { Model } from './model';
import { placeLink } from './places';

export function evidence(model: Model, view: ReplayView, actions: Actions): TemplateResult {
  const { t } = model;
  return html`${notes('problems', t('Problems of the input'), view.problems, true, actions)}
  ${notes('findings', t('Findings'), view.findings, !view.trace, actions)}
  ${assumptions(model, view, actions)}
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
                  <button
                    class="place"
                    @click=${() => {
                      actions.replay(other.schedule);
                    }}
                  >
                    ${t('replay')}
                  </button>
                </li>`,
            )}
          </ul>`,
        )
      : nothing
  }`;
}

export function section(
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

/** The message, unless it begins by saying its kind again. */
function withoutKind({ kind, message }: ViewNote): string {
  const begin = `${kind.replace(/-/g, ' ')}: `;
  return message.startsWith(begin) ? message.slice(begin.length) : message;
}
