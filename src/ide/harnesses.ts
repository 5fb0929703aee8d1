/** Harness files (`*.race.c`): which belong to a source file, and what stands under the cursor. */
import type { Span } from '../base/span';
import type { SourceFile } from '../syntax/source';

export interface HarnessThread {
  readonly kind: 'thread' | 'daemon' | 'init';
  /** `init` for RACE_INIT. */
  readonly name: string;
  readonly context: string;
  /** The whole item. */
  readonly span: Span;
}

export interface Harness {
  readonly file: string;
  readonly threads: readonly HarnessThread[];
  /** As the includes are written. */
  readonly includes: readonly string[];
  /** The word in RACE_EXPECT, if any. */
  readonly expects?: string;
}

/** A harness that has to do with a source file, and why. */
export interface HarnessMatch {
  readonly harness: Harness;
  readonly includesFile: boolean;
  /** Functions of the file that the harness names. */
  readonly functions: readonly string[];
}

/** Whether the file is a harness: it has RACE_THREADs. */
export function harness(_file: SourceFile): Harness | undefined {
  return undefined;
}

/** The thread whose body the offset is in. */
export function threadAt(_file: SourceFile, _offset: number): HarnessThread | undefined {
  return undefined;
}

/** The harnesses among `candidates` that concern `file`, best first: including it and naming `functionName`. */
export function harnessesFor(
  _file: SourceFile,
  _candidates: readonly SourceFile[],
  _functionName?: string,
): readonly HarnessMatch[] {
  return [];
}

/** The name of the function whose definition the offset is in. */
export function functionAt(_file: SourceFile, _offset: number): string | undefined {
  return undefined;
}
