/** Starts the web worker from the browser's extension host. */
import type { FromWorker } from '../../protocol/worker';
import { workerVersion, type Channel, type IndexOptions } from '../client';

/** `script` and the wasm files as bytes: a worker of another origin than the page's can only come out of a blob. */
export async function spawnWebWorker(
  read: (name: string) => Promise<Uint8Array>,
  tree: string | undefined,
  index: IndexOptions = {},
): Promise<Channel> {
  const [script, runtime, grammar] = await Promise.all([
    read('worker.web.js'),
    read('tree-sitter.wasm'),
    read('tree-sitter-c.wasm'),
  ]);
  const url = URL.createObjectURL(new Blob([script as BlobPart], { type: 'text/javascript' }));
  // The host may load the script later than this: the URL stays until the worker is ended.
  const worker = new Worker(url);
  worker.postMessage({
    version: workerVersion,
    type: 'start',
    runtime,
    grammar,
    ...(tree === undefined ? {} : { tree }),
    ...index,
  });
  return {
    post: message => {
      worker.postMessage(message);
    },
    listen(onMessage, dead) {
      worker.addEventListener('message', (event: MessageEvent<FromWorker>) => {
        onMessage(event.data);
      });
      worker.addEventListener('error', event => {
        dead(`The Racelens worker stopped: ${event.message || 'unknown error'}`);
      });
    },
    end: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}
