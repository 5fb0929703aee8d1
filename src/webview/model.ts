/** What the panel knows at a moment, and what a reader can do. The page is a function of this model. */
import type { PanelProgress, PanelRun } from '../protocol/panel';
import type { ViewPlace } from '../protocol/view';
import { foldsOf, isInside, neighbour, type Fold } from './layout';
import type { Translate } from './words';

export interface Model {
  readonly run?: PanelRun;
  /** How many steps have been executed: 0 is the start, `steps.length` the end. */
  readonly position: number;
  readonly playing: boolean;
  /** First steps of the runs that the reader has unfolded. */
  readonly unfolded: ReadonlySet<number>;
  /** Open the current step's file in the editor beside. */
  readonly follow: boolean;
  /** Why the verdict no longer speaks of the text in the editor. */
  readonly stale?: string;
  readonly progress?: PanelProgress;
  readonly failure?: string;
  /** Too narrow for text in every lane: lanes become rails, the text one column. */
  readonly compact: boolean;
  readonly t: Translate;
}

export interface Actions {
  goTo(position: number): void;
  /** To the next row, or the one before. */
  move(direction: 1 | -1): void;
  toggleFold(fold: Fold): void;
  togglePlay(): void;
  setFollow(follow: boolean): void;
  open(place: ViewPlace): void;
  copy(what: 'schedule' | 'transcript', text: string): void;
  again(): void;
  cancel(): void;
  replay(schedule: string): void;
  applyFix(): void;
}

export function lastPosition(model: Model): number {
  return model.run?.view.trace?.steps.length ?? 0;
}

/** A run is open when the reader wants it, or when the current step is one of it. */
export function isOpen(model: Model, fold: Fold): boolean {
  return model.unfolded.has(fold.from) || isInside(fold, model.position);
}

/** The position of the next row in a direction. */
export function nextPosition(model: Model, direction: 1 | -1): number {
  const trace = model.run?.view.trace;
  if (!trace) return model.position;
  const closed = foldsOf(trace).filter(fold => !isOpen(model, fold));
  return neighbour(trace, closed, model.position, direction);
}
