/**
 * C files and pieces of C through tree-sitter. Nobody outside sees wasm memory: every tree is converted to plain nodes
 * and deleted before anything is returned (pieces.ts).
 *
 * A file is scanned for its items at once (no parser needed) and parsed item by item on demand. Trees are cached by
 * the text of the item, so that after an edit only the items whose text changed are parsed again.
 */
import { Language, Parser } from 'web-tree-sitter';
import { createLineMap, type Span } from '../base/span';
import type { Problem } from '../base/problem';
import { variantsOf } from './branches';
import { commentFor } from './comments';
import { macroDefinition, includesOf } from './directives';
import { expandedTree } from './expanded';
import { child, walk, type Node } from './node';
import { plainOf, withoutComments, type Plain } from './plain';
import type { ScannedItem } from './classify';
import { scanItems } from './scan';
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

/** Loads the wasm modules from bytes, which works in Node and in a web worker alike. */
export async function createParser({ runtime, grammar }: ParserBytes): Promise<CParser> {
  await Parser.init({ wasmBinary: runtime, locateFile: (name: string) => name });
  const language = await Language.load(grammar);
  const parser = new Parser();
  parser.setLanguage(language);
  const kinds = grammarOf(language);
  const pieces = pieceParser(parser, kinds);
  const caches = new WeakMap<SourceFile, NodeCache>();
  return {
    parseFile(path, text, previous) {
      const refused = refusal(path, text);
      if (refused) return emptyFile(path, text, refused);
      const cache: NodeCache = new Map();
      const file = sourceFile(path, text, pieces, cache, previous && caches.get(previous));
      caches.set(file, cache);
      return file;
    },
    parseSnippet(text, kind, at) {
      return pieces.snippet(plainCode(text), kind, at?.start ?? 0);
    },
    parseExpanded: text => expandedTree(parser, kinds, text),
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

interface CachedNode {
  readonly base: number;
  readonly node: Node | undefined;
}

type NodeCache = Map<string, CachedNode>;

function sourceFile(
  path: string,
  text: string,
  pieces: Pieces,
  cache: NodeCache,
  earlier: NodeCache | undefined,
): SourceFile {
  const plain = once(() => plainOf(text));
  const items = once(() => scanItems(plain(), path));
  const scanned = once(() => new Map<Item, ScannedItem>(items().map(i => [i, i])));
  const problems = once(() =>
    items()
      .filter(i => i.broken)
      .map(i => incomplete(path, i)),
  );
  const includes = once(() => includesOf(plain()));
  const lines = once(() => createLineMap(text));

  const cached = (key: string, base: number, make: () => Node | undefined): Node | undefined => {
    const hit = cache.get(key) ?? earlier?.get(key);
    const entry: CachedNode = hit
      ? hit.base === base || !hit.node
        ? hit
        : { base, node: shifted(hit.node, base - hit.base) }
      : { base, node: make() };
    cache.set(key, entry);
    return entry.node;
  };
  return {
    path,
    text,
    get lines() {
      return lines();
    },
    get items() {
      return items();
    },
    get includes() {
      return includes();
    },
    get problems() {
      return problems();
    },
    node(item, decide) {
      const known = scanned().get(item) ?? items().find(i => same(i, item));
      return known && itemNode(plain(), known, pieces, decide, cached);
    },
    macro: item => (item.kind === 'macro' ? macroDefinition(plain(), item) : undefined),
    commentAt: at => commentFor(text, at.start, at.end),
  };
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

function same(a: Item, b: Item): boolean {
  return a.kind === b.kind && a.name === b.name && a.start === b.start && a.end === b.end;
}

function shifted(node: Node, by: number): Node {
  return {
    ...node,
    start: node.start + by,
    end: node.end + by,
    children: node.children.map(c => shifted(c, by)),
  };
}

type Cached = (key: string, base: number, make: () => Node | undefined) => Node | undefined;

function itemNode(
  plain: Plain,
  item: ScannedItem,
  pieces: Pieces,
  decide: Decide | undefined,
  cached: Cached,
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
    return rangeNode(plain, item.start, item.end, decide, cached, 'invocation', (code, base) =>
      pieces.invocation(code, base, item),
    );
  if (item.kind === 'function')
    return rangeNode(plain, item.start, item.end, decide, cached, 'function', (code, base) =>
      pieces.definition(code, base, item.bodyStart ?? item.end),
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
): Node | undefined {
  let best: Node | undefined;
  let fewest = Infinity;
  for (const code of variantsOf(plain, start, end, decide)) {
    const node = cached(`${kind}\0${code}`, start, () => parse(code, start));
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
