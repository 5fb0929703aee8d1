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
  /[A-Za-z_$][\w$]*|[ \t\f\v]+|\r?\n|\r|\\\r?\n|\/\/(?:[^\n\\]|\\[\s\S])*|\/\*[\s\S]*?(?:\*\/|$)|\.?\d(?:[eEpP][+-]|[\w.])*|"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?|\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|##|[\s\S]/y;

/** What begins with a character: a kind of token, or white space; undefined where the next character decides. */
const beginnings: readonly (TokenKind | 'blank' | 'newline' | undefined)[] = Array.from(
  { length: 128 },
  (_, code) => {
    const c = String.fromCharCode(code);
    if (/[A-Za-z_$]/.test(c)) return 'name';
    if (/\d/.test(c)) return 'number';
    if (c === '"') return 'string';
    if (c === "'") return 'character';
    if (/[ \t\f\v]/.test(c)) return 'blank';
    if (/[\r\n]/.test(c)) return 'newline';
    return /[./\\]/.test(c) ? undefined : 'punctuation';
  },
);

function beginning(text: string, at: number): TokenKind | 'blank' | 'newline' {
  const kind = beginnings[text.charCodeAt(at)];
  if (kind) return kind;
  const next = text[at + 1] ?? '';
  switch (text[at]) {
    case '.':
      return /\d/.test(next) ? 'number' : 'punctuation';
    case '/':
      return next === '/' || next === '*' ? 'blank' : 'punctuation';
    case '\\':
      return next === '\n' || (next === '\r' && text[at + 2] === '\n') ? 'blank' : 'punctuation';
    default:
      return 'punctuation';
  }
}

/** The tokens of `text[start, end)`; comments and white space are only remembered as `space` and `line`. */
export function tokenize(text: string, file: string, start = 0, end = text.length): Token[] {
  const out: Token[] = [];
  let space = false;
  let line = true;
  const re = new RegExp(pattern.source, 'y');
  for (let at = start; at < end;) {
    const kind = beginning(text, at);
    // Most white space is one blank.
    if (kind === 'blank' && text.charCodeAt(at) === 32) {
      space = true;
      at++;
      continue;
    }
    re.lastIndex = at;
    if (!re.test(text)) break;
    const behind = re.lastIndex;
    if (kind === 'blank' || kind === 'newline') {
      space = true;
      line ||= kind === 'newline';
    } else {
      out.push({
        kind,
        text: text.slice(at, behind),
        file,
        start: at,
        end: behind,
        space,
        line,
        via: undefined,
        hidden: undefined,
      });
      space = false;
      line = false;
    }
    at = behind;
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
