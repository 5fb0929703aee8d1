/**
 * The syntax tree as plain immutable values: what the rest of Racelens sees of C. Made from tree-sitter's tree
 * one function (chunk) at a time, so that nothing outside this folder holds wasm memory.
 *
 * Kinds are tree-sitter-c's node names, with these of our own where the mask hid something from the parser:
 * - `macro_loop`: a loop macro (`list_for_each_entry(p, &head, list) body`, any `*for_each*`, `scoped_guard`);
 *   `name` is the macro's name, children by field: `arguments` (an argument_list) and `body`.
 * - `type_argument`: a type given as a macro argument (`container_of(p, struct T, m)`); its text is the type.
 * - `invocation`: a macro call that declares, at the top level, as a member (`DECLARE_BITMAP(map, n);` in a struct) or
 *   stored in a function (`static DEFINE_MUTEX(m);`): `call` (a call_expression), `body` (a compound_statement) or `value`.
 *   Arguments of calls may be a type_argument, a parameter_list (`(struct s *p, int a)`), a parameter_declaration, a
 *   compound_statement (statements as an argument), an `operator_argument` (`==`) or an `empty_argument`.
 * - `typeof`: `typeof(x)` in the place of a type; the field `argument` is a type_descriptor or an expression.
 * - `case_range`: `low ... high` as the value of a `case`, in the fields `low` and `high`.
 * - `offsetof_expression`: `type` and `member`, which is a field_identifier, a field_expression or a subscript.
 * - `(u32)(x)`, `(u32)-x`, `(u32)*p` are cast_expressions when the name can only be a type.
 * Attribute words (`__rcu`, `__user`, `__init`) and comments have no nodes: read them from the text of the node around.
 * `struct_group(name, members)` is an anonymous struct. Unnamed bit-fields are left out. Preprocessor lines have no
 * nodes; see SourceFile.node for `#if`.
 * - `ERROR` nodes and nodes with `missing` stay, and walkers descend into them.
 */
export interface Node {
  readonly kind: string;
  /** Half-open range in the file, UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** The field of the parent that this node is (`condition`, `body`, `left` …), if any. */
  readonly field?: string;
  /** False for punctuation and keywords. */
  readonly named: boolean;
  readonly children: readonly Node[];
  /** Only on `macro_loop`: the macro's name. */
  readonly name?: string;
  /** The parser put it there although the text does not have it. */
  readonly missing?: true;
  /** This node or one below it is an ERROR or missing. */
  readonly hasError?: true;
}

/** The first child in the given field. */
export function child(node: Node, field: string): Node | undefined {
  return node.children.find(c => c.field === field);
}

/** All children in the given field, in order. */
export function childrenOf(node: Node, field: string): readonly Node[] {
  return node.children.filter(c => c.field === field);
}

/** The named children, comments left out. */
export function namedChildren(node: Node): readonly Node[] {
  return node.children.filter(c => c.named && c.kind !== 'comment');
}

/** All nodes of a tree, parents first, in text order. `enter` returning false skips the children. */
export function walk(node: Node, enter: (node: Node, parents: readonly Node[]) => unknown): void {
  const parents: Node[] = [];
  const visit = (n: Node): void => {
    if (enter(n, parents) === false) return;
    parents.push(n);
    for (const c of n.children) visit(c);
    parents.pop();
  };
  visit(node);
}

/** The innermost named node whose range contains the offset (its end included if nothing else fits). */
export function nodeAt(root: Node, offset: number): Node | undefined {
  if (offset < root.start || offset > root.end) return undefined;
  let best: Node | undefined;
  walk(root, n => {
    if (offset < n.start || offset > n.end) return false;
    if (n.named && (offset < n.end || best === undefined)) best = n;
    return true;
  });
  return best;
}
