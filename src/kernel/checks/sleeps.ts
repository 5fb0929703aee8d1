/**
 * sleep-in-atomic: a call that comes to a point that may sleep, whatever way it takes, where the function itself has a
 * spinlock held, BH, preemption or interrupts off, or an RCU reader open on every way; or where the function is only
 * reached that way by a certain chain of calls (a timer, a tasklet, an interrupt).
 */
import { textOf } from '../expression';
import { spanOf, type FunctionFacts } from '../functions';
import type { Event } from '../sections/events';
import type { Point } from '../sections/flow';
import { primitive } from '../primitives';
import type { Site } from '../sections/regions';
import { meanings } from '../sections/sections';
import { bodiesOf, mayEnd, sleepOf, type Sleeper } from './callees';
import {
  chainRelated,
  chainWords,
  entriesOf,
  isAtomic,
  openAt,
  passesNothing,
  siteWords,
  type Entry,
} from './entries';
import type { Check, CheckInput, Finding } from './input';
import { findWay } from './ways';

export const sleepInAtomic: Check = (f, input) => {
  const found: Finding[] = [];
  const sections = input.survey.sections(f);
  const told = new Set<string>();
  for (const p of f.analysis.flow.points)
    for (const e of f.analysis.events(p)) {
      if (e.kind !== 'call') continue;
      const sleeper = sleepOf(input, e, f);
      // A wait for a grace period in a reader has its own kind.
      if (!sleeper || primitive(sleeper.primitive)?.role === 'grace-period') continue;
      const site = openAt(sections, p).must.find(s => isAtomic(s) && s.node !== e.node);
      const finding = site
        ? inside(f, input, p, e, sleeper, site)
        : sections?.strayEnds.length
          ? undefined
          : reached(f, input, p, e, sleeper);
      const key = site ? `site ${String(site.id)}` : 'entry';
      if (!finding || told.has(key)) continue;
      told.add(key);
      found.push(finding);
    }
  return found;
};

export function sleepWords(e: Event & { kind: 'call' }, sleeper: Sleeper): string {
  const name = `${e.name ?? 'this call'}()`;
  return sleeper.chain.length === 0
    ? `${name} may sleep`
    : `${name} may sleep (${[...sleeper.chain.slice(1), sleeper.primitive].map(c => `${c}()`).join(' → ')})`;
}

function inside(
  f: FunctionFacts,
  input: CheckInput,
  p: Point,
  e: Event & { kind: 'call' },
  sleeper: Sleeper,
  site: Site,
): Finding | undefined {
  if (!certainlyOpen(f, input, p, site)) return undefined;
  const m = meanings[site.effect.kind];
  const what = siteWords(site);
  return {
    span: spanOf(f, e.node),
    message: `${sleepWords(e, sleeper)}, but ${m.group === 'lock' ? `the ${what} is held` : `this is inside: ${what}`}`,
    related: [{ span: spanOf(f, site.node), message: `${what} begins here` }],
  };
}

/** Behind the call the section is ended by this very function, and no call between begin and here may have ended it. */
export function certainlyOpen(f: FunctionFacts, input: CheckInput, p: Point, site: Site): boolean {
  const { analysis } = f;
  const sections = input.survey.sections(f);
  if (!sections || (sections.ends[site.id]?.length ?? 0) === 0) return false;
  const begin = analysis.flow.points[site.point];
  const called = begin && analysis.events(begin).find(x => x.node === site.node);
  const name = called?.kind === 'call' ? called.name : undefined;
  const own = name === undefined ? undefined : primitive(name)?.class;
  const classes = new Set(own === undefined ? [] : [own]);
  const ends = new Set((sections.ends[site.id] ?? []).map(x => x.point));
  // A way that can be taken, with no end on it.
  const way = findWay<'before' | 'inside'>(analysis, {
    start: 'before',
    step: (state, q) =>
      q.id === site.point ? 'inside' : state === 'inside' && ends.has(q.id) ? 'before' : state,
    goal: (state, q) => state === 'inside' && q.id === p.id,
  });
  if (way === 'none' || way === 'unknown') return false;
  const from = way.findIndex(q => q.id === site.point);
  return !way
    .slice(from + 1, -1)
    .some(q =>
      analysis
        .events(q)
        .some(
          x =>
            x.kind === 'call' &&
            x.name !== undefined &&
            !primitive(x.name) &&
            mayEnd(input, x.name, f.file, classes),
        ),
    );
}

function reached(
  f: FunctionFacts,
  input: CheckInput,
  p: Point,
  e: Event & { kind: 'call' },
  sleeper: Sleeper,
): Finding | undefined {
  // The callee is told about where it is defined.
  if (sleeper.chain.length > 0 && e.name !== undefined && bodiesOf(input, e.name, f.file)[0]?.file === f.file)
    return undefined;
  // What a test decides may be just this.
  const entry =
    guarded(f, p) || asksForContext(f)
      ? undefined
      : entriesOf(input, f, 'file').find(
          x => x.root.in.maySleep === 'no' && x.root.in.bhOff === 'yes' && !passesNothing(x) && certain(x),
        );
  return (
    entry && {
      span: spanOf(f, e.node),
      message: `${sleepWords(e, sleeper)}, but ${f.name}() runs in atomic context: ${chainWords(entry)}`,
      related: chainRelated(entry, f.name),
    }
  );
}

/** The function finds out by itself whether it may sleep. */
function asksForContext(f: FunctionFacts): boolean {
  const { text, node } = f.analysis;
  return /\bin_(atomic|interrupt|task|softirq|hardirq|irq|nmi|serving_softirq)\b|irqs_disabled|preemptible|oops_in_progress|gfpflags_allow_blocking|atomic\b|can_sleep|may_sleep|no_?wait|nonblock|\bgfp/.test(
    textOf(text, node),
  );
}

/** No link lies behind a test. */
function certain(entry: Entry): boolean {
  return entry.links.every(l => {
    return !guarded(l.f, l.point);
  });
}

/** Some way through the function goes around the point. */
function guarded(f: FunctionFacts, p: Point): boolean {
  const { flow } = f.analysis;
  const seen = new Set<number>();
  const todo = [flow.entry];
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    if (id === p.id || seen.has(id)) continue;
    seen.add(id);
    if (id === flow.exit) return true;
    for (const edge of flow.points[id]?.next ?? []) todo.push(edge.to);
  }
  return false;
}
