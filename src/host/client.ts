/**
 * The extension's side of a worker: requests as promises, typed by method. The worker is started with the first request
 * and started again after it died or had to be ended: a run that does not hear a cancel soon is stopped by ending the
 * worker, which holds nothing that cannot be made again.
 */
import type {
  FileAnswer,
  FromWorker,
  IndexState,
  ToWorker,
  WorkerProgress,
  WorkerVersion,
} from '../protocol/worker';
import type { MethodName, Params, Result } from './methods';

export const workerVersion: WorkerVersion = 1;

/** A running worker, Node's or the browser's. */
export interface Channel {
  post(message: ToWorker): void;
  /** Called with every message; `dead` with the reason when it ends without being asked to. */
  listen(onMessage: (message: FromWorker) => void, dead: (reason: string) => void): void;
  end(): void;
}

/** What a worker is told of the index of identifiers when it starts. */
export interface IndexOptions {
  /** It makes one, in the background. */
  readonly index?: boolean;
  /** A folder on disk that it is kept in. */
  readonly storage?: string;
}

export interface ClientInput {
  /** Cancelling ends the worker if it does not stop by itself; else the answer is only not waited for. */
  readonly endOnCancel: boolean;
  /** Starts a worker and gives it its first message. */
  start(): Promise<Channel>;
  /** Reads what the worker cannot. */
  fetch(files: readonly string[], folders: readonly string[]): Promise<readonly FileAnswer[]>;
  /** The same for the index, as bytes; absent: `fetch` does. */
  fetchRaw?(files: readonly string[], folders: readonly string[]): Promise<readonly FileAnswer[]>;
  /** What the worker tells without being asked. */
  onEvent?(event: WorkerEvent): void;
}

/** The index has come so far; questions have better answers now. */
export type WorkerEvent =
  { readonly type: 'state'; readonly state: IndexState } | { readonly type: 'better' };

export interface RequestOptions {
  readonly onProgress?: (progress: WorkerProgress) => void;
  /** Aborting rejects with Cancelled. */
  readonly signal?: AbortSignal;
  /** Aborting never ends the worker: it stops by itself, and what it holds is wanted. */
  readonly gentle?: true;
}

export interface Client {
  request<M extends MethodName>(method: M, params: Params<M>, options?: RequestOptions): Promise<Result<M>>;
  /** The text of an open document; undefined when it is closed. */
  overlay(path: string, text: string | undefined): void;
  forget(paths?: readonly string[]): void;
  /** Begins anew with the next request; what waits is cancelled. */
  renew(): void;
  /** Ends the worker for good. */
  dispose(): void;
}

/** The request was cancelled by its maker. */
export class Cancelled extends Error {
  constructor() {
    super('cancelled');
    this.name = 'Cancelled';
  }
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: WorkerProgress) => void) | undefined;
}

/** How long a worker may take to notice a cancel before it is ended. */
const grace = 500;

export function createClient(input: ClientInput): Client {
  const overlays = new Map<string, string>();
  const waiting = new Map<number, Waiting>();
  let channel: Promise<Channel> | undefined;
  let next = 1;
  let disposed = false;

  function drop(reason: Error): void {
    channel = undefined;
    const all = [...waiting.values()];
    waiting.clear();
    for (const one of all) one.reject(reason);
  }

  function open(): Promise<Channel> {
    channel ??= input.start().then(
      started => {
        started.listen(receive, reason => {
          drop(new Error(reason));
        });
        for (const [path, text] of overlays)
          started.post({ version: workerVersion, type: 'overlay', path, text });
        return started;
      },
      (error: unknown) => {
        channel = undefined;
        throw error;
      },
    );
    return channel;
  }

  /** Posts to the worker if there is one; a new one is told everything anyway. */
  function tell(message: ToWorker): void {
    void channel?.then(
      open => {
        open.post(message);
      },
      () => undefined,
    );
  }

  function receive(message: FromWorker): void {
    if (message.version !== workerVersion) return;
    if (message.type === 'wanted') {
      void input.fetch(message.files, message.folders).then(answers => {
        tell({ version: workerVersion, type: 'files', answers });
      });
      return;
    }
    if (message.type === 'wanted-raw') {
      void (input.fetchRaw ?? input.fetch)(message.files, message.folders).then(answers => {
        tell({ version: workerVersion, type: 'raw-files', answers });
      });
      return;
    }
    if (message.type === 'state' || message.type === 'better') {
      input.onEvent?.(message);
      return;
    }
    const one = waiting.get(message.id);
    if (!one) return;
    if (message.type === 'progress') {
      one.onProgress?.(message.progress);
      return;
    }
    waiting.delete(message.id);
    if (message.type === 'result') one.resolve(message.value as never);
    else one.reject(message.type === 'cancelled' ? new Cancelled() : new Error(message.message));
  }

  /** Ends a worker that did not stop in time; requests that waited behind are made again. */
  async function restart(): Promise<void> {
    const old = channel;
    channel = undefined;
    if (old) (await old).end();
  }

  return {
    async request(method, params, { onProgress, signal, gentle } = {}) {
      if (disposed) throw new Cancelled();
      if (signal?.aborted) throw new Cancelled();
      const id = next++;
      const opened = await open();
      return new Promise((resolve, reject) => {
        const abort = (): void => {
          tell({ version: workerVersion, type: 'cancel', id });
          if (!input.endOnCancel || gentle) {
            waiting.delete(id);
            reject(new Cancelled());
            return;
          }
          setTimeout(() => {
            const one = waiting.get(id);
            if (!one) return;
            void restart().then(() => {
              drop(new Cancelled());
            });
          }, grace);
        };
        signal?.addEventListener('abort', abort, { once: true });
        const settle = <T>(then: (value: T) => void) => {
          return (value: T): void => {
            signal?.removeEventListener('abort', abort);
            then(value);
          };
        };
        waiting.set(id, { resolve: settle(resolve), reject: settle(reject), onProgress });
        opened.post({ version: workerVersion, type: 'request', id, method, params });
        if (signal?.aborted) abort();
      });
    },
    overlay(path, text) {
      if (text === undefined) overlays.delete(path);
      else overlays.set(path, text);
      tell({ version: workerVersion, type: 'overlay', path, ...(text === undefined ? {} : { text }) });
    },
    forget(paths) {
      tell({ version: workerVersion, type: 'forget', ...(paths ? { paths } : {}) });
    },
    renew() {
      void restart();
      drop(new Cancelled());
    },
    dispose() {
      disposed = true;
      void restart();
      drop(new Cancelled());
    },
  };
}
