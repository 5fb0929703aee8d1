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
  /** A guess of the states still to come; absent while there is none. */
  readonly remaining?: number;
}

/** How far the index of identifiers of a tree is. */
export interface IndexState {
  /** Of the kernel tree; absent for a loose folder. */
  readonly root?: string;
  /** `ready`: the near folders are in; the others are read quietly. */
  readonly phase: 'none' | 'indexing' | 'ready' | 'cancelled';
  /** `near`: the folders of open files, include, net and kernel. */
  readonly part: 'near' | 'rest';
  /** Files of the part. */
  readonly done: number;
  readonly total: number;
  /** The whole tree is in. */
  readonly complete: boolean;
  /** What is held: files, pairs of a file and an identifier, bytes of memory. */
  readonly files: number;
  readonly identifiers: number;
  readonly bytes: number;
}

/** A file as the extension knows it: no `text` and no `bytes` means "not there"; `names` is the content of a folder. */
export interface FileAnswer {
  readonly path: string;
  readonly text?: string;
  /** In place of `text`, where it was asked for raw: undecoded. */
  readonly bytes?: Uint8Array;
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
      /** This worker makes the index of identifiers, and keeps it in the folder `storage` if there is one. */
      readonly index?: boolean;
      readonly storage?: string;
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
  | { readonly version: WorkerVersion; readonly type: 'files'; readonly answers: readonly FileAnswer[] }
  /** To `wanted-raw`. */
  | { readonly version: WorkerVersion; readonly type: 'raw-files'; readonly answers: readonly FileAnswer[] };

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
    }
  /** The same for the index, a few dozen at a time; nobody waits for them. */
  | {
      readonly version: WorkerVersion;
      readonly type: 'wanted-raw';
      readonly files: readonly string[];
      readonly folders: readonly string[];
    }
  | { readonly version: WorkerVersion; readonly type: 'state'; readonly state: IndexState }
  /** Questions have better answers than before: the index knows more. */
  | { readonly version: WorkerVersion; readonly type: 'better' };
