/**
 * Prepares functions for execution: liveness of registers, so that dead ones are forgotten when a state is stored
 * (two states that differ in dead registers only are one). Backward data flow per function. A register that only serves
 * to compute dead ones is dead as well (faint): a counter of rounds that decides nothing.
 */
import { operandsOf } from '../ir/validate';
import type { Function, Instruction, Program } from '../ir/program';
import type { Code } from './model';

/** Without `forgetDead` every register counts as live everywhere. */
export function prepare(program: Program, forgetDead: boolean): readonly Code[] {
  return program.functions.map(f => ({
    function: f,
    body: f.body,
    types: f.registerTypes,
    live: forgetDead ? liveness(f) : everything(f),
  }));
}

function everything(f: Function): number[][] {
  const all = Array.from({ length: f.registers }, (_, r) => r);
  return Array.from({ length: f.body.length + 1 }, () => all);
}

function liveness(f: Function): number[][] {
  const n = f.body.length;
  const words = (f.registers + 31) >> 5;
  const sets = Array.from({ length: n + 1 }, () => new Int32Array(words));
  const successors = f.body.map((i, at) => successorsOf(i, at));
  const uses = f.body.map(i => operandsOf(i).flatMap(o => (o.kind === 'register' ? [o.register] : [])));
  const wanted = new Int32Array(words);
  for (let changed = true; changed;) {
    changed = false;
    for (let at = n - 1; at >= 0; at--) {
      const set = sets[at];
      const i = f.body[at];
      if (!set || !i) continue;
      const defined = 'to' in i && i.to !== undefined ? i.to : -1;
      for (let w = 0; w < words; w++) {
        let bits = 0;
        for (const s of successors[at] ?? []) bits |= sets[s]?.[w] ?? 0;
        wanted[w] = bits;
      }
      const idle = defined >= 0 && isPure(i) && !(((wanted[defined >> 5] ?? 0) >> (defined & 31)) & 1);
      for (let w = 0; w < words; w++) {
        let bits = wanted[w] ?? 0;
        if (defined >> 5 === w && defined >= 0) bits &= ~(1 << (defined & 31));
        if (!idle) for (const u of uses[at] ?? []) if (u >> 5 === w) bits |= 1 << (u & 31);
        if (bits !== set[w]) {
          set[w] = bits;
          changed = true;
        }
      }
    }
  }
  return sets.map(set => {
    const list: number[] = [];
    for (let r = 0; r < f.registers; r++) if (((set[r >> 5] ?? 0) >> (r & 31)) & 1) list.push(r);
    return list;
  });
}

/** Computes a value and does nothing else, whatever its operands are. */
function isPure(i: Instruction): boolean {
  if (i.op === 'copy' || i.op === 'convert') return true;
  return i.op === 'binary' && !/^(?:div|rem|mod|sh)/.test(i.operator);
}

function successorsOf(i: Instruction, at: number): readonly number[] {
  switch (i.op) {
    case 'jump':
      return [i.target];
    case 'branch':
      return [i.target, i.otherwise];
    case 'return':
    case 'unsupported':
      return [];
    default:
      return [at + 1];
  }
}
