/** The memory of a program as numbers for promela.ts: each scalar field of a static object is a cell of its own. */
import type { Operand, Program, Scalar } from './program';
import { sizeOf } from './value';

export interface Cells {
  /** Values before the first step. */
  readonly initial: readonly number[];
  /** The number of the cell at an address (accessed as `type`), or what is wrong with it. */
  cellOf(address: Operand, type?: Scalar): number | string;
}

/** The cells, or what keeps the program's memory from being said in Promela. */
export function placesOf(program: Program): Cells | string {
  const numbers = new Map<string, { readonly number: number; readonly size: number }>();
  const initial: number[] = [];
  for (const [k, o] of program.objects.entries()) {
    const layout = program.layouts[o.layout];
    for (const f of layout?.fields ?? []) {
      if (f.count !== undefined) continue;
      numbers.set(`${k}+${f.offset}`, { number: initial.length, size: sizeOf(f.type) });
      const value = o.initial.find(v => v.offset === f.offset)?.value;
      const isSmall = value?.kind === 'constant' && typeof value.value === 'number';
      // An address is a value as good as any, as long as nobody looks at it.
      initial.push(isSmall && sizeOf(f.type) <= 4 ? Number(value.value) : 0);
    }
  }
  return {
    initial,
    cellOf(address, type) {
      if (address.kind !== 'object') return 'addresses that are not constant';
      const cell = numbers.get(`${address.object}+${address.offset}`);
      if (!cell) return 'accesses to arrays or parts of fields';
      if (cell.size > 4 || (type !== undefined && sizeOf(type) !== cell.size))
        return 'accesses of other widths';
      return cell.number;
    },
  };
}
