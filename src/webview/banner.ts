/** The verdict: what it is, one sentence why, what it rests on in numbers, and whether it is still about this text. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ReplayView } from '../protocol/view';
import type { Actions } from './actions';
import { showsAll, traceOf, type Model } from './model';
import { placeLink } from './places';
import { counted } from './words';

const icons = { found: 'error', holds: 'pass-filled', unknown: 'question' } as const;

export function banner(model: Model, actions: Actions): TemplateResult {
  const { run, t } = model;
  if (!run) return html`${progressLine(model, actions)}${failure(model, actions)}`;
  const { view } = run;
  const { outcome } = view.verdict;
  const all = showsAll(model);
  return html`
    <header class="banner ${outcome} ${model.stale === undefined ? '' : 'is-stale'} ${all ? '' : 'folded'}">
      <div class="verdict">
        <span class="codicon codicon-${icons[outcome]}" aria-hidden="true"></span>
        <h1 id="verdict">
          ${
            run.before === undefined || run.before === view.verdict.kind
              ? nothing
              : html`<span class="before">${kindText(run.before, t)}</span>
                  <span class="codicon codicon-arrow-right" role="img" aria-label=${t('is now')}></span> `
          }
          ${kindText(view.verdict.kind, t)}
        </h1>
        ${
          outcome === 'found'
            ? html`<span class="tag">${view.confirmed ? t('confirmed') : t('possible')}</span>`
            : nothing
        }
        ${view.verdict.reason === undefined ? nothing : html`<span class="tag">${view.verdict.reason}</span>`}
        ${
          view.expectation
            ? html`<span class="tag ${view.expectation.met ? '' : 'unmet'}"
                >${view.expectation.met ? t('as expected') : t('expected {0}', view.expectation.text)}</span
              >`
            : nothing
        }
        <span class="harness" title=${view.harness}>${run.title}</span>
        ${traceOf(model) ? chevron(model, all, actions) : nothing}
      </div>
      <div class="gist">
        <p class="summary" title=${all ? nothing : view.summary}>
          <span>${view.summary}</span>
          ${view.verdict.place ? html`<span class="at">${placeLink(view.verdict.place, actions)}</span>` : nothing}
        </p>
        ${all ? nothing : fixButton(model, actions)}
      </div>
      <div class="more" id="verdict-more" ?hidden=${!all}>
        ${advice(view, t)}
        <div class="facts">
          <span>${numbers(view, t)}</span>
          ${view.schedule === undefined ? nothing : schedule(view.schedule, model, actions)}
        </div>
      </div>
      ${progressLine(model, actions)} ${failure(model, actions)} ${staleLine(model, actions)}
      ${all ? fixLine(model, actions) : nothing}
    </header>
  `;
}

/** Folds the verdict to a line or two, and back. */
function chevron(model: Model, open: boolean, actions: Actions): TemplateResult {
  const label = open ? model.t('Show less of the verdict') : model.t('Show all of the verdict');
  return html`<button
    class="chevron"
    aria-expanded=${open}
    aria-controls="verdict-more"
    aria-label=${label}
    title=${label}
    @click=${() => {
      actions.act({ type: 'verdict', open: !open });
    }}
  >
    <span class="codicon codicon-chevron-${open ? 'up' : 'down'}" aria-hidden="true"></span>
  </button>`;
}

/** What to do where there is no answer. */
function advice(view: ReplayView, t: Model['t']): TemplateResult | typeof nothing {
  const words: Readonly<Record<string, string>> = {
    states: t(
      'Shorten loops and pin values in the harness, or raise the setting racelens.check.maxStates; nothing is known about the rest.',
    ),
    memory: t('Shorten loops and pin values in the harness; nothing is known about the rest.'),
    time: t(
      'Shorten loops and pin values in the harness, or raise the setting racelens.check.timeLimit; nothing is known about the rest.',
    ),
    bound: t('Set the bound in the harness with RACE_BOUND() if it is meant; then it counts as stated.'),
    unsupported: t('Replace the function in the harness, by one of the same name or by RACE_STUB().'),
    cancelled: t('Nothing is known about the rest.'),
    input: t('Correct it and run again; the problems are listed below.'),
  };
  const text = words[view.verdict.reason ?? ''];
  // A pasted schedule that ends well is no bound of the harness.
  if (text === undefined || (view.verdict.reason === 'bound' && view.trace)) return nothing;
  return html`<p class="advice">${text}</p>`;
}

/** The word for people: `cannot tell`, not the identifier. */
export function kindText(kind: string, t: Model['t']): string {
  return t(kind === 'cannot-tell' ? 'cannot tell' : kind.replace(/-/g, ' '));
}

function numbers(view: ReplayView, t: Model['t']): string {
  const parts = [counted(t, 'state', view.states), `${view.seconds.toFixed(view.seconds < 10 ? 2 : 0)} s`];
  if (view.trace) parts.unshift(counted(t, 'step', view.trace.steps.length));
  if (view.preemptions !== undefined) parts.unshift(counted(t, 'preemption', view.preemptions));
  return parts.join(' · ');
}

function schedule(text: string, model: Model, actions: Actions): TemplateResult {
  const { t } = model;
  return html`<span class="schedule">
    <span class="label">${t('schedule')}</span><code>${text}</code>
    <vscode-toolbar-button
      icon="copy"
      label=${t('Copy the schedule')}
      title=${t('Copy the schedule')}
      @click=${() => actions.copy('schedule', text)}
    ></vscode-toolbar-button>
  </span>`;
}

function progressLine(model: Model, actions: Actions): TemplateResult | typeof nothing {
  const { progress, t } = model;
  if (!progress) return nothing;
  return html`<div class="notice running" role="status">
    <span class="codicon codicon-sync spin" aria-hidden="true"></span>
    <span>
      ${progress.phase}
      ${
        progress.states > 0
          ? html`· ${counted(t, 'state', progress.states)} ·
            ${t('{0} a second', progress.perSecond.toLocaleString('en'))}${
              progress.remaining === undefined
                ? nothing
                : html` · ${t('about {0} more', progress.remaining.toLocaleString('en'))}`
            }`
          : nothing
      }
    </span>
    <vscode-button secondary @click=${() => actions.cancel()}>${t('Cancel')}</vscode-button>
  </div>`;
}

function failure(model: Model, actions: Actions): TemplateResult | typeof nothing {
  if (model.failure === undefined) return nothing;
  return html`<div class="notice failed" role="alert">
    <span class="codicon codicon-warning" aria-hidden="true"></span>
    <span>${model.failure}</span>
    <vscode-button secondary @click=${() => actions.again()}>${model.t('Run again')}</vscode-button>
  </div>`;
}

function staleLine(model: Model, actions: Actions): TemplateResult | typeof nothing {
  if (model.stale === undefined || model.progress) return nothing;
  return html`<div class="notice stale" role="status">
    <span class="codicon codicon-history" aria-hidden="true"></span>
    <span><strong>${model.t('Source changed since this verdict')}</strong> · ${model.stale}</span>
    <vscode-button @click=${() => actions.again()}>${model.t('Run again')}</vscode-button>
  </div>`;
}

/** The fix that may be applied now, with what its trial gave, in words. */
function fixOf(model: Model): { readonly label: string; readonly text: string } | undefined {
  const { t } = model;
  const fix = model.run?.fix;
  if (!fix || fix.applied || model.progress || model.stale !== undefined) return undefined;
  const { label, verdict } = fix;
  const text =
    verdict === undefined
      ? t('Fix: {0}', label)
      : t('Fix: {0}. Run on a copy of the text: {1}.', label, kindText(verdict, t));
  return { label, text };
}

function fixLine(model: Model, actions: Actions): TemplateResult | typeof nothing {
  const fix = fixOf(model);
  if (!fix) return nothing;
  return html`<div class="notice fix">
    <span class="codicon codicon-lightbulb" aria-hidden="true"></span>
    <span>${fix.text}</span>
    <vscode-button @click=${() => actions.applyFix()}>${model.t('Apply')}</vscode-button>
  </div>`;
}

function fixButton(model: Model, actions: Actions): TemplateResult | typeof nothing {
  const fix = fixOf(model);
  if (!fix) return nothing;
  return html`<vscode-button class="apply-fix" title=${fix.text} @click=${() => actions.applyFix()}
    >${model.t('Apply the fix')}</vscode-button
  >`;
}
