/**
 * The tree index. Nothing is built ahead: a lookup scans the files of its scope once (items only, no parser) and parses
 * just the item that it returns. Kernel headers that no include reaches are searched last, by text.
 */
import { neverCancelled, type CancelToken } from '../base/cancel';
import { notesOn } from '../base/notes';
import { evaluateCondition, evaluateConditions, namesIn, type NameLookup } from '../syntax/condition';
import type { CParser } from '../syntax/parser';
import type { Condition, Decide, Item, SourceFile } from '../syntax/source';
import { closureOf, resolveInclude, type Places, type Reached } from './include';
import { createNames } from './names';
import { folderOf, join, normalize } from './paths';
import { createReader, type Reader } from './reader';
import { changesOf } from './shape';
import type { Config, Definition, Files, LookupKind, Scope, Tree } from './tree';

export interface TreeOptions {
  readonly files: Files;
  readonly parser: CParser;
  /** The root of a kernel tree. */
  readonly root?: string;
  /** The folder of loose files, searched for includes. */
  readonly folder?: string;
  /** Files that seem to define a name, from an index; undefined as long as there is none. */
  readonly definers?: (name: string) => readonly string[] | undefined;
  /** Headers that come with Racelens: text by the name used in the #include. Files of the tree come first. */
  readonly bundled?: Readonly<Record<string, string>>;
}

export function createTree(options: TreeOptions): Tree {
  const bundled = new Map(Object.entries(options.bundled ?? {}));
  const root = options.root === undefined ? undefined : normalize(options.root);
  const folder = options.folder === undefined ? undefined : normalize(options.folder);
  const places: Places = { root, folder, bundled };
  const reader = createReader(options.files, options.parser, bundled);
  const indexes = notesOn<SourceFile, ReadonlyMap<string, readonly Item[]>>('items by name');
  /** Scopes whose files are all among `names`, with the place of each. */
  const scopeRanks = new Map<Scope, Map<string, number>>();
  const names = createNames();
  const knowledge = new Map<Config, Map<Scope, Knowledge>>();
  const search = createSearch(reader, root, options.definers ?? (() => undefined));
  const resolved = new Map<string, string | undefined>();
  const scopes = new Map<Config, Map<string, Scope>>();
  const reached = new Map<Config, Reached>();
  /** Files that were forgotten since the caches were right, as they were then. */
  const changed = new Map<string, SourceFile>();

  const drop = (scope: Scope): void => {
    reader.release(scope.headers);
    // All functions of what was open have been parsed: hardly anybody asks for them again.
    reader.release(scope.sources, true);
    scopeRanks.delete(scope);
    for (const known of knowledge.values()) known.delete(scope);
  };
  const forgetAll = (): void => {
    changed.clear();
    for (const known of scopes.values()) for (const scope of known.values()) drop(scope);
    scopes.clear();
    knowledge.clear();
    scopeRanks.clear();
    resolved.clear();
    reached.clear();
  };
  /** Of what is known, keeps what an edit did not change: most are inside a function. */
  const settle = (): void => {
    if (changed.size === 0) return;
    const all = [...changed];
    changed.clear();
    for (const [path, was] of all) {
      const now = reader.file(path);
      // Come or gone, it may be what an include elsewhere means.
      if (!now) return forgetAll();
      const changes = changesOf(was, now);
      if (changes.includes) return forgetAll();
      if (changes.macros) knowledge.clear();
      if (changes.names) scopeRanks.clear();
    }
  };

  const lengthOf = ({ sources }: Scope): number =>
    sources.reduce((sum, path) => sum + (reader.file(path)?.text.length ?? 0), 0);
  const resolve = (from: string, target: string, angled: boolean): string | undefined => {
    // Angled includes mean the same from everywhere, unless nothing but the folder of the file has it.
    const key = angled ? `<${target}` : `${folderOf(from)}"${target}`;
    if (resolved.has(key)) return resolved.get(key);
    const path = resolveInclude(reader, places, normalize(from), target, angled);
    if (path !== undefined || !reader.slow()) resolved.set(key, path);
    return path;
  };
  const closure = (sources: readonly string[], config: Config): Scope => {
    let known = reached.get(config);
    if (!known) reached.set(config, (known = new Map()));
    return closureOf(reader, sources.map(normalize), config, resolve, known);
  };
  const index = (source: SourceFile): ReadonlyMap<string, readonly Item[]> => {
    const known = indexes.get(source);
    if (known) return known;
    const made = new Map<string, Item[]>();
    for (const item of source.items) {
      const list = made.get(item.name);
      if (list) list.push(item);
      else made.set(item.name, [item]);
    }
    indexes.set(source, made);
    return made;
  };
  const itemsNamed = (path: string, name: string): readonly (readonly [SourceFile, Item])[] => {
    const source = reader.file(path);
    return source ? (index(source).get(name) ?? []).map(item => [source, item] as const) : [];
  };
  /** The files of a scope that have items of a name, nearest first. */
  const pathsWith = (scope: Scope, name: string): readonly string[] => {
    let ranks = scopeRanks.get(scope);
    if (!ranks) {
      if (names.held() > mostHeld) {
        names.clear();
        scopeRanks.clear();
      }
      ranks = new Map();
      for (const path of [...scope.sources, ...scope.headers]) {
        const source = reader.file(path);
        if (!source) continue;
        names.add(source, index(source));
        ranks.set(path, ranks.size);
      }
      // Files that are still on their way would be missed for good.
      if (reader.wanted().length === 0) scopeRanks.set(scope, ranks);
    }
    return names.paths(name, ranks);
  };
  const knownOf = (scope: Scope, config: Config): Knowledge => {
    let scopes = knowledge.get(config);
    if (!scopes) knowledge.set(config, (scopes = new Map()));
    let known = scopes.get(scope);
    if (!known)
      scopes.set(
        scope,
        (known = createKnowledge(config, root !== undefined, name => pathsWith(scope, name), itemsNamed)),
      );
    return known;
  };

  return {
    root,
    file: path => reader.file(path),
    resolveInclude(from, target, angled) {
      settle();
      return resolve(from, target, angled);
    },
    scope(sources, config, passing) {
      settle();
      search.near(sources);
      if (passing) return closure(sources, config);
      let known = scopes.get(config);
      if (!known) scopes.set(config, (known = new Map<string, Scope>()));
      const key = sources.join('\n');
      const before = known.get(key);
      if (before) {
        known.delete(key);
        known.set(key, before);
        return before;
      }
      const scope = closure(sources, config);
      // One that misses files is made again.
      if (reader.wanted().length > 0) return scope;
      reader.keep([...scope.sources, ...scope.headers]);
      known.set(key, scope);
      const lengths = new Map([...known.values()].map(s => [s, lengthOf(s)]));
      let length = [...lengths.values()].reduce((sum, l) => sum + l, 0);
      for (const [oldest, old] of known) {
        if (old === scope || (known.size <= mostScopes && length <= mostOpen)) break;
        known.delete(oldest);
        drop(old);
        length -= lengths.get(old) ?? 0;
      }
      return scope;
    },
    lookup(name, kinds, scope, config, variants, near) {
      settle();
      const known = knownOf(scope, config);
      const found: Definition[] = [];
      const others: Definition[] = [];
      const wantedKinds = new Set<string>(kinds);
      const take = (path: string): void => {
        const unsure: Definition[] = [];
        for (const [source, item] of itemsNamed(path, name)) {
          if (!wantedKinds.has(item.kind)) continue;
          const truth = evaluateConditions(item.conditions, known.lookup);
          const definition = definitionOf(source, item, config, known.decide);
          if (truth === false) others.push(definition);
          else if (truth === undefined) unsure.push(definition);
          else found.push(definition);
        }
        found.push(...unsure);
      };
      for (const path of pathsWith(scope, name)) take(path);
      if (!near && found.length === 0 && root !== undefined && kinds.some(k => everywhere.has(k)))
        for (const path of search.headersWith(name, scope)) take(path);
      return variants ? [...found, ...others] : found;
    },
    items(name, scope) {
      settle();
      return pathsWith(scope, name).flatMap(path =>
        itemsNamed(path, name).map(([source, item]) => ({ source, item })),
      );
    },
    whereIs: (name, cancel) => search.definitions(name, cancel ?? neverCancelled, itemsNamed),
    wanted: () => reader.wanted(),
    decide(scope, config) {
      settle();
      return knownOf(scope, config).decide;
    },
    forget(path) {
      const was = reader.forget(path);
      if (path === undefined || (!was && !changed.has(normalize(path)))) forgetAll();
      else if (was && !changed.has(normalize(path))) changed.set(normalize(path), was);
    },
  };
}

/** Beyond so many characters of files whose names are held, it begins anew. */
const mostHeld = 48_000_000;

/** Scopes that are kept for one config, the last used ones: each has an index of all names that its headers define. */
const mostScopes = 12;
/** And so many characters of their sources: what is known of a function takes some sixty times its text. */
const mostOpen = 1_200_000;

/** Kinds for which the headers that no include reaches are searched too. */
const everywhere: ReadonlySet<LookupKind> = new Set([
  'struct',
  'union',
  'enum',
  'enumerator',
  'typedef',
  'macro',
]);

/** Trees are made when the definition's node is looked at: most lookups only want to know where. */
function definitionOf(source: SourceFile, item: Item, config: Config, decide: Decide): Definition {
  return {
    item,
    source,
    get node() {
      return source.node(item, decide);
    },
    get macro() {
      return source.macro(item);
    },
    get decidedBy() {
      return deciders(item.conditions, config);
    },
  };
}

function deciders(conditions: readonly Condition[], config: Config): Definition['decidedBy'] {
  const names = new Set(conditions.flatMap(c => namesIn(c.text)).filter(n => n.startsWith('CONFIG_')));
  return [...names].flatMap(name => {
    const value = config.value(name);
    return value === undefined ? [] : [{ name, value, origin: config.origin(name) }];
  });
}

/** What names mean in `#if`s of one scope under one config. */
interface Knowledge {
  readonly lookup: NameLookup;
  readonly decide: Decide;
}

/**
 * CONFIG_ names and predefined macros come from the config; other names are macros of the scope. In a kernel tree a
 * macro that no file of the scope defines is not defined; without a tree nobody knows, the headers being absent.
 */
function createKnowledge(
  config: Config,
  complete: boolean,
  pathsWith: (name: string) => readonly string[],
  itemsNamed: (path: string, name: string) => readonly (readonly [SourceFile, Item])[],
): Knowledge {
  const values = new Map<string, string | undefined>();
  const asking = new Set<string>();
  const macro = (name: string): string | undefined => {
    let unsure = false;
    for (const path of pathsWith(name))
      for (const [source, item] of itemsNamed(path, name)) {
        if (item.kind !== 'macro') continue;
        // `#ifndef X … #define X` says what X is if nobody else does: it is no answer to `#ifndef X`.
        if (item.conditions.some(c => c.negated && c.text === `defined(${name})`)) continue;
        const truth = evaluateConditions(item.conditions, lookup);
        if (truth === undefined) unsure = true;
        if (truth !== true) continue;
        const body = source.macro(item);
        return body?.parameters || body?.body === '' ? '1' : (body?.body ?? '1');
      }
    if (unsure || !complete || /^__.*__$/.test(name)) return undefined;
    return 'n';
  };
  /** What `#ifndef X … #define X 1` gives X. */
  const byDefault = (name: string): string | undefined => {
    const own = `defined(${name})`;
    for (const path of pathsWith(name))
      for (const [source, item] of itemsNamed(path, name)) {
        if (item.kind !== 'macro' || !item.conditions.some(c => c.negated && c.text === own)) continue;
        const others = item.conditions.filter(c => c.text !== own);
        const body = source.macro(item)?.body ?? '';
        if (/^\(?-?\d\w*\)?$/.test(body) && evaluateConditions(others, lookup) === true) return body;
      }
    return undefined;
  };
  const defaults = new Map<string, string | undefined>();
  const lookup: NameLookup = (name, use) => {
    const given = config.value(name);
    if (given !== undefined) return given;
    if (!values.has(name)) {
      if (asking.has(name)) return undefined;
      asking.add(name);
      values.set(name, macro(name));
      asking.delete(name);
    }
    const value = values.get(name);
    if (value !== 'n' || use !== 'value' || name.startsWith('CONFIG_')) return value;
    if (!defaults.has(name)) {
      defaults.set(name, undefined);
      defaults.set(name, byDefault(name));
    }
    return defaults.get(name) ?? value;
  };
  return { lookup, decide: condition => evaluateCondition(condition, lookup) };
}

interface Search {
  /** Folders of these files are searched first. */
  near(sources: readonly string[]): void;
  headersWith(name: string, scope: Scope): readonly string[];
  definitions(
    name: string,
    cancel: CancelToken,
    itemsNamed: (path: string, name: string) => readonly (readonly [SourceFile, Item])[],
  ): readonly string[];
}

/** Folders of headers by how likely an unreached name is in them; user-space and boot-time copies are left out. */
const headerFolders: readonly string[] = [
  'include/linux',
  'include/uapi/linux',
  'include/net',
  'include/asm-generic',
  'arch/x86/include',
  'include',
];

/** Folders of sources by how likely the body of an unknown call is in them. Drivers are found beside the sources. */
const sourceFolders: readonly string[] = [
  'include/linux',
  'include/net',
  'kernel',
  'lib',
  'net/core',
  'mm',
  'net',
  'fs',
  'block',
  'security',
  'drivers/base',
  'crypto',
  'ipc',
  'arch/x86/kernel',
  'arch/x86/lib',
];

/** FNV-1a over UTF-16 code units, 32 bits. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** What a definition of a type, enumerator or macro looks like; the scan of the file decides. */
function definitionPattern(name: string): RegExp {
  const n = name.replace(/\$/g, '\\$');
  return new RegExp(
    `#[ \\t]*define[ \\t]+${n}\\b|\\b(?:struct|union|enum)\\s+${n}\\s*\\{|(?:^|[{,])[ \\t]*${n}[ \\t]*(?:[=,}/]|$)|\\b${n}\\)?[ \\t]*[;([]`,
    'm',
  );
}

/** Text searches over many files, each file read once and forgotten; only names are kept. */
function createSearch(
  reader: Reader,
  root: string | undefined,
  definers: (name: string) => readonly string[] | undefined,
): Search {
  const nearFolders = new Set<string>();
  const headerTexts = new Map<string, readonly (readonly [string, string])[]>();
  const headerHits = new Map<string, readonly string[]>();
  const functions = new Map<string, ReadonlyMap<number, readonly string[]>>();

  const textsIn = (folder: string): readonly (readonly [string, string])[] => {
    const known = headerTexts.get(folder);
    if (known) return known;
    const earlier = headerFolders.slice(0, headerFolders.indexOf(folder)).map(f => `${join(root ?? '', f)}/`);
    const found: (readonly [string, string])[] = [];
    for (const path of reader.below(join(root ?? '', folder), /\.h$/, 6)) {
      if (earlier.some(e => path.startsWith(e))) continue;
      const text = reader.text(path);
      if (text !== undefined && text.length < 4_000_000) found.push([path, text]);
    }
    headerTexts.set(folder, found);
    return found;
  };

  /**
   * Names before a `(` at the start of a line, which is where kernel C defines its functions, by file. Names are kept
   * as hashes: a slice of a text would keep the whole text in memory. The scan of the file confirms a hit.
   */
  const functionsIn = (
    key: string,
    paths: () => readonly string[],
    cancel: CancelToken,
  ): ReadonlyMap<number, readonly string[]> => {
    const known = functions.get(key);
    if (known) return known;
    const made = new Map<number, string[]>();
    for (const path of paths()) {
      if (cancel.cancelled) return made;
      const text = reader.text(path);
      if (text === undefined || text.length > 4_000_000) continue;
      for (const m of text.matchAll(/^[A-Za-z_][\w \t*]*?\**(\w+)\(/gm)) {
        const hash = hashOf(m[1] ?? '');
        const list = made.get(hash);
        if (!list) made.set(hash, [path]);
        else if (list[list.length - 1] !== path) list.push(path);
      }
    }
    functions.set(key, made);
    return made;
  };

  return {
    near(sources) {
      for (const s of sources) nearFolders.add(folderOf(normalize(s)));
    },
    headersWith(name, scope) {
      if (root === undefined) return [];
      const inScope = new Set([...scope.sources, ...scope.headers]);
      const indexed = definers(name);
      if (indexed) {
        headerTexts.clear();
        for (const folder of headerFolders) {
          const inside = indexed.filter(p => p.endsWith('.h') && p.startsWith(`${join(root, folder)}/`));
          if (inside.length > 0) return inside.filter(p => !inScope.has(p));
        }
        return [];
      }
      if (reader.slow()) return [];
      const known = headerHits.get(name);
      if (known) return known.filter(p => !inScope.has(p));
      const pattern = definitionPattern(name);
      const hits: string[] = [];
      for (const folder of headerFolders) {
        for (const [path, text] of textsIn(folder))
          if (text.includes(name) && pattern.test(text)) hits.push(path);
        if (hits.length > 0) break;
      }
      headerHits.set(name, hits);
      return hits.filter(p => !inScope.has(p));
    },
    definitions(name, cancel, itemsNamed) {
      const confirmed = (paths: readonly string[]): readonly string[] =>
        paths.filter(p => itemsNamed(p, name).some(([, item]) => item.kind === 'function'));
      for (const folder of nearFolders) {
        const hits = functionsIn(`${folder}/.`, () => reader.below(folder, /\.[ch]$/, 0), cancel).get(
          hashOf(name),
        );
        const real = confirmed(hits ?? []);
        if (real.length > 0) return real;
      }
      if (root === undefined || reader.slow()) return [];
      for (const folder of sourceFolders) {
        if (cancel.cancelled) return [];
        const hits = functionsIn(folder, () => reader.below(join(root, folder), /\.[ch]$/, 6), cancel).get(
          hashOf(name),
        );
        const real = confirmed(hits ?? []);
        if (real.length > 0) return real;
      }
      return [];
    },
  };
}
