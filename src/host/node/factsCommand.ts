/** `racelens facts`: of whole files, of a line, of a function, of a bit. docs/facts.md documents what it prints. */
import { bitFacts } from '../../ide/bits/bitFacts';
import { facts } from '../../ide/facts/facts';
import { factsText } from '../../ide/facts/factsText';
import { factsOfFunctions } from '../../ide/facts/functionFacts';
import { lineFacts } from '../../ide/facts/lineFacts';
import { bitFactsText, functionFactsText, lineFactsText } from '../../ide/facts/situationText';
import type { Scene } from '../../ide/scene';
import type { Request } from './arguments';
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

type FactsArguments = Extract<Request, { command: 'facts' }>;
type About = Exclude<FactsArguments['about'], undefined>;

/** Gives the exit code: 3 if there is nothing to say about what was asked. */
export async function showFacts(request: FactsArguments, input: CommandInput): Promise<number> {
  const { about } = request;
  const named = request.files.length > 0 || request.tree !== undefined;
  const tree = treeOf(named ? request.tree : '.', input);
  if (typeof tree === 'string') {
    const reason =
      about && !named
        ? `--${about.kind} needs a file or --tree DIR: the working folder is no kernel tree`
        : tree;
    input.terminal.error(`racelens: ${reason}\n`);
    return exit.input;
  }
  const pipelineOf = await input.createPipelines(input.files, tree.root);
  return about
    ? showAbout(about, request, input, pipelineOf, tree.root)
    : showFiles(request, input, pipelineOf, tree.root);
}

function showFiles(
  request: FactsArguments,
  input: CommandInput,
  pipelineOf: PipelineOf,
  root: string | undefined,
): number {
  const { terminal } = input;
  let code: number = exit.met;
  for (const file of request.files) {
    const opened = open(pathOf(file, input, root), file, input, pipelineOf);
    if (typeof opened === 'string') {
      terminal.error(`racelens: ${opened}\n`);
      code = exit.input;
      continue;
    }
    const { scene, source } = opened;
    const top = root ?? scene.tree.root ?? input.folder;
    const options = {
      show: (path: string) => shownPath(path, top, input.folder),
      ...(request.contexts && {
        contexts: true,
        onProgress: (done: number, of: number) => {
          if (done % 20 === 0)
            terminal.error(`racelens: ${file}: callers of ${String(done)} of ${String(of)} functions read\n`);
        },
      }),
    };
    const found = { ...facts(scene, source, options), file };
    if (request.json) terminal.out(`${JSON.stringify(found)}\n`);
    else terminal.out(factsText(found, file));
    if (source.problems.some(p => p.severity === 'error')) code = exit.input;
  }
  return code;
}

interface Opened {
  readonly scene: Scene;
  readonly source: Scene['files'][number];
}

/** A file as the only open one of its scene; a sentence if it cannot be read. */
function open(path: string, shown: string, input: CommandInput, pipelineOf: PipelineOf): Opened | string {
  const wrong = unreadable(path, shown, input.files);
  if (wrong !== undefined) return wrong;
  const scene = here(pipelineOf(path)).scene([path]);
  const source = scene.files.find(f => f.path === path);
  return source ? { scene, source } : `${shown} could not be read`;
}

function showAbout(
  about: About,
  request: FactsArguments,
  input: CommandInput,
  pipelineOf: PipelineOf,
  root: string | undefined,
): number {
  const { terminal } = input;
  const [file] = request.files;
  const opened = file === undefined ? undefined : open(pathOf(file, input, root), file, input, pipelineOf);
  if (typeof opened === 'string') {
    terminal.error(`racelens: ${opened}\n`);
    return exit.input;
  }
  const scene = opened?.scene ?? here(pipelineOf(`${root ?? input.folder}/`)).scene([]);
  const top = root ?? scene.tree.root;
  const show = (path: string): string => shownPath(path, top ?? input.folder, input.folder);
  const print = (value: unknown, text: string): void => {
    terminal.out(request.json ? `${JSON.stringify(value)}\n` : text);
  };
  switch (about.kind) {
    case 'line': {
      if (!opened) return exit.input;
      const found = lineFacts(scene, opened.source, about.line, show);
      print(found, lineFactsText(found));
      return found.function === null ? exit.input : exit.met;
    }
    case 'function': {
      const [first, ...others] = factsOfFunctions(scene, about.name, opened?.source, show);
      if (!first) {
        const where = file ?? 'this tree';
        terminal.error(`racelens: there is no function ${about.name} in ${where}\n`);
        return exit.input;
      }
      print(others.length ? { ...first, others } : first, [first, ...others].map(functionFactsText).join(''));
      return exit.met;
    }
    case 'bit': {
      const found = bitFacts(scene, about.name, input.cancel);
      const shown = JSON.parse(
        JSON.stringify(found, (key, value: unknown) =>
          key === 'file' && typeof value === 'string' ? show(value) : key === 'span' ? undefined : value,
        ),
      ) as unknown;
      print(shown, bitFactsText(found, show));
      return found.sites.length === 0 && found.definition === undefined ? exit.input : exit.met;
    }
  }
}

/** Relative to the working folder, else to the tree. */
function pathOf(file: string, input: CommandInput, root: string | undefined): string {
  const path = absolute(input.folder, file);
  if (root === undefined || typeof input.files.read(path) === 'string') return path;
  const inTree = absolute(root, file);
  return typeof input.files.read(inTree) === 'string' ? inTree : path;
}
