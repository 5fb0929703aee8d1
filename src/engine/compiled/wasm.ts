/**
 * WebAssembly by hand: just enough of the binary format (W3C core specification 1.0, chapter 5) for one module with
 * integer functions over an imported memory. Instructions are nested lists of bytes, operands first, as they are read;
 * jumps name the block or loop that they mean.
 */
export type Code = number | Structure | Jump | readonly Code[];

/** Names a block or a loop. */
export interface Label {
  readonly name: string;
}

interface Structure {
  readonly opcode: number;
  readonly label?: Label;
  readonly body: readonly Code[];
  readonly otherwise?: readonly Code[];
}

interface Jump {
  readonly opcode: number;
  readonly to: Label;
}

export const label = (name: string): Label => ({ name });

export type ValueType = 'i32' | 'i64';

export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

export interface WasmGlobal {
  readonly name: string;
  readonly initial: number;
}

const types: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e };

function unsigned(n: number): number[] {
  const out: number[] = [];
  for (let rest = n >>> 0; ; rest >>>= 7) {
    if (rest < 0x80) return [...out, rest];
    out.push((rest & 0x7f) | 0x80);
  }
}

function signed(n: bigint): number[] {
  const out: number[] = [];
  for (let rest = n; ;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && byte < 0x40) || (rest === -1n && byte >= 0x40)) return [...out, byte];
    out.push(byte | 0x80);
  }
}

const operator =
  (code: number) =>
  (...operands: readonly Code[]): Code => [...operands, code];
const access =
  (code: number, alignment: number) =>
  (offset: number, ...operands: readonly Code[]): Code => [...operands, code, alignment, ...unsigned(offset)];

/** Constants, locals and globals. */
export const i32 = (n: number): Code => [0x41, ...signed(BigInt(n | 0))];
export const i64 = (n: bigint): Code => [0x42, ...signed(BigInt.asIntN(64, n))];
export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [value, 0x21, ...unsigned(local)];
export const getGlobal = (index: number): Code => [0x23, ...unsigned(index)];
export const setGlobal = (index: number, value: Code): Code => [value, 0x24, ...unsigned(index)];

export const add = operator(0x6a);
export const sub = operator(0x6b);
export const mul = operator(0x6c);
export const and = operator(0x71);
export const or = operator(0x72);
export const xor = operator(0x73);
export const shl = operator(0x74);
export const shr = operator(0x76);
export const isZero = operator(0x45);
export const equal = operator(0x46);
export const notEqual = operator(0x47);
/** Unsigned, but for lessSigned. */
export const less = operator(0x49);
export const lessSigned = operator(0x48);
export const lessEqualSigned = operator(0x4c);
export const lessEqual = operator(0x4d);
export const greater = operator(0x4b);
export const atLeast = operator(0x4f);
export const sub64 = operator(0x7d);
export const isZero64 = operator(0x50);
export const leadingZeros64 = operator(0x79);
export const trailingZeros64 = operator(0x7a);
export const and64 = operator(0x83);
export const or64 = operator(0x84);
export const xor64 = operator(0x85);
export const mul64 = operator(0x7e);
export const shl64 = operator(0x86);
export const shr64 = operator(0x88);
export const rotl64 = operator(0x89);
export const equal64 = operator(0x51);
export const wrap = operator(0xa7);
export const extend = operator(0xad);
/** The first if the condition is not 0, else the second; both are evaluated. */
export const select = (condition: Code, first: Code, second: Code): Code => [first, second, condition, 0x1b];

export const load = access(0x28, 2);
export const load8 = access(0x2d, 0);
export const load64 = access(0x29, 3);
export const store = access(0x36, 2);
export const store8 = access(0x3a, 0);
export const store64 = access(0x37, 3);

export const block = (to: Label, ...body: readonly Code[]): Code => ({ opcode: 0x02, label: to, body });
export const loop = (to: Label, ...body: readonly Code[]): Code => ({ opcode: 0x03, label: to, body });
export const when = (condition: Code, then: readonly Code[], otherwise?: readonly Code[]): Code => [
  condition,
  { opcode: 0x04, body: then, ...(otherwise && { otherwise }) },
];
/** To the end of a block, or to the start of a loop. */
export const jump = (to: Label): Code => ({ opcode: 0x0c, to });
export const jumpIf = (to: Label, condition: Code): Code => [condition, { opcode: 0x0d, to }];

/** The bytes of a module that imports the memory `host.memory` and exports its functions and (i32, mutable) globals. */
export function assemble(
  functions: readonly WasmFunction[],
  globals: readonly WasmGlobal[],
): Uint8Array<ArrayBuffer> {
  const text = (s: string): readonly number[] => [
    ...unsigned(s.length),
    ...Array.from(s, c => c.charCodeAt(0)),
  ];
  const list = (items: readonly Code[]): readonly Code[] => [...unsigned(items.length), ...items];
  const section = (id: number, content: Code): Code => {
    const bytes = flat(content);
    return [id, ...unsigned(bytes.length), bytes];
  };
  const module: Code = [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(
      1,
      list(
        functions.map(f => [
          0x60,
          ...list(f.parameters.map(p => [types[p]])),
          ...list(f.results.map(r => [types[r]])),
        ]),
      ),
    ),
    section(2, list([[...text('host'), ...text('memory'), 0x02, 0x00, ...unsigned(1)]])),
    section(3, list(functions.map((_, i) => unsigned(i)))),
    section(6, list(globals.map(g => [types.i32, 1, i32(g.initial), 0x0b]))),
    section(
      7,
      list([
        ...functions.map((f, i): Code => [...text(f.name), 0, ...unsigned(i)]),
        ...globals.map((g, i): Code => [...text(g.name), 3, ...unsigned(i)]),
      ]),
    ),
    section(
      10,
      list(
        functions.map(f => {
          const body = flat([list(f.locals.map(l => [1, types[l]])), f.body, 0x0b]);
          return [...unsigned(body.length), body];
        }),
      ),
    ),
  ];
  return Uint8Array.from(flat(module));
}

/** The bytes, with the labels of jumps turned into numbers of levels. */
function flat(code: Code): number[] {
  const out: number[] = [];
  const levels: (Label | undefined)[] = [];
  const visit = (c: Code): void => {
    if (typeof c === 'number') out.push(c);
    else if ('body' in c) {
      out.push(c.opcode, 0x40);
      levels.push(c.label);
      c.body.forEach(visit);
      if (c.otherwise) {
        out.push(0x05);
        c.otherwise.forEach(visit);
      }
      levels.pop();
      out.push(0x0b);
    } else if ('to' in c) {
      const level = levels.lastIndexOf(c.to);
      if (level < 0) throw new Error(`internal: a jump to ${c.to.name} from outside of it`);
      out.push(c.opcode, ...unsigned(levels.length - 1 - level));
    } else c.forEach(visit);
  };
  visit(code);
  return out;
}
