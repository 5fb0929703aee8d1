/**
 * What others can notice: in front of which instructions a thread stops. Every access is noted in the marks (sharing.ts)
 * on the way; with `reduce: false` every access is noticed.
 */
import { placeOf } from '../ir/address';
import type { Instruction } from '../ir/program';
import { sizeOf } from '../ir/value';
import { cpuOf, isInterrupt, readerReason } from './context';
import { type CallSite } from './handler';
import { nextTransfer } from './heap';
import { evaluate, refer, shapeOf, type Machine, type Reference } from './machine';
import { resolveAccess } from './memory';
import { type Frame, type ThreadState } from './model';
import type { Value } from './unknown';
import { noteCell, noteGrace, noteLife } from './sharing';
import { handlerOf } from './table';
import { exchangeIsOpen, instructionChoices, isOpen } from './choices';

/** Operations that are always steps touch memory as well: a plain access to the same cell is in conflict with them. */
export function noteArguments(m: Machine, n: number, name: string, a: readonly Value[]): void {
  const { scope } = handlerOf(name);
  if (m.alone || (scope !== 'always' && scope !== 'callback')) return;
  a.forEach((v, k) => {
    const place = typeof v === 'object' ? undefined : placeOf(v);
    if (place?.kind !== 'object') return;
    noteLife(m.marks, place.object, n, false);
    const r = k === 0 ? resolveAccess(shapeOf(m, place.object), place.offset, 1) : undefined;
    for (const p of r?.parts ?? []) noteCell(m.marks, place.object, p.cell, n, true);
  });
}

/** Would park in the unreduced program. */
export function isStep(i: Instruction): boolean {
  switch (i.op) {
    case 'load':
    case 'store':
    case 'rmw':
    case 'cmpxchg':
    case 'fill':
    case 'move':
    case 'free':
    case 'atomic':
      return true;
    case 'sync':
      return handlerOf(i.name).scope !== 'local' && handlerOf(i.name).scope !== 'yield';
    default:
      return false;
  }
}

/** Whether the thread stops in front of the instruction. Notes what it touches. May throw the fault it would meet. */
export function mustPark(m: Machine, n: number, t: ThreadState, frame: Frame, i: Instruction): boolean {
  switch (i.op) {
    case 'choose':
      return true;
    case 'atomic':
      return !m.options.reduce || !isLocalGroup(m, frame, i.length);
    case 'allocate':
      return i.mayFail === true;
    case 'branch':
    case 'assert':
      return isOpen(m, evaluate(m, frame, i.condition));
    case 'load':
      return touches(m, n, refer(m, evaluate(m, frame, i.address), sizeOf(i.type), i.site), false);
    case 'store':
    case 'rmw':
      return touches(m, n, refer(m, evaluate(m, frame, i.address), sizeOf(i.type), i.site), true);
    case 'cmpxchg': {
      const r = refer(m, evaluate(m, frame, i.address), sizeOf(i.type), i.site);
      return touches(m, n, r, true) || exchangeIsOpen(m, frame, i);
    }
    case 'fill':
    case 'move': {
      const next = nextTransfer(m, t, frame, i);
      return next !== undefined && touches(m, n, next.reference, next.write);
    }
    case 'free': {
      if (!m.options.reduce && !m.alone) return true;
      const place = placeOf(addressNumber(evaluate(m, frame, i.address)));
      return place.kind === 'object' && !m.alone && noteLife(m.marks, place.object, n, true);
    }
    case 'sync':
      return syncMustPark(m, n, t, frame, i);
    default:
      return false;
  }
}

/** Whether an atomic group computes with registers only: nobody notices, and it cannot fail. */
function isLocalGroup(m: Machine, frame: Frame, length: number): boolean {
  const body = m.codes[frame.function]?.body ?? [];
  for (let k = 1; k <= length; k++) {
    const inner = body[frame.pc + k];
    if (inner?.op === 'binary' ? /^(div|mod)$/.test(inner.operator) : inner?.op !== 'copy') return false;
  }
  return true;
}

function addressNumber(v: Value): number {
  return typeof v === 'number' ? v : 0;
}

function touches(m: Machine, n: number, r: Reference, write: boolean): boolean {
  if (m.alone) {
    if (m.watched) for (const p of r.resolution.parts) noteCell(m.marks, r.object, p.cell, n, false);
    return false;
  }
  const info = m.objectInfos[r.object];
  if (info?.readOnly) return !m.options.reduce;
  let shared = !m.options.reduce;
  for (const p of r.resolution.parts) if (noteCell(m.marks, r.object, p.cell, n, write)) shared = true;
  return shared;
}

function syncMustPark(
  m: Machine,
  n: number,
  t: ThreadState,
  frame: Frame,
  i: Instruction & { op: 'sync' },
): boolean {
  const handler = handlerOf(i.name);
  const { scope } = handler;
  if (scope === 'local') return false;
  const info = m.threadInfos[n];
  const cpu = cpuOf(m, n, t);
  const cpuIsShared = cpu !== undefined && m.sharedCpus.has(cpu);
  if (scope === 'yield')
    return cpuIsShared && m.program.settings.preempt !== undefined && m.program.settings.preempt !== 'full';
  if (m.alone) return handler.choices !== undefined && instructionChoices(m, n, t).length !== 1;
  if (scope === 'callback') noteGrace(m.marks, n, true);
  if (!m.options.reduce || scope === 'always' || scope === 'callback') return true;
  const a = i.arguments.map(o => evaluate(m, frame, o));
  let visible = false;
  if (scope === 'grace') visible = noteGrace(m.marks, n, true);
  else if (scope === 'peek') visible = touches(m, n, refer(m, a[0] ?? 0, 1, i.site), false);
  else if (scope === 'lock') visible = touches(m, n, refer(m, a[0] ?? 0, 1, i.site), true);
  if (scope === 'context' || (scope === 'lock' && !m.rt)) {
    if (cpuIsShared) visible = true;
    else if (!isInterrupt(info ?? ({ context: 'process' } as never)) && changesReader(m, n, t, i, a))
      visible = noteGrace(m.marks, n, false) || visible;
  }
  return visible || (handler.choices !== undefined && instructionChoices(m, n, t).length !== 1);
}

/** Whether the operation begins or ends a reader. */
function changesReader(
  m: Machine,
  n: number,
  t: ThreadState,
  i: Instruction & { op: 'sync' },
  a: readonly Value[],
): boolean {
  const before = readerReason(m, n, t) !== undefined;
  const copy = { ...t };
  if (handlerOf(i.name).scope === 'context') handlerOf(i.name).run(m, n, copy, a, callSite(m, t, i), 0);
  else if (i.name.endsWith('.unlock')) copy.held = t.held.filter(h => h.address !== a[0]);
  else return !before && /^(spin|read|write)\./.test(i.name);
  return before !== (readerReason(m, n, copy) !== undefined);
}

export function callSite(m: Machine, t: ThreadState, i: Instruction): CallSite {
  const frame = t.frames[t.frames.length - 1];
  const site = m.program.sites[i.site];
  return { site: i.site, text: site?.via ?? site?.text ?? i.op, at: `${frame?.function}.${frame?.pc}` };
}
