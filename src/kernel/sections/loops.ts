/**
 * Waiting in the control flow: tests that are evaluated again and again with nothing but a pause between.
 */
import { eventsOf, type Event } from './events';
import type { Flow, Point } from './flow';
import { reachable } from './flow';
import { primitive } from '../primitives';

const pauses = new Set(['sleep', 'busy-wait', 'yield', 'spin-hint', 'wait', 'may-sleep']);

/** Calls that only let time pass: msleep(), cpu_relax(), cond_resched(), schedule(). */
export function isPause(name: string): boolean {
  const p = primitive(name);
  return p !== undefined && pauses.has(p.role);
}

/**
 * Whether the outcome `again` of a test only leads back to the test, through pauses and local stores: a spin.
 * The other outcome has to lead out.
 */
export function spins(
  flow: Flow,
  events: (point: Point) => readonly Event[],
  test: Point,
  again: boolean,
): boolean {
  const back = reachable(
    flow,
    test.next.filter(e => e.when === again),
    p => p.id === test.id,
  );
  if (!back.has(test.id)) return false;
  for (const id of back) {
    const p = flow.points[id];
    if (!p || id === test.id) continue;
    if (p.kind === 'exit') return false;
    if (
      events(p).some(e =>
        e.kind === 'call' ? !(e.name !== undefined && isQuiet(e.name)) : e.kind === 'guard',
      )
    )
      return false;
  }
  return test.next.some(e => e.when !== again);
}

function isQuiet(name: string): boolean {
  const p = primitive(name);
  return (
    isPause(name) || (p !== undefined && (p.role === 'load' || p.role === 'query' || p.role === 'fence'))
  );
}

/**
 * Whether a test waits: one outcome leads back to it through a pause (or through nothing), and the other does not
 * pause before it is tested again. Returns the outcome that waits.
 */
export function waits(
  flow: Flow,
  events: (point: Point) => readonly Event[],
  test: Point,
): boolean | undefined {
  for (const again of [true, false]) {
    if (
      returns(flow, events, test, again) &&
      !pausesBefore(flow, events, test, !again) &&
      leaves(flow, test, !again)
    )
      return again;
  }
  return undefined;
}

function leaves(flow: Flow, test: Point, when: boolean): boolean {
  return reachable(
    flow,
    test.next.filter(e => e.when === when),
    p => p.id === test.id,
  ).has(flow.exit);
}

/** The outcome leads back with a pause on the way, or with nothing at all. */
function returns(
  flow: Flow,
  events: (point: Point) => readonly Event[],
  test: Point,
  when: boolean,
): boolean {
  const back = reachable(
    flow,
    test.next.filter(e => e.when === when),
    p => p.id === test.id,
  );
  if (!back.has(test.id)) return false;
  return (
    pausesBefore(flow, events, test, when) || [...back].every(id => id === test.id || idle(flow, events, id))
  );
}

function idle(flow: Flow, events: (point: Point) => readonly Event[], id: number): boolean {
  const p = flow.points[id];
  return !p || events(p).every(e => e.kind === 'call' && e.name !== undefined && isQuiet(e.name));
}

/** Some way from that outcome back to the test pauses. */
function pausesBefore(
  flow: Flow,
  events: (point: Point) => readonly Event[],
  test: Point,
  when: boolean,
): boolean {
  const first = test.next.filter(e => e.when === when);
  const back = reachable(flow, first, p => p.id === test.id);
  for (const id of back) {
    const p = flow.points[id];
    if (!p || id === test.id) continue;
    if (!events(p).some(e => e.kind === 'call' && e.name !== undefined && isPause(e.name))) continue;
    if (reachable(flow, p.next, q => q.id === test.id).has(test.id)) return true;
  }
  return false;
}

/** The events of each point, computed once. */
export function memoEvents(text: string): (point: Point) => readonly Event[] {
  const known = new Map<Point, readonly Event[]>();
  return p => {
    let e = known.get(p);
    if (!e) known.set(p, (e = eventsOf(text, p)));
    return e;
  };
}
