/** The search as a WebAssembly module, generated for one layout of states and one set of threads. */
import { run, type Parent } from './expand';
import { createLocals } from './lookup';
import { globals, type Shape } from './shape';
import { rehash, repack, spread, sweep } from './upkeep';
import { assemble, type Code, type ValueType, type WasmFunction } from './wasm';

/** What the module exports beside its globals; see expand.ts and upkeep.ts. */
export const functions = ['run', 'rehash', 'spread', 'repack', 'sweep'] as const;

export function generate(shape: Shape): Uint8Array<ArrayBuffer> {
  const l = createLocals(shape.layout.words);
  const types: ValueType[] = [...l.types];
  const local = (type: ValueType): number => types.push(type);
  const parent: Parent = {
    bytes: local('i64'),
    row: local('i32'),
    label: local('i32'),
    way: local('i32'),
  };
  const bodies: Readonly<Record<(typeof functions)[number], Code>> = {
    run: run(shape, l, parent),
    rehash: rehash(l),
    spread: spread(l),
    repack: repack(l, shape.before, shape.layout),
    sweep: sweep(l),
  };
  return assemble(
    functions.map((name): WasmFunction => ({
      name,
      parameters: ['i32'],
      results: ['i32'],
      locals: types,
      body: bodies[name],
    })),
    globals.map(name => ({ name, initial: 0 })),
  );
}
