/**
 * Which files define a name, over all files that scopes reach. Most scopes share most of their headers: a table for each
 * scope would take a tenth of a second and some megabytes for every file that is opened.
 */
import { notesOn } from '../base/notes';
import { detachedName } from '../base/text';
import type { Item, SourceFile } from '../syntax/source';

export interface Names {
  /** Characters of the files whose names are held. */
  held(): number;
  add(source: SourceFile, items: ReadonlyMap<string, readonly Item[]>): void;
  /** Paths that may have items of a name, in the order of their ranks; those without a rank are left out. */
  paths(name: string, ranks: ReadonlyMap<string, number>): readonly string[];
  clear(): void;
}

export function createNames(): Names {
  const paths = new Map<string, string[]>();
  /** The round in which the names of this version of a file were taken. */
  const taken = notesOn<SourceFile, number>('names taken');
  const state = { round: 1, held: 0 };
  return {
    held: () => state.held,
    add(source, items) {
      if (taken.get(source) === state.round) return;
      taken.set(source, state.round);
      state.held += source.text.length;
      for (const name of items.keys()) {
        const list = paths.get(name);
        if (!list) paths.set(detachedName(name), [source.path]);
        // An earlier version may be there.
        else if (!list.includes(source.path)) list.push(source.path);
      }
    },
    paths(name, ranks) {
      const all = paths.get(name);
      if (!all) return none;
      if (all.length === 1) return ranks.has(all[0] ?? '') ? all : none;
      return all.filter(path => ranks.has(path)).sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
    },
    clear() {
      paths.clear();
      state.round++;
      state.held = 0;
    },
  };
}

const none: readonly string[] = [];
