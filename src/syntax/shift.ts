/** Trees that an edit before them moved: the same tree at another place, made as far as somebody looks. */
import type { Node } from './node';

/** What a moved node is, to move it again without going through all moves before. */
const origins = new WeakMap<Node, { readonly node: Node; readonly by: number }>();

/** The tree with all its offsets moved. */
export function shifted(tree: Node, by: number): Node {
  const moved = origins.get(tree);
  const node = moved?.node ?? tree;
  const whole = by + (moved?.by ?? 0);
  return whole === 0 ? node : lazily(node, whole);
}

function lazily(node: Node, by: number): Node {
  if (node.children.length === 0) return { ...node, start: node.start + by, end: node.end + by };
  let children: readonly Node[] | undefined;
  const copy: Node = {
    ...node,
    start: node.start + by,
    end: node.end + by,
    get children() {
      return (children ??= node.children.map(c => lazily(c, by)));
    },
  };
  origins.set(copy, { node, by });
  return copy;
}
