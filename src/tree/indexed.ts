/** Which folders of a tree the index of identifiers covers, and in which order. */
import { join } from './paths';

/** Asked first, and read first. */
const first: readonly string[] = ['include', 'net', 'kernel'];

/** Then these, likely ones first; then whatever else the tree has. */
const second: readonly string[] = [
  'drivers/net',
  'fs',
  'mm',
  'lib',
  'block',
  'security',
  'crypto',
  'ipc',
  'init',
  'io_uring',
  'virt',
  'arch/x86',
  'drivers',
  'sound',
];

/** Never: programs of user space, what is made for other programs, texts. */
const never: ReadonlySet<string> = new Set([
  'tools',
  'samples',
  'scripts',
  'Documentation',
  'usr',
  'LICENSES',
  'arch',
  'arch/x86/boot',
  'arch/x86/tools',
  'arch/x86/um',
  'arch/x86/purgatory',
  'arch/x86/realmode',
]);

/** Of a kernel tree; `names` are those in its root, folders with a `/` at the end. */
export function foldersOfTree(
  root: string,
  names: readonly string[],
): { readonly first: readonly string[]; readonly second: readonly string[] } {
  const others = names
    .filter(n => n.endsWith('/') && !n.startsWith('.'))
    .map(n => n.slice(0, -1))
    .filter(n => !first.includes(n) && !second.includes(n) && !never.has(n))
    .sort();
  return {
    first: first.map(f => join(root, f)),
    second: [...second, ...others].map(f => join(root, f)),
  };
}

/** A folder of a tree that is left out unless a file in it is open. */
export function isLeftOut(root: string, folder: string): boolean {
  if (!folder.startsWith(`${root}/`)) return false;
  const inside = folder.slice(root.length + 1);
  return never.has(inside) || /(?:^|\/)\.[^/]*$/.test(inside);
}
