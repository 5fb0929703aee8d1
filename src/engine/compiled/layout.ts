/**
 * How a state is packed: each slot's component number takes as many bits as the slot needs, in 32-bit words (no field
 * crosses one), an even number of them.
 */
import type { Components } from '../components';

export interface Field {
  readonly slot: number;
  /** Index of the 32-bit word. */
  readonly word: number;
  readonly shift: number;
  /** 2^bits - 1. */
  readonly mask: number;
}

export interface Layout {
  /** By slot; a slot with one component only has none. */
  readonly fields: readonly (Field | undefined)[];
  /** 64-bit words in a state, at least 1. */
  readonly words: number;
}

/** At most so many 64-bit words; states that need more are not packed. */
export const MOST_WORDS = 8;

/** `growing` slots get a bit to spare. Undefined if the states are too large. */
export function layoutOf(components: Components, growing: boolean): Layout | undefined {
  const wanted = components.slots
    .map((_, slot) => {
      const count = components.count(slot);
      return { slot, bits: bitsFor(growing && count > 3 ? count * 2 : count) };
    })
    .filter(w => w.bits > 0)
    .sort((a, b) => b.bits - a.bits || a.slot - b.slot);
  const used: number[] = [];
  const fields: (Field | undefined)[] = components.slots.map(() => undefined);
  for (const { slot, bits } of wanted) {
    if (bits > 24) return undefined;
    let word = used.findIndex(u => u + bits <= 32);
    if (word < 0) word = used.push(0) - 1;
    const shift = used[word] ?? 0;
    fields[slot] = { slot, word, shift, mask: 2 ** bits - 1 };
    used[word] = shift + bits;
  }
  const words = Math.max(1, Math.ceil(used.length / 2));
  return words > MOST_WORDS ? undefined : { fields, words };
}

/** Bits that tell `count` components apart. */
function bitsFor(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1);
}
