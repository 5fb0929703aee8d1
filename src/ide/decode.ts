/** Decodes a number into the bits of a state word, with the enum of the open tree. */
import { bitNumbers, type Bit } from '../kernel/constants';
import type { StateWord } from '../kernel/words';
import { knowledge, type Knowledge } from './knowledge';
import type { Scene } from './scene';

export interface DecodedBit {
  readonly number: number;
  /** `bit 6` if nobody names it. */
  readonly name: string;
  /** The comment beside the enumerator. */
  readonly comment?: string;
}

export interface Decoded {
  /** `napi_struct.state`, or the name of the enum. */
  readonly word: string;
  /** `0x37`. */
  readonly value: string;
  /** Those that are set, lowest first. */
  readonly bits: readonly DecodedBit[];
}

/** A state word or an enum of bits that a value can be decoded with. */
export interface Decoder {
  /** `napi_struct.state`. */
  readonly word: string;
  /** All named bits, lowest first. */
  readonly bits: readonly DecodedBit[];
}

/** The state words of the open files with their named bits, those with most accesses first. */
export function decoders(scene: Scene): readonly Decoder[] {
  const k = knowledge(scene);
  return k.words.map(w => decoderOf(k, w)).filter(d => d.bits.length > 0);
}

/** The named bits of one word: those used, and the rest of their enum. */
export function decoderOf(k: Knowledge, word: StateWord): Decoder {
  const bits = new Map<number, DecodedBit>();
  const take = (bit: Bit): void => {
    if (bit.number === undefined || bits.has(bit.number)) return;
    const comment = k.names.constant(bit.name)?.comment;
    bits.set(bit.number, { number: bit.number, name: bit.name, ...(comment && { comment }) });
  };
  for (const bit of word.bits) take(bit);
  const named = word.bits.find(b => k.siblings(b.name).length > 1);
  for (const e of named ? k.siblings(named.name) : []) {
    const value = k.names.constant(e.name)?.value;
    // Enums of masks are told by their first values; their numbers are bits of the mask.
    if (value === undefined || value < 0n || value > 63n || isMaskEnum(k, word)) continue;
    take({ name: e.name, number: Number(value) });
  }
  return { word: word.key, bits: [...bits.values()].sort((a, b) => a.number - b.number) };
}

/** The names used are masks (`FLAG = 1 << 3`), not numbers of bits. */
function isMaskEnum(k: Knowledge, word: StateWord): boolean {
  return word.bits.some(b => {
    const value = k.names.constant(b.name)?.value;
    return b.number !== undefined && value !== undefined && value !== BigInt(b.number);
  });
}

/** Bits without a name are kept: `bit 6`. */
export function decode(decoder: Decoder, value: bigint): Decoded {
  return {
    word: decoder.word,
    value: `0x${BigInt.asUintN(64, value).toString(16)}`,
    bits: bitNumbers(value).map(
      number => decoder.bits.find(b => b.number === number) ?? { number, name: `bit ${number}` },
    ),
  };
}

/** The part of the names that all bits of a word have in common, ending in `_`: `NAPI_STATE_`. */
export function commonPrefix(names: readonly string[]): string {
  const [first = '', ...rest] = names;
  if (rest.length === 0) return '';
  let n = first.length;
  for (const name of rest) while (!name.startsWith(first.slice(0, n))) n--;
  return first.slice(0, first.lastIndexOf('_', n - 1) + 1);
}
