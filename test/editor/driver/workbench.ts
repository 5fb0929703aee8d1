/**
 * The workbench as a person uses it: commands from the palette, files, lenses, hovers, marks, panels. Only what is
 * drawn counts: positions and texts are read from the screen, never asked of the extension.
 * Lines and columns are 1-based here, as the status bar shows them.
 */
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openWindow, type Window, type WindowOptions } from './window';

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A piece of text, or a whole line, that an extension has marked. */
export interface Mark {
  /** 1-based line, as the line numbers beside it say. */
  readonly line: number;
  /** The marked text; the empty string for marks of whole lines. */
  readonly text: string;
  /** Background colour as computed by the browser, `rgba(0, 0, 0, 0)` if none. */
  readonly background: string;
  /** Text put before and after by the mark, empty if none. */
  readonly before: string;
  readonly after: string;
  /** The class that the editor made up for this kind of mark: equal for marks of one kind. */
  readonly kind: string;
}

export interface Workbench extends Window {
  /** Runs a command by its full title (`Racelens: Open Demo`) through the palette. Waits until the palette has it. */
  command(title: string): Promise<void>;
  /** The titles that the palette offers for what is typed. */
  commandsMatching(text: string): Promise<readonly string[]>;
  /** Opens a file of the workspace, at a place if given, with the keyboard in it. */
  openFile(path: string, at?: Place): Promise<void>;
  /** Moves the cursor of the active editor. */
  goTo(at: Place): Promise<void>;
  /** Where a text stands in a file of the workspace, as saved; `nth` counts from 1. */
  find(path: string, text: string, nth?: number): Place;
  /** A file of the workspace as saved. */
  read(path: string): string;
  /** Saves the active editor, which must have been changed, and waits until its tab is clean. */
  save(): Promise<void>;
  /** Types at the cursor of the active editor. */
  type(text: string): Promise<void>;
  /** What the active editor shows (the visible lines), tabs as they are drawn. */
  visibleText(): Promise<string>;
  /** Name of the active editor's tab. */
  activeTab(): Promise<string>;
  /** Rests the mouse at a place of the active editor, and returns what the hover says. Fails if none appears. */
  hover(at: Place): Promise<string>;
  /** The code lenses now drawn, top down. */
  lenses(): Promise<readonly string[]>;
  /** One code lens, to wait for or to click. */
  lens(text: string | RegExp): Locator;
  /** Titles of the code actions offered at a place. */
  codeActions(at: Place): Promise<readonly string[]>;
  /** Picks a code action at a place. */
  applyCodeAction(at: Place, title: string | RegExp): Promise<void>;
  /** What extensions have marked in the visible part of the active editor. */
  marks(): Promise<readonly Mark[]>;
  /** Messages of the notifications now shown. */
  notifications(): Promise<readonly string[]>;
  /** A notification, to wait for. */
  notification(text: string | RegExp): Locator;
  /** Presses a button of a notification. */
  answer(notification: string | RegExp, button: string): Promise<void>;
  closeNotifications(): Promise<void>;
  /** The open quick pick's or input box's field, and its rows. */
  readonly quickInput: { readonly field: Locator; readonly rows: Locator };
  /** Picks the row of the open quick pick that holds this text. */
  pick(text: string | RegExp): Promise<void>;
  /** Waits for a visible webview that has an element of this selector, and returns its document. */
  panel(selector: string): Promise<FrameLocator>;
  /** The rows of the view “Concurrency” (it is opened) as they are drawn: label, blank, description. */
  concurrency(): Promise<readonly string[]>;
  /** A row of it, to wait for, to click or to unfold. */
  concurrencyRow(text: string | RegExp): Locator;
  /** Unfolds rows of it one below the other. */
  unfold(...texts: readonly (string | RegExp)[]): Promise<void>;
  /** Inlay hints now drawn, top down. */
  inlayHints(): Promise<readonly string[]>;
  /** Rows of the problems view (it is opened). */
  problems(): Promise<readonly string[]>;
  /** Texts of the status bar's items. */
  status(): Promise<readonly string[]>;
  /** A picture into test-results/; with `docs`, and when blessing, into docs/images/ as well. */
  screenshot(name: string, options?: { readonly docs?: boolean; readonly of?: Locator }): Promise<void>;
  /** Changes user settings through the editor of settings.json, as a person would. */
  configure(settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** Reloads the window, as `Developer: Reload Window` does. */
  reload(): Promise<void>;
}

const editorSelector = '.editor-group-container.active .editor-instance .monaco-editor';

/** Opens the workbench. Prefer `useWorkbench`, which closes it too. */
export async function openWorkbench(options: WindowOptions): Promise<Workbench> {
  const window = await openWindow(options);
  const { page, folder } = window;
  const settings: Record<string, unknown> = { ...window.settings };
  const editor = page.locator(editorSelector).first();
  const quickInput = {
    field: page.locator('.quick-input-widget input.input'),
    rows: page.locator('.quick-input-widget .quick-input-list .monaco-list-row'),
  };
  const toast = page.locator('.notifications-toasts .notification-toast');

  const actions = page.locator('.action-widget .monaco-list-row.action');
  const openActions = async (at: Place): Promise<void> => {
    await workbench.goTo(at);
    await until(`no code action at ${String(at.line)}:${String(at.column)}`, async () => {
      await page.keyboard.press('ControlOrMeta+.');
      await actions.first().waitFor({ timeout: 2000 });
      return true;
    });
  };
  const palette = async (text: string): Promise<void> => {
    await page.keyboard.press('F1');
    await quickInput.field.fill(`>${text}`, { timeout: 3000 });
  };
  const rowNames = async (): Promise<string[]> => {
    const labels = await quickInput.rows.locator('.quick-input-list-entry .label-name').allInnerTexts();
    return labels.map(l => l.trim());
  };

  const concurrencyTree = page.locator(
    '.part.sidebar .customview-tree, .part.sidebar .tree-explorer-viewlet-tree-view',
  );
  const showConcurrency = async (): Promise<void> => {
    const title = page.locator('.part.sidebar .composite.title, .part.sidebar .pane-header', {
      hasText: /Concurrency/i,
    });
    if (!(await title.first().isVisible())) await workbench.command('View: Show Racelens');
    await title.first().waitFor();
  };

  const workbench: Workbench = {
    ...window,
    quickInput,

    async command(title) {
      // A window that has just opened does not know the commands of its extensions yet: ask again.
      await until(`the palette has no command “${title}”`, async () => {
        await palette(title);
        await quickInput.rows.first().waitFor({ timeout: 5000 });
        const at = (await rowNames()).indexOf(title);
        if (at >= 0) {
          await quickInput.rows.nth(at).click();
          return true;
        }
        await page.keyboard.press('Escape');
        await page.waitForTimeout(200);
        return undefined;
      });
    },
    async commandsMatching(text) {
      await palette(text);
      await quickInput.rows.first().waitFor();
      const names = await rowNames();
      await page.keyboard.press('Escape');
      return names;
    },
    async openFile(path, at) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (window.host === 'web') {
        await openInExplorer(page, path);
        await until(`${path} did not open`, async () =>
          (await workbench.activeTab()) === name ? true : undefined,
        );
        await editor.waitFor();
        if (at) await workbench.goTo(at);
        return;
      }
      const place = at ? `:${String(at.line)}:${String(at.column)}` : '';
      await until(`${path} did not open`, async () => {
        await page.keyboard.press('ControlOrMeta+P');
        // What takes the focus meanwhile closes it: ask again soon.
        await quickInput.field.fill(join(folder, path) + place, { timeout: 3000 });
        await quickInput.rows.filter({ hasText: name }).first().waitFor({ timeout: 5000 });
        await page.keyboard.press('Enter');
        await page.waitForTimeout(100);
        return (await workbench.activeTab()) === name ? true : undefined;
      });
      await editor.waitFor();
    },
    async goTo({ line, column }) {
      await until(`the cursor does not go to ${String(line)}:${String(column)}`, async () => {
        await focusEditor(page);
        await page.keyboard.press('Control+G');
        await quickInput.field.fill(`:${String(line)}:${String(column)}`, { timeout: 3000 });
        await page.keyboard.press('Enter');
        await quickInput.field.waitFor({ state: 'hidden', timeout: 3000 });
        return true;
      });
    },
    find(path, text, nth = 1) {
      const content = workbench.read(path);
      let at = -1;
      for (let i = 0; i < nth; i++) {
        at = content.indexOf(text, at + 1);
        if (at < 0) throw new Error(`${path} has no ${String(i + 1)}. “${text}”`);
      }
      const before = content.slice(0, at).split('\n');
      return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    },
    read: path => readFileSync(join(folder, path), 'utf8'),
    async save() {
      await page.locator('.editor-group-container.active .tab.active.dirty').waitFor();
      await page.keyboard.press('ControlOrMeta+S');
      await page.locator('.editor-group-container.active .tab.active:not(.dirty)').waitFor();
    },
    async type(text) {
      await focusEditor(page);
      await page.keyboard.type(text);
    },
    visibleText: async () => (await linesOf(editor)).map(l => l.text).join('\n'),
    async activeTab() {
      const label = page.locator('.editor-group-container.active .tab.active .label-name');
      return (await label.count()) ? (await label.first().innerText()).trim() : '';
    },
    async hover(at) {
      await workbench.goTo(at);
      await page.mouse.move(0, 0);
      const shown = editor.locator('.monaco-hover:not(.hidden) .monaco-hover-content');
      return until(`no hover at ${String(at.line)}:${String(at.column)}`, async () => {
        const box = await editor.locator('.cursors-layer .cursor').first().boundingBox();
        if (!box) return undefined;
        await page.mouse.move(box.x + 3, box.y + box.height / 2);
        await shown.first().waitFor({ timeout: 3000 });
        const text = (await shown.allInnerTexts()).join('\n').trim();
        if (text && !/^Loading/m.test(text)) return text;
        await page.mouse.move(box.x + 4, box.y + box.height / 2);
        await page.waitForTimeout(200);
        return undefined;
      });
    },
    async lenses() {
      const texts = await editor.locator('.codelens-decoration').allInnerTexts();
      return texts.flatMap(t => t.split(/\s*\|\s*/)).map(t => t.replaceAll('\u00a0', ' ').trim());
    },
    lens: text => editor.locator('.codelens-decoration a').filter({ hasText: text }).first(),
    async codeActions(at) {
      await openActions(at);
      const titles = await actions.allInnerTexts();
      await page.keyboard.press('Escape');
      return titles.map(t => t.trim());
    },
    async applyCodeAction(at, title) {
      await openActions(at);
      // By keyboard: the list refuses the mouse until it has moved.
      const wanted = actions.filter({ hasText: title }).first();
      await until(`no code action ${String(title)}`, async () => {
        if (/\bfocused\b/.test((await wanted.getAttribute('class', { timeout: 2000 })) ?? '')) return true;
        await page.keyboard.press('ArrowDown');
        return undefined;
      });
      await page.keyboard.press('Enter');
    },
    marks: async () => marksOf(editor),
    async notifications() {
      const texts = await toast.locator('.notification-list-item-message').allInnerTexts();
      return texts.map(t => t.trim());
    },
    notification: text => toast.filter({ hasText: text }).first(),
    async answer(notification, button) {
      const one = toast.filter({ hasText: notification }).first();
      await one.waitFor();
      await one.hover();
      await one.getByRole('button', { name: button, exact: true }).click();
    },
    async closeNotifications() {
      await workbench.command('Notifications: Clear All Notifications');
      await toast.first().waitFor({ state: 'detached' });
    },
    async pick(text) {
      await quickInput.rows.filter({ hasText: text }).first().click();
    },
    panel: selector => panelWith(page, selector),
    async concurrency() {
      await showConcurrency();
      // In one go: the rows may be drawn anew at any time.
      return concurrencyTree.locator('.monaco-list-row').evaluateAll(rows =>
        rows
          .map(row => ({
            top: row.getBoundingClientRect().top,
            text: row.querySelector('.monaco-icon-label-container')?.textContent ?? '',
          }))
          .sort((a, b) => a.top - b.top)
          .map(row => row.text.replaceAll(/\s+/g, ' ').trim()),
      );
    },
    concurrencyRow: text => concurrencyTree.locator('.monaco-list-row').filter({ hasText: text }).first(),
    async unfold(...texts) {
      await showConcurrency();
      for (const text of texts) {
        const row = workbench.concurrencyRow(text);
        await until(`${String(text)} does not unfold`, async () => {
          await row.waitFor({ timeout: 5000 });
          if ((await row.getAttribute('aria-expanded')) === 'true') return true;
          await row.locator('.monaco-tl-twistie').click();
          return undefined;
        });
      }
    },
    async inlayHints() {
      // The editor gives every piece of injected text a class of its own; ours are those of dynamic inlay hints.
      const texts = await editor.locator('.view-line [class*="dyn-rule"]').allInnerTexts();
      return texts.map(t => t.replaceAll('\u00a0', ' ').trim()).filter(t => t !== '');
    },
    async problems() {
      await workbench.command('Problems: Focus on Problems View');
      const rows = page.locator('.markers-panel .monaco-list-row');
      await page.locator('.markers-panel').waitFor();
      return (await rows.allInnerTexts()).map(t => t.replaceAll(/\s+/g, ' ').trim());
    },
    async status() {
      const texts = await page.locator('.part.statusbar .statusbar-item').allInnerTexts();
      return texts.map(t => t.replaceAll(/\s+/g, ' ').trim()).filter(t => t !== '');
    },
    async screenshot(name, { docs = false, of } = {}) {
      const path = join('test-results', `${name}.png`);
      mkdirSync(dirname(path), { recursive: true });
      // A tooltip where the mouse was left is not what the picture is about; a hover of the editor may be.
      const tooltip = page.locator('.workbench-hover-container:visible');
      if (await tooltip.count()) {
        await page.mouse.move(24, 500);
        await tooltip.first().waitFor({ state: 'hidden' });
      }
      await (of ?? page).screenshot({ path, animations: 'disabled' });
      if (!docs || !process.env.RACELENS_BLESS) return;
      mkdirSync('docs/images', { recursive: true });
      copyFileSync(path, join('docs/images', `${name}.png`));
    },
    async configure(changes) {
      Object.assign(settings, changes);
      await workbench.command('Preferences: Open User Settings (JSON)');
      await until('settings.json did not open', async () =>
        (await workbench.activeTab()) === 'settings.json' ? true : undefined,
      );
      // The tab is there before its text can be typed into.
      await until('settings.json takes no text', async () => {
        await focusEditor(page);
        await page.keyboard.press('ControlOrMeta+A');
        await page.keyboard.insertText(JSON.stringify(settings));
        const dirty = page.locator('.tab.active.dirty');
        await dirty.waitFor({ timeout: 2000 });
        return true;
      });
      await workbench.save();
      await workbench.command('View: Close Editor');
      await page
        .locator('.tab.active .label-name', { hasText: 'settings.json' })
        .waitFor({ state: 'detached' });
    },
    async reload() {
      // Reloading the page would leave out what the workbench writes down when it is closed.
      await Promise.all([page.waitForEvent('load'), workbench.command('Developer: Reload Window')]);
      await page.locator('.monaco-workbench').waitFor();
    },
  };
  return workbench;
}

/**
 * Opens a workbench before the tests of the enclosing `describe`, closes it after them, and leaves a picture and the
 * console in test-results/ for each test that fails. Returns a function that gives the workbench to a running test.
 */
export function useWorkbench(options: WindowOptions): () => Workbench {
  const held: { workbench?: Workbench } = {};
  before(async function () {
    this.timeout(120_000);
    held.workbench = await openWorkbench(options);
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    const name = `failed ${this.currentTest.fullTitle()}`.replaceAll(/[^\w.-]+/g, '-').slice(0, 120);
    await held.workbench?.screenshot(name);
    console.error(`      (a picture is in test-results/${name}.png; the last of the console:)`);
    for (const message of held.workbench?.messages.slice(-12) ?? [])
      console.error(`      | ${message.slice(0, 300)}`);
  });
  after(async () => {
    await held.workbench?.close();
  });
  return () => {
    if (!held.workbench) throw new Error('the workbench is there only while the tests of its describe run');
    return held.workbench;
  };
}

/**
 * Asks again and again until the answer is not undefined. An answer that throws counts as undefined until the time is
 * over; then it becomes the cause.
 * @param sentence what is wrong if the time passes
 */
export async function until<T>(
  sentence: string,
  ask: () => Promise<T | undefined>,
  milliseconds = 30_000,
): Promise<T> {
  const end = Date.now() + milliseconds;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > end) throw new Error(`${sentence} (waited ${String(milliseconds / 1000)} s)`, { cause });
    await new Promise(done => setTimeout(done, 50));
  }
}

/** VS Code for the Web as it is tested has no search for files by name: folder by folder, as a person would. */
async function openInExplorer(page: Page, path: string): Promise<void> {
  const names = path.split('/');
  await until(`the explorer does not show ${path}`, async () => {
    const tree = page.locator('.explorer-folders-view');
    if (!(await tree.isVisible())) await page.keyboard.press('ControlOrMeta+Shift+E');
    for (const [depth, name] of names.entries()) {
      const row = tree
        .locator(`.monaco-list-row[aria-level="${String(depth + 1)}"]`)
        .filter({
          has: page.locator('.label-name', { hasText: new RegExp(`^${name.replaceAll('.', '\\.')}$`) }),
        })
        .first();
      await row.waitFor({ timeout: 3000 });
      if (depth === names.length - 1) await row.dblclick();
      else if ((await row.getAttribute('aria-expanded')) === 'false') await row.click();
    }
    return true;
  });
}

async function focusEditor(page: Page): Promise<void> {
  const focused = await page.locator(`${editorSelector}.focused`).count();
  if (!focused) await page.keyboard.press('ControlOrMeta+1');
}

async function linesOf(editor: Locator): Promise<readonly { line: number; text: string }[]> {
  return editor.evaluate(root => {
    // A line number and its line are drawn at the same height, in two layers.
    const numbers = new Map<string, number>();
    for (const n of root.querySelectorAll<HTMLElement>('.margin-view-overlays > div')) {
      const digits = n.querySelector('.line-numbers')?.textContent?.trim();
      if (digits) numbers.set(n.style.top, Number(digits));
    }
    const lines = [...root.querySelectorAll<HTMLElement>('.view-lines > .view-line')];
    return lines
      .map(l => ({
        line: numbers.get(l.style.top) ?? 0,
        text: (l.textContent ?? '').replaceAll('\u00a0', ' ').replaceAll('\u200c', ''),
      }))
      .sort((a, b) => a.line - b.line);
  });
}

async function marksOf(editor: Locator): Promise<readonly Mark[]> {
  return editor.evaluate(root => {
    const numbers = new Map<string, number>();
    for (const n of root.querySelectorAll<HTMLElement>('.margin-view-overlays > div')) {
      const digits = n.querySelector('.line-numbers')?.textContent?.trim();
      if (digits) numbers.set(n.style.top, Number(digits));
    }
    const unquote = (content: string): string =>
      content === 'none' || content === 'normal' ? '' : content.replace(/^"|"$/g, '');
    // `ced-` begins the classes of marks that extensions made.
    const made = (e: Element): string => [...e.classList].find(c => c.startsWith('ced-')) ?? '';
    const found: (Mark & { left: number })[] = [];
    const add = (e: HTMLElement, row: HTMLElement | null, text: string): void => {
      const style = getComputedStyle(e);
      found.push({
        line: numbers.get(row?.style.top ?? '') ?? 0,
        text,
        background: style.backgroundColor,
        before: unquote(getComputedStyle(e, '::before').content),
        after: unquote(getComputedStyle(e, '::after').content),
        kind: made(e).replace(/-\d+$/, ''),
        left: e.getBoundingClientRect().left,
      });
    };
    for (const e of root.querySelectorAll<HTMLElement>('.view-lines [class*="ced-"]'))
      add(e, e.closest('.view-line'), (e.textContent ?? '').replaceAll('\u00a0', ' '));
    for (const e of root.querySelectorAll<HTMLElement>('.view-overlays [class*="ced-"]')) {
      // A background is drawn in a layer below the text: read the text that it lies under.
      const row = e.parentElement;
      const line = [...root.querySelectorAll<HTMLElement>('.view-lines > .view-line')].find(
        l => l.style.top === row?.style.top,
      );
      const box = e.getBoundingClientRect();
      let text = '';
      const walk = line ? document.createTreeWalker(line, NodeFilter.SHOW_TEXT) : undefined;
      for (let node = walk?.nextNode(); node; node = walk?.nextNode()) {
        const range = document.createRange();
        for (let i = 0; i < (node.textContent ?? '').length; i++) {
          range.setStart(node, i);
          range.setEnd(node, i + 1);
          const at = range.getBoundingClientRect();
          if (at.left >= box.left - 1 && at.right <= box.right + 1) text += node.textContent?.[i] ?? '';
        }
      }
      add(e, row, text.replaceAll('\u00a0', ' '));
    }
    found.sort((a, b) => a.line - b.line || a.left - b.left);
    return found.map(({ left: _left, ...mark }) => mark);
  });
}

async function panelWith(page: Page, selector: string): Promise<FrameLocator> {
  return until(`no webview shows ${selector}`, async () => {
    const frames = page.locator('iframe.webview.ready');
    for (let i = 0; i < (await frames.count()); i++) {
      if (!(await frames.nth(i).isVisible())) continue;
      const inner = frames.nth(i).contentFrame().locator('iframe#active-frame').contentFrame();
      if (await inner.locator(selector).count()) return inner;
    }
    return undefined;
  });
}
