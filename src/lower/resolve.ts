/** Syntactic types to C types: typedefs, tags, typeof, array sizes, record bodies. */
import type { Integer } from '../ir/program';
import type { EnumSpecifier, Member, RecordSpecifier, Specifier, TypeName } from './c/ast';
import type { Frame, Lowering } from './context';
import { findInScope } from './context';
import { layOut } from './layout';
import type { LayoutMember } from './layout';
import type { CType, RecordBody, RecordType } from './types';
import {
  boolType,
  charType,
  intType,
  longType,
  scalarType,
  settle,
  unsignedLongType,
  unsignedType,
  voidPointer,
  voidType,
} from './types';

/** Widest alignment on the machine: `__attribute__((aligned))`. */
const MAX_ALIGN = 16;

function builtin(words: readonly string[]): CType {
  const has = (w: string): boolean => words.includes(w);
  if (has('void')) return voidType;
  if (has('bool') || has('_Bool')) return boolType;
  if (has('float')) return { kind: 'scalar', scalar: 'u32', float: true };
  if (has('double')) return { kind: 'scalar', scalar: 'u64', float: true };
  if (has('__builtin_va_list')) return { kind: 'array', of: unsignedLongType, count: 3 };
  const unsigned = has('unsigned') || has('__uint128_t');
  if (has('char')) return unsigned ? scalarType('u8') : charType;
  if (has('short')) return scalarType(unsigned ? 'u16' : 'i16');
  if (has('long') || has('__int128') || has('__int128_t') || has('__uint128_t'))
    return unsigned ? unsignedLongType : longType;
  return unsigned ? unsignedType : intType;
}

/** Type names that are so common that code without headers counts on them. */
const wellKnown: ReadonlyMap<string, CType> = new Map<string, CType>([
  ['u8', scalarType('u8')], ['u16', scalarType('u16')], ['u32', scalarType('u32')], ['u64', scalarType('u64')],
  ['s8', scalarType('i8')], ['s16', scalarType('i16')], ['s32', scalarType('i32')], ['s64', scalarType('i64')],
  ['__u8', scalarType('u8')], ['__u16', scalarType('u16')], ['__u32', scalarType('u32')], ['__u64', scalarType('u64')],
  ['__s8', scalarType('i8')], ['__s16', scalarType('i16')], ['__s32', scalarType('i32')], ['__s64', scalarType('i64')],
  ['uint8_t', scalarType('u8')], ['uint16_t', scalarType('u16')], ['uint32_t', scalarType('u32')], ['uint64_t', scalarType('u64')],
  ['int8_t', scalarType('i8')], ['int16_t', scalarType('i16')], ['int32_t', scalarType('i32')], ['int64_t', scalarType('i64')],
  ['size_t', unsignedLongType], ['ssize_t', longType], ['uintptr_t', unsignedLongType], ['ptrdiff_t', longType], ['loff_t', longType],
  ['uint', unsignedType], ['ulong', unsignedLongType], ['ushort', scalarType('u16')], ['gfp_t', unsignedType], ['pid_t', intType],
  ['bool', boolType], ['va_list', { kind: 'array', of: unsignedLongType, count: 3 }], ['dev_t', unsignedType], ['umode_t', scalarType('u16')],
  ['fmode_t', unsignedType], ['__be16', scalarType('u16')], ['__be32', scalarType('u32')], ['__be64', scalarType('u64')],
  ['__le16', scalarType('u16')], ['__le32', scalarType('u32')], ['__le64', scalarType('u64')], ['ktime_t', longType], ['irqreturn_t', intType],
  ['netdev_features_t', unsignedLongType], ['netdev_tx_t', intType], ['dma_addr_t', unsignedLongType], ['time64_t', longType],
]); // prettier-ignore

export interface Resolver {
  type(f: Frame | undefined, file: string, t: TypeName): CType;
  record(tag: string, union: boolean, file: string, f: Frame | undefined): RecordType;
  enumerator(specifier: EnumSpecifier, index: number, file: string, f: Frame | undefined): Integer;
}

export function createResolver(
  lowering: Lowering,
  scratch: (file: string) => Frame,
  unknown: Map<string, RecordType>,
): Resolver {
  const bySpecifier = new Map<RecordSpecifier, RecordType>();
  const typedefs = new Map<TypeName, CType>();
  const busy = new Set<TypeName>();
  const enumValues = new Map<EnumSpecifier, Integer[]>();
  // Records kept from an earlier run keep their numbers.
  let ids = 1 + unknown.size * 100_000;

  const onInfer = (r: RecordType): void => {
    lowering.assumption(
      'inferred',
      `struct ${r.tag} is defined in no file at hand: its members are taken from their use`,
      undefined,
    );
  };

  const make = (tag: string, union: boolean, body: () => RecordBody | undefined): RecordType => ({
    tag,
    union,
    id: ids++,
    body,
    inferred: new Map(),
    spacing: 4096,
    onInfer,
  });

  const align = (f: Frame | undefined, file: string, a: Member['aligned']): number | undefined => {
    if (a === undefined) return undefined;
    if (a === 'max') return MAX_ALIGN;
    const v = lowering.parts.constant(f ?? scratch(file), a);
    return typeof v === 'number' && v > 0 ? v : undefined;
  };

  const fromSpecifier = (s: RecordSpecifier, file: string, f: Frame | undefined): RecordType => {
    let r = bySpecifier.get(s);
    if (r) return r;
    let state: 'new' | 'busy' | 'done' = 'new';
    let made: RecordBody | undefined;
    const scope = f?.scope;
    r = make(s.tag ?? 'anonymous', s.union, () => {
      if (state !== 'new') return made;
      state = 'busy';
      const inner = f && scope ? { ...f, scope } : undefined;
      const members: LayoutMember[] = (s.members ?? []).map(m => {
        const bits = m.bits ? lowering.parts.constant(inner ?? scratch(file), m.bits) : undefined;
        return {
          name: m.name,
          type: type(inner, file, m.type),
          bits: typeof bits === 'number' ? bits : undefined,
          aligned: align(inner, file, m.aligned),
          packed: m.packed,
        };
      });
      // A member without a name is there only if it is a struct or union (or a bit-field that pads).
      const kept = members.filter(
        m => m.name !== undefined || m.bits !== undefined || settle(m.type).kind === 'record',
      );
      made = layOut(kept, s.union, s.packed, align(inner, file, s.aligned));
      state = 'done';
      return made;
    });
    bySpecifier.set(s, r);
    return r;
  };

  const record = (tag: string, union: boolean, file: string, f: Frame | undefined): RecordType => {
    const local = findInScope(f?.scope, s => s.tags.get(tag));
    if (local) return local;
    const found = lowering.world.record(tag, file);
    if (found) return fromSpecifier(found.specifier, found.file, undefined);
    let r = unknown.get(tag);
    if (!r) {
      // Looked for everywhere only when somebody looks inside.
      let far: RecordType | undefined;
      let asked = false;
      r = make(tag, union, () => {
        if (!asked) {
          asked = true;
          const there = lowering.world.far.record(tag, file);
          if (there) far = fromSpecifier(there.specifier, there.file, undefined);
        }
        return far?.body();
      });
      unknown.set(tag, r);
    }
    return r;
  };

  const enumerators = (s: EnumSpecifier, file: string, f: Frame | undefined): Integer[] => {
    let values = enumValues.get(s);
    if (values) return values;
    values = [];
    enumValues.set(s, values);
    let next = 0n;
    const frame = f ?? scratch(file);
    for (const e of s.enumerators ?? []) {
      if (e.value) {
        const v = lowering.parts.constant(frame, e.value);
        if (v !== undefined) next = BigInt(v);
      }
      values.push(next >= -9007199254740991n && next <= 9007199254740991n ? Number(next) : next);
      if (f) f.scope.enumerators.set(e.name, values[values.length - 1] ?? 0);
      next++;
    }
    return values;
  };

  const specifierType = (s: Specifier, file: string, f: Frame | undefined): CType => {
    switch (s.kind) {
      case 'builtin':
        return builtin(s.words);
      case 'typedef': {
        const local = findInScope(f?.scope, x => x.typedefs.get(s.name));
        if (local) return local;
        const found = lowering.world.typedef(s.name, file);
        if (found) {
          let t = typedefs.get(found.type);
          if (!t) {
            if (busy.has(found.type)) return voidType;
            busy.add(found.type);
            t = type(undefined, found.file, found.type);
            busy.delete(found.type);
            typedefs.set(found.type, t);
          }
          return t;
        }
        const known = wellKnown.get(s.name);
        if (known) return known;
        const there = lowering.world.far.typedef(s.name, file);
        if (there) {
          const t = type(undefined, there.file, there.type);
          typedefs.set(there.type, t);
          return t;
        }
        // spinlock_t and its like without headers: a record of its own.
        let r = unknown.get(s.name);
        if (!r) {
          r = make(s.name, false, () => undefined);
          unknown.set(s.name, r);
        }
        return { kind: 'record', record: r };
      }
      case 'record': {
        if (s.members) {
          const r = fromSpecifier(s, file, f);
          if (s.tag && f) f.scope.tags.set(s.tag, r);
          return { kind: 'record', record: r };
        }
        return { kind: 'record', record: record(s.tag ?? '', s.union, file, f) };
      }
      case 'enum': {
        if (s.enumerators && f) enumerators(s, file, f);
        const specifier = s.enumerators
          ? s
          : s.tag
            ? lowering.world.enumeration(s.tag, file)?.specifier
            : undefined;
        if (!specifier) return unsignedType;
        const values = enumerators(specifier, file, undefined);
        const negative = values.some(v => v < 0);
        const wide = values.some(v => v > 0xffffffff || v < -0x80000000);
        return scalarType(wide ? (negative ? 'i64' : 'u64') : negative ? 'i32' : 'u32');
      }
      case 'typeofExpression':
        return lowering.parts.typeOf(f ?? scratch(file), s.expression);
      case 'typeofType':
        return type(f, file, s.type);
      case 'auto':
        return voidPointer;
    }
  };

  const type = (f: Frame | undefined, file: string, t: TypeName): CType => {
    let result = specifierType(t.specifier, file, f);
    for (let i = t.derived.length - 1; i >= 0; i--) {
      const d = t.derived[i];
      if (!d) continue;
      switch (d.kind) {
        case 'pointer':
          result = { kind: 'pointer', to: result };
          break;
        case 'array': {
          const n = d.size ? lowering.parts.constant(f ?? scratch(file), d.size) : undefined;
          result = {
            kind: 'array',
            of: result,
            count: typeof n === 'number' && n >= 0 ? n : d.size ? 0 : undefined,
          };
          break;
        }
        case 'function':
          result = {
            kind: 'function',
            returns: result,
            parameters: d.parameters.map(q => {
              const p = type(f, file, q.type);
              if (p.kind === 'array') return { kind: 'pointer', to: p.of };
              if (p.kind === 'function') return { kind: 'pointer', to: p };
              return p;
            }),
            variadic: d.variadic,
          };
          break;
      }
    }
    return result;
  };

  return {
    type,
    record,
    enumerator: (specifier, index, file, f) => enumerators(specifier, file, f)[index] ?? 0,
  };
}
