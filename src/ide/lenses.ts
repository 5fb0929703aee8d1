/**
 * The code lens over a function that publishes an RCU pointer without a grace period while some reader takes no lock
 * as long as the pointer is NULL. Its states: not simulated; simulated, with what the engine said without and with.
 */
import type { Span } from '../base/span';
import type { VerdictKind } from '../engine/report';
import type { Publication } from '../kernel/publish';
import type { SourceFile } from '../syntax/source';
import type { Scene } from './scene';

/** What the engine said about one publication; `without` is the text as it stands, `with` has the fix applied. */
export interface LensVerdict {
  readonly state: 'running' | 'done';
  readonly without?: VerdictKind;
  readonly with?: VerdictKind;
}

export interface Lens {
  /** Stable over edits elsewhere: verdicts are kept under it. */
  readonly key: string;
  /** The function's name. */
  readonly span: Span;
  /** `publishes dev->npinfo without a grace period · simulate`, `hang → holds with synchronize_rcu() · apply`. */
  readonly title: string;
  readonly tooltip: string;
  readonly action: 'simulate' | 'apply' | 'none';
  readonly publication: Publication;
}

export function lenses(
  _scene: Scene,
  _file: SourceFile,
  _verdict: (key: string) => LensVerdict | undefined,
): readonly Lens[] {
  return [];
}
