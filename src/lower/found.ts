/** What names are found to mean, and the tables that hold it: one for each piece of top-level C. */
import type {
  Declaration,
  Declarator,
  EnumSpecifier,
  External,
  FunctionDefinition,
  Invocation,
  RaceWord,
  RecordSpecifier,
  Specifier,
  TypeName,
} from './c/ast';
import type { Macro } from './c/preprocess';

/** Where a definition stands; decides which body counts. */
export type Origin = 'harness' | 'source' | 'model' | 'header' | 'standalone';

export interface FoundFunction {
  readonly kind: 'function';
  readonly name: string;
  readonly origin: Origin;
  readonly file: string;
  readonly definition: FunctionDefinition;
}

export interface FoundVariable {
  readonly kind: 'variable';
  readonly name: string;
  readonly origin: Origin;
  readonly file: string;
  readonly declaration: Declaration;
  readonly declarator: Declarator;
}

export interface FoundEnumerator {
  readonly kind: 'enumerator';
  readonly name: string;
  readonly file: string;
  readonly specifier: EnumSpecifier;
  readonly index: number;
}

export interface FoundTypedef {
  readonly file: string;
  readonly type: TypeName;
}

export interface FoundTag<T> {
  readonly file: string;
  readonly specifier: T;
}

/** Names collected from one piece of top-level C. */
export interface Table {
  readonly macros: Map<string, Macro | undefined>;
  readonly functions: Map<string, FoundFunction>;
  readonly variables: Map<string, FoundVariable>;
  readonly prototypes: Map<string, FoundVariable>;
  readonly enumerators: Map<string, FoundEnumerator>;
  readonly typedefs: Map<string, FoundTypedef>;
  readonly records: Map<string, FoundTag<RecordSpecifier>>;
  readonly enums: Map<string, FoundTag<EnumSpecifier>>;
  readonly words: RaceWord[];
  readonly invocations: Invocation[];
}

export const emptyTable = (): Table => ({
  macros: new Map(),
  functions: new Map(),
  variables: new Map(),
  prototypes: new Map(),
  enumerators: new Map(),
  typedefs: new Map(),
  records: new Map(),
  enums: new Map(),
  words: [],
  invocations: [],
});

/** Enters what was read into a table. `nested` hears of every struct or union that is defined, inside others too. */
export function enterInto(
  table: Table,
  externals: readonly External[],
  file: string,
  origin: Origin,
  nested?: (tag: string, found: FoundTag<RecordSpecifier>) => void,
): void {
  for (const e of externals) {
    switch (e.kind) {
      case 'function':
        table.functions.set(e.name, { kind: 'function', name: e.name, origin, file, definition: e });
        enterSpecifier(e.type.specifier, table, file, nested);
        break;
      case 'declaration':
        enterSpecifier(e.specifier, table, file, nested);
        for (const d of e.declarators) {
          const found: FoundVariable = {
            kind: 'variable',
            name: d.name,
            origin,
            file,
            declaration: e,
            declarator: d,
          };
          if (e.storage === 'typedef') table.typedefs.set(d.name, { file, type: d.type });
          else if (d.type.derived[0]?.kind === 'function') table.prototypes.set(d.name, found);
          else if (e.storage === 'extern' && !d.initializer) {
            if (!table.variables.has(d.name)) table.variables.set(d.name, found);
          } else {
            const before = table.variables.get(d.name);
            if (!before?.declarator.initializer) table.variables.set(d.name, found);
          }
        }
        break;
      case 'race':
        table.words.push(e);
        if (e.stub)
          table.functions.set(e.stub.name, {
            kind: 'function',
            name: e.stub.name,
            origin,
            file,
            definition: e.stub,
          });
        break;
      case 'invocation':
        table.invocations.push(e);
        break;
    }
  }
}

function enterSpecifier(
  s: Specifier,
  table: Table,
  file: string,
  nested: ((tag: string, found: FoundTag<RecordSpecifier>) => void) | undefined,
): void {
  if (s.kind === 'record' && s.members) {
    if (s.tag) {
      const found = { file, specifier: s };
      table.records.set(s.tag, found);
      nested?.(s.tag, found);
    }
    for (const m of s.members) enterSpecifier(m.type.specifier, table, file, nested);
  }
  if (s.kind === 'enum' && s.enumerators) {
    if (s.tag) table.enums.set(s.tag, { file, specifier: s });
    s.enumerators.forEach((e, index) =>
      table.enumerators.set(e.name, { kind: 'enumerator', name: e.name, file, specifier: s, index }),
    );
  }
  if (s.kind === 'typeofType') enterSpecifier(s.type.specifier, table, file, nested);
}
