/**
 * The lowering: harness + tree -> ir program. Pure and total: whatever is wrong with the input comes back as problems.
 * A run in which structs had to be inferred is done twice, so that every use knows what all the others showed.
 */
import type { Problem } from '../base/problem';
import type { Program, Settings, Thread, Context, Expectation } from '../ir/program';
import { createConfig } from '../tree/config';
import type { CParser } from '../syntax/parser';
import type { SourceFile } from '../syntax/source';
import type { Tree } from '../tree/tree';
import type { RaceWord } from './c/ast';
import { textOf } from './c/token';
import { spanOf, type InterruptUse } from './context';
import { createMemory, type Memory } from './memory';
import devices from './prelude/devices.h';
import kernel from './prelude/kernel.h';
import library from './prelude/library.h';
import model from './prelude/model.h';
import standalone from './prelude/racelens.h';
import { createAssembly } from './program';
import type { Assembly } from './program';
import type { RecordType } from './types';
import { isPrimitive } from './primitives/table';
import { preambleOf } from './preamble';
import { createWorld } from './world';
import type { World } from './world';

/** The text of the bundled header `racelens.h`. */
export const racelensHeader: string = standalone;

export interface LowerRequest {
  /** Path of the harness, as the tree reads it. */
  readonly harness: string;
  readonly tree: Tree;
  readonly parser: Pick<CParser, 'parseExpanded'>;
  /** Text of a .config; without it the documented defaults count. */
  readonly dotConfig?: string;
  /** What earlier runs found out, of any harness and text. The program is the same without it. */
  readonly memory?: Memory;
}

export interface LowerResult {
  /** Absent where there is nothing to run: no harness, or no thread in it. */
  readonly program: Program | undefined;
  readonly problems: readonly Problem[];
  /** Paths that are pending: fetch them and lower again. */
  readonly wanted: readonly string[];
  /** Files whose text went into the program. */
  readonly files: readonly string[];
}

const contexts: ReadonlySet<string> = new Set(['process', 'kthread', 'softirq', 'hardirq']);
const words: ReadonlySet<string> = new Set([
  'RACE_THREAD', 'RACE_DAEMON', 'RACE_INIT', 'RACE_FINALLY', 'RACE_EXPECT', 'RACE_STUB', 'RACE_SIGNAL', 'RACE_BOUND', 'RACE_OPTION',
  'RACE_CONFIG', 'RACE_REPEAT',
]); // prettier-ignore

/** What the files that include bare .c files bring along. */
const commonHeaders: readonly string[] = [
  'kernel', 'list', 'sched', 'sched/signal', 'wait', 'swait', 'completion', 'workqueue', 'timer', 'mutex', 'rwsem', 'spinlock', 'rcupdate',
  'slab', 'kthread', 'freezer', 'hash', 'poll', 'wait_bit', 'atomic', 'bitops',
]; // prettier-ignore

/** What RACE_EXPECT may say. */
const verdicts: readonly string[] = [
  'holds', 'hang', 'deadlock', 'use-after-free', 'double-free', 'null-dereference', 'out-of-bounds', 'assertion',
  'sleep-in-atomic', 'rcu-misuse', 'lock-misuse', 'cannot-tell',
]; // prettier-ignore

export function lower(request: LowerRequest): LowerResult {
  const { tree, harness } = request;
  const problems: Problem[] = [];
  const source = tree.file(harness);
  if (!source) {
    if (!tree.wanted().length) problems.push({ severity: 'error', message: `no such file ${harness}` });
    return { program: undefined, problems, wanted: tree.wanted(), files: [] };
  }
  // Too large, or no text at all.
  if (source.problems.some(p => p.severity === 'error'))
    return { program: undefined, problems: source.problems, wanted: tree.wanted(), files: [source.path] };
  const preamble = preambleOf(source.text, harness);
  const sources = [source.path];
  for (const include of preamble.includes) {
    if (include.target === 'racelens.h') continue;
    const path = tree.resolveInclude(source.path, include.target, include.angled);
    if (!path) {
      if (tree.wanted().length) continue;
      const looked = tree.root ? `beside the harness and in ${tree.root}` : 'beside the harness';
      problems.push({
        severity: include.target.endsWith('.c') ? 'error' : 'warning',
        message: `no such file ${include.target}; looked ${looked}`,
        span: { file: harness, start: include.start, end: include.end },
      });
    } else if (path.endsWith('.c')) sources.push(path);
  }
  const dotConfig = request.dotConfig ?? (tree.root === undefined ? undefined : readDotConfig(tree));
  const memory = request.memory ?? createMemory();
  const pins = [...preamble.pins];
  const config = memory.config(`${JSON.stringify(pins)} ${dotConfig ?? ''}`, () =>
    createConfig({
      harness: Object.fromEntries(pins),
      ...(dotConfig === undefined ? {} : { dotConfig }),
    }),
  );
  let scope = tree.scope(sources, config);
  // A file that is included by others (kernel/sched/wait.c) brings no headers of its own.
  const bare = sources.slice(1).some(p => tree.file(p)?.includes.length === 0);
  if (bare && tree.root !== undefined) {
    const root = tree.root;
    const more = tree.scope(
      commonHeaders.map(h => `${root}/include/linux/${h}.h`).filter(p => tree.file(p) !== undefined),
      config,
    );
    const own = new Set([...scope.sources, ...scope.headers]);
    scope = {
      sources: scope.sources,
      headers: [...scope.headers, ...[...more.sources, ...more.headers].filter(p => !own.has(p))],
    };
  }
  if (tree.wanted().length) return { program: undefined, problems, wanted: tree.wanted(), files: sources };
  // A file that could not be read as C is worse than one that is not there: it looks as if it were.
  for (const path of sources)
    for (const p of tree.file(path)?.problems ?? [])
      if (p.severity === 'error' || path === source.path)
        problems.push(hurtsHarness(source, p) ? { ...p, severity: 'error' } : p);
  const world = createWorld({
    tree,
    parser: request.parser,
    scope,
    config,
    memory,
    harness: { path: source.path, text: source.text },
    model: { path: 'racelens/model.h', text: model },
    bodies: { path: 'racelens/kernel.h', text: [kernel, library, devices].join('\n') },
    standalone: { path: 'racelens.h', text: standalone },
    isPrimitive,
  });
  const program = build(world, source.path, problems);
  memory.settle();
  for (const p of world.problems) problems.push(p);
  return {
    program,
    problems: unique(problems),
    wanted: tree.wanted(),
    files: [...sources, ...scope.headers],
  };
}

function readDotConfig(tree: Tree): string | undefined {
  const root = tree.root ?? '';
  return tree.file(root ? `${root}/.config` : '.config')?.text;
}

/** A word of the harness that is not closed cannot be run. */
function hurtsHarness(source: SourceFile, problem: Problem): boolean {
  const { span } = problem;
  return (
    span?.file === source.path &&
    source.items.some(i => i.kind === 'invocation' && i.start <= span.start && span.start < i.end)
  );
}

function unique(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(p => {
    const key = `${p.message}:${p.span?.file ?? ''}:${p.span?.start ?? ''}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

interface ThreadWord {
  readonly word: RaceWord;
  readonly name: string;
  readonly context: Context;
  readonly cpu: number | undefined;
  readonly daemon: boolean;
}

/** The thread words of a harness; wrong ones are problems. */
function threadsOf(world: World, problems: Problem[]): ThreadWord[] {
  const out: ThreadWord[] = [];
  for (const w of world.words) {
    if (w.word !== 'RACE_THREAD' && w.word !== 'RACE_DAEMON') continue;
    const [context, name, cpu] = w.arguments.map(a => textOf(a));
    const span = spanOf({ first: w.first, last: w.first });
    const bad = (message: string): void => {
      problems.push({ severity: 'error', message, span });
    };
    if (!context || !contexts.has(context)) {
      bad(`${w.word}: the context is process, kthread, softirq or hardirq, not "${context ?? ''}"`);
      continue;
    }
    if (!name || !/^[A-Za-z_]\w*$/.test(name)) {
      bad(`${w.word}(${context}, …): the second argument is the thread's name`);
      continue;
    }
    if (!w.body) {
      bad(`${w.word}(${context}, ${name}) has no body`);
      continue;
    }
    if (out.some(t => t.name === name)) {
      bad(`two threads have the name ${name}`);
      continue;
    }
    if (cpu !== undefined && !/^\d+$/.test(cpu)) bad(`${w.word}: the CPU is a number, not "${cpu}"`);
    out.push({
      word: w,
      name,
      context: context as Context,
      cpu: cpu !== undefined && /^\d+$/.test(cpu) ? Number(cpu) : undefined,
      daemon: w.word === 'RACE_DAEMON',
    });
  }
  return out;
}

interface Assembled {
  readonly assembly: Assembly;
  readonly made: ReturnType<Assembly['finish']>;
  readonly init: readonly number[];
  readonly entries: readonly number[];
  readonly finallyChecks: readonly { readonly function: number; readonly site: number }[];
}

function build(world: World, file: string, problems: Problem[]): Program | undefined {
  const threads = threadsOf(world, problems);
  const span = (w: RaceWord): { file: string; start: number; end: number } => spanOf(w);
  const names = new Set(threads.map(t => t.name));
  const repeats = new Map<string, number>();
  const signals = new Set<string>();
  const settings: { -readonly [K in keyof Settings]: Settings[K] } = {};
  let allocMayFail = false;
  let expectation: Expectation | undefined;
  for (const w of world.words) {
    const values = w.arguments.map(a => textOf(a));
    const bad = (message: string): void => {
      problems.push({ severity: 'error', message, span: span(w) });
    };
    switch (w.word) {
      case 'RACE_EXPECT': {
        const possible = values[0] === 'possible';
        const kind = values[possible ? 1 : 0];
        const name = kind?.replace(/\s*-\s*/g, '-').replace(/_/g, '-') ?? '';
        if (verdicts.includes(name)) expectation = { kind: name, possible, span: span(w) };
        else bad(`RACE_EXPECT(${name}): there is no such verdict; there are ${verdicts.join(', ')}`);
        break;
      }
      case 'RACE_REPEAT':
      case 'RACE_SIGNAL':
        if (!values[0] || !names.has(values[0])) bad(`${w.word}: no thread has the name ${values[0] ?? ''}`);
        else if (w.word === 'RACE_SIGNAL') signals.add(values[0]);
        else repeats.set(values[0], Math.max(1, Number(values[1] ?? 1) || 1));
        break;
      case 'RACE_BOUND': {
        const n = Number(values[1]);
        const kind = values[0] ?? '';
        if (!Number.isInteger(n) || n < 1) bad(`RACE_BOUND(${kind}, n): n is a positive number`);
        else if (/^recursion$/.test(kind)) settings.recursion = n;
        else if (/^alloc/.test(kind)) settings.allocations = n;
        else if (/^repeat|^work|^timer/.test(kind)) settings.repeats = n;
        else if (/^list/.test(kind)) settings.listLength = n;
        else bad(`RACE_BOUND knows recursion, allocations, list_length and repeats, not "${kind}"`);
        break;
      }
      case 'RACE_OPTION': {
        const [name, value] = values;
        if (name === 'alloc_may_fail') allocMayFail = value === 'y' || value === '1' || value === 'true';
        else if (
          name === 'preempt' &&
          (value === 'none' || value === 'voluntary' || value === 'full' || value === 'rt')
        )
          settings.preempt = value;
        else
          bad(
            `RACE_OPTION knows alloc_may_fail (y, n) and preempt (none, voluntary, full, rt), not ${name ?? ''} = ${value ?? ''}`,
          );
        break;
      }
      case 'RACE_INIT':
        if (!w.body) bad('RACE_INIT() has no body');
        break;
      case 'RACE_FINALLY':
        if (!w.expression) bad('RACE_FINALLY needs an expression');
        break;
      default:
        if (!words.has(w.word)) bad(`${w.word} is no word of a harness`);
        break;
    }
  }
  if (!threads.length) {
    problems.push({ severity: 'error', message: `${file} has no RACE_THREAD: there is nothing to run` });
    return undefined;
  }
  if (settings.preempt === undefined && world.config.value('CONFIG_PREEMPT_RT') === 'y')
    settings.preempt = 'rt';
  const highest = Math.max(-1, ...threads.map(t => t.cpu ?? -1));
  const unknownRecords = new Map<string, RecordType>();
  const assemble = (lines: ReadonlySet<InterruptUse> | undefined): Assembled => {
    const assembly = createAssembly({
      world,
      harnessFile: file,
      // CPUs that the harness numbers, one for each other thread, and some for what is started at run time.
      cpus: highest + 1 + threads.filter(t => t.cpu === undefined).length + 4,
      threads: names,
      allocMayFail,
      lines,
      unknownRecords,
    });
    const init: number[] = [];
    const finallyChecks: { function: number; site: number }[] = [];
    // RACE_INIT first: what it makes (slab caches) is known to the threads.
    for (const w of world.words)
      if (w.word === 'RACE_INIT' && w.body) init.push(assembly.entry('RACE_INIT', file, w.body, w.body));
    assembly.drain();
    const entries = threads.map(t => {
      const body = t.word.body;
      return body ? assembly.entry(t.name, file, body, body) : 0;
    });
    for (const w of world.words)
      if (w.word === 'RACE_FINALLY' && w.expression)
        finallyChecks.push(assembly.predicate('RACE_FINALLY', file, w.expression));
    const statics = assembly.statics();
    if (statics !== undefined) init.unshift(statics);
    const made = assembly.finish();
    return { assembly, made, init, entries, finallyChecks };
  };
  let assembled = assemble(undefined);
  // Structs that no file defines: the second time every use knows what all the others showed.
  const shown = assembled.made.assumptions.filter(a => a.kind === 'inferred');
  // Interrupts of the harness whose lines the code opens or closes: now each of them passes its line.
  const uses = assembled.made.interrupts;
  const lines = uses.has('handler') && uses.has('line') ? uses : undefined;
  if ((unknownRecords.size && shown.length) || lines) assembled = assemble(lines);
  const { assembly, made, init, entries, finallyChecks } = assembled;
  const list: Thread[] = threads.map((t, i) => {
    const task = assembly.task(t.name);
    return {
      name: t.name,
      context: t.context,
      entry: entries[i] ?? 0,
      ...(t.cpu === undefined ? {} : { cpu: t.cpu }),
      ...(t.daemon ? { daemon: true as const } : {}),
      repeat: repeats.get(t.name) ?? 1,
      ...(signals.has(t.name) ? { signals: true as const } : {}),
      ...(task === undefined ? {} : { task }),
      span: spanOf({ first: t.word.first, last: t.word.body?.first ?? t.word.first }),
    };
  });
  const assumptions = [
    ...made.assumptions,
    ...shown.filter(a => !made.assumptions.some(b => b.message === a.message)),
  ];
  for (const [name, d] of world.decided)
    if (d.origin !== 'harness' && d.origin !== 'predefined')
      assumptions.push({
        kind: 'config',
        message: `${name} is ${d.value === 'n' ? 'not set' : d.value} (${d.origin})`,
      });
  for (const p of assembly.problems) problems.push(p);
  return {
    name: file,
    sites: made.sites,
    layouts: made.layouts,
    objects: made.objects,
    functions: made.functions,
    threads: list,
    init,
    finally: finallyChecks,
    assumptions,
    settings,
    ...(expectation ? { expectation } : {}),
  };
}
