/**
 * What a function's own sections say of one of its points: reader, BH, interrupts, sleeping, and the locks held by name.
 * What the function was entered with comes on top in entry.ts; `ended` tells which of that it has ended by then.
 */
import { callee } from '../expression';
import { spanOf, type FunctionFacts } from '../functions';
import type { Aspect } from './answers';
import type { Sections, Site } from '../sections/regions';
import { keyOf, meanings, ofCaller, type Effect, type SectionKind } from '../sections/sections';
import { memberLocks } from './lockNames';

/** An aspect that the function itself makes so, on all its ways to the point or on some. */
export interface Part {
  readonly must: boolean;
  /** `rcu_read_lock()`, `spin_lock_bh(&q->lock)`. */
  readonly words: string;
  /** Offset of the begin in the file. */
  readonly start: number;
}

export interface LocalLock {
  readonly lock: string;
  readonly kind: SectionKind;
  readonly shared?: true;
  readonly part: Part;
  /** On some ways it is the caller's still: dropped and taken again. */
  readonly ofCaller?: true;
}

export interface LocalState {
  readonly parts: Readonly<Partial<Record<Aspect, Part>>>;
  readonly locks: readonly LocalLock[];
  /** What the caller began and this function has ended before the point: on all ways, or on some. */
  readonly ended: readonly {
    readonly effect: Effect;
    readonly must: boolean;
    /** The lock by its full name, if it is one. */
    readonly lock?: string;
    /** The call that ends it. */
    readonly words: string;
  }[];
}

const nothing: LocalState = { parts: {}, locks: [], ended: [] };

/** The aspects that an open section of a kind decides, each in the direction of `yes` (of `no` for maySleep). */
export function aspectsOf(kind: SectionKind): readonly Aspect[] {
  if (kind === 'irq') return ['reader', 'bhOff', 'irqOff', 'maySleep'];
  if (kind === 'bh' || kind === 'rcu-bh') return ['reader', 'bhOff', 'maySleep'];
  if (kind === 'rcu' || kind === 'rcu-sched') return ['reader', 'maySleep'];
  return meanings[kind].atomic ? ['reader', 'maySleep'] : [];
}

/** Kinds that are named in the list of held locks. */
export function isLock(kind: SectionKind): boolean {
  return meanings[kind].group === 'lock' || kind === 'srcu';
}

/** The sections of a function, and what it ends of its caller's: then `assumed` are those with that open at entry. */
export interface LocalSections {
  readonly own: Sections | undefined;
  readonly assumed: Sections | undefined;
}

/** `make` gives sections, with effects open at entry if there are any. */
export function localSections(
  f: FunctionFacts,
  make: (f: FunctionFacts, entry?: readonly Effect[]) => Sections | undefined,
): LocalSections {
  const own = make(f);
  if (!own || own.strayEnds.length === 0) return { own, assumed: undefined };
  const entry = new Map<string, Effect>();
  for (const { effect } of ofCaller(own.strayEnds)) {
    const { via: _via, when: _when, ...rest } = effect;
    const old = entry.get(keyOf(effect));
    if (!old || (!old.switches && effect.switches)) entry.set(keyOf(effect), { ...rest, role: 'begin' });
  }
  return { own, assumed: make(f, [...entry.values()]) };
}

export function localState(
  f: FunctionFacts,
  sections: LocalSections,
  point: number,
  primitiveOf?: (wrapper: string) => string | undefined,
): LocalState {
  const s = sections.assumed ?? sections.own;
  const held = s?.before[point];
  if (!s || !held) return nothing;
  const parts: Partial<Record<Aspect, Part>> = {};
  const locks: LocalLock[] = [];
  for (const [key, levels] of held)
    for (const level of levels) {
      const site = level.sites.map(id => s.sites[id]).find(x => x !== undefined && !x.entry);
      // What the caller began is the caller's.
      if (!site) continue;
      const kind: SectionKind = key === 'bh' || key === 'irq' || key === 'preempt' ? key : site.effect.kind;
      const must = (level.must || already(f, site)) && !fastPath(f, site);
      const part: Part = { must, words: wordsOf(f, site), start: spanOf(f, site.node).start };
      for (const aspect of aspectsOf(fastPath(f, site) ? 'bh' : kind))
        parts[aspect] = stronger(parts[aspect], part);
      if (kind !== site.effect.kind || !isLock(kind)) continue;
      const renamed = lockOfKey(key, site);
      const lock = renamed ?? lockName(f, site, primitiveOf);
      const shared = site.effect.shared;
      const old = locks.findIndex(l => l.lock === lock && l.kind === kind);
      // Whichever way, the socket is the caller's.
      const mine: LocalLock = {
        lock,
        kind,
        part: fastPath(f, site) ? { ...part, must: level.must } : part,
        ...(shared && { shared }),
        ...(level.sites.some(id => s.sites[id]?.entry) && { ofCaller: true as const }),
      };
      if (old < 0) locks.push(mine);
      else if (part.must && !locks[old]?.part.must) locks[old] = mine;
    }
  // A reader on one way and a lock that is one as well on the other: an aspect on all of them.
  for (const [aspect, part] of Object.entries(parts) as [Aspect, Part][])
    if (!part.must && everyWay(f, s, point, aspect)) parts[aspect] = { ...part, must: true };
  return {
    parts,
    locks,
    ended: sections.assumed ? endedBefore(f, sections.assumed, sections.own, point, primitiveOf) : [],
  };
}

/** The name that a lock has by now, if it is not the one it was taken by. */
function lockOfKey(key: string, { effect }: Site): string | undefined {
  return effect.lock === undefined || keyOf(effect) === key || !key.startsWith(`${effect.kind} `)
    ? undefined
    : key.slice(effect.kind.length + 1);
}

/** Whether each way to a point has begun something that decides an aspect. */
function everyWay(f: FunctionFacts, s: Sections, point: number, aspect: Aspect): boolean {
  const decides = (key: string, id: number): boolean => {
    const site = s.sites[id];
    if (!site || site.entry || fastPath(f, site)) return false;
    const kind: SectionKind = key === 'bh' || key === 'irq' || key === 'preempt' ? key : site.effect.kind;
    return aspectsOf(kind).includes(aspect);
  };
  const states = s.states[point] ?? [];
  return states.length > 0 && states.every(state => state.open.some(o => decides(o.key, o.site)));
}

/** Begins of the caller that this function ended on the way to a point. */
function endedBefore(
  f: FunctionFacts,
  s: Sections,
  own: Sections | undefined,
  point: number,
  primitiveOf: ((wrapper: string) => string | undefined) | undefined,
): LocalState['ended'] {
  const held = s.before[point];
  if (!held) return [];
  return s.sites
    .filter(x => x.entry)
    .flatMap(site => {
      const kinds: readonly SectionKind[] = [
        site.effect.kind,
        ...(site.effect.switches ? [site.effect.switches] : []),
      ];
      return kinds.flatMap(kind => {
        const key = kind === site.effect.kind ? keyOf(site.effect) : kind;
        const level = held.get(key)?.find(l => l.sites.includes(site.id));
        if (level?.must) return [];
        const end = own?.strayEnds.find(e => keyOf(e.effect) === keyOf(site.effect)) ?? site;
        const lock = kind === site.effect.kind ? site.effect.lock : undefined;
        const effect: Effect = {
          role: 'end',
          kind,
          ...(lock !== undefined && { lock }),
          ...(end.effect.via !== undefined && { via: end.effect.via }),
        };
        const full = lock === undefined || end === site ? lock : lockName(f, end, primitiveOf);
        return [
          {
            effect,
            must: !level,
            ...(full !== undefined && { lock: full }),
            words: end === site ? '' : wordsOf(f, end),
          },
        ];
      });
    });
}

/**
 * `if (!in_softirq()) local_bh_disable();`: off after it on either way. The test, or what its flag was computed from, asks
 * for the context.
 */
function already(f: FunctionFacts, site: Site): boolean {
  if (site.effect.kind !== 'bh' && site.effect.kind !== 'irq' && site.effect.kind !== 'preempt') return false;
  const { flow, text, body } = f.analysis;
  const asks =
    /\b(?:in_softirq|in_interrupt|softirq_count|hardirq_count|irqs_disabled|in_hardirq|in_irq|in_atomic)\s*\(/;
  for (const test of flow.points) {
    if (test.kind !== 'test' || !test.node || !test.next.some(e => e.to === site.point)) continue;
    const condition = text.slice(test.node.start, test.node.end);
    if (asks.test(condition)) return true;
    const flag = /^!?\s*(\w+)$/.exec(condition)?.[1];
    if (flag === undefined || !body) continue;
    const given = new RegExp(`\\b${flag}\\s*=\\s*([^;]*);`).exec(text.slice(body.start, body.end))?.[1];
    if (given !== undefined && asks.test(given)) return true;
  }
  return false;
}

/** lock_sock_fast() returns with a spinlock held and BH off, or with neither. */
function fastPath(f: FunctionFacts, site: Site): boolean {
  return (
    site.node.kind === 'call_expression' && /^lock_sock_fast/.test(callee(f.analysis.text, site.node) ?? '')
  );
}

function stronger(a: Part | undefined, b: Part): Part {
  return a && (a.must || !b.must) ? a : b;
}

/** The begin of a section as a reader knows it: the call. */
export function wordsOf(f: FunctionFacts, site: Site): string {
  const { text } = f.analysis;
  const call = text.slice(site.node.start, site.node.end).replace(/\s+/g, ' ');
  const name = site.node.kind === 'call_expression' ? callee(text, site.node) : undefined;
  return call.length <= 60 ? call : `${name ?? call.slice(0, 57)}(…)`;
}

/** The lock by its full name: what `bh_lock_sock(sk)` takes is `sk->sk_lock.slock`. */
export function lockName(
  f: FunctionFacts,
  site: Site,
  primitiveOf?: (wrapper: string) => string | undefined,
): string {
  const { effect, node } = site;
  const name = node.kind === 'call_expression' ? callee(f.analysis.text, node) : undefined;
  return nameOfLock(effect, effect.via === undefined ? name : primitiveOf?.(effect.via));
}

/** `primitive`: the primitive that takes it, if that is known. */
export function nameOfLock(effect: Effect, primitive: string | undefined): string {
  if (effect.kind === 'rtnl') return 'rtnl_mutex';
  const member = primitive === undefined ? undefined : memberLocks.get(primitive);
  if (effect.lock === undefined) return member ?? effect.kind;
  const lock = effect.lock.replace(/^\(&?([^()]*(?:\([^()]*\)[^()]*)*)\)/, '$1');
  return member === undefined ||
    (/(?:->|\.)/.test(lock.slice(-member.length - 2, -member.length)) && lock.endsWith(member))
    ? lock
    : `${lock}->${member}`;
}
