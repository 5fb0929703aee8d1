/**
 * Atomic counters and words: atomic_t, atomic64_t, atomic_long_t, refcount_t, and cmpxchg, xchg on anything. The names are
 * systematic, so the rows are made from their parts.
 */
import type { Marking, Operand, RmwOperator } from '../../ir/program';
import { one, zero } from '../builder';
import { temporary } from '../context';
import type { Place, Value } from '../context';
import { boolType, intType, scalarOf } from '../types';
import type { Call, Row, Rows } from './kit';
import { argument, cell, loadCell, markingOf, nothing, number, storeCell, target } from './kit';

const operators: Readonly<Record<string, { operator: RmwOperator; fixed?: number }>> = {
  add: { operator: 'add' },
  sub: { operator: 'sub' },
  inc: { operator: 'add', fixed: 1 },
  dec: { operator: 'sub', fixed: 1 },
  and: { operator: 'and' },
  or: { operator: 'or' },
  xor: { operator: 'xor' },
  andnot: { operator: 'andnot' },
  xchg: { operator: 'xchg' },
};

const plainOperator: Readonly<Partial<Record<RmwOperator, 'add' | 'sub' | 'and' | 'or' | 'xor'>>> = {
  add: 'add',
  sub: 'sub',
  and: 'and',
  or: 'or',
  xor: 'xor',
};

interface Rmw {
  readonly old: Value;
  readonly by: Operand;
  readonly place: Place;
}

function rmw(
  c: Call,
  where: number,
  operator: RmwOperator,
  by: Value,
  marking: Marking,
  refcount: boolean,
): Rmw {
  const { f } = c;
  const p = target(c, where);
  const x = cell(c, p);
  const value = f.build.convert(by.operand, scalarOf(by.type), x.scalar);
  const t = temporary(f, x.scalar);
  f.build.emit({
    op: 'rmw',
    to: t.register,
    operator,
    type: x.scalar,
    address: x.address,
    value,
    marking,
    ...(refcount ? { refcount: true as const } : {}),
  });
  return {
    old: {
      type: x.type,
      operand: t.operand,
      ...(p.kind === 'memory' && p.origin ? { origin: p.origin } : {}),
    },
    by: value,
    place: p,
  };
}

/** The value after the operation, computed from the old one. */
function after(c: Call, operator: RmwOperator, r: Rmw): Value {
  const op = plainOperator[operator];
  const s = scalarOf(r.old.type);
  if (!op) return r.old;
  return { ...r.old, operand: c.f.build.binary(op, s, r.old.operand, r.by) };
}

function compare(c: Call, operator: 'eq' | 'lt', v: Value): Value {
  return { type: boolType, operand: c.f.build.binary(operator, scalarOf(v.type), v.operand, zero) };
}

/** The pointer and the amount of `atomic_add(i, v)`, `atomic_inc(v)`, `atomic_xchg(v, i)`. */
function operands(c: Call, fixed: number | undefined, pointerFirst: boolean): { where: number; by: Value } {
  if (fixed !== undefined) return { where: 0, by: number(fixed, intType) };
  return pointerFirst ? { where: 0, by: argument(c, 1) } : { where: 1, by: argument(c, 0) };
}

function family(prefix: string, refcount: boolean, out: Record<string, Row>): void {
  const orders = refcount ? ['', '_release', '_acquire'] : ['', '_relaxed', '_acquire', '_release'];
  for (const [word, { operator, fixed }] of Object.entries(operators)) {
    const pointerFirst = word === 'xchg';
    if (word !== 'xchg') {
      const row: Row = c => {
        const { where, by } = operands(c, fixed, pointerFirst);
        rmw(c, where, operator, by, 'relaxed', refcount);
        return nothing;
      };
      out[`${prefix}${word}`] = row;
    }
    for (const order of orders) {
      const marking = markingOf(order, 'full');
      if (word === 'xchg') {
        out[`${prefix}xchg${order}`] = c => rmw(c, 0, 'xchg', argument(c, 1), marking, refcount).old;
        continue;
      }
      out[`${prefix}${word}_return${order}`] = c => {
        const { where, by } = operands(c, fixed, pointerFirst);
        return after(c, operator, rmw(c, where, operator, by, marking, refcount));
      };
      out[`${prefix}fetch_${word}${order}`] = c => {
        const { where, by } = operands(c, fixed, pointerFirst);
        return rmw(c, where, operator, by, marking, refcount).old;
      };
      out[`${prefix}${word}_and_test${order}`] = c => {
        const { where, by } = operands(c, fixed, pointerFirst);
        return compare(c, 'eq', after(c, operator, rmw(c, where, operator, by, marking, refcount)));
      };
      out[`${prefix}${word}_negative${order}`] = c => {
        const { where, by } = operands(c, fixed, pointerFirst);
        return compare(c, 'lt', after(c, operator, rmw(c, where, operator, by, marking, refcount)));
      };
    }
  }
  for (const order of ['', '_acquire', '_relaxed'])
    out[`${prefix}read${order}`] = c => loadCell(c, target(c, 0), markingOf(order, 'relaxed'));
  for (const order of ['', '_release', '_relaxed'])
    out[`${prefix}set${order}`] = c => {
      const p = target(c, 0);
      storeCell(c, p, argument(c, 1), markingOf(order, 'relaxed'));
      return nothing;
    };
  for (const order of orders) {
    out[`${prefix}cmpxchg${order}`] = c => exchange(c, markingOf(order, 'full')).old;
    out[`${prefix}try_cmpxchg${order}`] = tryExchange(markingOf(order, 'full'));
  }
  // Unless forms: all but one value.
  const unless =
    (where: number, expected: (c: Call) => Value, by: (c: Call) => Value, old: boolean): Row =>
    c => {
      const { f } = c;
      const p = target(c, where);
      const x = cell(c, p);
      const amount = by(c);
      const not = expected(c);
      const t = temporary(f, x.scalar);
      const e = f.build.convert(not.operand, scalarOf(not.type), x.scalar);
      f.build.emit({
        op: 'cmpxchg',
        to: t.register,
        type: x.scalar,
        address: x.address,
        expected: e,
        value: f.build.convert(amount.operand, scalarOf(amount.type), x.scalar),
        notEqual: true,
        marking: 'full',
        ...(refcount ? { refcount: true as const } : {}),
      });
      if (old) return { type: x.type, operand: t.operand };
      return { type: boolType, operand: f.build.binary('ne', x.scalar, t.operand, e) };
    };
  const fixedValue = (n: number) => (): Value => number(n, intType);
  const byArgument =
    (i: number) =>
    (c: Call): Value =>
      argument(c, i);
  if (refcount) {
    for (const order of ['', '_acquire']) {
      out[`${prefix}inc_not_zero${order}`] = unless(0, fixedValue(0), fixedValue(1), false);
      out[`${prefix}add_not_zero${order}`] = unless(1, fixedValue(0), byArgument(0), false);
    }
    out[`${prefix}dec_not_one`] = unless(0, fixedValue(1), fixedValue(-1), false);
  } else {
    out[`${prefix}inc_not_zero`] = unless(0, fixedValue(0), fixedValue(1), false);
    out[`${prefix}add_unless`] = unless(0, byArgument(2), byArgument(1), false);
    out[`${prefix}fetch_add_unless`] = unless(0, byArgument(2), byArgument(1), true);
    out[`${prefix}dec_unless_positive`] = guarded('le', 'sub');
    out[`${prefix}inc_unless_negative`] = guarded('ge', 'add');
    out[`${prefix}dec_if_positive`] = c => {
      const { f } = c;
      const p = target(c, 0);
      const x = cell(c, p);
      const result = temporary(f, x.scalar);
      exchangeLoop(c, x, old => {
        const next = f.build.binary('sub', x.scalar, old, one);
        f.build.copy(result.register, next);
        return { next, stop: f.build.binary('lt', x.scalar, next, zero) };
      });
      return { type: x.type, operand: result.operand };
    };
  }
}

/** A loop of load and cmpxchg, for what no single instruction does. */
function exchangeLoop(
  c: Call,
  x: ReturnType<typeof cell>,
  body: (old: Operand) => { next: Operand; stop: Operand },
): void {
  const { f } = c;
  const old = temporary(f, x.scalar);
  const head = f.build.label();
  const swap = f.build.label();
  const end = f.build.label();
  f.build.emit({ op: 'load', to: old.register, type: x.scalar, address: x.address, marking: 'relaxed' });
  f.build.jump(head);
  f.build.bind(head);
  const { next, stop } = body(old.operand);
  f.build.branch(stop, end, swap);
  f.build.bind(swap);
  const seen = temporary(f, x.scalar);
  f.build.emit({
    op: 'cmpxchg',
    to: seen.register,
    type: x.scalar,
    address: x.address,
    expected: old.operand,
    value: next,
    marking: 'full',
  });
  const same = f.build.binary('eq', x.scalar, seen.operand, old.operand);
  const again = f.build.label();
  f.build.branch(same, end, again);
  f.build.bind(again);
  f.build.copy(old.register, seen.operand);
  f.build.jump(head);
  f.build.bind(end);
}

function guarded(keep: 'le' | 'ge', operator: 'add' | 'sub'): Row {
  return c => {
    const { f } = c;
    const p = target(c, 0);
    const x = cell(c, p);
    const done = temporary(f, 'i32');
    exchangeLoop(c, x, old => {
      const ok = f.build.binary(keep, x.scalar, old, zero);
      f.build.copy(done.register, ok);
      return {
        next: f.build.binary(operator, x.scalar, old, one),
        stop: f.build.binary('eq', 'i32', ok, zero),
      };
    });
    return { type: boolType, operand: done.operand };
  };
}

function exchange(c: Call, marking: Marking): { old: Value; expected: Operand } {
  const { f } = c;
  const p = target(c, 0);
  const x = cell(c, p);
  const e = argument(c, 1, p.type);
  const expected = f.build.convert(e.operand, scalarOf(e.type), x.scalar);
  const n = argument(c, 2, p.type);
  const value = f.build.convert(n.operand, scalarOf(n.type), x.scalar);
  const t = temporary(f, x.scalar);
  f.build.emit({
    op: 'cmpxchg',
    to: t.register,
    type: x.scalar,
    address: x.address,
    expected,
    value,
    marking,
  });
  return {
    old: {
      type: x.type,
      operand: t.operand,
      ...(p.kind === 'memory' && p.origin ? { origin: p.origin } : {}),
    },
    expected,
  };
}

/** `try_cmpxchg(&w, &old, new)`: on failure old receives what was found. */
export function tryExchange(marking: Marking): Row {
  return c => {
    const { f } = c;
    const { parts } = f.lowering;
    const p = target(c, 0);
    const x = cell(c, p);
    const oldPlace = target(c, 1);
    const expectedValue = parts.load(f, oldPlace);
    const kept = temporary(f, x.scalar);
    f.build.emit({
      op: 'copy',
      to: kept.register,
      from: f.build.convert(expectedValue.operand, scalarOf(expectedValue.type), x.scalar),
    });
    const n = argument(c, 2, p.type);
    const value = f.build.convert(n.operand, scalarOf(n.type), x.scalar);
    const t = temporary(f, x.scalar);
    f.build.emit({
      op: 'cmpxchg',
      to: t.register,
      type: x.scalar,
      address: x.address,
      expected: kept.operand,
      value,
      marking,
    });
    const same = f.build.binary('eq', x.scalar, t.operand, kept.operand);
    const yes = f.build.label();
    const no = f.build.label();
    f.build.branch(same, yes, no);
    f.build.bind(no);
    parts.store(f, oldPlace, {
      type: x.type,
      operand: t.operand,
      ...(p.kind === 'memory' && p.origin ? { origin: p.origin } : {}),
    });
    f.build.jump(yes);
    f.build.bind(yes);
    return { type: boolType, operand: same };
  };
}

/** Names whose argument at the position is `&local` and may stay in a register. */
export const byPlace: ReadonlyMap<RegExp, readonly number[]> = new Map([
  [/^(?:arch_|raw_)?(?:atomic\w*_|atomic64_|atomic_long_)?try_cmpxchg\w*$/, [1]],
  [/^check_(?:add|sub|mul)_overflow$|^__builtin_(?:add|sub|mul)_overflow$/, [2]],
]);

function makeRows(): Rows {
  const out: Record<string, Row> = {};
  for (const p of ['atomic_', 'atomic64_', 'atomic_long_', 'arch_atomic_', 'raw_atomic_', 'local_'])
    family(p, false, out);
  family('refcount_', true, out);
  // refcount_t has its own names for some.
  out['refcount_dec_and_test'] = c => {
    const r = rmw(c, 0, 'sub', number(1, intType), 'release', true);
    return compare(c, 'eq', after(c, 'sub', r));
  };
  out['refcount_sub_and_test'] = c => {
    const r = rmw(c, 1, 'sub', argument(c, 0), 'release', true);
    return compare(c, 'eq', after(c, 'sub', r));
  };
  out['refcount_dec_if_one'] = c => {
    const { f } = c;
    const x = cell(c, target(c, 0));
    const t = temporary(f, x.scalar);
    f.build.emit({
      op: 'cmpxchg',
      to: t.register,
      type: x.scalar,
      address: x.address,
      expected: one,
      value: zero,
      marking: 'release',
    });
    return { type: boolType, operand: f.build.binary('eq', x.scalar, t.operand, one) };
  };
  for (const order of [
    '',
    '_relaxed',
    '_acquire',
    '_release',
    '_local',
    '64',
    '64_relaxed',
    '64_acquire',
    '64_release',
    '64_local',
    '_sync',
  ]) {
    const marking = markingOf(order, 'full');
    for (const prefix of ['', 'arch_', 'raw_', 'sync_']) {
      out[`${prefix}cmpxchg${order}`] = c => exchange(c, marking).old;
      out[`${prefix}try_cmpxchg${order}`] = tryExchange(marking);
      out[`${prefix}xchg${order}`] = c => rmw(c, 0, 'xchg', argument(c, 1), marking, false).old;
    }
  }
  return out;
}

export const atomics: Rows = makeRows();
