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

/** Spare bits that a slot gets at most, beyond what its components need now. */
const MOST_SPARE = 3;
const WORD = 32;

/** As few words as the components of now need; what is left of them goes to the slots that are nearly full. */
export function layoutOf(components: Components): Layout | undefined {
  const wanted = components.slots
    .map((_, slot) => {
      const count = components.count(slot);
      return { slot, count, bits: bitsFor(count) };
    })
    .filter(w => w.bits > 0)
    .sort((a, b) => b.bits - a.bits || a.slot - b.slot);
  // First fit, the widest first, into 32-bit words.
  const halves: Half[] = [];
  for (const w of wanted) {
    if (w.bits > MOST_BITS) return undefined;
    let half = halves.find(h => h.used + w.bits <= WORD);
    if (!half) {
      half = { used: 0, held: [] };
      halves.push(half);
    }
    half.used += w.bits;
    half.held.push(w);
  }
  const words = Math.max(1, Math.ceil(halves.length / 2));
  if (words > MOST_WORDS) return undefined;
  const balanced = balance(wanted, 2 * words) ?? halves;
  const fields: (Field | undefined)[] = components.slots.map(() => undefined);
  balanced.forEach(({ used, held }, word) => {
    let free = WORD - used;
    const fullest = [...held].sort((a, b) => b.count / 2 ** b.bits - a.count / 2 ** a.bits);
    for (let round = 0; round < MOST_SPARE; round++)
      for (const w of fullest) {
        // Two components, as of a flag, are all there will be, as a rule.
        if (free === 0 || w.bits >= MOST_BITS || (w.count <= 2 && round === 0)) continue;
        w.bits++;
        free--;
      }
    let shift = 0;
    for (const { slot, bits } of held) {
      fields[slot] = { slot, word, shift, mask: 2 ** bits - 1 };
      shift += bits;
    }
  });
  return { fields, words };
}

/** The same into so many words, so that each has about as much left over as the others; not if they do not fit like that. */
function balance(wanted: Half['held'], count: number): readonly Half[] | undefined {
  const halves: Half[] = Array.from({ length: count }, () => ({ used: 0, held: [] }));
  for (const w of wanted) {
    const emptiest = halves.reduce((best, h) => (h.used < best.used ? h : best));
    if (emptiest.used + w.bits > WORD) return undefined;
    emptiest.used += w.bits;
    emptiest.held.push(w);
  }
  return halves;
}

/** Wider fields than this would make trees too large. */
const MOST_BITS = 24;

interface Half {
  used: number;
  held: { readonly slot: number; readonly count: number; bits: number }[];
}

/** Bits that tell `count` components apart. */
function bitsFor(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1);
}
