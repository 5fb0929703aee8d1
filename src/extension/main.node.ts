/** Entry of the Node extension host. */
import type * as vscode from 'vscode';
import { spawnThread } from '../host/node/spawn';
import { start } from './activate';

export function activate(context: vscode.ExtensionContext): void {
  start(context, 'node', (tree, index) => spawnThread(context.asAbsolutePath('dist'), tree, index));
}
