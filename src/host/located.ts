/** Plain data of `ide` with spans, as the editor wants it: with lines and columns. */
import type { Span } from '../base/span';
import type { ViewPlace } from '../protocol/view';

/** The same with a `place` wherever there was a `span`. */
export type Located<T> = T extends Span
  ? T
  : T extends readonly (infer E)[]
    ? readonly Located<E>[]
    : T extends object
      ? {
          readonly [K in keyof T as K extends 'span' ? 'place' : K]: K extends 'span'
            ? ViewPlace
            : Located<T[K]>;
        }
      : T;

export function located<T>(value: T, place: (span: Span) => ViewPlace): Located<T> {
  if (Array.isArray(value)) return value.map(one => located<unknown>(one, place)) as Located<T>;
  if (typeof value !== 'object' || value === null) return value as Located<T>;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) =>
      key === 'span' ? ['place', place(one as Span)] : [key, located<unknown>(one, place)],
    ),
  ) as Located<T>;
}
