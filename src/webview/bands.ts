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
  /** The row of the left side as its drawing has it; absent where that side has nothing. */
  readonly of?: DrawnRow;
  /** The two sides part here. */
  readonly parts?: true;
}

/** Height of the line that says where two sides part. */
const partsHeight = 30;

export function bandsOf(drawing: Drawing): readonly Band[] {
  return drawing.rows.map(row => ({ top: row.top, height: row.height, sides: [row], of: row }));
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
  const last: DrawnRow[] = [];
  const add = (sides: Band['sides'], parts?: true): void => {
    const height = parts ? partsHeight : Math.max(...sides.map(side => side?.height ?? 0));
    const [of] = sides;
    // Both sides fill the band, so that what runs through the lanes is not torn.
    const filled = sides.map((side, i) => {
      if (side) {
        last[i] = side;
        return { ...side, height };
      }
      const before = last[i];
      return before && before.kind !== 'end' ? through(before, height) : undefined;
    });
    bands.push({ top, height, sides: filled, ...(of ? { of } : {}), ...(parts ? { parts } : {}) });
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
  for (; l < left.rows.length || r < right.rows.length; l++, r++) {
    if (l >= left.rows.length) last[0] = { ...(last[0] ?? right.rows[r]), kind: 'end' } as DrawnRow;
    if (r >= right.rows.length) last[1] = { ...(last[1] ?? left.rows[l]), kind: 'end' } as DrawnRow;
    add([left.rows[l], right.rows[r]]);
  }
  return bands;
}

/** One under the other, where there is no width for both: all of the left one, then the right one from where they part. */
export function stackedBands(left: Drawing, right: Drawing, rightEnd: number): readonly Band[] {
  const bands: Band[] = left.rows.map(row => ({
    top: row.top,
    height: row.height,
    sides: [row, undefined],
    of: row,
  }));
  let top = left.height;
  bands.push({ top, height: partsHeight, sides: [undefined, undefined], parts: true });
  top += partsHeight;
  for (const row of right.rows) {
    if (row.position <= rightEnd && row.kind !== 'end' && !isBehind(row, rightEnd)) continue;
    bands.push({ top, height: row.height, sides: [undefined, row] });
    top += row.height;
  }
  return bands;
}

/** A row in which nothing happens, behind another one. */
function through(before: DrawnRow, height: number): DrawnRow {
  const position = before.row?.kind === 'fold' && before.row.open ? before.row.from : before.position;
  return { kind: 'gap', position, top: 0, height, dot: height / 2, blocks: [], switches: false };
}

/** A remark or an open fold's heading whose steps come only behind a position. */
function isBehind(row: DrawnRow, position: number): boolean {
  if (row.kind === 'remark') return row.position >= position;
  return row.row?.kind === 'fold' && row.row.to + 1 > position;
}
