/**
 * What the editor asks when a file opens, for one file after another in one process, with the index there: marks, lenses,
 * sections and fates of all functions, the items of the tree view. Prints the slowest files and how the memory went.
 *
 * A first look at a folder parses the headers that it reaches; those times are in the figure of the file that came first.
 */
import { statSync } from 'node:fs';
import { concurrency } from '../src/ide/concurrency';
import { decorations } from '../src/ide/decorations';
import { knowledge } from '../src/ide/knowledge';
import { lenses } from '../src/ide/lenses';
import type { IndexedPipeline } from '../src/ide/pipeline';
import { cpuMs } from './speed';

export interface WholeFiles {
  readonly files: number;
  /** CPU time of the slowest file, in milliseconds. */
  readonly slowestMs: number;
  readonly overOneSecond: number;
  readonly meanMs: number;
  /** Of this process at its largest, in megabytes. */
  readonly megabytes: number;
  readonly slowest: readonly { readonly path: string; readonly ms: number }[];
  readonly threw: readonly string[];
}

/** The largest files, largest first. */
export function largest(paths: readonly string[], count: number): readonly string[] {
  return paths
    .map(path => ({ path, size: statSync(path).size }))
    .sort((a, b) => b.size - a.size || (a.path < b.path ? -1 : 1))
    .slice(0, count)
    .map(({ path }) => path);
}

/** What the editor asks of a file that is opened. */
export function open(pipeline: IndexedPipeline, path: string): void {
  const scene = pipeline.scene([path]);
  const [file] = scene.files;
  if (!file) return;
  const k = knowledge(scene);
  decorations(scene, file);
  lenses(scene, file, () => undefined);
  for (const f of k.functions(file)) for (const s of k.survey.sections(f)?.sites ?? []) k.survey.fate(f, s);
  concurrency(scene, file);
}

/** Opens the files one after another, in their order. */
export function wholeFiles(
  pipeline: IndexedPipeline,
  paths: readonly string[],
  tell: (line: string) => void,
): WholeFiles {
  while (pipeline.index.phase() !== 'done' && pipeline.index.work(4_000_000) === 'more');
  const times: { path: string; ms: number }[] = [];
  const threw: string[] = [];
  let megabytes = 0;
  for (const path of paths) {
    const start = cpuMs();
    try {
      open(pipeline, path);
    } catch (error) {
      threw.push(`${path}: ${String(error)}`);
    }
    const ms = cpuMs() - start;
    times.push({ path, ms });
    if (ms > 1000) tell(`${ms.toFixed(0).padStart(6)} ms ${path}`);
    megabytes = Math.max(megabytes, process.memoryUsage.rss() / 1e6);
    if (times.length % 200 === 0)
      tell(`${String(times.length)} files, ${String(Math.round(process.memoryUsage.rss() / 1e6))} MB`);
  }
  times.sort((a, b) => b.ms - a.ms);
  return {
    files: times.length,
    slowestMs: times[0]?.ms ?? 0,
    overOneSecond: times.filter(t => t.ms > 1000).length,
    meanMs: times.reduce((sum, t) => sum + t.ms, 0) / Math.max(1, times.length),
    megabytes,
    slowest: times.slice(0, 30),
    threw,
  };
}
