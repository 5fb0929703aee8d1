/**
 * The view “Concurrency”: state words with their bits, RCU pointers, locks and contexts of the active file or of all open
 * files. It follows the active editor, is drawn anew only when something in it has changed, and keeps what is unfolded.
 */
import * as vscode from 'vscode';
import type { ConcurrencyData } from '../host/methods';
import { nodesOf, type ConcurrencyNode } from './concurrencyNodes';
import { isC, openPaths } from './convert';
import type { Deepening } from './deepening';
import type { Log } from './log';
import type { IndexState } from '../protocol/worker';
import { nameOf, toPath } from './paths';
import { createContextsLoader } from './treeContexts';
import type { Workers } from './workers';

/** Time without typing after which the view is made again, in milliseconds. */
const rest = 400;

const viewId = 'racelens.concurrency';

type Scope = 'file' | 'workspace';

/** What the welcome text of the empty view speaks of. */
type State = 'none' | 'reading' | 'empty' | 'shown';

export function createConcurrencyView(workers: Workers, deepening: Deepening, log: Log): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  let roots: readonly ConcurrencyNode[] = [];
  let shown: ConcurrencyData | undefined;
  let scope: Scope = 'file';
  let document = activeC();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  const view = vscode.window.createTreeView<ConcurrencyNode>(viewId, {
    showCollapseAll: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getTreeItem: node => node.item(),
      getChildren: node => [...(node ? node.children() : roots)],
      getParent: node => node.parent,
    },
  });

  const contexts = createContextsLoader(workers, log, () => {
    draw(shown);
  });

  function draw(data: ConcurrencyData | undefined): void {
    shown = data;
    roots = data && document ? rootsOf(data, toPath(document.uri)) : [];
    tellState(!document ? 'none' : roots.length === 0 ? 'empty' : 'shown');
    changed.fire(undefined);
  }

  function rootsOf(data: ConcurrencyData, path: string): readonly ConcurrencyNode[] {
    const known = contexts.of({ path, scope, stamp: data.stamp }, data.contexts);
    return nodesOf(data, known, scope === 'file' ? path : undefined);
  }

  function describe(): void {
    view.description = document && (scope === 'file' ? nameOf(document.uri) : vscode.l10n.t('open files'));
  }

  async function refresh(): Promise<void> {
    const mine = ++asked;
    describe();
    if (!document) {
      if (shown !== undefined || roots.length > 0) draw(undefined);
      else tellState('none');
      return;
    }
    const path = toPath(document.uri);
    const found = await log.guard(vscode.l10n.t('the view Concurrency'), 'same' as const, () =>
      workers.ask('concurrency', {
        path,
        open: openPaths(),
        scope,
        ...(shown === undefined ? {} : { shown: shown.stamp }),
      }),
    );
    if (mine === asked && found !== 'same') draw(found);
  }

  function soon(wait: number): void {
    clearTimeout(timer);
    // What nobody sees is not asked for.
    if (view.visible) timer = setTimeout(() => void refresh(), wait);
  }

  function follow(): void {
    const active = activeC();
    // In a panel or in a file of another kind, the last C file stays, as long as it is open.
    if (active) document = active;
    else if (document?.isClosed) document = undefined;
    soon(50);
  }

  function setScope(next: Scope): void {
    scope = next;
    void vscode.commands.executeCommand('setContext', `${viewId}.scope`, scope);
    soon(0);
  }

  // While the first answer is on its way nothing is said about there being no file.
  tellState(activeC() ? 'reading' : 'none');
  setScope('file');
  const listeners = [
    view,
    changed,
    view.onDidChangeVisibility(() => {
      follow();
    }),
    workers.onDidChangeIndex(state => {
      view.message = incompleteness(state);
    }),
    view.onDidExpandElement(({ element }) => {
      if (element.isContexts) contexts.want(true);
    }),
    view.onDidCollapseElement(({ element }) => {
      if (element.isContexts) contexts.want(false);
    }),
    vscode.window.onDidChangeActiveTextEditor(follow),
    vscode.workspace.onDidCloseTextDocument(follow),
    vscode.workspace.onDidOpenTextDocument(opened => {
      if (isC(opened)) soon(rest);
    }),
    vscode.workspace.onDidChangeTextDocument(event => {
      if (event.contentChanges.length && isC(event.document)) soon(rest);
    }),
    ...[workers.onDidChangeFiles, workers.onDidImprove, deepening.onDidDeepen].map(event =>
      (event as vscode.Event<unknown>)(() => {
        soon(rest);
      }),
    ),
    workers.onDidImprove(() => {
      contexts.improve();
    }),
    vscode.commands.registerCommand(`${viewId}.showFile`, () => {
      setScope('file');
    }),
    vscode.commands.registerCommand(`${viewId}.findBitSites`, (node: ConcurrencyNode) => {
      if (node.bit !== undefined && document)
        void vscode.commands.executeCommand('racelens.findBitSites', {
          bit: node.bit,
          file: toPath(document.uri),
        });
    }),
    vscode.commands.registerCommand(`${viewId}.showWorkspace`, () => {
      setScope('workspace');
    }),
  ];
  follow();
  return new vscode.Disposable(() => {
    clearTimeout(timer);
    vscode.Disposable.from(...listeners).dispose();
  });
}

/** What may be missing because the tree is not all indexed. */
function incompleteness({ phase, done, total }: IndexState): string | undefined {
  if (phase === 'cancelled')
    return vscode.l10n.t('The index of the tree was stopped: something may be missing.');
  return phase === 'indexing' && total > 0
    ? vscode.l10n.t(
        'The tree is being indexed ({0} %): more may be known soon.',
        Math.floor((100 * done) / total),
      )
    : undefined;
}

function tellState(state: State): void {
  void vscode.commands.executeCommand('setContext', `${viewId}.state`, state);
}

function activeC(): vscode.TextDocument | undefined {
  const active = vscode.window.activeTextEditor?.document;
  return active && isC(active) ? active : undefined;
}
