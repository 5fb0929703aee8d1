/**
 * What can be said about functions together: what a call does to sections (the primitive, else the macro, else the
 * function behind the name does it: see wrappers.ts), each function's sections with those calls counted in, and the
 * conditional locks. Everything is made on first use, also what a callee does: its definition is looked up where the
 * call stands, among the functions at hand and then in the corpus, and inferred in its turn, as deep as it goes.
 *
 * A callee far away is looked at only if its name sounds like a section (`lock`, `begin`, `get` …), so that opening a
 * file does not read the tree; in the file itself and in the headers at hand every callee is.
 */
import { notesOn } from '../../base/notes';
import { annotatedIn, type Annotated } from './annotated';
import { conditionalLocks, type ConditionalLock, type Predicate } from './condlock';
import { noCorpus, type Corpus } from '../corpus';
import { endedElsewhere, fateOf, type Fate } from './fate';
import { remember, spanOf, type Analysis, type FunctionFacts } from '../functions';
import { guardsOf, guardWordsIn } from './guards';
import { macroEffects } from './macros';
import { noTypes, type Types } from '../places';
import { mayOwn } from './owner';
import { guardPrimitive, primitive } from '../primitives';
import { isBalanced, lastField, sectionsOf, type Sections, type Site } from './regions';
import { effectsOfText, isSectionPrimitive, type CallEffects, type Effect } from './sections';
import { indexOf, spunOwners, testsResult } from './surveyIndex';
import {
  atCall,
  calledSections,
  placed,
  returned,
  wrapperOf,
  type AnyWrapper,
  type Inference,
  type Link,
  type Unplaced,
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
  /** The survey of the text before the last edit: what the edit does not concern is taken from it. */
  readonly before?: Survey | undefined;
}

/** Names of callees that are worth a look wherever they are defined. */
const soundsLikeSection =
  /lock|mutex|sem(?![a-z])|rcu|rtnl|irq|preempt|(?:^|_)(?:begin|end|enter|exit|leave|get|put|start|stop|acquire|release|disable|enable|hold|drop|save|restore|walk|lazy|init|first|next|down|up|freeze|unfreeze|thaw|suspend|resume|quiesce|take|give|grab|claim|own|disown|pin|unpin|guard|busy|done|finish|retry)(?:_|\d|$)/i;

/** Deeper chains of wrappers are not followed. */
const DEEPEST = 12;

/** What a name means where it is called. */
type Meaning =
  | { readonly kind: 'function'; readonly wrapper: Wrapper }
  | {
      readonly kind: 'macro';
      readonly wrapper: AnyWrapper;
      readonly effects: CallEffects;
      readonly definition: MacroOf;
    }
  /** There is no body, but an annotated prototype. */
  | { readonly kind: 'annotated'; readonly wrapper: AnyWrapper; readonly annotated: Annotated };

type MacroOf = ReturnType<Corpus['macros']>[number];

/** What a survey found out so far, for the one after it. */
interface Findings {
  readonly input: SurveyInput;
  readonly revision: string | undefined;
  readonly owners: ReadonlySet<string>;
  readonly lookups: ReadonlyMap<string, FunctionFacts | undefined>;
  readonly ownersIn: ReadonlyMap<string, boolean>;
  readonly inferred: ReadonlyMap<FunctionFacts, Wrapper | undefined>;
  readonly meanings: ReadonlyMap<string, ReadonlyMap<string, Meaning | undefined>>;
  readonly tested: ReadonlyMap<string, boolean | undefined>;
  /** Names of functions that were asked whether they only tell something. */
  readonly predicates: ReadonlySet<string>;
  readonly sections: ReadonlyMap<FunctionFacts, Sections | undefined>;
  readonly locks: ReadonlyMap<FunctionFacts, readonly ConditionalLock[]>;
  readonly fates: ReadonlyMap<FunctionFacts, ReadonlyMap<Site, Fated>>;
}

interface Fated {
  readonly fate: Fate;
  /** Other functions had a say. */
  readonly asked: boolean;
}

const findings = notesOn<Survey, Findings>('findings');

/** An edit inside of functions: those that it changed, and where all others are now. */
interface Edit {
  readonly changed: ReadonlyMap<FunctionFacts, FunctionFacts>;
  readonly names: ReadonlySet<string>;
  readonly now: (f: FunctionFacts) => FunctionFacts;
}

/** Edits that change more functions are no edits of a function. */
const FEW_CHANGED = 4;

/** What was edited since; undefined if more than the insides of a few functions. */
function editSince(was: Findings, input: SurveyInput, revision: string | undefined): Edit | undefined {
  const before = was.input.functions;
  const same =
    revision !== undefined &&
    was.revision === revision &&
    was.input.corpus === input.corpus &&
    was.input.related === input.related &&
    was.input.macros === input.macros &&
    before.length === input.functions.length;
  if (!same) return undefined;
  const moved = new Map<FunctionFacts, FunctionFacts>();
  const changed = new Map<FunctionFacts, FunctionFacts>();
  for (const [i, f] of input.functions.entries()) {
    const old = before[i];
    if (old === f) continue;
    if (old?.name !== f.name || old.file !== f.file || old.item.isStatic !== f.item.isStatic)
      return undefined;
    if (old.analysis === f.analysis) moved.set(old, f);
    else changed.set(old, f);
    if (changed.size > FEW_CHANGED) return undefined;
  }
  return {
    changed,
    names: new Set([...changed.keys()].map(f => f.name)),
    now: f => moved.get(f) ?? f,
  };
}

export function survey(input: SurveyInput): Survey {
  const { functions, macros: macrosAtHand } = input;
  const related = input.related ?? [];
  const corpus = input.corpus ?? noCorpus;
  // No closure below may capture `input`: it has the survey before, which has the one before it.
  const types = input.types ?? noTypes;
  const index = indexOf(functions, related);
  const files = [...new Set(functions.map(f => f.file))];
  const revision = corpus.revision?.(files);

  const lookups = new Map<string, FunctionFacts | undefined>();
  const elsewhere = (name: string, from: string | undefined): FunctionFacts | undefined => {
    const key = `${name} ${from ?? ''}`;
    if (!lookups.has(key)) {
      const found = corpus.functions(name, from);
      const meant = found.length > 1 ? found.find(f => f.analysis.calls.size > 0) : undefined;
      lookups.set(key, meant ?? found[0]);
    }
    return lookups.get(key);
  };
  const find = (name: string, from?: string): FunctionFacts | undefined =>
    index.near(name, from) ?? elsewhere(name, from);

  const testedNames = new Map<string, boolean | undefined>();
  const alwaysTested = (name: string): boolean | undefined => {
    if (!testedNames.has(name))
      testedNames.set(
        name,
        index.everywhere(name)?.every(c => testsResult(c, name)),
      );
    return testedNames.get(name);
  };

  const lazyOwners: { all?: ReadonlySet<string> } = {};
  const owners = (): ReadonlySet<string> =>
    (lazyOwners.all ??= new Set([...functions, ...related].flatMap(spunOwners)));
  const ownersIn = new Map<string, boolean>();
  /** In a file that is not at hand, its other functions tell. */
  const isOwner = (place: string, f: FunctionFacts, name: string): boolean => {
    const field = lastField(place);
    if (owners().has(field)) return true;
    if (!/^(smp_store_release|clear_bit_unlock|clear_and_wake_up_bit)$/.test(name)) return false;
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
  const predicates = new Set<string>();
  const predicate: Predicate = name => {
    predicates.add(name);
    const facts = index.near(name, undefined);
    const value = facts && returned(facts);
    return facts && value ? { facts, value } : undefined;
  };

  // --- what a call does ---

  const inferred = new Map<FunctionFacts, Wrapper | undefined>();
  const signatures = new Map<FunctionFacts, string>();
  const busy = new Set<FunctionFacts>();
  const asking = { depth: 0 };
  const meanings = new Map<string, Map<string, Meaning | undefined>>();

  const wrapperOfFunction = (f: FunctionFacts): Wrapper | undefined => {
    if (inferred.has(f)) return inferred.get(f);
    // In a circle nobody begins anything that the others would not, too.
    if (busy.has(f) || busy.size >= DEEPEST) return undefined;
    busy.add(f);
    const s = sections(f);
    const wrapper = s && knownWrapper(f, s, inference);
    busy.delete(f);
    keep(f, wrapper);
    return wrapper;
  };
  const keep = (f: FunctionFacts, wrapper: Wrapper | undefined): void => {
    inferred.set(f, wrapper);
    if (wrapper) signatures.set(f, signatureOf(wrapper));
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
    asking.depth++;
    const meaning = lookUp(name, from);
    asking.depth--;
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
    return macroOf(name, from) ?? annotatedOf(name, from);
  };
  const annotatedOf = (name: string, from: string | undefined): Meaning | undefined => {
    // A macro is what it is, also one that does nothing to sections.
    if (!soundsLikeSection.test(name) || macrosMeant(name, from).length > 0) return undefined;
    const annotated = annotatedIn(corpus, types, name, from);
    return annotated && meaningOfAnnotated(annotated);
  };
  /** Whether there is anything in a function that may begin or end a section. */
  const mayMatter = (f: FunctionFacts): boolean =>
    remember(f.analysis, 'may begin or end', () => {
      for (const c of f.analysis.named) if (isSectionPrimitive(c) || soundsLikeSection.test(c)) return true;
      return false;
    }) || otherNames(f).some(c => index.near(c, f.file) !== undefined);

  const macrosMeant = (name: string, from: string | undefined): readonly MacroOf[] => {
    const near = macrosAtHand?.(name, from) ?? [];
    return near.length > 0 || !soundsLikeSection.test(name) ? near : corpus.macros(name, from);
  };
  const macroOf = (name: string, from: string | undefined): Meaning | undefined => {
    for (const definition of macrosMeant(name, from)) {
      if (!definition.macro.body.includes('(')) continue;
      const meaning = meaningOfMacro(name, from, definition);
      const sample = meaning.effects(name, definition.macro.parameters ?? []);
      if (sample && sample.length > 0) return meaning;
    }
    return undefined;
  };
  const meaningOfMacro = (
    name: string,
    from: string | undefined,
    definition: MacroOf,
  ): Meaning & { kind: 'macro' } => {
    const { macro, source, item } = definition;
    const span = { file: source.path, start: item.nameStart, end: item.nameStart + item.name.length };
    return {
      kind: 'macro',
      definition,
      wrapper: {
        kind: 'macro',
        name,
        span,
        get chain(): readonly Link[] {
          // The call in the body that does it: the first that has an effect of its own.
          const [inner] = [...macro.body.matchAll(/([A-Za-z_]\w*)\s*\(/g)].flatMap(m => {
            const word = m[1] ?? '';
            const known = isSectionPrimitive(word) || effectsOf(word, ['', '', ''], from).length > 0;
            return word !== name && known ? [word] : [];
          });
          return inner === undefined ? [] : [{ name: inner, span }, ...chainOf(inner, from)];
        },
      },
      effects: (_, args) =>
        macroEffects(macro.body, macro.parameters, args, (inner, a) =>
          effectsOf(inner, a, from ?? source.path),
        ).map(e => ({ ...e, via: name })),
    };
  };
  const effectsOf = (name: string, args: readonly string[], from: string | undefined): readonly Effect[] => {
    const meaning = meaningOf(name, from);
    if (!meaning) return [];
    if (meaning.kind === 'macro') return meaning.effects(name, args) ?? [];
    const { effects, parameters } =
      meaning.kind === 'annotated'
        ? meaning.annotated
        : {
            effects: meaning.wrapper.effects,
            parameters: meaning.wrapper.facts.analysis.locals.parameters,
          };
    return (
      effects
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

  const guards = guardsOf(corpus, from => (name, args) => effectsOf(name, args, from));
  /** A class is named as its lock function, if nothing else is known of it. */
  const guardsIn = (
    name: string,
    args: readonly string[],
    variable: string | undefined,
    from: string,
  ): readonly Effect[] | undefined => {
    if (guardPrimitive(name)) return undefined;
    const defined = guards.begins(name, args, variable, from);
    if (defined) return defined;
    const alike = effectsOf(`${name}_lock`, args, from).filter(e => e.role !== 'end');
    return alike.length > 0 ? alike.map(e => ({ ...e, role: 'begin' as const })) : undefined;
  };

  // --- sections ---

  // They depend on the text and on what the callees do; both name the memo.
  const widened = new Set<FunctionFacts>();
  const settled = new Map<FunctionFacts, Sections | undefined>();
  const sections = (f: FunctionFacts, entry: readonly Effect[] = []): Sections | undefined => {
    if (entry.length > 0 || asking.depth > 0 || busy.size > 0) return sectionsFound(f, entry);
    // In the middle of another question not all callees are known yet.
    if (!settled.has(f)) settled.set(f, sectionsFound(f, entry));
    return settled.get(f);
  };
  const sectionsFound = (f: FunctionFacts, entry: readonly Effect[]): Sections | undefined => {
    const found = sectionsNow(f, entry);
    // Something does not fit: also callees whose names tell nothing are looked at.
    if (!found || isBalanced(found) || widened.has(f) || busy.size >= DEEPEST) return found;
    widened.add(f);
    const table = meaningsIn(f.file);
    for (const c of otherCalls(f)) {
      if (table.get(c) || soundsLikeSection.test(c) || index.near(c, f.file)) continue;
      const far = elsewhere(c, f.file);
      const wrapper = far && mayMatter(far) ? wrapperOfFunction(far) : undefined;
      if (!wrapper) continue;
      table.set(c, { kind: 'function', wrapper });
    }
    return sectionsNow(f, entry);
  };
  const sectionsNow = (f: FunctionFacts, entry: readonly Effect[]): Sections | undefined => {
    const { analysis } = f;
    const used: string[] = [];
    const table = meaningsIn(f.file);
    // Most functions name nothing that has to do with sections: they are not even parsed.
    const isConcerned =
      entry.length > 0 ||
      namesSections(analysis) ||
      otherNames(f).some(c => meaningOf(c, f.file, table) !== undefined);
    if (!isConcerned || !analysis.body) return undefined;
    for (const c of otherCalls(f)) {
      const m = meaningOf(c, f.file, table);
      if (m?.kind === 'function') used.push(signatures.get(m.wrapper.facts) ?? '');
      else if (m?.kind === 'annotated') used.push(`${c}${JSON.stringify(m.annotated.effects)}`);
      else if (m) used.push(`${c}${JSON.stringify(m.effects(c, ['a', 'b', 'c', 'd']))}`);
    }
    const words = remember(analysis, 'guard words', () =>
      guardWordsIn(analysis.text.slice(analysis.node.start, analysis.node.end), analysis.calls),
    );
    if (words.classes.length + words.frees.length > 0) used.push(guards.textsFor(words, f.file));
    const open = entry.length > 0 ? ` on entry ${JSON.stringify(entry)}` : '';
    return remember(analysis, `sections ${used.join()}${open}`, () =>
      sectionsOf({
        text: analysis.text,
        body: analysis.body ?? analysis.node,
        flow: analysis.flow,
        events: analysis.events,
        effects: (name, args) => effectsOf(name, args, f.file),
        guards: (name, args, variable) => guardsIn(name, args, variable, f.file),
        frees: (name, variable) => guards.frees(name, variable, f.file),
        isLocal: name => analysis.locals.types.has(name),
        isOwner: (place, name) => isOwner(place, f, name),
        entry,
      }),
    );
  };
  const fates = new Map<FunctionFacts, Map<Site, Fated>>();
  const fate = (f: FunctionFacts, site: Site): Fate => {
    const own = sections(f);
    if (!own) return { kind: 'handed-to-caller' };
    const known = fates.get(f)?.get(site);
    if (known) return known.fate;
    let asked = false;
    const found = fateOf(f, site, {
      own,
      called: calledSections(f, own, inference),
      endedElsewhere(s) {
        asked = true;
        return endedElsewhere(f, s, functions, g => sections(g)?.strayEnds ?? [], index.callers);
      },
    });
    const mine = fates.get(f);
    if (mine) mine.set(site, { fate: found, asked });
    else fates.set(f, new Map([[site, { fate: found, asked }]]));
    return found;
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
  const was = input.before && findings.get(input.before);
  const edit = was && editSince(was, input, revision);
  if (was && edit) takeOver(was, edit);

  /** What was found out before the edit, unless the edit shows outside of the functions that it is in. */
  function takeOver(old: Findings, { changed, names, now }: Edit): void {
    lazyOwners.all = old.owners;
    for (const [key, value] of old.lookups)
      if (!value || !changed.has(value)) lookups.set(key, value && now(value));
    for (const [key, value] of old.ownersIn) ownersIn.set(key, value);
    for (const [name, value] of old.tested) testedNames.set(name, value);
    for (const name of old.predicates) predicates.add(name);
    const wrappers = new Map<Wrapper, Wrapper>();
    for (const [f, w] of old.inferred) {
      if (changed.has(f)) continue;
      const mine = w && placed(w, now(f), inference);
      if (w && mine) wrappers.set(w, mine);
      keep(now(f), mine);
    }
    for (const [from, table] of old.meanings) {
      const mine = meaningsIn(from === '' ? undefined : from);
      for (const [name, m] of table) {
        if (names.has(name)) continue;
        if (m?.kind === 'function') {
          const wrapper = wrappers.get(m.wrapper);
          if (wrapper) mine.set(name, { kind: 'function', wrapper });
        } else if (!m) mine.set(name, m);
        else if (m.kind === 'annotated') {
          if (!files.includes(m.annotated.definition.source.path)) mine.set(name, m);
        } else if (!files.includes(m.definition.source.path))
          mine.set(name, meaningOfMacro(name, from === '' ? undefined : from, m.definition));
      }
    }
    for (const [f, s] of old.sections) if (!changed.has(f)) settled.set(now(f), s);
    for (const [f, list] of old.locks)
      if (!changed.has(f))
        ownLocks.set(now(f), now(f) === f ? list : list.map(l => ({ ...l, function: now(f) })));
    for (const [f, list] of old.fates) if (!changed.has(f)) fates.set(now(f), new Map(list));
    let isAlike = true;
    for (const [before, after] of changed) {
      const shown = showsOutside(old, before, after);
      isAlike &&= shown === undefined && endsAlike(old.sections.get(before), before, after);
      if (shown === 'effects') forgetCallersOf(after.name);
      else if (shown === 'more') {
        delete lazyOwners.all;
        for (const map of [
          lookups,
          ownersIn,
          testedNames,
          inferred,
          signatures,
          meanings,
          settled,
          ownLocks,
          fates,
        ])
          map.clear();
        return;
      }
    }
    if (!isAlike)
      for (const list of fates.values()) for (const [site, { asked }] of list) if (asked) list.delete(site);
  }

  /** Whether it ends of other functions' sections, and calls of the functions at hand, what it did before. */
  function endsAlike(was: Sections | undefined, before: FunctionFacts, after: FunctionFacts): boolean {
    const isCalled = (f: FunctionFacts, other: FunctionFacts): boolean =>
      [...f.analysis.calls].every(c => other.analysis.calls.has(c) || !index.near(c, f.file));
    const ends = (s: Sections | undefined): string => JSON.stringify(s?.strayEnds.map(e => e.effect));
    return isCalled(before, after) && isCalled(after, before) && ends(was) === ends(sections(after));
  }

  /** What it does to its callers is another thing than before, and so may be what they do to theirs. */
  function forgetCallersOf(name: string): void {
    const names = new Set([name]);
    const all = new Set([...inferred.keys(), ...settled.keys()]);
    // Names are added while it goes on.
    for (const n of names) {
      for (const [from, table] of meanings)
        for (const [macro, m] of table) {
          const isMacro =
            m?.kind === 'macro'
              ? m.definition.macro.body.includes(n)
              : !m &&
                files.includes(from) &&
                macrosMeant(macro, from === '' ? undefined : from).some(d => d.macro.body.includes(n));
          if (isMacro) names.add(macro);
          if (isMacro || macro === n) table.delete(macro);
        }
      for (const f of all) {
        if (!f.analysis.calls.has(n)) continue;
        all.delete(f);
        for (const map of [inferred, signatures, settled, ownLocks, fates]) map.delete(f);
        names.add(f.name);
      }
    }
  }

  /** Whether others may find something else because of what the function is now. */
  function showsOutside(
    old: Findings,
    before: FunctionFacts,
    after: FunctionFacts,
  ): 'effects' | 'more' | undefined {
    const told = (f: FunctionFacts): string => {
      const value = predicates.has(f.name) ? returned(f) : undefined;
      // Of variants, the one that calls something is meant.
      const isMeant = index.isOnly(f.name) || f.analysis.calls.size > 0;
      return `${value ? f.analysis.text.slice(value.start, value.end) : ''} ${String(isMeant)} ${spunOwners(f).join()}`;
    };
    if (told(before) !== told(after)) return 'more';
    const isAsked = [...before.analysis.calls, ...after.analysis.calls].some(name => {
      if (!old.tested.has(name)) return false;
      testedNames.delete(name);
      return alwaysTested(name) !== old.tested.get(name);
    });
    if (isAsked) return 'more';
    // Of what nobody asked nothing follows.
    if (!old.inferred.has(before)) return undefined;
    const was = old.inferred.get(before);
    // By its name, for one that calls itself.
    meaningOf(after.name, after.file);
    const now = mayMatter(after) ? wrapperOfFunction(after) : undefined;
    return (was && signatureOf(was)) === (now && signatureOf(now)) ? undefined : 'effects';
  }

  const mine: Survey = {
    functions,
    related,
    types,
    wrappers: {
      get: functionWrapper,
      has: name => functionWrapper(name) !== undefined,
      values: () =>
        new Set(
          [...functions, ...related].flatMap(f => {
            const w = wrapperOfFunction(f);
            return w && index.near(f.name, f.file) === f ? [w] : [];
          }),
        ).values(),
    },
    wrapperOf: wrapperOfFunction,
    wrapper: (name, from) => meaningOf(name, from)?.wrapper,
    effects: (name, args, from) => {
      const own = effectsOfText(name, args);
      return own.length > 0 ? own : effectsOf(name, args, from);
    },
    sections,
    fate,
    conditionalLocks: locks,
    find,
    callers: index.callers,
    alwaysTested,
  };
  const { before: _before, ...kept } = input;
  findings.set(mine, {
    input: kept,
    revision,
    get owners() {
      return owners();
    },
    lookups,
    ownersIn,
    inferred,
    meanings,
    tested: testedNames,
    predicates,
    sections: settled,
    locks: ownLocks,
    fates,
  });
  return mine;
}

function meaningOfAnnotated(annotated: Annotated): Meaning {
  const { source, item } = annotated.definition;
  const span = { file: source.path, start: item.nameStart, end: item.nameStart + item.name.length };
  return { kind: 'annotated', annotated, wrapper: { kind: 'annotated', name: item.name, span, chain: [] } };
}

/** What a caller sees of it. */
function signatureOf({ facts, effects }: Wrapper): string {
  return `${facts.name}${JSON.stringify(effects)}`;
}

/** What a function's text names like a call that is no primitive. */
function otherNames(f: FunctionFacts): readonly string[] {
  return remember(f.analysis, 'other names', () => [...f.analysis.named].filter(c => !primitive(c)));
}

/** Whether a function's own text names something that begins or ends a section, without any callee's doing. */
function namesSections(analysis: Analysis): boolean {
  return remember(analysis, 'names sections', () => {
    for (const c of analysis.named) if (isSectionPrimitive(c) || mayOwn(c)) return true;
    const { classes, frees } = guardWordsIn(analysis.text, analysis.named);
    return classes.length + frees.length > 0;
  });
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
    readonly wrapper: Unplaced | undefined;
  }
>();

/** As wrapperOf(), kept as long as the function and its sections are the same. */
function knownWrapper(f: FunctionFacts, s: Sections, by: Inference): Wrapper | undefined {
  if (s.atExit.size === 0 && s.strayEnds.length === 0) return undefined;
  const tested = s.atExit.size > 0 ? by.alwaysTested(f.name) : undefined;
  const known = wrappersByFacts.get(f);
  const old = known?.sections === s && known.tested === tested ? known : undefined;
  const wrapper = old ? old.wrapper : wrapperOf(f, s, by);
  if (!old) wrappersByFacts.set(f, { sections: s, tested, wrapper });
  return wrapper && placed(wrapper, f, by);
}
