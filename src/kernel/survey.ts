/**
 * What can be said about functions together: what a call does to sections (the primitive, else the macro, else the
 * function behind the name does it: see wrappers.ts), each function's sections with those calls counted in, and the
 * conditional locks. Everything is made on first use, also what a callee does: its definition is looked up where the
 * call stands, among the functions at hand and then in the corpus, and inferred in its turn, as deep as it goes.
 *
 * A callee far away is looked at only if its name sounds like a section (`lock`, `begin`, `get` …), so that opening a
 * file does not read the tree; in the file itself and in the headers at hand every callee is.
 */
import { conditionalLocks, type ConditionalLock, type Predicate } from './condlock';
import { noCorpus, type Corpus } from './corpus';
import { bare } from './expression';
import { endedElsewhere, fateOf, type Fate } from './fate';
import { remember, spanOf, type FunctionFacts } from './functions';
import { spins } from './loops';
import { macroEffects } from './macros';
import { ownerTake } from './owner';
import { noTypes, type Types } from './places';
import { primitive } from './primitives';
import {
  isBalanced,
  lastField,
  sectionsOf,
  tested,
  type CallEffects,
  type Sections,
  type Site,
} from './regions';
import { effectOfText, isSectionPrimitive, type Effect } from './sections';
import {
  atCall,
  calledSections,
  returned,
  wrapperOf,
  type AnyWrapper,
  type Inference,
  type Link,
  type Wrapper,
} from './wrappers';

export {
  conditionOf,
  parametersText,
  type AnyWrapper,
  type Link,
  type MacroWrapper,
  type Wrapper,
} from './wrappers';

export interface Survey {
  /** The functions of the files asked about, then those of related files (headers), which only help. */
  readonly functions: readonly FunctionFacts[];
  readonly related: readonly FunctionFacts[];
  readonly types: Types;
  /** Wrappers among functions and related by name, and by `get` those of the corpus; see also `wrapper`. */
  readonly wrappers: Pick<ReadonlyMap<string, Wrapper>, 'get' | 'has' | 'values'>;
  /** What a function does to the sections of whoever calls it. */
  wrapperOf(f: FunctionFacts): Wrapper | undefined;
  /** What a name that is no primitive does to sections when it is called in a file; undefined if nothing. */
  wrapper(name: string, from?: string): AnyWrapper | undefined;
  /** What `name(args)` does to sections in a file, as primitive or wrapper. */
  effects(name: string, args: readonly string[], from?: string): readonly Effect[];
  /**
   * Sections of a function of the tree; undefined if it has none. `entry`: what is open when it is entered, which become
   * sites of their own (`Site.entry`).
   */
  sections(f: FunctionFacts, entry?: readonly Effect[]): Sections | undefined;
  /** What becomes of a section: of a begin among `sections(f).sites`, or of a stray end. */
  fate(f: FunctionFacts, site: Site): Fate;
  conditionalLocks(f: FunctionFacts): readonly ConditionalLock[];
  /**
   * The definition of a name as a call in the file `from` means it: among functions and related, then in the corpus; the
   * first one that does something if there are variants.
   */
  find(name: string, from?: string): FunctionFacts | undefined;
  /** The functions (not related ones) that call a name. */
  callers(name: string): readonly FunctionFacts[];
  /** Whether every call of a name, in the functions and related ones, tests what it returns; undefined without calls. */
  alwaysTested(name: string): boolean | undefined;
}

export interface SurveyInput {
  readonly functions: readonly FunctionFacts[];
  readonly related?: readonly FunctionFacts[];
  readonly types?: Types;
  readonly corpus?: Corpus;
  /** Macros that are known without the corpus. */
  readonly macros?: Corpus['macros'];
}

/** Names of callees that are worth a look wherever they are defined. */
const soundsLikeSection =
  /lock|mutex|sem(?![a-z])|rcu|rtnl|irq|preempt|(?:^|_)(?:begin|end|enter|exit|leave|get|put|start|stop|acquire|release|disable|enable|hold|drop|save|restore|walk|lazy|init|first|next|down|up|freeze|unfreeze|thaw|suspend|resume|quiesce|take|give|grab|claim|own|disown|pin|unpin|guard|busy|done|finish)(?:_|\d|$)/i;

/** Deeper chains of wrappers are not followed. */
const DEEPEST = 12;

/** What a name means where it is called. */
type Meaning =
  | { readonly kind: 'function'; readonly wrapper: Wrapper }
  | { readonly kind: 'macro'; readonly wrapper: AnyWrapper; readonly effects: CallEffects };

export function survey(input: SurveyInput): Survey {
  const { functions } = input;
  const related = input.related ?? [];
  const corpus = input.corpus ?? noCorpus;
  const all = [...functions, ...related];
  const index = indexOf(functions, related);

  const lookups = new Map<string, FunctionFacts | undefined>();
  const elsewhere = (name: string, from: string | undefined): FunctionFacts | undefined => {
    const key = `${name} ${from ?? ''}`;
    if (!lookups.has(key)) {
      const found = corpus.functions(name, from);
      lookups.set(key, found.find(f => f.analysis.calls.size > 0) ?? found[0]);
    }
    return lookups.get(key);
  };
  const find = (name: string, from?: string): FunctionFacts | undefined =>
    index.near(name, from) ?? elsewhere(name, from);

  const alwaysTested = (name: string): boolean | undefined =>
    index.everywhere(name)?.every(c => testsResult(c, name));

  const owners = new Set<string>();
  for (const f of all) for (const owner of spunOwners(f)) owners.add(owner);
  const ownersIn = new Map<string, boolean>();
  /** In a file that is not at hand, its other functions tell. */
  const isOwner = (place: string, f: FunctionFacts, name: string): boolean => {
    const field = lastField(place);
    if (owners.has(field)) return true;
    if (!/^(smp_store_release|clear_bit_unlock)$/.test(name)) return false;
    const key = `${f.file} ${field}`;
    let known = ownersIn.get(key);
    if (known === undefined) {
      known = false;
      for (const m of corpus.mentions(/^\w*/.exec(field)?.[0] ?? '', f.file, f.file))
        if (m.kind === 'function' && spunOwners(m.facts).includes(field)) known = true;
      ownersIn.set(key, known);
    }
    return known;
  };
  const predicate: Predicate = name => {
    const facts = index.near(name, undefined);
    const value = facts && returned(facts);
    return facts && value ? { facts, value } : undefined;
  };

  // --- what a call does ---

  const inferred = new Map<FunctionFacts, Wrapper | undefined>();
  const signatures = new Map<FunctionFacts, string>();
  const busy = new Set<FunctionFacts>();
  const meanings = new Map<string, Map<string, Meaning | undefined>>();

  const wrapperOfFunction = (f: FunctionFacts): Wrapper | undefined => {
    if (inferred.has(f)) return inferred.get(f);
    // In a circle nobody begins anything that the others would not, too.
    if (busy.has(f) || busy.size >= DEEPEST) return undefined;
    busy.add(f);
    const s = sections(f);
    const wrapper = s && knownWrapper(f, s, inference);
    busy.delete(f);
    inferred.set(f, wrapper);
    if (wrapper) signatures.set(f, `${f.name}${JSON.stringify(wrapper.effects)}`);
    return wrapper;
  };
  const meaningsIn = (from: string | undefined): Map<string, Meaning | undefined> => {
    let table = meanings.get(from ?? '');
    if (!table) meanings.set(from ?? '', (table = new Map()));
    return table;
  };
  const meaningOf = (
    name: string,
    from: string | undefined,
    table = meaningsIn(from),
  ): Meaning | undefined => {
    const known = table.get(name);
    if (known !== undefined || table.has(name)) return known;
    table.set(name, undefined);
    const meaning = lookUp(name, from);
    table.set(name, meaning);
    return meaning;
  };
  const lookUp = (name: string, from: string | undefined): Meaning | undefined => {
    if (primitive(name)) return undefined;
    const near = index.near(name, from);
    const far = !near && soundsLikeSection.test(name) ? elsewhere(name, from) : undefined;
    const f = near ?? far;
    if (f) {
      const wrapper = mayMatter(f) ? wrapperOfFunction(f) : undefined;
      return wrapper && { kind: 'function', wrapper };
    }
    return macroOf(name, from);
  };
  /** Whether there is anything in a function that may begin or end a section. */
  const mayMatter = (f: FunctionFacts): boolean =>
    remember(f.analysis, 'may begin or end', () => {
      for (const c of f.analysis.calls) if (isSectionPrimitive(c) || soundsLikeSection.test(c)) return true;
      return false;
    }) || otherCalls(f).some(c => index.near(c, f.file) !== undefined);

  const macroOf = (name: string, from: string | undefined): Meaning | undefined => {
    const near = input.macros?.(name, from) ?? [];
    const found = near.length > 0 || !soundsLikeSection.test(name) ? near : corpus.macros(name, from);
    for (const { macro, source, item } of found) {
      if (!/\(/.test(macro.body)) continue;
      const effects: CallEffects = (_, args) =>
        macroEffects(macro.body, macro.parameters, args, (inner, a) =>
          effectsOf(inner, a, from ?? source.path),
        ).map(e => ({ ...e, via: name }));
      const sample = effects(name, macro.parameters ?? []);
      if (!sample || sample.length === 0) continue;
      const span = { file: source.path, start: item.nameStart, end: item.nameStart + item.name.length };
      // The call in the body that does it: the first that has an effect of its own.
      const [inner] = [...macro.body.matchAll(/([A-Za-z_]\w*)\s*\(/g)].flatMap(m => {
        const word = m[1] ?? '';
        const known = isSectionPrimitive(word) || effectsOf(word, ['', '', ''], from).length > 0;
        return word !== name && known ? [word] : [];
      });
      const chain: readonly Link[] =
        inner === undefined ? [] : [{ name: inner, span }, ...chainOf(inner, from)];
      return { kind: 'macro', wrapper: { kind: 'macro', name, span, chain }, effects };
    }
    return undefined;
  };
  const effectsOf = (name: string, args: readonly string[], from: string | undefined): readonly Effect[] => {
    const meaning = meaningOf(name, from);
    if (!meaning) return [];
    if (meaning.kind === 'macro') return meaning.effects(name, args) ?? [];
    const { wrapper } = meaning;
    const { parameters } = wrapper.facts.analysis.locals;
    return (
      wrapper.effects
        .map(e => ({ ...atCall(e, parameters, args), via: name }))
        // There is no lock at NULL.
        .filter(e => e.lock !== 'NULL')
    );
  };
  const chainOf = (name: string, from: string | undefined): readonly Link[] =>
    primitive(name) ? [] : (meaningOf(name, from)?.wrapper.chain ?? []);
  const inference: Inference = {
    predicate,
    alwaysTested,
    withEntry: (f, entry) => sections(f, entry),
    links: (name, f, site) => [{ name, span: spanOf(f, site.node) }, ...chainOf(name, f.file)],
  };

  // --- sections ---

  // They depend on the text and on what the callees do; both name the memo.
  const widened = new Set<FunctionFacts>();
  const sections = (f: FunctionFacts, entry: readonly Effect[] = []): Sections | undefined => {
    const found = sectionsNow(f, entry);
    // Something does not fit: also callees whose names tell nothing are looked at.
    if (!found || isBalanced(found) || widened.has(f) || busy.size >= DEEPEST) return found;
    widened.add(f);
    const table = meaningsIn(f.file);
    let any = false;
    for (const c of otherCalls(f)) {
      if (table.get(c) || soundsLikeSection.test(c) || index.near(c, f.file)) continue;
      const far = elsewhere(c, f.file);
      const wrapper = far && mayMatter(far) ? wrapperOfFunction(far) : undefined;
      if (!wrapper) continue;
      table.set(c, { kind: 'function', wrapper });
      any = true;
    }
    return any ? sectionsNow(f, entry) : found;
  };
  const sectionsNow = (f: FunctionFacts, entry: readonly Effect[]): Sections | undefined => {
    const { analysis } = f;
    if (!analysis.body) return undefined;
    const used: string[] = [];
    const table = meaningsIn(f.file);
    for (const c of otherCalls(f)) {
      const m = meaningOf(c, f.file, table);
      if (m?.kind === 'function') used.push(signatures.get(m.wrapper.facts) ?? '');
      else if (m) used.push(`${c}${JSON.stringify(m.effects(c, ['a', 'b', 'c', 'd']))}`);
    }
    const open = entry.length > 0 ? ` on entry ${JSON.stringify(entry)}` : '';
    return remember(analysis, `sections ${used.join()}${open}`, () =>
      sectionsOf({
        text: analysis.text,
        body: analysis.body ?? analysis.node,
        flow: analysis.flow,
        events: analysis.events,
        effects: (name, args) => effectsOf(name, args, f.file),
        isLocal: name => analysis.locals.types.has(name),
        isOwner: (place, name) => isOwner(place, f, name),
        entry,
      }),
    );
  };
  const fate = (f: FunctionFacts, site: Site): Fate => {
    const own = sections(f);
    if (!own) return { kind: 'handed-to-caller' };
    return fateOf(f, site, {
      own,
      called: calledSections(f, own, inference),
      endedElsewhere: s => endedElsewhere(f, s, functions, g => sections(g)?.strayEnds ?? [], index.callers),
    });
  };
  const ownLocks = new Map<FunctionFacts, readonly ConditionalLock[]>();
  const locks = (f: FunctionFacts): readonly ConditionalLock[] => {
    let mine = ownLocks.get(f);
    if (!mine) ownLocks.set(f, (mine = locksOf(f)));
    return mine;
  };
  const locksOf = (f: FunctionFacts): readonly ConditionalLock[] => {
    const s = sections(f);
    // A lock taken by a conditional wrapper is that wrapper's, not its callers'.
    return s
      ? conditionalLocks(f, s, predicate).filter(l => {
          const via = l.site.effect.via;
          const m = via === undefined ? undefined : meaningOf(via, f.file);
          if (m?.kind === 'function' && m.wrapper.conditional) return false;
          // Taking again what one dropped is no condition.
          return s.strayEnds.length === 0 || fate(f, l.site).kind !== 'retaken';
        })
      : [];
  };

  const functionWrapper = (name: string): Wrapper | undefined => {
    const w = meaningOf(name, index.near(name, undefined)?.file)?.wrapper;
    return w?.kind === 'function' ? w : undefined;
  };
  return {
    functions,
    related,
    types: input.types ?? noTypes,
    wrappers: {
      get: functionWrapper,
      has: name => functionWrapper(name) !== undefined,
      values: () =>
        new Set(
          all.flatMap(f => {
            const w = wrapperOfFunction(f);
            return w && index.near(f.name, f.file) === f ? [w] : [];
          }),
        ).values(),
    },
    wrapperOf: wrapperOfFunction,
    wrapper: (name, from) => meaningOf(name, from)?.wrapper,
    effects: (name, args, from) => {
      const own = effectOfText(name, args);
      return own ? [own] : effectsOf(name, args, from);
    },
    sections,
    fate,
    conditionalLocks: locks,
    find,
    callers: index.callers,
    alwaysTested,
  };
}

interface Index {
  /** Among the functions at hand: in that file, else in the files asked about, else in related ones. */
  near(name: string, from: string | undefined): FunctionFacts | undefined;
  callers(name: string): readonly FunctionFacts[];
  everywhere(name: string): readonly FunctionFacts[] | undefined;
}

function indexOf(functions: readonly FunctionFacts[], related: readonly FunctionFacts[]): Index {
  const byName = new Map<string, FunctionFacts[]>();
  for (const f of [...functions, ...related]) {
    const known = byName.get(f.name);
    if (known) known.push(f);
    else byName.set(f.name, [f]);
  }
  type Callers = ReadonlyMap<string, readonly FunctionFacts[]>;
  const lazy: { callers?: Callers; everywhere?: Callers } = {};
  return {
    near(name, from) {
      const known = byName.get(name);
      if (!known) return undefined;
      const mine = known.filter(f => f.file === from);
      const from1 = mine.length > 0 ? mine : known.filter(f => from === undefined || isVisible(f));
      return from1.find(f => f.analysis.calls.size > 0) ?? from1[0];
    },
    callers: name => (lazy.callers ??= callersIn(functions)).get(name) ?? [],
    everywhere: name => (lazy.everywhere ??= callersIn([...functions, ...related])).get(name),
  };
}

/** What a function calls that is no primitive. */
function otherCalls(f: FunctionFacts): readonly string[] {
  return remember(f.analysis, 'other calls', () => [...f.analysis.calls].filter(c => !primitive(c)));
}

const wrappersByFacts = new WeakMap<
  FunctionFacts,
  {
    readonly sections: Sections;
    readonly tested: boolean | undefined;
    readonly wrapper: Wrapper | undefined;
  }
>();

/** As wrapperOf(), kept as long as the function and its sections are the same. */
function knownWrapper(f: FunctionFacts, s: Sections, by: Inference): Wrapper | undefined {
  if (s.atExit.size === 0 && s.strayEnds.length === 0) return undefined;
  const tested = s.atExit.size > 0 ? by.alwaysTested(f.name) : undefined;
  const known = wrappersByFacts.get(f);
  if (known?.sections === s && known.tested === tested) return known.wrapper;
  const wrapper = wrapperOf(f, s, by);
  wrappersByFacts.set(f, { sections: s, tested, wrapper });
  return wrapper;
}

/** Whether a function can be meant in another file. */
function isVisible(f: FunctionFacts): boolean {
  return !(f.item.isStatic && f.file.endsWith('.c'));
}

function callersIn(functions: readonly FunctionFacts[]): ReadonlyMap<string, readonly FunctionFacts[]> {
  const callers = new Map<string, FunctionFacts[]>();
  for (const f of functions)
    for (const name of f.analysis.calls) {
      const list = callers.get(name);
      if (list) list.push(f);
      else callers.set(name, [f]);
    }
  return callers;
}

/** Whether a function looks at what a call of that name returns: tests it, or hands it on. */
function testsResult(c: FunctionFacts, name: string): boolean {
  const { flow, events, text } = c.analysis;
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
function spunOwners(f: FunctionFacts): readonly string[] {
  const { analysis } = f;
  return remember(analysis, 'spun owners', () => {
    if (![...analysis.calls].some(c => /xchg|test_and_set_bit/.test(c))) return [];
    return analysis.flow.points.flatMap(p => {
      const take =
        p.kind === 'test' && p.node && p.loop?.kind !== 'macro_loop'
          ? ownerTake(analysis.text, p.node, analysis.node)
          : undefined;
      return take && spins(analysis.flow, analysis.events, p, !take.taken) ? [lastField(take.place)] : [];
    });
  });
}
