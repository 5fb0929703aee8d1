/** The scan of expressions and arguments. */
import type { Frame } from './frames';
import type { Scan } from './scan';
import {
  assignments,
  attributeWords,
  builtinWords,
  qualifiers,
  sizeWords,
  specialCalls,
  storageWords,
} from './words';

/** What wants an operand behind it. */
const isOperator = /^(?:->|[-+*/%&|^<>=!~.?,]|&&|\|\||<<|>>|[-+*/%&|^<>=!]=|<<=|>>=)$/;

export function addExpressions(s: Scan): void {
  const { at, text, isName, fail, unexpected, expected, closer, local, isType, startsType, behindStars } = s;
  const { put, insert, roles, enter, enterBlock, beginSpecifiers, beginValue, beginStatement } = s;

  /** `(unknown_t *)x`, and `(unknown_t)x` before a name or a literal. */
  const looksLikeCast = (): boolean => {
    const t = at(s.index + 1);
    if (t.kind !== 'name' || local(t.text) !== undefined) return false;
    const k = behindStars(s.index + 2);
    if (text(k) !== ')') return false;
    const after = at(k + 1);
    return k > s.index + 2 || (after.kind !== 'punctuation' && after.kind !== 'end');
  };

  /** Whether an argument that starts like a type is one: a lone typedef name may be a value after all. */
  const isTypeArgument = (): boolean => {
    const name = at(s.index).text;
    if (!startsType(s.index)) return false;
    if (builtinWords.has(name) || qualifiers.has(name) || storageWords.has(name) || !isType(name))
      return true;
    let k = s.index + 1;
    while (text(k) === '*' || qualifiers.has(text(k))) k++;
    const after = text(k);
    if (after === ',' || after === ')') return true;
    if (isName(k)) return /^[,)([]$/.test(text(k + 1));
    return after === '(' && /^[*)]$/.test(text(k + 1));
  };
  /** Between arguments or parameters. */
  const separate = (f: Frame): void => {
    if (f.wrapped) insert(')', s.index);
    f.wrapped = false;
    put(',', s.index++);
    f.entry++;
    f.state = 'start';
  };

  const argument = (f: Frame): void => {
    const t = text(s.index);
    const wanted =
      f.pattern === 'generic' ? (f.entry % 2 && t !== 'default' ? 't' : 'v') : f.pattern.charAt(f.entry);
    if (wanted === 't' || (wanted === '' && isTypeArgument())) {
      roles.set(insert('_Alignof', s.index), { kind: 'typeArgument' });
      insert('(', s.index);
      f.wrapped = true;
      beginSpecifiers(f);
      return;
    }
    beginValue(f);
    if (t === ',') {
      roles.set(insert('1', s.index), { kind: 'emptyArgument' });
      f.operand = true;
    }
  };

  const size = (f: Frame): void => {
    const close = text(s.index + 1) === '(' ? closer(s.index + 1) : -1;
    if (close >= 0 && startsType(s.index + 2) && text(close + 1) !== '{') {
      put('_Alignof', s.index++);
      enter('type', { ends: true });
      return;
    }
    put('sizeof', s.index++);
    f.operand = false;
  };

  const operandName = (f: Frame): void => {
    const t = at(s.index);
    if (f.member) {
      f.member = false;
      put('x', s.index++);
      f.operand = true;
      return;
    }
    if (f.operand && f.initial && s.attributesOfDeclarator(f)) return;
    if (sizeWords.has(t.text)) {
      size(f);
      return;
    }
    if (t.text === '__extension__') {
      s.index++;
      return;
    }
    const pattern = text(s.index + 1) === '(' ? specialCalls.get(t.text) : undefined;
    if (pattern !== undefined) {
      roles.set(put('1', s.index++), { kind: 'special' });
      enter('arguments', { pattern });
      return;
    }
    if (isString(s.index + 1) && !f.operand) {
      literal(f);
      return;
    }
    // The grammar takes a name on the left of an assignment, but no number.
    put(assignments.has(text(s.index + 1)) ? 'x' : '1', s.index++);
    f.operand = true;
  };

  const isString = (k: number): boolean => at(k).kind === 'string';
  const isMacro = (k: number): boolean => isName(k) && !attributeWords.has(at(k).text);

  /** Strings stand together, also with the name of a macro that makefiles define as one (KBUILD_MODNAME). */
  const literal = (f: Frame): void => {
    let last = s.index;
    if (isString(last) || isString(last + 1))
      while (isString(last + 1) || (isString(last) && isMacro(last + 1))) last++;
    put('1', s.index, last);
    s.index = last + 1;
    f.operand = true;
  };

  const opened = (f: Frame): void => {
    if (text(s.index) === '(') {
      if (f.operand) enter('arguments');
      else if (startsType(s.index + 1) || looksLikeCast()) enter('type');
      else enter('group');
    } else if (text(s.index) === '[') enter('index');
    else if (f.kind === 'group' && s.index === f.open + 1) enterBlock();
    else if (f.operand) expected(';');
    else enter('list');
  };

  /** Tokens that may end a value; false for those that are part of it. */
  const ended = (f: Frame, t: string): boolean => {
    switch (t) {
      case ',':
        if (f.kind === 'arguments') separate(f);
        else if (f.initial) s.nextDeclarator(f);
        else if (f.kind === 'list' || f.kind === 'enum') {
          put(',', s.index++);
          f.state = 'start';
        } else return false;
        return true;
      case ';':
        if (!f.operand && isOperator.test(text(s.index - 1))) unexpected();
        if (f.initial) s.endDeclaration(f);
        else if (f.kind === 'block' || f.kind === 'for') {
          put(';', s.index++);
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
          put(')', s.index++);
          s.labelled(f);
        } else if (f.pattern === 'generic') separate(f);
        else unexpected();
        return true;
      default:
        return false;
    }
  };

  const expression = (f: Frame): void => {
    const t = at(s.index);
    if (t.kind === 'end') {
      if (f.kind !== 'whole') fail('the expression breaks off');
      s.finished = true;
    } else if (t.kind === 'name') operandName(f);
    else if (t.kind !== 'punctuation') literal(f);
    else if (t.text === '(' || t.text === '[' || t.text === '{') opened(f);
    else if (!ended(f, t.text)) operator(f, t.text);
  };

  const operator = (f: Frame, t: string): void => {
    if (t === '&&' && !f.operand && isName(s.index + 1)) {
      // `&&label`
      put('!', s.index++);
      put('1', s.index++);
      f.operand = true;
      return;
    }
    if (t === '.' || t === '->') f.member = true;
    else if (t === '?') f.questions++;
    if (t === '...' && f.inCase) put(',', s.index++);
    else put(t, s.index++);
    if (t !== '++' && t !== '--' && !f.member) f.operand = false;
  };

  s.starts.arguments = argument;
  s.states.value = expression;
  s.separate = separate;
}
