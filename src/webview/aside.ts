/** What stands beside the lanes: one of several tabs. */
import { html, type TemplateResult } from 'lit';
import type { ReplayView } from '../protocol/view';
import { comparePanel } from './compare';
import { keepPanel } from './keeping';
import type { Actions } from './actions';
import { tabs, type Model, type Tab } from './model';
import { oddsPanel } from './odds';
import { playPanel } from './playing';
import { statePanel } from './state';
import { watchPanel } from './watching';
import { why } from './why';

export function aside(model: Model, view: ReplayView, actions: Actions): TemplateResult {
  const { t } = model;
  const names: Readonly<Record<Tab, string>> = {
    why: t('Why'),
    state: t('State'),
    odds: t('Odds'),
    play: t('Play'),
    compare: t('Compare'),
    watch: t('Watch'),
    text: t('Save'),
  };
  // Without a schedule there is nothing to play with.
  const shown: readonly Tab[] = view.trace
    ? tabs
    : tabs.filter(tab => tab === 'why' || tab === 'play' || tab === 'text');
  const tab = shown.includes(model.tab) ? model.tab : 'why';
  const walk = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = shown[(shown.indexOf(tab) + by + shown.length) % shown.length] ?? 'why';
    actions.act({ type: 'tab', tab: next });
    document.getElementById(`tab-${next}`)?.focus();
  };
  return html`<aside class="inspector" aria-label=${t('State and evidence')}>
    <div class="tabs" role="tablist" aria-label=${t('State and evidence')} @keydown=${walk}>
      ${shown.map(
        name =>
          html`<button
            role="tab"
            id="tab-${name}"
            aria-selected=${name === tab}
            aria-controls="tabpanel"
            tabindex=${name === tab ? 0 : -1}
            @click=${() => {
              actions.act({ type: 'tab', tab: name });
            }}
          >
            ${names[name]}
          </button>`,
      )}
    </div>
    <div class="panel panel-${tab}" id="tabpanel" role="tabpanel" tabindex="0" aria-labelledby="tab-${tab}">
      ${panelOf(tab, model, view, actions)}
    </div>
  </aside>`;
}

function panelOf(tab: Tab, model: Model, view: ReplayView, actions: Actions): TemplateResult {
  switch (tab) {
    case 'why':
      return why(model, view, actions);
    case 'state':
      return statePanel(model, actions);
    case 'odds':
      return oddsPanel(model, actions);
    case 'play':
      return playPanel(model, actions);
    case 'compare':
      return comparePanel(model, actions);
    case 'watch':
      return watchPanel(model, actions);
    case 'text':
      return keepPanel(model, actions);
  }
}
