/** The package as a user gets it: made with vsce, installed into VS Code, and at work there without the checkout. */
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkbench, until } from './driver/workbench';

/** Names of the files in a zip archive, from its central directory. */
function filesInZip(path: string): readonly string[] {
  const bytes = readFileSync(path);
  const names: string[] = [];
  for (let at = bytes.indexOf('PK\u0001\u0002'); at >= 0; at = bytes.indexOf('PK\u0001\u0002', at + 4))
    names.push(bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28)));
  return names;
}

describe('the package', function () {
  this.timeout(120_000);
  const scratch = mkdtempSync(join(tmpdir(), 'racelens-package-'));
  const vsix = join(scratch, 'racelens.vsix');

  before(() => {
    const made = spawnSync(process.execPath, ['tools/package.mjs', vsix], { encoding: 'utf8' });
    assert.equal(made.status, 0, made.stdout + made.stderr);
  });
  after(() => {
    rmSync(scratch, { recursive: true, force: true });
  });

  it('holds the product and nothing else', () => {
    const files = filesInZip(vsix).flatMap(name => /^extension\/(.*)/.exec(name)?.[1] ?? []);
    for (const wanted of [
      'package.json',
      'package.nls.json',
      'package.nls.zh-cn.json',
      'l10n/bundle.l10n.zh-cn.json',
      'readme.md',
      'LICENSE.txt',
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
      /^(package\.json|package\.nls.*\.json|readme\.md|changelog\.md|LICENSE\.txt|language-configuration.*\.json)$/;
    const folders =
      /^(dist\/([\w.-]+\.(js|wasm)|third-party\.txt|codicons\/)|media\/|syntaxes\/|l10n\/|samples\/|docs\/(images|diagnostics)\/)/;
    assert.deepEqual(
      files.filter(file => !top.test(file) && !folders.test(file)),
      [],
    );
  });

  it('works once it is installed', async () => {
    const workbench = await openWorkbench({ workspace: 'samples/netpoll', vsix });
    try {
      await workbench.openFile('dev.c');
      await workbench.openFile('netpoll.c', workbench.find('netpoll.c', 'int netpoll_setup('));
      await workbench.lens('publishes dev->npinfo').waitFor();
      await workbench.openFile('netpoll.race.c');
      await workbench.command('Racelens: Simulate Race…');
      const panel = await workbench.panel('#verdict');
      await until('the verdict is not hang', async () =>
        /\bhang\b/i.test(await panel.locator('#verdict').innerText()) ? true : undefined,
      );
      await workbench.screenshot('package');
    } finally {
      await workbench.close();
    }
  });
});
