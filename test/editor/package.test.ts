/** The package as a user gets it: made with vsce, installed into VS Code, and at work there without the checkout. */
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkbench } from './driver/workbench';

const script = (...args: readonly string[]): string => {
  const ended = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(ended.status, 0, ended.stdout + ended.stderr);
  return ended.stdout;
};

describe('the package', function () {
  this.timeout(120_000);
  const scratch = mkdtempSync(join(tmpdir(), 'racelens-package-'));
  const vsix = join(scratch, 'racelens.vsix');

  before(() => {
    // The search for secrets takes most of a minute and is for whoever publishes.
    script('tools/package.mjs', vsix, '--allow-package-all-secrets', '--allow-package-env-file');
  });
  after(() => {
    rmSync(scratch, { recursive: true, force: true });
    // The package was made of a minified dist/.
    script('tools/build.mjs');
  });

  it('holds the product and nothing else', () => {
    const files = script('node_modules/@vscode/vsce/vsce', 'ls', '--no-dependencies').trim().split('\n');
    for (const wanted of [
      'package.json',
      'README.md',
      'LICENSE',
      'dist/extension.js',
      'dist/extension.web.js',
      'dist/worker.js',
      'dist/worker.web.js',
      'dist/webview.js',
      'dist/cli.js',
      'dist/tree-sitter.wasm',
      'dist/tree-sitter-c.wasm',
      'dist/codicons/codicon.css',
      'dist/third-party.txt',
      'media/icon.png',
      'samples/netpoll/netpoll.race.c',
    ])
      assert.ok(files.includes(wanted), `${wanted} is not in the package`);
    const top =
      /^(package\.json|package\.nls.*\.json|README\.md|CHANGELOG\.md|LICENSE|language-configuration.*\.json)$/;
    const folders =
      /^(dist\/([\w.-]+\.(js|wasm)|third-party\.txt|codicons\/)|media\/|syntaxes\/|l10n\/|samples\/|docs\/images\/)/;
    assert.deepEqual(
      files.filter(file => !top.test(file) && !folders.test(file)),
      [],
    );
  });

  it('works once it is installed', async () => {
    const workbench = await openWorkbench({ workspace: 'samples/netpoll', vsix });
    try {
      await workbench.openFile('netpoll.c', workbench.find('netpoll.c', 'netpoll_setup('));
      await workbench.lens('publishes').waitFor();
      await workbench.screenshot('package');
    } finally {
      await workbench.close();
    }
  });
});
