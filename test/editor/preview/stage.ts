/**
 * The panel's page without VS Code: the page in a bare Chromium, and behind it the product's own worker, which answers what
 * the page asks for. For designing, for pictures, and for tests of the page; what the extension does is not tested here.
 */
import { build } from 'esbuild';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { workerVersion } from '../../../src/host/client';
import type { MethodName, Params, Result } from '../../../src/host/methods';
import { diskFiles } from '../../../src/host/node/files';
import { serve } from '../../../src/host/serve';
import type { FromPanel, ToPanel } from '../../../src/protocol/panel';
import type { ReplayView } from '../../../src/protocol/view';
import type { FromWorker } from '../../../src/protocol/worker';
import { themes, variables } from './themes.mjs';

const version = 2;

export interface Worker {
  ask<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>>;
}

export function createWorker(): Worker {
  const waiting = new Map<number, (message: FromWorker) => void>();
  let next = 1;
  const take = serve(
    {
      post(message) {
        if ('id' in message && message.type !== 'progress') waiting.get(message.id)?.(message);
      },
    },
    { disk: diskFiles() },
  );
  take({
    version: workerVersion,
    type: 'start',
    runtime: readFileSync('dist/tree-sitter.wasm'),
    grammar: readFileSync('dist/tree-sitter-c.wasm'),
  });
  return {
    ask(method, params) {
      const id = next++;
      return new Promise((done, failed) => {
        waiting.set(id, message => {
          if (message.type === 'result') done(message.value as never);
          else failed(new Error(message.type === 'failed' ? message.message : message.type));
        });
        take({ version: workerVersion, type: 'request', id, method, params });
      });
    },
  };
}

/** A harness checked, and what is worked out behind its verdict. */
export interface Checked {
  readonly view: ReplayView;
  readonly messages: readonly ToPanel[];
  /** Answers what the page asks for. */
  answer(message: FromPanel): Promise<ToPanel | undefined>;
}

export async function checked(worker: Worker, path: string): Promise<Checked> {
  const harness = resolve(path);
  const limits = { harness, maxSeconds: 60 };
  const view = await worker.ask('check', { harness, maxStates: 1_000_000, maxSeconds: 60 });
  const messages: ToPanel[] = [runMessage(view, path)];
  if (view.verdict.outcome === 'found')
    for (const what of ['matters', 'twin', 'odds'] as const) {
      const answer = await worker.ask('examine', { ...limits, what });
      messages.push({ version, type: 'examined', ...answer });
    }
  return {
    view,
    messages,
    async answer(message) {
      switch (message.type) {
        case 'slow':
          return {
            version,
            type: 'slow',
            call: message.call,
            answer: await worker.ask('slow', { ...limits, call: message.call }),
          };
        case 'play':
          return message.choices
            ? {
                version,
                type: 'play',
                answer: await worker.ask('play', {
                  ...limits,
                  choices: message.choices,
                  ...(message.at === undefined ? {} : { at: message.at }),
                }),
              }
            : undefined;
        case 'watch':
          return {
            version,
            type: 'watch',
            watches: await worker.ask('watch', { ...limits, expressions: message.expressions }),
          };
        case 'compare':
          return {
            version,
            type: 'comparison',
            answer: await worker.ask('compare', { harness, title: 'the present text' }),
          };
        default:
          return undefined;
      }
    },
  };
}

export function runMessage(view: ReplayView, path: string, step = 0): ToPanel {
  return {
    version,
    type: 'run',
    run: { view, title: path.slice(path.lastIndexOf('/') + 1) },
    step,
    follow: true,
    keep: { version, harness: `file://${path}`, step, follow: true },
  };
}

/** Builds the page's script; gives the folder. */
export async function buildPage(out = 'test-results/panel'): Promise<string> {
  mkdirSync(out, { recursive: true });
  await build({
    entryPoints: ['src/webview/main.ts'],
    bundle: true,
    minify: true,
    outfile: `${out}/webview.js`,
    format: 'iife',
    target: 'es2022',
  });
  return resolve(out);
}

export interface Stage {
  readonly page: Page;
  /** Messages that the page has sent. */
  readonly sent: FromPanel[];
  /** Whatever the console said and was not meant to. */
  readonly errors: string[];
  send(message: unknown): Promise<void>;
  /** Two frames: what was sent has been drawn. */
  settle(): Promise<void>;
}

export type Theme = keyof typeof themes;

/** Opens the page; `of` answers what it asks for. */
export async function openStage(
  browser: Browser,
  folder: string,
  options: {
    readonly theme?: Theme;
    readonly width?: number;
    readonly height?: number;
    readonly zoom?: number;
    readonly of?: Checked;
  } = {},
): Promise<Stage> {
  const { theme = 'dark', width = 1200, height = 900, zoom = 1, of } = options;
  const context = await browser.newContext({
    viewport: { width: Math.round(width / zoom), height: Math.round(height / zoom) },
    deviceScaleFactor: zoom,
  });
  const page = await context.newPage();
  const sent: FromPanel[] = [];
  const errors: string[] = [];
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', error => errors.push(error.message));
  const send = (message: unknown): Promise<void> =>
    page.evaluate(m => {
      window.postMessage(m, '*');
    }, message);
  await page.exposeFunction('heard', (message: FromPanel) => {
    sent.push(message);
    void of?.answer(message).then(async answer => {
      if (answer) await send(answer);
    });
  });
  const file = `${folder}/page-${theme}.html`;
  const contributed = (
    JSON.parse(readFileSync('package.json', 'utf8')) as { contributes: { colors?: readonly unknown[] } }
  ).contributes.colors;
  const policy = `default-src 'none'; style-src file: 'nonce-x'; font-src file:; script-src 'nonce-x'; img-src data: blob:`;
  writeFileSync(
    file,
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Racelens Replay</title>
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style nonce="x">:root { ${variables(theme, contributed ?? [])} }</style>
<link rel="stylesheet" id="vscode-codicon-stylesheet" href="${resolve('node_modules/@vscode/codicons/dist/codicon.css')}" nonce="x">
<link rel="stylesheet" href="${resolve('media/panel.css')}">
<script nonce="x">window.acquireVsCodeApi = () => ({ postMessage: m => window.heard(m), getState: () => undefined, setState: s => (window.kept = s) });</script>
</head><body class="${themes[theme].kind}"><main></main><script nonce="x" src="webview.js"></script></body></html>`,
  );
  await page.goto(`file://${file}`);
  return {
    page,
    sent,
    errors,
    send,
    settle: () =>
      page.evaluate(
        () =>
          new Promise(done => {
            requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)));
          }),
      ),
  };
}
