/**
 * The pieces that rows are made of. A row says what a call of a primitive means in ir: a function from the call to its
 * value. Most rows are one `sync` operation, or one memory access with a marking.
 */
import type { Marking, Operand, Scalar } from '../../ir/program';
import type { OperationName } from '../../ir/operations';
import { constant, zero } from '../builder';
import type { Expression } from '../c/ast';
import type { Frame, Place, Value } from '../context';
import { spanOf, temporary } from '../context';
import { pointee, scalarOf, settle, voidType } from '../types';
import type { CType } from '../types';

export interface Call {
  readonly f: Frame;
  readonly name: string;
  readonly node: Expression;
  readonly arguments: readonly Expression[];
  /** What the result is assigned to. */
  readonly hint: CType | undefined;
}

export type Row = (call: Call) => Value;
export type Rows = Readonly<Record<string, Row>>;

export const nothing: Value = { type: voidType, operand: zero };

export function number(value: number | bigint, type: CType): Value {
  return { type, operand: constant(value) };
}

/** Argument i as a value; 0 if it is not there. */
export function argument(c: Call, i: number, hint?: CType): Value {
  const e = c.arguments[i];
  return e && e.kind !== 'type' ? c.f.lowering.parts.value(c.f, e, hint) : { type: voidType, operand: zero };
}

/** Argument i converted to a scalar. */
export function operand(c: Call, i: number, type?: Scalar): Operand {
  const v = argument(c, i);
  return type ? c.f.build.convert(v.operand, scalarOf(v.type), type) : v.operand;
}

/** What argument i, a pointer, points to, as a place. */
export function target(c: Call, i: number): Place {
  const e = c.arguments[i];
  const { parts } = c.f.lowering;
  if (e?.kind === 'unary' && e.operator === '&' && parts.isPlace(c.f, e.operand))
    return parts.place(c.f, e.operand);
  const v = argument(c, i);
  const to = pointee(v.type) ?? { kind: 'scalar', scalar: 'u64' };
  return { kind: 'memory', address: v.operand, type: to, ...(v.origin ? { origin: v.origin } : {}) };
}

/** Argument i as a place (a macro that names its argument: `READ_ONCE(x)`, `spin_lock_irqsave(l, flags)`). */
export function named(c: Call, i: number): Place | undefined {
  const e = c.arguments[i];
  if (!e || !c.f.lowering.parts.isPlace(c.f, e)) return undefined;
  return c.f.lowering.parts.place(c.f, e);
}

export function assign(c: Call, i: number, v: Value): void {
  const p = named(c, i);
  if (p) c.f.lowering.parts.store(c.f, p, v);
}

/** One synchronisation operation. */
export function sync(f: Frame, name: OperationName, values: readonly Operand[], type?: CType): Value {
  if (!type || settle(type).kind === 'void') {
    f.build.emit({ op: 'sync', name, arguments: values.map(v => f.build.known(v)) });
    return nothing;
  }
  const t = temporary(f, scalarOf(type));
  f.build.emit({ op: 'sync', name, to: t.register, arguments: values.map(v => f.build.known(v)) });
  return { type, operand: t.operand };
}

/** A row that is one operation: arguments are positions of the call's arguments, or constants `{ is: 5 }`. */
export function operation(
  name: OperationName,
  values: readonly (number | { readonly is: number })[] = [],
  type?: CType,
): Row {
  return c =>
    sync(
      c.f,
      name,
      values.map(v => (typeof v === 'number' ? operand(c, v) : constant(v.is))),
      type,
    );
}

/** Several rows one after another; the last one's value counts. */
export function sequence(...rows: readonly Row[]): Row {
  return c => {
    let v = nothing;
    for (const r of rows) v = r(c);
    return v;
  };
}

/** Evaluates the arguments for their effects, then nothing. */
export const evaluated: Row = c => {
  for (const a of c.arguments) if (a.kind !== 'type') c.f.lowering.parts.effect(c.f, a);
  return nothing;
};

/** Does not even evaluate its arguments. */
export const ignored: Row = () => nothing;

export function gives(value: number, type: CType): Row {
  return () => number(value, type);
}

/** Runs `then` where the operand is not 0. */
export function when(f: Frame, o: Operand, then: () => void): void {
  const yes = f.build.label();
  const no = f.build.label();
  f.build.branch(o, yes, no);
  f.build.bind(yes);
  then();
  f.build.jump(no);
  f.build.bind(no);
}

/** Runs `then` where the operand is 0. */
export function unless(f: Frame, o: Operand, then: () => void): void {
  const yes = f.build.label();
  const no = f.build.label();
  f.build.branch(o, yes, no);
  f.build.bind(no);
  then();
  f.build.jump(yes);
  f.build.bind(yes);
}

/** The scalar at a place, for atomic operations on it; looks through `atomic_t` and its like to their counter. */
export function cell(c: Call, p: Place): { address: Operand; type: CType; scalar: Scalar } {
  let type = settle(p.type);
  while (type.kind === 'record') {
    const first = type.record.body()?.fields[0];
    if (!first) {
      type = { kind: 'scalar', scalar: /64|long/.test(type.record.tag) ? 'i64' : 'i32' };
      break;
    }
    type = settle(first.type);
  }
  if (type.kind === 'array') type = settle(type.of);
  if (type.kind === 'void') type = { kind: 'scalar', scalar: 'u64' };
  const address = p.kind === 'memory' ? p.address : zero;
  return { address, type, scalar: scalarOf(type) };
}

export function loadCell(c: Call, p: Place, marking: Marking): Value {
  if (p.kind === 'register') return c.f.lowering.parts.load(c.f, p);
  const x = cell(c, p);
  const t = temporary(c.f, x.scalar);
  c.f.build.emit({ op: 'load', to: t.register, type: x.scalar, address: x.address, marking });
  return { type: x.type, operand: t.operand, ...(p.origin ? { origin: p.origin } : {}) };
}

export function storeCell(c: Call, p: Place, v: Value, marking: Marking): void {
  if (p.kind === 'register') {
    c.f.lowering.parts.store(c.f, p, v);
    return;
  }
  const x = cell(c, p);
  const value = c.f.build.convert(v.operand, scalarOf(v.type), x.scalar);
  c.f.build.emit({ op: 'store', type: x.scalar, address: x.address, value: c.f.build.known(value), marking });
}

/** The marking that a name's ending asks for. */
export function markingOf(name: string, otherwise: Marking): Marking {
  if (/_relaxed$/.test(name)) return 'relaxed';
  if (/_acquire$/.test(name)) return 'acquire';
  if (/_release$/.test(name)) return 'release';
  return otherwise;
}

export function problem(c: Call, message: string): void {
  c.f.lowering.problem(message, spanOf(c.node));
}
