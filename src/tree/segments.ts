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
const pairStep = 1 << 16;

export function createSegment(words: ReadonlyMap<string, FileWords>): Segment {
  let count = 0;
  for (const { hashes } of words.values()) count += hashes.length;
  // One number a pair, 48 bits: typed arrays of plain numbers are sorted natively.
  const pairs = new Float64Array(count);
  const stamps = new Float64Array(words.size);
  let at = 0;
  let file = 0;
  for (const one of words.values()) {
    const { hashes } = one;
    stamps[file] = one.stamp;
    for (let i = 0; i < hashes.length; i++)
      pairs[at++] = (hashes[i] as number) * pairStep + (one.uses[i] as number) * useStep + file;
    file++;
  }
  pairs.sort();
  const hashes = new Uint32Array(count);
  const files = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const pair = pairs[i] as number;
    const hash = Math.floor(pair / pairStep);
    hashes[i] = hash;
    files[i] = pair - hash * pairStep;
  }
  return { paths: [...words.keys()], stamps, dead: new Uint8Array(words.size), hashes, files };
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
