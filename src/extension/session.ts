/**
 * The result on show: one run at a time, where the replay stands in it, whether it still speaks of the text in the editor,
 * and what is known about each publication with and without its fix. Panel, marks and lenses listen to it.
 */
import * as vscode from 'vscode';
import type { LensVerdict } from '../ide/lenses';
import type { PanelProgress, PanelRun } from '../protocol/panel';
import type { ReplayView } from '../protocol/view';
import { isC } from './convert';
import { nameOf, toPath } from './paths';

export interface Run {
  readonly view: ReplayView;
  readonly harness: vscode.Uri;
  /** A pasted schedule was executed; nothing was explored. */
  readonly replayed: boolean;
  /** The verdict before this run, if it was another one of the same harness. */
  readonly before?: string;
  /** The fix of a publication in the files of this run, with the engine's word on a copy that has it. */
  readonly fix?: NonNullable<PanelRun['fix']> & { readonly key: string; readonly path: string };
}

/** What changed: the listeners redraw what depends on it. */
export type SessionChange = 'run' | 'step' | 'stale' | 'fix' | 'progress' | 'verdicts' | 'failure';

export interface Session extends vscode.Disposable {
  readonly run: Run | undefined;
  readonly step: number;
  /** Why the verdict is about another text than the present one. */
  readonly stale: string | undefined;
  readonly progress: PanelProgress | undefined;
  readonly failure: string | undefined;
  /** Verdicts by lens key. */
  readonly verdicts: Readonly<Record<string, LensVerdict>>;
  /** `texts`: what the open documents held when the run began. */
  show(run: Run, step: number, texts: ReadonlyMap<string, string>): void;
  goTo(step: number): void;
  setFix(fix: Run['fix']): void;
  setProgress(progress: PanelProgress | undefined): void;
  fail(message: string): void;
  setVerdict(key: string, verdict: LensVerdict | undefined): void;
  readonly onDidChange: vscode.Event<SessionChange>;
}

export function createSession(onDidChangeFiles: vscode.Event<readonly string[]>): Session {
  const changed = new vscode.EventEmitter<SessionChange>();
  /** Texts that went into the run, of files that were open then or have been opened since. */
  const texts = new Map<string, string>();
  const edited = new Set<string>();
  let run: Run | undefined;
  let step = 0;
  let stale: string | undefined;
  let progress: PanelProgress | undefined;
  let failure: string | undefined;
  let verdicts: Readonly<Record<string, LensVerdict>> = {};

  function remember(document: vscode.TextDocument): void {
    const path = toPath(document.uri);
    if (run?.view.files.includes(path) && !texts.has(path) && !edited.has(path))
      texts.set(path, document.getText());
  }

  function setStale(): void {
    const names = [...edited].map(path => path.slice(path.lastIndexOf('/') + 1));
    const next = names.length ? vscode.l10n.t('{0} was edited', names.join(', ')) : undefined;
    if (next === stale) return;
    stale = next;
    changed.fire('stale');
  }

  const listeners = [
    vscode.workspace.onDidOpenTextDocument(remember),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      const path = toPath(document.uri);
      if (!contentChanges.length || !run?.view.files.includes(path)) return;
      // Undone to what it was: the verdict speaks of it again.
      if (texts.get(path) === document.getText()) edited.delete(path);
      else edited.add(path);
      setStale();
    }),
    onDidChangeFiles(paths => {
      for (const path of paths) {
        // Open documents are told about by the editor, with their text.
        const open = vscode.workspace.textDocuments.some(document => toPath(document.uri) === path);
        if (!open && run?.view.files.includes(path)) edited.add(path);
      }
      setStale();
    }),
  ];

  return {
    get run() {
      return run;
    },
    get step() {
      return step;
    },
    get stale() {
      return stale;
    },
    get progress() {
      return progress;
    },
    get failure() {
      return failure;
    },
    get verdicts() {
      return verdicts;
    },
    show(next, at, began) {
      run = next;
      step = Math.max(0, Math.min(at, next.view.trace?.steps.length ?? 0));
      stale = undefined;
      failure = undefined;
      progress = undefined;
      texts.clear();
      edited.clear();
      for (const document of vscode.workspace.textDocuments) {
        const path = toPath(document.uri);
        if (!next.view.files.includes(path)) continue;
        const text = began.get(path) ?? document.getText();
        texts.set(path, text);
        // It was typed on while the engine ran.
        if (text !== document.getText()) edited.add(path);
      }
      changed.fire('run');
      setStale();
    },
    goTo(next) {
      step = Math.max(0, Math.min(next, run?.view.trace?.steps.length ?? 0));
      changed.fire('step');
    },
    setFix(fix) {
      if (!run) return;
      const { fix: _before, ...rest } = run;
      run = fix ? { ...rest, fix } : rest;
      changed.fire('fix');
    },
    setProgress(next) {
      progress = next;
      if (next) failure = undefined;
      changed.fire('progress');
    },
    fail(message) {
      failure = message;
      progress = undefined;
      changed.fire('failure');
    },
    setVerdict(key, verdict) {
      const { [key]: _before, ...rest } = verdicts;
      verdicts = verdict ? { ...rest, [key]: verdict } : rest;
      changed.fire('verdicts');
    },
    onDidChange: changed.event,
    dispose() {
      vscode.Disposable.from(changed, ...listeners).dispose();
    },
  };
}

/** The texts of the open documents now, by path. */
export function openTexts(): ReadonlyMap<string, string> {
  return new Map(
    vscode.workspace.textDocuments.filter(isC).map(document => [toPath(document.uri), document.getText()]),
  );
}

/** What the panel is told of a run. */
export function panelRun(run: Run): PanelRun {
  const { fix } = run;
  return {
    view: run.view,
    title: nameOf(run.harness),
    ...(run.before === undefined ? {} : { before: run.before }),
    ...(fix
      ? {
          fix: {
            label: fix.label,
            applied: fix.applied,
            ...(fix.verdict === undefined ? {} : { verdict: fix.verdict }),
          },
        }
      : {}),
  };
}
