/**
 * Ways into a function from outside: chains of direct calls up to where the kernel calls something by itself (a timer, a
 * work item, a system call), with what is open on the way. Only chains of which every link is certain are given: there
 * may be others, so a check may say that a way exists, never that none does.
 */
import type { Span } from '../../base/span';
import { child, type Node } from '../../syntax/node';
import type { SourceFile } from '../../syntax/source';
import type { Point } from '../sections/flow';
import { callArguments } from '../expression';
import { spanOf, type FunctionFacts } from '../functions';
import { definers, harmless, members, registrations, telling } from '../entry/registrations';
import { zeroness, type Sections, type Site } from '../sections/regions';
import { meanings } from '../sections/sections';
import { surroundingsOf, type Surroundings } from '../entry/surroundings';
import { callPoints, usesIn, type Use } from '../entry/uses';
import { isSame, perInput, type CheckInput, type Related } from './input';

/** A call on the way in. */
export interface Link {
  readonly f: FunctionFacts;
  readonly node: Node;
  readonly point: Point;
  /** Sections that are open at the call on every way, and on some. */
  readonly must: readonly Site[];
  readonly may: readonly Site[];
}

export interface Root {
  readonly in: Surroundings;
  /** What hands the function to the kernel: `INIT_WORK()`, `.sendmsg of proto_ops`. */
  readonly by: string;
  readonly at?: Span;
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

/** Some functions that call this one, as far as they are looked for. */
export function callersOf(input: CheckInput, f: FunctionFacts): readonly FunctionFacts[] {
  return [...new Set(usesOf(input, f).callers.map(c => c.f))].filter(c => !isSame(c, f));
}

/** Macros and functions that only look at a function that they are given. */
const looking = /^(WARN|BUG|pr_|IS_ERR|likely|unlikely|sizeof|__builtin|READ_ONCE|print)/;

function findUses(input: CheckInput, f: FunctionFacts): Uses {
  const roots: Root[] = [];
  const callers: Link[] = [];
  let complete = true;
  const learn = (use: Use, source: SourceFile, g: FunctionFacts | undefined): void => {
    const where = (node: Node): Span => ({
      file: source.path,
      start: node.start + (g?.shift ?? 0),
      end: node.end + (g?.shift ?? 0),
    });
    const root = rootOf(use);
    if (root) roots.push({ ...root, at: where(use.node) });
    else if (use.kind === 'call' && g) {
      const point = callPoints(g.analysis).get(use.node);
      const p = point === undefined ? undefined : g.analysis.flow.points[point];
      if (p) callers.push({ f: g, node: use.node, point: p, ...openAt(input.survey.sections(g), p) });
      else complete = false;
    } else if (!(use.kind === 'argument' && (harmless.test(use.callee) || looking.test(use.callee))))
      complete = false;
  };
  const definer = definers.find(([name]) =>
    name.test(/^\s*(?:asmlinkage\s+\w+\s+)?([A-Z]\w+)\s*\(/.exec(headOf(f))?.[1] ?? ''),
  );
  if (definer) roots.push({ in: surroundingsOf(definer[1]), by: surroundingsOf(definer[1]).label });
  for (const m of input.corpus.mentions(f.name, f.file, staysInFile(f) ? f.file : undefined)) {
    if (roots.length + callers.length >= MOST_CALLERS) {
      complete = false;
      break;
    }
    const { source } = m;
    // Another file's own function of that name.
    if (
      source.path !== f.file &&
      source.items.some(i => i.kind === 'function' && i.name === f.name && i.isStatic)
    )
      continue;
    if (m.kind === 'function') {
      const g = m.facts;
      if (g.item.start === f.item.start && source.path === f.file) continue;
      const { text, node, locals } = g.analysis;
      for (const use of usesIn(text, node, f.name, input.types, locals)) learn(use, source, g);
      continue;
    }
    const { item } = m;
    if (item.kind === 'macro') complete = false;
    if (item.kind !== 'variable' && item.kind !== 'invocation') continue;
    if (item.kind === 'invocation' && harmless.test(item.name) && !registrations.has(item.name)) continue;
    const node = m.node();
    if (!node || child(node, 'body')) complete = false;
    else for (const use of usesIn(source.text, node, f.name, input.types)) learn(use, source, undefined);
  }
  return { complete: complete && input.corpus.complete(), roots, callers };
}

function headOf(f: FunctionFacts): string {
  return f.analysis.text.slice(f.analysis.base, f.analysis.base + 80);
}

/** What the kernel runs a function in that it is handed in this way. */
function rootOf(use: Use): Root | undefined {
  if (use.kind === 'argument') {
    const row = registrations.get(use.callee)?.find(([argument]) => argument === use.index);
    return row && { in: surroundingsOf(row[1]), by: `${use.callee}()` };
  }
  if (use.kind !== 'field') return undefined;
  const { struct, field } = use;
  const name =
    members.get(`${struct}.${field}`) ??
    members.get(`${struct}.*`) ??
    (struct === '' ? telling.get(field) : undefined);
  return name && { in: surroundingsOf(name), by: `.${field} of ${struct}` };
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
    ...(entry.root.at
      ? [
          {
            span: entry.root.at,
            message: `${entry.outermost.name}() is handed to the kernel here (${entry.root.by})`,
          },
        ]
      : []),
    ...entry.links.map((l, i) => ({
      span: spanOf(l.f, l.node),
      message: `${l.f.name}() calls ${names[i] ?? to}()`,
    })),
  ];
}

/** Some call on the way passes NULL or zero: what the function does then may be another thing. */
export function passesNothing(entry: Entry): boolean {
  return entry.links.some(givesNothing);
}

/** A call passes NULL or zero. */
export function givesNothing(l: Link): boolean {
  return callArguments(l.node).some(a => zeroness(l.f.analysis.text, a) === false);
}

/** `a() ← b() ← work item`. */
export function chainWords(entry: Entry): string {
  const names = entry.links.map(l => `${l.f.name}()`).reverse();
  return [...names, entry.root.in.label].join(' ← ');
}

/**
 * What is held whenever a function is entered, if all uses of it and of its callers were understood: `nothing`, or at most
 * locks that one may sleep under (`sleepable`). A function that is used nowhere counts as entered by anyone, with nothing.
 */
export function enteredWith(input: CheckInput, f: FunctionFacts): 'nothing' | 'sleepable' | 'unknown' {
  const seen = new Set<FunctionFacts>();
  const todo = [f];
  let answer: 'nothing' | 'sleepable' = 'nothing';
  for (let g = todo.pop(); g; g = todo.pop()) {
    if (seen.has(g)) continue;
    seen.add(g);
    if (seen.size > 3 * MOST_CALLERS) return 'unknown';
    const u = usesOf(input, g);
    if (!u.complete || u.roots.some(r => r.in.maySleep !== 'yes')) return 'unknown';
    if (u.roots.some(r => !isBareRoot(r))) answer = 'sleepable';
    for (const link of u.callers) {
      const s = input.survey.sections(link.f);
      if (link.may.some(isAtomic) || s?.strayEnds.length || s?.atExit.size) return 'unknown';
      if (link.may.length > 0) answer = 'sleepable';
      todo.push(link.f);
    }
  }
  return answer;
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

const underLocks: ReadonlySet<string> = new Set([
  'generic netlink handler',
  'generic netlink dump',
  'operation under RTNL',
  'rtnetlink handler',
  'ethtool operation',
  'netdevice notifier',
  'qdisc operation under RTNL',
  'wiphy work item',
]);

/** Ways in that come without any reader, of objects that others may see; locks may be held. */
export function entersUnread(root: Root): boolean {
  return root.in.reader === 'no' && (bareLabels.has(root.in.label) || underLocks.has(root.in.label));
}

/** Ways in that come with nothing held. Other operations are called under locks of their subsystem, or while nothing runs yet. */
export function isBareRoot(root: Root): boolean {
  if (!bareLabels.has(root.in.label) || root.in.locks.length > 0) return false;
  // proto.connect and its like are called with the socket locked.
  return !/ of proto$/.test(root.by);
}

/** `spinlock q->lock`, `RCU reader`, `spinlock q->lock (BH off)`. */
export function siteWords(s: Site): string {
  const { words } = meanings[s.effect.kind];
  const also = s.effect.switches ? ` (${meanings[s.effect.switches].words})` : '';
  return (s.effect.lock === undefined ? words : `${words} ${s.effect.lock}`) + also;
}

/** Functions that are looked at for one way in. */
const MOST_ON_THE_WAY = 100;
const FARTHEST = 7;

/**
 * One way into a function by calls that `passes` lets through, from a root that `arrives` takes: the shortest, as far as it
 * is looked for. Unlike `entriesOf` it does not stop at the first ways that nobody wants.
 */
export function wayIn(
  input: CheckInput,
  f: FunctionFacts,
  passes: (link: Link) => boolean,
  arrives: (root: Root) => boolean,
): Entry | undefined {
  let layer: { f: FunctionFacts; links: readonly Link[] }[] = [{ f, links: [] }];
  const seen = new Set<FunctionFacts>([f]);
  for (let depth = 0; depth <= FARTHEST && layer.length > 0; depth++) {
    const next: typeof layer = [];
    for (const at of layer) {
      const { roots, callers } = usesOf(input, at.f);
      const root = roots.find(arrives);
      if (root) return { root, links: at.links, outermost: at.f };
      for (const link of callers) {
        if (seen.size > MOST_ON_THE_WAY) break;
        if (seen.has(link.f) || !passes(link)) continue;
        seen.add(link.f);
        next.push({ f: link.f, links: [link, ...at.links] });
      }
    }
    layer = next;
  }
  return undefined;
}
