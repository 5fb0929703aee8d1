/**
 * Values that nobody knows. An unknown has an identity, its key: the instruction that made it, or the cell whose
 * initial content it is, or an expression over other unknowns. Copies share it, and the same expression has the same
 * key, so that testing twice agrees: what a branch decides is kept as a fact about the key (GlobalState.facts), and
 * `resolve` reads every value through the facts.
 *
 * Keys are compared as strings; unknowns are interned per run, so `===` compares. Expressions deeper than MAX_DEPTH
 * lose their structure (a loop `x = x + 1` would else never repeat a state): they become an opaque unknown of the
 * instruction that made them, which makes more behaviours, never fewer.
 */
import type { BinaryOperator, Integer, Scalar } from '../ir/program';
import { binary, isSigned, widthOf, wrap } from '../ir/value';

/** What registers and cells hold: an integer, or a value that nobody knows. */
export type Value = Integer | Unknown;

export interface Unknown {
  readonly key: string;
  readonly type: Scalar;
  /** Layout of what a pointer points to, -1 if nobody said. */
  readonly layout: number;
  /** The assumption that it rests on, -1 for initial contents. */
  readonly assumption: number;
  readonly depth: number;
  readonly expression:
    | undefined
    | {
        readonly operator: BinaryOperator;
        readonly type: Scalar;
        readonly left: Value;
        readonly right: Value;
      }
    | { readonly operator: 'convert'; readonly type: Scalar; readonly from: Value };
}

const MAX_DEPTH = 4;

/** What is known about an unknown value. */
export interface Fact {
  readonly value?: Integer | undefined;
  /** Values that it does not have; sorted text. */
  readonly not: readonly Integer[];
}

export const noFact: Fact = { not: [] };

export type Facts = ReadonlyMap<string, Fact>;

/** Interns unknowns: one per run. */
export interface Unknowns {
  atom(key: string, type: Scalar, layout: number, assumption: number): Unknown;
  /** An operation on at least one unknown; `site` names it if it is too deep. */
  binary(operator: BinaryOperator, type: Scalar, left: Value, right: Value, site: number): Value;
  convert(type: Scalar, from: Unknown, site: number): Value;
}

export function createUnknowns(): Unknowns {
  const table = new Map<string, Unknown>();
  const intern = (u: Unknown): Unknown => {
    const known = table.get(u.key);
    if (known) return known;
    table.set(u.key, u);
    return u;
  };
  const depthOf = (v: Value): number => (isUnknown(v) ? v.depth : 0);
  const opaque = (site: number, type: Scalar, assumption: number): Unknown =>
    intern({ key: `?d${site}.${type}`, type, layout: -1, assumption, depth: 1, expression: undefined });
  const assumptionOf = (left: Value, right: Value): number =>
    isUnknown(left) && left.assumption >= 0 ? left.assumption : isUnknown(right) ? right.assumption : -1;
  return {
    atom: (key, type, layout, assumption) =>
      intern({ key, type, layout, assumption, depth: 1, expression: undefined }),
    binary(operator, type, left, right, site) {
      const simple = simplify(operator, type, left, right);
      if (simple !== undefined) return simple;
      const assumption = assumptionOf(left, right);
      const depth = Math.max(depthOf(left), depthOf(right)) + 1;
      if (depth > MAX_DEPTH) return opaque(site, type, assumption);
      const key = `(${operator} ${type} ${textOf(left)} ${textOf(right)})`;
      const known = table.get(key);
      if (known) return known;
      // p + 8 - 8 is p again: offsets are folded, so that container_of and back agree.
      const folded = foldOffset(operator, type, left, right);
      if (folded) {
        if (folded.offset === 0 && isUnknown(folded.base) && widthOf(folded.base.type) === 64)
          return folded.base;
        return intern({
          key: `(add ${type} ${textOf(folded.base)} ${folded.offset})`,
          type,
          layout: -1,
          assumption,
          depth,
          expression: { operator: 'add', type, left: folded.base, right: folded.offset },
        });
      }
      return intern({
        key,
        type,
        layout: -1,
        assumption,
        depth,
        expression: { operator, type, left, right },
      });
    },
    convert(type, from, site) {
      if (from.type === type) return from;
      if (widthOf(type) === widthOf(from.type) && from.expression === undefined && widthOf(type) === 64)
        return from;
      if (from.depth + 1 > MAX_DEPTH) return opaque(site, type, from.assumption);
      return intern({
        key: `(${type} ${from.key})`,
        type,
        layout: from.layout,
        assumption: from.assumption,
        depth: from.depth + 1,
        expression: { operator: 'convert', type, from },
      });
    },
  };
}

export function isUnknown(value: Value | undefined): value is Unknown {
  return typeof value === 'object';
}

/** Text that differs for different values. */
export function textOf(value: Value): string {
  return isUnknown(value) ? value.key : typeof value === 'bigint' ? `${value}n` : String(value);
}

function foldOffset(
  operator: BinaryOperator,
  type: Scalar,
  left: Value,
  right: Value,
): { base: Value; offset: number } | undefined {
  if ((operator !== 'add' && operator !== 'sub') || widthOf(type) !== 64) return undefined;
  if (!isUnknown(left) || typeof right !== 'number') return undefined;
  const e = left.expression;
  const by = operator === 'add' ? right : -right;
  if (e && e.operator === 'add' && widthOf(e.type) === 64 && typeof e.right === 'number')
    return { base: e.left, offset: e.right + by };
  return { base: left, offset: by };
}

/** Results that do not depend on the unknown. */
function simplify(operator: BinaryOperator, type: Scalar, left: Value, right: Value): Value | undefined {
  if (left === right) {
    if (operator === 'eq' || operator === 'le' || operator === 'ge') return 1;
    if (
      operator === 'ne' ||
      operator === 'lt' ||
      operator === 'gt' ||
      operator === 'xor' ||
      operator === 'sub'
    )
      return 0;
    if (operator === 'and' || operator === 'or') return left;
  }
  if (right === 0 || left === 0) {
    if (operator === 'and' || operator === 'mul') return 0;
    if (right === 0 && ['or', 'xor', 'add', 'sub', 'shl', 'shr'].includes(operator)) return left;
    if (left === 0 && ['or', 'xor', 'add'].includes(operator)) return right;
    if (right === 0 && !isSigned(type)) {
      if (operator === 'lt') return 0;
      if (operator === 'ge') return 1;
    }
  }
  return undefined;
}

/** The value under the facts: an integer where they decide it. */
export function resolve(value: Value, facts: Facts): Value {
  if (!isUnknown(value) || facts.size === 0) return value;
  const fact = facts.get(value.key);
  if (fact?.value !== undefined) return fact.value;
  const e = value.expression;
  if (!e) return value;
  if (e.operator === 'convert') {
    const from = resolve(e.from, facts);
    return isUnknown(from) ? value : wrap(from, e.type);
  }
  const left = resolve(e.left, facts);
  const right = resolve(e.right, facts);
  if (!isUnknown(left) && !isUnknown(right)) return binary(e.operator, e.type, left, right);
  if (e.operator === 'eq' || e.operator === 'ne') {
    const [u, c] = isUnknown(left) ? [left, right] : [right as Unknown, left];
    const inner = core(u);
    if (!isUnknown(c) && facts.get(inner.key)?.not.includes(wrap(c, inner.type)))
      return e.operator === 'ne' ? 1 : 0;
  }
  return value;
}

/** Without conversions that keep every bit. */
function core(value: Unknown): Unknown {
  const e = value.expression;
  return e?.operator === 'convert' && isUnknown(e.from) && widthOf(e.type) >= widthOf(e.from.type)
    ? core(e.from)
    : value;
}

/** Whether the value may be zero under the facts. */
export function mayBeZero(value: Unknown, facts: Facts): boolean {
  return !(facts.get(core(value).key)?.not.includes(0) ?? false);
}

/** The facts after deciding that `value` is zero or not. */
export function decide(value: Unknown, nonzero: boolean, facts: Facts): Facts {
  const e = value.expression;
  if (e && e.operator !== 'convert' && (e.operator === 'eq' || e.operator === 'ne')) {
    const [u, c] = isUnknown(e.left) ? [e.left, e.right] : [e.right as Unknown, e.left];
    if (!isUnknown(c)) {
      const equal = (e.operator === 'eq') === nonzero;
      if (c === 0) return decide(u, !equal, facts);
      if (equal) return setValue(u, c, facts);
      const inner = core(u);
      return exclude(inner, wrap(c, inner.type), facts);
    }
    return with_(facts, value.key, { value: nonzero ? 1 : 0, not: [] });
  }
  if (e?.operator === 'convert' && isUnknown(e.from) && widthOf(e.type) >= widthOf(e.from.type))
    return decide(e.from, nonzero, facts);
  if (!nonzero) return setValue(value, 0, facts);
  if (e && e.operator !== 'convert' && isComparison(e.operator))
    return with_(facts, value.key, { value: 1, not: [] });
  return exclude(value, 0, facts);
}

/** The facts once the value is known. */
export function setValue(value: Unknown, to: Integer, facts: Facts): Facts {
  const e = value.expression;
  if (e?.operator === 'convert' && isUnknown(e.from) && widthOf(e.type) >= widthOf(e.from.type))
    return setValue(e.from, wrap(to, e.from.type), facts);
  if (e && e.operator === 'add' && isUnknown(e.left) && !isUnknown(e.right))
    return setValue(e.left, binary('sub', e.type, to, e.right), facts);
  return with_(facts, value.key, { value: to, not: [] });
}

function exclude(value: Unknown, not: Integer, facts: Facts): Facts {
  const old = facts.get(value.key) ?? noFact;
  if (old.not.includes(not)) return facts;
  const list = [...old.not, not].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return with_(facts, value.key, { not: list });
}

function with_(facts: Facts, key: string, fact: Fact): Facts {
  const next = new Map(facts);
  next.set(key, fact);
  return next;
}

function isComparison(operator: BinaryOperator): boolean {
  return ['eq', 'ne', 'lt', 'le', 'gt', 'ge'].includes(operator);
}

/** The unknown pointer under constant offsets: p + 16 is p and 16. */
export function baseOf(value: Unknown): { readonly base: Unknown; readonly offset: number } {
  const e = value.expression;
  if (
    e &&
    (e.operator === 'add' || e.operator === 'sub') &&
    isUnknown(e.left) &&
    typeof e.right === 'number'
  ) {
    const inner = baseOf(e.left);
    return { base: inner.base, offset: inner.offset + (e.operator === 'add' ? e.right : -e.right) };
  }
  if (e?.operator === 'convert' && isUnknown(e.from) && widthOf(e.type) === 64 && widthOf(e.from.type) === 64)
    return baseOf(e.from);
  return { base: value, offset: 0 };
}
