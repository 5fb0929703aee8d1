/**
 * How much V8 is to spend on optimising. As it comes it takes a third of the CPU time of a check that is over in a second for
 * code that is hardly run again, and as much again for the parser's WebAssembly. What runs on for long is optimised all the
 * same, a few milliseconds later. Flags are the whole process's, so this is for the command line's own process only. V8 says
 * so aloud if it does not know a flag: only versions are told that are known to have it.
 */
import { setFlagsFromString } from 'node:v8';

/** V8's major version. */
const version = Number(process.versions.v8.split('.')[0]);

/** Before anything is run. */
export function optimiseLate(): void {
  // Fifteen times what it is by default, in bytes of bytecode that a function runs through.
  if (version >= 11 && version <= 13) setFlagsFromString('--interrupt-budget=1000000');
}

/** By V8's version; what a module may run before it is optimised is settled when it is loaded. */
const tieringBudgets: ReadonlyMap<number, number> = new Map([[11, 1_800_000]]);

/** Loads the parser so that it is optimised late; what the engine generates afterwards is not concerned. */
export async function optimisedLate<T>(load: () => Promise<T>): Promise<T> {
  const usual = tieringBudgets.get(version);
  if (usual === undefined) return load();
  setFlagsFromString(`--wasm-tiering-budget=${String(usual * 50)}`);
  try {
    return await load();
  } finally {
    setFlagsFromString(`--wasm-tiering-budget=${String(usual)}`);
  }
}
