/**
 * What a check gives back: plain data, printable as JSON. A closed union of verdicts; a schedule that replays; the
 * evidence; what the answer rests on.
 */
import type { Span } from '../base/span';
import type { Assumption, Context, FaultKind, FindingKind, Integer } from '../ir/program';

export type CannotTellReason = 'unsupported' | 'bound' | 'states' | 'memory' | 'time' | 'cancelled' | 'input';

export type VerdictKind = 'holds' | 'hang' | 'deadlock' | FaultKind | 'cannot-tell';

export type Verdict =
  | { readonly kind: 'holds' }
  | { readonly kind: 'hang' | 'deadlock' | FaultKind; readonly message: string; readonly span?: Span }
  | {
      readonly kind: 'cannot-tell';
      readonly reason: CannotTellReason;
      readonly message: string;
      readonly span?: Span;
    };

/** One place in a call chain, outermost first. */
export interface Frame {
  readonly function: string;
  /** Where the call stands, or for the innermost frame the step itself. */
  readonly span: Span;
}

/** A cell whose value a step changed. */
export interface Change {
  /** Index into Trace.cells. */
  readonly cell: number;
  readonly before: string;
  readonly after: string;
  /** The numbers, where both are known; `u64` values as decimal strings when beyond 2^53. */
  readonly beforeValue?: Integer;
  readonly afterValue?: Integer;
}

/** Something that holds while a step is current: shown as bars and badges beside the lanes. */
export interface ThreadStatus {
  readonly state: 'not-started' | 'running' | 'blocked' | 'done';
  /** In an RCU reader, and why: `rcu_read_lock`, `softirq`, `BH off`, `spinlock` … */
  readonly reader?: string;
  /** Names of the locks held, in the order taken. */
  readonly holds: readonly string[];
  /** What it waits for, in words, when blocked. */
  readonly waitsFor?: string;
  /** Names of the threads whose sections a grace period of this thread still waits for. */
  readonly gracePeriod?: readonly string[];
  /** Where it stands: call chain and the statement to run next; absent when done. */
  readonly frames: readonly Frame[];
}

/** One step of a schedule as it was executed. */
export interface TraceStep {
  /** Index into Trace.threads. */
  readonly thread: number;
  /** The choice taken where the step had several outcomes (RACE_CHOOSE, an unknown branch, a timeout), from 0. */
  readonly choice?: number;
  /** The source text of the step (the statement or operation), one line. */
  readonly text: string;
  /** `load`, `store`, `rmw`, a sync operation's name, `enter`, `exit`, `choose` … */
  readonly operation: string;
  readonly span: Span;
  /** The call chain, outermost first, the step's own function last. */
  readonly frames: readonly Frame[];
  /** What was read: cell and value as text. */
  readonly reads: readonly { readonly cell: number; readonly value: string }[];
  readonly changes: readonly Change[];
  /** The thread before it could have gone on. */
  readonly preemption: boolean;
  /** After the step, one per thread. */
  readonly threads: readonly ThreadStatus[];
  /** The nearest earlier steps that it depends on (causes.ts), indexes into Trace.steps. */
  readonly after?: readonly number[];
  /** A note worth showing: `takes no lock`, `returns false`, `starts work item` … */
  readonly note?: string;
}

export interface TraceThread {
  readonly name: string;
  readonly context: Context;
  readonly cpu: number;
  /** Index of the thread that started it, for work items, timers and callbacks. */
  readonly startedBy?: number;
  /** The step at which it was started. */
  readonly startedAt?: number;
  readonly span?: Span;
}

export interface TraceCell {
  /** `napi.state`, `dev.npinfo`. */
  readonly name: string;
  readonly holds: 'pointer' | 'function' | 'word' | 'lock' | 'boolean' | 'number';
  readonly bits?: Readonly<Record<number, string>>;
  /** Value before the first step. */
  readonly initial: string;
  readonly initialValue?: Integer;
}

/** A schedule with the states it goes through. */
export interface Trace {
  readonly threads: readonly TraceThread[];
  readonly cells: readonly TraceCell[];
  /** Before the first step, one per thread. */
  readonly start: readonly ThreadStatus[];
  readonly steps: readonly TraceStep[];
  /** For a hang: from this step on the outcome cannot be avoided (index into steps, may equal steps.length). */
  readonly doomedAt?: number;
  /** For a hang: the first step of the loop that repeats for ever, if threads still move. */
  readonly lassoAt?: number;
}

/** Why a thread can never finish. */
export interface Waiter {
  readonly thread: string;
  readonly span: Span;
  /** What it waits for: `napi.state bit NAPI_STATE_SCHED to be cleared`, `rtnl_mutex, held by ifdown`. */
  readonly waitsFor: string;
  readonly cell?: string;
  /** Bit number and its name, where one bit decides. */
  readonly bit?: { readonly number: number; readonly name?: string; readonly until: 'set' | 'clear' };
  /** Every site that could end the wait, and why it is out of reach. */
  readonly sites: readonly {
    readonly span: Span;
    readonly text: string;
    readonly function: string;
    /** In words. */
    readonly reason: string;
    /** The same for each thread whose code has the site; empty: nobody who is left calls it. */
    readonly why: readonly {
      readonly thread: string;
      /**
       * `finished`: it is over; `past`: it cannot come back to it; `behind`: the site stands behind the wait itself;
       * `stuck`: the thread can never go on either; `elsewhere`: it does not get there.
       */
      readonly state: 'finished' | 'past' | 'behind' | 'stuck' | 'elsewhere';
      /** The branch at which the schedule turned it away. */
      readonly turnedAway?: { readonly text: string; readonly span: Span };
    }[];
  }[];
}

export interface Explanation {
  /** One sentence in plain English, made from the evidence. */
  readonly summary: string;
  readonly waiters: readonly Waiter[];
  /** For a deadlock: who waits for whom, closed. */
  readonly cycle?: readonly {
    readonly thread: string;
    /** `lock_b, held by second`. */
    readonly waitsFor: string;
    readonly heldBy: string;
    /** What `heldBy` must give: `lock_b`, `a read-side critical section`, `a store`. */
    readonly held: string;
    /** Where the thread waits. */
    readonly span?: Span;
    /** Where `heldBy` took what it holds, or (behind its own wait) would give it. */
    readonly heldAt?: Span;
  }[];
  /** For use after free: allocation, free and use. */
  readonly history?: readonly {
    readonly what: 'allocated' | 'freed' | 'used' | 'freed again';
    readonly thread: string;
    readonly text: string;
    readonly span: Span;
    /** Index into Trace.steps; absent for what happened before the schedule. */
    readonly step?: number;
  }[];
}

/** Odds at one speed. */
export interface OddsPoint {
  /** The call takes so many times longer. */
  readonly factor: number;
  readonly probability: number;
  /** The probability is known up to so much, more or less. */
  readonly error: number;
  /** About one in so many runs hits; null if none does. */
  readonly runs: number | null;
  /** After so many runs it has hit with 95 %; null if it never does. */
  readonly runsForMostly: number | null;
}

/** Why an examination of a finding has no answer. */
export interface NotTold {
  readonly cannotTell: string;
}

/** The exact probability of the finding under a scheduler that draws evenly (odds.ts says from what). */
export type Odds =
  | (Omit<OddsPoint, 'factor'> & {
      readonly kind: VerdictKind;
      /** Size of the graph of every step that it was worked out on. */
      readonly states: number;
      readonly transitions: number;
      readonly slow?: {
        readonly call: string;
        /** States in which a thread that could go on is inside the call; none: the call has no step of its own. */
        readonly states: number;
        readonly points: readonly OddsPoint[];
      };
    })
  | NotTold;

/** A step of the schedule, as the end of an arrow. */
export interface StepPlace {
  /** Index into Trace.steps. */
  readonly step: number;
  readonly thread: string;
  readonly text: string;
  readonly function: string;
  readonly span: Span;
  /** It is in no row of the trace: `step` is the next one. */
  readonly hidden?: true;
}

/** The orders of the schedule that matter (matters.ts has the definitions). */
export type Matters =
  | {
      readonly arrows: readonly {
        readonly first: StepPlace;
        readonly then: StepPlace;
        /** Turned round alone, the finding is gone. Otherwise: it matters together with the others. */
        readonly decisive: boolean;
      }[];
      /** All arrows together always lead to the finding; null: that was too much work to know. */
      readonly sufficient: boolean | null;
      /** Outcomes that the schedule took where several were open. */
      readonly choices: readonly (StepPlace & { readonly choice: number })[];
      /** Orders that were turned round to see. */
      readonly tried: number;
    }
  | NotTold;

/** The passing schedule nearest to the failing one (twin.ts). */
export type Twin =
  | {
      readonly schedule: string;
      readonly preemptions: number;
      /** Steps of the schedule (not of the trace) that both begin with. */
      readonly shared: number;
      readonly trace: Trace;
      /** What the failing schedule does where they part: an index into its own trace. */
      readonly failing: StepPlace;
      /** What the twin does there. */
      readonly passing: StepPlace;
    }
  | NotTold;

export interface Finding {
  readonly kind: FindingKind;
  readonly message: string;
  readonly spans: readonly Span[];
  readonly threads: readonly string[];
}

export interface Report {
  readonly verdict: Verdict;
  /** Every state within the stated bounds was explored. */
  readonly exhaustive: boolean;
  /** False if the finding rests on an unknown value (then it is `possible`). True for `holds`. */
  readonly confirmed: boolean;
  readonly states: number;
  readonly transitions: number;
  /** Printable and replayable; absent for `holds` and `cannot-tell`. */
  readonly schedule?: string;
  readonly preemptions?: number;
  readonly trace?: Trace;
  readonly explanation?: Explanation;
  /** If asked for, and there is a finding. */
  readonly odds?: Odds;
  readonly matters?: Matters;
  readonly twin?: Twin;
  /** What has searched, and if it was not the compiled search, why. Both give the same answer. */
  readonly engine?: { readonly kind: 'compiled' } | { readonly kind: 'interpreter'; readonly why: string };
  /** What a search without reduction finds; not `complete` if a limit stopped it. */
  readonly unreduced?: {
    readonly states: number;
    readonly transitions: number;
    readonly complete: boolean;
  };
  /** The other kinds that are reachable, best schedule each. */
  readonly also: readonly {
    readonly kind: VerdictKind;
    readonly message: string;
    readonly schedule: string;
    readonly preemptions: number;
  }[];
  readonly assumptions: readonly Assumption[];
  readonly findings: readonly Finding[];
  /** Bounds in force that were reached or set by the harness, in words. */
  readonly bounds: readonly string[];
}
