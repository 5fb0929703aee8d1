/** What reading C asks for: the grammar, and which names are types that the text itself does not declare. */
import type { Node } from '../../syntax/node';

export interface Names {
  isType(name: string): boolean;
}

/** The parser's one door that is needed here. */
export interface Grammar {
  /** The tree of a translation unit that is plain C. */
  parseExpanded(text: string): Node | undefined;
}
