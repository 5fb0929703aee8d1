/**
 * A part of the index of identifiers: some files and, sorted by hash, which of them has which identifier. Made of a few
 * hundred thousand pairs at most, so that sorting one takes milliseconds. The pairs never change after that: a file that is
 * read again goes into another segment, and its number in this one is dead.
 */
import { uses } from './identifierScan';

/** What was found in one file. */
export interface FileWords {
  /** What the host said about the file when it was read (size and time); 0 if it says nothing. */
  readonly stamp: number;
  /** Hashes of its identifiers, each once. */
  readonly hashes: Uint32Array;
  /** What the file does with each (`uses` of identifierScan.ts). */
  readonly uses: Uint8Array;
}

export interface Segment {
  readonly paths: readonly string[];
  readonly stamps: Float64Array;
  /** 1 for files that are gone or were read again. The one part that changes. */
  readonly dead: Uint8Array;
  /** Sorted, each as often as there are files with it. */
  readonly hashes: Uint32Array;
  /** To each hash the use (upper two bits) and the number of the file: those that define it come first. */
  readonly files: Uint16Array;
}

/** Files are numbered by 14 bits. */
export const filesInSegment = 1 << 14;
const useStep = filesInSegment;

export function createSegment(words: ReadonlyMap<string, FileWords>): Segment {
  let count = 0;
  for (const { hashes } of words.values()) count += hashes.length;
  const stamps = new Float64Array(words.size);
  const hashes = new Uint32Array(count);
  const files = new Uint16Array(count);
  let at = 0;
  for (let use = 0; use <= uses.mentions; use++) {
    let file = 0;
    for (const one of words.values()) {
      stamps[file] = one.stamp;
      for (let i = 0; i < one.hashes.length; i++) {
        if (one.uses[i] !== use) continue;
        hashes[at] = one.hashes[i] as number;
        files[at++] = use * useStep + file;
      }
      file++;
    }
  }
  const sorted = sortByHash(hashes, files);
  return { paths: [...words.keys()], stamps, dead: new Uint8Array(words.size), ...sorted };
}

/** A radix sort in two steps of 16 bits: what is equal stays in its order. Four times as fast as sorting numbers. */
function sortByHash(hashes: Uint32Array, files: Uint16Array): Pick<Segment, 'hashes' | 'files'> {
  let from: Pick<Segment, 'hashes' | 'files'> = { hashes, files };
  let to: typeof from = { hashes: new Uint32Array(hashes.length), files: new Uint16Array(files.length) };
  const starts = new Uint32Array(65536);
  for (const shift of [0, 16]) {
    starts.fill(0);
    for (let i = 0; i < hashes.length; i++) {
      const digit = ((from.hashes[i] as number) >>> shift) & 0xffff;
      starts[digit] = (starts[digit] as number) + 1;
    }
    for (let digit = 0, start = 0; digit < 65536; digit++) {
      const many = starts[digit] as number;
      starts[digit] = start;
      start += many;
    }
    for (let i = 0; i < hashes.length; i++) {
      const hash = from.hashes[i] as number;
      const digit = (hash >>> shift) & 0xffff;
      const place = starts[digit] as number;
      starts[digit] = place + 1;
      to.hashes[place] = hash;
      to.files[place] = from.files[i] as number;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Calls `found` with the living files of a segment that use an identifier of this hash at least so strongly. */
export function eachFile(
  { hashes, files, dead, paths }: Segment,
  hash: number,
  weakest: number,
  found: (path: string, use: number) => void,
): void {
  let low = 0;
  let high = hashes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hashes[middle] as number) < hash) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < hashes.length && hashes[i] === hash; i++) {
    const both = files[i] as number;
    const use = Math.floor(both / useStep);
    if (use > weakest) return;
    const path = paths[both % useStep];
    if (path !== undefined && !dead[both % useStep]) found(path, use);
  }
}

/** The same for a file that is in no segment yet. */
export function useOf(words: FileWords, hash: number): number | undefined {
  const at = words.hashes.indexOf(hash);
  return at < 0 ? undefined : words.uses[at];
}

/** What a file defines, as hashes in order. */
export function definedBy({ hashes, uses: found }: FileWords): readonly number[] {
  return [...hashes].filter((_, i) => found[i] !== uses.mentions).sort((a, b) => a - b);
}

/** The same for a file in a segment. */
export function definedIn({ hashes, files }: Segment, file: number): readonly number[] {
  const found: number[] = [];
  for (let i = 0; i < files.length; i++) {
    const both = files[i] as number;
    if (both % useStep === file && both < uses.mentions * useStep) found.push(hashes[i] as number);
  }
  return found;
}
