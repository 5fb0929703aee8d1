/** Marked accesses, barriers, compiler builtins, error pointers, and what the compiler would have folded. */
import { constant, integerIn, zero } from '../builder';
import { temporary } from '../context';
import type { Value } from '../context';
import { convert, operate, truth } from '../operators';
import {
  boolType,
  intType,
  longType,
  pointee,
  scalarOf,
  settle,
  unsignedLongType,
  voidPointer,
} from '../types';
import type { Marking } from '../../ir/program';
import type { Call, Row, Rows } from './kit';
import { argument, evaluated, gives, ignored, named, nothing, number, operand, target } from './kit';

/** `READ_ONCE(x)`: the argument is the place. */
function readNamed(marking: Marking): Row {
  return c => {
    const p = named(c, 0);
    if (!p) return argument(c, 0);
    return c.f.lowering.parts.load(c.f, p, marking);
  };
}

function writeNamed(marking: Marking): Row {
  return c => {
    const p = named(c, 0);
    const { parts } = c.f.lowering;
    if (!p) return nothing;
    const e = c.arguments[1];
    const v = e ? parts.value(c.f, e, p.type) : number(0, intType);
    return parts.store(c.f, p, v, marking);
  };
}

/** `smp_store_release(&x, v)`: the argument is the address. */
function writeAt(marking: Marking): Row {
  return c => {
    const p = target(c, 0);
    const { parts } = c.f.lowering;
    const e = c.arguments[1];
    if (e) parts.store(c.f, p, parts.value(c.f, e, p.type), marking);
    return nothing;
  };
}

function readAt(marking: Marking): Row {
  return c => c.f.lowering.parts.load(c.f, target(c, 0), marking);
}

const MAX_ERRNO = 4095;
const firstError = (1n << 64n) - BigInt(MAX_ERRNO);

function isError(c: Call, v: Value): Value {
  const o = c.f.build.convert(v.operand, scalarOf(v.type), 'u64');
  return { type: boolType, operand: c.f.build.binary('ge', 'u64', o, constant(firstError)) };
}

function minimum(greater: boolean, typed: boolean): Row {
  return c => {
    const { f } = c;
    const { parts } = f.lowering;
    const first = typed ? 1 : 0;
    const typeArgument = c.arguments[0];
    let a = argument(c, first);
    let b = argument(c, first + 1);
    if (typed && typeArgument?.kind === 'type') {
      const t = parts.type(f, f.file, typeArgument.type);
      a = parts.convert(f, a, t);
      b = parts.convert(f, b, t);
    }
    return pick(c, a, b, greater);
  };
}

function pick(c: Call, a: Value, b: Value, greater: boolean): Value {
  const { f } = c;
  const sum = operate(f, '+', a, b).type;
  const x = convert(f, a, sum);
  const y = convert(f, b, sum);
  const smaller = operate(f, greater ? '>' : '<', x, y);
  const known = integerIn(f.build.known(smaller.operand));
  if (known !== undefined) return known ? x : y;
  const t = temporary(f, scalarOf(sum));
  const no = f.build.label();
  const yes = f.build.label();
  f.build.copy(t.register, x.operand);
  f.build.branch(smaller.operand, yes, no);
  f.build.bind(no);
  f.build.copy(t.register, y.operand);
  f.build.jump(yes);
  f.build.bind(yes);
  return { type: sum, operand: t.operand };
}

const swap: Row = c => {
  const { parts } = c.f.lowering;
  const a = named(c, 0);
  const b = named(c, 1);
  if (!a || !b) return nothing;
  const va = parts.load(c.f, a);
  const kept = temporary(c.f, scalarOf(va.type));
  c.f.build.emit({ op: 'copy', to: kept.register, from: c.f.build.known(va.operand) });
  parts.store(c.f, a, parts.load(c.f, b));
  parts.store(c.f, b, { ...va, operand: kept.operand });
  return nothing;
};

/** `memset`, `memcpy` and their like. */
const fill: Row = c => {
  const p = argument(c, 0);
  const byte = operand(c, 1, 'u8');
  const size = operand(c, 2, 'u64');
  c.f.build.emit({ op: 'fill', address: p.operand, byte, size });
  return p;
};

const move: Row = c => {
  const to = argument(c, 0);
  const from = argument(c, 1);
  const size = operand(c, 2, 'u64');
  c.f.build.emit({ op: 'move', target: to.operand, source: from.operand, size });
  return to;
};

const overflow =
  (operator: string): Row =>
  c => {
    const { f } = c;
    const p = target(c, 2);
    const v = operate(f, operator, argument(c, 0), argument(c, 1));
    f.lowering.parts.store(f, p, v);
    return number(0, boolType);
  };

const test = (c: Call): Value => {
  const v = argument(c, 0);
  return { type: intType, operand: c.f.build.convert(truth(c.f, v), 'u8', 'i32') };
};

const unaryBits =
  (name: 'popcount' | 'ffs' | 'fls' | 'ctz' | 'clz', width: 32 | 64): Row =>
  c => {
    const v = argument(c, 0);
    const n = integerIn(c.f.build.known(v.operand));
    if (n === undefined) {
      const t = temporary(c.f, 'i32');
      const assumption = c.f.lowering.assumption(
        'unknown-value',
        `${c.name}() of a value that is not constant`,
        undefined,
      );
      c.f.build.emit({ op: 'unknown', to: t.register, type: 'i32', assumption });
      return { type: intType, operand: t.operand };
    }
    const bits = BigInt.asUintN(width, BigInt(n)).toString(2);
    const length = n === 0 ? 0 : bits.length;
    const low = n === 0 ? 0 : bits.length - 1 - bits.lastIndexOf('1');
    const answers = {
      popcount: [...bits].filter(b => b === '1').length,
      ffs: n === 0 ? 0 : low + 1,
      fls: length,
      ctz: low,
      clz: width - length,
    };
    return number(answers[name], intType);
  };

export const access: Rows = {
  READ_ONCE: readNamed('once'),
  __READ_ONCE: readNamed('once'),
  READ_ONCE_NOCHECK: readNamed('once'),
  ACCESS_ONCE: readNamed('once'),
  lockless_dereference: readNamed('once'),
  data_race: c => argument(c, 0, c.hint),
  WRITE_ONCE: writeNamed('once'),
  __WRITE_ONCE: writeNamed('once'),
  smp_store_mb: writeNamed('full'),
  smp_load_acquire: readAt('acquire'),
  smp_store_release: writeAt('release'),
  virt_load_acquire: readAt('acquire'),
  virt_store_release: writeAt('release'),
  smp_cond_load_relaxed: () => nothing,
  swap,
  // Barriers do nothing where memory is sequentially consistent.
  ...Object.fromEntries(
    (
      'barrier mb rmb wmb smp_mb smp_rmb smp_wmb dma_rmb dma_wmb dma_mb virt_mb virt_rmb virt_wmb smp_mb__before_atomic smp_mb__after_atomic ' +
      'smp_mb__after_spinlock smp_mb__after_unlock_lock smp_read_barrier_depends smp_acquire__after_ctrl_dep barrier_data ' +
      'barrier_nospec __smp_mb __smp_wmb __smp_rmb prefetch prefetchw net_prefetch net_prefetchw __builtin_prefetch mmiowb'
    )
      .split(' ')
      .map(n => [n, n === 'barrier_data' ? evaluated : ignored] as const),
  ),
  array_index_nospec: c => argument(c, 0),
  likely: test,
  unlikely: test,
  __builtin_expect: c => argument(c, 0),
  __builtin_expect_with_probability: c => argument(c, 0),
  __builtin_constant_p: c => {
    const e = c.arguments[0];
    const v = e && c.f.lowering.parts.fixed(e, c.f.file, undefined, c.f.scope);
    return number(v && integerIn(v.operand) !== undefined ? 1 : 0, intType);
  },
  __builtin_choose_expr: c => {
    const which = c.arguments[0] && c.f.lowering.parts.constant(c.f, c.arguments[0]);
    return argument(c, which ? 1 : 2, c.hint);
  },
  __builtin_object_size: gives(-1, unsignedLongType),
  __builtin_dynamic_object_size: gives(-1, unsignedLongType),
  __builtin_unreachable: c => {
    c.f.build.emit({ op: 'unsupported', reason: 'code marked unreachable is reached' });
    return nothing;
  },
  unreachable: c => {
    c.f.build.emit({ op: 'unsupported', reason: 'code marked unreachable is reached' });
    return nothing;
  },
  __builtin_trap: c => {
    c.f.build.emit({ op: 'assert', condition: zero, fault: 'assertion', message: '__builtin_trap()' });
    return nothing;
  },
  __builtin_add_overflow: overflow('+'),
  __builtin_sub_overflow: overflow('-'),
  __builtin_mul_overflow: overflow('*'),
  check_add_overflow: overflow('+'),
  check_sub_overflow: overflow('-'),
  check_mul_overflow: overflow('*'),
  __builtin_return_address: c => (void c, number(0, voidPointer)),
  __builtin_frame_address: gives(0, voidPointer),
  __builtin_va_start: ignored,
  __builtin_va_end: ignored,
  __builtin_va_copy: ignored,
  va_start: ignored,
  va_end: ignored,
  va_copy: ignored,
  __builtin_memset: fill,
  __builtin_memcpy: move,
  __builtin_memmove: move,
  memset: fill,
  __memset: fill,
  memcpy: move,
  __memcpy: move,
  memmove: move,
  unsafe_memcpy: move,
  memzero_explicit: c => {
    const p = argument(c, 0);
    c.f.build.emit({ op: 'fill', address: p.operand, byte: zero, size: operand(c, 1, 'u64') });
    return nothing;
  },
  bitmap_zero: c => {
    const p = argument(c, 0);
    const bits = operand(c, 1, 'u64');
    const words = c.f.build.binary(
      'div',
      'u64',
      c.f.build.binary('add', 'u64', bits, constant(63)),
      constant(64),
    );
    c.f.build.emit({
      op: 'fill',
      address: p.operand,
      byte: zero,
      size: c.f.build.binary('mul', 'u64', words, constant(8)),
    });
    return nothing;
  },
  min: minimum(false, false),
  max: minimum(true, false),
  min_t: minimum(false, true),
  max_t: minimum(true, true),
  umin: minimum(false, false),
  umax: minimum(true, false),
  clamp: c => pick(c, pick(c, argument(c, 0), argument(c, 1), true), argument(c, 2), false),
  clamp_t: c => pick(c, pick(c, argument(c, 1), argument(c, 2), true), argument(c, 3), false),
  clamp_val: c => pick(c, pick(c, argument(c, 0), argument(c, 1), true), argument(c, 2), false),
  IS_ERR: c => isError(c, argument(c, 0)),
  IS_ERR_VALUE: c => isError(c, argument(c, 0)),
  IS_ERR_OR_NULL: c => {
    const { f } = c;
    const v = argument(c, 0);
    const e = isError(c, v);
    const n = f.build.binary('eq', 'u64', v.operand, zero);
    return {
      type: boolType,
      operand: f.build.binary('or', 'i32', f.build.convert(e.operand, 'i32', 'i32'), n),
    };
  },
  ERR_PTR: c => {
    const v = convert(c.f, argument(c, 0), longType);
    return {
      type: c.hint && pointee(c.hint) ? c.hint : voidPointer,
      operand: c.f.build.convert(v.operand, 'i64', 'u64'),
    };
  },
  PTR_ERR: c => ({ type: longType, operand: c.f.build.convert(operand(c, 0), 'u64', 'i64') }),
  ERR_CAST: c => argument(c, 0, c.hint),
  PTR_ERR_OR_ZERO: c => {
    const { f } = c;
    const v = argument(c, 0);
    const e = isError(c, v);
    const t = temporary(f, 'i32');
    const yes = f.build.label();
    const no = f.build.label();
    f.build.copy(t.register, zero);
    f.build.branch(e.operand, yes, no);
    f.build.bind(yes);
    f.build.copy(t.register, f.build.convert(v.operand, 'u64', 'i32'));
    f.build.jump(no);
    f.build.bind(no);
    return { type: intType, operand: t.operand };
  },
  ...Object.fromEntries(
    [
      'BUILD_BUG_ON',
      'BUILD_BUG_ON_MSG',
      'BUILD_BUG',
      'BUILD_BUG_ON_NOT_POWER_OF_2',
      'compiletime_assert',
      'typecheck_fn',
      'might_fault',
      'kcsan_mb',
      'BUILD_BUG_ON_INVALID',
    ].map(n => [n, ignored] as const),
  ),
  BUILD_BUG_ON_ZERO: gives(0, intType),
  __must_be_array: gives(0, intType),
  typecheck: gives(1, intType),
  static_branch_unlikely: staticKey,
  static_branch_likely: staticKey,
  static_key_false: staticKey,
  static_key_true: staticKey,
  static_key_enabled: staticKey,
  // Population counts and searches fold where the value is constant.
  __builtin_popcount: unaryBits('popcount', 32),
  __builtin_popcountl: unaryBits('popcount', 64),
  __builtin_ffs: unaryBits('ffs', 32),
  __builtin_ffsl: unaryBits('ffs', 64),
  __builtin_clz: unaryBits('clz', 32),
  __builtin_clzl: unaryBits('clz', 64),
  __builtin_clzll: unaryBits('clz', 64),
  __builtin_ctz: unaryBits('ctz', 32),
  __builtin_ctzl: unaryBits('ctz', 64),
  ffs: unaryBits('ffs', 32),
  __ffs: unaryBits('ctz', 64),
  fls: unaryBits('fls', 32),
  fls64: unaryBits('fls', 64),
  fls_long: unaryBits('fls', 64),
  hweight8: unaryBits('popcount', 32),
  hweight16: unaryBits('popcount', 32),
  hweight32: unaryBits('popcount', 32),
  hweight64: unaryBits('popcount', 64),
  hweight_long: unaryBits('popcount', 64),
  ilog2: c => {
    const v = unaryBits('fls', 64)(c);
    const n = integerIn(v.operand);
    return typeof n === 'number' ? number(n - 1, intType) : v;
  },
};

/** A static key holds the value that its definition gives it: DEFINE_STATIC_KEY_TRUE is 1, all others are 0. */
function staticKey(c: Call): Value {
  const e = c.arguments[0];
  const inner = e?.kind === 'unary' && e.operator === '&' ? e.operand : e;
  if (!inner) return number(0, boolType);
  const t = settle(c.f.lowering.parts.typeOf(c.f, inner));
  const to = t.kind === 'pointer' ? settle(t.to) : t;
  const on = to.kind === 'record' && to.record.tag === 'static_key_true';
  return number(on ? 1 : 0, boolType);
}
