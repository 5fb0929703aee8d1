/**
 * What becomes of a section: where it ends, or who ends it. Each answer is another one, and says why: a reviewer does not
 * want "unbalanced" for a lock that is handed to the caller, or that a return value or a flag tells of.
 *
 * `flag` rests on a condition that is taken not to change within the function; `other-thread` on the names of locks: some
 * function of the same file that nobody calls together with this one ends a lock of that name.
 */
import { callee } from '../expression';
import type { FunctionFacts } from '../functions';
import type { Point } from './flow';
import { primitive } from '../primitives';
import { lastField, type Sections, type Site, type State } from './regions';
import { isRetried, keyOf, meanings, type When } from './sections';
import { conditionAtExit, tryRole } from './wrappers';

/** A way out of a function: the return statement, or its end. */
export interface Way {
  readonly point: number;
  /** Absent for running off the end. */
  readonly node?: Point['node'];
}

/** An end of a section. */
export interface EndOf {
  readonly point: number;
  readonly node: Site['node'];
  /** The function or macro that ends it, if it is not a primitive. */
  readonly via?: string;
}

export type Fate =
  /** On every path here. */
  | { readonly kind: 'ended'; readonly ends: readonly EndOf[] }
  /** On every path, on some of them by a callee that is no primitive. */
  | { readonly kind: 'ended-in-callee'; readonly callees: readonly string[]; readonly ends: readonly EndOf[] }
  /** On some paths; still open at these exits. */
  | { readonly kind: 'some-paths'; readonly ends: readonly EndOf[]; readonly open: readonly Way[] }
  /** Read under a sequence count; who leaves at `open` does not ask whether the count is still the same. */
  | { readonly kind: 'not-asked'; readonly ends: readonly EndOf[]; readonly open: readonly Way[] }
  /** Still held wherever the function returns after the begin: its caller has it. */
  | { readonly kind: 'handed-to-caller' }
  /** Held at the end just where the function returns zero, or not. */
  | { readonly kind: 'return-value'; readonly held: 'nonzero' | 'zero' }
  /**
   * Begun or ended depending on a condition. `open`: held at the end while the condition holds; otherwise it is ended
   * by the same condition (`if (f) lock(); … if (f) unlock();`).
   */
  | {
      readonly kind: 'flag';
      readonly condition: When;
      readonly open: boolean;
      readonly ends: readonly EndOf[];
    }
  /** Ended by a function that runs elsewhere: a completion, a work item, another thread. */
  | { readonly kind: 'other-thread'; readonly by: string }
  /** The caller's section: dropped here and taken again before the end. */
  | { readonly kind: 'retaken'; readonly ends: readonly EndOf[] }
  /** An end of the caller's section, on every path or on some, or as a condition or the return value tells. */
  | {
      readonly kind: 'from-caller';
      readonly paths: 'all' | 'some';
      readonly condition?: When;
      /** What is returned where it was ended. */
      readonly result?: 'nonzero' | 'zero';
    };

export interface FateInput {
  readonly own: Sections;
  /** As if the caller had open what is ended here; `own` if nothing is. */
  readonly called: Sections;
  /** A function that ends this lock for whoever runs elsewhere. */
  endedElsewhere(site: Site): string | undefined;
}

/** The fate of a begin, or of an end that had none. */
export function fateOf(f: FunctionFacts, site: Site, input: FateInput): Fate {
  if (site.effect.role === 'end') return fateOfEnd(f, site, input);
  const { own, called } = input;
  const exit = own.states[f.analysis.flow.exit] ?? [];
  const open = (s: State): boolean => s.open.some(o => o.site === site.id);
  const ends = endsOf(own, site);
  const flag = flagOf(own, site);
  if (!exit.some(open)) {
    const callees = [...new Set(ends.flatMap(e => e.via ?? []))];
    if (flag) return { kind: 'flag', condition: flag, open: false, ends };
    return callees.length > 0 ? { kind: 'ended-in-callee', callees, ends } : { kind: 'ended', ends };
  }
  if (ends.length > 0 && isRetried(site.effect))
    return { kind: 'not-asked', ends, open: waysOut(f, own, open) };
  if (ends.length > 0 && exit.every(open)) return { kind: 'handed-to-caller' };
  // Dropped and taken again on the way: held wherever the function returns, by one begin or the other.
  const key = keyOf(site.effect);
  const level = own.atExit.get(key)?.find(l => l.sites.includes(site.id));
  if (ends.length > 0 && level?.must && !own.strayEnds.some(e => keyOf(e.effect) === key))
    return { kind: 'handed-to-caller' };
  if (isRetaken(called, site)) return { kind: 'retaken', ends };
  if (ends.length === 0) {
    // Whoever takes it holds it to the end; where it is not taken a condition or the outcome tells.
    const when = decided(f, own, site);
    if (when) return when;
    const elsewhere = input.endedElsewhere(site);
    return elsewhere === undefined ? { kind: 'handed-to-caller' } : { kind: 'other-thread', by: elsewhere };
  }
  return decided(f, own, site) ?? { kind: 'some-paths', ends, open: waysOut(f, own, open) };
}

/** What tells whether a section is held at the end. */
function decided(f: FunctionFacts, own: Sections, site: Site): Fate | undefined {
  const key = keyOf(site.effect);
  const levels = own.atExit.get(key) ?? [];
  const i = levels.findIndex(l => l.sites.includes(site.id));
  const level = levels[i];
  if (!level || level.must) return undefined;
  const role = tryRole(f, own, level.sites);
  if (role) return { kind: 'return-value', held: role === 'try' ? 'nonzero' : 'zero' };
  const decision = conditionAtExit(f, own, key, i);
  if (decision?.kind === 'key')
    return { kind: 'flag', condition: decision.when, open: true, ends: endsOf(own, site) };
  // An error that is returned with the lock held is a leak.
  if (decision?.kind === 'return' && decision.held === 'zero') return { kind: 'return-value', held: 'zero' };
  return undefined;
}

function endsOf(own: Sections, site: Site): readonly EndOf[] {
  return (own.ends[site.id] ?? []).map(e => {
    const by = own.sites.find(s => s.node === e.node && s.effect.role === 'end');
    return { ...e, ...(by?.effect.via !== undefined && { via: by.effect.via }) };
  });
}

/** The condition over shared memory that a balanced section rests on. */
function flagOf(own: Sections, site: Site): When | undefined {
  if (site.effect.when && own.byFlags.has(site.effect.when.text)) return site.effect.when;
  const [first, ...rest] = own.states[site.point] ?? [];
  for (const key of own.byFlags) {
    const value = first?.truth.get(key);
    if (value !== undefined && rest.every(s => s.truth.get(key) === value))
      return { text: key, nonzero: value };
  }
  return undefined;
}

/** With the caller's section counted in there is nothing more open at the end than there was at the begin. */
function isRetaken(called: Sections, site: Site): boolean {
  const key = keyOf(site.effect);
  const before = called.sites.filter(s => s.entry && keyOf(s.effect) === key).length;
  const after = called.atExit.get(key) ?? [];
  return before > 0 && after.length === before && after.every(l => l.must);
}

function fateOfEnd(f: FunctionFacts, site: Site, { called }: FateInput): Fate {
  const key = keyOf(site.effect);
  const entries = called.sites.filter(s => s.entry && keyOf(s.effect) === key);
  const levels = called.atExit.get(key) ?? [];
  const missing = entries.findIndex((_, i) => !levels[i]?.must);
  if (entries.length > 0 && missing < 0)
    return { kind: 'retaken', ends: [{ point: site.point, node: site.node }] };
  if (!levels[missing]) return { kind: 'from-caller', paths: 'all' };
  const decision = conditionAtExit(f, called, key, missing);
  if (decision?.kind === 'key')
    return {
      kind: 'from-caller',
      paths: 'some',
      condition: { text: decision.when.text, nonzero: !decision.when.nonzero },
    };
  if (decision?.kind === 'return')
    return { kind: 'from-caller', paths: 'some', result: decision.held === 'zero' ? 'nonzero' : 'zero' };
  return { kind: 'from-caller', paths: 'some' };
}

/** The ways out on which something is still open. */
function waysOut(f: FunctionFacts, own: Sections, open: (s: State) => boolean): readonly Way[] {
  const { flow } = f.analysis;
  const found: Way[] = [];
  for (const id of flow.before[flow.exit] ?? []) {
    const p = flow.points[id];
    if (p && (own.states[id] ?? []).some(open)) found.push({ point: id, ...(p.node && { node: p.node }) });
  }
  return found;
}

/**
 * The other function that ends what this one leaves open: it has an end without a begin for a lock of that name, is not
 * called by those who call this one, and does not call it.
 */
export function endedElsewhere(
  f: FunctionFacts,
  site: Site,
  others: readonly FunctionFacts[],
  strays: (g: FunctionFacts) => readonly Site[],
  callers: (name: string) => readonly FunctionFacts[],
): string | undefined {
  if (meanings[site.effect.kind].group !== 'lock' || site.effect.lock === undefined) return undefined;
  const field = lastField(site.effect.lock);
  const object = objectLocked(f, site);
  const mine = callers(f.name);
  for (const g of others) {
    if (g === f || g.file !== f.file || g.analysis.calls.has(f.name)) continue;
    const end = strays(g).find(
      s =>
        s.effect.kind === site.effect.kind &&
        (lastField(s.effect.lock ?? '') === field || (object !== undefined && objectLocked(g, s) === object)),
    );
    if (!end || callee(g.analysis.text, end.node) === f.name) continue;
    if (mine.some(c => c.analysis.calls.has(g.name) || c === g)) return undefined;
    // Called by name it may be the other half of a pair for callers elsewhere.
    if (mine.length === 0 && callers(g.name).length === 0) continue;
    return g.name;
  }
  return undefined;
}

/** Of the locks of pages and buffers, which are their objects themselves, what is locked: the names of two are any. */
function objectLocked(f: FunctionFacts, site: Site): string | undefined {
  if (site.node.kind !== 'call_expression') return undefined;
  const name = callee(f.analysis.text, site.node) ?? '';
  if (primitive(name)?.class !== 'pagelock') return undefined;
  return /page|folio|buffer/.exec(name)?.[0];
}

/** A fate in a few words. */
export function fateWords(fate: Fate): string {
  const condition = (c: When): string => `${c.text} is ${c.nonzero ? 'set' : 'clear'}`;
  switch (fate.kind) {
    case 'ended':
      return 'ended on every path';
    case 'ended-in-callee':
      return `ended in ${fate.callees.map(c => `${c}()`).join(', ')}`;
    case 'some-paths':
      return 'ended on some paths only';
    case 'not-asked':
      return 'ended by the question whether to read again, not asked on some paths';
    case 'handed-to-caller':
      return 'handed to the caller';
    case 'return-value':
      return `held at return if the value is ${fate.held === 'zero' ? 'zero' : 'not zero'}`;
    case 'flag':
      return fate.open
        ? `held at return only while ${condition(fate.condition)}`
        : `depends on a flag: begun and ended only while ${condition(fate.condition)}`;
    case 'other-thread':
      return `ended elsewhere, by ${fate.by}()`;
    case 'retaken':
      return "the caller's, dropped and taken again";
    case 'from-caller':
      if (fate.condition) return `ends the caller's, only while ${condition(fate.condition)}`;
      if (fate.result)
        return `ends the caller's, if the value is ${fate.result === 'zero' ? 'zero' : 'not zero'}`;
      return fate.paths === 'all' ? "ends the caller's" : "ends the caller's on some paths";
  }
}
