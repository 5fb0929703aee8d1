/**
 * What a trace tells over time, read off once: which bits and values are worth a column, what a step did to a bit, when
 * grace periods ran and whom they waited for, and which steps came causally before or after a step. Pure.
 */
import type { ViewBit, ViewCell, ViewStep, ViewTrace } from '../protocol/view';
import { shortBit } from './rows';

/** What a step does to a bit, in the order of weight. */
export type Touch = 'set' | 'cleared' | 'tested';

/** A bit is on, off, or its word is not known. */
export type Level = 'on' | 'off' | 'unknown';

/** Whether a word says the name of a bit: `NAPI_STATE_NPSVC`, `NAPIF_STATE_NPSVC`, `NPSVC`. */
export function names(text: string, bit: ViewBit, cell: ViewCell): boolean {
  const short = shortBit(bit.name, cell).replace(/[^\w]/g, '');
  return short !== '' && new RegExp(`(^|[^A-Za-z0-9])(\\w+_)?${short}(?!\\w)`).test(text);
}

/** What a step does to one bit of a cell; undefined if it leaves it alone. */
export function touchOf(step: ViewStep, cell: number, bit: ViewBit, of: ViewCell): Touch | undefined {
  const change = step.changes.find(c => c.cell === cell);
  if (change?.set.includes(bit.name)) return 'set';
  if (change?.cleared.includes(bit.name)) return 'cleared';
  const reads = change !== undefined || step.reads.some(r => r.cell === cell);
  return reads && names(step.text, bit, of) ? 'tested' : undefined;
}

/** The level of a bit before step `moment`. */
export function levelOf(trace: ViewTrace, moment: number, cell: number, bit: ViewBit): Level {
  const number = trace.moments[moment]?.values[cell]?.number;
  if (number === undefined) return 'unknown';
  return ((BigInt.asUintN(64, BigInt(number)) >> BigInt(bit.number)) & 1n) === 1n ? 'on' : 'off';
}

/** Threads that wait for a bit of a cell before step `moment`. */
export function waitersOf(trace: ViewTrace, moment: number, cell: ViewCell, bit: ViewBit): readonly number[] {
  const threads = trace.moments[moment]?.threads ?? [];
  return threads.flatMap((status, index) =>
    status.waitsFor?.includes(cell.name) && names(status.waitsFor, bit, cell) ? [index] : [],
  );
}

/** Bits of a word that a reader must see: those that change, are named by a step that reads them, or are waited for. */
export function bitsWorthSeeing(trace: ViewTrace, cell: number): readonly ViewBit[] {
  const of = trace.cells[cell];
  if (!of) return [];
  const seen = new Set<string>();
  const waits = new Set(trace.moments.at(-1)?.threads.flatMap(t => t.waitsFor ?? []));
  const texts = new Set<string>();
  for (const step of trace.steps) {
    const change = step.changes.find(c => c.cell === cell);
    if (change) for (const name of [...change.set, ...change.cleared]) seen.add(name);
    if (change || step.reads.some(r => r.cell === cell)) texts.add(step.text);
  }
  return of.bits.filter(
    bit =>
      seen.has(bit.name) ||
      [...texts].some(text => names(text, bit, of)) ||
      [...waits].some(text => text.includes(of.name) && names(text, bit, of)),
  );
}

/** A grace period as it ran. */
export interface Grace {
  /** The thread that waits. */
  readonly thread: number;
  /** The step that begins it, and the one with which it is over; absent if it never is. */
  readonly from: number;
  readonly to?: number;
  /** Readers that existed when it began; `left` is the step with which the section ended. */
  readonly readers: readonly { readonly thread: number; readonly left?: number; readonly why: string }[];
  /** Readers that came later: it does not wait for them. */
  readonly later: readonly { readonly thread: number; readonly from: number; readonly to?: number }[];
}

/** The grace periods of a trace, in the order in which they begin. */
export function gracesOf(trace: ViewTrace): readonly Grace[] {
  const last = trace.steps.length;
  return trace.threads
    .flatMap((_, thread): Grace[] => {
      const found: Grace[] = [];
      for (let at = 1; at <= last; at++) {
        const waits = trace.moments[at]?.threads[thread]?.gracePeriod;
        if (!waits || trace.moments[at - 1]?.threads[thread]?.gracePeriod) continue;
        let to = at;
        while (to < last && trace.moments[to + 1]?.threads[thread]?.gracePeriod) to++;
        found.push({
          thread,
          from: at - 1,
          ...(to < last ? { to } : {}),
          readers: waits.flatMap(name => {
            const reader = trace.threads.findIndex(t => t.name === name);
            const left = leftAt(trace, thread, name, at);
            const why = trace.moments[at]?.threads[reader]?.reader ?? '';
            return reader < 0 ? [] : [{ thread: reader, why, ...(left === undefined ? {} : { left }) }];
          }),
          later: laterReaders(trace, thread, at, to),
        });
        at = to;
      }
      return found;
    })
    .sort((a, b) => a.from - b.from || a.thread - b.thread);
}

/** The step after which a grace period waits for a reader no more. */
function leftAt(trace: ViewTrace, thread: number, reader: string, from: number): number | undefined {
  for (let at = from + 1; at <= trace.steps.length; at++)
    if (!trace.moments[at]?.threads[thread]?.gracePeriod?.includes(reader)) return at - 1;
  return undefined;
}

function laterReaders(trace: ViewTrace, waiter: number, from: number, to: number): Grace['later'] {
  return trace.threads.flatMap((_, thread) => {
    if (thread === waiter) return [];
    const found: { thread: number; from: number; to?: number }[] = [];
    const reads = (at: number): boolean => trace.moments[at]?.threads[thread]?.reader !== undefined;
    for (let at = from + 1; at <= to; at++) {
      if (!reads(at) || reads(at - 1)) continue;
      let end = at;
      while (end < trace.steps.length && reads(end + 1)) end++;
      found.push({ thread, from: at - 1, ...(end < trace.steps.length ? { to: end } : {}) });
      at = end;
    }
    return found;
  });
}

/** Whether a thread's reader at a moment is one that no running grace period waits for. */
export function isLaterReader(graces: readonly Grace[], thread: number, step: number): boolean {
  return graces.some(
    grace =>
      step > grace.from &&
      step <= (grace.to ?? Infinity) &&
      grace.later.some(l => l.thread === thread && step >= l.from && step <= (l.to ?? Infinity)),
  );
}

/** Steps on which a step rests, steps that rest on it, and all others. */
export interface Causes {
  readonly before: ReadonlySet<number>;
  readonly after: ReadonlySet<number>;
}

/** The nearest earlier steps that each step depends on: as the engine says, else by thread, birth and touched cells. */
export function edgesOf(trace: ViewTrace): readonly (readonly number[])[] {
  const lastOf = new Map<number, number>();
  const writer = new Map<number, number>();
  const readers = new Map<number, number[]>();
  return trace.steps.map((step, index) => {
    const from = new Set<number>(step.after ?? []);
    const own = lastOf.get(step.thread);
    if (own !== undefined) from.add(own);
    const born = trace.threads[step.thread]?.startedAt;
    if (own === undefined && born !== undefined && born < index) from.add(born);
    lastOf.set(step.thread, index);
    if (step.after) return [...from];
    const changed = new Set(step.changes.map(c => c.cell));
    for (const cell of new Set([...changed, ...step.reads.map(r => r.cell)])) {
      const wrote = writer.get(cell);
      if (wrote !== undefined) from.add(wrote);
      if (changed.has(cell)) {
        for (const reader of readers.get(cell) ?? []) from.add(reader);
        writer.set(cell, index);
        readers.set(cell, []);
      } else readers.set(cell, [...(readers.get(cell) ?? []).slice(-trace.threads.length), index]);
    }
    return [...from];
  });
}

/** Causality of one step: the transitive closure in both directions. */
export function causesOf(edges: readonly (readonly number[])[], step: number): Causes {
  const before = new Set<number>();
  const todo = [...(edges[step] ?? [])];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (before.has(next)) continue;
    before.add(next);
    todo.push(...(edges[next] ?? []));
  }
  const after = new Set<number>();
  for (let index = step + 1; index < edges.length; index++)
    if (edges[index]?.some(from => from === step || after.has(from))) after.add(index);
  return { before, after };
}
