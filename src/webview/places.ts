/** Links to code. */
import { html, type TemplateResult } from 'lit';
import type { ViewPlace } from '../protocol/view';
import type { Actions } from './actions';

/** `netpoll.c:123`, or a name, opening the place in the editor beside. */
export function placeLink(place: ViewPlace, actions: Actions, name?: string): TemplateResult {
  const at = `${place.path.slice(place.path.lastIndexOf('/') + 1)}:${place.start.line + 1}`;
  return html`<button
    class="place"
    title=${name === undefined ? place.path : at}
    @click=${(event: Event) => {
      event.stopPropagation();
      actions.open(place);
    }}
  >
    ${name ?? at}
  </button>`;
}
