/** The command line's thread: runs the command, writes through the process. */
import { parentPort, workerData } from 'node:worker_threads';
import { createPipeline, createPipelines, type IndexedPipeline } from '../../ide/pipeline';
import { runCommand } from './command';
import type { Message, Start } from './commandThread';
import { diskFiles, grammarBytes, packageVersion } from './files';
import { cacheFolder, loadIndex, saveIndex } from './indexStore';
import { optimisedLate } from './tuning';

/** Files that must have been read anew until writing the index is worth it. */
const worthSaving = 500;

async function runThread(start: Start): Promise<void> {
  const post = (message: Message): void => parentPort?.postMessage(message);
  const { cancelled } = start;
  const cache = cacheFolder(process.env);
  const pipelines: (() => readonly IndexedPipeline[])[] = [];
  const code = await runCommand({
    args: start.args,
    folder: start.folder,
    files: diskFiles(),
    async createPipelines(files, root) {
      const input = {
        files,
        ...grammarBytes(__filename),
        ...(cache === undefined ? {} : { indexing: { saved: (r: string) => loadIndex(cache, r) } }),
      };
      if (root === undefined) {
        const { of, all } = await optimisedLate(() => createPipelines(input));
        pipelines.push(all);
        return of;
      }
      const pipeline = await optimisedLate(() => createPipeline({ ...input, root }));
      pipelines.push(() => [pipeline]);
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
  for (const { root, index } of pipelines.flatMap(all => all()))
    if (cache !== undefined && root !== undefined && index.unsaved() >= worthSaving)
      saveIndex(cache, root, index.save());
}

void runThread(workerData as Start);
