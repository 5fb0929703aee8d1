/**
 * What every check is a function of, and what it finds. A check looks at one function of the file at a time and may ask
 * about all others; where something it would need is not known (a callee without a body, too many paths), it is silent.
 */
import type { Span } from '../../base/span';
import type { Corpus } from '../corpus';
import type { Entries } from '../entry/entry';
import type { FunctionFacts } from '../functions';
import type { Types } from '../places';
import type { Publication } from '../publish';
import type { Survey } from '../sections/survey';

export interface CheckInput {
  readonly survey: Survey;
  readonly corpus: Corpus;
  readonly types: Types;
  readonly publications: readonly Publication[];
  /** What functions are entered with. */
  readonly entries: Entries;
}

/** Another place that belongs to the story. */
export interface Related {
  readonly span: Span;
  readonly message: string;
}

export interface Finding {
  readonly span: Span;
  readonly message: string;
  /** In the order in which the story is told. */
  readonly related: readonly Related[];
  /** Said with less weight than its kind is otherwise. */
  readonly level?: 'information';
}

/** Findings in one function of the file that is checked. */
export type Check = (f: FunctionFacts, input: CheckInput) => readonly Finding[];

/** Whether both are one function: `#if` variants of it count as that. */
export function isSame(f: FunctionFacts, g: FunctionFacts): boolean {
  return f === g || (f.file === g.file && f.item.start === g.item.start);
}

/** A value made once for an input. */
export function perInput<T>(make: (input: CheckInput) => T): (input: CheckInput) => T {
  const known = new WeakMap<CheckInput, { readonly value: T }>();
  return input => {
    let k = known.get(input);
    if (!k) known.set(input, (k = { value: make(input) }));
    return k.value;
  };
}
