/** What respelling gives: a text for the grammar, and what each piece of it stands for. */
import type { Specifier, Storage } from './ast';
import type { AttributeToken } from './attributes';

/** What was said before the declarators, and the attributes of each of them. */
export interface Head {
  storage: Storage;
  inline: boolean;
  attributes: readonly AttributeToken[];
  readonly declarators: (readonly AttributeToken[])[];
}

/** What a piece stands for, where its token does not say. */
export type Role =
  /** An `int` that is this type. */
  | { readonly kind: 'type'; readonly specifier: Specifier }
  /** A struct that is a typeof; its only member's bit-field holds the operand. */
  | { readonly kind: 'typeof' }
  /** `_Alignof(type)` that stands for the type alone, as an argument. */
  | { readonly kind: 'typeArgument' }
  | { readonly kind: 'emptyArgument' }
  /** The name of a declarator that has none. */
  | { readonly kind: 'nameless' }
  /** A `1` in place of offsetof and its like; types among the arguments are typeArguments. */
  | { readonly kind: 'special' }
  | { readonly kind: 'assembler' }
  | { readonly kind: 'computedGoto' }
  /** A call, or the head of a loop, that is a guard. */
  | { readonly kind: 'guard'; readonly lock: string }
  /** An empty statement that is not in the text, behind a label. */
  | { readonly kind: 'labelEnd' };

export interface Respelled {
  readonly text: string;
  /** For each character of the text, the piece it belongs to. */
  readonly pieceAt: Int32Array;
  /** Index of the first and the last token of a piece; for one that stands for no token, of the next token and -1. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly roles: ReadonlyMap<number, Role>;
  /** By the first piece of the type. */
  readonly heads: ReadonlyMap<number, Head>;
  /** By the piece of the word `struct` or `union`. */
  readonly records: ReadonlyMap<number, readonly AttributeToken[]>;
  /** The index of the first token, and of the one behind what was read. */
  readonly start: number;
  readonly end: number;
}

/** Collects the pieces. */
export interface Printer {
  /** Prints a piece for the tokens `from` to `to`; gives its number. */
  readonly put: (text: string, from: number, to?: number) => number;
  /** Prints a piece that stands for no token, before token `at`. */
  readonly insert: (text: string, at: number) => number;
  readonly roles: Map<number, Role>;
  readonly heads: Map<number, Head>;
  readonly records: Map<number, readonly AttributeToken[]>;
  readonly done: (start: number, end: number) => Respelled;
}

export function createPrinter(): Printer {
  const texts: string[] = [];
  const from: number[] = [];
  const to: number[] = [];
  const roles = new Map<number, Role>();
  const heads = new Map<number, Head>();
  const records = new Map<number, readonly AttributeToken[]>();
  const add = (text: string, a: number, b: number): number => {
    texts.push(text);
    from.push(a);
    to.push(b);
    return texts.length - 1;
  };
  return {
    put: (text, a, b = a) => add(text, a, b),
    insert: (text, at) => add(text, at, -1),
    roles,
    heads,
    records,
    done(start, end) {
      let length = 0;
      for (const t of texts) length += t.length + 1;
      const pieceAt = new Int32Array(length);
      let at = 0;
      texts.forEach((t, i) => {
        pieceAt.fill(i, at, at + t.length + 1);
        at += t.length + 1;
      });
      return { text: `${texts.join(' ')} `, pieceAt, from, to, roles, heads, records, start, end };
    },
  };
}
