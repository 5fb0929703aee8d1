/**
 * Preprocessed tokens to a text that C's grammar reads in one way only. C is ambiguous where a name may be a type or a
 * value; here every name is printed as what it is: a value as `1`, a type as `int`, a name that is declared, a member, a
 * tag or a label as `x`, a literal as `1`. What the grammar lacks is printed in the shape of something that it has: typeof
 * as a struct whose bit-field holds the operand, case as a while whose condition holds the value. Attributes, qualifiers
 * and storage words are left out and remembered. Each piece leads back to its token, whose text counts afterwards.
 *
 * The scan goes from left to right with a stack of open brackets. Which names are types follows C's scopes: what a block,
 * a parameter list or a for header declares hides a typedef. Names of which nothing is known are types where only a type
 * can stand (`unknown_t *x;`, `(unknown_t)x`).
 */
import type { Specifier } from './ast';
import { readAttributes, type AttributeToken } from './attributes';
import { SyntaxFault } from './fault';
import { emptyHead, frameOf, type Frame, type FrameKind } from './frames';
import type { Names } from './names';
import { createPrinter, type Head, type Respelled } from './respelled';
import type { Token } from './token';
import {
  assemblerWords, assignments, attributeWords, builtinWords, inlineWords, qualifiers, sizeWords, specialCalls, storageWords, typeofWords,
} from './words'; // prettier-ignore

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

/** Throws SyntaxFault where the text cannot be C. */
export function respell(request: Request): Respelled {
  const depth = request.scopes.length;
  try {
    return scan(request);
  } finally {
    request.scopes.length = depth;
  }
}

function scan(request: Request): Respelled {
  const { tokens, closers, names, scopes, start } = request;
  const printer = createPrinter();
  const { put, insert, roles, heads, records } = printer;
  const stack: Frame[] = [];
  let i = start;
  let finished = false;
  const end = tokens[tokens.length - 1] as Token;

  // Tokens

  const at = (k: number): Token => tokens[k] ?? end;
  const text = (k: number): string => {
    const t = at(k);
    return t.kind === 'string' || t.kind === 'character' ? '' : t.text;
  };
  const isName = (k: number): boolean => at(k).kind === 'name';
  const fail = (message: string, k = i): never => {
    throw new SyntaxFault(message, at(k));
  };
  const shown = (k: number): string => (at(k).kind === 'end' ? 'the end' : `"${at(k).text}"`);
  const unexpected = (): never =>
    fail(at(i).kind === 'end' ? 'the text breaks off' : `unexpected ${shown(i)}`);
  const expected = (what: string): never => fail(`expected "${what}" before ${shown(i)}`);
  const closer = (k: number): number => {
    const c = closers[k] ?? -1;
    return c < 0 ? fail(`a "${text(k) === '{' ? '}' : text(k) === '[' ? ']' : ')'}" is missing`, k) : c;
  };

  // Names

  const local = (name: string): 'type' | 'value' | undefined => {
    for (let s = scopes.length - 1; s >= 0; s--) {
      const kind = scopes[s]?.get(name);
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
    if (t.kind !== 'name' || local(t.text) === 'value') return false;
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

  /** `unknown_t x;`, `unknown_t *x = …` at the start of a statement. */
  const looksLikeDeclaration = (): boolean => {
    if (!isName(i) || local(at(i).text) !== undefined) return false;
    const k = behindStars(i + 1);
    if (!isName(k)) return false;
    const after = text(k + 1);
    return after === ';' || after === '=' || after === ',' || (k === i + 1 && after === '[');
  };

  /** `(unknown_t *)x`, and `(unknown_t)x` before a name or a literal. */
  const looksLikeCast = (): boolean => {
    const t = at(i + 1);
    if (t.kind !== 'name' || local(t.text) !== undefined) return false;
    const k = behindStars(i + 2);
    if (text(k) !== ')') return false;
    const after = at(k + 1);
    return k > i + 2 || (after.kind !== 'punctuation' && after.kind !== 'end');
  };

  /** Whether an argument that starts like a type is one: a lone typedef name may be a value after all. */
  const isTypeArgument = (): boolean => {
    const name = at(i).text;
    if (!startsType(i)) return false;
    if (builtinWords.has(name) || qualifiers.has(name) || storageWords.has(name) || !isType(name))
      return true;
    let k = i + 1;
    while (text(k) === '*' || qualifiers.has(text(k))) k++;
    const after = text(k);
    if (after === ',' || after === ')') return true;
    if (isName(k)) return /^[,)([]$/.test(text(k + 1));
    return after === '(' && /^[*)]$/.test(text(k + 1));
  };

  // Brackets

  /** Prints the bracket under the cursor and goes into it. */
  const enter = (kind: FrameKind, more?: Partial<Frame>): Frame => {
    closer(i);
    put(text(i), i);
    const f = frameOf(kind, i, more);
    stack.push(f);
    i++;
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

  /** Behind the bracket that ends a frame. */
  const leave = (f: Frame): void => {
    if (f.state === 'specifiers') implicitInt(f);
    if (f.kind === 'arguments') {
      if (f.wrapped) insert(')', i);
      if (f.state === 'start' && f.entry > 0) roles.set(insert('1', i), { kind: 'emptyArgument' });
    }
    put(text(i), i);
    i++;
    if (f.suffix) insert(f.suffix, i);
    stack.pop();
    const outer = stack[stack.length - 1];
    if (!outer) {
      finished = true;
      return;
    }
    switch (f.kind) {
      case 'block':
        scopes.length = f.scopes;
        if (outer.kind === 'top') finished = true;
        else if (outer.kind === 'block') beginStatement(outer);
        else outer.operand = true;
        return;
      case 'for':
      case 'condition':
        beginStatement(outer);
        return;
      case 'group':
      case 'list':
        if (outer.state === 'value') outer.operand = true;
        return;
      case 'type':
        if (outer.state === 'value') outer.operand = f.ends;
        return;
      case 'arguments':
        if (f.loop) beginStatement(outer);
        else outer.operand = true;
        return;
      case 'parameters':
        outer.state = 'named';
        outer.parameters = true;
        return;
      case 'nested':
        outer.state = 'named';
        outer.nameSeen ||= f.nameSeen;
        outer.parameters ||= f.parameters;
        return;
      case 'index':
        if (f.index === 'array') outer.state = 'named';
        else if (f.index === 'designator') outer.state = 'designator';
        else outer.operand = true;
        return;
      case 'record':
        records.set(f.record, [...(records.get(f.record) ?? []), ...takeAttributes()]);
        return;
      case 'enum':
        takeAttributes();
        return;
      case 'top':
      case 'whole':
        return;
    }
  };

  // Declarations

  const takeAttributes = (): readonly AttributeToken[] => {
    const read = readAttributes(tokens, closers, i);
    i = read.end;
    return read.found;
  };

  const typeSeen = (f: Frame, piece: number): void => {
    f.typed = true;
    heads.set(piece, f.head);
  };

  const implicitInt = (f: Frame): void => {
    if (f.typed) return;
    const storage = f.head.storage;
    if (storage === undefined) fail(`${shown(i)} is not a type`);
    const piece = insert('int', i);
    const specifier: Specifier = storage === 'auto' ? { kind: 'auto' } : { kind: 'builtin', words: ['int'] };
    roles.set(piece, { kind: 'type', specifier });
    typeSeen(f, piece);
  };

  const typePiece = (f: Frame, specifier: Specifier): void => {
    const piece = put('int', i);
    roles.set(piece, { kind: 'type', specifier });
    typeSeen(f, piece);
    i++;
  };

  /** The operand of a typeof goes where a bit-field's width stands. */
  const typeOf = (f: Frame): void => {
    const word = put('struct', i);
    typeSeen(f, word);
    roles.set(word, { kind: 'typeof' });
    i++;
    if (text(i) !== '(') expected('(');
    if (startsType(i + 1)) {
      insert('{ int x : _Alignof', i);
      enter('type', { suffix: '; }' });
    } else {
      insert('{ int x :', i);
      enter('group', { suffix: '; }' });
    }
  };

  const record = (f: Frame): void => {
    const word = put(at(i).text, i);
    typeSeen(f, word);
    i++;
    let attributes = takeAttributes();
    const tagged = isName(i);
    if (tagged) put('x', i++);
    attributes = [...attributes, ...takeAttributes()];
    if (text(i) === '{') {
      records.set(word, attributes);
      enter('record', { record: word });
    } else if (tagged) f.head.attributes = [...f.head.attributes, ...attributes];
    else fail('a struct without tag or body');
  };

  const enumeration = (f: Frame): void => {
    typeSeen(f, put('enum', i));
    i++;
    takeAttributes();
    const tagged = isName(i);
    if (tagged) put('x', i++);
    // `enum e : u8`
    if (text(i) === ':') while (/^[:\w]+$/.test(text(i))) i++;
    if (text(i) === '{') enter('enum');
    else if (!tagged) fail('an enum without tag or body');
  };

  const specifiers = (f: Frame): void => {
    const t = at(i);
    if (t.kind !== 'name') {
      implicitInt(f);
      f.state = 'declarator';
    } else if (storageWords.has(t.text)) {
      f.head.storage = t.text as Head['storage'];
      i++;
    } else if (qualifiers.has(t.text)) {
      f.head.inline ||= inlineWords.has(t.text);
      i++;
    } else if (attributeWords.has(t.text)) f.head.attributes = [...f.head.attributes, ...takeAttributes()];
    else if (builtinWords.has(t.text)) {
      if (f.words) {
        f.words.push(t.text);
        i++;
      } else if (f.typed) f.state = 'declarator';
      else {
        f.words = [t.text];
        typePiece(f, { kind: 'builtin', words: f.words });
      }
    } else if (f.typed) f.state = 'declarator';
    else if (t.text === 'struct' || t.text === 'union') record(f);
    else if (t.text === 'enum') enumeration(f);
    else if (typeofWords.has(t.text)) typeOf(f);
    else if (t.text === '__auto_type') typePiece(f, { kind: 'auto' });
    else if (isType(t.text)) typePiece(f, { kind: 'typedef', name: t.text });
    else unknownType(f, t.text);
  };

  /** Where a type must stand: a typedef whose header is not here, or a forgotten annotation. */
  const unknownType = (f: Frame, name: string): void => {
    const after = text(i + 1);
    const isNamed = isName(i + 1);
    if (isNamed && (startsType(i + 1) || isName(i + 2))) i++;
    else if (isNamed || after === '*' || after === ')' || after === ',')
      typePiece(f, { kind: 'typedef', name });
    else {
      implicitInt(f);
      f.state = 'declarator';
    }
  };

  const attributesOfDeclarator = (f: Frame): boolean => {
    const before = i;
    const found = takeAttributes();
    if (found.length) f.head.declarators[f.entry] = [...(f.head.declarators[f.entry] ?? []), ...found];
    return i > before;
  };

  /** `(` in an abstract declarator: parameters, or a declarator in brackets? */
  const opensParameters = (): boolean => {
    const after = text(i + 1);
    if (after === '*' || after === '(' || after === '[' || after === '__attribute__') return false;
    return after === ')' || after === '...' || !isName(i + 1) || startsType(i + 1);
  };

  const declarator = (f: Frame): void => {
    const t = at(i);
    if (t.kind === 'name') {
      if (attributesOfDeclarator(f)) return;
      // `char __user *buf` where nothing defines the annotation.
      const annotation = text(i - 1) === '*' && /^__\w+$/.test(t.text) && isName(i + 1);
      if (!annotation && !qualifiers.has(t.text)) {
        if (keywords.has(t.text)) unexpected();
        if (f.declaring) declare(t.text, f.head.storage === 'typedef' ? 'type' : 'value');
        if (!f.declaring) f.names.push(t.text);
        if (!f.abstract) put('x', i);
        f.nameSeen = true;
        f.state = 'named';
      }
      i++;
    } else if (t.text === '*') put('*', i++);
    else if (t.text === '(' && !opensParameters()) {
      const { head, entry, abstract, declaring, names: own } = f;
      enter('nested', { head, entry, abstract, declaring, names: own });
    } else f.state = 'named';
  };

  /** Behind a declarator's name: suffixes, then whatever ends it. */
  const named = (f: Frame): void => {
    if (isName(i) && attributesOfDeclarator(f)) return;
    const t = text(i);
    if (t === '(') {
      const own = isName(i - 1) && f.declaring ? { names: f.names } : {};
      enter('parameters', own);
    } else if (t === '[') {
      enter('index', { index: 'array' });
      while (isName(i) && (qualifiers.has(at(i).text) || at(i).text === 'static')) i++;
    } else if (f.kind === 'parameters' || f.kind === 'arguments') {
      if (t === ',' || (t === ':' && f.pattern === 'generic')) separate(f);
      else unexpected();
    } else if (f.kind === 'nested' || f.kind === 'type') unexpected();
    else declared(f, t);
  };

  /** What ends a declarator of a declaration. */
  const declared = (f: Frame, t: string): void => {
    if (!f.nameSeen) {
      if (f.entry > 0 || (t !== ';' && f.kind !== 'record')) fail('a name is missing in the declaration');
      roles.set(insert('x', i), { kind: 'nameless' });
      f.nameSeen = true;
    }
    if (t === '=' || (t === ':' && f.kind === 'record')) {
      put(t, i++);
      beginValue(f, true);
    } else if (t === ',') nextDeclarator(f);
    else if (t === ';') endDeclaration(f);
    else if (t === '{' && f.kind === 'top' && f.parameters) enterBlock(f.names);
    else expected(';');
  };

  const nextDeclarator = (f: Frame): void => {
    put(',', i++);
    f.entry++;
    f.nameSeen = false;
    f.state = 'declarator';
  };

  const endDeclaration = (f: Frame): void => {
    put(';', i++);
    if (f.kind === 'top') finished = true;
    else if (f.kind === 'for') beginValue(f);
    else beginStatement(f);
  };

  // Members, enumerators, parameters, entries

  const member = (f: Frame): void => {
    if (text(i) === ';') i++;
    else if (text(i) === '_Static_assert' || text(i) === 'static_assert') i = closer(i + 1) + 1;
    else beginSpecifiers(f);
  };

  const enumerator = (f: Frame): void => {
    if (!isName(i)) fail('an enumerator name is missing');
    declare(at(i).text, 'value');
    put('x', i++);
    takeAttributes();
    if (text(i) === '=') {
      put('=', i++);
      beginValue(f);
    } else if (text(i) === ',') put(',', i++);
    else if (text(i) !== '}') expected('}');
  };

  const parameter = (f: Frame): void => {
    if (text(i) === '...') put('...', i++);
    else if (text(i) === ',') put(',', i++);
    else beginSpecifiers(f);
  };

  /** An entry of an initialiser, or the rest of its designator. */
  const entry = (f: Frame): void => {
    if (text(i) === '.' && isName(i + 1)) {
      put('.', i++);
      put('x', i++);
      f.state = 'designator';
    } else if (text(i) === '[') enter('index', { index: 'designator' });
    else if (f.state === 'designator') {
      if (text(i) === '=') put('=', i++);
      else insert('=', i);
      beginValue(f);
    } else {
      if (isName(i) && text(i + 1) === ':') {
        put('x', i++);
        put(':', i++);
      }
      beginValue(f);
    }
  };

  // Statements

  /** Behind the colon of a label. */
  const labelled = (f: Frame): void => {
    beginStatement(f);
    const { end: behind } = readAttributes(tokens, closers, i);
    if (behind > i && text(behind) === ';') return;
    i = behind;
    // The grammar wants a statement here: a declaration stands behind an empty one.
    if (text(i) === '}' || (startsType(i) && text(i + 1) !== ':'))
      roles.set(insert(';', i), { kind: 'labelEnd' });
  };

  const toSemicolon = (): void => {
    while (text(i) !== ';') {
      if (at(i).kind === 'end' || text(i) === '}') expected(';');
      const c = closers[i] ?? -1;
      i = c >= 0 ? c + 1 : i + 1;
    }
    put(';', i++);
  };

  const header = (word: string): void => {
    put(word, i++);
    if (text(i) !== '(') expected('(');
    enter('condition');
  };

  const jump = (word: string): void => {
    put(word, i++);
    if (text(i) !== ';') expected(';');
    put(';', i++);
  };

  const keywords: ReadonlyMap<string, (f: Frame) => void> = new Map<string, (f: Frame) => void>([
    ['if', () => header('if')],
    ['while', () => header('while')],
    ['switch', () => header('while')],
    [
      'for',
      () => {
        put('for', i++);
        if (text(i) !== '(') expected('(');
        // Ends with the block around, which is late but hides no type that matters.
        scopes.push(new Map());
        enter('for');
      },
    ],
    ['do', () => put('do', i++)],
    ['else', () => put('else', i++)],
    [
      'return',
      f => {
        put('return', i++);
        beginValue(f);
      },
    ],
    [
      'goto',
      () => {
        const word = put('goto', i++);
        if (text(i) === '*') {
          roles.set(word, { kind: 'computedGoto' });
          insert('x', i);
          toSemicolon();
        } else jump('x');
      },
    ],
    ['break', () => jump('break')],
    ['continue', () => jump('continue')],
    [
      'case',
      f => {
        put('while', i++);
        insert('(', i);
        beginValue(f);
        f.inCase = true;
      },
    ],
    ['__label__', toSemicolon],
    ['_Static_assert', toSemicolon],
    ['static_assert', toSemicolon],
  ]);

  const assembler = (f: Frame): void => {
    let k = i + 1;
    while (isName(k)) k++;
    if (text(k) !== '(') fail('asm breaks off', k);
    const close = closer(k);
    roles.set(put('1', i, close), { kind: 'assembler' });
    i = close + 1;
    beginValue(f);
    f.operand = true;
  };

  /** `guard(mutex)(&m);` is printed as a call, `scoped_guard(mutex, &m) body` as a loop whose condition is one. */
  const guard = (f: Frame): void => {
    const scoped = at(i).text === 'scoped_guard';
    roles.set(put(scoped ? 'while' : '1', i), { kind: 'guard', lock: at(i + 2).text });
    if (!scoped) {
      i = closer(i + 1) + 1;
      beginValue(f);
      f.operand = true;
      return;
    }
    i++;
    insert('( 1', i);
    enter('arguments', { suffix: ')', loop: true });
    i++;
    if (text(i) === ',') i++;
  };

  const statement = (f: Frame): void => {
    const t = at(i);
    if (t.kind === 'end') fail('the function breaks off');
    if (text(i) === '{') {
      enterBlock();
      return;
    }
    if (text(i) === ';') {
      put(';', i++);
      return;
    }
    if (t.kind !== 'name') {
      beginValue(f);
      return;
    }
    const keyword = keywords.get(t.text);
    if (keyword) {
      keyword(f);
      return;
    }
    if (text(i + 1) === ':') {
      if (t.text === 'default') {
        put('while', i++);
        insert('( 1', i);
        put(')', i++);
      } else {
        put('x', i++);
        put(':', i++);
      }
      labelled(f);
      return;
    }
    if (assemblerWords.has(t.text)) {
      assembler(f);
      return;
    }
    if (text(i + 1) === '(' && isName(i + 2))
      if (t.text === 'scoped_guard' || (t.text === 'guard' && text(i + 3) === ')')) {
        guard(f);
        return;
      }
    if (t.text === '__attribute__') {
      const { end: k } = readAttributes(tokens, closers, i);
      if (text(k) === ';') {
        // `fallthrough;`
        i = k;
        put(';', i++);
        return;
      }
    }
    if (startsType(i) || looksLikeDeclaration()) beginSpecifiers(f);
    else beginValue(f);
  };

  // Expressions

  /** Between arguments or parameters. */
  const separate = (f: Frame): void => {
    if (f.wrapped) insert(')', i);
    f.wrapped = false;
    put(',', i++);
    f.entry++;
    f.state = 'start';
  };

  const argument = (f: Frame): void => {
    const t = text(i);
    const wanted =
      f.pattern === 'generic' ? (f.entry % 2 && t !== 'default' ? 't' : 'v') : f.pattern.charAt(f.entry);
    if (wanted === 't' || (wanted === '' && isTypeArgument())) {
      roles.set(insert('_Alignof', i), { kind: 'typeArgument' });
      insert('(', i);
      f.wrapped = true;
      beginSpecifiers(f);
      return;
    }
    beginValue(f);
    if (t === ',') {
      roles.set(insert('1', i), { kind: 'emptyArgument' });
      f.operand = true;
    }
  };

  const size = (f: Frame): void => {
    const close = text(i + 1) === '(' ? closer(i + 1) : -1;
    if (close >= 0 && startsType(i + 2) && text(close + 1) !== '{') {
      put('_Alignof', i++);
      enter('type', { ends: true });
      return;
    }
    put('sizeof', i++);
    f.operand = false;
  };

  const operandName = (f: Frame): void => {
    const t = at(i);
    if (f.member) {
      f.member = false;
      put('x', i++);
      f.operand = true;
      return;
    }
    if (f.operand && f.initial && attributesOfDeclarator(f)) return;
    if (sizeWords.has(t.text)) {
      size(f);
      return;
    }
    if (t.text === '__extension__') {
      i++;
      return;
    }
    const pattern = text(i + 1) === '(' ? specialCalls.get(t.text) : undefined;
    if (pattern !== undefined) {
      roles.set(put('1', i++), { kind: 'special' });
      enter('arguments', { pattern });
      return;
    }
    if (isString(i + 1) && !f.operand) {
      literal(f);
      return;
    }
    // The grammar takes a name on the left of an assignment, but no number.
    put(assignments.has(text(i + 1)) ? 'x' : '1', i++);
    f.operand = true;
  };

  const isString = (k: number): boolean => at(k).kind === 'string';

  /** Strings stand together, also with the name of a macro that makefiles define as one (KBUILD_MODNAME). */
  const literal = (f: Frame): void => {
    let last = i;
    if (isString(i) || isString(i + 1))
      while (isString(last + 1) || (isName(last + 1) && isString(last))) last++;
    put('1', i, last);
    i = last + 1;
    f.operand = true;
  };

  const opened = (f: Frame): void => {
    if (text(i) === '(') {
      if (f.operand) enter('arguments');
      else if (startsType(i + 1) || looksLikeCast()) enter('type');
      else enter('group');
    } else if (text(i) === '[') enter('index');
    else if (f.kind === 'group' && i === f.open + 1) enterBlock();
    else if (f.operand) expected(';');
    else enter('list');
  };

  /** Tokens that may end a value; false for those that are part of it. */
  const ended = (f: Frame, t: string): boolean => {
    switch (t) {
      case ',':
        if (f.kind === 'arguments') separate(f);
        else if (f.initial) nextDeclarator(f);
        else if (f.kind === 'list' || f.kind === 'enum') {
          put(',', i++);
          f.state = 'start';
        } else return false;
        return true;
      case ';':
        if (f.initial) endDeclaration(f);
        else if (f.kind === 'block' || f.kind === 'for') {
          put(';', i++);
          if (f.kind === 'for') beginValue(f);
          else beginStatement(f);
        } else unexpected();
        return true;
      case ':':
        if (f.questions > 0) {
          f.questions--;
          return false;
        }
        if (f.inCase) {
          put(')', i++);
          labelled(f);
        } else if (f.pattern === 'generic') separate(f);
        else unexpected();
        return true;
      default:
        return false;
    }
  };

  const expression = (f: Frame): void => {
    const t = at(i);
    if (t.kind === 'end') {
      if (f.kind !== 'whole') fail('the expression breaks off');
      finished = true;
    } else if (t.kind === 'name') operandName(f);
    else if (t.kind !== 'punctuation') literal(f);
    else if (t.text === '(' || t.text === '[' || t.text === '{') opened(f);
    else if (!ended(f, t.text)) operator(f, t.text);
  };

  const operator = (f: Frame, t: string): void => {
    if (t === '&&' && !f.operand && isName(i + 1)) {
      // `&&label`
      put('!', i++);
      put('1', i++);
      f.operand = true;
      return;
    }
    if (t === '.' || t === '->') f.member = true;
    else if (t === '?') f.questions++;
    if (t === '...' && f.inCase) put(',', i++);
    else put(t, i++);
    if (t !== '++' && t !== '--' && !f.member) f.operand = false;
  };

  const starts: Readonly<Record<FrameKind, (f: Frame) => void>> = {
    top: beginSpecifiers,
    whole: beginValue,
    block: statement,
    record: member,
    enum: enumerator,
    list: entry,
    group: beginValue,
    arguments: argument,
    parameters: parameter,
    type: beginSpecifiers,
    nested: declarator,
    index: beginValue,
    for: f => {
      if (text(i) === ';') {
        put(';', i++);
        beginValue(f);
      } else if (startsType(i) || looksLikeDeclaration()) beginSpecifiers(f);
      else beginValue(f);
    },
    condition: beginValue,
  };
  const states: Readonly<Record<Frame['state'], (f: Frame) => void>> = {
    start: f => starts[f.kind](f),
    specifiers,
    declarator,
    named,
    designator: entry,
    value: expression,
  };

  if (request.kind === 'item') stack.push(frameOf('top', -1));
  else {
    insert(request.kind === 'block' ? 'int x ( )' : 'int x ( ) {', i);
    if (request.kind === 'block') enterBlock();
    else stack.push(frameOf('whole', -1));
  }
  for (;;) {
    if (finished) {
      if (request.kind !== 'item' || !request.more) break;
      while (text(i) === ';') put(';', i++);
      if (!request.more(i)) break;
      finished = false;
      stack.length = 0;
      stack.push(frameOf('top', -1));
    }
    const f = stack[stack.length - 1];
    if (!f) break;
    if (f.open >= 0 && closers[f.open] === i) leave(f);
    else if (at(i).kind === 'punctuation' && /^[)\]}]$/.test(at(i).text)) unexpected();
    else states[f.state](f);
  }
  if (request.kind === 'expression') insert('; }', i);
  return printer.done(start, i);
}
