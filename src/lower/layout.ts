/**
 * Byte layout of records as a C compiler for x86-64 makes it, and the flat list of scalars (ir fields) of a type:
 * arrays as count and stride, what overlaps in a union or with a bit-field merged into one field of the widest type.
 */
import type { Field, Scalar } from '../ir/program';
import { sizeOf as scalarSize } from '../ir/value';
import type { CType, RecordBody, RecordField } from './types';
import { alignOf, scalarOf, settle, sizeOf } from './types';

export interface LayoutMember {
  readonly name: string | undefined;
  readonly type: CType;
  /** Width of a bit-field. */
  readonly bits: number | undefined;
  readonly aligned: number | undefined;
  readonly packed: boolean;
}

const up = (n: number, to: number): number => Math.ceil(n / to) * to;

/** Places the members. */
export function layOut(
  members: readonly LayoutMember[],
  union: boolean,
  packed: boolean,
  aligned: number | undefined,
): RecordBody {
  const fields: RecordField[] = [];
  let bit = 0;
  let size = 0;
  let align = 1;
  for (const m of members) {
    const memberSize = sizeOf(m.type);
    const natural = packed || m.packed ? 1 : alignOf(m.type);
    const need = Math.max(natural, m.aligned ?? 1);
    if (union) bit = 0;
    if (m.bits !== undefined) {
      const unit = memberSize * 8;
      if (m.bits === 0) {
        bit = up(bit, unit);
        continue;
      }
      if (!(packed || m.packed) && (bit % unit) + m.bits > unit) bit = up(bit, unit);
      let offset = Math.floor(bit / unit) * memberSize;
      let shift = bit - offset * 8;
      if (shift + m.bits > unit) {
        // A packed bit-field across two units: named by the byte it starts in.
        offset = Math.floor(bit / 8);
        shift = bit - offset * 8;
      }
      if (m.name !== undefined) {
        fields.push({ name: m.name, type: m.type, offset, bits: { shift, width: m.bits } });
        align = Math.max(align, need);
      }
      bit += m.bits;
    } else {
      const offset = up(Math.ceil(bit / 8), need);
      fields.push({ name: m.name, type: m.type, offset, bits: undefined });
      align = Math.max(align, need);
      bit = (offset + memberSize) * 8;
    }
    size = Math.max(size, Math.ceil(bit / 8));
  }
  align = Math.max(align, aligned ?? 1);
  return { fields, size: up(size, align), align };
}

/** One scalar of a flattened type. */
interface Leaf {
  readonly offset: number;
  readonly name: string;
  readonly type: Scalar;
  readonly count: number;
  readonly stride: number;
  readonly holds: Field['holds'];
  readonly bits: Field['bits'];
}

/** Records whose object is a lock or another thing that the engine keeps state in. */
const lockTags = new Set([
  'spinlock',
  'raw_spinlock',
  'mutex',
  'rw_semaphore',
  'semaphore',
  'qspinlock',
  'qrwlock',
]);

/** Names for the bits of a word, by record and offset. */
export type BitNames = (record: number, offset: number) => Readonly<Record<number, string>> | undefined;

/** The most elements that are written out one by one where arrays overlap or nest unevenly. */
const EXPAND = 256;

/** All scalars of a type as ir fields, sorted by offset. */
export function fieldsOf(type: CType, name: string, bitNames: BitNames): Field[] {
  const leaves = leavesOf(type, 0, name, bitNames);
  leaves.sort((a, b) => a.offset - b.offset);
  return leaves.map(l => ({
    offset: l.offset,
    name: l.name,
    type: l.type,
    ...(l.count > 1 ? { count: l.count, stride: l.stride } : {}),
    ...(l.holds ? { holds: l.holds } : {}),
    ...(l.bits ? { bits: l.bits } : {}),
  }));
}

function leavesOf(type: CType, offset: number, name: string, bitNames: BitNames): Leaf[] {
  const t = settle(type);
  const leaf = (scalar: Scalar, holds?: Field['holds']): Leaf[] => [
    { offset, name: name || 'value', type: scalar, count: 1, stride: 0, holds, bits: undefined },
  ];
  switch (t.kind) {
    case 'void':
    case 'function':
      return [];
    case 'scalar':
      return leaf(t.scalar, t.bool ? 'boolean' : undefined);
    case 'pointer':
      return leaf('u64', settle(t.to).kind === 'function' ? 'function' : 'pointer');
    case 'inferred':
      return leaf(scalarOf(t), t.cell.target ? 'pointer' : undefined);
    case 'array':
      return arrayLeaves(t.of, t.count ?? 0, offset, name, bitNames);
    case 'record':
      break;
  }
  const record = t.record;
  const body = record.body();
  const out: Leaf[] = [];
  const join = (member: string | undefined): string =>
    member === undefined ? name : name ? `${name}.${member}` : member;
  if (!body) {
    for (const [member, m] of record.inferred)
      out.push(
        ...named(
          leavesOf(m.type, offset + m.offset, join(member), bitNames),
          record.id,
          offset,
          m.offset,
          bitNames,
        ),
      );
    return out;
  }
  const groups: Leaf[][] = [];
  let overlap = record.union && body.fields.length > 1;
  for (const f of body.fields) {
    let leaves = leavesOf(f.type, offset + f.offset, join(f.name), bitNames);
    if (f.bits) overlap = true;
    leaves = named(leaves, record.id, offset, f.offset, bitNames);
    if (lockTags.has(record.tag))
      leaves = leaves.map((l, i) => (i === 0 && l.offset === offset ? { ...l, holds: 'lock' } : l));
    groups.push(leaves);
  }
  if (!overlap) return groups.flat();
  return merge(groups);
}

function named(leaves: Leaf[], record: number, base: number, offset: number, bitNames: BitNames): Leaf[] {
  const bits = bitNames(record, offset);
  if (!bits) return leaves;
  return leaves.map(l => (l.offset === base + offset ? { ...l, holds: 'word' as const, bits } : l));
}

function arrayLeaves(of: CType, count: number, offset: number, name: string, bitNames: BitNames): Leaf[] {
  if (count === 0) return [];
  const stride = sizeOf(of);
  const inner = leavesOf(of, offset, `${name}[0]`, bitNames);
  const out: Leaf[] = [];
  for (const l of inner) {
    if (l.count === 1) out.push({ ...l, count, stride: count > 1 ? stride : 0 });
    else if (inner.length === 1 && l.count * l.stride === stride) out.push({ ...l, count: l.count * count });
    else if (count <= l.count || l.count > EXPAND)
      for (let i = 0; i < count; i++)
        out.push({
          ...l,
          offset: l.offset + i * stride,
          name: `${name}[${i}]${l.name.slice(name.length + 3)}`,
        });
    else
      for (let i = 0; i < l.count; i++)
        out.push({
          ...l,
          offset: l.offset + i * l.stride,
          name: l.name.replace(/\[0\]([^[]*)$/, `[${i}]$1`),
          count,
          stride,
        });
  }
  return out;
}

/** One field for all that share bytes. */
function merge(groups: readonly Leaf[][]): Leaf[] {
  const apart: Leaf[] = [];
  let arrays = 0;
  for (const g of groups) for (const l of g) arrays += l.count > 1 ? l.count : 0;
  for (const g of groups)
    for (const l of g) {
      if (l.count === 1) apart.push(l);
      else if (arrays <= EXPAND * 4 || l.count <= 16)
        for (let i = 0; i < l.count; i++)
          apart.push({
            ...l,
            offset: l.offset + i * l.stride,
            name: l.name.replace(/\[0\]([^[]*)$/, `[${i}]$1`),
            count: 1,
            stride: 0,
          });
      else apart.push({ ...l, count: 1, stride: 0 });
    }
  apart.sort((a, b) => a.offset - b.offset || scalarSize(b.type) - scalarSize(a.type));
  const out: Leaf[] = [];
  for (let i = 0; i < apart.length;) {
    let best = apart[i] as Leaf;
    const start = best.offset;
    let end = start + scalarSize(best.type);
    i++;
    for (; i < apart.length; i++) {
      const l = apart[i] as Leaf;
      if (l.offset >= end) break;
      const size = scalarSize(l.type);
      end = Math.max(end, l.offset + size);
      const wider = size > scalarSize(best.type);
      const richer = size === scalarSize(best.type) && best.holds === undefined && l.holds !== undefined;
      if (wider || richer) best = l;
    }
    if (best.offset === start && start + scalarSize(best.type) >= end) out.push(best);
    else {
      let at = start;
      while (at < end) {
        const size = ([8, 4, 2, 1] as const).find(s => at % s === 0 && at + s <= end) ?? 1;
        out.push({
          ...best,
          offset: at,
          type: size === 8 ? 'u64' : size === 4 ? 'u32' : size === 2 ? 'u16' : 'u8',
          name: at === start ? best.name : `${best.name}+${at - start}`,
        });
        at += size;
      }
    }
  }
  return out;
}
