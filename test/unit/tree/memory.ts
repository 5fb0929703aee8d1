/** A file system of texts that counts what is read, and whose files can be changed, taken away or made to wait. */
import type { Files } from '../../../src/tree/tree';

export interface MemoryFiles extends Files {
  readonly texts: Map<string, string>;
  /** Paths in the order in which they were read. */
  readonly read_: string[];
  /** Files and folders that are pending until they are taken out. */
  readonly late: Set<string>;
  /** Everything asked for that is pending. */
  readonly waiting: Set<string>;
  stamp(path: string): number | undefined;
}

export function memoryFiles(texts: Readonly<Record<string, string>>): MemoryFiles {
  const files: MemoryFiles = {
    texts: new Map(Object.entries(texts)),
    read_: [],
    late: new Set(),
    waiting: new Set(),
    read(path) {
      if (files.late.has(path)) {
        files.waiting.add(path);
        return 'pending';
      }
      files.read_.push(path);
      return files.texts.get(path);
    },
    list(path) {
      if (files.late.has(path)) {
        files.waiting.add(path);
        return 'pending';
      }
      const prefix = path === '/' ? '/' : `${path}/`;
      const names = new Set<string>();
      for (const p of files.texts.keys())
        if (p.startsWith(prefix)) names.add(p.slice(prefix.length).replace(/\/.*/, '/'));
      return names.size === 0 ? undefined : [...names];
    },
    stamp(path) {
      const text = files.texts.get(path);
      return text === undefined ? undefined : text.length * 1000 + text.charCodeAt(0);
    },
  };
  return files;
}
