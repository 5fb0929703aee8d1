/**
 * Cells: what a byte range of an object resolves to. A layout's scalars are the cells; array elements and ranges that
 * meet no scalar (private data behind a struct, padding) become cells when first accessed. A narrower access is shift
 * and mask of its cell, little endian; a wider one is composed of the cells it covers. Resolutions are cached.
 *
 * Cells hold the unsigned form of their width; loads convert to the access type.
 */
import type { Field, Integer, Layout, Scalar } from '../ir/program';
import { binary, sizeOf, wrap } from '../ir/value';
import type { Cell, ObjectState } from './model';
import { isUnknown, type Unknowns, type Value } from './unknown';

/** A piece of an access: `bits` bits of cell `cell` from bit `shift`, standing at bit `at` of the value. */
export interface Part {
  readonly cell: number;
  readonly shift: number;
  readonly bits: number;
  readonly at: number;
}

export interface Resolution {
  readonly parts: readonly Part[];
  /** The one part is the whole cell, and nothing else. */
  readonly exact: boolean;
}

/** The cells of a layout as far as they are known: grows while running, the same for all objects of the layout. */
export interface Shape {
  readonly layout: Layout | undefined;
  readonly cells: Cell[];
  /** By offset * 16 + size; undefined inside = cannot be resolved. */
  readonly cache: Map<number, Resolution | undefined>;
  /** Cells of ranges that were filled or copied, by offset and size: once made, a cell stays as it is. */
  readonly ranges: Map<string, readonly Cell[]>;
}

export function createShape(layout: Layout | undefined): Shape {
  return { layout, cells: [], cache: new Map(), ranges: new Map() };
}

/** Where an access of `size` bytes at `offset` lands; undefined where it cuts through cells in an unknown way. */
export function resolveAccess(shape: Shape, offset: number, size: number): Resolution | undefined {
  const key = offset * 16 + size;
  const known = shape.cache.get(key);
  if (known !== undefined) return known;
  if (shape.cache.has(key)) return undefined;
  const made = work(shape, offset, size);
  shape.cache.set(key, made);
  return made;
}

function work(shape: Shape, offset: number, size: number): Resolution | undefined {
  const parts: Part[] = [];
  let at = offset;
  const end = offset + size;
  while (at < end) {
    const cell = cellAt(shape, at) ?? gap(shape, at, end);
    const c = shape.cells[cell];
    if (!c) return undefined;
    const stop = Math.min(end, c.offset + c.size);
    parts.push({
      cell,
      shift: (at - c.offset) * 8,
      bits: (stop - at) * 8,
      at: (at - offset) * 8,
    });
    at = stop;
  }
  const only = parts.length === 1 ? parts[0] : undefined;
  const exact = only !== undefined && only.shift === 0 && shape.cells[only.cell]?.size === size;
  return { parts, exact };
}

/** The cell that holds the byte: a known one, or one of the layout's fields, now made. */
function cellAt(shape: Shape, byte: number): number | undefined {
  const known = shape.cells.findIndex(c => c.offset <= byte && byte < c.offset + c.size);
  if (known >= 0) return known;
  const fields = shape.layout?.fields ?? [];
  for (let i = 0; i < fields.length; i++) {
    const f = fields[i];
    if (!f || f.offset > byte) continue;
    const size = sizeOf(f.type);
    const stride = f.stride ?? size;
    const element = Math.floor((byte - f.offset) / stride);
    if (element >= (f.count ?? 1)) continue;
    const start = f.offset + element * stride;
    if (byte < start + size) return addCell(shape, start, size, elementName(f, element), i);
  }
  return undefined;
}

function elementName(f: Field, element: number): string {
  if (f.count === undefined) return f.name;
  // `a` or `a[0].b`: the first index is the element's.
  const index = f.name.indexOf('[0]');
  return index < 0 ? `${f.name}[${element}]` : f.name.replace('[0]', `[${element}]`);
}

/** A cell of its own for bytes that belong to no field, up to the next known cell or field. */
function gap(shape: Shape, from: number, end: number): number {
  let stop = end;
  for (let b = from + 1; b < end; b++) {
    if (cellAt(shape, b) !== undefined) {
      stop = b;
      break;
    }
  }
  return addCell(shape, from, stop - from, `+${from}`, -1);
}

function addCell(shape: Shape, offset: number, size: number, name: string, field: number): number {
  shape.cells.push({ offset, size, name, field });
  return shape.cells.length - 1;
}

const MOST_CELLS = 4096;

/** The cells of a byte range in order, all made; undefined if there are too many or a cell sticks out. */
export function cellsOf(shape: Shape, offset: number, size: number): readonly Cell[] | undefined {
  const key = `${offset} ${size}`;
  const known = shape.ranges.get(key);
  if (known) return known;
  const list: Cell[] = [];
  const end = offset + size;
  for (let at = offset; at < end;) {
    const index = cellAt(shape, at) ?? gap(shape, at, Math.min(end, (Math.floor(at / 8) + 1) * 8));
    const cell = shape.cells[index];
    if (!cell || list.length >= MOST_CELLS) return undefined;
    list.push(cell);
    at = cell.offset + cell.size;
  }
  shape.ranges.set(key, list);
  return list;
}

const unsignedOf: Readonly<Record<number, Scalar>> = { 1: 'u8', 2: 'u16', 4: 'u32', 8: 'u64' };

/** The unsigned type that a cell's value has. Odd sizes (padding) count as 64 bits. */
export function cellType(cell: Cell): Scalar {
  return unsignedOf[cell.size] ?? 'u64';
}

/** What initial contents of a cell are: zero, or an unknown that is known by its place. */
export function initialOf(
  object: number,
  state: ObjectState,
  shape: Shape,
  cell: number,
  unknowns: Unknowns,
): Value {
  if (state.fill === 'zero') return 0;
  const c = shape.cells[cell];
  return unknowns.atom(`?c${object}.${c?.offset ?? 0}.${c?.size ?? 8}`, c ? cellType(c) : 'u64', -1, -1);
}

/** Puts the parts of an access together. */
export function compose(
  parts: readonly Part[],
  values: readonly Value[],
  type: Scalar,
  unknowns: Unknowns,
  site: number,
): Value {
  let result: Value = 0;
  parts.forEach((p, i) => {
    let v: Value = values[i] ?? 0;
    if (p.shift > 0) v = operate(unknowns, 'shr', v, p.shift, site);
    if (p.bits < 64) v = operate(unknowns, 'and', v, maskOf(p.bits), site);
    if (p.at > 0) v = operate(unknowns, 'shl', v, p.at, site);
    result = i === 0 ? v : operate(unknowns, 'or', result, v, site);
  });
  const whole: Value = result;
  return isUnknown(whole) ? unknowns.convert(type, whole, site) : wrap(whole, type);
}

/** The cell's new value when `part` of it takes its bits from `value`. */
export function insert(
  old: Value,
  part: Part,
  value: Value,
  size: number,
  unknowns: Unknowns,
  site: number,
): Value {
  let v = value;
  if (part.at > 0) v = operate(unknowns, 'shr', v, part.at, site);
  if (part.bits < 64) v = operate(unknowns, 'and', v, maskOf(part.bits), site);
  if (part.shift === 0 && part.bits === size * 8) return v;
  const mask = binary('shl', 'u64', maskOf(part.bits), part.shift);
  const rest = operate(unknowns, 'and', old, binary('xor', 'u64', mask, 0xffffffffffffffffn), site);
  return operate(unknowns, 'or', rest, operate(unknowns, 'shl', v, part.shift, site), site);
}

function operate(
  unknowns: Unknowns,
  operator: 'and' | 'or' | 'shl' | 'shr',
  left: Value,
  right: Value,
  site: number,
): Value {
  if (isUnknown(left) || isUnknown(right)) return unknowns.binary(operator, 'u64', left, right, site);
  return binary(operator, 'u64', left, right);
}

export function maskOf(bits: number): Integer {
  return bits >= 64 ? 0xffffffffffffffffn : bits <= 53 ? 2 ** bits - 1 : (1n << BigInt(bits)) - 1n;
}
