/** Names for people: threads, cells, addresses, values. */
import { placeOf } from '../ir/address';
import type { Field, Integer } from '../ir/program';
import { show } from '../ir/value';
import { shapeOf, type Machine } from './machine';
import { COUNT, READER } from './locks';
import { resolveAccess } from './memory';
import { isUnknown, type Value } from './unknown';

export function threadName(m: Machine, n: number): string {
  return m.threadInfos[n]?.name ?? `thread ${n}`;
}

/** The cell's field in its layout, if it is one. */
export function fieldOf(m: Machine, object: number, cell: number): Field | undefined {
  const shape = shapeOf(m, object);
  const c = shape.cells[cell];
  return c && c.field >= 0 ? shape.layout?.fields[c.field] : undefined;
}

/** `dev.npinfo`; just `flag` for a scalar object. */
export function cellName(m: Machine, object: number, cell: number): string {
  const name = m.objectInfos[object]?.name ?? `object ${object}`;
  const shape = shapeOf(m, object);
  const c = shape.cells[cell];
  if (!c || c.name === '') return name;
  // A scalar's or an array's own layout calls its contents `value`: `done`, `ring[3]`.
  if (/^value(?:\[\])*$/.test(shape.layout?.name ?? '') && /^value\b/.test(c.name))
    return `${name}${c.name.slice(5)}`;
  return c.name.startsWith('+') ? `${name}${c.name}` : `${name}.${c.name}`;
}

export function nameOfAddress(m: Machine, value: Value): string {
  if (isUnknown(value)) return 'something unknown';
  const place = placeOf(value);
  switch (place.kind) {
    case 'null':
      return value === 0 ? 'NULL' : show(value);
    case 'wild':
      return show(value);
    case 'function':
      return m.program.functions[place.function]?.name ?? show(value);
    case 'object': {
      const name = m.objectInfos[place.object]?.name ?? show(value);
      if (place.offset === 0) {
        const shape = shapeOf(m, place.object);
        const first = shape.layout?.fields[0];
        return first && first.name !== '' && shape.layout.fields.length === 1 && shape.layout.name !== 'value'
          ? `${name}.${first.name}`
          : name;
      }
      const info = m.objects[place.object];
      if (place.offset > 0 && info && place.offset < info.size) {
        const r = resolveAccess(shapeOf(m, place.object), place.offset, 1);
        const part = r?.parts[0];
        if (part) return cellName(m, place.object, part.cell);
      }
      return `${name}${place.offset < 0 ? '' : '+'}${place.offset}`;
    }
  }
}

/** A value as the reader should see it; `field` says what the cell holds. */
export function showValue(m: Machine, value: Value, field: Field | undefined): string {
  if (isUnknown(value)) return '?';
  if (field?.holds === 'lock') return value === 0 ? 'free' : lockText(m, value);
  if (field?.holds === 'pointer' || field?.holds === 'function') return pointer(m, value);
  if (field?.holds === 'boolean') return value === 0 ? 'false' : value === 1 ? 'true' : show(value);
  if (field?.holds === 'word') return `0x${value.toString(16)}`;
  if (typeof value === 'number' && value > 2 ** 32 && ['object', 'function'].includes(placeOf(value).kind))
    return pointer(m, value);
  if (field && (field.type === 'i32' || field.type === 'i16' || field.type === 'i8' || field.type === 'i64'))
    return show(signed(value, field));
  return show(value);
}

function signed(value: Integer, field: Field): Integer {
  const bits = Number(field.type.slice(1));
  const v = BigInt.asIntN(bits, BigInt(value));
  return v >= -9007199254740991n && v <= 9007199254740991n ? Number(v) : v;
}

function lockText(m: Machine, value: Integer): string {
  const word = Number(value);
  const owner = m.threadInfos[(word % COUNT) - 1];
  const by = owner ? `held by ${owner.name}` : '';
  if (word < COUNT) return by === '' ? `taken (${show(value)})` : by;
  if (word % READER === 0) return word === READER ? '1 reader' : `${word / READER} readers`;
  return `sequence ${Math.floor(word / COUNT)}${by === '' ? '' : `, ${by}`}`;
}

function pointer(m: Machine, value: Integer): string {
  const place = placeOf(value);
  if (place.kind === 'object') return `&${nameOfAddress(m, value)}`;
  return nameOfAddress(m, value);
}
