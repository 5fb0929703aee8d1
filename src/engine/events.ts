/**
 * The steps of a schedule as events that can be recognised in other schedules: a thread, the place where it stands (its
 * call chain), and for how manieth time it takes a step there. What each of them touches says which of them depend on
 * each other: an order of two steps that touch nothing in common is no order at all.
 */
import type { Search } from './explore';
import { FINALLY, labelAt, unpackLabel, type Graph } from './graph';
import type { Machine } from './machine';
import type { ThreadState } from './model';
import type { PathStep } from './path';
import { readerReason } from './context';
import { runStep, SIGNAL } from './step';

export interface Event {
  /** Index in the path. */
  readonly at: number;
  readonly thread: number;
  /** Class of edges that it is one of: a thread at a place. */
  readonly class: number;
  /** It is the n-th edge of its class, from 1. */
  readonly occurrence: number;
  /** The outcome taken, where there were several; else undefined. */
  readonly choice: number | undefined;
  /** The search's own early steps are no matter of order. */
  readonly isPrivate: boolean;
  readonly touches: readonly Touch[];
}

/** `cell` as `<object>.<cell>`, `life <object>`, `thread <number>`, `readers` or `queues`. */
interface Touch {
  readonly what: string;
  readonly write: boolean;
}

export interface Events {
  readonly list: readonly Event[];
  /** By edge of the graph: its class, -1 if it is none of the schedule's. */
  readonly classes: Int32Array;
}

/** The events of a path. */
export function eventsOf(search: Search, path: readonly PathStep[]): Events {
  const { machine: m, store, graph } = search;
  const numbers = new Map<string, number>();
  const counts: number[] = [];
  const list: Event[] = [];
  path.forEach((p, at) => {
    if (p.thread === FINALLY) return;
    store.load(m, p.from);
    const t = m.threads[p.thread];
    const key = keyOf(p.thread, p.choice, t);
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    const occurrence = (counts[number] ?? 0) + 1;
    counts[number] = occurrence;
    list.push({
      at,
      thread: p.thread,
      class: number,
      occurrence,
      choice: hasChoice(graph, p) ? p.choice : undefined,
      isPrivate: p.isPrivate,
      touches: touchesOf(m, p),
    });
    store.undo(m);
  });
  return { list, classes: classify(search, numbers) };
}

/** Whether the order of two events of different threads could make a difference. */
export function depend(a: Event, b: Event): boolean {
  return a.touches.some(x => b.touches.some(y => x.what === y.what && (x.write || y.write)));
}

/** The thread at its place; a signal's arrival is one place, wherever it comes. */
function keyOf(thread: number, choice: number, t: ThreadState | undefined): string {
  if (choice === SIGNAL) return `${thread} signal`;
  return `${thread} ${placeOf(t)}`;
}

function placeOf(t: ThreadState | undefined): string {
  if (!t || t.frames.length === 0) return 'begin';
  return `${t.frames.map(f => `${f.function}.${f.pc}`).join('/')}:${t.phase}`;
}

/** Several outcomes are open to the thread there, apart from a signal's arrival. */
function hasChoice(g: Graph, p: PathStep): boolean {
  if (p.choice === SIGNAL) return false;
  let count = 0;
  for (let e = g.starts[p.from] ?? 0; e < (g.starts[p.from + 1] ?? 0); e++) {
    const { thread, choice } = unpackLabel(labelAt(g, e));
    if (thread === p.thread && choice !== SIGNAL) count++;
  }
  return count > 1;
}

/** Looks the places up by the threads' components, of which there are few. */
function classify(search: Search, numbers: ReadonlyMap<string, number>): Int32Array {
  const { machine: m, store, graph: g } = search;
  const classes = new Int32Array(g.edges).fill(-1);
  const known: Map<number, number>[] = [];
  for (let s = 0; s < g.expanded; s++)
    for (let e = g.starts[s] ?? 0; e < (g.starts[s + 1] ?? 0); e++) {
      const { thread, choice } = unpackLabel(labelAt(g, e));
      if (thread === FINALLY) continue;
      if (choice === SIGNAL) {
        classes[e] = numbers.get(keyOf(thread, choice, undefined)) ?? -1;
        continue;
      }
      const slots = store.components.threadSlots(thread);
      const id = slots ? store.componentAt(s, slots.control) : -1;
      const of = (known[thread] ??= new Map<number, number>());
      let number = of.get(id);
      if (number === undefined) {
        store.load(m, s);
        number = numbers.get(keyOf(thread, choice, m.threads[thread])) ?? -1;
        of.set(id, number);
      }
      classes[e] = number;
    }
  return classes;
}

/** Takes the step on the search's machine and watches it; the caller undoes it. */
function touchesOf(m: Machine, p: PathStep): readonly Touch[] {
  const found = new Map<string, boolean>();
  const note = (what: string, write: boolean): void => {
    found.set(what, write || found.get(what) === true);
  };
  const before = m.threads[p.thread];
  const wasReader = before ? readerReason(m, p.thread, before) : undefined;
  const { global } = m;
  const { observer } = m;
  m.observer = {
    access(_thread, object, cell, _before, after) {
      note(`${object}.${cell}`, after !== undefined);
      note(`life ${object}`, false);
    },
    life(_thread, object) {
      note(`life ${object}`, true);
    },
    branch: () => undefined,
  };
  const result = runStep(m, p.thread, p.choice);
  m.observer = observer;
  if (result.fault?.object !== undefined) note(`life ${result.fault.object}`, false);
  note(`thread ${p.thread}`, false);
  for (const n of m.changedThreads) if (n !== p.thread) note(`thread ${n}`, true);
  const after = m.threads[p.thread];
  const isReader = after ? readerReason(m, p.thread, after) : undefined;
  if (wasReader !== isReader) note('readers', true);
  if (after && before && after.grace !== before.grace && after.grace.length > 0) note('readers', false);
  if (m.global.queues !== global.queues) note('queues', true);
  return [...found].map(([what, write]) => ({ what, write }));
}
