/**
 * Preprocessed tokens as text that a C parser without type knowledge reads rightly: names of types become `struct __t_x`,
 * what the grammar does not know (typeof, types as arguments, case ranges, asm, guards) becomes a name `__rl_N` that
 * stands for its tokens, attributes are taken out and remembered. Every piece of text leads back to its tokens.
 */
import type { Token } from './token';
import type { Names } from './unit';

export type HoleKind =
  'typeof' | 'offsetof' | 'type' | 'range' | 'asm' | 'guard' | 'label' | 'compatible' | 'vaArg' | 'alignas';

/** Something printed as one name. */
export interface Hole {
  readonly kind: HoleKind;
  /** The tokens between the brackets, or those of the range. */
  readonly tokens: readonly Token[];
}

export interface Attribute {
  /** Index of the piece that it stands before. */
  readonly at: number;
  readonly name: string;
  readonly tokens: readonly Token[];
}

export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly first: Token;
  readonly last: Token;
}

export interface Printed {
  readonly text: string;
  readonly pieces: readonly Piece[];
  readonly holes: readonly Hole[];
  readonly attributes: readonly Attribute[];
}

const TYPE = '__t_';
const HOLE = '__rl_';

/** The name of the type behind `struct __t_x`. */
export function typeBehind(name: string): string | undefined {
  return name.startsWith(TYPE) ? name.slice(TYPE.length) : undefined;
}

export function holeBehind(name: string, printed: Printed): Hole | undefined {
  return name.startsWith(HOLE) ? printed.holes[Number(name.slice(HOLE.length))] : undefined;
}

const typeofWords = new Set(['typeof', '__typeof__', '__typeof', 'typeof_unqual', '__typeof_unqual__']);
const attributeWords = new Set(['__attribute__', '__attribute']);
const asmWords = new Set(['asm', '__asm__', '__asm']);
const dropped = new Set([
  '__extension__',
  '__volatile__',
  '__volatile',
  '__restrict',
  '__restrict__',
  'restrict',
  '__const',
  '__const__',
  '_Noreturn',
]);
const respelled: ReadonlyMap<string, string> = new Map([
  ['__inline', 'inline'], ['__inline__', 'inline'], ['__signed__', 'signed'], ['__signed', 'signed'], ['_Bool', 'bool'], ['__alignof__', '_Alignof'], ['__alignof', '_Alignof'],
]); // prettier-ignore
const specifiers = new Set([
  'void',
  'char',
  'short',
  'int',
  'long',
  'float',
  'double',
  'signed',
  'unsigned',
  '_Bool',
  'bool',
  '__int128',
  '__signed__',
]);
const qualifiers = new Set([
  'const',
  'volatile',
  'static',
  'inline',
  '__inline',
  '__inline__',
  'extern',
  'register',
  'noinline',
  '__always_inline',
  'restrict',
  '__restrict',
  'auto',
]);
const tagWords = new Set(['struct', 'union', 'enum']);
const keywords = new Set([
  'if', 'else', 'while', 'do', 'for', 'switch', 'case', 'default', 'return', 'goto', 'break', 'continue', 'sizeof', 'typedef', '_Alignof', '_Generic',
]); // prettier-ignore

/** The index behind the bracket that closes the one at `open`. */
export function behind(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    const t = tokens[i];
    if (t?.kind !== 'punctuation') continue;
    if (t.text === '(' || t.text === '[' || t.text === '{') depth++;
    else if ((t.text === ')' || t.text === ']' || t.text === '}') && --depth <= 0) return i + 1;
  }
  return tokens.length;
}

export function print(tokens: readonly Token[], names: Names): Printed {
  const texts: string[] = [];
  const pieces: { start: number; end: number; first: Token; last: Token }[] = [];
  const holes: Hole[] = [];
  const attributes: Attribute[] = [];
  /** Names that a declaration inside a function made a variable. */
  const shadowed = new Set<string>();
  let depth = 0;
  /** A type has been read: a name that follows is declared. */
  let typed = false;
  let isTypedef = false;

  const put = (text: string, first: Token, last: Token): void => {
    texts.push(text);
    pieces.push({ start: 0, end: 0, first, last });
  };
  const hole = (
    kind: HoleKind,
    inner: readonly Token[],
    first: Token,
    last: Token,
    around: (name: string) => string,
  ): void => {
    holes.push({ kind, tokens: inner });
    put(around(`${HOLE}${holes.length - 1}`), first, last);
  };
  const name = (n: string): string => n;
  const before = (back = 1): string => texts[texts.length - back] ?? ';';

  /** `( x )` around a lone name, where it could be taken for a cast, is dropped. */
  const closesLoneName = (next: Token | undefined): boolean => {
    const n = pieces.length;
    if (n < 3 || texts[n - 2] !== '(' || !/^[A-Za-z_]\w*$/.test(texts[n - 1] ?? '')) return false;
    if (keywords.has(texts[n - 1] ?? '') || specifiers.has(texts[n - 1] ?? '')) return false;
    const p = texts[n - 3] ?? ';';
    if (p === ')' || p === ']' || (/^[A-Za-z_]/.test(p) && p !== 'return' && p !== 'case')) return false;
    if (!next || next.kind !== 'punctuation' || next.text === '(' || next.text === '{') return false;
    return true;
  };

  const isTypeUse = (t: Token, next: Token | undefined, behindNext: Token | undefined): boolean => {
    if (keywords.has(t.text) || shadowed.has(t.text)) return false;
    const p = before();
    if (p === '.' || p === '->' || p === 'goto' || tagWords.has(p)) return false;
    // `typedef int (*name)(…)`, `typedef int (name)(…)`.
    if (p === '*' && before(2) === '(' && (next?.text === ')' || next?.text === '[')) return false;
    if (p === '(' && next?.text === ')' && isTypedef && behindNext?.text === '(') return false;
    if (next?.text === ':' && (p === ';' || p === '{' || p === '}')) return false;
    if (!names.isType(t.text)) return false;
    if (typed && next?.kind === 'punctuation' && /^[;,=[\])(:]$/.test(next.text)) {
      if (depth > 0) shadowed.add(t.text);
      return false;
    }
    return true;
  };

  const startsType = (t: Token | undefined): boolean =>
    t?.kind === 'name' &&
    (specifiers.has(t.text) ||
      tagWords.has(t.text) ||
      typeofWords.has(t.text) ||
      t.text === 'const' ||
      (names.isType(t.text) && !shadowed.has(t.text)));

  /** Where arguments of a call are types: the index of the first token, and that behind the last. */
  const typeEnds = new Map<number, number>();
  const findTypeArguments = (open: number): void => {
    if (!startsType(tokens[open + 1]) && !hasTypeArgument(open)) return;
    let from = open + 1;
    const end = behind(tokens, open) - 1;
    for (let k = from; k <= end; k++) {
      const x = tokens[k];
      if (x?.kind !== 'punctuation') continue;
      if (k < end && (x.text === '(' || x.text === '[' || x.text === '{')) k = behind(tokens, k) - 1;
      else if (k === end || x.text === ',') {
        if (startsType(tokens[from]) && k > from) typeEnds.set(from, k);
        from = k + 1;
      }
    }
  };
  const hasTypeArgument = (open: number): boolean => {
    for (let k = open + 1, level = 0; k < tokens.length; k++) {
      const x = tokens[k];
      if (x?.kind !== 'punctuation') continue;
      if (x.text === '(' || x.text === '[' || x.text === '{') level++;
      else if (x.text === ')' || x.text === ']' || x.text === '}') {
        if (level-- === 0) return false;
      } else if (x.text === ',' && level === 0 && startsType(tokens[k + 1])) return true;
    }
    return false;
  };

  for (let i = 0; i < tokens.length;) {
    const t = tokens[i];
    if (!t || t.kind === 'end') break;
    const typeEnd = typeEnds.get(i);
    if (typeEnd !== undefined) {
      hole('type', tokens.slice(i, typeEnd), t, tokens[typeEnd - 1] ?? t, name);
      typed = false;
      i = typeEnd;
      continue;
    }
    const next = tokens[i + 1];
    const opens = next?.kind === 'punctuation' && next.text === '(';
    if (t.kind !== 'name') {
      if (t.kind === 'punctuation') {
        if (t.text === ';' && depth === 0) isTypedef = false;
        if (t.text === '{') depth++;
        else if (t.text === '}') depth--;
        if (t.text === ')' && closesLoneName(next)) {
          const inner = texts.pop() ?? '';
          const piece = pieces.pop();
          texts.pop();
          const open = pieces.pop();
          if (piece && open) put(inner, open.first, t);
          i++;
          continue;
        }
        // A label at the end of a block has nothing behind it.
        if (t.text === '}' && before() === ':' && texts.length > 1) put(';', t, t);
        // An empty macro argument leaves `f(a, , b)`.
        if (
          (t.text === ',' || t.text === ')') &&
          (before() === ',' || before() === '(') &&
          inCall(texts) &&
          (t.text === ',' || before() === ',')
        )
          put('0', t, t);
        if (t.text === '&&' && next?.kind === 'name' && /^(?:[=(,]|return)$/.test(before())) {
          hole('label', [next], t, next, name);
          i += 2;
          continue;
        }
        if (t.text !== '*') typed = t.text === '}' ? typed : false;
        if (t.text === '}') typed = true;
      } else typed = false;
      put(t.text, t, t);
      i++;
      continue;
    }
    if (attributeWords.has(t.text) && opens) {
      const end = behind(tokens, i + 1);
      for (const a of attributesIn(tokens.slice(i + 3, end - 2)))
        attributes.push({ at: pieces.length, ...a });
      i = end;
      // `__attribute__((fallthrough));` is a statement of its own.
      continue;
    }
    if (t.text === '_Alignas' && opens) {
      i = behind(tokens, i + 1);
      continue;
    }
    if (asmWords.has(t.text)) {
      let k = i + 1;
      while (tokens[k]?.kind === 'name') k++;
      if (tokens[k]?.text === '(') {
        const end = behind(tokens, k);
        const last = tokens[end - 1] ?? t;
        // Behind a declarator it only names a register or symbol.
        if (before() === ';' || before() === '{' || before() === '}' || before() === ':' || before() === ')')
          hole('asm', [], t, last, name);
        i = end;
        continue;
      }
    }
    if (dropped.has(t.text)) {
      i++;
      continue;
    }
    if (t.text === 'typedef' && depth === 0) isTypedef = true;
    if (t.text === '__label__') {
      while (i < tokens.length && tokens[i]?.text !== ';') i++;
      i++;
      continue;
    }
    if ((t.text === '_Static_assert' || t.text === 'static_assert') && opens) {
      i = behind(tokens, i + 1);
      if (tokens[i]?.text === ';') i++;
      continue;
    }
    if (typeofWords.has(t.text) && opens) {
      const end = behind(tokens, i + 1);
      hole('typeof', tokens.slice(i + 2, end - 1), t, tokens[end - 1] ?? t, n => `struct ${n}`);
      typed = true;
      i = end;
      continue;
    }
    if (t.text === '__auto_type') {
      put(`struct ${TYPE}__auto_type`, t, t);
      typed = true;
      i++;
      continue;
    }
    if (
      opens &&
      (t.text === '__builtin_offsetof' ||
        t.text === 'offsetof' ||
        t.text === '__builtin_types_compatible_p' ||
        t.text === '__builtin_va_arg')
    ) {
      const end = behind(tokens, i + 1);
      const kind =
        t.text === '__builtin_va_arg'
          ? 'vaArg'
          : t.text === '__builtin_types_compatible_p'
            ? 'compatible'
            : 'offsetof';
      hole(kind, tokens.slice(i + 2, end - 1), t, tokens[end - 1] ?? t, name);
      i = end;
      continue;
    }
    if (t.text === 'case') {
      let k = i + 1;
      let level = 0;
      let range = false;
      for (; k < tokens.length; k++) {
        const x = tokens[k];
        if (x?.text === '?') level++;
        else if (x?.text === ':' && level-- === 0) break;
        else if (x?.text === '...') range = true;
        else if (x?.text === '(') k = behind(tokens, k) - 1;
      }
      put('case', t, t);
      if (range) {
        hole('range', tokens.slice(i + 1, k), tokens[i + 1] ?? t, tokens[k - 1] ?? t, name);
        i = k;
      } else i++;
      continue;
    }
    if (t.text === 'scoped_guard' && opens) {
      const end = behind(tokens, i + 1);
      hole('guard', tokens.slice(i + 2, end - 1), t, tokens[end - 1] ?? t, n => `while (${n})`);
      i = end;
      continue;
    }
    if (t.text === 'sizeof' && opens) {
      const inner = tokens[i + 2];
      const type = startsType(inner);
      put('sizeof', t, t);
      // `sizeof(f())` reads like a type; `sizeof *&(f())` does not, and says the same.
      if (!type) {
        put('*', t, t);
        put('&', t, t);
      }
      typed = false;
      i++;
      continue;
    }
    if (opens && depth > 0 && !typed && !keywords.has(t.text) && !/^(?:\.|->)$/.test(before()))
      findTypeArguments(i + 1);
    if (tagWords.has(t.text)) {
      put(t.text, t, t);
      typed = false;
      i++;
      continue;
    }
    const p = before();
    if (tagWords.has(p)) typed = true;
    else if (specifiers.has(t.text)) typed = true;
    else if (isTypeUse(t, next, tokens[i + 2])) {
      put(`struct ${TYPE}${t.text}`, t, t);
      typed = true;
      i++;
      continue;
    } else if (!qualifiers.has(t.text)) {
      if (
        typed &&
        depth > 0 &&
        !keywords.has(t.text) &&
        next?.kind === 'punctuation' &&
        /^[;,=[]$/.test(next.text) &&
        names.isType(t.text)
      )
        shadowed.add(t.text);
      typed = false;
    }
    put(respelled.get(t.text) ?? t.text, t, t);
    i++;
  }

  let text = '';
  texts.forEach((s, i) => {
    const piece = pieces[i];
    if (!piece) return;
    piece.start = text.length;
    text += s;
    piece.end = text.length;
    text += ' ';
  });
  return { text, pieces, holes, attributes };
}

/** The innermost open bracket belongs to a call: a name stands before it. */
function inCall(texts: readonly string[]): boolean {
  let depth = 0;
  for (let i = texts.length - 1; i >= 0; i--) {
    const t = texts[i];
    if (t === ')') depth++;
    else if (t === '(' && depth-- === 0)
      return /^[A-Za-z_]\w*$/.test(texts[i - 1] ?? '') && !keywords.has(texts[i - 1] ?? '');
    else if (t === ';' || t === '{' || t === '}') return false;
  }
  return false;
}

/** At top-level commas. */
export function split(tokens: readonly Token[]): Token[][] {
  const out: Token[][] = [[]];
  for (let i = 0; i < tokens.length; i++) {
    const t = tokens[i];
    if (!t) continue;
    if (t.kind === 'punctuation' && (t.text === '(' || t.text === '[' || t.text === '{')) {
      const end = behind(tokens, i);
      out[out.length - 1]?.push(...tokens.slice(i, end));
      i = end - 1;
    } else if (t.kind === 'punctuation' && t.text === ',') out.push([]);
    else out[out.length - 1]?.push(t);
  }
  return out.length === 1 && out[0]?.length === 0 ? [] : out;
}

function attributesIn(tokens: readonly Token[]): { name: string; tokens: readonly Token[] }[] {
  return split(tokens).flatMap(part => {
    const first = part[0];
    if (!first) return [];
    return [{ name: first.text.replace(/^__(.*)__$/, '$1'), tokens: part.slice(2, -1) }];
  });
}
