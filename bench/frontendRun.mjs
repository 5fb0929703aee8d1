// Runs the bundle of frontend.ts as the editor runs its worker: in a thread with the worker's limits, so that the figures
// are those of the product.
// The heap and young generation limits are those of src/host/node/spawn.ts.
import { Worker } from 'node:worker_threads';

const worker = new Worker(new URL('../dist/bench/frontend.mjs', import.meta.url), {
  argv: process.argv.slice(2),
  resourceLimits: { maxOldGenerationSizeMb: 4096, maxYoungGenerationSizeMb: 96 },
});
worker.on('error', error => {
  console.error(error);
  process.exitCode = 1;
});
worker.on('exit', code => {
  process.exitCode ||= code;
});
