/** The scan of declarations: specifiers, declarators, members, enumerators, parameters, entries of initialisers. */
import type { Specifier } from './ast';
import { readAttributes, type AttributeToken } from './attributes';
import type { Frame } from './frames';
import type { Head } from './respelled';
import type { Scan } from './scan';
import {
  assemblerWords,
  attributeWords,
  builtinWords,
  inlineWords,
  qualifiers,
  statementWords,
  storageWords,
  typeofWords,
} from './words';

export function addDeclarations(s: Scan): void {
  const { at, text, isName, fail, shown, unexpected, expected, closer, isType, declare, startsType } = s;
  const {
    put,
    insert,
    roles,
    heads,
    records,
    enter,
    enterBlock,
    beginSpecifiers,
    beginValue,
    beginStatement,
  } = s;
  const { tokens, closers } = s;

  // Declarations

  const takeAttributes = (): readonly AttributeToken[] => {
    const read = readAttributes(tokens, closers, s.index);
    s.index = read.end;
    return read.found;
  };

  const typeSeen = (f: Frame, piece: number): void => {
    f.typed = true;
    heads.set(piece, f.head);
  };

  const implicitInt = (f: Frame): void => {
    if (f.typed) return;
    const storage = f.head.storage;
    if (storage === undefined) fail(`${shown(s.index)} is not a type`);
    const piece = insert('int', s.index);
    const specifier: Specifier = storage === 'auto' ? { kind: 'auto' } : { kind: 'builtin', words: ['int'] };
    roles.set(piece, { kind: 'type', specifier });
    typeSeen(f, piece);
  };

  const typePiece = (f: Frame, specifier: Specifier): void => {
    const piece = put('int', s.index);
    roles.set(piece, { kind: 'type', specifier });
    typeSeen(f, piece);
    s.index++;
  };

  /** The operand of a typeof goes where a bit-field's width stands. */
  const typeOf = (f: Frame): void => {
    const word = put('struct', s.index);
    typeSeen(f, word);
    roles.set(word, { kind: 'typeof' });
    s.index++;
    if (text(s.index) !== '(') expected('(');
    if (startsType(s.index + 1)) {
      insert('{ int x : _Alignof', s.index);
      enter('type', { suffix: '; }' });
    } else {
      insert('{ int x :', s.index);
      enter('group', { suffix: '; }' });
    }
  };

  const record = (f: Frame): void => {
    const word = put(at(s.index).text, s.index);
    typeSeen(f, word);
    s.index++;
    let attributes = takeAttributes();
    const tagged = isName(s.index);
    if (tagged) put('x', s.index++);
    attributes = [...attributes, ...takeAttributes()];
    if (text(s.index) === '{') {
      records.set(word, attributes);
      enter('record', { record: word });
    } else if (tagged) f.head.attributes = [...f.head.attributes, ...attributes];
    else fail('a struct without tag or body');
  };

  const enumeration = (f: Frame): void => {
    typeSeen(f, put('enum', s.index));
    s.index++;
    takeAttributes();
    const tagged = isName(s.index);
    if (tagged) put('x', s.index++);
    // `enum e : u8`
    if (text(s.index) === ':') while (/^[:\w]+$/.test(text(s.index))) s.index++;
    if (text(s.index) === '{') enter('enum');
    else if (!tagged) fail('an enum without tag or body');
  };

  const specifiers = (f: Frame): void => {
    const t = at(s.index);
    if (t.kind !== 'name') {
      implicitInt(f);
      f.state = 'declarator';
    } else if (storageWords.has(t.text)) {
      f.head.storage = t.text as Head['storage'];
      s.index++;
    } else if (qualifiers.has(t.text)) {
      f.head.inline ||= inlineWords.has(t.text);
      s.index++;
    } else if (attributeWords.has(t.text)) f.head.attributes = [...f.head.attributes, ...takeAttributes()];
    else if (builtinWords.has(t.text)) {
      if (f.words) {
        f.words.push(t.text);
        s.index++;
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
    const after = text(s.index + 1);
    const isNamed = isName(s.index + 1);
    if (isNamed && (startsType(s.index + 1) || isName(s.index + 2))) s.index++;
    else if (isNamed || after === '*' || after === ')' || after === ',')
      typePiece(f, { kind: 'typedef', name });
    else {
      implicitInt(f);
      f.state = 'declarator';
    }
  };

  const attributesOfDeclarator = (f: Frame): boolean => {
    const before = s.index;
    const found = takeAttributes();
    if (found.length) f.head.declarators[f.entry] = [...(f.head.declarators[f.entry] ?? []), ...found];
    return s.index > before;
  };

  /** `(` in an abstract declarator: parameters, or a declarator in brackets? */
  const opensParameters = (): boolean => {
    const after = text(s.index + 1);
    if (after === '*' || after === '(' || after === '[' || after === '__attribute__') return false;
    return after === ')' || after === '...' || !isName(s.index + 1) || startsType(s.index + 1);
  };

  const isPlainName = (k: number): boolean =>
    isName(k) && !attributeWords.has(at(k).text) && !assemblerWords.has(at(k).text);

  const declarator = (f: Frame): void => {
    const t = at(s.index);
    if (t.kind === 'name') {
      if (attributesOfDeclarator(f)) return;
      // `char __user *buf`, `int __init f(void)` where nothing defines the annotation.
      const annotation = /^__\w+$/.test(t.text) && (text(s.index + 1) === '*' || isPlainName(s.index + 1));
      if (!annotation && !qualifiers.has(t.text)) {
        if (statementWords.has(t.text)) unexpected();
        if (f.declaring) declare(t.text, f.head.storage === 'typedef' ? 'type' : 'value');
        if (!f.declaring) f.names.push(t.text);
        if (!f.abstract) put('x', s.index);
        f.nameSeen = true;
        f.state = 'named';
      }
      s.index++;
    } else if (t.text === '*') put('*', s.index++);
    else if (t.text === '(' && !opensParameters()) {
      const { head, entry, abstract, declaring, names: own } = f;
      enter('nested', { head, entry, abstract, declaring, names: own });
    } else f.state = 'named';
  };

  /** Behind a declarator's name: suffixes, then whatever ends it. */
  const named = (f: Frame): void => {
    if (isName(s.index) && attributesOfDeclarator(f)) return;
    const t = text(s.index);
    if (t === '(') {
      const own = isName(s.index - 1) && f.declaring ? { names: f.names } : {};
      enter('parameters', own);
    } else if (t === '[') {
      enter('index', { index: 'array' });
      while (isName(s.index) && (qualifiers.has(at(s.index).text) || at(s.index).text === 'static'))
        s.index++;
    } else if (f.kind === 'parameters' || f.kind === 'arguments') {
      if (t === ',' || (t === ':' && f.pattern === 'generic')) s.separate(f);
      else unexpected();
    } else if (f.kind === 'nested' || f.kind === 'type') unexpected();
    else declared(f, t);
  };

  /** What ends a declarator of a declaration. */
  const declared = (f: Frame, t: string): void => {
    if (!f.nameSeen) {
      const isBitField = t === ':' && f.kind === 'record';
      if (!isBitField && (t !== ';' || f.entry > 0)) fail('a name is missing in the declaration');
      roles.set(insert('x', s.index), { kind: 'nameless' });
      f.nameSeen = true;
    }
    if (t === '=' || (t === ':' && f.kind === 'record')) {
      put(t, s.index++);
      beginValue(f, true);
    } else if (t === ',') nextDeclarator(f);
    else if (t === ';') endDeclaration(f);
    else if (t === '{' && f.kind === 'top' && f.parameters) enterBlock(f.names);
    else expected(';');
  };

  const nextDeclarator = (f: Frame): void => {
    put(',', s.index++);
    f.entry++;
    f.nameSeen = false;
    f.state = 'declarator';
  };

  const endDeclaration = (f: Frame): void => {
    put(';', s.index++);
    if (f.kind === 'top') s.finished = true;
    else if (f.kind === 'for') beginValue(f);
    else beginStatement(f);
  };

  // Members, enumerators, parameters, entries

  const member = (f: Frame): void => {
    if (text(s.index) === ';') s.index++;
    else if (text(s.index) === '_Static_assert' || text(s.index) === 'static_assert')
      s.index = closer(s.index + 1) + 1;
    else beginSpecifiers(f);
  };

  const enumerator = (f: Frame): void => {
    if (!isName(s.index)) fail('an enumerator name is missing');
    declare(at(s.index).text, 'value');
    put('x', s.index++);
    takeAttributes();
    if (text(s.index) === '=') {
      put('=', s.index++);
      beginValue(f);
    } else if (text(s.index) === ',') put(',', s.index++);
    else if (text(s.index) !== '}') expected('}');
  };

  const parameter = (f: Frame): void => {
    if (text(s.index) === '...') put('...', s.index++);
    else if (text(s.index) === ',') put(',', s.index++);
    else beginSpecifiers(f);
  };

  /** An entry of an initialiser, or the rest of its designator. */
  const entry = (f: Frame): void => {
    if (text(s.index) === '.' && isName(s.index + 1)) {
      put('.', s.index++);
      put('x', s.index++);
      f.state = 'designator';
    } else if (text(s.index) === '[') enter('index', { index: 'designator' });
    else if (f.state === 'designator') {
      if (text(s.index) === '=') put('=', s.index++);
      else insert('=', s.index);
      beginValue(f);
    } else {
      if (isName(s.index) && text(s.index + 1) === ':') {
        put('x', s.index++);
        put(':', s.index++);
      }
      beginValue(f);
    }
  };

  s.starts.record = member;
  s.starts.enum = enumerator;
  s.starts.parameters = parameter;
  s.starts.list = entry;
  s.starts.nested = declarator;
  s.states.specifiers = specifiers;
  s.states.declarator = declarator;
  s.states.named = named;
  s.states.designator = entry;
  s.takeAttributes = takeAttributes;
  s.attributesOfDeclarator = attributesOfDeclarator;
  s.implicitInt = implicitInt;
  s.nextDeclarator = nextDeclarator;
  s.endDeclaration = endDeclaration;
}
