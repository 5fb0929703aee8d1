// `npm run package [-- OUT]`: racelens-VERSION.vsix, with the minified product and nothing that a user does not need.
// vsce packs a folder made for it (stage.mjs), so that dist/ stays as it is.
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackagesOfProject } from './install.mjs';
import { isSentence, run } from './run.mjs';
import { stageParts } from './stage.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

/** @param {string} folder @param {string} out */
function pack(folder, out) {
  stageParts(folder);
  cpSync('.vscodeignore', join(folder, '.vscodeignore'));
  run(process.execPath, ['tools/build.mjs', '--minify', `--out=${join(folder, 'dist')}`]);

  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  // The bundles hold all that is needed of the packages, and there is nothing to run in a package.
  delete manifest.scripts;
  delete manifest.devDependencies;
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

  const vsce = join(root, 'node_modules/@vscode/vsce/vsce');
  const options = ['--no-dependencies', '--allow-missing-repository'];
  // The pictures of the README are in the package.
  options.push('--no-rewrite-relative-links', `--out=${out}`);
  process.chdir(folder);
  run(process.execPath, [vsce, 'package', ...options]);
  process.chdir(root);
  console.log(`${out}: ${String(Math.round(statSync(out).size / 1024))} kB`);
}

const folder = mkdtempSync(join(tmpdir(), 'racelens-package-'));
try {
  installPackagesOfProject();
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  pack(folder, resolve(process.argv[2] ?? `racelens-${version}.vsix`));
} catch (error) {
  if (!isSentence(error)) throw error;
  console.error(`package: ${/** @type {Error} */ (error).message}`);
  process.exitCode = 1;
} finally {
  process.chdir(root);
  rmSync(folder, { recursive: true, force: true });
}
