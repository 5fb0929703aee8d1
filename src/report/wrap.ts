/**
 * Fits text into a width: breaks at blanks and behind commas, else behind a bracket or bar, and only in the last resort
 * inside a word.
 */

/** Lines of at most `width` characters; all but the first begin with `hang`. Never gives an empty list. */
export function wrap(text: string, width: number, hang = ''): readonly string[] {
  const room = Math.max(8, width);
  const lines: string[] = [];
  let rest = text;
  while (rest.length > room) {
    const least = lines.length ? hang.length + 1 : 1;
    const at = breakAt(rest, room, least);
    lines.push(rest.slice(0, at).trimEnd());
    rest = hang + rest.slice(at).trimStart();
  }
  lines.push(rest);
  return lines;
}

/** The best place to cut before `room`, in characters from the start. */
function breakAt(text: string, room: number, least: number): number {
  const first = Math.max(least, Math.floor(room / 3));
  for (let i = room; i > first; i--) {
    if (text[i] === ' ' && text[i - 1] !== ' ') return i;
    if (text[i - 1] === ',' && text[i] !== ' ') return i;
  }
  for (let i = room; i > first; i--) if (text[i - 1] === '|' || text[i - 1] === '(') return i;
  // Between an object and its member rather than inside a name.
  for (let i = room; i > first; i--) if (text.slice(i - 2, i) === '->' || text[i - 1] === '.') return i;
  return room;
}

/** The text cut to `width`, with `…` in place of what is missing. */
export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
