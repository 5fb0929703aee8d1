/**
 * How well and how fast the front end reads a real kernel tree: `npm run bench:frontend -- TREE [--json] [--verbose]`.
 *
 * What each figure is stands in functions.ts, classified.ts and speed.ts, and in docs/front-end.md, which keeps the table.
 * `--json` prints one object; a figure that could not be had is null. `--verbose` lists what was missed, and the most used
 * names of each class (`--names N`: so many). `--only part,part` measures those parts alone; `--every N` opens each N-th file for
 * the part `files` (1: all of them, which takes an hour), and then the 30 largest.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { diskFiles } from '../src/host/node/files';
import { diagnostics } from '../src/ide/diagnostics';
import { createPipeline, type IndexedPipeline } from '../src/ide/pipeline';
import { createParser } from '../src/syntax/parser';
import { classes, classified, sources } from './classified';
import { functionsFound, functionsLost } from './functions';
import { memory } from './memory';
import { largest, wholeFiles } from './wholeFiles';
import { cpuMs, editParse, indexed, keystroke, wholeParse, type Bytes } from './speed';

type Figures = Record<string, number | string | null>;
const parts = [
  'speed',
  'index',
  'functions',
  'lost',
  'classified',
  'diagnostics',
  'files',
  'memory',
] as const;

interface Asked {
  readonly root: string;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly names: number;
  readonly only: ReadonlySet<string>;
  /** Every so many-th file for the part `files`. */
  readonly every: number;
}

function asked(args: readonly string[]): Asked | undefined {
  const values = new Map<string, string>();
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (['--tree', '--names', '--only', '--every'].includes(arg)) values.set(arg, args[++i] ?? '');
    else if (!arg.startsWith('--')) rest.push(arg);
  }
  const root = values.get('--tree') ?? rest[0] ?? process.env.RACELENS_TREE;
  if (root === undefined || !existsSync(join(root, 'include/linux'))) return undefined;
  return {
    root: resolve(root),
    json: args.includes('--json'),
    verbose: args.includes('--verbose'),
    names: Number(values.get('--names') ?? 40),
    only: new Set(values.get('--only')?.split(',') ?? parts),
    every: Number(values.get('--every') ?? 25),
  };
}

async function main(): Promise<void> {
  const ask = asked(process.argv.slice(2));
  if (!ask) {
    console.error('bench:frontend needs a kernel tree: npm run bench:frontend -- TREE');
    process.exitCode = 3;
    return;
  }
  const { root, only } = ask;
  const tell = (line: string): void => {
    if (ask.verbose) console.error(line);
  };
  const bytes: Bytes = {
    runtime: readFileSync('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
    grammar: readFileSync('node_modules/tree-sitter-c/tree-sitter-c.wasm'),
  };
  const figures: Figures = {
    classified: null,
    functionsFound: null,
    errorFree: null,
    warmMs: null,
    editMs: null,
    indexCpuSeconds: null,
    indexMegabytes: null,
    diagnosticsPer2000Lines: null,
  };
  const start = cpuMs();
  const parser = await createParser(bytes);
  const devPath = join(root, 'net/core/dev.c');
  const dev = readFileSync(devPath, 'utf8');

  if (only.has('memory')) {
    const paths = ['net', 'kernel', 'drivers/net'].flatMap(f => sources(join(root, f), /\.c$/));
    const some = paths.filter((_, i) => i % Math.floor(paths.length / 200) === 0).slice(0, 200);
    // Of its own: the other parts leave much behind in theirs.
    const own = await createPipeline({ files: diskFiles(), root, ...bytes });
    const found = await memory(own, some, 20, tell);
    Object.assign(figures, {
      heapFiles: found.files,
      heapMegabytes: rounded(found.last, 0),
      heapMostMegabytes: rounded(found.most, 0),
    });
  }

  const pipeline = await createPipeline({ files: diskFiles(), root, ...bytes });
  if (only.has('index')) {
    const { seconds, megabytes, files } = indexed(pipeline);
    Object.assign(figures, {
      indexCpuSeconds: rounded(seconds, 2),
      indexMegabytes: rounded(megabytes, 0),
      indexFiles: files,
    });
  }
  if (only.has('speed')) {
    const { cold, warm } = wholeParse(parser, devPath, dev);
    Object.assign(figures, { wholeColdMs: rounded(cold, 1), wholeMs: rounded(warm, 1) });
    figures.editMs = rounded(editParse(parser, devPath, dev, 120), 2);
    figures.warmMs = rounded(await keystroke(bytes, root, devPath, 200), 1);
  }
  if (only.has('functions')) {
    const paths = ['net', 'kernel'].flatMap(f => sources(join(root, f), /\.c$/));
    const { lines, functions, expected, matched, clean } = functionsFound(parser, paths, tell);
    Object.assign(figures, {
      functionsFound: share(matched, expected),
      errorFree: share(clean, functions),
      lines,
      functions,
    });
  }
  if (only.has('lost')) {
    const names = [
      'net/core/dev.c',
      'net/core/skbuff.c',
      'net/ipv4/tcp.c',
      'kernel/workqueue.c',
      'kernel/fork.c',
    ];
    const paths = names.map(n => join(root, n)).filter(p => existsSync(p));
    const { lost, edits } = functionsLost(parser, paths, 100, tell);
    Object.assign(figures, { functionsLost: lost, breakingEdits: edits });
  }
  if (only.has('classified')) names(pipeline, ask, figures, tell);
  if (only.has('diagnostics')) figures.diagnosticsPer2000Lines = rounded(perLines(pipeline, root), 2);

  if (only.has('files')) {
    const paths = ['net', 'kernel', 'drivers/net'].flatMap(f => sources(join(root, f), /\.[ch]$/));
    const sample = wholeFiles(
      pipeline,
      paths.filter((_, i) => i % ask.every === 0),
      tell,
    );
    const large = wholeFiles(pipeline, largest(paths, 30), tell);
    Object.assign(figures, {
      openedFiles: sample.files,
      openMeanMs: rounded(sample.meanMs, 0),
      openSlowestMs: rounded(sample.slowestMs, 0),
      openOverOneSecond: sample.overOneSecond,
      openThrew: sample.threw.length,
      largestFiles: large.files,
      largestMeanMs: rounded(large.meanMs, 0),
      largestSlowestMs: rounded(large.slowestMs, 0),
      largestOverOneSecond: large.overOneSecond,
      largestThrew: large.threw.length,
      openMegabytes: rounded(Math.max(sample.megabytes, large.megabytes), 0),
    });
    for (const found of [sample, large]) {
      for (const { path, ms } of found.slowest)
        tell(`${ms.toFixed(0).padStart(6)} ms ${path.slice(root.length + 1)}`);
      for (const line of found.threw) tell(line);
    }
  }

  figures.cpuSeconds = rounded((cpuMs() - start) / 1000, 0);
  figures.megabytes = rounded(process.memoryUsage.rss() / 1e6, 0);
  if (ask.json) console.log(JSON.stringify(figures));
  else
    for (const [name, value] of Object.entries(figures))
      console.log(`${name.padEnd(32)}${value === null ? '-' : String(value)}`);
}

function names(pipeline: IndexedPipeline, ask: Asked, figures: Figures, tell: (line: string) => void): void {
  const scene = pipeline.scene([join(ask.root, 'net/core/dev.c')]);
  const folders = ['net', 'kernel', 'drivers/net'].map(f => join(ask.root, f));
  const { share: known, shareOfAll, uses, names: all } = classified(scene.tree, scene.corpus, folders);
  figures.classified = rounded(known, 2);
  figures.classifiedOfAll = rounded(shareOfAll, 2);
  for (const c of classes) {
    figures[`uses: ${c}`] = uses[c];
    for (const n of all.filter(o => o.class === c).slice(0, ask.names))
      tell(`${c.padEnd(16)} ${String(n.uses).padStart(5)} ${n.name}  ${n.from.slice(ask.root.length + 1)}`);
  }
}

/** Diagnostics that are on by default, over every fiftieth file of net/. */
function perLines(pipeline: IndexedPipeline, root: string): number {
  let found = 0;
  let lines = 0;
  for (const [i, path] of sources(join(root, 'net'), /\.c$/).entries()) {
    if (i % 50 !== 7) continue;
    found += diagnostics(pipeline.scene([path]), path).length;
    lines += pipeline.lines(path)?.lines ?? 0;
  }
  return (found * 2000) / lines;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 100 : rounded((100 * part) / whole, 3);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

await main();
