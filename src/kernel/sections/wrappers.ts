/**
 * What calling a function does to sections: a function that leaves a lock held, or ends one that it did not begin, does
 * to its caller what the primitive inside does. Told from the function's own sections, in terms of its parameters.
 */
import type { Span } from '../../base/span';
import { child, namedChildren, type Node } from '../../syntax/node';
import { conditionalLocks, mainGuard, type ConditionalLock, type Guard, type Predicate } from './condlock';
import { conditionOfText, namesIn } from './conditions';
import { callee, fold, readObject, spelling, substitute } from '../expression';
import { remember, type FunctionFacts } from '../functions';
import { aliased } from '../places';
import { primitive } from '../primitives';
import { lastField, zeroness, type Sections, type Site, type State } from './regions';
import {
  isRetried,
  keyOf,
  meanings,
  ofCaller,
  RETURNED,
  tidyLock,
  type Effect,
  type SectionKind,
  type When,
} from './sections';

/** One step from a wrapper towards the primitive: a call of that name, and where it stands. */
export interface Link {
  readonly name: string;
  readonly span: Span;
}

/** A macro that begins or ends sections; its effects depend on the arguments. */
export interface MacroWrapper {
  readonly kind: 'macro';
  readonly name: string;
  readonly span: Span;
  readonly chain: readonly Link[];
}

/** A function that begins or ends sections, its effects in terms of its parameters. */
export interface Wrapper {
  readonly kind: 'function';
  readonly facts: FunctionFacts;
  readonly effects: readonly Effect[];
  /** The conditional lock behind it, if the lock may not be taken. */
  readonly conditional?: ConditionalLock;
  /** The call inside this function that does it. */
  readonly first: Site;
  /** From that call on, down to the primitive (the last). */
  readonly chain: readonly Link[];
}

/** A function without a body at hand, as its prototype is annotated. */
export interface AnnotatedWrapper {
  readonly kind: 'annotated';
  readonly name: string;
  readonly span: Span;
  readonly chain: readonly Link[];
}

export type AnyWrapper = Wrapper | MacroWrapper | AnnotatedWrapper;

export interface Inference {
  readonly predicate: Predicate;
  /** Whether every known call of a name tests what it returns; undefined without calls. */
  alwaysTested(name: string): boolean | undefined;
  /** Sections when the caller has something open. */
  withEntry(f: FunctionFacts, entry: readonly Effect[]): Sections | undefined;
  /** What follows a call of a name in a function. */
  links(name: string, f: FunctionFacts, site: Site): readonly Link[];
}

/**
 * A function's sections when its caller has open what it ends: then an end is no stray, and what is left at the end of
 * the function tells whether it ends the caller's section, drops it and takes it again, or ends it on some ways only.
 */
export function calledSections(f: FunctionFacts, own: Sections, by: Inference): Sections {
  if (own.strayEnds.length === 0) return own;
  const entry = new Map<string, Effect>();
  for (const e of ofCaller(own.strayEnds)) {
    const { via: _via, when: _when, ...effect } = e.effect;
    entry.set(keyOf(effect), { ...effect, role: 'begin' });
  }
  return by.withEntry(f, [...entry.values()]) ?? own;
}

/** What is known of a wrapper wherever it and what it calls stand in their files by now. */
export type Unplaced = Omit<Wrapper, 'chain'>;

/** A wrapper as a function that may have moved since, with the chain as it is now. */
export function placed(
  { kind, effects, conditional, first }: Unplaced,
  f: FunctionFacts,
  by: Inference,
): Wrapper {
  return {
    kind,
    facts: f,
    effects,
    ...(conditional && {
      conditional: conditional.function === f ? conditional : { ...conditional, function: f },
    }),
    first,
    get chain() {
      return by.links(callee(f.analysis.text, first.node) ?? first.effect.via ?? '', f, first);
    },
  };
}

/** What calling `f` does to sections; undefined if nothing. */
export function wrapperOf(f: FunctionFacts, own: Sections, by: Inference): Unplaced | undefined {
  const sections = calledSections(f, own, by);
  const effects: Effect[] = [];
  let first: Site | undefined;
  let conditional: ConditionalLock | undefined;
  const push = (site: Site, effect: Effect, role: Effect['role'], when?: When): void => {
    // Whoever began the I/O of a page or buffer has it unlocked by the end of that: nothing to hand to callers.
    if (isPageLock(f, site)) return;
    const outside = outer(f, effect);
    const condition = when && outerCondition(f, when);
    if (when && !condition) return;
    first ??= site;
    const { when: _when, via: _via, ...rest } = outside;
    effects.push({ ...rest, role, ...(condition && { when: condition }) });
  };
  const keys = new Set([...sections.atExit.keys(), ...entryKeys(sections)]);
  for (const name of namesOfOne(f, sections)) {
    keys.delete(name);
    if (keys.has('one lock')) continue;
    keys.add('one lock');
    const opened = sections.sites[sections.atExit.get(name)?.[0]?.sites[0] ?? -1];
    if (opened) push(opened, opened.effect, 'begin');
  }
  for (const key of keys) {
    const levels = sections.atExit.get(key) ?? [];
    const before = sections.sites.filter(
      s => s.entry && (keyOf(s.effect) === key || s.effect.switches === key),
    );
    // What the caller had open, and is not open any more.
    for (const [i, entry] of before.entries()) {
      const level = levels[i];
      if (level?.must) continue;
      // The end of spin_unlock_bh() is one effect.
      if (keyOf(entry.effect) !== key && keys.has(keyOf(entry.effect))) continue;
      const end = own.strayEnds.find(e => keyOf(e.effect) === keyOf(entry.effect));
      // A count that is not the caller's was read here, in a way that is not understood: no affair of the caller.
      if (isRetried(entry.effect) && !(end && isOfCaller(f, end))) continue;
      const by1 = level && conditionAtExit(f, sections, key, i);
      if (!level) push(end ?? entry, entry.effect, 'end');
      else if (isRetried(entry.effect)) push(end ?? entry, entry.effect, 'end');
      else if (by1?.kind === 'return')
        push(end ?? entry, { ...entry.effect, result: by1.held === 'zero' ? 'nonzero' : 'zero' }, 'end');
      else if (by1?.kind === 'key')
        push(end ?? entry, entry.effect, 'end', { ...by1.when, nonzero: !by1.when.nonzero });
      else if (f.analysis.flow.points.length < 12) push(end ?? entry, entry.effect, 'end');
    }
    for (const [i, level] of levels.entries()) {
      if (i < before.length) continue;
      const opened = sections.sites[level.sites[0] ?? -1];
      if (!opened) continue;
      const context: SectionKind | undefined =
        key === 'bh' || key === 'irq' || key === 'preempt' ? key : undefined;
      const lockKey = keyOf(opened.effect);
      // spin_lock_bh() is one effect; what is left of it after spin_unlock() is another.
      if (context && lockKey !== key && sections.atExit.has(lockKey)) continue;
      const effect: Effect =
        context && lockKey !== key ? { role: opened.effect.role, kind: context } : opened.effect;
      if (isRetried(effect)) {
        // A count that is not read where nobody changes it is as good as read; one that is kept is the object's.
        if (level.sites.every(id => sections.ends[id]?.length === 0) && isReturned(f, opened))
          push(opened, effect, 'begin');
        continue;
      }
      if (level.must) {
        push(opened, effect, 'begin');
        continue;
      }
      const locks = conditionalLocks(f, sections, by.predicate).filter(
        l => l.returnsHeld && level.sites.includes(l.site.id) && !l.site.effect.when,
      );
      // A lock that is taken in two places depends on a condition only if both do.
      const own1 = level.sites.every(id => locks.some(l => l.site.id === id)) ? locks[0] : undefined;
      const guard = own1 && commonGuard(locks);
      const when = guard && { text: guard.text, nonzero: guard.when === 'set' };
      const c = when && conditionOfText(when.text);
      const set = c && c.nonzero === when.nonzero;
      // Where the condition does not hold the value tells something else.
      const role =
        tryRole(f, sections, level.sites) ??
        (c && tryRole(f, sections, level.sites, s => s.truth.get(c.key) === !set));
      const needed = when && isNeeded(f, sections, level.sites, when) ? when : undefined;
      // Where every caller asks whether the lock was taken, it is a trylock.
      if (role && by.alwaysTested(f.name)) {
        push(opened, effect, role, needed);
        continue;
      }
      const key1 = conditionAtExit(f, sections, key, i);
      if (own1 && guard) {
        conditional ??= own1;
        push(opened, effect, role ?? 'begin', when);
      } else if (key1?.kind === 'key') push(opened, effect, role ?? 'begin', key1.when);
      else if (role) push(opened, effect, role);
      else {
        const second = secondOfTwo(f, sections, key, level.sites);
        if (second) push(opened, effect, 'begin', second);
      }
    }
  }
  // What a call is known for is its locks and readers.
  const byWeight = [...effects].sort((x, y) => Number(isRetried(x)) - Number(isRetried(y)));
  const distinct = byWeight.filter(
    (e, i) => byWeight.findIndex(x => x.role === e.role && x.kind === e.kind && x.lock === e.lock) === i,
  );
  if (distinct.length === 0 || !first) return undefined;
  return {
    kind: 'function',
    facts: f,
    effects: distinct,
    ...(conditional && { conditional }),
    first,
  };
}

function isPageLock(f: FunctionFacts, { node }: Site): boolean {
  const name = node.kind === 'call_expression' ? callee(f.analysis.text, node) : undefined;
  return name !== undefined && primitive(name)?.class === 'pagelock';
}

/** The value of a call is what the function gives back. */
function isReturned(f: FunctionFacts, site: Site): boolean {
  const { flow, events, text } = f.analysis;
  const call = spelling(text, site.node);
  const kept = flow.points.flatMap(p =>
    events(p).flatMap(e =>
      e.kind === 'assign' && e.right && spelling(text, e.right) === call ? [spelling(text, e.left)] : [],
    ),
  );
  return flow.points.some(p => {
    const value = p.kind === 'return' && p.node ? namedChildren(p.node)[0] : undefined;
    const said = value && spelling(text, value);
    return said !== undefined && (said === call || kept.includes(said));
  });
}

/** Whether the call names a parameter: the count to compare with is the caller's. */
function isOfCaller(f: FunctionFacts, site: Site): boolean {
  const { text, locals } = f.analysis;
  const names = namesIn(spelling(text, site.node)).roots;
  return names.some(n => locals.parameters.includes(n));
}

/**
 * Of two locks of a kind that are taken together, `double_lock(a, b)`, the second one: taken wherever its parameter is no
 * NULL. (Where both parameters are one object, the first one's lock is its lock, too.)
 */
function secondOfTwo(
  f: FunctionFacts,
  sections: Sections,
  key: string,
  sites: readonly number[],
): When | undefined {
  const effect = sections.sites[sites[0] ?? -1]?.effect;
  if (effect?.lock === undefined || effect.role !== 'begin') return undefined;
  const alike = [...sections.atExit].some(
    ([other, levels]) =>
      other !== key &&
      other.startsWith(`${effect.kind} `) &&
      lastField(other) === lastField(key) &&
      levels.every(l => l.must),
  );
  if (!alike) return undefined;
  const exit = sections.states[f.analysis.flow.exit] ?? [];
  const held = exit.filter(s => s.open.some(o => o.key === key));
  const names = new Set(namesIn(effect.lock).roots);
  const parameter = f.analysis.locals.parameters.find(
    p => names.has(p) && held.every(s => s.truth.get(p) === true),
  );
  return parameter === undefined ? undefined : { text: parameter, nonzero: true };
}

/** The condition that all of these locks hang on. */
function commonGuard(locks: readonly ConditionalLock[]): Guard | undefined {
  const [guard, ...rest] = locks.map(mainGuard);
  return rest.every(g => g?.text === guard?.text && g?.when === guard?.when) ? guard : undefined;
}

/** Whether it is known, wherever one of the begins stands, that the condition holds. */
function isNeeded(f: FunctionFacts, sections: Sections, sites: readonly number[], when: When): boolean {
  const c = conditionOfText(when.text);
  if (!c) return false;
  return sites.every(id => {
    const site = sections.sites[id];
    return (
      site &&
      (sections.states[site.point] ?? []).every(s => s.truth.get(c.key) === (c.nonzero === when.nonzero))
    );
  });
}

/**
 * Keys of locks of one kind of which exactly one is held wherever the function ends, under a name that depends on the
 * way: it is one lock to the caller. The one that a function or macro names is first: the most general.
 */
function namesOfOne(f: FunctionFacts, sections: Sections): readonly string[] {
  const exit = sections.states[f.analysis.flow.exit] ?? [];
  const maybe = [...sections.atExit].filter(([, levels]) => levels.length === 1 && levels[0]?.must === false);
  for (const [, [level]] of maybe) {
    const effect = sections.sites[level?.sites[0] ?? -1]?.effect;
    if (!effect || meanings[effect.kind].group !== 'lock') continue;
    const alike = maybe.filter(([key]) => key.startsWith(`${effect.kind} `)).map(([key]) => key);
    if (alike.length < 2) continue;
    if (exit.every(s => s.open.filter(o => alike.includes(o.key)).length === 1)) {
      const isCall = (key: string): number => {
        const site = sections.sites[sections.atExit.get(key)?.[0]?.sites[0] ?? -1];
        return Number(site !== undefined && (outer(f, site.effect).lock ?? '').includes('('));
      };
      return [...alike].sort((x, y) => isCall(y) - isCall(x));
    }
  }
  return [];
}

function entryKeys(sections: Sections): readonly string[] {
  return sections.sites.flatMap(s =>
    s.entry ? [keyOf(s.effect), ...(s.effect.switches ? [s.effect.switches] : [])] : [],
  );
}

/** What decides whether a level is held where a function ends. */
export type Decision =
  | { readonly kind: 'return'; readonly held: 'nonzero' | 'zero' }
  | { readonly kind: 'key'; readonly when: When };

/** The one thing known at the end that is so exactly where the i-th level of a key is held. */
export function conditionAtExit(
  f: FunctionFacts,
  sections: Sections,
  key: string,
  i: number,
): Decision | undefined {
  const states = sections.states[f.analysis.flow.exit] ?? [];
  const held = states.filter(s => s.open.filter(o => o.key === key).length > i);
  const free = states.filter(s => s.open.filter(o => o.key === key).length <= i);
  if (held.length === 0 || free.length === 0) return undefined;
  // The value is what callers look at.
  const keys = new Set(['return', ...free.flatMap(s => [...s.truth.keys()])]);
  for (const k of keys) {
    const value = free[0]?.truth.get(k);
    if (value === undefined || !free.every(s => s.truth.get(k) === value)) continue;
    if (!held.every(s => s.truth.get(k) === !value)) continue;
    if (k === 'return') return { kind: 'return', held: value ? 'zero' : 'nonzero' };
    if (!k.startsWith('#') && !isLocalOnly(f, k) && isDeliberate(f, sections, key, k, i))
      return { kind: 'key', when: { text: k, nonzero: !value } };
  }
  return undefined;
}

/**
 * Whether a condition decides on the lock, not just on the way: it is asked where the lock is taken, or the ways with and
 * without the lock leave together. An early return that forgets to unlock is neither.
 */
function isDeliberate(f: FunctionFacts, sections: Sections, key: string, k: string, i: number): boolean {
  const { flow } = f.analysis;
  const isHeld = (s: State): boolean => s.open.filter(o => o.key === key).length > i;
  const begins = sections.sites.filter(
    s => !s.entry && s.effect.role !== 'end' && (keyOf(s.effect) === key || s.effect.switches === key),
  );
  if (begins.length > 0 && begins.every(b => (sections.states[b.point] ?? []).every(s => s.truth.has(k))))
    return true;
  if (begins.some(b => b.effect.when?.text === k)) return true;
  const callers = sections.sites.some(s => s.entry && (keyOf(s.effect) === key || s.effect.switches === key));
  const ends = sections.sites.filter(s => !s.entry && s.effect.role === 'end' && keyOf(s.effect) === key);
  if (callers && ends.length > 0)
    if (ends.every(e => (sections.states[e.point] ?? []).every(s => s.truth.has(k)))) return true;
  return (flow.before[flow.exit] ?? []).some(id => {
    const states = sections.states[id] ?? [];
    return states.some(isHeld) && states.some(s => !isHeld(s));
  });
}

/** Asks for a variable that means nothing outside. */
function isLocalOnly(f: FunctionFacts, key: string): boolean {
  return outerCondition(f, { text: key, nonzero: true }) === undefined;
}

/** A condition in terms of parameters and globals; undefined if it asks for another local. */
function outerCondition(f: FunctionFacts, when: When): When | undefined {
  const { locals, text } = f.analysis;
  const foreign = (t: string): readonly string[] =>
    namesIn(t).roots.filter(n => locals.types.has(n) && !locals.parameters.includes(n));
  let now = when.text;
  for (let round = 0; round < 3; round++) {
    const rest = foreign(now);
    if (rest.length === 0) return { text: now, nonzero: when.nonzero };
    for (const name of rest) {
      const alias = locals.aliases.get(name);
      const value = alias ? spelling(text, aliased(text, alias, locals)) : valueOnce(f, name);
      if (value === undefined) return undefined;
      now = substituteAll(now, [name], [value]);
    }
  }
  return undefined;
}

/** A lock in terms of the parameters, globals and what is returned; what else it may hang on means nothing outside. */
function outer(f: FunctionFacts, effect: Effect): Effect {
  if (effect.lock === undefined) return effect;
  const { locals, text } = f.analysis;
  let lock = effect.lock;
  for (const call of returnedCalls(f).flatMap(c => [c, tidyLock(c)]))
    if (lock.startsWith(`${call}->`)) return { ...effect, lock: `${RETURNED}${lock.slice(call.length)}` };
  for (const name of new Set(namesIn(lock).roots)) {
    if (locals.parameters.includes(name) || !locals.types.has(name)) continue;
    const atRoot = new RegExp(`^${name}\\b`).test(lock);
    const alias = locals.aliases.get(name);
    const value = returnsOnly(f, name)
      ? RETURNED
      : alias
        ? spelling(text, aliased(text, alias, locals))
        : valueOnce(f, name);
    if (value === undefined) {
      if (atRoot && lock !== name) lock = `(${name})${lock.slice(name.length)}`;
    } else if (value === RETURNED && atRoot) lock = `${RETURNED}${lock.slice(name.length)}`;
    else
      lock = lockThrough(
        f,
        atRoot ? substitute(lock, [name], [value]) : substituteAll(lock, [name], [value]),
        name,
      );
  }
  return { ...effect, lock: tidyLock(lock) };
}

/** The calls whose value is given back as it is: `return lock_timer(id, &flags)`. */
function returnedCalls(f: FunctionFacts): readonly string[] {
  return remember(f.analysis, 'returned calls', () =>
    f.analysis.flow.points.flatMap(p => {
      const value = p.kind === 'return' && p.node ? namedChildren(p.node)[0] : undefined;
      const inner = value && readObject(f.analysis.text, value);
      return inner?.kind === 'call_expression' ? [spelling(f.analysis.text, inner)] : [];
    }),
  );
}

/** What stands for a local inside the value that another has: `ilb = &hinfo->table[i]` with `hinfo = net->hashinfo`. */
function lockThrough(f: FunctionFacts, lock: string, name: string): string {
  const root = /^\(?([A-Za-z_]\w*)/.exec(lock)?.[1];
  if (root === undefined || root === name) return lock;
  const { locals, text } = f.analysis;
  if (locals.parameters.includes(root) || !locals.types.has(root)) return lock;
  const alias = locals.aliases.get(root);
  return alias ? substitute(lock, [root], [spelling(text, aliased(text, alias, locals))]) : lock;
}

/** The one value that a local is given in the function, spelled; a pointer to an element, or what a call returns. */
function valueOnce(f: FunctionFacts, name: string): string | undefined {
  return remember(f.analysis, `value of ${name}`, () => {
    const { flow, events, text } = f.analysis;
    let value: string | undefined;
    for (const p of flow.points)
      for (const e of events(p)) {
        if (e.kind !== 'assign' || text.slice(e.left.start, e.left.end) !== name) continue;
        const spelled = e.right && e.operator === '=' ? spelling(text, e.right) : undefined;
        if (spelled === undefined || (value !== undefined && value !== spelled)) return undefined;
        value = spelled;
      }
    return value !== undefined && value.length < 120 && /^&?[\w.>[\]()-]+(?:\(.*\))?$|^\w+\(.*\)$/.test(value)
      ? value
      : undefined;
  });
}

/** Every return that gives back something gives back this local. */
function returnsOnly(f: FunctionFacts, name: string): boolean {
  return remember(f.analysis, `returns ${name}`, () => {
    const { flow, text } = f.analysis;
    let any = false;
    for (const p of flow.points) {
      const value = p.kind === 'return' && p.node ? namedChildren(p.node)[0] : undefined;
      const said = value && spelling(text, value);
      if (said === name) any = true;
      else if (said !== undefined && said !== 'NULL' && !said.startsWith('ERR_')) return false;
    }
    return any;
  });
}

/** An effect in terms of a caller that passes these arguments. */
export function atCall(effect: Effect, parameters: readonly string[], args: readonly string[]): Effect {
  return {
    ...effect,
    ...(effect.lock !== undefined && { lock: lockAtCall(effect.lock, parameters, args) }),
    ...(effect.when && {
      when: { text: substituteAll(effect.when.text, parameters, args), nonzero: effect.when.nonzero },
    }),
  };
}

/** `xt[af].mutex` hangs on a parameter, too. */
function lockAtCall(lock: string, parameters: readonly string[], args: readonly string[]): string {
  const now = substitute(lock, parameters, args);
  return tidyLock(now === lock && /[[(]/.test(lock) ? substituteAll(lock, parameters, args) : now);
}

/** Every name that is a parameter replaced by its argument. */
function substituteAll(text: string, parameters: readonly string[], args: readonly string[]): string {
  return fold(
    text.replace(/(->|\.)?([A-Za-z_]\w*)/g, (all, member: string | undefined, name: string) => {
      const index = member ? -1 : parameters.indexOf(name);
      const argument = index < 0 ? undefined : args[index];
      if (argument === undefined) return all;
      return /^[\w.>@-]+$/.test(argument) || text === name ? argument : `(${argument})`;
    }),
  );
}

/** A level held at some returns only: `try` if just those that return nonzero hold it, `try-zero` the other way. */
export function tryRole(
  f: FunctionFacts,
  sections: Sections,
  sites: readonly number[],
  leaveOut: (state: State) => boolean = () => false,
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
    if (direct && direct.effect.role !== 'begin')
      return direct.effect.role === 'try-zero' ? 'try-zero' : 'try';
    const local = inner.kind === 'identifier' ? text.slice(inner.start, inner.end) : undefined;
    const nothingBack = inner.kind === 'call_expression' && callee(text, inner) === 'ERR_PTR';
    for (const state of sections.states[p.id] ?? []) {
      if (leaveOut(state)) continue;
      const pending = local === undefined ? undefined : state.pending.get(local);
      // `ret = mutex_trylock(&l); return ret`
      if (pending !== undefined && sites.includes(pending)) {
        const inverse = sections.sites[pending]?.effect.role === 'try-zero';
        seen.heldNonzero ||= !inverse;
        seen.freeZero ||= !inverse;
        seen.heldZero ||= inverse;
        seen.freeNonzero ||= inverse;
        continue;
      }
      const held = state.open.some(o => sites.includes(o.site));
      const known = local === undefined ? undefined : state.truth.get(local);
      const nonzero = nothingBack ? false : (zeroness(text, inner) ?? known ?? isError(state, local));
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

/** A pointer known to be an error counts as none. */
function isError(state: State, local: string | undefined): boolean | undefined {
  const known = local === undefined ? undefined : state.truth.get(`IS_ERR(${local})`);
  return known === undefined ? undefined : !known;
}

/** The one expression a function returns, if it does nothing else. */
export function returned(f: FunctionFacts): Node | undefined {
  const { body } = f.analysis;
  const statements = body ? namedChildren(body).filter(s => s.kind !== 'declaration') : [];
  const only = statements.length === 1 ? statements[0] : undefined;
  return only?.kind === 'return_statement' ? namedChildren(only)[0] : undefined;
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
