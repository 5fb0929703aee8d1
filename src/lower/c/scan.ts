/**
 * The state of the scan that respells (respell.ts): the cursor over the tokens, the names that the text declares, the
 * stack of open brackets. The parts for declarations, statements and expressions work on it; what they need of each other
 * they find here (set when the parts are put together, which keeps the files free of import cycles).
 */
import type { AttributeToken } from './attributes';
import { SyntaxFault } from './fault';
import { emptyHead, frameOf, type Frame, type FrameKind, type State } from './frames';
import type { Names } from './names';
import { createPrinter, type Printer } from './respelled';
import type { Token } from './token';
import { builtinWords, qualifiers, storageWords, typeofWords } from './words';

/** Names declared in the text, by scope, innermost last. */
export type Scopes = Map<string, 'type' | 'value'>[];

export interface Request {
  readonly tokens: readonly Token[];
  /** For each opening bracket its partner, else -1. */
  readonly closers: Int32Array;
  readonly start: number;
  /** `item` is one declaration or function; `block` a compound statement; `expression` all up to the end token. */
  readonly kind: 'item' | 'block' | 'expression';
  readonly names: Names;
  /** What an item declares is added to the outermost. */
  readonly scopes: Scopes;
  /** Behind an item: whether another one at an index is read with it. */
  readonly more?: (index: number) => boolean;
}

type Step = (frame: Frame) => void;

export interface Scan extends Printer {
  /** Of the token that is looked at. */
  index: number;
  finished: boolean;
  readonly tokens: readonly Token[];
  readonly closers: Int32Array;
  readonly scopes: Scopes;
  readonly stack: Frame[];

  readonly at: (index: number) => Token;
  /** The text of a token, empty for strings and characters. */
  readonly text: (index: number) => string;
  readonly isName: (index: number) => boolean;
  readonly fail: (message: string, index?: number) => never;
  readonly shown: (index: number) => string;
  readonly unexpected: () => never;
  readonly expected: (what: string) => never;
  /** The partner of an opening bracket; fails if there is none. */
  readonly closer: (index: number) => number;

  /** What a declaration of the text made of a name. */
  readonly local: (name: string) => 'type' | 'value' | undefined;
  readonly isType: (name: string) => boolean;
  readonly declare: (name: string, kind: 'type' | 'value') => void;
  readonly startsType: (index: number) => boolean;
  readonly behindStars: (index: number) => number;

  /** Prints the bracket under the cursor and goes into it. */
  readonly enter: (kind: FrameKind, more?: Partial<Frame>) => Frame;
  /** A block with a scope that begins with some names. */
  readonly enterBlock: (declared?: readonly string[]) => void;
  readonly beginSpecifiers: Step;
  readonly beginValue: (frame: Frame, initial?: boolean) => void;
  readonly beginStatement: Step;

  /** By what stands in the bracket, for the state `start`. */
  readonly starts: Record<FrameKind, Step>;
  readonly states: Record<Exclude<State, 'start'>, Step>;
  takeAttributes: () => readonly AttributeToken[];
  /** Of a declarator; false if none stand here. */
  attributesOfDeclarator: (frame: Frame) => boolean;
  implicitInt: Step;
  nextDeclarator: Step;
  endDeclaration: Step;
  /** Between arguments or parameters. */
  separate: Step;
  /** Behind the colon of a label. */
  labelled: Step;
}

export function createScan(request: Request): Scan {
  const { tokens, closers, names, scopes, start } = request;
  const printer = createPrinter();
  const stack: Frame[] = [];
  const end = tokens[tokens.length - 1] as Token;

  // Tokens

  const at = (k: number): Token => tokens[k] ?? end;
  const text = (k: number): string => {
    const t = at(k);
    return t.kind === 'string' || t.kind === 'character' ? '' : t.text;
  };
  const isName = (k: number): boolean => at(k).kind === 'name';
  const fail = (message: string, k = s.index): never => {
    throw new SyntaxFault(message, at(k));
  };
  const shown = (k: number): string => (at(k).kind === 'end' ? 'the end' : `"${at(k).text}"`);
  const unexpected = (): never =>
    fail(at(s.index).kind === 'end' ? 'the text breaks off' : `unexpected ${shown(s.index)}`);
  const expected = (what: string): never => fail(`expected "${what}" before ${shown(s.index)}`);
  const closer = (k: number): number => {
    const c = closers[k] ?? -1;
    return c < 0 ? fail(`a "${text(k) === '{' ? '}' : text(k) === '[' ? ']' : ')'}" is missing`, k) : c;
  };

  // Names

  const local = (name: string): 'type' | 'value' | undefined => {
    for (let k = scopes.length - 1; k >= 0; k--) {
      const kind = scopes[k]?.get(name);
      if (kind) return kind;
    }
    return undefined;
  };
  const isType = (name: string): boolean => {
    const kind = local(name);
    return kind ? kind === 'type' : names.isType(name);
  };
  const declare = (name: string, kind: 'type' | 'value'): void => {
    scopes[scopes.length - 1]?.set(name, kind);
  };

  const startsType = (k: number): boolean => {
    const t = at(k);
    if (t.kind !== 'name') return false;
    if (t.text === '__extension__') return startsType(k + 1);
    return (
      builtinWords.has(t.text) ||
      qualifiers.has(t.text) ||
      storageWords.has(t.text) ||
      typeofWords.has(t.text) ||
      t.text === 'struct' ||
      t.text === 'union' ||
      t.text === 'enum' ||
      t.text === '__auto_type' ||
      t.text === '__attribute__' ||
      isType(t.text)
    );
  };

  const behindStars = (k: number): number => {
    while (text(k) === '*') k++;
    return k;
  };

  // Brackets

  /** Prints the bracket under the cursor and goes into it. */
  const enter = (kind: FrameKind, more?: Partial<Frame>): Frame => {
    closer(s.index);
    printer.put(text(s.index), s.index);
    const f = frameOf(kind, s.index, more);
    stack.push(f);
    s.index++;
    return f;
  };

  /** A block with a scope that begins with some names. */
  const enterBlock = (declared: readonly string[] = []): void => {
    const before = scopes.length;
    scopes.push(new Map(declared.map(n => [n, 'value'])));
    enter('block', { scopes: before });
  };

  const beginSpecifiers = (f: Frame): void => {
    f.state = 'specifiers';
    f.head = emptyHead();
    f.typed = false;
    f.words = undefined;
    f.nameSeen = false;
  };
  const beginValue = (f: Frame, initial = false): void => {
    f.state = 'value';
    f.operand = false;
    f.questions = 0;
    f.initial = initial;
  };
  const beginStatement = (f: Frame): void => {
    f.state = 'start';
    f.operand = false;
    f.inCase = false;
    f.initial = false;
    f.entry = 0;
  };

  const missing = (): never => {
    throw new Error('a part of the scan is missing');
  };
  const s: Scan = {
    ...printer,
    index: start,
    finished: false,
    tokens,
    closers,
    scopes,
    stack,
    at,
    text,
    isName,
    fail,
    shown,
    unexpected,
    expected,
    closer,
    local,
    isType,
    declare,
    startsType,
    behindStars,
    enter,
    enterBlock,
    beginSpecifiers,
    beginValue,
    beginStatement,
    starts: {
      top: beginSpecifiers,
      whole: beginValue,
      block: missing,
      record: missing,
      enum: missing,
      list: missing,
      group: beginValue,
      arguments: missing,
      parameters: missing,
      type: beginSpecifiers,
      nested: missing,
      index: beginValue,
      for: missing,
      condition: beginValue,
    },
    states: {
      specifiers: missing,
      declarator: missing,
      named: missing,
      designator: missing,
      value: missing,
    },
    takeAttributes: missing,
    attributesOfDeclarator: missing,
    implicitInt: missing,
    nextDeclarator: missing,
    endDeclaration: missing,
    separate: missing,
    labelled: missing,
  };
  return s;
}
