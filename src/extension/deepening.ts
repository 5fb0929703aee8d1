/**
 * Brings up to date, in the background, what the whole tree says of the functions on the screen: the contexts they are called
 * in and the locks that all callers hold. Asked for in small pieces while nobody types or scrolls, so that hovers and marks
 * never wait for it.
 */
import * as vscode from 'vscode';
import { isC, openPaths } from './convert';
import type { Log } from './log';
import { toPath } from './paths';
import type { Workers } from './workers';

export interface Deepening extends vscode.Disposable {
  /** Fires when more is known of functions on the screen. */
  readonly onDidDeepen: vscode.Event<void>;
}

/** Time without typing, and without scrolling, after which it begins, in milliseconds. */
const rests = { typing: 1200, scrolling: 400 };

/** What has been found so far is shown after so many milliseconds, though more is to come. */
const tellAfter = 1500;

export function createDeepening(workers: Workers, log: Log): Deepening {
  const deepened = new vscode.EventEmitter<void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let round = new vscode.CancellationTokenSource();

  function soon(wait: number): void {
    clearTimeout(timer);
    round.cancel();
    round.dispose();
    round = new vscode.CancellationTokenSource();
    const { token } = round;
    timer = setTimeout(() => {
      void log.guard(vscode.l10n.t('contexts of functions'), undefined, () => work(token));
    }, wait);
  }

  async function work(token: vscode.CancellationToken): Promise<void> {
    let told = performance.now();
    let news = false;
    for (const editor of vscode.window.visibleTextEditors) {
      if (!isC(editor.document)) continue;
      for (let done = false; !done;) {
        const [first, last] = [editor.visibleRanges.at(0), editor.visibleRanges.at(-1)];
        if (!first || !last) break;
        const answer = await workers.ask(
          'deepen',
          {
            path: toPath(editor.document.uri),
            open: openPaths(),
            start: first.start.line,
            end: last.end.line,
          },
          token,
        );
        if (token.isCancellationRequested) return;
        done = answer.done;
        news ||= answer.changed;
        if (!news || performance.now() - told < tellAfter) continue;
        deepened.fire();
        news = false;
        told = performance.now();
      }
    }
    if (news) deepened.fire();
  }

  soon(rests.typing);
  const listeners = [
    deepened,
    vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
      if (isC(textEditor.document)) soon(rests.scrolling);
    }),
    vscode.window.onDidChangeVisibleTextEditors(() => {
      soon(rests.scrolling);
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length && isC(document)) soon(rests.typing);
    }),
    workers.onDidChangeFiles(() => {
      soon(rests.typing);
    }),
    workers.onDidImprove(() => {
      soon(rests.scrolling);
    }),
  ];
  return {
    onDidDeepen: deepened.event,
    dispose() {
      clearTimeout(timer);
      round.cancel();
      vscode.Disposable.from(...listeners, round).dispose();
    },
  };
}
