/** Open Demo: a copy of the bundled workspace, so that the reader may edit it and begin afresh at any time. */
import * as vscode from 'vscode';
import { setting } from './settings';

const sample = ['samples', 'netpoll'] as const;
/** What is shown first. */
const first = ['netpoll.c', 'netpoll.race.c'] as const;

export async function openDemo(context: vscode.ExtensionContext): Promise<void> {
  const target = vscode.Uri.joinPath(context.globalStorageUri, 'demo', 'netpoll');
  const source = vscode.Uri.joinPath(context.extensionUri, ...sample);
  await vscode.workspace.fs.createDirectory(target);
  for (const [name, type] of await vscode.workspace.fs.readDirectory(source))
    if (type === vscode.FileType.File)
      await vscode.workspace.fs.copy(vscode.Uri.joinPath(source, name), vscode.Uri.joinPath(target, name), {
        overwrite: true,
      });
  if (!vscode.workspace.workspaceFolders?.length) {
    await vscode.commands.executeCommand('vscode.openFolder', target, { forceReuseWindow: true });
    return;
  }
  const inNew = vscode.l10n.t('Open in New Window');
  const here = vscode.l10n.t('Open the Files Here');
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('A fresh copy of the netpoll demo is ready.'),
    inNew,
    here,
  );
  if (choice === inNew)
    await vscode.commands.executeCommand('vscode.openFolder', target, { forceNewWindow: true });
  if (choice === here)
    for (const name of first)
      await vscode.window.showTextDocument(vscode.Uri.joinPath(target, name), { preview: false });
}

const opened = 'opened';

/**
 * Opens the files that the setting `racelens.open` names, once in a workspace; the last one is shown. A link to an
 * editor in the browser can name one file only, and the demo wants two open from the start.
 */
export async function openNamed(context: vscode.ExtensionContext): Promise<void> {
  const names = setting('open');
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (names.length === 0 || !folder || context.workspaceState.get<boolean>(opened)) return;
  await context.workspaceState.update(opened, true);
  for (const name of names)
    await vscode.window.showTextDocument(vscode.Uri.joinPath(folder.uri, name), {
      preview: false,
      preserveFocus: true,
    });
}
