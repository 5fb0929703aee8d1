/** What all commands share: what they are given, exit codes, and how files and trees are named on the command line. */
import type { CancelToken } from '../../base/cancel';
import type { Pipeline } from '../../ide/pipeline';
import type { FileSource } from '../files';

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

/** Exit codes. */
export const exit = { met: 0, missed: 1, unknown: 2, input: 3 } as const;

/** The tree that the user named; a sentence if it is none. */
export function treeOf(tree: string | undefined, input: CommandInput): { root?: string } | string {
  if (tree === undefined) return {};
  const root = absolute(input.folder, tree);
  const names = input.files.list(root);
  if (!names || names === 'pending') return `there is no folder ${tree}`;
  const headers = input.files.list(`${root}/include/linux`);
  if (!headers || headers === 'pending') return `${tree} is no kernel tree: it has no include/linux`;
  return { root };
}

/** The disk has everything at once. */
export function here<T>(value: T | 'pending'): T {
  if (value === 'pending') throw new Error('internal: a file on disk was pending');
  return value as T;
}

/** What is wrong with a file before anything is made of it, as a sentence. */
export function unreadable(path: string, shown: string, files: FileSource): string | undefined {
  const text = files.read(path);
  if (typeof text === 'string') {
    if (text.slice(0, 65536).includes('\0')) return `${shown} is a binary file`;
    return undefined;
  }
  return files.list(path) ? `${shown} is a folder` : `there is no file ${shown}`;
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
export function shownPath(path: string, folder: string, root: string | undefined): string {
  for (const base of [folder, root])
    if (base !== undefined && path.startsWith(`${base}/`)) return path.slice(base.length + 1);
  return path;
}
