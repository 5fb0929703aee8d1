/**
 * Tokens of a piece of code without comments and directives, with partners of brackets and the kind of block that
 * each brace opens. The mask works on these.
 */

import { attributeMacros } from './words';

export type TokenKind = 'word' | 'number' | 'string' | 'sign';

/** What stands inside a brace. `top` is outside all braces. */
export type Context = 'top' | 'body' | 'struct' | 'enum' | 'value';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Index of the partner of a bracket; -1 if it has none, or for other tokens. */
  partner: number;
  /** Index of the innermost open bracket around this token; -1 outside all. */
  inside: number;
  /** What the innermost brace around this token holds. A brace itself belongs to what is outside. */
  context: Context;
  /** Whether a statement begins here, once somebody has asked. */
  begins?: boolean;
}

const pattern =
  /[A-Za-z_$][\w$]*|\.?\d(?:[eEpP][+-]|[\w.])*|"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'|->|\.\.\.|[^\s\\]/g;

const openers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

export function tokensOf(code: string, outer: Context): readonly Token[] {
  const tokens: Token[] = [];
  for (const m of code.matchAll(pattern)) {
    const text = m[0];
    const c = text.charCodeAt(0);
    let kind: TokenKind = 'sign';
    if ((c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || c === 36) kind = 'word';
    else if ((c >= 48 && c <= 57) || (c === 46 && text.length > 1 && text !== '...')) kind = 'number';
    else if ((c === 34 || c === 39) && text.length > 1) kind = 'string';
    tokens.push({
      kind,
      text,
      start: m.index,
      end: m.index + text.length,
      partner: -1,
      inside: -1,
      context: outer,
    });
  }
  pair(tokens);
  contexts(tokens, outer);
  return tokens;
}

function pair(tokens: readonly Token[]): void {
  const open: number[] = [];
  tokens.forEach((t, i) => {
    t.inside = open[open.length - 1] ?? -1;
    if (t.kind !== 'sign') return;
    if (openers[t.text] !== undefined) open.push(i);
    else if (t.text === ')' || t.text === ']' || t.text === '}') {
      // A closing brace closes what was left open inside it; a closing parenthesis never closes a brace.
      for (let k = open.length - 1; k >= 0; k--) {
        const o = tokens[open[k] ?? -1];
        if (!o) break;
        if (openers[o.text] === t.text) {
          o.partner = i;
          t.partner = open[k] ?? -1;
          open.length = k;
          break;
        }
        if (o.text === '{' && t.text !== '}') break;
      }
    }
  });
}

const bodyWords = new Set(['else', 'do', 'try']);
const headWords = new Set(['if', 'while', 'for', 'switch']);

function contexts(tokens: readonly Token[], outer: Context): void {
  const stack: Context[] = [];
  let current = outer;
  tokens.forEach((t, i) => {
    if (t.text === '}' && t.kind === 'sign') current = stack.pop() ?? outer;
    t.context = current;
    if (t.text === '{' && t.kind === 'sign') {
      stack.push(current);
      current = opens(tokens, i, current);
    }
  });
}

/** What the brace at `i` opens. */
function opens(tokens: readonly Token[], i: number, context: Context): Context {
  const before = tokens[i - 1];
  if (!before) return context === 'top' ? 'body' : context === 'struct' ? 'struct' : context;
  if (context === 'value') return before.text === '(' ? 'body' : 'value';
  const tagged = tagBefore(tokens, i);
  if (tagged) return tagged;
  if (before.kind === 'sign') {
    if (before.text === ')') {
      const head = before.partner >= 0 ? tokens[before.partner - 1] : undefined;
      if (head?.kind === 'word') return castWords.has(head.text) ? 'value' : 'body';
      // `)(…) {` is a head with its parameters; `(type){…}` after an operator is a compound literal.
      return context === 'top' || (head?.text === ')' && context !== 'body') ? 'body' : 'value';
    }
    if (before.text === '=' || before.text === ',' || before.text === ']') return 'value';
    if (before.text === '(') return 'body';
    return context === 'struct' ? 'struct' : 'body';
  }
  if (bodyWords.has(before.text) || headWords.has(before.text)) return 'body';
  return context === 'struct' ? 'struct' : 'body';
}

const castWords = new Set(['return', 'sizeof', 'case']);

/** `struct tag {`, `enum {`, attributes between. */
function tagBefore(tokens: readonly Token[], i: number): Context | undefined {
  for (let k = i - 1; k >= 0 && k >= i - 12; k--) {
    const t = tokens[k];
    if (!t) return undefined;
    if (t.kind === 'sign' && t.text === ')' && attributeMacros.has(tokens[t.partner - 1]?.text ?? '')) {
      k = t.partner;
      continue;
    }
    if (t.kind === 'sign' && t.text === ':') continue;
    if (t.kind !== 'word') return undefined;
    if (t.text === 'struct' || t.text === 'union') return 'struct';
    if (t.text === 'enum') return 'enum';
    if (bodyWords.has(t.text)) return undefined;
  }
  return undefined;
}
