/**
 * Opens a window of the real VS Code on a copy of a workspace, with the extension loaded, in a real browser:
 * the server of tools/vscode-server.mjs and a system Chromium through playwright-core. With RACELENS_DESKTOP (the path
 * of a desktop VS Code, set by `npm run test:desktop`) the same tests drive that instead.
 */
import { chromium, _electron, type Page } from 'playwright-core';
import { cpSync, mkdtempSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { browserFlags, findBrowser, howToGetBrowser } from '../../../tools/browser.mjs';
import { stageExtension } from '../../../tools/stage.mjs';
import { startServer } from '../../../tools/vscode-server.mjs';
import { startWeb } from '../../../tools/vscode-web.mjs';

export interface WindowOptions {
  /** Folder that is copied to a temporary one and opened; relative to the project. */
  readonly workspace: string;
  /** User settings on top of `quiet`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Folder of the extension under development; by default a copy of this project's, as it is built. */
  readonly extension?: string;
  /** A packaged extension to install, in place of one under development. */
  readonly vsix?: string;
  /**
   * Which VS Code it is: one with a Node extension host beside its server (the default), or VS Code for the Web, whose
   * extension host is a web worker and whose files are in memory. The desktop has the first only.
   */
  readonly host?: 'node' | 'web';
  /** A module whose `run()` is called in the extension host (it has the vscode API). */
  readonly tests?: string;
  /**
   * The language that extensions are to speak, `zh-cn` for example; the workbench itself stays English, for want of a
   * language pack. Only where the host is `node`, in a browser.
   */
  readonly language?: string;
  /** Size of the window in CSS pixels. */
  readonly size?: { readonly width: number; readonly height: number };
}

export interface Window {
  readonly page: Page;
  /** The temporary copy of the workspace: what the editor writes is here, unless it is the one for the web. */
  readonly folder: string;
  readonly host: 'node' | 'web';
  /** Console messages of the page and the extension host, oldest first, as `type: text`. */
  readonly messages: readonly string[];
  /** Addresses of everything that the window asked the network for, oldest first. Empty on the desktop. */
  readonly requests: readonly string[];
  /** The user settings that it was opened with. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Resolves to the exit code once the in-host tests are through. */
  readonly exited: Promise<number>;
  close(): Promise<void>;
}

/** Settings that keep a test about one thing: nothing pops up, completes, closes brackets or covers lines by itself. */
const quiet = {
  'editor.acceptSuggestionOnEnter': 'off',
  'editor.autoClosingBrackets': 'never',
  'editor.autoClosingQuotes': 'never',
  'editor.autoSurround': 'never',
  'editor.autoIndent': 'none',
  'editor.hover.delay': 100,
  'editor.minimap.enabled': false,
  'editor.quickSuggestions': { comments: 'off', other: 'off', strings: 'off' },
  'editor.stickyScroll.enabled': false,
  'editor.suggestOnTriggerCharacters': false,
  'editor.wordBasedSuggestions': 'off',
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'window.restoreWindows': 'none',
  'workbench.editor.empty.hint': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** What a server without native modules and without a gallery says of itself: true, and of no interest. */
const noise = /build\/Release\/watchdog|additional builtin extensions/;

/** Opens a window and waits until the workbench is drawn. The caller closes it. */
export async function openWindow(options: WindowOptions): Promise<Window> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'racelens-workspace-')));
  const folder = join(root, 'workspace');
  cpSync(options.workspace, folder, { recursive: true });
  const messages: string[] = [];
  try {
    const opened = process.env.RACELENS_DESKTOP
      ? await openDesktop(process.env.RACELENS_DESKTOP, root, folder, options, messages)
      : options.host === 'web'
        ? await openWeb(root, folder, options, messages)
        : await openBrowser(root, folder, options, messages);
    await opened.page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
    return {
      ...opened,
      folder,
      host: options.host ?? 'node',
      messages,
      async close() {
        await opened.close();
        rmSync(root, { recursive: true, force: true, maxRetries: 3 });
      },
    };
  } catch (error) {
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
}

type Opened = Pick<Window, 'page' | 'requests' | 'settings' | 'exited' | 'close'>;

async function openBrowser(
  root: string,
  folder: string,
  options: WindowOptions,
  messages: string[],
): Promise<Opened> {
  const settings = { ...quiet, ...options.settings };
  const server = await startServer({ settings, vsix: options.vsix, orphanEnds: true });
  const url = server.url({
    folder,
    ...(options.vsix ? {} : { extension: options.extension ?? staged(join(root, 'extension')) }),
    ...(options.tests ? { tests: resolve(options.tests) } : {}),
  });
  return openPage(
    url,
    settings,
    options,
    messages,
    () => server.stop(),
    async page => {
      // What the messages of a language pack would say of themselves; the built-in English ones say nothing.
      if (options.language !== undefined)
        await page.addInitScript(language => {
          Reflect.set(globalThis, '_VSCODE_NLS_LANGUAGE', language);
        }, options.language);
    },
  );
}

async function openWeb(
  root: string,
  folder: string,
  options: WindowOptions,
  messages: string[],
): Promise<Opened> {
  const settings = { ...quiet, ...options.settings };
  const server = await startWeb({
    folder,
    extension: options.extension ?? staged(join(root, 'extension')),
    ...(options.tests ? { tests: resolve(options.tests) } : {}),
  });
  return openPage(
    server.url,
    settings,
    options,
    messages,
    () => server.stop(),
    async page => {
      // Nobody has settings yet in a browser that was never there before: ours become the defaults of this workbench.
      await page.addInitScript(defaults => {
        const read = Reflect.get(Element.prototype, 'getAttribute') as (name: string) => string | null;
        Element.prototype.getAttribute = function (name) {
          const value = read.call(this, name);
          if (value === null || this.id !== 'vscode-workbench-web-configuration') return value;
          return JSON.stringify({
            ...(JSON.parse(value) as object),
            configurationDefaults: defaults,
          });
        };
      }, settings);
    },
  );
}

/** A page of a fresh browser on a workbench; closing it stops the workbench's server too. */
async function openPage(
  url: string,
  settings: Readonly<Record<string, unknown>>,
  options: WindowOptions,
  messages: string[],
  stop: () => Promise<void>,
  prepare?: (page: Page) => Promise<void>,
): Promise<Opened> {
  const executablePath = findBrowser();
  if (!executablePath) {
    await stop();
    throw new Error(`no browser: ${howToGetBrowser}`);
  }
  const browser = await chromium
    .launch({ executablePath, args: browserFlags })
    .catch(async (error: unknown) => {
      await stop();
      throw error;
    });
  const close = async (): Promise<void> => {
    await browser.close();
    await stop();
  };
  try {
    const context = await browser.newContext({
      viewport: options.size ?? { width: 1440, height: 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    page.on('console', message => {
      if (!noise.test(message.text())) messages.push(`${message.type()}: ${message.text()}`);
    });
    const requests: string[] = [];
    context.on('request', request => requests.push(request.url()));
    page.on('pageerror', error => messages.push(`pageerror: ${error.stack ?? error.message}`));
    // The workbench reports what the in-host tests print and how they end through these two.
    await page.exposeFunction('codeAutomationLog', (type: string, args: readonly unknown[]) => {
      messages.push(`${type}: ${args.map(String).join(' ')}`);
    });
    const exited = new Promise<number>(done => {
      void page.exposeFunction('codeAutomationExit', done);
    });
    await prepare?.(page);
    await page.goto(url);
    return { page, requests, settings, exited, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function staged(folder: string): string {
  stageExtension(folder);
  return folder;
}

async function openDesktop(
  executablePath: string,
  root: string,
  folder: string,
  options: WindowOptions,
  messages: string[],
): Promise<Opened> {
  const user = join(root, 'user');
  const settings = {
    ...quiet,
    'window.dialogStyle': 'custom',
    'window.titleBarStyle': 'custom',
    ...options.settings,
  };
  mkdirSync(join(user, 'User'), { recursive: true });
  writeFileSync(join(user, 'User/settings.json'), JSON.stringify(settings));
  const app = await _electron.launch({
    executablePath,
    args: [
      folder,
      `--extensionDevelopmentPath=${resolve(options.extension ?? '.')}`,
      `--user-data-dir=${user}`,
      `--extensions-dir=${join(root, 'extensions')}`,
      '--disable-workspace-trust',
      '--disable-updates',
      '--disable-telemetry',
      '--skip-welcome',
      '--skip-release-notes',
      '--no-sandbox',
    ],
  });
  const page = await app.firstWindow();
  page.setDefaultTimeout(30_000);
  page.on('console', message => messages.push(`${message.type()}: ${message.text()}`));
  return {
    page,
    requests: [],
    settings,
    exited: new Promise<number>(() => undefined),
    close: () => app.close(),
  };
}
