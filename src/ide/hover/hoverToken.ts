/** Small parts that hovers are made of: the token under the pointer, quoted comments. */

/** Half open. */
export interface Token {
  readonly start: number;
  readonly end: number;
}

/** The identifier or number at an offset. */
export function tokenAt(text: string, offset: number): Token | undefined {
  const word = /\w/;
  let start = offset;
  while (start > 0 && word.test(text[start - 1] ?? '')) start--;
  let end = offset;
  while (end < text.length && word.test(text[end] ?? '')) end++;
  return end > start ? { start, end } : undefined;
}

/** A comment as a markdown quotation, its own marks shown as they are. */
export function quoted(text: string): string {
  return text
    .split('\n')
    .map(l => `> ${l.replace(/([*_`[\]<])/g, '\\$1')}`)
    .join('\n');
}
