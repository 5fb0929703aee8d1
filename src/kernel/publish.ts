/**
 * Publications without a grace period: an RCU pointer is set, no grace period follows, and some reader takes NULL of
 * that pointer for "no lock needed".
 */
import type { Span } from '../base/span';

export interface Publication {
  /** The function that the lens stands over: where the fix belongs, else the publisher. */
  readonly function: string;
  readonly functionSpan: Span;
  /** Name of the function that assigns the pointer, and the chain of calls down to it, outermost first. */
  readonly publisher: string;
  readonly chain: readonly string[];
  /** The assignment. */
  readonly span: Span;
  /** As the readers write it: `dev->npinfo`. */
  readonly pointer: string;
  /** `net_device.npinfo`; `.npinfo` if the struct is not known; the variable's name for a global. */
  readonly key: string;
  readonly readers: readonly { readonly function: string; readonly span: Span; readonly lock: string }[];
  /** Where the call goes: before this offset of this file, which is the start of a line. Absent: no place may sleep. */
  readonly place?: { readonly file: string; readonly offset: number; readonly indent: string };
}
