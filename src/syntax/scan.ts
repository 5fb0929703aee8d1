/**
 * Finds the top-level items of a file without a parser: a walk over characters that knows brackets, and what kernel
 * C looks like. That makes it fast (headers are never parsed to learn which names they define) and hard to derail:
 * a `}` in column 0 ends whatever is open, so half-typed code costs its own function only.
 *
 * Inside `#if` groups the bracket depth is taken from the first branch, so that branches that open the same block
 * twice do not unbalance what follows.
 */
import type { Condition, ItemKind } from './source';
import type { Plain } from './plain';
import { classify, type ScannedItem, type Segment, type Top } from './classify';
import { attributeMacros } from './words';

const OPEN_PAREN = 40;
const CLOSE_PAREN = 41;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const NEWLINE = 10;

export function isIdentifierStart(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || c === 36;
}

function isIdentifierPart(c: number): boolean {
  return isIdentifierStart(c) || (c >= 48 && c <= 57);
}

/** The end of the string or character literal that starts at `i`; an open one ends with its line. */
export function literalEnd(code: string, i: number): number {
  const quote = code.charCodeAt(i);
  for (let j = i + 1; j < code.length; j++) {
    const c = code.charCodeAt(j);
    if (c === 92) j++;
    else if (c === quote) return j + 1;
    else if (c === NEWLINE) return i + 1;
  }
  return i + 1;
}

const headStart = /(?:[A-Za-z_]\w*[ \t*]+)*?\**([A-Za-z_]\w*)[ \t]*\(/y;
const declarationStart = /(?:static|extern|typedef|EXPORT_SYMBOL\w*|module_\w+|MODULE_\w+)\b/y;
const notHeads = new Set('if else for while do switch return case goto sizeof typeof'.split(' '));

/** True if a line that starts at `i` (an identifier in column 0, inside braces) begins a new top-level item. */
function beginsItem(code: string, i: number): boolean {
  declarationStart.lastIndex = i;
  if (declarationStart.test(code)) return true;
  headStart.lastIndex = i;
  const m = headStart.exec(code);
  if (!m || notHeads.has(m[1] ?? '') || notHeads.has(/^\w+/.exec(m[0])?.[0] ?? '')) return false;
  if (/for_?each/i.test(m[1] ?? '')) return false;
  let depth = 0;
  for (let j = i + m[0].length - 1; j < code.length; j++) {
    const c = code.charCodeAt(j);
    if (c === OPEN_PAREN) depth++;
    else if (c === CLOSE_PAREN && --depth === 0) {
      const rest = code.slice(j + 1, j + 200).trimStart();
      return rest.startsWith('{') && !m[0].includes(';');
    } else if (c === 34 || c === 39) j = literalEnd(code, j) - 1;
    else if (c === OPEN_BRACE || c === CLOSE_BRACE || c === 59) return false;
  }
  return false;
}

interface Cursor {
  readonly code: string;
  readonly plain: Plain;
  /** Index of the next conditional directive not yet passed. */
  next: number;
  readonly marks: readonly { readonly at: number; readonly word: 'if' | 'else' | 'endif' }[];
}

interface Bracketed {
  readonly end: number;
  readonly broken: boolean;
}

/** Skips the bracket at `open`. Returns the offset behind its partner, or where the damage stops. */
function skipBracket(cur: Cursor, open: number): Bracketed {
  const { code, marks } = cur;
  const opener = code.charCodeAt(open);
  const isBrace = opener === OPEN_BRACE;
  const columnZero = isBrace && (open === 0 || code.charCodeAt(open - 1) === NEWLINE);
  while ((marks[cur.next]?.at ?? Infinity) < open) cur.next++;
  const stack: { before: number; after: number }[] = [];
  let depth = 0;
  let braces = 0;
  for (let i = open; i < code.length; i++) {
    const mark = marks[cur.next];
    if (mark && mark.at <= i) {
      cur.next++;
      const top = stack[stack.length - 1];
      if (mark.word === 'if') stack.push({ before: depth, after: NaN });
      else if (mark.word === 'else') {
        if (top) {
          if (Number.isNaN(top.after)) top.after = depth;
          depth = top.before;
        } else i = skipToEndif(cur, i);
      } else if (top) {
        if (!Number.isNaN(top.after)) depth = top.after;
        stack.pop();
      }
    }
    const c = code.charCodeAt(i);
    if (c === OPEN_PAREN || c === OPEN_BRACE || c === OPEN_BRACKET) {
      if (c === OPEN_BRACE) braces++;
      depth++;
    } else if (c === CLOSE_PAREN || c === CLOSE_BRACE || c === CLOSE_BRACKET) {
      const atZero = c === CLOSE_BRACE && code.charCodeAt(i - 1) === NEWLINE;
      depth--;
      if (atZero) {
        // Column 0 ends it all, except an argument list that holds a brace of its own: TRACE_X(a, \n{\n}\n).
        if (isBrace) return { end: i + 1, broken: depth !== 0 || c !== partner(opener) };
        if (depth <= 0 || braces === 0) return { end: i, broken: true };
        braces--;
      } else if (depth === 0 && stack.length === 0) {
        if (c !== partner(opener)) {
          if (isBrace) {
            depth++;
            continue;
          }
          return { end: i, broken: true };
        }
        if (columnZero && code.slice(open, i).includes('\n')) {
          const later = strayEnd(code, i + 1);
          if (later !== undefined) return { end: later, broken: true };
        }
        return { end: i + 1, broken: false };
      } else if (depth === 0) {
        if (c === partner(opener)) {
          // The last brace inside one branch: the group's other branches close the same bracket.
          const end = closeInBranches(cur, i);
          return { end, broken: false };
        }
        depth++;
      }
    } else if (c === 34 || c === 39) {
      i = literalEnd(code, i) - 1;
    } else if (c === NEWLINE) {
      const n = code.charCodeAt(i + 1);
      if (isIdentifierStart(n) && beginsItem(code, i + 1) && !(opener === OPEN_PAREN && braces > 0)) {
        return { end: lastCode(code, open, i), broken: true };
      }
      if (n === OPEN_BRACE && !isBrace && depth === 1 && looksCut(code, open, i))
        return { end: lastCode(code, open, i), broken: true };
    }
  }
  return { end: lastCode(code, open, code.length), broken: true };
}

/** A `(` whose line ends without its partner before a `{` in column 0: a half-typed head. */
function looksCut(code: string, open: number, at: number): boolean {
  return !code.slice(open, at).includes('{');
}

function partner(c: number): number {
  return c === OPEN_PAREN ? CLOSE_PAREN : c === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
}

/** The end without trailing blanks. */
function lastCode(code: string, from: number, to: number): number {
  let end = to;
  while (end > from + 1 && code.charCodeAt(end - 1) <= 32) end--;
  return end;
}

/** A column-0 `}` that is the next thing in column 0: the braces inside were one too many. */
function strayEnd(code: string, from: number): number | undefined {
  for (let i = code.indexOf('\n', from); i >= 0; i = code.indexOf('\n', i + 1)) {
    const c = code.charCodeAt(i + 1);
    if (c === CLOSE_BRACE) return i + 2;
    if (c > 32) return undefined;
  }
  return undefined;
}

/** From an #else whose #if lies before the bracket: to its #endif. */
function skipToEndif(cur: Cursor, from: number): number {
  let depth = 0;
  for (; cur.next < cur.marks.length; cur.next++) {
    const mark = cur.marks[cur.next];
    if (!mark) break;
    if (mark.word === 'if') depth++;
    else if (mark.word === 'endif' && depth-- === 0) {
      cur.next++;
      return mark.at;
    }
  }
  return Math.max(from, cur.code.length - 1);
}

/** Skips the other branches of the #if that the cursor stands in when each of them closes the bracket. */
function closeInBranches(cur: Cursor, at: number): number {
  const mark = cur.marks[cur.next];
  if (mark?.word !== 'else') return at + 1;
  const saved = cur.next;
  const end = skipToEndif(cur, at);
  const between = cur.code.slice(mark.at, end);
  const opens = (between.match(/\{/g) ?? []).length;
  const closes = (between.match(/\}/g) ?? []).length;
  if (closes === opens + 1) return mark.at + between.lastIndexOf('}') + 1;
  cur.next = saved;
  return at + 1;
}

function marksOf(plain: Plain): Cursor['marks'] {
  const marks: { at: number; word: 'if' | 'else' | 'endif' }[] = [];
  for (const d of plain.directives) {
    if (d.word === 'if' || d.word === 'ifdef' || d.word === 'ifndef') marks.push({ at: d.start, word: 'if' });
    else if (d.word === 'else' || d.word.startsWith('elif')) marks.push({ at: d.start, word: 'else' });
    else if (d.word === 'endif') marks.push({ at: d.start, word: 'endif' });
  }
  return marks;
}

export interface Scan {
  /** In text order; enumerators follow their enum. */
  readonly items: readonly ScannedItem[];
  /** Offsets in column 0 where nothing was begun: what the scan finds from there on depends on nothing before. */
  readonly rests: readonly number[];
}

/**
 * All items; or those between two offsets, of which `from` is a place of rest. Undefined if the scan does not come to
 * rest at `to`.
 */
export function scanItems(plain: Plain, file: string): Scan;
export function scanItems(plain: Plain, file: string, from: number, to: number): Scan | undefined;
export function scanItems(plain: Plain, file: string, from = 0, to = plain.code.length): Scan | undefined {
  const code = plain.code;
  const cur: Cursor = { code, plain, next: 0, marks: marksOf(plain) };
  const items: ScannedItem[] = [];
  const rests: number[] = [];
  const done = (): Scan => ({
    items: items.concat(macroItems(plain, file, from, to)).sort((a, b) => a.start - b.start),
    rests,
  });
  let tops: Top[] = [];
  let broken = false;
  let sawEquals = false;
  let sawLine = false;

  const flush = (end: number): void => {
    if (tops.length > 0) {
      const segment: Segment = { tops, end, broken, code, file };
      for (const found of classify(segment)) items.push(conditioned(plain, found));
    }
    tops = [];
    broken = false;
    sawEquals = false;
  };

  /** Nothing is begun at an offset: whether the scan may end there. */
  const atRest = (at: number): boolean => {
    if (tops.length > 0) return false;
    if (at === 0 || code.charCodeAt(at - 1) === NEWLINE) rests.push(at);
    return at === to;
  };

  for (let i = from; i < code.length; i++) {
    if (i > to) return undefined;
    const c = code.charCodeAt(i);
    if (c <= 32) {
      if (c === NEWLINE) sawLine = true;
      continue;
    }
    const mark = cur.marks[cur.next];
    if (mark && mark.at < i) {
      if (isBareCall(tops) && c !== OPEN_BRACE) flush(lastTopEnd(tops));
      while ((cur.marks[cur.next]?.at ?? Infinity) < i) {
        const m = cur.marks[cur.next];
        cur.next++;
        // A second head for the body to come: only the first branch's head counts.
        if (m?.word === 'else' && tops.length > 0 && !sawEquals && (tops[0]?.start ?? i) < m.at) {
          i = skipToEndif(cur, i);
          break;
        }
      }
      if (code.charCodeAt(i) <= 32) continue;
    }
    const ch = code.charCodeAt(i);
    if (isIdentifierStart(ch)) {
      let j = i + 1;
      while (isIdentifierPart(code.charCodeAt(j))) j++;
      if (tops.length > 0 && endsBefore(tops, code, plain.text, i, sawLine)) flush(lastTopEnd(tops));
      if (atRest(i)) return done();
      tops.push({ kind: 'word', text: code.slice(i, j), start: i, end: j });
      i = j - 1;
    } else if (ch === 59) {
      if (isOldStyleHead(tops, code, i)) tops.push({ kind: 'sign', text: ';', start: i, end: i + 1 });
      else flush(i + 1);
    } else if (ch === OPEN_PAREN || ch === OPEN_BRACKET || ch === OPEN_BRACE) {
      if (ch === OPEN_BRACE && isLinkage(tops)) {
        tops = [];
        sawLine = false;
        continue;
      }
      if (atRest(i)) return done();
      const group = skipBracket(cur, i);
      const kind = ch === OPEN_PAREN ? 'paren' : ch === OPEN_BRACKET ? 'bracket' : 'brace';
      tops.push({ kind, text: '', start: i, end: group.end });
      broken ||= group.broken;
      if (kind === 'brace' && endsWithBody(tops, sawEquals)) flush(group.end);
      else if (group.broken) flush(group.end);
      i = group.end - 1;
    } else if (ch === CLOSE_BRACE || ch === CLOSE_PAREN || ch === CLOSE_BRACKET) {
      // A stray closer: it ends what was begun.
      if (tops.length > 0) {
        broken = true;
        flush(lastTopEnd(tops));
      }
    } else if (ch === 34 || ch === 39) {
      if (atRest(i)) return done();
      const end = literalEnd(code, i);
      tops.push({ kind: 'string', text: '', start: i, end });
      i = end - 1;
    } else {
      if (atRest(i)) return done();
      if (ch === 61) sawEquals = true;
      tops.push({ kind: 'sign', text: code[i] ?? '', start: i, end: i + 1 });
    }
    sawLine = false;
  }
  if (tops.length > 0) {
    broken ||= !isBareCall(tops);
    flush(lastTopEnd(tops));
  }
  return to === code.length ? done() : undefined;
}

function lastTopEnd(tops: readonly Top[]): number {
  return tops[tops.length - 1]?.end ?? 0;
}

function isLinkage(tops: readonly Top[]): boolean {
  return tops.length === 2 && tops[0]?.text === 'extern' && tops[1]?.kind === 'string';
}

/** `NAME(…)` and nothing else, `NAME` being no attribute. */
function isBareCall(tops: readonly Top[]): boolean {
  const [name, group] = tops;
  return tops.length === 2 && name?.kind === 'word' && group?.kind === 'paren' && !isAttributeLike(name.text);
}

function isAttributeLike(name: string): boolean {
  return /^__[a-z]/.test(name);
}

const oldParameters = /^\(\s*[A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*\s*\)$/;

/** The `;` of a parameter's declaration in `int f(a) int a; {`. */
function isOldStyleHead(tops: readonly Top[], code: string, at: number): boolean {
  const paren = tops.findIndex(t => t.kind === 'paren');
  const group = tops[paren];
  if (paren < 1 || !group || tops[paren + 1]?.kind !== 'word' || tops.some(t => t.text === '=')) return false;
  if (!oldParameters.test(code.slice(group.start, group.end))) return false;
  // `__printf(1, 2) void f(…);` is a prototype.
  if (tops.slice(paren + 1).some(t => t.kind === 'paren')) return false;
  for (let i = at + 1; i < code.length; i++) {
    const c = code.charCodeAt(i);
    if (c === OPEN_BRACE) return true;
    // Only words, blanks, stars, commas, brackets and semicolons may stand between.
    if (!isIdentifierPart(c) && c > 32 && c !== 42 && c !== 44 && c !== 59 && c !== 91 && c !== 93)
      return false;
  }
  return false;
}

/** A word that cannot continue what was begun: the macro call before it had no `;`, or a line was left half-typed. */
function endsBefore(tops: readonly Top[], code: string, text: string, at: number, newLine: boolean): boolean {
  if (isBareCall(tops)) {
    if (newLine && code.charCodeAt(at - 1) === NEWLINE) return true;
    const word = /^[A-Z][A-Z0-9_]*\s*\(/.exec(code.slice(at, at + 80));
    return word !== null && /^[A-Z][A-Z0-9_]*$/.test(tops[0]?.text ?? '');
  }
  if (!newLine || code.charCodeAt(at - 1) !== NEWLINE) return false;
  const last = tops[tops.length - 1];
  // An empty line stands in no head: what was begun was left half-typed.
  if (text.slice(last?.end ?? at, at).includes('\n\n') && beginsItem(code, at)) return true;
  // Half-typed `int x =` before the next function: a head never follows `=`, `,` or an operator.
  if (last?.kind === 'sign' && last.text !== '*') return beginsItem(code, at);
  if (last?.kind === 'paren' || last?.kind === 'bracket' || last?.kind === 'brace')
    return tops.some(t => t.text === '=')
      ? beginsItem(code, at)
      : last.kind !== 'brace' && startsDeclaration(code, at);
  return false;
}

/** `static`, `extern`, `typedef`, `struct x {` …: no continuation of a head that already has its parameters. */
function startsDeclaration(code: string, at: number): boolean {
  declarationStart.lastIndex = at;
  return declarationStart.test(code);
}

/** Does the brace group just pushed end the item (a function body), or do declarators follow (struct, initialiser)? */
function endsWithBody(tops: readonly Top[], sawEquals: boolean): boolean {
  if (sawEquals) return false;
  for (let i = tops.length - 2; i >= 0; i--) {
    const t = tops[i];
    if (!t) break;
    if (t.text === 'struct' || t.text === 'union' || t.text === 'enum') return !tagBefore(tops, i);
    if (t.kind === 'paren' && !isAttributeLike(tops[i - 1]?.text ?? '')) return true;
  }
  return tops.some(t => t.kind === 'paren');
}

/** Only a tag and attributes stand between the struct/union/enum word at `from` and the brace at the end. */
function tagBefore(tops: readonly Top[], from: number): boolean {
  for (let i = from + 1; i < tops.length - 1; i++) {
    const t = tops[i];
    if (!t || t.kind === 'word') continue;
    if (t.kind === 'paren' && attributeMacros.has(tops[i - 1]?.text ?? '')) continue;
    if (t.kind === 'sign' && t.text === ':') return true;
    return false;
  }
  return true;
}

function conditioned(plain: Plain, found: ScannedItem): ScannedItem {
  const atStart = plain.conditionsAt(found.start);
  if (atStart.length === 0) return found;
  const atEnd = plain.conditionsAt(found.end - 1);
  const conditions: Condition[] = [];
  for (let i = 0; i < atStart.length; i++) {
    const a = atStart[i];
    const b = atEnd[i];
    if (!a || !b || a.text !== b.text || a.negated !== b.negated) break;
    conditions.push(a);
  }
  return { ...found, conditions };
}

const definePattern = /^\s*([A-Za-z_]\w*)/;

function macroItems(plain: Plain, file: string, from: number, to: number): ScannedItem[] {
  const items: ScannedItem[] = [];
  for (const d of plain.directives) {
    if (d.word !== 'define' || d.start < from || d.start >= to) continue;
    const m = definePattern.exec(plain.text.slice(d.bodyStart, d.end));
    if (!m) continue;
    const name = m[1] ?? '';
    items.push({
      kind: 'macro' satisfies ItemKind,
      name,
      file,
      start: d.start,
      end: d.end,
      nameStart: d.bodyStart + m[0].length - name.length,
      conditions: plain.conditionsAt(d.start),
      isStatic: false,
      isInline: false,
      broken: false,
    });
  }
  return items;
}
