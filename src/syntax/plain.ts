/**
 * The first pass over a file: text of the same length without comments and without directives.
 *
 * Everything behind it (item scanner, mask, parser) sees `code`, in which comments and preprocessor lines are spaces,
 * line ends are LF, and strings are as they were. Directives come out as a list, `#if` groups as a tree that the
 * condition code walks. Nothing here fails: an open comment runs to the end, an open string to the end of its line.
 */
import type { Condition } from './source';

export interface Directive {
  /** `if`, `ifdef`, `ifndef`, `elif`, `else`, `endif`, `define`, `include`, … */
  readonly word: string;
  /** The line (with continuation lines), half open, without the final line end. */
  readonly start: number;
  readonly end: number;
  /** Where the text behind the word starts. */
  readonly bodyStart: number;
}

/** One branch of an `#if`: from behind its directive to the start of the next directive of the group. */
export interface Branch {
  readonly condition: Condition | undefined;
  readonly directiveStart: number;
  readonly start: number;
  readonly end: number;
}

/** An `#if` … `#endif`. An open one ends with the text. */
export interface Group {
  readonly branches: readonly Branch[];
  readonly start: number;
  readonly end: number;
  /** The include guard of a header: not a condition of anything. */
  readonly guard: boolean;
}

export interface Plain {
  /** Comments blank, line ends LF, directives still there. Same length as the text. */
  readonly text: string;
  /** `text` with the directives blank too. */
  readonly code: string;
  readonly directives: readonly Directive[];
  /** In order of their start; nested groups follow the group that holds them. */
  readonly groups: readonly Group[];
  /** Conditions in force at an offset, outermost first; include guards left out. */
  conditionsAt(offset: number): readonly Condition[];
}

const hidden = /\/\*[^]*?(?:\*\/|$(?![^]))|\/\/(?:\\\n|[^\n])*|"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'/g;
const spaces = ' '.repeat(4096);

/** As many blanks as characters, line ends kept. */
export function blank(text: string): string {
  if (!text.includes('\n'))
    return text.length <= spaces.length ? spaces.slice(0, text.length) : ' '.repeat(text.length);
  return text.replace(/[^\n]+/g, m => ' '.repeat(m.length));
}

/** Comments to blanks and every line end to LF; the length stays. */
export function withoutComments(text: string): string {
  let t = text;
  if (t.includes('\r'))
    t = t
      .replace(/\\\r\n/g, ' \\\n')
      .replace(/\r\n/g, ' \n')
      .replace(/\r/g, '\n');
  if (t.charCodeAt(0) === 0xfeff) t = ' ' + t.slice(1);
  if (t.includes('\f')) t = t.replace(/\f/g, ' ');
  return t.replace(hidden, (m, at: number) => {
    if (m.charCodeAt(0) !== 47) return m;
    if (!m.includes('\n')) return blank(m);
    // A comment in a directive takes the directive along to its last line.
    if (/^[ \t]*#/.test(t.slice(t.lastIndexOf('\n', at) + 1, at)))
      return m.replace(/(?<!\\)\n|[^\n\\]|\\(?!\n)/g, ' ');
    // Inside a macro the lines stay joined; elsewhere a backslash at the end of a drawing joins nothing.
    const line = t.lastIndexOf('\n', at);
    if (line < 0 || t.charCodeAt(line - 1) !== 92) return blank(m);
    return m.replace(/\\(?!\n)|[^\n\\]+/g, part => ' '.repeat(part.length));
  });
}

const directiveLine = /[ \t]*#[ \t]*([A-Za-z_]*)(?:\\\n|[^\n])*/y;

/** Directives of a text whose comments are blank. */
export function directivesOf(text: string): readonly Directive[] {
  const found: Directive[] = [];
  // Looking for the sign is faster than looking at the start of each line.
  for (let sign = text.indexOf('#'), next = 0; sign >= 0; sign = text.indexOf('#', next)) {
    next = sign + 1;
    let start = sign;
    while (start > 0 && (text[start - 1] === ' ' || text[start - 1] === '\t')) start--;
    if (start > 0 && text[start - 1] !== '\n') continue;
    directiveLine.lastIndex = start;
    const m = directiveLine.exec(text);
    if (!m) continue;
    next = start + m[0].length;
    const word = m[1] ?? '';
    const hash = m[0].indexOf('#');
    const bodyStart = m.index + m[0].indexOf(word, hash + 1) + word.length;
    found.push({ word, start: m.index, end: m.index + m[0].length, bodyStart });
  }
  return found;
}

/** The expression of a conditional directive, `defined(X)` for `#ifdef X`. */
function conditionOf(text: string, d: Directive): Condition {
  const body = text.slice(d.bodyStart, d.end).replace(/\\\n/g, ' ').trim();
  if (d.word === 'ifdef' || d.word === 'elifdef')
    return { text: `defined(${firstWord(body)})`, negated: false };
  if (d.word === 'ifndef' || d.word === 'elifndef')
    return { text: `defined(${firstWord(body)})`, negated: true };
  return { text: body.replace(/\s+/g, ' '), negated: false };
}

function firstWord(body: string): string {
  return /^\w+/.exec(body)?.[0] ?? '';
}

interface OpenGroup {
  readonly branches: {
    condition: Condition | undefined;
    directiveStart: number;
    start: number;
    end: number;
  }[];
  start: number;
  end: number;
  guard: boolean;
}

/** Branches of one group beyond this belong to the last: their conditions would grow with the square. */
const mostBranches = 500;

/** Groups inside groups. */
const deepestNesting = 60;

const opening = new Set(['if', 'ifdef', 'ifndef']);
const middle = new Set(['elif', 'elifdef', 'elifndef', 'else']);

/** Finds the groups; a stray #else or #endif is left alone. */
function groupsOf(text: string, directives: readonly Directive[]): readonly Group[] {
  const groups: OpenGroup[] = [];
  const open: OpenGroup[] = [];
  directives.forEach((d, index) => {
    const top = open[open.length - 1];
    const last = top?.branches[top.branches.length - 1];
    if (opening.has(d.word)) {
      const condition = conditionOf(text, d);
      const next = directives[index + 1];
      const guarded = firstWord(text.slice(d.bodyStart, d.end).trim());
      const guard =
        groups.length === 0 &&
        d.word === 'ifndef' &&
        next?.word === 'define' &&
        firstWord(text.slice(next.bodyStart, next.end).trim()) === guarded &&
        text.slice(0, d.start).trim() === '';
      const group: OpenGroup = {
        branches: [{ condition, directiveStart: d.start, start: d.end, end: text.length }],
        start: d.start,
        end: text.length,
        guard,
      };
      groups.push(group);
      open.push(group);
    } else if (top && last && middle.has(d.word) && top.branches.length < mostBranches) {
      last.end = d.start;
      const condition = d.word === 'else' ? undefined : conditionOf(text, d);
      top.branches.push({ condition, directiveStart: d.start, start: d.end, end: text.length });
    } else if (top && last && d.word === 'endif') {
      last.end = d.start;
      top.end = d.end;
      open.pop();
    }
  });
  // A guard runs to the end of the file and has no #else; otherwise it is a condition like any other.
  const first = groups[0];
  if (first?.guard && (first.branches.length > 1 || text.slice(first.end).trim() !== '')) first.guard = false;
  return groups;
}

/** What must hold in branch `index`: the earlier branches are false and its own condition is true. */
export function branchConditions(group: Group, index: number): readonly Condition[] {
  const all: Condition[] = [];
  group.branches.slice(0, index + 1).forEach((b, i) => {
    if (!b.condition) return;
    all.push(i === index ? b.condition : { text: b.condition.text, negated: !b.condition.negated });
  });
  return all;
}

function conditionMap(groups: readonly Group[]): (offset: number) => readonly Condition[] {
  const offsets: number[] = [0];
  const values: (readonly Condition[])[] = [[]];
  const place = (offset: number, value: readonly Condition[]): void => {
    offsets.push(offset);
    values.push(value);
  };
  // Groups come with their parents first, so a walk with a stack yields the borders in text order.
  let at = 0;
  const visit = (outer: readonly Condition[], end: number, depth: number): void => {
    for (let g = groups[at]; g && g.start < end; g = groups[at]) {
      at++;
      const group = g;
      // Nobody writes that: what is nested deeper goes with what is around it.
      if (depth > deepestNesting) continue;
      group.branches.forEach((b, i) => {
        const inner = group.guard ? outer : [...outer, ...branchConditions(group, i)];
        place(b.directiveStart, inner);
        visit(inner, b.end, depth + 1);
      });
      place(group.end, outer);
    }
  };
  visit([], Number.POSITIVE_INFINITY, 0);
  return offset => {
    let low = 0;
    let high = offsets.length - 1;
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if ((offsets[mid] ?? 0) <= offset) low = mid;
      else high = mid - 1;
    }
    return values[low] ?? [];
  };
}

/** True if a comment is open at the end of a piece that starts outside of comments and strings. */
export function endsInComment(source: string): boolean {
  let open = false;
  for (const m of source.matchAll(hidden))
    open = m.index + m[0].length === source.length && m[0].startsWith('/*') && !/^..[^]*\*\/$/.test(m[0]);
  return open;
}

/** The first pass. */
export function plainOf(source: string): Plain {
  const text = withoutComments(source);
  const directives = directivesOf(text);
  const parts: string[] = [];
  let from = 0;
  for (const d of directives) {
    parts.push(text.slice(from, d.start), blank(text.slice(d.start, d.end)));
    from = d.end;
  }
  parts.push(text.slice(from));
  return assembled(text, parts.join(''), directives);
}

/** Groups of a text in which what lies from an offset on was moved, and none of whose borders lies in what was edited. */
export function movedGroups(groups: readonly Group[], from: number, by: number): readonly Group[] {
  const at = (offset: number): number => (offset >= from ? offset + by : offset);
  return groups.map(g =>
    g.end < from
      ? g
      : {
          branches: g.branches.map(b => ({
            condition: b.condition,
            directiveStart: at(b.directiveStart),
            start: at(b.start),
            end: at(b.end),
          })),
          start: at(g.start),
          end: at(g.end),
          guard: g.guard,
        },
  );
}

/** A plain text of parts that were made apart: groups, unless they are known, and conditions follow from the directives. */
export function assembled(
  text: string,
  code: string,
  directives: readonly Directive[],
  groups: readonly Group[] = groupsOf(text, directives),
): Plain {
  let conditions: ((offset: number) => readonly Condition[]) | undefined;
  return {
    text,
    code,
    directives,
    groups,
    conditionsAt: offset => (conditions ??= conditionMap(groups))(offset),
  };
}
