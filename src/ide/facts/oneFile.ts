/**
 * One file as a corpus: who mentions a name in it, told from one reading of its text. Asking the tree's corpus for each
 * function of a file reads the whole text each time.
 */
import { noCorpus, type Corpus, type Mention } from '../../kernel/corpus';
import { functionOf, functionsOf, type FactStore } from '../../kernel/functions';
import type { Item, SourceFile } from '../../syntax/source';

/** Mentions and functions of the file, nothing else. */
export function fileCorpus(source: SourceFile, store: FactStore): Corpus {
  const items = new Map<string, Item[]>();
  for (const item of source.items) {
    if (item.kind === 'enumerator') continue;
    for (const name of new Set(source.text.slice(item.start, item.end).match(/[A-Za-z_]\w*/g))) {
      const list = items.get(name);
      if (list) list.push(item);
      else items.set(name, [item]);
    }
  }
  return {
    ...noCorpus,
    functions: name => functionsOf(source, store).filter(f => f.name === name),
    *mentions(name) {
      for (const item of items.get(name) ?? []) {
        const m = mentionIn(source, item, store);
        if (m) yield m;
      }
    },
  };
}

function mentionIn(source: SourceFile, item: Item, store: FactStore): Mention | undefined {
  if (item.kind !== 'function') return { kind: 'outer', source, item, node: () => source.node(item) };
  const facts = functionOf(source, item, store);
  return facts && { kind: 'function', source, item, facts };
}
