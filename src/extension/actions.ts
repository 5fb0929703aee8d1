/** Code actions: the fix of a publication without a grace period, at once or through the preview. */
import * as vscode from 'vscode';
import { openPaths, selector, viewPosition, workspaceEdit } from './convert';
import type { Log } from './log';
import { toPath } from './paths';
import type { Workers } from './workers';

export function createActions(workers: Workers, log: Log): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    selector,
    {
      async provideCodeActions(document, range, _context, token) {
        const found = await log.guard(vscode.l10n.t('code action'), [], () =>
          workers.ask(
            'actions',
            {
              path: toPath(document.uri),
              open: openPaths(),
              start: viewPosition(range.start),
              end: viewPosition(range.end),
            },
            token,
          ),
        );
        return found.flatMap(action => {
          const apply = new vscode.CodeAction(action.title, vscode.CodeActionKind.QuickFix);
          apply.edit = workspaceEdit(action, false);
          apply.isPreferred = action.preferred;
          // The verdict turns by running again, never by assuming it.
          apply.command = { command: 'racelens.again', title: '', arguments: [{ onlyIfShown: true }] };
          const preview = new vscode.CodeAction(
            vscode.l10n.t('{0} (preview)', action.title),
            vscode.CodeActionKind.QuickFix,
          );
          preview.edit = workspaceEdit(action, true);
          return [apply, preview];
        });
      },
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}
