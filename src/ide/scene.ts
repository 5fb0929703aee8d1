/**
 * What every editor feature is a function of: the files at hand, the tree that their names are looked up in, and the
 * store of facts that makes asking again cheap. The caller makes a new scene whenever a text changes and keeps the store.
 */
import type { Span } from '../base/span';
import type { Corpus } from '../kernel/corpus';
import type { FactStore } from '../kernel/functions';
import type { SourceFile } from '../syntax/source';
import type { Config, Scope, Tree } from '../tree/tree';

export interface Scene {
  readonly tree: Tree;
  /** The open files as sources, and the headers that they reach. */
  readonly scope: Scope;
  readonly config: Config;
  /** The open C files (unsaved text), in a stable order: "who sets this bit" is answered for these. */
  readonly files: readonly SourceFile[];
  /** From `createFactStore()`; one per window, never cleared by the caller. */
  readonly facts: FactStore;
  /** Everything else in the tree, name by name. */
  readonly corpus: Corpus;
}

/** Makes the target of a markdown link out of a place (the editor decides how a link to a place looks). */
export type LinkTo = (span: Span) => string;

/** Replaces a range of one file by a text. */
export interface TextEdit {
  readonly span: Span;
  readonly newText: string;
}
