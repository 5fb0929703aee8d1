/**
 * What the index of identifiers costs: `npm run bench:index -- TREE [--json]`; `measureIndex` is what other benchmarks call,
 * before they have filled the memory. CPU seconds of this process, so that a busy machine changes little.
 */
import { existsSync } from 'node:fs';
import { diskFiles } from '../src/host/node/files';
import { createIdentifierIndex, type IdentifierIndex } from '../src/tree/identifiers';

export interface IndexFigures {
  /** For include, net and kernel, in slices as the editor's worker makes it. */
  readonly indexCpuSeconds: number;
  readonly indexMegabytes: number;
  readonly longestSliceMs: number;
  readonly files: number;
  /** The same for the whole tree. */
  readonly wholeCpuSeconds: number;
  readonly wholeMegabytes: number;
  readonly wholeFiles: number;
  /** The slowest of some questions over the whole tree. */
  readonly questionMs: number;
  /** Beginning with what was kept: until every file was seen to be unchanged. */
  readonly restoredCpuSeconds: number;
  readonly savedMegabytes: number;
}

/** As in src/host/indexing.ts. */
const slice = 1 << 19;

/** CPU seconds of this process so far. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** What lives in typed arrays counts, garbage that nobody has asked back does not. */
function megabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1e6;
}

/** Works until a part is done; gives the longest slice in milliseconds of CPU. */
function workUntil(index: IdentifierIndex, isDone: () => boolean): number {
  let longest = 0;
  while (!isDone()) {
    const before = cpu();
    index.work(slice);
    longest = Math.max(longest, (cpu() - before) * 1000);
  }
  return longest;
}

export function measureIndex(root: string): IndexFigures {
  const make = (): IdentifierIndex => createIdentifierIndex({ files: diskFiles(), root, onDemand: false });
  const memory = megabytes();
  const start = cpu();
  const index = make();
  const longest = workUntil(index, () => index.phase() !== 'near');
  const near = { seconds: cpu() - start, megabytes: megabytes() - memory, files: index.progress().files };
  const second = workUntil(index, () => index.phase() === 'done');
  const whole = { seconds: cpu() - start, megabytes: megabytes() - memory, files: index.progress().files };
  let slowest = 0;
  for (const name of ['napi_schedule_prep', 'kfree', 'NAPI_STATE_SCHED', 'dev', 'nobody_has_this']) {
    const before = performance.now();
    index.filesWith(name);
    index.definers(name);
    slowest = Math.max(slowest, performance.now() - before);
  }
  const saved = Buffer.concat([...index.save()]);
  const again = cpu();
  const restored = make();
  restored.restore(saved);
  const third = workUntil(restored, () => restored.phase() === 'done');
  const round = (x: number): number => Math.round(x * 100) / 100;
  return {
    indexCpuSeconds: round(near.seconds),
    indexMegabytes: round(near.megabytes),
    longestSliceMs: round(Math.max(longest, second, third)),
    files: near.files,
    wholeCpuSeconds: round(whole.seconds),
    wholeMegabytes: round(whole.megabytes),
    wholeFiles: whole.files,
    questionMs: round(slowest),
    restoredCpuSeconds: round(cpu() - again),
    savedMegabytes: round(saved.length / 1e6),
  };
}

/** As a program of its own, not as a part of another benchmark. */
export function runIndexBench(args: readonly string[]): number {
  const root = args.find(a => !a.startsWith('--')) ?? process.env.RACELENS_TREE;
  if (root === undefined || !existsSync(root)) {
    console.error('bench:index needs a kernel tree: npm run bench:index -- TREE');
    return 3;
  }
  const figures = measureIndex(root.replace(/\/$/, ''));
  if (args.includes('--json')) console.log(JSON.stringify(figures));
  else for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(20)}${String(value)}`);
  return 0;
}
