/** Static reachability in the code: what a thread could still execute, ignoring conditions. */
import type { Function, Program } from '../ir/program';
import type { ThreadState } from './model';

export interface Reach {
  /** Pcs of a function reachable from `from` (inclusive), in the function itself. */
  inside(f: number, from: number): ReadonlySet<number>;
  /** All functions that could be called from pcs of a function. */
  calledFrom(f: number, pcs: Iterable<number>): ReadonlySet<number>;
  /** Whether the thread could still execute that instruction: from its frames on, or from its entry if it has none. */
  threadReaches(t: ThreadState, f: number, pc: number): boolean;
  /** Whether code that starts in function `entry` contains the function. */
  entryReaches(entry: number, f: number): boolean;
}

export function createReach(program: Program): Reach {
  const taken = addressTaken(program);
  const insideCache = new Map<string, ReadonlySet<number>>();
  const closures = new Map<number, ReadonlySet<number>>();

  const inside = (f: number, from: number): ReadonlySet<number> => {
    const key = `${f}.${from}`;
    const known = insideCache.get(key);
    if (known) return known;
    const body = program.functions[f]?.body ?? [];
    const seen = new Set<number>();
    const open = [from];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at) || at >= body.length) continue;
      seen.add(at);
      const i = body[at];
      if (!i || i.op === 'return' || i.op === 'unsupported') continue;
      if (i.op === 'jump') open.push(i.target);
      else if (i.op === 'branch') open.push(i.target, i.otherwise);
      else open.push(at + 1);
    }
    insideCache.set(key, seen);
    return seen;
  };

  const direct = (f: Function | undefined, pcs: Iterable<number>): number[] => {
    const list: number[] = [];
    for (const pc of pcs) {
      const i = f?.body[pc];
      if (i?.op === 'call') list.push(i.function);
      else if (i?.op === 'callPointer') list.push(...taken);
    }
    return list;
  };

  /** Functions reachable from the start of `f`, itself included. */
  const closure = (f: number): ReadonlySet<number> => {
    const known = closures.get(f);
    if (known) return known;
    const seen = new Set<number>();
    const open = [f];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      open.push(...direct(program.functions[at], inside(at, 0)));
    }
    closures.set(f, seen);
    return seen;
  };

  const calledFrom = (f: number, pcs: Iterable<number>): ReadonlySet<number> => {
    const all = new Set<number>();
    for (const g of direct(program.functions[f], pcs)) for (const h of closure(g)) all.add(h);
    return all;
  };

  return {
    inside,
    calledFrom,
    threadReaches(t, f, pc) {
      if (t.frames.length === 0) return t.entry >= 0 && closure(t.entry).has(f);
      return t.frames.some((frame, level) => {
        // Outer frames stand at their calls: what lies behind them.
        const from = level === t.frames.length - 1 ? frame.pc : frame.pc + 1;
        const pcs = inside(frame.function, from);
        if (frame.function === f && pcs.has(pc)) return true;
        return calledFrom(frame.function, pcs).has(f);
      });
    },
    entryReaches: (entry, f) => closure(entry).has(f),
  };
}

/** Functions whose address stands anywhere: what a call through a pointer may reach. */
function addressTaken(program: Program): readonly number[] {
  const found = new Set<number>();
  const look = (v: unknown): void => {
    if (Array.isArray(v)) {
      v.forEach(look);
      return;
    }
    if (typeof v !== 'object' || v === null) return;
    const o = v as { kind?: unknown; function?: unknown };
    if (o.kind === 'function' && typeof o.function === 'number') found.add(o.function);
    else Object.values(v).forEach(look);
  };
  look(program.objects.map(o => o.initial));
  look(program.functions.map(f => f.body));
  return [...found];
}
