/**
 * The index of identifiers over a tree: which files have a name in their text, and which define it. Made piece by piece: the
 * folders of open files first, then `include`, `net` and `kernel`, then the rest. Whoever hands out the time calls `work`;
 * `onDemand`, a question does the work that it needs itself.
 *
 * Held as hashes in segments (segments.ts); files that were read last, changed ones among them, are kept beside them one by
 * one until they are enough for a segment. What was kept on disk (saved.ts) counts file by file once its stamp is seen to be
 * the same.
 */
import { notesOn } from '../base/notes';
import { createIdentifierScan, hashOfName, isBinary, scanBytes, uses } from './identifierScan';
import { foldersOfTree, isCore, isCovered, isLeftOut, type Reach } from './indexed';
import { folderOf, join, normalize } from './paths';
import { readSaved, writeSaved } from './saved';
import { createSegment, definedBy, definedIn, eachFile, filesInSegment, useOf } from './segments';
import type { FileWords, Segment } from './segments';
import type { Files } from './tree';

/** Which files of a tree have an identifier in their text. */
export interface Identifiers {
  /**
   * Paths of .c and .h files that have the identifier, in path order; a few may not have it at all, being found by hash, or
   * lack it by now. `pending`: files have to be fetched first.
   */
  filesWith(name: string, reach?: Reach): readonly string[] | 'pending';
  /** Those that seem to define it as a function, macro, type or enumerator; absent: nobody knows which. */
  definers?(name: string, reach?: Reach): readonly Definer[] | 'pending';
  /** All files of the scope are in. */
  complete(): boolean;
  /** Grows when a file that defines something comes, goes, or defines something else. */
  version?(): number;
  /** Another one when what was found out so far is to be found out again; costs nothing. */
  stage?(): string;
}

export interface Definer {
  readonly path: string;
  /** All that it defines of this name are static functions. */
  readonly isStatic: boolean;
}

export type Phase = Reach | 'done';

export interface IndexProgress {
  /** What is being read. */
  readonly phase: Phase;
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
   * Goes on for about as long as it takes to read so many bytes (100 MB are a second). `waiting`: the host has to fetch
   * files first.
   */
  work(bytes: number): 'more' | 'waiting' | 'done';
  /** The folder of this open file counts among the near ones. */
  near(path: string): void;
  progress(): IndexProgress;
  phase(): Phase;
  /** Files have changed that were not read again. */
  isStale(): boolean;
  /** This file (or any) may have changed, come or gone. */
  forget(path?: string): void;
  version(): number;
  /** Grows when a file that was in before defines something else now. */
  revision(): number;
  definers(name: string, reach?: Reach): readonly Definer[] | 'pending';
  /** The index as it is now, as bytes for a later `restore`: pieces to write one after another, made as they are asked for. */
  save(): Iterable<Uint8Array>;
  /** Begins with what was saved for this tree; false if it is of another tree or making. The bytes are kept. */
  restore(saved: Uint8Array): boolean;
  /** Files that were read or dropped since the last save. */
  unsaved(): number;
}

export interface IndexInput {
  readonly files: Files;
  /** Of a kernel tree. */
  readonly root?: string;
  /** Of loose files: only what lies in the folder itself counts. */
  readonly folder?: string;
  /** A question finishes the part of the index that it asks. */
  readonly onDemand: boolean;
  /** What was saved for this tree, asked with the first question on demand. */
  readonly saved?: () => Uint8Array | undefined;
}

/** Pairs that make a segment. */
const pairsInSegment = 1 << 17;
/** More in no segment are not searched for one name: they are sorted first. */
const mostRecentPairs = pairsInSegment >> 3;
/** What things cost in bytes read: opening a file, asking for its stamp, listing a folder, sorting a pair. */
const cost = { file: 3000, stamp: 1000, folder: 6000, pair: 12, segment: 150_000 } as const;
/** So many files at a time are waited for. */
const fetched = 32;
/** Links in circles end here, if the host does not end them. */
const deepest = 14;
const mostFiles = 250_000;
const mostFolders = 50_000;

/** Where the files of a segment lie. */
interface SegmentReach {
  readonly folders: readonly string[];
  /** So many folders of open files were known then. */
  readonly nearFolders: number;
  readonly near: boolean;
  readonly core: boolean;
}

/** One phase: folders to list, then files to read. */
interface Part {
  readonly reach: Reach;
  folders: { readonly path: string; readonly depth: number }[];
  paths: string[];
  next: number;
  listed: number;
  /** What is gone from the disk was taken out. */
  swept: boolean;
}

export function createIdentifierIndex(input: IndexInput): IdentifierIndex {
  const { files } = input;
  const root = input.root === undefined ? undefined : normalize(input.root);
  const folder = input.folder === undefined ? undefined : normalize(input.folder);
  const scan = createIdentifierScan();
  const segments: Segment[] = [];
  const places = new Map<string, { readonly segment: Segment; readonly file: number }>();
  const recent = new Map<string, FileWords>();
  const reachOf = notesOn<Segment, SegmentReach>('reach');
  /** Files that were read or found unchanged. */
  const done = new Set<string>();
  /** With all that is below them, or (folders of open files) with one level of it. */
  const nearFolders = new Map<string, 'all' | 'some'>();
  const changed = new Set<string>();
  const parts = [newPart('near'), newPart('core'), newPart('all')] as const;
  const [near, , last] = parts;
  const state = { begun: false, recentPairs: 0, version: 0, revision: 0, unsaved: 0, asked: false };
  let saved: Iterator<Segment> | undefined;
  let current: { readonly path: string; readonly bytes: Uint8Array; at: number } | undefined;

  /** The folder of an open file: of a tree, what lies directly below it too. */
  const own = (path: string): Part['folders'][number] => ({
    path,
    depth: root !== undefined && path.startsWith(`${root}/`) ? deepest - 1 : deepest,
  });

  function begin(): boolean {
    if (state.begun) return true;
    if (root !== undefined) {
      const names = files.list(root);
      if (names === 'pending') return false;
      const folders = foldersOfTree(root, names ?? []);
      for (const part of parts)
        for (const path of folders[part.reach]) part.folders.unshift({ path, depth: 0 });
      for (const path of folders.near) nearFolders.set(path, 'all');
    } else if (folder !== undefined && !nearFolders.has(folder)) nearFolders.set(folder, 'some');
    for (const [path, below] of nearFolders) if (below === 'some') near.folders.push(own(path));
    state.begun = true;
    return true;
  }

  /** Lists one folder of a part; false if it has to be waited for. */
  function listOne(part: Part): boolean {
    const top = part.folders[part.folders.length - 1];
    if (!top) return true;
    const names = files.list(top.path);
    if (names === 'pending') {
      // Ask for some more, so that they come together.
      for (const other of part.folders.slice(-fetched)) files.list(other.path);
      return false;
    }
    part.folders.pop();
    part.listed++;
    const inside = [...(names ?? [])].sort();
    for (const name of inside)
      if (/\.[ch]$/.test(name) && part.paths.length < mostFiles) part.paths.push(join(top.path, name));
    if (top.depth >= deepest || part.paths.length >= mostFiles || part.listed >= mostFolders) return true;
    for (const name of inside.reverse()) {
      if (!name.endsWith('/')) continue;
      const path = join(top.path, name.slice(0, -1));
      if (root !== undefined && (isLeftOut(root, path) || (part !== near && nearFolders.get(path) === 'all')))
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
    if (place || words) state.unsaved++;
  }

  /** As they were when the file was read last; undefined if it never was. */
  function definitionsOf(path: string): readonly number[] | undefined {
    const words = recent.get(path);
    if (words) return definedBy(words);
    const place = places.get(path);
    return place && definedIn(place.segment, place.file);
  }

  /** Gives the number of pairs that were sorted. */
  function add(path: string, words: FileWords): number {
    const before = definitionsOf(path);
    const after = before && definedBy(words);
    if (!before || before.length !== after?.length || before.some((hash, i) => hash !== after[i])) {
      state.version++;
      if (before) state.revision++;
    }
    drop(path);
    recent.set(path, words);
    state.unsaved++;
    state.recentPairs += words.hashes.length;
    return state.recentPairs >= pairsInSegment || recent.size >= filesInSegment ? flush() : 0;
  }

  function flush(): number {
    if (recent.size === 0) return 0;
    const pairs = state.recentPairs;
    const segment = createSegment(recent);
    segment.paths.forEach((path, file) => places.set(path, { segment, file }));
    segments.push(segment);
    recent.clear();
    state.recentPairs = 0;
    // What edits left behind.
    for (let i = segments.length - 1; i >= 0; i--) if (!segments[i]?.dead.includes(0)) segments.splice(i, 1);
    return pairs;
  }

  function bytesOf(path: string): Uint8Array | undefined | 'pending' {
    if (files.bytes) return files.bytes(path);
    const text = files.read(path);
    return text === undefined || text === 'pending' ? text : scanBytes(text);
  }

  /** Begins a file; false if it has to be waited for. */
  function open(path: string): boolean {
    const bytes = bytesOf(path);
    if (bytes === 'pending') return false;
    done.add(path);
    changed.delete(path);
    if (bytes === undefined || isBinary(bytes)) {
      if (places.has(path) || recent.has(path)) {
        state.version++;
        state.revision++;
      }
      drop(path);
      return true;
    }
    scan.begin();
    current = { path, bytes, at: 0 };
    return true;
  }

  /** Scans on in the file that is open; gives what it cost. */
  function goOn(budget: number): number {
    if (!current) return 0;
    const { path, bytes, at } = current;
    current.at = scan.scan(bytes, at, at + budget);
    const spent = current.at - at;
    if (current.at < bytes.length) return spent;
    current = undefined;
    return spent + add(path, { stamp: files.stamp?.(path) ?? 0, ...scan.found() }) * cost.pair;
  }

  function isUnchanged(path: string): boolean {
    const place = places.get(path);
    const stamp = place?.segment.stamps[place.file] ?? recent.get(path)?.stamp;
    return stamp !== undefined && stamp !== 0 && stamp === files.stamp?.(path);
  }

  /** Takes out what was kept from another time and is not there any more, once all that is there was seen. */
  function sweep(part: Part): void {
    part.swept = true;
    if (part !== last) return;
    for (const path of [...places.keys()])
      if (!done.has(path)) {
        state.version++;
        drop(path);
      }
  }

  /** One part, for so many bytes; gives what is left of them. */
  function workOn(part: Part, budget: number): number | 'waiting' {
    let left = budget;
    while (left > 0) {
      if (current) {
        left -= goOn(left);
        continue;
      }
      if (part.folders.length > 0) {
        if (!listOne(part)) return 'waiting';
        left -= cost.folder;
        continue;
      }
      const path = part.paths[part.next];
      if (path === undefined) {
        if (!part.swept) sweep(part);
        if (state.recentPairs > mostRecentPairs) flush();
        return left;
      }
      if (done.has(path)) {
        part.next++;
        continue;
      }
      if (isUnchanged(path)) {
        done.add(path);
        part.next++;
        left -= cost.stamp;
        continue;
      }
      if (!open(path)) {
        for (let i = 1; i < fetched; i++) {
          const other = part.paths[part.next + i];
          if (other !== undefined && !done.has(other)) bytesOf(other);
        }
        return 'waiting';
      }
      part.next++;
      left -= cost.file;
    }
    return 0;
  }

  const finished = (part: Part): boolean =>
    part.swept && part.next >= part.paths.length && !part.folders.length;
  const complete = (): boolean =>
    state.begun && !saved && parts.every(finished) && !current && changed.size === 0;

  /** One segment of what was saved; false if there is none left. */
  function takeSaved(): boolean {
    const next = saved?.next();
    if (!next || next.done) {
      saved = undefined;
      return false;
    }
    const segment = next.value;
    segments.push(segment);
    segment.paths.forEach((path, file) => {
      // What was read in the meantime is newer.
      if (places.has(path) || recent.has(path)) segment.dead[file] = 1;
      else if (!segment.dead[file]) places.set(path, { segment, file });
    });
    state.version++;
    return true;
  }

  function phase(): Phase {
    if (!state.begun) return 'near';
    // A file that changed later makes nothing of that undone.
    return parts.find(p => !finished(p))?.reach ?? (saved ? 'all' : 'done');
  }

  function readChanged(): void {
    if (changed.size === 0) return;
    while (current) goOn(Infinity);
    for (const path of [...changed]) {
      open(path);
      while (current) goOn(Infinity);
    }
  }

  function work(budget: number): 'more' | 'waiting' | 'done' {
    if (!begin()) return 'waiting';
    let left = budget;
    while (left > 0 && takeSaved()) left -= cost.segment;
    while (left > 0 && (current || changed.size > 0)) {
      const path = [...changed][0];
      if (current) left -= goOn(left);
      else if (path !== undefined && !open(path)) return 'waiting';
      left -= cost.file;
    }
    for (const part of parts) {
      if (left <= 0) return 'more';
      const after = workOn(part, left);
      if (after === 'waiting') return 'waiting';
      left = after;
    }
    return complete() ? 'done' : 'more';
  }

  /** All that a question of this reach needs; false if something has to be waited for. */
  function demand(reach: Reach): boolean {
    if (input.onDemand && !state.asked) {
      state.asked = true;
      const bytes = input.saved?.();
      if (bytes) saved = readSaved(root ?? folder ?? '', bytes);
      while (takeSaved());
    }
    if (!input.onDemand) return true;
    readChanged();
    if (!begin()) return false;
    for (const part of parts) {
      if (workOn(part, Infinity) === 'waiting') return false;
      if (part.reach === reach) return true;
    }
    return true;
  }

  function isNear(path: string): boolean {
    let at = folderOf(path);
    for (let level = 0; ; level++, at = folderOf(at)) {
      const below = nearFolders.get(at);
      if (below === 'all' || (below === 'some' && level <= 1)) return true;
      if (at === '' || at === '/') return false;
    }
  }

  /** Whether a question of this reach can mean any file of a segment: there are hundreds, of some folders each. */
  function reaches(segment: Segment, reach: Reach): boolean {
    if (reach === 'all' || root === undefined) return true;
    let known = reachOf.get(segment);
    if (known?.nearFolders !== nearFolders.size) {
      const folders = known?.folders ?? [...new Set(segment.paths.map(folderOf))];
      known = {
        folders,
        nearFolders: nearFolders.size,
        near: folders.some(at => isNear(join(at, '_'))),
        core: folders.some(at => isCore(root, join(at, '_'))),
      };
      reachOf.set(segment, known);
    }
    return known.near || (reach === 'core' && known.core);
  }

  function users(
    name: string,
    weakest: number,
    reach: Reach,
    found: (path: string, use: number) => void,
  ): void {
    const hash = hashOfName(name);
    if (state.recentPairs > mostRecentPairs) flush();
    const take = (path: string, use: number): void => {
      if (reach === 'all' || root === undefined || isNear(path) || (reach === 'core' && isCore(root, path)))
        found(path, use);
    };
    for (const segment of segments) if (reaches(segment, reach)) eachFile(segment, hash, weakest, take);
    for (const [path, words] of recent) {
      const use = useOf(words, hash);
      if (use !== undefined && use <= weakest) take(path, use);
    }
  }

  return {
    filesWith(name, reach = 'all') {
      if (!demand(reach)) return 'pending';
      const found: string[] = [];
      users(name, uses.mentions, reach, path => found.push(path));
      return found.sort();
    },
    definers(name, reach = 'all') {
      if (!demand(reach)) return 'pending';
      const found: Definer[] = [];
      users(name, uses.definesStatic, reach, (path, use) => {
        found.push({ path, isStatic: use === uses.definesStatic });
      });
      return found.sort((a, b) => (a.path < b.path ? -1 : 1));
    },
    complete: () => input.onDemand || complete(),
    version() {
      if (input.onDemand) readChanged();
      return state.version;
    },
    work,
    phase,
    isStale: () => changed.size > 0,
    revision: () => state.revision,
    stage: () => `${phase()} ${String(state.revision)}`,
    near(path) {
      const at = folderOf(normalize(path));
      if (nearFolders.has(at)) return;
      for (let above = at; above !== '' && above !== '/'; above = folderOf(above))
        if (nearFolders.get(above) === 'all') return;
      nearFolders.set(at, 'some');
      near.swept = false;
      if (state.begun) near.folders.push(own(at));
    },
    progress() {
      const part = (state.begun ? parts.find(p => !finished(p)) : near) ?? last;
      const files = places.size + recent.size;
      const pairs = segments.reduce((sum, s) => sum + s.hashes.length, state.recentPairs);
      return {
        phase: phase(),
        done: part.next,
        total: part.paths.length,
        files,
        identifiers: pairs,
        bytes: pairs * 6 + files * 200,
      };
    },
    forget(path) {
      if (path === undefined) {
        done.clear();
        changed.clear();
        current = undefined;
        state.begun = false;
        for (const part of parts) Object.assign(part, newPart(part.reach));
        return;
      }
      const own = normalize(path);
      if (!/\.[ch]$/.test(own)) return;
      if (done.has(own) || isNear(own) || (root !== undefined && isCovered(root, own))) changed.add(own);
    },
    save() {
      flush();
      state.unsaved = 0;
      return writeSaved(root ?? folder ?? '', [...segments]);
    },
    restore(bytes) {
      saved = readSaved(root ?? folder ?? '', bytes);
      return saved !== undefined;
    },
    unsaved: () => state.unsaved,
  };
}

function newPart(reach: Reach): Part {
  return { reach, folders: [], paths: [], next: 0, listed: 0, swept: false };
}
