/**
 * Conditional locks: a lock that is taken only if a pointer or flag in shared memory is set, while the other path goes
 * on all the same. A reader of this kind is what a publication without a grace period hurts: it saw NULL, holds
 * nothing, and is still inside when the other side already takes the lock.
 *
 * Found in the control flow: a place where the lock is held on some paths only, and a test that decides between them.
 * A path that gives up with an error is no such path; neither is a trylock's own failure, a parameter that the caller
 * chooses, or the condition of a loop.
 */
import { child, type Node } from '../../syntax/node';
import { aliased, pathOf, type Path } from '../places';
import {
  bare,
  callArguments,
  callee,
  operatorOf,
  pointee,
  readObject,
  spelling,
  textOf,
} from '../expression';
import { reachable, type Edge, type Point } from './flow';
import type { FunctionFacts } from '../functions';
import { primitive } from '../primitives';
import type { Level, Sections, Site } from './regions';
import { meanings, type SectionKind } from './sections';

/** What has to be set (or clear) for the lock to be taken. */
export interface Guard {
  /** As written, without the reading macro: `dev->npinfo`, `q->flags & NOLOCK`, `test_bit(F, &p->flags)`. */
  readonly text: string;
  /** Locals that only stand for a path are followed. */
  readonly path: Path;
  readonly node: Node;
  /** The lock is taken only if it is … */
  readonly when: 'set' | 'clear';
  /** Read with an accessor of RCU (not of SRCU). */
  readonly rcu: boolean;
}

export interface ConditionalLock {
  readonly function: FunctionFacts;
  readonly kind: SectionKind;
  /** In the function's own terms: `napi->poll_owner`. */
  readonly lock: string;
  /** Where it is taken. */
  readonly site: Site;
  readonly guards: readonly Guard[];
  /** Still held when the function returns: its callers run with or without the lock. */
  readonly returnsHeld: boolean;
}

/** A function that only tells whether something is set: `return rcu_access_pointer(d->p) != NULL`. */
export type Predicate = (name: string) => { readonly facts: FunctionFacts; readonly value: Node } | undefined;

export function conditionalLocks(
  f: FunctionFacts,
  sections: Sections,
  predicate: Predicate = () => undefined,
): readonly ConditionalLock[] {
  const { flow } = f.analysis;
  const found: ConditionalLock[] = [];
  for (const site of sections.sites) {
    if (site.effect.role === 'end' || site.effect.lock === undefined) continue;
    if (meanings[site.effect.kind].group === 'sequence') continue;
    const maybe = maybePoints(f, sections, site);
    if (maybe.size === 0) continue;
    const guards: Guard[] = [];
    for (const test of flow.points) {
      if (test.kind !== 'test' || test.loop || !test.node || test.id === site.point) continue;
      for (const when of [true, false]) {
        if (reachesAround(flow.points, flow.entry, site.point, test.id, when)) continue;
        const around = reachable(
          flow,
          test.next.filter(e => e.when === !when),
          p => p.id === site.point,
        );
        if (![...around].some(id => maybe.has(id)) || givesUp(f, around, site)) continue;
        const guard = guardOf(f, test.node, when, predicate);
        if (guard) guards.push(guard);
      }
    }
    if (guards.length > 0)
      found.push({
        function: f,
        kind: site.effect.kind,
        lock: site.effect.lock,
        site,
        guards,
        returnsHeld: [...sections.atExit.values()].some(ls => ls.some(l => l.sites.includes(site.id))),
      });
  }
  return found;
}

/** The pointer whose being NULL (or flag whose being clear) means no lock; RCU pointers before others. */
export function mainGuard(lock: ConditionalLock): Guard | undefined {
  return lock.guards.find(g => g.rcu) ?? lock.guards[lock.guards.length - 1];
}

/** Points where the site's level is open on some paths only; the function's end counts. */
function maybePoints(f: FunctionFacts, sections: Sections, site: Site): ReadonlySet<number> {
  const open = (levels: Iterable<readonly Level[]>): boolean => {
    for (const ls of levels) if (ls.some(l => !l.must && l.sites.includes(site.id))) return true;
    return false;
  };
  const points = new Set<number>();
  for (const p of f.analysis.flow.points) {
    const held = sections.before[p.id];
    if (held && open(held.values()) && (p.kind === 'exit' || f.analysis.events(p).length > 0))
      points.add(p.id);
  }
  return points;
}

/** Whether `to` can be reached from the entry without taking that way out of the test. */
export function reachesAround(
  points: readonly Point[],
  entry: number,
  to: number,
  test: number,
  when: boolean,
): boolean {
  const seen = new Set<number>([entry]);
  const todo = [entry];
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    if (id === to) return true;
    for (const e of points[id]?.next ?? ([] as Edge[])) {
      if (seen.has(e.to) || (id === test && e.when === when)) continue;
      seen.add(e.to);
      todo.push(e.to);
    }
  }
  return false;
}

/** The way around the lock ends in an error: `return -EINVAL`, `err = -ENODEV; goto out`. */
function givesUp(f: FunctionFacts, around: ReadonlySet<number>, site: Site): boolean {
  const { flow, text } = f.analysis;
  const after = reachable(flow, flow.points[site.point]?.next ?? []);
  let errors = 0;
  let others = 0;
  for (const id of around) {
    const p = flow.points[id];
    if (!p?.node) continue;
    const only = !after.has(id);
    if (p.kind === 'return') {
      if (isError(text, p.node)) errors++;
      else if (only) others++;
    } else if (
      only &&
      f.analysis.events(p).some(e => e.kind === 'assign' && e.right && isError(text, e.right))
    )
      errors++;
  }
  return errors > 0 && others === 0;
}

function isError(text: string, node: Node): boolean {
  return /^(return\s*\(?\s*)?-\s*E[A-Z0-9]+\b|ERR_PTR\s*\(/.test(text.slice(node.start, node.end));
}

function guardOf(f: FunctionFacts, test: Node, when: boolean, predicate: Predicate): Guard | undefined {
  const { text, locals } = f.analysis;
  let node = bare(text, test);
  let positive = when;
  let mask = '';
  if (node.kind === 'binary_expression') {
    const operator = operatorOf(text, node);
    const left = child(node, 'left');
    const right = child(node, 'right');
    if (!left || !right) return undefined;
    const zero = ['0', 'NULL', 'false'].includes(text.slice(right.start, right.end));
    if (operator === '==' && zero) positive = !positive;
    else if (!((operator === '!=' && zero) || operator === '&' || operator === '>')) return undefined;
    node = bare(text, left);
    if (operator === '&') mask = ` & ${spelling(text, right)}`;
    else if (node.kind === 'binary_expression' && operatorOf(text, node) === '&') {
      // `(p->flags & F) == 0`
      const [word, bits] = [child(node, 'left'), child(node, 'right')];
      if (!word || !bits) return undefined;
      node = bare(text, word);
      mask = ` & ${spelling(text, bits)}`;
    }
  }
  if (node.kind === 'assignment_expression') node = bare(text, child(node, 'right') ?? node);
  if (node.kind === 'call_expression') {
    const name = callee(text, node);
    const p = name === undefined ? undefined : primitive(name);
    if (p?.class === 'bitop' || p?.class === 'bitop_nonatomic') {
      const word = callArguments(node)[p.pointer ?? 1];
      if (p.role !== 'load' || !word) return undefined;
      return {
        text: textOf(text, node),
        path: pathOf(text, pointee(text, word), locals),
        node,
        when: positive ? 'set' : 'clear',
        rcu: false,
      };
    }
    const inner = name === undefined ? undefined : predicate(name);
    if (inner) {
      const guard = guardOf(inner.facts, inner.value, positive, () => undefined);
      return guard && { ...guard, node };
    }
    if (readObject(text, node) === node) return undefined;
  }
  const object = aliased(text, node, locals);
  const path = pathOf(text, object, locals);
  if (path.kind === 'other' || (path.kind === 'local' && path.fields.length === 0)) return undefined;
  if (path.kind === 'global' && /^[A-Z_][A-Z0-9_]*$/.test(path.root)) return undefined;
  return {
    text: `${spelling(text, object)}${mask}`,
    path,
    node,
    when: positive ? 'set' : 'clear',
    rcu: readsByRcu(f, node) || readsByRcu(f, localValue(f, node)),
  };
}

function readsByRcu(f: FunctionFacts, node: Node | undefined): boolean {
  if (!node) return false;
  const inner = bare(f.analysis.text, node);
  const name = inner.kind === 'call_expression' ? callee(f.analysis.text, inner) : undefined;
  return name !== undefined && primitive(name)?.class === 'rcu';
}

/** The expression that a local was given its value by, the reading macro included. */
function localValue(f: FunctionFacts, node: Node): Node | undefined {
  const { text, body } = f.analysis;
  const inner = bare(text, node);
  if (inner.kind !== 'identifier' || !body) return undefined;
  const name = text.slice(inner.start, inner.end);
  let value: Node | undefined;
  const { flow, events } = f.analysis;
  for (const p of flow.points)
    for (const e of events(p))
      if (e.kind === 'assign' && text.slice(e.left.start, e.left.end) === name) value ??= e.right;
  return value;
}
