/** The disk. Paths use `/`; on Windows a drive comes first, `c:/linux/net/core/dev.c`. */
import { closeSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileSource } from '../files';

/** Nobody wrote more C than this into one file. Of a longer file this much and a little more is read, so that who parses it sees that it is too long. */
const largest = 8 * 1024 * 1024;

export function diskFiles(): FileSource {
  // One buffer for all: what is scanned is not kept.
  let buffer = Buffer.alloc(1 << 20);
  return {
    bytes(path) {
      let file: number | undefined;
      try {
        file = openSync(path, 'r');
        for (let length = 0; ;) {
          const read = readSync(file, buffer, length, buffer.length - length, null);
          length += read;
          if (read === 0 || length > largest) return buffer.subarray(0, length);
          if (length === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 4);
        }
      } catch {
        return undefined;
      } finally {
        if (file !== undefined) closeSync(file);
      }
    },
    stamp(path) {
      try {
        const { size, mtimeMs } = statSync(path);
        return Math.round(mtimeMs) * 4096 + (size % 4096);
      } catch {
        return undefined;
      }
    },
    read(path) {
      try {
        const stat = statSync(path);
        if (!stat.isFile()) return undefined;
        return stat.size > largest ? beginning(path, largest + 1024) : readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
    },
    list(path) {
      try {
        return readdirSync(path, { withFileTypes: true }).map(entry =>
          entry.isDirectory() || (entry.isSymbolicLink() && isFolderBelow(path, entry.name))
            ? `${entry.name}/`
            : entry.name,
        );
      } catch {
        return undefined;
      }
    },
  };
}

function beginning(path: string, bytes: number): string {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.toString('latin1', 0, readSync(file, buffer, 0, bytes, 0));
  } finally {
    closeSync(file);
  }
}

/** A link leads to a folder, and not to one of those above it: there the way would go in circles. */
function isFolderBelow(folder: string, name: string): boolean {
  try {
    const target = realpathSync(join(folder, name));
    if (!statSync(target).isDirectory()) return false;
    for (let above = folder; ; above = dirname(above)) {
      if (realpathSync(above) === target) return false;
      if (above === dirname(above)) return true;
    }
  } catch {
    return false;
  }
}

/** The grammar and its runtime, which the build puts beside the bundle. */
export function grammarBytes(bundle: string): { readonly runtime: Uint8Array; readonly grammar: Uint8Array } {
  const folder = dirname(bundle);
  return {
    runtime: readFileSync(join(folder, 'tree-sitter.wasm')),
    grammar: readFileSync(join(folder, 'tree-sitter-c.wasm')),
  };
}

/** The version in the package.json one folder above the bundle's. */
export function packageVersion(bundle: string): string {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(dirname(bundle), '..', 'package.json'), 'utf8'));
    if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
      return String(manifest.version);
  } catch {
    // A bundle that was moved away from its package has no version.
  }
  return 'unknown';
}
