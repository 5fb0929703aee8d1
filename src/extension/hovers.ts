/** Hovers: everything said comes from the worker. */
import * as vscode from 'vscode';
import { markdown, openPaths, range, selector, viewPosition } from './convert';
import type { Log } from './log';
import { toPath } from './paths';
import { setting } from './settings';
import type { Workers } from './workers';

export function createHovers(workers: Workers, log: Log): vscode.Disposable {
  return vscode.languages.registerHoverProvider(selector, {
    async provideHover(document, position, token) {
      if (!setting('hover.enabled')) return undefined;
      const found = await log.guard(vscode.l10n.t('hover'), undefined, () =>
        workers.ask(
          'hover',
          { path: toPath(document.uri), open: openPaths(), position: viewPosition(position) },
          token,
        ),
      );
      return found && new vscode.Hover(markdown(found.markdown), range(found.place));
    },
  });
}
