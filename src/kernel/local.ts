/**
 * What a function's own sections say of one of its points: reader, BH, interrupts, sleeping, and the locks held by name.
 * What the function was entered with comes on top in entry.ts; `ended` tells which of that it has ended by then.
 */
import { callee } from './expression';
import { reachable } from './flow';
import { spanOf, type FunctionFacts } from './functions';
import type { Aspect } from './answers';
import type { Sections, Site } from './regions';
import { keyOf, meanings, type Effect, type SectionKind } from './sections';
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
}

export interface LocalState {
  readonly parts: Readonly<Partial<Record<Aspect, Part>>>;
  readonly locks: readonly LocalLock[];
  /** What the caller began and this function has ended before the point: on all ways, or on some. */
  readonly ended: readonly { readonly effect: Effect; readonly must: boolean; readonly site: Site }[];
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

export function localState(f: FunctionFacts, sections: Sections | undefined, point: number): LocalState {
  if (!sections) return nothing;
  const held = sections.before[point];
  if (!held) return nothing;
  const parts: Partial<Record<Aspect, Part>> = {};
  const locks: LocalLock[] = [];
  for (const [key, levels] of held)
    for (const level of levels) {
      const site = sections.sites[level.sites[0] ?? -1];
      if (!site) continue;
      const kind: SectionKind = key === 'bh' || key === 'irq' || key === 'preempt' ? key : site.effect.kind;
      const part: Part = { must: level.must, words: wordsOf(f, site), start: spanOf(f, site.node).start };
      for (const aspect of aspectsOf(kind)) parts[aspect] = stronger(parts[aspect], part);
      if (kind !== site.effect.kind || !isLock(kind)) continue;
      const lock = lockName(f, site);
      const shared = site.effect.shared;
      const old = locks.findIndex(l => l.lock === lock && l.kind === kind);
      const mine: LocalLock = { lock, kind, part, ...(shared && { shared }) };
      if (old < 0) locks.push(mine);
      else if (part.must && !locks[old]?.part.must) locks[old] = mine;
    }
  return { parts, locks, ended: endedBefore(f, sections, point) };
}

function stronger(a: Part | undefined, b: Part): Part {
  return a && (a.must || !b.must) ? a : b;
}

/** Begins of the caller that this function ended on the way to a point. */
function endedBefore(f: FunctionFacts, sections: Sections, point: number): LocalState['ended'] {
  if (sections.strayEnds.length === 0) return [];
  const { flow } = f.analysis;
  return sections.strayEnds.flatMap(site => {
    const key = keyOf(site.effect);
    const ends = sections.strayEnds.filter(s => keyOf(s.effect) === key).map(s => s.point);
    // What is begun anew behind the end is the function's own from there on.
    const begins = new Set(
      sections.sites.filter(s => s.effect.role !== 'end' && keyOf(s.effect) === key).map(s => s.point),
    );
    const after = reachable(flow, flow.points[site.point]?.next ?? [], p => begins.has(p.id));
    if (!after.has(point) || begins.has(point)) {
      if (!begins.has(point) || !after.has(point)) return [];
    }
    const around = reachable(flow, [{ to: flow.entry }], p => ends.includes(p.id));
    return [{ effect: site.effect, must: !around.has(point) || ends.includes(point), site }];
  });
}

/** The begin of a section as a reader knows it: the call. */
export function wordsOf(f: FunctionFacts, site: Site): string {
  const { text } = f.analysis;
  const call = text.slice(site.node.start, site.node.end).replace(/\s+/g, ' ');
  const name = site.node.kind === 'call_expression' ? callee(text, site.node) : undefined;
  return call.length <= 60 ? call : `${name ?? call.slice(0, 57)}(…)`;
}

/** The lock by its full name: what `bh_lock_sock(sk)` takes is `sk->sk_lock.slock`. */
export function lockName(f: FunctionFacts, site: Site): string {
  const { effect, node } = site;
  const name = effect.via ?? (node.kind === 'call_expression' ? (callee(f.analysis.text, node) ?? '') : '');
  return nameOfLock(effect, effect.via === undefined ? name : undefined);
}

/** `primitive`: the primitive that takes it, if that is known. */
export function nameOfLock(effect: Effect, primitive: string | undefined): string {
  if (effect.kind === 'rtnl') return 'rtnl_mutex';
  const member = primitive === undefined ? undefined : memberLocks.get(primitive);
  if (effect.lock === undefined) return member ?? effect.kind;
  if (member === undefined) return effect.lock;
  return /^\w+$|\w$/.test(effect.lock) || !effect.lock.startsWith('&')
    ? `${effect.lock}->${member}`
    : `${effect.lock.slice(1)}.${member}`;
}
