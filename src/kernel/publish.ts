/**
 * Publications without a grace period: an RCU pointer is set, no grace period follows on the way to the end of the
 * function or of its callers, and some reader takes NULL of that pointer for "no lock needed" (a conditional lock). The
 * reader that saw NULL may still be inside when the other side starts to rely on the lock; only a grace period after
 * the publication waits for it.
 *
 * The analysis: (1) conditional locks by the pointer they depend on; (2) every assignment of such a pointer to
 * something that is not NULL; (3) ways from there to the end without a grace period, on through the callers in the
 * files given, with what the callee returned deciding their error checks; (4) the place for the call: in the outermost
 * function of the publisher's file that drops its own locks after the publication, at the first statement that every
 * such way goes through with nothing held.
 */
import type { Span } from '../base/span';
import { walk, type Node } from '../syntax/node';
import type { Guard } from './sections/condlock';
import { textOf } from './expression';
import type { Event } from './sections/events';
import { reachable, type Point } from './sections/flow';
import { nameSpan, remember, spanOf, type FunctionFacts } from './functions';
import { exitsFrom, type Exit, type Start } from './sections/paths';
import { keyOfPath, pathOf, sameKey } from './places';
import { primitive } from './primitives';
import { zeroness } from './sections/regions';
import { meanings } from './sections/sections';
import type { Survey } from './sections/survey';

export interface Publication {
  /** The function that the lens stands over: where the fix belongs, else the publisher. */
  readonly function: string;
  /** Its name, where it is defined. */
  readonly functionSpan: Span;
  /** Name of the function that assigns the pointer, and the chain of calls down to it, outermost first. */
  readonly publisher: string;
  readonly chain: readonly string[];
  /** The assignment. */
  readonly span: Span;
  /** As the readers write it: `dev->npinfo`. */
  readonly pointer: string;
  /** `net_device.npinfo`; `.npinfo` if the struct is not known; the variable's name for a global. */
  readonly key: string;
  readonly readers: readonly Reader[];
  /** Where the call goes: before this offset of this file, which is the start of a line. Absent: no place may sleep. */
  readonly place?: Place;
}

export interface Reader {
  readonly function: string;
  /** Where the lock is taken, if it is. */
  readonly span: Span;
  /** In the reader's own terms: `napi->poll_owner`. */
  readonly lock: string;
}

export interface Place {
  readonly file: string;
  readonly offset: number;
  readonly indent: string;
  /** The ways that did not publish come along here too: what holds only for those that did, `!err`. */
  readonly condition?: string;
  /** Locks that are still held there and may be slept under. */
  readonly under: readonly string[];
}

/** One function on the way from the publication outwards. */
interface Link {
  readonly f: FunctionFacts;
  /** The publication, or the call of the next inner link. */
  readonly start: Start;
  readonly exits: readonly Exit[];
}

/** Calls deeper than this are not followed outwards. */
const DEEPEST = 6;

/** `mayNotSleep`: functions that are known to run where sleeping is a bug (softirq handlers and what they call). */
export function publications(
  s: Survey,
  mayNotSleep: (f: FunctionFacts) => boolean = () => false,
): readonly Publication[] {
  const readers = conditionalReaders(s);
  if (readers.length === 0) return [];
  const grace = graceOf(s);
  const found: Publication[] = [];
  for (const f of s.functions) {
    if (!mayPublish(f)) continue;
    for (const p of f.analysis.flow.points)
      for (const e of f.analysis.events(p)) {
        const target = published(f, e);
        if (!target) continue;
        const key = keyOfPath(pathOf(f.analysis.text, target, f.analysis.locals), s.types);
        const mine = key === undefined ? [] : readers.filter(r => sameKey(r.key, key));
        const first = mine[0];
        if (key === undefined || !first) continue;
        for (const chain of uncovered(s, f, { point: p.id, after: e.node }, grace)) {
          const at = choosePlace(s, chain, mayNotSleep);
          const over = at?.link.f ?? f;
          const publication: Publication = {
            function: over.name,
            functionSpan: nameSpan(over),
            publisher: f.name,
            chain: chain.map(l => l.f.name).reverse(),
            span: spanOf(f, e.node),
            pointer: first.guard.text,
            key: first.key.startsWith('.') ? key : first.key,
            readers: mine.map(r => ({ function: r.f.name, span: spanOf(r.f, r.node), lock: r.lock })),
            ...(at && { place: at.place }),
          };
          const same = found.find(
            x =>
              x.function === publication.function && x.functionSpan.file === over.file && sameKey(x.key, key),
          );
          if (!same) found.push(publication);
        }
      }
  }
  return found;
}

interface ConditionalReader {
  readonly f: FunctionFacts;
  readonly guard: Guard;
  readonly key: string;
  readonly lock: string;
  readonly node: Node;
}

/** Conditional locks whose pointer is one that somebody can publish; those read by RCU first. */
function conditionalReaders(s: Survey): readonly ConditionalReader[] {
  const found: ConditionalReader[] = [];
  for (const f of [...s.functions, ...s.related])
    for (const l of s.conditionalLocks(f)) {
      // Whoever asks whether it got the lock does not go on without it.
      if (l.returnsHeld && s.alwaysTested(f.name)) continue;
      for (const guard of l.guards) {
        const key =
          guard.when === 'set' && !readBySrcu(guard, f) ? keyOfPath(guard.path, s.types) : undefined;
        if (key !== undefined) found.push({ f, guard, key, lock: l.lock, node: l.site.node });
      }
    }
  return found.sort((a, b) => Number(b.guard.rcu) - Number(a.guard.rcu));
}

function readBySrcu(guard: Guard, f: FunctionFacts): boolean {
  return !guard.rcu && [...f.analysis.calls].some(c => /^srcu_dereference/.test(c));
}

/**
 * Macros that publish, and the index of the new value. RCU_INIT_POINTER() with a value is for objects that no reader
 * can see yet.
 */
const publishing: Readonly<Record<string, number>> = { rcu_assign_pointer: 1, rcu_replace_pointer: 1 };

function mayPublish({ analysis }: FunctionFacts): boolean {
  return remember(analysis, 'may publish', () => Object.keys(publishing).some(c => analysis.calls.has(c)));
}

/** The pointer that an event publishes (with something that is not NULL). */
function published(f: FunctionFacts, e: Event): Node | undefined {
  if (e.kind !== 'call' || e.name === undefined) return undefined;
  const value = e.args[publishing[e.name] ?? -1];
  return value && zeroness(f.analysis.text, value) !== false ? e.args[0] : undefined;
}

/** Whether an event waits for a grace period: a primitive, or a function all of whose ways do. */
function graceOf(s: Survey): (e: Event) => boolean {
  const known = new Map<string, boolean>();
  const always = (name: string): boolean => {
    const p = primitive(name);
    if (p) return p.role === 'grace-period' && p.class === 'rcu';
    const old = known.get(name);
    if (old !== undefined) return old;
    // A function that calls itself does not wait by that.
    known.set(name, false);
    const f = s.find(name);
    const answer =
      f?.analysis.body !== undefined &&
      [...f.analysis.calls].some(c => c !== name && always(c)) &&
      exitsFrom(
        f,
        { point: f.analysis.flow.entry },
        e => e.kind === 'call' && e.name !== undefined && always(e.name),
      ).length === 0;
    known.set(name, answer);
    return answer;
  };
  return e => e.kind === 'call' && e.name !== undefined && always(e.name);
}

/** The chains of calls (innermost first) along which no grace period follows. */
function uncovered(
  s: Survey,
  f: FunctionFacts,
  start: Start,
  grace: (e: Event) => boolean,
  inner: readonly Link[] = [],
): readonly (readonly Link[])[] {
  const exits = exitsFrom(f, start, grace);
  if (exits.length === 0) return [];
  const chain = [...inner, { f, start, exits }];
  // A harness calls what it likes; what follows there says nothing about the kernel.
  const callers = s
    .callers(f.name)
    .filter(c => !chain.some(l => l.f === c) && (c.item.kind === 'function' || c.file === f.file));
  if (callers.length === 0 || chain.length >= DEEPEST) return [chain];
  const outcomes = new Set(exits.map(e => e.nonzero));
  const outcome = outcomes.size === 1 ? [...outcomes][0] : undefined;
  return callers.flatMap(c =>
    c.analysis.flow.points.flatMap(p =>
      c.analysis
        .events(p)
        .filter(e => e.kind === 'call' && e.name === f.name)
        .flatMap(e =>
          uncovered(
            s,
            c,
            { point: p.id, after: e.node, ...(outcome !== undefined && { outcome }) },
            grace,
            chain,
          ),
        ),
    ),
  );
}

interface Candidate {
  readonly link: Link;
  readonly place: Place;
  /** Locks of its own are dropped between the publication and the place. */
  readonly drops: boolean;
  /** It is called with locks held. */
  readonly inherits: boolean;
}

function choosePlace(
  s: Survey,
  chain: readonly Link[],
  mayNotSleep: (f: FunctionFacts) => boolean,
): Candidate | undefined {
  const candidates = chain.flatMap(link => {
    if (mayNotSleep(link.f)) return [];
    const outside = heldByCallers(s, link.f);
    const place = outside.atomic ? undefined : placeIn(s, link);
    return place
      ? [{ link, place, drops: dropsLocks(s, link) && place.under.length === 0, inherits: outside.any }]
      : [];
  });
  const home = chain[0]?.f.file;
  const dropping = candidates.filter(c => c.drops);
  return (
    dropping.filter(c => c.link.f.file === home).at(-1) ??
    dropping[0] ??
    candidates.find(c => c.place.under.length === 0 && !c.inherits) ??
    candidates.find(c => c.place.under.length === 0) ??
    candidates[0]
  );
}

function dropsLocks(s: Survey, link: Link): boolean {
  const held = s.sections(link.f)?.before[link.start.point];
  return held !== undefined && held.size > 0;
}

/** What the callers in the files given hold when they call a function. */
function heldByCallers(s: Survey, f: FunctionFacts): { any: boolean; atomic: boolean } {
  let any = false;
  let atomic = false;
  for (const c of s.callers(f.name)) {
    const sections = s.sections(c);
    if (!sections) continue;
    for (const p of c.analysis.flow.points) {
      if (!c.analysis.events(p).some(e => e.kind === 'call' && e.name === f.name)) continue;
      for (const levels of sections.before[p.id]?.values() ?? [])
        for (const l of levels) {
          const effect = sections.sites[l.sites[0] ?? -1]?.effect;
          if (!effect || meanings[effect.kind].group === 'sequence') continue;
          any = true;
          if (meanings[effect.kind].atomic || effect.switches) atomic = true;
        }
    }
  }
  return { any, atomic };
}

/**
 * The first statement that all ways from the publication go through (and, if there is one, no others) where nothing is
 * held that must not be slept under; the end of the function if there is none.
 */
function placeIn(s: Survey, link: Link): Place | undefined {
  const { f, start } = link;
  const { flow, text, body } = f.analysis;
  if (!body) return undefined;
  const sections = s.sections(f);
  const after = reachable(flow, flow.points[start.point]?.next ?? []);
  const around = reachable(flow, [{ to: flow.entry }], p => p.id === start.point);
  const statements: { node: Node; parent: Node }[] = [];
  walk(body, (n, parents) => {
    const parent = parents[parents.length - 1];
    if (
      parent &&
      isStatement(n) &&
      (parent.kind === 'compound_statement' || parent.kind === 'labeled_statement')
    )
      statements.push({ node: n, parent });
  });
  let best: { place: Place; rank: number } | undefined;
  const consider = (point: Point, place: Omit<Place, 'under'>): void => {
    if (!after.has(point.id) && point.id !== flow.exit) return;
    if (
      exitsFrom(
        f,
        start,
        () => false,
        p => p.id === point.id,
      ).length > 0 &&
      point.kind !== 'exit'
    )
      return;
    const under: string[] = [];
    for (const [, levels] of sections?.before[point.id] ?? [])
      for (const l of levels) {
        const effect = sections?.sites[l.sites[0] ?? -1]?.effect;
        if (!effect || meanings[effect.kind].group === 'sequence') continue;
        if (meanings[effect.kind].atomic || effect.switches) return;
        under.push(effect.lock ?? meanings[effect.kind].words);
      }
    const shared = around.has(point.id) || failureComesTo(f, start, point);
    const condition = shared ? onlyPublished(f, link) : undefined;
    const rank = (under.length > 0 ? 4 : 0) + (shared ? (condition === undefined ? 2 : 1) : 0);
    if (!best || rank < best.rank)
      best = { rank, place: { ...place, ...(condition !== undefined && { condition }), under } };
  };
  for (const { node, parent } of statements) {
    const point = firstPoint(flow.points, node);
    const line = lineStart(text, node.start);
    // A statement behind something else on its line has no line of its own to put one before.
    if (!point || !/^\s*$/.test(text.slice(line, node.start))) continue;
    if (parent.kind === 'labeled_statement' && parent.start >= line) continue;
    if (node.start <= (flow.points[start.point]?.node?.start ?? 0)) continue;
    consider(point, { file: f.file, offset: line + f.shift, indent: text.slice(line, node.start) });
  }
  const exit = flow.points[flow.exit];
  const falls = exitsFrom(f, start, () => false).every(e => e.point === flow.exit);
  if (!best && exit && falls && text[body.end - 1] === '}') {
    const line = lineStart(text, body.end - 1);
    if (/^\s*$/.test(text.slice(line, body.end - 1)))
      consider(exit, { file: f.file, offset: line + f.shift, indent: indentOf(text, body) });
  }
  return best?.place;
}

/** Whether the way on from a call that did not publish (its value tells) leads here too. */
function failureComesTo(f: FunctionFacts, start: Start, point: Point): boolean {
  if (start.outcome === undefined) return false;
  let comes = false;
  exitsFrom(
    f,
    { ...start, outcome: !start.outcome },
    () => false,
    p => {
      if (p.id === point.id) comes = true;
      return false;
    },
  );
  return comes;
}

/** What tells the ways that published from the others at a common return: `!err` for `return err`. */
function onlyPublished(f: FunctionFacts, link: Link): string | undefined {
  const { text, flow } = f.analysis;
  if (link.exits.length === 0 || link.exits.some(e => e.nonzero !== false)) return undefined;
  const values = new Set(
    link.exits.map(e => {
      const node = flow.points[e.point]?.node;
      return node
        ? textOf(text, node)
            .replace(/^return\s*/, '')
            .replace(/;$/, '')
        : '';
    }),
  );
  const value = values.size === 1 ? [...values][0] : undefined;
  return value !== undefined && /^[A-Za-z_]\w*$/.test(value) ? `!${value}` : undefined;
}

function isStatement(n: Node): boolean {
  return n.kind.endsWith('_statement') && n.kind !== 'labeled_statement' && n.kind !== 'compound_statement';
}

/** The point of a statement that is evaluated first. */
function firstPoint(points: readonly Point[], node: Node): Point | undefined {
  return points.find(
    p => p.node && p.kind !== 'leave' && p.node.start >= node.start && p.node.end <= node.end,
  );
}

function lineStart(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}

/** The indentation of the first statement of a body. */
function indentOf(text: string, body: Node): string {
  const first = body.children.find(c => c.named && c.kind !== 'comment');
  if (!first) return '\t';
  const line = lineStart(text, first.start);
  return /^\s*/.exec(text.slice(line, first.start))?.[0] ?? '\t';
}
