/**
 * The C text beyond the functions at hand, asked name by name: where something is defined, and who mentions it. Handed in
 * by `tree`, which has an index of identifiers; everything is parsed only when it is looked at.
 */
import type { Node } from '../syntax/node';
import type { Item, ItemKind, MacroDefinition, SourceFile } from '../syntax/source';
import type { FunctionFacts } from './functions';

/** A place outside functions that mentions a name: an initialiser, a macro's invocation, a macro's body. */
export interface OuterMention {
  readonly kind: 'outer';
  readonly source: SourceFile;
  readonly item: Item;
  /** Parsed when asked for; none for a macro. */
  node(): Node | undefined;
}

/** A function whose text has a name; a comment or a string in it may be all there is. */
export interface FunctionMention {
  readonly kind: 'function';
  readonly source: SourceFile;
  readonly item: Item;
  /** Parsed when it is looked at. */
  readonly facts: FunctionFacts;
}

export type Mention = FunctionMention | OuterMention;

/** Something that an item defines or declares. */
export interface Definition {
  readonly source: SourceFile;
  readonly item: Item;
}

export interface Corpus {
  /**
   * Definitions of a function as a call in the file `from` means it, best first: that file's own, those of the headers it
   * reaches, then those of other files that are not static. All `#if` variants that may be built. The same array again as
   * long as nothing of it changed.
   */
  functions(name: string, from?: string): readonly FunctionFacts[];
  /** Macros of that name with a body, nearest first. */
  macros(
    name: string,
    from?: string,
  ): readonly { readonly macro: MacroDefinition; readonly source: SourceFile; readonly item: Item }[];
  /** Macros, types, enumerators and functions of that name by kind, nearest first; statics of other files are left out. */
  definitions(name: string, kinds: readonly ItemKind[], from?: string): readonly Definition[];
  /**
   * Everything that has the identifier in its text, nearest to `from` first (its file, its folder, the rest by path). Lazy:
   * stop asking when you know enough, a name like `kfree` has thousands. `within` limits it to one file.
   */
  mentions(name: string, from?: string, within?: string): Iterable<Mention>;
  /**
   * Invocations of any of these macros at the top level whose first argument is that name, as the file `from` means them:
   * its own, and those of headers. Absent: none are known.
   */
  invocations?(macros: readonly string[], first: string, from: string): readonly Definition[];
  /**
   * Prototypes of a name in a file and in headers whose texts match, nearest first, a few at most. Absent: they are among the
   * mentions.
   */
  prototypes?(name: string, from: string | undefined, having: RegExp): Iterable<Definition>;
  /** False while the index is being made, or if files are pending: answers may lack something. */
  complete(): boolean;
  /**
   * Another value whenever answers may be others, for a reason other than an edit of the files `apart`. Absent: nobody
   * knows.
   */
  revision?(apart: readonly string[]): string;
}

/** Nothing beyond the functions at hand. */
export const noCorpus: Corpus = {
  functions: () => [],
  macros: () => [],
  definitions: () => [],
  mentions: () => [],
  complete: () => true,
};
