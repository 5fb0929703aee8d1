/** The value of a piece of shared state as one reads it: a word by the names of its bits. */
import type { ViewCell, ViewValue } from '../protocol/view';

/** Undefined where nothing is known. */
export function cellText(cell: ViewCell | undefined, value: ViewValue | undefined): string | undefined {
  const number = value?.number === undefined ? undefined : BigInt(value.number);
  return named(cell?.bits ?? [], number) ?? value?.text;
}

/** `SCHED | NPSVC (0x9)`, without what all names begin with; undefined where no bit has a name. */
function named(bits: ViewCell['bits'], number: bigint | undefined): string | undefined {
  if (number === undefined || bits.length === 0) return undefined;
  const start = commonStart(bits.map(bit => bit.name));
  const set = bits.filter(bit => ((number >> BigInt(bit.number)) & 1n) === 1n);
  const rest = set.reduce((left, bit) => left & ~(1n << BigInt(bit.number)), number);
  const parts = [
    ...set.map(bit => bit.name.slice(start)),
    ...(rest === 0n ? [] : [`0x${rest.toString(16)}`]),
  ];
  return parts.length ? `${parts.join(' | ')} (0x${number.toString(16)})` : '0';
}

/** Length of what all names begin with, up to the last underscore. */
function commonStart(names: readonly string[]): number {
  const [first = '', ...others] = names;
  if (others.length === 0) return 0;
  let length = 0;
  while (length < first.length && others.every(name => name[length] === first[length])) length++;
  return first.lastIndexOf('_', length - 1) + 1;
}
