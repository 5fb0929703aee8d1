/** The disk. Paths use `/`; on Windows a drive comes first, `c:/linux/net/core/dev.c`. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { FileSource } from '../files';

/** Larger files are not C that anybody wrote; they count as not there. */
const largest = 16 * 1024 * 1024;

export function diskFiles(): FileSource {
  return {
    read(path) {
      try {
        const { size } = statSync(path);
        return size > largest ? undefined : readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
    },
    list(path) {
      try {
        return readdirSync(path, { withFileTypes: true }).map(entry =>
          entry.isDirectory() ? `${entry.name}/` : entry.name,
        );
      } catch {
        return undefined;
      }
    },
  };
}
