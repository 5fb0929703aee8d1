/**
 * Ways through a function from a given point to its end, as far as the zeroness of its locals tells which can be taken:
 * after `err = f()` with f() having returned 0, `if (err) goto out` is not taken.
 */
import { namedChildren, type Node } from '../../syntax/node';
import { bare, pointee } from '../expression';
import type { Event } from './events';
import type { Point } from './flow';
import type { FunctionFacts } from '../functions';
import { outcomeOf, tested, zeroness } from './regions';

export interface Start {
  readonly point: number;
  /** Only what comes after this call or assignment in the point counts; absent: the whole point. */
  readonly after?: Node;
  /** Whether the value of that call is nonzero, if known. */
  readonly outcome?: boolean;
}

/** An end of the function that is reached. */
export interface Exit {
  /** The return statement, or the exit point. */
  readonly point: number;
  /** Whether what it returns is nonzero, if known. */
  readonly nonzero: boolean | undefined;
}

type Truth = ReadonlyMap<string, boolean>;

/** More (point, knowledge) pairs than this are not walked. */
const MOST = 4000;

/** The ends that can be reached without an event or a point at which `stop` holds. */
export function exitsFrom(
  f: FunctionFacts,
  start: Start,
  stop: (event: Event, point: Point) => boolean,
  stopAt: (point: Point) => boolean = () => false,
): readonly Exit[] {
  const { flow, text, events } = f.analysis;
  const exits = new Map<string, Exit>();
  const seen = new Set<string>();
  const todo: { id: number; truth: Truth; first: boolean }[] = [
    { id: start.point, truth: new Map(), first: true },
  ];
  for (let at = todo.pop(); at && seen.size < MOST; at = todo.pop()) {
    const key = `${at.id} ${at.first ? 'first' : ''} ${[...at.truth].sort().join(';')}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const p = flow.points[at.id];
    if (!p || (!at.first && stopAt(p))) continue;
    if (p.kind === 'exit') {
      exits.set('exit', { point: p.id, nonzero: undefined });
      continue;
    }
    const list = events(p);
    const skip = at.first && start.after ? list.findIndex(e => e.node === start.after) + 1 : 0;
    let truth = at.truth;
    let stopped = false;
    for (const e of list.slice(skip)) {
      if (stop(e, p)) {
        stopped = true;
        break;
      }
      truth = learn(text, e, truth, start);
    }
    if (stopped) continue;
    if (p.kind === 'return') {
      const value = p.node && namedChildren(p.node)[0];
      const nonzero = value && valueOf(text, value, truth, start);
      exits.set(`${p.id} ${String(nonzero)}`, { point: p.id, nonzero });
      continue;
    }
    for (const edge of p.next) {
      const next = edge.when === undefined ? truth : decide(text, p, edge.when, truth, start);
      if (next) todo.push({ id: edge.to, truth: next, first: false });
    }
  }
  return [...exits.values()];
}

function learn(text: string, e: Event, truth: Truth, start: Start): Truth {
  const next = new Map(truth);
  if (e.kind === 'assign') {
    if (e.left.kind !== 'identifier') return truth;
    const local = text.slice(e.left.start, e.left.end);
    const value = e.operator === '=' && e.right ? valueOf(text, e.right, truth, start) : undefined;
    if (value === undefined) next.delete(local);
    else next.set(local, value);
    return next;
  }
  for (const a of e.args) {
    const target = pointee(text, a);
    if (target !== bare(text, a) && target.kind === 'identifier')
      next.delete(text.slice(target.start, target.end));
  }
  return next.size === truth.size ? truth : next;
}

function valueOf(text: string, node: Node, truth: Truth, start: Start): boolean | undefined {
  const inner = bare(text, node);
  if (inner === start.after) return start.outcome;
  if (inner.kind === 'assignment_expression') {
    const right = inner.children.find(c => c.field === 'right');
    return right && valueOf(text, right, truth, start);
  }
  return (
    zeroness(text, inner) ??
    (inner.kind === 'identifier' ? truth.get(text.slice(inner.start, inner.end)) : undefined)
  );
}

/** What is known on one way out of a test; undefined if it cannot be taken. */
function decide(text: string, p: Point, when: boolean, truth: Truth, start: Start): Truth | undefined {
  if (!p.node || p.loop?.kind === 'macro_loop') return truth;
  if (start.after && start.outcome !== undefined) {
    const direct = outcomeOf(text, p.node, n => n === start.after, when);
    if (direct !== undefined) return direct === start.outcome ? truth : undefined;
  }
  const about = tested(text, p.node, when);
  if (!about) return truth;
  const known = truth.get(about.local);
  if (known !== undefined) return known === about.nonzero ? truth : undefined;
  return new Map(truth).set(about.local, about.nonzero);
}
