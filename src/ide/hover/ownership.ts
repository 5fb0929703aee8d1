/**
 * What comments say about who may set or clear a bit: sentences that name it and speak of owners, locks, or of who
 * does what. Quoted, not interpreted.
 */
import type { Span } from '../../base/span';
import type { SourceFile } from '../../syntax/source';
import type { NameDefinition } from '../bits/bitNames';

export interface Quote {
  readonly text: string;
  readonly file: string;
  /** One-based, of the comment. */
  readonly line: number;
  /** The comment. */
  readonly span: Span;
}

const protocol =
  /\b(own(s|er|ers|ership)\b|only\b.*\b(may|can|must|when|if|by|the)\b|must\b|protect(s|ed|ing)?\b.*\b(by|against|from)\b|(is|are|be|being|was|gets?) (set|cleared) (by|when|under|with|only|if|while)|(set|cleared) by\b|holding\b|held\b|serializ|exclusive(ly)?\b|safely clear|race)/i;

/** More are not quoted. */
const MOST = 5;
/** Comments in more files are not read. */
const MOST_FILES = 200;

/** Sentences about the bit in comments of some sources; the definition's own come first. */
export function ownershipIn(
  definition: NameDefinition,
  sources: readonly SourceFile[],
  name: string,
): readonly Quote[] {
  const found: Quote[] = [];
  const word = new RegExp(`\\b${name}\\b`, 'g');
  const take = (source: SourceFile, start: number, end: number, any: boolean): void => {
    const line = source.lines.positionAt(start).line + 1;
    for (const sentence of sentencesOf(source.text.slice(start, end)))
      if (
        protocol.test(sentence) &&
        (any || sentence.includes(name)) &&
        !found.some(q => q.text === sentence)
      )
        found.push({ text: sentence, file: source.path, line, span: { file: source.path, start, end } });
  };
  const { source, item } = definition;
  // The comment beside or above the enumerator is about it whether it names it or not.
  const beside = commentBeside(source, item.nameStart);
  if (beside) take(source, beside.start, beside.end, true);
  for (const s of [source, ...sources.filter(x => x !== source)].slice(0, MOST_FILES)) {
    if (found.length >= MOST) break;
    let last = -1;
    for (const m of s.text.matchAll(word)) {
      const start = s.text.lastIndexOf('/*', m.index);
      if (start < 0 || start === last) continue;
      const end = s.text.indexOf('*/', start + 2);
      if (end < m.index) continue;
      last = start;
      take(s, start, end, false);
    }
  }
  return found.slice(0, MOST);
}

function commentBeside(source: SourceFile, offset: number): { start: number; end: number } | undefined {
  const { text } = source;
  const line = text.indexOf('\n', offset);
  const start = text.slice(offset, line < 0 ? undefined : line).indexOf('/*');
  if (start < 0) return undefined;
  const end = text.indexOf('*/', offset + start);
  return end < 0 ? undefined : { start: offset + start, end };
}

/** The sentences of a comment, without its signs. */
function sentencesOf(comment: string): readonly string[] {
  const plain = comment
    .replace(/^\/\*+/, '')
    .split('\n')
    .map(l => l.replace(/^\s*\*+ ?/, '').trim())
    .join('\n')
    .replace(/\n\s*\n/g, '. ')
    .replace(/\n(?=\s*[-@])/g, '. ')
    .replace(/\s+/g, ' ');
  return plain
    .split(/(?<=[.!?;])\s+(?=[A-Z@(-])/)
    .map(s => s.replace(/^[.\s-]+/, '').replace(/[.\s]+$/, ''))
    .filter(s => s.length > 8 && s.length < 300);
}
