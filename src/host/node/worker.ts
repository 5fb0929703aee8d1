/** The worker thread of the Node extension host: parses, lowers, explores; reads the disk itself. */
import { parentPort } from 'node:worker_threads';
import type { ToWorker } from '../../protocol/worker';
import { serve } from '../serve';
import { diskFiles } from './files';
import { indexStore } from './indexStore';

const port = parentPort;
if (port) {
  const take = serve(
    { post: message => port.postMessage(message) },
    { disk: diskFiles(), store: indexStore },
  );
  port.on('message', (message: ToWorker) => {
    take(message);
  });
}
