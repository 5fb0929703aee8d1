/**
 * C files and pieces of C through tree-sitter. Nobody outside sees wasm memory: every tree is converted to plain nodes
 * and deleted before anything is returned (pieces.ts).
 *
 * A file is scanned for its items at once (no parser needed) and parsed item by item on demand. After an edit only the
 * piece around it is scanned again (rescan.ts), and only the items whose text changed are parsed again.
 */
import { Language, Parser } from 'web-tree-sitter';
import { notesOn } from '../base/notes';
import { createLineMap, type Span } from '../base/span';
import { detached } from '../base/text';
import type { Problem } from '../base/problem';
import { variantsOf } from './branches';
import { commentFor } from './comments';
import { macroDefinition, includesOf } from './directives';
import { expandedTree } from './expanded';
import { child, walk, type Node } from './node';
import { plainOf, withoutComments, type Plain } from './plain';
import type { ScannedItem } from './classify';
import { movedItem, rescanned, scanned, type Scanned } from './rescan';
import { loadRuntime } from './runtime';
import { shifted } from './shift';
import type { Decide, Item, SourceFile } from './source';
import { find, grammarOf, pieceParser, type Pieces, type SnippetKind } from './pieces';

export type { SnippetKind } from './pieces';

export interface CParser {
  /** Never throws for bad text. `previous` is an earlier state of the same file, whose trees are used again. */
  parseFile(path: string, text: string, previous?: SourceFile): SourceFile;
  /**
   * Parses a piece of C: the body of a macro after its parameters were replaced, say. Comments are allowed, directives
   * are blanked. Offsets of the nodes count from the start of `text`, plus `at.start` if given.
   * - `expression`: the expression; `({ … })` is a parenthesized_expression that holds a compound_statement;
   * - `statements`: a compound_statement, the braces being the text's own or none; a last `;` may be missing;
   * - `declaration`: a declaration, function_definition, type_definition or specifier; a last `;` may be missing;
   * - `type`: a type_descriptor.
   * Undefined if there is nothing but blanks, or nothing of that kind in it.
   */
  parseSnippet(text: string, kind: SnippetKind, at?: Pick<Span, 'start'>): Node | undefined;
  /**
   * Parses a whole translation unit that is plain C already: preprocessed, and spelled so that no name can be taken for
   * something else. Nothing is masked. The node is the translation_unit as tree-sitter has it, without punctuation unless
   * it is missing.
   */
  parseExpanded(text: string): Node | undefined;
}

export interface ParserBytes {
  /** web-tree-sitter's own wasm module. */
  readonly runtime: Uint8Array;
  /** The C grammar's. */
  readonly grammar: Uint8Array;
}

/** Files beyond this many characters are not looked at. */
export const sizeLimit = 8 * 1024 * 1024;

/** Items beyond this many characters have no tree. The longest function of Linux has 40 000; tables of registers have more. */
export const longest = 250_000;

/** Loads the wasm modules from bytes, which works in Node and in a web worker alike. */
export async function createParser({ runtime, grammar }: ParserBytes): Promise<CParser> {
  const wasm = await loadRuntime(runtime);
  const language = await Language.load(grammar);
  const parser = new Parser();
  parser.setLanguage(language);
  const kinds = grammarOf(language);
  const pieces = pieceParser(parser, kinds, wasm);
  const states = notesOn<SourceFile, State>('scan');
  return {
    parseFile(path, text, previous) {
      const refused = refusal(path, text);
      if (refused) return emptyFile(path, text, refused);
      const { file, state } = sourceFile(path, text, pieces, previous && states.get(previous));
      states.set(file, state);
      return file;
    },
    parseSnippet(text, kind, at) {
      return pieces.snippet(plainCode(text), kind, at?.start ?? 0);
    },
    parseExpanded: text => expandedTree(parser, kinds, wasm, text),
  };
}

function plainCode(text: string): string {
  return text.includes('#') ? plainOf(text).code : withoutComments(text);
}

function refusal(path: string, text: string): Problem | undefined {
  const span: Span = { file: path, start: 0, end: 0 };
  if (text.length > sizeLimit)
    return { severity: 'error', message: `${path} is larger than 8 MB and was not read as C`, span };
  if (text.slice(0, 65536).includes('\0'))
    return { severity: 'error', message: `${path} is binary and was not read as C`, span };
  return undefined;
}

function emptyFile(path: string, text: string, problem: Problem): SourceFile {
  return {
    path,
    text,
    lines: createLineMap(text.length > sizeLimit ? '' : text),
    items: [],
    includes: [],
    problems: [problem],
    node: () => undefined,
    macro: () => undefined,
    commentAt: () => undefined,
  };
}

/** A tree and where it was made; a place elsewhere gets it moved. */
interface CachedNode {
  readonly base: number;
  readonly node: Node | undefined;
  /** Where it was asked for last: the same node for the same place. */
  there?: { readonly at: number; readonly node: Node };
}

/** What versions of one file share: trees by the code they were made of, and by the item as it first was. */
interface Trees {
  readonly byCode: Map<string, CachedNode>;
  readonly byItem: WeakMap<ScannedItem, CachedNode>;
  /** So many of the first. */
  most: number;
}

interface State {
  readonly trees: Trees;
  /** Undefined until somebody asked for the items. */
  scan(): Scanned | undefined;
}

function sourceFile(
  path: string,
  text: string,
  pieces: Pieces,
  earlier: State | undefined,
): { readonly file: SourceFile; readonly state: State } {
  const trees: Trees = earlier?.trees ?? { byCode: new Map(), byItem: new WeakMap(), most: 0 };
  let before = earlier;
  let scan: Scanned | undefined;
  const known = (): Scanned => {
    if (!scan) {
      const old = before?.scan();
      scan = old ? rescanned(old, text, path) : scanned(text, path, plain());
      // Of a file that is typed in for hours; the items of the day hold their trees themselves.
      trees.most = 4 * scan.items.length + 400;
      // Not held any longer than needed: versions would hang on to versions.
      before = undefined;
    }
    return scan;
  };
  const problems = once(() =>
    known().items.flatMap(i =>
      i.broken ? [incomplete(path, i)] : i.end - i.start > longest ? [tooLong(path, i)] : [],
    ),
  );
  const plain = once(() => plainOf(text));
  const includes = once(() => includesOf(before?.scan() ? known().plain : (scan?.plain ?? plain())));
  const lines = once(() => createLineMap(text));

  const byCode = treesByCode(trees);
  const treeOf = (item: ScannedItem, decide: Decide | undefined): Node | undefined => {
    if (item.end - item.start > longest) return undefined;
    const { plain } = known();
    // Without branches inside, or with nobody to decide, an item has one tree.
    if (decide && branches(plain, item)) return itemNode(plain, item, pieces, decide, byCode);
    const origin = item.origin ?? item;
    let entry = trees.byItem.get(origin);
    if (!entry) {
      // What is found out about a function is kept by its text: offsets count from its start, and it is moved when asked.
      const base = item.kind === 'function' || item.kind === 'invocation' ? 0 : item.start;
      entry = { base, node: itemNode(plain, item, pieces, undefined, byCode, base) };
      trees.byItem.set(origin, entry);
    }
    return movedTo(entry, item.start);
  };
  const file: SourceFile = {
    path,
    text,
    get lines() {
      return lines();
    },
    get items() {
      return known().items;
    },
    get includes() {
      return includes();
    },
    get problems() {
      return problems();
    },
    node(item, decide) {
      const found = itemLike(known().items, item);
      return found && treeOf(found, decide);
    },
    later(item, own) {
      const found = itemLike(known().items, item);
      const isMade = found?.kind === 'function' || found?.kind === 'invocation';
      if (!isMade || found.end - found.start > longest) return undefined;
      return treeLater(found, own, pieces);
    },
    macro: item => (item.kind === 'macro' ? macroDefinition(known().plain, item) : undefined),
    commentAt: at => commentFor(text, at.start, at.end),
  };
  return { file, state: { trees, scan: () => scan ?? before?.scan() } };
}

/** Trees by their code. */
function treesByCode(trees: Trees): Cached {
  return (key, base, make) => {
    const hit = trees.byCode.get(key);
    if (hit) return movedTo(hit, base);
    const node = make();
    trees.byCode.set(detached(key), { base, node });
    const oldest = trees.byCode.size > trees.most ? trees.byCode.keys().next().value : undefined;
    if (oldest !== undefined) trees.byCode.delete(oldest);
    return node;
  };
}

/** In a function of its own: what it gives holds nothing of the file, nor the trees of its other items. */
function treeLater(item: ScannedItem, own: string, pieces: Pieces): () => Node | undefined {
  // Names are slices of the file's text.
  const { origin: _origin, ...atZero } = movedItem({ ...item, name: '', conditions: [] }, -item.start);
  return () => itemNode(plainOf(own), atZero, pieces, undefined, (_key, _base, make) => make(), 0);
}

function movedTo(cached: CachedNode, to: number): Node | undefined {
  const { base, node, there } = cached;
  if (!node || base === to) return node;
  if (there?.at === to) return there.node;
  const made = shifted(node, to - base);
  cached.there = { at: to, node: made };
  return made;
}

/** The item itself, or the one of this text that is the same. */
function itemLike(items: readonly ScannedItem[], item: Item): ScannedItem | undefined {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.start ?? 0) < item.start) low = middle + 1;
    else high = middle;
  }
  let like: ScannedItem | undefined;
  for (let i = low; items[i]?.start === item.start; i++) {
    const other = items[i];
    if (other === item) return other;
    if (!like && other && same(other, item)) like = other;
  }
  return like;
}

function branches(plain: Plain, item: ScannedItem): boolean {
  const start = Math.min(item.start, item.context?.start ?? item.start);
  const end = Math.max(item.end, item.context?.end ?? item.end);
  return plain.groups.some(g => g.start < end && g.end > start);
}

/** Headers are opened by the hundred for their includes alone: what else is asked of a file is made when asked. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function incomplete(path: string, item: ScannedItem): Problem {
  return {
    severity: 'warning',
    message: `${item.kind} ${item.name} is not complete: a bracket is open or one too many`,
    span: { file: path, start: item.start, end: item.end },
  };
}

function tooLong(path: string, item: ScannedItem): Problem {
  return {
    severity: 'warning',
    message: `${item.kind} ${item.name} is longer than ${longest} characters and was not parsed`,
    span: { file: path, start: item.start, end: item.end },
  };
}

function same(a: Item, b: Item): boolean {
  return a.kind === b.kind && a.name === b.name && a.start === b.start && a.end === b.end;
}

type Cached = (key: string, base: number, make: () => Node | undefined) => Node | undefined;

function itemNode(
  plain: Plain,
  item: ScannedItem,
  pieces: Pieces,
  decide: Decide | undefined,
  cached: Cached,
  /** Where the offsets of a function's tree are to begin. */
  at: number = item.start,
): Node | undefined {
  if (item.kind === 'macro') return undefined;
  if (item.kind === 'enumerator') {
    const context = item.context ?? item;
    const whole = rangeNode(plain, context.start, context.end, decide, cached, 'enum', (code, base) =>
      pieces.declaration(code, base),
    );
    return whole && find(whole, n => n.kind === 'enumerator' && n.start === item.nameStart);
  }
  if (item.kind === 'invocation')
    return rangeNode(
      plain,
      item.start,
      item.end,
      decide,
      cached,
      'invocation',
      (code, base) => pieces.invocation(code, base, movedItem(item, base - item.start)),
      at,
    );
  if (item.kind === 'function')
    return rangeNode(
      plain,
      item.start,
      item.end,
      decide,
      cached,
      'function',
      (code, base) => pieces.definition(code, base, (item.bodyStart ?? item.end) - item.start + base),
      at,
    );
  const whole = rangeNode(plain, item.start, item.end, decide, cached, 'declaration', (code, base) =>
    pieces.declaration(code, base),
  );
  if (whole && (item.kind === 'struct' || item.kind === 'union' || item.kind === 'enum')) {
    const kind = `${item.kind}_specifier`;
    return (
      find(whole, n => {
        if (n.kind !== kind || !child(n, 'body')) return false;
        const name = child(n, 'name');
        return item.name === '' || name === undefined || name.start === item.nameStart;
      }) ?? whole
    );
  }
  return whole;
}

function rangeNode(
  plain: Plain,
  start: number,
  end: number,
  decide: Decide | undefined,
  cached: Cached,
  kind: string,
  parse: (code: string, base: number) => Node | undefined,
  at: number = start,
): Node | undefined {
  let best: Node | undefined;
  let fewest = Infinity;
  for (const code of variantsOf(plain, start, end, decide)) {
    const node = cached(`${kind}\0${code}`, at, () => parse(code, at));
    const errors = node ? errorsIn(node) : Infinity;
    if (errors < fewest) {
      best = node;
      fewest = errors;
    }
    if (errors === 0) break;
  }
  return best;
}

function errorsIn(node: Node): number {
  if (!node.hasError) return 0;
  let errors = 0;
  walk(node, n => {
    if (n.kind === 'ERROR' || n.missing) errors += 1 + (n.end - n.start) / 1000;
    return n.hasError === true;
  });
  return errors;
}
