/**
 * Constant expressions as text (`BIT(3)`, `1UL << A | B`, `A + 2`) and the bits that a mask stands for. What a name
 * stands for is asked of a Names handed in, so that the enum of the open tree decides.
 */
import type { Span } from '../../base/span';

/** An enumerator or an object-like macro. */
export interface Constant {
  readonly name: string;
  /** The text of its value, if it is written. */
  readonly expression?: string;
  readonly value?: bigint;
  /** Tag of its enum; '' if the enum has none; absent for a macro. */
  readonly enum?: string;
  /** The comment beside it. */
  readonly comment?: string;
  readonly span?: Span;
}

export interface Names {
  constant(name: string): Constant | undefined;
}

/** Knows no name. */
export const noNames: Names = { constant: () => undefined };

/** A bit of a word (of a bitmap: beyond 63 too): the name of its number (`NAPI_STATE_SCHED`), else of its mask, else `bit 3`. */
export interface Bit {
  readonly name: string;
  /** Absent if nobody says. */
  readonly number?: number;
}

const token = /\s*(?:(0[xX][0-9a-fA-F]+|\d+)[uUlL]*|([A-Za-z_]\w*)|(<<|>>|[()~|&^+\-*/,!])|(.))/gy;

type Token =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'sign'; readonly sign: string };

function tokens(text: string): readonly Token[] | undefined {
  const found: Token[] = [];
  token.lastIndex = 0;
  for (let m = token.exec(text); m && m[0]; m = token.exec(text)) {
    if (m[1] !== undefined) found.push({ kind: 'number', value: BigInt(m[1]) });
    else if (m[2] !== undefined) found.push({ kind: 'name', name: m[2] });
    else if (m[3] !== undefined) found.push({ kind: 'sign', sign: m[3] });
    else if (m[4]?.trim()) return undefined;
  }
  return found;
}

const precedence: Readonly<Record<string, number>> = {
  '|': 1,
  '^': 2,
  '&': 3,
  '<<': 4,
  '>>': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
};

const typeWords = new Set([
  'unsigned',
  'signed',
  'long',
  'int',
  'short',
  'char',
  'u8',
  'u16',
  'u32',
  'u64',
  'size_t',
]);

/** The value of a constant expression, as 64 bits unsigned where it was shifted or inverted; undefined if unknown. */
export function evaluate(text: string, names: Names, depth = 0): bigint | undefined {
  if (depth > 16) return undefined;
  const list = tokens(text);
  if (!list) return undefined;
  let at = 0;
  const sign = (s: string): boolean => {
    const t = list[at];
    if (t?.kind !== 'sign' || t.sign !== s) return false;
    at++;
    return true;
  };
  const primary = (): bigint | undefined => {
    const t = list[at++];
    if (!t) return undefined;
    if (t.kind === 'number') return t.value;
    if (t.kind === 'sign') {
      if (t.sign === '(') {
        const next = list[at];
        if (next?.kind === 'name' && typeWords.has(next.name)) {
          while (list[at] && !sign(')')) at++;
          return primary();
        }
        const inner = binary(0);
        return sign(')') ? inner : undefined;
      }
      const operand = primary();
      if (operand === undefined) return undefined;
      if (t.sign === '-') return -operand;
      if (t.sign === '~') return BigInt.asUintN(64, ~operand);
      if (t.sign === '!') return operand === 0n ? 1n : 0n;
      return t.sign === '+' ? operand : undefined;
    }
    if (sign('(')) {
      const args: (bigint | undefined)[] = [binary(0)];
      while (sign(',')) args.push(binary(0));
      if (!sign(')')) return undefined;
      return call(t.name, args);
    }
    const constant = names.constant(t.name);
    return (
      constant?.value ?? (constant?.expression ? evaluate(constant.expression, names, depth + 1) : undefined)
    );
  };
  const binary = (least: number): bigint | undefined => {
    let left = primary();
    for (;;) {
      const t = list[at];
      const power = t?.kind === 'sign' ? precedence[t.sign] : undefined;
      if (t?.kind !== 'sign' || power === undefined || power <= least) return left;
      at++;
      const right = binary(power);
      left = left === undefined || right === undefined ? undefined : apply(t.sign, left, right);
    }
  };
  const value = binary(0);
  return at === list.length ? value : undefined;
}

function call(name: string, args: readonly (bigint | undefined)[]): bigint | undefined {
  const [a, b] = args;
  if (a === undefined) return undefined;
  if (name === 'BIT' || name === 'BIT_ULL' || name === '_BITUL' || name === '_BITULL') return shifted(1n, a);
  if ((name === 'GENMASK' || name === 'GENMASK_ULL') && b !== undefined && a >= b && a < 64n)
    return ((1n << (a - b + 1n)) - 1n) << b;
  return name === 'UL' || name === 'ULL' || name === '_UL' || name === '_AC' || name === 'BITS_PER_LONG'
    ? a
    : undefined;
}

function apply(operator: string, a: bigint, b: bigint): bigint | undefined {
  switch (operator) {
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    case '<<':
      return shifted(a, b);
    case '>>':
      return b < 0n || b > 63n ? undefined : a >> b;
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? undefined : a / b;
    default:
      return undefined;
  }
}

function shifted(a: bigint, b: bigint): bigint | undefined {
  return b < 0n || b > 63n ? undefined : BigInt.asUintN(64, a << b);
}

const single =
  /^\s*\(*\s*(?:_?BIT(?:_ULL|UL|ULL)?\s*\(|(?:1[uUlL]*|UL\s*\(\s*1\s*\))\s*<<)\s*\(*\s*([A-Za-z_]\w*|\d+)\s*\)*\s*$/;

/** The bits of a mask given as text: names of bits where an expression names them, numbers where values tell. */
export function bitsOfMask(mask: string, names: Names, depth = 0): readonly Bit[] {
  if (depth > 8) return [];
  const text = mask.trim();
  const one = single.exec(text)?.[1];
  if (one !== undefined) return [bitNumbered(one, names)];
  const parts = splitOr(text);
  if (parts.length > 1) return distinct(parts.flatMap(p => bitsOfMask(p, names, depth + 1)));
  const inner = unparenthesised(text);
  if (inner !== text) return bitsOfMask(inner, names, depth + 1);
  if (/^[A-Za-z_]\w*$/.test(text)) {
    const constant = names.constant(text);
    if (
      constant?.expression !== undefined &&
      (single.test(constant.expression) || splitOr(constant.expression).length > 1)
    ) {
      const bits = bitsOfMask(constant.expression, names, depth + 1);
      if (bits.length > 0 && !bits.every(b => b.name.startsWith('bit '))) return bits;
    }
    const value =
      constant?.value ?? (constant?.expression ? evaluate(constant.expression, names) : undefined);
    const numbers = value === undefined ? [] : bitNumbers(value);
    if (numbers.length === 1) return [{ name: text, number: numbers[0] ?? 0 }];
    if (numbers.length > 1) return numbers.map(number => ({ name: `bit ${number}`, number }));
    return [{ name: text }];
  }
  const value = evaluate(text, names);
  return value === undefined ? [] : bitNumbers(value).map(number => ({ name: `bit ${number}`, number }));
}

/** The bit whose number is given by an expression: `NAPI_STATE_SCHED`, `3`, `BASE + i`. */
export function bitNumbered(expression: string, names: Names): Bit {
  const text = unparenthesised(expression.trim());
  const value = evaluate(text, names);
  const number = value !== undefined && value >= 0n && value < 65536n ? Number(value) : undefined;
  const name = /^\d/.test(text) && number !== undefined ? `bit ${number}` : text;
  return { name, ...(number !== undefined && { number }) };
}

/** Numbers of the bits that are one, lowest first. */
export function bitNumbers(value: bigint): readonly number[] {
  const bits = BigInt.asUintN(64, value);
  return Array.from({ length: 64 }, (_, i) => i).filter(i => (bits >> BigInt(i)) & 1n);
}

function distinct(bits: readonly Bit[]): readonly Bit[] {
  return bits.filter((b, i) => bits.findIndex(x => x.name === b.name) === i);
}

function unparenthesised(text: string): string {
  let t = text;
  while (t.startsWith('(') && closing(t) === t.length - 1) t = t.slice(1, -1).trim();
  return t;
}

function closing(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return i;
  }
  return -1;
}

/** Splits at `|` outside parentheses. */
function splitOr(text: string): readonly string[] {
  const inner = unparenthesised(text.trim());
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < inner.length; i++) {
    if (inner[i] === '(') depth++;
    else if (inner[i] === ')') depth--;
    else if (inner[i] === '|' && depth === 0 && inner[i + 1] !== '|') {
      parts.push(inner.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(inner.slice(from));
  return parts;
}
