// Finds a kernel tree for the tests and the demo: RACELENS_TREE, else Debian's linux-source-6.1, unpacked once.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { installPackages, mayInstallPackages, run } from './run.mjs';

const tarball = '/usr/src/linux-source-6.1.tar.xz';

/** Much of a tree is of no use to a reader of x86 C, and unpacking is disk-bound: these folders stay away. */
const leftOut = ['Documentation', 'arch/[a-wy-z]*', 'drivers/gpu', 'sound', 'tools/[a-ln-z]*', 'samples'];

/** What a person can do about a missing tree. */
export const howToGetTree =
  'set RACELENS_TREE to an unpacked Linux tree, or install Debian’s package (apt-get install linux-source-6.1)';

/**
 * The folder of a kernel tree, or undefined if there is none to be had. `install`: fetch Debian's package if we may.
 * @param {{ install?: boolean }} [options]
 * @returns {string | undefined}
 */
export function findKernelTree({ install = false } = {}) {
  const named = process.env.RACELENS_TREE;
  if (named) return existsSync(join(named, 'net/core/netpoll.c')) ? resolve(named) : undefined;
  const tree = resolve('.cache/linux');
  const marker = join(tree, '.unpacked');
  if (!existsSync(tarball)) {
    if (existsSync(marker)) return tree;
    if (!install || !mayInstallPackages()) return undefined;
    installPackages(['linux-source-6.1', 'xz-utils']);
  }
  const { size, mtimeMs } = statSync(tarball);
  const identity = `${String(size)} ${String(mtimeMs)} ${leftOut.join(' ')}\n`;
  if (existsSync(marker) && readFileSync(marker, 'utf8') === identity) return tree;

  console.log(`Unpacking ${tarball} into .cache/linux (once, about 20 s)`);
  const fresh = `${tree}.${String(process.pid)}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  run('tar', [
    '-xJf',
    tarball,
    '-C',
    fresh,
    '--strip-components=1',
    '--wildcards',
    '--no-wildcards-match-slash',
    '--anchored',
    ...leftOut.map(folder => `--exclude=*/${folder}`),
  ]);
  writeFileSync(join(fresh, '.unpacked'), identity);
  rmSync(tree, { recursive: true, force: true });
  renameSync(fresh, tree);
  return tree;
}
