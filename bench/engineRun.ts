/**
 * One measurement of the engine, in a process of its own: `node dist/bench/engineRun.mjs WHAT`; prints one object.
 *   full LETTER      every step of a model, hang check included; from ir text, after model A has warmed the process up
 *   first LETTER     the report on a model, as `racelens check` would have it
 *   verdict LETTER   the same, as in the editor's worker that has checked it before
 *   promela LETTER   the model for SPIN
 *   demo HARNESS     the verdict on a harness, again and again
 * CPU seconds of this process, with what V8 compiles in the background.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { check } from '../src/engine/index';
import { createExploration, type Search } from '../src/engine/explore';
import { canFinish } from '../src/engine/graph';
import { defaultOptions } from '../src/engine/options';
import { diskFiles } from '../src/host/node/files';
import { optimiseLate } from '../src/host/node/tuning';
import { createPipeline } from '../src/ide/pipeline';
import type { Program } from '../src/ir/program';
import { parseProgram } from '../src/ir/text';
import { netpollModel, sizes, type ModelSize } from './models';
import { netpollPromela } from './promela';

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function sizeOf(letter: string): ModelSize {
  const size = sizes[letter];
  if (!size) throw new Error(`there is no model ${letter}`);
  return { ...size, fixed: true, polling: letter === 'L' };
}

function parsed(text: string): Program {
  const { value, problems } = parseProgram(text);
  if (!value) throw new Error(`internal: the model is no ir: ${JSON.stringify(problems[0])}`);
  return value;
}

/** Large enough for all models. */
const limits = { maxStates: 3e7, maxBytes: 4e9 };

function searchAll(text: string): { readonly search: Search; readonly stuck: number } {
  const exploration = createExploration(parsed(text), {
    ...defaultOptions,
    ...limits,
    reduce: false,
    forgetDead: false,
  });
  let search: 'more' | Search = 'more';
  while (search === 'more') search = exploration.run(4096);
  const good = canFinish(search.graph, search.store.size);
  let stuck = 0;
  for (let s = 0; s < search.graph.expanded; s++) if (!good[s]) stuck++;
  return { search, stuck };
}

function full(letter: string): object {
  searchAll(netpollModel(sizeOf('A')));
  const text = netpollModel(sizeOf(letter));
  const before = cpu();
  const { search, stuck } = searchAll(text);
  const seconds = cpu() - before;
  const { store, graph } = search;
  if (search.stopped) throw new Error(search.stopped.message);
  return {
    seconds,
    states: store.size,
    transitions: graph.edges,
    stuck,
    bytes: store.bytes,
    // What edges and rows take: target, label; where a row begins.
    edgeBytes: graph.bytes ?? 0,
    megabytes: process.resourceUsage().maxRSS / 1024,
  };
}

function verdict(letter: string, isWarm: boolean): object {
  const text = netpollModel(sizeOf(letter));
  const one = (of: string): { readonly seconds: number; readonly states: number; readonly kind: string } => {
    const before = cpu();
    const report = check(parsed(of), limits);
    return { seconds: cpu() - before, states: report.states, kind: report.verdict.kind };
  };
  if (!isWarm) return one(text);
  // As after edits: each time from the text, nothing is kept but what V8 has made of our code.
  const all = Array.from({ length: 21 }, () => one(text));
  const late = all.slice(12).sort((x, y) => x.seconds - y.seconds);
  return late[late.length >> 1] ?? {};
}

async function demo(harness: string): Promise<object> {
  const require = createRequire(import.meta.url);
  const disk = diskFiles();
  let typed = '';
  const pipeline = await createPipeline({
    files: {
      ...disk,
      read: path => {
        const text = disk.read(path);
        const end = path === harness ? (text?.lastIndexOf('}') ?? -1) : -1;
        return text === undefined || end < 0 ? text : `${text.slice(0, end)}${typed}${text.slice(end)}`;
      },
    },
    root: undefined,
    runtime: readFileSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm')),
    grammar: readFileSync(require.resolve('tree-sitter-c/tree-sitter-c.wasm')),
  });
  const times: number[] = [];
  let states = 0;
  let kind = '';
  for (let k = 0; k < 40; k++) {
    // As after a keystroke in the harness, in its last thread.
    typed = ';'.repeat(1 + (k % 3));
    pipeline.forget([harness]);
    const before = cpu();
    const answer = pipeline.check({ harness });
    times.push((cpu() - before) * 1000);
    if (answer === 'pending') throw new Error('internal: files of the disk are never pending');
    ({ states } = answer.report);
    ({ kind } = answer.report.verdict);
  }
  const warm = times.slice(20).sort((a, b) => a - b);
  return { milliseconds: warm[warm.length >> 1], cold: times[0], states, kind };
}

const [what, argument = ''] = process.argv.slice(2);
// As the command line has it; the editor's worker is not alone in its process.
if (what === 'full' || what === 'first') optimiseLate();
if (what === 'promela') process.stdout.write(netpollPromela(sizeOf(argument)));
else {
  const answer =
    what === 'full'
      ? full(argument)
      : what === 'demo'
        ? await demo(argument)
        : verdict(argument, what === 'verdict');
  console.log(JSON.stringify(answer));
}
