/** Trees that an edit before them moved: the same tree at another place, made as far as somebody looks. */
import type { Node } from './node';

/** What a moved tree was made of, so that moving it back gives the very tree. */
const origins = new WeakMap<Node, { readonly node: Node; readonly by: number }>();

/** The tree with all its offsets moved. */
export function shifted(node: Node, by: number): Node {
  const origin = origins.get(node);
  if (origin) return shifted(origin.node, origin.by + by);
  if (by === 0) return node;
  const made = moved(node, by);
  origins.set(made, { node, by });
  return made;
}

function moved(node: Node, by: number): Node {
  const { field, name, missing, hasError } = node;
  let children: readonly Node[] | undefined;
  return {
    kind: node.kind,
    start: node.start + by,
    end: node.end + by,
    ...(field === undefined ? undefined : { field }),
    named: node.named,
    get children() {
      return (children ??= node.children.map(c => moved(c, by)));
    },
    ...(name === undefined ? undefined : { name }),
    ...(missing && { missing }),
    ...(hasError && { hasError }),
  };
}
