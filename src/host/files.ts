/**
 * Files as a worker sees them: the text of open documents first, edits on trial before that, then what is below (the disk,
 * or a store that the extension fills). What was read is kept until it is forgotten, so that one answer is about one state.
 */
import type { FileAnswer } from '../protocol/worker';

/** The same shape as the tree's Files: `undefined` is "not there", `pending` "not here yet". */
export interface FileSource {
  read(path: string): string | undefined | 'pending';
  list(path: string): readonly string[] | undefined | 'pending';
  /** What `read` makes a string of, where there is a disk; valid until the next call. */
  bytes?(path: string): Uint8Array | undefined | 'pending';
  /** A number that changes with the file. */
  stamp?(path: string): number | undefined;
}

export interface OverlaidFiles extends FileSource {
  /** Sets or (without text) takes away the text of an open document. */
  overlay(path: string, text: string | undefined): void;
  /** The text of an open document. */
  shown(path: string): string | undefined;
  /** Puts other texts before everything, until the next call. */
  setTrial(texts: ReadonlyMap<string, string>): void;
  /** Forgets what was read from below; without paths, all of it. */
  forget(paths?: readonly string[]): void;
}

/** Characters of texts that are kept between reading and reading again. */
const mostHeld = 24_000_000;

export function overlaidFiles(below: FileSource): OverlaidFiles {
  const open = new Map<string, string>();
  const texts = new Map<string, string | undefined>();
  const folders = new Map<string, readonly string[] | undefined>();
  const held = { length: 0 };
  /** What is on a disk is read again rather than kept for ever, the oldest first. */
  const hold = (path: string, text: string | undefined): void => {
    texts.set(path, text);
    if (!below.bytes) return;
    held.length += text?.length ?? 0;
    for (const [oldest, { length } = { length: 0 }] of texts) {
      if (held.length <= mostHeld || oldest === path) return;
      texts.delete(oldest);
      held.length -= length;
    }
  };
  const drop = (path: string): void => {
    held.length -= texts.get(path)?.length ?? 0;
    texts.delete(path);
  };
  let trial: ReadonlyMap<string, string> = new Map();
  const { bytes, stamp } = below;
  return {
    ...(bytes
      ? {
          bytes(path: string) {
            const shown = open.get(path);
            return shown === undefined ? bytes(path) : new TextEncoder().encode(shown);
          },
        }
      : {}),
    ...(stamp
      ? { stamp: (path: string): number | undefined => (open.has(path) ? undefined : stamp(path)) }
      : {}),
    read(path) {
      const shown = trial.get(path) ?? open.get(path);
      if (shown !== undefined) return shown;
      if (texts.has(path)) return texts.get(path);
      const found = below.read(path);
      if (found !== 'pending') hold(path, found);
      return found;
    },
    list(path) {
      if (folders.has(path)) return folders.get(path);
      const found = below.list(path);
      if (found !== 'pending') folders.set(path, found);
      return found;
    },
    overlay(path, text) {
      if (text === undefined) open.delete(path);
      else open.set(path, text);
      drop(path);
    },
    shown: path => open.get(path),
    setTrial(other) {
      trial = other;
    },
    forget(paths) {
      folders.clear();
      if (!paths) {
        texts.clear();
        held.length = 0;
      } else for (const path of paths) drop(path);
    },
  };
}

export interface AskedFiles extends FileSource {
  /** What was asked for since the last call and is not here; asking again without an answer repeats it. */
  takeWanted(): { readonly files: readonly string[]; readonly folders: readonly string[] };
  answer(answers: readonly FileAnswer[]): void;
  forget(paths?: readonly string[]): void;
}

/** What was asked of somebody else, and what has been answered of it. */
function fetched<T>(contentOf: (answer: FileAnswer) => T | undefined): {
  readonly contents: Map<string, T | undefined>;
  wantFile(path: string): 'pending';
} & Pick<AskedFiles, 'list' | 'takeWanted' | 'answer' | 'forget'> {
  const contents = new Map<string, T | undefined>();
  const folders = new Map<string, readonly string[] | undefined>();
  const wantedFiles = new Set<string>();
  const wantedFolders = new Set<string>();
  return {
    contents,
    wantFile(path) {
      wantedFiles.add(path);
      return 'pending';
    },
    list(path) {
      if (folders.has(path)) return folders.get(path);
      wantedFolders.add(path);
      return 'pending';
    },
    takeWanted() {
      const wanted = { files: [...wantedFiles], folders: [...wantedFolders] };
      wantedFiles.clear();
      wantedFolders.clear();
      return wanted;
    },
    answer(answers) {
      for (const a of answers)
        if (a.folder) folders.set(a.path, a.names);
        else contents.set(a.path, contentOf(a));
    },
    forget(paths) {
      folders.clear();
      if (!paths) contents.clear();
      else for (const path of paths) contents.delete(path);
    },
  };
}

/** Files that somebody else fetches: everything is pending until it is answered. */
export function askedFiles(): AskedFiles {
  const { contents, wantFile, ...rest } = fetched(answer => answer.text);
  return { ...rest, read: path => (contents.has(path) ? contents.get(path) : wantFile(path)) };
}

export interface RawFiles extends FileSource {
  bytes(path: string): Uint8Array | undefined | 'pending';
  takeWanted(): { readonly files: readonly string[]; readonly folders: readonly string[] };
  answer(answers: readonly FileAnswer[]): void;
  forget(paths?: readonly string[]): void;
}

/**
 * Files for the index where there is no disk: fetched apart from those that requests wait for, given out once and not kept.
 * Open documents are as the editor shows them.
 */
export function rawFiles(open: Pick<OverlaidFiles, 'shown'>): RawFiles {
  const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);
  const { contents, wantFile, ...rest } = fetched(
    ({ bytes, text }) => bytes ?? (text === undefined ? undefined : encoded(text)),
  );
  return {
    ...rest,
    read: path => open.shown(path),
    bytes(path) {
      const shown = open.shown(path);
      if (shown !== undefined) return encoded(shown);
      if (!contents.has(path)) return wantFile(path);
      const bytes = contents.get(path);
      contents.delete(path);
      return bytes;
    },
  };
}
