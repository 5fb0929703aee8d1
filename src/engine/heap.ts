/**
 * Allocation, free, memset and memcpy. A heap object's identity is its allocation site, the allocating thread and the
 * lowest number that is free there: a freed object that nothing in the state refers to any more can be had again, so
 * that alloc/free loops stay finite.
 */
import { addressOf, placeOf } from '../ir/address';
import type { Instruction, Scalar } from '../ir/program';
import { sizeOf } from '../ir/value';
import {
  addObject,
  addressIn,
  evaluate,
  fault,
  limit,
  noteRead,
  ownObject,
  putObject,
  readAt,
  refer,
  shapeOf,
  writeAt,
  type Machine,
  type Reference,
} from './machine';
import { cellsOf, cellType } from './memory';
import type { Cell, Frame, ThreadState } from './model';
import { isUnknown, type Value } from './unknown';

export function allocate(
  m: Machine,
  n: number,
  t: ThreadState,
  frame: Frame,
  i: Instruction & { op: 'allocate' },
): Value {
  const wanted = evaluate(m, frame, i.size);
  const layoutSize = m.program.layouts[i.layout]?.size ?? 0;
  const size = isUnknown(wanted) ? Math.max(layoutSize, 65536) : Number(wanted);
  const bound = m.program.settings.allocations ?? 4;
  const owner = m.alone ? 'init' : n;
  const reused = i.typesafe ? freedOf(m, i.layout) : undefined;
  if (reused !== undefined) {
    const old = i.fill === 'unknown' ? m.objects[reused] : undefined;
    putObject(m, reused, { life: 'live', fill: old?.fill ?? i.fill, size, cells: old?.cells.slice() ?? [] });
    m.observer?.life(n, reused, 'allocated', i.site);
    return addressOf(reused, 0);
  }
  for (let k = 0; k < bound; k++) {
    const identity = `heap:${frame.function}.${frame.pc}:${owner}#${k}`;
    const number = m.objectNumbers.get(identity);
    const old = number === undefined ? undefined : m.objects[number];
    if (old && !(old.life === 'freed' && !isReferred(m, number ?? -1, frame))) continue;
    const info = {
      name:
        k === 0 && owner === 'init'
          ? i.name
          : `${i.name}#${heapCount(m, i.name) + (number === undefined ? 1 : 0)}`,
      kind: 'heap' as const,
      layout: i.layout,
      site: i.site,
      readOnly: false,
      typesafe: i.typesafe === true,
    };
    const object = number ?? addObject(m, identity, info);
    putObject(m, object, { life: 'live', fill: i.fill, size, cells: [] });
    m.observer?.life(n, object, 'allocated', i.site);
    return addressOf(object, 0);
  }
  void t;
  return limit(
    'bound',
    `more than ${bound} objects of ${i.name} are allocated at one place`,
    i.site,
    m.program.settings.allocations !== undefined,
  );
}

/** A freed object of a cache with SLAB_TYPESAFE_BY_RCU: the next allocation from the cache gets it, wherever it is. */
function freedOf(m: Machine, layout: number): number | undefined {
  for (const [k, o] of m.objects.entries()) {
    const info = m.objectInfos[k];
    if (o?.life === 'freed' && info?.kind === 'heap' && info.typesafe && info.layout === layout) return k;
  }
  return undefined;
}

function heapCount(m: Machine, name: string): number {
  let count = 0;
  for (const o of m.objectInfos)
    if (o.kind === 'heap' && (o.name === name || o.name.startsWith(`${name}#`))) count++;
  return count;
}

/** Whether any value of the state points into the object. Registers of `frame` that are dead do not count. */
function isReferred(m: Machine, object: number, frame: Frame): boolean {
  const low = addressOf(object, 0) - 2 ** 31;
  const high = low + 2 ** 32;
  const hits = (v: Value | undefined): boolean => {
    if (typeof v === 'number') return v >= low && v < high;
    return isUnknown(v) && v.key.includes(`?c${object}.`);
  };
  for (const t of m.threads) {
    if (!t) continue;
    if (
      hits(t.argument) ||
      t.data.some(hits) ||
      t.held.some(h => hits(h.address)) ||
      t.srcu.some(hits) ||
      t.grace.some(hits)
    )
      return true;
    for (const f of t.frames) {
      const live = f === frame ? m.codes[f.function]?.live[f.pc] : undefined;
      if (live ? live.some(r => hits(f.registers[r])) : f.registers.some(hits)) return true;
    }
  }
  for (const [k, o] of m.objects.entries()) if (o && k !== object && o.cells.some(hits)) return true;
  for (const address of m.global.queues.keys()) if (hits(address)) return true;
  for (const [k, info] of m.threadInfos.entries()) {
    const t = m.threads[k];
    if (info.address !== 0 && t && t.status !== 'idle' && t.status !== 'done' && hits(info.address))
      return true;
  }
  return false;
}

/** kfree(): NULL does nothing; anything but the start of a live heap object is a double free. */
export function freeMemory(m: Machine, n: number, value: Value, site: number, any: boolean): void {
  if (value === 0) return;
  const address = addressIn(m, value, site);
  const place = placeOf(address);
  if (place.kind !== 'object')
    return fault(
      'double-free',
      place.kind === 'null' ? 'frees an error pointer' : 'frees what is no object',
      site,
    );
  const info = m.objectInfos[place.object];
  const state = m.objects[place.object];
  if (!info || !state) return fault('double-free', 'frees memory that is not there', site);
  if (state.life === 'freed')
    return fault('double-free', `frees ${info.name} a second time`, site, place.object);
  if (info.kind === 'unknown') {
    ownObject(m, place.object).life = 'freed';
    return;
  }
  if (any && info.kind === 'static') {
    ownObject(m, place.object).life = 'freed';
    m.observer?.life(n, place.object, 'freed', site);
    return;
  }
  if (info.kind !== 'heap') return fault('double-free', `frees ${info.name}, which was not allocated`, site);
  if (place.offset !== 0)
    return fault('double-free', `frees the inside of ${info.name} (offset ${place.offset})`, site);
  const own = ownObject(m, place.object);
  own.life = 'freed';
  if (!info.typesafe) {
    own.cells.length = 0;
    own.fill = 'zero';
  }
  m.observer?.life(n, place.object, 'freed', site);
}

/** The next access of a memset or memcpy that is under way. */
export interface Transfer {
  readonly reference: Reference;
  readonly write: boolean;
  readonly type: Scalar;
}

type Transferring = Instruction & { op: 'fill' | 'move' };

interface Range {
  readonly cells: readonly Cell[];
  readonly base: number;
}

/** The cells to go through: the target's, or the source's where the target has no layout. */
function rangeOf(m: Machine, frame: Frame, i: Transferring): Range | undefined {
  const size = evaluate(m, frame, i.size);
  if (isUnknown(size))
    return limit('unsupported', 'copies or fills a number of bytes that nobody knows', i.site);
  const bytes = Number(size);
  if (bytes <= 0) return undefined;
  const target = i.op === 'fill' ? i.address : i.target;
  const address = addressIn(m, evaluate(m, frame, target), i.site);
  const r = refer(m, address, 1, i.site, 'writes');
  refer(m, address + bytes - 1, 1, i.site, 'writes');
  const place = placeOf(address);
  let offset = place.kind === 'object' ? place.offset : 0;
  let shape = shapeOf(m, r.object);
  if (i.op === 'move' && shape.layout === undefined) {
    const from = addressIn(m, evaluate(m, frame, i.source), i.site);
    const other = placeOf(from);
    if (other.kind === 'object' && shapeOf(m, other.object).layout) {
      shape = shapeOf(m, other.object);
      offset = other.offset;
    }
  }
  const cells = cellsOf(shape, offset, bytes);
  if (!cells) return limit('unsupported', `fills or copies ${bytes} bytes at once`, i.site);
  const first = cells[0];
  const last = cells[cells.length - 1];
  if (first && last && (first.offset < offset || last.offset + last.size > offset + bytes))
    return limit('unsupported', 'fills or copies a part of a field', i.site);
  return { cells, base: offset };
}

/** Phase k: fill writes cell k; move reads cell k/2 at even, writes it at odd phases. */
export function nextTransfer(
  m: Machine,
  t: ThreadState,
  frame: Frame,
  i: Transferring,
): Transfer | undefined {
  const range = rangeOf(m, frame, i);
  if (!range) return undefined;
  const write = i.op === 'fill' || t.phase % 2 === 1;
  const cell = range.cells[i.op === 'fill' ? t.phase : t.phase >> 1];
  if (!cell) return undefined;
  const operand = i.op === 'fill' ? i.address : write ? i.target : i.source;
  const address = addressIn(m, evaluate(m, frame, operand), i.site);
  const at = address + cell.offset - range.base;
  return {
    reference: refer(m, at, cell.size, i.site, write ? 'writes' : 'reads'),
    write,
    type: cellType(cell),
  };
}

/** One access of a memset; true while there is more to do. */
export function runFill(
  m: Machine,
  n: number,
  t: ThreadState,
  frame: Frame,
  i: Instruction & { op: 'fill' },
): boolean {
  const next = nextTransfer(m, t, frame, i);
  if (!next) {
    t.phase = 0;
    return false;
  }
  const byte = evaluate(m, frame, i.byte);
  let value: Value = byte;
  if (!isUnknown(byte) && byte !== 0) {
    const b = BigInt.asUintN(8, BigInt(byte));
    value = Number(
      BigInt.asUintN(sizeOf(next.type) * 8 > 53 ? 53 : sizeOf(next.type) * 8, b * 0x0101010101010101n),
    );
    if (sizeOf(next.type) === 8) {
      const whole = b * 0x0101010101010101n;
      value = whole <= 9007199254740991n ? Number(whole) : whole;
    }
  }
  writeAt(m, next.reference, next.type, value, n, i.site);
  t.phase++;
  const more = nextTransfer(m, t, frame, i) !== undefined;
  if (!more) t.phase = 0;
  return more;
}

/** One access of a memcpy; true while there is more to do. */
export function runMove(
  m: Machine,
  n: number,
  t: ThreadState,
  frame: Frame,
  i: Instruction & { op: 'move' },
): boolean {
  const next = nextTransfer(m, t, frame, i);
  if (!next) {
    t.phase = 0;
    t.data = [];
    return false;
  }
  if (!next.write) {
    noteRead(m, next.reference, n, i.site);
    t.data = [readAt(m, next.reference, next.type, i.site)];
    t.phase++;
    return true;
  }
  writeAt(m, next.reference, next.type, t.data[0] ?? 0, n, i.site);
  t.data = [];
  t.phase++;
  const more = nextTransfer(m, t, frame, i) !== undefined;
  if (!more) t.phase = 0;
  return more;
}
