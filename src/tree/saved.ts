/**
 * The index of identifiers as bytes, to be kept between windows: a mark, then one block a segment, of its paths as JSON and
 * the typed arrays as they are in memory, so that reading costs nothing but the paths and goes block by block. The bytes are
 * those of the machine that wrote them: the mark at the front tells them from others.
 */
import type { Segment } from './segments';

/** Raise when the scan finds something else, or the form changes: what was kept is made again. */
const making = 3;
const mark = 0x52_4c_49_58;

/** Behind the mark. */
interface Head {
  readonly making: number;
  readonly root: string;
}

interface Block {
  /** Behind the root. */
  readonly paths: readonly string[];
  /** Numbers of files that are not there any more. */
  readonly dead: readonly number[];
  readonly pairs: number;
}

/** Pieces to be written one after another, each made when it is asked for. */
export function* writeSaved(root: string, segments: readonly Segment[]): Iterable<Uint8Array> {
  const head: Head = { making, root };
  yield withLength(mark, head);
  for (const { paths, dead, stamps, hashes, files } of segments) {
    const block: Block = {
      paths: paths.map(path => (path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path)),
      dead: [...dead.keys()].filter(i => dead[i]),
      pairs: hashes.length,
    };
    yield withLength(mark, block);
    for (const array of [stamps, hashes, files]) yield paddedBytes(array);
  }
}

/**
 * The segments one by one, ending at the first that is cut off; undefined if the bytes are of another tree or making. The
 * arrays are views of the bytes.
 */
export function readSaved(root: string, saved: Uint8Array): Iterator<Segment> | undefined {
  // Views need places that are multiples of eight.
  const bytes = saved.byteOffset % 8 === 0 ? saved : saved.slice();
  const head = jsonAt<Head>(bytes, 0);
  if (head?.value.making !== making || head.value.root !== root) return undefined;
  return segmentsFrom(root, bytes, head.end);
}

function* segmentsFrom(
  root: string,
  { buffer, byteOffset, length }: Uint8Array,
  start: number,
): Iterator<Segment> {
  const bytes = new Uint8Array(buffer, byteOffset, length);
  for (let at = start; ;) {
    const block = jsonAt<Block>(bytes, at);
    if (!block) return;
    const { paths, dead, pairs } = block.value;
    const stamps = block.end;
    const hashes = stamps + padded(paths.length * 8);
    const files = hashes + padded(pairs * 4);
    at = files + padded(pairs * 2);
    if (at > length) return;
    const isDead = new Uint8Array(paths.length);
    for (const file of dead) isDead[file] = 1;
    yield {
      paths: paths.map(path => (path.startsWith('/') ? path : `${root}/${path}`)),
      stamps: new Float64Array(buffer, byteOffset + stamps, paths.length),
      dead: isDead,
      hashes: new Uint32Array(buffer, byteOffset + hashes, pairs),
      files: new Uint16Array(buffer, byteOffset + files, pairs),
    };
  }
}

function jsonAt<T>(bytes: Uint8Array, at: number): { readonly value: T; readonly end: number } | undefined {
  if (at + 8 > bytes.length) return undefined;
  const [found, length = 0] = new Uint32Array(bytes.buffer, bytes.byteOffset + at, 2);
  if (found !== mark || at + 8 + length > bytes.length) return undefined;
  try {
    const text = new TextDecoder().decode(bytes.subarray(at + 8, at + 8 + length));
    return { value: JSON.parse(text) as T, end: at + padded(8 + length) };
  } catch {
    return undefined;
  }
}

function withLength(first: number, value: Head | Block): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(value));
  const bytes = new Uint8Array(padded(8 + text.length));
  new Uint32Array(bytes.buffer, 0, 2).set([first, text.length]);
  bytes.set(text, 8);
  return bytes;
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8;
}

function paddedBytes(array: Float64Array | Uint32Array | Uint16Array): Uint8Array {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  if (bytes.length % 8 === 0) return bytes;
  const longer = new Uint8Array(padded(bytes.length));
  longer.set(bytes);
  return longer;
}
