/**
 * The functions of a file, with everything about one function that its own text tells, each part made on first use and
 * kept by the function's text: an edit elsewhere in the file costs nothing here. Offsets inside an analysis are those of
 * the text it was made from; `shift` is what to add for the file as it is now.
 */
import type { Span } from '../base/span';
import { notesOn } from '../base/notes';
import { detached } from '../base/text';
import { child, walk, type Node } from '../syntax/node';
import { withoutComments } from '../syntax/plain';
import { shifted } from '../syntax/shift';
import type { Item, SourceFile } from '../syntax/source';
import { memoEvents } from './sections/loops';
import { callArguments, callee } from './expression';
import type { Event } from './sections/events';
import { flowOf, type Flow, type Point } from './sections/flow';
import { localsOf, type Locals } from './places';

/** What is known of one function text. */
export interface Analysis {
  /** The text of the item; all nodes have offsets into it. */
  readonly text: string;
  /** Where the item starts in it. */
  readonly base: number;
  readonly node: Node;
  /** Absent for a function that is only being typed. */
  readonly body: Node | undefined;
  readonly locals: Locals;
  readonly flow: Flow;
  readonly events: (point: Point) => readonly Event[];
  /** Names of all functions and macros that it calls. */
  readonly calls: Calls;
  /**
   * All names before a parenthesis in its body: those of `calls`, and a few that are no calls. Told by the text: a function
   * that names nothing of interest is never parsed.
   */
  readonly named: ReadonlySet<string>;
  /** Results of other analyses of this text, by name of the analysis. */
  readonly memo: Map<string, unknown>;
}

/** Names; `has` parses the function only for what its text names. */
export interface Calls extends Iterable<string> {
  readonly size: number;
  has(name: string): boolean;
}

export interface FunctionFacts {
  readonly name: string;
  readonly file: string;
  readonly item: Item;
  readonly analysis: Analysis;
  /** Add this to offsets of the analysis. */
  readonly shift: number;
}

/** Holds what was found out about function texts. Made by createFactStore(). */
export interface FactStore {
  /** Number of function texts held. */
  readonly size: number;
  /** The analysis of an item's text; `node` is asked for only if the text is new. Undefined if there is no node. */
  analysis(text: string, item: Item, node: () => Node | undefined): Analysis | undefined;
  /** As `analysis`, with a tree that is made when somebody looks at it. */
  lazily(text: string, item: Item, tree: (own: string) => Tree | undefined): Analysis | undefined;
  functions(file: SourceFile, make: () => readonly FunctionFacts[]): readonly FunctionFacts[];
  /** Facts of the items of a file that were asked for so far, also those of items that an edit left where they were. */
  standing(file: SourceFile): Map<Item, FunctionFacts>;
}

/** Gives a tree whose offsets count from the function's start. */
type Tree = () => Node | undefined;

/** Beyond so many characters of function texts those that were not used for the longest time are forgotten. */
const MOST = 1_200_000;
/** Texts that functions had before an edit, for who undoes it. Each may hold more than its function's text by far. */
const MOST_PAST = 64;
/** Files whose edits are followed, and characters of their functions. */
const MOST_FOLLOWED = 24;
const MOST_FOLLOWED_LENGTH = 1_500_000;

interface Entry {
  /** Absent: it was forgotten. */
  analysis?: Analysis;
  used: number;
}

export function createFactStore(): FactStore {
  const analyses = new Map<string, Entry>();
  const state = { length: 0, clock: 0 };
  /** Of items that are in use: an edit leaves all others of the file the same, and looking up texts takes longer. */
  const byItem = new WeakMap<Item, Entry>();
  /** A quarter of them: seldom enough to sort them all. */
  function forgetOldest(): void {
    const byUse = [...analyses].sort(([, a], [, b]) => a.used - b.used);
    for (const [key] of byUse) {
      if (state.length <= MOST * 0.75) return;
      forget(key);
    }
  }
  function forget(key: string): void {
    const entry = analyses.get(key);
    if (!entry) return;
    analyses.delete(key);
    state.length -= key.length;
    // Items know it, too, and live as long as their file.
    delete entry.analysis;
  }
  /** The functions of each file as they were last, and texts that an edit has made others of since. */
  const latest = new Map<string, readonly FunctionFacts[]>();
  const past = new Set<string>();
  function follow(path: string, now: readonly FunctionFacts[]): void {
    const before = latest.get(path);
    latest.delete(path);
    latest.set(path, now);
    let length = [...latest.values()].reduce((sum, all) => sum + lengthOf(all), 0);
    for (const [oldest, all] of latest) {
      if (oldest === path || (latest.size <= MOST_FOLLOWED && length <= MOST_FOLLOWED_LENGTH)) break;
      latest.delete(oldest);
      length -= lengthOf(all);
    }
    if (!before) return;
    const inUse = new Set(now.map(f => f.analysis));
    for (const { analysis } of before) if (!inUse.has(analysis)) past.add(analysis.text);
    for (const { text } of inUse) past.delete(text);
    for (const oldest of past)
      if (past.size > MOST_PAST) {
        past.delete(oldest);
        forget(oldest);
      }
  }
  interface OfFile {
    all?: readonly FunctionFacts[];
    readonly byItem: Map<Item, FunctionFacts>;
  }
  const files = notesOn<SourceFile, OfFile>('functions');
  function ofFile(file: SourceFile): OfFile {
    let mine = files.get(file);
    if (!mine) files.set(file, (mine = { byItem: new Map(latest.get(file.path)?.map(f => [f.item, f])) }));
    return mine;
  }

  function lazily(text: string, item: Item, tree: (own: string) => Tree | undefined): Analysis | undefined {
    const same = byItem.get(item.origin ?? item);
    const key = same?.analysis ? '' : text.slice(item.start, item.end);
    const known = same?.analysis ? same : analyses.get(key);
    if (known?.analysis) {
      if (known !== same) byItem.set(item.origin ?? item, known);
      known.used = ++state.clock;
      return known.analysis;
    }
    // The whole file's text would be kept with it: one for each edit of the day.
    const own = detached(key);
    const root = tree(own);
    if (!root) return undefined;
    const made = analyse(own, root);
    const entry: Entry = { analysis: made, used: ++state.clock };
    analyses.set(own, entry);
    byItem.set(item.origin ?? item, entry);
    state.length += key.length;
    if (state.length > MOST) forgetOldest();
    return made;
  }

  return {
    get size() {
      return analyses.size;
    },
    analysis(text, item, node) {
      return lazily(text, item, () => {
        const root = node();
        const made = root && shifted(root, -item.start);
        return made && (() => made);
      });
    },
    lazily,
    functions(file, make) {
      const mine = ofFile(file);
      if (!mine.all) {
        mine.all = make();
        follow(file.path, mine.all);
      }
      return mine.all;
    },
    standing: file => ofFile(file).byItem,
  };
}

function lengthOf(functions: readonly FunctionFacts[]): number {
  return (functions.at(-1)?.item.end ?? 0) - (functions[0]?.item.start ?? 0);
}

/** The functions defined in a file (harness threads too), in text order. */
export function functionsOf(file: SourceFile, store: FactStore): readonly FunctionFacts[] {
  return store.functions(file, () => file.items.flatMap(item => functionOf(file, item, store) ?? []));
}

/** The function that an item defines, if it is one or an invocation with a body. */
export function functionOf(file: SourceFile, item: Item, store: FactStore): FunctionFacts | undefined {
  if (item.kind !== 'function' && item.kind !== 'invocation') return undefined;
  const standing = store.standing(file);
  const known = standing.get(item);
  if (known) return known;
  const made = makeFunction(file, item, store);
  if (made) standing.set(item, made);
  return made;
}

function makeFunction(file: SourceFile, item: Item, store: FactStore): FunctionFacts | undefined {
  if (item.kind === 'invocation' && !file.text.slice(item.start, item.end).includes('{')) return undefined;
  const analysis = file.later
    ? store.lazily(file.text, item, own => file.later?.(item, own))
    : store.analysis(file.text, item, () => file.node(item));
  if (!analysis) return undefined;
  const name = item.kind === 'function' ? item.name : invocationName(item, analysis);
  if (name === undefined) return undefined;
  return { name, file: file.path, item, analysis, shift: item.start - analysis.base };
}

/** A harness thread is named by its second argument; other invocations count only if they have a body. */
function invocationName(item: Item, { text, node }: Analysis): string | undefined {
  if (!child(node, 'body')) return undefined;
  const call = child(node, 'call');
  const args = call ? callArguments(call) : [];
  const name = args[1] ?? args[0];
  return name ? text.slice(name.start, name.end) : item.name;
}

/** Names before a parenthesis that no function has; and a member's, with what stands before it. */
const callLike = /(->\s*|\.\s*)?\b([A-Za-z_]\w*)\s*\(/g;
const noCalls: ReadonlySet<string> = new Set(['if', 'for', 'while', 'switch', 'return', 'sizeof']);

function namedIn(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  const plain = withoutComments(text);
  for (const m of plain.slice(Math.max(0, plain.indexOf('{'))).matchAll(callLike)) {
    const name = m[2] ?? '';
    if (m[1] === undefined && !noCalls.has(name)) found.add(name);
  }
  return found;
}

/** What stands for a function that cannot be parsed at all. */
function noTree(text: string): Node {
  return { kind: 'ERROR', start: 0, end: text.length, named: true, children: [], hasError: true };
}

function analyse(text: string, tree: Tree): Analysis {
  const lazy = <T>(make: () => T): (() => T) => {
    let made: { value: T } | undefined;
    return () => (made ??= { value: make() }).value;
  };
  const state: { tree?: Tree; node?: Node } = { tree };
  const node = (): Node => {
    if (state.node) return state.node;
    state.node = state.tree?.() ?? noTree(text);
    // It has the parser's own memory of the file.
    delete state.tree;
    return state.node;
  };
  const body = lazy(
    () => child(node(), 'body') ?? (node().kind === 'compound_statement' ? node() : undefined),
  );
  const locals = lazy(() => localsOf(text, node()));
  const flow = lazy(() => flowOf(text, body() ?? node()));
  const named = lazy(() => namedIn(text));
  const made = lazy(() => {
    const found = new Set<string>();
    walk(body() ?? node(), n => {
      if (n.kind === 'call_expression') {
        const name = callee(text, n);
        if (name !== undefined) found.add(name);
      } else if (n.kind === 'macro_loop' && n.name !== undefined) found.add(n.name);
    });
    return found;
  });
  const calls: Calls = {
    get size() {
      return named().size === 0 ? 0 : made().size;
    },
    has: name => named().has(name) && made().has(name),
    [Symbol.iterator]: () => made()[Symbol.iterator](),
  };
  return {
    text,
    base: 0,
    get node() {
      return node();
    },
    get body() {
      return body();
    },
    get locals() {
      return locals();
    },
    get flow() {
      return flow();
    },
    events: memoEvents(text),
    calls,
    get named() {
      return named();
    },
    memo: new Map(),
  };
}

/** A result that depends on the function's text (and on what `name` names) alone. */
export function remember<T>(analysis: Analysis, name: string, make: () => T): T {
  if (!analysis.memo.has(name)) analysis.memo.set(name, make());
  return analysis.memo.get(name) as T;
}

/** The place of a node in the file as it is now. */
export function spanOf(f: FunctionFacts, node: { readonly start: number; readonly end: number }): Span {
  return { file: f.file, start: node.start + f.shift, end: node.end + f.shift };
}

/** The whole function. */
export function functionSpan(f: FunctionFacts): Span {
  return { file: f.file, start: f.item.start, end: f.item.end };
}

/** Its name, where it is defined. */
export function nameSpan(f: FunctionFacts): Span {
  if (f.item.kind === 'function')
    return { file: f.file, start: f.item.nameStart, end: f.item.nameStart + f.item.name.length };
  const call = child(f.analysis.node, 'call');
  const arg = call ? (callArguments(call)[1] ?? call) : f.analysis.node;
  return spanOf(f, arg);
}
