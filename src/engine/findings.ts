/** Findings beside the verdict, from the notes taken during the search; sorted by place. */
import type { Machine } from './machine';
import { threadName } from './names';
import type { Finding } from './report';

export function findings(m: Machine): readonly Finding[] {
  const seen = new Set<string>();
  const list: (Finding & { readonly site: number })[] = [];
  for (const n of m.notes.values()) {
    const site = m.program.sites[n.site];
    const other = n.other === undefined ? undefined : m.program.sites[n.other];
    const message =
      n.kind === 'data-race'
        ? `data race: '${site?.text ?? '?'}' and '${other?.text ?? '?'}' may touch the same memory at once, at least one of them is a plain access`
        : n.message;
    const spans = [...(site ? [site.span] : []), ...(other ? [other.span] : [])];
    const key = `${n.kind} ${message} ${spans.map(s => `${s.file}:${s.start}`).join(' ')}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const threads = [
      threadName(m, n.thread),
      ...(n.otherThread === undefined ? [] : [threadName(m, n.otherThread)]),
    ];
    list.push({ kind: n.kind, message, spans, threads, site: n.site });
  }
  return list
    .sort((a, b) =>
      a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.site - b.site || (a.message < b.message ? -1 : 1),
    )
    .map(({ kind, message, spans, threads }) => ({ kind, message, spans, threads }));
}
