// Puts the extension, and nothing else of the checkout, into a folder of its own. A window or a package made of the
// checkout itself would not do: vsce looks at every file below .cache, and VS Code takes an extension folder that
// contains the server for the owner of all built-in extensions, which then do not load.
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What belongs to the extension, beside its bundles; .vscodeignore says the same for the package. */
const parts = [
  ...['package.json', 'package.nls.json', 'package.nls.zh-cn.json', 'README.md', 'CHANGELOG.md', 'LICENSE'],
  ...['media', 'syntaxes', 'l10n', 'samples', 'docs/images', 'docs/diagnostics'],
];

/**
 * Copies everything but the bundles.
 * @param {string} folder made if it is not there
 */
export function stageParts(folder) {
  mkdirSync(folder, { recursive: true });
  for (const part of parts) if (existsSync(part)) cpSync(part, join(folder, part), { recursive: true });
}

/**
 * Copies everything, with the bundles as `npm run build` left them.
 * @param {string} folder made if it is not there
 */
export function stageExtension(folder) {
  stageParts(folder);
  for (const name of readdirSync('dist'))
    if (name !== 'test') cpSync(join('dist', name), join(folder, 'dist', name), { recursive: true });
}
