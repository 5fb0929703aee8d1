/**
 * C types with the sizes and alignments of a 64-bit kernel (x86-64, LP64). Records are lazy: their members are looked up
 * and laid out when somebody asks. A record that has no definition anywhere (lone files without headers) gets its fields
 * from use: each member name has an offset of its own and a type that later uses may refine.
 */
import type { Scalar } from '../ir/program';
import { isSigned, sizeOf as scalarSize } from '../ir/value';

export type CType =
  | { readonly kind: 'void' }
  | { readonly kind: 'scalar'; readonly scalar: Scalar; readonly bool?: true; readonly float?: true }
  | { readonly kind: 'pointer'; readonly to: CType }
  | { readonly kind: 'array'; readonly of: CType; readonly count: number | undefined }
  | {
      readonly kind: 'function';
      readonly returns: CType;
      readonly parameters: readonly CType[];
      readonly variadic: boolean;
    }
  | { readonly kind: 'record'; readonly record: RecordType }
  /** A member of an unknown record: eight bytes, of the type that its use shows. */
  | { readonly kind: 'inferred'; readonly cell: InferredCell };

export interface RecordField {
  readonly name: string | undefined;
  readonly type: CType;
  readonly offset: number;
  readonly bits: { readonly shift: number; readonly width: number } | undefined;
}

export interface RecordBody {
  readonly fields: readonly RecordField[];
  readonly size: number;
  readonly align: number;
}

/** A struct or union. Mutable only in that its body is made once, on demand, and that inferred members are added. */
export interface RecordType {
  readonly tag: string;
  readonly union: boolean;
  readonly id: number;
  /** Undefined where there is no definition. */
  readonly body: () => RecordBody | undefined;
  /** Inferred members by name. */
  readonly inferred: Map<string, InferredMember>;
  /** Bytes from one inferred member to the next. */
  readonly spacing: number;
  /** Called once per inferred member, for the assumption. */
  readonly onInfer: (record: RecordType, member: string) => void;
}

export interface InferredMember {
  readonly offset: number;
  readonly type: CType;
}

/** What is known so far of a member nobody declared. */
export interface InferredCell {
  readonly name: string;
  /** Set when a use shows the type. */
  refined: CType | undefined;
  /** Used as `p->member.x`: the record inside. */
  inner: RecordType | undefined;
  /** Used as `p->member->x`: what it points to. */
  target: CType | undefined;
  readonly make: (tag: string, spacing: number) => RecordType;
  readonly spacing: number;
}

const scalar = (s: Scalar): CType => ({ kind: 'scalar', scalar: s });

export const voidType: CType = { kind: 'void' };
export const boolType: CType = { kind: 'scalar', scalar: 'u8', bool: true };
export const charType = scalar('i8');
export const intType = scalar('i32');
export const unsignedType = scalar('u32');
export const longType = scalar('i64');
export const unsignedLongType = scalar('u64');
export const voidPointer: CType = { kind: 'pointer', to: voidType };
export const charPointer: CType = { kind: 'pointer', to: charType };

export function scalarType(s: Scalar): CType {
  return scalar(s);
}

export function pointerTo(to: CType): CType {
  return { kind: 'pointer', to };
}

/** Looks through an inferred member whose type is known by now. */
export function settle(type: CType): CType {
  let t = type;
  while (t.kind === 'inferred' && t.cell.refined) t = t.cell.refined;
  if (t.kind === 'inferred' && t.cell.inner) return { kind: 'record', record: t.cell.inner };
  return t;
}

/** The scalar that a value of the type is held in; `u64` for pointers, functions and arrays (their address). */
export function scalarOf(type: CType): Scalar {
  const t = settle(type);
  switch (t.kind) {
    case 'scalar':
      return t.scalar;
    case 'inferred':
      return t.cell.target ? 'u64' : 'i64';
    default:
      return 'u64';
  }
}

export function isAggregate(type: CType): boolean {
  return settle(type).kind === 'record';
}

export function isPointer(type: CType): boolean {
  const t = settle(type);
  return (
    t.kind === 'pointer' ||
    t.kind === 'array' ||
    t.kind === 'function' ||
    (t.kind === 'inferred' && t.cell.target !== undefined)
  );
}

/** What a pointer, array or function points to. */
export function pointee(type: CType): CType | undefined {
  const t = settle(type);
  if (t.kind === 'pointer') return t.to;
  if (t.kind === 'array') return t.of;
  if (t.kind === 'function') return t;
  if (t.kind === 'inferred') {
    t.cell.target ??= { kind: 'record', record: t.cell.make(t.cell.name, 4096) };
    return t.cell.target;
  }
  return undefined;
}

/** The record behind `p->` or `x.`; makes one up for inferred members. */
export function recordOf(type: CType): RecordType | undefined {
  const t = settle(type);
  if (t.kind === 'record') return t.record;
  if (t.kind === 'inferred') {
    t.cell.inner ??= t.cell.make(t.cell.name, Math.max(8, t.cell.spacing >> 4));
    return t.cell.inner;
  }
  return undefined;
}

export function sizeOf(type: CType): number {
  const t = settle(type);
  switch (t.kind) {
    case 'void':
    case 'function':
      return 1;
    case 'scalar':
      return t.float && t.scalar === 'u64' ? 8 : scalarSize(t.scalar);
    case 'pointer':
    case 'inferred':
      return 8;
    case 'array':
      return (t.count ?? 0) * sizeOf(t.of);
    case 'record':
      return t.record.body()?.size ?? Math.max(16, t.record.inferred.size + 8) * t.record.spacing;
  }
}

export function alignOf(type: CType): number {
  const t = settle(type);
  switch (t.kind) {
    case 'array':
      return alignOf(t.of);
    case 'record':
      return t.record.body()?.align ?? 8;
    case 'void':
    case 'function':
      return 1;
    case 'pointer':
    case 'inferred':
      return 8;
    case 'scalar':
      return sizeOf(t);
  }
}

export interface FoundField {
  readonly offset: number;
  readonly type: CType;
  readonly bits: RecordField['bits'];
}

/** A member by name, anonymous structs and unions searched too; unknown records get a new member. */
export function fieldOf(record: RecordType, name: string): FoundField | undefined {
  const body = record.body();
  if (!body) {
    let m = record.inferred.get(name);
    if (!m) {
      const cell: InferredCell = {
        name,
        refined: undefined,
        inner: undefined,
        target: undefined,
        make: (tag, spacing) => inferredRecord(tag, spacing, record),
        spacing: record.spacing,
      };
      m = { offset: record.inferred.size * record.spacing, type: { kind: 'inferred', cell } };
      record.inferred.set(name, m);
      record.onInfer(record, name);
    }
    return { offset: m.offset, type: m.type, bits: undefined };
  }
  for (const f of body.fields) {
    if (f.name === name) return { offset: f.offset, type: f.type, bits: f.bits };
    if (f.name === undefined && f.type.kind === 'record' && f.type.record.body()) {
      const inner = fieldOf(f.type.record, name);
      if (inner) return { ...inner, offset: inner.offset + f.offset };
    }
  }
  return undefined;
}

function inferredRecord(tag: string, spacing: number, like: RecordType): RecordType {
  return {
    tag,
    union: false,
    id: like.id * 1000 + like.inferred.size + 1,
    body: () => undefined,
    inferred: new Map(),
    spacing,
    onInfer: () => undefined,
  };
}

/** Integer promotion. */
export function promote(type: CType): CType {
  const t = settle(type);
  if (t.kind === 'scalar') return scalarSize(t.scalar) < 4 ? intType : t.bool ? intType : t;
  return t;
}

/** C's usual arithmetic conversions for two integer types. */
export function common(left: CType, right: CType): CType {
  const a = scalarOf(promote(left));
  const b = scalarOf(promote(right));
  if (a === b) return scalar(a);
  const sa = scalarSize(a);
  const sb = scalarSize(b);
  if (sa !== sb) return scalar(sa > sb ? a : b);
  return scalar(isSigned(a) ? b : a);
}

export function sameType(left: CType, right: CType): boolean {
  const a = settle(left);
  const b = settle(right);
  if (a.kind === 'pointer' && b.kind === 'pointer') return sameType(a.to, b.to);
  if (a.kind === 'scalar' && b.kind === 'scalar') return a.scalar === b.scalar && a.bool === b.bool;
  if (a.kind === 'record' && b.kind === 'record') return a.record.id === b.record.id;
  if (a.kind === 'array' && b.kind === 'array') return sameType(a.of, b.of);
  return a.kind === b.kind;
}

/** A use shows what an inferred member is. */
export function refine(type: CType, shown: CType): void {
  if (type.kind !== 'inferred' || type.cell.refined || type.cell.inner) return;
  const s = settle(shown);
  if (s.kind === 'inferred' || s.kind === 'void' || s.kind === 'function') return;
  if (s.kind === 'pointer' && s.to.kind === 'void') return;
  if (s.kind === 'scalar' && type.cell.target) return;
  type.cell.refined = s;
}

/** As messages print it. */
export function nameOf(type: CType): string {
  const t = settle(type);
  switch (t.kind) {
    case 'void':
      return 'void';
    case 'scalar':
      return t.bool ? 'bool' : t.scalar;
    case 'pointer':
      return `${nameOf(t.to)} *`;
    case 'array':
      return `${nameOf(t.of)}[${t.count ?? ''}]`;
    case 'function':
      return 'function';
    case 'record':
      return `${t.record.union ? 'union' : 'struct'} ${t.record.tag}`;
    case 'inferred':
      return t.cell.name;
  }
}
