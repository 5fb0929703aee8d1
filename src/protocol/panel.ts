/**
 * Messages between the extension and the replay panel. The panel is a web page: what it sends is checked on arrival
 * (`src/extension/panelMessages.ts`), and so is what it gets.
 */
import type {
  Told,
  ViewComparison,
  ViewMatters,
  ViewOdds,
  ViewPlay,
  ViewSlow,
  ViewTwin,
  ViewWatch,
} from './examined';
import type { ReplayView, ViewPlace } from './view';

/** Raise when a message changes its meaning; a panel restored from an older version is loaded afresh. */
export type PanelVersion = 2;

/** What the panel shows. `text` of the harness line and all labels that need the host's words come ready made. */
export interface PanelRun {
  readonly view: ReplayView;
  /** Title of the harness, for people: `netpoll.race.c`. */
  readonly title: string;
  /** The verdict of the run before, if the sources were changed in between: `hang`. */
  readonly before?: string;
  /** Set when a fix was tried on a copy of the text: what was inserted where. */
  readonly fix?: { readonly label: string; readonly verdict?: string; readonly applied: boolean };
  /** A pasted schedule, or one of a file, was executed; nothing was explored. */
  readonly replayed?: boolean;
}

/** What is worked out in the background behind a verdict, one after another. */
export type ExaminedMessage =
  | { readonly what: 'matters'; readonly answer: Told<ViewMatters> }
  | { readonly what: 'twin'; readonly answer: Told<ViewTwin> }
  | { readonly what: 'odds'; readonly answer: Told<ViewOdds> };
export type ExaminedWhat = ExaminedMessage['what'];

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
    }
  /** As each becomes known. */
  | ({ readonly version: PanelVersion; readonly type: 'examined' } & ExaminedMessage)
  /** Answers to the requests of the same names. */
  | {
      readonly version: PanelVersion;
      readonly type: 'slow';
      readonly call: string;
      readonly answer: Told<ViewSlow>;
    }
  /** `answer` absent: the play was left. */
  | { readonly version: PanelVersion; readonly type: 'play'; readonly answer?: Told<ViewPlay> }
  | { readonly version: PanelVersion; readonly type: 'watch'; readonly watches: readonly ViewWatch[] }
  | {
      readonly version: PanelVersion;
      readonly type: 'comparison';
      readonly answer: Told<ViewComparison>;
    }
  /** What the panel asked for was done (`Saved to x.svg`), or not: for the status line and the live region. */
  | { readonly version: PanelVersion; readonly type: 'done'; readonly message: string };

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
  /**
   * The page's own: watches, filters, the chosen tab, the path of a play. Anything that JSON can hold, as long as it is
   * no longer than `mostView` characters of JSON.
   */
  readonly view?: unknown;
}

/** How a picture or a text is kept. */
export type SaveFormat = 'svg' | 'png' | 'mermaid' | 'json' | 'schedule' | 'transcript';

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
      readonly what: 'schedule' | 'transcript' | 'mermaid' | 'json' | 'svg';
      /** Absent for `mermaid` and `json`: they are made by the extension. */
      readonly text?: string;
    }
  | { readonly version: PanelVersion; readonly type: 'follow'; readonly follow: boolean }
  | { readonly version: PanelVersion; readonly type: 'again' }
  | { readonly version: PanelVersion; readonly type: 'cancel' }
  | { readonly version: PanelVersion; readonly type: 'replay'; readonly schedule: string }
  | { readonly version: PanelVersion; readonly type: 'applyFix' }
  /** Work it out now, or again: it comes by itself behind a verdict. */
  | { readonly version: PanelVersion; readonly type: 'examine'; readonly what: ExaminedWhat }
  /** The odds if this call takes up to `factor` (default 1024) times longer. */
  | {
      readonly version: PanelVersion;
      readonly type: 'slow';
      readonly call: string;
      readonly factor?: number;
    }
  /**
   * Free play: the whole path of choices (their keys), from the start or from behind the first `at` steps of the shown
   * trace. Undo is a shorter path. `choices` absent: leave the play.
   */
  | {
      readonly version: PanelVersion;
      readonly type: 'play';
      readonly choices?: readonly string[];
      readonly at?: number;
    }
  /** C expressions to evaluate at every moment of the shown trace (or of the play, if one is under way). */
  | { readonly version: PanelVersion; readonly type: 'watch'; readonly expressions: readonly string[] }
  /** The same schedule on the text with the lens' fix, or on the present text. */
  | { readonly version: PanelVersion; readonly type: 'compare'; readonly what: 'fix' | 'present' }
  /** `content` is text, for png a data URL; absent for mermaid, json and schedule: they are made by the extension. */
  | {
      readonly version: PanelVersion;
      readonly type: 'save';
      readonly format: SaveFormat;
      readonly content?: string;
    }
  /** Debug this schedule, standing at this step. */
  | { readonly version: PanelVersion; readonly type: 'debug'; readonly step: number }
  /** What the page wants kept over closing and reopening (see PanelState.view). */
  | { readonly version: PanelVersion; readonly type: 'keep'; readonly view: unknown };
