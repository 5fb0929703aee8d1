/**
 * Allocation: an object of the type that the result is for. Its type comes from the pointer that receives it, else from
 * a sizeof in the size argument; flexible arrays and private data behind it are part of the object.
 */
import type { Operand } from '../../ir/program';
import { constant, integerIn, zero } from '../builder';
import type { Expression } from '../c/ast';
import { temporary } from '../context';
import type { Value } from '../context';
import { charPointer, intType, pointee, settle, sizeOf, unsignedLongType, voidPointer } from '../types';
import type { CType } from '../types';
import type { Call, Row, Rows } from './kit';
import { argument, gives, ignored, nothing, operand, sync, unless } from './kit';
import { fold, spanOf } from '../context';
import { PER_CPU_MARK } from './contexts';

const GFP_ZERO = 0x100;
/** __GFP_DIRECT_RECLAIM: the allocation may sleep. */
const DIRECT_RECLAIM = 0x400;

/** The first sizeof in a size expression names the type. */
function typeInSize(c: Call, e: Expression | undefined): CType | undefined {
  if (!e) return undefined;
  const { f } = c;
  switch (e.kind) {
    case 'sizeof':
      return e.type
        ? f.lowering.parts.type(f, f.file, e.type)
        : e.operand
          ? f.lowering.parts.typeOf(f, e.operand)
          : undefined;
    case 'binary':
      return typeInSize(c, e.left) ?? typeInSize(c, e.right);
    case 'cast':
      return typeInSize(c, e.operand);
    case 'conditional':
      return (e.then && typeInSize(c, e.then)) ?? typeInSize(c, e.otherwise);
    case 'call':
      for (const a of e.arguments) {
        const t = typeInSize(c, a);
        if (t) return t;
      }
      return undefined;
    default:
      return undefined;
  }
}

interface Wanted {
  readonly size: Operand;
  readonly sizeExpression: Expression | undefined;
  readonly gfp: Operand | undefined;
  readonly zero: boolean;
  /** Wrappers that never sleep or fail. */
  readonly mayFail?: boolean;
  readonly typesafe?: boolean;
  readonly type?: CType;
}

function pointeeOf(type: CType | undefined): CType | undefined {
  const to = type && pointee(type);
  const t = to && settle(to);
  if (!t || t.kind === 'void' || t.kind === 'function') return undefined;
  if (t.kind === 'record' && !t.record.body() && t.record.inferred.size === 0) return t;
  return t;
}

export function allocate(c: Call, w: Wanted): Value {
  const { f } = c;
  const hinted = pointeeOf(c.hint);
  const sized = w.type ?? typeInSize(c, w.sizeExpression);
  // `char *p = kmalloc(sizeof(struct x), …)` is a struct x.
  const small = hinted && settle(hinted).kind === 'scalar' && sized && settle(sized).kind === 'record';
  const type = small ? sized : (hinted ?? sized);
  const size = integerIn(f.build.known(w.size));
  const layoutType: CType =
    type && (settle(type).kind !== 'scalar' || sizeOf(type) === size)
      ? type
      : type && typeof size === 'number' && sizeOf(type) > 0
        ? { kind: 'array', of: type, count: Math.max(1, Math.floor(size / sizeOf(type))) }
        : type && typeof size !== 'number' && sizeOf(type) > 0
          ? { kind: 'array', of: type, count: Math.ceil(512 / sizeOf(type)) }
          : {
              kind: 'array',
              of: unsignedLongType,
              count: typeof size === 'number' ? Math.max(1, Math.ceil(size / 8)) : 64,
            };
  const gfp = w.gfp && integerIn(f.build.known(w.gfp));
  const zeroed = w.zero || (typeof gfp === 'number' && (gfp & GFP_ZERO) !== 0);
  if (typeof gfp === 'number' && (gfp & DIRECT_RECLAIM) !== 0) sync(f, 'sleep.might', []);
  else if (w.gfp && gfp === undefined) {
    const may = f.build.binary('and', 'u32', w.gfp, constant(DIRECT_RECLAIM));
    const none = f.build.binary('eq', 'u32', may, zero);
    unless(f, none, () => sync(f, 'sleep.might', []));
  }
  const t = temporary(f, 'u64');
  const record = settle(layoutType);
  const span = spanOf(c.node);
  const name =
    record.kind === 'record'
      ? record.record.tag
      : fold(f.lowering.world.text(span.file, span.start, span.end)).slice(0, 40);
  f.build.emit({
    op: 'allocate',
    to: t.register,
    layout: f.lowering.layout(layoutType),
    size: w.size,
    fill: zeroed ? 'zero' : 'unknown',
    name,
    ...(f.lowering.options.allocMayFail && w.mayFail !== false ? { mayFail: true as const } : {}),
    ...(w.typesafe ? { typesafe: true as const } : {}),
  });
  return {
    type: c.hint && pointee(c.hint) ? c.hint : type ? { kind: 'pointer', to: type } : voidPointer,
    operand: t.operand,
  };
}

const plain =
  (size: number, gfp: number | undefined, zeroed: boolean): Row =>
  c =>
    allocate(c, {
      size: operand(c, size, 'u64'),
      sizeExpression: c.arguments[size],
      gfp: gfp === undefined ? undefined : operand(c, gfp, 'u32'),
      zero: zeroed,
    });

const array =
  (count: number, size: number, gfp: number, zeroed: boolean): Row =>
  c => {
    const n = operand(c, count, 'u64');
    const s = operand(c, size, 'u64');
    return allocate(c, {
      size: c.f.build.binary('mul', 'u64', n, s),
      sizeExpression: c.arguments[size],
      gfp: operand(c, gfp, 'u32'),
      zero: zeroed,
    });
  };

const free =
  (i: number): Row =>
  c => {
    c.f.build.emit({ op: 'free', address: operand(c, i) });
    return nothing;
  };

/** kmemdup(p, size, gfp). */
const duplicate =
  (from: number, size: number, gfp: number): Row =>
  c => {
    const source = argument(c, from);
    const bytes = operand(c, size, 'u64');
    const hint = c.hint ?? source.type;
    const v = allocate(
      { ...c, hint },
      { size: bytes, sizeExpression: c.arguments[size], gfp: operand(c, gfp, 'u32'), zero: false },
    );
    const { f } = c;
    const yes = f.build.label();
    const no = f.build.label();
    f.build.branch(v.operand, yes, no);
    f.build.bind(yes);
    f.build.emit({ op: 'move', target: v.operand, source: source.operand, size: bytes });
    f.build.jump(no);
    f.build.bind(no);
    return v;
  };

/** Strings are opaque: a fresh small object. */
const string: Row = c => {
  const gfp = c.arguments.length > 1 ? operand(c, c.name.startsWith('kstrndup') ? 2 : 1, 'u32') : undefined;
  return allocate(
    { ...c, hint: charPointer },
    {
      size: constant(16),
      sizeExpression: undefined,
      gfp: c.name === 'kasprintf' ? operand(c, 0, 'u32') : gfp,
      zero: true,
    },
  );
};

/** Pages by their address: an unsigned long. */
const page =
  (zero: boolean): Row =>
  c => {
    const { f } = c;
    const order = zero ? constant(0) : operand(c, 1, 'u64');
    const v = allocate(
      { ...c, hint: charPointer },
      {
        size: f.build.binary('shl', 'u64', constant(4096), order),
        sizeExpression: undefined,
        gfp: operand(c, 0, 'u32'),
        zero,
      },
    );
    return { type: unsignedLongType, operand: v.operand };
  };

const SLAB_TYPESAFE_BY_RCU = 0x80000;

/**
 * A slab cache is an object: size, constructor and flags are kept in it where the cache is made at run time. The rows
 * read the size from the pointer that receives the object.
 */
const cacheCreate: Row = c => {
  const { f } = c;
  const name = c.name;
  const flags = name === 'KMEM_CACHE' ? operand(c, 1, 'u64') : operand(c, 3, 'u64');
  const n = integerIn(f.build.known(flags));
  const type =
    name === 'KMEM_CACHE' && c.arguments[0]?.kind === 'type'
      ? f.lowering.parts.type(f, f.file, c.arguments[0].type)
      : typeInSize(c, c.arguments[1]);
  const ctorIndex = name.includes('usercopy') ? 6 : 4;
  const ctor = c.arguments[ctorIndex] ? operand(c, ctorIndex) : zero;
  const cache = f.lowering.cache(spanOf(c.node), {
    type,
    typesafe: typeof n === 'number' && (n & SLAB_TYPESAFE_BY_RCU) !== 0,
    constructor: ctor.kind === 'function' ? ctor.function : undefined,
  });
  return { type: c.hint ?? voidPointer, operand: { kind: 'object', object: cache, offset: 0 } };
};

const cacheAlloc =
  (zeroed: boolean, gfp: number): Row =>
  c => {
    const { f } = c;
    argument(c, 0);
    const known = f.lowering.cachesFor(c.hint);
    const type = pointeeOf(c.hint) ?? known?.type;
    const v = allocate(
      { ...c },
      {
        size: constant(type ? sizeOf(type) : 64),
        sizeExpression: undefined,
        gfp: operand(c, gfp, 'u32'),
        zero: zeroed,
        typesafe: known?.typesafe === true,
        ...(type ? { type } : {}),
      },
    );
    const constructor = known?.constructor;
    if (constructor !== undefined && !zeroed) {
      const yes = f.build.label();
      const no = f.build.label();
      f.build.branch(v.operand, yes, no);
      f.build.bind(yes);
      f.build.emit({ op: 'call', function: constructor, arguments: [v.operand] });
      f.build.jump(no);
      f.build.bind(no);
    }
    return v;
  };

/** Per-CPU memory: one copy every PER_CPU bytes. */
const perCpu: Row = c => {
  const { f } = c;
  const t =
    c.arguments[0]?.kind === 'type'
      ? f.lowering.parts.type(f, f.file, c.arguments[0].type)
      : (pointeeOf(c.hint) ?? unsignedLongType);
  const r = temporary(f, 'u64');
  sync(f, 'sleep.might', []);
  f.build.emit({
    op: 'allocate',
    to: r.register,
    layout: f.lowering.perCpuLayout(t),
    size: constant(f.lowering.cpus * 65536),
    fill: 'zero',
    name: 'percpu',
  });
  return {
    type: { kind: 'pointer', to: t },
    operand: f.build.binary('add', 'u64', r.operand, constant(PER_CPU_MARK)),
  };
};

const freePerCpu: Row = c => {
  const p = operand(c, 0);
  const { f } = c;
  const yes = f.build.label();
  const no = f.build.label();
  f.build.branch(p, yes, no);
  f.build.bind(yes);
  f.build.emit({ op: 'free', address: f.build.binary('sub', 'u64', p, constant(PER_CPU_MARK)) });
  f.build.jump(no);
  f.build.bind(no);
  return nothing;
};

const out: Record<string, Row> = {
  __get_free_pages: page(false),
  get_zeroed_page: page(true),
  free_pages: free(0),
  kmalloc: plain(0, 1, false),
  __kmalloc: plain(0, 1, false),
  kmalloc_node: plain(0, 1, false),
  kmalloc_track_caller: plain(0, 1, false),
  kzalloc: plain(0, 1, true),
  kzalloc_node: plain(0, 1, true),
  kvmalloc: plain(0, 1, false),
  kvzalloc: plain(0, 1, true),
  kvmalloc_node: plain(0, 1, false),
  kvzalloc_node: plain(0, 1, true),
  vmalloc: plain(0, undefined, false),
  vzalloc: plain(0, undefined, true),
  kcalloc: array(0, 1, 2, true),
  kvcalloc: array(0, 1, 2, true),
  kcalloc_node: array(0, 1, 2, true),
  kmalloc_array: array(0, 1, 2, false),
  kvmalloc_array: array(0, 1, 2, false),
  devm_kzalloc: plain(1, 2, true),
  devm_kmalloc: plain(1, 2, false),
  devm_kcalloc: array(1, 2, 3, true),
  devm_kmalloc_array: array(1, 2, 3, false),
  kmemdup: duplicate(0, 1, 2),
  devm_kmemdup: duplicate(1, 2, 3),
  memdup_user: c =>
    allocate(c, {
      size: operand(c, 1, 'u64'),
      sizeExpression: c.arguments[1],
      gfp: constant(0xcc0),
      zero: false,
    }),
  kstrdup: string,
  kstrdup_const: string,
  kstrndup: string,
  kasprintf: string,
  kvasprintf: string,
  devm_kstrdup: string,
  devm_kasprintf: string,
  // The end of an object that may be a static one of the harness.
  __race_end: c => {
    c.f.build.emit({ op: 'free', address: operand(c, 0), any: true });
    return nothing;
  },
  kfree: free(0),
  kvfree: free(0),
  vfree: free(0),
  kfree_const: free(0),
  kfree_sensitive: free(0),
  kzfree: free(0),
  kvfree_sensitive: free(0),
  devm_kfree: free(1),
  kfree_bulk: ignored,
  kmem_cache_create: cacheCreate,
  kmem_cache_create_usercopy: cacheCreate,
  KMEM_CACHE: cacheCreate,
  KMEM_CACHE_USERCOPY: cacheCreate,
  kmem_cache_destroy: ignored,
  kmem_cache_shrink: gives(0, intType),
  kmem_cache_alloc: cacheAlloc(false, 1),
  kmem_cache_alloc_lru: cacheAlloc(false, 2),
  kmem_cache_alloc_node: cacheAlloc(false, 1),
  kmem_cache_zalloc: cacheAlloc(true, 1),
  kmem_cache_free: free(1),
  alloc_percpu: perCpu,
  alloc_percpu_gfp: perCpu,
  __alloc_percpu: perCpu,
  __alloc_percpu_gfp: perCpu,
  free_percpu: freePerCpu,
  ksize: gives(0, unsignedLongType),
  kmemleak_alloc: ignored,
  kmemleak_free: ignored,
  kmemleak_not_leak: ignored,
  kmemleak_ignore: ignored,
  size_add: c => ({
    type: unsignedLongType,
    operand: c.f.build.binary('add', 'u64', operand(c, 0, 'u64'), operand(c, 1, 'u64')),
  }),
  size_mul: c => ({
    type: unsignedLongType,
    operand: c.f.build.binary('mul', 'u64', operand(c, 0, 'u64'), operand(c, 1, 'u64')),
  }),
  array_size: c => ({
    type: unsignedLongType,
    operand: c.f.build.binary('mul', 'u64', operand(c, 0, 'u64'), operand(c, 1, 'u64')),
  }),
};

/** Debugging and bookkeeping variants (6.10 and later add `_noprof`). */
for (const [name, row] of Object.entries({ ...out })) if (/^k|^v/.test(name)) out[`${name}_noprof`] = row;

export const alloc: Rows = out;
