/**
 * The whole way of the data in one place: files -> sources -> tree -> harness and ir -> engine -> report. Workers and the
 * command line make one pipeline and keep it: it holds the parsed sources and the facts, so that asking again is cheap.
 * No clock and no file system in here: files, bytes and time are handed in.
 */
import type { CancelToken } from '../base/cancel';
import type { Problem } from '../base/problem';
import type { LineMap } from '../base/span';
import type { Options, Progress } from '../engine/options';
import type { Report } from '../engine/report';
import type { Program } from '../ir/program';
import type { Files } from '../tree/tree';
import type { Scene } from './scene';

export interface PipelineInput {
  readonly files: Files;
  /** web-tree-sitter.wasm and tree-sitter-c.wasm. */
  readonly runtime: Uint8Array;
  readonly grammar: Uint8Array;
  /** The kernel tree's root folder, if the sources lie in one. */
  readonly root?: string;
}

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
}

export interface Pipeline {
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

export async function createPipeline(_input: PipelineInput): Promise<Pipeline> {
  await Promise.resolve();
  throw new Error('internal: the pipeline is not put together yet');
}
