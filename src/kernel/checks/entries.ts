/**
 * Ways into a function from outside: chains of direct calls up to where the kernel calls something by itself (a timer, a
 * work item, a system call), with what is open on the way. Only chains of which every link is certain are given: there
 * may be others, so a check may say that a way exists, never that none does.
 */
import type { Span } from '../../base/span';
import { bindingsIn, type ContextKind } from '../contexts';
import { nameSpan, spanOf, type FunctionFacts } from '../functions';
import type { Event } from '../events';
import type { Point } from '../flow';
import type { Sections, Site } from '../regions';
import { meanings } from '../sections';
import { perInput, type CheckInput, type Related } from './input';

/** A call on the way in. */
export interface Link {
  readonly f: FunctionFacts;
  readonly call: Event & { kind: 'call' };
  /** Sections that are open at the call on every way, and on some. */
  readonly must: readonly Site[];
  readonly may: readonly Site[];
}

export interface Entry {
  /** From the outermost function inwards; empty if the function itself is what the kernel calls. */
  readonly links: readonly Link[];
  readonly context: ContextKind;
  /** Why BH, preemption or interrupts are off from the start: `softirq`; absent in process context. */
  readonly atomic?: string;
  /** What calls the outermost function: `INIT_WORK()`, `system call`. */
  readonly because: string;
  /** The outermost function, and where it is handed to the kernel. */
  readonly root: FunctionFacts;
  readonly at?: Span;
}

const DEEPEST = 5;
const MOST_CALLERS = 12;
const MOST_ENTRIES = 24;

const memo = perInput(() => new Map<FunctionFacts, readonly Entry[]>());

/** Chains into a function, shortest first. */
export function entriesOf(input: CheckInput, f: FunctionFacts): readonly Entry[] {
  const known = memo(input);
  let found = known.get(f);
  if (!found) {
    // Recursion has nothing new to say.
    known.set(f, []);
    known.set(f, (found = search(input, f)));
  }
  return found;
}

function search(input: CheckInput, f: FunctionFacts): readonly Entry[] {
  const entries: Entry[] = [];
  let layer: { f: FunctionFacts; links: readonly Link[] }[] = [{ f, links: [] }];
  const seen = new Set<FunctionFacts>([f]);
  for (let depth = 0; depth <= DEEPEST && layer.length > 0; depth++) {
    const next: typeof layer = [];
    for (const at of layer) {
      const { roots, callers } = usesOf(input, at.f);
      for (const r of roots) entries.push({ ...r, links: at.links, root: at.f });
      if (entries.length >= MOST_ENTRIES) return entries;
      for (const link of callers) {
        if (seen.has(link.f)) continue;
        seen.add(link.f);
        next.push({ f: link.f, links: [link, ...at.links] });
      }
    }
    layer = next;
  }
  return entries;
}

interface Uses {
  /** All mentions were understood. */
  readonly complete: boolean;
  readonly roots: readonly Omit<Entry, 'links' | 'root'>[];
  readonly callers: readonly Link[];
}

const uses = perInput(() => new Map<FunctionFacts, Uses>());

function usesOf(input: CheckInput, f: FunctionFacts): Uses {
  const known = uses(input);
  let found = known.get(f);
  if (!found) known.set(f, (found = findUses(input, f)));
  return found;
}

function findUses(input: CheckInput, f: FunctionFacts): Uses {
  const roots: Omit<Entry, 'links' | 'root'>[] = [];
  const callers: Link[] = [];
  const head = f.analysis.text.slice(f.analysis.base, f.analysis.base + 60);
  if (/^\s*(asmlinkage\b.*)?(SYSCALL|COMPAT_SYSCALL)_DEFINE\d/.test(head))
    roots.push({ context: 'process', because: 'system call' });
  const own = f.item.kind === 'function' && f.item.isStatic && f.file.endsWith('.c');
  let count = 0;
  let complete = true;
  for (const m of input.corpus.mentions(f.name, f.file, own ? f.file : undefined)) {
    if (++count > 4 * MOST_CALLERS || callers.length >= MOST_CALLERS) {
      complete = false;
      break;
    }
    if (m.kind === 'outer') {
      if (m.item.kind === 'prototype' || (m.item.kind === 'invocation' && /^EXPORT_/.test(m.item.name)))
        continue;
      const node = m.node();
      const before = roots.length;
      for (const r of node ? bindingsIn(m.source.text, node).runs : [])
        if (r.name === f.name)
          roots.push({
            context: r.context,
            because: r.because,
            at: { file: m.source.path, start: m.item.start, end: m.item.end },
            ...(r.implicitReader !== undefined && { atomic: r.implicitReader }),
          });
      if (roots.length === before) complete = false;
      continue;
    }
    const g = m.facts;
    if (g.file === f.file && g.item.start === f.item.start) continue;
    // Another file's own function of that name.
    if (
      g.file !== f.file &&
      m.source.items.some(i => i.kind === 'function' && i.name === f.name && i.isStatic)
    )
      continue;
    for (const r of bindingsIn(g.analysis.text, g.analysis.node).runs)
      if (r.name === f.name)
        roots.push({
          context: r.context,
          because: r.because,
          at: nameSpan(g),
          ...(r.implicitReader !== undefined && { atomic: r.implicitReader }),
        });
    if (!g.analysis.calls.has(f.name)) {
      // Stored, passed on, or only in a comment.
      if (!roots.some(r => r.at?.file === g.file)) complete = false;
      continue;
    }
    const sections = input.survey.sections(g);
    for (const p of g.analysis.flow.points)
      for (const e of g.analysis.events(p))
        if (e.kind === 'call' && e.name === f.name) callers.push({ f: g, call: e, ...openAt(sections, p) });
  }
  return { complete: complete && input.corpus.complete(), roots, callers };
}

/** Sections that are open before a point. */
export function openAt(
  sections: Sections | undefined,
  p: Point,
): { readonly must: readonly Site[]; readonly may: readonly Site[] } {
  const must: Site[] = [];
  const may: Site[] = [];
  for (const levels of sections?.before[p.id]?.values() ?? [])
    for (const l of levels)
      for (const id of l.sites) {
        const site = sections?.sites[id];
        if (!site) continue;
        may.push(site);
        if (l.must) must.push(site);
      }
  return { must, may };
}

/** Sleeping inside is a bug. */
export function isAtomic(s: Site): boolean {
  return meanings[s.effect.kind].atomic || s.effect.switches !== undefined;
}

/** A grace period waits for it: an explicit reader of RCU, or one that is implied. */
export function isReader(s: Site): boolean {
  const { kind, switches } = s.effect;
  return (
    kind === 'rcu' ||
    kind === 'rcu-bh' ||
    kind === 'rcu-sched' ||
    meanings[kind].implicitReader !== undefined ||
    switches !== undefined
  );
}

/** The chain as related places, outermost first. */
export function chainRelated(entry: Entry, to: string): readonly Related[] {
  const names = [...entry.links.slice(1).map(l => l.f.name), to];
  return [
    ...(entry.at
      ? [{ span: entry.at, message: `${entry.root.name}() is handed to the kernel here (${entry.because})` }]
      : []),
    ...entry.links.map((l, i) => ({
      span: spanOf(l.f, l.call.node),
      message: `${l.f.name}() calls ${names[i] ?? to}()`,
    })),
  ];
}

/** `a() ← b() ← INIT_WORK()`. */
export function chainWords(entry: Entry): string {
  const names = entry.links.map(l => `${l.f.name}()`).reverse();
  return [...names, entry.because].join(' ← ');
}

/** `spinlock q->lock`, `RCU reader`, `spinlock q->lock (BH off)`. */
export function siteWords(s: Site): string {
  const { words } = meanings[s.effect.kind];
  const also = s.effect.switches ? ` (${meanings[s.effect.switches].words})` : '';
  return (s.effect.lock === undefined ? words : `${words} ${s.effect.lock}`) + also;
}

/**
 * Whether a function is entered with nothing held: `always` if all uses of it and of its callers were understood and none
 * has a section open; `never` is not told apart from what is not known. A function that is used nowhere counts as entered
 * by anyone, with nothing.
 */
export function entersBare(input: CheckInput, f: FunctionFacts): 'always' | 'unknown' {
  const seen = new Set<FunctionFacts>();
  const todo = [f];
  for (let g = todo.pop(); g; g = todo.pop()) {
    if (seen.has(g)) continue;
    seen.add(g);
    if (seen.size > 3 * MOST_CALLERS) return 'unknown';
    const u = usesOf(input, g);
    if (!u.complete || u.roots.some(r => !isBareRoot(r))) return 'unknown';
    for (const link of u.callers) {
      const s = input.survey.sections(link.f);
      if (link.may.length > 0 || s?.strayEnds.length || s?.atExit.size) return 'unknown';
      todo.push(link.f);
    }
  }
  return 'always';
}

/** Ways in that come with nothing held. Operations of other tables are called under locks of their subsystem. */
export function isBareRoot(root: { readonly because: string; readonly atomic?: string }): boolean {
  return (
    root.atomic === undefined &&
    /^(INIT_(DELAYED_|DEFERRABLE_|RCU_)?WORK(_ONSTACK)?|DECLARE_(DELAYED_)?WORK|kthread_\w+|system call)(\(\))?$|^\.(unlocked_ioctl|sendmsg|recvmsg)$/.test(
      root.because,
    )
  );
}
