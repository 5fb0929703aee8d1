/**
 * Messages between the extension and the replay panel. The panel is a web page: what it sends is checked on arrival
 * (`src/extension/panelMessages.ts`), and so is what it gets.
 */
import type { ReplayView, ViewPlace } from './view';

/** Raise when a message changes its meaning; a panel restored from an older version is loaded afresh. */
export type PanelVersion = 1;

/** What the panel shows. `text` of the harness line and all labels that need the host's words come ready made. */
export interface PanelRun {
  readonly view: ReplayView;
  /** Title of the harness, for people: `netpoll.race.c`. */
  readonly title: string;
  /** The verdict of the run before, if the sources were changed in between: `hang`. */
  readonly before?: string;
  /** Set when a fix was tried on a copy of the text: what was inserted where. */
  readonly fix?: { readonly label: string; readonly verdict?: string; readonly applied: boolean };
}

export interface PanelProgress {
  readonly states: number;
  readonly perSecond: number;
  /** A guess; absent while there is none. */
  readonly remaining?: number;
  readonly phase: string;
}

/** Extension to panel. */
export type ToPanel =
  | {
      readonly version: PanelVersion;
      readonly type: 'run';
      readonly run: PanelRun;
      readonly step: number;
      readonly follow: boolean;
      /** For setState. */
      readonly keep: PanelState;
    }
  /** The current step, when the extension moves it (restored state, a command). */
  | { readonly version: PanelVersion; readonly type: 'step'; readonly step: number }
  /** Sources changed since the verdict: why, in words; absent when fresh again. */
  | { readonly version: PanelVersion; readonly type: 'stale'; readonly reason?: string }
  | { readonly version: PanelVersion; readonly type: 'progress'; readonly progress?: PanelProgress }
  | { readonly version: PanelVersion; readonly type: 'failed'; readonly message: string }
  | {
      readonly version: PanelVersion;
      readonly type: 'fix';
      readonly fix: PanelRun['fix'];
    };

/** What survives a reload of the window: enough to run the same schedule again. Kept by the panel's setState. */
export interface PanelState {
  readonly version: PanelVersion;
  /** URI of the harness. */
  readonly harness: string;
  /** The text of an untitled harness, which no file brings back. */
  readonly text?: string;
  /** Of a pasted schedule; a simulation is run again, which gives the same schedule for the same text. */
  readonly schedule?: string;
  readonly step: number;
  readonly follow: boolean;
}

/** Panel to extension. */
export type FromPanel =
  /** The page is loaded and wants the run. */
  | { readonly version: PanelVersion; readonly type: 'ready' }
  /** The current step is now this one: 0 is before the first step, `steps.length` the end. */
  | { readonly version: PanelVersion; readonly type: 'moved'; readonly step: number }
  | { readonly version: PanelVersion; readonly type: 'open'; readonly place: ViewPlace }
  | {
      readonly version: PanelVersion;
      readonly type: 'copy';
      readonly what: 'schedule' | 'transcript';
      readonly text: string;
    }
  | { readonly version: PanelVersion; readonly type: 'follow'; readonly follow: boolean }
  | { readonly version: PanelVersion; readonly type: 'again' }
  | { readonly version: PanelVersion; readonly type: 'cancel' }
  | { readonly version: PanelVersion; readonly type: 'replay'; readonly schedule: string }
  | { readonly version: PanelVersion; readonly type: 'applyFix' };
