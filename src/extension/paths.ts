/**
 * URIs to the worker's paths and back. A file of the disk is its path with `/`; anything else (a virtual workspace) is
 * `/SCHEME/AUTHORITY/path`, so that relative includes work the same. An untitled document counts as the file that it
 * would be saved to.
 */
import * as vscode from 'vscode';

export function toPath(uri: vscode.Uri): string {
  if (uri.scheme === 'file') return uri.fsPath.replace(/\\/g, '/');
  if (uri.scheme === 'untitled') return toPath(savedUri(uri));
  return `/${uri.scheme}/${uri.authority || '-'}${uri.path}`;
}

export function toUri(path: string): vscode.Uri {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const open = vscode.workspace.textDocuments.find(
    // Most are told apart by their last part; the whole path takes longer to work out.
    ({ uri }) => uri.scheme === 'untitled' && name.startsWith(nameOf(uri)) && toPath(uri) === path,
  );
  if (open) return open.uri;
  return fileUri(path);
}

/** The file of a path, even if an untitled document stands for it. */
export function fileUri(path: string): vscode.Uri {
  const virtual = /^\/([a-z][a-z0-9+.-]*)\/([^/]+)(\/.*)?$/i.exec(path);
  const scheme = virtual?.[1];
  if (virtual && scheme !== undefined && schemes().has(scheme)) {
    const authority = virtual[2] === '-' ? '' : (virtual[2] ?? '');
    return vscode.Uri.from({ scheme, authority, path: virtual[3] ?? '/' });
  }
  return vscode.Uri.file(path);
}

/** Schemes of the workspace and of open documents, other than the disk's. */
function schemes(): ReadonlySet<string> {
  const uris = [
    ...(vscode.workspace.workspaceFolders ?? []).map(folder => folder.uri),
    ...vscode.workspace.textDocuments.map(doc => doc.uri),
  ];
  return new Set(uris.map(uri => uri.scheme).filter(scheme => scheme !== 'file' && scheme !== 'untitled'));
}

/** Where an untitled document would be saved: its own path if it has one, else the first folder of the workspace. */
function savedUri(uri: vscode.Uri): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (uri.path.startsWith('/')) {
    const owner =
      vscode.workspace.workspaceFolders?.find(f => uri.path.startsWith(`${f.uri.path}/`))?.uri ?? folder;
    return owner && owner.scheme !== 'file' ? owner.with({ path: uri.path }) : vscode.Uri.file(uri.path);
  }
  const name = uri.path.endsWith('.c') ? uri.path : `${uri.path}.race.c`;
  return folder ? vscode.Uri.joinPath(folder, name) : vscode.Uri.file(`/untitled/${name}`);
}

/** An untitled document beside `folder` that will be saved as `name`. */
export function untitledUri(folder: vscode.Uri, name: string): vscode.Uri {
  return vscode.Uri.from({ scheme: 'untitled', path: vscode.Uri.joinPath(folder, name).path });
}

/** The last part: what a reader calls the file. */
export function nameOf(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}
