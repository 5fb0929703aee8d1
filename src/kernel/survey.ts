/**
 * What can be said about functions together: the wrappers among them (a function that leaves a lock held, or ends one
 * that it did not begin, does to its caller what the primitive inside does), each function's sections with those
 * wrappers counted in, and the conditional locks. Everything is made on first use.
 *
 * Wrappers are found in rounds, so that wrappers of wrappers count; three rounds are enough for what is written.
 */
import { child, namedChildren, type Node } from '../syntax/node';
import { conditionalLocks, mainGuard, type ConditionalLock, type Predicate } from './condlock';
import { bare, readObject, spelling, substitute } from './expression';
import type { FunctionFacts } from './functions';
import { remember } from './functions';
import { reachable } from './flow';
import { aliased, noTypes, type Types } from './places';
import { lastField, sectionsOf, tested, zeroness, type CallEffects, type Sections } from './regions';
import { ownerTake } from './owner';
import { spins } from './loops';
import { keyOf, type Effect, type SectionKind } from './sections';

/** A call of a wrapper, its effect in terms of its parameters. */
export interface Wrapper {
  readonly facts: FunctionFacts;
  readonly effects: readonly Effect[];
  /** The conditional lock behind it, if the lock may not be taken. */
  readonly conditional?: ConditionalLock;
}

export interface Survey {
  /** The functions of the files asked about, then those of related files (headers), which only help. */
  readonly functions: readonly FunctionFacts[];
  readonly related: readonly FunctionFacts[];
  readonly types: Types;
  readonly wrappers: ReadonlyMap<string, Wrapper>;
  /** Sections of a function; undefined if it has none. */
  sections(f: FunctionFacts): Sections | undefined;
  conditionalLocks(f: FunctionFacts): readonly ConditionalLock[];
  /** The definition of a name among functions and related; the first one that does something if there are variants. */
  find(name: string): FunctionFacts | undefined;
  /** The functions (not related ones) that call a name. */
  callers(name: string): readonly FunctionFacts[];
  /** Whether every call of a name, in the functions and related ones, tests what it returns; undefined without calls. */
  alwaysTested(name: string): boolean | undefined;
}

export interface SurveyInput {
  readonly functions: readonly FunctionFacts[];
  readonly related?: readonly FunctionFacts[];
  readonly types?: Types;
  /** Effects of macros and of functions outside; asked last. */
  readonly outside?: CallEffects;
  /** The names that `outside` knows. */
  readonly outsideNames?: ReadonlySet<string>;
}

export function survey(input: SurveyInput): Survey {
  const functions = input.functions;
  const related = input.related ?? [];
  const all = [...functions, ...related];
  const byName = new Map<string, FunctionFacts>();
  for (const f of all) {
    const known = byName.get(f.name);
    if (!known || (known.analysis.calls.size === 0 && f.analysis.calls.size > 0)) byName.set(f.name, f);
  }
  const callers = new Map<string, FunctionFacts[]>();
  for (const f of functions)
    for (const name of f.analysis.calls) {
      const list = callers.get(name);
      if (list) list.push(f);
      else callers.set(name, [f]);
    }

  const everywhere = new Map<string, FunctionFacts[]>(callers);
  for (const f of related)
    for (const name of f.analysis.calls) everywhere.set(name, [...(everywhere.get(name) ?? []), f]);
  const alwaysTested = (name: string): boolean | undefined =>
    everywhere.get(name)?.every(c => testsResult(c, name));

  const owners = new Set<string>();
  for (const f of all) for (const owner of spunOwners(f)) owners.add(owner);
  const isOwner = (place: string): boolean => owners.has(lastField(place));
  const wrappers = new Map<string, Wrapper>();
  const signatures = new Map<string, string>();
  const effects: CallEffects = (name, args) => {
    const w = wrappers.get(name);
    if (!w) return input.outside?.(name, args);
    const { parameters } = w.facts.analysis.locals;
    return w.effects.map(e =>
      e.lock === undefined
        ? { ...e, via: name }
        : { ...e, lock: substitute(e.lock, parameters, args), via: name },
    );
  };
  const predicate: Predicate = name => {
    const facts = byName.get(name);
    const value = facts && returned(facts);
    return facts && value ? { facts, value } : undefined;
  };

  // Sections depend on the text and on the wrappers it calls; both name the memo.
  const sections = (f: FunctionFacts): Sections | undefined => {
    const { analysis } = f;
    if (!analysis.body) return undefined;
    const used: string[] = [];
    const outside: string[] = [];
    for (const c of analysis.calls) {
      if (wrappers.has(c)) used.push(c);
      else if (input.outsideNames?.has(c)) outside.push(c);
    }
    const name = `sections ${used.map(u => signatures.get(u) ?? '').join()} ${outside.join()}`;
    return remember(analysis, name, () =>
      sectionsOf(
        analysis.text,
        analysis.body ?? analysis.node,
        analysis.flow,
        analysis.events,
        effects,
        isOwner,
      ),
    );
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
      ? conditionalLocks(f, s, predicate).filter(l => !wrappers.get(l.site.effect.via ?? '')?.conditional)
      : [];
  };

  let fresh: ReadonlySet<string> | undefined;
  for (let round = 0; round < 3 && (fresh === undefined || fresh.size > 0); round++) {
    const found = new Map<string, Wrapper>();
    for (const f of all) {
      if (wrappers.has(f.name) || (fresh && !callsAny(f, fresh))) continue;
      const s = sections(f);
      const wrapper = s && wrapperOf(f, s, predicate, alwaysTested);
      if (wrapper && !found.has(f.name)) found.set(f.name, wrapper);
    }
    for (const [name, w] of found) {
      wrappers.set(name, w);
      signatures.set(name, `${name}${JSON.stringify(w.effects)}`);
    }
    fresh = new Set(found.keys());
  }

  return {
    functions,
    related,
    types: input.types ?? noTypes,
    wrappers,
    sections,
    conditionalLocks: locks,
    find: name => byName.get(name),
    callers: name => callers.get(name) ?? [],
    alwaysTested,
  };
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

function callsAny(f: FunctionFacts, names: ReadonlySet<string>): boolean {
  for (const name of names) if (f.analysis.calls.has(name)) return true;
  return false;
}

/** The one expression a function returns, if it does nothing else. */
function returned(f: FunctionFacts): Node | undefined {
  const { body } = f.analysis;
  const statements = body ? namedChildren(body).filter(s => s.kind !== 'declaration') : [];
  const only = statements.length === 1 ? statements[0] : undefined;
  return only?.kind === 'return_statement' ? namedChildren(only)[0] : undefined;
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

/** What calling `f` does to sections. */
function wrapperOf(
  f: FunctionFacts,
  sections: Sections,
  predicate: Predicate,
  alwaysTested: (name: string) => boolean | undefined,
): Wrapper | undefined {
  const { flow } = f.analysis;
  const effects: Effect[] = [];
  let conditional: ConditionalLock | undefined;
  for (const [key, levels] of sections.atExit) {
    for (const level of levels) {
      const opened = sections.sites[level.sites[0] ?? -1];
      if (!opened) continue;
      const context: SectionKind | undefined =
        key === 'bh' || key === 'irq' || key === 'preempt' ? key : undefined;
      const lockKey = keyOf(opened.effect);
      // spin_lock_bh() is one effect; what is left of it after spin_unlock() is another.
      if (context && lockKey !== key && sections.atExit.has(lockKey)) continue;
      const effect: Effect =
        context && lockKey !== key ? { role: opened.effect.role, kind: context } : opened.effect;
      if (level.must) effects.push({ ...outer(f, effect), role: 'begin' });
      else {
        const role = tryRole(f, sections, level.sites);
        // Where every caller asks whether the lock was taken, it is a trylock.
        if (role && alwaysTested(f.name)) {
          effects.push({ ...outer(f, effect), role });
          continue;
        }
        conditional ??= conditionalLocks(f, sections, predicate).find(
          l => l.returnsHeld && level.sites.includes(l.site.id) && l.site.effect.via === undefined,
        );
        if (conditional && level.sites.includes(conditional.site.id))
          effects.push({ ...outer(f, effect), role: 'begin' });
        else if (role) effects.push({ ...outer(f, effect), role });
      }
    }
  }
  for (const end of sections.strayEnds) {
    const always = !reachable(flow, [{ to: flow.entry }], p => p.id === end.point).has(flow.exit);
    if (always || flow.points.length < 12) effects.push({ ...outer(f, end.effect), role: 'end' });
  }
  const distinct = effects.filter(
    (e, i) => effects.findIndex(x => x.role === e.role && x.kind === e.kind && x.lock === e.lock) === i,
  );
  return distinct.length > 0
    ? { facts: f, effects: distinct, ...(conditional && { conditional }) }
    : undefined;
}

/** A lock in terms of the parameters; what else its root may be means nothing outside. */
function outer(f: FunctionFacts, effect: Effect): Effect {
  if (effect.lock === undefined) return effect;
  const { locals } = f.analysis;
  const root = /^([A-Za-z_]\w*)(.*)$/s.exec(effect.lock);
  if (!root) return effect;
  const [, name = '', rest = ''] = root;
  if (locals.parameters.includes(name) || !locals.types.has(name)) return effect;
  const alias = locals.aliases.get(name);
  if (!alias) return { ...effect, lock: rest ? `(${name})${rest}` : name };
  const target = spelling(f.analysis.text, aliased(f.analysis.text, alias, locals));
  return { ...effect, lock: substitute(effect.lock, [name], [target]) };
}

/** A level held at some returns only: `try` if just those that return nonzero hold it, `try-zero` the other way. */
function tryRole(
  f: FunctionFacts,
  sections: Sections,
  sites: readonly number[],
): 'try' | 'try-zero' | undefined {
  const { flow, text } = f.analysis;
  const seen = { heldNonzero: false, heldZero: false, freeNonzero: false, freeZero: false };
  for (const p of flow.points) {
    if (p.kind !== 'return' || !p.node) continue;
    const value = namedChildren(p.node)[0];
    if (!value) return undefined;
    const inner = readObject(text, value);
    // `return spin_trylock(&l)`: the value is the outcome.
    const direct = sections.sites.find(s => sites.includes(s.id) && s.node === inner);
    if (direct) return direct.effect.role === 'try-zero' ? 'try-zero' : 'try';
    const local = inner.kind === 'identifier' ? text.slice(inner.start, inner.end) : undefined;
    for (const state of sections.states[p.id] ?? []) {
      const held = state.open.some(o => sites.includes(o.site));
      const nonzero = zeroness(text, inner) ?? (local === undefined ? undefined : state.truth.get(local));
      // A pointer that is given back with the lock held is no NULL.
      if (nonzero === undefined && !held) return undefined;
      // An error code with the lock held is a mistake, not a way to say "taken".
      if (held && /^-/.test(spelling(text, inner))) return undefined;
      if (nonzero ?? true) seen[held ? 'heldNonzero' : 'freeNonzero'] = true;
      else seen[held ? 'heldZero' : 'freeZero'] = true;
    }
  }
  if (seen.heldNonzero && seen.freeZero && !seen.heldZero && !seen.freeNonzero) return 'try';
  if (seen.heldZero && seen.freeNonzero && !seen.heldNonzero && !seen.freeZero) return 'try-zero';
  return undefined;
}

/** The condition under which a wrapper takes nothing: `dev->npinfo`, in terms of the function itself. */
export function conditionOf(wrapper: Wrapper): string | undefined {
  return wrapper.conditional && mainGuard(wrapper.conditional)?.text;
}

/** The parameter list of a function_definition as text. */
export function parametersText(f: FunctionFacts): string {
  const { text, node } = f.analysis;
  let d = child(node, 'declarator');
  while (d && d.kind !== 'function_declarator') d = child(d, 'declarator');
  const list = d && child(d, 'parameters');
  return list ? text.slice(list.start, list.end) : '';
}
