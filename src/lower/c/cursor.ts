/**
 * What the parts of the parser share: the token cursor, the names known to be types or values, and the entry points of
 * the other parts (set when the parser is put together, which keeps the files free of import cycles).
 */
import type {
  Attributes,
  Declaration,
  Expression,
  Initializer,
  Located,
  Specifier,
  Statement,
  TypeName,
} from './ast';
import type { Token } from './token';

/** Thrown inside the parser only; `parse…` functions turn it into a problem. */
export class SyntaxFault extends Error {
  constructor(
    message: string,
    readonly token: Token,
  ) {
    super(message);
  }
}

export interface Head {
  readonly storage: Declaration['storage'];
  readonly inline: boolean;
  readonly specifier: Specifier;
  readonly attributes: Attributes;
}

export interface Cursor {
  readonly peek: (ahead?: number) => Token;
  readonly next: () => Token;
  /** The token before the next one. */
  readonly last: () => Token;
  readonly at: (text: string) => boolean;
  readonly accept: (text: string) => boolean;
  readonly expect: (text: string) => Token;
  readonly mark: () => number;
  readonly reset: (mark: number) => void;
  readonly fail: (message: string) => never;
}

export interface Parser extends Cursor {
  /** A name that is a type here: a local or a global typedef. */
  readonly isType: (name: string) => boolean;
  /** Whether a local declaration made the name a value or a type. */
  readonly localKind: (name: string) => 'type' | 'value' | undefined;
  readonly isKnownValue: (name: string) => boolean;
  readonly declareLocal: (name: string, kind: 'type' | 'value') => void;
  readonly openScope: () => void;
  readonly closeScope: () => void;
  readonly since: (first: Token) => Located;
  expression: () => Expression;
  assignment: () => Expression;
  conditional: () => Expression;
  typeName: () => TypeName;
  startsType: () => boolean;
  specifiers: () => Head;
  attributes: () => Attributes;
  declarator: (specifier: Specifier) => { name: string | undefined; type: TypeName; attributes: Attributes };
  declaration: () => Declaration;
  initializer: () => Initializer;
  block: () => Statement & { readonly kind: 'block' };
}

export function createCursor(tokens: readonly Token[]): Cursor {
  let position = 0;
  const end = tokens[tokens.length - 1] as Token;
  const peek = (ahead = 0): Token => tokens[position + ahead] ?? end;
  const fail = (message: string): never => {
    throw new SyntaxFault(message, peek());
  };
  const at = (text: string): boolean => {
    const t = peek();
    return t.text === text && t.kind !== 'string' && t.kind !== 'character';
  };
  return {
    peek,
    next: () => {
      const t = peek();
      if (position < tokens.length) position++;
      return t;
    },
    last: () => tokens[Math.max(0, position - 1)] ?? end,
    at,
    accept: text => {
      if (!at(text)) return false;
      position++;
      return true;
    },
    expect: text => {
      if (!at(text)) {
        const t = peek();
        fail(`expected "${text}" before ${t.kind === 'end' ? 'the end' : `"${t.text}"`}`);
      }
      return tokens[position++] as Token;
    },
    mark: () => position,
    reset: mark => {
      position = mark;
    },
    fail,
  };
}
