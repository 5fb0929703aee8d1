/**
 * Top-level C out of preprocessed tokens: functions, declarations, RACE_ words and macro calls that nothing defines.
 * Pieces are parsed together, and one by one only where something is wrong, so that one bad item is a problem and the
 * others stay.
 */
import type { Problem } from '../../base/problem';
import { namedChildren, walk, type Node } from '../../syntax/node';
import type { External, Expression, FunctionDefinition, Statement, TypeName } from './ast';
import { SyntaxFault, createConverter } from './convert';
import type { Converter } from './convert';
import { behind, print, split } from './print';
import { endToken, textOf } from './token';
import type { Token } from './token';

/** What the front end asks about names that it did not see declared. */
export interface Names {
  isType(name: string): boolean;
}

/** tree-sitter behind the one door that is needed here. */
export interface Grammar {
  /** Parses plain C; gives the translation unit. */
  parseExpanded(text: string): Node | undefined;
}

export interface Unit {
  readonly externals: readonly External[];
  readonly problems: readonly Problem[];
}

interface Parsed {
  readonly root: Node;
  readonly converter: Converter;
}

function parse(tokens: readonly Token[], names: Names, grammar: Grammar): Parsed | undefined {
  const printed = print(tokens, names);
  const root = printed.pieces.length ? grammar.parseExpanded(printed.text) : undefined;
  if (!root) return undefined;
  const converter = createConverter(printed, {
    expression: inner => {
      const e = parseExpression(inner, names, grammar);
      if (e) return e;
      throw new SyntaxFault(`"${textOf(inner).slice(0, 60)}" is no expression`, inner[0] ?? endToken('', 0));
    },
    type: inner => {
      const t = parseType(inner, names, grammar);
      if (t) return t;
      throw new SyntaxFault(`"${textOf(inner).slice(0, 60)}" is no type`, inner[0] ?? endToken('', 0));
    },
    isType: name => names.isType(name),
  });
  return { root, converter };
}

const punctuation = (at: Token, text: string): Token => ({ ...at, kind: 'punctuation', text });
const word = (at: Token, text: string): Token => ({ ...at, kind: 'name', text, hidden: undefined });

/** `x = (tokens);` in a function: gives what stands in the brackets. */
function framed(
  tokens: readonly Token[],
  names: Names,
  grammar: Grammar,
  tail: readonly string[],
): { node: Node; converter: Converter } | undefined {
  const first = tokens[0];
  if (!first) return undefined;
  const frame = (texts: readonly string[]): Token[] =>
    texts.map(t =>
      /^\w/.test(t)
        ? /^\d/.test(t)
          ? { ...word(first, t), kind: 'number' as const }
          : word(first, t)
        : punctuation(first, t),
    );
  const parsed = parse(
    [...frame(['void', '__race_f', '(', 'void', ')', '{', '__race_x', '=', '(']), ...tokens, ...frame(tail)],
    names,
    grammar,
  );
  if (!parsed || parsed.root.hasError) return undefined;
  const body = parsed.root.children
    .find(c => c.kind === 'function_definition')
    ?.children.find(c => c.kind === 'compound_statement');
  const s = body && namedChildren(body)[0];
  const assignment = s?.kind === 'expression_statement' ? namedChildren(s)[0] : undefined;
  const right = assignment?.children.find(c => c.field === 'right');
  return right ? { node: right, converter: parsed.converter } : undefined;
}

/** A list of tokens as one expression. */
export function parseExpression(
  tokens: readonly Token[],
  names: Names,
  grammar: Grammar,
): Expression | undefined {
  const plain = tokens.filter(t => t.kind !== 'end');
  const only = plain[0];
  if (plain.length === 1 && only?.kind === 'name')
    return { kind: 'name', name: only.text, first: only, last: only };
  if (plain.length === 1 && only?.kind === 'number')
    return { kind: 'number', text: only.text, first: only, last: only };
  const f = framed(plain, names, grammar, [')', ';', '}']);
  if (!f) return undefined;
  try {
    return f.converter.expression(f.node);
  } catch (error) {
    if (error instanceof SyntaxFault) return undefined;
    throw error;
  }
}

function parseType(tokens: readonly Token[], names: Names, grammar: Grammar): TypeName | undefined {
  const f = framed(tokens, names, grammar, [')', '0', ';', '}']);
  const type = f?.node.kind === 'cast_expression' ? f.node.children.find(c => c.field === 'type') : undefined;
  if (!f || !type) return undefined;
  try {
    return f.converter.typeName(type);
  } catch (error) {
    if (error instanceof SyntaxFault) return undefined;
    throw error;
  }
}

/** Cuts top-level tokens into items: to a `;`, or to the `}` of a function's body. */
function items(tokens: readonly Token[]): Token[][] {
  const out: Token[][] = [];
  let current: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const t = tokens[i];
    if (!t || t.kind === 'end') continue;
    if (t.kind === 'punctuation' && (t.text === '(' || t.text === '[' || t.text === '{')) {
      const before = current[current.length - 1];
      const end = behind(tokens, i);
      current.push(...tokens.slice(i, end));
      i = end - 1;
      const isRace = current[0]?.text.startsWith('RACE_') === true;
      if (t.text === '{' && (before?.text === ')' || isRace)) {
        out.push(current);
        current = [];
      }
      continue;
    }
    current.push(t);
    if (t.text === ';' && t.kind === 'punctuation') {
      out.push(current);
      current = [];
    }
  }
  if (current.length) out.push(current);
  return out;
}

/** `RACE_EXPECT(holds)` may stand without a semicolon: what follows is an item of its own. */
function separateWords(item: Token[]): Token[][] {
  const first = item[0];
  if (!first?.text.startsWith('RACE_') || item[1]?.text !== '(') return [item];
  const end = behind(item, 1);
  const next = item[end];
  if (!next || next.text === '{' || next.text === ';') return [item];
  return [item.slice(0, end), ...separateWords(item.slice(end))];
}

export function parseUnit(tokens: readonly Token[], names: Names, grammar: Grammar): Unit {
  const externals: External[] = [];
  const problems: Problem[] = [];
  /** Typedefs of the text itself are types from where they stand. */
  const own = new Set<string>();
  const known: Names = { isType: n => own.has(n) || names.isType(n) };
  const report = (message: string, at: Token): void => {
    problems.push({
      severity: 'error',
      message: `syntax error: ${message}`,
      span: { file: at.file, start: at.start, end: at.end },
    });
  };
  const attempt = (item: readonly Token[], work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      report(error.message, error.token.start ? error.token : (item[0] ?? error.token));
    }
  };
  let batch: Token[][] = [];
  const flush = (): void => {
    const list = batch;
    batch = [];
    if (!list.length) return;
    const before = externals.length;
    try {
      const parsed = parse(list.flat(), known, grammar);
      if (parsed && !parsed.root.hasError) {
        for (const n of namedChildren(parsed.root)) convertItem(n, parsed.converter, externals);
        return;
      }
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
    }
    externals.length = before;
    for (const item of list)
      attempt(item, () => {
        const parsed = parse(item, known, grammar);
        if (!parsed) return;
        refuseErrors(parsed);
        for (const n of namedChildren(parsed.root)) convertItem(n, parsed.converter, externals);
      });
  };
  for (const item of items(tokens).flatMap(separateWords)) {
    const first = item[0];
    if (!first || (item.length === 1 && first.text === ';')) continue;
    if (first.kind === 'name' && first.text.startsWith('RACE_')) {
      flush();
      attempt(item, () => externals.push(raceWord(item, known, grammar)));
      continue;
    }
    if (first.kind === 'name' && item[1]?.text === '(' && isInvocation(item, known)) {
      flush();
      const end = behind(item, 1);
      const last = item[end - 1] ?? first;
      externals.push({
        kind: 'invocation',
        name: first.text,
        arguments: split(item.slice(2, end - 1)),
        first,
        last,
      });
      continue;
    }
    if (first.text === 'typedef') for (const n of typedefNames(item)) own.add(n);
    batch.push(item);
  }
  flush();
  return { externals, problems };
}

/** `NAME(…);` and nothing else: a macro call of its own. */
function isInvocation(item: readonly Token[], names: Names): boolean {
  const first = item[0];
  if (
    !first ||
    names.isType(first.text) ||
    /^(?:typeof|__typeof__|__typeof|__attribute__|_Static_assert|static_assert|asm|__asm__)$/.test(first.text)
  )
    return false;
  const end = behind(item, 1);
  return end >= item.length || item[end]?.text === ';';
}

/** The names that a typedef declares: near enough for the parser, which only needs to know that they are types. */
function typedefNames(item: readonly Token[]): string[] {
  const out: string[] = [];
  for (let i = 1; i < item.length; i++) {
    const t = item[i];
    if (!t) continue;
    if (t.text === '{') {
      i = behind(item, i) - 1;
      continue;
    }
    const next = item[i + 1];
    if (t.kind === 'name' && next && /^[;,[)]$/.test(next.text) && item[i - 1]?.text !== 'struct') {
      out.push(t.text);
      // Parameters follow: their names are none of ours.
      if (next.text === ')') break;
    } else if (t.kind === 'name' && next?.text === '(' && i > 1 && item[i + 2]?.text !== '*') {
      out.push(t.text);
      break;
    }
  }
  return out;
}

/** The parser repairs what it can; a function that it had to repair is not what the author wrote. */
function refuseErrors({ root, converter }: Parsed): void {
  if (!root.children.some(n => n.hasError && /^(?:function_definition|ERROR)$/.test(n.kind))) return;
  let wrong: Node | undefined;
  walk(root, n => {
    if (!wrong && (n.kind === 'ERROR' || n.missing)) wrong = n;
    return !wrong && n.hasError === true;
  });
  if (!wrong) return;
  const { first } = converter.locate(wrong);
  throw new SyntaxFault(
    wrong.missing ? `"${wrong.kind}" is missing` : `this cannot be read: "${first.text}"`,
    first,
  );
}

function convertItem(n: Node, c: Converter, out: External[]): void {
  if (n.kind === 'ERROR' || n.missing) throw new SyntaxFault('this is no declaration', c.locate(n).first);
  if (n.kind === 'function_definition') {
    out.push(c.definition(n));
    return;
  }
  if (/^(?:declaration|type_definition|struct_specifier|union_specifier|enum_specifier)$/.test(n.kind)) {
    out.push(c.declaration(n));
    return;
  }
  // A lone `;` or an expression that a macro left.
  if (n.kind === 'expression_statement') return;
  throw new SyntaxFault('this is no declaration', c.locate(n).first);
}

function bodyOf(
  tokens: readonly Token[],
  head: readonly Token[],
  names: Names,
  grammar: Grammar,
): FunctionDefinition {
  const parsed = parse([...head, ...tokens], names, grammar);
  const first = tokens[0] ?? endToken('', 0);
  const n = parsed?.root.children.find(x => x.kind === 'function_definition');
  const out: External[] = [];
  if (!parsed || !n) throw new SyntaxFault('the body cannot be read', first);
  refuseErrors(parsed);
  for (const x of namedChildren(parsed.root)) convertItem(x, parsed.converter, out);
  const f = out.find(x => x.kind === 'function');
  if (!f) throw new SyntaxFault('the body cannot be read', first);
  return f;
}

function raceWord(item: readonly Token[], names: Names, grammar: Grammar): External {
  const first = item[0] ?? endToken('', 0);
  const opens = item[1]?.text === '(';
  const end = opens ? behind(item, 1) : 1;
  const inner = opens ? item.slice(2, end - 1) : [];
  const rest = item
    .slice(end)
    .filter(t => t.text !== ';' || t.kind !== 'punctuation' || item.slice(end)[0]?.text === '{');
  const bodyTokens = item[end]?.text === '{' ? item.slice(end, behind(item, end)) : undefined;
  const last = bodyTokens?.[bodyTokens.length - 1] ?? item[end - 1] ?? first;
  void rest;
  const values = split(inner);
  if (first.text === 'RACE_STUB') {
    // RACE_STUB(int, name, (args)) { }: read again as `int name(args) { }`.
    const [result, name, parameters] = values;
    if (!result || !name?.[0] || !parameters || values.length !== 3 || !bodyTokens)
      throw new SyntaxFault('RACE_STUB needs (result type, name, (parameters)) and a body', first);
    const f = bodyOf(bodyTokens, [...result, ...name, ...parameters], names, grammar);
    const stub: FunctionDefinition = { ...f, storage: undefined, inline: false, first, last };
    return {
      kind: 'race',
      word: first.text,
      arguments: values,
      body: stub.body,
      stub,
      expression: undefined,
      first,
      last,
    };
  }
  let expression: Expression | undefined;
  if (first.text === 'RACE_FINALLY' || first.text === 'RACE_ASSERT') {
    expression = parseExpression(inner, names, grammar);
    if (!expression) throw new SyntaxFault(`${first.text} needs an expression`, first);
  }
  let body: (Statement & { readonly kind: 'block' }) | undefined;
  if (bodyTokens) {
    const head = ['void', '__race_body', '(', 'void', ')'].map(t =>
      /^\w/.test(t) ? word(first, t) : punctuation(first, t),
    );
    body = bodyOf(bodyTokens, head, names, grammar).body;
  }
  return {
    kind: 'race',
    word: first.text,
    arguments: values,
    body,
    stub: undefined,
    expression,
    first,
    last,
  };
}
