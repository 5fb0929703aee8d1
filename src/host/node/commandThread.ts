/**
 * What the command line's process and its thread say to one another. The process is a file of its own and loads nothing
 * of the engine: the thread is under way that much earlier.
 */

/** What the thread is started with. */
export interface Start {
  readonly args: readonly string[];
  readonly folder: string;
  readonly columns: number;
  readonly colour: boolean;
  /** One number, not 0 once the run is cancelled. */
  readonly cancelled: Int32Array;
}

export type Message =
  { readonly type: 'out' | 'error'; readonly text: string } | { readonly type: 'end'; readonly code: number };
