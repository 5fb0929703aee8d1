/**
 * A report as the editor shows it: plain data with lines and columns, made by `src/ide/replay.ts` in the worker, where the
 * texts are. The extension draws marks from it, the panel draws lanes from it. Knows nothing of the engine.
 */

/** Zero-based line and UTF-16 column. */
export interface ViewPosition {
  readonly line: number;
  readonly column: number;
}

/** A place in a file; the path is the worker's own (see `src/extension/paths.ts` for the way back to a URI). */
export interface ViewPlace {
  readonly path: string;
  readonly start: ViewPosition;
  readonly end: ViewPosition;
}

/** `found` bad, `holds` good, `unknown` neither: the three honest outcomes. */
export type Outcome = 'found' | 'holds' | 'unknown';

export interface ViewVerdict {
  readonly outcome: Outcome;
  /** `hang`, `holds`, `use-after-free`, `cannot-tell` … */
  readonly kind: string;
  /** For `cannot-tell`: `states`, `bound`, `unsupported` … */
  readonly reason?: string;
  readonly message: string;
  readonly place?: ViewPlace;
}

export interface ViewThread {
  readonly name: string;
  /** process, kthread, softirq, hardirq. */
  readonly context: string;
  readonly cpu: number;
  readonly startedBy?: number;
  readonly startedAt?: number;
  readonly place?: ViewPlace;
}

/** A thread as the harness declares it, of which there may be no trace. */
export interface ViewActor {
  readonly name: string;
  readonly context: string;
  /** Absent: a CPU of its own. */
  readonly cpu?: number;
  /** It need not finish. */
  readonly daemon: boolean;
  /** How often it may run. */
  readonly repeat: number;
  readonly place?: ViewPlace;
  /** The functions that its body calls, in order. */
  readonly calls: readonly { readonly function: string; readonly place?: ViewPlace }[];
}

export interface ViewBit {
  readonly number: number;
  readonly name: string;
}

export interface ViewCell {
  readonly name: string;
  readonly holds: 'pointer' | 'function' | 'word' | 'lock' | 'boolean' | 'number';
  /** Named bits, lowest first; only for words. */
  readonly bits: readonly ViewBit[];
}

export interface ViewFrame {
  readonly function: string;
  readonly place: ViewPlace;
}

export interface ViewStatus {
  readonly state: 'not-started' | 'running' | 'blocked' | 'done';
  /** Why this is an RCU reader: `rcu_read_lock`, `softirq` …; absent outside readers. */
  readonly reader?: string;
  readonly holds: readonly string[];
  readonly waitsFor?: string;
  /** Threads whose sections the grace period of this thread still waits for; absent when it waits for none. */
  readonly gracePeriod?: readonly string[];
  readonly frames: readonly ViewFrame[];
}

/** The value of a cell: text, and for words the exact number as a decimal string so that bits can be read off. */
export interface ViewValue {
  readonly text: string;
  readonly number?: string;
}

export interface ViewChange {
  readonly cell: number;
  readonly before: string;
  readonly after: string;
  /** Names of the bits that went up and down, for words whose numbers are known. */
  readonly set: readonly string[];
  readonly cleared: readonly string[];
}

export interface ViewStep {
  readonly thread: number;
  /** The outcome that was taken where there were several, from 0; absent for the first. */
  readonly choice?: number;
  readonly text: string;
  readonly operation: string;
  readonly place: ViewPlace;
  readonly frames: readonly ViewFrame[];
  readonly reads: readonly { readonly cell: number; readonly value: string }[];
  readonly changes: readonly ViewChange[];
  readonly preemption: boolean;
  readonly note?: string;
  /** No other thread can notice it, nor the step beside it: such runs are folded into one row. */
  readonly folds?: true;
  /**
   * The nearest earlier steps that this one depends on: the step before of its own thread, and steps of others that
   * touched the same or started or woke it. What it follows from is the transitive closure.
   */
  readonly after?: readonly number[];
}

/** A schedule with the states it goes through. `moments[i]` is what holds before step i; the last one is the end. */
export interface ViewTrace {
  readonly threads: readonly ViewThread[];
  readonly cells: readonly ViewCell[];
  readonly steps: readonly ViewStep[];
  readonly moments: readonly {
    readonly threads: readonly ViewStatus[];
    readonly values: readonly ViewValue[];
  }[];
  /** From this step on the outcome cannot be avoided. */
  readonly doomedAt?: number;
  /** First step of the loop that repeats for ever. */
  readonly lassoAt?: number;
}

export interface ViewSite {
  readonly place: ViewPlace;
  readonly text: string;
  readonly function: string;
  readonly reason: string;
  /** The same for each thread whose code has the site. */
  readonly why?: readonly {
    readonly thread: string;
    /** finished, past, behind, stuck, elsewhere. */
    readonly state: string;
    /** The branch at which the schedule turned it away. */
    readonly turnedAway?: { readonly text: string; readonly place: ViewPlace };
  }[];
}

export interface ViewWaiter {
  readonly thread: string;
  readonly place: ViewPlace;
  readonly waitsFor: string;
  readonly sites: readonly ViewSite[];
  /** The cell that it waits for, as the trace names it, and the bit where one decides. */
  readonly cell?: string;
  readonly bit?: { readonly number: number; readonly name?: string; readonly until: 'set' | 'clear' };
}

export interface ViewNote {
  /** `unknown-call`, `config`, `data-race`, `warning` … */
  readonly kind: string;
  readonly message: string;
  readonly places: readonly ViewPlace[];
}

/** Everything the panel shows of one run. */
export interface ReplayView {
  /** The worker's path of the harness. */
  readonly harness: string;
  readonly verdict: ViewVerdict;
  readonly confirmed: boolean;
  readonly exhaustive: boolean;
  readonly states: number;
  readonly transitions: number;
  /** Wall time of the run. */
  readonly seconds: number;
  /** What has searched; the interpreter gives the same answer later, `why` it was needed. */
  readonly engine?: { readonly kind: 'compiled' } | { readonly kind: 'interpreter'; readonly why: string };
  /** Printable, pasteable; absent for `holds` and `cannot-tell`. */
  readonly schedule?: string;
  readonly preemptions?: number;
  /** What RACE_EXPECT asks for, and whether it was met. */
  readonly expectation?: { readonly text: string; readonly met: boolean };
  readonly trace?: ViewTrace;
  /** The threads of the harness; empty if it could not be read. */
  readonly actors: readonly ViewActor[];
  /** One sentence of plain English. */
  readonly summary: string;
  readonly waiters: readonly ViewWaiter[];
  readonly cycle: readonly {
    readonly thread: string;
    readonly waitsFor: string;
    readonly heldBy: string;
    /** What `heldBy` must give. */
    readonly held?: string;
    /** Where the thread waits, and where `heldBy` took what it holds: the place, and the step of the trace. */
    readonly place?: ViewPlace;
    readonly heldAt?: ViewPlace;
    readonly step?: number;
  }[];
  readonly history: readonly {
    readonly what: string;
    readonly thread: string;
    readonly place: ViewPlace;
    readonly text?: string;
    /** Index into `trace.steps`; absent for what happened before the schedule. */
    readonly step?: number;
  }[];
  readonly also: readonly { readonly kind: string; readonly message: string; readonly schedule: string }[];
  readonly assumptions: readonly ViewNote[];
  readonly findings: readonly ViewNote[];
  readonly bounds: readonly string[];
  /** Problems of the input that did not stop the run. */
  readonly problems: readonly ViewNote[];
  /** The files whose text went into the result: an edit to one of them makes it stale. */
  readonly files: readonly string[];
}
