/** C text that may break where a reader would break it: behind `(` and `,`, never inside `->`. */
import { html, type TemplateResult } from 'lit';

export function code(text: string): readonly (TemplateResult | string)[] {
  return text.split(/(->|\()/).map(part => {
    if (part === '->') return html`<span class="arrow">-&gt;</span>`;
    return part === '(' ? html`(<wbr />` : part;
  });
}
