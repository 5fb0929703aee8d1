/**
 * Diagnostics over folders of a kernel tree: `npm run bench:diagnostics -- TREE [FOLDER…] [--kind KIND]… [--sample N --seed S] [--json]`.
 *
 * Prints `kind file:line function: message` for each finding (all kinds, those that are off too), then the counts, and for each
 * folder how many there are in 2,000 lines of the kinds that are on, and what it took. With `--sample` only so many of each kind, drawn by a seeded generator.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { diskFiles } from '../src/host/node/files';
import { diagnostics, kinds, type CheckKind } from '../src/ide/diagnostics';
import { createPipeline, type Pipeline } from '../src/ide/pipeline';

interface Row {
  readonly kind: CheckKind;
  readonly file: string;
  readonly line: number;
  readonly function: string;
  readonly message: string;
  readonly related: readonly string[];
}

const defaultFolders = ['net', 'kernel', 'drivers/net'];

function option(args: string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, 2)[1];
}

function foldersUnder(path: string): readonly string[] {
  const found: string[] = [path];
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) found.push(...foldersUnder(join(path, entry.name)));
  return found.sort();
}

/** Mulberry32: the same seed gives the same sample. */
function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function sampleOf<T>(rows: readonly T[], count: number, next: () => number): readonly T[] {
  const left = [...rows];
  const taken: T[] = [];
  while (taken.length < count && left.length > 0)
    taken.push(...left.splice(Math.floor(next() * left.length), 1));
  return taken;
}

function check(
  pipeline: Pipeline,
  root: string,
  path: string,
  asked: Partial<Record<CheckKind, boolean>>,
): readonly Row[] {
  const scene = pipeline.scene([path]);
  const show = (file: string): string => (file.startsWith(`${root}/`) ? relative(root, file) : file);
  const line = (file: string, offset: number): number =>
    (pipeline.lines(file)?.positionAt(offset).line ?? -1) + 1;
  const [source] = scene.files;
  return diagnostics(scene, path, { on: asked }).map(d => ({
    kind: d.code,
    file: show(d.span.file),
    line: line(d.span.file, d.span.start),
    function:
      source?.items.find(i => i.kind === 'function' && i.start <= d.span.start && d.span.start < i.end)
        ?.name ?? '',
    message: d.message,
    related: d.related.map(
      r => `${show(r.span.file)}:${String(line(r.span.file, r.span.start))} ${r.message}`,
    ),
  }));
}

function shown(r: Row): string {
  return [`${r.kind} ${r.file}:${String(r.line)} ${r.function}: ${r.message}`, ...r.related].join('\n    ');
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const count = option(args, '--sample');
  const seed = Number(option(args, '--seed') ?? 1);
  const only: string[] = [];
  for (let kind = option(args, '--kind'); kind !== undefined; kind = option(args, '--kind')) only.push(kind);
  const json = args.includes('--json');
  const verbose = args.includes('--verbose');
  const [tree, ...named] = args.filter(a => !a.startsWith('--'));
  if (tree === undefined || !existsSync(join(tree, 'include/linux'))) {
    console.error('bench:diagnostics needs a kernel tree as its first argument');
    process.exitCode = 3;
    return;
  }
  const root = resolve(tree);
  const asked = Object.fromEntries(
    kinds.map(k => [k.kind, only.length === 0 || only.includes(k.kind)]),
  ) as Partial<Record<CheckKind, boolean>>;
  const wasm = {
    runtime: readFileSync('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
    grammar: readFileSync('node_modules/tree-sitter-c/tree-sitter-c.wasm'),
  };
  const start = process.cpuUsage();
  const rows: Row[] = [];
  let lines = 0;
  let pipeline = await createPipeline({ files: diskFiles(), root, ...wasm });
  let seen = 0;
  let slowest = { file: '', seconds: 0 };
  for (const name of named.length > 0 ? named : defaultFolders) {
    const whole = join(root, name);
    const before = { lines, rows: rows.length };
    const folders = name.endsWith('.c') ? [whole] : foldersUnder(whole);
    for (const folder of folders) {
      const files = name.endsWith('.c')
        ? [whole]
        : readdirSync(folder).flatMap(f => (f.endsWith('.c') ? [join(folder, f)] : []));
      if (files.length === 0) continue;
      for (const path of files) {
        // Sources and facts of what was read stay with a pipeline.
        if (++seen % 200 === 0) pipeline = await createPipeline({ files: diskFiles(), root, ...wasm });
        const cpu = process.cpuUsage();
        const found = check(pipeline, root, path, asked);
        rows.push(...found);
        if (verbose) for (const r of found) console.error(shown(r));
        lines += pipeline.lines(path)?.lines ?? 0;
        pipeline.forget([]);
        const { user, system } = process.cpuUsage(cpu);
        const seconds = (user + system) / 1e6;
        if (verbose) console.error(`${seconds.toFixed(1)} s ${relative(root, path)}`);
        if (seconds > slowest.seconds) slowest = { file: relative(root, path), seconds };
      }
    }
    const shownHere = rows.slice(before.rows).filter(r => kinds.some(k => k.kind === r.kind && k.on)).length;
    const here = lines - before.lines;
    console.error(
      `# ${name}: ${String(here)} lines, ${String(shownHere)} findings of kinds that are on: ` +
        `${((2000 * shownHere) / Math.max(1, here)).toFixed(4)} in 2,000 lines`,
    );
  }
  const next = random(seed);
  for (const { kind, on } of kinds) {
    const mine = rows.filter(r => r.kind === kind);
    for (const r of count === undefined ? mine : sampleOf(mine, Number(count), next)) {
      if (json) console.log(JSON.stringify(r));
      else
        console.log(
          [`${r.kind} ${r.file}:${String(r.line)} ${r.function}: ${r.message}`, ...r.related].join('\n    '),
        );
    }
    if (!json && asked[kind])
      console.log(`# ${kind}: ${String(mine.length)}${on ? '' : ' (off by default)'}`);
  }
  const { user, system } = process.cpuUsage(start);
  console.error(
    `# ${String(rows.length)} findings in ${String(lines)} lines, ${((user + system) / 1e6).toFixed(0)} s CPU, ` +
      `${String(Math.round(process.memoryUsage.rss() / 1e6))} MB; slowest ${slowest.file} ${slowest.seconds.toFixed(1)} s`,
  );
}

await main();
