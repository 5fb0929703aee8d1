/**
 * Objects of the engine that a member of a C struct says something about: the function of a work item or timer, the count
 * of a semaphore. Static initialisers and assignments to the member tell the engine.
 */
import type { OperationName } from '../ir/operations';
import type { Operand } from '../ir/program';
import { constant } from './builder';
import type { Expression } from './c/ast';
import type { Frame, Place } from './context';
import { sync } from './primitives/kit';
import { fieldOf, pointee, recordOf } from './types';

/** By the struct's tag: the member and what it says. */
export const boundRecords: Readonly<Record<string, { member: string; operation: OperationName }>> = {
  work_struct: { member: 'func', operation: 'work.init' },
  timer_list: { member: 'function', operation: 'timer.init' },
  hrtimer: { member: 'function', operation: 'timer.init' },
  semaphore: { member: 'count', operation: 'sem.init' },
};

/** Behind `timer->function = f`: the timer is told. */
export function noteBound(f: Frame, left: Expression, place: Place, value: Operand): void {
  if (left.kind !== 'member' || place.kind !== 'memory') return;
  if (left.name !== 'func' && left.name !== 'function') return;
  const { parts } = f.lowering;
  const base = parts.typeOf(f, left.object);
  const record = recordOf(left.arrow ? (pointee(base) ?? base) : base);
  const bound = record && boundRecords[record.tag];
  if (!record?.body() || !bound || bound.member !== left.name) return;
  const offset = fieldOf(record, left.name)?.offset;
  if (offset === undefined) return;
  sync(f, bound.operation, [f.build.binary('sub', 'u64', place.address, constant(offset)), value]);
}
