/**
 * What a thread that runs in circles waits for: it is run alone; then every cell that it reads on its round is changed,
 * bit by bit, and the thread is run again. A change that lets it out is what it waits for.
 */
import { widthOf } from '../ir/value';
import type { Integer } from '../ir/program';
import { ownObject, setCell, shapeOf, cellValue, type Machine } from './machine';
import { cellType } from './memory';
import { keepMarks } from './sharing';
import { threadKey } from './components';
import { choicesOf, runStep, SIGNAL } from './step';
import { isUnknown, type Value } from './unknown';

/** The change that would let the thread go on. */
export interface Need {
  readonly object: number;
  readonly cell: number;
  readonly value: Integer;
  /** One bit decides; else any other value might. */
  readonly bit?: { readonly number: number; readonly until: 'set' | 'clear' };
}

const MOST_STEPS = 300;
/** So long outside of its round, it has got out. */
const OUT = 24;

interface Round {
  /** Control locations. */
  readonly places: ReadonlySet<string>;
  readonly reads: readonly { readonly object: number; readonly cell: number }[];
}

/** The machine must hold the stuck state; it holds it again afterwards. */
export function findNeed(m: Machine, n: number): Need | undefined {
  const threads = m.threads.slice();
  const objects = m.objects.slice();
  const { global, observer } = m;
  const forgetMarks = keepMarks(m.marks);
  const restore = (): void => {
    for (let k = 0; k < m.threads.length; k++) m.threads[k] = threads[k];
    for (let k = 0; k < m.objects.length; k++) m.objects[k] = objects[k];
    m.global = global;
    forget(m);
  };
  const round = walkRound(m, n);
  restore();
  let found: Need | undefined;
  if (round.places.size > 0)
    for (const r of round.reads) {
      found = needIn(m, n, r.object, r.cell, round, restore);
      if (found) break;
    }
  restore();
  forgetMarks();
  m.observer = observer;
  return found;
}

function forget(m: Machine): void {
  m.changedThreads.length = 0;
  m.changedObjects.length = 0;
  m.globalChanged = false;
}

function place(m: Machine, n: number): string {
  const t = m.threads[n];
  return t ? t.frames.map(f => `${f.function}.${f.pc}`).join('/') + `:${t.phase}` : '';
}

function walkRound(m: Machine, n: number): Round {
  const places = new Set<string>();
  const reads = new Map<string, { object: number; cell: number }>();
  m.observer = {
    access(_thread, object, cell, _before, after) {
      if (after === undefined) reads.set(`${object}.${cell}`, { object, cell });
    },
    life: () => undefined,
    branch: () => undefined,
  };
  const seen = new Set<string>();
  for (let k = 0; k < MOST_STEPS; k++) {
    const t = m.threads[n];
    const choice = choicesOf(m, n).find(c => c !== SIGNAL);
    if (!t || choice === undefined) break;
    const key = threadKey(t, m.codes);
    if (seen.has(key)) break;
    seen.add(key);
    places.add(place(m, n));
    const result = runStep(m, n, choice);
    forget(m);
    if (result.fault || result.limit) break;
  }
  m.observer = undefined;
  // What a whole struct shares with others comes first: shared cells are where others could help.
  return { places, reads: [...reads.values()] };
}

function needIn(
  m: Machine,
  n: number,
  object: number,
  cell: number,
  round: Round,
  restore: () => void,
): Need | undefined {
  const value = cellValue(m, object, cell);
  const c = shapeOf(m, object).cells[cell];
  if (!c || isUnknown(value)) return undefined;
  const letsOut = (changed: Value): boolean => {
    restore();
    setCell(ownObject(m, object), cell, changed);
    forget(m);
    return getsOut(m, n, round);
  };
  const bits: number[] = [];
  const word = BigInt(value);
  const width = widthOf(cellType(c));
  for (let b = 0; b < width; b++) if (letsOut(narrow(word ^ (1n << BigInt(b))))) bits.push(b);
  const only = bits.length === 1 ? bits[0] : undefined;
  if (only !== undefined)
    return {
      object,
      cell,
      value,
      bit: { number: only, until: (word >> BigInt(only)) & 1n ? 'clear' : 'set' },
    };
  if (bits.length > 0 || [0, 1].some(v => v !== value && letsOut(v))) return { object, cell, value };
  return undefined;
}

function narrow(v: bigint): Integer {
  return v <= 9007199254740991n ? Number(v) : v;
}

function getsOut(m: Machine, n: number, round: Round): boolean {
  const seen = new Set<string>();
  let outside = 0;
  for (let k = 0; k < MOST_STEPS; k++) {
    const t = m.threads[n];
    if (!t || t.status !== 'running') return true;
    if (round.places.has(place(m, n))) {
      outside = 0;
      const key = threadKey(t, m.codes);
      if (seen.has(key)) return false;
      seen.add(key);
    } else if (++outside > OUT) return true;
    const choice = choicesOf(m, n).find(c => c !== SIGNAL);
    if (choice === undefined) return outside > 0;
    const result = runStep(m, n, choice);
    forget(m);
    if (result.fault || result.limit) return true;
  }
  return outside > 0;
}
