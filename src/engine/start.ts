/**
 * The initial state: static objects with their initial values, RACE_INIT run as far as it goes without a choice, then
 * the static threads. What init leaves open (a choice, a wait, a fault) stays in the state graph as steps of `init`.
 */
import { sizeOf, wrap } from '../ir/value';
import type { Program, Scalar } from '../ir/program';
import { addThread, createMachine, evaluate, note, putThread, refer, writeAt, type Machine } from './machine';
import { addressOf } from '../ir/address';
import type { Frame } from './model';
import type { Options } from './options';
import { choicesOf, runStep, startStatic } from './step';
import { freshThread } from './waiting';

const noFrame: Frame = { function: 0, pc: 0, registers: [], stack: [], key: undefined };

/** A machine that holds the state before the threads: `launch` brings them in. */
export function createStart(program: Program, options: Options): Machine {
  const withInit = program.init.length > 1 ? mergeInit(program) : program;
  const m = createMachine(withInit, options);
  const cpus = new Map<number, number>();
  program.threads.forEach((t, i) => {
    if (t.cpu !== undefined) cpus.set(t.cpu, (cpus.get(t.cpu) ?? 0) + 1);
    addThread(
      m,
      `static:${i}`,
      {
        name: t.name,
        context: t.context,
        program: i,
        origin: 'static',
        cpu: t.cpu,
        daemon: t.daemon === true,
        signals: t.signals === true,
        address: 0,
        repeat: t.repeat,
        site: -1,
        startedBy: -1,
      },
      t.task,
    );
  });
  for (const [cpu, count] of cpus) if (count > 1) m.sharedCpus.add(cpu);
  program.objects.forEach((o, number) => {
    m.objects[number] = { life: 'live', fill: 'zero', size: o.size, cells: [] };
    for (const v of o.initial) {
      const size = sizeOf(v.type);
      const r = refer(m, addressOf(number, v.offset), size, -1);
      const value = evaluate(m, noFrame, v.value);
      const type: Scalar = v.type;
      writeAt(m, r, type, typeof value === 'object' ? value : wrap(value, type), -1, -1);
    }
  });
  const first = withInit.init[0];
  if (first !== undefined) runInit(m, first);
  forgetChanges(m);
  return m;
}

/** Brings in the threads, unless RACE_INIT has still something to do: then that is the graph's first step. */
export function launch(m: Machine): void {
  m.starting = false;
  if (m.initThread < 0 || m.threads[m.initThread]?.status === 'done') startStatic(m);
  forgetChanges(m);
}

function forgetChanges(m: Machine): void {
  m.changedThreads.length = 0;
  m.changedObjects.length = 0;
  m.globalChanged = false;
}

/** Several init functions become one that calls them in order. */
function mergeInit(program: Program): Program {
  const site = program.functions[program.init[0] ?? 0]?.body[0]?.site ?? 0;
  const merged = {
    name: 'init',
    parameters: 0,
    registers: 0,
    registerNames: [],
    registerTypes: [],
    stack: [],
    body: [
      ...program.init.map(f => ({ op: 'call' as const, function: f, arguments: [], site })),
      { op: 'return' as const, site },
    ],
  };
  return { ...program, functions: [...program.functions, merged], init: [program.functions.length] };
}

const MOST_STEPS = 100_000;

function runInit(m: Machine, entry: number): void {
  const n = addThread(m, 'init', {
    name: 'init',
    context: 'process',
    origin: 'init',
    cpu: undefined,
    daemon: false,
    signals: false,
    address: 0,
    repeat: 1,
    site: -1,
    startedBy: -1,
  });
  m.initThread = n;
  putThread(m, n, { ...freshThread(), status: 'ready', left: 1, entry });
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const choices = choicesOf(m, n);
    if (choices.length !== 1 || choices[0] === undefined) return;
    const before = m.threads[n];
    const beforeObjects = m.objects.slice();
    const result = runStep(m, n, choices[0]);
    if (result.fault || result.limit) {
      // Stays in front of it; the graph's first step will meet it.
      m.threads[n] = before;
      beforeObjects.forEach((o, k) => (m.objects[k] = o));
      return;
    }
    forgetChanges(m);
    if (m.threads[n]?.status === 'done') return;
  }
  note(m, { kind: 'warning', message: 'RACE_INIT does not end', site: -1, thread: n });
}
