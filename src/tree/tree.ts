/**
 * A kernel tree, or a loose folder, as an index of names. Everything is looked up on demand; nothing is built.
 */
import type { CancelToken } from '../base/cancel';
import type { Decide, Item, MacroDefinition, SourceFile } from '../syntax/source';
import type { Node } from '../syntax/node';

/**
 * How files are read: handed in by the host. Paths are absolute or relative to nothing (as the host likes) with `/`.
 * `undefined` from `read` means "not there"; `pending` means "not yet here": the caller gives up for now, the host
 * fetches what Tree.wanted() lists, and the whole (cached) computation is run again.
 */
export interface Files {
  read(path: string): string | undefined | 'pending';
  /** Names in a folder, folders with a trailing `/`; undefined if there is no such folder. */
  list(path: string): readonly string[] | undefined | 'pending';
  /** The same as `read` before it is made a string, where the host has it; valid until the next call. */
  bytes?(path: string): Uint8Array | undefined | 'pending';
  /** A number that is another one after the file was changed, made of its size and time; undefined if nobody knows. */
  stamp?(path: string): number | undefined;
}

/** CONFIG_ values: `y`, `m`, `n`, a number or a string. */
export interface Config {
  /** Undefined: nobody says. */
  value(name: string): string | undefined;
  /** Where the value came from, for the assumptions: `harness`, `.config`, `default`. */
  origin(name: string): string;
}

export type LookupKind =
  | 'function'
  | 'prototype'
  | 'variable'
  | 'struct'
  | 'union'
  | 'enum'
  | 'enumerator'
  | 'typedef'
  | 'macro'
  | 'invocation';

/** Which files count and in which order: the harness, the included .c files, then the headers that they reach. */
export interface Scope {
  /** Paths of the harness (if any) and the .c files that it includes, in order. */
  readonly sources: readonly string[];
  /** All headers reached from them through #include, nearest first. */
  readonly headers: readonly string[];
}

export interface Definition {
  readonly item: Item;
  readonly source: SourceFile;
  /** Syntax tree, except for macros. */
  readonly node?: Node;
  readonly macro?: MacroDefinition;
  /** CONFIG_ names that decided between variants, with the value that was used. */
  readonly decidedBy: readonly { readonly name: string; readonly value: string; readonly origin: string }[];
}

/** Where a name stands: no tree is made, and no condition is looked at. */
export interface Place {
  readonly source: SourceFile;
  readonly item: Item;
}

export interface Tree {
  /** Root folder of the kernel tree; undefined for a loose folder or a single file. */
  readonly root: string | undefined;
  /** Parsed on first use, cached by text. Undefined if not there (or pending, see wanted). */
  file(path: string): SourceFile | undefined;
  /** The path that an #include names, seen from a file: beside the file, under root, under root/include, arch headers. */
  resolveInclude(from: string, target: string, angled: boolean): string | undefined;
  /** What it reaches is kept in memory, unless it is only looked at in `passing`. */
  scope(sources: readonly string[], config: Config, passing?: boolean): Scope;
  /** All items of a name in the files of a scope, nearest first, whatever their conditions say. */
  items(name: string, scope: Scope): readonly Place[];
  /**
   * Definitions of a name, best first: sources in order, then headers nearest first, then (only for types, enumerators
   * and macros, and only in a kernel tree) the whole include/ index. Variants whose #if conditions are false under
   * config are left out; `variants: true` keeps them, at the end.
   */
  lookup(
    name: string,
    kinds: readonly LookupKind[],
    scope: Scope,
    config: Config,
    variants?: boolean,
    /** Only in the files of the scope, not in the headers that no include reaches. */
    near?: boolean,
  ): readonly Definition[];
  /**
   * Files of the tree that define a function, likely folders first, the search ending with the first folder that has
   * it (for "include the file X to have a body for f"). Reads many files the first time: for messages only.
   */
  whereIs(name: string, cancel?: CancelToken): readonly string[];
  /** The procedure that chooses `#if` branches under a config, for SourceFile.node and evaluateCondition. */
  decide(scope: Scope, config: Config): Decide;
  /** The text of a file (or of all files) may have changed: it is read again when asked for next. */
  forget(path?: string): void;
  /** Paths that were asked for and are pending. */
  wanted(): readonly string[];
}
