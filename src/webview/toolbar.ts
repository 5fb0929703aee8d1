/** Time travel: first, back, play, step, over, into the next preemption, last; speed; a slider; filters; follow. */
import { html, nothing, type TemplateResult } from 'lit';
import { chainOf } from '../report/rows';
import type { Actions } from './actions';
import { lastPosition, shownSteps, traceOf, type Causal, type Model } from './model';
import { placeLink } from './places';
import { speeds, type Act } from './reduce';

export function toolbar(model: Model, actions: Actions): TemplateResult {
  const { t, position } = model;
  const last = lastPosition(model);
  const button = (icon: string, label: string, key: string, act: Act): TemplateResult =>
    html`<vscode-toolbar-button
      icon=${icon}
      label=${label}
      title="${label} (${key})"
      @click=${() => {
        actions.act(act);
      }}
    ></vscode-toolbar-button>`;
  const released = (): void => {
    actions.act({ type: 'scrubbed' });
  };
  return html`<div class="toolbar" role="toolbar" aria-label=${t('Replay')}>
      <span class="buttons">
        ${button('debug-reverse-continue', t('First'), 'Home', { type: 'go', position: 0 })}
        ${button('debug-step-back', t('Step back'), '↑', { type: 'move', direction: -1 })}
        ${button(model.playing ? 'debug-pause' : 'play', model.playing ? t('Pause') : t('Play'), t('Space'), {
          type: 'togglePlay',
        })}
        ${button('debug-step-into', t('Step'), '↓', { type: 'move', direction: 1 })}
        ${button('debug-step-over', t('Step over the call'), 'O', { type: 'over', direction: 1 })}
        ${button('run-all', t('To the next preemption'), 'P', { type: 'preemption', direction: 1 })}
        ${button('debug-continue', t('Last'), 'End', { type: 'go', position: last })}
      </span>
      <select
        class="speed"
        aria-label=${t('Steps a second')}
        title=${t('Steps a second')}
        @change=${(event: Event) => {
          actions.act({ type: 'speed', speed: Number((event.target as HTMLSelectElement).value) });
        }}
      >
        ${speeds.map(
          speed => html`<option value=${speed} ?selected=${speed === model.speed}>${speed}×</option>`,
        )}
      </select>
      <input
        type="range"
        min="0"
        max=${last}
        .value=${String(position)}
        aria-label=${t('Step')}
        aria-valuetext=${t('{0} of {1}', position, last)}
        @input=${(event: Event) => {
          actions.act({ type: 'scrub', position: Number((event.target as HTMLInputElement).value) });
        }}
        @change=${released}
        @pointerup=${released}
        @blur=${released}
      />
      <output class="count">${position}<span class="of"> / ${last}</span></output>
      ${here(model, actions)}
      <span class="end">
        <vscode-toolbar-button
          icon="eye"
          label=${t('Follow in the editor')}
          title=${t('Open the file of each step in the editor, without taking the focus')}
          toggleable
          .checked=${model.follow}
          @change=${(event: Event) => {
            actions.act({ type: 'setFollow', follow: (event.target as HTMLInputElement).checked });
          }}
        ></vscode-toolbar-button>
        <vscode-toolbar-button
          icon="debug-alt"
          label=${t('Debug this schedule')}
          title=${t('Debug this schedule, standing at this step')}
          @click=${() => {
            actions.debug();
          }}
        ></vscode-toolbar-button>
        <vscode-toolbar-button
          icon="keyboard"
          label=${t('Keys')}
          title="${t('Keys')} (?)"
          @click=${() => {
            actions.act({ type: 'keys', show: true });
          }}
        ></vscode-toolbar-button>
      </span>
    </div>
    ${filters(model, actions)}`;
}

/** Where the current step stands in the code. */
function here(model: Model, actions: Actions): TemplateResult | typeof nothing {
  const trace = traceOf(model);
  const step = trace?.steps[model.position - 1];
  if (!trace || !step) return nothing;
  const name = chainOf(step, trace).at(-1);
  return html`<span class="here"
    >${name === undefined ? nothing : html`<code>${name}()</code>`} ${placeLink(step.place, actions)}</span
  >`;
}

/** What of the steps is shown: by word, by cause, by thread, by column. */
function filters(model: Model, actions: Actions): TemplateResult | typeof nothing {
  const { t, filter } = model;
  const trace = traceOf(model);
  if (!trace) return nothing;
  const shows = shownSteps(model);
  const left = shows ? trace.steps.filter((_, index) => shows(index)).length : trace.steps.length;
  const chip = (causal: Causal, text: string, title: string): TemplateResult =>
    html`<button
      class="chip-button"
      aria-pressed=${filter.causal === causal}
      title=${title}
      ?disabled=${filter.causal === undefined && model.position === 0}
      @click=${() => {
        actions.act({ type: 'causal', ...(filter.causal === causal ? {} : { causal }) });
      }}
    >
      ${text}
    </button>`;
  const pivot = filter.causal ? filter.pivot + 1 : model.position;
  return html`<div class="filters" role="group" aria-label=${t('Which steps are shown')}>
    <input
      type="search"
      id="word"
      placeholder=${t('Find in steps')}
      aria-label=${t('Show only steps that hold this word')}
      .value=${filter.word}
      @input=${(event: Event) => {
        actions.act({ type: 'word', word: (event.target as HTMLInputElement).value });
      }}
    />
    <span class="causal">
      ${chip('before', t('causes of {0}', pivot), t('Only steps that this step rests on'))}
      ${chip('after', t('effects of {0}', pivot), t('Only steps that rest on this step'))}
      ${chip('concurrent', t('concurrent with {0}', pivot), t('Only steps that could as well have come before or after it'))}
    </span>
    <details class="menu">
      <summary class="chip-button">${t('Lanes and columns')}</summary>
      <div class="menu-items">
        ${trace.threads.map(
          (thread, index) =>
            html`<label
              ><input
                type="checkbox"
                .checked=${!model.hiddenThreads.has(index)}
                @change=${() => {
                  actions.act({ type: 'thread', thread: index });
                }}
              />${thread.name}</label
            >`,
        )}
        <hr />
        ${[...new Set(trace.steps.flatMap(step => step.changes.map(change => change.cell)))]
          .filter(cell => trace.cells[cell]?.holds !== 'lock')
          .map(cell => {
            const name = trace.cells[cell]?.name ?? '';
            return html`<label
              ><input
                type="checkbox"
                .checked=${!model.hiddenCells.has(name)}
                @change=${() => {
                  actions.act({ type: 'cell', name });
                }}
              />${name}</label
            >`;
          })}
        <hr />
        <label
          ><input
            type="checkbox"
            .checked=${model.showsArrows}
            @change=${() => {
              actions.act({ type: 'toggleArrows' });
            }}
          />${t('arrows of the orders that matter')}</label
        >
        <label
          ><input
            type="checkbox"
            .checked=${trace.steps.every((step, index) => !step.folds || model.unfolded.has(index) || trace.steps[index - 1]?.folds === true)}
            @change=${(event: Event) => {
              actions.act({ type: 'foldAll', open: (event.target as HTMLInputElement).checked });
            }}
          />${t('steps that nobody else can notice')}</label
        >
      </div>
    </details>
    ${
      left < trace.steps.length || model.hiddenCells.size
        ? html`<span class="shown">${t('{0} of {1} steps', left, trace.steps.length)}</span>
            <button
              class="chip-button"
              @click=${() => {
                actions.act({ type: 'showAll' });
              }}
            >
              ${t('Show all')}
            </button>`
        : nothing
    }
  </div>`;
}
