/**
 * Sections of a function: where it is inside an RCU read-side critical section, holds a lock, or has BH, interrupts or
 * preemption off. Found by walking the control flow forwards with the list of begins that are open. Paths that have
 * different lists are kept apart where they meet, together with what is known about conditions (property simulation:
 * Das, Lerner, Seigle, "ESP", PLDI 2002); so `if (x) lock(); … if (x) unlock();` is balanced.
 *
 * Conditions over locals always count. Those over shared memory (`dev->flags & F`) may have changed between two tests;
 * they count only if the function is unbalanced without them and every point can still be reached with them
 * (`Sections.byFlags`): then it says "depending on a flag".
 *
 * An end without a begin and a begin that some path leaves open are kept as such: they are bugs, or the function is
 * one half of a wrapper (see wrappers.ts).
 */
import type { Node } from '../../syntax/node';
import {
  conditionOfText,
  conditionsOf,
  isOverLocals,
  isRefuted,
  namesIn,
  outcomeOf,
  zeronessOfText,
  type Condition,
} from './conditions';
import { bare } from '../expression';
import type { Edge, Point } from './flow';
import { hangsOn, renamedKey } from './renames';
import { isAnyObject, isRetried, keyOf, type Effect } from './sections';
import { stepsOf, type SectionsInput, type Site, type Step } from './steps';

export { outcomeOf, tested, zeroness } from './conditions';
export type { SectionsInput, Site } from './steps';

/** One open level of one kind and lock. */
export interface Level {
  /** Ids of the begins it may come from. */
  readonly sites: readonly number[];
  /** On every path. */
  readonly must: boolean;
}

/** Open levels by key, outermost first. */
export type Held = ReadonlyMap<string, readonly Level[]>;

/** One begin that is open. A spin_lock_bh() opens two: the lock and `bh`. */
export interface Open {
  readonly key: string;
  readonly site: number;
}

/** What is so on one bundle of paths. */
export interface State {
  readonly open: readonly Open[];
  /** Conditions known to be zero (false) or not, by their spelling; mostly locals. */
  readonly truth: ReadonlyMap<string, boolean>;
  /** Locals that hold the result of a trylock. */
  readonly pending: ReadonlyMap<string, number>;
}

export interface Sections {
  readonly sites: readonly Site[];
  /** What is open before each point; undefined where no path comes along. */
  readonly before: readonly (Held | undefined)[];
  /** The bundles of paths that come to each point. */
  readonly states: readonly (readonly State[])[];
  /** What is open where the function ends, over all paths. */
  readonly atExit: Held;
  /** Ends without a begin. */
  readonly strayEnds: readonly Site[];
  /** Points at which each site is open, its own included. */
  readonly extent: readonly ReadonlySet<number>[];
  /** Ends that closed a site. */
  readonly ends: readonly (readonly { readonly point: number; readonly node: Node }[])[];
  /** Conditions over shared memory that were taken not to change within the function, if any were. */
  readonly byFlags: ReadonlySet<string>;
}

const nothing: State = { open: [], truth: new Map(), pending: new Map() };

/** More bundles than this at one point are not kept apart any more (the first ones stay). */
const MOST_BUNDLES = 16;

/** Sections over a flow; undefined at once if the function has no event that begins or ends one. */
export function sectionsOf(input: SectionsInput): Sections | undefined {
  const sites: Site[] = [];
  const steps = stepsOf(input, sites);
  if (steps.every(s => s.length === 0) && !input.entry?.length) return undefined;
  const entry: Open[] = [];
  for (const effect of input.entry ?? []) {
    const id = sites.length;
    sites.push({ id, point: input.flow.entry, effect, node: input.body, entry: true });
    entry.push(...opens(sites, id));
  }
  const first = walk(input, sites, steps, entry, undefined);
  if (!isUnbalanced(first)) return first;
  // Conditions that are asked again on purpose (under the lock) would cut ways off: they may change.
  const changing = new Set<string>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = walk(input, sites, steps, entry, changing);
    const lost = next.states.map((s, id) => s.length === 0 && (first.states[id] ?? []).length > 0);
    if (!lost.includes(true)) return weight(next) < weight(first) ? next : first;
    const before = changing.size;
    for (const p of input.flow.points)
      if (!lost[p.id] && p.next.some(e => lost[e.to]))
        for (const k of next.pruned.get(p.id) ?? []) changing.add(k);
    if (changing.size === before) break;
  }
  return first;
}

/** Rounds in which conditions are given up. */
const MOST_ROUNDS = 3;

/** Effects that the value of the call tells of. */
function byOutcome(e: Effect): boolean {
  return e.role === 'try' || e.role === 'try-zero' || e.result !== undefined;
}

/** Something is open at the end on some paths only, or ended that was not begun. */
function isUnbalanced(s: Sections): boolean {
  return weight(s) > 0;
}

/** All that is begun is ended, and all that is ended was begun. */
export function isBalanced(s: Sections): boolean {
  return s.strayEnds.every(e => isRetried(e.effect)) && heldAtExit(s).length === 0;
}

function weight(s: Sections): number {
  let n = s.strayEnds.filter(e => !isRetried(e.effect)).length;
  for (const levels of heldAtExit(s)) n += levels.filter(l => !l.must).length;
  return n;
}

/** Reading that nobody asks about in the end is no fault. */
function heldAtExit(s: Sections): readonly (readonly Level[])[] {
  return [...s.atExit].filter(([key]) => !key.startsWith('seq-read ')).map(([, levels]) => levels);
}

function opens(sites: readonly Site[], id: number): readonly Open[] {
  const effect = sites[id]?.effect;
  if (!effect) return [];
  const also = effect.switches;
  return [{ key: keyOf(effect), site: id }, ...(also ? [{ key: also, site: id }] : [])];
}

interface Walked extends Sections {
  /** Conditions that cut ways off, by the point where they did. */
  readonly pruned: ReadonlyMap<number, ReadonlySet<string>>;
}

function walk(
  input: SectionsInput,
  sites: readonly Site[],
  steps: readonly (readonly Step[])[],
  entry: readonly Open[],
  /** Shared conditions that may change; undefined: all of them. */
  changing: ReadonlySet<string> | undefined,
): Walked {
  const { text, flow, isLocal } = input;
  const extent: Set<number>[] = sites.map(() => new Set<number>());
  const ends = sites.map(() => new Map<number, { point: number; node: Node }>());
  const stray = new Set<number>();
  const byFlags = new Set<string>();
  const pruned = new Map<number, Set<string>>();
  /** Conditions over shared memory count only on request. */
  const counts = (key: string): boolean => {
    const local = key.startsWith('#') || overLocals(key);
    return local || (changing !== undefined && !changing.has(key));
  };
  const keys = new Set(sites.map(s => keyOf(s.effect)));
  const asked = new Map<string, readonly Condition[]>();
  /** What is known behind a test. */
  const known = (p: Point, when: boolean): readonly Condition[] => {
    const key = `${p.id} ${String(when)}`;
    let list = asked.get(key);
    if (!list) asked.set(key, (list = p.node ? conditionsOf(text, p.node, when) : []));
    return list;
  };
  const loops = new Map<string, ReadonlySet<string>>();
  const locals = new Map<string, boolean>();
  const overLocals = (key: string): boolean => {
    let is = locals.get(key);
    if (is === undefined) locals.set(key, (is = isOverLocals(key, isLocal)));
    return is;
  };
  const states: State[][] = flow.points.map(() => []);
  states[flow.entry] = [entry.length > 0 ? { ...nothing, open: entry } : nothing];
  const todo: number[] = [flow.entry];
  const waiting = new Set(todo);
  const passed = new WeakSet<State>();
  for (let id = todo.shift(); id !== undefined; id = todo.shift()) {
    waiting.delete(id);
    const p = flow.points[id];
    if (!p) continue;
    // A state that changes becomes another one: each is passed on once.
    const fresh = (states[id] ?? []).filter(s => !passed.has(s));
    for (const s of fresh) passed.add(s);
    for (const edge of p.next) {
      let changed = false;
      for (const state of fresh)
        for (const after of pass(p, state, edge)) {
          const mine = after === state ? { ...after } : after;
          if (add((states[edge.to] ??= []), mine)) changed = true;
        }
      if (changed && !waiting.has(edge.to)) {
        waiting.add(edge.to);
        todo.push(edge.to);
      }
    }
  }
  // A last pass over the settled states finds extents, ends and stray ends.
  stray.clear();
  byFlags.clear();
  for (const m of ends) m.clear();
  for (const p of flow.points)
    for (const state of states[p.id] ?? []) {
      for (const o of state.open) extent[o.site]?.add(p.id);
      for (const edge of p.next) pass(p, state, edge);
    }
  for (const s of sites) if (s.effect.role !== 'end') extent[s.id]?.add(s.point);
  const atEnd = states[flow.exit] ?? [];
  return withBefore({
    sites,
    states,
    atExit: atEnd.length > 0 ? summary(atEnd) : new Map(),
    strayEnds: sites.filter(s => stray.has(s.id)),
    extent,
    ends: ends.map(m => [...m.values()]),
    byFlags,
    pruned,
  });

  /** The states after a point, on one way out of it; none if that way cannot be taken. */
  function pass(p: Point, state: State, edge: Edge): readonly State[] {
    const { when } = edge;
    let now: State[] = [state];
    let tries: { site: number; node: Node }[] = [];
    for (const step of steps[p.id] ?? []) {
      switch (step.kind) {
        case 'effect': {
          const s = sites[step.site];
          if (!s) break;
          const role = s.effect.role;
          if (byOutcome(s.effect)) {
            if (!tries.some(t => t.node === s.node)) tries = [...tries, { site: s.id, node: s.node }];
          } else
            now = now.flatMap(st =>
              inCondition(
                st,
                step.when ?? s.effect.when,
                p,
                yes => (role === 'begin' ? begun(yes, s) : ended(yes, s, p)),
                role === 'end' ? s.effect : undefined,
              ),
            );
          break;
        }
        case 'owner':
          if (when === step.taken) now = now.map(st => ({ ...st, open: begin(st.open, step.site) }));
          break;
        case 'release': {
          for (const s of sites)
            if (s.scoped && s.point === step.of)
              now = now.map(st => ({
                ...st,
                open: endSite(st.open, s.id, { point: p.id, node: step.node }),
              }));
          break;
        }
        case 'forget':
          now = now.map(st => ({
            ...st,
            truth: forget(st.truth, step),
            pending: without(st.pending, step.name),
          }));
          break;
        case 'rename':
          if (step.when === undefined || step.when === when)
            now = now.map(st => ({
              ...st,
              open: st.open.map(o => ({ ...o, key: renamedKey(o.key, step, keys) })),
            }));
          break;
        case 'called':
          now = now.map(st => ({ ...st, truth: new Map(st.truth).set(step.local, true) }));
          break;
        case 'assign': {
          const mine = tries.find(t => t.node === step.call);
          if (mine) tries = tries.filter(t => t !== mine);
          now = now.flatMap(st => assign(st, step, mine?.site, p));
          break;
        }
        case 'return':
          now = now.flatMap(st => returns(st, step, tries, p));
          if (step.call) tries = tries.filter(t => t.node !== step.call);
          break;
      }
    }
    if (p.kind === 'label' && p.option !== undefined && when !== undefined)
      now = now.flatMap(st => learn(st, `#${p.option ?? ''}`, when, p));
    if (p.kind === 'test' && p.node && when !== undefined) {
      const node = p.node;
      for (const t of tries) {
        const outcome = outcomeOf(text, node, n => n === t.node, when, true);
        if (outcome !== undefined && isTaken(t.site, outcome))
          now = now.flatMap(st =>
            inCondition(st, sites[t.site]?.effect.when, p, yes => ({
              ...yes,
              open: done(yes.open, t.site, p),
            })),
          );
      }
      now = now.map(st => resolve(st, node, when, p));
      if (p.loop?.kind !== 'macro_loop')
        for (const c of known(p, when).filter(k => !tries.length || !k.key.includes('(')))
          now = now.flatMap(st => learn(st, c.key, c.nonzero, p));
    } else {
      // A result that nobody looks at, as in `(void)spin_trylock()`: taken, as far as can be seen.
      for (const t of tries)
        if (
          p.kind === 'step' &&
          p.node &&
          bare(text, p.node) === t.node &&
          sites[t.site]?.effect.role !== 'end'
        )
          now = now.map(st => ({ ...st, open: begin(st.open, t.site) }));
    }
    // What a loop asks is asked anew.
    if (edge.to <= p.id && edge.to !== flow.exit)
      now = now.map(st => ({ ...st, truth: forgetTested(st.truth, edge.to, p.id) }));
    return now;
  }

  /** `run` where the condition holds, nothing where it does not; both if it is not known. */
  function inCondition(
    state: State,
    when: { readonly text: string; readonly nonzero: boolean } | undefined,
    at: Point,
    run: (s: State) => State,
    end?: Effect,
  ): readonly State[] {
    if (!when) return [run(state)];
    if (end && isValueOfTake(when, end)) return [openKey(state.open, end) === undefined ? state : run(state)];
    if (end) {
      // `begin(p, flags)` under `flags & F`, `end(p)` under `p->flags & F`: who ends asks for the same bit.
      const bit = bitOf(when);
      const alike =
        bit === undefined
          ? []
          : sites.filter(
              s =>
                s.effect.role === 'begin' &&
                s.effect.when &&
                keyOf(s.effect) === keyOf(end) &&
                bitOf(s.effect.when) === bit &&
                s.effect.when.text !== when.text,
            );
      if (alike.length > 0)
        return [state.open.some(o => alike.some(s => s.id === o.site)) ? run(state) : state];
    }
    const value = zeronessOfText(when.text);
    if (value !== undefined) return [value === when.nonzero ? run(state) : state];
    const c = conditionOfText(when.text);
    if (!c) return [run(state), state];
    const wanted = c.nonzero === when.nonzero;
    return [...learn(state, c.key, wanted, at).map(run), ...learn(state, c.key, !wanted, at)];
  }

  /** `have = take(p); … if (have) give(have);`: the pointer is what was taken, or NULL if nothing was. */
  function isValueOfTake(when: { readonly text: string; readonly nonzero: boolean }, end: Effect): boolean {
    if (!when.nonzero || !end.lock?.startsWith(`${when.text}->`)) return false;
    const alike = (e: Effect): boolean =>
      byOutcome(e) &&
      e.role === 'try' &&
      e.kind === end.kind &&
      lastField(e.lock ?? '') === lastField(end.lock ?? '');
    return steps.some(list =>
      list.some(
        a =>
          a.kind === 'assign' &&
          a.local === when.text &&
          a.call !== undefined &&
          sites.some(b => b.node === a.call && alike(b.effect)),
      ),
    );
  }

  /** The state in which a condition is known to hold, unless it is known not to. */
  function learn(state: State, key: string, nonzero: boolean, at: Point): readonly State[] {
    let { open, pending } = state;
    const id = pending.get(key);
    if (id !== undefined) {
      if (isTaken(id, nonzero)) open = done(open, id, at);
      pending = without(pending, key);
    }
    const value = state.truth.get(key);
    if (value !== undefined && counts(key)) {
      if (!overLocals(key) && open.length > 0 && !key.startsWith('#')) byFlags.add(key);
      if (value !== nonzero) {
        const cut = pruned.get(at.id);
        if (cut) cut.add(key);
        else pruned.set(at.id, new Set([key]));
        return [];
      }
      return open === state.open ? [state] : [{ open, truth: state.truth, pending }];
    }
    if (isRefuted(key, nonzero, k => (counts(k) ? state.truth.get(k) : undefined), state.truth)) {
      if (!overLocals(key)) byFlags.add(key);
      return [];
    }
    // A lock behind a pointer that is NULL is not held.
    if (!nonzero) {
      const isVoid = (o: Open): boolean => {
        const s = sites[o.site];
        return (
          s?.entry === true &&
          (s.effect.lock === key || (s.effect.hanging === true && hangsOn(s.effect.lock, key)))
        );
      };
      if (open.some(isVoid)) open = open.filter(o => !isVoid(o));
    }
    return [{ open, truth: new Map(state.truth).set(key, nonzero), pending }];
  }

  /** A test of a local that holds the result of a trylock. */
  function resolve(state: State, node: Node, when: boolean, p: Point): State {
    for (const [local, id] of state.pending) {
      const outcome = outcomeOf(
        text,
        node,
        n => n.kind === 'identifier' && text.slice(n.start, n.end) === local,
        when,
        true,
      );
      if (outcome === undefined) continue;
      const open = isTaken(id, outcome) ? done(state.open, id, p) : state.open;
      return { open, truth: state.truth, pending: without(state.pending, local) };
    }
    return state;
  }

  function assign(
    state: State,
    step: Step & { kind: 'assign' },
    site: number | undefined,
    p: Point,
  ): readonly State[] {
    const truth = new Map(forget(state.truth, { name: step.local, fields: false }));
    let pending = without(state.pending, step.local);
    const known = step.zero ?? (step.copy === undefined ? undefined : state.truth.get(step.copy.key));
    if (known !== undefined)
      truth.set(step.local, step.copy && step.zero === undefined ? known === step.copy.nonzero : known);
    if (step.number !== undefined)
      for (const bit of [1, 2, 4, 8]) truth.set(`${step.local} & ${String(bit)}`, (step.number & bit) !== 0);
    // What a lock that was just taken hangs on is no NULL.
    if (
      step.call &&
      state.open.some(
        o => sites[o.site]?.node === step.call && sites[o.site]?.effect.lock?.startsWith(step.local),
      )
    )
      truth.set(step.local, true);
    if (site === undefined) return [{ open: state.open, truth, pending }];
    const effect = sites[site]?.effect;
    if (effect?.when) {
      // Whether it was taken shows in the value, but nobody may look: both.
      const outcome = (isHeld: boolean): readonly State[] => {
        const known = new Map(truth).set(step.local, (effect.role === 'try') === isHeld);
        const now: State = { open: isHeld ? done(state.open, site, p) : state.open, truth: known, pending };
        const c = effect.when && conditionOfText(effect.when.text);
        const nonzero = c && (c.nonzero === effect.when?.nonzero) === isHeld;
        return c && nonzero !== undefined ? learn(now, c.key, nonzero, p) : [now];
      };
      return [...outcome(true), ...outcome(false)];
    }
    pending = new Map(pending).set(step.local, site);
    return [{ open: state.open, truth, pending }];
  }

  /** The value that is returned is kept as `return`: it may tell what is held. */
  function returns(
    state: State,
    step: Step & { kind: 'return' },
    tries: readonly { site: number; node: Node }[],
    p: Point,
  ): readonly State[] {
    const direct = tries.find(t => t.node === step.call);
    if (direct)
      return [true, false].map(nonzero => ({
        ...state,
        open: isTaken(direct.site, nonzero) ? done(state.open, direct.site, p) : state.open,
        truth: new Map(state.truth).set('return', nonzero),
      }));
    const pending = step.local === undefined ? undefined : state.pending.get(step.local);
    if (pending !== undefined)
      return [true, false].map(nonzero => ({
        ...state,
        open: isTaken(pending, nonzero) ? done(state.open, pending, p) : state.open,
        truth: new Map(state.truth).set('return', nonzero),
      }));
    const known = step.zero ?? (step.local === undefined ? undefined : state.truth.get(step.local));
    return known === undefined ? [state] : [{ ...state, truth: new Map(state.truth).set('return', known) }];
  }

  /** Forgets the conditions that ask for a local, or for a field that was stored to. */
  function forget(
    truth: ReadonlyMap<string, boolean>,
    what: Pick<Step & { kind: 'forget' }, 'name' | 'fields' | 'bits'>,
  ): ReadonlyMap<string, boolean> {
    if (truth.size === 0) return truth;
    const kept = [...truth].filter(([key]) => {
      if (!key.includes(what.name)) return true;
      const names = namesIn(key);
      const bit = / & ([A-Z][A-Z0-9_]*)$/.exec(key)?.[1];
      if (what.bits && bit !== undefined && key.startsWith(`${what.bits.place} & `))
        return !what.bits.names.includes(bit);
      return !(what.fields ? names.fields : names.roots).includes(what.name);
    });
    return kept.length === truth.size ? truth : new Map(kept);
  }

  function forgetTested(
    truth: ReadonlyMap<string, boolean>,
    from: number,
    to: number,
  ): ReadonlyMap<string, boolean> {
    if (truth.size === 0) return truth;
    const inside = testsBetween(from, to);
    const kept = [...truth].filter(([key]) => overLocals(key) || !inside.has(key));
    return kept.length === truth.size ? truth : new Map(kept);
  }

  function testsBetween(from: number, to: number): ReadonlySet<string> {
    const name = `${from} ${to}`;
    const made = loops.get(name);
    if (made) return made;
    const keys = new Set<string>();
    for (let id = from; id <= to; id++) {
      const p = flow.points[id];
      if (p?.kind === 'test') for (const c of known(p, true)) keys.add(c.key);
    }
    loops.set(name, keys);
    return keys;
  }

  function begun(state: State, s: Site): State {
    // Who begins to read anew has done with what was read before.
    const before = isRetried(s.effect)
      ? state.open.filter(o => o.key !== keyOf(s.effect) || o.site === s.id)
      : state.open;
    const open = begin(before, s.id);
    const { lock } = s.effect;
    // Whoever takes a lock through a local pointer knows that it is not NULL.
    const root = lock === undefined ? undefined : /^(?:\w+\()?([A-Za-z_]\w*)\)?(?:->|\.|$)/.exec(lock)?.[1];
    const truth = root !== undefined && isLocal(root) ? new Map(state.truth).set(root, true) : state.truth;
    return { open, truth, pending: state.pending };
  }

  function ended(state: State, s: Site, p: Point): State {
    // What hangs on NULL was not taken: `unlock(p)` asks itself.
    if (s.effect.lock !== undefined && state.truth.get(s.effect.lock) === false) return state;
    const root = s.scoped && /^([A-Za-z_]\w*)->/.exec(s.effect.lock ?? '')?.[1];
    if (root !== undefined && state.truth.get(root) === false) return state;
    return { ...state, open: end(state.open, s, p) };
  }

  function isTaken(id: number, nonzero: boolean): boolean {
    const effect = sites[id]?.effect;
    return effect?.role === 'try' || effect?.result === 'nonzero' ? nonzero : !nonzero;
  }

  /** What a call does whose value said that it did it; one call may take two locks. */
  function done(open: readonly Open[], id: number, p: Point): readonly Open[] {
    const call = sites[id]?.node;
    let now = open;
    for (const s of sites) {
      if (s.node !== call || !byOutcome(s.effect)) continue;
      now = s.effect.role === 'end' ? end(now, s, p) : begin(now, s.id);
    }
    return now;
  }

  function begin(open: readonly Open[], id: number): readonly Open[] {
    // The same begin again without an end between: a loop; one level stands for all.
    const mine = opens(sites, id);
    if (open.some(o => o.site === id && o.key === mine[0]?.key)) return open;
    return [...open, ...mine];
  }

  function end(open: readonly Open[], s: Site, p: Point): readonly Open[] {
    const key = openKey(open, s.effect);
    if (key === undefined) {
      // Asked once more: it was begun here, and ended by who asked first.
      const again =
        isRetried(s.effect) &&
        sites.some(b => b.effect.role === 'begin' && keyOf(b.effect) === keyOf(s.effect));
      if (!again) stray.add(s.id);
      return open;
    }
    const top = last(open, key);
    if (top) ends[top.site]?.set(p.id, { point: p.id, node: s.node });
    const left = open.filter(o => o !== top);
    // spin_unlock_irqrestore() turns interrupts on again, spin_unlock() does not.
    const also = s.effect.switches;
    const context = also && also !== key ? last(left, also) : undefined;
    return context ? left.filter(o => o !== context) : left;
  }

  function endSite(open: readonly Open[], id: number, at: { point: number; node: Node }): readonly Open[] {
    if (!open.some(o => o.site === id)) return open;
    ends[id]?.set(at.point, at);
    return open.filter(o => o.site !== id);
  }

  /** The key an end closes: its own, else the one open lock of that kind with the same last field. */
  function openKey(open: readonly Open[], effect: Effect): string | undefined {
    const key = keyOf(effect);
    if (open.some(o => o.key === key)) return key;
    if (effect.lock === undefined) return undefined;
    const field = lastField(effect.lock);
    const alike = new Set(
      open
        .map(o => o.key)
        .filter(k => k.startsWith(`${effect.kind} `) && lastField(k.slice(effect.kind.length + 1)) === field),
    );
    if (alike.size > 0) return alike.size === 1 ? [...alike][0] : undefined;
    // What a call without arguments gives (`root()`) may be any object: it is the one that is locked, if only one is.
    const all = new Set(open.map(o => o.key).filter(k => k.startsWith(`${effect.kind} `)));
    return isAnyObject(effect.lock) && all.size === 1 ? [...all][0] : undefined;
  }
}

/** Which bit a condition asks for, and for which value: `flags & F` for `F`. */
function bitOf(when: { readonly text: string; readonly nonzero: boolean }): string | undefined {
  const bit = / & ([A-Z][A-Z0-9_]*)$/.exec(when.text)?.[1];
  return bit === undefined ? undefined : `${String(when.nonzero)} ${bit}`;
}

function last(open: readonly Open[], key: string): Open | undefined {
  for (let i = open.length - 1; i >= 0; i--) if (open[i]?.key === key) return open[i];
  return undefined;
}

function without<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  if (!map.has(key)) return map;
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}

/**
 * Adds a state to those at a point: one for each list of open begins and of outcomes that nobody has looked at, knowing
 * only what all its paths know.
 */
function add(list: State[], state: State): boolean {
  const at = list.findIndex(
    s =>
      s.open.length === state.open.length &&
      s.open.every((o, i) => same(o, state.open[i])) &&
      sameEntries(s.pending, state.pending),
  );
  const old = list[at];
  if (!old) {
    if (list.length >= MOST_BUNDLES) return false;
    list.push(state);
    return true;
  }
  const truth = common(old.truth, state.truth);
  if (truth.size === old.truth.size) return false;
  list[at] = { open: old.open, truth, pending: old.pending };
  return true;
}

function same(a: Open, b: Open | undefined): boolean {
  return b !== undefined && a.site === b.site && a.key === b.key;
}

function sameEntries<T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>): boolean {
  return a === b || (a.size === b.size && [...a].every(([k, v]) => b.get(k) === v));
}

function common<T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  if (a === b) return a;
  return new Map([...a].filter(([k, v]) => b.has(k) && b.get(k) === v));
}

/** Levels over all bundles: the n-th open begin of a key on each. */
function summary(states: readonly State[]): Held {
  const held = new Map<string, Level[]>();
  const keys = new Set(states.flatMap(s => s.open.map(o => o.key)));
  for (const key of keys) {
    const stacks = states.map(s => s.open.filter(o => o.key === key).map(o => o.site));
    const deepest = Math.max(...stacks.map(s => s.length));
    held.set(
      key,
      Array.from({ length: deepest }, (_, i) => ({
        sites: [...new Set(stacks.flatMap(s => (s[i] === undefined ? [] : [s[i]])))].sort((m, n) => m - n),
        must: stacks.every(s => s[i] !== undefined),
      })),
    );
  }
  return held;
}

/** `dev->lock` to `lock`, `slots[i].lock bit BUSY` to `lock bit BUSY`. */
export function lastField(lock: string): string {
  return /(?:^|->|\.)([A-Za-z_]\w*(?:\[[^\]]*\])?(?: bit .*)?)$/.exec(lock)?.[1] ?? lock;
}

/** The same sections with only some of the bundles of paths at a point. */
export function onlyWith(s: Sections, point: number, keep: (state: State) => boolean): Sections {
  const states = s.states.map((list, id) => (id === point ? list.filter(keep) : list));
  const { before: _before, ...rest } = s;
  return withBefore({ ...rest, states });
}

/**
 * Most walks are asked for their ends only, so the rest is made when asked; in a function of its own, so that it holds the
 * states and nothing of the survey that asked.
 */
function withBefore<T extends Omit<Sections, 'before'>>(found: T): T & Pick<Sections, 'before'> {
  let before: Sections['before'] | undefined;
  return {
    ...found,
    get before() {
      return (before ??= found.states.map(list => (list.length > 0 ? summary(list) : undefined)));
    },
  };
}
