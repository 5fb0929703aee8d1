/** Decodes a number into the bits of a state word, with the enum of the open tree. */
import type { Span } from '../../base/span';
import { bitNumbers, type Bit } from '../../kernel/words/constants';
import type { StateWord } from '../../kernel/words/words';
import { constantOf, isLimit, treeNames } from './bitNames';
import { knowledge, type Knowledge } from '../knowledge';
import type { Scene } from '../scene';

export interface DecodedBit {
  readonly number: number;
  /** `bit 6` if nobody names it. */
  readonly name: string;
  /** The comment beside the enumerator. */
  readonly comment?: string;
  /** Its name where it is defined. */
  readonly span?: Span;
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
    const { comment, span } = k.names.constant(bit.name) ?? {};
    bits.set(bit.number, {
      number: bit.number,
      name: bit.name,
      ...(comment && { comment }),
      ...(span && { span }),
    });
  };
  for (const bit of word.bits) take(bit);
  const named = word.bits.find(b => k.siblings(b.name).length > 1);
  for (const e of named ? k.siblings(named.name) : []) {
    const value = k.names.constant(e.name)?.value;
    // Enums of masks are told by their first values; their numbers are bits of the mask.
    if (value === undefined || value < 0n || value > 63n || isMaskEnum(k, word)) continue;
    if (isLimit(e.name)) continue;
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

// --- "Decode State Word…" ----------------------------------------------------------------------------------------

export interface DecodedWord extends Decoded {
  /** As it was typed, and as 64 bits. */
  readonly typed: string;
  /** Tag of the enum that names the bits; '' for one without a tag, absent if macros do. */
  readonly enum?: string;
  /** Named bits that are not set, lowest first. */
  readonly clear: readonly DecodedBit[];
  /** Numbers of set bits that nobody names. */
  readonly unknown: readonly number[];
}

/** A sentence for the user. */
export interface DecodeProblem {
  readonly problem: string;
}

/**
 * Decodes what the user typed: a value (`0x37`, `0b11`, `55UL`, `-1`) and a word, which may be written as a field
 * (`napi_struct.state`), as in the code (`n->state`), as the name of one of its bits, or as an enum.
 */
export function decodeWord(scene: Scene, word: string, value: string): DecodedWord | DecodeProblem {
  const number = parseValue(value);
  if (typeof number === 'string') return { problem: number };
  const decoder = decoderFor(scene, word);
  if ('problem' in decoder) return decoder;
  const decoded = decode(decoder, number);
  const set = new Set(decoded.bits.map(b => b.number));
  const unknown = decoded.bits.map(b => b.number).filter(n => !decoder.bits.some(b => b.number === n));
  return {
    ...decoded,
    typed: value.trim(),
    ...(decoder.enum !== undefined && { enum: decoder.enum }),
    clear: decoder.bits.filter(b => b.number < 64 && !set.has(b.number)),
    unknown,
  };
}

/** The words that begin with, or have inside, what is typed so far; all for an empty text. */
export function wordsMatching(
  scene: Scene,
  typed: string,
): readonly (Decoder & { readonly accesses: number })[] {
  const k = knowledge(scene);
  const wanted = normal(typed).toLowerCase();
  return [...k.words, ...k.plainWords].flatMap(w => {
    const hit =
      w.key.toLowerCase().includes(wanted) ||
      w.accesses.some(a => normal(a.access.word).toLowerCase().startsWith(wanted)) ||
      w.bits.some(b => b.name.toLowerCase().startsWith(wanted));
    const decoder = hit ? decoderOf(k, w) : undefined;
    return decoder && decoder.bits.length > 0 ? [{ ...decoder, accesses: w.accesses.length }] : [];
  });
}

/** A number as C writes it, of at most 64 bits; a sentence about what is wrong with it. */
export function parseValue(typed: string): bigint | string {
  const text = typed.trim().replace(/(?<=[0-9a-fA-F])[_'](?=[0-9a-fA-F])/g, '');
  if (text === '') return 'Type a number, such as 0x37.';
  const m = /^([+-]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)([uUlL]{0,3})$/.exec(text);
  if (!m?.[2]) {
    if (/^[+-]?0[0-9]+[uUlL]*$/.test(text))
      return `${text} begins with 0, so it is octal, but has a digit above 7.`;
    if (/^[0-9a-fA-F]+$/.test(text)) return `${text} is no number; is it 0x${text}?`;
    return `${text} is no number. Write it as in C: 0x37, 0b110111, 067 or 55.`;
  }
  const digits = /^0[0-7]+$/.test(m[2]) ? `0o${m[2].slice(1)}` : m[2].toLowerCase();
  const value = BigInt(digits) * (m[1] === '-' ? -1n : 1n);
  if (value >= 1n << 64n || value < -(1n << 63n)) return `${text} does not fit into 64 bits.`;
  return BigInt.asUintN(64, value);
}

function normal(text: string): string {
  return text.trim().replace(/\s+/g, '').replace(/^&/, '').replace(/->/g, '.');
}

function decoderFor(scene: Scene, typed: string): (Decoder & { readonly enum?: string }) | DecodeProblem {
  const k = knowledge(scene);
  const text = normal(typed);
  if (text === '') return { problem: 'Name a state word, such as napi_struct.state, or one of its bits.' };
  const all = [...k.words, ...k.plainWords];
  const named = (w: StateWord): Decoder & { readonly enum?: string } => {
    const tag = w.bits.map(b => k.names.constant(b.name)?.enum).find(e => e !== undefined);
    return { ...decoderOf(k, w), ...(tag !== undefined && { enum: tag }) };
  };
  const exact = all.find(w => w.key === text);
  if (exact) return named(exact);
  const written = all.filter(
    w => w.accesses.some(a => normal(a.access.word) === text) || w.bits.some(b => b.name === text),
  );
  if (written.length === 1 && written[0]) return named(written[0]);
  if (/^[A-Za-z_]\w*$/.test(text)) {
    const list = enumNamed(scene, text);
    if (list) return list;
  }
  const field = text.slice(text.lastIndexOf('.') + 1);
  const alike =
    written.length > 1 ? written : all.filter(w => w.key.slice(w.key.lastIndexOf('.') + 1) === field);
  if (alike.length === 1 && alike[0]) return named(alike[0]);
  if (alike.length > 1)
    return { problem: `${typed.trim()} may be ${listed(alike.map(w => w.key))}: name the struct.` };
  const some = all.slice(0, 5).map(w => w.key);
  return {
    problem: `No state word or enum ${typed.trim()} is known${some.length > 0 ? `; the open files have ${listed(some)}` : ': no open file has a state word'}.`,
  };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5);
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1) ?? ''}`;
}

/** The bits of an enum, found by its tag or by the name of one of its enumerators, anywhere in the tree. */
function enumNamed(scene: Scene, name: string): (Decoder & { readonly enum: string }) | undefined {
  const from = scene.files[0]?.path;
  const [d] = scene.corpus.definitions(name, ['enum', 'enumerator'], from);
  if (!d) return undefined;
  const { source, item } = d;
  const around =
    item.kind === 'enum'
      ? item
      : source.items.find(i => i.kind === 'enum' && i.start <= item.start && item.start < i.end);
  if (!around) return undefined;
  const names = treeNames(scene);
  const constants = source.items
    .filter(i => i.kind === 'enumerator' && around.start <= i.start && i.start < around.end)
    .map(i => constantOf({ source, item: i }, names));
  const masks = constants.some(c => /<<|\bBIT|0[xX]/.test(c.expression ?? ''));
  const bits = constants.flatMap(c => {
    if (c.value === undefined) return [];
    const set = bitNumbers(c.value);
    const number = masks
      ? set.length === 1
        ? set[0]
        : undefined
      : c.value < 64n
        ? Number(c.value)
        : undefined;
    if (number === undefined || number < 0 || isLimit(c.name)) return [];
    return [
      { number, name: c.name, ...(c.comment && { comment: c.comment }), ...(c.span && { span: c.span }) },
    ];
  });
  if (bits.length === 0) return undefined;
  return {
    word: around.name ? `enum ${around.name}` : `the enum of ${name}`,
    enum: around.name,
    bits: bits
      .filter((b, i) => bits.findIndex(x => x.number === b.number) === i)
      .sort((a, b) => a.number - b.number),
  };
}
