/** What each place of the source was seen to do to memory during the search: which bits it set and cleared in which cell. */
import type { Integer } from '../ir/program';
import type { Value } from './unknown';

/** Bits changed, low and high halves. */
export interface Effect {
  setLow: number;
  setHigh: number;
  clearLow: number;
  clearHigh: number;
}

/** By site, then by object * 65536 + cell. An entry without bits: executed, changed nothing. */
export type Effects = Map<number, Map<number, Effect>>;

export function effectKey(object: number, cell: number): number {
  return object * 65536 + cell;
}

export function noteEffect(
  effects: Effects,
  site: number,
  object: number,
  cell: number,
  before: Value,
  after: Value,
): void {
  let cells = effects.get(site);
  if (!cells) effects.set(site, (cells = new Map()));
  const key = effectKey(object, cell);
  let effect = cells.get(key);
  if (!effect) cells.set(key, (effect = { setLow: 0, setHigh: 0, clearLow: 0, clearHigh: 0 }));
  if (before === after) return;
  if (typeof before === 'object' || typeof after === 'object') {
    // Unknown on one side: it may have changed anything.
    effect.setLow = effect.setHigh = effect.clearLow = effect.clearHigh = -1;
    return;
  }
  const bl = low(before);
  const al = low(after);
  const bh = high(before);
  const ah = high(after);
  effect.setLow |= al & ~bl;
  effect.clearLow |= bl & ~al;
  effect.setHigh |= ah & ~bh;
  effect.clearHigh |= bh & ~ah;
}

/** Whether the effect changes the bit that way; without a bit, whether it changes anything. */
export function changes(
  effect: Effect,
  bit: { readonly number: number; readonly until: 'set' | 'clear' } | undefined,
): boolean {
  if (!bit) return (effect.setLow | effect.setHigh | effect.clearLow | effect.clearHigh) !== 0;
  const half =
    bit.until === 'set'
      ? bit.number < 32
        ? effect.setLow
        : effect.setHigh
      : bit.number < 32
        ? effect.clearLow
        : effect.clearHigh;
  return ((half >> (bit.number & 31)) & 1) === 1;
}

function low(v: Integer): number {
  return typeof v === 'number' ? v | 0 : Number(BigInt.asIntN(32, v));
}

function high(v: Integer): number {
  return typeof v === 'number' ? Math.floor(v / 4294967296) | 0 : Number(BigInt.asIntN(32, v >> 32n));
}
