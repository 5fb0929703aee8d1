/** What the parts of the mask share: the text being rewritten, and the notes of what was hidden. */
import { type Token } from './tokens';

/** What a masked place really is, by the offset where its node starts. */
export type Note =
  | { readonly kind: 'loop'; readonly name: string; readonly nameEnd: number; readonly empty: boolean }
  | { readonly kind: 'type'; readonly end: number }
  | { readonly kind: 'parameters'; readonly end: number }
  | { readonly kind: 'statements'; readonly end: number }
  | { readonly kind: 'empty' }
  | { readonly kind: 'typeof'; readonly end: number }
  | {
      readonly kind: 'invocation';
      readonly callStart: number;
      readonly callEnd: number;
      readonly hasValue: boolean;
    }
  | { readonly kind: 'operator'; readonly end: number }
  | { readonly kind: 'range' };

export interface Masked {
  readonly code: string;
  readonly notes: ReadonlyMap<number, Note>;
  /** How many braces are open at the end. */
  readonly unclosed: number;
}

export interface Work {
  readonly code: string;
  readonly tokens: readonly Token[];
  readonly out: Uint16Array;
  readonly notes: Map<number, Note>;
}

/** Writes `text` at `start` and blanks (line ends kept) up to `end`. */
export function put(work: Work, start: number, end: number, text: string): void {
  for (let i = start; i < end; i++) {
    const k = i - start;
    if (k < text.length) work.out[i] = text.charCodeAt(k);
    else if (work.code.charCodeAt(i) !== 10) work.out[i] = 32;
  }
}

/** Token indices of the commas between the arguments of the bracket at `open`. */
export function outerCommas(tokens: readonly Token[], open: number): readonly number[] {
  const commas: number[] = [];
  const close = tokens[open]?.partner ?? -1;
  for (let k = open + 1; k < close; k++) {
    const t = tokens[k];
    if (!t || t.kind !== 'sign') continue;
    if (t.text === ',') commas.push(k);
    else if (t.partner > k) k = t.partner;
  }
  return commas;
}
