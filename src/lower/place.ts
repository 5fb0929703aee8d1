/** Places (lvalues): where a name, a member, an element is; loads and stores, bit-fields inside their word. */
import type { Marking, Operand } from '../ir/program';
import { isSigned, widthOf } from '../ir/value';
import { constant, zero } from './builder';
import type { Expression } from './c/ast';
import type { Frame, Local, Origin, Place, Value } from './context';
import { at, findInScope, temporary, unsupported } from './context';
import {
  charType,
  fieldOf,
  intType,
  isAggregate,
  nameOf,
  pointee,
  recordOf,
  refine,
  scalarOf,
  settle,
  sizeOf,
} from './types';
import type { CType } from './types';
import { bytesOf } from './c/preprocess';

export function localOf(f: Frame, name: string): Local | undefined {
  return findInScope(f.scope, s => s.locals.get(name));
}

function placeOfLocal(local: Local): Place {
  return local.kind === 'register'
    ? { kind: 'register', register: local.register, type: local.type, local }
    : { kind: 'memory', address: local.address, type: local.type };
}

function nowhere(f: Frame, reason: string, type: CType): Place {
  const v = unsupported(f, reason, type);
  return { kind: 'memory', address: v.operand, type };
}

/** True where the expression can be a place: decides between load and value. */
export function isPlace(f: Frame, e: Expression): boolean {
  switch (e.kind) {
    case 'name':
      return (
        localOf(f, e.name) !== undefined ||
        (findInScope(f.scope, s => s.enumerators.get(e.name)) === undefined &&
          f.lowering.world.enumerator(e.name, f.file) === undefined &&
          f.lowering.world.variable(e.name, f.file) !== undefined)
      );
    case 'member':
      return e.arrow || isPlace(f, e.object) || isAggregate(f.lowering.parts.typeOf(f, e.object));
    case 'index':
    case 'string':
    case 'compound':
      return true;
    case 'unary':
      return e.operator === '*';
    case 'generic':
    case 'block':
      return false;
    default:
      return false;
  }
}

export function place(f: Frame, e: Expression): Place {
  return at(f, e, () => placeInner(f, e));
}

function placeInner(f: Frame, e: Expression): Place {
  const { lowering, build } = f;
  switch (e.kind) {
    case 'name': {
      const local = localOf(f, e.name);
      if (local) return placeOfLocal(local);
      const v = lowering.world.variable(e.name, f.file);
      if (v) return lowering.variable(v, f);
      break;
    }
    case 'unary':
      if (e.operator === '*') {
        const v = lowering.parts.value(f, e.operand);
        const to = pointee(v.type);
        if (!to) return nowhere(f, `* on a value of type ${nameOf(v.type)}`, intType);
        return memory(v.operand, to, v.origin);
      }
      break;
    case 'member': {
      const base = e.arrow ? undefined : objectPlace(f, e.object);
      let address: Operand;
      let type: CType | undefined;
      if (base) {
        if (base.kind === 'register') return nowhere(f, `member ${e.name} of a value in a register`, intType);
        address = base.address;
        type = base.type;
      } else {
        const v = lowering.parts.value(f, e.object);
        address = v.operand;
        type = pointee(v.type);
      }
      const record = type && settle(type).kind !== 'void' ? recordOf(type) : undefined;
      if (!record)
        return nowhere(
          f,
          `member ${e.name} of something that is no struct (${type ? nameOf(type) : 'a number'})`,
          intType,
        );
      const field = fieldOf(record, e.name);
      if (!field) return nowhere(f, `struct ${record.tag} has no member ${e.name}`, intType);
      const origin: Origin = { record: record.id, offset: field.offset };
      return {
        kind: 'memory',
        address: build.binary('add', 'u64', address, constant(field.offset)),
        type: field.type,
        ...(field.bits ? { bits: field.bits } : { origin }),
      };
    }
    case 'index': {
      const base = lowering.parts.value(f, e.object);
      const index = lowering.parts.value(f, e.index);
      // 2[a] is a[2].
      const [pointer, number] = pointee(base.type) || !pointee(index.type) ? [base, index] : [index, base];
      const to = pointee(pointer.type);
      if (!to) return nowhere(f, `[] on a value of type ${nameOf(base.type)}`, intType);
      return memory(element(f, pointer.operand, number, sizeOf(to)), to, undefined);
    }
    case 'string': {
      const bytes = e.texts.flatMap(t => bytesOf(t));
      bytes.push(0);
      const object = lowering.string(bytes);
      return {
        kind: 'memory',
        address: { kind: 'object', object, offset: 0 },
        type: { kind: 'array', of: charType, count: bytes.length },
        fixed: true,
      };
    }
    case 'compound': {
      let type = lowering.parts.type(f, f.file, e.type);
      if (type.kind === 'array' && type.count === undefined && e.initializer.kind === 'list')
        type = { ...type, count: e.initializer.entries.length };
      const slot = build.stack({ name: 'literal', layout: lowering.layout(type) });
      const p: Place = { kind: 'memory', address: { kind: 'stack', slot, offset: 0 }, type };
      lowering.parts.automatic(f, p, e.initializer);
      return p;
    }
    default:
      break;
  }
  return objectPlace(f, e) ?? nowhere(f, 'an expression that is no place in memory', intType);
}

function memory(address: Operand, type: CType, origin: Origin | undefined): Place {
  return { kind: 'memory', address, type, ...(origin ? { origin } : {}) };
}

/** `address + index * size`. */
export function element(f: Frame, address: Operand, index: Value, size: number): Operand {
  const wide = f.build.convert(index.operand, scalarOf(index.type), 'i64');
  const bytes = f.build.binary('mul', 'i64', wide, constant(size));
  const offset = f.build.convert(bytes, 'i64', 'u64');
  return f.build.binary('add', 'u64', address, bytes.kind === 'constant' ? bytes : offset);
}

/** The place of something whose member is asked for: also structs that are values (results of calls and the like). */
function objectPlace(f: Frame, e: Expression): Place | undefined {
  if (isPlace(f, e)) return place(f, e);
  const v = f.lowering.parts.value(f, e);
  if (isAggregate(v.type)) return { kind: 'memory', address: v.operand, type: v.type };
  return undefined;
}

export function load(f: Frame, p: Place, marking: Marking = 'plain'): Value {
  const type = settle(p.type);
  if (p.kind === 'register')
    return {
      type,
      operand: { kind: 'register', register: p.register },
      ...(p.local.kind === 'register' && p.local.origin ? { origin: p.local.origin } : {}),
    };
  if (type.kind === 'array') return { type: { kind: 'pointer', to: type.of }, operand: p.address };
  if (type.kind === 'function') return { type: { kind: 'pointer', to: type }, operand: p.address };
  if (type.kind === 'record') return { type, operand: p.address, ...(p.origin ? { origin: p.origin } : {}) };
  if (type.kind === 'void') return { type, operand: zero };
  const scalar = scalarOf(type);
  const t = temporary(f, scalar);
  f.build.emit({ op: 'load', to: t.register, type: scalar, address: p.address, marking });
  if (!p.bits) return { type: p.type, operand: t.operand, ...(p.origin ? { origin: p.origin } : {}) };
  // Shift left and right again: the sign comes along for signed bit-fields.
  const width = widthOf(scalar);
  if (isSigned(scalar)) {
    const left = f.build.binary('shl', scalar, t.operand, constant(width - p.bits.shift - p.bits.width));
    return { type, operand: f.build.binary('shr', scalar, left, constant(width - p.bits.width)) };
  }
  const down = f.build.binary('shr', scalar, t.operand, constant(p.bits.shift));
  return { type, operand: f.build.binary('and', scalar, down, constant(maskOf(p.bits.width))) };
}

function maskOf(width: number): number | bigint {
  return width <= 52 ? 2 ** width - 1 : canonicalMask(width);
}

function canonicalMask(width: number): number | bigint {
  const m = (1n << BigInt(width)) - 1n;
  return m <= 9007199254740991n ? Number(m) : m;
}

/** Stores with C's conversion; gives the value that the assignment has. */
export function store(f: Frame, p: Place, v: Value, marking: Marking = 'plain'): Value {
  const type = settle(p.type);
  if (p.kind === 'register') {
    const c = f.lowering.parts.convert(f, v, type);
    f.build.copy(p.register, c.operand);
    if (p.local.kind === 'register') p.local.origin = v.origin;
    return {
      type,
      operand: { kind: 'register', register: p.register },
      ...(v.origin ? { origin: v.origin } : {}),
    };
  }
  if (type.kind === 'record' || type.kind === 'array') {
    if (!isAggregate(v.type) && type.kind === 'record')
      return unsupported(f, `a number assigned to ${nameOf(type)}`, type);
    f.build.emit({ op: 'move', target: p.address, source: v.operand, size: constant(sizeOf(type)) });
    return { type, operand: p.address };
  }
  refine(p.type, v.type);
  const settled = settle(p.type);
  const c = f.lowering.parts.convert(f, v, settled);
  const scalar = scalarOf(settled);
  if (!p.bits) {
    f.build.emit({ op: 'store', type: scalar, address: p.address, value: f.build.known(c.operand), marking });
    return c;
  }
  const { shift, width } = p.bits;
  const unsigned = `u${widthOf(scalar)}` as const;
  const kind = unsigned as 'u8' | 'u16' | 'u32' | 'u64';
  const t = temporary(f, kind);
  f.build.emit({ op: 'load', to: t.register, type: kind, address: p.address, marking });
  const mask = canonicalMask(width);
  const placed = BigInt(mask) << BigInt(shift);
  const all = (1n << BigInt(widthOf(scalar))) - 1n;
  const keep = all & ~placed;
  const narrow = (x: bigint): number | bigint => (x <= 9007199254740991n ? Number(x) : x);
  const rest = f.build.binary('and', kind, t.operand, constant(narrow(keep)));
  const value = f.build.convert(c.operand, scalar, kind);
  const low = f.build.binary('and', kind, value, constant(mask));
  const bits = f.build.binary('shl', kind, low, constant(shift));
  f.build.emit({
    op: 'store',
    type: kind,
    address: p.address,
    value: f.build.binary('or', kind, rest, bits),
    marking,
  });
  if (!isSigned(scalar)) return { type, operand: low };
  const w = widthOf(scalar);
  const up = f.build.binary('shl', scalar, f.build.convert(low, kind, scalar), constant(w - width));
  return { type, operand: f.build.binary('shr', scalar, up, constant(w - width)) };
}

export function addressOf(f: Frame, e: Expression): Value {
  if (!isPlace(f, e)) {
    const v = f.lowering.parts.value(f, e);
    if (isAggregate(v.type)) return { type: { kind: 'pointer', to: v.type }, operand: v.operand };
    if (v.operand.kind === 'function') return v;
    return unsupported(f, 'the address of something that has none', { kind: 'pointer', to: v.type });
  }
  const p = place(f, e);
  if (p.kind === 'register')
    return unsupported(f, 'the address of a variable kept in a register', { kind: 'pointer', to: p.type });
  if (p.bits) return unsupported(f, 'the address of a bit-field', { kind: 'pointer', to: p.type });
  return {
    type: { kind: 'pointer', to: p.type },
    operand: p.address,
    ...(p.origin ? { origin: p.origin } : {}),
  };
}
