/** Links to code. */
import { html, type TemplateResult } from 'lit';
import type { ViewPlace } from '../protocol/view';
import type { Actions } from './model';

/** `netpoll.c:123`, opening the place in the editor beside. */
export function placeLink(place: ViewPlace, actions: Actions): TemplateResult {
  const text = `${place.path.slice(place.path.lastIndexOf('/') + 1)}:${place.start.line + 1}`;
  return html`<button
    class="place"
    title=${place.path}
    @click=${(event: Event) => {
      event.stopPropagation();
      actions.open(place);
    }}
  >
    ${text}
  </button>`;
}
