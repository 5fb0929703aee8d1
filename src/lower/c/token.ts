/**
 * C tokens for the lowering, cut from any range of a file. A token made by a macro keeps the place of the outermost
 * macro call and its name (`via`), so that whatever is built from it points at text a reader can see.
 */

export type TokenKind = 'name' | 'number' | 'string' | 'character' | 'punctuation' | 'end';

/** Macro names that must not be expanded again in this token (Prosser's hide set, as a linked list). */
export interface Hidden {
  readonly name: string;
  readonly next: Hidden | undefined;
}

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly file: string;
  /** Half open, UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** White space stands before it. */
  readonly space: boolean;
  /** It is the first on its line. */
  readonly line: boolean;
  /** The outermost macro that made it. */
  readonly via: string | undefined;
  readonly hidden: Hidden | undefined;
}

const pattern =
  /(?<blank>[ \t\f\v]+|\\\r?\n|\/\/(?:[^\n\\]|\\[\s\S])*|\/\*[\s\S]*?(?:\*\/|$))|(?<newline>\r?\n|\r)|(?<name>[A-Za-z_$][\w$]*)|(?<number>\.?\d(?:[eEpP][+-]|[\w.])*)|(?<string>"(?:[^"\\\n]|\\[\s\S])*"?)|(?<character>'(?:[^'\\\n]|\\[\s\S])*'?)|(?<punctuation>\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|##|[\s\S])/y;

/** The tokens of `text[start, end)`; comments and white space are only remembered as `space` and `line`. */
export function tokenize(text: string, file: string, start = 0, end = text.length): Token[] {
  const out: Token[] = [];
  let space = false;
  let line = true;
  const re = new RegExp(pattern.source, 'y');
  re.lastIndex = start;
  while (re.lastIndex < end) {
    const at = re.lastIndex;
    const m = re.exec(text);
    const g = m?.groups;
    if (!m || !g) break;
    if (g['blank'] !== undefined) {
      space = true;
      continue;
    }
    if (g['newline'] !== undefined) {
      line = true;
      space = true;
      continue;
    }
    const kind: TokenKind =
      g['name'] !== undefined
        ? 'name'
        : g['number'] !== undefined
          ? 'number'
          : g['string'] !== undefined
            ? 'string'
            : g['character'] !== undefined
              ? 'character'
              : 'punctuation';
    out.push({
      kind,
      text: m[0],
      file,
      start: at,
      end: re.lastIndex,
      space,
      line,
      via: undefined,
      hidden: undefined,
    });
    space = false;
    line = false;
  }
  return out;
}

/** The token that stands behind the last one. */
export function endToken(file: string, at: number): Token {
  return {
    kind: 'end',
    text: '',
    file,
    start: at,
    end: at,
    space: false,
    line: true,
    via: undefined,
    hidden: undefined,
  };
}

export function isHidden(token: Token): boolean {
  for (let h = token.hidden; h; h = h.next) if (h.name === token.text) return true;
  return false;
}

/** Tokens back to one line of text. */
export function textOf(tokens: readonly Token[]): string {
  let out = '';
  for (const t of tokens) out += (out && t.space ? ' ' : '') + t.text;
  return out;
}
