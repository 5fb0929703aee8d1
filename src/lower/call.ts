/**
 * Calls: which meaning counts (harness, included .c files, primitive table, bundled bodies, headers), direct and through
 * pointers, bodies inlined at the call, and calls that nothing is known of.
 */
import type { Operand } from '../ir/program';
import { constant, zero } from './builder';
import type { Expression, FunctionDefinition, Statement } from './c/ast';
import type { Frame, Local, Value } from './context';
import { at, newScope, spanOf, temporary, unsupported } from './context';
import { backwardLabels, blocksOfLabels, takenAddresses } from './function';
import { localOf } from './place';
import { rowOf } from './primitives/table';
import { intType, isAggregate, isPointer, pointee, scalarOf, settle, sizeOf, voidType } from './types';
import type { CType } from './types';
import type { FoundFunction } from './world';

/** Bundled bodies that call each other deeper than this are not followed. */
const INLINE_DEPTH = 24;

export function call(f: Frame, e: Expression & { readonly kind: 'call' }, hint?: CType): Value {
  const { lowering } = f;
  const { world } = lowering;
  const callee = e.callee;
  if (callee.kind === 'name' && !localOf(f, callee.name)) {
    const name = callee.name;
    const own = world.function(name, f.file, true);
    if (own === 'broken') return broken(f, name, e);
    if (own) return isHandler(f, own) ? interrupt(f, own, e) : callFunction(f, own, e.arguments, e);
    const row = world.isReal(name) ? undefined : rowOf(name);
    if (row) return at(f, e, () => row({ f, name, node: e, arguments: e.arguments, hint }));
    const found = world.function(name, f.file, false);
    if (found === 'broken') return broken(f, name, e);
    if (found) {
      if (found.origin === 'model' || found.origin === 'standalone') return inline(f, found, e.arguments, e);
      return isHandler(f, found) ? interrupt(f, found, e) : callFunction(f, found, e.arguments, e);
    }
    if (!world.variable(name, f.file)) return unknownCall(f, name, e, hint);
  }
  return pointerCall(f, e);
}

function broken(f: Frame, name: string, e: Expression): Value {
  evaluate(f, e.kind === 'call' ? e.arguments : []);
  return unsupported(f, `the body of ${name} has a syntax error`, intType);
}

function evaluate(f: Frame, values: readonly Expression[]): Value[] {
  return values.map(a =>
    a.kind === 'type' ? { type: voidType, operand: zero } : f.lowering.parts.value(f, a),
  );
}

function functionType(f: Frame, found: FoundFunction): CType & { readonly kind: 'function' } {
  const t = f.lowering.parts.type(undefined, found.file, found.definition.type);
  return t.kind === 'function' ? t : { kind: 'function', returns: intType, parameters: [], variadic: true };
}

/** Arguments as operands, converted to the parameters' types; structs travel as the address of a copy. */
function operands(
  f: Frame,
  values: readonly Expression[],
  type: CType & { readonly kind: 'function' },
): Operand[] {
  const out: Operand[] = [];
  const { build, lowering } = f;
  values.forEach((a, i) => {
    const want = type.parameters[i];
    if (!want && !(type.variadic && type.parameters.length === 0)) {
      // Variadic arguments are evaluated and forgotten.
      lowering.parts.effect(f, a);
      return;
    }
    const v = lowering.parts.value(f, a, want);
    if (isAggregate(v.type)) {
      const slot = build.stack({ name: 'argument', layout: lowering.layout(v.type) });
      const copy: Operand = { kind: 'stack', slot, offset: 0 };
      build.emit({ op: 'move', target: copy, source: v.operand, size: constant(sizeOf(v.type)) });
      out.push(copy);
      return;
    }
    const o = build.known(want ? lowering.parts.convert(f, v, want).operand : v.operand);
    // A later argument may change the variable that this one came from.
    if (o.kind === 'register' && i < values.length - 1 && a.kind === 'name') {
      const kept = temporary(f, build.typeOf(o));
      build.emit({ op: 'copy', to: kept.register, from: o });
      out.push(kept.operand);
    } else out.push(o);
  });
  return out;
}

/** Where a struct result goes: a stack object whose address travels as the first argument. */
function resultSlot(f: Frame, returns: CType): Operand | undefined {
  if (!isAggregate(returns)) return undefined;
  const slot = f.build.stack({ name: 'result', layout: f.lowering.layout(returns) });
  return { kind: 'stack', slot, offset: 0 };
}

export function callFunction(
  f: Frame,
  found: FoundFunction,
  values: readonly Expression[],
  node: Expression,
): Value {
  const type = functionType(f, found);
  const args = operands(f, values, type);
  if (f.build.dead()) return { type: type.returns, operand: zero };
  while (args.length < type.parameters.length) args.push(zero);
  const index = f.lowering.functionIndex(found);
  return at(f, node, () =>
    finishCall(f, type.returns, args, (to, all) =>
      f.build.emit({ op: 'call', ...to, function: index, arguments: all }),
    ),
  );
}

/** The harness calls an interrupt handler: this is where an interrupt comes. */
function isHandler(f: Frame, found: FoundFunction): boolean {
  if (f.file !== f.lowering.harnessFile || f.depth > 0) return false;
  const { specifier, derived } = found.definition.type;
  if (specifier.kind !== 'typedef' || specifier.name !== 'irqreturn_t') return false;
  if (derived.length !== 1 || derived[0]?.kind !== 'function' || derived[0].parameters.length !== 2)
    return false;
  f.lowering.interrupts.note('handler');
  return f.lowering.interrupts.served;
}

/** If the line lets the interrupt through, its handler runs; if not, the interrupt comes again when the line is open. */
function interrupt(f: Frame, found: FoundFunction, e: Expression & { readonly kind: 'call' }): Value {
  const { build, lowering } = f;
  const bundled = (name: string): Value =>
    call(f, { ...e, callee: { ...e.callee, kind: 'name', name }, arguments: e.arguments });
  const t = temporary(f, scalarOf(intType));
  const yes = build.label();
  const no = build.label();
  build.copy(t.register, zero);
  build.branch(bundled('__race_irq_enter').operand, yes, no);
  build.bind(yes);
  const v = callFunction(f, found, e.arguments, e);
  build.copy(t.register, lowering.parts.convert(f, v, intType).operand);
  bundled('__race_irq_leave');
  build.jump(no);
  build.bind(no);
  return { type: intType, operand: t.operand };
}

function finishCall(
  f: Frame,
  returns: CType,
  args: readonly Operand[],
  emit: (to: { to?: number }, all: readonly Operand[]) => void,
): Value {
  const slot = resultSlot(f, returns);
  if (slot) {
    emit({}, [slot, ...args]);
    return { type: returns, operand: slot };
  }
  if (settle(returns).kind === 'void') {
    emit({}, args);
    return { type: voidType, operand: zero };
  }
  const t = temporary(f, scalarOf(returns));
  emit({ to: t.register }, args);
  return { type: returns, operand: t.operand };
}

function pointerCall(f: Frame, e: Expression & { readonly kind: 'call' }): Value {
  const { lowering } = f;
  const target = lowering.parts.value(
    f,
    e.callee.kind === 'unary' && e.callee.operator === '*' ? e.callee.operand : e.callee,
  );
  let type = settle(target.type);
  while (type.kind === 'pointer') type = settle(type.to);
  if (type.kind !== 'function') {
    if (target.type.kind !== 'inferred') evaluate(f, e.arguments);
    type = { kind: 'function', returns: intType, parameters: [], variadic: true };
  }
  const known = type;
  const kept = f.build.known(target.operand);
  const args = operands(f, e.arguments, known);
  if (kept.kind === 'function')
    return at(f, e, () =>
      finishCall(f, known.returns, args, (to, all) =>
        f.build.emit({ op: 'call', ...to, function: kept.function, arguments: all }),
      ),
    );
  return at(f, e, () =>
    finishCall(f, known.returns, args, (to, all) =>
      f.build.emit({ op: 'callPointer', ...to, target: kept, arguments: all }),
    ),
  );
}

/** A bundled body in place of the call: everything in it stands at the call. */
function inline(f: Frame, found: FoundFunction, values: readonly Expression[], node: Expression): Value {
  if (f.depth > INLINE_DEPTH)
    return unsupported(f, `bundled bodies nest too deeply at ${found.name}`, intType);
  const { build, lowering } = f;
  const type = functionType(f, found);
  const args = operands(f, values, type);
  const d: FunctionDefinition = found.definition;
  const parameters = d.type.derived[0]?.kind === 'function' ? d.type.derived[0].parameters : [];
  const scope = newScope(undefined);
  const taken = takenAddresses(d);
  parameters.forEach((p, i) => {
    const t = type.parameters[i] ?? intType;
    const from = args[i] ?? zero;
    if (!p.name) return;
    let local: Local;
    if (isAggregate(t)) local = { kind: 'memory', address: from, type: t };
    else if (taken.has(p.name)) {
      const slot = build.stack({ name: p.name, layout: lowering.layout(t, p.name) });
      local = { kind: 'memory', address: { kind: 'stack', slot, offset: 0 }, type: t };
      build.emit({ op: 'store', type: scalarOf(t), address: local.address, value: from, marking: 'initial' });
    } else {
      const register = build.register(scalarOf(t), p.name);
      at(f, node, () => build.copy(register, from));
      local = { kind: 'register', register, type: t, origin: undefined };
    }
    scope.locals.set(p.name, local);
  });
  const returns = settle(type.returns);
  const slot = resultSlot(f, returns);
  const register = returns.kind === 'void' || slot ? undefined : build.register(scalarOf(returns));
  const label = build.label();
  const pinned = f.pinned ?? { node, via: found.name, file: f.file };
  const inner: Frame = {
    lowering,
    build,
    sites: f.sites,
    file: found.file,
    name: f.name,
    scope,
    node: f.node,
    statement: undefined,
    pinned,
    depth: f.depth + 1,
    addressTaken: taken,
    returns,
    result: { register, label },
    resultAddress: slot,
    labels: new Map(),
    labelBlocks: blocksOfLabels(d),
    backward: backwardLabels(d),
    breakTo: undefined,
    continueTo: undefined,
    cases: undefined,
    cleanups: [],
    enclosing: undefined,
  };
  const outer = f.sites.current;
  f.sites.current = inner;
  lowering.parts.statement(inner, d.body as Statement);
  build.jump(label);
  build.bind(label);
  f.sites.current = outer;
  if (slot) return { type: returns, operand: slot };
  if (register === undefined) return { type: voidType, operand: zero };
  return { type: returns, operand: build.known({ kind: 'register', register }) };
}

/**
 * A call with neither body nor meaning: its result is unknown, and what `&x` points to may have been written. Structs
 * that it is handed are taken to stay as they are; the assumption says so.
 */
function unknownCall(
  f: Frame,
  name: string,
  e: Expression & { readonly kind: 'call' },
  hint: CType | undefined,
): Value {
  const { lowering, build } = f;
  const prototype = lowering.world.prototype(name, f.file);
  let returns: CType | undefined;
  let type: (CType & { readonly kind: 'function' }) | undefined;
  if (prototype) {
    const t = lowering.parts.type(undefined, prototype.file, prototype.declarator.type);
    if (t.kind === 'function') {
      type = t;
      returns = t.returns;
    }
  }
  const args = e.arguments.map(a => {
    if (a.kind === 'type') return undefined;
    return lowering.parts.value(f, a);
  });
  if (build.dead()) return { type: returns ?? hint ?? intType, operand: zero };
  const passesStruct = args.some(
    v => v && pointee(v.type) && settle(pointee(v.type) ?? voidType).kind === 'record',
  );
  const span = spanOf(e.callee);
  const assumption = lowering.unknownCall(name, passesStruct, span);
  e.arguments.forEach((a, i) => {
    const v = args[i];
    const want = type?.parameters[i];
    if (!v || a.kind !== 'unary' || a.operator !== '&') return;
    const to = pointee(
      want && settle(want).kind === 'pointer' && settle(pointee(want) ?? voidType).kind !== 'void'
        ? v.type
        : v.type,
    );
    const t = to && settle(to);
    if (!t || (t.kind !== 'scalar' && t.kind !== 'pointer')) return;
    const r = temporary(f, scalarOf(t));
    build.emit({ op: 'unknown', to: r.register, type: scalarOf(t), assumption, ...pointedLayout(f, t) });
    build.emit({ op: 'store', type: scalarOf(t), address: v.operand, value: r.operand, marking: 'plain' });
  });
  const result = returns ?? (hint && settle(hint).kind !== 'void' && !isAggregate(hint) ? hint : intType);
  const t = settle(result);
  if (t.kind === 'void' || t.kind === 'record') {
    // Nothing uses it: it says that the call was made.
    const made = temporary(f, 'u8');
    at(f, e, () => build.emit({ op: 'unknown', to: made.register, type: 'u8', assumption }));
  }
  if (t.kind === 'void') return { type: voidType, operand: zero };
  if (t.kind === 'record') {
    const slot = build.stack({ name: 'result', layout: lowering.layout(t) });
    return { type: t, operand: { kind: 'stack', slot, offset: 0 } };
  }
  const r = temporary(f, scalarOf(t));
  at(f, e, () =>
    build.emit({ op: 'unknown', to: r.register, type: scalarOf(t), assumption, ...pointedLayout(f, t) }),
  );
  return { type: result, operand: r.operand };
}

/** For unknown pointers: what following one would find. */
export function pointedLayout(f: Frame, type: CType): { layout?: number } {
  if (!isPointer(type)) return {};
  const to = pointee(type);
  const t = to && settle(to);
  if (!t || t.kind === 'void' || t.kind === 'function' || (t.kind === 'scalar' && sizeOf(t) === 1)) return {};
  return { layout: f.lowering.layout(t) };
}
