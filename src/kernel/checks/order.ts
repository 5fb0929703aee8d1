/**
 * lock-order: two locks that the open files take in both orders (ABBA). A lock is known by the field it is in
 * (`net_device.addr_list_lock`), or by its name if it is a variable, as lockdep knows it by its class. Calls of functions
 * of the open files count, a few levels deep. No report where a third lock is held on both sides, where a side only
 * tries, or where the order may be of two objects of one kind.
 */
import { aliased, keyOfPath, pathOf } from '../places';
import { callArguments, callee, pointee } from '../expression';
import { spanOf, type FunctionFacts } from '../functions';
import { primitive } from '../primitives';
import type { Site } from '../sections/regions';
import { keyOf, meanings } from '../sections/sections';
import { openAt } from './entries';
import { isSame, perInput, type Check, type CheckInput, type Finding, type Related } from './input';

interface Pair {
  readonly f: FunctionFacts;
  readonly outer: string;
  readonly inner: string;
  readonly outerSite: Site;
  /** Where the inner one is taken, or the call that leads there. */
  readonly node: { readonly start: number; readonly end: number };
  readonly deeper: readonly Related[];
  /** Everything that is held there. */
  readonly held: ReadonlySet<string>;
}

const DEEPEST = 3;

/** The class of a lock; undefined if it is not known. */
function classOf(f: FunctionFacts, site: Site, input: CheckInput): string | undefined {
  const { kind, lock } = site.effect;
  if (kind === 'rtnl') return 'rtnl_mutex';
  if (lock === undefined || site.effect.via !== undefined || kind === 'owner' || kind === 'bit')
    return undefined;
  if (site.node.kind !== 'call_expression' || meanings[kind].group === 'sequence') return undefined;
  const name = callee(f.analysis.text, site.node);
  const p = name === undefined ? undefined : primitive(name);
  const argument = p?.pointer === undefined ? undefined : callArguments(site.node)[p.pointer];
  // Nested forms name their order themselves.
  if (!argument || !name || /nested|nest_lock/.test(name)) return undefined;
  const { text, locals } = f.analysis;
  const place = aliased(text, pointee(text, argument), locals);
  const key = keyOfPath(pathOf(text, place, locals), input.types);
  if (key === undefined || key.startsWith('.')) return undefined;
  if (kind === 'socket') return `${key} (socket)`;
  return key;
}

interface Taken {
  readonly key: string;
  readonly related: readonly Related[];
}

/** Locks that calling a function takes, with the story. */
const taken = perInput(() => new Map<FunctionFacts, readonly Taken[]>());

function takenBy(input: CheckInput, f: FunctionFacts, depth: number): readonly Taken[] {
  const known = taken(input);
  const old = known.get(f);
  if (old) return old;
  known.set(f, []);
  const found = new Map<string, Taken>();
  const sections = input.survey.sections(f);
  // What drops its caller's lock says nothing about what is held inside.
  if (!sections?.strayEnds.length) {
    for (const s of sections?.sites ?? []) {
      if (s.effect.role !== 'begin') continue;
      const key = classOf(f, s, input);
      if (key !== undefined && !found.has(key))
        found.set(key, { key, related: [{ span: spanOf(f, s.node), message: `${f.name}() takes ${key}` }] });
    }
    if (depth < DEEPEST)
      for (const p of f.analysis.flow.points)
        for (const e of f.analysis.events(p)) {
          const g = e.kind === 'call' && e.name !== undefined ? own(input, e.name, f) : undefined;
          if (!g) continue;
          for (const t of takenBy(input, g, depth + 1))
            if (!found.has(t.key))
              found.set(t.key, {
                key: t.key,
                related: [
                  { span: spanOf(f, e.node), message: `${f.name}() calls ${g.name}()` },
                  ...t.related,
                ],
              });
        }
  }
  const list = [...found.values()];
  known.set(f, list);
  return list;
}

/** The body of a name among the open files: the same file's first. */
function own(input: CheckInput, name: string, f: FunctionFacts): FunctionFacts | undefined {
  if (primitive(name)) return undefined;
  const g = input.survey.find(name);
  return g && !isSame(g, f) && (g.file === f.file || !g.item.isStatic) && input.survey.functions.includes(g)
    ? g
    : undefined;
}

const pairsOf = perInput(input => {
  const pairs = new Map<string, Pair[]>();
  for (const f of input.survey.functions) {
    const sections = input.survey.sections(f);
    if (!sections || sections.strayEnds.length > 0) continue;
    for (const p of f.analysis.flow.points) {
      // Of `spin_lock_irqsave(a); spin_unlock(a);` the interrupts are still off, but not the lock held.
      const open = openAt(sections, p).must.filter(s => sections.before[p.id]?.has(keyOf(s.effect)));
      if (open.length === 0) continue;
      const held = new Map<string, Site>();
      for (const s of open) {
        const key = classOf(f, s, input);
        if (key !== undefined && !held.has(key)) held.set(key, s);
      }
      if (held.size === 0) continue;
      const inner: { key: string; node: Pair['node']; deeper: readonly Related[] }[] = [];
      for (const s of sections.sites) {
        if (s.point !== p.id || s.effect.role !== 'begin') continue;
        const key = classOf(f, s, input);
        if (key !== undefined) inner.push({ key, node: s.node, deeper: [] });
      }
      for (const e of f.analysis.events(p)) {
        const g = e.kind === 'call' && e.name !== undefined ? own(input, e.name, f) : undefined;
        for (const t of g ? takenBy(input, g, 1) : [])
          inner.push({ key: t.key, node: e.node, deeper: t.related });
      }
      for (const i of inner)
        for (const [outer, outerSite] of held) {
          if (outer === i.key || held.has(i.key)) continue;
          const key = `${outer} ${i.key}`;
          const pair: Pair = {
            f,
            outer,
            inner: i.key,
            outerSite,
            node: i.node,
            deeper: i.deeper,
            held: new Set(held.keys()),
          };
          const list = pairs.get(key);
          if (list) list.push(pair);
          else pairs.set(key, [pair]);
        }
    }
  }
  return pairs;
});

export const lockOrder: Check = (f, input) => {
  const pairs = pairsOf(input);
  const found: Finding[] = [];
  for (const list of pairs.values())
    for (const mine of list) {
      if (
        !isSame(mine.f, f) ||
        found.some(x => x.message.includes(mine.outer) && x.message.includes(mine.inner))
      )
        continue;
      const others = pairs.get(`${mine.inner} ${mine.outer}`) ?? [];
      // Of the two orders the rarer one is told; the first in the text if they are as frequent.
      if (list.length > others.length) continue;
      if (
        list.length === others.length &&
        others.some(o => o.f.item.start < f.item.start && o.f.file === f.file)
      )
        continue;
      const other = others.find(
        o => ![...o.held].some(h => h !== o.outer && h !== o.inner && mine.held.has(h)),
      );
      if (!other) continue;
      found.push({
        span: spanOf(mine.f, mine.node),
        message: `${mine.inner} is taken inside ${mine.outer} here, but ${other.f.name}() takes them the other way round: two threads may wait for each other`,
        related: [
          { span: spanOf(mine.f, mine.outerSite.node), message: `${f.name}() takes ${mine.outer}` },
          ...mine.deeper,
          { span: spanOf(other.f, other.outerSite.node), message: `${other.f.name}() takes ${other.outer}` },
          {
            span: spanOf(other.f, other.node),
            message:
              other.deeper.length > 0
                ? `${other.f.name}() comes to ${other.inner} by this call`
                : `${other.f.name}() takes ${other.inner}`,
          },
          ...other.deeper,
        ],
      });
    }
  return found;
};
