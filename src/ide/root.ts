/** Finds the kernel tree that a file lies in: the nearest folder above it with `include/linux` and a `Kconfig` or `MAINTAINERS`. */
import type { Files } from '../tree/tree';

/** The root without a `/` at its end; undefined for a loose folder. `path` is absolute. */
export function findRoot(path: string, files: Files): string | 'pending' | undefined {
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    const names = files.list(folder || '/');
    if (names === 'pending') return 'pending';
    if (names?.includes('include/') && (names.includes('Kconfig') || names.includes('MAINTAINERS'))) {
      const headers = files.list(`${folder}/include`);
      if (headers === 'pending') return 'pending';
      if (headers?.includes('linux/')) return folder;
    }
    if (!folder.includes('/')) return undefined;
  }
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
