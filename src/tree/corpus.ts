/** The corpus of a tree: definitions and mentions of names through the index of identifiers, parsed item by item. */
import type { Corpus, Mention } from '../kernel/corpus';
import type { FactStore, FunctionFacts } from '../kernel/functions';
import type { Item, SourceFile } from '../syntax/source';
import type { Identifiers, Reach } from './identifiers';
import { folderOf } from './paths';
import type { Tree } from './tree';

export interface CorpusInput {
  readonly tree: Tree;
  readonly identifiers: Identifiers;
  readonly facts: FactStore;
}

export function createCorpus({ tree, identifiers, facts }: CorpusInput): Corpus {
  const state = { complete: true };
  const files = (name: string, reach: Reach): readonly string[] => {
    const found = identifiers.filesWith(name, reach);
    if (found !== 'pending') return found;
    state.complete = false;
    return [];
  };
  const factsOf = (source: SourceFile, item: Item): FunctionFacts | undefined => {
    const analysis = facts.analysis(source.text, item, () => source.node(item));
    return (
      analysis && { name: item.name, file: source.path, item, analysis, shift: item.start - analysis.base }
    );
  };
  /** The file of `from`, its folder, headers, the rest by path. */
  const nearestFirst = (paths: readonly string[], from: string | undefined): readonly string[] => {
    if (from === undefined) return paths;
    const folder = `${folderOf(from)}/`;
    const rank = (p: string): number =>
      p === from ? 0 : p.startsWith(folder) ? 1 : p.endsWith('.h') ? 2 : 3;
    return [...paths].sort((a, b) => rank(a) - rank(b));
  };
  /** What lies far is looked for only if the caller comes so far. */
  function* ordered(name: string, from: string | undefined): Iterable<string> {
    const near = files(name, 'near');
    yield* nearestFirst(near, from);
    const seen = new Set(near);
    yield* nearestFirst(
      files(name, 'all').filter(p => !seen.has(p)),
      from,
    );
  }
  function* mentions(name: string, from?: string, within?: string): Iterable<Mention> {
    const word = new RegExp(`\\b${name.replace(/\W/g, '\\$&')}\\b`, 'g');
    for (const path of within === undefined ? ordered(name, from) : [within]) {
      const source = tree.file(path);
      if (!source) continue;
      let last: Item | undefined;
      for (const m of source.text.matchAll(word)) {
        const item = itemAt(source, m.index);
        if (!item || item === last) continue;
        last = item;
        if (item.kind === 'function') {
          const f = factsOf(source, item);
          if (f) yield { kind: 'function', source, facts: f };
        } else yield { kind: 'outer', source, item, node: () => source.node(item) };
      }
    }
  }
  return {
    functions(name, from) {
      for (const reach of ['near', 'all'] as const) {
        const found: FunctionFacts[] = [];
        for (const path of nearestFirst(files(name, reach), from)) {
          const source = tree.file(path);
          for (const item of source?.items ?? []) {
            if (item.kind !== 'function' || item.name !== name || !source) continue;
            // A static function of another source file is another function.
            if (path !== from && item.isStatic && path.endsWith('.c')) continue;
            const f = factsOf(source, item);
            if (f) found.push(f);
          }
          if (path === from && found.length > 0) return found;
        }
        if (found.length > 0) return found;
      }
      return [];
    },
    macros(name, from) {
      for (const reach of ['near', 'all'] as const) {
        const found = nearestFirst(files(name, reach), from).flatMap(path => {
          const source = tree.file(path);
          return (source?.items ?? []).flatMap(item => {
            const macro = item.kind === 'macro' && item.name === name ? source?.macro(item) : undefined;
            return source && macro ? [{ macro, source, item }] : [];
          });
        });
        if (found.length > 0) return found;
      }
      return [];
    },
    mentions,
    complete: () => state.complete && identifiers.complete(),
  };
}

/** The item around an offset: the innermost one, functions before what they contain. */
function itemAt(source: SourceFile, offset: number): Item | undefined {
  let low = 0;
  let high = source.items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((source.items[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  for (let i = low; i >= 0 && i > low - 64; i--) {
    const item = source.items[i];
    if (item && item.kind !== 'enumerator' && item.start <= offset && offset < item.end) return item;
  }
  return undefined;
}
