// `npm run test:desktop`: the editor tests in a desktop VS Code that @vscode/test-electron downloads (or, with
// RACELENS_DESKTOP=/path/to/code, in the one that is there). The in-host suite runs through test-electron's own
// runner, the tests of the screen through playwright-core's Electron driver.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackagesOfProject } from './install.mjs';
import { isSentence, run, Sentence } from './run.mjs';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

async function executable() {
  if (process.env.RACELENS_DESKTOP) return process.env.RACELENS_DESKTOP;
  const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
  try {
    return await downloadAndUnzipVSCode('stable');
  } catch (error) {
    throw new Sentence(
      `VS Code could not be downloaded (${String(error)}); set RACELENS_DESKTOP to the program of an installed one, ` +
        'or run `npm run test:editor`, which needs no download',
    );
  }
}

try {
  installPackagesOfProject();
  run(process.execPath, ['tools/test.mjs', '--editor', ...process.argv.slice(2)], {
    RACELENS_DESKTOP: await executable(),
  });
} catch (error) {
  if (!isSentence(error)) throw error;
  console.error(`test:desktop: ${/** @type {Error} */ (error).message}`);
  process.exitCode = 1;
}
