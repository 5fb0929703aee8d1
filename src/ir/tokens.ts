/** Tokens of the ir's text form, and a reader over them that turns a misfit into a problem with its place. */
import type { Problem } from '../base/problem';

/** The text that is read, and what was wrong with it. */
export interface Source {
  readonly file: string;
  readonly text: string;
  readonly problems: Problem[];
}

export interface Token {
  /** `end` separates statements: a line break or `;`. */
  readonly kind: 'word' | 'number' | 'string' | 'sign' | 'end';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Thrown inside the parser and caught per statement: a misfit with the place. */
export interface Misfit {
  readonly misfit: string;
  readonly start: number;
  readonly end: number;
}

export function tokenize(text: string, file: string, problems: Problem[]): Token[] {
  const pattern =
    /[ \t\r]+|\/\/[^\n]*|(\n|;)|("(?:[^"\\]|\\.)*")|(-?0x[0-9a-fA-F]+|-?[0-9]+)|([A-Za-z_][A-Za-z0-9_.]*(?:-[a-z][A-Za-z-]*)?)|([^\s])/gy;
  const tokens: Token[] = [];
  let match: RegExpExecArray | null;
  while (pattern.lastIndex < text.length && (match = pattern.exec(text))) {
    const [whole, end, string, number, word, sign] = match;
    const start = match.index;
    const at = { start, end: start + whole.length };
    if (end !== undefined) tokens.push({ kind: 'end', text: end, ...at });
    else if (string !== undefined) tokens.push({ kind: 'string', text: string, ...at });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, ...at });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, ...at });
    else if (sign !== undefined) {
      if (sign === '"')
        problems.push({ severity: 'error', message: 'a string that does not end', span: { file, ...at } });
      tokens.push({ kind: 'sign', text: sign, ...at });
    }
  }
  return tokens;
}

export function plain(token: Token | undefined): string {
  if (!token) return '';
  return token.kind === 'string' ? (JSON.parse(token.text) as string) : token.text;
}

export interface Reader {
  peek(ahead?: number): Token | undefined;
  next(): Token;
  accept(text: string): boolean;
  expect(text: string): void;
  /** Skips separators. */
  skipEnds(): void;
  /** To the end of the statement. */
  recover(): void;
  fail(message: string): never;
  readonly position: number;
}

export function createReader(tokens: readonly Token[], unit: Source): Reader {
  let at = 0;
  const fail = (message: string): never => {
    const t = tokens[at];
    const place = t ?? { start: unit.text.length, end: unit.text.length, text: 'the end' };
    const misfit: Misfit = {
      misfit: `${message}, found ${t?.kind === 'end' || !t ? 'the end of the line' : `'${place.text}'`}`,
      start: place.start,
      end: place.end,
    };
    throw misfit;
  };
  return {
    peek: (ahead = 0) => tokens[at + ahead],
    next() {
      const t = tokens[at];
      if (!t || t.kind === 'end') return fail('something is missing');
      at++;
      return t;
    },
    accept(text) {
      const t = tokens[at];
      if (!t || t.text !== text || t.kind === 'string') return false;
      at++;
      return true;
    },
    expect(text) {
      if (!this.accept(text)) fail(`expected '${text}'`);
    },
    skipEnds() {
      while (tokens[at]?.kind === 'end') at++;
    },
    recover() {
      while (at < tokens.length && tokens[at]?.kind !== 'end') at++;
    },
    fail,
    get position() {
      return tokens[at]?.start ?? unit.text.length;
    },
  };
}

/** Runs one statement; a misfit becomes a problem. */
export function guarded(r: Reader, unit: Source, read: () => void): void {
  try {
    read();
  } catch (e) {
    if (typeof e !== 'object' || e === null || !('misfit' in e)) throw e;
    const m = e as Misfit;
    unit.problems.push({
      severity: 'error',
      message: m.misfit,
      span: { file: unit.file, start: m.start, end: m.end },
    });
    r.recover();
  }
}
