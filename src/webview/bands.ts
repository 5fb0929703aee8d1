/**
 * Rows of one drawing, or of two side by side, as one list from top to bottom. Two are aligned: what they have in common
 * stands in the same line; where they part, a line says so, and each goes on by itself. Pure.
 */
import type { Drawing, DrawnRow } from '../report/drawing';

export interface Band {
  readonly top: number;
  readonly height: number;
  /** One row, or left and right; undefined where a side has nothing there. */
  readonly sides: readonly (DrawnRow | undefined)[];
  /** The two sides part here. */
  readonly parts?: true;
}

/** Height of the line that says where two sides part. */
const partsHeight = 30;

export function bandsOf(drawing: Drawing): readonly Band[] {
  return drawing.rows.map(row => ({ top: row.top, height: row.height, sides: [row] }));
}

/** `partsAt`: so many steps are in common; `match` gives the right side's position for one of the left. */
export function pairedBands(
  left: Drawing,
  right: Drawing,
  partsAt: number,
  match: (position: number) => number,
): readonly Band[] {
  const bands: Band[] = [];
  let top = 0;
  const add = (sides: Band['sides'], parts?: true): void => {
    const height = parts ? partsHeight : Math.max(...sides.map(side => side?.height ?? 0));
    bands.push({ top, height, sides, ...(parts ? { parts } : {}) });
    top += height;
  };
  const rightEnd = match(partsAt);
  let [l, r] = [0, 0];
  for (;;) {
    const a = left.rows[l];
    const b = right.rows[r];
    const aIn = a !== undefined && a.position <= partsAt && a.kind !== 'end' && !isBehind(a, partsAt);
    const bIn = b !== undefined && b.position <= rightEnd && b.kind !== 'end' && !isBehind(b, rightEnd);
    if (!aIn && !bIn) break;
    const want = aIn ? match(a.position) : Infinity;
    const same = aIn && bIn && want === b.position && a.kind === b.kind;
    if (same) {
      add([a, b]);
      l++;
      r++;
    } else if (aIn && (!bIn || want <= b.position)) {
      add([a, undefined]);
      l++;
    } else {
      add([undefined, b]);
      r++;
    }
  }
  add([undefined, undefined], true);
  for (; l < left.rows.length || r < right.rows.length; l++, r++) add([left.rows[l], right.rows[r]]);
  return bands;
}

/** A remark or an open fold's heading whose steps come only behind a position. */
function isBehind(row: DrawnRow, position: number): boolean {
  if (row.kind === 'remark') return row.position >= position;
  return row.row?.kind === 'fold' && row.row.to + 1 > position;
}
