/**
 * Where a section stands in the text: the runs of statements during which it is open, its begin and end included. What
 * becomes of it is its fate (fate.ts).
 */
import type { FunctionFacts } from '../functions';
import type { Sections, Site } from './regions';
import { keyOf } from './sections';

export { fateWords, type EndOf, type Fate, type Way } from './fate';

export interface Extent {
  /** Offsets in the text of the analysis. */
  readonly start: number;
  readonly end: number;
}

/** A section as it is drawn: one begin, or several that lead into the same stretch on different ways. */
export interface Stretch {
  readonly sites: readonly Site[];
  readonly extents: readonly Extent[];
}

/** All sections of a function, by their first begin. */
export function stretchesOf(f: FunctionFacts, sections: Sections): readonly Stretch[] {
  const groups: Site[][] = [];
  for (const site of sections.sites) {
    if (site.effect.role === 'end') continue;
    const group = groups.find(g => g.every(o => sameStretch(sections, o, site)));
    if (group) group.push(site);
    else groups.push([site]);
  }
  return groups.map(sites => ({ sites, extents: extentsOf(f, sections, ...sites.map(s => s.id)) }));
}

/** Begins of the same lock that are never open together but reach common points. */
function sameStretch(sections: Sections, a: Site, b: Site): boolean {
  if (keyOf(a.effect) !== keyOf(b.effect)) return false;
  let meet = false;
  for (const p of sections.extent[a.id] ?? []) {
    if (!sections.extent[b.id]?.has(p)) continue;
    meet = true;
    const together = sections.states[p]?.some(
      s => s.open.some(o => o.site === a.id) && s.open.some(o => o.site === b.id),
    );
    if (together) return false;
  }
  return meet;
}

/** The extents of begins taken together, in text order. Usually one; an `unlock; return` in the middle keeps it one. */
export function extentsOf(
  f: FunctionFacts,
  sections: Sections,
  ...sites: readonly number[]
): readonly Extent[] {
  const open = new Set(sites.flatMap(s => [...(sections.extent[s] ?? [])]));
  const begins = sites.flatMap(s => sections.sites[s] ?? []);
  const [begin] = begins;
  if (!begin) return [];
  const { flow } = f.analysis;
  const points = flow.points
    .filter(p => p.node && p.kind !== 'leave' && (sections.states[p.id]?.length ?? 0) > 0)
    .sort((a, b) => (a.node?.start ?? 0) - (b.node?.start ?? 0) || (b.node?.end ?? 0) - (a.node?.end ?? 0));
  const runs: { start: number; end: number }[] = [];
  let run: { start: number; end: number } | undefined;
  for (const p of points) {
    if (!p.node || !open.has(p.id)) {
      run = undefined;
      continue;
    }
    const start = begins.find(b => b.point === p.id)?.node.start ?? p.node.start;
    if (run) run.end = Math.max(run.end, p.node.end);
    else runs.push((run = { start, end: p.node.end }));
  }
  // A trylock of its own line only: the section is what follows, behind the way out for a failure.
  const [first] = runs;
  const own =
    first && first.start === begin.node.start && first.end <= lineEnd(f.analysis.text, begin.node.end);
  return begin.effect.role !== 'begin' && own && runs.length > 1 ? runs.slice(1) : runs;
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

/** Ends of a section on all ways, on some, or on none. */
export function balanceOf(f: FunctionFacts, sections: Sections, site: number): 'all' | 'some' | 'open' {
  const closed = (sections.ends[site]?.length ?? 0) > 0;
  const leaks = [...sections.atExit.values()].some(ls => ls.some(l => l.sites.includes(site)));
  if (!leaks) return 'all';
  return closed ? 'some' : 'open';
}
