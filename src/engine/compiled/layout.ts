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
const MOST_SPARE = 2;

/** As few words as the components of now need; what is left of them goes to the slots that are nearly full. */
export function layoutOf(components: Components): Layout | undefined {
  const wanted = components.slots
    .map((_, slot) => {
      const count = components.count(slot);
      const bits = bitsFor(count);
      return { slot, count, bits, least: bits };
    })
    .filter(w => w.bits > 0);
  const words = wordsFor(wanted);
  if (words > MOST_WORDS) return undefined;
  const fullest = [...wanted].sort((a, b) => b.count / 2 ** b.bits - a.count / 2 ** a.bits);
  for (let round = 0; round < MOST_SPARE; round++)
    for (const w of fullest) {
      // Two components, as of a flag, are all there will be, as a rule.
      if (w.count <= 2 && round === 0) continue;
      w.bits++;
      if (wordsFor(wanted) > words) w.bits--;
    }
  const fields: (Field | undefined)[] = components.slots.map(() => undefined);
  for (const { slot, bits, word, shift } of placed(wanted)) {
    if (bits > 24) return undefined;
    fields[slot] = { slot, word, shift, mask: 2 ** bits - 1 };
  }
  return { fields, words };
}

interface Wanted {
  readonly slot: number;
  readonly bits: number;
}

/** First fit, the widest first, into 32-bit words. */
function placed(wanted: readonly Wanted[]): readonly (Wanted & { word: number; shift: number })[] {
  const used: number[] = [];
  return [...wanted]
    .sort((a, b) => b.bits - a.bits || a.slot - b.slot)
    .map(({ slot, bits }) => {
      let word = used.findIndex(u => u + bits <= 32);
      if (word < 0) word = used.push(0) - 1;
      const shift = used[word] ?? 0;
      used[word] = shift + bits;
      return { slot, bits, word, shift };
    });
}

function wordsFor(wanted: readonly Wanted[]): number {
  const halves = placed(wanted).reduce((most, p) => Math.max(most, p.word + 1), 0);
  return Math.max(1, Math.ceil(halves / 2));
}

/** Bits that tell `count` components apart. */
function bitsFor(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1);
}
