/**
 * Which memory more than one thread touches. The reduction starts from `nothing is shared`: an access to what only one
 * thread touches (or what nobody writes) is no step of its own. Every access is noted here; when a second thread
 * touches a cell in conflict, the cell is marked shared for good and the exploration starts again. At the fixpoint no
 * unmarked cell was in conflict in any state explored, so the optimism was right.
 *
 * Beside cells there is one mark for each object's life (free conflicts with every access) and one for RCU (a grace
 * period conflicts with entering and leaving readers).
 */

const SHARED = 1 << 30;
const READER = 15;
const MANY = (1 << 15) - 1;

export interface Marks {
  /** By object number and cell number. Packed: shared bit, writer + 1 in bits 0-14, reader + 1 (or MANY) in 15-29. */
  readonly cells: number[][];
  readonly lives: number[];
  /** One entry: RCU. */
  readonly grace: number[];
  /** Grows with every new mark. */
  shared: number;
}

export function createMarks(): Marks {
  return { cells: [], lives: [], grace: [], shared: 0 };
}

/** Before a new round: who touched what is forgotten, the marks stay. */
export function forgetAccesses(marks: Marks): void {
  const clear = (list: number[]): void => {
    for (let i = 0; i < list.length; i++) list[i] = (list[i] ?? 0) & SHARED;
  };
  for (const list of marks.cells) if (list) clear(list);
  clear(marks.lives);
  clear(marks.grace);
}

/** Takes down the marks as they are; call what it gives back to have them so again, after steps that are no schedule's. */
export function keepMarks(marks: Marks): () => void {
  const cells = [...marks.cells].map((list: number[] | undefined) => list?.slice() ?? []);
  const lives = marks.lives.slice();
  const grace = marks.grace.slice();
  const { shared } = marks;
  return () => {
    marks.cells.splice(0, marks.cells.length, ...cells);
    marks.lives.splice(0, marks.lives.length, ...lives);
    marks.grace.splice(0, marks.grace.length, ...grace);
    marks.shared = shared;
  };
}

/** Notes an access; true if the place is shared. */
function note(marks: Marks, list: number[], index: number, thread: number, write: boolean): boolean {
  const code = list[index] ?? 0;
  if (code & SHARED) return true;
  const me = thread + 1;
  const writer = code & MANY;
  const reader = (code >> READER) & MANY;
  if (write) {
    if ((writer !== 0 && writer !== me) || (reader !== 0 && reader !== me)) {
      list[index] = SHARED;
      marks.shared++;
      return true;
    }
    list[index] = (code & ~MANY) | me;
  } else {
    if (writer !== 0 && writer !== me) {
      list[index] = SHARED;
      marks.shared++;
      return true;
    }
    if (reader !== me && reader !== MANY) {
      list[index] = (code & ~(MANY << READER)) | ((reader === 0 ? me : MANY) << READER);
    }
  }
  return false;
}

export function noteCell(
  marks: Marks,
  object: number,
  cell: number,
  thread: number,
  write: boolean,
): boolean {
  const list = (marks.cells[object] ??= []);
  const shared = note(marks, list, cell, thread, write);
  return noteLife(marks, object, thread, false) || shared;
}

export function noteLife(marks: Marks, object: number, thread: number, write: boolean): boolean {
  return note(marks, marks.lives, object, thread, write);
}

/** `write` starts a grace period, otherwise the thread becomes or ceases to be a reader. */
export function noteGrace(marks: Marks, thread: number, write: boolean): boolean {
  return note(marks, marks.grace, 0, thread, write);
}
