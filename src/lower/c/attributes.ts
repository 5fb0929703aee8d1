/** `__attribute__((…))`, `_Alignas(…)` and assembler names of declarators, which the text for the grammar leaves out. */
import { SyntaxFault } from './fault';
import type { Token } from './token';
import { assemblerWords, attributeWords } from './words';

/** An attribute without underscores around its name, and the tokens between its brackets. */
export interface AttributeToken {
  readonly name: string;
  readonly tokens: readonly Token[];
}

export interface ReadAttributes {
  readonly found: readonly AttributeToken[];
  /** The index behind them. */
  readonly end: number;
}

const none: readonly AttributeToken[] = [];

/** Reads as many as stand at an index; none is fine. */
export function readAttributes(tokens: readonly Token[], closers: Int32Array, start: number): ReadAttributes {
  let found = none;
  let i = start;
  for (;;) {
    const t = tokens[i];
    if (t?.kind !== 'name') return { found, end: i };
    const isAttribute = attributeWords.has(t.text);
    if (!isAttribute && !assemblerWords.has(t.text)) return { found, end: i };
    const open = i + 1;
    if (tokens[open]?.text !== '(') {
      if (isAttribute) throw new SyntaxFault(`"(" is missing behind ${t.text}`, tokens[open] ?? t);
      return { found, end: i };
    }
    const close = closers[open] ?? -1;
    if (close < 0) throw new SyntaxFault('a ")" is missing', t);
    if (isAttribute && t.text.startsWith('__att') && tokens[open + 1]?.text === '(')
      found = [...found, ...listed(tokens, closers, open + 2, closers[open + 1] ?? close)];
    i = close + 1;
  }
}

function listed(
  tokens: readonly Token[],
  closers: Int32Array,
  start: number,
  end: number,
): readonly AttributeToken[] {
  const found: AttributeToken[] = [];
  for (let i = start; i < end; i++) {
    const t = tokens[i];
    if (t?.kind !== 'name') continue;
    const close = tokens[i + 1]?.text === '(' ? (closers[i + 1] ?? -1) : -1;
    found.push({
      name: t.text.replace(/^__(.*)__$/, '$1'),
      tokens: close < 0 ? [] : tokens.slice(i + 2, close),
    });
    if (close >= 0) i = close;
  }
  return found;
}
