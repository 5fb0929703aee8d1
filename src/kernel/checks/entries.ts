/**
 * Ways into a function from outside: chains of direct calls up to where the kernel calls something by itself (a timer, a
 * work item, a system call), with what is open on the way. Only chains of which every link is certain are given: there
 * may be others, so a check may say that a way exists, never that none does.
 */
import type { Span } from '../../base/span';
import type { Link as ChainLink } from '../answers';
import type { Frame } from '../callers';
import { callee } from '../expression';
import { spanOf, type FunctionFacts } from '../functions';
import type { Point } from '../flow';
import type { Sections, Site } from '../regions';
import { meanings } from '../sections';
import type { Surroundings } from '../surroundings';
import { perInput, type CheckInput, type Related } from './input';

/** A call on the way in. */
export interface Link {
  readonly f: FunctionFacts;
  readonly frame: Frame;
  /** Sections that are open at the call on every way, and on some. */
  readonly must: readonly Site[];
  readonly may: readonly Site[];
}

export interface Root {
  readonly in: Surroundings;
  /** What hands the function to the kernel: `INIT_WORK()`. */
  readonly links: readonly ChainLink[];
}

export interface Entry {
  /** From the outermost function inwards; empty if the function itself is what the kernel calls. */
  readonly links: readonly Link[];
  readonly root: Root;
  /** What the kernel calls. */
  readonly outermost: FunctionFacts;
}

const DEEPEST = 5;
const MOST_CALLERS = 12;
const MOST_ENTRIES = 24;

const memo = perInput(() => ({
  file: new Map<FunctionFacts, readonly Entry[]>(),
  tree: new Map<FunctionFacts, readonly Entry[]>(),
}));

/** Chains into a function, shortest first; only those that stay in its `file` until the kernel is reached, or all. */
export function entriesOf(input: CheckInput, f: FunctionFacts, reach: 'file' | 'tree'): readonly Entry[] {
  const known = memo(input)[reach];
  let found = known.get(f);
  if (!found) known.set(f, (found = search(input, f, reach)));
  return found;
}

/** Whether nothing but its own file can name the function. */
export function staysInFile(f: FunctionFacts): boolean {
  return f.item.kind === 'function' && f.item.isStatic && f.file.endsWith('.c');
}

function search(input: CheckInput, f: FunctionFacts, reach: 'file' | 'tree'): readonly Entry[] {
  const entries: Entry[] = [];
  let layer: { f: FunctionFacts; links: readonly Link[] }[] = [{ f, links: [] }];
  const seen = new Set<FunctionFacts>([f]);
  for (let depth = 0; depth <= DEEPEST && layer.length > 0; depth++) {
    const next: typeof layer = [];
    for (const at of layer) {
      if (reach === 'file' && !staysInFile(at.f)) continue;
      const { roots, callers } = usesOf(input, at.f);
      for (const root of roots) entries.push({ root, links: at.links, outermost: at.f });
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
  /** All uses were understood. */
  readonly complete: boolean;
  readonly roots: readonly Root[];
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
  const roots: Root[] = [];
  const callers: Link[] = [];
  let complete = true;
  for (const c of input.callers.of(f)) {
    if (roots.length + callers.length >= MOST_CALLERS) {
      complete = false;
      break;
    }
    const frame = c.kind === 'calls' && c.frames.length === 1 ? c.frames[0] : undefined;
    if (c.kind === 'surroundings') roots.push({ in: c.in, links: c.links });
    else if (frame && callee(frame.f.analysis.text, frame.node) === f.name) {
      const point = frame.f.analysis.flow.points[frame.point];
      const open = point ? openAt(input.survey.sections(frame.f), point) : { must: [], may: [] };
      callers.push({ f: frame.f, frame, ...open });
    } else complete = false;
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
export function chainRelated(input: CheckInput, entry: Entry, to: string): readonly Related[] {
  const names = [...entry.links.slice(1).map(l => l.f.name), to];
  return [
    ...entry.root.links.slice(-1).flatMap(l => {
      const span = input.spanOfLine(l.file, l.line);
      return span
        ? [{ span, message: `${entry.outermost.name}() is handed to the kernel here (${l.name})` }]
        : [];
    }),
    ...entry.links.map((l, i) => ({
      span: spanOf(l.f, l.frame.node),
      message: `${l.f.name}() calls ${names[i] ?? to}()`,
    })),
  ];
}

/** `a() ← b() ← work item`. */
export function chainWords(entry: Entry): string {
  const names = entry.links.map(l => `${l.f.name}()`).reverse();
  return [...names, entry.root.in.label].join(' ← ');
}

/** Where a chain that an answer has leads along. */
export function answerRelated(input: CheckInput, chain: readonly ChainLink[]): readonly Related[] {
  return [...chain].reverse().flatMap(l => {
    const span: Span | undefined = input.spanOfLine(l.file, l.line);
    return span ? [{ span, message: l.name.endsWith(')') ? l.name : `${l.name}()` }] : [];
  });
}

/**
 * Whether a function is entered with nothing held: `always` if all uses of it and of its callers were understood and none
 * has a section open. A function that is used nowhere counts as entered by anyone, with nothing.
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

const bareLabels: ReadonlySet<string> = new Set([
  'work item',
  'kernel thread',
  'interrupt thread',
  'task work',
  'system call',
  'file operation',
  'socket operation',
  'sysctl handler',
  'sysfs attribute',
  'debugfs attribute',
]);

/** Ways in that come with nothing held. Other operations are called under locks of their subsystem, or while nothing runs yet. */
export function isBareRoot(root: Root): boolean {
  if (!bareLabels.has(root.in.label) || root.in.locks.length > 0) return false;
  // proto.connect and its like are called with the socket locked.
  return !root.links.some(l => / of proto$/.test(l.name));
}

/** `spinlock q->lock`, `RCU reader`, `spinlock q->lock (BH off)`. */
export function siteWords(s: Site): string {
  const { words } = meanings[s.effect.kind];
  const also = s.effect.switches ? ` (${meanings[s.effect.switches].words})` : '';
  return (s.effect.lock === undefined ? words : `${words} ${s.effect.lock}`) + also;
}
