/** The mask of declarations: heads with unknown words, system calls, struct members made by macros. */
import { asmWords } from './maskAssembler';
import { outerCommas, put, type Work } from './maskWork';
import { type Token } from './tokens';
import {
  attributeMacros,
  attributeWords,
  builtinTypes,
  isTypeName,
  statementWords,
  storageWords,
  tagWords,
  typeofWords,
} from './words';

/**
 * Unknown words in front of a declaration (`INDIRECT_CALLABLE_SCOPE u32 f(…)`, `static result_t debug_noinline f(…)`):
 * all but the type and the name go.
 */
export function maskLeadingWords(work: Work): void {
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

/** `unsigned :0;` and `u32:32;` are padding without a name, which the grammar wants. */
export function maskPadding(work: Work, i: number): void {
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
export function maskPointerWord(work: Work, i: number): void {
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
export function maskHead(work: Work, i: number, t: Token): void {
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

/** In a struct body: macros that declare members. */
export function maskMember(work: Work, i: number, t: Token): number {
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

/** `u8 name[8] UNKNOWN_ALIGNMENT;`: the last word of a member that has its type and its name already. */
export function isMemberAttribute(tokens: readonly Token[], i: number): boolean {
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
