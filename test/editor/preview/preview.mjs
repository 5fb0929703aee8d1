/**
 * Draws the panel's bundle in a bare Chromium with the hand-made report: every theme, wide and narrow, a picture each in
 * test-results/panel. For design work; the editor tests take the pictures of the real thing.
 */
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { themes, variables } from './themes.mjs';

const out = 'test-results/panel';
mkdirSync(out, { recursive: true });
await build({
  entryPoints: ['src/webview/main.ts'],
  bundle: true,
  outfile: `${out}/webview.js`,
  format: 'iife',
  target: 'es2022',
});
await build({
  entryPoints: ['test/editor/preview/scene.ts'],
  bundle: true,
  outfile: `${out}/scene.mjs`,
  format: 'esm',
  platform: 'node',
});
const { scenes } = await import(resolve(`${out}/scene.mjs`));
const contributed = JSON.parse(readFileSync('package.json', 'utf8')).contributes.colors ?? [];
const wanted = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
for (const [name, messages] of Object.entries(scenes))
  for (const theme of Object.keys(themes))
    for (const width of [1200, 600]) {
      const id = `${name}-${theme}-${width}`;
      if (wanted.length && !wanted.some(w => id.includes(w))) continue;
      const page = await browser.newPage({ viewport: { width, height: width === 1200 ? 900 : 1000 } });
      page.on('console', message => console.log(id, message.type(), message.text()));
      page.on('pageerror', error => console.log(id, error.message));
      const csp =
        "default-src 'none'; style-src file: 'nonce-x'; font-src file:; script-src 'nonce-x'; img-src file:";
      writeFileSync(
        `${out}/${id}.html`,
        `<!doctype html><html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<style nonce="x">:root { ${variables(theme, contributed)} }</style>
<link rel="stylesheet" id="vscode-codicon-stylesheet" href="${resolve('node_modules/@vscode/codicons/dist/codicon.css')}" nonce="x">
<link rel="stylesheet" href="${resolve('media/panel.css')}">
<script nonce="x">window.acquireVsCodeApi = () => ({ postMessage: m => (window.sent = [...(window.sent ?? []), m]), getState: () => undefined, setState: s => (window.kept = s) });</script>
</head><body class="${themes[theme].kind}"><main></main><script nonce="x" src="webview.js"></script></body></html>`,
      );
      await page.goto(`file://${resolve(out, `${id}.html`)}`);
      for (const message of messages) await page.evaluate(m => window.postMessage(m, '*'), message);
      await page.waitForTimeout(250);
      await page.screenshot({ path: `${out}/${id}.png` });
      await page.close();
    }
await browser.close();
