/**
 * What to say about the thing under the pointer: a state bit, a constant used with a state word, a primitive, the
 * begin or end of a section, a call that may take no lock.
 */
import type { Span } from '../base/span';
import type { SourceFile } from '../syntax/source';
import type { LinkTo, Scene } from './scene';

export interface Hover {
  readonly span: Span;
  /** GitHub markdown without HTML; links were made by the given LinkTo. */
  readonly markdown: string;
}

export function hover(_scene: Scene, _file: SourceFile, _offset: number, _link: LinkTo): Hover | undefined {
  return undefined;
}
