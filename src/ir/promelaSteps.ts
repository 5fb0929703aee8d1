/**
 * The steps of a program's threads for promela.ts. A place is a call chain with an instruction that is a step, or a local
 * one that fails. From each place that can be reached, the operation and the local work behind it are printed as one
 * sequence, a branch as an `if`, up to the next place. Calls are printed in line.
 */
import { placesOf, type Cells } from './promelaCells';
import type { Function, Instruction, Operand, Program, Scalar } from './program';
import { operations } from './operations';
import { operandsOf } from './validate';

/** Places of threads that have ended, and of interrupts that have not begun. */
export const END = 1;
const BEGIN = 2;

export interface Option {
  readonly place: number;
  /** `1` if there is none. */
  readonly guard: string;
  readonly effect: string;
  readonly isFault: boolean;
}

export interface ThreadSteps {
  readonly options: readonly Option[];
  readonly registers: number;
  /** What brings the thread to its first place. */
  readonly start: string;
  /** When the thread is an RCU reader. */
  readonly reader: string;
  readonly isDaemon: boolean;
}

export interface Steps {
  readonly threads: readonly ThreadSteps[];
  /** Initial values. */
  readonly cells: readonly number[];
  /** By cell of a reader-writer lock: when a writer is queued for it. */
  readonly waitingWriters: ReadonlyMap<number, readonly string[]>;
}

/** Thrown inside, caught at the face: what Promela cannot say. */
class NotSaid {
  constructor(readonly what: string) {}
}

function no(what: string): never {
  throw new NotSaid(what);
}

/** The steps, or in words what Promela cannot say. */
export function createSteps(program: Program, number: number): Steps | string {
  try {
    return stepsOf(program, number);
  } catch (e) {
    if (e instanceof NotSaid) return e.what;
    throw e;
  }
}

function stepsOf(program: Program, number: number): Steps {
  if (program.init.length > 0 || program.finally.length > 0) no('RACE_INIT and RACE_FINALLY');
  const cells = placesOf(program);
  if (typeof cells === 'string') return no(cells);
  const waitingWriters = new Map<number, string[]>();
  const uses = (name: RegExp): boolean =>
    program.functions.some(f => f.body.some(i => i.op === 'sync' && name.test(i.name)));
  const shared = {
    program,
    number,
    cells,
    waitingWriters,
    hasGrace: uses(/^rcu\.synchronize$/),
    hasLocks: uses(/lock|try/) || uses(/^rcu\./),
    live: program.functions.map(liveness),
  };
  return {
    threads: program.threads.map((_, n) => threadSteps(shared, n)),
    cells: cells.initial,
    waitingWriters,
  };
}

interface Shared {
  readonly program: Program;
  readonly number: number;
  readonly cells: Cells;
  readonly waitingWriters: Map<number, string[]>;
  readonly hasGrace: boolean;
  readonly hasLocks: boolean;
  /** By function and instruction: the registers that are read later. */
  readonly live: readonly (readonly ReadonlySet<number>[])[];
}

/** A function as it is called from somewhere: it has registers of its own. */
interface Activation {
  readonly function: number;
  readonly first: number;
  readonly caller?: { readonly activation: Activation; readonly pc: number };
  readonly inner: Map<string, Activation>;
  readonly depth: number;
}

interface Place {
  readonly id: number;
  readonly activation: Activation;
  readonly pc: number;
  readonly kind: 'step' | 'fails' | 'waits';
}

const MOST_DEPTH = 8;
const MOST_PLACES = 400;
/** Characters of one step: branches are printed twice and twice again. */
const MOST_TEXT = 20_000;

function threadSteps(shared: Shared, n: number): ThreadSteps {
  const { program, cells, hasGrace, hasLocks, live } = shared;
  const thread = program.threads[n];
  if (!thread) return no('no such thread');
  if (thread.cpu !== undefined || thread.repeat !== 1 || thread.signals) no('CPUs, repeats and signals');
  const isInterrupt = thread.context === 'softirq' || thread.context === 'hardirq';
  let registers = 0;
  const activate = (f: number, caller?: Activation['caller']): Activation => {
    const first = registers;
    registers += program.functions[f]?.registers ?? 0;
    const depth = caller ? caller.activation.depth + 1 : 0;
    if (depth > MOST_DEPTH) no('recursion');
    return { function: f, first, ...(caller ? { caller } : {}), inner: new Map(), depth };
  };
  const entry = activate(thread.entry);
  const places = new Map<string, Place>();
  const open: Place[] = [];
  const placeAt = (activation: Activation, pc: number, kind: Place['kind']): number => {
    let key = `${kind} ${pc}`;
    for (let a: Activation | undefined = activation; a; a = a.caller?.activation)
      key += `/${a.function}.${a.caller?.pc ?? ''}`;
    let place = places.get(key);
    if (!place) {
      place = { id: places.size + BEGIN + 1, activation, pc, kind };
      if (places.size > MOST_PLACES) no('so many places');
      places.set(key, place);
      open.push(place);
    }
    return place.id;
  };
  const at = (a: Activation, pc: number): Instruction | undefined => program.functions[a.function]?.body[pc];
  const register = (a: Activation, r: number): string => `r${n}_${a.first + r}`;
  const value = (a: Activation, o: Operand): string => {
    if (o.kind === 'register') return register(a, o.register);
    if (o.kind === 'constant' && typeof o.value === 'number' && Math.abs(o.value) < 2 ** 31)
      return `${o.value}`;
    return no('values beyond 32 bits, and addresses as values');
  };
  const set = (a: Activation, r: number, text: string): string => {
    const type = program.functions[a.function]?.registerTypes[r];
    return `${register(a, r)} = ${type && /8|16/.test(type) ? wrapped(text, type) : text}`;
  };
  const cell = (o: Operand, type?: Scalar): string => {
    const c = cells.cellOf(o, type);
    return typeof c === 'number' ? `c${c}` : no(c);
  };

  /** Registers that nobody reads any more become 0; in an outer function, those not read behind its call. */
  const buried = (a: Activation, pc: number): string[] => {
    const alive = new Set<number>();
    let from = pc;
    let skip = -1;
    for (let b: Activation | undefined = a; b; b = b.caller?.activation) {
      for (const r of live[b.function]?.[from] ?? []) if (r !== skip) alive.add(b.first + r);
      from = (b.caller?.pc ?? 0) + 1;
      const call = b.caller && at(b.caller.activation, b.caller.pc);
      skip = call && 'to' in call && call.to !== undefined ? call.to : -1;
    }
    return Array.from({ length: registers }, (_, r) => r).flatMap(r =>
      alive.has(r) ? [] : [`r${n}_${r} = 0`],
    );
  };
  const park = (a: Activation, pc: number, kind: Place['kind']): string =>
    [...buried(a, pc), `pc${n} = ${placeAt(a, pc, kind)}`, ...afterStep()].join('; ');
  const reader = [
    `d${n} > 0`,
    `i${n} > 0`,
    `u${n} > 0`,
    ...(isInterrupt ? [`(pc${n} != ${BEGIN} && pc${n} != ${END})`] : []),
  ].join(' || ');
  /** A reader that has left is waited for no longer. */
  const afterStep = (): string[] =>
    hasGrace
      ? [
          `if :: (!(${reader})) -> ${program.threads.map((_, k) => `g${k} = g${k} & ~${1 << n}`).join('; ')} :: else fi`,
        ]
      : [];

  /** The thread's own work from an instruction on, up to the next place. */
  const follow = (a: Activation, from: number, seen: ReadonlySet<string>): string => {
    const key = `${a.first}.${from}`;
    if (seen.has(key)) no('a loop without a step');
    const visited = new Set(seen).add(key);
    const i = at(a, from);
    if (!i) return no('the end of a function');
    const then = (text: string): string => `${text}; ${follow(a, from + 1, visited)}`;
    switch (i.op) {
      case 'copy':
        return then(set(a, i.to, value(a, i.from)));
      case 'binary':
        return then(
          `${register(a, i.to)} = ${computed(i.operator, i.type, value(a, i.left), value(a, i.right))}`,
        );
      case 'convert':
        return then(
          `${register(a, i.to)} = ${i.bool ? `(${value(a, i.from)} != 0)` : wrapped(value(a, i.from), i.type)}`,
        );
      case 'jump':
        return follow(a, i.target, visited);
      case 'branch':
        return either(
          `${value(a, i.condition)} != 0`,
          follow(a, i.target, visited),
          follow(a, i.otherwise, visited),
        );
      case 'assert':
        return either(`${value(a, i.condition)} != 0`, follow(a, from + 1, visited), park(a, from, 'fails'));
      case 'warn':
        return follow(a, from + 1, visited);
      case 'call': {
        const inner = a.inner.get(`${from}`) ?? activate(i.function, { activation: a, pc: from });
        a.inner.set(`${from}`, inner);
        const count = program.functions[i.function]?.registers ?? 0;
        const parts = Array.from({ length: count }, (_, r) => {
          const argument = i.arguments[r];
          const parameters = program.functions[i.function]?.parameters ?? 0;
          return r < parameters && argument ? set(inner, r, value(a, argument)) : `${register(inner, r)} = 0`;
        });
        return [...parts, follow(inner, 0, visited)].join('; ');
      }
      case 'return': {
        const result = i.value ? value(a, i.value) : '0';
        const { caller } = a;
        if (caller) {
          const call = at(caller.activation, caller.pc);
          const to = call?.op === 'call' ? call.to : undefined;
          const rest = follow(caller.activation, caller.pc + 1, visited);
          return to === undefined ? rest : `${set(caller.activation, to, result)}; ${rest}`;
        }
        const over = [
          ...Array.from({ length: registers }, (_, r) => `r${n}_${r} = 0`),
          `d${n} = 0; i${n} = 0; pc${n} = ${END}`,
          ...afterStep(),
        ].join('; ');
        return hasLocks ? either(`h${n} == 0 && u${n} == 0`, over, park(a, from, 'fails')) : over;
      }
      case 'sync':
        if (i.name === 'yield' || i.name === 'sleep.might') return follow(a, from + 1, visited);
        return park(a, from, 'step');
      case 'load':
      case 'store':
      case 'rmw':
      case 'cmpxchg':
      case 'atomic':
      case 'choose':
        return park(a, from, 'step');
      default:
        return no(`${i.op} instructions`);
    }
  };
  const onward = (a: Activation, pc: number): string => follow(a, pc + 1, new Set());

  /** What the instructions of an atomic group do, and what it waits for. */
  const group = (
    a: Activation,
    pc: number,
    length: number,
  ): { readonly guard: string; readonly effect: string[] } => {
    const known = new Map<number, string>();
    const inGuard = (o: Operand): string =>
      o.kind === 'register' ? (known.get(o.register) ?? register(a, o.register)) : value(a, o);
    const effect: string[] = [];
    let guard = '1';
    for (let k = pc + 1; k <= pc + length; k++) {
      const i = at(a, k);
      switch (i?.op) {
        case 'await':
          if (guard !== '1') no('two awaits in a group');
          guard = `${inGuard(i.condition)} != 0`;
          break;
        case 'copy':
          known.set(i.to, inGuard(i.from));
          effect.push(set(a, i.to, value(a, i.from)));
          break;
        case 'load':
          known.set(i.to, cell(i.address, i.type));
          effect.push(`${register(a, i.to)} = ${read(cell(i.address, i.type), i.type)}`);
          break;
        case 'binary':
          known.set(i.to, computed(i.operator, i.type, inGuard(i.left), inGuard(i.right)));
          effect.push(
            `${register(a, i.to)} = ${computed(i.operator, i.type, value(a, i.left), value(a, i.right))}`,
          );
          break;
        case 'store':
          if (at(a, k + 1)?.op === 'await') no('an await behind a store');
          effect.push(`${cell(i.address, i.type)} = ${stored(value(a, i.value), i.type)}`);
          break;
        default:
          no(`${i?.op ?? 'nothing'} in a group`);
      }
    }
    return { guard, effect };
  };

  const optionsAt = (p: Place): Option[] => {
    const { activation: a, pc, id } = p;
    const option = (guard: string, effect: string): Option => {
      if (effect.length > MOST_TEXT) no('such long steps');
      return { place: id, guard, effect, isFault: false };
    };
    const faulty = (guard: string): Option => ({ place: id, guard, effect: '', isFault: true });
    const i = at(a, pc);
    if (p.kind === 'fails' || !i) return [faulty('1')];
    switch (i.op) {
      case 'load':
        return [
          option('1', `${register(a, i.to)} = ${read(cell(i.address, i.type), i.type)}; ${onward(a, pc)}`),
        ];
      case 'store':
        return [
          option('1', `${cell(i.address, i.type)} = ${stored(value(a, i.value), i.type)}; ${onward(a, pc)}`),
        ];
      case 'rmw': {
        const c = cell(i.address, i.type);
        const v = value(a, i.value);
        const next =
          i.operator === 'xchg'
            ? v
            : i.operator === 'andnot'
              ? `(tmp & ~(${v}))`
              : computed(i.operator, i.type, read('tmp', i.type), v);
        if (i.refcount) no('refcount_t');
        const to = i.to === undefined ? '' : `${register(a, i.to)} = ${read('tmp', i.type)}; `;
        return [option('1', `tmp = ${c}; ${c} = ${stored(next, i.type)}; ${to}${onward(a, pc)}`)];
      }
      case 'cmpxchg': {
        if (i.refcount) no('refcount_t');
        const c = cell(i.address, i.type);
        const next = i.notEqual ? computed('add', i.type, 'tmp', value(a, i.value)) : value(a, i.value);
        const equal = `tmp ${i.notEqual ? '!=' : '=='} ${stored(value(a, i.expected), i.type)}`;
        return [
          option(
            '1',
            `tmp = ${c}; ${either(equal, `${c} = ${stored(next, i.type)}`, 'skip')}; ${register(a, i.to)} = ${read('tmp', i.type)}; ${onward(a, pc)}`,
          ),
        ];
      }
      case 'atomic': {
        const { guard, effect } = group(a, pc, i.length);
        return [option(guard, [...effect, onward(a, pc + i.length)].join('; '))];
      }
      case 'choose':
        return Array.from({ length: i.count }, (_, k) =>
          option('1', `${register(a, i.to)} = ${k}; ${onward(a, pc)}`),
        );
      case 'sync':
        return syncOptions(p, i, option, faulty);
      default:
        return no(`${i.op} instructions`);
    }
  };

  const syncOptions = (
    p: Place,
    i: Instruction & { op: 'sync' },
    option: (guard: string, effect: string) => Option,
    faulty: (guard: string) => Option,
  ): Option[] => {
    const { activation: a, pc } = p;
    const result = (text: string): string => (i.to === undefined ? 'skip' : set(a, i.to, text));
    const go = (...effects: string[]): string => [...effects, onward(a, pc)].join('; ');
    const me = n + 1;
    const lock = (): string => (i.arguments[0] ? cell(i.arguments[0]) : no('a lock without an address'));
    // In atomic context it is a fault to arrive at what may sleep.
    const mayNot = isInterrupt ? '1' : `(d${n} > 0 || i${n} > 0 || u${n} > 0)`;
    const checked = (options: Option[]): Option[] => {
      if (!operations.get(i.name)?.sleeps || p.kind === 'waits') return options;
      return [
        faulty(mayNot),
        ...options.map(o => ({ ...o, guard: o.guard === '1' ? `!${mayNot}` : `!${mayNot} && (${o.guard})` })),
      ];
    };
    const take = (spins: boolean): string => `h${n} = h${n} + 1${spins ? `; d${n} = d${n} + 1` : ''}`;
    const drop = (spins: boolean): string => `h${n} = h${n} - 1${spins ? `; d${n} = d${n} - 1` : ''}`;
    const [kind = '', verb = ''] = i.name.split('.');
    switch (i.name) {
      case 'preempt.off':
      case 'bh.off':
        return [option('1', go(`d${n} = d${n} + 1`))];
      case 'preempt.on':
      case 'bh.on':
        return [option('1', go(`d${n} = d${n} - 1`))];
      case 'irq.off':
        return [option('1', go(`i${n} = 1`))];
      case 'irq.on':
        return [option('1', go(`i${n} = 0`))];
      case 'rcu.lock':
        return [option('1', go(`u${n} = u${n} + 1`))];
      case 'rcu.unlock':
        return [faulty(`u${n} == 0`), option(`u${n} > 0`, go(`u${n} = u${n} - 1`))];
      case 'rcu.synchronize': {
        if (p.kind === 'waits') return [option(`g${n} == 0`, go())];
        const bits = shared.program.threads.map((_, k) => `(reader_${shared.number}_${k} -> ${1 << k} : 0)`);
        return checked([option('1', [`g${n} = ${bits.join(' | ')}`, park(a, pc, 'waits')].join('; '))]);
      }
      case 'spin.lock':
      case 'mutex.lock':
        return checked([option(`${lock()} == 0`, go(`${lock()} = ${me}`, take(kind === 'spin')))]);
      case 'spin.try':
      case 'mutex.try':
        return [
          option(`${lock()} == 0`, go(`${lock()} = ${me}`, take(kind === 'spin'), result('1'))),
          option(`${lock()} != 0`, go(result('0'))),
        ];
      case 'spin.unlock':
      case 'mutex.unlock':
        return [
          faulty(`${lock()} != ${me}`),
          option(`${lock()} == ${me}`, go(`${lock()} = 0`, drop(kind === 'spin'))),
        ];
      case 'sem.down':
        return checked([option(`${lock()} > 0`, go(`${lock()} = ${lock()} - 1`))]);
      case 'sem.try':
        return [
          option(`${lock()} == 0`, go(result('1'))),
          option(`${lock()} != 0`, go(`${lock()} = ${lock()} - 1`, result('0'))),
        ];
      case 'sem.up':
        return [option('1', go(`${lock()} = ${lock()} + 1`))];
      case 'completion.complete':
        return [option('1', go(either(`${lock()} != ${ALL}`, `${lock()} = ${lock()} + 1`, 'skip')))];
      case 'completion.all':
        return [option('1', go(`${lock()} = ${ALL}`))];
      case 'completion.wait': {
        const [, timeout] = i.arguments;
        const taken = either(`${lock()} != ${ALL}`, `${lock()} = ${lock()} - 1`, 'skip');
        const mayEnd = timeout?.kind === 'constant' && timeout.value !== -1;
        if (timeout?.kind !== 'constant') no('a timeout that is not constant');
        return checked([
          option(`${lock()} > 0`, go(taken, result('1'))),
          ...(mayEnd ? [option(`${lock()} == 0`, go(result('0')))] : []),
        ]);
      }
      default:
        break;
    }
    // Reader-writer locks: the word is READER for each reader; a writer that waits stops new readers.
    if (kind !== 'read' && kind !== 'write' && kind !== 'rwsem') return no(`${i.name}`);
    const spins = kind !== 'rwsem';
    const c = cells.cellOf(i.arguments[0] ?? { kind: 'constant', value: 0 });
    if (typeof c !== 'number') return no(c);
    const places = shared.waitingWriters.get(c) ?? [];
    shared.waitingWriters.set(c, places);
    const passes = spins && isInterrupt ? '1' : `!writer_${shared.number}_${c}`;
    const canRead = `(c${c} == 0 || c${c} >= ${READER}) && ${passes}`;
    const isWrite = kind === 'write' || verb.startsWith('write');
    if (/lock$/i.test(verb) && !/unlock$/i.test(verb)) {
      if (!isWrite) return checked([option(canRead, go(`c${c} = c${c} + ${READER}`, take(spins)))]);
      const taking = option(`c${c} == 0`, go(`c${c} = ${me}`, take(spins)));
      if (p.kind === 'waits') return [taking];
      const waiting = placeAt(a, pc, 'waits');
      places.push(`(prog == ${shared.number} && pc${n} == ${waiting})`);
      return checked([taking, option(`c${c} != 0`, park(a, pc, 'waits'))]);
    }
    if (/unlock$/i.test(verb))
      return isWrite
        ? [faulty(`c${c} != ${me}`), option(`c${c} == ${me}`, go(`c${c} = 0`, drop(spins)))]
        : [option('1', go(`c${c} = c${c} - ${READER}`, drop(spins)))];
    return no(i.name);
  };

  const first = follow(entry, 0, new Set());
  const options: Option[] = [];
  if (isInterrupt) options.push({ place: BEGIN, guard: '1', effect: first, isFault: false });
  for (let p = open.shift(); p; p = open.shift()) options.push(...optionsAt(p));
  return {
    options,
    registers,
    start: isInterrupt ? `pc${n} = ${BEGIN}` : first,
    reader,
    isDaemon: thread.daemon === true,
  };
}

const ALL = 0x7fffffff;
const READER = 0x10000;

function either(condition: string, yes: string, otherwise: string): string {
  return `if :: (${condition}) -> ${yes} :: else -> ${otherwise} fi`;
}

/** A value of the type, of an expression. */
function wrapped(text: string, type: Scalar): string {
  const bits = Number(type.slice(1));
  if (bits >= 32) return text;
  const masked = `((${text}) & ${2 ** bits - 1})`;
  return type.startsWith('u') ? masked : `((${masked} ^ ${2 ** (bits - 1)}) - ${2 ** (bits - 1)})`;
}

/** Cells hold unsigned values. */
function stored(text: string, type: Scalar): string {
  return wrapped(text, type.replace('i', 'u') as Scalar);
}

function read(text: string, type: Scalar): string {
  return type.startsWith('i') ? wrapped(text, type) : text;
}

const symbols: Readonly<Record<string, string>> = {
  add: '+', sub: '-', mul: '*', and: '&', or: '|', xor: '^', shl: '<<', eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=',
}; // prettier-ignore

function computed(operator: string, type: Scalar, left: string, right: string): string {
  if (operator === 'shr') return `((${left}) >> (${right}))`;
  const symbol = symbols[operator];
  if (symbol === undefined) return no(`${operator}`);
  const text = `((${left}) ${symbol} (${right}))`;
  return /eq|ne|lt|le|gt|ge/.test(operator) ? text : wrapped(text, type);
}

/** Does nothing but to give a value, and cannot fail. */
function isComputed(i: Instruction): boolean {
  return (
    i.op === 'copy' || i.op === 'convert' || (i.op === 'binary' && !/^(?:div|rem|mod|sh)/.test(i.operator))
  );
}

/** For each instruction the registers that are read later before they are written, by something that matters. */
function liveness(f: Function): readonly ReadonlySet<number>[] {
  const sets = Array.from({ length: f.body.length + 1 }, () => new Set<number>());
  for (let changed = true; changed;) {
    changed = false;
    for (let at = f.body.length - 1; at >= 0; at--) {
      const i = f.body[at];
      const set = sets[at];
      if (!i || !set) continue;
      const next =
        i.op === 'jump'
          ? [i.target]
          : i.op === 'branch'
            ? [i.target, i.otherwise]
            : i.op === 'return'
              ? []
              : [at + 1];
      const before = set.size;
      const to = 'to' in i ? i.to : undefined;
      for (const s of next) for (const r of sets[s] ?? []) if (to !== r) set.add(r);
      // What computes a value that nobody reads reads nothing itself.
      const isIdle = to !== undefined && isComputed(i) && !next.some(s => sets[s]?.has(to));
      for (const o of isIdle ? [] : operandsOf(i)) if (o.kind === 'register') set.add(o.register);
      changed = changed || set.size !== before;
    }
  }
  return sets;
}
