/** The synchronisation operation that a thread is parked at. */
import { evaluate, type Machine } from './machine';
import type { ThreadState } from './model';
import type { Value } from './unknown';

export interface Parked {
  readonly name: string;
  readonly arguments: readonly Value[];
  readonly site: number;
}

export function parkedAt(m: Machine, t: ThreadState): Parked | undefined {
  const frame = t.frames[t.frames.length - 1];
  const i = frame && m.codes[frame.function]?.body[frame.pc];
  if (!frame || i?.op !== 'sync') return undefined;
  return { name: i.name, arguments: i.arguments.map(o => evaluate(m, frame, o)), site: i.site };
}
