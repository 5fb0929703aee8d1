/**
 * Messages between the extension and its worker: requests with a number, answers with the same number, progress and
 * files in between. What the methods take and give is typed in `src/host/methods.ts`; here is only the envelope.
 */

/** Raise when the envelope or a method changes; both sides come from one build, so a difference is an error of packing. */
export type WorkerVersion = 1;

export interface WorkerProgress {
  readonly phase: 'reading' | 'lowering' | 'exploring';
  readonly states: number;
  readonly transitions: number;
  readonly frontier: number;
}

/** A file as the extension knows it: `text` absent means "not there"; `names` is the content of a folder. */
export interface FileAnswer {
  readonly path: string;
  readonly text?: string;
  readonly names?: readonly string[];
  /** This answers a question for a folder. */
  readonly folder?: true;
}

/** Extension to worker. */
export type ToWorker =
  | {
      readonly version: WorkerVersion;
      readonly type: 'start';
      /** The grammar and its runtime, as bytes. */
      readonly runtime: Uint8Array;
      readonly grammar: Uint8Array;
      /** The kernel tree of files that lie in none. */
      readonly tree?: string;
    }
  | {
      readonly version: WorkerVersion;
      readonly type: 'request';
      readonly id: number;
      readonly method: string;
      readonly params: unknown;
    }
  | { readonly version: WorkerVersion; readonly type: 'cancel'; readonly id: number }
  /** The text of an open document, which counts before the file on disk; absent `text` takes the overlay away. */
  | {
      readonly version: WorkerVersion;
      readonly type: 'overlay';
      readonly path: string;
      readonly text?: string;
    }
  /** Files changed on disk: forget what was read. Without paths: all. */
  | { readonly version: WorkerVersion; readonly type: 'forget'; readonly paths?: readonly string[] }
  | { readonly version: WorkerVersion; readonly type: 'files'; readonly answers: readonly FileAnswer[] };

/** Worker to extension. */
export type FromWorker =
  | { readonly version: WorkerVersion; readonly type: 'result'; readonly id: number; readonly value: unknown }
  | {
      readonly version: WorkerVersion;
      readonly type: 'failed';
      readonly id: number;
      readonly message: string;
    }
  | { readonly version: WorkerVersion; readonly type: 'cancelled'; readonly id: number }
  | {
      readonly version: WorkerVersion;
      readonly type: 'progress';
      readonly id: number;
      readonly progress: WorkerProgress;
    }
  /** Files and folders that the worker cannot read itself. */
  | {
      readonly version: WorkerVersion;
      readonly type: 'wanted';
      readonly files: readonly string[];
      readonly folders: readonly string[];
    };
