/**
 * Top-level C: functions, declarations, RACE_ words and macro calls that nothing defines. One bad item is skipped with a
 * problem; the others stay.
 */
import type { Problem } from '../../base/problem';
import type { External, Expression, FunctionDefinition, TypeName } from './ast';
import { SyntaxFault, createCursor } from './cursor';
import type { Parser } from './cursor';
import { addDeclarations } from './declarations';
import { addExpressions } from './expressions';
import { addStatements } from './statements';
import { endToken, textOf } from './token';
import type { Token } from './token';

/** What the parser asks about names that it did not see declared. */
export interface Names {
  isType(name: string): boolean;
  /** A function, variable or enumerator of that name is known. */
  isValue(name: string): boolean;
}

export function createParser(tokens: readonly Token[], names: Names): Parser {
  const cursor = createCursor(tokens);
  const scopes: Map<string, 'type' | 'value'>[] = [new Map()];
  const localKind = (name: string): 'type' | 'value' | undefined => {
    for (let i = scopes.length - 1; i >= 0; i--) {
      const kind = scopes[i]?.get(name);
      if (kind) return kind;
    }
    return undefined;
  };
  const missing = (): never => cursor.fail('parser part is missing');
  const p: Parser = {
    ...cursor,
    isType: name => {
      const kind = localKind(name);
      return kind ? kind === 'type' : names.isType(name);
    },
    isKnownValue: name => names.isValue(name),
    localKind,
    declareLocal: (name, kind) => {
      scopes[scopes.length - 1]?.set(name, kind);
    },
    openScope: () => {
      scopes.push(new Map());
    },
    closeScope: () => {
      scopes.pop();
    },
    since: first => ({ first, last: cursor.last() }),
    expression: missing,
    assignment: missing,
    conditional: missing,
    typeName: missing,
    startsType: missing,
    specifiers: missing,
    attributes: missing,
    declarator: missing,
    declaration: missing,
    initializer: missing,
    block: missing,
  };
  addExpressions(p);
  addDeclarations(p);
  addStatements(p);
  return p;
}

export interface Unit {
  readonly externals: readonly External[];
  readonly problems: readonly (Problem & { readonly token: Token })[];
}

/** Parses whole top-level text. */
export function parseUnit(tokens: readonly Token[], names: Names): Unit {
  const p = createParser(tokens, names);
  const externals: External[] = [];
  const problems: (Problem & { token: Token })[] = [];
  while (p.peek().kind !== 'end') {
    const mark = p.mark();
    const first = p.peek();
    try {
      if (p.accept(';')) continue;
      const e = external(p, names);
      if (e) externals.push(e);
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      const at = error.token;
      problems.push({
        severity: 'error',
        message: `syntax error: ${error.message}`,
        span: { file: at.file, start: at.start, end: at.end },
        token: first,
      });
      p.reset(mark);
      skip(p);
    }
  }
  return { externals, problems };
}

/** To behind the next `;` or `}` at the outer level. */
function skip(p: Parser): void {
  let depth = 0;
  for (;;) {
    const t = p.next();
    if (t.kind === 'end') return;
    if (t.text === '{' || t.text === '(') depth++;
    else if (t.text === '}' || t.text === ')') {
      depth--;
      if (depth <= 0 && t.text === '}') return;
    } else if (t.text === ';' && depth <= 0) return;
  }
}

function argumentTokens(p: Parser): Token[][] {
  p.expect('(');
  const out: Token[][] = [[]];
  for (let depth = 1; ;) {
    const t = p.next();
    if (t.kind === 'end') p.fail('a ")" is missing');
    if (t.text === '(' || t.text === '[' || t.text === '{') depth++;
    else if (t.text === ')' || t.text === ']' || t.text === '}') {
      depth--;
      if (depth === 0) break;
    } else if (t.text === ',' && depth === 1) {
      out.push([]);
      continue;
    }
    out[out.length - 1]?.push(t);
  }
  if (out.length === 1 && out[0]?.length === 0) out.pop();
  return out;
}

/** Parses a list of tokens as one expression. */
export function parseExpression(tokens: readonly Token[], names: Names): Expression | undefined {
  const last = tokens[tokens.length - 1];
  if (!last) return undefined;
  try {
    const p = createParser([...tokens, endToken(last.file, last.end)], names);
    const e = p.expression();
    return p.peek().kind === 'end' ? e : undefined;
  } catch (error) {
    if (error instanceof SyntaxFault) return undefined;
    throw error;
  }
}

const voidType = (t: Token): TypeName => ({
  specifier: { kind: 'builtin', words: ['void'] },
  derived: [{ kind: 'function', parameters: [], variadic: false }],
  first: t,
  last: t,
});

function raceWord(p: Parser, names: Names): External {
  const first = p.next();
  const start = p.mark();
  let values = p.at('(') ? argumentTokens(p) : [];
  if (first.text === 'RACE_STUB') {
    // RACE_STUB(int, name, (args)) { }: read again as `int name(args) { }`.
    const [result, name, parameters] = values;
    const head = [...(result ?? []), ...(name ?? []), ...(parameters ?? [])];
    const headText = textOf(head);
    if (!name?.[0] || !parameters || values.length !== 3 || !p.at('{'))
      return p.fail('RACE_STUB needs (result type, name, (parameters)) and a body');
    const inner = createParser([...head, endToken(first.file, first.end)], names);
    const h = inner.specifiers();
    const d = inner.declarator(h.specifier);
    if (!d.name || inner.peek().kind !== 'end') return p.fail(`RACE_STUB: "${headText}" is no function head`);
    const body = p.block();
    const stub: FunctionDefinition = {
      kind: 'function',
      name: d.name,
      type: d.type,
      storage: undefined,
      inline: false,
      body,
      ...p.since(first),
    };
    return {
      kind: 'race',
      word: first.text,
      arguments: values,
      body,
      stub,
      expression: undefined,
      ...p.since(first),
    };
  }
  let expression: Expression | undefined;
  if (first.text === 'RACE_FINALLY' || first.text === 'RACE_ASSERT') {
    const end = p.mark();
    p.reset(start);
    p.expect('(');
    expression = p.expression();
    p.expect(')');
    if (p.mark() !== end) p.reset(end);
    values = [];
  }
  const body = p.at('{') ? p.block() : undefined;
  const located = p.since(first);
  p.accept(';');
  return {
    kind: 'race',
    word: first.text,
    arguments: values,
    body,
    stub: undefined,
    expression,
    ...located,
  };
}

function external(p: Parser, names: Names): External | undefined {
  const first = p.peek();
  if (first.kind === 'name' && first.text.startsWith('RACE_')) return raceWord(p, names);
  if (
    first.text === '_Static_assert' ||
    first.text === 'static_assert' ||
    first.text === 'asm' ||
    first.text === '__asm__'
  ) {
    while (!p.accept(';')) if (p.next().kind === 'end') break;
    return undefined;
  }
  if (first.kind === 'name' && p.peek(1).text === '(' && !p.startsType()) {
    // A macro call of its own: EXPORT_SYMBOL(f); MODULE_LICENSE("GPL");
    const name = p.next().text;
    const values = argumentTokens(p);
    if (p.at('{')) {
      p.block();
      return undefined;
    }
    const located = p.since(first);
    p.accept(';');
    return { kind: 'invocation', name, arguments: values, ...located };
  }
  const mark = p.mark();
  const head = p.specifiers();
  if (!p.at(';')) {
    const d = p.declarator(head.specifier);
    p.attributes();
    if (p.at('{') && d.name && d.type.derived[0]?.kind === 'function') {
      p.declareLocal(d.name, 'value');
      p.openScope();
      for (const q of d.type.derived[0].parameters) if (q.name) p.declareLocal(q.name, 'value');
      const body = p.block();
      p.closeScope();
      return {
        kind: 'function',
        name: d.name,
        type: d.type,
        storage: head.storage,
        inline: head.inline,
        body,
        ...p.since(first),
      };
    }
  }
  p.reset(mark);
  return p.declaration();
}
