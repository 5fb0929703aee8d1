/**
 * Diagnostics of the visible C files, kind by kind as the settings say. They are asked for when nobody has typed for a while, a
 * newer edit drops an older question, and a file that is closed takes its own along. Every one links to the page about its
 * kind, which comes with the extension, and can be switched off where it stands.
 */
import * as vscode from 'vscode';
import type { Result } from '../host/methods';
import type { CheckKind } from '../ide/diagnostics';
import { isC, locator, openPaths, range, selector, type Locate } from './convert';
import type { Log } from './log';
import { toPath } from './paths';
import { settingsNow } from './settings';
import { inSlices } from './slices';
import type { Workers } from './workers';

type Part = Result<'diagnostics'>;
type Found = Part['found'][number];

/** Time without typing after which a file is looked at, in milliseconds. */
const rest = 700;

/** The kinds that have a setting; the compiler holds it to the table of kinds. */
const kinds: Readonly<Record<CheckKind, true>> = {
  'unbalanced-region': true,
  'rcu-dereference-outside-reader': true,
  'sleep-in-atomic': true,
  'grace-period-inside-reader': true,
  'publish-without-grace-period': true,
  'non-atomic-op-on-shared-word': true,
  'bit-never-cleared': true,
  'lock-order': true,
};

const pageScheme = 'racelens-docs';
const source = 'racelens';

export function createDiagnostics(
  context: vscode.ExtensionContext,
  workers: Workers,
  log: Log,
): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection(source);
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const asked = new Map<string, vscode.CancellationTokenSource>();

  function drop(key: string): void {
    clearTimeout(timers.get(key));
    timers.delete(key);
    asked.get(key)?.cancel();
    asked.get(key)?.dispose();
    asked.delete(key);
  }

  async function look(document: vscode.TextDocument): Promise<void> {
    const key = document.uri.toString();
    drop(key);
    if (document.isClosed || !isC(document)) return;
    const on = wanted();
    if (!Object.values(on).includes(true)) {
      collection.delete(document.uri);
      return;
    }
    const question = new vscode.CancellationTokenSource();
    asked.set(key, question);
    const isStale = (): boolean => question.token.isCancellationRequested || document.isClosed;
    const locate = locator();
    const made: vscode.Diagnostic[] = [];
    // The first look at a file may take long. Later ones replace what is shown in one go, so that nothing flickers.
    const isFirst = !collection.has(document.uri);
    for (let from: number | undefined = 0; from !== undefined;) {
      const part: Part | undefined = await log.guard(vscode.l10n.t('diagnostics'), undefined, () =>
        workers.ask(
          'diagnostics',
          { path: toPath(document.uri), open: openPaths(), on, from },
          question.token,
        ),
      );
      if (!part || isStale()) return;
      if (!(await inSlices(part.found, isStale, one => made.push(diagnosticOf(one, locate))))) return;
      if (isFirst && part.found.length) collection.set(document.uri, made);
      from = part.next;
    }
    collection.set(document.uri, made);
  }

  function soon(document: vscode.TextDocument, wait: number): void {
    if (!isC(document)) return;
    const key = document.uri.toString();
    drop(key);
    timers.set(
      key,
      setTimeout(() => void look(document), wait),
    );
  }

  function all(wait: number): void {
    for (const { document } of vscode.window.visibleTextEditors) soon(document, wait);
  }

  async function explain(kind: unknown): Promise<void> {
    if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) return;
    const uri = vscode.Uri.from({ scheme: pageScheme, path: `/${kind}.md` });
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  /** For the folder if there is one, as its settings go with it; else for the user. */
  async function switchOff(kind: unknown): Promise<void> {
    if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) return;
    const target = vscode.workspace.workspaceFolders?.length
      ? vscode.ConfigurationTarget.Workspace
      : vscode.ConfigurationTarget.Global;
    await vscode.workspace.getConfiguration('racelens').update(`diagnostics.${kind}`, false, target);
  }

  all(rest);
  const listeners = [
    collection,
    vscode.window.onDidChangeVisibleTextEditors(() => {
      all(rest);
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length) soon(document, rest);
    }),
    vscode.workspace.onDidCloseTextDocument(document => {
      drop(document.uri.toString());
      collection.delete(document.uri);
    }),
    vscode.workspace.onDidChangeConfiguration(event => {
      if (event.affectsConfiguration('racelens.diagnostics')) all(0);
    }),
    workers.onDidChangeFiles(() => {
      all(rest);
    }),
    workers.onDidImprove(() => {
      all(rest);
    }),
    vscode.workspace.registerTextDocumentContentProvider(pageScheme, {
      async provideTextDocumentContent({ path }) {
        const kind = /^\/([\w-]+)\.md$/.exec(path)?.[1] ?? '';
        if (!Object.hasOwn(kinds, kind)) return '';
        const page = vscode.Uri.joinPath(context.extensionUri, 'docs', 'diagnostics', `${kind}.md`);
        return new TextDecoder().decode(await vscode.workspace.fs.readFile(page));
      },
    }),
    vscode.commands.registerCommand('racelens.explainDiagnostic', explain),
    vscode.commands.registerCommand('racelens.switchOffDiagnostic', switchOff),
    vscode.languages.registerCodeActionsProvider(
      selector,
      {
        provideCodeActions: (_document, _range, { diagnostics }) => {
          const own = diagnostics.filter(one => one.source === source);
          return [...new Set(own.map(kindOf))].flatMap(kind => actionsFor(kind, own));
        },
      },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
  ];
  return new vscode.Disposable(() => {
    for (const key of [...timers.keys(), ...asked.keys()]) drop(key);
    vscode.Disposable.from(...listeners).dispose();
  });
}

function wanted(): Readonly<Record<CheckKind, boolean>> {
  const names = Object.keys(kinds) as CheckKind[];
  const now = settingsNow();
  return Object.fromEntries(names.map(kind => [kind, now(`diagnostics.${kind}`)])) as Record<
    CheckKind,
    boolean
  >;
}

const severities: Readonly<Record<Found['severity'], vscode.DiagnosticSeverity>> = {
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

function diagnosticOf(found: Found, locate: Locate): vscode.Diagnostic {
  const made = new vscode.Diagnostic(range(found.place), found.message, severities[found.severity]);
  made.source = source;
  made.code = { value: found.code, target: pageOf(found.code) };
  made.relatedInformation = found.related.map(
    one => new vscode.DiagnosticRelatedInformation(locate(one.place), one.message),
  );
  return made;
}

/** A command, because the page is in the extension: it opens without a network, and in the browser too. */
function pageOf(kind: string): vscode.Uri {
  return vscode.Uri.parse(`command:racelens.explainDiagnostic?${encodeURIComponent(JSON.stringify([kind]))}`);
}

function kindOf({ code }: vscode.Diagnostic): string {
  return typeof code === 'object' ? String(code.value) : String(code);
}

function actionsFor(kind: string, own: readonly vscode.Diagnostic[]): readonly vscode.CodeAction[] {
  const mine = own.filter(one => kindOf(one) === kind);
  const make = (title: string, command: string): vscode.CodeAction => {
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.diagnostics = [...mine];
    action.command = { command, title, arguments: [kind] };
    return action;
  };
  return [
    make(vscode.l10n.t('Explain {0}', kind), 'racelens.explainDiagnostic'),
    make(vscode.l10n.t('Switch off {0}', kind), 'racelens.switchOffDiagnostic'),
  ];
}
