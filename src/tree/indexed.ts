/** Which folders of a tree the index of identifiers covers, and in which order. */
import { join } from './paths';

/** How far a question reaches: the folders of open files, `include`, `net`, `kernel`; what is always built in; all. */
export type Reach = 'near' | 'core' | 'all';

const near: readonly string[] = ['include', 'net', 'kernel', 'arch/x86/include'];

const core: readonly string[] = [
  'mm',
  'lib',
  'fs',
  'block',
  'security',
  'crypto',
  'ipc',
  'init',
  'io_uring',
  'virt',
  'arch/x86',
  'drivers/base',
  'drivers/char',
  'drivers/of',
  'drivers/pci',
  'drivers/tty',
];

/** Of the rest, these first. */
const likely: readonly string[] = ['drivers/net', 'drivers'];

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

/** Of a kernel tree, in the order of reading; `names` are those in its root, folders with a `/` at the end. */
export function foldersOfTree(
  root: string,
  names: readonly string[],
): Readonly<Record<Reach, readonly string[]>> {
  const others = names
    .filter(n => n.endsWith('/') && !n.startsWith('.'))
    .map(n => n.slice(0, -1))
    .filter(n => ![...near, ...core, ...likely].includes(n) && !never.has(n))
    .sort();
  const paths = (folders: readonly string[]): readonly string[] => folders.map(f => join(root, f));
  return { near: paths(near), core: paths(core), all: paths([...likely, ...others]) };
}

/** A folder of a tree that is left out unless a file in it is open. */
export function isLeftOut(root: string, folder: string): boolean {
  if (!folder.startsWith(`${root}/`)) return false;
  const inside = folder.slice(root.length + 1);
  return never.has(inside) || /(?:^|\/)\.[^/]*$/.test(inside);
}

/** A file that the index has if it is there. */
export function isCovered(root: string, path: string): boolean {
  if (!path.startsWith(`${root}/`)) return false;
  const folders = path
    .slice(root.length + 1)
    .split('/')
    .slice(0, -1);
  const above = folders.map((_, i) => folders.slice(0, i + 1).join('/'));
  return (
    folders.length > 0 &&
    above.every(f => (f === 'arch' && folders[1] === 'x86') || !isLeftOut(root, join(root, f)))
  );
}

/** A file of a folder that is part of every kernel. */
export function isCore(root: string, path: string): boolean {
  return core.some(f => path.startsWith(`${root}/${f}/`));
}
