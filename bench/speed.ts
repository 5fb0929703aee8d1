/** How long the front end takes, in CPU time of this process (medians; other programs on the machine matter little). */
import { readFileSync } from 'node:fs';
import { decorations } from '../src/ide/decorations';
import { lenses } from '../src/ide/lenses';
import { createPipeline, type IndexedPipeline } from '../src/ide/pipeline';
import { diskFiles } from '../src/host/node/files';
import type { FileSource } from '../src/host/files';
import type { CParser } from '../src/syntax/parser';
import type { Item } from '../src/syntax/source';

export interface Bytes {
  readonly runtime: Uint8Array;
  readonly grammar: Uint8Array;
}

/** CPU time of this process so far, in milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

/** A new text with a statement put at the start of the n-th function, as if somebody typed there. */
function typedIn(
  text: string,
  functions: readonly Item[],
  n: number,
): { readonly text: string; readonly name: string } {
  const item = functions[n % functions.length];
  if (!item) return { text, name: '' };
  const at = text.indexOf('{', item.nameStart) + 1;
  // One flat string, as one that comes from an editor is.
  const flat = Buffer.from(`${text.slice(0, at)}\n\tfoo();${text.slice(at)}`).toString();
  return { text: flat, name: item.name };
}

/** The whole file from nothing: items and all trees. */
export function wholeParse(
  parser: CParser,
  path: string,
  text: string,
): { readonly cold: number; readonly warm: number } {
  const times: number[] = [];
  for (let i = 0; i < 7; i++) {
    const start = cpuMs();
    const file = parser.parseFile(path, text);
    for (const item of file.items) file.node(item);
    times.push(cpuMs() - start);
  }
  return { cold: times[0] ?? NaN, warm: median(times.slice(2)) };
}

/** After an edit of one function: the new items, and the tree of that function. Edits in one function after the other. */
export function editParse(parser: CParser, path: string, text: string, edits: number): number {
  let file = parser.parseFile(path, text);
  for (const item of file.items) file.node(item);
  const times: number[] = [];
  for (let i = 0; i < edits; i++) {
    const edit = typedIn(
      file.text,
      file.items.filter(item => item.kind === 'function'),
      i * 37,
    );
    const start = cpuMs();
    const after = parser.parseFile(path, edit.text, file);
    const item = after.items.find(o => o.kind === 'function' && o.name === edit.name);
    if (item) after.node(item);
    times.push(cpuMs() - start);
    file = after;
  }
  return median(times.slice(edits >> 1));
}

/** From a keystroke in one function of a file to what the editor shows of the whole file: marks and lenses. */
export async function keystroke(bytes: Bytes, root: string, path: string, edits: number): Promise<number> {
  const disk = diskFiles();
  const overlay = { text: readFileSync(path, 'utf8') };
  const files: FileSource = {
    ...disk,
    read: p => (p === path ? overlay.text : disk.read(p)),
  };
  const pipeline = await createPipeline({ files, root, ...bytes });
  const show = (): void => {
    const scene = pipeline.scene([path]);
    const [file] = scene.files;
    if (!file) return;
    decorations(scene, file);
    lenses(scene, file, () => undefined);
  };
  show();
  const times: number[] = [];
  for (let i = 0; i < edits; i++) {
    const items = pipeline.scene([path]).files[0]?.items ?? [];
    overlay.text = typedIn(
      overlay.text,
      items.filter(item => item.kind === 'function'),
      i * 37,
    ).text;
    const start = cpuMs();
    pipeline.forget([path]);
    show();
    times.push(cpuMs() - start);
  }
  return median(times.slice(edits >> 1));
}

export interface Indexed {
  readonly seconds: number;
  /** By how much this process grew while the index was made. */
  readonly megabytes: number;
  readonly files: number;
}

/** The index of include/, net/ and kernel/: what an editor makes in the background. */
export function indexed(pipeline: IndexedPipeline): Indexed {
  const before = process.memoryUsage.rss();
  const start = cpuMs();
  let peak = before;
  while (pipeline.index.phase() !== 'all' && pipeline.index.work(4_000_000) === 'more')
    peak = Math.max(peak, process.memoryUsage.rss());
  return {
    seconds: (cpuMs() - start) / 1000,
    megabytes: (Math.max(peak, process.memoryUsage.rss()) - before) / 1e6,
    files: pipeline.index.progress().files,
  };
}
