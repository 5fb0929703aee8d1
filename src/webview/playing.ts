/** Free play beside the lanes: where the reader stands, the way that led there, and the race quiz. */
import { html, nothing, type TemplateResult } from 'lit';
import { prospectBadge } from './choices';
import type { Actions } from './actions';
import { told, whyNot, type Model, type Play } from './model';
import type { Act } from './reduce';

export function playPanel(model: Model, actions: Actions): TemplateResult {
  const { t, play } = model;
  const button = (text: string, act: Act, secondary = true, disabled = false): TemplateResult =>
    html`<vscode-button
      ?secondary=${secondary}
      ?disabled=${disabled}
      @click=${() => {
        actions.act(act);
      }}
      >${text}</vscode-button
    >`;
  if (!play) {
    const at = model.position;
    return html`<div class="pad play-panel">
      <p>
        ${t('You are the scheduler: choose at every step who runs next, and see at once whether it can still go wrong.')}
      </p>
      <div class="row-of-buttons">
        ${button(t('Play from the start'), { type: 'startPlay', quiz: false, at: 0 }, false)}
        ${at > 0 ? button(t('Play from step {0}', at), { type: 'startPlay', quiz: false, at }) : nothing}
      </div>
      <h2 class="minor">${t('Race quiz')}</h2>
      <p>
        ${
          model.run?.view.verdict.outcome === 'found'
            ? t('Can you make it go wrong? Nothing tells you how near you are, unless you ask for a hint.')
            : t('Can you make it go wrong? The simulation says that nobody can.')
        }
      </p>
      <div class="row-of-buttons">
        ${button(t('Start the quiz'), { type: 'startPlay', quiz: true, at: 0 })}
      </div>
    </div>`;
  }
  const answer = told(play.answer);
  const reason = whyNot(play.answer);
  const hidden = play.quiz && play.hintAt !== play.path.length && !answer?.ended;
  return html`<div class="pad play-panel">
    ${reason === undefined ? nothing : html`<p class="empty">${t('Cannot tell: {0}', reason)}</p>`}
    ${answer && !hidden && !answer.ended ? html`<p class="now">${prospectBadge(model, answer.here)}</p>` : nothing}
    ${hidden && answer ? html`<p class="now"><b>${t('Make it go wrong.')}</b></p>` : nothing}
    ${answer?.ended ? ended(model, play, answer.ended) : nothing}
    <div class="row-of-buttons">
      ${button(t('Undo'), { type: 'undo' }, true, play.path.length === 0)}
      ${button(t('Start over'), { type: 'restart' }, true, play.path.length === 0)}
      ${play.quiz && !answer?.ended ? button(t('Hint'), { type: 'hint' }) : nothing}
      ${button(t('Back to the replay'), { type: 'leavePlay' })}
    </div>
    ${
      answer?.because === undefined
        ? nothing
        : html`<p class="in">${t('Some prospects are not known: {0}', answer.because)}</p>`
    }
    ${
      answer && answer.path.length > 0
        ? html`<h2 class="minor">${t('Your choices')}</h2>
            <ol class="trail">
              ${answer.path.map((_, index) => {
                const first = answer.rows[index] ?? index;
                const step = answer.trace.steps[first];
                const before = answer.past[index];
                const after = answer.past[index + 1];
                const turned = before !== after && after !== undefined && !play.quiz;
                return html`<li>
                  <button
                    class="trail-step"
                    title=${t('Go to step {0}', first + 1)}
                    @click=${() => {
                      actions.act({ type: 'go', position: first + 1 });
                    }}
                  >
                    <b>${answer.trace.threads[step?.thread ?? 0]?.name}</b> <code>${step?.text}</code>
                  </button>
                  ${turned ? html`<span class="turn">${prospectBadge(model, after)}</span>` : nothing}
                </li>`;
              })}
            </ol>`
        : nothing
    }
    ${
      answer && answer.waiting.length
        ? html`<h2 class="minor">${t('Cannot run now')}</h2>
            <ul class="list">
              ${answer.waiting.map(
                w => html`<li><b>${answer.trace.threads[w.thread]?.name}</b> ${w.text}</li>`,
              )}
            </ul>`
        : nothing
    }
  </div>`;
}

function ended(
  model: Model,
  play: Play,
  verdict: { outcome: string; kind: string; message: string },
): TemplateResult {
  const { t } = model;
  const found = verdict.outcome === 'found';
  const words = !play.quiz
    ? found
      ? t('There it is.')
      : t('This run ends well.')
    : found
      ? play.hints === 0
        ? t('You have done it, without a hint. You would make a fine scheduler.')
        : t('You have done it.')
      : t('This run ends well: the race was lost. Undo, or start over.');
  return html`<div class="notice ${found ? 'failed' : 'fix'}" role="status">
    <span class="codicon codicon-${found ? 'flame' : 'pass-filled'}" aria-hidden="true"></span>
    <span><b>${words}</b><br />${verdict.message}</span>
  </div>`;
}
