/**
 * Top-level C out of preprocessed tokens: functions, declarations, RACE_ words and macro calls that nothing defines. Each
 * is respelled (respell.ts), parsed by the grammar and converted. One bad item is skipped with a problem; the others stay.
 */
import type { Problem } from '../../base/problem';
import type { Node } from '../../syntax/node';
import { noAttributes } from './ast';
import type { Attributes, Expression, External, FunctionDefinition, RaceWord } from './ast';
import type { AttributeToken } from './attributes';
import { addDeclarations } from './convertDeclarations';
import { addExpressions } from './convertExpressions';
import { addStatements } from './convertStatements';
import { closersOf, SyntaxFault } from './fault';
import type { Grammar, Names } from './names';
import { checkTree, need, only, placesOf, type Block, type Reading } from './reading';
import { respell } from './respell';
import type { Request, Scopes } from './scan';
import { endToken, textOf } from './token';
import type { Token } from './token';
import { assemblerWords, attributeWords, builtinWords, qualifiers, storageWords, typeofWords } from './words';

export type { Grammar, Names } from './names';

export interface Unit {
  readonly externals: readonly External[];
  readonly problems: readonly Problem[];
}

interface Text {
  readonly tokens: readonly Token[];
  readonly closers: Int32Array;
  readonly names: Names;
  readonly grammar: Grammar;
  readonly scopes: Scopes;
}

function textFor(
  tokens: readonly Token[],
  names: Names,
  grammar: Grammar,
  scopes: Scopes = [new Map()],
): Text {
  return { tokens, closers: closersOf(tokens), names, grammar, scopes };
}

interface Read {
  readonly root: Node;
  readonly reading: Reading;
  /** Index behind it. */
  readonly end: number;
}

/** Respells, parses and checks what stands at an index. */
function read(text: Text, kind: Request['kind'], start: number, more?: Request['more']): Read {
  const respelled = respell({ ...text, kind, start, ...(more ? { more } : {}) });
  const root = text.grammar.parseExpanded(respelled.text);
  if (!root) throw new Error('the grammar gave no tree');
  const places = placesOf(text.tokens, respelled);
  checkTree(root, places);
  const missing = (): never => {
    throw new Error('a part of the conversion is missing');
  };
  const reading: Reading = {
    ...places,
    attributes: (...lists) => meaning(lists, text),
    expression: missing,
    typeName: missing,
    initializer: missing,
    declaration: missing,
    definition: missing,
    block: missing,
  };
  addExpressions(reading);
  addDeclarations(reading);
  addStatements(reading);
  return { root, reading, end: respelled.end };
}

/** What attributes mean that matters; later ones win. */
function meaning(lists: readonly (readonly AttributeToken[])[], text: Text): Attributes {
  let found = noAttributes;
  for (const list of lists)
    for (const a of list) {
      if (a.name === 'packed') found = { ...found, packed: true };
      else if (a.name === 'aligned') {
        const value = a.tokens.length ? parseExpression(a.tokens, text.names, text.grammar) : undefined;
        found = { ...found, aligned: value ?? 'max' };
      } else if (a.name === 'cleanup') found = { ...found, cleanup: a.tokens[0]?.text };
      else if (a.name === 'percpu') found = { ...found, percpu: true };
    }
  return found;
}

/** Parses whole top-level text, which ends in an end token. */
export function parseUnit(tokens: readonly Token[], names: Names, grammar: Grammar): Unit {
  const text = textFor(tokens, names, grammar);
  const externals: External[] = [];
  const problems: Problem[] = [];
  /** Items before this index are read one by one: something is wrong with one of them. */
  let apart = 0;
  for (let i = 0; i < tokens.length && tokens[i]?.kind !== 'end';) {
    if (tokens[i]?.text === ';') {
      i++;
      continue;
    }
    const special = specialAt(text, i);
    const together = !special && i >= apart;
    try {
      const found = special ? special(text, i) : items(text, i, together);
      externals.push(...found.externals);
      i = found.end;
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      if (together) {
        apart = Math.max(i + 1, tokens.indexOf(error.token) + 1);
        continue;
      }
      const { file, start, end } = error.token;
      problems.push({
        severity: 'error',
        message: `syntax error: ${error.message}`,
        span: { file, start, end },
      });
      i = behindItem(text, i);
    }
  }
  return { externals, problems };
}

/** Behind the next `;` or `}` at the outer level. */
function behindItem({ tokens, closers }: Text, start: number): number {
  for (let i = start; i < tokens.length; i++) {
    const close = closers[i] ?? -1;
    const isBody = tokens[i]?.text === '{';
    if (close >= 0) i = close;
    if ((isBody && close >= 0) || tokens[i]?.text === ';') return i + 1;
  }
  return tokens.length;
}

/** A list of tokens as one expression; undefined if it is none. */
export function parseExpression(
  tokens: readonly Token[],
  names: Names,
  grammar: Grammar,
): Expression | undefined {
  const plain = tokens.filter(t => t.kind !== 'end');
  const last = plain[plain.length - 1];
  if (!last) return undefined;
  try {
    return wholeExpression(plain, last, names, grammar);
  } catch (error) {
    if (error instanceof SyntaxFault) return undefined;
    throw error;
  }
}

function wholeExpression(
  tokens: readonly Token[],
  last: Token,
  names: Names,
  grammar: Grammar,
): Expression | undefined {
  const text = textFor([...tokens, endToken(last.file, last.end)], names, grammar);
  const { root, reading } = read(text, 'expression', 0);
  const body = need(only(root), 'body');
  const statement = only(body);
  if (body.children.length !== 1 || statement.kind !== 'expression_statement') return undefined;
  const e = statement.children[0];
  return e && reading.expression(e);
}

interface Found {
  readonly externals: readonly External[];
  readonly end: number;
}

/** What stands at an index that is neither declaration nor function. */
function specialAt(text: Text, index: number): ((text: Text, start: number) => Found) | undefined {
  const first = text.tokens[index];
  if (first?.kind !== 'name') return undefined;
  if (first.text.startsWith('RACE_')) return raceWord;
  if (/^(?:_S|s)tatic_assert$/.test(first.text) || assemblerWords.has(first.text)) return nothing;
  return text.tokens[index + 1]?.text === '(' && !startsType(text, first.text) ? invocation : undefined;
}

/** To behind the next semicolon. */
function nothing({ tokens }: Text, start: number): Found {
  let i = start;
  while (i < tokens.length && tokens[i]?.text !== ';') i++;
  return { externals: [], end: i + 1 };
}

/** One item, or all up to the next that is something special: one parse for many is cheaper. */
function items(text: Text, start: number, together: boolean): Found {
  const more = (i: number): boolean => text.tokens[i]?.kind !== 'end' && !specialAt(text, i);
  const { root, reading, end } = read(text, 'item', start, together ? more : undefined);
  const externals = root.children.flatMap((node): External | readonly External[] => {
    if (node.kind === 'expression_statement' && !node.children.length) return [];
    if (node.kind === 'function_definition') return reading.definition(node);
    if (node.kind === 'declaration') return reading.declaration(node);
    const { first } = reading.locate(node);
    throw new SyntaxFault(`unexpected "${first.text}"`, first);
  });
  return { externals, end };
}

function startsType(text: Text, word: string): boolean {
  return (
    builtinWords.has(word) ||
    qualifiers.has(word) ||
    storageWords.has(word) ||
    typeofWords.has(word) ||
    attributeWords.has(word) ||
    (text.scopes[0]?.get(word) ?? (text.names.isType(word) ? 'type' : 'value')) === 'type'
  );
}

/** The tokens in the brackets at `open`, split at commas. */
function argumentsAt(text: Text, open: number): { values: Token[][]; end: number } {
  const { tokens, closers } = text;
  const close = closers[open] ?? -1;
  if (close < 0) throw new SyntaxFault('a ")" is missing', tokens[open] as Token);
  const values: Token[][] = [[]];
  for (let i = open + 1; i < close; i++) {
    const t = tokens[i] as Token;
    const inner = closers[i] ?? -1;
    if (inner >= 0) {
      values[values.length - 1]?.push(...tokens.slice(i, inner + 1));
      i = inner;
    } else if (t.text === ',' && t.kind === 'punctuation') values.push([]);
    else values[values.length - 1]?.push(t);
  }
  if (values.length === 1 && values[0]?.length === 0) values.pop();
  return { values, end: close + 1 };
}

/** A macro call of its own: EXPORT_SYMBOL(f); MODULE_LICENSE("GPL"); */
function invocation(text: Text, start: number): Found {
  const { tokens, closers } = text;
  const first = tokens[start] as Token;
  const { values, end } = argumentsAt(text, start + 1);
  if (tokens[end]?.text === '{') return { externals: [], end: Math.max(end, closers[end] ?? end) + 1 };
  const last = tokens[end - 1] ?? first;
  return {
    externals: [{ kind: 'invocation', name: first.text, arguments: values, first, last }],
    end: tokens[end]?.text === ';' ? end + 1 : end,
  };
}

function block(text: Text, start: number): { body: Block; end: number } {
  const { root, reading, end } = read(text, 'block', start);
  return { body: reading.block(need(only(root), 'body')), end };
}

function raceWord(text: Text, start: number): Found {
  const { tokens } = text;
  const first = tokens[start] as Token;
  const open = start + 1;
  const { values, end } =
    tokens[open]?.text === '(' ? argumentsAt(text, open) : { values: [], end: start + 1 };
  if (first.text === 'RACE_STUB') return stubAt(text, first, values, end);
  const takesExpression = first.text === 'RACE_FINALLY' || first.text === 'RACE_ASSERT';
  let expression: Expression | undefined;
  const inside = tokens.slice(open + 1, end - 1);
  const last = inside[inside.length - 1];
  if (takesExpression) {
    if (last) expression = wholeExpression(inside, last, text.names, text.grammar);
    if (!expression) throw new SyntaxFault(`${first.text} needs an expression`, tokens[open] ?? first);
  }
  const found = tokens[end]?.text === '{' ? block(text, end) : undefined;
  const behind = found?.end ?? end;
  const word: RaceWord = {
    kind: 'race',
    word: first.text,
    arguments: takesExpression ? [] : values,
    body: found?.body,
    stub: undefined,
    expression,
    first,
    last: tokens[behind - 1] ?? first,
  };
  return { externals: [word], end: tokens[behind]?.text === ';' ? behind + 1 : behind };
}

/** `RACE_STUB(int, name, (args)) { }` is read as `int name(args) { }`. */
function stubAt(text: Text, first: Token, values: readonly (readonly Token[])[], open: number): Found {
  const { tokens, closers, names, grammar } = text;
  const [result, name, parameters] = values;
  const close = closers[open] ?? -1;
  if (!result || !name?.[0] || !parameters || values.length !== 3 || tokens[open]?.text !== '{' || close < 0)
    throw new SyntaxFault('RACE_STUB needs (result type, name, (parameters)) and a body', first);
  const head = [...result, ...name, ...parameters];
  const last = tokens[close] ?? first;
  const whole = [...head, ...tokens.slice(open, close + 1), endToken(last.file, last.end)];
  const { root, reading } = read(textFor(whole, names, grammar), 'item', 0);
  const node = root.children[0];
  if (node?.kind !== 'function_definition')
    throw new SyntaxFault(`RACE_STUB: "${textOf(head)}" is no function head`, first);
  const stub: FunctionDefinition = {
    ...reading.definition(node),
    storage: undefined,
    inline: false,
    first,
    last,
  };
  const word: RaceWord = {
    kind: 'race',
    word: first.text,
    arguments: values,
    body: stub.body,
    stub,
    expression: undefined,
    first,
    last,
  };
  return { externals: [word], end: close + 1 };
}
