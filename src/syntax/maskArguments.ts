/** The mask of macro arguments that are no expressions: types, parameter lists, operators, statements. */
import { asmQualifiers, asmWords } from './maskAssembler';
import { outerCommas, put, type Work } from './maskWork';
import type { Token } from './tokens';
import { attributeWords, builtinTypes, statementWords, storageWords, tagWords, typeofWords } from './words';

/** A word before `(` that is called: not a keyword, and no declaration's name. */
export function isCall(tokens: readonly Token[], i: number): boolean {
  const t = tokens[i];
  const before = tokens[i - 1];
  if (!t || t.context === 'top' || statementWords.has(t.text) || builtinTypes.has(t.text)) return false;
  if (before?.kind === 'word') return statementWords.has(before.text);
  return true;
}

/** Types among the arguments of the bracket at `open` become identifiers. With `lists`, `(int a, …)` does so too. */
export function maskArguments(work: Work, open: number, lists: boolean): void {
  const { tokens } = work;
  const close = tokens[open]?.partner ?? -1;
  if (close < 0) return;
  let from = open + 1;
  for (const at of [...outerCommas(tokens, open), close]) {
    const first = tokens[from];
    const last = tokens[at - 1];
    if (first && last && from === at && tokens[from - 1]?.text === ',' && /^[,)]$/.test(first.text)) {
      // `F(a, , b)`: an argument of nothing, in the blank between the commas.
      const comma = tokens[from - 1];
      const close = first.text === ')';
      if (comma && first.start > comma.end && !close) {
        work.out[comma.end] = 69;
        work.notes.set(comma.end, { kind: 'empty' });
      }
    }
    if (first && last && from < at) {
      if (at === from + 1 + Number(isOperatorPair(tokens, from)) && isOperator(first)) {
        // `ASSERTCMP(a, ==, b)`
        put(work, first.start, last.end, 'O');
        work.notes.set(first.start, { kind: 'operator', end: last.end });
      } else if (isStatements(tokens, from, at, tokens[open] === undefined ? -1 : open)) {
        put(work, first.start, last.end, 'S');
        work.notes.set(first.start, { kind: 'statements', end: last.end });
      } else if (isType(tokens, from, at)) {
        const word = first.text.charAt(0).toUpperCase() + first.text.slice(1);
        put(work, first.start, last.end, word);
        work.notes.set(first.start, { kind: 'type', end: last.end });
      } else if (
        lists &&
        first.text === '(' &&
        first.partner === at - 1 &&
        isParameterList(tokens, from, at)
      ) {
        put(work, first.start, last.end, 'P');
        work.notes.set(first.start, { kind: 'parameters', end: last.end });
      }
    }
    from = at + 1;
  }
}

const jumpWords = new Set(['return', 'break', 'continue', 'goto', 'if', 'for', 'while', 'do', 'switch']);

/** Statements as an argument: `LOOP(a++;, return;)`. */
function isStatements(tokens: readonly Token[], from: number, to: number, open: number): boolean {
  if (jumpWords.has(tokens[from]?.text ?? '')) return true;
  for (let k = from; k < to; k++) {
    const t = tokens[k];
    if (t?.kind === 'sign' && t.text === ';' && t.inside === open) return true;
  }
  return false;
}

function isOperator(t: Token): boolean {
  return t.kind === 'sign' && /^[=<>!&|+*/%^~-]$/.test(t.text);
}

function isOperatorPair(tokens: readonly Token[], from: number): boolean {
  const next = tokens[from + 1];
  return next !== undefined && isOperator(next);
}

/** Tokens [from, to) are a type without a name: `struct T`, `unsigned long`, `u8 *`, `typeof(*x)`. */
function isType(tokens: readonly Token[], from: number, to: number): boolean {
  let sawType = false;
  let words = 0;
  let stars = 0;
  for (let k = from; k < to; k++) {
    const t = tokens[k];
    if (!t) return false;
    if (t.kind === 'word') {
      if (tagWords.has(t.text)) {
        if (sawType || stars > 0) return false;
        sawType = true;
        const tag = tokens[k + 1];
        if (k + 1 >= to || tag?.kind !== 'word') return false;
        k++;
      } else if (builtinTypes.has(t.text) && t.text !== '__auto_type') {
        if (stars > 0) return false;
        sawType = true;
      } else if (typeofWords.has(t.text)) {
        const open = tokens[k + 1];
        if (open?.text !== '(' || open.partner < 0 || stars > 0) return false;
        sawType = true;
        k = open.partner;
      } else if (!storageWords.has(t.text) && !attributeWords.has(t.text)) {
        if (stars > 0) return false;
        words++;
      }
    } else if (t.kind === 'sign' && t.text === '*') stars++;
    else return false;
  }
  // One plain word is an expression as well as a type; the reader of the tree decides. With stars it is a type.
  return sawType ? words === 0 : words === 1 && stars > 0;
}

function isParameterList(tokens: readonly Token[], from: number, to: number): boolean {
  if (to - from === 2) return true;
  for (let k = from + 1; k < to - 1; k++) {
    const t = tokens[k];
    const next = tokens[k + 1];
    if (!t || t.kind !== 'word') continue;
    if (builtinTypes.has(t.text) || tagWords.has(t.text) || storageWords.has(t.text)) return true;
    if (next?.kind === 'word') return true;
    if (next?.text === '*' && tokens[k + 2]?.kind === 'word' && /^[,)]$/.test(tokens[k + 3]?.text ?? ''))
      return true;
  }
  return false;
}

/** Arguments like assembler operands, `[name] "constraint" (value)` and `[name]`: the value or the name stays. */
export function maskConstraint(work: Work, i: number): void {
  const { tokens } = work;
  const first = tokens[i];
  const head = tokens[(first?.inside ?? 0) - 1];
  if (!first || asmWords.has(head?.text ?? '') || asmQualifiers.has(head?.text ?? '')) return;
  let k = i;
  if (first.text === '[' && first.partner === i + 2 && tokens[i + 1]?.kind === 'word') {
    k = i + 3;
    if (/^[,)]$/.test(tokens[k]?.text ?? '')) {
      work.out[first.start] = 32;
      work.out[tokens[i + 2]?.start ?? first.start] = 32;
      return;
    }
  }
  const constraint = tokens[k];
  if (constraint?.kind !== 'string' || tokens[k + 1]?.text !== '(') return;
  put(work, first.start, constraint.end, '');
}
