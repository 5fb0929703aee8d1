/**
 * Initialisers: designators, nested lists, brace elision, strings, compound literals. One walk serves static objects
 * (values that the loader knows) and automatic ones (stores in source order).
 */
import type { Expression, Initializer, InitializerEntry } from './c/ast';
import { bytesOf } from './c/preprocess';
import type { CType, RecordField } from './types';
import { charType, fieldOf, settle, sizeOf } from './types';

export interface Sink {
  readonly scalar: (offset: number, type: CType, bits: RecordField['bits'], value: Expression) => void;
  /** A struct-valued expression for a struct. */
  readonly copy: (offset: number, type: CType, value: Expression) => void;
  readonly constant: (index: Expression) => number | undefined;
  /** Does the expression have a struct or union type? */
  readonly isAggregate: (value: Expression) => boolean;
  readonly byte: (offset: number, type: CType, value: number) => void;
  /** A designator names nothing. */
  readonly missing: (record: string, member: string, entry: InitializerEntry) => void;
}

/** How many elements an array without a size gets. */
export function countOf(
  type: CType,
  init: Initializer,
  constant: Sink['constant'],
  isAggregate: Sink['isAggregate'],
): number | undefined {
  const t = settle(type);
  if (t.kind !== 'array' || t.count !== undefined) return undefined;
  if (init.kind === 'expression')
    return init.value.kind === 'string' ? stringBytes(init.value).length : undefined;
  // Laid out as into an endless array: the last element that something is put in counts.
  const size = Math.max(1, sizeOf(t.of));
  let count = 0;
  const reach = (offset: number): void => {
    count = Math.max(count, Math.floor(offset / size) + 1);
  };
  initialise(t, init, 0, {
    scalar: reach,
    copy: reach,
    byte: reach,
    missing: () => undefined,
    constant,
    isAggregate,
  });
  let next = 0;
  for (const e of init.entries) {
    const d = e.designators[0];
    if (d?.kind === 'index') next = constant(d.to ?? d.from) ?? next;
    else if (e.value.kind !== 'list') continue;
    count = Math.max(count, ++next);
  }
  return count;
}

function stringBytes(e: Expression & { readonly kind: 'string' }): number[] {
  const bytes = e.texts.flatMap(t => bytesOf(t));
  bytes.push(0);
  return bytes;
}

/** Walks an initialiser for an object of the type at an offset. */
export function initialise(type: CType, init: Initializer, offset: number, sink: Sink): void {
  const t = settle(type);
  if (init.kind === 'expression') {
    let e = init.value;
    while (e.kind === 'cast' && t.kind === 'record') e = e.operand;
    if (t.kind === 'array' && e.kind === 'string') {
      stringBytes(e).forEach((b, i) => {
        if (t.count === undefined || i < t.count) sink.byte(offset + i, charType, b);
      });
      return;
    }
    if ((t.kind === 'record' || t.kind === 'array') && e.kind === 'compound') {
      initialise(t, e.initializer, offset, sink);
      return;
    }
    if (t.kind === 'record') {
      if (sink.isAggregate(e)) sink.copy(offset, t, e);
      return;
    }
    if (t.kind === 'array') return;
    sink.scalar(offset, t, undefined, e);
    return;
  }
  if (t.kind === 'record' || t.kind === 'array') {
    const only = init.entries[0];
    if (
      t.kind === 'array' &&
      init.entries.length === 1 &&
      only &&
      !only.designators.length &&
      only.value.kind === 'expression' &&
      only.value.value.kind === 'string' &&
      sizeOf(t.of) === 1
    ) {
      initialise(t, only.value, offset, sink);
      return;
    }
    fill(t, init.entries, 0, offset, sink, false);
    return;
  }
  const first = init.entries[0];
  if (first) initialise(t, first.value, offset, sink);
}

interface Slot {
  readonly type: CType;
  readonly offset: number;
  readonly bits: RecordField['bits'];
}

/** Fills a record or array from entries[at…]; gives the index of the first entry that it did not take. */
function fill(
  type: CType,
  entries: readonly InitializerEntry[],
  from: number,
  offset: number,
  sink: Sink,
  elided: boolean,
): number {
  const t = settle(type);
  const slots: readonly RecordField[] | undefined =
    t.kind === 'record'
      ? (t.record.body()?.fields ?? []).filter(f => f.name !== undefined || settle(f.type).kind === 'record')
      : undefined;
  const element = t.kind === 'array' ? t.of : undefined;
  const count =
    t.kind === 'array'
      ? (t.count ?? Number.MAX_SAFE_INTEGER)
      : t.kind === 'record' && t.record.union
        ? 1
        : (slots?.length ?? 0);
  const slotAt = (i: number): Slot | undefined => {
    if (element) return { type: element, offset: offset + i * sizeOf(element), bits: undefined };
    const f = slots?.[i];
    return f ? { type: f.type, offset: offset + f.offset, bits: f.bits } : undefined;
  };
  let position = 0;
  let at = from;
  while (at < entries.length) {
    const entry = entries[at];
    if (!entry) break;
    const d = entry.designators[0];
    if (d) {
      if (elided && at !== from) return at;
      if (elided) return at;
      let repeat = 1;
      let slot: Slot | undefined;
      if (d.kind === 'member' && t.kind === 'record') {
        const found = fieldOf(t.record, d.name);
        if (found) slot = { type: found.type, offset: offset + found.offset, bits: found.bits };
        else sink.missing(t.record.tag, d.name, entry);
        const index = slots?.findIndex(
          f =>
            f.name === d.name ||
            (f.name === undefined && settle(f.type).kind === 'record' && hasMember(f.type, d.name)),
        );
        position = (index ?? 0) + 1;
      } else if (d.kind === 'index' && element) {
        const first = sink.constant(d.from) ?? 0;
        const last = d.to ? (sink.constant(d.to) ?? first) : first;
        repeat = Math.min(4096, last - first + 1);
        slot = slotAt(first);
        position = last + 1;
      }
      // The rest of the path: `.a.b[2] = x`.
      for (const more of entry.designators.slice(1)) {
        if (!slot) break;
        const inner = settle(slot.type);
        if (more.kind === 'member' && inner.kind === 'record') {
          const found = fieldOf(inner.record, more.name);
          slot = found
            ? { type: found.type, offset: slot.offset + found.offset, bits: found.bits }
            : undefined;
        } else if (more.kind === 'index' && inner.kind === 'array') {
          const i = sink.constant(more.from) ?? 0;
          slot = { type: inner.of, offset: slot.offset + i * sizeOf(inner.of), bits: undefined };
        }
      }
      at++;
      if (slot) {
        const size = sizeOf(slot.type);
        for (let i = 0; i < repeat; i++) put({ ...slot, offset: slot.offset + i * size }, entry.value, sink);
      }
      continue;
    }
    if (position >= count) {
      if (elided) return at;
      at++;
      continue;
    }
    const slot = slotAt(position);
    if (!slot) {
      if (elided) return at;
      at++;
      continue;
    }
    position++;
    const inner = settle(slot.type);
    const flat = entry.value.kind === 'expression';
    if (flat && (inner.kind === 'record' || inner.kind === 'array') && entry.value.kind === 'expression') {
      const e = entry.value.value;
      const whole =
        e.kind === 'compound' ||
        (inner.kind === 'array' && e.kind === 'string') ||
        (inner.kind === 'record' && sink.isAggregate(e));
      if (!whole) {
        const next = fill(inner, entries, at, slot.offset, sink, true);
        at = next > at ? next : at + 1;
        continue;
      }
    }
    put(slot, entry.value, sink);
    at++;
  }
  return at;
}

function put(slot: Slot, value: Initializer, sink: Sink): void {
  const t = settle(slot.type);
  if (t.kind !== 'record' && t.kind !== 'array') {
    const e = value.kind === 'expression' ? value.value : scalarOfList(value);
    if (e) sink.scalar(slot.offset, slot.type, slot.bits, e);
    return;
  }
  initialise(slot.type, value, slot.offset, sink);
}

function scalarOfList(i: Initializer): Expression | undefined {
  if (i.kind === 'expression') return i.value;
  const first = i.entries[0];
  return first ? scalarOfList(first.value) : undefined;
}

function hasMember(type: CType, name: string): boolean {
  const t = settle(type);
  if (t.kind !== 'record') return false;
  return (t.record.body()?.fields ?? []).some(
    f => f.name === name || (f.name === undefined && hasMember(f.type, name)),
  );
}
