/**
 * Indexes of identifiers on disk: one file a tree, named by a hash of its root, in a folder that the extension's storage or
 * the user's cache gives. Written beside and renamed, so that two windows never see half of one.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { IndexStore } from '../indexing';

/** So many trees are kept, the last used ones. */
const mostTrees = 8;
const anHour = 3_600_000;

function fileOf(folder: string, root: string): string {
  return join(folder, `identifiers-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.bin`);
}

/** A name that no other process writes to. */
function beside(file: string): string {
  return `${file}.${String(process.pid)}`;
}

/** For the worker: nothing waits for the disk. */
export function indexStore(folder: string): IndexStore {
  return {
    async load(root) {
      try {
        return await readFile(fileOf(folder, root));
      } catch {
        return undefined;
      }
    },
    async save(root, pieces) {
      const file = fileOf(folder, root);
      await mkdir(folder, { recursive: true });
      const handle = await open(beside(file), 'w');
      try {
        for (const piece of pieces) await handle.write(piece);
      } catch (error) {
        await rm(beside(file), { force: true });
        throw error;
      } finally {
        await handle.close();
      }
      await rename(beside(file), file);
      removeOld(folder);
    },
  };
}

/** For the command line. */
export function loadIndex(folder: string, root: string): Uint8Array | undefined {
  try {
    return readFileSync(fileOf(folder, root));
  } catch {
    return undefined;
  }
}

/** Nothing happens if the folder cannot be written: the index is made again next time. */
export function saveIndex(folder: string, root: string, pieces: Iterable<Uint8Array>): void {
  const file = fileOf(folder, root);
  try {
    mkdirSync(folder, { recursive: true });
    const handle = openSync(beside(file), 'w');
    try {
      for (const piece of pieces) writeSync(handle, piece);
    } finally {
      closeSync(handle);
    }
    renameSync(beside(file), file);
    removeOld(folder);
  } catch {
    try {
      rmSync(beside(file), { force: true });
    } catch {
      // There is no such folder at all.
    }
  }
}

/** Trees that were not used for the longest time, and what processes left that ended while they wrote. */
function removeOld(folder: string): void {
  const all = readdirSync(folder)
    .filter(name => /^identifiers-[0-9a-f]+\.bin(\.\d+)?$/.test(name))
    .flatMap(name => {
      const time = statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs;
      return time === undefined ? [] : [{ name, time }];
    })
    .sort((a, b) => b.time - a.time);
  const whole = all.filter(({ name }) => name.endsWith('.bin'));
  const newest = whole[0]?.time ?? 0;
  const left = all.filter(({ name, time }) => !name.endsWith('.bin') && newest - time > anHour);
  for (const { name } of [...whole.slice(mostTrees), ...left]) rmSync(join(folder, name), { force: true });
}

/**
 * The folder of the command line: `racelens` in the user's cache. The variable RACELENS_CACHE names another one; empty, it
 * says that nothing is kept.
 */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const own = environment.RACELENS_CACHE;
  if (own !== undefined) return own === '' ? undefined : own;
  if (process.platform === 'win32')
    return environment.LOCALAPPDATA === undefined ? undefined : join(environment.LOCALAPPDATA, 'racelens');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'racelens');
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'racelens');
}
