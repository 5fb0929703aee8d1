/**
 * The corpus of a tree: definitions and mentions of names through the index of identifiers, parsed item by item.
 *
 * What a name means where it stands is found as a compiler would, as far as that goes without one: the file itself, the
 * headers that it reaches, then what other files give away. Answers about definitions are kept until a file of theirs
 * changes or the index knows other files that define the name.
 */
import { notesOn } from '../base/notes';
import type { Corpus, Definition, FunctionMention, Mention } from '../kernel/corpus';
import { functionOf, type FactStore, type FunctionFacts } from '../kernel/functions';
import { evaluateConditions, type NameLookup } from '../syntax/condition';
import type { Item, ItemKind, SourceFile } from '../syntax/source';
import { createConfig } from './config';
import type { Definer, Identifiers } from './identifiers';
import type { Reach } from './indexed';
import { folderOf, nameOf } from './paths';
import type { Config, Tree } from './tree';

export interface CorpusInput {
  readonly tree: Tree;
  readonly identifiers: Identifiers;
  readonly facts: FactStore;
  /** Decides between `#if` variants; absent: the documented defaults. */
  readonly config?: () => Config;
}

export interface TreeCorpus extends Corpus {
  /** The text of a file (or of any) may be another one. */
  forget(path?: string): void;
}

/** Definitions of a name as seen from a file, and what they rest on. */
interface Found {
  readonly definitions: readonly Definition[];
  functions?: readonly FunctionFacts[];
  macros?: ReturnType<Corpus['macros']>;
  readonly paths: string;
  version: number;
}

/** Headers that are read to find an annotated prototype. */
const mostHeaders = 16;

/** Answers in a generation. Each holds on to the sources and trees of what it found. */
const mostFound = 700;

export function createCorpus({ tree, identifiers, facts, config }: CorpusInput): TreeCorpus {
  const state = { complete: true, edits: 0 };
  const editsOf = new Map<string, number>();
  let young = new Map<string, Found>();
  let old = new Map<string, Found>();
  const closures = new Map<string, { readonly source: SourceFile; readonly reached: ReadonlySet<string> }>();
  const mentioned = notesOn<SourceFile, readonly Item[]>('mentioned');
  const lookup: NameLookup = name => (config?.() ?? defaults).value(name);

  const here = <T>(answer: readonly T[] | 'pending'): readonly T[] => {
    if (answer !== 'pending') return answer;
    state.complete = false;
    return [];
  };
  const definers = (name: string, reach: Reach): readonly Definer[] =>
    here(
      identifiers.definers?.(name, reach) ??
        (files => (files === 'pending' ? files : files.map(path => ({ path, isStatic: false }))))(
          identifiers.filesWith(name, reach),
        ),
    );

  /** `sys_close` is written SYSCALL_DEFINE1(close, …), so that its name stands nowhere. */
  const systemCall = (name: string, reach: Reach): readonly Definer[] => {
    const [, short] = /^(?:compat_)?sys_(\w+)$/.exec(name) ?? [];
    if (short === undefined) return [];
    const having = new Set(here(identifiers.filesWith(short, reach)));
    return ['0', '1', '2', '3', '4', '5', '6']
      .flatMap(n => [`SYSCALL_DEFINE${n}`, `COMPAT_SYSCALL_DEFINE${n}`])
      .flatMap(word => (identifiers.definers ? definers(word, reach) : []))
      .filter(d => having.has(d.path));
  };

  /** One source file is part of the other one. */
  const areOne = (a: string, b: string): boolean => {
    const includes = (from: string, target: string): boolean =>
      tree.file(from)?.includes.some(i => nameOf(i.target) === nameOf(target)) ?? false;
    return folderOf(a) === folderOf(b) && (includes(a, b) || includes(b, a));
  };
  const reachedFrom = (from: string): ReadonlySet<string> => {
    const source = tree.file(from);
    if (!source) return new Set();
    const known = closures.get(from);
    if (known?.source === source) return known.reached;
    const scope = tree.scope([from], config?.() ?? defaults, true);
    const reached = new Set([...scope.sources, ...scope.headers]);
    if (closures.size > 64) closures.clear();
    closures.set(from, { source, reached });
    return reached;
  };

  /** The files of definers that a use in `from` can mean, best first. */
  function visible(all: readonly Definer[], from: string | undefined): readonly string[] {
    if (from === undefined) return all.filter(d => !d.isStatic || d.path.endsWith('.h')).map(d => d.path);
    const can = all.filter(
      d => d.path === from || !d.isStatic || d.path.endsWith('.h') || areOne(d.path, from),
    );
    const headers = can.filter(d => d.path.endsWith('.h') && d.path !== from);
    const reached = headers.length > 0 && can.length > 1 ? reachedFrom(from) : undefined;
    const folder = folderOf(from);
    const rank = ({ path }: Definer): number => {
      if (path === from) return 0;
      if (reached?.has(path)) return 1;
      if (path.endsWith('.c')) return folderOf(path) === folder ? 2 : 3;
      return folderOf(path) === folder ? 2 : isShared(path) ? 4 : 5;
    };
    const ranked = can.map(d => [rank(d), d.path] as const);
    const best = Math.min(...ranked.map(([r]) => r));
    // A header of some other folder's own is not seen from here if anything else is.
    return ranked
      .filter(([r]) => r < 5 || best === 5)
      .sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1))
      .map(([, path]) => path);
  }

  /** Items of a name in some files: those under a condition that holds before those that nobody knows about. */
  function itemsIn(name: string, paths: readonly string[]): readonly Definition[] {
    return paths.flatMap(path => {
      const source = tree.file(path);
      const sure: Definition[] = [];
      const unsure: Definition[] = [];
      for (const item of source?.items ?? []) {
        if (item.name !== name || !source) continue;
        const truth = evaluateConditions(item.conditions, lookup);
        if (truth !== false) (truth ? sure : unsure).push({ source, item });
      }
      return [...sure, ...unsure];
    });
  }

  function find(name: string, from: string | undefined): Found {
    const key = `${from ?? ''}\0${name}`;
    const version = identifiers.version?.() ?? -1;
    const known = recall(key);
    if (known && version >= 0 && known.version === version) return known;
    for (const reach of reaches(from)) {
      const paths = visible([...definers(name, reach), ...systemCall(name, reach)], from);
      if (known?.paths === paths.join('\n')) {
        known.version = version;
        return known;
      }
      const definitions = itemsIn(name, paths);
      if (definitions.length === 0 && reach !== reaches(from).at(-1)) continue;
      const made: Found = { definitions, paths: paths.join('\n'), version };
      keep(key, made);
      return made;
    }
    return { definitions: [], paths: '', version };
  }

  function keep(key: string, made: Found): void {
    if (young.size >= mostFound) {
      old = young;
      young = new Map();
    }
    young.set(key, made);
  }

  /** What was not asked for since the last change of generations is forgotten with the next one. */
  function recall(key: string): Found | undefined {
    const known = young.get(key);
    if (known) return known;
    const older = old.get(key);
    if (older) {
      old.delete(key);
      keep(key, older);
    }
    return older;
  }

  /** Calls go from drivers to what is built in; the other way only through pointers. */
  function reaches(from: string | undefined): readonly Reach[] {
    if (from === undefined || tree.root === undefined) return ['near', 'core', 'all'];
    return /^\/(?:drivers|sound)\//.test(from.slice(tree.root.length))
      ? ['near', 'core', 'all']
      : ['near', 'core'];
  }

  function functionsFrom({ definitions }: Found, from: string | undefined): readonly FunctionFacts[] {
    const all: FunctionFacts[] = [];
    for (const { source, item } of definitions) {
      if (item.kind !== 'function') continue;
      // A static function of another source file is another function.
      const own = source.path === from;
      if (
        !own &&
        item.isStatic &&
        source.path.endsWith('.c') &&
        !(from !== undefined && areOne(source.path, from))
      )
        continue;
      if (!own && all[0]?.file === from && from !== undefined) break;
      const f = functionOf(source, item, facts);
      if (f) all.push(f);
    }
    return all;
  }

  const rankOfMention = (from: string): ((path: string) => number) => {
    const folder = `${folderOf(from)}/`;
    return path => (path === from ? 0 : path.startsWith(folder) ? 1 : path.endsWith('.h') ? 2 : 3);
  };
  /** What lies far is looked for only if the caller comes so far. */
  function* files(name: string, from: string | undefined): Iterable<string> {
    const seen = new Set<string>();
    for (const reach of ['near', 'core', 'all'] as const) {
      const paths = here(identifiers.filesWith(name, reach)).filter(p => !seen.has(p));
      for (const path of paths) seen.add(path);
      const rank = from === undefined ? () => 0 : rankOfMention(from);
      yield* paths.sort((a, b) => rank(a) - rank(b));
    }
  }
  function* mentions(name: string, from?: string, within?: string): Iterable<Mention> {
    const word = new RegExp(`(?<![\\w$])${name.replace(/\W/g, '\\$&')}(?![\\w$])`, 'g');
    for (const path of within === undefined ? files(name, from) : [within]) {
      const source = tree.file(path);
      if (!source?.text.includes(name)) continue;
      const seen = new Set<Item>();
      for (const m of source.text.matchAll(word)) {
        const item = itemAt(itemsOf(source), m.index);
        if (!item || seen.has(item)) continue;
        seen.add(item);
        yield mentionIn(source, item, facts);
      }
    }
  }
  /** Enumerators lie inside their enum, which is what is told. */
  const itemsOf = (source: SourceFile): readonly Item[] => {
    const known = mentioned.get(source);
    if (known) return known;
    const made = source.items.filter(item => item.kind !== 'enumerator');
    mentioned.set(source, made);
    return made;
  };

  return {
    functions(name, from) {
      const known = find(name, from);
      return (known.functions ??= functionsFrom(known, from));
    },
    macros(name, from) {
      const known = find(name, from);
      return (known.macros ??= known.definitions.flatMap(({ source, item }) => {
        const macro = item.kind === 'macro' ? source.macro(item) : undefined;
        // A macro of another source file is not seen from here.
        const own = source.path.endsWith('.h') || from === undefined || source.path === from;
        return macro && (own || areOne(source.path, from)) ? [{ macro, source, item }] : [];
      }));
    },
    definitions(name, kinds, from) {
      const wanted = new Set<ItemKind>(kinds);
      return find(name, from).definitions.filter(d => wanted.has(d.item.kind));
    },
    invocations(macros, first, from) {
      const wanted = new RegExp(`^\\w+\\s*\\(\\s*${first.replace(/\W/g, '\\$&')}\\s*[,)]`);
      for (const reach of reaches(from)) {
        const having = new Set(here(identifiers.filesWith(first, reach)));
        const paths = new Set(macros.flatMap(m => here(identifiers.filesWith(m, reach))));
        const found = [...paths]
          .filter(path => having.has(path) && (path === from || path.endsWith('.h')))
          .flatMap(path => {
            const source = tree.file(path);
            return (source?.items ?? []).flatMap(item =>
              source && item.kind === 'invocation' && macros.includes(item.name)
                ? wanted.test(source.text.slice(item.nameStart, item.end))
                  ? [{ source, item }]
                  : []
                : [],
            );
          });
        if (found.length > 0)
          return found.sort((a, b) => Number(b.item.file === from) - Number(a.item.file === from));
      }
      return [];
    },
    *prototypes(name, from, having) {
      let read = 0;
      for (const path of files(name, from)) {
        if (path !== from && !path.endsWith('.h')) continue;
        if (++read > mostHeaders) return;
        const source = tree.file(path);
        if (!source || !having.test(source.text)) continue;
        for (const item of source.items)
          if (item.kind === 'prototype' && item.name === name) yield { source, item };
      }
    },
    mentions,
    complete: () => state.complete && identifiers.complete(),
    revision(apart) {
      const here = apart.reduce((sum, path) => sum + (editsOf.get(path) ?? 0), 0);
      return `${identifiers.stage?.() ?? ''} ${String(state.edits - here)}`;
    },
    forget(path) {
      state.complete = true;
      state.edits++;
      if (path !== undefined) editsOf.set(path, (editsOf.get(path) ?? 0) + 1);
      if (path === undefined) {
        young.clear();
        old.clear();
        closures.clear();
        return;
      }
      for (const some of [young, old])
        for (const [key, { paths }] of some) if (paths.includes(path)) some.delete(key);
    },
  };
}

const defaults = createConfig();

/** Headers for everybody. */
function isShared(path: string): boolean {
  return path.includes('/include/');
}

function mentionIn(source: SourceFile, item: Item, facts: FactStore): Mention {
  if (item.kind !== 'function') return { kind: 'outer', source, item, node: () => source.node(item) };
  return {
    kind: 'function',
    source,
    item,
    get facts(): FunctionMention['facts'] {
      return functionOf(source, item, facts) ?? withoutNode(source, item, facts);
    },
  };
}

/** Something must stand for a function that cannot be parsed at all. */
function withoutNode(source: SourceFile, item: Item, facts: FactStore): FunctionFacts {
  const node = {
    kind: 'ERROR',
    start: item.start,
    end: item.end,
    named: true,
    children: [],
    hasError: true,
  } as const;
  const analysis = facts.analysis(source.text, item, () => node);
  if (!analysis) throw new Error('internal: an analysis with a node was refused');
  return { name: item.name, file: source.path, item, analysis, shift: item.start - analysis.base };
}

/** The item around an offset, of items in text order; the innermost one if they nest. */
function itemAt(items: readonly Item[], offset: number): Item | undefined {
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((items[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  // `struct s { … } x = { … };` is two items, one inside the other.
  let best: Item | undefined;
  for (let i = low; i >= 0 && i > low - 64; i--) {
    const item = items[i];
    if (!item || item.start > offset || offset >= item.end) continue;
    if (!best || item.end - item.start < best.end - best.start) best = item;
  }
  return best;
}
