/**
 * unbalanced-region: a lock or reader that a function takes and gives back on some of its ways, while another way returns
 * with it open, or gives back what it does not have (a `goto` to the wrong label, an early return).
 *
 * Silent where leaving it open may be the purpose: an exit whose value differs from those of the ways that gave it back,
 * annotations (__acquires, __releases, __must_hold), wrappers, locks of a walked list, ends that a callee may bring.
 */
import { walk, type Node } from '../../syntax/node';
import { callArguments, textOf } from '../expression';
import { reachable, type Point } from '../sections/flow';
import { spanOf, type FunctionFacts } from '../functions';
import { lastField, outcomeOf, type Sections, type Site } from '../sections/regions';
import { keyOf, meanings } from '../sections/sections';
import { primitive } from '../primitives';
import { mayBegin, mayEnd } from './callees';
import { callersOf } from './entries';
import type { Check, CheckInput, Finding, Related } from './input';
import { findWay, returnValue } from './ways';

export const unbalancedRegion: Check = (f, input) => {
  const sections = input.survey.sections(f);
  if (!sections || handsOver(f)) return [];
  const found: Finding[] = [];
  const keys = new Set(
    sections.sites.filter(s => s.effect.role !== 'end' && checked(s)).map(s => keyOf(s.effect)),
  );
  for (const key of keys) {
    const region = regionOf(f, sections, key);
    if (!region) continue;
    const one = leftOpen(f, input, region) ?? endedTwice(f, input, region);
    if (one) found.push(one);
  }
  return found;
};

/** All begins and ends of one lock in a function. */
interface Region {
  readonly sections: Sections;
  readonly begins: readonly Site[];
  readonly ends: readonly Site[];
  readonly words: string;
}

function checked(s: Site): boolean {
  const { group } = meanings[s.effect.kind];
  return (
    s.effect.kind !== 'owner' &&
    s.effect.kind !== 'migrate' &&
    group !== 'sequence' &&
    (group !== 'reader' || s.effect.kind !== 'rcu-tasks') &&
    !/^k(un)?map/.test(s.effect.via ?? '')
  );
}

/** A function that says, or is known, to hand its sections to its caller. */
function handsOver(f: FunctionFacts): boolean {
  const { text, node, body } = f.analysis;
  if (!body) return true;
  if (/__(acquires?|releases?|must_hold|cond_acquires|cond_lock)\b/.test(text.slice(node.start, body.start)))
    return true;
  if (/__(acquire|release|cond_lock)\s*\(/.test(text.slice(body.start, body.end))) return true;
  return /(^|_)(un)?lock(ed)?(_|$)|_acquire|_enter$|seq_start|seq_next|seq_stop|_get_first|_get_next|_get_idx|_begin$/.test(
    f.name,
  );
}

function regionOf(f: FunctionFacts, sections: Sections, key: string): Region | undefined {
  const begins = sections.sites.filter(s => s.effect.role !== 'end' && keyOf(s.effect) === key);
  const [first] = begins;
  // What a callee leaves open by the way is not what this function is about.
  if (!first || begins.some(b => b.effect.via !== undefined && !/lock/.test(b.effect.via))) return undefined;
  const nodes = new Set(begins.flatMap(b => (sections.ends[b.id] ?? []).map(e => e.node)));
  const ends = sections.sites.filter(s => s.effect.role === 'end' && nodes.has(s.node));
  // guard() ends by itself; a reader that ends nowhere here is the begin of a pair of functions.
  if (ends.length === 0 || nodes.size !== new Set(ends.map(e => e.node)).size) return undefined;
  const field = first.effect.lock === undefined ? undefined : lastField(first.effect.lock);
  const others = sections.sites.filter(
    s =>
      !begins.includes(s) &&
      !ends.includes(s) &&
      s.effect.kind === first.effect.kind &&
      (field === undefined || lastField(s.effect.lock ?? '') === field),
  );
  // The same lock under another name, or ends that no begin here leads to: not ours to judge.
  if (others.length > 0) return undefined;
  if (begins.some(b => sections.strayEnds.some(s => keyOf(s.effect) === key && !ends.includes(s) && s !== b)))
    return undefined;
  // Who gives back first of all works with its caller's lock.
  if (Math.min(...ends.map(e => e.node.start)) < Math.min(...begins.map(b => b.node.start))) return undefined;
  // Locks of a list are taken in one loop and given back in another.
  const { flow } = f.analysis;
  for (const e of ends) {
    const again = reachable(flow, flow.points[e.point]?.next ?? []);
    if (again.has(e.point) && !begins.some(b => again.has(b.point))) return undefined;
  }
  if (first.effect.lock !== undefined && walks(f, first.effect.lock)) return undefined;
  const { words } = meanings[first.effect.kind];
  return {
    sections,
    begins,
    ends,
    words: first.effect.lock === undefined ? words : `${words} ${first.effect.lock}`,
  };
}

/** The lock hangs on a variable that gets several values. */
function walks(f: FunctionFacts, lock: string): boolean {
  const { text, flow, events, locals } = f.analysis;
  for (const name of lock.match(/[A-Za-z_]\w*/g) ?? []) {
    if (!locals.types.has(name)) continue;
    let count = locals.parameters.includes(name) ? 1 : 0;
    for (const p of flow.points) {
      for (const e of events(p))
        if (e.kind === 'assign' && text.slice(e.left.start, e.left.end) === name) count++;
      // An argument of its own is what the loop moves on; `&box->list` is where it begins.
      const moved = p.loop?.kind === 'macro_loop' && p.node && textOf(text, p.node);
      if (moved && new RegExp(`[(,]\\s*${name}\\s*[,)]`).test(moved)) count += 2;
    }
    if (count > 1) return true;
  }
  return false;
}

/** `free` before the first begin, `held`, `done` after an end; with the return that was passed. */
type State = `${'free' | 'held' | 'done'}${string}`;

/** The state behind a point; a trylock decides on the way out of its test. Undefined: it cannot be told. */
function stepOf(f: FunctionFacts, region: Region) {
  const { text } = f.analysis;
  const at = new Map<number, Site[]>();
  for (const s of [...region.begins, ...region.ends]) {
    const list = at.get(s.point);
    if (list) list.push(s);
    else at.set(s.point, [s]);
  }
  return (state: State, p: Point, when: boolean | undefined): State | undefined => {
    let now = state;
    for (const s of (at.get(p.id) ?? []).sort((a, b) => a.id - b.id)) {
      if (s.effect.role === 'end') now = 'done';
      else if (s.effect.role === 'begin') now = 'held';
      else {
        const nonzero =
          p.node && when !== undefined ? outcomeOf(text, p.node, n => n === s.node, when) : undefined;
        // `ret = mutex_lock_interruptible(&l)` and the like are left alone.
        if (nonzero === undefined) return undefined;
        if (nonzero === (s.effect.role === 'try')) now = 'held';
      }
    }
    return p.kind === 'return' ? `${now}@${String(p.id)}` : now;
  };
}

function leftOpen(f: FunctionFacts, input: CheckInput, region: Region): Finding | undefined {
  const { flow, text } = f.analysis;
  const step = stepOf(f, region);
  const returns = flow.points.filter(p => p.kind === 'return');
  const exits: readonly (Point | undefined)[] = [...returns, undefined];
  const reach = (
    state: 'free' | 'held' | 'done',
    r: Point | undefined,
  ): readonly Point[] | 'none' | 'unknown' =>
    findWay<State>(f.analysis, {
      start: 'free',
      step,
      goal: (s, p) => p.kind === 'exit' && s === (r ? `${state}@${String(r.id)}` : state),
    });
  const isOpen = (r: Point | undefined): boolean => {
    const point = r ?? flow.points[flow.exit];
    const held = point && region.sections.states[point.id];
    return held?.some(s => s.open.some(o => region.begins.some(b => b.id === o.site))) ?? false;
  };
  if (!exits.some(isOpen)) return undefined;
  // It drops what its caller may hold, for a while.
  if (region.ends.some(e => region.sections.strayEnds.some(s => s.id === e.id))) return undefined;
  const callers = endedByCallers(f, input, region);
  if (callers === 'yes') return undefined;
  for (const r of exits) {
    if (!isOpen(r)) continue;
    const way = reach('held', r);
    if (way === 'none' || way === 'unknown') continue;
    const value = r && returnValue(r);
    const said = value && textOf(text, value);
    // Another way, with the lock given back, has to come to an end that the caller cannot tell from this one; where
    // callers are known, they tell by not ending it.
    if (callers === 'unknown' && said !== undefined && !isError(said)) {
      if (!/^(0|1|NULL|true|false)$/.test(said)) continue;
      const same = exits.find(o => {
        const v = o && returnValue(o);
        return v && textOf(text, v) === said && Array.isArray(reach('done', o));
      });
      if (!same) continue;
    } else if (!exits.some(o => Array.isArray(reach('done', o)))) continue;
    // Taken, given back, and never taken, all at one exit: conditions that belong together in a way that is not seen.
    if (Array.isArray(reach('free', r)) && Array.isArray(reach('done', r))) continue;
    const begin = lastBegin(way, region);
    // A break out of the loop that took it, and the loop's own condition, decide together.
    if (begin && loopLeft(f, begin, r?.node)) continue;
    if (!begin || endsInside(f, input, begin, r ? way : f.analysis.flow.points)) continue;
    const related: Related[] = [
      { span: spanOf(f, begin.node), message: `${region.words} is taken here` },
      ...decisions(f, way, begin),
      ...region.ends
        .slice(0, 1)
        .map(e => ({ span: spanOf(f, e.node), message: 'another way gives it back here' })),
    ];
    const where = r?.node ?? flow.points[way.at(-2)?.id ?? -1]?.node ?? begin.node;
    return {
      span: spanOf(f, where),
      message: `${f.name}() returns here with the ${region.words} still ${isReader(begin) ? 'open' : 'held'}; its other ways ${isReader(begin) ? 'end' : 'release'} it`,
      related,
    };
  }
  return undefined;
}

/** Whether those who call the function end what it leaves open: `no` if some are known and none of them does. */
function endedByCallers(f: FunctionFacts, input: CheckInput, region: Region): 'yes' | 'no' | 'unknown' {
  const kind = region.begins[0]?.effect.kind;
  const callers = callersOf(input, f);
  const ends = (c: FunctionFacts, of: FunctionFacts, depth: number): boolean => {
    const s = input.survey.sections(c);
    if (!s) return false;
    if (s.strayEnds.some(e => e.effect.kind === kind)) return true;
    const mine = s.sites.filter(b => b.effect.via === of.name && b.effect.kind === kind);
    if (mine.some(b => (s.ends[b.id]?.length ?? 0) > 0)) return true;
    // It may be handed on.
    const leaves = [...s.atExit.values()].flat().some(l => mine.some(b => l.sites.includes(b.id)));
    return leaves && depth < 2 && callersOf(input, c).some(d => ends(d, c, depth + 1));
  };
  if (callers.some(c => ends(c, f, 0))) return 'yes';
  return callers.length > 0 ? 'no' : 'unknown';
}

/** The begin is in a loop that the exit is not in. */
function loopLeft(f: FunctionFacts, begin: Site, exit: Node | undefined): boolean {
  let left = false;
  walk(f.analysis.body ?? f.analysis.node, n => {
    const inside = n.start <= begin.node.start && begin.node.end <= n.end;
    if (inside && /^(for|while|do)_statement$|^macro_loop$/.test(n.kind))
      left ||= !exit || exit.start < n.start || n.end < exit.end;
    return inside;
  });
  return left;
}

function isReader(s: Site): boolean {
  return meanings[s.effect.kind].group !== 'lock';
}

function isError(said: string): boolean {
  return /^-\s*E[A-Z0-9]+$|^ERR_PTR\s*\(\s*-/.test(said);
}

function lastBegin(way: readonly Point[], region: Region): Site | undefined {
  for (let i = way.length - 1; i >= 0; i--) {
    const b = region.begins.find(s => s.point === way[i]?.id);
    if (b) return b;
  }
  return undefined;
}

/** The last tests of a way, each with what it came out as. */
function decisions(f: FunctionFacts, way: readonly Point[], begin: Site): readonly Related[] {
  const { text } = f.analysis;
  const from = way.findIndex(p => p.id === begin.point);
  const all: Related[] = [];
  for (let i = Math.max(0, from); i + 1 < way.length; i++) {
    const p = way[i];
    const to = way[i + 1]?.id;
    if (p?.kind !== 'test' || !p.node || p.id === begin.point) continue;
    const edge = p.next.find(e => e.to === to);
    if (edge?.when === undefined) continue;
    all.push({
      span: spanOf(f, p.node),
      message: `on the way where ${short(textOf(text, p.node))} is ${edge.when ? 'true' : 'false'}`,
    });
  }
  return all.slice(-1);
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Some call at these points, behind the begin, may be what ends it: of the way to a return; of all if the end just comes. */
function endsInside(f: FunctionFacts, input: CheckInput, begin: Site, points: readonly Point[]): boolean {
  const name = calledAt(f, begin);
  const own = name === undefined ? undefined : primitive(name)?.class;
  const classes = new Set(own === undefined ? [] : [own]);
  const { text } = f.analysis;
  const saved = name?.includes('save') ? callArguments(begin.node).at(-1) : undefined;
  const flags = saved && textOf(text, saved);
  const behind = reachable(f.analysis.flow, [{ to: begin.point }]);
  return points.some(
    p =>
      behind.has(p.id) &&
      f.analysis.events(p).some(e => {
        if (e.kind !== 'call' || e.name === undefined || e.node === begin.node) return false;
        if (primitive(e.name)) return false;
        // Who is given the saved flags may restore them.
        if (flags !== undefined && e.args.some(a => textOf(text, a) === flags)) return true;
        return mayEnd(input, e.name, f.file, classes);
      }),
  );
}

function calledAt(f: FunctionFacts, s: Site): string | undefined {
  const p = f.analysis.flow.points[s.point];
  const e = p && f.analysis.events(p).find(x => x.node === s.node);
  return e?.kind === 'call' ? e.name : undefined;
}

function endedTwice(f: FunctionFacts, input: CheckInput, region: Region): Finding | undefined {
  // Interrupt flags may be restored as often as one likes.
  if (region.begins.some(b => b.effect.kind === 'irq' || b.effect.kind === 'owner')) return undefined;
  const step = stepOf(f, region);
  for (const end of region.ends) {
    const stray = region.sections.strayEnds.some(s => s.id === end.id);
    // A callee that ends it may do so only if there is something to end.
    if (region.begins.some(b => loopLeft(f, b, end.node))) continue;
    if (!stray || (end.effect.via !== undefined && !/lock/.test(end.effect.via))) continue;
    for (const state of ['free', 'done'] as const) {
      const way = findWay<State>(f.analysis, {
        start: 'free',
        step,
        goal: (s, p) => s === state && p.id === end.point,
      });
      if (way === 'none' || way === 'unknown') continue;
      // `if (!have) lock();` is no mistake; a jump past the lock is.
      const first = Math.min(...region.begins.map(b => b.node.start));
      if (!way.some(p => p.node?.kind === 'goto_statement' && (state === 'done' || p.node.start < first)))
        continue;
      if (takesInside(f, input, way, region)) return undefined;
      const earlier = state === 'done' ? lastEnd(way, region, end) : undefined;
      const [begin] = region.begins;
      const last = begin && [...way].reverse().find(p => p.kind === 'test' && p.node);
      if (last?.node && setInside(f, region, textOf(f.analysis.text, last.node))) continue;
      return {
        span: spanOf(f, end.node),
        message:
          state === 'free'
            ? `One way through ${f.name}() comes to this end of the ${region.words} without having taken it`
            : `One way through ${f.name}() ends the ${region.words} twice; this is the second time`,
        related: [
          ...(earlier ? [{ span: spanOf(f, earlier.node), message: 'it is ended here first' }] : []),
          ...(last?.node
            ? [
                {
                  span: spanOf(f, last.node),
                  message: `the last decision on that way: ${short(textOf(f.analysis.text, last.node))}`,
                },
              ]
            : []),
          ...(begin ? [{ span: spanOf(f, begin.node), message: 'the other ways take it here' }] : []),
        ],
      };
    }
  }
  return undefined;
}

/** What decides about the end is a note that the function makes of holding it: it is set only while it is held. */
function setInside(f: FunctionFacts, region: Region, condition: string): boolean {
  const { text, flow, events } = f.analysis;
  const held = (p: Point): boolean =>
    region.sections.states[p.id]?.some(s => s.open.some(o => region.begins.some(b => b.id === o.site))) ??
    false;
  const notes = flow.points.filter(p =>
    events(p).some(
      e =>
        e.kind === 'assign' &&
        textOf(text, e.left) === condition &&
        e.right !== undefined &&
        !/^(0|false|NULL)$/.test(textOf(text, e.right)),
    ),
  );
  return notes.length > 0 && notes.every(held);
}

function lastEnd(way: readonly Point[], region: Region, but: Site): Site | undefined {
  for (let i = way.length - 2; i >= 0; i--) {
    const e = region.ends.find(s => s.point === way[i]?.id);
    if (e && (e !== but || i < way.length - 1)) return e;
  }
  return undefined;
}

/** A call on the way may take it. */
function takesInside(f: FunctionFacts, input: CheckInput, way: readonly Point[], region: Region): boolean {
  return way.slice(0, -1).some(p =>
    f.analysis.events(p).some(e => {
      if (e.kind !== 'call' || e.name === undefined || primitive(e.name)) return false;
      if (region.begins.some(b => b.node === e.node) || region.ends.some(x => x.node === e.node))
        return false;
      return /lock|begin|enter|acquire|grab/.test(e.name) || mayBegin(input, e.name, f.file);
    }),
  );
}
