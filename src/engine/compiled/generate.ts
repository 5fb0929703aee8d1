/** The search as a WebAssembly module, generated for one kind of program; and what packs states in another way. */
import { run } from './expand';
import type { Layout } from './layout';
import { createLocals, type Locals } from './lookup';
import { globals, type Shape } from './shape';
import { enlarge, rehash, repack, sweep, unsettled } from './upkeep';
import { assemble, type Code, type ValueType } from './wasm';

/** What a module exports beside its globals; see expand.ts and upkeep.ts. All take a number and give one back. */
export type SearchFunction = 'run' | 'rehash' | 'enlarge' | 'unsettled' | 'sweep';

export function generate(shape: Shape): Uint8Array<ArrayBuffer> {
  const l = createLocals(shape.words);
  const bodies: Readonly<Record<SearchFunction, Code>> = {
    run: run(shape, l),
    rehash: rehash(l),
    enlarge: enlarge(l),
    unsettled: unsettled(l),
    sweep: sweep(l, shape.room),
  };
  return moduleOf(bodies, l.types);
}

/** A module with `repack` only; see upkeep.ts. */
export function generateRepack(before: Layout, layout: Layout): Uint8Array<ArrayBuffer> {
  const l: Locals = createLocals(layout.words);
  return moduleOf({ repack: repack(l, before, layout) }, l.types);
}

function moduleOf(
  bodies: Readonly<Record<string, Code>>,
  locals: readonly ValueType[],
): Uint8Array<ArrayBuffer> {
  return assemble(
    Object.entries(bodies).map(([name, body]) => ({
      name,
      parameters: ['i32'],
      results: ['i32'],
      locals,
      body,
    })),
    globals.map(name => ({ name, initial: 0 })),
  );
}
