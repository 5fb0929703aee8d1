/** First, back, play, step, last; a slider; follow. The same as the keys: Home, up, space, down, End. */
import { html, nothing, type TemplateResult } from 'lit';
import { chainOf } from './layout';
import { lastPosition, type Actions, type Model } from './model';
import { placeLink } from './places';

export function toolbar(model: Model, actions: Actions): TemplateResult {
  const { t, position } = model;
  const last = lastPosition(model);
  const button = (icon: string, label: string, key: string, run: () => void): TemplateResult =>
    html`<vscode-toolbar-button
      icon=${icon}
      label=${label}
      title="${label} (${key})"
      @click=${run}
    ></vscode-toolbar-button>`;
  return html`<div class="toolbar" role="toolbar" aria-label=${t('Replay')}>
    <span class="buttons">
      ${button('debug-reverse-continue', t('First'), 'Home', () => actions.goTo(0))}
      ${button('debug-step-back', t('Step back'), '↑', () => actions.move(-1))}
      ${button(
        model.playing ? 'debug-pause' : 'play',
        model.playing ? t('Pause') : t('Play'),
        t('Space'),
        () => actions.togglePlay(),
      )}
      ${button('debug-step-over', t('Step'), '↓', () => actions.move(1))}
      ${button('debug-continue', t('Last'), 'End', () => actions.goTo(last))}
    </span>
    <input
      type="range"
      min="0"
      max=${last}
      .value=${String(position)}
      aria-label=${t('Step')}
      aria-valuetext=${t('{0} of {1}', position, last)}
      @input=${(event: Event) => actions.goTo(Number((event.target as HTMLInputElement).value))}
    />
    <output class="count">${position}<span class="of"> / ${last}</span></output>
    ${here(model, actions)}
    <vscode-toolbar-button
      class="follow"
      icon="eye"
      label=${t('Follow in the editor')}
      title=${t('Open the file of each step in the editor, without taking the focus')}
      toggleable
      .checked=${model.follow}
      @change=${(event: Event) => actions.setFollow((event.target as HTMLInputElement).checked)}
      >${t('Follow')}</vscode-toolbar-button
    >
  </div>`;
}

/** Where the current step stands in the code. */
function here(model: Model, actions: Actions): TemplateResult | typeof nothing {
  const trace = model.run?.view.trace;
  const step = trace?.steps[model.position - 1];
  if (!trace || !step) return nothing;
  const name = chainOf(step, trace).at(-1);
  return html`<span class="here"
    >${name === undefined ? nothing : html`<code>${name}()</code>`} ${placeLink(step.place, actions)}</span
  >`;
}
