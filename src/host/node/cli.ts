#!/usr/bin/env node
/**
 * The command line's process. The engine runs in a thread of its own, so that Ctrl-C is heard: the first one cancels the
 * run, which ends with what was counted so far, the second one ends the process.
 */
import { realpathSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createPipeline, createPipelines } from '../../ide/pipeline';
import { runCommand } from './command';
import { diskFiles, grammarBytes, packageVersion } from './files';

/** What the thread is started with. */
interface Start {
  readonly args: readonly string[];
  readonly folder: string;
  readonly columns: number;
  readonly colour: boolean;
  /** One number, not 0 once the run is cancelled. */
  readonly cancelled: Int32Array;
}

type Message =
  { readonly type: 'out' | 'error'; readonly text: string } | { readonly type: 'end'; readonly code: number };

function startThread(): void {
  const cancelled = new Int32Array(new SharedArrayBuffer(4));
  const start: Start = {
    args: process.argv.slice(2),
    folder: process.cwd().replace(/\\/g, '/'),
    columns: process.stdout.columns || Number(process.env.COLUMNS) || 120,
    colour: process.stdout.isTTY && !process.env.NO_COLOR,
    cancelled,
  };
  const worker = new Worker(realpathSync(__filename), {
    workerData: start,
    resourceLimits: { maxOldGenerationSizeMb: 4096 },
  });
  worker.on('message', (message: Message) => {
    if (message.type === 'out') process.stdout.write(message.text);
    else if (message.type === 'error') process.stderr.write(message.text);
    else if (message.type === 'end') process.exitCode = message.code;
  });
  worker.on('error', error => {
    const memory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    process.stderr.write(
      memory
        ? 'racelens: out of memory; lower --max-states, or pin values in the harness\n'
        : `racelens: ${error.stack ?? error.message}\nThis is a bug of Racelens.\n`,
    );
    process.exitCode = memory ? 2 : 3;
  });
  process.stdout.on('error', () => process.exit(process.exitCode ?? 0));
  process.on('SIGINT', () => {
    if (Atomics.exchange(cancelled, 0, 1)) process.exit(130);
  });
}

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

if (isMainThread) startThread();
else void runThread(workerData as Start);
