/**
 * The last step: layouts and static objects as the ir wants them, once all inferred members and all names of bits are
 * known; and the keys under which layouts are shared.
 */
import type { Span } from '../base/span';
import type { Field, Function as IrFunction, Layout, Operand, Scalar, StaticObject } from '../ir/program';
import type { InitializerEntry } from './c/ast';
import { spanOf } from './context';
import type { Lowering } from './context';
import { fieldsOf } from './layout';
import type { BitNames } from './layout';
import { PER_CPU } from './primitives/contexts';
import { scalarOf, settle, sizeOf } from './types';
import type { CType } from './types';

export interface LayoutRequest {
  readonly type: CType;
  readonly name: string;
  readonly perCpu: boolean;
}

export interface MutableObject {
  name: string;
  layout: number;
  size: number;
  initial: { offset: number; type: Scalar; value: Operand }[];
  span: Span | undefined;
  readOnly: boolean;
}

/** Writes the layouts, and the objects with them. */
export function shape(
  requests: readonly LayoutRequest[],
  objects: readonly MutableObject[],
  cpus: number,
  bitNames: BitNames,
): { readonly layouts: readonly Layout[]; readonly objects: readonly StaticObject[] } {
  const layouts: Layout[] = requests.map(l => {
    const fields = fieldsOf(l.type, settle(l.type).kind === 'record' ? '' : l.name || 'value', bitNames);
    const last = fields[fields.length - 1];
    const size = Math.max(sizeOf(l.type), last && !last.count ? last.offset + 1 : 0);
    const name = layoutName(l.type, l.name);
    if (!l.perCpu) return { name, size, fields };
    return { name, size: PER_CPU * cpus, fields: fields.flatMap(x => perCpuField(x, cpus)) };
  });
  const made: StaticObject[] = objects.map((o, i) => {
    const bits = bitNames(-1 - i, 0);
    const base = layouts[o.layout];
    const first = base?.fields[0];
    let layout = o.layout;
    if (bits && base && first && base.fields.length === 1) {
      // A plain word of flags gets a layout of its own, for the names of its bits.
      layouts.push({ ...base, fields: [{ ...first, holds: 'word', bits }] });
      layout = layouts.length - 1;
    }
    return {
      name: o.name,
      layout,
      size: Math.max(o.size, layouts[layout]?.size ?? 0),
      initial: o.initial,
      ...(o.span ? { span: o.span } : {}),
      ...(o.readOnly ? { readOnly: true as const } : {}),
    };
  });
  return { layouts, objects: made };
}

/** Every function that was asked for has been made; the empty one keeps a bug of ours from taking the run down. */
export function made(f: IrFunction | undefined, index: number): IrFunction {
  return (
    f ?? {
      name: `missing ${index}`,
      parameters: 0,
      registers: 0,
      registerNames: [],
      registerTypes: [],
      stack: [],
      body: [{ op: 'unsupported', reason: `internal: function ${index} was never lowered`, site: 0 }],
    }
  );
}

/** `.member = …` of a struct that has no such member: under this configuration, or at all. */
export function missingMember(
  lowering: Lowering,
  record: string,
  member: string,
  entry: InitializerEntry,
): void {
  const v = entry.value;
  const where = v.kind === 'expression' ? v.value : v;
  lowering.problem(
    `struct ${record} has no member ${member} in this configuration: the value is left out (a RACE_CONFIG may bring the member)`,
    spanOf(where),
    'warning',
  );
}

/** A field of per-CPU data: one for all CPUs if it is a single scalar, else one per CPU. */
function perCpuField(x: Field, cpus: number): Field[] {
  if (!x.count) return [{ ...x, count: cpus, stride: PER_CPU }];
  return Array.from({ length: cpus }, (_, i) => ({
    ...x,
    offset: x.offset + i * PER_CPU,
    name: `cpu${i}.${x.name}`,
  }));
}

export function layoutKey(t: CType): string {
  switch (t.kind) {
    case 'record':
      return `r${t.record.id}`;
    case 'array':
      return `a${t.count ?? 0}:${layoutKey(settle(t.of))}`;
    case 'pointer':
      return 'p';
    case 'scalar':
      return t.bool ? 'b' : t.scalar;
    case 'inferred':
      return `i${scalarOf(t)}`;
    default:
      return t.kind;
  }
}

function layoutName(type: CType, name: string): string {
  const t = settle(type);
  if (t.kind === 'record') return t.record.tag;
  if (t.kind === 'array') return `${layoutName(t.of, name)}[]`;
  return name || t.kind;
}
