/**
 * The command line without its process: arguments, files, a clock and a terminal in, text and an exit code out. All
 * harnesses of one run share one pipeline, so the tree is read once.
 */
import { answerRecord, outcomeOfAnswer, problemRecord, type AnswerContext } from '../../ide/answer';
import { answerText, problemText, type TextPart } from '../../ide/answerText';
import { exportedAnswer } from '../../ide/exports';
import type { Pipeline } from '../../ide/pipeline';
import { help, parseRequest, type Request } from './arguments';
import { showFacts } from './factsCommand';
import {
  absolute,
  exit,
  here,
  shownPath,
  treeOf,
  unreadable,
  type CommandInput,
  type PipelineOf,
} from './commandFiles';

export { absolute, type CommandInput, type PipelineOf } from './commandFiles';

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
      options: {
        ...(request.maxStates === undefined ? {} : { maxStates: request.maxStates }),
        ...request.examine,
      },
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
  if (request.form) {
    const text = exportedAnswer(answer, request.form, { file, ...places });
    if (text === undefined)
      terminal.error(`racelens: ${file}: there is no schedule to show (${answer.report.verdict.kind})\n`);
    else terminal.out(text);
  } else if (request.json) terminal.out(`${JSON.stringify(answerRecord(answer, context))}\n`);
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
