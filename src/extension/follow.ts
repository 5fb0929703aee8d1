/** Shows places of a schedule in the editor; following never takes the focus. */
import * as vscode from 'vscode';
import type { ViewPlace } from '../protocol/view';
import { location } from './convert';

/** A place that the reader asked for. */
export async function openPlace(place: ViewPlace): Promise<void> {
  await reveal(place, false);
}

/** Somebody who has typed so lately, in milliseconds, is still at it. */
const typing = 5000;

/** Notes when the reader types: a file is not opened in their way then. */
export function watchTyping(): vscode.Disposable & { readonly isTyping: () => boolean } {
  let last = -Infinity;
  const listener = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges, reason }) => {
    const isTheirs = document === vscode.window.activeTextEditor?.document && reason === undefined;
    if (isTheirs && contentChanges.length > 0) last = performance.now();
  });
  return {
    isTyping: () => performance.now() - last < typing,
    dispose: () => {
      listener.dispose();
    },
  };
}

/** Opening a file takes its time: one after another, and only for the step that is the current one by then. */
export function createFollower(placeNow: () => ViewPlace | undefined, isTyping: () => boolean): () => void {
  let following = false;
  let wanted = false;
  return () => {
    wanted = true;
    if (following) return;
    following = true;
    void (async () => {
      while (wanted) {
        wanted = false;
        const place = placeNow();
        // A file that has gone is not worth a word at each step.
        if (place && isTyping()) tell(place);
        else if (place) await reveal(place, true).catch(() => undefined);
      }
      following = false;
    })();
  };
}

/** What somebody types in stays in front of them: they are only told where the step is, if they do not see it. */
function tell(place: ViewPlace): void {
  const { uri, range } = location(place);
  const shown = vscode.window.visibleTextEditors.find(one => one.document.uri.toString() === uri.toString());
  if (shown && shown !== vscode.window.activeTextEditor)
    shown.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  if (shown) return;
  const name = place.path.slice(place.path.lastIndexOf('/') + 1);
  vscode.window.setStatusBarMessage(
    vscode.l10n.t('The step is in {0}, line {1}', name, place.start.line + 1),
    4000,
  );
}

/** Shows the line, in an editor that has the file already or in the first column. */
async function reveal(place: ViewPlace, preserveFocus: boolean): Promise<void> {
  const { uri, range } = location(place);
  // The whole range could scroll the line's beginning out of sight.
  const line = new vscode.Range(range.start.line, 0, range.start.line, 0);
  const shown = vscode.window.visibleTextEditors.find(
    editor => editor.document.uri.toString() === uri.toString(),
  );
  if (shown && preserveFocus) {
    shown.revealRange(line, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    return;
  }
  const column =
    shown?.viewColumn ??
    vscode.window.visibleTextEditors.find(editor => editor.viewColumn !== undefined)?.viewColumn ??
    vscode.ViewColumn.One;
  try {
    const editor = await vscode.window.showTextDocument(uri, {
      viewColumn: column,
      preserveFocus,
      preview: true,
      ...(preserveFocus ? {} : { selection: range }),
    });
    editor.revealRange(line, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  } catch {
    vscode.window.setStatusBarMessage(vscode.l10n.t('{0} cannot be opened', place.path), 4000);
  }
}
