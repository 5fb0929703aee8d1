/**
 * A part of the index of identifiers: some files and, sorted by hash, which of them has which identifier. Made of a few
 * hundred thousand pairs at most, so that sorting one takes milliseconds. The pairs never change after that: a file that is
 * read again goes into another segment, and its number in this one is dead.
 */

/** What was found in one file. */
export interface FileWords {
  /** What the host said about the file when it was read (size and time); 0 if it says nothing. */
  readonly stamp: number;
  /** Hashes of its identifiers, each once. */
  readonly hashes: Uint32Array;
}

export interface Segment {
  readonly paths: readonly string[];
  readonly stamps: Float64Array;
  /** 1 for files that are gone or were read again. The one part that changes. */
  readonly dead: Uint8Array;
  /** Sorted; the file of `hashes[i]` has the number `files[i]`. */
  readonly hashes: Uint32Array;
  readonly files: Uint16Array;
}

/** Files are numbered by 16 bits: a segment has at most so many. */
export const filesInSegment = 1 << 16;

export function createSegment(words: ReadonlyMap<string, FileWords>): Segment {
  let count = 0;
  for (const { hashes } of words.values()) count += hashes.length;
  // One number a pair, 48 bits: typed arrays of plain numbers are sorted natively.
  const pairs = new Float64Array(count);
  const stamps = new Float64Array(words.size);
  let at = 0;
  let file = 0;
  for (const { stamp, hashes } of words.values()) {
    stamps[file] = stamp;
    for (let i = 0; i < hashes.length; i++) pairs[at++] = (hashes[i] as number) * filesInSegment + file;
    file++;
  }
  pairs.sort();
  const hashes = new Uint32Array(count);
  const files = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const pair = pairs[i] as number;
    const hash = Math.floor(pair / filesInSegment);
    hashes[i] = hash;
    files[i] = pair - hash * filesInSegment;
  }
  return { paths: [...words.keys()], stamps, dead: new Uint8Array(words.size), hashes, files };
}

/** Adds the living files of a segment that have an identifier of this hash. */
export function filesInto(found: string[], { hashes, files, dead, paths }: Segment, hash: number): void {
  let low = 0;
  let high = hashes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hashes[middle] as number) < hash) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < hashes.length && hashes[i] === hash; i++) {
    const file = files[i] as number;
    const path = paths[file];
    if (path !== undefined && !dead[file]) found.push(path);
  }
}
