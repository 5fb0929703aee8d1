/** Entry of the browser's extension host. */
import * as vscode from 'vscode';
import { spawnWebWorker } from '../host/web/spawn';
import { start } from './activate';

export function activate(context: vscode.ExtensionContext): void {
  start(context, 'web', (tree, index) =>
    spawnWebWorker(
      async name => vscode.workspace.fs.readFile(vscode.Uri.joinPath(context.extensionUri, 'dist', name)),
      tree,
      index,
    ),
  );
}
