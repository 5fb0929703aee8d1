/**
 * `#if` expressions, evaluated with three values: true, false, and "nobody knows".
 *
 * An unknown name makes what depends on it unknown, but `unknown && false` is false. What the compiler would do with
 * an undefined name (take it for 0) is left out on purpose: our ignorance is not the program's.
 */
import type { Condition } from './source';

/**
 * Says what a name of an `#if` stands for: a number, an expression, or `y`, `m`, `n` as Kconfig has it. `n` means "not
 * defined" for every name. Undefined: nobody knows. `use` says whether the number counts, or only whether the name is
 * defined: a default (`#ifndef X`, `#define X 1`) is an answer to the first question alone.
 */
export type NameLookup = (name: string, use?: 'value') => string | undefined;

interface Reader {
  readonly tokens: readonly string[];
  at: number;
  readonly lookup: NameLookup;
  readonly depth: number;
}

type Value = bigint | undefined;

const tokenPattern =
  /[A-Za-z_]\w*|0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*|'(?:\\.|[^'\\])'|<<|>>|<=|>=|==|!=|&&|\|\||[^\s\w]/g;

/** Undefined: nobody knows, or no expression at all. Never throws. */
export function evaluateCondition(text: string, lookup: NameLookup): boolean | undefined {
  const value = evaluateNumber(text, lookup, 0);
  return value === undefined ? undefined : value !== 0n;
}

/** All conditions together; false as soon as one is false. */
export function evaluateConditions(
  conditions: readonly Condition[],
  lookup: NameLookup,
): boolean | undefined {
  let known = true;
  for (const c of conditions) {
    const value = evaluateCondition(c.text, lookup);
    if (value === undefined) known = false;
    else if (value === c.negated) return false;
  }
  return known ? true : undefined;
}

/** Names that a condition asks for, CONFIG_ names without their `_MODULE`. */
export function namesIn(text: string): readonly string[] {
  return [...new Set(text.match(/[A-Za-z_]\w*/g) ?? [])].filter(n => !operators.has(n));
}

const operators = new Set(['defined', 'IS_ENABLED', 'IS_BUILTIN', 'IS_MODULE', 'IS_REACHABLE']);

function evaluateNumber(text: string, lookup: NameLookup, depth: number): Value {
  const tokens = text.match(tokenPattern) ?? [];
  if (tokens.length === 0 || depth > 8) return undefined;
  const reader: Reader = { tokens, at: 0, lookup, depth };
  const value = ternary(reader);
  return reader.at === tokens.length ? value : undefined;
}

function take(r: Reader, token: string): boolean {
  if (r.tokens[r.at] !== token) return false;
  r.at++;
  return true;
}

function truth(v: Value): boolean | undefined {
  return v === undefined ? undefined : v !== 0n;
}

function ternary(r: Reader): Value {
  const condition = binary(r, 0);
  if (!take(r, '?')) return condition;
  const yes = ternary(r);
  if (!take(r, ':')) return undefined;
  const no = ternary(r);
  const which = truth(condition);
  return which === undefined ? undefined : which ? yes : no;
}

const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const bit = (b: boolean): bigint => (b ? 1n : 0n);

/** Shifts beyond 64 bits and division by zero have no value. */
const arithmetic: Readonly<Record<string, (a: bigint, b: bigint) => Value>> = {
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '&': (a, b) => a & b,
  '==': (a, b) => bit(a === b),
  '!=': (a, b) => bit(a !== b),
  '<': (a, b) => bit(a < b),
  '>': (a, b) => bit(a > b),
  '<=': (a, b) => bit(a <= b),
  '>=': (a, b) => bit(a >= b),
  '<<': (a, b) => (b < 0n || b > 64n ? undefined : a << b),
  '>>': (a, b) => (b < 0n || b > 64n ? undefined : a >> b),
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0n ? undefined : a / b),
  '%': (a, b) => (b === 0n ? undefined : a % b),
};

function combine(op: string, a: Value, b: Value): Value {
  if (op === '&&') {
    if (a === 0n || b === 0n) return 0n;
    return a === undefined || b === undefined ? undefined : 1n;
  }
  if (op === '||') {
    if ((a !== undefined && a !== 0n) || (b !== undefined && b !== 0n)) return 1n;
    return a === undefined || b === undefined ? undefined : 0n;
  }
  return a === undefined || b === undefined ? undefined : arithmetic[op]?.(a, b);
}

function binary(r: Reader, level: number): Value {
  const ops = levels[level];
  if (!ops) return unary(r);
  let left = binary(r, level + 1);
  for (let op = r.tokens[r.at]; op !== undefined && ops.includes(op); op = r.tokens[r.at]) {
    r.at++;
    left = combine(op, left, binary(r, level + 1));
  }
  return left;
}

function unary(r: Reader): Value {
  if (take(r, '!')) {
    const v = truth(unary(r));
    return v === undefined ? undefined : bit(!v);
  }
  if (take(r, '-')) {
    const v = unary(r);
    return v === undefined ? undefined : -v;
  }
  if (take(r, '+')) return unary(r);
  if (take(r, '~')) {
    const v = unary(r);
    return v === undefined ? undefined : ~v;
  }
  return primary(r);
}

function primary(r: Reader): Value {
  const t = r.tokens[r.at++];
  if (t === undefined) return undefined;
  if (t === '(') {
    const v = ternary(r);
    return take(r, ')') ? v : undefined;
  }
  if (/^\d/.test(t)) return BigInt(/^0[0-7]+[uUlL]*$/.test(t) ? '0o' + digits(t).slice(1) : digits(t));
  if (/^[A-Za-z_]/.test(t)) return operators.has(t) ? operator(r, t) : nameValue(r, t);
  return undefined;
}

function digits(t: string): string {
  return t.replace(/[uUlL]+$/, '');
}

function operator(r: Reader, op: string): Value {
  const parenthesis = take(r, '(');
  const name = r.tokens[r.at++];
  if (parenthesis && !take(r, ')')) return undefined;
  if (name === undefined || !/^[A-Za-z_]/.test(name)) return undefined;
  if (op === 'defined') return definedValue(r, name);
  const value = r.lookup(name);
  if (value === undefined) return undefined;
  if (op === 'IS_ENABLED') return bit(value === 'y' || value === 'm');
  if (op === 'IS_MODULE') return bit(value === 'm');
  return bit(value === 'y');
}

/** A module's CONFIG_X is not defined; CONFIG_X_MODULE is. */
function definedValue(r: Reader, name: string): Value {
  const value = r.lookup(name);
  if (value !== undefined && !(value === 'n' && name.endsWith('_MODULE')))
    return bit(value !== 'n' && value !== 'm');
  if (name.startsWith('CONFIG_') && name.endsWith('_MODULE')) {
    const base = r.lookup(name.slice(0, -7));
    if (base !== undefined) return bit(base === 'm');
  }
  return value === 'n' ? 0n : undefined;
}

function nameValue(r: Reader, name: string): Value {
  if (r.tokens[r.at] === '(') {
    skipArguments(r);
    return undefined;
  }
  const value = r.lookup(name, 'value');
  if (value === undefined) return undefined;
  if (value === 'y') return 1n;
  if (value === 'n' || value === 'm') return 0n;
  return evaluateNumber(value, r.lookup, r.depth + 1);
}

function skipArguments(r: Reader): void {
  let depth = 0;
  do {
    const t = r.tokens[r.at++];
    if (t === '(') depth++;
    else if (t === ')') depth--;
    else if (t === undefined) return;
  } while (depth > 0);
}
