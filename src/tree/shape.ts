/** What an edit changes of what other files can see: nothing, if it is inside a function, as most are. */
import type { Condition, Item, SourceFile } from '../syntax/source';

export interface Changes {
  /** What it includes, or when. */
  readonly includes: boolean;
  /** The macros that it defines. */
  readonly macros: boolean;
  /** The names that it defines, or their order. */
  readonly names: boolean;
}

export function changesOf(was: SourceFile, now: SourceFile): Changes {
  const macros = (source: SourceFile): readonly Item[] => source.items.filter(i => i.kind === 'macro');
  return {
    includes: !alike(
      was.includes,
      now.includes,
      (a, b) => a.target === b.target && a.angled === b.angled && sameConditions(a.conditions, b.conditions),
    ),
    macros: !alike(
      macros(was),
      macros(now),
      (a, b) =>
        isSame(a, b) ||
        (was.text.slice(a.start, a.end) === now.text.slice(b.start, b.end) &&
          sameConditions(a.conditions, b.conditions)),
    ),
    names: !alike(was.items, now.items, (a, b) => isSame(a, b) || a.name === b.name),
  };
}

/** The very item, at most moved. */
function isSame(a: Item, b: Item): boolean {
  return a === b || (b.origin !== undefined && b.origin === (a.origin ?? a) && a.conditions === b.conditions);
}

function alike<T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean): boolean {
  return a.length === b.length && a.every((x, i) => same(x, b[i] as T));
}

function sameConditions(a: readonly Condition[], b: readonly Condition[]): boolean {
  return a === b || alike(a, b, (x, y) => x.text === y.text && x.negated === y.negated);
}
