/** The mask of statements: loop macros, calls without `;`, stored invocations, case ranges. */
import { type Work, put } from './maskWork';
import { type Token } from './tokens';
import { attributeWords, builtinTypes, isLoopName, statementWords, storageWords } from './words';

const statementHeads = new Set([
  'if',
  'while',
  'for',
  'switch',
  'do',
  'else',
  'return',
  'goto',
  'case',
  'default',
]);

/** Is the token at `i` the first of a statement? */
export function isStatementStart(tokens: readonly Token[], i: number): boolean {
  const token = tokens[i];
  return token ? (token.begins ??= beginsStatement(tokens, i)) : false;
}

function beginsStatement(tokens: readonly Token[], i: number): boolean {
  const before = tokens[i - 1];
  if (!before) return true;
  if (before.kind === 'word') return before.text === 'else' || before.text === 'do';
  if (before.kind !== 'sign') return false;
  if (before.text === ';' || before.text === '{' || before.text === '}') return true;
  if (before.text === ':') return isLabelColon(tokens, i - 1);
  if (before.text !== ')' || before.partner < 0) return false;
  const head = tokens[before.partner - 1];
  if (head?.kind !== 'word') return false;
  if (head.text === 'if' || head.text === 'while' || head.text === 'for' || head.text === 'switch')
    return true;
  // A macro call that begins a statement and is followed by a word: a loop, or it lacks its `;`.
  return !statementWords.has(head.text) && isStatementStart(tokens, before.partner - 1);
}

/** A colon of a label, `case` or `default`, not of `?:`. */
function isLabelColon(tokens: readonly Token[], i: number): boolean {
  for (let k = i - 1; k >= 0; k--) {
    const t = tokens[k];
    if (!t) return false;
    if (t.text === 'case' || t.text === 'default') return true;
    if (t.text === '?' || t.text === ';' || t.text === '{' || t.text === '}')
      return t.text !== '?' && k === i - 2 && tokens[i - 1]?.kind === 'word';
    if (t.text === ')' && t.partner >= 0) k = t.partner;
    if (t.text === ':' && t.kind === 'sign') return k === i - 2 && tokens[i - 1]?.kind === 'word';
  }
  return i === 1 && tokens[0]?.kind === 'word';
}

/**
 * A call followed by a block or, if its name or the indentation says so, by a statement is a loop or a guard. Followed
 * by something else it lacks its `;`.
 */
export function maskStatementCall(work: Work, i: number, t: Token): void {
  const { tokens } = work;
  const open = tokens[i + 1];
  if (!open || open.partner < 0 || statementHeads.has(t.text) || statementWords.has(t.text)) return;
  const next = tokens[open.partner + 1];
  const close = tokens[open.partner];
  if (!next || !close) return;
  const block = next.text === '{' && next.kind === 'sign';
  const begins = next.kind === 'word' || /^[*(+-]$/.test(next.text);
  const isLoop =
    block ||
    (isLoopName(t.text) &&
      (next.kind === 'word' || /^[*(]$/.test(next.text) || isDoubled(tokens, open.partner + 1))) ||
    (begins && next.kind === 'word' && isIndentedUnder(work.code, t.start, close.end, next.start));
  if (!isLoop) {
    if (next.kind === 'word' || next.text === '}') addSemicolon(work, close.end, next);
    return;
  }
  const empty = open.partner === i + 2;
  const keyword = t.text.length >= 5 ? 'while' : t.text.length >= 2 ? 'if' : '';
  if (keyword === '') return;
  put(work, t.start, t.end, keyword);
  if (empty) {
    // `while ()` is no C: the parentheses move left, where the name was, and hold a zero.
    if (t.text.length < keyword.length + 1) return;
    put(work, t.start + keyword.length, close.end, '(0)');
  }
  work.notes.set(t.start, { kind: 'loop', name: t.text, nameEnd: t.end, empty });
}

function isDoubled(tokens: readonly Token[], i: number): boolean {
  const t = tokens[i]?.text;
  return (t === '+' || t === '-') && tokens[i + 1]?.text === t;
}

/** The next statement stands on the line below, further to the right than the call: it belongs to the call. */
function isIndentedUnder(code: string, call: number, callEnd: number, next: number): boolean {
  if (!code.slice(callEnd, next).includes('\n')) return false;
  return column(code, next) > column(code, call);
}

/** The column of an offset with tabs to multiples of 8. */
function column(code: string, offset: number): number {
  let at = 0;
  for (let i = code.lastIndexOf('\n', offset - 1) + 1; i < offset; i++)
    at = code.charCodeAt(i) === 9 ? at + 8 - (at % 8) : at + 1;
  return at;
}

/** A macro call without `;` gets one in the blank behind it. */
export function addSemicolon(work: Work, at: number, next: Token): void {
  if (next.start > at && operatorWords.has(next.text) === false) work.out[at] = 59;
}

const operatorWords = new Set(['__attribute__', '__maybe_unused']);

/** `static DEFINE_MUTEX(x);` inside a function. Returns the index to go on from, -1 if it is none. */
export function storedInvocation(work: Work, i: number, t: Token): number {
  const { tokens } = work;
  let first = i;
  while (first > 0 && storageWords.has(tokens[first - 1]?.text ?? '')) first--;
  if (!isStatementStart(tokens, first) || builtinTypes.has(t.text)) return -1;
  const open = tokens[i + 1];
  const close = open && open.partner >= 0 ? tokens[open.partner] : undefined;
  let behind = open ? open.partner + 1 : i;
  while (attributeWords.has(tokens[behind]?.text ?? '')) behind++;
  const next = open ? tokens[behind] : undefined;
  if (!open || !close || (next?.text !== ';' && next?.text !== '=')) return -1;
  if (first === i && (next.text !== '=' || tokens[behind + 1]?.text !== '{')) return -1;
  if (close.end - t.start < 3) return -1;
  put(work, t.start, close.end, 'T x');
  work.notes.set(tokens[first]?.start ?? t.start, {
    kind: 'invocation',
    callStart: t.start,
    callEnd: close.end,
    hasValue: next.text === '=',
  });
  return open.partner;
}

/** A word that is all of a statement without `;`. */
export function isBareStatement(tokens: readonly Token[], i: number): boolean {
  return isStatementStart(tokens, i) && !statementWords.has(tokens[i]?.text ?? '');
}

/** `do { … } while_each_thread(a, b);` ends a loop. */
export function maskLoopEnd(work: Work, i: number, t: Token): void {
  const brace = work.tokens[i - 1];
  if (brace?.text !== '}' || work.tokens[brace.partner - 1]?.text !== 'do') return;
  put(work, t.start, t.end, 'while');
}

/** `case 1 ... 5:` gets an operator that the grammar knows. */
export function maskRange(work: Work, i: number, t: Token): void {
  if (t.context !== 'body') return;
  for (let k = i - 1; k >= 0 && k > i - 60; k--) {
    const s = work.tokens[k];
    if (s && s.kind === 'sign' && s.partner >= 0 && s.partner < k) k = s.partner;
    if (s?.text === 'case') {
      put(work, t.start, t.end, '||');
      work.notes.set(t.start, { kind: 'range' });
      return;
    }
    if (s?.kind === 'sign' && s.partner < 0 && s.text === ';') return;
  }
}
