/** Limits and switches of a check. */
export interface Options {
  /** Stop with cannot-tell beyond so many states. Default 2 000 000. */
  readonly maxStates: number;
  /** Stop with cannot-tell beyond so many bytes of stored states (an estimate). Default 2e9. */
  readonly maxBytes: number;
  /**
   * Called every few hundred states. Return false to stop with the given reason. The engine has no clock: the caller
   * measures time and cancels.
   */
  readonly progress?: (progress: Progress) => 'go' | 'time' | 'cancelled';
  /** Leave local steps fused and unshared memory unobserved (default true). False explores every step. */
  readonly reduce: boolean;
  /**
   * Compile the search to WebAssembly once it has expanded so many states (default 400), sooner where it is seen to
   * become a large one; the interpreter gives the same answer, slower. Infinity: never.
   */
  readonly compileAfter: number;
  /** Registers that nobody reads any more are no part of the state (default true). */
  readonly forgetDead: boolean;
  /** Also work out how likely the finding is under a scheduler that draws evenly (odds.ts). */
  readonly odds?: OddsRequest;
  /** Also work out which orders of the schedule matter (matters.ts). */
  readonly matters?: boolean;
  /** Also find the schedule nearest to the failing one that passes (twin.ts). */
  readonly twin?: boolean;
  /** Also count the states and steps of a search without reduction. */
  readonly counts?: boolean;
  /** Test only: softirq, BH-off, preempt-off and spinlock sections do not count as RCU readers. */
  readonly implicitReaders: boolean;
}

/** What to ask of the odds. */
export interface OddsRequest {
  /** A function, or a primitive's name: what if the call takes longer? Up to `factor` times, default 1024. */
  readonly slow?: { readonly call: string; readonly factor?: number };
}

export interface Progress {
  readonly states: number;
  readonly transitions: number;
  /** States found but not yet expanded. */
  readonly frontier: number;
  /** A guess how many are still to be found; absent as long as there is nothing to guess from (estimate.ts). */
  readonly remaining?: number;
}

export const defaultOptions: Options = {
  maxStates: 2_000_000,
  maxBytes: 2e9,
  reduce: true,
  forgetDead: true,
  compileAfter: 400,
  implicitReaders: true,
};
