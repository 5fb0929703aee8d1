/** What stays in memory when one file is opened after another: the heap after a full collection, as they are opened. */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { IndexedPipeline } from '../src/ide/pipeline';
import { open } from './wholeFiles';

export interface Memory {
  readonly files: number;
  /** Largest heap after a collection, in megabytes. */
  readonly most: number;
  /** At the end. */
  readonly last: number;
}

/** Opens the files, and collects after each `each`-th. */
export async function memory(
  pipeline: IndexedPipeline,
  paths: readonly string[],
  each: number,
  tell: (line: string) => void,
): Promise<Memory> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const state = { most: 0, last: 0 };
  for (const [i, path] of paths.entries()) {
    open(pipeline, path);
    // What is only kept until the end of a job is let go of, as between two questions of the editor.
    await new Promise(resolve => setTimeout(resolve, 0));
    if ((i + 1) % each !== 0 && i + 1 < paths.length) continue;
    collect();
    const { used_heap_size: used, external_memory: external } = getHeapStatistics();
    state.last = used / 1e6;
    state.most = Math.max(state.most, state.last);
    tell(
      `${String(i + 1)} files: ${state.last.toFixed(0)} MB of heap, ${(external / 1e6).toFixed(0)} MB beside it`,
    );
  }
  return { files: paths.length, ...state };
}
