/**
 * The worker's side: takes one request after another, runs the pipeline, answers. Where the host has no disk, a pass that
 * misses files asks for them, waits, and runs again; everything made before is cached, so a pass costs little.
 */
import type { FromWorker, IndexState, ToWorker, WorkerVersion } from '../protocol/worker';
import { besideTheQueue } from './afterwards';
import { askedFiles, overlaidFiles, rawFiles, type FileSource } from './files';
import { createHandlers, type Handlers } from './handlers';
import { createIndexing, type Indexing, type IndexStore } from './indexing';
import type { MethodName } from './methods';

const version: WorkerVersion = 1;

/** Files, and folders, that the extension is asked for at a time: what it fetches keeps its thread busy. */
const inFlight = 64;

/** Of a worker that makes no index. */
const noIndex: IndexState = {
  phase: 'none',
  part: 'near',
  done: 0,
  total: 0,
  complete: false,
  files: 0,
  identifiers: 0,
  bytes: 0,
};

export interface Port {
  post(message: FromWorker): void;
}

export interface ServeOptions {
  /** Reads files where the host has a disk. */
  readonly disk?: FileSource;
  /** Keeps indexes in a folder. */
  readonly store?: (folder: string) => IndexStore;
}

/** Gives the function that takes the messages. */
export function serve(port: Port, { disk, store }: ServeOptions = {}): (message: ToWorker) => void {
  const asked = askedFiles();
  const files = overlaidFiles(disk ?? asked);
  const raw = rawFiles(files);
  const cancelled = new Set<number>();
  let handlers: Promise<Handlers> | undefined;
  let made: Handlers | undefined;
  let indexing: Indexing | undefined;
  let queue: Promise<void> = Promise.resolve();
  let arrived: (() => void) | undefined;

  async function run(id: number, method: MethodName, params: unknown): Promise<void> {
    if (cancelled.delete(id)) {
      port.post({ version, type: 'cancelled', id });
      return;
    }
    indexing?.busy();
    let isOver = true;
    try {
      if (!handlers) throw new Error('internal: the worker was asked before it was started');
      const own = await handlers;
      for (;;) {
        const value = await own.handle(method, params, {
          get cancelled() {
            return cancelled.has(id);
          },
          asksAgain: true,
          onProgress(progress) {
            port.post({ version, type: 'progress', id, progress });
          },
        });
        if (besideTheQueue.has(method)) {
          port.post({ version, type: 'result', id, value });
          return;
        }
        if (value === 'again') {
          // What came meanwhile is heard, and has its turn first.
          await new Promise(resolve => setTimeout(resolve, 0));
          isOver = false;
          queue = queue.then(() => run(id, method, params));
          return;
        }
        const wanted = asked.takeWanted();
        if (!wanted.files.length && !wanted.folders.length) {
          if (value === 'pending')
            throw new Error(`internal: ${method} waits for files that it did not ask for`);
          port.post({ version, type: 'result', id, value });
          return;
        }
        const rounds = Math.max(wanted.files.length, wanted.folders.length);
        for (let at = 0; at < rounds; at += inFlight) {
          await new Promise<void>(resolve => {
            arrived = resolve;
            const files = wanted.files.slice(at, at + inFlight);
            const folders = wanted.folders.slice(at, at + inFlight);
            port.post({ version, type: 'wanted', files, folders });
          });
          if (cancelled.delete(id)) {
            port.post({ version, type: 'cancelled', id });
            return;
          }
        }
      }
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      port.post({ version, type: 'failed', id, message });
    } finally {
      if (isOver) cancelled.delete(id);
      indexing?.idle();
    }
  }

  type Start = Extract<ToWorker, { type: 'start' }>;

  function startIndexing({ storage }: Start): Indexing {
    return createIndexing({
      pipelines: () => made?.pipelines() ?? [],
      slow: disk === undefined,
      ...(store && storage !== undefined ? { store: store(storage) } : {}),
      onState(state) {
        port.post({ version, type: 'state', state });
      },
      onBetter() {
        port.post({ version, type: 'better' });
      },
      onWaiting() {
        port.post({ version, type: 'wanted-raw', ...raw.takeWanted() });
      },
    });
  }

  return message => {
    if (message.version !== version) return;
    switch (message.type) {
      case 'start':
        if (message.index) indexing = startIndexing(message);
        handlers = createHandlers({
          files,
          indexing: message.index ? { background: disk ? files : raw } : 'none',
          index({ root, action }) {
            if (action === 'cancel') indexing?.cancel();
            else if (action === 'start') indexing?.start();
            return indexing?.state(root) ?? noIndex;
          },
          runtime: message.runtime,
          grammar: message.grammar,
          ...(message.tree === undefined ? {} : { tree: message.tree }),
        });
        // The first request tells the error.
        handlers.then(
          one => {
            made = one;
          },
          () => undefined,
        );
        return;
      case 'request': {
        const { id, method, params } = message;
        // Long work about a run that is over: nobody waits behind it.
        if (besideTheQueue.has(method)) void queue.then(() => void run(id, method as MethodName, params));
        else queue = queue.then(() => run(id, method as MethodName, params));
        return;
      }
      case 'cancel':
        cancelled.add(message.id);
        return;
      case 'overlay':
        files.overlay(message.path, message.text);
        void handlers?.then(
          one => {
            one.changed([message.path]);
            indexing?.wake();
          },
          () => undefined,
        );
        return;
      case 'forget':
        files.forget(message.paths);
        asked.forget(message.paths);
        raw.forget(message.paths);
        void handlers?.then(
          one => {
            one.changed(message.paths);
            indexing?.wake();
          },
          () => undefined,
        );
        return;
      case 'files':
        asked.answer(message.answers);
        arrived?.();
        return;
      case 'raw-files':
        raw.answer(message.answers);
        indexing?.arrived();
        return;
    }
  };
}
