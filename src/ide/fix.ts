/** The text edit that puts a grace period behind a publication, with a comment that says why, in kernel style. */
import type { Publication } from '../kernel/publish';
import type { SourceFile } from '../syntax/source';
import type { Scene, TextEdit } from './scene';

/** Undefined where no place was found that may sleep. */
export function fix(scene: Scene, publication: Publication): TextEdit | undefined {
  const { place } = publication;
  const source = place && (scene.files.find(f => f.path === place.file) ?? scene.tree.file(place.file));
  if (!place || !source) return undefined;
  const { indent, offset } = place;
  const newline = newlineOf(source);
  const call = 'synchronize_rcu();';
  const statement =
    place.condition === undefined ? [call] : [`if (${place.condition})`, `${deeper(source, indent)}${call}`];
  const before = lineBefore(source, offset);
  const lines = [
    // A blank line after `{` or another blank line would be one too many.
    ...(before === '' || before.endsWith('{') ? [] : ['']),
    ...comment(publication).map(l => indent + l),
    ...statement.map((l, i) => (i === 0 ? indent + l : l)),
    ...(/^\s*\}/.test(source.text.slice(offset)) ? [] : ['']),
  ];
  return {
    span: { file: place.file, start: offset, end: offset },
    newText: lines.map(l => l + newline).join(''),
  };
}

/** Comment lines are kept within 80 columns, tabs counting eight. */
const WIDTH = 68;

function comment(publication: Publication): readonly string[] {
  const reader = publication.readers[0];
  const sentences = [
    `Wait for readers that were inside before ${publication.pointer} was visible:`,
    reader
      ? `${reader.function}() takes no lock while ${publication.pointer} is NULL.`
      : `they take no lock while ${publication.pointer} is NULL.`,
  ];
  const lines: string[] = [];
  let line = '';
  for (const word of sentences.join(' ').split(' ')) {
    if (line && line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = '';
    }
    line += line ? ` ${word}` : word;
  }
  if (line) lines.push(line);
  return [...lines.map((l, i) => (i === 0 ? `/* ${l}` : ` * ${l}`)), ' */'];
}

function newlineOf(source: SourceFile): string {
  return source.text.includes('\r\n') ? '\r\n' : '\n';
}

/** One level deeper than `indent`, in the file's own way. */
function deeper(source: SourceFile, indent: string): string {
  if (indent.includes('\t') || indent === '') return `${indent}\t`;
  const step = /\n( {2,8})\S/.exec(source.text)?.[1] ?? '    ';
  return indent + step;
}

/** The line before a line start, without white space at its ends. */
function lineBefore(source: SourceFile, offset: number): string {
  const { line } = source.lines.positionAt(offset);
  if (line === 0) return '';
  const start = source.lines.offsetAt({ line: line - 1, column: 0 });
  return source.text.slice(start, offset).trim();
}
