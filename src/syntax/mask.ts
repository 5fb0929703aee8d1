/**
 * The mask: rewrites kernel C into C that the grammar reads, character for character, and notes what it hid.
 *
 * Input has neither comments nor directives. Output has the same length, so every offset of the tree is an offset of
 * the file. The notes say, by offset, which node of the tree stands for something else (see convert.ts). Rules, each
 * for a misparse that kernel code provokes (some of them silent):
 * - attribute words and attribute macros become blanks (`static void __init f()` would lose its name);
 * - a call before a statement or block (`list_for_each_entry(…) {`, `scoped_guard(rcu) g();`) becomes `while`;
 * - a type as a macro argument becomes an identifier; `typeof(…)` becomes `int`;
 * - `DECLARE_BITMAP(x, n);` in a struct and `static DEFINE_MUTEX(x);` become declarations, noted as invocations;
 * - `struct_group(name, members)` becomes an anonymous struct;
 * - `case a ... b:` gets an operator; `asm` operands that are no strings go; system call heads become plain heads.
 */
import { isCall, maskArguments, maskConstraint } from './maskArguments';
import { asmWords, maskAsm } from './maskAssembler';
import {
  isMemberAttribute,
  maskHead,
  maskLeadingWords,
  maskMember,
  maskPadding,
  maskPointerWord,
} from './maskDeclarations';
import {
  addSemicolon,
  isBareStatement,
  isStatementStart,
  maskLoopEnd,
  maskRange,
  maskStatementCall,
  storedInvocation,
} from './maskStatements';
import { type Masked, type Work, put } from './maskWork';
import { tokensOf, type Context, type Token } from './tokens';
import {
  attributeMacros,
  attributeWords,
  builtinTypes,
  statementWords,
  storageWords,
  typeofWords,
} from './words';

export type { Masked, Note } from './maskWork';

export function mask(code: string, outer: Context): Masked {
  const tokens = tokensOf(code, outer);
  const out = new Uint16Array(code.length);
  for (let i = 0; i < code.length; i++) {
    const c = code.charCodeAt(i);
    // A lone backslash is a continued line; it means nothing to the grammar outside strings.
    out[i] = c === 92 && (code.charCodeAt(i + 1) === 10 || i + 1 === code.length) ? 32 : c;
  }
  const work: Work = { code, tokens, out, notes: new Map() };
  let unclosed = 0;
  if (outer === 'top') maskLeadingWords(work);
  for (let i = 0; i < tokens.length; i++) {
    const t = tokens[i];
    if (!t) break;
    const note = work.notes.get(t.start);
    if (note?.kind === 'type' || note?.kind === 'statements') {
      // The mask of the call has dealt with it; what is inside is parsed on its own.
      while ((tokens[i + 1]?.start ?? Infinity) < note.end) i++;
    } else if (t.kind === 'word') i = maskWord(work, i, t);
    else if (t.kind === 'number') maskPasted(work, t);
    else if (t.text === ',' && tokens[i + 1]?.text === ')') work.out[t.start] = 32;
    else if (t.text === ':' && t.context === 'struct') maskPadding(work, i);
    else if (t.text === '*') maskPointerWord(work, i);
    else if (t.context !== 'top' && (t.text === '(' || t.text === ',')) maskConstraint(work, i + 1);
    else if (t.text === '{' && t.partner < 0) unclosed++;
    else if (t.text === '...') maskRange(work, i, t);
  }
  return { code: decode(out), notes: work.notes, unclosed };
}

function decode(out: Uint16Array): string {
  return new TextDecoder('utf-16le', { ignoreBOM: true }).decode(out);
}

function maskWord(work: Work, i: number, t: Token): number {
  const { tokens } = work;
  const before = tokens[i - 1];
  const after = tokens[i + 1];
  if (before?.kind === 'sign' && (before.text === '.' || before.text === '->')) return i;
  if (attributeWords.has(t.text) && isAttributePlace(tokens, i)) {
    put(work, t.start, t.end, '');
    return i;
  }
  if (attributeMacros.has(t.text) && after?.text === '(' && after.partner > 0 && !isCalled(tokens, i)) {
    put(work, t.start, tokens[after.partner]?.end ?? t.end, '');
    return after.partner;
  }
  if (typeofWords.has(t.text) && after?.text === '(' && after.partner > 0) {
    const end = tokens[after.partner]?.end ?? t.end;
    put(work, t.start, end, 'int');
    work.notes.set(t.start, { kind: 'typeof', end });
    return after.partner;
  }
  if (asmWords.has(t.text)) return maskAsm(work, i, t);
  const joined = joinedCall(tokens, i);
  if (joined > 0) {
    put(work, t.start, tokens[joined]?.end ?? t.end, '');
    return joined;
  }
  if (t.text === 'while_each_thread' || /^while_each_|^while_for_each_/.test(t.text)) maskLoopEnd(work, i, t);
  // As plain calls these take any member and any expression; convert.ts names offsetof again.
  if (t.text === 'offsetof' || alignWords.has(t.text)) work.out[t.start] = 88;
  if (before?.text === ']' && before.kind === 'sign' && /^[;=]$/.test(after?.text ?? ''))
    put(work, t.start, t.end, '');
  if (after?.text === '*' && /^__[a-z]+$/.test(t.text) && builtinTypes.has(before?.text ?? ''))
    put(work, t.start, t.end, '');
  if (t.context === 'struct' && after?.text === ';' && isMemberAttribute(tokens, i))
    put(work, t.start, t.end, '');
  if (t.context === 'body' && after?.text === '}' && isBareStatement(tokens, i))
    addSemicolon(work, t.end, after);
  if (after?.kind === 'word' && isPrefixOfString(tokens, i)) put(work, t.start, t.end, '');
  if (after?.text !== '(') return i;
  if (t.context === 'top') maskHead(work, i, t);
  if (t.context === 'struct') return maskMember(work, i, t);
  if (t.context === 'body' && isStatementStart(tokens, i)) maskStatementCall(work, i, t);
  if (t.context === 'body' || t.context === 'value') {
    const stored = storedInvocation(work, i, t);
    if (stored >= 0) return stored;
  }
  if (isCall(tokens, i)) maskArguments(work, i + 1, false);
  return i;
}

/** An attribute word is one unless it is used as a name: `x.__unused`, `__used = 1`, `__init(…)`. */
function isAttributePlace(tokens: readonly Token[], i: number): boolean {
  const before = tokens[i - 1];
  const after = tokens[i + 1];
  if (after?.text === '(' && after.kind === 'sign') return before?.text !== ';' && before?.kind !== undefined;
  if (/^[(,]$/.test(before?.text ?? '') && /^[),]$/.test(after?.text ?? '')) return false;
  return true;
}

/** An attribute macro's name that is called like a function: `x = __copy(a);`, `__free(p);`. */
function isCalled(tokens: readonly Token[], i: number): boolean {
  const t = tokens[i];
  const before = tokens[i - 1];
  if (!t || (t.context !== 'body' && t.context !== 'value') || /^__attribute/.test(t.text)) return false;
  if (isStatementStart(tokens, i)) return tokens[(tokens[i + 1]?.partner ?? i) + 1]?.text === ';';
  if (before?.kind === 'word') return statementWords.has(before.text);
  return before?.kind === 'sign' && !/^[*)\]]$/.test(before.text);
}

/** `KERN_INFO PREFIX "text"`: the grammar joins strings with one word before them, not with two. */
function isPrefixOfString(tokens: readonly Token[], i: number): boolean {
  const t = tokens[i];
  if (!t || t.context === 'top' || statementWords.has(t.text) || storageWords.has(t.text)) return false;
  let k = i + 1;
  while (tokens[k]?.kind === 'word' && k < i + 4) k++;
  if (tokens[k]?.kind === 'string' && tokens[k]?.text.startsWith('"')) return true;
  // `printk(KERN_DEBUG pr_fmt("%s"), x)`
  const capitals = /^[A-Z][A-Z0-9_]*$/;
  if (
    k === i + 2 &&
    /^[),]$/.test(tokens[k]?.text ?? '') &&
    /^[(,]$/.test(tokens[i - 1]?.text ?? '') &&
    capitals.test(t.text) &&
    capitals.test(tokens[i + 1]?.text ?? '')
  )
    return true;
  return (
    k === i + 2 &&
    tokens[k]?.text === '(' &&
    /^[A-Z][A-Z0-9_]*$/.test(t.text) &&
    tokens[t.inside]?.text === '(' &&
    !tokens[i + 1]?.text.startsWith('__')
  );
}

const alignWords = new Set(['__alignof__', '__alignof', '_Alignof', 'alignof']);

/**
 * A macro call that is no argument of its own: joined to a string (`__stringify(X) "\\n"`), to a parameter before it
 * (`addr ___ARCH_X(a, b)`), or to a value behind it (`NAME("x") CHOICE, 5`). Returns the index of its `)`, or -1.
 */
function joinedCall(tokens: readonly Token[], i: number): number {
  const t = tokens[i];
  const open = tokens[i + 1];
  const before = tokens[i - 1];
  const around = tokens[t?.inside ?? -1];
  // `int f(int a) __RENAME(f);`
  if (
    t?.context === 'top' &&
    t.inside < 0 &&
    before?.text === ')' &&
    /^__/.test(t.text) &&
    open?.text === '('
  )
    return open.partner;
  if (!t || open?.text !== '(' || open.partner < 0 || !around) return -1;
  const next = tokens[open.partner + 1];
  if (before?.kind === 'string' && before.text.startsWith('"')) return open.partner;
  if (statementWords.has(t.text) || storageWords.has(t.text) || builtinTypes.has(t.text)) return -1;
  if (next?.kind === 'string' && next.text.startsWith('"')) return open.partner;
  if (
    around.text === '(' &&
    before?.kind === 'word' &&
    /^__/.test(t.text) &&
    !statementWords.has(before.text)
  )
    return open.partner;
  if (
    around.text === '{' &&
    t.context === 'value' &&
    next?.kind === 'word' &&
    /^[{,]$/.test(before?.text ?? '')
  )
    return open.partner;
  return -1;
}

/** `32BIT_BAR` is half of a pasted name. */
function maskPasted(work: Work, t: Token): void {
  if (!/^\d+[A-Za-z_]/.test(t.text)) return;
  if (/^(?:0[xX][\da-fA-F]+|0[bB][01]+|\d+(?:[eE][+-]?\d+)?)(?:[uUlLfF]*)$/.test(t.text)) return;
  if (/^0[xX][\da-fA-F.]+[pP]/.test(t.text)) return;
  work.out[t.start] = 95;
}

/** Masks the argument list of a macro call that stands alone, at the top level or as a member. */
export function maskCall(code: string): Masked {
  const tokens = tokensOf(code, 'value');
  const out = new Uint16Array(code.length);
  for (let i = 0; i < code.length; i++) out[i] = code.charCodeAt(i);
  const inner = mask(code, 'value');
  for (let i = 0; i < code.length; i++) out[i] = inner.code.charCodeAt(i);
  const work: Work = { code, tokens, out, notes: new Map(inner.notes) };
  if (tokens[1]?.text === '(') maskArguments(work, 1, true);
  return { code: decode(out), notes: work.notes, unclosed: 0 };
}
