/** What is wrong with an input, as data: broken C is not an error of ours. */
import type { Span } from './span';

/** Something wrong with the input (never with us), in words that say what to do about it. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Where; absent when the problem has no place (a missing file, say). */
  readonly span?: Span;
}

/** A value together with what was wrong with the input that it was made of. Broken C is not an error. */
export interface Result<T> {
  readonly value: T;
  readonly problems: readonly Problem[];
}
