/**
 * Reads files and folders through the host's `Files`, once each, and parses them on demand.
 *
 * What is "not yet here" is noted in `wanted` and asked for again next time. What open files reach is kept until `forget`;
 * of other files the last used ones are, up to a limit, and others are read and parsed again when they are asked for.
 */
import type { CParser } from '../syntax/parser';
import type { SourceFile } from '../syntax/source';
import { folderOf, join, nameOf, normalize } from './paths';
import type { Files } from './tree';

export interface Reader {
  file(path: string): SourceFile | undefined;
  /** The text without keeping it: for searches through many files. */
  text(path: string): string | undefined;
  exists(path: string): boolean;
  /** Names in a folder, folders with a trailing `/`; empty if there is none. */
  list(path: string): readonly string[];
  /** All files below a folder whose name has the ending, in a stable order; links in circles end at `depth`. */
  below(folder: string, ending: RegExp, depth: number): readonly string[];
  /** These are kept however long they are not used, until somebody says as often that they need not be. */
  keep(paths: readonly string[]): void;
  /** `wholly`: those that nobody keeps any more are forgotten at once. */
  release(paths: readonly string[], wholly?: boolean): void;
  wanted(): readonly string[];
  /** Returns what the path was known to be; undefined also if nobody had asked. */
  forget(path?: string): SourceFile | undefined;
  /** True once the host said "not yet": then nothing reads files by the hundred. */
  slow(): boolean;
  /** Grows with each forget: what was computed from files before is stale. */
  generation(): number;
}

/** Characters of files that nobody keeps; their trees take some ten times as much. */
const mostLoose = 5_000_000;

export function createReader(
  files: Files,
  parser: CParser,
  bundled: ReadonlyMap<string, string>,
  most = mostLoose,
): Reader {
  const sources = new Map<string, SourceFile | undefined>();
  const earlier = new Map<string, SourceFile>();
  /** By how many they are kept. */
  const kept = new Map<string, number>();
  /** Lengths of the files that are not kept, last used ones last. */
  const loose = new Map<string, number>();
  const folders = new Map<string, ReadonlySet<string> | undefined>();
  const wanted = new Map<string, 'file' | 'folder'>();
  const state = { slow: false, generation: 0, loose: 0 };

  const pending = (path: string, what: 'file' | 'folder'): void => {
    wanted.set(path, what);
    state.slow = true;
  };
  const text = (path: string): string | undefined => {
    const own = bundled.get(path);
    if (own !== undefined) return own;
    const found = files.read(path);
    if (found === 'pending') {
      pending(path, 'file');
      return undefined;
    }
    wanted.delete(path);
    return found;
  };
  const names = (path: string): ReadonlySet<string> | undefined => {
    if (folders.has(path)) return folders.get(path);
    const found = files.list(path);
    if (found === 'pending') {
      pending(path, 'folder');
      return undefined;
    }
    wanted.delete(path);
    const set = found && new Set(found);
    folders.set(path, set);
    return set;
  };
  const file = (asked: string): SourceFile | undefined => {
    const path = sources.has(asked) ? asked : normalize(asked);
    if (sources.has(path)) {
      const length = loose.get(path);
      if (length !== undefined) {
        loose.delete(path);
        loose.set(path, length);
      }
      return sources.get(path);
    }
    const content = text(path);
    if (content === undefined) {
      if (!wanted.has(path)) sources.set(path, undefined);
      return undefined;
    }
    const before = earlier.get(path);
    const source = before?.text === content ? before : parser.parseFile(path, content, before);
    earlier.set(path, source);
    sources.set(path, source);
    if (!kept.has(path)) hold(path, content.length);
    return source;
  };
  const tighten = (path: string): void => {
    state.loose -= loose.get(path) ?? 0;
    loose.delete(path);
  };
  const hold = (path: string, length: number): void => {
    tighten(path);
    loose.set(path, length);
    state.loose += length;
    for (const oldest of loose.keys()) {
      if (state.loose <= most || oldest === path) return;
      tighten(oldest);
      sources.delete(oldest);
      earlier.delete(oldest);
    }
  };
  return {
    file,
    text,
    exists(path) {
      if (bundled.has(path) || sources.get(path)) return true;
      const set = names(folderOf(path));
      if (set) return set.has(nameOf(path));
      // Hosts that cannot list a folder may still read a file in it.
      return !wanted.has(folderOf(path)) && file(path) !== undefined;
    },
    list: path => [...(names(path) ?? [])],
    below(folder, ending, depth) {
      const found: string[] = [];
      const visit = (at: string, left: number): void => {
        const inside = [...(names(at) ?? [])].sort();
        for (const n of inside) if (!n.endsWith('/') && ending.test(n)) found.push(join(at, n));
        if (left > 0) for (const n of inside) if (n.endsWith('/')) visit(join(at, n.slice(0, -1)), left - 1);
      };
      visit(folder, depth);
      return found;
    },
    keep(paths) {
      for (const path of paths) {
        kept.set(path, (kept.get(path) ?? 0) + 1);
        tighten(path);
      }
    },
    release(paths, wholly) {
      for (const path of paths) {
        const by = (kept.get(path) ?? 0) - 1;
        if (by > 0) kept.set(path, by);
        else if (kept.delete(path)) {
          const length = sources.get(path)?.text.length;
          if (length === undefined) continue;
          if (wholly) {
            sources.delete(path);
            earlier.delete(path);
          } else hold(path, length);
        }
      }
    },
    wanted() {
      // What has come since, but was not asked for again because something else answered the question.
      for (const [path, what] of [...wanted])
        if ((what === 'file' ? files.read(path) : files.list(path)) !== 'pending') wanted.delete(path);
      return [...wanted.keys()];
    },
    forget(path) {
      state.generation++;
      if (path === undefined) {
        sources.clear();
        folders.clear();
        kept.clear();
        loose.clear();
        state.loose = 0;
        return undefined;
      }
      const known = sources.get(normalize(path));
      sources.delete(normalize(path));
      folders.delete(folderOf(normalize(path)));
      return known;
    },
    slow: () => state.slow,
    generation: () => state.generation,
  };
}
