/** The scan of statements. */
import { readAttributes } from './attributes';
import type { Frame } from './frames';
import type { Scan } from './scan';
import { assemblerWords } from './words';

export function addStatements(s: Scan): void {
  const { at, text, isName, fail, expected, closer, local, startsType, behindStars } = s;
  const { put, insert, roles, enter, enterBlock, beginSpecifiers, beginValue, beginStatement } = s;
  const { tokens, closers, scopes } = s;

  /** `unknown_t x;`, `unknown_t *x = …` at the start of a statement. */
  const looksLikeDeclaration = (): boolean => {
    if (!isName(s.index) || local(at(s.index).text) !== undefined) return false;
    const k = behindStars(s.index + 1);
    if (!isName(k)) return false;
    const after = text(k + 1);
    return after === ';' || after === '=' || after === ',' || (k === s.index + 1 && after === '[');
  };

  /** Behind the colon of a label. */
  const labelled = (f: Frame): void => {
    beginStatement(f);
    const { end: behind } = readAttributes(tokens, closers, s.index);
    if (behind > s.index && text(behind) === ';') return;
    s.index = behind;
    // The grammar wants a statement here: a declaration stands behind an empty one.
    if (text(s.index) === '}' || (startsType(s.index) && text(s.index + 1) !== ':'))
      roles.set(insert(';', s.index), { kind: 'labelEnd' });
  };

  const toSemicolon = (): void => {
    while (text(s.index) !== ';') {
      if (at(s.index).kind === 'end' || text(s.index) === '}') expected(';');
      const c = closers[s.index] ?? -1;
      s.index = c >= 0 ? c + 1 : s.index + 1;
    }
    put(';', s.index++);
  };

  const header = (word: string): void => {
    put(word, s.index++);
    if (text(s.index) !== '(') expected('(');
    enter('condition');
  };

  const jump = (word: string): void => {
    put(word, s.index++);
    if (text(s.index) !== ';') expected(';');
    put(';', s.index++);
  };

  const keywords: ReadonlyMap<string, (f: Frame) => void> = new Map<string, (f: Frame) => void>([
    ['if', () => header('if')],
    ['while', () => header('while')],
    ['switch', () => header('while')],
    [
      'for',
      () => {
        put('for', s.index++);
        if (text(s.index) !== '(') expected('(');
        // Ends with the block around, which is late but hides no type that matters.
        scopes.push(new Map());
        enter('for');
      },
    ],
    ['do', () => put('do', s.index++)],
    ['else', () => put('else', s.index++)],
    [
      'return',
      f => {
        put('return', s.index++);
        beginValue(f);
      },
    ],
    [
      'goto',
      () => {
        const word = put('goto', s.index++);
        if (text(s.index) === '*') {
          roles.set(word, { kind: 'computedGoto' });
          insert('x', s.index);
          toSemicolon();
        } else jump('x');
      },
    ],
    ['break', () => jump('break')],
    ['continue', () => jump('continue')],
    [
      'case',
      f => {
        put('while', s.index++);
        insert('(', s.index);
        beginValue(f);
        f.inCase = true;
      },
    ],
    ['__label__', toSemicolon],
    ['_Static_assert', toSemicolon],
    ['static_assert', toSemicolon],
  ]);

  const assembler = (f: Frame): void => {
    let k = s.index + 1;
    while (isName(k)) k++;
    if (text(k) !== '(') fail('asm breaks off', k);
    const close = closer(k);
    roles.set(put('1', s.index, close), { kind: 'assembler' });
    s.index = close + 1;
    beginValue(f);
    f.operand = true;
  };

  /** `guard(mutex)(&m);` is printed as a call, `scoped_guard(mutex, &m) body` as a loop whose condition is one. */
  const guard = (f: Frame): void => {
    const scoped = at(s.index).text === 'scoped_guard';
    roles.set(put(scoped ? 'while' : '1', s.index), { kind: 'guard', lock: at(s.index + 2).text });
    if (!scoped) {
      s.index = closer(s.index + 1) + 1;
      beginValue(f);
      f.operand = true;
      return;
    }
    s.index++;
    insert('( 1', s.index);
    enter('arguments', { suffix: ')', loop: true });
    s.index++;
    if (text(s.index) === ',') s.index++;
  };

  const statement = (f: Frame): void => {
    const t = at(s.index);
    if (t.kind === 'end') fail('the function breaks off');
    if (text(s.index) === '{') {
      enterBlock();
      return;
    }
    if (text(s.index) === ';') {
      put(';', s.index++);
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
    if (text(s.index + 1) === ':') {
      if (t.text === 'default') {
        put('while', s.index++);
        insert('( 1', s.index);
        put(')', s.index++);
      } else {
        put('x', s.index++);
        put(':', s.index++);
      }
      labelled(f);
      return;
    }
    if (assemblerWords.has(t.text)) {
      assembler(f);
      return;
    }
    if (text(s.index + 1) === '(' && isName(s.index + 2))
      if (t.text === 'scoped_guard' || (t.text === 'guard' && text(s.index + 3) === ')')) {
        guard(f);
        return;
      }
    if (t.text === '__attribute__') {
      const { end: k } = readAttributes(tokens, closers, s.index);
      if (text(k) === ';') {
        // `fallthrough;`
        s.index = k;
        put(';', s.index++);
        return;
      }
    }
    if (startsType(s.index) || looksLikeDeclaration()) beginSpecifiers(f);
    else beginValue(f);
  };

  const forStart = (f: Frame): void => {
    if (text(s.index) === ';') {
      put(';', s.index++);
      beginValue(f);
    } else if (startsType(s.index) || looksLikeDeclaration()) beginSpecifiers(f);
    else beginValue(f);
  };

  s.starts.block = statement;
  s.starts.for = forStart;
  s.labelled = labelled;
}
