/**
 * Sections of a function: where it is inside an RCU read-side critical section, holds a lock, or has BH, interrupts or
 * preemption off. Found by walking the control flow forwards with the list of begins that are open. Paths that have
 * different lists are kept apart where they meet, together with what is known about the zeroness of locals
 * (property simulation: Das, Lerner, Seigle, "ESP", PLDI 2002); so `if (x) lock(); … if (x) unlock();` is balanced.
 *
 * An end without a begin and a begin that some path leaves open are kept as such: they are bugs, or the function is
 * one half of a wrapper (see survey.ts). Conditions over shared memory are not remembered: it may have changed.
 */
import { child, type Node } from '../syntax/node';
import { bare, operatorOf, spelling } from './expression';
import type { Event } from './events';
import type { Flow, Point } from './flow';
import { spins } from './loops';
import { ownerGive, ownerTake, type OwnerTake } from './owner';
import { guardEffect, keyOf, primitiveEffect, type Effect } from './sections';

/** Effects of calls that are no primitives; undefined for what is not known to have any. */
export type CallEffects = (name: string, args: readonly string[]) => readonly Effect[] | undefined;

/** A begin, or an end that had none. */
export interface Site {
  readonly id: number;
  readonly point: number;
  readonly effect: Effect;
  /** The call. */
  readonly node: Node;
}

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
interface Open {
  readonly key: string;
  readonly site: number;
}

/** What is so on one bundle of paths. */
export interface State {
  readonly open: readonly Open[];
  /** Locals known to be zero (false) or not. */
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
}

const nothing: State = { open: [], truth: new Map(), pending: new Map() };

/** More bundles than this at one point are not kept apart any more (the first ones stay). */
const MOST_BUNDLES = 12;

/**
 * `isOwner` says of a place that it is an owner word although this function only gives it back.
 * Sections over a flow; undefined at once if the function has no event that begins or ends one.
 */
export function sectionsOf(
  text: string,
  body: Node,
  flow: Flow,
  events: (point: Point) => readonly Event[],
  effects: CallEffects,
  isOwner: (place: string) => boolean = () => false,
): Sections | undefined {
  const sites: Site[] = [];
  const words = ownerWords(text, body, flow, events);
  const mine = new Set([...words.takes.values()].map(t => t.place));
  const at = new Map<string, number>();
  const steps: Step[][] = flow.points.map(p => stepsAt(p));
  if (steps.every(s => s.length === 0)) return undefined;

  const extent: Set<number>[] = sites.map(() => new Set<number>());
  const ends = sites.map(() => new Map<number, { point: number; node: Node }>());
  const stray = new Set<number>();
  const states: State[][] = flow.points.map(() => []);
  states[flow.entry] = [nothing];
  const todo: number[] = [flow.entry];
  const waiting = new Set(todo);
  for (let id = todo.shift(); id !== undefined; id = todo.shift()) {
    waiting.delete(id);
    const p = flow.points[id];
    if (!p) continue;
    for (const edge of p.next) {
      let changed = false;
      for (const state of states[id] ?? []) {
        const after = pass(p, state, edge.when);
        if (after && add((states[edge.to] ??= []), after)) changed = true;
      }
      if (changed && !waiting.has(edge.to)) {
        waiting.add(edge.to);
        todo.push(edge.to);
      }
    }
  }
  // A last pass over the settled states finds extents, ends and stray ends.
  stray.clear();
  for (const m of ends) m.clear();
  for (const p of flow.points)
    for (const state of states[p.id] ?? []) {
      for (const o of state.open) extent[o.site]?.add(p.id);
      for (const edge of p.next) pass(p, state, edge.when);
    }
  for (const s of sites) if (s.effect.role !== 'end') extent[s.id]?.add(s.point);
  const before = states.map(list => (list.length > 0 ? summary(list) : undefined));
  return {
    sites,
    before,
    states,
    atExit: before[flow.exit] ?? new Map(),
    strayEnds: sites.filter(s => stray.has(s.id)),
    extent,
    ends: ends.map(m => [...m.values()]),
  };

  function stepsAt(p: Point): Step[] {
    if (p.kind === 'leave')
      return p.releases.map(of => ({ kind: 'release', of, node: p.node ?? body }) as const);
    const found: Step[] = [];
    for (const [index, e] of events(p).entries()) {
      if (e.kind === 'assign') {
        found.push(...assigned(e));
        continue;
      }
      const list =
        e.kind === 'guard'
          ? [guardEffect(text, e.class, e.args)]
          : e.name === undefined
            ? []
            : (own(e.name, e.args) ??
              effects(
                e.name,
                e.args.map(a => spelling(text, a)),
              ) ??
              []);
      for (const [n, effect] of list.entries())
        if (effect)
          found.push({
            kind: 'effect',
            site: site(p, effect, e.node, `${index}.${n}`),
            guard: e.kind === 'guard',
          });
      if (e.kind === 'call') {
        const given = ownerGive(text, e.node);
        if (given !== undefined && (mine.has(given) || isOwner(given)))
          found.push({
            kind: 'effect',
            site: site(p, { role: 'end', kind: 'owner', lock: given }, e.node, `${index}.give`),
            guard: false,
          });
      }
    }
    if (p.kind === 'test' && p.node && p.loop?.kind !== 'macro_loop') {
      const take = words.takes.get(p.id);
      // A test that spins until it is taken, or a word that is given back below, is a lock.
      if (take && (spins(flow, events, p, !take.taken) || words.gives.has(take.place)))
        found.push({
          kind: 'owner',
          site: site(p, { role: 'try', kind: 'owner', lock: take.place }, take.call, 'take'),
          taken: take.taken,
        });
    }
    return found;
  }

  function own(name: string, args: readonly Node[]): readonly Effect[] | undefined {
    const effect = primitiveEffect(text, name, args);
    return effect && [effect];
  }

  function site(p: Point, effect: Effect, node: Node, index: string): number {
    const key = `${p.id}:${index}`;
    const known = at.get(key);
    if (known !== undefined) return known;
    const id = sites.length;
    sites.push({ id, point: p.id, effect, node });
    at.set(key, id);
    return id;
  }

  /** `ret = mutex_lock_interruptible(&l)`: the local stands for the outcome. */
  function assigned(e: Event & { kind: 'assign' }): Step[] {
    if (e.left.kind !== 'identifier') return [];
    const right = e.operator === '=' && e.right ? bare(text, e.right) : undefined;
    return [
      {
        kind: 'assign',
        local: text.slice(e.left.start, e.left.end),
        call: right,
        zero: right ? zeroness(text, right) : undefined,
      },
    ];
  }

  /** The state after a point, on one way out of it; undefined if that way cannot be taken. */
  function pass(p: Point, state: State, when: boolean | undefined): State | undefined {
    let { open, truth, pending } = state;
    let tries: { site: number; node: Node }[] = [];
    for (const step of steps[p.id] ?? []) {
      switch (step.kind) {
        case 'effect': {
          const s = sites[step.site];
          if (!s) break;
          if (s.effect.role === 'begin') {
            open = begin(open, s.id);
            // Whoever takes a lock through a local pointer knows that it is not NULL.
            if (s.effect.lock !== undefined && /^\w+$/.test(s.effect.lock))
              truth = new Map(truth).set(s.effect.lock, true);
          } else if (s.effect.role === 'end') open = end(open, s, p);
          else tries = [...tries, { site: s.id, node: s.node }];
          break;
        }
        case 'owner':
          if (when === step.taken) open = begin(open, step.site);
          break;
        case 'release': {
          const s = sites.find(x => x.point === step.of && x.effect.role === 'begin');
          if (s) open = endSite(open, s.id, { point: p.id, node: step.node });
          break;
        }
        case 'assign': {
          const mine = tries.find(t => t.node === step.call);
          pending = without(pending, step.local);
          truth = without(truth, step.local);
          if (mine) {
            pending = new Map(pending).set(step.local, mine.site);
            tries = tries.filter(t => t !== mine);
          }
          if (step.zero !== undefined) truth = new Map(truth).set(step.local, step.zero);
          break;
        }
      }
    }
    if (p.kind === 'test' && p.node && when !== undefined) {
      for (const t of tries) {
        const outcome = outcomeOf(text, p.node, n => n === t.node, when);
        if (outcome !== undefined && isTaken(t.site, outcome)) open = begin(open, t.site);
      }
      const about = tested(text, p.node, when);
      if (about) {
        const id = pending.get(about.local);
        if (id !== undefined) {
          if (isTaken(id, about.nonzero)) open = begin(open, id);
          pending = without(pending, about.local);
        }
        const known = truth.get(about.local);
        if (known !== undefined && known !== about.nonzero) return undefined;
        if (known === undefined) truth = new Map(truth).set(about.local, about.nonzero);
      }
    } else {
      // A result that nobody looks at, as in `(void)spin_trylock()`: taken, as far as can be seen.
      for (const t of tries)
        if (p.kind === 'step' && p.node && bare(text, p.node) === t.node) open = begin(open, t.site);
    }
    return open === state.open && truth === state.truth && pending === state.pending
      ? state
      : { open, truth, pending };
  }

  function isTaken(id: number, nonzero: boolean): boolean {
    return sites[id]?.effect.role === 'try' ? nonzero : !nonzero;
  }

  function begin(open: readonly Open[], id: number): readonly Open[] {
    const s = sites[id];
    // The same begin again without an end between: a loop; one level stands for all.
    if (!s || open.some(o => o.site === id)) return open;
    const also = s.effect.switches;
    return [...open, { key: keyOf(s.effect), site: id }, ...(also ? [{ key: also, site: id }] : [])];
  }

  function end(open: readonly Open[], s: Site, p: Point): readonly Open[] {
    const key = openKey(open, s.effect);
    if (key === undefined) {
      stray.add(s.id);
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
    return alike.size === 1 ? [...alike][0] : undefined;
  }
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

/** Adds a state to those at a point: one for each list of open begins, knowing only what all its paths know. */
function add(list: State[], state: State): boolean {
  const at = list.findIndex(
    s => s.open.length === state.open.length && s.open.every((o, i) => same(o, state.open[i])),
  );
  const old = list[at];
  if (!old) {
    if (list.length >= MOST_BUNDLES) return false;
    list.push(state);
    return true;
  }
  const truth = common(old.truth, state.truth);
  const pending = common(old.pending, state.pending);
  if (truth.size === old.truth.size && pending.size === old.pending.size) return false;
  list[at] = { open: old.open, truth, pending };
  return true;
}

function same(a: Open, b: Open | undefined): boolean {
  return b !== undefined && a.site === b.site && a.key === b.key;
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

/** Whether an expression is surely not zero (true) or zero (false). */
export function zeroness(text: string, node: Node): boolean | undefined {
  const inner = bare(text, node);
  const word = text.slice(inner.start, inner.end);
  if (/^(0[xX]?0*[uUlL]*|NULL|false)$/.test(word)) return false;
  if (inner.kind === 'number_literal' || word === 'true') return true;
  if (/^-\s*(E[A-Z0-9]+|\d+)$/.test(word)) return true;
  if (inner.kind === 'pointer_expression' && text[inner.start] === '&') return true;
  return undefined;
}

/** The local that a test is about, and whether it is nonzero when the test comes out as `when`. */
export function tested(
  text: string,
  test: Node,
  when: boolean,
): { local: string; nonzero: boolean } | undefined {
  let local: string | undefined;
  const nonzero = outcomeOf(
    text,
    test,
    n => {
      if (n.kind !== 'identifier') return false;
      local = text.slice(n.start, n.end);
      return true;
    },
    when,
  );
  return local !== undefined && nonzero !== undefined ? { local, nonzero } : undefined;
}

/** Whether `subject` is nonzero when the test comes out as `when`; undefined if the test is about something else. */
export function outcomeOf(
  text: string,
  test: Node,
  subject: (n: Node) => boolean,
  when: boolean,
): boolean | undefined {
  let inner = bare(text, test);
  if (inner.kind === 'assignment_expression') inner = bare(text, child(inner, 'left') ?? inner);
  if (subject(inner)) return when;
  if (inner.kind !== 'binary_expression') return undefined;
  const left = child(inner, 'left');
  const right = child(inner, 'right');
  if (!left || !right) return undefined;
  const operator = operatorOf(text, inner);
  let a = bare(text, left);
  const b = bare(text, right);
  if (a.kind === 'assignment_expression') a = bare(text, child(a, 'left') ?? a);
  const zero = zeroness(text, b) === false;
  if (!zero || !subject(a)) return undefined;
  if (operator === '!=') return when;
  if (operator === '==') return !when;
  // `ret < 0` and `ret > 0` tell only when they are true.
  if (operator === '<' || operator === '>') return when ? true : undefined;
  return undefined;
}

type Step =
  | { readonly kind: 'effect'; readonly site: number; readonly guard: boolean }
  | { readonly kind: 'owner'; readonly site: number; readonly taken: boolean }
  | { readonly kind: 'release'; readonly of: number; readonly node: Node }
  | {
      readonly kind: 'assign';
      readonly local: string;
      readonly call: Node | undefined;
      readonly zero: boolean | undefined;
    };

/** Owner words of a function: those taken by a test, and those given back. */
function ownerWords(
  text: string,
  body: Node,
  flow: Flow,
  events: (point: Point) => readonly Event[],
): { readonly takes: ReadonlyMap<number, OwnerTake>; readonly gives: ReadonlySet<string> } {
  const takes = new Map<number, OwnerTake>();
  const gives = new Set<string>();
  for (const p of flow.points) {
    if (p.kind === 'test' && p.node && p.loop?.kind !== 'macro_loop') {
      const take = ownerTake(text, p.node, body);
      if (take) takes.set(p.id, take);
    }
    for (const e of events(p)) {
      const given = e.kind === 'call' ? ownerGive(text, e.node) : undefined;
      if (given !== undefined) gives.add(given);
    }
  }
  return { takes, gives };
}

/** `dev->lock` to `lock`, `slots[i].lock bit BUSY` to `lock bit BUSY`. */
export function lastField(lock: string): string {
  return /(?:^|->|\.)([A-Za-z_]\w*(?:\[[^\]]*\])?(?: bit .*)?)$/.exec(lock)?.[1] ?? lock;
}
