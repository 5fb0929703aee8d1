// Makes sure that node_modules is what package-lock.json says, before anything imports from it.
import { existsSync, readFileSync } from 'node:fs';
import { run } from './run.mjs';

/** Runs `npm ci --ignore-scripts` if a package of the lock file is missing or has another version. */
export function installPackagesOfProject() {
  const wrong = firstWrongPackage();
  if (!wrong) return;
  console.log(`Installing packages with npm ci (${wrong})`);
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** A phrase that says what is wrong with node_modules, or undefined. */
function firstWrongPackage() {
  const installed = 'node_modules/.package-lock.json';
  if (!existsSync(installed)) return 'there is no node_modules yet';
  const want = packagesOf('package-lock.json');
  const have = packagesOf(installed);
  for (const [path, { version, optional }] of Object.entries(want)) {
    if (path === '') continue;
    const found = have[path]?.version;
    // Optional packages are for some platforms only.
    if (found === version || (found === undefined && optional)) continue;
    return `${path} is ${found ?? 'missing'}, ${version} is wanted`;
  }
  return undefined;
}

/**
 * @param {string} path
 * @returns {Record<string, { version: string, optional?: boolean }>}
 */
function packagesOf(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}
