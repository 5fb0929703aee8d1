/**
 * What the parts of the conversion from the grammar's nodes to the syntax of ast.ts share: the way from a node to its
 * tokens, and the entry points of the other parts (set when the parts are put together, which keeps the files free of
 * import cycles).
 */
import { walk, type Node } from '../../syntax/node';
import type {
  Attributes, Declaration, Expression, FunctionDefinition, Initializer, Located, Statement, TypeName,
} from './ast'; // prettier-ignore
import type { AttributeToken } from './attributes';
import { SyntaxFault } from './fault';
import type { Head, Respelled, Role } from './respelled';
import type { Token } from './token';

export type Block = Statement & { readonly kind: 'block' };

/** From nodes to tokens. */
export interface Places {
  /** The first piece of a node, and the last. */
  readonly firstPiece: (node: Node) => number;
  readonly lastPiece: (node: Node) => number;
  /** The token that a piece begins with; for one that stands for none, the next token. */
  readonly tokenOf: (piece: number) => Token;
  /** The text of the node's first token. */
  readonly word: (node: Node) => string;
  readonly role: (node: Node) => Role | undefined;
  /** First and last token. */
  readonly locate: (node: Node) => Located;
  /** With the qualifiers, attributes and storage words that the text leaves out around it. */
  readonly locateWide: (node: Node) => Located;
  /** From the token that piece `first` begins with, to the one before the piece behind `last`; the ends cross if that is nothing. */
  readonly locateFrom: (first: number, last: number) => Located;
  /** The same from behind the piece before `first`. */
  readonly locateBehind: (first: number, last: number) => Located;
  /** The texts of the tokens that the node's first piece stands for. */
  readonly textsOf: (node: Node) => readonly string[];
  readonly head: (piece: number) => Head | undefined;
  readonly record: (piece: number) => readonly AttributeToken[];
}

export interface Reading extends Places {
  /** The meaning of attributes. */
  readonly attributes: (...lists: readonly (readonly AttributeToken[])[]) => Attributes;
  expression: (node: Node) => Expression;
  typeName: (node: Node) => TypeName;
  initializer: (node: Node) => Initializer;
  declaration: (node: Node) => Declaration;
  definition: (node: Node) => FunctionDefinition;
  block: (node: Node) => Block;
}

/** A field that the grammar promises. */
export function need(node: Node, field: string): Node {
  for (const c of node.children) if (c.field === field) return c;
  throw new Error(`${node.kind} has no ${field}: an error in the tree was not noticed`);
}

/** The only or first child that the grammar promises. */
export function only(node: Node): Node {
  const c = node.children[0];
  if (!c) throw new Error(`${node.kind} is empty: an error in the tree was not noticed`);
  return c;
}

export function placesOf(tokens: readonly Token[], respelled: Respelled): Places {
  const { pieceAt, from, to, roles, heads, records, start, end } = respelled;
  const count = from.length;
  const token = (i: number): Token => tokens[Math.min(Math.max(i, 0), tokens.length - 1)] as Token;
  const firstPiece = (n: Node): number => pieceAt[n.start] ?? 0;
  const lastPiece = (n: Node): number => pieceAt[n.end - 1] ?? 0;
  const startOf = (piece: number): number => from[piece] ?? start;
  const endOf = (piece: number): number => {
    const last = to[piece] ?? -1;
    return last < 0 ? startOf(piece) - 1 : last;
  };
  /** The index behind the last token that stands before a piece in the text. */
  const behindPrevious = (piece: number): number => {
    for (let k = piece - 1; k >= 0; k--) {
      const last = to[k] ?? -1;
      if (last >= 0) return last + 1;
    }
    return start;
  };
  const beforeNext = (piece: number): number => {
    for (let k = piece + 1; k < count; k++) if ((to[k] ?? -1) >= 0) return (from[k] ?? end) - 1;
    return end - 1;
  };
  const none: readonly AttributeToken[] = [];
  return {
    firstPiece,
    lastPiece,
    tokenOf: piece => token(startOf(piece)),
    word: n => token(startOf(firstPiece(n))).text,
    role: n => roles.get(firstPiece(n)),
    locate: n => ({ first: token(startOf(firstPiece(n))), last: token(endOf(lastPiece(n))) }),
    locateWide: n => ({
      first: token(behindPrevious(firstPiece(n))),
      last: token(beforeNext(lastPiece(n))),
    }),
    locateFrom: (first, last) => ({ first: token(startOf(first)), last: token(beforeNext(last)) }),
    locateBehind: (first, last) => ({ first: token(behindPrevious(first)), last: token(beforeNext(last)) }),
    textsOf: n =>
      tokens
        .slice(startOf(firstPiece(n)), endOf(firstPiece(n)) + 1)
        .flatMap(t => (t.kind === 'string' ? [t.text] : [])),
    head: piece => heads.get(piece),
    record: piece => records.get(piece) ?? none,
  };
}

/** Throws SyntaxFault if something in the tree is wrong. */
export function checkTree(root: Node, places: Places): void {
  if (!root.hasError) return;
  let worst: Node | undefined;
  walk(root, n => {
    if (worst || !n.hasError) return false;
    if (n.missing || n.kind === 'ERROR') worst = n;
    return !worst;
  });
  if (!worst) return;
  if (worst.missing) {
    const t = places.tokenOf(places.firstPiece(worst));
    throw new SyntaxFault(
      `expected "${worst.kind}" before ${t.kind === 'end' ? 'the end' : `"${t.text}"`}`,
      t,
    );
  }
  const t = places.tokenOf(places.firstPiece(worst));
  throw new SyntaxFault(t.kind === 'end' ? 'the text breaks off' : `unexpected "${t.text}"`, t);
}
