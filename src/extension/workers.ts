/**
 * Two workers, started when first needed: one for what the editor shows, one for the engine, so that a long run holds up no
 * hover. Both see the text of open documents as it is now, saved or not; it is sent just before they are asked something.
 */
import * as vscode from 'vscode';
import {
  createClient,
  type Channel,
  type Client,
  type IndexOptions,
  type RequestOptions,
} from '../host/client';
import type { MethodName, Params, Result } from '../host/methods';
import type { FileAnswer, IndexState } from '../protocol/worker';
import { isC } from './convert';
import { fileUri, toPath } from './paths';
import { setting } from './settings';
import { breathe } from './slices';

export interface Workers extends vscode.Disposable {
  /** Features of the editor; cancelling only stops waiting. */
  ask<M extends MethodName>(
    method: M,
    params: Params<M>,
    token?: vscode.CancellationToken,
  ): Promise<Result<M>>;
  /** Runs of the engine; cancelling ends them. */
  run<M extends MethodName>(method: M, params: Params<M>, options: RequestOptions): Promise<Result<M>>;
  /** Fires with the paths of files that changed on disk. */
  readonly onDidChangeFiles: vscode.Event<readonly string[]>;
  /** Fires when the same question has a better answer: more of the tree is known. */
  readonly onDidImprove: vscode.Event<void>;
  /** Fires while the tree's index of identifiers is made. */
  readonly onDidChangeIndex: vscode.Event<IndexState>;
  /** Whether each has been started. */
  state(): { readonly editor: boolean; readonly engine: boolean };
}

export type Spawn = (tree: string | undefined, index: IndexOptions) => Promise<Channel>;

/** `storage`: a folder on disk where the index is kept between windows; without it there is none. */
export function createWorkers(spawn: Spawn, storage: string | undefined): Workers {
  const disposables: vscode.Disposable[] = [];
  const changedFiles = new vscode.EventEmitter<readonly string[]>();
  const improved = new vscode.EventEmitter<void>();
  const changedIndex = new vscode.EventEmitter<IndexState>();
  const started = { editor: false, engine: false };

  const make = (name: 'editor' | 'engine'): { readonly client: Client; readonly flush: () => void } => {
    const changed = new Set<vscode.TextDocument>(vscode.workspace.textDocuments.filter(differs));
    const client = createClient({
      endOnCancel: name === 'engine',
      start() {
        started[name] = true;
        watch();
        const index = { index: true, ...(storage === undefined ? {} : { storage }) };
        return spawn(treePath(), name === 'editor' ? index : {});
      },
      fetch: (files, folders) => fetchAll(files, folders, 'text'),
      fetchRaw: (files, folders) => fetchAll(files, folders, 'bytes'),
      onEvent(event) {
        if (event.type === 'better') improved.fire();
        else changedIndex.fire(event.state);
      },
    });
    const note = (document: vscode.TextDocument): void => {
      if (isC(document)) changed.add(document);
    };
    disposables.push(
      client,
      vscode.workspace.onDidChangeTextDocument(event => {
        note(event.document);
      }),
      vscode.workspace.onDidOpenTextDocument(note),
      vscode.workspace.onDidCloseTextDocument(note),
      vscode.workspace.onDidSaveTextDocument(document => {
        note(document);
        client.forget([toPath(document.uri)]);
      }),
      changedFiles.event(paths => {
        client.forget(paths);
      }),
      vscode.workspace.onDidChangeConfiguration(event => {
        if (!event.affectsConfiguration('racelens.tree')) return;
        client.renew();
        changedFiles.fire([]);
      }),
    );
    return {
      client,
      flush() {
        for (const document of changed)
          client.overlay(toPath(document.uri), differs(document) ? document.getText() : undefined);
        changed.clear();
      },
    };
  };
  const editor = make('editor');
  const engine = make('engine');
  let watching = false;

  /** Changes from outside, once there is a worker that may have read something. */
  function watch(): void {
    if (watching) return;
    watching = true;
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.{c,h}');
    const tell = (uri: vscode.Uri): void => {
      changedFiles.fire([toPath(uri)]);
    };
    disposables.push(
      watcher,
      watcher.onDidChange(tell),
      watcher.onDidCreate(tell),
      watcher.onDidDelete(tell),
    );
  }

  return {
    ask(method, params, token) {
      editor.flush();
      return editor.client.request(method, params, token ? { signal: signalOf(token) } : {});
    },
    run(method, params, options) {
      engine.flush();
      return engine.client.request(method, params, options);
    },
    onDidChangeFiles: changedFiles.event,
    onDidImprove: improved.event,
    onDidChangeIndex: changedIndex.event,
    state: () => started,
    dispose() {
      vscode.Disposable.from(changedFiles, improved, changedIndex, ...disposables).dispose();
    },
  };
}

/** The kernel tree that the settings name, as the worker's path; relative to the first folder of the workspace. */
function treePath(): string | undefined {
  const path = setting('tree').trim();
  if (path === '') return undefined;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (/^([/\\]|[A-Za-z]:)/.test(path)) return toPath(vscode.Uri.file(path));
  return folder && toPath(vscode.Uri.joinPath(folder, path));
}

/** The document's text is not what the file holds. */
function differs(document: vscode.TextDocument): boolean {
  return !document.isClosed && (document.isDirty || document.isUntitled);
}

export function signalOf(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else
    token.onCancellationRequested(() => {
      controller.abort();
    });
  return controller.signal;
}

/** Larger files count as not there. */
const largest = 16 * 1024 * 1024;

/** So many files are read at a time. */
const together = 16;

/** So many bytes are decoded in one go. */
const piece = 1 << 19;

/** Reads files and lists folders for a worker that cannot; a few at a time, and nothing long in one go. */
async function fetchAll(
  files: readonly string[],
  folders: readonly string[],
  form: 'text' | 'bytes',
): Promise<readonly FileAnswer[]> {
  const work = [...files.map(path => () => readOne(path, form)), ...folders.map(path => () => listOne(path))];
  const answers: FileAnswer[] = [];
  for (let at = 0; at < work.length; at += together)
    answers.push(...(await Promise.all(work.slice(at, at + together).map(start => start()))));
  return answers;
}

// Without a provider for it, asking for a file of the disk would wait for one for ever.
function isReachable(uri: vscode.Uri): boolean {
  return vscode.workspace.fs.isWritableFileSystem(uri.scheme) !== undefined;
}

async function readOne(path: string, form: 'text' | 'bytes'): Promise<FileAnswer> {
  try {
    const uri = fileUri(path);
    if (!isReachable(uri)) return { path };
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > largest) return { path };
    const bytes = await vscode.workspace.fs.readFile(uri);
    return form === 'bytes' ? { path, bytes } : { path, text: await decoded(bytes) };
  } catch {
    return { path };
  }
}

async function decoded(bytes: Uint8Array): Promise<string> {
  const decoder = new TextDecoder();
  if (bytes.length <= piece) return decoder.decode(bytes);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += piece) {
    parts.push(decoder.decode(bytes.subarray(at, at + piece), { stream: true }));
    await breathe();
  }
  parts.push(decoder.decode());
  return parts.join('');
}

async function listOne(path: string): Promise<FileAnswer> {
  try {
    const uri = fileUri(path.replace(/(.)\/$/, '$1'));
    if (!isReachable(uri)) return { path, folder: true };
    const entries = await vscode.workspace.fs.readDirectory(uri);
    const names = entries.map(([name, type]) => (type & vscode.FileType.Directory ? `${name}/` : name));
    return { path, folder: true, names };
  } catch {
    return { path, folder: true };
  }
}
