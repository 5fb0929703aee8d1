/**
 * What the points of a flow do to the state that regions.ts walks with: begins and ends, values given to the locals that
 * tests ask for, and what makes a known condition unknown again. Made once for a function; the walk only reads it.
 */
import { child, namedChildren, walk, type Node } from '../../syntax/node';
import { conditionOf, conditionsOf, namesIn, zeroness } from './conditions';
import type { Event } from './events';
import { bare, callee, fold, operatorOf, pointee, spelling } from '../expression';
import { reachable, type Flow, type Point } from './flow';
import { freedIn } from './guards';
import { spins } from './loops';
import { ownerGive, ownerTake, ownerWait, type OwnerTake } from './owner';
import { primitive } from '../primitives';
import { renamesOf, type Rename } from './renames';
import {
  guardEffect,
  meanings,
  primitiveEffects,
  RETURNED,
  tidyLock,
  type CallEffects,
  type Effect,
  type When,
} from './sections';

/** A begin, or an end that had none. */
export interface Site {
  readonly id: number;
  readonly point: number;
  readonly effect: Effect;
  /** The call; the body for a section that was open when the function was entered. */
  readonly node: Node;
  /** Open on entry: the caller's. */
  readonly entry?: true;
  /** Begun by a guard and ended with its block, or an end by `__free()`. */
  readonly scoped?: true;
}

export interface SectionsInput {
  readonly text: string;
  readonly body: Node;
  readonly flow: Flow;
  readonly events: (point: Point) => readonly Event[];
  readonly effects: CallEffects;
  readonly isLocal: (name: string) => boolean;
  /** Says of a place that it is an owner word although this function only gives it back. */
  readonly isOwner?: (place: string, name: string) => boolean;
  /** What guards of classes of the tree begin; undefined: the catalogue knows. */
  readonly guards?: (
    guardClass: string,
    args: readonly string[],
    variable: string | undefined,
  ) => readonly Effect[] | undefined;
  /** What the end of the scope of a variable with `__free(name)` ends. */
  readonly frees?: (name: string, variable: string) => readonly Effect[];
  /** What is open when the function is entered; an end that closes it is no stray. */
  readonly entry?: readonly Effect[];
}

export type Step =
  /** `when`: what stands before it in `a && f()`. */
  | { readonly kind: 'effect'; readonly site: number; readonly when?: When }
  | { readonly kind: 'owner'; readonly site: number; readonly taken: boolean }
  /** The guard() of the point `of` ends. */
  | { readonly kind: 'release'; readonly of: number; readonly node: Node }
  | {
      readonly kind: 'assign';
      readonly local: string;
      /** The call whose value it is. */
      readonly call: Node | undefined;
      readonly zero: boolean | undefined;
      /** A literal. */
      readonly number?: number;
      /** Another condition that it stands for. */
      readonly copy?: { readonly key: string; readonly nonzero: boolean };
    }
  /** Something was stored to: a local, or with `fields` any field of that name. */
  | {
      readonly kind: 'forget';
      readonly name: string;
      readonly fields: boolean;
      /** Only these bits of it, which are set or clear now. */
      readonly bits?: { readonly names: readonly string[]; readonly set: boolean; readonly place: string };
    }
  /** What hung on one local hangs on another. */
  | ({ readonly kind: 'rename' } & Rename)
  /** A pointer that is called is no NULL. */
  | { readonly kind: 'called'; readonly local: string }
  | {
      readonly kind: 'return';
      readonly call: Node | undefined;
      readonly local: string | undefined;
      readonly zero: boolean | undefined;
    };

const none: readonly Step[] = [];

/** The steps of each point. Begins and ends are entered into `sites`. Empty everywhere if there are none. */
export function stepsOf(input: SectionsInput, sites: Site[]): readonly (readonly Step[])[] {
  const { text, flow, events } = input;
  const effects = flow.points.map(p => effectSteps(input, p, sites));
  const leaves = flow.points.map(p => (p.kind === 'leave' ? leaveSteps(input, p, sites) : none));
  const words = ownerWords(input);
  const mine = new Set([...[...words.takes.values()].map(t => t.place), ...words.waits]);
  let any = effects.some(e => e.size > 0);
  const owners = flow.points.map(p => ownerSteps(p));
  any ||= leaves.some(list => list.some(s => s.kind === 'effect'));
  any ||= owners.some(o => o.steps.length > 0 || o.gives.size > 0);
  if (!any) return flow.points.map(() => none);
  const names = namesAskedFor(input, sites);
  const renames = renamesOf(text, flow, events, [...sites.map(s => s.effect), ...(input.entry ?? [])]);

  return flow.points.map(p => {
    if (p.kind === 'leave') return leaves[p.id] ?? none;
    const found: Step[] = [];
    const mineEffects = effects[p.id];
    const given = owners[p.id];
    for (const e of events(p)) {
      if (e.kind === 'assign') {
        found.push(...assignSteps(text, e, names));
        const renamed = renames?.atEvent(e);
        if (renamed) found.push({ kind: 'rename', ...renamed });
        continue;
      }
      found.push(...(mineEffects?.get(e) ?? none), ...(given?.gives.get(e) ?? none));
      if (e.kind !== 'call') continue;
      found.push(...forgetSteps(text, e, names));
      if (e.name !== undefined && names.has(e.name) && input.isLocal(e.name))
        found.push({ kind: 'called', local: e.name });
    }
    if (p.loop?.kind === 'macro_loop' && p.node)
      for (const a of namedChildren(p.node))
        if (a.kind === 'identifier') {
          const name = text.slice(a.start, a.end);
          if (names.has(name)) found.push({ kind: 'forget', name, fields: false });
        }
    found.push(...(given?.steps ?? none));
    const alias = renames?.atTest(p);
    if (alias) found.push({ kind: 'rename', ...alias });
    if (p.kind === 'return' && p.node) {
      const value = namedChildren(p.node)[0];
      if (value) found.push(returnStep(text, value));
    }
    return found;
  });

  /** Some way from where it was taken comes to where it is given back. */
  function isGivenBack(p: Point, take: OwnerTake): boolean {
    const points = words.gives.get(take.place);
    if (!points) return false;
    const behind = reachable(
      flow,
      p.next.filter(e => e.when === take.taken),
    );
    return points.some(id => behind.has(id));
  }

  function ownerSteps(p: Point): { steps: Step[]; gives: Map<Event, Step[]> } {
    const steps: Step[] = [];
    const gives = new Map<Event, Step[]>();
    if (p.kind !== 'leave')
      for (const e of events(p)) {
        if (e.kind !== 'call') continue;
        const given = ownerGive(text, e.node);
        if (given === undefined || !(mine.has(given) || input.isOwner?.(given, e.name ?? ''))) continue;
        gives.set(e, [
          { kind: 'effect', site: enter(sites, p, { role: 'end', kind: 'owner', lock: given }, e.node) },
        ]);
      }
    if (p.kind === 'test' && p.node && p.loop?.kind !== 'macro_loop') {
      const take = words.takes.get(p.id);
      // A test that spins until it is taken, or a word that is given back below, is a lock.
      if (take && (isGivenBack(p, take) || spins(flow, events, p, !take.taken)))
        steps.push({
          kind: 'owner',
          site: enter(sites, p, { role: 'try', kind: 'owner', lock: take.place }, take.call),
          taken: take.taken,
        });
    }
    return { steps, gives };
  }
}

function enter(sites: Site[], p: Point, effect: Effect, node: Node, scoped?: boolean): number {
  const id = sites.length;
  sites.push({ id, point: p.id, effect, node, ...(scoped && { scoped: true }) });
  return id;
}

/** What ends where a block is left, innermost first. */
function leaveSteps({ text, body, flow, frees }: SectionsInput, p: Point, sites: Site[]): readonly Step[] {
  const node = p.node ?? body;
  return p.releases.flatMap((of): readonly Step[] => {
    const made = flow.points[of]?.node;
    if (made?.kind !== 'declaration') return [{ kind: 'release', of, node }];
    return freedIn(text.slice(made.start, made.end))
      .flatMap(({ name, variable }) => frees?.(name, variable) ?? [])
      .map(effect => ({ kind: 'effect', site: enter(sites, p, effect, node, true) }));
  });
}

/** Begins and ends of one point by the event that does it. */
function effectSteps(input: SectionsInput, p: Point, sites: Site[]): ReadonlyMap<Event, readonly Step[]> {
  const { text } = input;
  const found = new Map<Event, Step[]>();
  if (p.kind === 'leave') return found;
  let conditions: ReadonlyMap<Node, When> | undefined;
  for (const e of input.events(p)) {
    if (e.kind === 'assign') continue;
    let list: readonly (Effect | undefined)[];
    if (e.kind === 'guard')
      list = input.guards?.(
        e.class,
        e.args.map(a => spelling(text, a)),
        e.variable,
      ) ?? [guardEffect(text, e.class, e.args)];
    else if (e.name === undefined) continue;
    else {
      const own = primitiveEffects(text, e.name, e.args);
      list = own
        ? own
        : primitive(e.name)
          ? []
          : (input.effects(
              e.name,
              e.args.map(a => spelling(text, a)),
            ) ?? []);
    }
    const steps = list.flatMap((known): Step[] => {
      if (!known || isLazyReader(known)) return [];
      const effect = onReturned(text, known, e, input.events(p));
      const when = (conditions ??= conditionsWithin(text, p.node)).get(e.node);
      const site = enter(sites, p, effect, e.node, e.kind === 'guard');
      return [{ kind: 'effect', site, ...(when && { when }) }];
    });
    if (steps.length > 0) found.set(e, steps);
  }
  return found;
}

/**
 * A reader that a callee begins only while a bit is set (lazy path walk). All that follows asks for that bit of another
 * word, so that "on some paths" would be told where each path knows: callers say nothing about it.
 */
function isLazyReader(e: Effect): boolean {
  return (
    e.role === 'begin' &&
    e.via !== undefined &&
    meanings[e.kind].group === 'reader' &&
    / & [A-Z]\w*$/.test(e.when?.text ?? '')
  );
}

/** A lock that hangs on the call's value, in terms of what the value is given to. */
function onReturned(text: string, effect: Effect, call: Event, all: readonly Event[]): Effect {
  if (!effect.lock?.includes(RETURNED)) return effect;
  const to = all.find(a => a.kind === 'assign' && a.right && bare(text, a.right) === call.node);
  const root = to?.kind === 'assign' ? spelling(text, to.left) : spelling(text, call.node);
  return { ...effect, lock: tidyLock(fold(effect.lock.replace(RETURNED, root))) };
}

/** Calls that are made only under a condition inside one expression: behind `&&`, `||`, in `?:`. */
function conditionsWithin(text: string, root: Node | undefined): ReadonlyMap<Node, When> {
  const found = new Map<Node, When>();
  if (!root || !/&&|\|\||\?/.test(text.slice(root.start, root.end))) return found;
  const visit = (n: Node, when: When | undefined): void => {
    if (n.kind === 'call_expression' && when) found.set(n, when);
    const under = (c: Node | undefined, sign: boolean): When | undefined => {
      const known = c && conditionOf(text, c, sign);
      return known ? { text: known.key, nonzero: known.nonzero } : when;
    };
    const operator = n.kind === 'binary_expression' ? operatorOf(text, n) : '';
    if (operator === '&&' || operator === '||') {
      const left = child(n, 'left');
      const right = child(n, 'right');
      if (left) visit(left, when);
      if (right) visit(right, under(left, operator === '&&'));
      return;
    }
    if (n.kind === 'conditional_expression') {
      const c = child(n, 'condition');
      const yes = child(n, 'consequence');
      const no = child(n, 'alternative');
      if (c) visit(c, when);
      if (yes) visit(yes, under(c, true));
      if (no) visit(no, under(c, false));
      return;
    }
    for (const c of n.children) visit(c, when);
  };
  visit(root, undefined);
  return found;
}

/** Names that some test, condition or returned value of the function asks for. */
function namesAskedFor(input: SectionsInput, sites: readonly Site[]): ReadonlySet<string> {
  const { text, flow } = input;
  const names = new Set<string>();
  const add = (key: string): void => {
    const found = namesIn(key);
    for (const n of found.roots) names.add(n);
    for (const n of found.fields) names.add(n);
  };
  for (const p of flow.points) {
    if (!p.node) continue;
    if (p.kind === 'test') for (const c of conditionsOf(text, p.node, true)) add(c.key);
    if (p.kind === 'test')
      walk(p.node, n => {
        if (n.kind === 'identifier') names.add(text.slice(n.start, n.end));
      });
    if (p.kind === 'return') {
      const value = namedChildren(p.node)[0];
      if (value) add(spelling(text, value));
    }
  }
  for (const s of sites) if (s.effect.when) add(s.effect.when.text);
  return names;
}

function assignSteps(
  text: string,
  e: Event & { kind: 'assign' },
  names: ReadonlySet<string>,
): readonly Step[] {
  const left = bare(text, e.left);
  if (left.kind !== 'identifier') {
    const field = left.kind === 'field_expression' ? child(left, 'field') : undefined;
    const name = field && text.slice(field.start, field.end);
    const bits = changedBits(text, e);
    return name !== undefined && names.has(name)
      ? [{ kind: 'forget', name, fields: true, ...(bits && { bits }) }]
      : none;
  }
  const local = text.slice(left.start, left.end);
  if (!names.has(local)) return none;
  const right = e.operator === '=' && e.right ? valueOf(text, e.right) : undefined;
  const zero = right && (errorValue(text, right) === true ? true : zeroness(text, right));
  const copied =
    right && zero === undefined && right.kind !== 'call_expression' ? conditionOf(text, right) : undefined;
  const number = right?.kind === 'number_literal' ? Number(text.slice(right.start, right.end)) : NaN;
  return [
    {
      kind: 'assign',
      local,
      call: right && callIn(text, right),
      zero,
      ...(Number.isInteger(number) && { number }),
      ...(copied && { copy: copied }),
    },
  ];
}

/** `p->flags |= A | B`, `p->flags &= ~A`: the other bits stay as they are. */
function changedBits(
  text: string,
  { operator, left, right }: Event & { kind: 'assign' },
): { readonly names: readonly string[]; readonly set: boolean; readonly place: string } | undefined {
  if (!right || (operator !== '|=' && operator !== '&=')) return undefined;
  const mask = spelling(text, right).replace(/\s/g, '');
  const said = operator === '|=' ? /^([A-Z_0-9|]+)$/.exec(mask) : /^~\(?([A-Z_0-9|]+)\)?$/.exec(mask);
  return said?.[1] === undefined
    ? undefined
    : { names: said[1].split('|'), set: operator === '|=', place: spelling(text, left) };
}

/** Of `a = b = 0` the 0. */
function valueOf(text: string, node: Node): Node {
  const inner = bare(text, node);
  const right = inner.kind === 'assignment_expression' ? child(inner, 'right') : undefined;
  return right ? valueOf(text, right) : inner;
}

/** The call that a value comes from: `f()`, `a && f()`, `f() ? 1 : 0`, `f() != 0`. */
function callIn(text: string, node: Node): Node | undefined {
  const inner = bare(text, node);
  if (inner.kind === 'call_expression') return inner;
  if (inner.kind === 'binary_expression') {
    const operator = operatorOf(text, inner);
    const left = child(inner, 'left');
    const right = child(inner, 'right');
    if (operator === '&&') return right && (callIn(text, right) ?? (left && callIn(text, left)));
    if (operator === '!=' && left && right && zeroness(text, right) === false) return callIn(text, left);
  }
  if (inner.kind === 'conditional_expression') {
    const [yes, no] = [child(inner, 'consequence'), child(inner, 'alternative')];
    const condition = child(inner, 'condition');
    if (yes && no && zeroness(text, yes) === true && zeroness(text, no) === false && condition)
      return callIn(text, condition);
  }
  return undefined;
}

function returnStep(text: string, value: Node): Step {
  const inner = bare(text, value);
  return {
    kind: 'return',
    call: callIn(text, inner),
    local: inner.kind === 'identifier' ? text.slice(inner.start, inner.end) : undefined,
    zero: errorValue(text, inner) ?? zeroness(text, inner),
  };
}

/** An error as a pointer counts as NULL; one as a number is not zero. */
function errorValue(text: string, node: Node): boolean | undefined {
  const name = node.kind === 'call_expression' ? callee(text, node) : undefined;
  return name === 'ERR_PTR' ? false : name === 'PTR_ERR' ? true : undefined;
}

/** Macros that leave NULL in a variable with `__free()`, and give its value. */
const takesOver = new Set(['no_free_ptr', 'return_ptr', 'retain_and_null_ptr']);

/** Macros that store to an argument that is not passed by its address. */
const storing = new Set(['swap', 'get_user', '__get_user', 'unsafe_get_user', 'do_div', 'local_save_flags']);

function forgetSteps(text: string, e: Event & { kind: 'call' }, names: ReadonlySet<string>): readonly Step[] {
  if (e.args.length === 0) return none;
  const p = e.name === undefined ? undefined : primitive(e.name);
  if (p && (p.role === 'load' || p.role === 'query')) return none;
  // It leaves the lowest bit as it is.
  if (e.name !== undefined && /^read_seqbegin_or_lock/.test(e.name)) return none;
  if (e.name !== undefined && takesOver.has(e.name)) {
    const given = e.args[0] && bare(text, e.args[0]);
    const local = given?.kind === 'identifier' ? text.slice(given.start, given.end) : '';
    return names.has(local) ? [{ kind: 'assign', local, call: undefined, zero: false }] : none;
  }
  const found: Step[] = [];
  for (const a of e.args) {
    const inner = bare(text, a);
    const target = pointee(text, a);
    if (target === inner && !(e.name !== undefined && storing.has(e.name)) && e.name !== 'WRITE_ONCE')
      continue;
    if (target.kind === 'identifier') {
      const name = text.slice(target.start, target.end);
      if (names.has(name)) found.push({ kind: 'forget', name, fields: false });
    } else if (target.kind === 'field_expression') {
      const field = child(target, 'field');
      const name = field && text.slice(field.start, field.end);
      if (name !== undefined && names.has(name)) found.push({ kind: 'forget', name, fields: true });
    }
  }
  return found;
}

/** Owner words of a function: those taken by a test, and those given back. */
function ownerWords({ text, body, flow, events }: SectionsInput): {
  readonly takes: ReadonlyMap<number, OwnerTake>;
  /** The points that give back, by place. */
  readonly gives: ReadonlyMap<string, readonly number[]>;
  /** Those that are waited for until they are one's own. */
  readonly waits: readonly string[];
} {
  const waits: string[] = [];
  const takes = new Map<number, OwnerTake>();
  const gives = new Map<string, number[]>();
  for (const p of flow.points) {
    if (p.kind === 'test' && p.node && p.loop?.kind !== 'macro_loop') {
      const take = ownerTake(text, p.node, body);
      if (take) takes.set(p.id, take);
    }
    for (const e of events(p)) {
      const waited = e.kind === 'call' ? ownerWait(text, e.node) : undefined;
      if (waited !== undefined) waits.push(waited);
      const given = e.kind === 'call' ? ownerGive(text, e.node) : undefined;
      if (given !== undefined) gives.set(given, [...(gives.get(given) ?? []), p.id]);
    }
  }
  return { takes, gives, waits };
}
