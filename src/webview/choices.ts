/** Free play below the last row: who may run next, each with its key and what it leads to. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Prospect, ViewChoice } from '../protocol/examined';
import type { Drawing } from '../report/drawing';
import { laneColours } from '../report/svg';
import { code } from './code';
import type { Actions } from './actions';
import { told, type Model } from './model';

const prospectIcons: Readonly<Record<Prospect, string>> = {
  'can-fail': 'git-branch',
  'cannot-fail': 'pass-filled',
  'must-fail': 'flame',
  unknown: 'question',
};

/** `can still hang`; what can go wrong by its own name if it is known. */
export function prospectText(model: Model, prospect: Prospect): string {
  const { t } = model;
  const kinds = told(model.play?.answer)?.kinds ?? [];
  const hangs = [...kinds, model.run?.view.verdict.kind ?? ''].some(
    kind => kind === 'hang' || kind === 'deadlock',
  );
  switch (prospect) {
    case 'can-fail':
      return hangs ? t('can still hang') : t('can still fail');
    case 'cannot-fail':
      return hangs ? t('can no longer hang') : t('can no longer fail');
    case 'must-fail':
      return t('cannot avoid it now');
    case 'unknown':
      return t('cannot tell');
  }
}

export function prospectBadge(model: Model, prospect: Prospect): TemplateResult {
  return html`<span class="prospect ${prospect}"
    ><span class="codicon codicon-${prospectIcons[prospect]}" aria-hidden="true"></span>${prospectText(
      model,
      prospect,
    )}</span
  >`;
}

export function choices(model: Model, drawing: Drawing | undefined, actions: Actions): TemplateResult {
  const { t, play } = model;
  const answer = told(play?.answer);
  if (!play || !answer || !drawing)
    return html`<div class="choices"><p class="wait">${t('Looking at what can run next …')}</p></div>`;
  const waiting = answer.path.length !== play.path.length;
  const hidden = play.quiz && play.hintAt !== play.path.length;
  const offset = drawing.lanes.find(lane => lane)?.text ?? 40;
  if (answer.ended) return html`<div class="choices" id="choices"></div>`;
  return html`<div
    class="choices ${waiting ? 'waiting' : ''} ${drawing.compact ? 'stacked' : ''}"
    role="group"
    id="choices"
    aria-label=${t('Who runs next?')}
    .style=${drawing.compact ? `padding-left:${String(offset)}px` : ''}
  >
    ${
      drawing.compact
        ? answer.choices.map((choice, index) => button(model, choice, index, hidden, actions))
        : drawing.lanes.map((lane, thread) =>
            lane
              ? html`<div
                  class="lane-choices"
                  .style=${`left:${String(lane.left)}px;width:${String(lane.width - 6)}px`}
                >
                  ${answer.choices.map((choice, index) =>
                    choice.thread === thread ? button(model, choice, index, hidden, actions) : nothing,
                  )}
                  ${answer.waiting
                    .filter(w => w.thread === thread)
                    .map(w => html`<p class="wait">${w.text}</p>`)}
                </div>`
              : nothing,
          )
    }
  </div>`;
}

function button(
  model: Model,
  choice: ViewChoice,
  index: number,
  hidden: boolean,
  actions: Actions,
): TemplateResult {
  const { t } = model;
  return html`<button
    class="choice lane-${choice.thread % laneColours}"
    @click=${() => actions.act({ type: 'choose', key: choice.key })}
  >
    <span class="who"
      >${index < 9 ? html`<kbd>${index + 1}</kbd>` : nothing}<b>${choice.label}</b>${
        choice.preemption ? html`<span class="small">${t('preempts')}</span>` : nothing
      }</span
    >
    <code>${code(choice.text)}</code>
    ${hidden ? nothing : prospectBadge(model, choice.outcome)}
    ${choice.ends && !hidden ? html`<span class="small">${choice.ends.message}</span>` : nothing}
  </button>`;
}
