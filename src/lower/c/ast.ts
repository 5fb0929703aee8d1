/**
 * C after preprocessing, as the lowering reads it: expressions, types, declarations, statements. Each node knows its
 * first and last token, and through them its place in the real file.
 */
import type { Token } from './token';

export interface Located {
  readonly first: Token;
  readonly last: Token;
}

export type Expression = Located &
  (
    | { readonly kind: 'number'; readonly text: string }
    | { readonly kind: 'character'; readonly text: string }
    | { readonly kind: 'string'; readonly texts: readonly string[] }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'call'; readonly callee: Expression; readonly arguments: readonly Expression[] }
    | { readonly kind: 'member'; readonly object: Expression; readonly name: string; readonly arrow: boolean }
    | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression }
    /** `&x *x -x +x ~x !x ++x --x` */
    | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
    | { readonly kind: 'postfix'; readonly operator: '++' | '--'; readonly operand: Expression }
    | {
        readonly kind: 'binary';
        readonly operator: string;
        readonly left: Expression;
        readonly right: Expression;
      }
    /** `=`, `+=` … */
    | {
        readonly kind: 'assign';
        readonly operator: string;
        readonly left: Expression;
        readonly right: Expression;
      }
    /** `a ?: b` has no `then`. */
    | {
        readonly kind: 'conditional';
        readonly condition: Expression;
        readonly then: Expression | undefined;
        readonly otherwise: Expression;
      }
    | { readonly kind: 'cast'; readonly type: TypeName; readonly operand: Expression }
    | {
        readonly kind: 'sizeof';
        readonly type: TypeName | undefined;
        readonly operand: Expression | undefined;
      }
    | {
        readonly kind: 'alignof';
        readonly type: TypeName | undefined;
        readonly operand: Expression | undefined;
      }
    /** `member` is an expression over the name `__object`. */
    | { readonly kind: 'offsetof'; readonly type: TypeName; readonly path: readonly OffsetStep[] }
    | { readonly kind: 'compound'; readonly type: TypeName; readonly initializer: Initializer }
    | { readonly kind: 'block'; readonly body: Statement & { readonly kind: 'block' } }
    | { readonly kind: 'comma'; readonly left: Expression; readonly right: Expression }
    | { readonly kind: 'compatible'; readonly left: TypeName; readonly right: TypeName }
    | {
        readonly kind: 'generic';
        readonly operand: Expression;
        readonly cases: readonly { readonly type: TypeName | undefined; readonly value: Expression }[];
      }
    /** A type as an argument. */
    | { readonly kind: 'type'; readonly type: TypeName }
    | { readonly kind: 'labelAddress'; readonly name: string }
  );

export type OffsetStep = { readonly member: string } | { readonly index: Expression };

export interface TypeName extends Located {
  readonly specifier: Specifier;
  /** From the name outwards: `int (*a[3])(void)` is array, pointer, function. */
  readonly derived: readonly Derived[];
}

export type Derived =
  | { readonly kind: 'pointer' }
  | { readonly kind: 'array'; readonly size: Expression | undefined }
  | { readonly kind: 'function'; readonly parameters: readonly Parameter[]; readonly variadic: boolean };

export interface Parameter {
  readonly name: string | undefined;
  readonly type: TypeName;
}

export type Specifier =
  | { readonly kind: 'builtin'; readonly words: readonly string[] }
  | { readonly kind: 'typedef'; readonly name: string }
  | RecordSpecifier
  | EnumSpecifier
  | { readonly kind: 'typeofExpression'; readonly expression: Expression }
  | { readonly kind: 'typeofType'; readonly type: TypeName }
  | { readonly kind: 'auto' };

export interface RecordSpecifier {
  readonly kind: 'record';
  readonly union: boolean;
  readonly tag: string | undefined;
  /** Undefined for a mere mention. */
  readonly members: readonly Member[] | undefined;
  readonly packed: boolean;
  readonly aligned: Expression | 'max' | undefined;
  readonly file: string;
}

export interface EnumSpecifier {
  readonly kind: 'enum';
  readonly tag: string | undefined;
  readonly enumerators: readonly Enumerator[] | undefined;
}

export interface Enumerator extends Located {
  readonly name: string;
  readonly value: Expression | undefined;
}

export interface Member {
  /** Undefined for anonymous members. */
  readonly name: string | undefined;
  readonly type: TypeName;
  readonly bits: Expression | undefined;
  readonly aligned: Expression | 'max' | undefined;
  readonly packed: boolean;
}

export type Storage = 'static' | 'extern' | 'typedef' | 'register' | 'auto' | undefined;

export interface Declaration extends Located {
  readonly kind: 'declaration';
  readonly storage: Storage;
  readonly inline: boolean;
  readonly specifier: Specifier;
  readonly declarators: readonly Declarator[];
}

export interface Declarator extends Located {
  readonly name: string;
  readonly type: TypeName;
  readonly initializer: Initializer | undefined;
  /** The function of `__attribute__((cleanup(f)))`. */
  readonly cleanup: string | undefined;
  /** One copy per CPU (`__attribute__((percpu))`, which the bundled DEFINE_PER_CPU says). */
  readonly percpu: boolean;
}

export type Initializer =
  | { readonly kind: 'expression'; readonly value: Expression }
  | (Located & { readonly kind: 'list'; readonly entries: readonly InitializerEntry[] });

export interface InitializerEntry {
  readonly designators: readonly Designator[];
  readonly value: Initializer;
}

export type Designator =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly from: Expression; readonly to: Expression | undefined };

export type Statement = Located &
  (
    | { readonly kind: 'block'; readonly items: readonly Statement[] }
    | { readonly kind: 'expression'; readonly expression: Expression | undefined }
    | { readonly kind: 'declare'; readonly declaration: Declaration }
    | {
        readonly kind: 'if';
        readonly condition: Expression;
        readonly then: Statement;
        readonly otherwise: Statement | undefined;
      }
    | { readonly kind: 'while'; readonly condition: Expression; readonly body: Statement }
    | { readonly kind: 'do'; readonly body: Statement; readonly condition: Expression }
    | {
        readonly kind: 'for';
        readonly start: Statement | undefined;
        readonly condition: Expression | undefined;
        readonly step: Expression | undefined;
        readonly body: Statement;
      }
    | { readonly kind: 'switch'; readonly value: Expression; readonly body: Statement }
    /** `from` undefined: default. */
    | {
        readonly kind: 'case';
        readonly from: Expression | undefined;
        readonly to: Expression | undefined;
        readonly body: Statement;
      }
    | { readonly kind: 'label'; readonly name: string; readonly body: Statement }
    | { readonly kind: 'goto'; readonly name: string | undefined }
    | { readonly kind: 'break' }
    | { readonly kind: 'continue' }
    | { readonly kind: 'return'; readonly value: Expression | undefined }
    | { readonly kind: 'assembler' }
    /** `guard(mutex)(&m);` in its block, `scoped_guard(mutex, &m) body`. */
    | {
        readonly kind: 'guard';
        readonly lock: string;
        readonly arguments: readonly Expression[];
        readonly body: Statement | undefined;
      }
  );

export interface FunctionDefinition extends Located {
  readonly kind: 'function';
  readonly name: string;
  readonly type: TypeName;
  readonly storage: Storage;
  readonly inline: boolean;
  readonly body: Statement & { readonly kind: 'block' };
}

/** `RACE_THREAD(process, name, 0) { … }`, `RACE_EXPECT(holds)`. */
export interface RaceWord extends Located {
  readonly kind: 'race';
  readonly word: string;
  /** The arguments as tokens, split at commas. */
  readonly arguments: readonly (readonly Token[])[];
  readonly body: (Statement & { readonly kind: 'block' }) | undefined;
  /** RACE_STUB as a function. */
  readonly stub: FunctionDefinition | undefined;
  /** The arguments as expressions where that is what they are (RACE_FINALLY). */
  readonly expression: Expression | undefined;
}

/** A macro call at top level that no definition expands. */
export interface Invocation extends Located {
  readonly kind: 'invocation';
  readonly name: string;
  readonly arguments: readonly (readonly Token[])[];
}

export type External = Declaration | FunctionDefinition | RaceWord | Invocation;

/** What `__attribute__` says that matters here. */
export interface Attributes {
  readonly packed: boolean;
  readonly aligned: Expression | 'max' | undefined;
  readonly cleanup: string | undefined;
  readonly percpu: boolean;
}

export const noAttributes: Attributes = {
  packed: false,
  aligned: undefined,
  cleanup: undefined,
  percpu: false,
};
