/**
 * C that is plain already (preprocessed, respelled by the caller so that nothing is ambiguous) to nodes as tree-sitter
 * gives them: no mask, no undoing, punctuation left out. It is the fast way: whole functions full of expanded macros come
 * through here, and every call into wasm counts.
 */
import type { Parser, TreeCursor } from 'web-tree-sitter';
import type { Grammar } from './convert';
import type { Node } from './node';

/** Deeper nodes are cut off with an ERROR, since recursion must end somewhere. */
const deepest = 3000;

/** Named kinds without named children. */
const leaves: ReadonlySet<string> = new Set([
  'identifier', 'field_identifier', 'type_identifier', 'statement_identifier', 'primitive_type', 'number_literal', 'variadic_parameter',
  'break_statement', 'continue_statement',
]); // prettier-ignore

/** The translation_unit of a text. */
export function expandedTree(parser: Parser, grammar: Grammar, text: string): Node | undefined {
  const tree = parser.parse(text);
  if (!tree) return undefined;
  const cursor = tree.walk();
  try {
    return nodeOf(cursor, grammar, tree.rootNode.hasError, 0);
  } finally {
    cursor.delete();
    tree.delete();
  }
}

/** `broken`: something in the tree is wrong, so that punctuation may be missing, which is then kept. */
function nodeOf(cursor: TreeCursor, grammar: Grammar, broken: boolean, depth: number): Node {
  const kind = grammar.kinds[cursor.nodeTypeId] ?? 'ERROR';
  const start = cursor.startIndex;
  const end = cursor.endIndex;
  const field = depth > 0 ? cursor.currentFieldName : null;
  const missing = broken && start === end && cursor.nodeIsMissing;
  const children: Node[] = [];
  let hasError = missing || kind === 'ERROR' || depth > deepest;
  if (depth <= deepest && !leaves.has(kind) && cursor.gotoFirstChild()) {
    do {
      const named = grammar.named[cursor.nodeTypeId] ?? true;
      if (!named && !(broken && cursor.nodeIsMissing)) continue;
      const child = nodeOf(cursor, grammar, broken, depth + 1);
      if (child.hasError) hasError = true;
      children.push(child);
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  return {
    kind: depth > deepest ? 'ERROR' : kind,
    start,
    end,
    named: true,
    children,
    ...(field ? { field } : {}),
    ...(missing ? { missing: true as const } : {}),
    ...(hasError ? { hasError: true as const } : {}),
  };
}
