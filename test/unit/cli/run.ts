/** Runs the command line inside the test: files from texts, a clock that stands still, the terminal as a string. */
import { createLineMap } from '../../../src/base/span';
import { neverCancelled, type CancelToken } from '../../../src/base/cancel';
import { runCommand } from '../../../src/host/node/command';
import type { CheckAnswer, CheckRequest, Pipeline } from '../../../src/ide/pipeline';
import { filesWith, pipelineOn, pipelinesOn } from '../pipeline';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

export interface RunOptions {
  readonly files?: Readonly<Record<string, string>>;
  readonly pipeline?: Pipeline;
  readonly cancel?: CancelToken;
  readonly columns?: number;
  readonly colour?: boolean;
}

/** Without a pipeline given, the real one on the files given. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  let out = '';
  let error = '';
  const { pipeline } = options;
  const code = await runCommand({
    args,
    folder: '/work',
    files: filesWith(options.files ?? {}),
    async createPipelines(files, root) {
      if (pipeline) return () => pipeline;
      if (root === undefined) return pipelinesOn(files);
      const own = await pipelineOn(files, root);
      return () => own;
    },
    cancel: options.cancel ?? neverCancelled,
    now: () => 0,
    terminal: {
      out: text => (out += text),
      error: text => (error += text),
      columns: options.columns ?? 100,
      colour: options.colour ?? false,
    },
    version: '1.2.3',
  });
  return { code, out, error };
}

/** A pipeline whose answers are made up. */
export function fakePipeline(
  files: Readonly<Record<string, string>>,
  answer: (request: CheckRequest) => Partial<CheckAnswer> & Pick<CheckAnswer, 'report'>,
): Pipeline {
  const never = (): never => {
    throw new Error('not for these tests');
  };
  return {
    begin: never,
    check: request => ({ problems: [], files: [], ...answer(request) }),
    model: () => ({ text: 'the program', problems: [] }),
    scene: never,
    lines(path) {
      const text = files[path];
      return text === undefined ? undefined : createLineMap(text);
    },
    wanted: () => [],
    forget: () => undefined,
  };
}
