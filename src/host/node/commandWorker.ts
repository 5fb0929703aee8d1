/** The command line's thread: runs the command, writes through the process. */
import { parentPort, workerData } from 'node:worker_threads';
import { createPipeline, createPipelines } from '../../ide/pipeline';
import { runCommand } from './command';
import type { Message, Start } from './commandThread';
import { diskFiles, grammarBytes, packageVersion } from './files';

async function runThread(start: Start): Promise<void> {
  const post = (message: Message): void => parentPort?.postMessage(message);
  const { cancelled } = start;
  const code = await runCommand({
    args: start.args,
    folder: start.folder,
    files: diskFiles(),
    async createPipelines(files, root) {
      const bytes = grammarBytes(__filename);
      if (root === undefined) return (await createPipelines({ files, ...bytes })).of;
      const pipeline = await createPipeline({ files, ...bytes, root });
      return () => pipeline;
    },
    cancel: {
      get cancelled() {
        return Atomics.load(cancelled, 0) !== 0;
      },
    },
    now: () => performance.now() / 1000,
    terminal: {
      out: text => {
        post({ type: 'out', text });
      },
      error: text => {
        post({ type: 'error', text });
      },
      columns: start.columns,
      colour: start.colour,
    },
    version: packageVersion(__filename),
  });
  post({ type: 'end', code });
}

void runThread(workerData as Start);
