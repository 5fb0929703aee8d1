/**
 * The result on show: one run at a time, where the replay stands in it, whether it still speaks of the text in the editor,
 * and what is known about each publication with and without its fix. Panel, marks and lenses listen to it.
 */
import * as vscode from 'vscode';
import type { LensVerdict } from '../ide/lenses';
import type { Told, ViewPlay } from '../protocol/examined';
import type { ExaminedMessage, PanelProgress, PanelRun } from '../protocol/panel';
import type { ReplayView, ViewTrace } from '../protocol/view';
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
export type SessionChange =
  'run' | 'step' | 'stale' | 'fix' | 'progress' | 'verdicts' | 'failure' | 'play' | 'examined';

/** What is known of one harness. */
export interface HarnessSession {
  readonly harness: vscode.Uri;
  readonly run: Run | undefined;
  readonly step: number;
  /** Why the verdict is about another text than the present one. */
  readonly stale: string | undefined;
  readonly progress: PanelProgress | undefined;
  readonly failure: string | undefined;
  /** Of a free play, while one is under way. */
  readonly play: Told<ViewPlay> | undefined;
  /** The trace on show, which `step` counts: of the play, else of the run. */
  readonly trace: ViewTrace | undefined;
  /** What was worked out behind the verdict so far. */
  readonly examined: readonly ExaminedMessage[];
}

/**
 * The harnesses of the window, and the current one: the last that was run, or whose panel was looked at. Where no harness is
 * named, the current one is meant; its fields are the session's own.
 */
export interface Session extends Omit<HarnessSession, 'harness'>, vscode.Disposable {
  readonly current: HarnessSession | undefined;
  of(harness: vscode.Uri): HarnessSession | undefined;
  /** Makes it the current one, if anything is known of it. */
  select(harness: vscode.Uri): void;
  /** Verdicts by lens key. */
  readonly verdicts: Readonly<Record<string, LensVerdict>>;
  /** `texts`: what the open documents held when the run began. The harness becomes the current one. */
  show(run: Run, step: number, texts: ReadonlyMap<string, string>): void;
  goTo(step: number, harness?: vscode.Uri): void;
  setFix(fix: Run['fix'], harness: vscode.Uri): void;
  /** What else is to be said of whether the run is about the present text; it stands before what was edited. */
  setNote(note: string | undefined, harness: vscode.Uri): void;
  setProgress(progress: PanelProgress | undefined, harness: vscode.Uri): void;
  fail(message: string, harness: vscode.Uri): void;
  setVerdict(key: string, verdict: LensVerdict | undefined): void;
  /** Begins or goes on with a free play, at its last step; undefined leaves it. */
  setPlay(play: Told<ViewPlay> | undefined, harness: vscode.Uri): void;
  addExamined(message: ExaminedMessage, harness: vscode.Uri): void;
  /** Of the current one; everything, when another one becomes that. */
  readonly onDidChange: vscode.Event<SessionChange>;
  /** Of any. */
  readonly onDidChangeAny: vscode.Event<{ readonly harness: vscode.Uri; readonly change: SessionChange }>;
}

interface Entry {
  readonly harness: vscode.Uri;
  /** Texts that went into the run, of files that were open then or have been opened since. */
  readonly texts: Map<string, string>;
  readonly edited: Set<string>;
  run: Run | undefined;
  step: number;
  note: string | undefined;
  stale: string | undefined;
  progress: PanelProgress | undefined;
  failure: string | undefined;
  play: Told<ViewPlay> | undefined;
  examined: readonly ExaminedMessage[];
}

export function createSession(onDidChangeFiles: vscode.Event<readonly string[]>): Session {
  const changed = new vscode.EventEmitter<SessionChange>();
  const changedAny = new vscode.EventEmitter<{ harness: vscode.Uri; change: SessionChange }>();
  const entries = new Map<string, Entry>();
  let current: Entry | undefined;
  let verdicts: Readonly<Record<string, LensVerdict>> = {};

  const find = (harness: vscode.Uri | undefined): Entry | undefined =>
    harness ? entries.get(harness.toString()) : current;

  function entryOf(harness: vscode.Uri): Entry {
    const known = entries.get(harness.toString());
    if (known) return known;
    const entry: Entry = {
      harness,
      texts: new Map(),
      edited: new Set(),
      run: undefined,
      step: 0,
      note: undefined,
      stale: undefined,
      progress: undefined,
      failure: undefined,
      play: undefined,
      examined: [],
    };
    entries.set(harness.toString(), entry);
    return entry;
  }

  function tell(entry: Entry, change: SessionChange): void {
    changedAny.fire({ harness: entry.harness, change });
    if (entry === current) changed.fire(change);
  }

  function makeCurrent(entry: Entry): void {
    if (entry === current) return;
    current = entry;
    for (const change of ['run', 'stale', 'progress', 'play'] as const) changed.fire(change);
  }

  function setStale(entry: Entry): void {
    const names = [...entry.edited].map(path => path.slice(path.lastIndexOf('/') + 1));
    const told = [
      ...(entry.note === undefined ? [] : [entry.note]),
      ...(names.length ? [vscode.l10n.t('{0} was edited', names.join(', '))] : []),
    ];
    const next = told.length ? told.join('; ') : undefined;
    if (next === entry.stale) return;
    entry.stale = next;
    tell(entry, 'stale');
  }

  const listeners = [
    vscode.workspace.onDidOpenTextDocument(document => {
      const path = toPath(document.uri);
      for (const { run, texts, edited } of entries.values())
        if (run?.view.files.includes(path) && !texts.has(path) && !edited.has(path))
          texts.set(path, document.getText());
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (!contentChanges.length || entries.size === 0) return;
      const path = toPath(document.uri);
      for (const entry of entries.values()) {
        if (!entry.run?.view.files.includes(path)) continue;
        // Undone to what it was: the verdict speaks of it again.
        if (entry.texts.get(path) === document.getText()) entry.edited.delete(path);
        else entry.edited.add(path);
        setStale(entry);
      }
    }),
    onDidChangeFiles(paths => {
      // Open documents are told about by the editor, with their text.
      const open = new Set(vscode.workspace.textDocuments.map(document => toPath(document.uri)));
      for (const entry of entries.values()) {
        for (const path of paths)
          if (!open.has(path) && entry.run?.view.files.includes(path)) entry.edited.add(path);
        setStale(entry);
      }
    }),
  ];

  return {
    get current() {
      return current && view(current);
    },
    of(harness) {
      const entry = entries.get(harness.toString());
      return entry && view(entry);
    },
    select(harness) {
      const entry = entries.get(harness.toString());
      if (entry?.run) makeCurrent(entry);
    },
    get run() {
      return current?.run;
    },
    get step() {
      return current?.step ?? 0;
    },
    get stale() {
      return current?.stale;
    },
    get progress() {
      return current?.progress;
    },
    get failure() {
      return current?.failure;
    },
    get play() {
      return current?.play;
    },
    get trace() {
      return current && traceOf(current);
    },
    get examined() {
      return current?.examined ?? [];
    },
    get verdicts() {
      return verdicts;
    },
    show(next, at, began) {
      const entry = entryOf(next.harness);
      entry.run = next;
      entry.play = undefined;
      entry.examined = [];
      entry.step = Math.max(0, Math.min(at, next.view.trace?.steps.length ?? 0));
      entry.note = undefined;
      entry.stale = undefined;
      entry.failure = undefined;
      entry.progress = undefined;
      entry.texts.clear();
      entry.edited.clear();
      for (const document of vscode.workspace.textDocuments) {
        const path = toPath(document.uri);
        if (!next.view.files.includes(path)) continue;
        const text = began.get(path) ?? document.getText();
        entry.texts.set(path, text);
        // It was typed on while the engine ran.
        if (text !== document.getText()) entry.edited.add(path);
      }
      current = entry;
      tell(entry, 'run');
      setStale(entry);
    },
    goTo(next, harness) {
      const entry = find(harness);
      if (!entry) return;
      entry.step = Math.max(0, Math.min(next, traceOf(entry)?.steps.length ?? 0));
      tell(entry, 'step');
    },
    setFix(fix, harness) {
      const entry = find(harness);
      if (!entry?.run) return;
      const { fix: _before, ...rest } = entry.run;
      entry.run = fix ? { ...rest, fix } : rest;
      tell(entry, 'fix');
    },
    setNote(note, harness) {
      const entry = find(harness);
      if (!entry) return;
      entry.note = note;
      setStale(entry);
    },
    setProgress(next, harness) {
      const entry = entryOf(harness);
      entry.progress = next;
      if (next) {
        entry.failure = undefined;
        if (entry.run || !current) makeCurrent(entry);
      }
      tell(entry, 'progress');
    },
    fail(message, harness) {
      const entry = entryOf(harness);
      entry.failure = message;
      entry.progress = undefined;
      tell(entry, 'failure');
    },
    setVerdict(key, verdict) {
      const { [key]: _before, ...rest } = verdicts;
      verdicts = verdict ? { ...rest, [key]: verdict } : rest;
      changed.fire('verdicts');
    },
    setPlay(play, harness) {
      const entry = find(harness);
      if (!entry) return;
      entry.play = play;
      const { steps = [] } = traceOf(entry) ?? {};
      if (play && !('cannotTell' in play)) entry.step = steps.length;
      else entry.step = Math.min(entry.step, steps.length);
      tell(entry, 'play');
    },
    addExamined(message, harness) {
      const entry = find(harness);
      if (!entry) return;
      entry.examined = [...entry.examined.filter(one => one.what !== message.what), message];
      tell(entry, 'examined');
    },
    onDidChange: changed.event,
    onDidChangeAny: changedAny.event,
    dispose() {
      vscode.Disposable.from(changed, changedAny, ...listeners).dispose();
    },
  };
}

function traceOf({ play, run }: Entry): ViewTrace | undefined {
  return play && !('cannotTell' in play) ? play.trace : run?.view.trace;
}

function view(entry: Entry): HarnessSession {
  const { harness, run, step, stale, progress, failure, play, examined } = entry;
  return { harness, run, step, stale, progress, failure, play, examined, trace: traceOf(entry) };
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
    ...(run.replayed ? { replayed: true } : {}),
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
