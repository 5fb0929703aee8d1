/** Copy and save: the schedule, the transcript, pictures, a diagram, the data. */
import { html, type TemplateResult } from 'lit';
import type { SaveFormat } from '../protocol/panel';
import type { ReplayView } from '../protocol/view';
import { once } from '../report/memo';
import type { Actions } from './actions';
import type { Model } from './model';
import { transcript } from './transcript';

const textOf = once((view: ReplayView) =>
  once((title: { readonly title: string }) => transcript(view, title.title)),
);

export function transcriptOf(model: Model): string {
  return model.run ? textOf(model.run.view)(model.run) : '';
}

export function keepPanel(model: Model, actions: Actions): TemplateResult {
  const { t } = model;
  const { run } = model;
  if (!run) return html``;
  const hasTrace = run.view.trace !== undefined;
  const save = (format: SaveFormat, icon: string, text: string, detail: string): TemplateResult =>
    html`<li>
      <vscode-button
        secondary
        icon=${icon}
        ?disabled=${!hasTrace && format !== 'transcript'}
        @click=${() => {
          actions.save(format);
        }}
        >${text}</vscode-button
      ><span class="in">${detail}</span>
    </li>`;
  const copy = (what: 'schedule' | 'transcript' | 'mermaid' | 'json' | 'svg', text: string): TemplateResult =>
    html`<button
      class="chip-button"
      ?disabled=${!hasTrace && what !== 'transcript'}
      @click=${() => {
        actions.copy(what);
      }}
    >
      ${text}
    </button>`;
  return html`<div class="pad keep-panel">
    <h2 class="minor">${t('Save')}</h2>
    <ul class="saves">
      ${save('svg', 'file-media', t('Picture (SVG)'), t('what is shown, sharp at every size'))}
      ${save('png', 'device-camera', t('Picture (PNG)'), t('what is shown, for slides and mails'))}
      ${save('schedule', 'history', t('Schedule file'), t('opens here again and checks itself against the present source'))}
      ${save('mermaid', 'type-hierarchy', t('Mermaid diagram'), t('a sequence diagram as text'))}
      ${save('json', 'json', t('JSON'), t('the trace with all states'))}
      ${save('transcript', 'note', t('Transcript'), t('all of it in plain English'))}
    </ul>
    <h2 class="minor">${t('Copy')}</h2>
    <p class="copies">
      ${copy('schedule', t('Schedule'))} ${copy('transcript', t('Transcript'))}
      ${copy('mermaid', t('Mermaid diagram'))} ${copy('json', t('JSON'))} ${copy('svg', t('Picture (SVG)'))}
    </p>
    <section class="section-transcript" aria-label=${t('Transcript')}>
      <h2 class="minor">${t('Transcript')}</h2>
      <pre tabindex="0">${transcriptOf(model)}</pre>
    </section>
  </div>`;
}
