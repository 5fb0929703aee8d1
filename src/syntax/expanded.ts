/**
 * C that is plain already (preprocessed, respelled by the caller so that nothing is ambiguous) to nodes as tree-sitter
 * gives them: no mask, no undoing, punctuation left out. It is the fast way: whole functions full of expanded macros come
 * through here, and every call into wasm counts.
 */
import type { Parser } from 'web-tree-sitter';
import type { Grammar } from './convert';
import type { Node } from './node';
import type { Runtime, Walk } from './runtime';

/** Deeper nodes are cut off with an ERROR, since recursion must end somewhere. */
const deepest = 3000;

/** Named kinds without named children. */
const leaves: ReadonlySet<string> = new Set([
  'identifier', 'field_identifier', 'type_identifier', 'statement_identifier', 'primitive_type', 'number_literal', 'variadic_parameter',
  'break_statement', 'continue_statement',
]); // prettier-ignore

/** The translation_unit of a text. */
export function expandedTree(
  parser: Parser,
  grammar: Grammar,
  runtime: Runtime,
  text: string,
): Node | undefined {
  const tree = parser.parse(text);
  const broken = tree?.rootNode.hasError ?? false;
  return tree ? runtime.through(tree, walk => nodeOf(walk, grammar, broken, 0)) : undefined;
}

/** `broken`: something in the tree is wrong, so that punctuation may be missing, which is then kept. */
function nodeOf(walk: Walk, grammar: Grammar, broken: boolean, depth: number): Node {
  const kind = grammar.kinds[walk.kind()] ?? 'ERROR';
  const start = walk.start();
  const end = walk.end();
  const field = depth > 0 ? grammar.fields[walk.field()] : undefined;
  const missing = broken && start === end && walk.isMissing();
  const children: Node[] = [];
  let hasError = missing || kind === 'ERROR' || depth > deepest;
  if (depth <= deepest && !leaves.has(kind) && walk.first()) {
    do {
      const named = grammar.named[walk.kind()] ?? true;
      if (!named && !(broken && walk.isMissing())) continue;
      const child = nodeOf(walk, grammar, broken, depth + 1);
      if (child.hasError) hasError = true;
      children.push(child);
    } while (walk.next());
    walk.up();
  }
  return {
    kind: depth > deepest ? 'ERROR' : kind,
    start,
    end,
    named: true,
    children,
    ...(field !== undefined ? { field } : {}),
    ...(missing ? { missing: true as const } : {}),
    ...(hasError ? { hasError: true as const } : {}),
  };
}
