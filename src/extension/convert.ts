/** The one place where plain data becomes the editor's objects. */
import * as vscode from 'vscode';
import type { ActionData, EditData } from '../host/methods';
import type { ViewPlace, ViewPosition } from '../protocol/view';
import { toPath, toUri } from './paths';

export function position({ line, column }: ViewPosition): vscode.Position {
  return new vscode.Position(line, column);
}

export function range(place: Pick<ViewPlace, 'start' | 'end'>): vscode.Range {
  return new vscode.Range(position(place.start), position(place.end));
}

export function location(place: ViewPlace): vscode.Location {
  return new vscode.Location(toUri(place.path), range(place));
}

export type Locate = (place: ViewPlace) => vscode.Location;

/** For loops: which document a path stands for is looked up once. */
export function locator(): Locate {
  const uris = new Map<string, vscode.Uri>();
  return place => {
    const uri = uris.get(place.path) ?? toUri(place.path);
    uris.set(place.path, uri);
    return new vscode.Location(uri, range(place));
  };
}

export function viewPosition({ line, character }: vscode.Position): ViewPosition {
  return { line, column: character };
}

/** The whole line behind a place, for marks at line ends. */
export function lineEnd(place: ViewPlace): vscode.Range {
  return new vscode.Range(
    place.start.line,
    Number.MAX_SAFE_INTEGER,
    place.start.line,
    Number.MAX_SAFE_INTEGER,
  );
}

/** Markdown of ours: links of the form `racelens:PATH#LINE,COLUMN` become commands that open the place. */
export function markdown(text: string): vscode.MarkdownString {
  const linked = text.replace(
    /\(racelens:([^)#\s]+)#(\d+),(\d+)\)/g,
    (_, path: string, line: string, column: string) => {
      const uri = toUri(decodeURIComponent(path)).toString();
      const args = encodeURIComponent(JSON.stringify([uri, Number(line), Number(column)]));
      return `(command:racelens.openPlace?${args})`;
    },
  );
  const made = new vscode.MarkdownString(linked, true);
  made.isTrusted = { enabledCommands: ['racelens.openPlace', 'racelens.findBitSites'] };
  return made;
}

/** An edit that one undo takes back; `confirm` shows it in the refactor preview first. */
export function workspaceEdit(action: ActionData, confirm: boolean): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { place, newText } of action.edits)
    edit.replace(toUri(place.path), range(place), newText, {
      label: action.title,
      needsConfirmation: confirm,
    });
  return edit;
}

/** Paths that edits touch. */
export function pathsOf(edits: readonly EditData[]): ReadonlySet<string> {
  return new Set(edits.map(edit => edit.place.path));
}

/** C as VS Code knows it; headers count as C++ there. */
export const selector: vscode.DocumentSelector = [{ language: 'c' }, { language: 'cpp', pattern: '**/*.h' }];

/** Larger texts are left alone: nobody wrote them by hand. */
const largest = 2_000_000;
const mostLines = 200_000;

export function isC(document: vscode.TextDocument): boolean {
  return isOfC(document) && document.lineCount < mostLines;
}

/** A C file that is left alone. */
export function isTooLarge(document: vscode.TextDocument): boolean {
  return isOfC(document) && document.lineCount >= mostLines;
}

function isOfC(document: vscode.TextDocument): boolean {
  return vscode.languages.match(selector, document) > 0;
}

/** Open C documents, in a stable order. */
export function openPaths(): readonly string[] {
  return vscode.workspace.textDocuments
    .filter(doc => isC(doc) && doc.offsetAt(new vscode.Position(doc.lineCount, 0)) < largest)
    .map(doc => toPath(doc.uri))
    .sort();
}
