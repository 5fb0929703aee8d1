/**
 * The worker's side: takes one request after another, runs the pipeline, answers. Where the host has no disk, a pass that
 * misses files asks for them, waits, and runs again; everything made before is cached, so a pass costs little.
 */
import type { FromWorker, ToWorker, WorkerVersion } from '../protocol/worker';
import { askedFiles, overlaidFiles, type FileSource } from './files';
import { createHandlers, type Handlers } from './handlers';
import type { MethodName } from './methods';

const version: WorkerVersion = 1;

export interface Port {
  post(message: FromWorker): void;
}

/** Gives the function that takes the messages. `disk` reads files where the host has a disk. */
export function serve(port: Port, disk: FileSource | undefined): (message: ToWorker) => void {
  const asked = askedFiles();
  const files = overlaidFiles(disk ?? asked);
  const cancelled = new Set<number>();
  let handlers: Promise<Handlers> | undefined;
  let queue: Promise<void> = Promise.resolve();
  let arrived: (() => void) | undefined;

  async function run(id: number, method: MethodName, params: unknown): Promise<void> {
    if (cancelled.delete(id)) {
      port.post({ version, type: 'cancelled', id });
      return;
    }
    try {
      if (!handlers) throw new Error('internal: the worker was asked before it was started');
      const made = await handlers;
      for (;;) {
        const value = await made.handle(method, params, {
          get cancelled() {
            return cancelled.has(id);
          },
          onProgress(progress) {
            port.post({ version, type: 'progress', id, progress });
          },
        });
        const wanted = asked.takeWanted();
        if (!wanted.files.length && !wanted.folders.length) {
          if (value === 'pending')
            throw new Error(`internal: ${method} waits for files that it did not ask for`);
          port.post({ version, type: 'result', id, value });
          return;
        }
        await new Promise<void>(resolve => {
          arrived = resolve;
          port.post({ version, type: 'wanted', ...wanted });
        });
        if (cancelled.delete(id)) {
          port.post({ version, type: 'cancelled', id });
          return;
        }
      }
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      port.post({ version, type: 'failed', id, message });
    } finally {
      cancelled.delete(id);
    }
  }

  return message => {
    if (message.version !== version) return;
    switch (message.type) {
      case 'start':
        handlers = createHandlers({
          files,
          runtime: message.runtime,
          grammar: message.grammar,
          ...(message.tree === undefined ? {} : { tree: message.tree }),
        });
        // The first request tells the error.
        handlers.catch(() => undefined);
        return;
      case 'request': {
        const { id, method, params } = message;
        queue = queue.then(() => run(id, method as MethodName, params));
        return;
      }
      case 'cancel':
        cancelled.add(message.id);
        return;
      case 'overlay':
        files.overlay(message.path, message.text);
        void handlers?.then(
          made => {
            made.changed([message.path]);
          },
          () => undefined,
        );
        return;
      case 'forget':
        files.forget(message.paths);
        asked.forget(message.paths);
        void handlers?.then(
          made => {
            made.changed(message.paths);
          },
          () => undefined,
        );
        return;
      case 'files':
        asked.answer(message.answers);
        arrived?.();
        return;
    }
  };
}
