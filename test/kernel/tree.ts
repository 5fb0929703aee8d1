/**
 * The real tree for tests, and edits of it in memory: nothing is ever written into the tree. An edit names a function
 * and the text to replace in it, white space not counting.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { diskFiles } from '../../src/host/node/files';
import type { FileSource } from '../../src/host/files';
import { filesWith } from '../unit/pipeline';

export interface Edit {
  /** Relative to the tree's root. */
  readonly file: string;
  /** The function inside which to replace. */
  readonly function: string;
  readonly old: string;
  readonly new: string;
}

/** The folder that RACELENS_TREE names, which `npm test` sets. Throws a sentence if there is none. */
export function kernelTree(): string {
  const tree = process.env.RACELENS_TREE;
  if (!tree)
    throw new Error('RACELENS_TREE is not set: these tests need an unpacked kernel tree (linux-source-6.1)');
  return resolve(tree);
}

/** The tree with edits. Throws if an old text is not there exactly once: then the test is about another kernel. */
export function treeWith(edits: readonly Edit[]): FileSource {
  const tree = kernelTree();
  const texts: Record<string, string> = {};
  for (const edit of edits) {
    const path = `${tree}/${edit.file}`;
    texts[path] = edited(texts[path] ?? readFileSync(path, 'utf8'), edit);
  }
  return filesWith(texts, diskFiles());
}

export function edited(text: string, edit: Edit): string {
  const { start, end } = bodyOf(text, edit);
  const body = text.slice(start, end);
  const words = edit.old.match(/\w+|[^\w\s]/g) ?? [];
  const pattern = new RegExp(words.map(w => w.replace(/[^\w]/g, '\\$&')).join('\\s*'), 'g');
  const found = [...body.matchAll(pattern)];
  if (found.length !== 1 || !found[0])
    throw new Error(`${edit.file}: “${edit.old}” is ${String(found.length)} times in ${edit.function}()`);
  const at = found[0].index;
  return (
    text.slice(0, start) +
    body.slice(0, at) +
    edit.new +
    body.slice(at + found[0][0].length) +
    text.slice(end)
  );
}

/** From the function's name to the `}` in the first column. */
function bodyOf(text: string, { file, function: name }: Edit): { start: number; end: number } {
  for (const match of text.matchAll(new RegExp(`^(?=\\w)[^\\n;{}#]*\\b${name}\\(`, 'gm'))) {
    const end = text.indexOf('\n}', match.index);
    const brace = text.indexOf('{', match.index);
    const semicolon = text.indexOf(';', match.index);
    if (brace > 0 && end > brace && (semicolon < 0 || semicolon > brace)) return { start: match.index, end };
  }
  throw new Error(`${file} has no function ${name}()`);
}
