/** The web worker of the browser's extension host: the same as the thread of Node's, but it asks for every file. */
import type { ToWorker } from '../../protocol/worker';
import { serve } from '../serve';

const take = serve({ post: message => self.postMessage(message) });
self.addEventListener('message', (event: MessageEvent<ToWorker>) => {
  take(event.data);
});
