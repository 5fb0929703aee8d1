/**
 * “Find All Sites of This Bit”: who sets, clears, tests and waits for it in the whole tree, in VS Code's References view or
 * peeked at where the cursor is. The bit is the one at the cursor, or asked for.
 */
import * as vscode from 'vscode';
import type { BitSitesData } from '../host/methods';
import { isC, locator, openPaths, type Locate } from './convert';
import type { Log } from './log';
import { toPath, toUri } from './paths';
import { showReferences, type ReferenceNode, type References } from './referencesView';
import { inSlices } from './slices';
import type { Workers } from './workers';

type Site = BitSitesData['sites'][number];

/** What links hand over; the palette hands over nothing. */
interface Argument {
  readonly bit: string;
  /** Path of the file in whose tree it is looked for. */
  readonly file: string;
}

/** Shows what was found; `better` fires with the answer of the whole tree if this one came too early for it. */
type Show = (found: BitSitesData, from: vscode.Location, better: vscode.Event<BitSitesData>) => Promise<void>;

export function createBitSites(workers: Workers, log: Log): vscode.Disposable {
  const better = new vscode.EventEmitter<BitSitesData>();
  /** Only the last question is asked again. */
  let early: Argument | undefined;
  const register = (command: string, show: Show) =>
    vscode.commands.registerCommand(command, (argument: unknown) =>
      log.guard(vscode.l10n.t('finding the sites of a bit'), undefined, async () => {
        const subject = asArgument(argument) ?? (await chosen());
        if (!subject) return;
        const found = await ask(workers, subject);
        if (!found) return;
        if (found.sites.length === 0) {
          void vscode.window.showInformationMessage(
            found.problems[0] ?? vscode.l10n.t('Nothing in this tree does anything to {0}.', found.bit),
          );
          return;
        }
        early = found.complete ? undefined : subject;
        await show(found, here(subject), better.event);
      }),
    );
  return vscode.Disposable.from(
    better,
    workers.onDidChangeIndex(state => {
      if (!state.complete || !early) return;
      const subject = early;
      early = undefined;
      void log.guard(vscode.l10n.t('finding the sites of a bit'), undefined, async () => {
        const { bit, file } = subject;
        const found = await workers.ask('bitSites', { path: file, open: openPaths(), bit });
        if (!found) return;
        // A file may have changed in the meantime.
        if (!found.complete) early ??= subject;
        better.fire(found);
      });
    }),
    register('racelens.findBitSites', list),
    register('racelens.peekBitSites', peek),
  );
}

/** An answer that takes longer than this gets a note that it is looked for, in milliseconds. */
const patience = 500;

/** Asks the worker; a name that is all over the tree takes a moment, and can be cancelled. */
async function ask(workers: Workers, { bit, file }: Argument): Promise<BitSitesData | undefined> {
  const question = new vscode.CancellationTokenSource();
  const answer = workers.ask('bitSites', { path: file, open: openPaths(), bit }, question.token);
  const soon = new Promise<'late'>(resolve => setTimeout(resolve, patience, 'late'));
  const first = await Promise.race([answer, soon]);
  if (first !== 'late') return first;
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      cancellable: true,
      title: vscode.l10n.t('Finding all sites of {0}', bit),
    },
    (_, token) => {
      token.onCancellationRequested(() => {
        question.cancel();
      });
      return answer;
    },
  );
}

/** The name at the cursor if it looks like a constant, else what is typed. */
async function chosen(): Promise<Argument | undefined> {
  const editor = vscode.window.activeTextEditor;
  const document = editor && isC(editor.document) ? editor.document : undefined;
  if (!editor || !document) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Open a C file of the tree first: bits are looked for in the tree of the active file.'),
    );
    return undefined;
  }
  const at = document.getWordRangeAtPosition(editor.selection.active, /[A-Za-z_]\w*/);
  const name = at ? document.getText(at) : '';
  const bit = /^_*[A-Z][A-Z0-9_]+\w*$/.test(name)
    ? name
    : await vscode.window.showInputBox({
        title: vscode.l10n.t('Find All Sites of a Bit'),
        prompt: vscode.l10n.t('The name of the bit or of its mask, as the code writes it.'),
        placeHolder: 'NAPI_STATE_SCHED',
        validateInput: text =>
          /^\s*[A-Za-z_]\w*\s*$/.test(text) ? undefined : vscode.l10n.t('A name of C is wanted.'),
      });
  return bit === undefined ? undefined : { bit: bit.trim(), file: toPath(document.uri) };
}

function asArgument(value: unknown): Argument | undefined {
  if (typeof value !== 'object' || value === null || !('bit' in value) || !('file' in value))
    return undefined;
  const { bit, file } = value;
  return typeof bit === 'string' && typeof file === 'string' ? { bit, file } : undefined;
}

/** Where the question is asked: the cursor, or the top of the file. */
function here({ file }: Argument): vscode.Location {
  const editor = vscode.window.activeTextEditor;
  const uri = toUri(file);
  const position =
    editor?.document.uri.toString() === uri.toString() ? editor.selection.active : new vscode.Position(0, 0);
  return new vscode.Location(editor?.document.uri ?? uri, position);
}

/** Groups in the order in which a reader asks: who sets it, who clears it, who looks, who waits. */
function groups(): readonly (readonly [title: string, icon: string, kinds: readonly Site['kind'][]])[] {
  return [
    [vscode.l10n.t('Set'), 'circle-filled', ['set', 'test-and-set']],
    [vscode.l10n.t('Cleared'), 'circle-outline', ['clear', 'test-and-clear']],
    [vscode.l10n.t('Changed'), 'arrow-swap', ['change', 'test-and-change']],
    [vscode.l10n.t('Stored'), 'edit', ['store', 'init']],
    [vscode.l10n.t('Tested'), 'eye', ['test']],
    [vscode.l10n.t('Waited for'), 'watch', ['wait']],
  ];
}

async function list(
  found: BitSitesData,
  from: vscode.Location,
  better: vscode.Event<BitSitesData>,
): Promise<void> {
  const references = await referencesOf(found, from);
  const later = mapped(
    better,
    next => next.bit === found.bit,
    next => referencesOf(next, from),
  );
  if (await showReferences(references, later)) return;
  await peek(found, from);
}

/** The event with each value that passes made into another, which takes a moment. */
function mapped<T, U>(
  event: vscode.Event<T>,
  passes: (value: T) => boolean,
  make: (value: T) => Promise<U>,
): vscode.Event<U> {
  return tell =>
    event(value => {
      if (passes(value)) void make(value).then(tell);
    });
}

async function referencesOf(found: BitSitesData, from: vscode.Location): Promise<References> {
  const roots: ReferenceNode[] = [];
  const locate = locator();
  for (const [title, icon, kinds] of groups()) {
    const children: ReferenceNode[] = [];
    await inSlices(
      found.sites.filter(site => kinds.includes(site.kind)),
      () => false,
      site => children.push(siteNode(site, locate)),
    );
    if (children.length === 0) continue;
    const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.Expanded);
    item.description = String(children.length);
    item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor('racelens.stateWord'));
    roots.push({ item, children });
  }
  return { title: vscode.l10n.t('Sites of {0}', found.bit), location: from, message: summary(found), roots };
}

async function peek(found: BitSitesData, from: vscode.Location): Promise<void> {
  const locate = locator();
  await vscode.commands.executeCommand(
    'editor.action.peekLocations',
    from.uri,
    from.range.start,
    found.sites.map(site => locate(site.place)),
    'peek',
  );
  if (!found.complete) void vscode.window.setStatusBarMessage(summary(found), 10_000);
}

/** How many, where, and whether that is all. The view makes one paragraph of it. */
function summary({ sites, problems, words }: BitSitesData): string {
  const files = new Set(sites.map(site => site.place.path)).size;
  return [
    vscode.l10n.t('{0} sites in {1} files', sites.length, files) +
      (words.length > 0 ? ` · ${words.join(', ')}` : ''),
    ...problems,
  ].join('. ');
}

function siteNode(site: Site, locate: Locate): ReferenceNode {
  const at = locate(site.place);
  const file = site.place.path.slice(site.place.path.lastIndexOf('/') + 1);
  const item = new vscode.TreeItem(
    // What is initialised is a variable.
    site.function === '' ? file : site.kind === 'init' ? site.function : `${site.function}()`,
    vscode.TreeItemCollapsibleState.None,
  );
  item.description = `${file}:${String(site.place.start.line + 1)} · ${site.line.replaceAll(/\s+/g, ' ')}`;
  const tooltip = new vscode.MarkdownString(undefined, true);
  tooltip.appendCodeblock(site.line, 'c');
  tooltip.appendMarkdown(
    [
      `\`${site.operation}\`${site.through === undefined ? '' : vscode.l10n.t(' in `{0}()`', site.through)}`,
      site.atomic ? vscode.l10n.t('atomic') : vscode.l10n.t('not atomic'),
      site.ordering,
      ...(site.word === '' ? [] : [`\`${site.word}\``]),
      ...(site.until === undefined
        ? []
        : [
            site.until === 'set'
              ? vscode.l10n.t('waits until it is set')
              : vscode.l10n.t('waits until it is clear'),
          ]),
      ...(site.maybe ? [vscode.l10n.t('on some paths only')] : []),
    ].join(' · '),
  );
  item.tooltip = tooltip;
  item.command = {
    command: 'vscode.open',
    title: vscode.l10n.t('Open'),
    arguments: [at.uri, { selection: at.range, preserveFocus: true }],
  };
  return { item, location: at, children: [] };
}
