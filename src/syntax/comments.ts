/** Finds the comment that belongs to a place: before it, or behind it on its line. */

/** The comment directly before `start`, or behind `end` on the same line, without its signs. */
export function commentFor(text: string, start: number, end: number): string | undefined {
  return behind(text, end) ?? before(text, start);
}

function behind(text: string, end: number): string | undefined {
  const m = /^[ \t]*[,;)}]*[ \t]*(\/\*[^]*?\*\/|\/\/[^\n]*)/.exec(text.slice(end, end + 4000));
  return m?.[1] === undefined ? undefined : cleaned(m[1]);
}

function before(text: string, start: number): string | undefined {
  let i = text.lastIndexOf('\n', start - 1) + 1;
  if (text.slice(i, start).trim() !== '') {
    // Something else stands before it on the line: only a comment directly before counts.
    const m = /(\/\*(?:(?!\*\/)[^])*\*\/)\s*$/.exec(text.slice(Math.max(0, start - 2000), start));
    return m?.[1] === undefined ? undefined : cleaned(m[1]);
  }
  // A blank line between a comment and the item parts them.
  const above = text.slice(0, i).trimEnd();
  const gap = text.slice(above.length, i);
  if ((gap.match(/\n/g) ?? []).length > 1) return undefined;
  if (above.endsWith('*/')) {
    const open = above.lastIndexOf('/*');
    if (open < 0) return undefined;
    const line = above.lastIndexOf('\n', open) + 1;
    // A comment behind other code belongs to that code.
    return above.slice(line, open).trim() === '' ? cleaned(above.slice(open)) : undefined;
  }
  const lines: string[] = [];
  i = above.length;
  while (i > 0) {
    const from = text.lastIndexOf('\n', i - 1) + 1;
    const line = text.slice(from, i).trim();
    if (!line.startsWith('//')) break;
    lines.unshift(line);
    i = from - 1;
  }
  return lines.length > 0 ? cleaned(lines.join('\n')) : undefined;
}

function cleaned(comment: string): string {
  return comment
    .replace(/^\/\*+!?/, '')
    .replace(/\*+\/$/, '')
    .split(/\r?\n/)
    .map(l => l.replace(/^\s*(?:\*+(?!\/)|\/\/+)\s?/, '').trimEnd())
    .join('\n')
    .trim();
}
