/** The facts of one file as a plain object: what `racelens facts FILE.c --json` prints. */
import type { SourceFile } from '../syntax/source';
import type { Scene } from './scene';

export interface PlainRange {
  /** One-based, as compilers print them. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface FileFactsJson {
  readonly file: string;
  readonly regions: readonly (PlainRange & {
    readonly function: string;
    readonly kind: string;
    readonly lock?: string;
    readonly implicit?: string;
    readonly depth: number;
    readonly paths: 'all' | 'some';
  })[];
  readonly accesses: readonly (PlainRange & {
    readonly function: string;
    readonly word: string;
    readonly kind: string;
    readonly bits: readonly string[];
    readonly atomic: boolean;
    readonly ordering: string;
  })[];
  readonly pointers: readonly (PlainRange & {
    readonly function: string;
    readonly pointer: string;
    readonly kind: string;
  })[];
  readonly words: readonly { readonly word: string; readonly bits: Readonly<Record<string, string>> }[];
  readonly conditionalLocks: readonly (PlainRange & {
    readonly function: string;
    readonly lock: string;
    readonly unless: string;
  })[];
  readonly publishes: readonly (PlainRange & {
    readonly function: string;
    readonly pointer: string;
    readonly readers: readonly string[];
    readonly fixLine?: number;
  })[];
  readonly contexts: readonly {
    readonly function: string;
    readonly context: string;
    readonly because: readonly string[];
  }[];
  readonly problems: readonly string[];
}

export function facts(_scene: Scene, _file: SourceFile): FileFactsJson {
  return {
    file: _file.path,
    regions: [],
    accesses: [],
    pointers: [],
    words: [],
    conditionalLocks: [],
    publishes: [],
    contexts: [],
    problems: [],
  };
}
