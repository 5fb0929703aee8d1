/** `npm start` as a stranger runs it: two verdicts, then the address of a VS Code that answers, then a clean end. */
import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { chromium } from 'playwright-core';
import { browserFlags, findBrowser } from '../../tools/browser.mjs';
import { until } from './driver/workbench';

interface Started {
  readonly output: () => string;
  readonly ended: Promise<number | null>;
  readonly interrupt: () => void;
}

function start(...args: readonly string[]): Started {
  const child = spawn(process.execPath, ['tools/start.mjs', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // No desktop editor and no browser window, even where there is one.
    env: {
      ...process.env,
      PATH: '/usr/bin:/bin',
      DISPLAY: '',
      WAYLAND_DISPLAY: '',
      VSCODE_IPC_HOOK_CLI: 'none',
    },
  });
  let output = '';
  child.stdout.on('data', data => (output += String(data)));
  child.stderr.on('data', data => (output += String(data)));
  const ended = new Promise<number | null>(done => child.once('close', done));
  return { output: () => output, ended, interrupt: () => child.kill('SIGINT') };
}

describe('npm start', function () {
  this.timeout(120_000);

  it('-- --headless prints hang, then holds, for the demo and for the real files', async () => {
    const started = start('--headless');
    assert.equal(await started.ended, 0, started.output());
    const verdicts = started.output().match(/^.*\b(hang|holds)\b.*$/gm) ?? [];
    const kinds = verdicts.map(line => /\b(hang|holds)\b/.exec(line)?.[1]);
    assert.deepEqual(
      kinds.filter((kind, i) => kind !== kinds[i - 1]).slice(0, 2),
      ['hang', 'holds'],
      started.output(),
    );
  });

  it('opens a VS Code, says where, and ends cleanly', async () => {
    const started = start();
    const url = await until(
      'npm start printed no address',
      () => Promise.resolve(/http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(started.output())?.[0]),
      90_000,
    );
    const page = await fetch(url);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /workbench/);
    const browser = await chromium.launch({ executablePath: findBrowser(), args: browserFlags });
    try {
      const window = await browser.newPage();
      await window.goto(url);
      for (const name of ['netpoll.c', 'dev.c'])
        await window
          .locator(`.tabs-container .tab[data-resource-name="${name}"]`)
          .waitFor({ timeout: 60_000 });
    } finally {
      await browser.close();
    }
    started.interrupt();
    assert.equal(await started.ended, 0, started.output());
    await assert.rejects(fetch(url));
  });
});
