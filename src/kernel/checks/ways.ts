/**
 * A search for one way through a function that can be taken, as far as its own text tells. A test is remembered by its
 * spelling with what it came out as, so `if (have) lock(l); … if (have) unlock(l);` is one decision, not two; what is
 * tested is held to be unchanged unless the function assigns it. That leaves out ways that a change of memory by others
 * would open: a check that reports the way found may miss some, and seldom invents one.
 *
 * Breadth first over (point, state of the search, what is known), so that the way found is a short one. Loop conditions
 * are not remembered. Too many states, or two switches over one value: no answer.
 */
import { child, namedChildren, type Node } from '../../syntax/node';
import type { Event } from '../sections/events';
import { bare, operatorOf, pointee, spelling } from '../expression';
import type { Point } from '../sections/flow';
import { remember, type Analysis } from '../functions';
import { zeroness } from '../sections/regions';

/** One search: `S` is what it keeps track of besides the place. */
export interface Search<S extends string> {
  readonly start: S;
  /** From another point than the function's entry. */
  readonly from?: number;
  /** The state after a point, on the way out of it that `when` names; undefined: do not follow. */
  step(state: S, point: Point, when: boolean | undefined): S | undefined;
  /** Asked on arrival, before `step`. */
  goal(state: S, point: Point): boolean;
}

/** The points of a way from the start to the goal, both included; `none`; `unknown` if the search was given up. */
export type Way = readonly Point[] | 'none' | 'unknown';

const MOST = 20_000;

type Truth = ReadonlyMap<string, boolean>;

interface Stop<S> {
  readonly point: Point;
  readonly state: S;
  readonly truth: Truth;
  readonly back: Stop<S> | undefined;
}

export function findWay<S extends string>(a: Analysis, search: Search<S>): Way {
  const facts = testFacts(a);
  if (facts.twins) return 'unknown';
  const first = a.flow.points[search.from ?? a.flow.entry];
  if (!first) return 'unknown';
  let todo: Stop<S>[] = [{ point: first, state: search.start, truth: new Map(), back: undefined }];
  const seen = new Set<string>();
  while (todo.length > 0) {
    const next: Stop<S>[] = [];
    for (const at of todo) {
      const key = `${String(at.point.id)} ${at.state} ${[...at.truth]
        .map(([k, v]) => `${k}=${String(v)}`)
        .sort()
        .join(';')}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (seen.size > MOST) return 'unknown';
      if (search.goal(at.state, at.point)) return wayTo(at);
      if (neverReturns(a, at.point)) continue;
      const learned = passed(a, at.point, at.truth, facts);
      for (const edge of at.point.next) {
        const to = a.flow.points[edge.to];
        const truth = edge.when === undefined ? learned : decided(a, at.point, edge.when, learned, facts);
        const state = to && truth && search.step(at.state, at.point, edge.when);
        if (to && truth && state !== undefined) next.push({ point: to, state, truth, back: at });
      }
    }
    todo = next;
  }
  return 'none';
}

/** Functions that are declared __noreturn, beside those that the control flow knows. */
const noReturn =
  /^(do_group_exit|kthread_complete_and_exit|make_task_dead|rewind_stack_and_make_dead|do_task_dead|machine_restart|emergency_restart|kernel_restart|kernel_halt|kernel_power_off|nmi_panic|usercopy_abort|__stack_chk_fail|module_put_and_kthread_exit|__module_put_and_kthread_exit)$/;

function neverReturns(a: Analysis, p: Point): boolean {
  return a.events(p).some(e => e.kind === 'call' && e.name !== undefined && noReturn.test(e.name));
}

function wayTo<S>(stop: Stop<S>): readonly Point[] {
  const points: Point[] = [];
  for (let s: Stop<S> | undefined = stop; s; s = s.back) points.unshift(s.point);
  return points;
}

/** What the tests of a function are about. */
interface TestFacts {
  /** Subjects worth remembering: tested more than once, or a local that is given constants and tested. */
  readonly kept: ReadonlySet<string>;
  /** Two switches over the same value. */
  readonly twins: boolean;
  /** Locals that are given one value, and that is a condition: `locked = mode == WRITE`. */
  readonly named: ReadonlyMap<string, Node>;
}

function testFacts(a: Analysis): TestFacts {
  return remember(a, 'test facts', () => {
    const counts = new Map<string, number>();
    const switches = new Map<string, number>();
    const given = new Map<string, { count: number; right?: Node; constant: boolean }>();
    for (const p of a.flow.points)
      for (const e of a.events(p)) {
        if (e.kind !== 'assign' || e.left.kind !== 'identifier') continue;
        const name = a.text.slice(e.left.start, e.left.end);
        const old = given.get(name);
        const constant =
          e.operator === '=' && e.right !== undefined && zeroness(a.text, e.right) !== undefined;
        given.set(name, {
          count: (old?.count ?? 0) + 1,
          constant: constant || (old?.constant ?? false),
          ...(!old && e.right && e.operator === '=' && { right: e.right }),
        });
      }
    const named = new Map<string, Node>();
    for (const [name, g] of given)
      if (g.count === 1 && g.right && a.locals.types.has(name) && isCondition(a.text, g.right))
        named.set(name, g.right);
    for (const p of a.flow.points) {
      if (p.kind !== 'test' || !p.node || p.loop) continue;
      if (p.next.every(e => e.when === undefined)) {
        const text = spelling(a.text, p.node);
        switches.set(text, (switches.get(text) ?? 0) + 1);
        continue;
      }
      for (const s of subjects(a, p.node, true, named))
        counts.set(s.subject, (counts.get(s.subject) ?? 0) + 1);
    }
    const kept = new Set<string>();
    for (const [subject, n] of counts) if (n > 1 || given.get(subject)?.constant) kept.add(subject);
    return { kept, named, twins: [...switches.values()].some(n => n > 1) };
  });
}

function isCondition(text: string, node: Node): boolean {
  const inner = bare(text, node);
  if (inner.kind === 'binary_expression')
    return ['==', '!=', '<', '>', '<=', '>=', '&'].includes(operatorOf(text, inner));
  return inner.kind === 'unary_expression' && operatorOf(text, inner) === '!';
}

interface Fact {
  readonly subject: string;
  readonly value: boolean;
}

/** What a test says when it comes out as `when`; the first fact is about all of it. */
function subjects(
  a: Analysis,
  test: Node,
  when: boolean,
  named: ReadonlyMap<string, Node>,
  depth = 0,
): readonly Fact[] {
  const { text } = a;
  // Below zero there is nothing.
  const unsigned = (name: string): boolean =>
    /^(__)?u\d+$|^(size_t|bool)$/.test(a.locals.types.get(name) ?? '');
  let inner = bare(text, test);
  let value = when;
  while (inner.kind === 'unary_expression' && operatorOf(text, inner) === '!') {
    const argument = child(inner, 'argument');
    if (!argument) break;
    inner = bare(text, argument);
    value = !value;
  }
  if (inner.kind === 'assignment_expression') inner = bare(text, child(inner, 'left') ?? inner);
  if (inner.kind === 'identifier') {
    const name = text.slice(inner.start, inner.end);
    const expression = named.get(name);
    return expression && depth < 3
      ? subjects(a, expression, value, named, depth + 1)
      : [{ subject: name, value }];
  }
  if (inner.kind === 'binary_expression') {
    const left = child(inner, 'left');
    const right = child(inner, 'right');
    const operator = operatorOf(text, inner);
    if (left && right && (operator === '==' || operator === '!=')) {
      if (zeroness(text, right) === false)
        return subjects(a, left, operator === '!=' ? value : !value, named, depth);
      const equal = operator === '==' ? value : !value;
      let side = bare(text, left);
      if (side.kind === 'assignment_expression') side = bare(text, child(side, 'left') ?? side);
      const all: Fact[] = [{ subject: `${spelling(text, side)}==${spelling(text, right)}`, value: equal }];
      if (equal && zeroness(text, right) === true) all.push({ subject: spelling(text, side), value: true });
      return all;
    }
    if (left && right && (operator === '<' || operator === '>') && zeroness(text, right) === false) {
      const all: Fact[] = [{ subject: spelling(text, inner), value }];
      let side = bare(text, left);
      if (side.kind === 'assignment_expression') side = bare(text, child(side, 'left') ?? side);
      if (value || (operator === '>' && unsigned(spelling(text, side))))
        all.push({ subject: spelling(text, side), value });
      return all;
    }
  }
  return [{ subject: spelling(text, inner), value }];
}

/** What is still known after the events of a point. */
function passed(a: Analysis, p: Point, truth: Truth, facts: TestFacts): Truth {
  let now = truth;
  for (const e of a.events(p)) now = after(a.text, e, now, facts);
  return now;
}

function after(text: string, e: Event, truth: Truth, facts: TestFacts): Truth {
  if (e.kind === 'assign') {
    const place = spelling(text, e.left);
    const right = e.operator === '=' && e.right ? bare(text, e.right) : undefined;
    let known = right ? zeroness(text, right) : undefined;
    if (right?.kind === 'identifier') known ??= truth.get(text.slice(right.start, right.end));
    // The one value of a named condition changes nothing that is known about the condition.
    const now = facts.named.has(place) ? truth : forget(truth, place);
    return known !== undefined && facts.kept.has(place) ? new Map(now).set(place, known) : now;
  }
  if (e.kind !== 'call') return truth;
  let now = truth;
  for (const argument of e.args) {
    const target = pointee(text, argument);
    if (target !== bare(text, argument) && target.kind === 'identifier')
      now = forget(now, text.slice(target.start, target.end));
  }
  return now;
}

function forget(truth: Truth, place: string): Truth {
  const word = /^\w+$/.test(place) ? new RegExp(`\\b${place}\\b`) : undefined;
  const gone = [...truth.keys()].filter(s => (word ? word.test(s) : s.includes(place)));
  if (gone.length === 0) return truth;
  const now = new Map(truth);
  for (const s of gone) now.delete(s);
  return now;
}

function decided(a: Analysis, p: Point, when: boolean, truth: Truth, facts: TestFacts): Truth | undefined {
  if (!p.node || p.loop) return truth;
  let now = truth;
  for (const s of subjects(a, p.node, when, facts.named)) {
    const known = now.get(s.subject);
    if (known !== undefined && known !== s.value) return undefined;
    if (known === undefined && facts.kept.has(s.subject)) now = new Map(now).set(s.subject, s.value);
  }
  return now;
}

/** The value that a return gives back. */
export function returnValue(p: Point): Node | undefined {
  return p.kind === 'return' && p.node ? namedChildren(p.node)[0] : undefined;
}

/** Whether some way that can be taken comes to a point. */
export function firstTaken(a: Analysis, p: Point): boolean {
  const way = findWay<'on'>(a, { start: 'on', step: () => 'on', goal: (_, q) => q.id === p.id });
  return way !== 'none' && way !== 'unknown';
}
