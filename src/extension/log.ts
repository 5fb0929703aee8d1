/** One guard for every feature: a failure is logged, told once, and the rest stays alive. */
import * as vscode from 'vscode';
import { Cancelled } from '../host/client';

export interface Log extends vscode.Disposable {
  info(text: string): void;
  /** The result, or the fallback if the work fails. Failures of the same feature or cause are told to the user once. */
  guard<T>(feature: string, fallback: T, work: () => Promise<T>): Promise<T>;
  show(): void;
}

export function createLog(): Log {
  let made: vscode.LogOutputChannel | undefined;
  const channel = (): vscode.LogOutputChannel =>
    (made ??= vscode.window.createOutputChannel('Racelens', { log: true }));
  const told = new Set<string>();
  return {
    info(text) {
      channel().info(text);
    },
    async guard(feature, fallback, work) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof Cancelled) return fallback;
        channel().error(
          `${feature}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
        const cause = error instanceof Error ? error.message : String(error);
        if (!told.has(feature) && !told.has(cause)) {
          told.add(feature).add(cause);
          const show = vscode.l10n.t('Show Log');
          void vscode.window
            .showWarningMessage(
              vscode.l10n.t('Racelens: {0} failed. The other features go on; the log says why.', feature),
              show,
            )
            .then(choice => {
              if (choice === show) channel().show();
            });
        }
        return fallback;
      }
    },
    show() {
      channel().show();
    },
    dispose() {
      made?.dispose();
    },
  };
}
