/**
 * User memory: bytes that nobody knows, copied without fault. What is read is unknown, what is written is forgotten.
 * Checksums and random numbers are unknown values as well.
 */
import { zero } from '../builder';
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

/** `get_user(x, pointer)`: x becomes unknown. */
const get: Row = c => {
  const e = c.arguments[0];
  argument(c, 1);
  if (e)
    assign(
      c,
      0,
      unknown(c, c.f.lowering.parts.typeOf(c.f, e), 'what a program put into its memory is unknown'),
    );
  return number(0, intType);
};

const put: Row = c => {
  argument(c, 0);
  argument(c, 1);
  return number(0, intType);
};

/** A single variable becomes unknown; of larger objects the bytes stay as they are, and the assumption says so. */
const copyIn: Row = c => {
  const to = argument(c, 0);
  operand(c, 2);
  const t = settle(pointee(to.type) ?? scalarType('u8'));
  const e = c.arguments[0];
  if (e?.kind === 'unary' && e.operator === '&' && (t.kind === 'scalar' || t.kind === 'pointer')) {
    const v = unknown(c, t, 'what a program put into its memory is unknown');
    c.f.build.emit({
      op: 'store',
      type: scalarOf(t),
      address: to.operand,
      value: v.operand,
      marking: 'plain',
    });
  } else
    c.f.lowering.assumption(
      'model',
      `${c.name}() leaves the bytes of its target as they are`,
      spanOf(c.node),
    );
  return number(0, unsignedLongType);
};

const copyOut: Row = c => {
  argument(c, 1);
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
  copy_from_sockptr: copyIn,
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
