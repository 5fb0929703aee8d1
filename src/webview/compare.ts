/** Two at once: the failing schedule beside one that passes, or beside the same schedule on another text. */
import { html, nothing, type TemplateResult } from 'lit';
import { kindText } from './banner';
import type { Actions } from './actions';
import { comparisonOf, otherTrace, partsAt, told, traceOf, whyNot, type Model, type Versus } from './model';
import { stepText } from './transcript';

export function comparePanel(model: Model, actions: Actions): TemplateResult {
  const { t } = model;
  const choice = (versus: Versus, text: string): TemplateResult =>
    html`<label class="check"
      ><input
        type="radio"
        name="versus"
        .checked=${model.versus === versus}
        @change=${() => {
          actions.act({ type: 'versus', versus });
        }}
      />${text}</label
    >`;
  return html`<div class="pad compare-panel">
    <fieldset>
      <legend>${t('Beside the failing schedule')}</legend>
      ${choice('twin', t('its passing twin: the schedule that stays with it the longest and ends well'))}
      ${model.run?.fix ? choice('fix', t('the same schedule with the fix: {0}', model.run.fix.label)) : nothing}
      ${choice('present', t('the same schedule on the present text'))}
    </fieldset>
    ${model.versus === 'twin' ? twin(model, actions) : comparison(model, actions)}
  </div>`;
}

function parts(model: Model, at: number, actions: Actions): TemplateResult {
  const trace = traceOf(model);
  const other = otherTrace(model);
  const { t } = model;
  if (!trace || !other) return html``;
  return html`<p>
    <button
      class="step-link wide"
      @click=${() => {
        actions.act({ type: 'go', position: at });
      }}
    >
      ${at === 1 ? t('The first step is the same') : t('The first {0} steps are the same', at)}
    </button>
  </p>`;
}

function twin(model: Model, actions: Actions): TemplateResult {
  const { t } = model;
  const answer = told(model.twin);
  if (!answer)
    return html`<p class="empty">
      ${whyNot(model.twin) === undefined ? t('Looking for the passing twin …') : t('Cannot tell: {0}', whyNot(model.twin) ?? '')}
    </p>`;
  const trace = traceOf(model);
  return html`${parts(model, answer.shared, actions)}
    <dl class="differs">
      <dt><span class="codicon codicon-error" aria-hidden="true"></span> ${t('It fails with')}</dt>
      <dd>${trace ? stepText(trace, answer.failing) : nothing}</dd>
      <dt><span class="codicon codicon-pass-filled" aria-hidden="true"></span> ${t('It passes with')}</dt>
      <dd>${stepText(answer.trace, answer.passing)}</dd>
    </dl>
    <p class="in">${t('That step was the last at which the failure could still be avoided.')}</p>
    <p>
      <button
        class="place"
        @click=${() => {
          actions.replay(answer.schedule);
        }}
      >
        ${t('Replay the passing schedule')}
      </button>
    </p>`;
}

function comparison(model: Model, actions: Actions): TemplateResult {
  const { t } = model;
  const answer = told(comparisonOf(model));
  if (!answer)
    return html`<p class="empty">
      ${whyNot(comparisonOf(model)) === undefined ? t('Running the schedule on the other text …') : t('Cannot tell: {0}', whyNot(comparisonOf(model)) ?? '')}
    </p>`;
  return html`${parts(model, partsAt(model) ?? 0, actions)}
    <p>${answer.why}</p>
    <p>
      <b>${answer.title}</b>: ${kindText(answer.verdict.kind, t)}
      ${answer.verdict.message ? html`<span class="in">${answer.verdict.message}</span>` : nothing}
    </p>`;
}
