/**
 * The replay panel: one for the window. It shows what the session holds and turns what the reader does into calls. Closing
 * it loses nothing; a reload of the window brings it back with the same schedule and step.
 */
import * as vscode from 'vscode';
import type { FromPanel, PanelState, ToPanel } from '../protocol/panel';
import type { ViewPlace } from '../protocol/view';
import { location } from './convert';
import { asFromPanel, asPanelState, panelVersion } from './panelMessages';
import { panelPage, panelRoots } from './panelPage';
import { nameOf } from './paths';
import { panelRun, type Run, type Session, type SessionChange } from './session';
import { setting } from './settings';

export const panelType = 'racelens.replay';

export interface PanelActions {
  again(): void;
  cancel(): void;
  replay(schedule: string): void;
  applyFix(): void;
  /** The panel was opened or closed. */
  opened(open: boolean): void;
  /** Brings back what a panel of an earlier window showed. */
  restore(state: PanelState): void;
}

export interface Panel extends vscode.Disposable {
  /** Shows the panel beside the editor, without taking the focus. */
  reveal(): void;
  readonly isOpen: boolean;
}

export function createPanel(extension: vscode.Uri, session: Session, actions: PanelActions): Panel {
  let panel: vscode.WebviewPanel | undefined;
  let follow = setting('replay.follow');
  /** The page moved by itself: it need not be told. */
  let moving = false;
  let following = false;
  let wanted = false;

  /** Opening a file takes its time: one after another, and only for the step that is the current one by then. */
  function followSoon(): void {
    wanted = true;
    if (following) return;
    following = true;
    void (async () => {
      while (wanted) {
        wanted = false;
        // A file that has gone is not worth a word at each step.
        await followStep(session).catch(() => undefined);
      }
      following = false;
    })();
  }

  const post = (message: ToPanel): void => {
    void panel?.webview.postMessage(message);
  };

  const tell: Readonly<Record<SessionChange, () => void>> = {
    run() {
      const { run, step } = session;
      if (!run) return;
      if (panel) panel.title = vscode.l10n.t('Replay: {0}', nameOf(run.harness));
      const keep = stateOf(run, step, follow);
      post({ version: panelVersion, type: 'run', run: panelRun(run), step, follow, keep });
    },
    step() {
      if (moving) return;
      post({ version: panelVersion, type: 'step', step: session.step });
      if (follow && panel) followSoon();
    },
    stale() {
      post({
        version: panelVersion,
        type: 'stale',
        ...(session.stale === undefined ? {} : { reason: session.stale }),
      });
    },
    fix() {
      if (session.run) post({ version: panelVersion, type: 'fix', fix: panelRun(session.run).fix });
    },
    progress() {
      post({
        version: panelVersion,
        type: 'progress',
        ...(session.progress ? { progress: session.progress } : {}),
      });
    },
    verdicts: () => undefined,
    failure() {
      if (session.failure !== undefined)
        post({ version: panelVersion, type: 'failed', message: session.failure });
    },
  };

  function receive(message: FromPanel): void {
    switch (message.type) {
      case 'ready':
        for (const change of ['run', 'stale', 'progress', 'failure'] as const) tell[change]();
        return;
      case 'moved':
        moving = true;
        session.goTo(message.step);
        moving = false;
        if (follow) followSoon();
        return;
      case 'open':
        void openPlace(message.place);
        return;
      case 'copy':
        void vscode.env.clipboard.writeText(message.text ?? '');
        vscode.window.setStatusBarMessage(
          message.what === 'schedule' ? vscode.l10n.t('Schedule copied') : vscode.l10n.t('Transcript copied'),
          3000,
        );
        return;
      case 'follow':
        follow = message.follow;
        if (follow) followSoon();
        return;
      case 'again':
        actions.again();
        return;
      case 'cancel':
        actions.cancel();
        return;
      case 'replay':
        actions.replay(message.schedule);
        return;
      case 'applyFix':
        actions.applyFix();
        return;
      case 'examine':
      case 'slow':
      case 'play':
      case 'watch':
      case 'compare':
      case 'save':
      case 'debug':
      case 'keep':
        return;
    }
  }

  function adopt(made: vscode.WebviewPanel): void {
    panel = made;
    made.iconPath = {
      light: vscode.Uri.joinPath(extension, 'media', 'replay-light.svg'),
      dark: vscode.Uri.joinPath(extension, 'media', 'replay-dark.svg'),
    };
    made.webview.options = { enableScripts: true, localResourceRoots: panelRoots(extension) };
    made.webview.onDidReceiveMessage((message: unknown) => {
      const known = asFromPanel(message);
      if (known) receive(known);
    });
    made.onDidDispose(() => {
      if (panel !== made) return;
      panel = undefined;
      actions.opened(false);
    });
    made.webview.html = panelPage(made.webview, extension);
    actions.opened(true);
  }

  const disposables = [
    session.onDidChange(change => {
      tell[change]();
    }),
    vscode.window.registerWebviewPanelSerializer(panelType, {
      async deserializeWebviewPanel(made, kept: unknown) {
        panel?.dispose();
        const state = asPanelState(kept);
        if (state) follow = state.follow;
        adopt(made);
        if (state && !session.run) actions.restore(state);
        await Promise.resolve();
      },
    }),
  ];

  return {
    reveal() {
      if (panel) {
        panel.reveal(undefined, true);
        return;
      }
      adopt(
        vscode.window.createWebviewPanel(
          panelType,
          vscode.l10n.t('Replay'),
          { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
          { enableScripts: true, localResourceRoots: panelRoots(extension) },
        ),
      );
    },
    get isOpen() {
      return panel !== undefined;
    },
    dispose() {
      vscode.Disposable.from(...disposables).dispose();
      panel?.dispose();
    },
  };
}

function stateOf(run: Run, step: number, follow: boolean): PanelState {
  const untitled = vscode.workspace.textDocuments.find(
    document => document.isUntitled && document.uri.toString() === run.harness.toString(),
  );
  return {
    version: panelVersion,
    harness: run.harness.toString(),
    ...(untitled ? { text: untitled.getText() } : {}),
    ...(run.replayed && run.view.schedule !== undefined ? { schedule: run.view.schedule } : {}),
    step,
    follow,
  };
}

/** Shows the current step's line, in an editor that has the file already or in the first column; the focus stays. */
async function followStep(session: Session): Promise<void> {
  const { run, step } = session;
  const place = run?.view.trace?.steps[step - 1]?.place;
  if (place) await reveal(place, true);
}

async function openPlace(place: ViewPlace): Promise<void> {
  await reveal(place, false);
}

async function reveal(place: ViewPlace, preserveFocus: boolean): Promise<void> {
  const { uri, range } = location(place);
  // The whole range could scroll the line's beginning out of sight.
  const line = new vscode.Range(range.start.line, 0, range.start.line, 0);
  const shown = vscode.window.visibleTextEditors.find(
    editor => editor.document.uri.toString() === uri.toString(),
  );
  if (shown && preserveFocus) {
    shown.revealRange(line, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    return;
  }
  const column =
    shown?.viewColumn ??
    vscode.window.visibleTextEditors.find(editor => editor.viewColumn !== undefined)?.viewColumn ??
    vscode.ViewColumn.One;
  try {
    const editor = await vscode.window.showTextDocument(uri, {
      viewColumn: column,
      preserveFocus,
      preview: true,
      ...(preserveFocus ? {} : { selection: range }),
    });
    editor.revealRange(line, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  } catch {
    vscode.window.setStatusBarMessage(vscode.l10n.t('{0} cannot be opened', place.path), 4000);
  }
}
