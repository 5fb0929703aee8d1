/**
 * The command line without its process: arguments, files, a clock and a terminal in, text and an exit code out. All
 * harnesses of one run share one pipeline, so the tree is read once.
 */
import type { CancelToken } from '../../base/cancel';
import { answerRecord, outcomeOfAnswer, problemRecord, type AnswerContext } from '../../ide/answer';
import { answerText, problemText, type TextPart } from '../../ide/answerText';
import { facts } from '../../ide/facts';
import { factsText } from '../../ide/factsText';
import type { Pipeline } from '../../ide/pipeline';
import type { FileSource } from '../files';
import { help, parseRequest, type Request } from './arguments';

export interface CommandInput {
  readonly args: readonly string[];
  /** The working folder, absolute, `/` in between. */
  readonly folder: string;
  readonly files: FileSource;
  /** The pipeline for a file: of the tree given, else of the tree or the folder that it lies in. */
  readonly createPipelines: (files: FileSource, root: string | undefined) => Promise<PipelineOf>;
  readonly cancel: CancelToken;
  /** Seconds; only differences count. */
  readonly now: () => number;
  readonly terminal: {
    out(text: string): void;
    error(text: string): void;
    /** Characters in a line. */
    readonly columns: number;
    readonly colour: boolean;
  };
  readonly version: string;
}

export type PipelineOf = (path: string) => Pipeline | 'pending';

const exit = { met: 0, missed: 1, unknown: 2, input: 3 } as const;

/** Gives the exit code. Bad input is told in a sentence; it throws only for a bug of ours. */
export async function runCommand(input: CommandInput): Promise<number> {
  const request = parseRequest(input.args);
  const { terminal } = input;
  switch (request.command) {
    case 'help':
      terminal.out(help);
      return exit.met;
    case 'version':
      terminal.out(`racelens ${input.version}\n`);
      return exit.met;
    case 'wrong':
      terminal.error(`racelens: ${request.message}\nracelens --help says more.\n`);
      return exit.input;
    case 'check':
      return check(request, input);
    case 'facts':
      return showFacts(request, input);
  }
}

type CheckArguments = Extract<Request, { command: 'check' }>;
type FactsArguments = Extract<Request, { command: 'facts' }>;

/** The tree that the user named; a sentence if it is none. */
function treeOf(tree: string | undefined, input: CommandInput): { root?: string } | string {
  if (tree === undefined) return {};
  const root = absolute(input.folder, tree);
  const names = input.files.list(root);
  if (!names || names === 'pending') return `there is no folder ${tree}`;
  const headers = input.files.list(`${root}/include/linux`);
  if (!headers || headers === 'pending') return `${tree} is no kernel tree: it has no include/linux`;
  return { root };
}

/** The disk has everything at once. */
function here<T>(value: T | 'pending'): T {
  if (value === 'pending') throw new Error('internal: a file on disk was pending');
  return value as T;
}

/** What is wrong with a file before anything is made of it, as a sentence. */
function unreadable(path: string, shown: string, files: FileSource): string | undefined {
  const text = files.read(path);
  if (typeof text === 'string') {
    if (text.slice(0, 65536).includes('\0')) return `${shown} is a binary file`;
    return undefined;
  }
  return files.list(path) ? `${shown} is a folder` : `there is no file ${shown}`;
}

async function check(request: CheckArguments, input: CommandInput): Promise<number> {
  const { terminal, files } = input;
  const tree = treeOf(request.tree, input);
  if (typeof tree === 'string') {
    terminal.error(`racelens: ${tree}\n`);
    return exit.input;
  }
  const pipelineOf = await input.createPipelines(files, tree.root);
  const codes = new Set<number>();
  for (const file of request.files) {
    if (input.cancel.cancelled) {
      codes.add(exit.unknown);
      break;
    }
    codes.add(checkOne(file, request, pipelineOf, input, tree.root));
  }
  return [exit.input, exit.missed, exit.unknown].find(code => codes.has(code)) ?? exit.met;
}

function checkOne(
  file: string,
  request: CheckArguments,
  pipelineOf: PipelineOf,
  input: CommandInput,
  root: string | undefined,
): number {
  const { terminal } = input;
  const path = absolute(input.folder, file);
  const wrong = unreadable(path, file, input.files);
  if (wrong !== undefined) {
    if (request.json) terminal.out(`${JSON.stringify(inputRecord(file, wrong))}\n`);
    else terminal.error(`racelens: ${wrong}\n`);
    return exit.input;
  }
  const pipeline = here(pipelineOf(path));
  const show = (p: string): string => shownPath(p, input.folder, root);
  const places = { show, lines: (p: string) => pipeline.lines(p) };
  if (request.model) return showModel(path, pipeline, input, places);

  const start = input.now();
  const limit = request.time;
  const answer = here(
    pipeline.check({
      harness: path,
      ...(request.schedule === undefined ? {} : { schedule: request.schedule }),
      ...(request.maxStates === undefined ? {} : { options: { maxStates: request.maxStates } }),
      cancel: input.cancel,
      onProgress: () =>
        input.cancel.cancelled
          ? 'cancelled'
          : limit !== undefined && input.now() - start > limit
            ? 'time'
            : 'go',
    }),
  );
  const context: AnswerContext = { file, seconds: input.now() - start, ...places };
  if (request.json) terminal.out(`${JSON.stringify(answerRecord(answer, context))}\n`);
  else {
    const separator = request.files.indexOf(file) > 0 ? '\n' : '';
    terminal.out(
      separator +
        answerText(answer, context, {
          width: Math.max(60, Math.min(terminal.columns, 160)),
          all: request.all,
          paint: terminal.colour && request.colour ? paint : plain,
        }),
    );
  }
  return exit[outcomeOfAnswer(answer)];
}

function showModel(
  path: string,
  pipeline: Pipeline,
  { terminal }: CommandInput,
  places: Pick<AnswerContext, 'show' | 'lines'>,
): number {
  const model = here(pipeline.model(path));
  for (const problem of model.problems) terminal.error(`${problemText(problem, places)}\n`);
  terminal.out(model.text.endsWith('\n') ? model.text : `${model.text}\n`);
  return model.problems.some(p => p.severity === 'error') ? exit.input : exit.met;
}

/** The object that `--json` prints for a file that cannot be read. */
function inputRecord(file: string, message: string): Readonly<Record<string, unknown>> {
  return {
    file,
    verdict: 'cannot-tell',
    expected: 'holds',
    met: false,
    confirmed: false,
    exhaustive: false,
    states: 0,
    transitions: 0,
    seconds: 0,
    schedule: null,
    preemptions: null,
    reason: 'input',
    summary: message,
    also: [],
    assumptions: [],
    findings: [],
    bounds: [],
    problems: [problemRecord({ severity: 'error', message }, { show: p => p, lines: () => undefined })],
  };
}

async function showFacts(request: FactsArguments, input: CommandInput): Promise<number> {
  const { terminal, files } = input;
  const tree = treeOf(request.tree, input);
  if (typeof tree === 'string') {
    terminal.error(`racelens: ${tree}\n`);
    return exit.input;
  }
  const pipelineOf = await input.createPipelines(files, tree.root);
  let code: number = exit.met;
  for (const file of request.files) {
    const path = absolute(input.folder, file);
    const wrong = unreadable(path, file, files);
    const scene = wrong === undefined ? here(pipelineOf(path)).scene([path]) : undefined;
    const source = scene?.files.find(f => f.path === path);
    if (!scene || !source) {
      terminal.error(`racelens: ${wrong ?? `${file} could not be read`}\n`);
      code = exit.input;
      continue;
    }
    const found = { ...facts(scene, source), file };
    if (request.json) terminal.out(`${JSON.stringify(found)}\n`);
    else terminal.out(factsText(found, file));
    if (source.problems.some(p => p.severity === 'error')) code = exit.input;
  }
  return code;
}

/** `/` between, no `.` and `..` inside. */
export function absolute(folder: string, path: string): string {
  const slashes = path.replace(/\\/g, '/');
  const whole = /^(\/|[a-zA-Z]:\/)/.test(slashes) ? slashes : `${folder}/${slashes}`;
  const parts: string[] = [];
  for (const part of whole.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return (whole.startsWith('/') ? '/' : '') + parts.join('/');
}

/** Relative to the tree's root or to the working folder, whichever it lies in. */
function shownPath(path: string, folder: string, root: string | undefined): string {
  for (const base of [folder, root])
    if (base !== undefined && path.startsWith(`${base}/`)) return path.slice(base.length + 1);
  return path;
}

const codes: Readonly<Partial<Record<TextPart, string>>> = {
  good: '1;32',
  bad: '1;31',
  unknown: '1;33',
  title: '1',
  place: '1',
  head: '1',
  call: '36',
  effect: '32',
  note: '2',
  number: '2',
  fold: '2',
  wait: '31',
  mark: '31',
};

function plain(_part: TextPart, text: string): string {
  return text;
}

function paint(part: TextPart, text: string): string {
  const code = codes[part];
  return code === undefined || text.trim() === '' ? text : `\u001b[${code}m${text}\u001b[0m`;
}
