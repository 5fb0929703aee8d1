/**
 * Why it happens, for someone who has never met the race: who waits for what and which code could have ended the wait, the
 * circle of a deadlock, the life of freed memory, and the few orders without which it would not happen. All are links.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { ViewMatters } from '../protocol/examined';
import type { ReplayView } from '../protocol/view';
import { laneColours } from '../report/svg';
import { code } from './code';
import { evidence, section } from './evidence';
import { explored } from './explored';
import type { Actions } from './actions';
import { told, whyNot, type Model } from './model';
import { placeLink } from './places';

export function why(model: Model, view: ReplayView, actions: Actions): TemplateResult {
  const { t } = model;
  const what = [
    ...(view.waiters.length && !view.cycle.length
      ? [section('why', t('Why it never ends'), undefined, true, waiters(model, view, actions))]
      : []),
    ...(view.cycle.length
      ? [section('cycle', t('Circle of waiters'), undefined, true, cycle(model, view, actions))]
      : []),
    ...(view.history.length
      ? [section('history', t('History of the object'), undefined, true, history(model, view, actions))]
      : []),
  ];
  return html`${
    !view.trace && view.actors.length
      ? section('explored', t('What was explored'), undefined, true, explored(model, view, actions))
      : nothing
  }
  ${what} ${view.trace ? orders(model, actions) : nothing} ${evidence(model, view, actions)}`;
}

/** A link to a step of the schedule: its number. */
function stepLink(model: Model, step: number, actions: Actions): TemplateResult {
  const thread = model.run?.view.trace?.steps[step]?.thread ?? 0;
  return html`<button
    class="step-link lane-${thread % laneColours}"
    title=${model.t('Go to step {0}', step + 1)}
    @click=${() => {
      actions.act({ type: 'go', position: step + 1 });
    }}
  >
    ${step + 1}
  </button>`;
}

/** The name of a thread with its lane's colour beside it. */
function who(model: Model, name: string): TemplateResult {
  const thread = model.run?.view.trace?.threads.findIndex(other => other.name === name) ?? -1;
  return html`<b class="who-name ${thread < 0 ? '' : `lane-${String(thread % laneColours)}`}">${name}</b>`;
}

function waiters(model: Model, view: ReplayView, actions: Actions): TemplateResult {
  const { t } = model;
  return html`${view.waiters.map(
    waiter =>
      html`<p class="waiter">
          ${who(model, waiter.thread)} ${t('waits for {0}', waiter.waitsFor)}
          ${placeLink(waiter.place, actions)}
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
                        <div class="reason">${reason(model, site, actions)}</div>
                      </li>`,
                  )}
                </ul>`
            : html`<p class="lead">${t('Nothing in the program could end the wait.')}</p>`
        }`,
  )}`;
}

function reason(
  model: Model,
  site: ReplayView['waiters'][number]['sites'][number],
  actions: Actions,
): TemplateResult {
  const turned = (site.why ?? []).filter(each => each.turnedAway);
  return html`${site.reason}${
    turned.length
      ? html`<ul class="turned">
          ${turned.map(
            each =>
              html`<li>
                ${who(model, each.thread)} ${model.t('was turned away at')}
                <code>${code(each.turnedAway?.text ?? '')}</code> ${
                  each.turnedAway ? placeLink(each.turnedAway.place, actions) : nothing
                }
              </li>`,
          )}
        </ul>`
      : nothing
  }`;
}

function cycle(model: Model, view: ReplayView, actions: Actions): TemplateResult {
  const { t } = model;
  return html`<ol class="list circle">
    ${view.cycle.map(
      link =>
        html`<li>
          ${who(model, link.thread)} ${t('waits for {0}', link.waitsFor)}
          ${link.place ? placeLink(link.place, actions) : nothing}
          <div class="in">
            ${t('held by')} ${who(model, link.heldBy)}
            ${link.heldAt ? html`${t('since')} ${placeLink(link.heldAt, actions)}` : nothing}
            ${link.step === undefined ? nothing : stepLink(model, link.step, actions)}
          </div>
        </li>`,
    )}
  </ol>`;
}

function history(model: Model, view: ReplayView, actions: Actions): TemplateResult {
  return html`<ol class="list">
    ${view.history.map(
      event =>
        html`<li>
          <b>${event.what}</b> · ${who(model, event.thread)} ${placeLink(event.place, actions)}
          ${event.step === undefined ? nothing : stepLink(model, event.step, actions)}
          ${event.text === undefined ? nothing : html`<div class="in"><code>${code(event.text)}</code></div>`}
        </li>`,
    )}
  </ol>`;
}

function orders(model: Model, actions: Actions): TemplateResult | typeof nothing {
  const { t } = model;
  if (model.run?.replayed && !model.matters) return nothing;
  const matters = told(model.matters);
  const body = matters
    ? arrows(model, matters, actions)
    : html`<p class="empty">
        ${whyNot(model.matters) === undefined ? t('Working out which orders matter …') : t('Cannot tell: {0}', whyNot(model.matters) ?? '')}
      </p>`;
  return section('orders', t('The orders that matter'), matters?.arrows.length, true, body);
}

function arrows(model: Model, matters: ViewMatters, actions: Actions): TemplateResult {
  const { t } = model;
  return html`<p class="lead">
      ${
        matters.arrows.length === 0
          ? t('No order between two steps that are shown decides it.')
          : matters.sufficient === true
            ? t(
                'Whenever these orders come about, it goes wrong. Turn one that is drawn solid round, and it cannot.',
              )
            : matters.sufficient === false
              ? t('It never goes wrong without the orders that are drawn solid; they alone do not suffice.')
              : t('It never goes wrong without the orders that are drawn solid.')
      }
    </p>
    <ol class="orders">
      ${matters.arrows.map(
        (arrow, index) =>
          html`<li class=${arrow.decisive ? 'decisive' : 'helps'}>
            <span class="badge-number" aria-hidden="true">${index + 1}</span>
            <div>
              ${arrow.text}
              <div class="in">
                ${stepLink(model, arrow.first, actions)}
                <span class="codicon codicon-arrow-right" role="img" aria-label=${t('before')}></span>
                ${stepLink(model, arrow.then, actions)}
                <span>${arrow.decisive ? t('decisive') : t('matters together with others')}</span>
              </div>
            </div>
          </li>`,
      )}
    </ol>
    ${matters.beyond.map(text => html`<p class="in">${text}</p>`)}
    ${
      matters.choices.length
        ? html`<p class="in">
            ${t('And these steps came out as they did:')}
            ${matters.choices.map(choice => stepLink(model, choice.step, actions))}
          </p>`
        : nothing
    }
    <label class="check"
      ><input
        type="checkbox"
        .checked=${model.showsArrows}
        @change=${() => {
          actions.act({ type: 'toggleArrows' });
        }}
      />${t('Draw them over the lanes')}</label
    >`;
}
