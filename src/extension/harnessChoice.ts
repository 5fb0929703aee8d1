/** Which harness to run: the one under the cursor, one that names functions of this file, or one made up from a recipe. */
import * as vscode from 'vscode';
import { isC, openPaths, viewPosition } from './convert';
import { fileUri, nameOf, toPath, toUri, untitledUri } from './paths';
import type { Workers } from './workers';

/** At most so many harness files are looked at. */
const most = 300;

export interface Subject {
  readonly uri: vscode.Uri;
  readonly function?: string;
  /** Take the only match without asking: the reader pressed a lens. */
  readonly direct: boolean;
}

/** Undefined if the reader chose nothing or there is nothing to choose; the reader has been told why. */
export async function chooseHarness(
  subject: Subject | undefined,
  workers: Workers,
): Promise<vscode.Uri | undefined> {
  const editor = vscode.window.activeTextEditor;
  const uri = subject?.uri ?? (editor && isC(editor.document) ? editor.document.uri : undefined);
  if (!uri) return chooseAny();
  const path = toPath(uri);
  if (await workers.ask('harness', { path })) return uri;
  const name =
    subject?.function ??
    (editor?.document.uri.toString() === uri.toString()
      ? await workers.ask('functionAt', { path, position: viewPosition(editor.selection.active) })
      : undefined);
  const candidates = await findHarnesses(uri);
  const matches = await workers.ask('harnesses', {
    path,
    candidates,
    ...(name === undefined ? {} : { function: name }),
  });
  const only = matches[0];
  if (subject?.direct && only && (matches.length === 1 || !matches[1]?.includesFile)) return toUri(only.path);

  interface Item extends vscode.QuickPickItem {
    readonly path?: string;
  }
  const items: Item[] = matches.map(match => ({
    label: `$(beaker) ${nameOf(toUri(match.path))}`,
    description: match.threads.join(', '),
    detail: match.functions.length
      ? vscode.l10n.t('names {0}', match.functions.slice(0, 6).join(', '))
      : vscode.l10n.t('includes {0}', nameOf(uri)),
    path: match.path,
  }));
  items.push({
    label: `$(wand) ${vscode.l10n.t('Make up a harness from the open files')}`,
    description: vscode.l10n.t('recipe: a polled object, its publication and its waiter (NAPI)'),
    detail: vscode.l10n.t('opens as an untitled file that can be edited and run'),
  });
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Simulate Race'),
    placeHolder: vscode.l10n.t('Which harness is to be run with {0}?', nameOf(uri)),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!chosen) return undefined;
  return chosen.path === undefined ? makeUp(uri, workers) : toUri(chosen.path);
}

async function chooseAny(): Promise<vscode.Uri | undefined> {
  const all = await findHarnesses(undefined);
  if (!all.length) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'There is no harness (*.race.c) in this workspace. Open a C file and run the command again, or try Racelens: Open Demo.',
      ),
    );
    return undefined;
  }
  const chosen = await vscode.window.showQuickPick(
    all.map(path => ({
      label: `$(beaker) ${nameOf(fileUri(path))}`,
      description: vscode.workspace.asRelativePath(fileUri(path)),
      path,
    })),
    { title: vscode.l10n.t('Simulate Race'), placeHolder: vscode.l10n.t('Which harness is to be run?') },
  );
  return chosen && toUri(chosen.path);
}

/** Harness files of the workspace and open ones; where there is no search, those near the file. */
async function findHarnesses(near: vscode.Uri | undefined): Promise<readonly string[]> {
  const found = new Set(
    vscode.workspace.textDocuments
      .filter(document => document.isUntitled || document.uri.path.endsWith('.race.c'))
      .filter(isC)
      .map(document => toPath(document.uri)),
  );
  const searched = await vscode.workspace.findFiles('**/*.race.c', undefined, most);
  for (const uri of searched) found.add(toPath(uri));
  if (!searched.length) {
    const folders = [
      ...(near ? [vscode.Uri.joinPath(near, '..'), vscode.Uri.joinPath(near, '../..')] : []),
      ...(vscode.workspace.workspaceFolders ?? []).map(folder => folder.uri),
    ];
    for (const folder of folders) {
      try {
        for (const [name, type] of await vscode.workspace.fs.readDirectory(folder))
          if (type & vscode.FileType.File && name.endsWith('.race.c'))
            found.add(toPath(vscode.Uri.joinPath(folder, name)));
      } catch {
        // An untitled file's folder need not exist.
      }
    }
  }
  return [...found].sort();
}

async function makeUp(uri: vscode.Uri, workers: Workers): Promise<vscode.Uri | undefined> {
  const path = toPath(uri);
  const folder = vscode.Uri.joinPath(fileUri(path), '..');
  const made = await workers.ask('recipe', {
    open: [path, ...openPaths().filter(other => other !== path)],
    beside: toPath(folder),
  });
  if (!made) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        'No harness could be made up: the open files show no object that is polled, waited for and published to (NAPI’s shape). Open the files that define them (for netpoll: netpoll.c and dev.c) and try again, or write a *.race.c file.',
      ),
    );
    return undefined;
  }
  const target = untitledUri(folder, made.name);
  const document = await vscode.workspace.openTextDocument(target);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), made.text);
  await vscode.workspace.applyEdit(edit);
  await vscode.languages.setTextDocumentLanguage(document, 'c');
  await vscode.window.showTextDocument(document, { preview: false });
  return document.uri;
}
