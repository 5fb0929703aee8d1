#!/usr/bin/env node
/**
 * The command line's process. The engine runs in a thread of its own, which begins in this file too, so that Ctrl-C is heard:
 * the first one cancels the run, which ends with what was counted so far, the second one ends the process.
 */
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { runCached } from './codeCache';
import type { Message, Start } from './commandThread';
import { cacheFolder } from './indexStore';
import { optimiseLate } from './tuning';

function startThread(): void {
  const cancelled = new Int32Array(new SharedArrayBuffer(4));
  const start: Start = {
    args: process.argv.slice(2),
    folder: process.cwd().replace(/\\/g, '/'),
    columns: process.stdout.columns || Number(process.env.COLUMNS) || 120,
    colour: process.stdout.isTTY && !process.env.NO_COLOR,
    cancelled,
  };
  const worker = new Worker(__filename, {
    workerData: start,
    resourceLimits: { maxOldGenerationSizeMb: 4096, maxYoungGenerationSizeMb: 96 },
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

/** What commands of this kind run is compiled only once. */
function kindOf([command = '', ...rest]: readonly string[]): string | undefined {
  if (command !== 'check' && command !== 'facts') return undefined;
  return rest.some(a => a.startsWith('--tree')) ? `${command}-tree` : command;
}

if (isMainThread) {
  optimiseLate();
  startThread();
} else {
  const { args } = workerData as Start;
  runCached(join(dirname(realpathSync(__filename)), 'command.js'), cacheFolder(process.env), kindOf(args));
}
