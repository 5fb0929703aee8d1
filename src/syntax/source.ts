/**
 * A C file as Racelens holds it: text, lines, and its top-level items with lazily made syntax trees.
 */
import type { LineMap, Span } from '../base/span';
import type { Problem } from '../base/problem';
import type { Node } from './node';

/** An `#if`/`#ifdef` (or its `#else`) around an item, outside functions: the expression, `defined(X)` for `#ifdef X`. */
export interface Condition {
  readonly text: string;
  /** True in the #else branch, and for #ifndef. */
  readonly negated: boolean;
}

export type ItemKind =
  | 'function'
  | 'prototype'
  | 'variable'
  | 'struct'
  | 'union'
  | 'enum'
  | 'enumerator'
  | 'typedef'
  /** `#define`, with or without parameters. */
  | 'macro'
  /** A top-level macro call: `DEFINE_SPINLOCK(x);`, `RACE_THREAD(softirq, name) { … }`, `EXPORT_SYMBOL(f);` */
  | 'invocation';

/**
 * Says whether the condition of an `#if` inside an item holds (`defined(X)` for `#ifdef X`). Undefined: nobody knows;
 * then the branch that parses without errors is taken, the first one if both do.
 */
export type Decide = (condition: string) => boolean | undefined;

/** Something defined or declared at the top level of a file (enumerators too). */
export interface Item {
  readonly kind: ItemKind;
  /** Tag for struct/union/enum (empty if anonymous), macro name for invocations. */
  readonly name: string;
  readonly file: string;
  /** The whole item in the file, half open. */
  readonly start: number;
  readonly end: number;
  /** Where the name stands. */
  readonly nameStart: number;
  readonly conditions: readonly Condition[];
  readonly isStatic: boolean;
  readonly isInline: boolean;
  /** Of an item that edits elsewhere only moved: what it was at first. What was found out about that text still holds. */
  readonly origin?: Item;
}

export interface Include {
  readonly target: string;
  readonly angled: boolean;
  readonly start: number;
  readonly end: number;
  readonly conditions: readonly Condition[];
}

/** A `#define`. Continuation lines are joined by a space in `body`, comments removed. */
export interface MacroDefinition {
  readonly name: string;
  /** Undefined for object-like macros; the last may be `...` or `args...`. */
  readonly parameters?: readonly string[];
  readonly body: string;
  /** Where the body starts in the file. */
  readonly bodyStart: number;
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: LineMap;
  readonly items: readonly Item[];
  readonly includes: readonly Include[];
  /** Half-typed functions and the like. */
  readonly problems: readonly Problem[];
  /**
   * The syntax tree of an item: a function_definition, declaration, struct_specifier … Made on first use and cached.
   * For a `macro` there is none. For an `invocation` with a body: a call_expression and a compound_statement under
   * one `invocation` node, in the fields `call` and `body`; without a body only `call`; `value` for an initialiser.
   *
   * `decide` chooses between the branches of `#if`s inside the item, before the parse: the tree has no preprocessor
   * nodes. Without it (editor facts) both branches stay if the whole parses without errors (so that whole statements of
   * both are seen), else the branch that parses better.
   */
  node(item: Item, decide?: Decide): Node | undefined;
  /**
   * The tree of a function or invocation as `node(item)` gives it, with offsets from the item's start, made when it is asked
   * for. `own` is the item's text, which is all that is held until then. Absent: there is no tree.
   */
  later?(item: Item, own: string): (() => Node | undefined) | undefined;
  macro(item: Item): MacroDefinition | undefined;
  /** The comment that stands directly before an offset or behind it on the same line, without its comment signs. */
  commentAt(item: Item | Span): string | undefined;
}
