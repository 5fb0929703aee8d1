/** Inlay hints: what a call takes, orders or may do that its name does not say. Off unless a setting asks for a kind. */
import * as vscode from 'vscode';
import type { InlayHintData } from '../host/methods';
import { markdown, openPaths, position, selector, viewPosition } from './convert';
import type { Log } from './log';
import { toPath } from './paths';
import { settingsNow } from './settings';
import { inSlices } from './slices';
import type { Workers } from './workers';

type Kind = InlayHintData['kind'];

const kinds: readonly Kind[] = ['wrappers', 'conditionalLocks', 'sleeping', 'ordering'];

export function createInlayHints(workers: Workers, log: Log): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provider = vscode.languages.registerInlayHintsProvider(selector, {
    onDidChangeInlayHints: changed.event,
    async provideInlayHints(document, range, token) {
      const now = settingsNow();
      const wanted = kinds.filter(kind => now(`inlayHints.${kind}`));
      if (wanted.length === 0) return [];
      const found = await log.guard(vscode.l10n.t('inlay hints'), [], () =>
        workers.ask(
          'inlayHints',
          {
            path: toPath(document.uri),
            open: openPaths(),
            start: viewPosition(range.start),
            end: viewPosition(range.end),
            kinds: wanted,
          },
          token,
        ),
      );
      const hints: vscode.InlayHint[] = [];
      await inSlices(
        found,
        () => token.isCancellationRequested,
        one => {
          const hint = new vscode.InlayHint(position(one.position), labelOf(one.text));
          hint.paddingLeft = true;
          hint.tooltip = markdown(one.tooltip);
          hints.push(hint);
        },
      );
      return hints;
    },
  });
  return vscode.Disposable.from(
    provider,
    changed,
    vscode.workspace.onDidChangeConfiguration(event => {
      if (event.affectsConfiguration('racelens.inlayHints')) changed.fire();
    }),
    workers.onDidChangeFiles(() => {
      changed.fire();
    }),
    workers.onDidImprove(() => {
      changed.fire();
    }),
  );
}

/** The words of a hint: as short as they can be, because they stand in the code. */
function labelOf(text: InlayHintData['text']): string {
  switch (text.says) {
    case 'takes':
      return vscode.l10n.t('takes {0}', text.what);
    case 'drops':
      return vscode.l10n.t('drops {0}', text.what);
    case 'tries':
      return vscode.l10n.t('tries {0}', text.what);
    case 'begins':
      return vscode.l10n.t('begins {0}', text.what);
    case 'ends':
      return vscode.l10n.t('ends {0}', text.what);
    case 'no-lock-if-null':
      return vscode.l10n.t('no lock if {0} is NULL', text.what);
    case 'no-lock-if-set':
      return vscode.l10n.t('no lock if {0} is set', text.what);
    case 'may-sleep':
      return vscode.l10n.t('may sleep');
    case 'orders':
      return orderWords()[text.order];
  }
}

function orderWords(): Readonly<
  Record<Extract<InlayHintData['text'], { readonly says: 'orders' }>['order'], string>
> {
  return {
    full: vscode.l10n.t('full barrier'),
    'full-on-success': vscode.l10n.t('full barrier on success'),
    acquire: vscode.l10n.t('acquire'),
    'acquire-on-success': vscode.l10n.t('acquire on success'),
    release: vscode.l10n.t('release'),
  };
}
