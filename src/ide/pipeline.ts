/**
 * The whole way of the data in one place: files -> sources -> tree -> harness and ir -> engine -> report. Workers and the
 * command line make one pipeline and keep it: it holds the parsed sources and the facts, so that asking again is cheap.
 * No clock and no file system in here: files, bytes and time are handed in.
 */
import type { CancelToken } from '../base/cancel';
import type { Problem } from '../base/problem';
import type { LineMap } from '../base/span';
import type { Options, Progress } from '../engine/options';
import { createCheck, replay } from '../engine';
import type { Search } from '../engine/explore';
import type { CannotTellReason, Report, Trace } from '../engine/report';
import type { Assumption, Program } from '../ir/program';
import { printProgram } from '../ir/text';
import { createFactStore, type FactStore } from '../kernel/functions';
import { lower, racelensHeader } from '../lower/lower';
import { createMemory } from '../lower/memory';
import { createParser, type CParser } from '../syntax/parser';
import { createConfig } from '../tree/config';
import { createCorpus } from '../tree/corpus';
import { createTree } from '../tree/create';
import { createIdentifierIndex, type IdentifierIndex } from '../tree/identifiers';
import type { Config, Files } from '../tree/tree';
import { findRoot } from './root';
import type { Scene } from './scene';

export interface PipelineInput {
  readonly files: Files;
  /** web-tree-sitter.wasm and tree-sitter-c.wasm. */
  readonly runtime: Uint8Array;
  readonly grammar: Uint8Array;
  /** The kernel tree's root folder, if the sources lie in one. */
  readonly root?: string;
  /** How the index of identifiers is made; absent: on demand. */
  readonly indexing?: Indexing;
}

/**
 * `on-demand`: a question makes the part that it needs, beginning with what was saved for the root. `background`: somebody
 * calls `IndexedPipeline.index.work`, reading through these files; questions are answered from what is there. `none`: nothing
 * beyond the files at hand is known.
 */
export type Indexing =
  | 'on-demand'
  | 'none'
  | { readonly background: Files }
  | { readonly saved: (root: string) => Uint8Array | undefined };

export interface CheckRequest {
  /** Path of the harness. */
  readonly harness: string;
  readonly options?: Partial<Options>;
  /** Execute this schedule in place of exploring. */
  readonly schedule?: string;
  readonly cancel?: CancelToken;
  /** Asked every few hundred states; `time` and `cancelled` end the run. */
  readonly onProgress?: (progress: Progress) => 'go' | 'time' | 'cancelled';
}

export interface CheckAnswer {
  /** Absent if the harness could not be read at all. */
  readonly program?: Program;
  readonly report: Report;
  /** What was wrong with the input; it may have an answer all the same. */
  readonly problems: readonly Problem[];
  /** Every file whose text went into the answer. */
  readonly files: readonly string[];
  /** What was explored, for what is asked afterwards; it takes memory as long as somebody has it. */
  readonly search?: Search;
}

/** A check that is run piece by piece, so that its worker can listen in between. */
export interface Running {
  /** Explores up to so many states more. */
  run(states: number): 'more' | CheckAnswer;
}

export interface Pipeline {
  /** Reads and lowers the harness; the exploring is left to the caller. */
  begin(request: CheckRequest): Running | 'pending';
  /** `pending`: fetch what `wanted()` lists, then ask again. With files that are never pending it is never given. */
  check(request: CheckRequest): CheckAnswer | 'pending';
  /** The ir of a harness as text. */
  model(harness: string): { readonly text: string; readonly problems: readonly Problem[] } | 'pending';
  /** What the editor features work on: the given files, in their order. */
  scene(paths: readonly string[]): Scene;
  /** Line map of a file that was read; undefined if it is not there. */
  lines(path: string): LineMap | undefined;
  /** Paths that were asked for and are pending; folders end in `/`. */
  wanted(): readonly string[];
  /** Texts of these paths changed: what was made of them is made again. Without paths: of all. */
  forget(paths?: readonly string[]): void;
}

/** A pipeline with what keeps its index going. */
export interface IndexedPipeline extends Pipeline {
  /** Of the kernel tree; undefined for a loose folder. */
  readonly root: string | undefined;
  readonly index: IdentifierIndex;
}

/** Scenes that are kept; each holds what is known of its files. */
const mostScenes = 12;
/** And so many characters of their files. */
const mostInScenes = 1_500_000;

/** One pipeline, for a tree or for loose files. */
export async function createPipeline(input: PipelineInput): Promise<IndexedPipeline> {
  const parser = await createParser(input);
  return assemble(input, input.root, undefined, parser, createFactStore());
}

/** Pipelines for a window that may have files of several trees open. */
export interface Pipelines {
  /** The pipeline of the tree, or of the loose folder, that a file lies in. */
  of(path: string): IndexedPipeline | 'pending';
  /** Those that were made so far. */
  all(): readonly IndexedPipeline[];
  forget(paths?: readonly string[]): void;
}

/** `root`: the tree of files that lie in none; without it they are loose. */
export async function createPipelines(input: PipelineInput): Promise<Pipelines> {
  const parser = await createParser(input);
  const facts = createFactStore();
  const made = new Map<string, IndexedPipeline>();
  const roots = new Map<string, string | undefined>();
  return {
    of(path) {
      const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      if (!roots.has(folder)) {
        const root = findRoot(path, input.files);
        if (root === 'pending') return 'pending';
        roots.set(folder, root ?? input.root);
      }
      const root = roots.get(folder);
      const key = root === undefined ? `folder ${folder}` : `root ${root}`;
      const known = made.get(key);
      if (known) return known;
      const pipeline = assemble(input, root, folder, parser, facts);
      made.set(key, pipeline);
      return pipeline;
    },
    all: () => [...made.values()],
    forget(paths) {
      if (!paths) roots.clear();
      for (const pipeline of made.values()) pipeline.forget(paths);
    },
  };
}

function assemble(
  { files, indexing = 'on-demand' }: PipelineInput,
  root: string | undefined,
  folder: string | undefined,
  parser: CParser,
  facts: FactStore,
): IndexedPipeline {
  const isOnDemand = indexing === 'on-demand' || (typeof indexing === 'object' && 'saved' in indexing);
  const index = createIdentifierIndex({
    files: typeof indexing === 'object' && 'background' in indexing ? indexing.background : files,
    ...(root === undefined ? {} : { root }),
    ...(folder === undefined ? {} : { folder }),
    onDemand: isOnDemand,
    ...(typeof indexing === 'object' && 'saved' in indexing && root !== undefined
      ? { saved: () => indexing.saved(root) }
      : {}),
  });
  const state = { hasScenes: false, stage: '' };
  /** Who defines a name, as long as the index says the same. */
  const near = { version: -1, paths: new Map<string, readonly string[]>() };
  const tree = createTree({
    files,
    definers(name) {
      // A check alone is not worth making an index.
      if (!state.hasScenes || indexing === 'none') return undefined;
      // Soon it is known: no question waits for that.
      if (!isOnDemand && index.phase() === 'near') return [];
      if (near.version !== index.version()) {
        near.paths.clear();
        near.version = index.version();
      }
      const known = near.paths.get(name);
      if (known) return known;
      const found = index.definers(name, 'near');
      if (found === 'pending') return undefined;
      const paths = found.map(d => d.path);
      near.paths.set(name, paths);
      return paths;
    },
    parser,
    bundled: { 'racelens.h': racelensHeader },
    ...(root === undefined ? {} : { root }),
    ...(folder === undefined ? {} : { folder }),
  });
  const corpus = createCorpus({ tree, identifiers: index, facts, config: configOf });
  const memory = createMemory();
  const scenes = new Map<string, Scene>();
  let config: Config | undefined;

  /** The tree's .config, or the documented defaults. */
  function configOf(): Config {
    if (config) return config;
    const dotConfig = root === undefined ? undefined : files.read(`${root}/.config`);
    if (dotConfig === 'pending') return createConfig();
    config = createConfig(dotConfig === undefined ? {} : { dotConfig });
    return config;
  }

  /** Searching for a body takes long: only for the calls that were made. */
  function withPlace(assumption: Assumption): Assumption {
    if (assumption.callee === undefined) return assumption;
    const file = tree.whereIs(assumption.callee).find(p => p.endsWith('.c') && !p.endsWith('.race.c'));
    if (file === undefined) return assumption;
    const shown = root !== undefined && file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file;
    return { ...assumption, message: `${assumption.message}; include "${shown}" to run it` };
  }

  function begin(request: CheckRequest): Running | 'pending' {
    const {
      program,
      problems,
      wanted,
      files: paths,
    } = lower({ harness: request.harness, tree, parser, memory });
    if (wanted.length) return 'pending';
    const answer = (report: Report): CheckAnswer => ({
      ...(program ? { program } : {}),
      report: { ...report, assumptions: report.assumptions.map(withPlace) },
      problems,
      files: [...new Set([request.harness, ...paths])],
    });
    const wrong = problems.find(problem => problem.severity === 'error');
    if (!program || wrong)
      return {
        run: () => answer(cannotTell(program, 'input', wrong?.message ?? 'There is nothing to run.')),
      };
    const options: Partial<Options> = {
      ...request.options,
      ...(request.onProgress ? { progress: request.onProgress } : {}),
    };
    const { schedule } = request;
    if (schedule !== undefined) return { run: () => answer(replayed(program, schedule, options)) };
    const running = createCheck(program, options, request.cancel);
    return {
      run(states) {
        const report = running.run(states);
        if (report === 'more') return 'more';
        return { ...answer(report), ...(running.search ? { search: running.search } : {}) };
      },
    };
  }

  return {
    root,
    index,
    begin,
    check(request) {
      const running = begin(request);
      if (running === 'pending') return 'pending';
      for (;;) {
        const answer = running.run(4096);
        if (answer !== 'more') return answer;
      }
    },
    model(harness) {
      const lowered = lower({ harness, tree, parser, memory });
      if (lowered.wanted.length) return 'pending';
      return {
        text: lowered.program ? printProgram(lowered.program) : '',
        problems: lowered.problems,
      };
    },
    scene(paths) {
      const key = paths.join('\n');
      for (const path of paths) index.near(path);
      // What was found out with less of the index is found out again.
      state.hasScenes = true;
      const stage = `${index.phase()} ${String(index.revision())}`;
      if (state.stage !== stage) scenes.clear();
      state.stage = stage;
      const known = scenes.get(key);
      if (known) {
        scenes.delete(key);
        scenes.set(key, known);
        return known;
      }
      const own = configOf();
      const sources = paths.flatMap(path => tree.file(path) ?? []);
      const scene: Scene = {
        tree,
        scope: tree.scope(
          sources.map(source => source.path),
          own,
        ),
        config: own,
        files: sources,
        facts,
        corpus,
      };
      if (!tree.wanted().length) scenes.set(key, scene);
      let length = [...scenes.values()].reduce((sum, one) => sum + lengthOf(one), 0);
      for (const [oldest, old] of scenes) {
        if (old === scene || (scenes.size <= mostScenes && length <= mostInScenes)) break;
        scenes.delete(oldest);
        length -= lengthOf(old);
      }
      return scene;
    },
    lines: path => tree.file(path)?.lines,
    wanted: () => tree.wanted(),
    forget(paths) {
      scenes.clear();
      if (!paths || paths.some(path => path.endsWith('/.config'))) config = undefined;
      if (!paths) {
        tree.forget();
        index.forget();
        corpus.forget();
      } else
        for (const path of paths) {
          tree.forget(path);
          index.forget(path);
          corpus.forget(path);
        }
    },
  };
}

function lengthOf(scene: Scene): number {
  return scene.files.reduce((sum, file) => sum + file.text.length, 0);
}

/** A report without an answer. */
function cannotTell(program: Program | undefined, reason: CannotTellReason, message: string): Report {
  return {
    verdict: { kind: 'cannot-tell', reason, message },
    exhaustive: false,
    confirmed: false,
    states: 0,
    transitions: 0,
    also: [],
    assumptions: program?.assumptions ?? [],
    findings: [],
    bounds: [],
  };
}

/** A schedule that was executed, as a report: what it ends in says nothing about all others. */
function replayed(program: Program, schedule: string, options: Partial<Options>): Report {
  const { problem, trace, kind, message, explanation } = replay(program, schedule, options);
  const shown = {
    ...cannotTell(program, 'input', ''),
    schedule,
    ...(trace
      ? {
          trace,
          states: trace.steps.length + 1,
          transitions: trace.steps.length,
          preemptions: countPreemptions(trace),
        }
      : {}),
    ...(explanation ? { explanation } : {}),
  };
  if (problem !== undefined)
    return {
      ...shown,
      verdict: {
        kind: 'cannot-tell',
        reason: 'input',
        message: `The schedule does not fit this text: ${problem}. Run the check again for one that does.`,
      },
    };
  if (kind === undefined || kind === 'holds' || kind === 'cannot-tell')
    return {
      ...shown,
      verdict: {
        kind: 'cannot-tell',
        reason: 'bound',
        message: message ?? 'This schedule ends well; nothing is said about the others.',
      },
    };
  const unknown = program.assumptions.some(a => a.kind === 'unknown-call' || a.kind === 'unknown-value');
  return { ...shown, verdict: { kind, message: message ?? kind }, confirmed: !unknown };
}

function countPreemptions(trace: Trace): number {
  return trace.steps.filter(step => step.preemption).length;
}
