/**
 * Exact 64-bit integer arithmetic on values kept as `number` while they are safe integers and as `bigint` beyond.
 * Every value has one canonical form, so `===` compares. Signed types hold negative numbers, unsigned ones do not.
 */
import { invariant } from '../base/unreachable';
import type { BinaryOperator, Integer, Scalar } from './program';

const widths: Readonly<Record<Scalar, number>> = {
  i8: 8,
  u8: 8,
  i16: 16,
  u16: 16,
  i32: 32,
  u32: 32,
  i64: 64,
  u64: 64,
};

/** Bits in the type: 8, 16, 32 or 64. */
export function widthOf(type: Scalar): number {
  return widths[type];
}

/** Bytes in the type: 1, 2, 4 or 8. */
export function sizeOf(type: Scalar): number {
  return widths[type] / 8;
}

export function isSigned(type: Scalar): boolean {
  return type.charCodeAt(0) === 105; // 'i'
}

/** The canonical form of an exact integer. */
export function canonical(value: bigint): Integer {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** C's conversion to the type: the value modulo 2^width, as signed or unsigned. */
export function wrap(value: Integer, type: Scalar): Integer {
  if (typeof value === 'number') {
    switch (type) {
      case 'i32':
        return value | 0;
      case 'u32':
        return value >= 0 && value <= 0xffffffff
          ? value
          : value % 4294967296 < 0
            ? (value % 4294967296) + 4294967296
            : value % 4294967296;
      case 'i64':
        return value;
      case 'u64':
        return value >= 0 ? value : canonical(BigInt.asUintN(64, BigInt(value)));
      case 'u8':
        return value & 0xff;
      case 'i8':
        return (value << 24) >> 24;
      case 'u16':
        return value & 0xffff;
      case 'i16':
        return (value << 16) >> 16;
    }
  }
  const width = widths[type];
  return canonical(isSigned(type) ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value));
}

function small(value: Integer): value is number {
  return typeof value === 'number' && value >= 0 && value <= 0x7fffffff;
}

/** The result of a C operator on two values of the type. Division by zero gives 0 (the caller reports it). */
export function binary(operator: BinaryOperator, type: Scalar, left: Integer, right: Integer): Integer {
  switch (operator) {
    case 'eq':
      return left === right ? 1 : 0;
    case 'ne':
      return left !== right ? 1 : 0;
    case 'lt':
      return left < right ? 1 : 0;
    case 'le':
      return left <= right ? 1 : 0;
    case 'gt':
      return left > right ? 1 : 0;
    case 'ge':
      return left >= right ? 1 : 0;
    case 'add':
    case 'sub': {
      if (typeof left === 'number' && typeof right === 'number') {
        const r = operator === 'add' ? left + right : left - right;
        if (Number.isSafeInteger(r)) return wrap(r, type);
      }
      const r = operator === 'add' ? BigInt(left) + BigInt(right) : BigInt(left) - BigInt(right);
      return wrap(canonical(r), type);
    }
    case 'mul': {
      if (typeof left === 'number' && typeof right === 'number') {
        const r = left * right;
        if (Number.isSafeInteger(r)) return wrap(r === 0 ? 0 : r, type);
      }
      return wrap(canonical(BigInt(left) * BigInt(right)), type);
    }
    case 'div':
    case 'mod': {
      if (right === 0) return 0;
      if (typeof left === 'number' && typeof right === 'number') {
        const r = operator === 'div' ? Math.trunc(left / right) : left % right;
        return wrap(r === 0 ? 0 : r, type);
      }
      const r = operator === 'div' ? BigInt(left) / BigInt(right) : BigInt(left) % BigInt(right);
      return wrap(canonical(r), type);
    }
    case 'and':
      if (small(left) && small(right)) return left & right;
      return wrap(canonical(BigInt(left) & BigInt(right)), type);
    case 'or':
      if (small(left) && small(right)) return left | right;
      return wrap(canonical(BigInt(left) | BigInt(right)), type);
    case 'xor':
      if (small(left) && small(right)) return left ^ right;
      return wrap(canonical(BigInt(left) ^ BigInt(right)), type);
    case 'shl':
    case 'shr': {
      // Too large a shift is undefined in C; x86 and arm64 take the count modulo the width, and so do we.
      const count = Number(
        BigInt.asUintN(64, BigInt(right)) & BigInt(widths[type] < 32 ? 31 : widths[type] - 1),
      );
      if (operator === 'shl') {
        if (small(left) && count < 22) return wrap(left * 2 ** count, type);
        return wrap(canonical(BigInt(left) << BigInt(count)), type);
      }
      if (small(left)) return count > 31 ? 0 : left >> count;
      return wrap(canonical(BigInt(left) >> BigInt(count)), type);
    }
  }
  invariant(false, `operator ${String(operator)} is not known`);
}

/** `0x…` for what looks like a mask or an address, decimal otherwise. */
export function show(value: Integer): string {
  if (typeof value === 'number' && value > -4096 && value < 65536) return String(value);
  return value < 0 ? `-0x${(-BigInt(value)).toString(16)}` : `0x${value.toString(16)}`;
}
