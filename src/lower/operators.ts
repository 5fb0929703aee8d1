/** C's operators and conversions on values: promotions, usual arithmetic conversions, pointer arithmetic, conditions. */
import type { BinaryOperator, Integer, Operand } from '../ir/program';
import { isSigned, widthOf } from '../ir/value';
import { constant, integerIn, one, zero } from './builder';
import type { Label } from './builder';
import type { Expression } from './c/ast';
import type { Frame, Value } from './context';
import { at, temporary } from './context';
import { element } from './place';
import {
  boolType,
  common,
  intType,
  isPointer,
  longType,
  pointee,
  promote,
  refine,
  scalarOf,
  scalarType,
  settle,
  sizeOf,
} from './types';
import type { CType } from './types';

const arithmetic: Readonly<Record<string, BinaryOperator>> = {
  '+': 'add', '-': 'sub', '*': 'mul', '/': 'div', '%': 'mod', '&': 'and', '|': 'or', '^': 'xor', '<<': 'shl', '>>': 'shr',
  '==': 'eq', '!=': 'ne', '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge',
}; // prettier-ignore

const comparisons = new Set(['==', '!=', '<', '<=', '>', '>=']);

export function convert(f: Frame, v: Value, type: CType): Value {
  const target = settle(type);
  if (
    target.kind === 'void' ||
    target.kind === 'record' ||
    target.kind === 'array' ||
    target.kind === 'function'
  )
    return { ...v, type: target.kind === 'record' || target.kind === 'void' ? v.type : target };
  refine(v.type, target);
  // `&x->list` handed to a `struct list_head *` shows what the member is.
  const from = settle(v.type);
  if (from.kind === 'pointer' && target.kind === 'pointer' && settle(target.to).kind === 'record')
    refine(from.to, target.to);
  const bool = target.kind === 'scalar' && target.bool === true;
  const operand = f.build.convert(v.operand, scalarOf(v.type), scalarOf(target), bool);
  return { type: target, operand, ...(v.origin && !bool ? { origin: v.origin } : {}) };
}

/** The names of single bits on one side of `&`, `|`, `^`, for the word on the other side. */
function noteMask(f: Frame, origin: Value['origin'], e: Expression | undefined): void {
  if (!origin || !e) return;
  switch (e.kind) {
    case 'name': {
      const v = f.lowering.parts.constant(f, e);
      noteName(f, origin, e.name, v);
      return;
    }
    case 'number': {
      const via = e.first.via;
      if (via && e.first.start === e.last.start) noteName(f, origin, via, f.lowering.parts.constant(f, e));
      return;
    }
    case 'binary':
      if (e.operator === '|' || e.operator === '&' || e.operator === '^') {
        noteMask(f, origin, e.left);
        noteMask(f, origin, e.right);
      } else if (e.operator === '<<' && e.right.kind === 'name') {
        const bit = f.lowering.parts.constant(f, e.right);
        if (typeof bit === 'number') f.lowering.noteBit(origin, bit, e.right.name);
      } else if (e.operator === '<<' && e.first.via && e.first.via === e.last.via) {
        noteName(f, origin, e.first.via, f.lowering.parts.constant(f, e));
      }
      return;
    case 'unary':
      if (e.operator === '~') noteMask(f, origin, e.operand);
      return;
    case 'cast':
      noteMask(f, origin, e.operand);
      return;
    default:
      return;
  }
}

function noteName(
  f: Frame,
  origin: NonNullable<Value['origin']>,
  name: string,
  value: Integer | undefined,
): void {
  if (value === undefined || value <= 0 || !/^[A-Z][A-Z0-9_]*$/.test(name)) return;
  const n = BigInt(value);
  if ((n & (n - 1n)) !== 0n) return;
  const bit = n.toString(2).length - 1;
  const number = bitNumberOf(f, name);
  if (number !== undefined) f.lowering.noteBit(origin, bit, number);
  else f.lowering.noteBit(origin, bit, name, true);
}

/** `NAPI_STATE_SCHED` for an enumerator that is `BIT(NAPI_STATE_SCHED)`. */
function bitNumberOf(f: Frame, name: string): string | undefined {
  const found = f.lowering.world.enumerator(name, f.file);
  let value = found?.specifier.enumerators?.[found.index]?.value;
  while (value?.kind === 'cast') value = value.operand;
  return value?.kind === 'binary' && value.operator === '<<' && value.right.kind === 'name'
    ? value.right.name
    : undefined;
}

/** Lowers an operator with its operands as expressions, so that masks can be named. */
export function binaryExpression(f: Frame, e: Expression & { readonly kind: 'binary' }): Value {
  const { parts } = f.lowering;
  if (e.operator === '&&' || e.operator === '||') return logical(f, e);
  const left = parts.value(f, e.left);
  // A later write to the same variable (`x + x++`) must not reach back.
  const right = parts.value(f, e.right);
  if (e.operator === '&' || e.operator === '|' || e.operator === '^') {
    noteMask(f, left.origin, e.right);
    noteMask(f, right.origin, e.left);
  }
  const result = at(f, e, () => parts.operate(f, e.operator, left, right));
  const origin =
    e.operator === '&' || e.operator === '|' || e.operator === '^'
      ? (left.origin ?? right.origin)
      : undefined;
  return origin ? { ...result, origin } : result;
}

export { noteMask };

export function operate(f: Frame, operator: string, left: Value, right: Value): Value {
  const op = arithmetic[operator];
  const { build } = f;
  if (!op) return { type: intType, operand: zero };
  const leftTo = isPointer(left.type) ? pointee(left.type) : undefined;
  const rightTo = isPointer(right.type) ? pointee(right.type) : undefined;
  if (comparisons.has(operator)) {
    if (leftTo || rightTo) {
      const a = build.convert(left.operand, scalarOf(left.type), 'u64');
      const b = build.convert(right.operand, scalarOf(right.type), 'u64');
      return { type: intType, operand: build.binary(op, 'u64', a, b) };
    }
    const type = common(left.type, right.type);
    const s = scalarOf(type);
    const a = build.convert(left.operand, scalarOf(left.type), s);
    const b = build.convert(right.operand, scalarOf(right.type), s);
    return { type: intType, operand: build.binary(op, s, a, b) };
  }
  if (operator === '+' && leftTo && !rightTo)
    return { type: decayed(left.type), operand: element(f, left.operand, right, sizeOf(leftTo)) };
  if (operator === '+' && rightTo && !leftTo)
    return { type: decayed(right.type), operand: element(f, right.operand, left, sizeOf(rightTo)) };
  if (operator === '-' && leftTo && rightTo) {
    const bytes = build.convert(build.binary('sub', 'u64', left.operand, right.operand), 'u64', 'i64');
    return {
      type: longType,
      operand: build.binary('div', 'i64', bytes, constant(Math.max(1, sizeOf(leftTo)))),
    };
  }
  if (operator === '-' && leftTo) {
    const wide = build.convert(right.operand, scalarOf(right.type), 'i64');
    const bytes = build.binary('mul', 'i64', wide, constant(sizeOf(leftTo)));
    const offset = build.convert(bytes, 'i64', 'u64');
    return {
      type: decayed(left.type),
      operand: build.binary('sub', 'u64', left.operand, bytes.kind === 'constant' ? bytes : offset),
    };
  }
  if (operator === '<<' || operator === '>>') {
    const type = promote(left.type);
    const s = scalarOf(type);
    const a = build.convert(left.operand, scalarOf(left.type), s);
    const count = build.convert(right.operand, scalarOf(promote(right.type)), s);
    const width = widthOf(s);
    const known = integerIn(build.known(count));
    if (known === undefined || known < 0 || known >= width) {
      const bad = build.binary(
        'ge',
        `u${width}` as 'u32' | 'u64',
        build.convert(count, s, `u${width}` as 'u32' | 'u64'),
        constant(width),
      );
      if (integerIn(bad) !== 0)
        build.emit({
          op: 'warn',
          condition: bad,
          finding: 'undefined-shift',
          message: `shift count outside 0 … ${width - 1}`,
        });
    }
    return { type, operand: build.binary(op, s, a, count) };
  }
  const type = common(left.type, right.type);
  const s = scalarOf(type);
  const a = build.convert(left.operand, scalarOf(left.type), s);
  const b = build.convert(right.operand, scalarOf(right.type), s);
  return { type: scalarType(s), operand: build.binary(op, s, a, b) };
}

function decayed(type: CType): CType {
  const t = settle(type);
  return t.kind === 'array' ? { kind: 'pointer', to: t.of } : t;
}

/** `&&`, `||`, `!` as values. */
export function logical(f: Frame, e: Expression): Value {
  const yes = f.build.label();
  const no = f.build.label();
  if (f.build.dead()) {
    f.lowering.parts.condition(f, e, yes, no);
    return { type: intType, operand: zero };
  }
  f.lowering.parts.condition(f, e, yes, no);
  if (!yes.used && !no.used) return { type: intType, operand: zero };
  if (!no.used) {
    f.build.bind(yes);
    return { type: intType, operand: one };
  }
  if (!yes.used) {
    f.build.bind(no);
    return { type: intType, operand: zero };
  }
  const result = temporary(f, 'i32');
  const end = f.build.label();
  f.build.bind(yes);
  f.build.copy(result.register, one);
  f.build.jump(end);
  f.build.bind(no);
  f.build.copy(result.register, zero);
  f.build.jump(end);
  f.build.bind(end);
  return { type: intType, operand: result.operand };
}

export function condition(f: Frame, e: Expression, yes: Label, no: Label): void {
  at(f, e, () => {
    if (e.kind === 'unary' && e.operator === '!') return condition(f, e.operand, no, yes);
    if (e.kind === 'binary' && (e.operator === '&&' || e.operator === '||')) {
      const middle = f.build.label();
      if (e.operator === '&&') condition(f, e.left, middle, no);
      else condition(f, e.left, yes, middle);
      f.build.bind(middle);
      return condition(f, e.right, yes, no);
    }
    if (e.kind === 'comma') {
      f.lowering.parts.effect(f, e.left);
      return condition(f, e.right, yes, no);
    }
    const v = f.lowering.parts.value(f, e);
    f.build.branch(v.operand, yes, no);
  });
}

/** 0 or 1 out of any scalar. */
export function truth(f: Frame, v: Value): Operand {
  return f.build.convert(v.operand, scalarOf(v.type), scalarOf(boolType), true);
}

export function negate(f: Frame, v: Value): Value {
  return { type: intType, operand: f.build.binary('eq', scalarOf(v.type), v.operand, zero) };
}

/** `-x`, `~x`. */
export function unaryArithmetic(f: Frame, operator: string, v: Value): Value {
  const type = promote(v.type);
  const s = scalarOf(type);
  const a = f.build.convert(v.operand, scalarOf(v.type), s);
  if (operator === '+') return { type, operand: a };
  if (operator === '-') return { type, operand: f.build.binary('sub', s, zero, a) };
  const all: Integer = isSigned(s) ? -1 : widthOf(s) === 64 ? 0xffffffffffffffffn : 2 ** widthOf(s) - 1;
  return { type, operand: f.build.binary('xor', s, a, constant(all)) };
}
