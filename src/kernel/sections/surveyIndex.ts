/**
 * The functions of a survey by name, who calls them, and what the survey wants to know of each function's own text.
 */
import { bare } from '../expression';
import { remember, type Analysis, type FunctionFacts } from '../functions';
import { spins } from './loops';
import { ownerTake, ownerWait } from './owner';
import { lastField, tested } from './regions';

/** Functions by name and by what they call. */
export interface Index {
  /** Among the functions at hand: in that file, else in the files asked about, else in related ones. */
  near(name: string, from: string | undefined): FunctionFacts | undefined;
  /** There are no two of that name at hand to choose from. */
  isOnly(name: string): boolean;
  /** The functions asked about that call a name. */
  callers(name: string): readonly FunctionFacts[];
  /** Related ones, too; undefined if nobody does. */
  everywhere(name: string): readonly FunctionFacts[] | undefined;
}

/** An index that is made as far as it is asked for. */
export function indexOf(functions: readonly FunctionFacts[], related: readonly FunctionFacts[]): Index {
  const own = named(functions);
  const others = namedRelated(related);
  const everywhere = callersOf([functions, related]);
  const callers = callersOf([functions]);
  return {
    near(name, from) {
      const [mine, theirs] = [own.get(name), others.get(name)];
      if (!mine) return theirs && nearest(theirs, from);
      return nearest(theirs ? [...mine, ...theirs] : mine, from);
    },
    isOnly: name => (own.get(name)?.length ?? 0) + (others.get(name)?.length ?? 0) < 2,
    callers: name => callers(name) ?? [],
    everywhere,
  };
}

function nearest(known: readonly FunctionFacts[], from: string | undefined): FunctionFacts | undefined {
  const mine = known.filter(f => f.file === from);
  const list = mine.length > 0 ? mine : known.filter(f => from === undefined || isVisible(f));
  return list.length > 1 ? (list.find(f => f.analysis.calls.size > 0) ?? list[0]) : list[0];
}

type ByName = ReadonlyMap<string, readonly FunctionFacts[]>;

function named(functions: readonly FunctionFacts[]): ByName {
  const byName = new Map<string, FunctionFacts[]>();
  for (const f of functions) {
    const known = byName.get(f.name);
    if (known) known.push(f);
    else byName.set(f.name, [f]);
  }
  return byName;
}

const relatedByName = new WeakMap<readonly FunctionFacts[], ByName>();

/** Headers stay the same from one edit to the next. */
function namedRelated(related: readonly FunctionFacts[]): ByName {
  let known = relatedByName.get(related);
  if (!known) relatedByName.set(related, (known = named(related)));
  return known;
}

/** More questions than this are worth going through all functions for good. */
const FEW = 12;

/** Who calls a name: for a few names they are looked through, then all calls are gathered. */
function callersOf(
  lists: readonly (readonly FunctionFacts[])[],
): (name: string) => readonly FunctionFacts[] | undefined {
  const asked = new Map<string, readonly FunctionFacts[]>();
  const lazy: { all?: ByName } = {};
  return name => {
    let found = asked.get(name);
    if (!found) {
      const naming =
        asked.size < FEW
          ? lists.flatMap(list => list.filter(f => f.analysis.named.has(name)))
          : ((lazy.all ??= namersIn(lists.flat())).get(name) ?? []);
      asked.set(name, (found = naming.filter(f => f.analysis.calls.has(name))));
    }
    return found.length > 0 ? found : undefined;
  };
}

/** Whether a function can be meant in another file. */
function isVisible(f: FunctionFacts): boolean {
  return !(f.item.isStatic && f.file.endsWith('.c'));
}

/** Functions by what their texts name like a call. */
function namersIn(functions: readonly FunctionFacts[]): ByName {
  const namers = new Map<string, FunctionFacts[]>();
  for (const f of functions)
    for (const name of f.analysis.named) {
      const list = namers.get(name);
      if (list) list.push(f);
      else namers.set(name, [f]);
    }
  return namers;
}

/** Whether a function looks at what a call of that name returns: tests it, or hands it on. */
export function testsResult({ analysis }: FunctionFacts, name: string): boolean {
  return remember(analysis, `tests ${name}`, () => looksAt(analysis, name));
}

function looksAt({ flow, events, text }: Analysis, name: string): boolean {
  const locals = new Set<string>();
  for (const p of flow.points)
    if (p.kind === 'test' && p.node) {
      const about = tested(text, p.node, true) ?? tested(text, p.node, false);
      if (about) locals.add(about.local);
    }
  return flow.points.every(p => {
    const list = events(p);
    return list
      .filter(e => e.kind === 'call' && e.name === name)
      .every(e => {
        if (p.kind === 'test' || p.kind === 'return') return true;
        const kept = list.find(a => a.kind === 'assign' && a.right && bare(text, a.right) === e.node);
        return kept?.kind === 'assign' && locals.has(text.slice(kept.left.start, kept.left.end));
      });
  });
}

/** Last fields of the owner words that a function spins on. */
export function spunOwners(f: FunctionFacts): readonly string[] {
  const { analysis } = f;
  return remember(analysis, 'spun owners', () => {
    if (![...analysis.named].some(c => /xchg|test_and_set_bit|^wait_on_bit_lock/.test(c))) return [];
    if (![...analysis.calls].some(c => /xchg|test_and_set_bit|^wait_on_bit_lock/.test(c))) return [];
    return analysis.flow.points.flatMap(p => {
      const waits = analysis
        .events(p)
        .flatMap(e => (e.kind === 'call' ? (ownerWait(analysis.text, e.node) ?? []) : []));
      if (waits.length > 0) return waits.map(lastField);
      const take =
        p.kind === 'test' && p.node && p.loop?.kind !== 'macro_loop'
          ? ownerTake(analysis.text, p.node, analysis.node)
          : undefined;
      return take && spins(analysis.flow, analysis.events, p, !take.taken) ? [lastField(take.place)] : [];
    });
  });
}
