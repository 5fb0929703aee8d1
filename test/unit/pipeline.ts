/** The real pipeline for tests: real parser, real engine, files from the disk and from texts given. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { diskFiles } from '../../src/host/node/files';
import type { FileSource } from '../../src/host/files';
import {
  createPipeline,
  createPipelines,
  type CheckAnswer,
  type CheckRequest,
  type Pipeline,
} from '../../src/ide/pipeline';

const bytes = (name: string): Uint8Array => readFileSync(`dist/${name}`);

export function pipelineOn(files: FileSource, root?: string): Promise<Pipeline> {
  return createPipeline({
    files,
    runtime: bytes('tree-sitter.wasm'),
    grammar: bytes('tree-sitter-c.wasm'),
    ...(root === undefined ? {} : { root }),
  });
}

/** As the command line has it: by the tree or the folder that a file lies in. */
export async function pipelinesOn(files: FileSource): Promise<(path: string) => Pipeline | 'pending'> {
  const pipelines = await createPipelines({
    files,
    runtime: bytes('tree-sitter.wasm'),
    grammar: bytes('tree-sitter-c.wasm'),
  });
  return path => pipelines.of(path);
}

export function diskPipeline(root?: string): Promise<Pipeline> {
  return pipelineOn(diskFiles(), root);
}

/** Texts by absolute path before what is on the disk (or before nothing at all). */
export function filesWith(texts: Readonly<Record<string, string>>, below?: FileSource): FileSource {
  const paths = Object.keys(texts);
  return {
    read: path => texts[path] ?? below?.read(path),
    list(path) {
      const folder = path.endsWith('/') ? path : `${path}/`;
      const own = paths
        .filter(p => p.startsWith(folder))
        .map(p => p.slice(folder.length).replace(/\/.*/, '/'));
      const others = below?.list(path);
      if (!own.length) return others;
      return [...new Set([...own, ...(typeof others === 'object' ? others : [])])];
    },
  };
}

/** `//- /file.c` starts a file; what stands before the first one is `/test.race.c`. */
export function fixtureFiles(text: string): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  let name = '/test.race.c';
  for (const line of text.split(/(?<=\n)/)) {
    const start = /^\s*\/\/- (\S+)/.exec(line);
    if (start?.[1]) {
      name = start[1];
      files[name] ??= '';
    } else if (files[name] !== undefined || line.trim()) files[name] = (files[name] ?? '') + line;
  }
  return files;
}

/** Checks with files that are never pending. */
export function checkNow(pipeline: Pipeline, request: CheckRequest): CheckAnswer {
  const answer = pipeline.check(request);
  if (answer === 'pending') throw new Error('files were pending, which the disk never is');
  return answer;
}

/** Checks a harness of a fixture, by itself. */
export async function checkText(
  text: string,
  request: Omit<CheckRequest, 'harness'> = {},
  harness = '/test.race.c',
): Promise<CheckAnswer> {
  return checkNow(await pipelineOn(filesWith(fixtureFiles(text))), { harness, ...request });
}

/** Ends a run that takes longer than so many milliseconds. */
export function within(milliseconds: number): Pick<CheckRequest, 'onProgress'> {
  const start = performance.now();
  return { onProgress: () => (performance.now() - start > milliseconds ? 'time' : 'go') };
}

export const samplesFolder = resolve('samples');
