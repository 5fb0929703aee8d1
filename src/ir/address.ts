/**
 * Addresses are plain 64-bit integers below 2^53: object number and byte offset packed together, so that pointer
 * arithmetic and comparison are integer arithmetic. Offsets may run below or above an object (container_of on a list
 * head does that) and still name the same object; following such an address is out of bounds. Object and function
 * numbers share one space: functions come after FIRST_FUNCTION.
 */
import type { Integer } from './program';

const SPAN = 2 ** 32;
const MIDDLE = 2 ** 31;

/** Object numbers from here on are function indexes. */
export const FIRST_FUNCTION = 2 ** 20;

/** The largest object number. */
export const LAST_OBJECT = FIRST_FUNCTION - 1;

/** `offset` in bytes, -2^31 … 2^31-1. */
export function addressOf(object: number, offset: number): number {
  return (object + 1) * SPAN + MIDDLE + offset;
}

export function addressOfFunction(index: number): number {
  return addressOf(FIRST_FUNCTION + index, 0);
}

export type Place =
  | { readonly kind: 'object'; readonly object: number; readonly offset: number }
  | { readonly kind: 'function'; readonly function: number }
  /** NULL and small offsets from it, ERR_PTR values, list poison. */
  | { readonly kind: 'null' }
  /** An integer that is no address. */
  | { readonly kind: 'wild' };

const PAGE = 4096;
/** LIST_POISON1 and 2 on 64-bit, with CONFIG_ILLEGAL_POINTER_VALUE. */
const POISON_LOW = 0xdead000000000000n;
const POISON_HIGH = POISON_LOW + 0x1000n;

/** What an address names. The value is taken as `u64`. */
export function placeOf(address: Integer): Place {
  if (typeof address === 'bigint') {
    if (address >= 0xfffffffffffff000n || (address >= POISON_LOW && address < POISON_HIGH))
      return { kind: 'null' };
    return { kind: 'wild' };
  }
  if (address < PAGE && address > -PAGE) return { kind: 'null' };
  if (address < SPAN) return { kind: 'wild' };
  const object = Math.floor(address / SPAN) - 1;
  const offset = address - (object + 1) * SPAN - MIDDLE;
  if (object >= FIRST_FUNCTION)
    return offset === 0 ? { kind: 'function', function: object - FIRST_FUNCTION } : { kind: 'wild' };
  return { kind: 'object', object, offset };
}
