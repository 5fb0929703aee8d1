/**
 * What to draw into a C file: RCU read-side critical sections, locks, BH/IRQ/preemption-off sections, accesses to
 * state words and RCU pointers, calls of conditional locks. Colours and shapes are the editor's affair.
 */
import type { Span } from '../base/span';
import type { SourceFile } from '../syntax/source';
import type { Scene } from './scene';

export type DecorationKind =
  /** Whole lines. */
  | 'rcu-reader'
  | 'rcu-reader-implicit'
  | 'lock'
  | 'conditional-lock'
  | 'bh-off'
  | 'irq-off'
  | 'preempt-off'
  /** A begin without its end, or an end without its begin, on some path. */
  | 'unbalanced'
  /** Expressions. */
  | 'bit-set'
  | 'bit-clear'
  | 'bit-test'
  | 'bit-wait'
  | 'bit-rmw'
  | 'pointer-publish'
  | 'pointer-unpublish'
  | 'pointer-read'
  | 'grace-period';

export interface Decoration {
  readonly kind: DecorationKind;
  /** For the line kinds from the first to the last character of the section, else the expression. */
  readonly span: Span;
  /** How deep it is nested in others that are drawn as lines, from 0. */
  readonly depth: number;
  /** A few words for behind the line: `RCU reader: softirq`, `holds rtnl_mutex`. */
  readonly label: string;
  /** Markdown. */
  readonly hover: string;
  /** Worth a mark in the overview ruler. */
  readonly ruler: boolean;
}

/** In text order, outer before inner. */
export function decorations(_scene: Scene, _file: SourceFile): readonly Decoration[] {
  return [];
}
