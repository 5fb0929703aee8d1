/**
 * The preprocessor over token lists: conditionals inside an item, then macro expansion with hide sets (Prosser's
 * algorithm), `#`, `##`, `__VA_ARGS__`, GNU named variadics and `, ##args`. Macros are looked up by name on demand.
 */
import { endToken, isHidden, textOf, tokenize } from './token';
import type { Hidden, Token } from './token';

export interface Macro {
  readonly name: string;
  /** Undefined for object-like macros. A variadic one ends in `...` or `args...`. */
  readonly parameters: readonly string[] | undefined;
  readonly body: readonly Token[];
}

/** What the preprocessor asks about its surroundings. */
export interface Surroundings {
  macro(name: string): Macro | undefined;
  /** The value of a CONFIG_ name: y, m, n, a number or a quoted string. */
  config(name: string): string;
  /** What compilers and makefiles define; `n` for what they do not, undefined for names that they do not know. */
  predefined(name: string): string | undefined;
  /** A `#define` or `#undef` inside an item. */
  define(name: string, macro: Macro | undefined): void;
}

/** Macro definitions from text: the name, parameters and body as tokens. */
export function macroOf(
  name: string,
  parameters: readonly string[] | undefined,
  body: string,
  file: string,
): Macro {
  return { name, parameters, body: tokenize(body, file) };
}

/** The macro of a `#define` at a place of a text. */
export function macroAt(text: string, file: string, start: number, end: number): Macro | undefined {
  return defineOf(tokenize(text, file, start, end).slice(2));
}

/** Reads the tokens behind `#define`. */
export function defineOf(tokens: readonly Token[]): Macro | undefined {
  const name = tokens[0];
  if (!name || name.kind !== 'name') return undefined;
  const open = tokens[1];
  if (!open || open.text !== '(' || open.space)
    return { name: name.text, parameters: undefined, body: tokens.slice(1) };
  const parameters: string[] = [];
  let i = 2;
  for (; i < tokens.length && tokens[i]?.text !== ')'; i++) {
    const t = tokens[i];
    if (!t || t.text === ',') continue;
    if (t.text === '...' && parameters.length && tokens[i - 1]?.kind === 'name')
      parameters.push(`${parameters.pop() ?? ''}...`);
    else parameters.push(t.text);
  }
  return { name: name.text, parameters, body: tokens.slice(i + 1) };
}

/**
 * Drops what `#if` leaves out, executes `#define`, forgets other directives. What is defined and undefined again inside
 * the text stays defined: it is expanded afterwards.
 */
export function conditionals(tokens: readonly Token[], around: Surroundings): Token[] {
  const out: Token[] = [];
  const stack: { active: boolean; taken: boolean; outer: boolean }[] = [];
  let active = true;
  const own = new Set<string>();
  for (let i = 0; i < tokens.length;) {
    const t = tokens[i];
    if (!t) break;
    if (!(t.text === '#' && t.line)) {
      if (active) out.push(t);
      i++;
      continue;
    }
    let end = i + 1;
    while (end < tokens.length && !tokens[end]?.line) end++;
    const word = tokens[i + 1]?.text ?? '';
    const rest = tokens.slice(i + 2, end);
    i = end;
    const top = stack[stack.length - 1];
    switch (word) {
      case 'if':
      case 'ifdef':
      case 'ifndef': {
        const holds: boolean =
          active &&
          (word === 'if'
            ? condition(rest, around)
            : isDefined(rest[0]?.text ?? '', around) === (word === 'ifdef'));
        stack.push({ active: holds, taken: holds, outer: active });
        active = holds;
        break;
      }
      case 'elif':
      case 'else':
        if (top) {
          const holds = top.outer && !top.taken && (word === 'else' || condition(rest, around));
          top.active = holds;
          top.taken ||= holds;
          active = holds;
        }
        break;
      case 'endif':
        if (top) {
          active = top.outer;
          stack.pop();
        }
        break;
      case 'define':
        if (active) {
          const macro = defineOf(rest);
          if (!macro) break;
          own.add(macro.name);
          around.define(macro.name, macro);
        }
        break;
      case 'undef':
        if (active && rest[0] && !own.has(rest[0].text)) around.define(rest[0].text, undefined);
        break;
      default:
        break;
    }
  }
  return out;
}

const compilerMacros = new Set([
  '__KERNEL__', '__GNUC__', '__x86_64__', '__LITTLE_ENDIAN', '__LITTLE_ENDIAN_BITFIELD', '__STDC__', '__SIZEOF_INT128__',
  '__RACELENS__',
]); // prettier-ignore

/** What `defined` says. */
export function isDefined(name: string, around: Surroundings): boolean {
  if (name.startsWith('CONFIG_')) {
    if (name.endsWith('_MODULE')) return around.config(name.slice(0, -7)) === 'm';
    const value = around.config(name);
    return value !== 'n' && value !== 'm';
  }
  const predefined = around.predefined(name);
  if (predefined !== undefined) return predefined !== 'n';
  return compilerMacros.has(name) || around.macro(name) !== undefined;
}

const configWords = new Set(['IS_ENABLED', 'IS_BUILTIN', 'IS_MODULE', 'IS_REACHABLE']);

/** IS_ENABLED(CONFIG_X) and its like are answered before their tricky real text is looked at. */
function configWord(word: string, option: string, around: Surroundings): boolean {
  const value = around.config(option);
  if (word === 'IS_MODULE') return value === 'm';
  if (word === 'IS_BUILTIN') return value === 'y';
  return value !== 'n';
}

function constantToken(at: Token, text: string): Token {
  return { ...at, kind: 'number', text };
}

/** The value of a `#if` expression: anything unknown is 0, as C says. */
export function condition(tokens: readonly Token[], around: Surroundings): boolean {
  const plain: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const t = tokens[i];
    if (!t) continue;
    if (
      t.text === 'defined' ||
      t.text === '__has_attribute' ||
      t.text === '__has_builtin' ||
      t.text === '__has_include'
    ) {
      const paren = tokens[i + 1]?.text === '(';
      const name = tokens[i + (paren ? 2 : 1)]?.text ?? '';
      plain.push(constantToken(t, t.text === 'defined' && isDefined(name, around) ? '1' : '0'));
      if (paren) while (i < tokens.length && tokens[i]?.text !== ')') i++;
      else i++;
    } else plain.push(t);
  }
  return evaluate(expand(plain, around)) !== 0n;
}

const levels: readonly (readonly string[])[] = [
  ['||'], ['&&'], ['|'], ['^'], ['&'], ['==', '!='], ['<', '>', '<=', '>='], ['<<', '>>'], ['+', '-'], ['*', '/', '%'],
]; // prettier-ignore

function evaluate(tokens: readonly Token[]): bigint {
  let at = 0;
  const bit = (b: boolean): bigint => (b ? 1n : 0n);
  const apply: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
    '||': (a, b) => bit(a !== 0n || b !== 0n),
    '&&': (a, b) => bit(a !== 0n && b !== 0n),
    '|': (a, b) => a | b,
    '^': (a, b) => a ^ b,
    '&': (a, b) => a & b,
    '==': (a, b) => bit(a === b),
    '!=': (a, b) => bit(a !== b),
    '<': (a, b) => bit(a < b),
    '>': (a, b) => bit(a > b),
    '<=': (a, b) => bit(a <= b),
    '>=': (a, b) => bit(a >= b),
    '<<': (a, b) => BigInt.asIntN(64, a << (b & 63n)),
    '>>': (a, b) => a >> (b & 63n),
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => (b ? a / b : 0n),
    '%': (a, b) => (b ? a % b : 0n),
  };
  const unary = (): bigint => {
    const t = tokens[at++];
    if (!t) return 0n;
    if (t.text === '!') return bit(unary() === 0n);
    if (t.text === '-') return -unary();
    if (t.text === '+') return unary();
    if (t.text === '~') return ~unary();
    if (t.text === '(') {
      const v = ternary();
      at++;
      return v;
    }
    if (t.kind === 'number') return integerOf(t.text)?.value ?? 0n;
    if (t.kind === 'character') return BigInt(characterOf(t.text));
    if (tokens[at]?.text === '(') {
      let depth = 0;
      do {
        const x = tokens[at++]?.text;
        if (x === '(') depth++;
        else if (x === ')') depth--;
        else if (x === undefined) break;
      } while (depth);
    }
    return 0n;
  };
  const binary = (level: number): bigint => {
    const ops = levels[level];
    if (!ops) return unary();
    let left = binary(level + 1);
    for (let t = tokens[at]; t && ops.includes(t.text); t = tokens[at]) {
      at++;
      left = apply[t.text]?.(left, binary(level + 1)) ?? 0n;
    }
    return left;
  };
  const ternary = (): bigint => {
    const c = binary(0);
    if (tokens[at]?.text !== '?') return c;
    at++;
    const a = ternary();
    at++;
    const b = ternary();
    return c ? a : b;
  };
  return ternary();
}

/** An integer constant and its suffix letters in lower case; undefined for floating ones. */
export function integerOf(text: string): { value: bigint; suffix: string; decimal: boolean } | undefined {
  const m = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)([uUlL]*)$/.exec(text);
  const digits = m?.[1];
  if (!digits) return undefined;
  const octal = /^0\d/.test(digits);
  if (octal && /[89]/.test(digits)) return undefined;
  return {
    value: BigInt(octal ? `0o${digits.slice(1)}` : digits),
    suffix: (m[2] ?? '').toLowerCase(),
    decimal: !/^0./.test(digits),
  };
}

const escapes: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  '0': 0,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  e: 27,
};

/** The bytes of a string or character literal, quotes included in the text. */
export function bytesOf(text: string): number[] {
  const out: number[] = [];
  const inner = text.slice(1, -1);
  for (let i = 0; i < inner.length; i++) {
    const c = inner[i] ?? '';
    if (c !== '\\') {
      for (const b of new TextEncoder().encode(c)) out.push(b);
      continue;
    }
    const rest = inner.slice(i + 1);
    const hex = /^x([0-9a-fA-F]+)/.exec(rest);
    const octal = /^[0-7]{1,3}/.exec(rest);
    if (hex) {
      out.push(parseInt(hex[1] ?? '0', 16) & 255);
      i += hex[0].length;
    } else if (octal) {
      out.push(parseInt(octal[0], 8) & 255);
      i += octal[0].length;
    } else {
      const e = rest[0] ?? '';
      out.push(escapes[e] ?? e.charCodeAt(0));
      i++;
    }
  }
  return out;
}

export function characterOf(text: string): number {
  const b = bytesOf(text)[0] ?? 0;
  return (b << 24) >> 24;
}

/** More tokens than this out of one item: a macro that explodes; the rest is left as it stands. */
const LIMIT = 400_000;

/** Expands all macros. */
export function expand(tokens: readonly Token[], around: Surroundings): Token[] {
  const out: Token[] = [];
  const stack: Token[] = [...tokens].reverse();
  let budget = LIMIT;
  for (let t = stack.pop(); t; t = stack.pop()) {
    if (t.kind !== 'name' || isHidden(t) || budget-- < 0) {
      out.push(t);
      continue;
    }
    if (t.text.startsWith('CONFIG_')) {
      const module = t.text.endsWith('_MODULE') && around.config(t.text.slice(0, -7)) === 'm';
      const value = module ? 'y' : around.config(t.text);
      if (value === 'y') out.push(constantToken(t, '1'));
      else if (value.startsWith('"')) out.push({ ...t, kind: 'string', text: value });
      else if (/^-?\d/.test(value)) out.push(constantToken(t, value));
      else out.push(t);
      continue;
    }
    if (configWords.has(t.text) && stack[stack.length - 1]?.text === '(') {
      const option = stack[stack.length - 2];
      if (option && stack[stack.length - 3]?.text === ')') {
        stack.splice(-3);
        out.push(constantToken(t, configWord(t.text, option.text, around) ? '1' : '0'));
        continue;
      }
    }
    const macro = around.macro(t.text);
    if (!macro) {
      out.push(t);
      continue;
    }
    if (macro.parameters === undefined) {
      const hidden: Hidden = { name: macro.name, next: t.hidden };
      const body = paste(macro.body, []);
      for (let i = body.length - 1; i >= 0; i--) {
        const b = body[i];
        if (b) stack.push(relocate(b, t, t.end, hidden, macro.name));
      }
      continue;
    }
    if (stack[stack.length - 1]?.text !== '(') {
      out.push(t);
      continue;
    }
    const call = takeArguments(stack, macro.parameters.length);
    if (!call) {
      out.push(t);
      continue;
    }
    const result = substitute(macro, t, call.values, call.end, around);
    for (let i = result.length - 1; i >= 0; i--) {
      const r = result[i];
      if (r) stack.push(r);
    }
  }
  return out;
}

/** A body token takes the place of the macro call that it came out of. */
function relocate(b: Token, call: Token, end: number, hidden: Hidden | undefined, name: string): Token {
  return {
    kind: b.kind,
    text: b.text,
    file: call.file,
    start: call.start,
    end: Math.max(end, call.end),
    space: b.space,
    line: false,
    via: call.via ?? name,
    hidden,
  };
}

/** Pops `( … )` off the stack. Undefined if it never closes. */
function takeArguments(stack: Token[], parameters: number): { values: Token[][]; end: number } | undefined {
  const values: Token[][] = [[]];
  let depth = 0;
  for (let i = stack.length - 1; i >= 0; i--) {
    const t = stack[i];
    if (!t) return undefined;
    if (t.text === '(' || t.text === '[' || t.text === '{') {
      if (depth++ === 0) continue;
    } else if (t.text === ')' || t.text === ']' || t.text === '}') {
      if (--depth === 0) {
        stack.length = i;
        if (parameters === 0 && values.length === 1 && values[0]?.length === 0) values.pop();
        return { values, end: t.end };
      }
    } else if (t.text === ',' && depth === 1) {
      values.push([]);
      continue;
    }
    values[values.length - 1]?.push(t);
  }
  return undefined;
}

function substitute(
  macro: Macro,
  call: Token,
  values: readonly Token[][],
  end: number,
  around: Surroundings,
): Token[] {
  const parameters = macro.parameters ?? [];
  const hidden: Hidden = { name: macro.name, next: call.hidden };
  const raw = new Map<string, readonly Token[]>();
  const expanded = new Map<string, readonly Token[]>();
  let variadic: string | undefined;
  parameters.forEach((p, i) => {
    if (p.endsWith('...')) {
      variadic = p === '...' ? '__VA_ARGS__' : p.slice(0, -3);
      const rest: Token[] = [];
      values.slice(i).forEach((v, k) => {
        if (k) rest.push({ ...call, kind: 'punctuation', text: ',', space: false, line: false });
        rest.push(...v);
      });
      raw.set(variadic, rest);
    } else raw.set(p, values[i] ?? []);
  });
  const expandedOf = (name: string): readonly Token[] => {
    let e = expanded.get(name);
    if (!e) {
      e = expand(raw.get(name) ?? [], around);
      expanded.set(name, e);
    }
    return e;
  };
  const out: Token[] = [];
  const body = macro.body;
  for (let i = 0; i < body.length; i++) {
    const b = body[i];
    if (!b) continue;
    const next = body[i + 1];
    if (b.text === '#' && next && raw.has(next.text)) {
      const text = textOf(raw.get(next.text) ?? []).replace(/["\\]/g, '\\$&');
      out.push(relocate({ ...b, kind: 'string', text: `"${text}"` }, call, end, hidden, macro.name));
      i++;
      continue;
    }
    if (b.text === '__VA_OPT__' && next?.text === '(' && variadic) {
      const close = closing(body, i + 1);
      if ((raw.get(variadic) ?? []).length) {
        const inner: Macro = { name: macro.name, parameters, body: body.slice(i + 2, close) };
        out.push(...substitute(inner, call, values, end, around));
      }
      i = close;
      continue;
    }
    if (b.text === '##' && out.length && next) {
      i++;
      const right = raw.has(next.text)
        ? (raw.get(next.text) ?? [])
        : [relocate(next, call, end, hidden, macro.name)];
      const left = out[out.length - 1];
      if (left?.text === ',' && next.text === variadic) {
        if (right.length) out.push(...expandedOf(next.text));
        else out.pop();
        continue;
      }
      glue(out, right);
      continue;
    }
    if (b.kind === 'name' && raw.has(b.text)) {
      const value = next?.text === '##' ? (raw.get(b.text) ?? []) : expandedOf(b.text);
      if (next?.text === '##' && value.length === 0) {
        // An empty left side: what follows stands alone.
        const follow = body[i + 2];
        if (follow && follow.text !== variadic) {
          i += 2;
          out.push(
            ...(raw.has(follow.text)
              ? (raw.get(follow.text) ?? [])
              : [relocate(follow, call, end, hidden, macro.name)]),
          );
        } else i += 1;
        continue;
      }
      value.forEach((v, k) => out.push(k === 0 && b.space !== v.space ? { ...v, space: b.space } : v));
      continue;
    }
    out.push(relocate(b, call, end, hidden, macro.name));
  }
  return out;
}

function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    const text = tokens[i]?.text;
    if (text === '(') depth++;
    else if (text === ')' && --depth === 0) return i;
  }
  return tokens.length;
}

function glue(out: Token[], right: readonly Token[]): void {
  const left = out.pop();
  const first = right[0];
  if (!left) {
    out.push(...right);
    return;
  }
  if (!first) {
    out.push(left);
    return;
  }
  const made = tokenize(left.text + first.text, left.file);
  const t = made.length === 1 ? made[0] : undefined;
  if (t) out.push({ ...left, kind: t.kind, text: t.text, hidden: undefined });
  else out.push(left, first);
  out.push(...right.slice(1));
}

/** `##` in object-like macros. */
function paste(body: readonly Token[], out: Token[]): Token[] {
  if (!body.some(b => b.text === '##')) return [...body];
  for (let i = 0; i < body.length; i++) {
    const b = body[i];
    if (!b) continue;
    const next = body[i + 1];
    if (b.text === '##' && next) {
      glue(out, [next]);
      i++;
    } else out.push(b);
  }
  return out;
}

/** Conditionals and macros of a range of text, ready for the parser, with an `end` token behind. */
export function preprocess(
  text: string,
  file: string,
  start: number,
  end: number,
  around: Surroundings,
): Token[] {
  const tokens = expand(conditionals(tokenize(text, file, start, end), around), around);
  tokens.push(endToken(file, end));
  return tokens;
}
