/**
 * What a state is made of. A state maps slots (threads, memory objects, a few global components) to immutable
 * components; a component is interned once and named by a number (see store.ts), so a state is a short vector.
 *
 * Threads and objects have canonical identities (`work:<address>`, `heap:<site>#<n>`): the same thing has the same
 * number in every state, which keeps state spaces finite and small.
 */
import type { Context, FaultKind, FindingKind, Function, Scalar } from '../ir/program';
import type { Fact, Value } from './unknown';

/** One activation of a function. Registers that are dead at `pc` are undefined. */
export interface Frame {
  readonly function: number;
  pc: number;
  readonly registers: (Value | undefined)[];
  /** Object numbers of the `stack` objects. */
  readonly stack: readonly number[];
  /** Set when the frame has been stored: its part of the component's key. */
  key: string | undefined;
}

/** Life of a thread: `idle` = cannot start (not queued), `ready` = may start, `running`, `done`. */
export type Status = 'idle' | 'ready' | 'running' | 'done';

/** How a lock is held. Spinlocks and rwlocks make a section atomic. */
export type LockKind = 'spin' | 'read' | 'write' | 'mutex' | 'rwsemRead' | 'rwsemWrite';

export interface HeldLock {
  readonly address: number;
  readonly kind: LockKind;
}

/**
 * A thread in a state. Mutable only while a step works on its own copy (see machine.ts); as a component it never
 * changes.
 */
export interface ThreadState {
  status: Status;
  /** Outermost first. */
  frames: Frame[];
  /** Progress inside an operation of several steps (waiting, fill, move); 0 before it. */
  phase: number;
  /** What the operation remembers between its steps. */
  data: readonly Value[];
  /** Threads that it waits for: [tag, thread …], see waiting.ts; empty if it waits for none. */
  grace: readonly number[];
  preempt: number;
  bh: number;
  irqOff: boolean;
  /** Nesting of rcu_read_lock(). */
  rcu: number;
  /** SRCU sections: domain addresses, one entry for each nesting level. */
  srcu: readonly number[];
  held: readonly HeldLock[];
  /** task_struct.__state: 0 is running. */
  task: number;
  signal: boolean;
  /** kthread_stop() was called on it. */
  stop: boolean;
  /** kthread_park(): bit 0 after it was called, bit 1 once it is parked. */
  park: number;
  /** On a CPU shared with other tasks and without full preemption: it has not let go of the CPU. */
  onCpu: boolean;
  /** How often it may still start. */
  left: number;
  /** Queued again while it ran (work items, timers). */
  again: boolean;
  /** Work items and timers: CPU asked for (-1 for any) and queue address. */
  cpu: number;
  queue: number;
  /** Function that it starts with, -1 for a callback that only frees its argument. */
  entry: number;
  /** What the entry function gets; for kthreads, data; afterwards what it returned. */
  argument: Value;
  /** Began at least once (required from then on). */
  begun: boolean;
}

/** Content of cells that nobody wrote. */
export type Fill = 'zero' | 'unknown';

/** Life of an object: heap objects may be freed; a freed slab object of a typesafe cache stays readable. */
export type Life = 'live' | 'freed' | 'gone';

/** A memory object in a state. `cells` is indexed by cell number of its shape; undefined = the fill. */
export interface ObjectState {
  life: Life;
  fill: Fill;
  size: number;
  readonly cells: (Value | undefined)[];
}

/** One waiter on a wait queue. */
export interface QueueEntry {
  readonly thread: number;
  readonly exclusive: boolean;
  /** A wake-up leaves it in the queue. */
  readonly stays: boolean;
  /** The word in which a wake-up leaves a mark, 0 for none. */
  readonly flags: number;
}

export interface GlobalState {
  /** Wait queues by address, in the order in which they are woken. Empty ones are left out. */
  readonly queues: ReadonlyMap<number, readonly QueueEntry[]>;
  /** What has been decided about unknown values, by their keys. */
  readonly facts: ReadonlyMap<string, Fact>;
}

/** A thread as such, the same in all states. */
export interface ThreadInfo {
  readonly number: number;
  readonly name: string;
  readonly context: Context;
  /** Index in Program.threads, if it is one of those. */
  readonly program?: number;
  readonly origin: 'init' | 'static' | 'work' | 'timer' | 'rcu' | 'kthread' | 'softirq';
  /** The CPU that the harness gave. */
  readonly cpu: number | undefined;
  readonly daemon: boolean;
  readonly signals: boolean;
  /** Object number of its task_struct. */
  task: number;
  /** Address of the work item, timer or rcu_head. */
  readonly address: number;
  readonly repeat: number;
  /** Site of the operation that made it first. */
  readonly site: number;
  readonly startedBy: number;
}

/** An object as such. */
export interface ObjectInfo {
  readonly number: number;
  readonly name: string;
  readonly kind: 'static' | 'heap' | 'stack' | 'task' | 'unknown';
  readonly layout: number;
  /** Site of the allocation, -1 for static objects. */
  readonly site: number;
  readonly readOnly: boolean;
  readonly typesafe: boolean;
}

/** A step that ended the run. */
export interface Fault {
  readonly kind: FaultKind;
  readonly message: string;
  readonly site: number;
  /** Object number, for memory errors. */
  readonly object?: number;
}

/** Noted beside the verdict. */
export interface Note {
  readonly kind: FindingKind;
  readonly message: string;
  readonly site: number;
  readonly thread: number;
  /** The second access of a data race. */
  readonly other?: number;
  readonly otherThread?: number;
}

/** Ends a path with cannot-tell. */
export interface Limit {
  readonly reason: 'unsupported' | 'bound';
  readonly message: string;
  readonly site: number;
  /** A bound that the harness set itself: stated, so `holds` may name it. */
  readonly stated: boolean;
}

/** Thrown inside a step, caught by the stepper; never leaves the engine. */
export class FaultSignal {
  constructor(readonly fault: Fault) {}
}

export class LimitSignal {
  constructor(readonly limit: Limit) {}
}

/** Bits per type, for cells. */
export interface Cell {
  readonly offset: number;
  /** Bytes: 1, 2, 4 or 8 (odd sizes for gaps). */
  readonly size: number;
  readonly name: string;
  /** Index into Layout.fields, -1 for a cell made ad hoc. */
  readonly field: number;
}

/** A function with what the engine works out once. */
export interface Code {
  readonly function: Function;
  readonly body: Function['body'];
  readonly types: readonly Scalar[];
  /** For each pc the registers that are read later before they are written; sorted. */
  readonly live: readonly (readonly number[])[];
}
