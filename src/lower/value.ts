/** Expressions as values, in C's order of evaluation (left to right where C leaves it open). */
import { noteBound } from './bound';
import type { Integer, Operand } from '../ir/program';
import { constant, integerIn, zero } from './builder';
import type { Expression } from './c/ast';
import { bytesOf, characterOf, integerOf } from './c/preprocess';
import type { Frame, Place, Value } from './context';
import { at, findInScope, spanOf, temporary, unsupported } from './context';
import { binaryExpression, logical, negate, noteMask, operate, unaryArithmetic } from './operators';
import { addressOf, isPlace, load, localOf, place, store } from './place';
import {
  charPointer,
  common,
  fieldOf,
  intType,
  isAggregate,
  isPointer,
  longType,
  nameOf,
  pointee,
  recordOf,
  sameType,
  scalarOf,
  settle,
  sizeOf,
  alignOf,
  unsignedLongType,
  unsignedType,
  voidPointer,
  voidType,
} from './types';
import type { CType } from './types';

const canonical = (v: bigint): Integer => (v >= -9007199254740991n && v <= 9007199254740991n ? Number(v) : v);

function numberValue(text: string): Value {
  const n = integerOf(text);
  if (!n)
    return {
      type: { kind: 'scalar', scalar: 'u64', float: true },
      operand: constant(Math.trunc(Number.parseFloat(text)) || 0),
    };
  const long = n.suffix.includes('l');
  const unsigned = n.suffix.includes('u');
  const v = n.value;
  let type: CType;
  if (!long && !unsigned && v <= 0x7fffffffn) type = intType;
  else if (!long && (unsigned || !n.decimal) && v <= 0xffffffffn) type = unsignedType;
  else if (!unsigned && v <= 0x7fffffffffffffffn) type = longType;
  else type = unsignedLongType;
  return { type, operand: constant(canonical(v)) };
}

export function value(f: Frame, e: Expression, hint?: CType): Value {
  return at(f, e, () => inner(f, e, hint));
}

function inner(f: Frame, e: Expression, hint: CType | undefined): Value {
  const { lowering, build } = f;
  const { parts } = lowering;
  switch (e.kind) {
    case 'number':
      return numberValue(e.text);
    case 'character':
      return { type: intType, operand: constant(characterOf(e.text)) };
    case 'string':
    case 'compound':
    case 'index':
      return load(f, place(f, e));
    case 'name':
      return named(f, e);
    case 'member':
      return load(f, place(f, e));
    case 'call':
      return parts.call(f, e, hint);
    case 'unary':
      return unary(f, e, hint);
    case 'postfix': {
      const p = place(f, e.operand);
      const old = load(f, p);
      // The old value outlives the new one.
      const kept = temporary(f, scalarOf(old.type));
      build.emit({ op: 'copy', to: kept.register, from: build.known(old.operand) });
      step(f, p, { ...old, operand: kept.operand }, e.operator);
      return { type: old.type, operand: kept.operand };
    }
    case 'binary':
      return binaryExpression(f, e);
    case 'assign':
      return assign(f, e);
    case 'conditional':
      return conditional(f, e, hint);
    case 'cast': {
      const type = parts.type(f, f.file, e.type);
      if (settle(type).kind === 'void') {
        parts.effect(f, e.operand);
        return { type: voidType, operand: zero };
      }
      const v = value(f, e.operand, isPointer(type) ? type : hint);
      if (isAggregate(type)) return { ...v, type };
      if (settle(type).kind === 'scalar' && isAggregate(v.type))
        return unsupported(f, 'a cast of a struct to a number', type);
      return parts.convert(f, v, type);
    }
    case 'sizeof': {
      const type = e.type ? parts.type(f, f.file, e.type) : e.operand ? parts.typeOf(f, e.operand) : intType;
      return { type: unsignedLongType, operand: constant(sizeOf(type)) };
    }
    case 'alignof': {
      const type = e.type ? parts.type(f, f.file, e.type) : e.operand ? parts.typeOf(f, e.operand) : intType;
      return { type: unsignedLongType, operand: constant(alignOf(type)) };
    }
    case 'offsetof': {
      let type = parts.type(f, f.file, e.type);
      let offset: Operand = zero;
      for (const s of e.path) {
        if ('member' in s) {
          const r = recordOf(type);
          const field = r && fieldOf(r, s.member);
          if (!field) return unsupported(f, `${nameOf(type)} has no member ${s.member}`, unsignedLongType);
          offset = build.binary('add', 'u64', offset, constant(field.offset));
          type = field.type;
        } else {
          const to = pointee(type) ?? intType;
          const i = parts.convert(f, value(f, s.index), unsignedLongType);
          offset = build.binary(
            'add',
            'u64',
            offset,
            build.binary('mul', 'u64', i.operand, constant(sizeOf(to))),
          );
          type = to;
        }
      }
      return { type: unsignedLongType, operand: offset };
    }
    case 'block':
      return parts.block(f, e.body, true);
    case 'comma':
      parts.effect(f, e.left);
      return value(f, e.right, hint);
    case 'compatible':
      return {
        type: intType,
        operand: constant(sameType(parts.type(f, f.file, e.left), parts.type(f, f.file, e.right)) ? 1 : 0),
      };
    case 'generic': {
      const type = parts.typeOf(f, e.operand);
      const match =
        e.cases.find(c => c.type && sameType(parts.type(f, f.file, c.type), type)) ??
        e.cases.find(c => !c.type);
      return match
        ? value(f, match.value, hint)
        : unsupported(f, '_Generic without a matching case', intType);
    }
    case 'type':
      return unsupported(f, 'a type where a value must stand', intType);
    case 'labelAddress':
      return unsupported(f, 'the address of a label', voidPointer);
  }
}

/** Where a whole conditional or struct-valued expression may stand as a place: its value is its address. */
function named(f: Frame, e: Expression & { readonly kind: 'name' }): Value {
  const { lowering } = f;
  const local = localOf(f, e.name);
  if (local) return load(f, place(f, e));
  const own = findInScope(f.scope, s => s.enumerators.get(e.name));
  if (own !== undefined) return { type: intType, operand: constant(own) };
  const { world } = lowering;
  const enumerator = world.enumerator(e.name, f.file);
  if (enumerator) {
    const v = lowering.enumerator(enumerator);
    const wide = v > 0x7fffffff || v < -0x80000000;
    const type = wide
      ? v > 0xffffffff || v < 0
        ? v < 0
          ? longType
          : unsignedLongType
        : unsignedType
      : intType;
    return { type, operand: constant(v) };
  }
  const variable = world.variable(e.name, f.file);
  if (variable) return load(f, lowering.variable(variable, f));
  switch (e.name) {
    case 'NULL':
      return { type: voidPointer, operand: zero };
    case 'true':
      return { type: intType, operand: constant(1) };
    case 'false':
      return { type: intType, operand: zero };
    case '__func__':
    case '__FUNCTION__':
    case '__PRETTY_FUNCTION__':
    case '__FILE__':
    case '__BASE_FILE__':
    case 'KBUILD_MODNAME':
      return {
        type: charPointer,
        operand: { kind: 'object', object: lowering.string([...bytesOf(`"${f.name}"`), 0]), offset: 0 },
      };
    case '__LINE__':
    case '__COUNTER__':
    case '__INCLUDE_LEVEL__':
      return { type: intType, operand: constant(e.first.start % 100000) };
    default:
      break;
  }
  const fn = lowering.functionNamed(f, e.name);
  if (fn) return fn;
  const far = world.far.enumerator(e.name, f.file);
  if (far) return { type: intType, operand: constant(lowering.enumerator(far)) };
  const macro = world.far.macro(e.name, f.file);
  const expression =
    macro && macro.parameters === undefined ? world.macroExpression(macro, f.file, e.first) : undefined;
  if (expression) return value(f, expression);
  const n = lowering.unknownName(e.name, 'value', spanOf(e));
  return { type: intType, operand: constant(n) };
}

function unary(f: Frame, e: Expression & { readonly kind: 'unary' }, hint: CType | undefined): Value {
  switch (e.operator) {
    case '&':
      if (e.operand.kind === 'unary' && e.operand.operator === '*') return value(f, e.operand.operand, hint);
      return addressOf(f, e.operand);
    case '*':
      return load(f, place(f, e));
    case '!': {
      if (e.operand.kind === 'binary' && (e.operand.operator === '&&' || e.operand.operator === '||'))
        return logical(f, e);
      return negate(f, value(f, e.operand));
    }
    case '++':
    case '--': {
      const p = place(f, e.operand);
      return step(f, p, load(f, p), e.operator);
    }
    default:
      return unaryArithmetic(f, e.operator, value(f, e.operand));
  }
}

/** `x++` and the like: load and store (two steps on shared memory). */
function step(f: Frame, p: Place, old: Value, operator: string): Value {
  const by: Value = { type: intType, operand: constant(1) };
  return store(f, p, operate(f, operator === '++' ? '+' : '-', old, by));
}

function assign(f: Frame, e: Expression & { readonly kind: 'assign' }): Value {
  const { parts } = f.lowering;
  if (e.operator === '=') {
    // The right side first: `p->x = f()` loads p after the call, as compilers are free to do, except that a place
    // with effects of its own comes in source order.
    const simple = e.left.kind === 'name';
    if (simple) {
      const type = parts.typeOf(f, e.left);
      const v = value(f, e.right, type);
      return store(f, place(f, e.left), v);
    }
    const p = place(f, e.left);
    const v = value(f, e.right, p.type);
    noteMask(f, p.kind === 'memory' ? p.origin : undefined, e.right);
    return at(f, e, () => {
      const stored = store(f, p, v);
      noteBound(f, e.left, p, stored.operand);
      return stored;
    });
  }
  const operator = e.operator.slice(0, -1);
  // `x |= f()` evaluates the call before it loads x.
  const p = place(f, e.left);
  const right = value(f, e.right);
  const old = load(f, p);
  if (operator === '&' || operator === '|' || operator === '^') noteMask(f, old.origin, e.right);
  return at(f, e, () => {
    const result = operate(f, operator, old, right);
    return store(f, p, old.origin ? { ...result, origin: old.origin } : result);
  });
}

function conditional(
  f: Frame,
  e: Expression & { readonly kind: 'conditional' },
  hint: CType | undefined,
): Value {
  const { lowering, build } = f;
  const { parts } = lowering;
  const yes = build.label();
  const no = build.label();
  if (!e.then) {
    // a ?: b
    const first = value(f, e.condition, hint);
    const type = resultType(first.type, parts.typeOf(f, e.otherwise));
    const result = temporary(f, scalarOf(type));
    const end = build.label();
    build.copy(result.register, parts.convert(f, first, type).operand);
    build.branch(first.operand, end, no);
    build.bind(no);
    build.copy(result.register, parts.convert(f, value(f, e.otherwise, hint), type).operand);
    build.jump(end);
    build.bind(end);
    return { type, operand: result.operand };
  }
  const then = e.then;
  const thenType = parts.typeOf(f, then);
  const otherType = parts.typeOf(f, e.otherwise);
  const type = resultType(thenType, otherType);
  parts.condition(f, e.condition, yes, no);
  if (build.dead() && !yes.used && !no.used) return { type, operand: zero };
  const arm = (x: Expression): Value => {
    const v = value(f, x, hint);
    return isAggregate(type) || settle(type).kind === 'void' ? v : parts.convert(f, v, type);
  };
  if (!no.used) {
    build.bind(yes);
    return arm(then);
  }
  if (!yes.used) {
    build.bind(no);
    return arm(e.otherwise);
  }
  const result = temporary(f, scalarOf(type));
  const end = build.label();
  build.bind(yes);
  build.copy(result.register, arm(then).operand);
  build.jump(end);
  build.bind(no);
  build.copy(result.register, arm(e.otherwise).operand);
  build.jump(end);
  build.bind(end);
  return { type, operand: result.operand };
}

function resultType(a: CType, b: CType): CType {
  const x = settle(a);
  const y = settle(b);
  if (x.kind === 'void' || y.kind === 'void') return voidType;
  if (x.kind === 'record') return x;
  if (isPointer(x) && isPointer(y)) {
    const decay = (t: CType): CType =>
      t.kind === 'array'
        ? { kind: 'pointer', to: t.of }
        : t.kind === 'function'
          ? { kind: 'pointer', to: t }
          : t;
    // void * against T *: T * if the void one is NULL, else void *; T * serves both here.
    return x.kind === 'pointer' && x.to.kind === 'void' ? decay(y) : decay(x);
  }
  if (isPointer(x)) return x.kind === 'array' ? { kind: 'pointer', to: x.of } : x;
  if (isPointer(y)) return y.kind === 'array' ? { kind: 'pointer', to: y.of } : y;
  return common(x, y);
}

/** The type of an expression that is not evaluated; arrays keep theirs. */
export function typeOf(f: Frame, e: Expression): CType {
  return f.build.silently(() => {
    if (isPlace(f, e)) return settle(place(f, e).type);
    return settle(value(f, e).type);
  });
}

export function constantOf(f: Frame, e: Expression): Integer | undefined {
  if (e.kind === 'number') return integerIn(numberValue(e.text).operand);
  const v = f.lowering.parts.fixed(e, f.file, undefined, f.scope);
  return integerIn(v.operand);
}

export function effect(f: Frame, e: Expression): void {
  if (e.kind === 'comma') {
    effect(f, e.left);
    effect(f, e.right);
    return;
  }
  if (e.kind === 'cast') {
    const type = f.lowering.parts.type(f, f.file, e.type);
    // `(void)x;` silences a warning, it reads nothing.
    if (settle(type).kind === 'void' && e.operand.kind === 'name') return;
  }
  if (e.kind === 'name') return;
  if (e.kind === 'postfix') {
    at(f, e, () => {
      const p = place(f, e.operand);
      step(f, p, load(f, p), e.operator);
    });
    return;
  }
  if (e.kind === 'binary' && (e.operator === '&&' || e.operator === '||')) {
    const end = f.build.label();
    f.lowering.parts.condition(f, e, end, end);
    f.build.bind(end);
    return;
  }
  value(f, e);
}
