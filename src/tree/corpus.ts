/** The corpus of a tree: definitions and mentions of names through the index of identifiers, parsed item by item. */
import type { Corpus, Mention } from '../kernel/corpus';
import type { FactStore, FunctionFacts } from '../kernel/functions';
import type { Item, SourceFile } from '../syntax/source';
import type { Identifiers } from './identifiers';
import { folderOf } from './paths';
import type { Tree } from './tree';

export interface CorpusInput {
  readonly tree: Tree;
  readonly identifiers: Identifiers;
  readonly facts: FactStore;
}

export function createCorpus({ tree, identifiers, facts }: CorpusInput): Corpus {
  const state = { complete: true };
  const files = (name: string): readonly string[] => {
    const found = identifiers.filesWith(name);
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
  const ordered = (name: string, from: string | undefined): readonly string[] => {
    const paths = files(name);
    if (from === undefined) return paths;
    const folder = `${folderOf(from)}/`;
    const rank = (p: string): number =>
      p === from ? 0 : p.startsWith(folder) ? 1 : p.endsWith('.h') ? 2 : 3;
    return [...paths].sort((a, b) => rank(a) - rank(b));
  };
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
      const found: FunctionFacts[] = [];
      for (const path of ordered(name, from)) {
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
      return found;
    },
    macros(name, from) {
      return ordered(name, from).flatMap(path => {
        const source = tree.file(path);
        return (source?.items ?? []).flatMap(item => {
          const macro = item.kind === 'macro' && item.name === name ? source?.macro(item) : undefined;
          return source && macro ? [{ macro, source, item }] : [];
        });
      });
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
