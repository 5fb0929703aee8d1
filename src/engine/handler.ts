/**
 * How a synchronisation operation is written down: one handler a row, in the file of its kernel object.
 */
import type { Machine } from './machine';
import type { ThreadState } from './model';
import type { Value } from './unknown';

/**
 * What others can notice of the operation:
 * - local: nothing
 * - yield: nothing, except where tasks share a CPU without full preemption
 * - lock: the cell at argument 0, and the context if the lock is a spinning one
 * - peek: reads the cell at argument 0
 * - context: whether the thread is an RCU reader or can be preempted
 * - grace: waits for RCU readers
 * - callback: starts a thread that waits for RCU readers; always a step
 * - always: everything; always a step
 */
export type Scope = 'local' | 'yield' | 'lock' | 'peek' | 'context' | 'grace' | 'callback' | 'always';

/** The operation as it stands in the program. */
export interface CallSite {
  readonly site: number;
  /** Source text, for messages. */
  readonly text: string;
  /** Identifies the instruction: for identities of what it makes. */
  readonly at: string;
}

/** Returned by `run` if the thread stays at the operation (its phase has moved on). */
export const STAY = Symbol('stay');

export const BLOCKED: readonly number[] = [];
export const ONE: readonly number[] = [0];
export const TWO: readonly number[] = [0, 1];
/** Only the second outcome: a time-out. */
export const SECOND: readonly number[] = [1];

export type Arguments = readonly Value[];

export interface Handler {
  readonly scope: Scope;
  /** Outcomes that are possible now; none = blocked. Default: one. May throw faults (the step will throw them again). */
  choices?(m: Machine, n: number, t: ThreadState, a: Arguments, site: number): readonly number[];
  /** Does it; `t` is the thread's own copy. Faults are thrown before anything is changed. */
  run(
    m: Machine,
    n: number,
    t: ThreadState,
    a: Arguments,
    call: CallSite,
    choice: number,
    // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- most operations give nothing back
  ): Value | undefined | typeof STAY | void;
}
