/** Code actions: the fix of a publication without a grace period, from anywhere in the functions concerned. */
import type { SourceFile } from '../syntax/source';
import type { Scene, TextEdit } from './scene';

export interface Action {
  readonly title: string;
  readonly kind: 'quickfix';
  readonly edits: readonly TextEdit[];
  /** The one to apply on "fix this". */
  readonly preferred: boolean;
  /** The key of the lens that offers the same. */
  readonly key: string;
}

/** For the range [start, end) of a file. */
export function actions(_scene: Scene, _file: SourceFile, _start: number, _end: number): readonly Action[] {
  return [];
}
