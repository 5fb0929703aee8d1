/** Decodes a number into the bits of a state word, with the enum of the open tree. */
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

/** The state words of the open files with their named bits, those with most bits first. */
export function decoders(_scene: Scene): readonly Decoder[] {
  return [];
}

/** `SCHED | MISSED`-style text is made by the caller; bits without a name are kept. */
export function decode(decoder: Decoder, value: bigint): Decoded {
  return { word: decoder.word, value: `0x${value.toString(16)}`, bits: [] };
}
