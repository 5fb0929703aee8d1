/**
 * Where a section stands in the text: the runs of statements during which it is open, its begin and end included.
 */
import type { FunctionFacts } from './functions';
import type { Sections } from './regions';

export interface Extent {
  /** Offsets in the text of the analysis. */
  readonly start: number;
  readonly end: number;
}

/** The extents of one begin, in text order. Usually one; a section with an early `unlock; return` in it is still one. */
export function extentsOf(f: FunctionFacts, sections: Sections, site: number): readonly Extent[] {
  const open = sections.extent[site];
  const begin = sections.sites[site];
  if (!open || !begin) return [];
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
    const start = p.id === begin.point ? begin.node.start : p.node.start;
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
