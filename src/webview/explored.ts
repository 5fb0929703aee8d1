/** Where there is no schedule to show: what was run, how far, and what the answer means. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ReplayView, ViewActor } from '../protocol/view';
import type { Actions } from './actions';
import type { Model } from './model';
import { placeLink } from './places';
import { counted } from './words';

export function explored(model: Model, view: ReplayView, actions: Actions): TemplateResult {
  const { t } = model;
  const size = `${counted(t, 'state', view.states)}, ${counted(t, 'transition', view.transitions)}`;
  return html`${
      view.verdict.outcome === 'holds'
        ? html`<p class="meaning">
            ${t('However these threads interleave from this start, none hangs, no memory, lock or RCU rule is broken, and no assertion fails. What the harness does not do was not tried.')}
          </p>`
        : nothing
    }
    <table class="actors">
      <thead>
        <tr>
          <th scope="col">${t('Thread')}</th>
          <th scope="col">${t('Context')}</th>
          <th scope="col">CPU</th>
          <th scope="col">${t('Runs')}</th>
        </tr>
      </thead>
      <tbody>
        ${view.actors.map((actor, index) => row(model, actor, index, actions))}
      </tbody>
    </table>
    <dl class="extent">
      <dt>${t('Explored')}</dt>
      <dd>${view.exhaustive ? t('{0}: all there are', size) : t('{0}: not all there are', size)}</dd>
      <dt>${t('Bounds')}</dt>
      <dd>
        ${view.bounds.length ? view.bounds.map(bound => html`<div>${bound}</div>`) : t('none was set or reached')}
      </dd>
      ${
        view.expectation
          ? html`<dt>${t('Expected')}</dt>
              <dd>
                ${view.expectation.text}, ${view.expectation.met ? t('which is met') : t('which is not met')}
              </dd>`
          : nothing
      }
      <dt>${t('Memory')}</dt>
      <dd>${t('sequentially consistent')}</dd>
    </dl>`;
}

function row(model: Model, actor: ViewActor, index: number, actions: Actions): TemplateResult {
  const { t } = model;
  const remarks = [
    ...(actor.repeat > 1 ? [t('up to {0} times', actor.repeat)] : []),
    ...(actor.daemon ? [t('need not finish')] : []),
  ];
  return html`<tr class="lane-${index % 8}">
    <th scope="row">${actor.place ? placeLink(actor.place, actions, actor.name) : actor.name}</th>
    <td><span class="badge">${actor.context}</span></td>
    <td>${actor.cpu ?? t('its own')}</td>
    <td>
      ${actor.calls
        .slice(0, most)
        .map(
          call =>
            html`${
              call.place
                ? placeLink(call.place, actions, `${call.function}()`)
                : html`<span>${call.function}()</span>`
            } `,
        )}${actor.calls.length > most ? '… ' : nothing}${
        remarks.length ? html`<span class="remarks">${remarks.join(', ')}</span>` : nothing
      }
    </td>
  </tr>`;
}

/** So many of a thread's calls say what it is about. */
const most = 4;
