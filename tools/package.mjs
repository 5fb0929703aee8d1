// `npm run package [-- OUT [OPTION...]]`: racelens-VERSION.vsix, with the minified product and nothing that a user does
// not need. Options go to vsce as they are.
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackagesOfProject } from './install.mjs';
import { isSentence, run } from './run.mjs';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

try {
  installPackagesOfProject();
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const out = process.argv[2] ?? `racelens-${version}.vsix`;
  // vsce runs the script vscode:prepublish, which builds. The bundles hold all that is needed of node_modules.
  run(process.execPath, [
    'node_modules/@vscode/vsce/vsce',
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    // The pictures of the README are in the package.
    '--no-rewrite-relative-links',
    `--out=${out}`,
    ...process.argv.slice(3),
  ]);
  console.log(`${out}: ${String(Math.round(statSync(out).size / 1024))} kB`);
} catch (error) {
  if (!isSentence(error)) throw error;
  console.error(`package: ${/** @type {Error} */ (error).message}`);
  process.exitCode = 1;
}
