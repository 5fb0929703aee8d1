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
import { tokensOf, type Context, type Token } from './tokens';
import {
  attributeMacros,
  attributeWords,
  builtinTypes,
  isLoopName,
  isTypeName,
  statementWords,
  storageWords,
  tagWords,
  typeofWords,
} from './words';

/** What a masked place really is, by the offset where its node starts. */
export type Note =
  | { readonly kind: 'loop'; readonly name: string; readonly nameEnd: number; readonly empty: boolean }
  | { readonly kind: 'type'; readonly end: number }
  | { readonly kind: 'parameters'; readonly end: number }
  | { readonly kind: 'statements'; readonly end: number }
  | { readonly kind: 'empty' }
  | { readonly kind: 'typeof'; readonly end: number }
  | {
      readonly kind: 'invocation';
      readonly callStart: number;
      readonly callEnd: number;
      readonly hasValue: boolean;
    }
  | { readonly kind: 'operator'; readonly end: number }
  | { readonly kind: 'range' };

export interface Masked {
  readonly code: string;
  readonly notes: ReadonlyMap<number, Note>;
  /** How many braces are open at the end. */
  readonly unclosed: number;
}

interface Work {
  readonly code: string;
  readonly tokens: readonly Token[];
  readonly out: Uint16Array;
  readonly notes: Map<number, Note>;
}

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
    if (t.kind === 'word') i = maskWord(work, i, t);
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

/** Writes `text` at `start` and blanks (line ends kept) up to `end`. */
function put(work: Work, start: number, end: number, text: string): void {
  for (let i = start; i < end; i++) {
    const k = i - start;
    if (k < text.length) work.out[i] = text.charCodeAt(k);
    else if (work.code.charCodeAt(i) !== 10) work.out[i] = 32;
  }
}

function maskWord(work: Work, i: number, t: Token): number {
  const { tokens } = work;
  const before = tokens[i - 1];
  const after = tokens[i + 1];
  if (before?.kind === 'sign' && (before.text === '.' || before.text === '->')) return i;
  const note = work.notes.get(t.start);
  if (note?.kind === 'type' || note?.kind === 'parameters' || note?.kind === 'statements') {
    // The mask of the call has dealt with it; what is inside is parsed on its own.
    while ((tokens[i + 1]?.start ?? Infinity) < note.end) i++;
    return i;
  }
  if (attributeWords.has(t.text) && isAttributePlace(tokens, i)) {
    put(work, t.start, t.end, '');
    return i;
  }
  if (attributeMacros.has(t.text) && after?.text === '(' && after.partner > 0) {
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

/** `u8 name[8] UNKNOWN_ALIGNMENT;`: the last word of a member that has its type and its name already. */
function isMemberAttribute(tokens: readonly Token[], i: number): boolean {
  const t = tokens[i];
  const before = tokens[i - 1];
  if (!t || !/^__|^[A-Z][A-Z0-9_]*$/.test(t.text)) return false;
  if (before?.text === ']') return true;
  let words = 0;
  for (let k = i - 1; tokens[k]?.kind === 'word'; k--) {
    const w = tokens[k]?.text ?? '';
    if (
      !storageWords.has(w) &&
      !attributeWords.has(w) &&
      !(builtinTypes.has(w) && builtinTypes.has(tokens[k + 1]?.text ?? ''))
    )
      words++;
  }
  const isTagged = tagWords.has(tokens[i - 3]?.text ?? '');
  return (
    words >= (isTagged ? 3 : 2) &&
    !tagWords.has(before?.text ?? '') &&
    !tagWords.has(tokens[i - 2]?.text ?? '')
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

/** `do { … } while_each_thread(a, b);` ends a loop. */
function maskLoopEnd(work: Work, i: number, t: Token): void {
  const brace = work.tokens[i - 1];
  if (brace?.text !== '}' || work.tokens[brace.partner - 1]?.text !== 'do') return;
  put(work, t.start, t.end, 'while');
}

/** A word that is all of a statement without `;`. */
function isBareStatement(tokens: readonly Token[], i: number): boolean {
  return isStatementStart(tokens, i) && !statementWords.has(tokens[i]?.text ?? '');
}

/** `32BIT_BAR` is half of a pasted name. */
function maskPasted(work: Work, t: Token): void {
  if (!/^\d+[A-Za-z_]/.test(t.text)) return;
  if (/^(?:0[xX][\da-fA-F]+|0[bB][01]+|\d+(?:[eE][+-]?\d+)?)(?:[uUlLfF]*)$/.test(t.text)) return;
  if (/^0[xX][\da-fA-F.]+[pP]/.test(t.text)) return;
  work.out[t.start] = 95;
}

/**
 * Unknown words in front of a declaration (`INDIRECT_CALLABLE_SCOPE u32 f(…)`, `static result_t debug_noinline f(…)`):
 * all but the type and the name go.
 */
function maskLeadingWords(work: Work): void {
  const { tokens } = work;
  const words: Token[] = [];
  let tagged: Token | undefined;
  let builtin = false;
  let k = 0;
  for (let t = tokens[0]; t?.kind === 'word'; t = tokens[++k]) {
    if (t.text === 'typedef' || typeofWords.has(t.text)) return;
    if (asmWords.has(t.text)) break;
    if (attributeWords.has(t.text) && !attributeMacros.has(t.text)) continue;
    if (attributeMacros.has(t.text) && tokens[k + 1]?.text === '(' && (tokens[k + 1]?.partner ?? -1) > 0) {
      k = tokens[k + 1]?.partner ?? k;
      continue;
    }
    if (storageWords.has(t.text)) continue;
    if (tagWords.has(t.text)) {
      tagged = tokens[++k];
      if (tagged?.kind !== 'word') return;
    } else if (builtinTypes.has(t.text)) builtin = true;
    else words.push(t);
  }
  const next = tokens[k];
  if (next === undefined || next.text === '{') return;
  const named =
    (asmWords.has(next.text) || /^[(=;[,:]$/.test(next.text)) &&
    !(next.text === '(' && tokens[k + 1]?.text === '*');
  const before = named ? words.slice(0, -1) : words;
  if (builtin || tagged) {
    for (const w of before) put(work, w.start, w.end, '');
    return;
  }
  if (before.length < 2) return;
  const type =
    before.find(w => isTypeName(w.text)) ??
    before.find(w => /[a-z]/.test(w.text) && !/inline|^__/.test(w.text)) ??
    before[before.length - 1];
  for (const w of before) if (w !== type) put(work, w.start, w.end, '');
}

const asmWords = new Set(['asm', '__asm__', '__asm', 'asm_volatile_goto', 'asm_inline']);
const asmQualifiers = new Set(['volatile', '__volatile__', '__volatile', 'inline', 'goto']);

/** Assembler code is left as a string; what is no string in front of the operands goes. */
function maskAsm(work: Work, i: number, t: Token): number {
  const { tokens } = work;
  let open = i + 1;
  while (asmQualifiers.has(tokens[open]?.text ?? '')) open++;
  const paren = tokens[open];
  if (paren?.text !== '(' || paren.partner < 0) return i;
  if (t.context === 'top' && i > 0) {
    // `register long x asm("rsp");`
    put(work, t.start, tokens[paren.partner]?.end ?? t.end, '');
    return paren.partner;
  }
  if (t.text.startsWith('asm_')) put(work, t.start, t.end, t.text.endsWith('goto') ? 'asm goto' : 'asm');
  let depth = 0;
  let plainStrings = true;
  let end = paren.partner;
  for (let k = open + 1; k < paren.partner; k++) {
    const s = tokens[k];
    if (!s) break;
    if (s.text === '(') depth++;
    else if (s.text === ')') depth--;
    else if (s.text === ':' && s.kind === 'sign' && depth === 0) {
      end = k;
      break;
    }
    if (s.kind !== 'string') plainStrings = false;
  }
  const first = tokens[open + 1];
  const last = tokens[end - 1];
  if (first && last && end > open + 1 && !plainStrings && last.end - first.start >= 2)
    put(work, first.start, last.end, '""');
  maskOperands(work, end, paren.partner);
  // Operands may hold types and statement expressions as other calls do; the general rules see to them.
  return end - 1;
}

/** Sections with operands that are macros go: the grammar wants `[name] "constraint" (value)`, strings and labels. */
function maskOperands(work: Work, from: number, to: number): void {
  const { tokens } = work;
  let start = from + 1;
  let section = 0;
  for (let k = from + 1; k <= to; k++) {
    const t = tokens[k];
    if (!t) return;
    if (k < to && t.kind === 'sign' && t.partner > k) k = t.partner;
    if (k < to && !(t.kind === 'sign' && t.text === ':')) continue;
    const first = tokens[start];
    const last = tokens[k - 1];
    if (first && last && k > start && !areOperands(tokens, start, k, section))
      put(work, first.start, last.end, '');
    start = k + 1;
    section++;
  }
}

function areOperands(tokens: readonly Token[], from: number, to: number, section: number): boolean {
  let expectsOperand = true;
  for (let k = from; k < to; k++) {
    const t = tokens[k];
    if (!t) return false;
    if (expectsOperand) {
      if (section === 3) return t.kind === 'word';
      if (section < 2 && t.text === '[' && t.partner > k) k = t.partner + 1;
      if (tokens[k]?.kind !== 'string') return false;
      const value = tokens[k + 1];
      if (section < 2) {
        if (value?.text !== '(' || value.partner < 0) return false;
        k = value.partner;
      }
      expectsOperand = false;
    } else {
      if (t.text !== ',') return false;
      expectsOperand = true;
    }
  }
  return !expectsOperand;
}

/** Arguments like assembler operands, `[name] "constraint" (value)` and `[name]`: the value or the name stays. */
function maskConstraint(work: Work, i: number): void {
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

/** `unsigned :0;` and `u32:32;` are padding without a name, which the grammar wants. */
function maskPadding(work: Work, i: number): void {
  const { tokens } = work;
  let from = i - 1;
  while (tokens[from]?.kind === 'word') from--;
  const words = tokens.slice(from + 1, i).filter(w => !storageWords.has(w.text));
  const begins = from < 0 || /^[;{]$/.test(tokens[from]?.text ?? '');
  const isPadding =
    begins && words.length > 0 && (words.length === 1 || words.every(w => builtinTypes.has(w.text)));
  let to = i;
  while (tokens[to] && tokens[to]?.text !== ';') to++;
  const first = tokens[from + 1];
  const last = tokens[to];
  if (isPadding && first && last) put(work, first.start, last.end, '');
}

/** `void *const POS q`: a word between a pointer's star and its name is an attribute. */
function maskPointerWord(work: Work, i: number): void {
  const { tokens } = work;
  let k = i + 1;
  while (storageWords.has(tokens[k]?.text ?? '')) k++;
  const attribute = tokens[k];
  const name = tokens[k + 1];
  if (attribute?.kind !== 'word' || name?.kind !== 'word' || storageWords.has(name.text)) return;
  if (statementWords.has(attribute.text) || tagWords.has(attribute.text) || builtinTypes.has(attribute.text))
    return;
  if (attributeWords.has(name.text) || attributeMacros.has(name.text)) return;
  // After the name an unknown word may follow (`char *x __attr;`): the declared one is the first then.
  const after = tokens[k + 2]?.text ?? '';
  if (/^__/.test(name.text) && !/^__/.test(attribute.text)) put(work, name.start, name.end, '');
  else if (/^[,)=;[(]$/.test(after)) put(work, attribute.start, attribute.end, '');
}

const systemHead = /^(?:COMPAT_)?SYSCALL_DEFINE(\d)$|^BPF_CALL_(\d)$/;

/** `SYSCALL_DEFINE2(name, int, a, long, b)` to `long name(int a, long b)`. */
function maskHead(work: Work, i: number, t: Token): void {
  const { tokens } = work;
  const m = systemHead.exec(t.text);
  const open = tokens[i + 1];
  const name = tokens[i + 2];
  if (!m || !open || open.partner < 0 || name?.kind !== 'word') return;
  const close = tokens[open.partner];
  if (!close) return;
  put(work, t.start, open.end, 'long');
  const commas = outerCommas(tokens, i + 1);
  const firstComma = commas[0];
  if (firstComma === undefined) {
    // No parameters: the closing parenthesis and the blank behind it make `()`.
    if (/\s/.test(work.code[close.end] ?? '')) {
      work.out[close.start] = 40;
      work.out[close.end] = 41;
    }
    return;
  }
  work.out[tokens[firstComma]?.start ?? 0] = 40;
  commas.forEach((c, k) => {
    const comma = tokens[c];
    if (comma && k % 2 === 1) work.out[comma.start] = 32;
  });
}

/** Token indices of the commas between the arguments of the bracket at `open`. */
function outerCommas(tokens: readonly Token[], open: number): readonly number[] {
  const commas: number[] = [];
  const close = tokens[open]?.partner ?? -1;
  for (let k = open + 1; k < close; k++) {
    const t = tokens[k];
    if (!t || t.kind !== 'sign') continue;
    if (t.text === ',') commas.push(k);
    else if (t.partner > k) k = t.partner;
  }
  return commas;
}

/** In a struct body: macros that declare members. */
function maskMember(work: Work, i: number, t: Token): number {
  const { tokens } = work;
  const open = tokens[i + 1];
  const before = tokens[i - 1];
  if (!open || open.partner < 0) return i;
  // `int (*poll)(…)` and `ssize_t (show)(…)` are members as they stand.
  if (tokens[i + 2]?.text === '*' || tokens[open.partner + 1]?.text === '(' || builtinTypes.has(t.text))
    return i;
  const startsMember = before === undefined || (before.kind === 'sign' && /^[;{}]$/.test(before.text));
  if (!startsMember) return i;
  if (/^struct_group/.test(t.text)) return maskGroup(work, i, t, open);
  const close = tokens[open.partner];
  if (!close) return i;
  const semicolon = tokens[open.partner + 1]?.text === ';';
  // Without `;` the call would swallow the next member: the last character becomes one.
  put(work, t.start, close.end, 'T x');
  if (!semicolon) work.out[close.end - 1] = 59;
  work.notes.set(t.start, { kind: 'invocation', callStart: t.start, callEnd: close.end, hasValue: false });
  return open.partner;
}

/** `struct_group(name, a; b;);` to `struct { a; b; };`: the members are members of the outer struct too. */
function maskGroup(work: Work, i: number, t: Token, open: Token): number {
  const { tokens } = work;
  const skip = t.text === 'struct_group' ? 1 : 2;
  const comma = outerCommas(tokens, i + 1)[skip - 1];
  const close = tokens[open.partner];
  if (comma === undefined || !close) return i;
  const members = tokens[comma];
  if (!members) return i;
  put(work, t.start, members.start, 'struct');
  work.out[members.start] = 123;
  work.out[close.start] = 125;
  for (let k = comma + 1; k < open.partner; k++) {
    const m = tokens[k];
    if (m && m.context !== 'struct') m.context = 'struct';
  }
  members.context = 'struct';
  // What follows the comma begins a member, as after a brace.
  (tokens as Token[])[comma] = { ...members, text: ';' };
  return comma;
}

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
function isStatementStart(tokens: readonly Token[], i: number): boolean {
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
function maskStatementCall(work: Work, i: number, t: Token): void {
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
function addSemicolon(work: Work, at: number, next: Token): void {
  if (next.start > at && operatorWords.has(next.text) === false) work.out[at] = 59;
}

const operatorWords = new Set(['__attribute__', '__maybe_unused']);

/** `static DEFINE_MUTEX(x);` inside a function. Returns the index to go on from, -1 if it is none. */
function storedInvocation(work: Work, i: number, t: Token): number {
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

/** A word before `(` that is called: not a keyword, and no declaration's name. */
function isCall(tokens: readonly Token[], i: number): boolean {
  const t = tokens[i];
  const before = tokens[i - 1];
  if (!t || t.context === 'top' || statementWords.has(t.text) || builtinTypes.has(t.text)) return false;
  if (before?.kind === 'word') return statementWords.has(before.text);
  return true;
}

/** Types among the arguments of the bracket at `open` become identifiers. With `lists`, `(int a, …)` does so too. */
function maskArguments(work: Work, open: number, lists: boolean): void {
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

/** `case 1 ... 5:` gets an operator that the grammar knows. */
function maskRange(work: Work, i: number, t: Token): void {
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
