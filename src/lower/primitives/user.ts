/**
 * User memory. A pointer to an object of the harness is read and written through: what the harness put there is what the
 * program passed. Anything else (NULL, an unknown pointer) holds bytes that nobody knows: what is read is unknown, what
 * is written is forgotten. Copies never fault. Checksums and random numbers are unknown values as well.
 */
import type { Operand } from '../../ir/program';
import { constant, zero } from '../builder';
import { spanOf, temporary } from '../context';
import type { Value } from '../context';
import {
  intType,
  longType,
  pointee,
  scalarOf,
  scalarType,
  settle,
  unsignedLongType,
  unsignedType,
} from '../types';
import type { CType } from '../types';
import type { Call, Row, Rows } from './kit';
import { argument, assign, gives, ignored, number, operand } from './kit';

function unknown(c: Call, type: CType, what: string): Value {
  const scalar = scalarOf(type);
  const t = temporary(c.f, scalar);
  const assumption = c.f.lowering.assumption('unknown-value', `${c.name}(): ${what}`, spanOf(c.node));
  c.f.build.emit({ op: 'unknown', to: t.register, type: scalar, assumption });
  return { type, operand: t.operand };
}

/** The lowest address of an object: below are NULL and integers that are no addresses. */
const FIRST_ADDRESS = 2 ** 32;

/** One of two ways, by whether the pointer leads to an object. */
function byObject(c: Call, pointer: Operand, yes: () => void, no: () => void): void {
  const { build } = c.f;
  const known = build.known(pointer);
  if (known.kind === 'object' || known.kind === 'stack') return yes();
  const small = build.binary('lt', 'u64', known, constant(FIRST_ADDRESS));
  const bytes = build.label();
  const object = build.label();
  const end = build.label();
  build.branch(small, bytes, object);
  build.bind(object);
  yes();
  build.jump(end);
  build.bind(bytes);
  no();
  build.jump(end);
  build.bind(end);
}

const fromProgram = 'what a program put into its memory is unknown';

/** `get_user(x, pointer)`. */
const get: Row = c => {
  const e = c.arguments[0];
  const p = argument(c, 1);
  if (!e) return number(0, intType);
  const { f } = c;
  const type = settle(pointee(p.type) ?? f.lowering.parts.typeOf(f, e));
  byObject(
    c,
    p.operand,
    () => {
      const t = temporary(f, scalarOf(type));
      f.build.emit({
        op: 'load',
        to: t.register,
        type: scalarOf(type),
        address: p.operand,
        marking: 'once',
      });
      assign(c, 0, { type, operand: t.operand });
    },
    () => {
      assign(c, 0, unknown(c, f.lowering.parts.typeOf(f, e), fromProgram));
    },
  );
  return number(0, intType);
};

/** `put_user(x, pointer)`. */
const put: Row = c => {
  const v = argument(c, 0);
  const p = argument(c, 1);
  const { f } = c;
  const type = settle(pointee(p.type) ?? v.type);
  if (type.kind !== 'scalar' && type.kind !== 'pointer') return number(0, intType);
  const value = f.build.known(f.build.convert(v.operand, scalarOf(v.type), scalarOf(type)));
  byObject(
    c,
    p.operand,
    () => {
      f.build.emit({ op: 'store', type: scalarOf(type), address: p.operand, value, marking: 'once' });
    },
    () => undefined,
  );
  return number(0, intType);
};

/** From bytes that nobody knows a single variable becomes unknown; a larger object stays as it is, as the assumption says. */
const copyIn: Row = c => {
  const to = argument(c, 0);
  const from = argument(c, 1);
  const size = operand(c, 2, 'u64');
  const t = settle(pointee(to.type) ?? scalarType('u8'));
  const e = c.arguments[0];
  const { build } = c.f;
  byObject(
    c,
    from.operand,
    () => {
      build.emit({ op: 'move', target: to.operand, source: from.operand, size });
    },
    () => {
      if (e?.kind === 'unary' && e.operator === '&' && (t.kind === 'scalar' || t.kind === 'pointer')) {
        const value = unknown(c, t, fromProgram).operand;
        build.emit({ op: 'store', type: scalarOf(t), address: to.operand, value, marking: 'plain' });
      } else unknown(c, unsignedType, 'leaves the bytes of its target as they are');
    },
  );
  return number(0, unsignedLongType);
};

const copyOut: Row = c => {
  const to = argument(c, 0);
  const from = argument(c, 1);
  const size = operand(c, 2, 'u64');
  byObject(
    c,
    to.operand,
    () => {
      c.f.build.emit({ op: 'move', target: to.operand, source: from.operand, size });
    },
    () => undefined,
  );
  return number(0, unsignedLongType);
};

const random =
  (type: CType): Row =>
  c =>
    unknown(c, type, 'a number that nobody knows');

export const user: Rows = {
  get_user: get,
  __get_user: get,
  unsafe_get_user: get,
  get_kernel_nofault: get,
  put_user: put,
  __put_user: put,
  unsafe_put_user: put,
  access_ok: gives(1, intType),
  user_access_begin: gives(1, intType),
  user_read_access_begin: gives(1, intType),
  user_write_access_begin: gives(1, intType),
  user_access_end: ignored,
  user_read_access_end: ignored,
  user_write_access_end: ignored,
  copy_from_user: copyIn,
  __copy_from_user: copyIn,
  _copy_from_user: copyIn,
  __copy_from_user_inatomic: copyIn,
  copy_to_user: copyOut,
  __copy_to_user: copyOut,
  _copy_to_user: copyOut,
  __copy_to_user_inatomic: copyOut,
  clear_user: gives(0, unsignedLongType),
  stac: ignored,
  clac: ignored,
  might_fault: ignored,
  get_random_u32: random(unsignedType),
  get_random_u64: random(unsignedLongType),
  get_random_long: random(unsignedLongType),
  prandom_u32: random(unsignedType),
  get_random_u32_below: random(unsignedType),
  prandom_u32_max: random(unsignedType),
  csum_fold: random(scalarType('u16')),
  csum_partial: random(unsignedType),
  csum_tcpudp_magic: random(scalarType('u16')),
  csum_tcpudp_nofold: random(unsignedType),
  csum_add: random(unsignedType),
  ip_fast_csum: random(scalarType('u16')),
  csum_ipv6_magic: random(scalarType('u16')),
  rdtsc: random(unsignedLongType),
  rdtsc_ordered: random(unsignedLongType),
  jiffies_delta_to_msecs: c => ({ type: longType, operand: operand(c, 0, 'i64') }),
  preempt_count_set: ignored,
  native_save_fl: () => ({ type: unsignedLongType, operand: zero }),
};
