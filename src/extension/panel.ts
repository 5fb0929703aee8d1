/**
 * The replay panels: one for each harness. A panel shows what the session holds of its harness and turns what the reader does
 * into calls. Closing it loses nothing; a reload of the window brings it back with the same schedule, step and view, and
 * so does moving it into a window of its own, which loads its page anew.
 */
import * as vscode from 'vscode';
import type { FromPanel, PanelState, ToPanel } from '../protocol/panel';
import type { Afterwards } from './afterwards';
import { createFollower, openPlace, watchTyping } from './follow';
import { asFromPanel, asPanelState, panelVersion } from './panelMessages';
import { panelPage, panelRoots } from './panelPage';
import { nameOf } from './paths';
import { panelRun, type Run, type Session, type SessionChange } from './session';
import { setting } from './settings';

export const panelType = 'racelens.replay';

/** What a panel asks for; the harness is the panel's. */
export interface PanelActions {
  readonly afterwards: Afterwards;
  again(harness: vscode.Uri | undefined): void;
  cancel(): void;
  replay(schedule: string, harness: vscode.Uri): void;
  applyFix(harness: vscode.Uri): void;
  save(message: Extract<FromPanel, { type: 'save' }>, harness: vscode.Uri): Promise<string | undefined>;
  /** What is copied of that kind, if the extension makes it. */
  textOf(what: Extract<FromPanel, { type: 'copy' }>['what'], harness: vscode.Uri): string | undefined;
  debug(harness: vscode.Uri): void;
  /** A panel was opened, closed, or came to the front. */
  changed(): void;
  /** Brings back what a panel of an earlier window showed; an untitled harness comes back under another name. */
  restore(state: PanelState, named: (harness: vscode.Uri) => void): void;
  guard(feature: string, work: () => Promise<void>): void;
  /** A message that is none of ours. */
  refused(message: unknown): void;
}

export interface Panels extends vscode.Disposable {
  /** Shows the panel of the harness (or of the current one) beside the editor, without taking the focus. */
  reveal(harness?: vscode.Uri): void;
  /** Shows the replay of the harness in a panel that the editor has made. */
  adopt(webview: vscode.WebviewPanel, harness: vscode.Uri): void;
  /** Whether that harness has a panel. */
  isOpen(harness: vscode.Uri | undefined): boolean;
}

interface Panel {
  readonly webview: vscode.WebviewPanel;
  /** Undefined until something is run in it. */
  harness: vscode.Uri | undefined;
  follow: boolean;
  /** The page moved by itself: it need not be told. */
  moving: boolean;
  watched: readonly string[];
  readonly followSoon: () => void;
}

export function createPanels(extension: vscode.Uri, session: Session, actions: PanelActions): Panels {
  const panels = new Set<Panel>();
  /** The pages' own state by harness: what a panel that is opened again begins with. */
  const views = new Map<string, unknown>();
  let follow = setting('replay.follow');
  const typing = watchTyping();

  const panelOf = (harness: vscode.Uri | undefined): Panel | undefined =>
    [...panels].find(panel => panel.harness?.toString() === harness?.toString());
  const post = (panel: Panel, message: ToPanel): void => {
    void panel.webview.webview.postMessage(message);
  };
  const version = panelVersion;

  const tell: Readonly<Record<SessionChange, (panel: Panel, harness: vscode.Uri) => void>> = {
    run(panel, harness) {
      const { run, step = 0, examined = [] } = session.of(harness) ?? {};
      if (!run) return;
      if (panel.webview.viewType === panelType)
        panel.webview.title = vscode.l10n.t('Replay: {0}', nameOf(harness));
      const keep = stateOf(run, step, panel.follow, views.get(harness.toString()));
      post(panel, { version, type: 'run', run: panelRun(run), step, follow: panel.follow, keep });
      for (const message of examined) post(panel, { version, type: 'examined', ...message });
      watchAgain(panel);
    },
    step(panel, harness) {
      if (panel.moving) return;
      post(panel, { version, type: 'step', step: session.of(harness)?.step ?? 0 });
      if (panel.follow) panel.followSoon();
    },
    stale(panel, harness) {
      const reason = session.of(harness)?.stale;
      post(panel, { version, type: 'stale', ...(reason === undefined ? {} : { reason }) });
    },
    fix(panel, harness) {
      const run = session.of(harness)?.run;
      if (run) post(panel, { version, type: 'fix', fix: panelRun(run).fix });
    },
    progress(panel, harness) {
      const progress = session.of(harness)?.progress;
      post(panel, { version, type: 'progress', ...(progress ? { progress } : {}) });
    },
    verdicts: () => undefined,
    failure(panel, harness) {
      const message = session.of(harness)?.failure;
      if (message !== undefined) post(panel, { version, type: 'failed', message });
    },
    play(panel, harness) {
      const { play, step = 0 } = session.of(harness) ?? {};
      post(panel, { version, type: 'play', ...(play ? { answer: play } : {}) });
      post(panel, { version, type: 'step', step });
      if (panel.follow) panel.followSoon();
      watchAgain(panel);
    },
    examined(panel, harness) {
      const last = session.of(harness)?.examined.at(-1);
      if (last) post(panel, { version, type: 'examined', ...last });
    },
  };

  /** The values of what the page watches, for the trace that is on show now. */
  function watchAgain(panel: Panel): void {
    const { harness, watched } = panel;
    if (!harness || watched.length === 0) return;
    actions.guard(vscode.l10n.t('watching expressions'), async () => {
      const watches = await actions.afterwards.watch(harness, watched);
      if (panel.watched === watched) post(panel, { version, type: 'watch', watches });
    });
  }

  type Receive<T extends FromPanel['type']> = (
    message: Extract<FromPanel, { type: T }>,
    panel: Panel,
    harness: vscode.Uri,
  ) => void | Promise<void>;

  /** What each message does; but for the first few they are about a harness. */
  const receive: { readonly [T in FromPanel['type']]: Receive<T> } = {
    ready: () => undefined,
    again: () => undefined,
    cancel: () => {
      actions.cancel();
    },
    moved({ step }, panel, harness) {
      panel.moving = true;
      session.select(harness);
      session.goTo(step, harness);
      panel.moving = false;
      if (panel.follow) panel.followSoon();
    },
    open: ({ place }) => openPlace(place),
    async copy({ what, text }, panel, harness) {
      await vscode.env.clipboard.writeText(text ?? actions.textOf(what, harness) ?? '');
      const copied = {
        schedule: vscode.l10n.t('Schedule copied'),
        transcript: vscode.l10n.t('Transcript copied'),
        mermaid: vscode.l10n.t('Mermaid diagram copied'),
        json: vscode.l10n.t('Trace copied as JSON'),
        svg: vscode.l10n.t('Picture copied as SVG'),
      }[what];
      vscode.window.setStatusBarMessage(copied, 3000);
      post(panel, { version, type: 'done', message: copied });
    },
    follow(message, panel) {
      follow = message.follow;
      panel.follow = message.follow;
      if (panel.follow) panel.followSoon();
    },
    replay({ schedule }, _panel, harness) {
      actions.replay(schedule, harness);
    },
    applyFix(_message, _panel, harness) {
      actions.applyFix(harness);
    },
    examine: ({ what }, _panel, harness) => actions.afterwards.examine(harness, what),
    async slow({ call, factor }, panel, harness) {
      const answer = await actions.afterwards.slow(harness, call, factor);
      post(panel, { version, type: 'slow', call, answer });
    },
    play: ({ choices, at }, _panel, harness) => actions.afterwards.play(harness, choices, at),
    watch({ expressions }, panel) {
      panel.watched = expressions;
      if (expressions.length === 0) post(panel, { version, type: 'watch', watches: [] });
      watchAgain(panel);
    },
    async compare({ what }, panel, harness) {
      const answer = await actions.afterwards.compare(harness, what);
      post(panel, { version, type: 'comparison', answer });
    },
    async save(message, panel, harness) {
      const saved = await actions.save(message, harness);
      if (saved !== undefined) post(panel, { version, type: 'done', message: saved });
    },
    debug({ step }, _panel, harness) {
      session.select(harness);
      session.goTo(step, harness);
      actions.debug(harness);
    },
    keep(message, _panel, harness) {
      views.set(harness.toString(), message.view);
    },
  };

  function take(message: FromPanel, panel: Panel): void {
    const { harness } = panel;
    if (message.type === 'again') actions.again(harness);
    else if (message.type === 'ready' && harness)
      for (const change of ['run', 'stale', 'progress', 'failure', 'play'] as const) {
        const now = session.of(harness);
        if (change !== 'play' || now?.play) tell[change](panel, harness);
      }
    else if (harness)
      actions.guard(vscode.l10n.t('the replay panel'), async () => {
        await (receive[message.type] as Receive<FromPanel['type']>)(message, panel, harness);
      });
  }

  function adopt(webview: vscode.WebviewPanel, harness: vscode.Uri | undefined): Panel {
    const panel: Panel = {
      webview,
      harness,
      follow,
      moving: false,
      watched: [],
      followSoon: createFollower(() => {
        const now = panel.harness && session.of(panel.harness);
        return now?.trace?.steps[now.step - 1]?.place;
      }, typing.isTyping),
    };
    panels.add(panel);
    if (webview.viewType === panelType)
      webview.iconPath = {
        light: vscode.Uri.joinPath(extension, 'media', 'replay-light.svg'),
        dark: vscode.Uri.joinPath(extension, 'media', 'replay-dark.svg'),
      };
    if (harness && webview.viewType === panelType)
      webview.title = vscode.l10n.t('Replay: {0}', nameOf(harness));
    webview.webview.options = { enableScripts: true, localResourceRoots: panelRoots(extension) };
    webview.webview.onDidReceiveMessage((message: unknown) => {
      const known = asFromPanel(message);
      if (known) take(known, panel);
      else actions.refused(message);
    });
    webview.onDidChangeViewState(() => {
      if (webview.active && panel.harness) session.select(panel.harness);
    });
    webview.onDidDispose(() => {
      panels.delete(panel);
      actions.changed();
    });
    webview.webview.html = panelPage(webview.webview, extension);
    actions.changed();
    return panel;
  }

  const disposables = [
    typing,
    session.onDidChangeAny(({ harness, change }) => {
      // A schedule file may show the same harness beside its panel.
      for (const panel of panels)
        if (panel.harness?.toString() === harness.toString()) tell[change](panel, harness);
    }),
    vscode.window.registerWebviewPanelSerializer(panelType, {
      async deserializeWebviewPanel(made, kept: unknown) {
        const state = asPanelState(kept);
        const harness = state && vscode.Uri.parse(state.harness);
        panelOf(harness)?.webview.dispose();
        if (state) {
          follow = state.follow;
          if (state.view !== undefined) views.set(state.harness, state.view);
        }
        const panel = adopt(made, harness);
        if (state && harness && !session.of(harness)?.run)
          actions.restore(state, now => {
            panel.harness = now;
          });
        await Promise.resolve();
      },
    }),
  ];

  return {
    reveal(harness = session.current?.harness) {
      const blank = [...panels].find(panel => !panel.harness);
      const panel = panelOf(harness) ?? (harness ? blank : [...panels][0]);
      if (panel) {
        panel.harness ??= harness;
        panel.webview.reveal(undefined, true);
        actions.changed();
        return;
      }
      // All in one place: beside the editor, not beside another panel.
      const viewColumn = [...panels][0]?.webview.viewColumn ?? vscode.ViewColumn.Beside;
      const title = harness ? vscode.l10n.t('Replay: {0}', nameOf(harness)) : vscode.l10n.t('Replay');
      adopt(
        vscode.window.createWebviewPanel(
          panelType,
          title,
          { viewColumn, preserveFocus: true },
          { enableScripts: true, localResourceRoots: panelRoots(extension) },
        ),
        harness,
      );
    },
    adopt(webview, harness) {
      adopt(webview, harness);
    },
    isOpen: harness => harness !== undefined && panelOf(harness) !== undefined,
    dispose() {
      vscode.Disposable.from(...disposables).dispose();
      for (const panel of panels) panel.webview.dispose();
    },
  };
}

function stateOf(run: Run, step: number, follow: boolean, view: unknown): PanelState {
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
    ...(view === undefined ? {} : { view }),
  };
}
