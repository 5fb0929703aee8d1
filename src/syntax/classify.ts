/**
 * From the outer tokens of one top-level piece of text to the items that it defines: what a declaration declares,
 * seen through attributes, multi-line heads and macros. Brackets are single tokens here.
 */
import type { Item, ItemKind } from './source';
import { attributeMacros, attributeWords, builtinTypes, storageWords, tagWords, typeofWords } from './words';

/** An item with what the parser needs to know of it. */
export interface ScannedItem extends Item {
  /** Open or broken brackets: the item was ended by force. */
  readonly broken: boolean;
  /** Of an invocation or function: where the `{` of the body is, if there is one. */
  readonly bodyStart?: number;
  /** Of an invocation: where the macro's name starts, and where its argument list ends. */
  readonly callStart?: number;
  readonly callEnd?: number;
  /** Of enumerators and inner names: the range that holds them. */
  readonly context?: { readonly start: number; readonly end: number };
  /** Of an item that an edit elsewhere only moved: what it was at first. Trees made of that one are its trees. */
  readonly origin?: ScannedItem;
}

/** An outer token: a word, a whole bracket, a string, or one other character. */
export interface Top {
  readonly kind: 'word' | 'paren' | 'bracket' | 'brace' | 'string' | 'sign';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface Segment {
  readonly tops: readonly Top[];
  readonly end: number;
  readonly broken: boolean;
  readonly code: string;
  readonly file: string;
}

const headMacro = /^(?:COMPAT_)?SYSCALL_DEFINE\d$|^BPF_CALL_\d$/;

/** Is `name(…)` an attribute? Unknown `__lower_case` words with arguments count if a declaration follows. */
function isAttributeCall(tops: readonly Top[], i: number): boolean {
  const name = tops[i];
  const group = tops[i + 1];
  if (name?.kind !== 'word' || group?.kind !== 'paren') return false;
  if (attributeMacros.has(name.text) || typeofWords.has(name.text)) return true;
  if (i > 0 && /^(?:asm|__asm__|__asm)$/.test(name.text)) return true;
  // `int f(int a) __RENAME(f);`
  if (i > 1 && tops[i - 1]?.kind === 'paren' && /^__/.test(name.text)) return true;
  return /^__[a-z]/.test(name.text) && tops[i + 2]?.kind === 'word' && i === 0;
}

/** The tokens without attributes. */
function withoutAttributes(tops: readonly Top[]): Top[] {
  const rest: Top[] = [];
  for (let i = 0; i < tops.length; i++) {
    const t = tops[i];
    if (!t) continue;
    if (t.kind === 'word' && attributeWords.has(t.text) && !attributeMacros.has(t.text)) continue;
    if (isAttributeCall(tops, i)) {
      // typeof(x) stands for a type, so that what follows is not taken for a call.
      if (typeofWords.has(t.text)) rest.push({ ...t, text: 'int' });
      i++;
      continue;
    }
    rest.push(t);
  }
  return rest;
}

interface Made {
  readonly kind: ItemKind;
  readonly name: string;
  readonly nameStart: number;
  readonly extra?: Partial<ScannedItem>;
}

/** What a piece of top-level text defines: none for forward declarations and stray text. */
export function classify(segment: Segment): readonly ScannedItem[] {
  const { tops, code } = segment;
  const first = tops[0];
  if (!first) return [];
  const head = withoutAttributes(tops);
  const words = new Set(tops.filter(t => t.kind === 'word').map(t => t.text));
  const made = madeOf(head, code);
  const isInline =
    words.has('inline') || words.has('__inline') || words.has('__inline__') || words.has('__always_inline');
  return made.map(m => ({
    kind: m.kind,
    name: m.name,
    file: segment.file,
    start: first.start,
    end: segment.end,
    nameStart: m.nameStart,
    conditions: [],
    isStatic: words.has('static'),
    isInline,
    broken: segment.broken,
    ...m.extra,
  }));
}

function madeOf(head: readonly Top[], code: string): readonly Made[] {
  let from = 0;
  while (head[from]?.kind === 'word' && storageWords.has(head[from]?.text ?? '')) from++;
  const isTypedef = head[from]?.text === 'typedef';
  if (isTypedef) from++;
  while (head[from]?.kind === 'word' && storageWords.has(head[from]?.text ?? '')) from++;
  const rest = withoutOldParameters(head.slice(from));
  if (rest[0]?.kind !== 'word') return [];

  const call = invocationOf(rest, code);
  if (call && !isTypedef) return [call];

  const made: Made[] = [];
  const tag = rest.findIndex(t => t.kind === 'word' && tagWords.has(t.text));
  const afterTag = tag >= 0 ? rest[tag + 1] : undefined;
  let declarators = rest;
  let startAt = 0;
  if (tag >= 0 && tag <= leadingQualifiers(rest)) {
    const body = afterTag?.kind === 'word' ? tag + 2 : tag + 1;
    if (rest[body]?.kind === 'brace') {
      // Not spread: an enum may have more members than a call may have arguments.
      for (const one of typeItems(rest, tag, body, code)) made.push(one);
      startAt = body + 1;
    } else startAt = body;
    declarators = rest.slice(startAt);
  } else {
    startAt = typeLength(rest);
    declarators = rest.slice(startAt);
  }
  for (const one of declared(declarators, isTypedef, startAt > 0, code)) made.push(one);
  return made;
}

/** `f(a) int a; { }` to `f(a) { }`. */
function withoutOldParameters(tops: readonly Top[]): readonly Top[] {
  if (!tops.some(t => t.kind === 'sign' && t.text === ';')) return tops;
  const paren = tops.findIndex(t => t.kind === 'paren');
  return [...tops.slice(0, paren + 1), ...tops.filter((t, i) => i > paren && t.kind === 'brace')];
}

function leadingQualifiers(tops: readonly Top[]): number {
  let i = 0;
  while (tops[i]?.kind === 'word' && storageWords.has(tops[i]?.text ?? '')) i++;
  return i;
}

/** How many tokens make the type: built-in words, or one name. Qualifiers count. */
function typeLength(tops: readonly Top[]): number {
  let i = leadingQualifiers(tops);
  let sawBuiltin = false;
  while (
    tops[i]?.kind === 'word' &&
    (builtinTypes.has(tops[i]?.text ?? '') || storageWords.has(tops[i]?.text ?? ''))
  ) {
    sawBuiltin ||= builtinTypes.has(tops[i]?.text ?? '');
    i++;
  }
  if (sawBuiltin) return i;
  return tops[i]?.kind === 'word' ? i + 1 : i;
}

/** `NAME(args)`, with a `{}` body or an initialiser or nothing behind it, and no type before it. */
function invocationOf(rest: readonly Top[], code: string): Made | undefined {
  const [name, group, next] = rest;
  if (name?.kind !== 'word' || group?.kind !== 'paren' || builtinTypes.has(name.text)) return undefined;
  // `u64 (*table[])(int) = { … }`: a pointer, whatever the type is called.
  if (next?.kind === 'paren' && /^\(\s*\*/.test(code.slice(group.start, group.end))) return undefined;
  const system = headMacro.exec(name.text);
  const last = rest[rest.length - 1];
  const body = last?.kind === 'brace' && !rest.some(t => t.text === '=') ? last : undefined;
  if (system && body) {
    const m = /^\(\s*(\w+)/.exec(code.slice(group.start, group.end));
    const short = m?.[1] ?? '';
    const prefix = name.text.startsWith('BPF') ? '' : name.text.startsWith('COMPAT') ? 'compat_sys_' : 'sys_';
    return {
      kind: 'function',
      name: prefix + short,
      nameStart: group.start + (m ? m[0].length - short.length : 0),
      extra: { bodyStart: body.start },
    };
  }
  if (next?.kind === 'paren' && rest[3] === body && body) {
    // FNAME(walk)(struct x *y) { … }: the name is made by a macro.
    return {
      kind: 'function',
      name: code.slice(group.start + 1, group.end - 1).trim(),
      nameStart: group.start + 1,
      extra: { bodyStart: body.start },
    };
  }
  // K&R parameters: a lower-case name, declarations, then a body.
  if (
    next?.kind === 'word' &&
    body &&
    !rest.slice(2).some(t => t.kind === 'sign' && t.text === '=') &&
    isLower(name.text)
  )
    return { kind: 'function', name: name.text, nameStart: name.start, extra: { bodyStart: body.start } };
  if (next?.kind === 'sign' && next.text === '*') return undefined;
  return {
    kind: 'invocation',
    name: name.text,
    nameStart: name.start,
    extra: { callStart: name.start, callEnd: group.end, ...(body ? { bodyStart: body.start } : {}) },
  };
}

function isLower(name: string): boolean {
  return !/[A-Z]/.test(name);
}

function typeItems(rest: readonly Top[], tag: number, body: number, code: string): readonly Made[] {
  const kind = rest[tag]?.text as 'struct' | 'union' | 'enum';
  const named = body === tag + 2 ? rest[tag + 1] : undefined;
  const brace = rest[body];
  const nameStart = named?.start ?? rest[tag]?.start ?? 0;
  const made: Made[] = [{ kind, name: named?.text ?? '', nameStart }];
  if (kind === 'enum' && brace)
    for (const e of enumerators(code, brace))
      made.push({
        kind: 'enumerator',
        name: e.name,
        nameStart: e.start,
        extra: {
          start: e.start,
          end: e.end,
          context: { start: rest[0]?.start ?? brace.start, end: brace.end },
        },
      });
  else if (brace) for (const one of innerEnums(code, brace)) made.push(one);
  return made;
}

/** Enums inside struct bodies define names for the whole file. */
function innerEnums(code: string, brace: Top): readonly Made[] {
  const text = code.slice(brace.start, brace.end);
  if (!text.includes('enum')) return [];
  const made: Made[] = [];
  for (const m of text.matchAll(/\benum\s*(\w*)\s*\{/g)) {
    const open = brace.start + m.index + m[0].length - 1;
    const close = code.indexOf('}', open);
    if (close < 0 || close >= brace.end) continue;
    const inner: Top = { kind: 'brace', text: '', start: open, end: close + 1 };
    const start = brace.start + m.index;
    made.push({
      kind: 'enum',
      name: m[1] ?? '',
      nameStart: m[1] ? start + m[0].indexOf(m[1], 4) : start,
      extra: { start, end: close + 1 },
    });
    for (const e of enumerators(code, inner))
      made.push({
        kind: 'enumerator',
        name: e.name,
        nameStart: e.start,
        extra: { start: e.start, end: e.end, context: { start, end: close + 1 } },
      });
  }
  return made;
}

/** Names of an enum body with the range up to the comma. */
function enumerators(
  code: string,
  brace: { readonly start: number; readonly end: number },
): readonly { readonly name: string; readonly start: number; readonly end: number }[] {
  const found: { name: string; start: number; end: number }[] = [];
  const close = code.charCodeAt(brace.end - 1) === 125 ? brace.end - 1 : brace.end;
  let i = brace.start + 1;
  while (i < close) {
    let depth = 0;
    let j = i;
    for (; j < close; j++) {
      const c = code.charCodeAt(j);
      if (c === 40 || c === 91 || c === 123) depth++;
      else if (c === 41 || c === 93 || c === 125) depth--;
      else if (c === 44 && depth <= 0) break;
    }
    const m = /^\s*([A-Za-z_]\w*)\s*(\()?/.exec(code.slice(i, j));
    if (m && !m[2]) {
      const name = m[1] ?? '';
      const start = i + m[0].indexOf(name);
      let end = j;
      while (end > start && code.charCodeAt(end - 1) <= 32) end--;
      found.push({ name, start, end });
    }
    i = j + 1;
  }
  return found;
}

/** The declarators behind a type, split at outer commas. */
function declared(tops: readonly Top[], isTypedef: boolean, hasType: boolean, code: string): readonly Made[] {
  const made: Made[] = [];
  const parts: Top[][] = [[]];
  for (const t of tops) {
    if (t.kind === 'sign' && t.text === ',') parts.push([]);
    else parts[parts.length - 1]?.push(t);
  }
  for (const part of parts) {
    const one = declarator(part, isTypedef, hasType, code);
    if (one) made.push(one);
  }
  return made;
}

function declarator(
  part: readonly Top[],
  isTypedef: boolean,
  hasType: boolean,
  code: string,
): Made | undefined {
  if (!hasType) return undefined;
  const equals = part.findIndex(t => t.kind === 'sign' && t.text === '=');
  const left = equals >= 0 ? part.slice(0, equals) : part;
  const last = part[part.length - 1];
  const body = equals < 0 && last?.kind === 'brace' ? last : undefined;
  // The name is the last word before the first bracket that is neither qualifier nor attribute.
  let at = -1;
  for (let i = 0; i < left.length; i++) {
    const t = left[i];
    if (t?.kind === 'word' && !storageWords.has(t.text)) at = i;
    else if (
      t?.kind === 'paren' &&
      (at >= 0 || i === 0 || left[i - 1]?.text === '*' || left[i - 1]?.kind === 'word')
    )
      break;
    else if (t?.kind === 'bracket' || t?.kind === 'brace') break;
    if (t?.kind === 'sign' && t.text === ':') break;
  }
  const name = left[at];
  const after = left[at + 1];
  if (!name) {
    const paren = left.find(t => t.kind === 'paren');
    return paren ? inner(left, paren, isTypedef, body, code) : undefined;
  }
  if (after?.kind === 'paren') {
    if (isTypedef) return { kind: 'typedef', name: name.text, nameStart: name.start };
    return {
      kind: body ? 'function' : equals >= 0 ? 'variable' : 'prototype',
      name: name.text,
      nameStart: name.start,
      ...(body ? { extra: { bodyStart: body.start } } : {}),
    };
  }
  return { kind: isTypedef ? 'typedef' : 'variable', name: name.text, nameStart: name.start };
}

/** `(*name)(…)`, `(*name(int a))(…) { }`, `(name)(…)`: the name stands inside the parentheses. */
function inner(
  left: readonly Top[],
  paren: Top,
  isTypedef: boolean,
  body: Top | undefined,
  code: string,
): Made | undefined {
  const text = code.slice(paren.start, paren.end);
  const m = /^[(\s*]*(?:(?:const|volatile|__\w+)[\s*]+)*([A-Za-z_]\w*)\s*(\()?/.exec(text);
  const name = m?.[1];
  if (!m || name === undefined) return undefined;
  const nameStart = paren.start + m[0].lastIndexOf(name);
  const isPointer = /^\(\s*\*/.test(text);
  const followed = left[left.indexOf(paren) + 1]?.kind === 'paren';
  let kind: ItemKind = 'variable';
  if (isTypedef) kind = 'typedef';
  else if (body) kind = 'function';
  else if (followed && (m[2] !== undefined || !isPointer)) kind = 'prototype';
  return {
    kind,
    name,
    nameStart,
    ...(kind === 'function' && body ? { extra: { bodyStart: body.start } } : {}),
  };
}
