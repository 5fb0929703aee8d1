/**
 * Places in text. Offsets count UTF-16 code units from the start of the file, ranges are half open.
 */

/** A range of one file: `start` inclusive, `end` exclusive, in UTF-16 code units. */
export interface Span {
  /** The path as the file was asked for: relative to the tree's root, or absolute. `/` separates. */
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** Zero-based line and column; the column counts UTF-16 code units, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Offsets to lines and back, for one text. LF, CRLF and lone CR end a line. */
export interface LineMap {
  /** Number of lines, at least 1. */
  readonly lines: number;
  /** Offsets outside the text are clamped to it. */
  positionAt(offset: number): Position;
  /** Columns past the end of a line are clamped to its end. */
  offsetAt(position: Position): number;
}

export function createLineMap(text: string): LineMap {
  const starts: number[] = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  if (text.includes('\r')) {
    for (let i = text.indexOf('\r'); i >= 0; i = text.indexOf('\r', i + 1))
      if (text.charCodeAt(i + 1) !== 10) starts.push(i + 1);
    starts.sort((a, b) => a - b);
  }
  return {
    lines: starts.length,
    positionAt(offset) {
      const at = Math.max(0, Math.min(offset, text.length));
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const mid = (low + high + 1) >> 1;
        if ((starts[mid] ?? 0) <= at) low = mid;
        else high = mid - 1;
      }
      return { line: low, column: at - (starts[low] ?? 0) };
    },
    offsetAt({ line, column }) {
      const row = Math.max(0, Math.min(line, starts.length - 1));
      const start = starts[row] ?? 0;
      let end = row + 1 < starts.length ? (starts[row + 1] ?? text.length) : text.length;
      while (end > start && (text.charCodeAt(end - 1) === 10 || text.charCodeAt(end - 1) === 13)) end--;
      return Math.min(start + Math.max(0, column), end);
    },
  };
}
