/**
 * What calling a function does to sections: a function that leaves a lock held, or ends one that it did not begin, does
 * to its caller what the primitive inside does. Told from the function's own sections, in terms of its parameters.
 */
import type { Span } from '../base/span';
import { child, namedChildren, type Node } from '../syntax/node';
import { conditionalLocks, mainGuard, type ConditionalLock, type Predicate } from './condlock';
import { callee, readObject, spelling, substitute } from './expression';
import type { FunctionFacts } from './functions';
import { reachable } from './flow';
import { aliased } from './places';
import { zeroness, type Sections, type Site } from './regions';
import { keyOf, type Effect, type SectionKind } from './sections';

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
  /** From the call inside this function on, down to the primitive (the last). */
  readonly chain: readonly Link[];
}

export type AnyWrapper = Wrapper | MacroWrapper;

export interface Inference {
  readonly predicate: Predicate;
  /** Whether every known call of a name tests what it returns; undefined without calls. */
  alwaysTested(name: string): boolean | undefined;
  /** What follows a call of a name in a function. */
  links(name: string, f: FunctionFacts, site: Site): readonly Link[];
}

/** What calling `f` does to sections; undefined if nothing. */
export function wrapperOf(f: FunctionFacts, sections: Sections, by: Inference): Wrapper | undefined {
  const { flow } = f.analysis;
  const effects: Effect[] = [];
  let first: Site | undefined;
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
      const push = (role: Effect['role']): void => {
        first ??= opened;
        effects.push({ ...outer(f, effect), role });
      };
      if (level.must) push('begin');
      else {
        const role = tryRole(f, sections, level.sites);
        // Where every caller asks whether the lock was taken, it is a trylock.
        if (role && by.alwaysTested(f.name)) {
          push(role);
          continue;
        }
        conditional ??= conditionalLocks(f, sections, by.predicate).find(
          l => l.returnsHeld && level.sites.includes(l.site.id) && l.site.effect.via === undefined,
        );
        if (conditional && level.sites.includes(conditional.site.id)) push('begin');
        else if (role) push(role);
      }
    }
  }
  for (const end of sections.strayEnds) {
    const always = !reachable(flow, [{ to: flow.entry }], p => p.id === end.point).has(flow.exit);
    if (always || flow.points.length < 12) {
      first ??= end;
      effects.push({ ...outer(f, end.effect), role: 'end' });
    }
  }
  const distinct = effects.filter(
    (e, i) => effects.findIndex(x => x.role === e.role && x.kind === e.kind && x.lock === e.lock) === i,
  );
  if (distinct.length === 0 || !first) return undefined;
  return {
    kind: 'function',
    facts: f,
    effects: distinct,
    ...(conditional && { conditional }),
    chain: by.links(callee(f.analysis.text, first.node) ?? first.effect.via ?? '', f, first),
  };
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
export function tryRole(
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
