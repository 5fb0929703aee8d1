/**
 * What is worked out around a finding after its verdict: which orders matter, the passing twin, the odds, free play, watched
 * expressions, the same schedule on another text. Each may have no answer, and then says why.
 */
import type { ViewPlace, ViewTrace, ViewVerdict } from './view';

/** Why there is no answer. */
export interface NotTold {
  readonly cannotTell: string;
}

/** A step of the shown trace that must come before another one of another thread. */
export interface ViewArrow {
  /** Indexes into `trace.steps`. */
  readonly first: number;
  readonly then: number;
  /** Turned round alone, the finding is gone. Otherwise: it matters together with the others. */
  readonly decisive: boolean;
  /** One line: what comes before what. */
  readonly text: string;
}

export interface ViewMatters {
  /** At most a few; by their first step. */
  readonly arrows: readonly ViewArrow[];
  /** All arrows together always lead to the finding; null: that was too much work to know. */
  readonly sufficient: boolean | null;
  /** Arrows one end of which is in no row of the trace, in words. */
  readonly beyond: readonly string[];
  /** Steps of the trace whose outcome was one of several, with the outcome that was taken. */
  readonly choices: readonly { readonly step: number; readonly choice: number }[];
  /** Orders that were turned round to see. */
  readonly tried: number;
}

export interface ViewTwin {
  readonly schedule: string;
  readonly preemptions: number;
  /** So many steps at the beginning of `trace.steps` are the same in both traces. */
  readonly shared: number;
  /** What each does where they part: indexes into the failing trace and into `trace`. */
  readonly failing: number;
  readonly passing: number;
  readonly trace: ViewTrace;
}

/** Odds at one speed. */
export interface ViewOddsPoint {
  /** The call takes so many times longer. */
  readonly factor: number;
  readonly probability: number;
  /** The probability is known up to so much, more or less. */
  readonly error: number;
  /** About one in so many runs; null if none. */
  readonly runs: number | null;
}

export interface ViewOdds {
  readonly kind: string;
  readonly probability: number;
  readonly error: number;
  readonly runs: number | null;
  /** After so many runs it has come up with 95 %. */
  readonly runsForMostly: number | null;
  /** Size of the graph of every step that it was worked out on. */
  readonly states: number;
  /** Calls that can be slowed, best guess first. */
  readonly calls: readonly string[];
}

/** The odds if a call takes longer: `points` begin with factor 1. */
export interface ViewSlow {
  readonly call: string;
  readonly points: readonly ViewOddsPoint[];
}

/** can still fail / can no longer fail / cannot avoid it now / cannot tell. */
export type Prospect = 'can-fail' | 'cannot-fail' | 'must-fail' | 'unknown';

/** Something that can happen at this moment of a free play. */
export interface ViewChoice {
  /** What `play` wants back: appended to the path, it takes this step. */
  readonly key: string;
  /** Index into `play.trace.threads`; a thread that is not there yet has the number that it will get. */
  readonly thread: number;
  /** The thread's name, and the outcome where there are several. */
  readonly label: string;
  /** The source of the step. */
  readonly text: string;
  readonly place?: ViewPlace;
  /** Of what comes behind it. */
  readonly outcome: Prospect;
  /** The step itself ends the run in this. */
  readonly ends?: ViewVerdict;
  /** The thread of the step before could have gone on, and this is another one. */
  readonly preemption: boolean;
}

export interface ViewPlay {
  /** The choices that led here. */
  readonly path: readonly string[];
  /** Steps of the shown schedule that the path begins behind. */
  readonly at: number;
  readonly trace: ViewTrace;
  readonly here: Prospect;
  /** Prospects at the moments of the path: `past[i]` before its choice i; the last one is `here`. */
  readonly past: readonly Prospect[];
  /** By choice of the path, the step of `trace` at which it begins; then the number of steps. */
  readonly rows: readonly number[];
  /** What can be failed in from here: `hang`, `use-after-free` … */
  readonly kinds: readonly string[];
  readonly choices: readonly ViewChoice[];
  /** Why each thread that has no choice has none: index into `trace.threads`, and words. */
  readonly waiting: readonly { readonly thread: number; readonly text: string }[];
  /** The schedule so far; it replays. */
  readonly schedule: string;
  /** The run is over, with this. */
  readonly ended?: ViewVerdict;
  /** Why some prospects are not known. */
  readonly because?: string;
}

/** A step of a schedule as a file keeps it, to be found again in a text that has changed. */
export interface KeptStep {
  readonly thread: string;
  readonly text: string;
  readonly function: string;
  readonly choice?: number;
}

export interface ViewWatch {
  readonly expression: string;
  /** One per moment of the trace; null where it cannot be evaluated at that moment. */
  readonly values: readonly (string | null)[];
  /** Why it has no values at all, or none at some moments. */
  readonly problem?: string;
}

/** The same schedule on another text. */
export interface ViewComparison {
  /** What is compared with: the title of the fix, `the present text`. */
  readonly title: string;
  readonly trace: ViewTrace;
  /** So many steps of the shown trace were found again; beyond, it no longer fits. */
  readonly partsAt: number;
  /** By step of the shown trace, up to `partsAt`, the step of `trace` that it is. */
  readonly rows: readonly number[];
  /** Empty if it fits to its end. */
  readonly why: string;
  /** What was executed; it replays on the other text. */
  readonly schedule: string;
  /** How the schedule, finished as well as possible, ends on the other text. */
  readonly verdict: ViewVerdict;
}

export type Told<T> = T | NotTold;
