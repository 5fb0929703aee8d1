/** Trees that an edit before them moved: the same tree at another place, made as far as somebody looks. */
import type { Node } from './node';

/** The tree with all its offsets moved. */
export function shifted(node: Node, by: number): Node {
  const { field, name, missing, hasError } = node;
  let children: readonly Node[] | undefined;
  return {
    kind: node.kind,
    start: node.start + by,
    end: node.end + by,
    ...(field === undefined ? undefined : { field }),
    named: node.named,
    get children() {
      return (children ??= node.children.map(c => shifted(c, by)));
    },
    ...(name === undefined ? undefined : { name }),
    ...(missing && { missing }),
    ...(hasError && { hasError }),
  };
}
