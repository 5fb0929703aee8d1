/** What the panel knows at a moment, and what a reader can do. The page is a function of this model. */
import type { PanelProgress, PanelRun } from '../protocol/panel';
import type { ViewPlace } from '../protocol/view';
import type { Translate } from './words';

export interface Model {
  readonly run?: PanelRun;
  /** How many steps have been executed: 0 is the start, `steps.length` the end. */
  readonly position: number;
  readonly playing: boolean;
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
