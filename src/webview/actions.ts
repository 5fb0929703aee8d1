/** What a reader can do: what changes the model is an act, the rest is for the extension. */
import type { SaveFormat } from '../protocol/panel';
import type { ViewPlace } from '../protocol/view';
import type { Act } from './reduce';

export interface Actions {
  act(act: Act): void;
  open(place: ViewPlace): void;
  copy(what: 'schedule' | 'transcript' | 'mermaid' | 'json' | 'svg', text?: string): void;
  save(format: SaveFormat): void;
  again(): void;
  cancel(): void;
  replay(schedule: string): void;
  applyFix(): void;
  debug(): void;
}
