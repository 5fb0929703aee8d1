/**
 * The index of identifiers as bytes, to be kept between windows. After a head (what made it, the tree, the paths of each
 * segment as JSON) come the typed arrays as they are in memory, so that reading costs nothing but the paths. The bytes are
 * those of the machine that wrote them: the mark at the front tells them from others.
 */
import type { Segment } from './segments';

/** Raise when the scan finds something else, or the form changes: what was kept is made again. */
const making = 1;
const mark = 0x52_4c_49_58;

interface Head {
  readonly making: number;
  readonly root: string;
  /** Paths behind `root`; `dead` lists numbers of files. */
  readonly segments: readonly {
    readonly paths: readonly string[];
    readonly dead: readonly number[];
    readonly pairs: number;
  }[];
}

export function writeSaved(root: string, segments: readonly Segment[]): readonly Uint8Array[] {
  const short = (path: string): string => (path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path);
  const head: Head = {
    making,
    root,
    segments: segments.map(s => ({
      paths: s.paths.map(short),
      dead: [...s.dead.keys()].filter(i => s.dead[i]),
      pairs: s.hashes.length,
    })),
  };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const front = new Uint8Array(padded(8 + text.length));
  new Uint32Array(front.buffer, 0, 2).set([mark, text.length]);
  front.set(text, 8);
  return [
    front,
    ...segments.flatMap(({ stamps, hashes, files }) => [stamps, hashes, files].map(paddedBytes)),
  ];
}

/** Undefined if it is of another tree, of another making, or cut off. The arrays are views of the bytes. */
export function readSaved(root: string, saved: Uint8Array): readonly Segment[] | undefined {
  if (saved.length < 8) return undefined;
  // Views need places that are multiples of eight.
  const { buffer, byteOffset } = saved.byteOffset % 8 === 0 ? saved : saved.slice();
  const [found, length = 0] = new Uint32Array(buffer, byteOffset, 2);
  if (found !== mark || 8 + length > saved.length) return undefined;
  const head = parseHead(new TextDecoder().decode(saved.subarray(8, 8 + length)));
  if (!head || head.making !== making || head.root !== root) return undefined;
  let at = padded(8 + length);
  const segments: Segment[] = [];
  for (const { paths, dead, pairs } of head.segments) {
    const size = padded(paths.length * 8) + padded(pairs * 4) + padded(pairs * 2);
    if (at + size > saved.length) return undefined;
    const stamps = new Float64Array(buffer, byteOffset + at, paths.length);
    at += padded(paths.length * 8);
    const hashes = new Uint32Array(buffer, byteOffset + at, pairs);
    at += padded(pairs * 4);
    const files = new Uint16Array(buffer, byteOffset + at, pairs);
    at += padded(pairs * 2);
    const isDead = new Uint8Array(paths.length);
    for (const file of dead) isDead[file] = 1;
    segments.push({
      paths: paths.map(path => (path.startsWith('/') ? path : `${root}/${path}`)),
      stamps,
      dead: isDead,
      hashes,
      files,
    });
  }
  return segments;
}

function parseHead(text: string): Head | undefined {
  try {
    const head: unknown = JSON.parse(text);
    return typeof head === 'object' && head !== null && 'segments' in head ? (head as Head) : undefined;
  } catch {
    return undefined;
  }
}

function padded(length: number): number {
  return (length + 7) & ~7;
}

function paddedBytes(array: Float64Array | Uint32Array | Uint16Array): Uint8Array {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  if (bytes.length % 8 === 0) return bytes;
  const longer = new Uint8Array(padded(bytes.length));
  longer.set(bytes);
  return longer;
}
