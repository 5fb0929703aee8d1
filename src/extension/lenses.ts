/** Code lenses: over publications without a grace period, and over the first thread of a harness. */
import * as vscode from 'vscode';
import { isC, openPaths, range, selector } from './convert';
import type { Log } from './log';
import { toPath } from './paths';
import type { Session } from './session';
import { setting } from './settings';
import type { Workers } from './workers';

/** Time without typing after which the lenses of the other files are made again, in milliseconds. */
const rest = 250;

export function createLenses(workers: Workers, session: Session, log: Log): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();

  async function publications(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<readonly vscode.CodeLens[]> {
    const path = toPath(document.uri);
    const { stale, verdicts } = session;
    const found = await workers.ask(
      'lenses',
      { path, open: openPaths(), verdicts: stale === undefined ? verdicts : {} },
      token,
    );
    return found.map(lens => {
      const outdated = stale !== undefined && verdicts[lens.key] !== undefined;
      const title = outdated ? vscode.l10n.t('source changed since this verdict · run again') : lens.title;
      const command = outdated
        ? 'racelens.again'
        : lens.action === 'apply'
          ? 'racelens.applyFix'
          : 'racelens.simulate';
      return new vscode.CodeLens(range(lens.place), {
        title,
        tooltip: lens.tooltip,
        command: lens.action === 'none' && !outdated ? '' : command,
        arguments: [{ uri: document.uri.toString(), key: lens.key, function: lens.function }],
      });
    });
  }

  async function threads(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<readonly vscode.CodeLens[]> {
    const harness = await workers.ask('harness', { path: toPath(document.uri) }, token);
    const first = harness?.threads[0];
    if (!harness || !first) return [];
    const at = range(first.place);
    const { run, stale } = session;
    const own = run?.harness.toString() === document.uri.toString() ? run : undefined;
    const argument = { uri: document.uri.toString() };
    const title =
      harness.expects === undefined
        ? vscode.l10n.t('simulate')
        : vscode.l10n.t('simulate · expects {0}', harness.expects);
    const made = [new vscode.CodeLens(at, { title, command: 'racelens.simulate', arguments: [argument] })];
    if (own) {
      const kind =
        own.view.verdict.kind === 'cannot-tell' ? vscode.l10n.t('cannot tell') : own.view.verdict.kind;
      made.push(
        new vscode.CodeLens(at, {
          title:
            stale === undefined
              ? vscode.l10n.t('{0} · show replay', kind)
              : vscode.l10n.t('{0}, but the source changed since · run again', kind),
          command: stale === undefined ? 'racelens.showReplay' : 'racelens.again',
          arguments: [argument],
        }),
      );
    }
    return made;
  }

  const provider = vscode.languages.registerCodeLensProvider(selector, {
    onDidChangeCodeLenses: changed.event,
    async provideCodeLenses(document, token) {
      if (!setting('codeLens.enabled')) return [];
      return log.guard(vscode.l10n.t('code lens'), [], async () => {
        const harness = document.uri.path.endsWith('.race.c') || document.isUntitled;
        return [...(harness ? await threads(document, token) : await publications(document, token))];
      });
    },
  });
  const relevant = new Set(['run', 'stale', 'verdicts']);
  let timer: ReturnType<typeof setTimeout> | undefined;
  // The editor asks again for the file that is typed in; its readers and publishers may be in the others.
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      changed.fire();
    }, rest);
  };
  return vscode.Disposable.from(
    provider,
    changed,
    session.onDidChange(change => {
      if (relevant.has(change)) changed.fire();
    }),
    vscode.workspace.onDidChangeConfiguration(event => {
      if (event.affectsConfiguration('racelens.codeLens')) changed.fire();
    }),
    vscode.workspace.onDidOpenTextDocument(() => {
      changed.fire();
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length && isC(document)) soon();
    }),
    workers.onDidChangeFiles(soon),
    workers.onDidImprove(soon),
    new vscode.Disposable(() => {
      clearTimeout(timer);
    }),
  );
}
