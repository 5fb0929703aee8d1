/**
 * The index of identifiers over a tree: which files have a name in their text. Made piece by piece: the folders of open
 * files first, then `include`, `net` and `kernel`, then the rest. Whoever hands out the time calls `work`; `onDemand`, a
 * question does the work that it needs itself.
 *
 * Held as hashes in segments (segments.ts); files that were read last, changed ones among them, are kept beside them one by
 * one until they are enough for a segment.
 */
import { createIdentifierScan, hashOfName, isBinary, scanBytes } from './identifierScan';
import { foldersOfTree, isLeftOut } from './indexed';
import { folderOf, join, normalize } from './paths';
import { createSegment, filesInto, type FileWords, type Segment } from './segments';
import type { Files } from './tree';

/** Which files of a tree have an identifier in their text. */
export interface Identifiers {
  /**
   * Paths of .c and .h files that have the identifier, in path order; a few may have it only in a comment, or (being found
   * by hash) not at all. `pending`: files have to be fetched first. `near`: only files of the folders that are read first.
   */
  filesWith(name: string, reach?: Reach): readonly string[] | 'pending';
  /** All files of the scope are in. */
  complete(): boolean;
}

/** `near`: the folders of open files, `include`, `net` and `kernel`. */
export type Reach = 'near' | 'all';

export interface IndexProgress {
  /** `near` until the folders that are read first are in. */
  readonly phase: 'near' | 'rest' | 'done';
  /** Files of this phase that are in, and that there are as far as they are known. */
  readonly done: number;
  readonly total: number;
  /** What is held in all. */
  readonly files: number;
  /** Pairs of a file and an identifier in it. */
  readonly identifiers: number;
  /** Memory that the index takes, roughly. */
  readonly bytes: number;
}

export interface IdentifierIndex extends Identifiers {
  /**
   * Goes on for about as long as it takes to read so many bytes (150 MB are a second). `waiting`: the host has to fetch
   * files first.
   */
  work(bytes: number): 'more' | 'waiting' | 'done';
  /** The folder of this open file counts among the near ones. */
  near(path: string): void;
  progress(): IndexProgress;
  /** This file (or all) may have changed, come or gone. */
  forget(path?: string): void;
}

export interface IndexInput {
  readonly files: Files;
  /** Of a kernel tree. */
  readonly root?: string;
  /** Of loose files: only what lies in the folder itself counts. */
  readonly folder?: string;
  /** A question finishes the part of the index that it asks. */
  readonly onDemand: boolean;
}

/** Pairs that make a segment. */
const pairsInSegment = 1 << 17;
/** What a file costs beside its bytes, in bytes. */
const perFile = 4096;
/** What a pair costs when its segment is sorted, in bytes. */
const perPair = 16;
/** So many files at a time are waited for. */
const fetched = 64;
/** Links in circles end here, if the host does not end them. */
const deepest = 14;
const mostFiles = 250_000;

/** One phase: folders to list, then files to read. */
interface Part {
  readonly folders: { readonly path: string; readonly depth: number }[];
  readonly paths: string[];
  next: number;
}

export function createIdentifierIndex(input: IndexInput): IdentifierIndex {
  const { files } = input;
  const root = input.root === undefined ? undefined : normalize(input.root);
  const scan = createIdentifierScan();
  const segments: Segment[] = [];
  const places = new Map<string, { readonly segment: Segment; readonly file: number }>();
  const recent = new Map<string, FileWords>();
  /** Files that are in or on their way. */
  const seen = new Set<string>();
  const nearFolders = new Set<string>();
  const changed = new Set<string>();
  const parts: { readonly near: Part; readonly rest: Part } = { near: newPart(), rest: newPart() };
  const state = { begun: false, recentPairs: 0, pairs: 0 };
  let current: { readonly path: string; readonly bytes: Uint8Array; at: number } | undefined;

  function begin(): boolean {
    if (state.begun) return true;
    if (root !== undefined) {
      const names = files.list(root);
      if (names === 'pending') return false;
      const folders = foldersOfTree(root, names ?? []);
      for (const path of folders.first) nearFolders.add(path);
      for (const path of nearFolders) parts.near.folders.push({ path, depth: 0 });
      for (const path of folders.second) parts.rest.folders.push({ path, depth: 0 });
    } else if (input.folder !== undefined) {
      const path = normalize(input.folder);
      nearFolders.add(path);
      parts.near.folders.push({ path, depth: deepest });
    }
    state.begun = true;
    return true;
  }

  /** Lists one folder of a part; false if it has to be waited for. */
  function listOne(part: Part): boolean {
    const top = part.folders[part.folders.length - 1];
    if (!top) return true;
    const names = files.list(top.path);
    if (names === 'pending') return false;
    part.folders.pop();
    const inside = [...(names ?? [])].sort();
    for (const name of inside) {
      if (!/\.[ch]$/.test(name) || seen.size >= mostFiles) continue;
      const path = join(top.path, name);
      if (seen.has(path)) continue;
      seen.add(path);
      part.paths.push(path);
    }
    if (top.depth >= deepest) return true;
    for (const name of inside.reverse()) {
      if (!name.endsWith('/')) continue;
      const path = join(top.path, name.slice(0, -1));
      if (root !== undefined && (isLeftOut(root, path) || (part === parts.rest && nearFolders.has(path))))
        continue;
      part.folders.push({ path, depth: top.depth + 1 });
    }
    return true;
  }

  function drop(path: string): void {
    const place = places.get(path);
    if (place) {
      place.segment.dead[place.file] = 1;
      places.delete(path);
    }
    const words = recent.get(path);
    if (words) {
      state.recentPairs -= words.hashes.length;
      recent.delete(path);
    }
  }

  function add(path: string, words: FileWords): void {
    drop(path);
    recent.set(path, words);
    state.recentPairs += words.hashes.length;
    if (state.recentPairs >= pairsInSegment || recent.size >= 60_000) flush();
  }

  function flush(): void {
    if (recent.size === 0) return;
    const segment = createSegment(recent);
    segment.paths.forEach((path, file) => places.set(path, { segment, file }));
    segments.push(segment);
    recent.clear();
    state.recentPairs = 0;
    // What edits left behind.
    for (let i = segments.length - 1; i >= 0; i--)
      if (segments[i]?.dead.every(d => d === 1)) segments.splice(i, 1);
  }

  function bytesOf(path: string): Uint8Array | undefined | 'pending' {
    if (files.bytes) return files.bytes(path);
    const text = files.read(path);
    return text === undefined || text === 'pending' ? text : scanBytes(text);
  }

  /** Begins a file: 'pending' if it has to be waited for. */
  function open(path: string): 'pending' | 'open' {
    const bytes = bytesOf(path);
    if (bytes === 'pending') return 'pending';
    if (bytes === undefined || isBinary(bytes)) {
      drop(path);
      return 'open';
    }
    scan.begin();
    current = { path, bytes, at: 0 };
    return 'open';
  }

  /** Scans on in the file that is open; gives what it cost. */
  function goOn(budget: number): number {
    if (!current) return 0;
    const { path, bytes, at } = current;
    current.at = scan.scan(bytes, at, at + budget);
    let cost = current.at - at;
    if (current.at < bytes.length) return cost;
    current = undefined;
    const hashes = scan.found().slice();
    const before = state.recentPairs;
    add(path, { stamp: files.stamp?.(path) ?? 0, hashes });
    if (state.recentPairs < before) cost += before * perPair;
    return cost + perFile;
  }

  function readAll(paths: Iterable<string>): void {
    while (current) goOn(Infinity);
    for (const path of paths) {
      if (open(path) === 'pending') continue;
      changed.delete(path);
      while (current) goOn(Infinity);
    }
  }

  /** One part, for so many bytes. */
  function workOn(part: Part, budget: number): number | 'waiting' {
    let left = budget;
    while (left > 0) {
      if (current) {
        left -= goOn(left);
        continue;
      }
      if (part.folders.length > 0) {
        if (!listOne(part)) return 'waiting';
        left -= perFile * 2;
        continue;
      }
      const path = part.paths[part.next];
      if (path === undefined) return left;
      if (open(path) === 'pending') {
        // Ask for some more, so that they come together.
        for (let i = 1; i < fetched; i++) {
          const other = part.paths[part.next + i];
          if (other !== undefined) bytesOf(other);
        }
        return 'waiting';
      }
      part.next++;
    }
    return 0;
  }

  const finished = (part: Part): boolean => part.folders.length === 0 && part.next >= part.paths.length;

  function work(budget: number): 'more' | 'waiting' | 'done' {
    if (!begin()) return 'waiting';
    let left = budget;
    for (const part of [parts.near, parts.rest]) {
      const after = workOn(part, left);
      if (after === 'waiting') return 'waiting';
      left = after;
      if (left <= 0) break;
    }
    return !current && finished(parts.near) && finished(parts.rest) ? 'done' : 'more';
  }

  function isNear(path: string): boolean {
    for (let folder = folderOf(path); ; folder = folderOf(folder)) {
      if (nearFolders.has(folder)) return true;
      if (folder === '' || folder === '/') return false;
    }
  }

  return {
    filesWith(name, reach = 'all') {
      if (changed.size > 0) readAll([...changed]);
      if (input.onDemand) {
        if (!begin()) return 'pending';
        for (const part of reach === 'near' ? [parts.near] : [parts.near, parts.rest])
          if (workOn(part, Infinity) === 'waiting') return 'pending';
      }
      const hash = hashOfName(name);
      const found: string[] = [];
      for (const segment of segments) filesInto(found, segment, hash);
      for (const [path, words] of recent) if (words.hashes.includes(hash)) found.push(path);
      return (reach === 'near' && root !== undefined ? found.filter(isNear) : found).sort();
    },
    complete: () =>
      input.onDemand || (state.begun && !current && finished(parts.near) && finished(parts.rest)),
    work,
    near(path) {
      const folder = folderOf(normalize(path));
      if (isNear(join(folder, 'x.c'))) return;
      nearFolders.add(folder);
      parts.near.folders.push({ path: folder, depth: 0 });
    },
    progress() {
      const near = parts.near;
      const phase = !state.begun || !finished(near) ? 'near' : finished(parts.rest) ? 'done' : 'rest';
      const part = phase === 'near' ? near : parts.rest;
      let pairs = state.recentPairs;
      let count = recent.size;
      for (const segment of segments) {
        pairs += segment.hashes.length;
        count += segment.paths.length;
      }
      return {
        phase,
        done: part.next,
        total: part.paths.length,
        files: count,
        identifiers: pairs,
        bytes: pairs * 6 + count * 200,
      };
    },
    forget(path) {
      if (path === undefined) {
        segments.length = 0;
        places.clear();
        recent.clear();
        seen.clear();
        changed.clear();
        current = undefined;
        Object.assign(state, { begun: false, recentPairs: 0 });
        for (const part of [parts.near, parts.rest]) Object.assign(part, newPart());
        return;
      }
      const own = normalize(path);
      if (!/\.[ch]$/.test(own)) return;
      if (seen.has(own) || isNear(own)) {
        seen.add(own);
        changed.add(own);
      }
    },
  };
}

function newPart(): Part {
  return { folders: [], paths: [], next: 0 };
}
