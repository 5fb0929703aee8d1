/**
 * Values of expressions along a schedule. An expression is a function of the program that takes nothing and only reads; it
 * is run on the state at each moment, by itself, and leaves no trace. Locals of threads are handed to it in static objects.
 */
import { addressOf, placeOf } from '../ir/address';
import type { Field, Program } from '../ir/program';
import { fieldOf, showValue } from './names';
import { defaultOptions } from './options';
import { resolveAccess } from './memory';
import { shapeOf, type Machine } from './machine';
import { evaluateAlone } from './rest';
import { parseSchedule, type ScheduleStep } from './schedule';
import { createStart, launch } from './start';
import { choicesOf, runStep } from './step';
import { handlerOf } from './table';
import { createRecorder, type Recorder } from './trace';
import { isUnknown, type Value } from './unknown';

/** The moments of a trace: by moment, how many of the schedule's steps come before it. */
export interface Moments {
  readonly steps: readonly ScheduleStep[];
  readonly counts: readonly number[];
}

/** Of a finished recording. */
export function countsOf(recorder: Pick<Recorder, 'length' | 'rowAt'>): readonly number[] {
  const counts = [0];
  for (let raw = 0; raw < recorder.length; raw++) {
    const row = recorder.rowAt(raw);
    if (row !== undefined) counts[row + 1] = raw + 1;
  }
  return counts;
}

/** Of a schedule that was made for the program; `counts` if they are known. */
export function momentsOf(
  program: Program,
  schedule: string,
  counts?: readonly number[],
): Moments | { readonly problem: string } {
  const parsed = parseSchedule(program, schedule);
  if ('problem' in parsed) return parsed;
  if (counts) return { steps: parsed.steps, counts };
  const m = createStart(program, { ...defaultOptions, reduce: false });
  launch(m);
  const recorder = createRecorder(m);
  for (const { thread, choice } of parsed.steps) {
    if (!choicesOf(m, thread).includes(choice)) break;
    const { fault, limit } = recorder.step(thread, choice, false);
    if (fault ?? limit) break;
  }
  recorder.finish({});
  return { steps: parsed.steps, counts: countsOf(recorder) };
}

/** A local of the threads, handed over in the cell of a static object. */
export interface WatchedLocal {
  readonly name: string;
  /** Index into the program's objects; absent: only its values are wanted. */
  readonly object?: number;
}

export interface LocalValue {
  readonly value: Value;
  /** Name of the struct that it points to the beginning of. */
  readonly layout?: string;
  /** It has an address: `value` is that. */
  readonly isObject: boolean;
}

/** One expression: its function, and one that says whether it is signed. */
export interface Watched {
  readonly value: number;
  readonly signed?: number;
}

export interface WatchedValues {
  readonly values: readonly (string | null)[];
  /** Why there is none at some moment. */
  readonly problem?: string;
}

/** The values at each moment. */
export function watchValues(
  program: Program,
  { steps, counts }: Moments,
  watched: readonly Watched[],
  locals: readonly WatchedLocal[],
): readonly WatchedValues[] {
  const raw: (Value | undefined)[][] = watched.map(() => []);
  const problems: (string | undefined)[] = watched.map(() => undefined);
  const m = alongSchedule(program, steps, counts, (machine, moment, last) => {
    const back = putLocals(machine, locals, last);
    watched.forEach(({ value }, k) => {
      if (back.missing !== undefined) {
        problems[k] ??= `${back.missing} is a variable of no thread that stands in its function`;
        return;
      }
      const found = evaluateAlone(machine, value);
      if ('value' in found) (raw[k] ??= [])[moment] = found.value;
      else problems[k] ??= found.problem;
    });
    back.undo();
  });
  return watched.map(({ value, signed }, k) => {
    const list = raw[k] ?? [];
    const isPointer = list.some(v => typeof v === 'number' && v > 2 ** 32 && placeOf(v).kind !== 'wild');
    const sign = signed === undefined ? undefined : evaluateAlone(m, signed);
    const isSigned = sign !== undefined && 'value' in sign && sign.value === 1;
    const field = fieldRead(m, program, value);
    const problem = problems[k];
    return {
      values: counts.map((_, moment) => {
        const v = list[moment];
        return v === undefined ? null : shown(m, v, { isPointer, isSigned, field });
      }),
      ...(problem === undefined ? {} : { problem }),
    };
  });
}

/** What the locals of these names hold at each moment. */
export function localsAlong(
  program: Program,
  { steps, counts }: Moments,
  names: readonly string[],
): ReadonlyMap<string, readonly (LocalValue | undefined)[]> {
  const found = new Map(names.map(name => [name, [] as (LocalValue | undefined)[]]));
  alongSchedule(program, steps, counts, (m, moment, last) => {
    for (const [name, list] of found) list[moment] = localIn(m, name, last);
  });
  return found;
}

function alongSchedule(
  program: Program,
  steps: readonly ScheduleStep[],
  counts: readonly number[],
  at: (m: Machine, moment: number, last: number) => void,
): Machine {
  const m = createStart(program, { ...defaultOptions, reduce: false, forgetDead: false });
  launch(m);
  let taken = 0;
  counts.forEach((count, moment) => {
    while (taken < count) {
      const step = steps[taken];
      if (!step || !choicesOf(m, step.thread).includes(step.choice)) return;
      runStep(m, step.thread, step.choice);
      forget(m);
      taken++;
    }
    at(m, moment, steps[taken - 1]?.thread ?? -1);
  });
  return m;
}

/** The variable of the thread that moved last, innermost frame first, else of any other thread. */
function localIn(m: Machine, name: string, last: number): LocalValue | undefined {
  const order = [last, ...m.threads.keys()];
  for (const n of order)
    for (const frame of [...(m.threads[n]?.frames ?? [])].reverse()) {
      const f = m.program.functions[frame.function];
      const register = f?.registerNames.indexOf(name) ?? -1;
      if (register >= 0) {
        const value = frame.registers[register] ?? 0;
        const layout = pointee(m, value);
        return { value, isObject: false, ...(layout === undefined ? {} : { layout }) };
      }
      const slot = f?.stack.findIndex(one => one.name === name) ?? -1;
      const object = slot >= 0 ? frame.stack[slot] : undefined;
      if (object !== undefined) {
        const layout = m.program.layouts[f?.stack[slot]?.layout ?? -1]?.name;
        return {
          value: addressOf(object, 0),
          isObject: true,
          ...(layout === undefined ? {} : { layout }),
        };
      }
    }
  return undefined;
}

function pointee(m: Machine, value: Value): string | undefined {
  if (isUnknown(value)) return undefined;
  const place = placeOf(value);
  if (place.kind !== 'object' || place.offset !== 0) return undefined;
  return m.program.layouts[m.objectInfos[place.object]?.layout ?? -1]?.name;
}

function putLocals(
  m: Machine,
  locals: readonly WatchedLocal[],
  last: number,
): { readonly missing?: string; readonly undo: () => void } {
  const before = m.objects.slice();
  const undo = (): void => {
    for (const { object } of locals) if (object !== undefined) m.objects[object] = before[object];
  };
  for (const { name, object } of locals) {
    const own = object === undefined ? undefined : m.objects[object];
    const found = localIn(m, name, last);
    if (object === undefined || !own || !found) return { missing: name, undo };
    m.objects[object] = { ...own, cells: [found.value] };
  }
  return { undo };
}

function forget(m: Machine): void {
  m.changedThreads.length = 0;
  m.changedObjects.length = 0;
  m.globalChanged = false;
}

interface Showing {
  readonly isPointer: boolean;
  readonly isSigned: boolean;
  readonly field: Field | undefined;
}

function shown(m: Machine, value: Value, { isPointer, isSigned, field }: Showing): string {
  if (isUnknown(value)) return '?';
  if (isPointer) return showValue(m, value, { offset: 0, name: '', type: 'u64', holds: 'pointer' });
  if (field?.holds === 'word') {
    const names = Object.entries(field.bits ?? {})
      .filter(([bit]) => (BigInt(value) >> BigInt(bit)) & 1n)
      .map(([, name]) => name);
    return [`0x${value.toString(16)}`, ...names].join(' ');
  }
  const exact = BigInt(value);
  const number = isSigned ? BigInt.asIntN(64, exact) : BigInt.asUintN(64, exact);
  return number >= 4096n ? `${String(number)} (0x${number.toString(16)})` : String(number);
}

/** The field that an expression is, if it is nothing but that. */
function fieldRead(m: Machine, program: Program, index: number): Field | undefined {
  const [load, end, ...more] = (program.functions[index]?.body ?? []).filter(i => i.op !== 'convert');
  if (load?.op !== 'load' || end?.op !== 'return' || more.length > 0) return undefined;
  if (load.address.kind !== 'object') return undefined;
  const { object, offset } = load.address;
  const part = resolveAccess(shapeOf(m, object), offset, 1)?.parts[0];
  return part && fieldOf(m, object, part.cell);
}

/** Why a function does not only read, in words; undefined if it does. */
export function changesIn(program: Program, index: number): string | undefined {
  const open = [index];
  const seen = new Set(open);
  for (const f of open)
    for (const i of program.functions[f]?.body ?? []) {
      const text = program.sites[i.site]?.text ?? i.op;
      switch (i.op) {
        case 'store':
        case 'rmw':
        case 'cmpxchg':
        case 'fill':
        case 'move':
        case 'free':
        case 'allocate':
          return `it would change memory: ${text}`;
        case 'choose':
        case 'callPointer':
          return `it would run more than an expression: ${text}`;
        case 'sync': {
          const { scope } = handlerOf(i.name);
          if (scope !== 'local' && scope !== 'peek') return `it would synchronise: ${text}`;
          break;
        }
        case 'unsupported':
          return i.reason;
        case 'call':
          if (!seen.has(i.function)) {
            seen.add(i.function);
            open.push(i.function);
          }
          break;
        default:
          break;
      }
    }
  return undefined;
}
