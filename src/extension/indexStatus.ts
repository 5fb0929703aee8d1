/**
 * How far the tree is known, in the status bar: progress while the folders near the open files are indexed, nothing once they
 * are, and why there are no marks where a file is too large. The index can be stopped and begun again.
 */
import * as vscode from 'vscode';
import type { IndexState } from '../protocol/worker';
import { isC, isTooLarge } from './convert';
import type { Log } from './log';
import type { Workers } from './workers';

export function createIndexStatus(workers: Workers, log: Log): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('racelens.index', vscode.StatusBarAlignment.Left, -100);
  item.name = vscode.l10n.t('Racelens Index');
  let state: IndexState | undefined;

  function draw(): void {
    const document = vscode.window.activeTextEditor?.document;
    const look =
      document && isTooLarge(document)
        ? {
            text: `$(warning) ${vscode.l10n.t('Racelens: file too large')}`,
            tooltip: vscode.l10n.t(
              'This file is larger than anybody writes by hand: Racelens marks nothing in it and reads it only as a header.',
            ),
          }
        : state && lookOf(state);
    item.text = look?.text ?? '';
    item.tooltip = look?.tooltip;
    item.command = look && 'command' in look ? look.command : undefined;
    if (look) item.show();
    else item.hide();
  }

  async function act(action: 'start' | 'cancel'): Promise<void> {
    await log.guard(vscode.l10n.t('indexing the tree'), undefined, async () => {
      const document = vscode.window.activeTextEditor?.document;
      state = await workers.ask('index', { action });
      draw();
      if (action === 'start' && state.phase === 'none')
        void vscode.window.showInformationMessage(
          document && isC(document)
            ? vscode.l10n.t('This file lies in no kernel tree: there is nothing to index.')
            : vscode.l10n.t('Open a file of a kernel tree first: its tree is what is indexed.'),
        );
    });
  }

  return vscode.Disposable.from(
    item,
    workers.onDidChangeIndex(next => {
      state = next;
      draw();
    }),
    vscode.window.onDidChangeActiveTextEditor(draw),
    vscode.commands.registerCommand('racelens.indexTree', () => act('start')),
    vscode.commands.registerCommand('racelens.cancelIndex', () => act('cancel')),
  );
}

function lookOf({
  phase,
  part,
  done,
  total,
  root,
}: IndexState): { readonly text: string; readonly tooltip: string; readonly command: string } | undefined {
  const tree = root === undefined ? '' : root.slice(root.lastIndexOf('/') + 1);
  switch (phase) {
    case 'indexing': {
      // The rest of a large tree is read quietly.
      if (part === 'rest') return undefined;
      const percent = total > 0 ? ` ${String(Math.floor((100 * done) / total))} %` : '';
      return {
        text: `$(sync~spin) ${vscode.l10n.t('Racelens: indexing{0}', percent)}`,
        tooltip: vscode.l10n.t(
          '{0} of {1} files of {2} are indexed. What is shown until then is what the open files say. Click to stop.',
          done,
          total,
          tree,
        ),
        command: 'racelens.cancelIndex',
      };
    }
    case 'cancelled':
      return {
        text: `$(circle-slash) ${vscode.l10n.t('Racelens: index stopped')}`,
        tooltip: vscode.l10n.t(
          'The index of {0} was stopped: answers about the whole tree may lack something. Click to go on.',
          tree,
        ),
        command: 'racelens.indexTree',
      };
    case 'none':
    case 'ready':
      return undefined;
  }
}
