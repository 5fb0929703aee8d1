/**
 * Where a bit is used: every function and initialiser of the tree that has one of its names in it, parsed once, and the
 * sites in it. Whole values that are stored to the word in the files that know the bit count too, if the word is changed
 * atomically elsewhere: they set or clear the bit without a name.
 */
import type { CancelToken } from '../../base/cancel';
import type { Span } from '../../base/span';
import type { BitCallees } from '../../kernel/words/accesses';
import { bitCallees } from '../../kernel/words/bitWrappers';
import { bitUses, outerUses, type BitSiteKind, type BitUse } from '../../kernel/words/bitUses';
import { spelling } from '../../kernel/expression';
import { functionOf, type FunctionFacts } from '../../kernel/functions';
import { keyOfPath, pathOf } from '../../kernel/places';
import type { Ordering } from '../../kernel/primitives';
import type { Item, SourceFile } from '../../syntax/source';
import type { StandIns } from './bitNames';
import type { Pasted } from './pasted';
import type { Scene } from '../scene';
import { typesAt } from './structs';

export interface Place {
  readonly file: string;
  /** One-based. */
  readonly line: number;
  readonly column: number;
}

export interface BitSite extends Place {
  readonly span: Span;
  /** Line where the name is written, if that is another one: in a cmpxchg loop the new value is made before. */
  readonly namedLine?: number;
  /** The function, macro or variable; '' outside all. */
  readonly function: string;
  readonly kind: BitSiteKind;
  /** The name that is written there: the bit's or a mask's. */
  readonly name: string;
  /** `set_bit`, `cmpxchg`, `READ_ONCE`; `plain` for `|=` and the like. */
  readonly operation: string;
  /** The function or macro called here that does it. */
  readonly through?: string;
  /** One indivisible step towards other CPUs. */
  readonly atomic: boolean;
  readonly ordering: Ordering;
  /** `napi_struct.state`; `?.state` if the struct is not known; '' for a local copy. */
  readonly word: string;
  /** As written: `n->state`. */
  readonly written: string;
  readonly until?: 'set' | 'clear';
  /** Only on some paths. */
  readonly maybe?: true;
  /** The bit is not named: a whole value is stored to the word. */
  readonly whole?: true;
}

export interface OtherMention extends Place {
  readonly function: string;
  readonly name: string;
  /** `passed to dev_change_flags()`, `case`, `returned`. */
  readonly how: string;
}

export interface Search {
  readonly scene: Scene;
  readonly names: ReadonlySet<string>;
  /** Those that are numbers of bits for sure, not masks. */
  readonly numbers: ReadonlySet<string>;
  readonly stand: StandIns;
  readonly pasted: readonly Pasted[];
  readonly accept: (path: string) => boolean;
  readonly cancel: CancelToken;
}

export interface Found {
  readonly uses: readonly BitSite[];
  readonly others: readonly OtherMention[];
  /** Sources that have the names. */
  readonly comments: readonly SourceFile[];
}

export function searched({ scene, names, numbers, stand, pasted, accept, cancel }: Search): Found {
  const uses: BitSite[] = [];
  const others: OtherMention[] = [];
  const seen = new Set<Item>();
  const sources = new Set<SourceFile>();
  const calleesOf = calleesByFile(scene);
  const take = (source: SourceFile, owner: string, found: readonly BitUse[], shift: number): void => {
    const types = typesAt(scene, source);
    for (const u of found) {
      const place = placeAt(source, u.start + shift);
      // A number that is stored or compared is no access to the bit.
      if (u.kind === 'other' || (numbers.has(u.name) && !u.masked)) {
        others.push({ ...place, function: owner, name: u.name, how: u.how ?? `a number: ${u.word}` });
        continue;
      }
      const key = u.path && keyOfPath(u.path, types);
      const named = u.at === undefined ? place.line : placeAt(source, u.at + shift).line;
      uses.push({
        ...place,
        span: { file: source.path, start: u.start + shift, end: u.end + shift },
        ...(named !== place.line && { namedLine: named }),
        function: owner,
        kind: u.kind,
        name: u.name,
        operation: u.operation,
        ...(u.through !== undefined && { through: u.through }),
        atomic: u.atomic,
        ordering: u.ordering,
        word: key === undefined ? '' : key.startsWith('.') ? `?${key}` : key,
        written: u.word,
        ...(u.until && { until: u.until }),
        ...(u.maybe && { maybe: true as const }),
      });
    }
  };
  // What a source file defines is known there only.
  const homes = new Map(
    stand.names.flatMap(s => {
      const { path } = s.definition.source;
      return path.endsWith('.c') ? [[s.name, path] as const] : [];
    }),
  );
  const shared = new Set([...names].filter(n => !homes.has(n)));
  const namesIn = (path: string): ReadonlySet<string> => {
    const own = [...homes].flatMap(([name, home]) => (home === path ? [name] : []));
    return own.length > 0 ? new Set([...shared, ...own]) : shared;
  };
  for (const name of [...names, ...stand.macros.keys()])
    for (const m of scene.corpus.mentions(name, scene.files[0]?.path, homes.get(name))) {
      if (cancel.cancelled) break;
      if (!accept(m.source.path)) continue;
      sources.add(m.source);
      const { item } = m;
      if (seen.has(item)) continue;
      seen.add(item);
      const f =
        m.kind === 'function'
          ? m.facts
          : item.kind === 'invocation'
            ? functionOf(m.source, item, scene.facts)
            : undefined;
      const own = namesIn(m.source.path);
      if (f) take(m.source, f.name, usesIn(f, own, stand, calleesOf), f.shift);
      else if (m.kind === 'outer' && (item.kind === 'variable' || item.kind === 'invocation')) {
        const node = m.node();
        if (node) take(m.source, item.name, outerUses(m.source.text, node, own), 0);
      }
    }
  for (const { name, use, source, start } of pasted) {
    if (!accept(source.path)) continue;
    const { inner, ...plain } = use;
    take(source, name, [{ ...plain, ...(inner && { path: inner.path }), start, end: start + 1 }], 0);
  }
  for (const { name, definition, use } of stand.macroSites) {
    if (!accept(definition.source.path)) continue;
    const { source, item } = definition;
    // The line of the definition that names the bit.
    const body = item.nameStart + name.length;
    const inside = new RegExp(`\\b${use.name}\\b`).exec(source.text.slice(body, item.end))?.index ?? 0;
    const { inner, ...plain } = use;
    take(
      source,
      name,
      [
        {
          ...plain,
          ...(inner && { path: inner.path }),
          start: body + inside,
          end: body + inside + use.name.length,
        },
      ],
      0,
    );
  }
  for (const [word, field] of changedWords(uses))
    for (const source of sources)
      if (!cancel.cancelled) uses.push(...wholeStores(scene, source, word, field, uses));
  const order = <T extends Place>(a: T, b: T): number =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column;
  return { uses: uses.sort(order), others: others.sort(order), comments: [...sources] };
}

/** Words that are changed atomically, with their fields. */
function changedWords(uses: readonly BitSite[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const u of uses) {
    const field = /^\w+\.(\w+)$/.exec(u.word)?.[1];
    if (field !== undefined && u.atomic && u.kind !== 'test' && u.kind !== 'wait') found.set(u.word, field);
  }
  return found;
}

/** Plain and marked stores of whole values to a word, where the bit is not named. */
function wholeStores(
  scene: Scene,
  source: SourceFile,
  word: string,
  field: string,
  known: readonly BitSite[],
): readonly BitSite[] {
  const store = new RegExp(`(?:->|\\.)${field}\\s*(?:=(?!=)|,)`, 'g');
  const found: BitSite[] = [];
  const seen = new Set<Item>();
  const types = typesAt(scene, source);
  for (const m of source.text.matchAll(store)) {
    const item = source.items.find(i => i.kind === 'function' && i.start <= m.index && m.index < i.end);
    if (!item || seen.has(item)) continue;
    seen.add(item);
    const f = functionOf(source, item, scene.facts);
    if (!f) continue;
    const { flow, text, locals, events } = f.analysis;
    for (const p of flow.points)
      for (const e of events(p)) {
        const marked = e.kind === 'call' && e.name === 'WRITE_ONCE';
        const place = e.kind === 'assign' && e.operator === '=' ? e.left : marked ? e.args[0] : undefined;
        if (!place || keyOfPath(pathOf(text, place, locals), types) !== word) continue;
        const span = { file: source.path, start: e.node.start + f.shift, end: e.node.end + f.shift };
        const at = placeAt(source, span.start);
        if (known.some(u => u.file === source.path && u.line === at.line && u.kind !== 'test')) continue;
        found.push({
          ...at,
          span,
          function: f.name,
          kind: 'store',
          name: '',
          operation: marked ? 'WRITE_ONCE' : 'plain',
          atomic: marked,
          ordering: marked ? 'relaxed' : 'plain',
          word,
          written: spelling(text, place),
          whole: true,
        });
      }
  }
  return found;
}

function usesIn(
  f: FunctionFacts,
  names: ReadonlySet<string>,
  stand: StandIns,
  calleesOf: (path: string) => BitCallees,
): readonly BitUse[] {
  return bitUses(f.analysis, names, calleesOf(f.file), stand.macros);
}

/** Functions and macros that take a bit, as each file means their names. */
function calleesByFile(scene: Scene): (path: string) => BitCallees {
  const made = new Map<string, BitCallees>();
  return path => {
    let known = made.get(path);
    if (!known)
      made.set(
        path,
        (known = bitCallees({
          function: name => scene.corpus.functions(name, path)[0],
          macro: name => scene.corpus.macros(name, path)[0]?.macro,
        })),
      );
    return known;
  };
}

export function placeAt(source: SourceFile, offset: number): Place {
  const at = source.lines.positionAt(offset);
  return { file: source.path, line: at.line + 1, column: at.column + 1 };
}
