/**
 * The bundled C. Its text is cut into directives and items at once, without reading them; macros and functions are read when
 * somebody asks for them, since most never are, and once for each parser. It means the same in every run, but for the
 * bodies of exported functions, which are written with the tree's own macros: those are handed out as tokens.
 */
import { expand, isDefined, macroAt } from './c/preprocess';
import type { Macro, Surroundings } from './c/preprocess';
import { endToken, tokenize } from './c/token';
import type { Token } from './c/token';
import { parseUnit } from './c/unit';
import type { Grammar, Names } from './c/unit';
import { emptyTable, enterInto } from './found';
import type { FoundFunction, Origin, Table } from './found';

interface Text {
  readonly path: string;
  readonly text: string;
}

/** What the bundled headers say. */
export interface Bundled {
  /** Wins over the kernel's headers. */
  readonly model: Header;
  /** Used where there is nothing else. */
  readonly standalone: Header;
  readonly bodies: Bodies;
}

/** Functions whose text is expanded in each run, with the tree's own macros, and macros that win over the tree's. */
export interface Bodies {
  /** The tokens of a function, unexpanded. */
  tokens(name: string): readonly Token[] | undefined;
  readonly macros: Macros;
}

/** Everything but functions and macros is in the table. */
export interface Header {
  readonly table: Omit<Table, 'functions' | 'macros'>;
  readonly macros: Macros;
  function(name: string): FoundFunction | undefined;
}

export interface Macros {
  has(name: string): boolean;
  get(name: string): Macro | undefined;
}

export function readBundled(
  grammar: Grammar,
  texts: { readonly model: Text; readonly standalone: Text; readonly bodies: Text },
): Bundled {
  const model = cut(texts.model);
  const standalone = cut(texts.standalone);
  const bodies = cut(texts.bodies);
  const modelTable = emptyTable();
  const standaloneTable = emptyTable();
  /** Only their own typedefs are types in the bundled headers, whatever the tree says. */
  const names: Names = { isType: n => modelTable.typedefs.has(n) || standaloneTable.typedefs.has(n) };
  const modelHeader = header(model, modelTable, 'model', names, grammar, n => model.macros.get(n));
  const standaloneHeader = header(standalone, standaloneTable, 'standalone', names, grammar, n =>
    (standalone.macros.has(n) ? standalone : model).macros.get(n),
  );
  return {
    model: modelHeader,
    standalone: standaloneHeader,
    bodies: { tokens: name => bodies.tokens(name), macros: bodies.macros },
  };
}

function header(
  pieces: Pieces,
  table: Table,
  origin: Origin,
  names: Names,
  grammar: Grammar,
  macro: (name: string) => Macro | undefined,
): Header {
  const { path } = pieces;
  const around: Surroundings = {
    macro,
    config: () => 'n',
    predefined: () => undefined,
    define: () => undefined,
  };
  const enter = (tokens: readonly Token[], end: number): void => {
    const unit = parseUnit([...expand(tokens, around), endToken(path, end)], names, grammar);
    const problem = unit.problems[0];
    if (problem) throw new Error(`internal: ${path} at ${String(problem.span?.start)}: ${problem.message}`);
    enterInto(table, unit.externals, path, origin);
  };
  enter(pieces.others(), pieces.length);
  const read = new Set<string>();
  return {
    table,
    macros: pieces.macros,
    function(name) {
      const tokens = read.has(name) ? undefined : pieces.tokens(name);
      if (tokens) {
        read.add(name);
        enter(tokens, tokens[tokens.length - 1]?.end ?? 0);
      }
      return table.functions.get(name);
    },
  };
}

/** A text in pieces. */
interface Pieces {
  readonly path: string;
  readonly length: number;
  readonly macros: Macros;
  /** Of a function. */
  tokens(name: string): readonly Token[] | undefined;
  /** Of all that is neither function nor directive. */
  others(): readonly Token[];
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** What decides where a piece ends; all else is skipped. */
const marks =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|^[ \t]*#[ \t]*(\w*)(?:[^\n\\]|\\[\s\S])*|[(){};=]/gm;

/** Cuts at the `;` or `}` that ends an item, and at directives, of which bundled text has the simple ones. */
function cut({ path, text }: Text): Pieces {
  const defines = new Map<string, Range>();
  const functions = new Map<string, Range>();
  const others: Range[] = [];
  const stack: { readonly outer: boolean; readonly holds: boolean }[] = [];
  let active = true;
  let start = 0;
  let depth = 0;
  /** The first of `( { =` outside of brackets; and the `)` of the brackets before the body. */
  let head = -1;
  let behind = -1;
  const made = new Map<string, Macro | undefined>();
  const macros: Macros = {
    has: name => defines.has(name),
    get(name) {
      const range = defines.get(name);
      if (!range) return undefined;
      if (!made.has(name)) made.set(name, macroAt(text, path, range.start, range.end));
      return made.get(name);
    },
  };
  const around: Surroundings = {
    macro: name => macros.get(name),
    config: () => 'n',
    predefined: () => undefined,
    define: () => undefined,
  };
  const re = new RegExp(marks.source, marks.flags);
  for (let m = re.exec(text); m; m = re.exec(text)) {
    const mark = m[0];
    const at = m.index;
    const word = m[1];
    if (word !== undefined) {
      const argument = /^[ \t]*#[ \t]*\w+[ \t]+(\w+)/.exec(mark)?.[1] ?? '';
      if (word === 'define') {
        if (active) defines.set(argument, { start: at, end: re.lastIndex });
      } else if (word === 'ifdef' || word === 'ifndef') {
        const holds: boolean = active && isDefined(argument, around) === (word === 'ifdef');
        stack.push({ outer: active, holds });
        active = holds;
      } else if (word === 'else') {
        const top = stack[stack.length - 1];
        active = top !== undefined && top.outer && !top.holds;
      } else if (word === 'endif') active = stack.pop()?.outer ?? true;
      else throw new Error(`internal: #${word} in ${path}`);
      if (depth === 0) start = re.lastIndex;
      continue;
    }
    const isOpen = mark === '(' || mark === '{';
    if (depth === 0 && head < 0 && (isOpen || mark === '=')) head = at;
    if (isOpen) depth++;
    else if (mark === ')' || mark === '}') {
      depth--;
      if (depth === 0 && mark === ')' && behind < 0) behind = at;
    }
    if (depth > 0 || (mark !== ';' && mark !== '}')) continue;
    const end = re.lastIndex;
    const isFunction = mark === '}' && isBody(text, start, head, behind);
    if (mark === '}' && !isFunction) continue;
    if (active && isFunction) {
      const name = /(\w+)\s*$/.exec(text.slice(start, head))?.[1];
      if (name !== undefined) functions.set(name, { start, end });
    } else if (active) others.push({ start, end });
    start = end;
    head = -1;
    behind = -1;
  }
  const tokens = ({ start: from, end }: Range): readonly Token[] => tokenize(text, path, from, end);
  return {
    path,
    length: text.length,
    macros,
    tokens(name) {
      const range = functions.get(name);
      return range && tokens(range);
    },
    others: () => others.flatMap(tokens),
  };
}

/** A `{` stands right behind the first brackets, and no `=` or `{` before them. */
function isBody(text: string, start: number, head: number, behind: number): boolean {
  return (
    text[head] === '(' &&
    behind > head &&
    /^\s*\{/.test(text.slice(behind + 1, behind + 40)) &&
    !/^\s*(?:struct|union|enum|typedef)\b/.test(text.slice(start, head).replace(/\/\*[\s\S]*?\*\//g, ''))
  );
}
