/** Watched C expressions: evaluated at every step, after the fact; each is a column beside the lanes. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Actions } from './actions';
import type { Model } from './model';
import { mostWatches } from './reduce';

export function watchPanel(model: Model, actions: Actions): TemplateResult {
  const { t } = model;
  const add = (event: Event): void => {
    event.preventDefault();
    const field = (event.target as HTMLElement).querySelector('input');
    if (!field?.value.trim()) return;
    actions.act({ type: 'addWatch', expression: field.value });
    field.value = '';
  };
  return html`<div class="pad watch-panel">
    <p>
      ${t('A C expression over the state. It gets its value at every step, also at those long past, in a column of its own.')}
    </p>
    <form @submit=${add}>
      <input
        type="text"
        id="watch"
        spellcheck="false"
        maxlength="500"
        placeholder="napi->state & NAPIF_STATE_SCHED"
        aria-label=${t('C expression to watch')}
      />
      <vscode-button
        @click=${(event: Event) => (event.target as HTMLElement).closest('form')?.requestSubmit()}
        >${t('Watch')}</vscode-button
      >
    </form>
    ${model.expressions.length >= mostWatches ? html`<p class="in">${t('No more than {0} at once.', mostWatches)}</p>` : nothing}
    <table class="cells">
      <thead class="hidden">
        <tr>
          <th>${t('Name')}</th>
          <th>${t('Value')}</th>
          <th>${t('Remove')}</th>
        </tr>
      </thead>
      <tbody>
        ${model.expressions.map((expression, index) => {
          const watch = model.watches.find(w => w.expression === expression);
          const value = watch?.values[model.position] ?? undefined;
          const before = watch?.values[model.position - 1] ?? undefined;
          const changed = model.position > 0 && value !== before;
          return html`<tr class=${changed ? 'changed' : ''}>
            <th scope="row"><code>${expression}</code></th>
            <td>
              ${changed ? html`<span class="was">${before ?? '–'}</span> → ` : nothing}<span class="is"
                >${watch ? (value ?? '–') : '…'}</span
              >
              ${watch?.problem === undefined ? nothing : html`<div class="problem">${watch.problem}</div>`}
            </td>
            <td>
              <vscode-toolbar-button
                icon="close"
                label=${t('Remove {0}', expression)}
                @click=${() => {
                  actions.act({ type: 'removeWatch', index });
                }}
              ></vscode-toolbar-button>
            </td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}
