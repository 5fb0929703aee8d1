/**
 * The bundled C: pieces of text that are read when somebody asks for them, and bodies of exported functions, which are
 * expanded in each run because they are written with the tree's own macros.
 */
import { conditionals } from './c/preprocess';
import type { Macro } from './c/preprocess';
import { tokenize } from './c/token';
import type { Token } from './c/token';

/** Functions whose text is expanded in each run, with the tree's own macros, and macros that win over the tree's. */
export interface Bodies {
  readonly functions: ReadonlyMap<string, readonly Token[]>;
  readonly macros: ReadonlyMap<string, Macro>;
}

/** The bundled bodies as they stand. */
export function bodiesOf(path: string, text: string): Bodies {
  const macros = new Map<string, Macro>();
  const tokens = conditionals(tokenize(text, path, 0, text.length), {
    macro: () => undefined,
    config: () => 'n',
    predefined: () => undefined,
    define(name, macro) {
      if (macro) macros.set(name, macro);
    },
  });
  const functions = new Map<string, readonly Token[]>();
  for (const piece of splitItems(tokens)) {
    const name = functionName(piece);
    if (name !== undefined) functions.set(name, piece);
  }
  return { functions, macros };
}

/** The pieces of top-level text, each up to its `;` or the `}` of its body; the end token is in the last. */
export function splitItems(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const pieces: Token[][] = [];
  let piece: Token[] = [];
  let depth = 0;
  tokens.forEach((t, i) => {
    piece.push(t);
    if (t.text === '{' || t.text === '(') depth++;
    else if (t.text === '}' || t.text === ')') depth--;
    const next = tokens[i + 1]?.text;
    // A struct's `}` is followed by `;` or a name, a function's by a new item.
    const ends = t.text === ';' || (t.text === '}' && next !== ';' && functionName(piece) !== undefined);
    if (depth === 0 && ends) {
      pieces.push(piece);
      piece = [];
    }
  });
  if (piece.length) pieces.push(piece);
  return pieces;
}

/** The name if the piece is a function definition: `… name(…) {…}`. */
export function functionName(piece: readonly Token[]): string | undefined {
  if (piece[piece.length - 1]?.text !== '}' || /^(?:struct|union|enum|typedef)$/.test(piece[0]?.text ?? ''))
    return undefined;
  const open = piece.findIndex(t => t.text === '(' || t.text === '{' || t.text === '=');
  if (piece[open]?.text !== '(') return undefined;
  let depth = 0;
  for (let i = open; i < piece.length; i++) {
    if (piece[i]?.text === '(') depth++;
    else if (piece[i]?.text === ')' && --depth === 0)
      return piece[i + 1]?.text === '{' ? piece[open - 1]?.text : undefined;
  }
  return undefined;
}
