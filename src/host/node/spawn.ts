/** Starts the worker thread from the Node extension host. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FromWorker } from '../../protocol/worker';
import { workerVersion, type Channel, type IndexOptions } from '../client';

/** `folder` holds worker.js and the two wasm files. */
export async function spawnThread(
  folder: string,
  tree: string | undefined,
  index: IndexOptions = {},
): Promise<Channel> {
  const [runtime, grammar] = await Promise.all([
    readFile(join(folder, 'tree-sitter.wasm')),
    readFile(join(folder, 'tree-sitter-c.wasm')),
  ]);
  const worker = new Worker(join(folder, 'worker.js'), {
    // A version of a file lives for one keystroke: with room for many of them, few are copied before they are dropped.
    resourceLimits: { maxOldGenerationSizeMb: 4096, maxYoungGenerationSizeMb: 96 },
    stdout: false,
  });
  let asked = false;
  worker.postMessage({
    version: workerVersion,
    type: 'start',
    runtime: new Uint8Array(runtime),
    grammar: new Uint8Array(grammar),
    ...(tree === undefined ? {} : { tree }),
    ...index,
  });
  return {
    post: message => {
      worker.postMessage(message);
    },
    listen(onMessage, dead) {
      worker.on('message', (message: FromWorker) => {
        onMessage(message);
      });
      worker.on('error', error => {
        if (!asked) dead(`The Racelens worker stopped: ${error.message}`);
      });
      worker.on('exit', code => {
        if (!asked) dead(`The Racelens worker ended (exit code ${String(code)})`);
      });
    },
    end() {
      asked = true;
      void worker.terminate();
    },
  };
}
