/**
 * The items of a text that an edit made of another: only what lies between the last place of rest before the edit and
 * the first one behind it is scanned again, and the rest is taken over, moved. A place of rest is an offset in column 0
 * at which the scan had nothing begun, so that nothing before it matters to what follows; the scan is begun one such
 * place earlier than needed, because the end of an item may hang on the first words of the next.
 *
 * Where that cannot be told (an edit of `#if` lines, of an open comment, of brackets that swallow what follows) there is
 * no answer, and the whole text is scanned. test/unit/syntax/rescan.test.ts holds it to the full scan.
 */
import type { ScannedItem } from './classify';
import { assembled, endsInComment, movedGroups, plainOf, type Directive, type Plain } from './plain';
import { scanItems, type Scan } from './scan';

/** What was found out about a text. */
export interface Scanned extends Scan {
  readonly source: string;
  readonly plain: Plain;
}

export function scanned(source: string, path: string, plain: Plain = plainOf(source)): Scanned {
  return { source, plain, ...scanItems(plain, path) };
}

/** As scanned(), from what is known of an earlier text. */
export function rescanned(before: Scanned, source: string, path: string): Scanned {
  return edited(before, source, path) ?? scanned(source, path);
}

function edited(before: Scanned, source: string, path: string): Scanned | undefined {
  const old = before.source;
  const first = commonStart(old, source);
  const last = commonEnd(old, source, first);
  const shift = source.length - old.length;
  const { rests } = before;
  const behind = rests.findIndex(r => r > old.length - last);
  const until = rests[behind];
  if (until === undefined) return undefined;
  let start = behind - 1;
  while (start >= 0 && (rests[start] ?? 0) >= first) start--;
  // One more, for ends that hang on what follows; the first item may stand on the very first line.
  const from = rests[start - 1];
  if (from === undefined || !startsLine(source, from) || !startsLine(source, until + shift)) return undefined;
  const to = until + shift;
  const piece = source.slice(from, to);
  if (endsInComment(piece)) return undefined;
  const part = plainOf(piece);
  const { plain: oldPlain } = before;
  const inside = part.directives.map(d => moved(d, from));
  const replaced = oldPlain.directives.filter(d => d.start >= from && d.start < until);
  if (conditionals(oldPlain.text, replaced) !== conditionals(part.text, part.directives)) return undefined;
  // An include guard depends on all of the text.
  const isApart =
    !oldPlain.groups[0]?.guard &&
    (oldPlain.groups[0]?.start ?? Infinity) < from &&
    conditionals(part.text, part.directives) === '';
  const plain = assembled(
    oldPlain.text.slice(0, from) + part.text + oldPlain.text.slice(until),
    oldPlain.code.slice(0, from) + part.code + oldPlain.code.slice(until),
    [
      ...oldPlain.directives.filter(d => d.start < from),
      ...inside,
      ...oldPlain.directives.filter(d => d.start >= until).map(d => moved(d, shift)),
    ],
    isApart ? movedGroups(oldPlain.groups, until, shift) : undefined,
  );
  if (plain.groups[0]?.guard !== oldPlain.groups[0]?.guard) return undefined;
  const scan = scanItems(plain, path, from, to);
  if (!scan) return undefined;
  const again = before.items.filter(i => i.start >= from && i.start < until);
  return {
    source,
    plain,
    items: [
      ...before.items.filter(i => i.start < from),
      ...scan.items.map(item => unchanged(item, source, again, old) ?? detached(item, again)),
      ...before.items.filter(i => i.start >= until).map(i => movedItem(i, shift)),
    ],
    rests: [
      ...rests.filter(r => r < from),
      ...scan.rests.filter(r => r < to),
      ...rests.filter(r => r >= until).map(r => r + shift),
    ],
  };
}

/** A piece from this place on is read as it is in the whole. */
function startsLine(text: string, at: number): boolean {
  if (at === 0) return true;
  return text.charCodeAt(at - 1) === 10 && text.charCodeAt(at - 2) !== 92 && !text.startsWith('\\\r', at - 3);
}

/** The conditional directives in a row, each with its condition. */
function conditionals(text: string, directives: readonly Directive[]): string {
  return directives
    .filter(d => /^(?:if|ifdef|ifndef|elif|elifdef|elifndef|else|endif)$/.test(d.word))
    .map(d => `${d.word} ${text.slice(d.bodyStart, d.end).trim()}`)
    .join('\n');
}

function moved(d: Directive, by: number): Directive {
  return by === 0 ? d : { ...d, start: d.start + by, end: d.end + by, bodyStart: d.bodyStart + by };
}

/** An item that has the same text as before: then its trees serve again. */
function unchanged(
  item: ScannedItem,
  source: string,
  candidates: readonly ScannedItem[],
  old: string,
): ScannedItem | undefined {
  const length = item.end - item.start;
  const same = candidates.find(
    c =>
      c.kind === item.kind &&
      c.name === item.name &&
      c.broken === item.broken &&
      c.end - c.start === length &&
      c.nameStart - c.start === item.nameStart - item.start &&
      c.context === undefined &&
      item.context === undefined &&
      old.startsWith(source.slice(item.start, item.end), c.start),
  );
  if (!same) return undefined;
  const conditions = (i: ScannedItem): string => JSON.stringify(i.conditions);
  return same.start === item.start && conditions(same) === conditions(item)
    ? same
    : { ...detached(item, candidates), origin: same.origin ?? same };
}

/**
 * With the strings of an item before, where they are the same: a slice of a text keeps the whole text in memory, and
 * somebody who types makes a text a second.
 */
function detached(item: ScannedItem, before: readonly ScannedItem[]): ScannedItem {
  const named = before.find(b => b.name === item.name);
  const conditions = JSON.stringify(item.conditions);
  const under = before.find(b => JSON.stringify(b.conditions) === conditions);
  return {
    ...item,
    name: named?.name ?? item.name,
    file: before[0]?.file ?? item.file,
    conditions: under?.conditions ?? item.conditions,
  };
}

/** The item at another place. */
export function movedItem(item: ScannedItem, by: number): ScannedItem {
  if (by === 0) return item;
  const { bodyStart, callStart, callEnd, context } = item;
  return {
    ...item,
    start: item.start + by,
    end: item.end + by,
    nameStart: item.nameStart + by,
    ...(bodyStart === undefined ? undefined : { bodyStart: bodyStart + by }),
    ...(callStart === undefined ? undefined : { callStart: callStart + by }),
    ...(callEnd === undefined ? undefined : { callEnd: callEnd + by }),
    ...(context && { context: { start: context.start + by, end: context.end + by } }),
    origin: item.origin ?? item,
  };
}

/** Length of the longest common start, in steps of a comparison each. */
function commonStart(a: string, b: string): number {
  let low = 0;
  let high = Math.min(a.length, b.length);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (a.slice(low, middle) === b.slice(low, middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Length of the longest common end that does not reach into the common start. */
function commonEnd(a: string, b: string, start: number): number {
  let low = 0;
  let high = Math.min(a.length, b.length) - start;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (a.slice(a.length - middle, a.length - low) === b.slice(b.length - middle, b.length - low))
      low = middle;
    else high = middle - 1;
  }
  return low;
}
