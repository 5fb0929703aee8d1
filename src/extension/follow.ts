/** Shows places of a schedule in the editor; following never takes the focus. */
import * as vscode from 'vscode';
import type { ViewPlace } from '../protocol/view';
import { location } from './convert';

/** A place that the reader asked for. */
export async function openPlace(place: ViewPlace): Promise<void> {
  await reveal(place, false);
}

/** Opening a file takes its time: one after another, and only for the step that is the current one by then. */
export function createFollower(placeNow: () => ViewPlace | undefined): () => void {
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
        if (place) await reveal(place, true).catch(() => undefined);
      }
      following = false;
    })();
  };
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
