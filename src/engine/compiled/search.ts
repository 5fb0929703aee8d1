/**
 * The search, compiled: goes on where the interpreting search stands, gives the same states the same numbers and makes the
 * same edges, only faster. Steps are recorded once for all states that agree in what they look at (record.ts) and looked
 * up from then on by generated WebAssembly (generate.ts). What is recorded holds as long as threads, objects and
 * marks stay the same; when one of them is added, the tables are thrown away and filled again.
 */
import { endingTarget, FINALLY, packLabel, unpackLabel, type Graph } from '../graph';
import type { Machine } from '../machine';
import { collectRaces } from '../races';
import type { Store } from '../store';
import { cpuOf } from '../context';
import { generate, generateRepack, type SearchFunction } from './generate';
import { layoutOf, type Layout } from './layout';
import { createRegions, FIRST_ADDRESS, regions as regionNames, type Regions } from './memory';
import { createRecorder, slotOf, type Part, type Way } from './record';
import { degreeOf, fillRows, flagsOf, graphOf, longBytes, roomFor } from './rows';
import {
  BATCH,
  entrySize,
  globals,
  MOST_ACCESSES,
  MOST_PENDING,
  outcome,
  rowSize,
  SLACK,
  treeCount,
  type GlobalName,
  type Shape,
} from './shape';
import { createTables, rootsOf, type Answer, type PackedWay, type Tables } from './tables';
import { repackFew } from './repackFew';
import { canAllFinish } from './settle';
import { asideBytes, SWEEP_PIECE } from './upkeep';

export interface Compiled {
  /** Expands up to `budget` states. `lost`: it cannot go on, the states are too large or steps look at too much. */
  run(budget: number): 'more' | 'done' | 'lost' | 'memory';
  readonly store: Store;
  /** States expanded. */
  readonly expanded: number;
  readonly edges: number;
  /** How often the interpreter was asked. */
  readonly recorded: number;
  /** The graph so far; it is written over by the next run. */
  graph(): Graph;
}

/** More threads than this are left to the interpreter. */
const MOST_THREADS = 200;
const MOST_LABELS = 120;
const MOST_NODES = 256 << 20;
/** It is not worth it if so many of the states need the interpreter. */
const TOO_OFTEN = 0.25;

/** So many states are packed anew without generated code. */
const FEW = 3000;
/** So many states are swept in no time. */
const SWEPT = 100_000;
/** So many states can only go back, at most, for a look at each of them. */
const MOST_LEFT = 10_000;

/** The hash table is doubled when so much of it is used; small ones become four times as large. */
const MOST_LOAD = 0.68;
const FIRST_SLOT_BITS = 14;
/** Keys must have the bits that say where in a bucket a search begins. */
const MOST_SLOT_BITS = 27;
const LARGE_SLOT_BITS = 20;
const FIRST_NODES = 1 << 20;

interface Instance {
  readonly call: Readonly<Record<SearchFunction, (argument: number) => number>>;
  readonly values: ReadonlyMap<string, WebAssembly.Global<'i32'>>;
}

/** Modules by what they depend on; V8 keeps its better code with them. */
const modules = new Map<string, WebAssembly.Module>();

function moduleFor(shape: Shape): WebAssembly.Module {
  const key = JSON.stringify(shape);
  let module = modules.get(key);
  if (!module) {
    module = new WebAssembly.Module(generate(shape));
    modules.set(key, module);
  }
  return module;
}

/**
 * Takes over a search that has expanded `graph.expanded` states of `store`. A text says why it cannot: WebAssembly may not
 * be compiled here, or the states cannot be packed.
 */
export function createCompiled(m: Machine, store: Store, graph: Graph): Compiled | string {
  const { components } = store;
  const recorder = createRecorder(m, components);
  let memory: Regions;
  try {
    memory = createRegions();
  } catch {
    return 'there is no memory for WebAssembly';
  }
  const labels: number[] = [];
  const labelNumbers = new Map<number, number>();
  const accesses = new Map<string, number>();
  /** Cells that somebody accesses plainly: only there can be races. */
  const plainCells = new Set<string>();
  const reported = new Set<number>();
  let layout: Layout | undefined;
  let tables: Tables | undefined;
  let instance: Instance | undefined;
  let shape: Shape | undefined;
  let mostWays = 1;
  let rootBytes = 0;
  let recorded = 0;
  let states = 0;
  let expanded = 0;
  let edges = 0;
  let slotBits = 0;
  let longUsed = 0;
  let why = 'states are too large to be packed';
  let threads = 0;
  /** The hash table has made place for the hang check. */
  let over = false;
  const takeOver = (): void => {
    const { words, octets } = memory;
    const rows = memory.base('rows') >> 2;
    // Whose child they are, nobody asks.
    words.fill(-1, rows, rows + (states * rowSize(room)) / 4);
    octets.set(flagsOf(graph), memory.base('goals'));
    const end = fillRows({ memory, room, longUsed: 0 }, graph, label => {
      const { thread, choice, decided, isPrivate } = unpackLabel(label);
      return 2 * labelOf(packLabel(thread, choice, decided, false)) + (isPrivate ? 1 : 0);
    });
    if (end !== longUsed) throw new Error('internal: rows are longer than they were');
  };
  /** All that is in the tables, as long as it stays true. */
  let answers: Answer[] = [];
  const known = { threads: -1, objects: -1, slots: -1, plain: -1, marks: -1 };

  const labelOf = (label: number): number => {
    let n = labelNumbers.get(label);
    if (n === undefined) {
      n = labels.push(label) - 1;
      labelNumbers.set(label, n);
    }
    return n;
  };

  /** Writes the component numbers of a state into memory. */
  const pack = (index: number, idOf: (slot: number) => number, to: Layout): void => {
    const { words } = memory;
    const at = memory.base('states') / 4 + index * 2 * to.words;
    words.fill(0, at, at + 2 * to.words);
    for (const field of to.fields) {
      if (!field) continue;
      const word = at + field.word;
      words[word] = (words[word] ?? 0) | (idOf(field.slot) << field.shift);
    }
  };
  const idAt = (index: number, slot: number, of: Layout): number => {
    const field = of.fields[slot];
    if (!field) return 0;
    return (
      ((memory.words[memory.base('states') / 4 + index * 2 * of.words + field.word] ?? 0) >>> field.shift) &
      field.mask
    );
  };

  const slotBytes = (bits: number): number => (bits === 0 ? 0 : 4 * (2 ** bits + SLACK));
  /** Room for what one more round of the batch may add. */
  const margin = (threads: number): number => 2 * BATCH + (threads + 1) * mostWays + 2;
  const makeRoom = (nodes: number, old: Layout | undefined, isRebuilding: boolean): boolean => {
    if (!layout || !shape) return false;
    const more = margin(threads);
    let bits = slotBits || FIRST_SLOT_BITS;
    while (states + more > 2 ** bits * MOST_LOAD) bits += bits < LARGE_SLOT_BITS ? 2 : 1;
    if (bits > MOST_SLOT_BITS) return false;
    const row = rowSize(room);
    const grown = memory.grow(
      {
        roots: rootBytes,
        conflicts: 4 * MOST_PENDING + MOST_ACCESSES * MOST_ACCESSES,
        batch: more * entrySize(layout.words),
        touches: 4 * more,
        leaves: 4 * (threads + 2),
        aside: asideBytes(bits),
        nodes: Math.max(nodes, memory.capacity('nodes')),
        slots: slotBytes(bits),
        states: (states + more) * 8 * layout.words,
        rows: (states + more) * row,
        goals: states + more,
        long: longUsed + 16 * more,
      },
      {
        states: states * 8 * (old ?? layout).words,
        rows: states * row,
        goals: states,
        long: longUsed,
        slots: slotBytes(slotBits),
      },
      // The table is doubled all at once, and long rows may come late: there should be room for that.
      {
        slots: (states + more) * (8 / MOST_LOAD),
        aside: (states + more) / 2,
        long: Math.max(longUsed, states + more) * 2,
      },
    );
    if (!grown) return false;
    const before = slotBits;
    slotBits = bits;
    refresh();
    // Where the states are to be packed anew, the table is filled after that.
    if (bits > before && !isRebuilding) {
      const base = memory.base('slots');
      memory.octets.fill(0, base + slotBytes(before), base + slotBytes(bits));
      if (instance?.call.enlarge(before) === 0) fillSlots();
    }
    return true;
  };
  const fillSlots = (): void => {
    const base = memory.base('slots');
    memory.octets.fill(0, base, base + slotBytes(slotBits));
    refresh();
    instance?.call.rehash(0);
  };
  /** Tells the instance where everything is. */
  const refresh = (): void => {
    if (!instance || !layout || !shape) return;
    const value = (name: GlobalName, n: number): void => {
      const global = instance?.values.get(name);
      if (global) global.value = n;
    };
    for (const r of regionNames) if (r !== 'nodes') value(r, memory.base(r));
    const more = margin(threads);
    value('threads', threads);
    value('slotBits', slotBits);
    value('next', expanded);
    value('size', states);
    value('edges', edges);
    value('longUsed', longUsed);
    value(
      'mostStates',
      Math.min(
        Math.floor(2 ** slotBits * MOST_LOAD),
        Math.floor(memory.capacity('states') / (8 * layout.words)),
        Math.floor(memory.capacity('rows') / rowSize(room)),
        memory.capacity('goals'),
      ) - more,
    );
    value('mostLong', memory.capacity('long') - 8 * more);
  };
  const compile = (wanted: Shape): boolean => {
    if (
      shape?.words === wanted.words &&
      shape.room === wanted.room &&
      shape.reduced === wanted.reduced &&
      shape.races === wanted.races &&
      instance
    )
      return true;
    shape = wanted;
    try {
      const { exports } = new WebAssembly.Instance(moduleFor(shape), { host: { memory: memory.memory } });
      instance = {
        call: exports as unknown as Instance['call'],
        values: new Map(globals.map(name => [name, exports[name] as WebAssembly.Global<'i32'>])),
      };
      return true;
    } catch {
      // A content security policy may forbid it.
      why = 'WebAssembly may not be compiled here';
      return false;
    }
  };
  /** Packs the states in another way. */
  const repack = (before: Layout, next: Layout): void => {
    if (states < FEW) {
      repackFew(memory, states, before, next);
      return;
    }
    const module = new WebAssembly.Module(generateRepack(before, next));
    const { exports } = new WebAssembly.Instance(module, { host: { memory: memory.memory } });
    (exports['states'] as WebAssembly.Global<'i32'>).value = memory.base('states');
    (exports['repack'] as (last: number) => number)(states);
  };

  /**
   * Threads, objects or fields have changed, or there was no room: packs all states anew if the layout is another one,
   * and fills the tables with what is still true.
   */
  const rebuild = (nodes: number): boolean => {
    const before = layout;
    const next = layoutOf(components);
    if (!next || m.threads.length > MOST_THREADS || nodes > MOST_NODES || labels.length > MOST_LABELS)
      return false;
    if (!isKnown()) answers = [];
    else if (components.slots.length !== known.slots) answers = answers.filter(a => !a.loose);
    threads = m.threads.length;
    const first = Array.from({ length: threads }, (_, n) => components.threadSlots(n)?.control);
    const { roots, bytes } = rootsOf(FIRST_ADDRESS, next, [...first, ...first, undefined]);
    rootBytes = bytes;
    layout = next;
    if (
      !compile({ words: next.words, room, reduced: m.options.reduce, races: plainCells.size > 0 }) ||
      !makeRoom(nodes, before, true)
    )
      return false;
    if (before) repack(before, next);
    else for (let s = 0; s < states; s++) pack(s, slot => store.componentAt(s, slot), next);
    fillSlots();
    tables = createTables(memory, next, components, roots);
    for (const answer of answers) if (tables.add(answer) !== 'added') return rebuild(nodes * 4);
    writeConflicts();
    refresh();
    known.threads = m.threads.length;
    known.objects = m.objects.length;
    known.slots = components.slots.length;
    known.plain = plainCells.size;
    known.marks = m.marks.shared;
    return true;
  };
  /** What has been recorded rests on these. */
  const isKnown = (): boolean =>
    m.threads.length === known.threads &&
    m.objects.length === known.objects &&
    plainCells.size === known.plain &&
    // A cell that is shared now makes a thread stop where it did not; unreduced it always stops.
    (!m.options.reduce || m.marks.shared === known.marks);

  const load = (index: number): void => {
    for (let slot = 0; slot < components.slots.length; slot++)
      components.show(m, slot, layout ? idAt(index, slot, layout) : 0);
    m.changedThreads.length = 0;
    m.changedObjects.length = 0;
    m.globalChanged = false;
  };

  const packWay = (n: number, w: Way): PackedWay => ({
    label: 2 * labelOf(packLabel(n, w.choice, w.decided, false)),
    ending: w.fault
      ? endingTarget(graph, { fault: w.fault, thread: n })
      : w.limit
        ? endingTarget(graph, { limit: w.limit, thread: n })
        : 0,
    writes: w.writes,
  });
  const cellOf = (p: { readonly object: number; readonly cell: number }): string => `${p.object}.${p.cell}`;

  /** The number of what thread `n` is about to access, 0 if it cannot race; `again` if all tables must be made anew. */
  const accessOf = (
    n: number,
  ): { readonly number: number; readonly reads: readonly Part[] } | 'again' | 'lost' => {
    const { value: p, reads } = recorder.pending(n);
    if (!p) return { number: 0, reads };
    const cell = cellOf(p);
    if (p.plain && !plainCells.has(cell)) {
      plainCells.add(cell);
      return 'again';
    }
    if (!plainCells.has(cell)) return { number: 0, reads };
    const t = m.threads[n];
    const key = JSON.stringify([p, t && cpuOf(m, n, t)]);
    let number = accesses.get(key);
    if (number === undefined) {
      number = accesses.size + 1;
      if (number >= MOST_ACCESSES) return 'lost';
      accesses.set(key, number);
      writeConflicts();
    }
    return { number, reads };
  };
  const writeConflicts = (): void => {
    const base = memory.base('conflicts') + 4 * MOST_PENDING;
    const list = [...accesses].map(([key, number]) => ({
      number,
      p: (
        JSON.parse(key) as [{ object: number; cell: number; write: boolean; plain: boolean }, number | null]
      )[0],
    }));
    for (const a of list)
      for (const b of list) {
        const conflict = cellOf(a.p) === cellOf(b.p) && (a.p.write || b.p.write) && (a.p.plain || b.p.plain);
        const pair = a.number * MOST_ACCESSES + b.number;
        memory.octets[base + pair] = conflict && !reported.has(pair) ? 1 : 0;
      }
  };

  /** Asks the interpreter what tree `tree` has to say in state `index`. */
  const fill = (tree: number, index: number): 'filled' | 'again' | 'larger' | 'lost' => {
    if (!tables) return 'lost';
    recorded++;
    load(index);
    let note = 0;
    let reads: readonly Part[];
    let ways: readonly PackedWay[];
    let loose: boolean;
    if (tree < threads) {
      const access = accessOf(tree);
      if (access === 'again' || access === 'lost') return access;
      const answer = recorder.ways(tree);
      ({ loose } = answer);
      reads = [...answer.reads, ...access.reads.filter(r => !answer.reads.includes(r))];
      note = access.number;
      ways = answer.value.map(w => packWay(tree, w));
    } else if (tree < treeCount(threads) - 1) {
      const answer = recorder.isPrivate(tree - threads);
      ({ reads, loose } = answer);
      // One way that is never taken stands for yes.
      ways = answer.value ? [{ label: 0, ending: 0, writes: [] }] : [];
    } else {
      const answer = recorder.goal();
      const { value } = answer;
      ({ reads, loose } = answer);
      note = value.reached ? 1 : 0;
      ways = value.ending ? [packFinally(value.ending)] : [];
    }
    if (ways.length > mostWays) {
      mostWays = ways.length;
      return 'larger';
    }
    if (!isKnown() || labels.length > MOST_LABELS) return 'again';
    const answer: Answer = {
      tree,
      reads: reads.map(part => {
        const slot = slotOf(components, part);
        return [part, slot === undefined ? 0 : (components.current[slot] ?? 0)];
      }),
      note,
      ways,
      loose,
    };
    answers.push(answer);
    if (components.slots.length !== known.slots) return 'again';
    const added = tables.add(answer);
    return added === 'added' ? 'filled' : added === 'no room' ? 'larger' : 'again';
  };
  const packFinally = (
    ending: NonNullable<ReturnType<typeof recorder.goal>['value']['ending']>,
  ): PackedWay => ({
    label: 2 * labelOf(packLabel(FINALLY, 0, ending.decided, false)),
    ending: ending.fault
      ? endingTarget(graph, { fault: ending.fault, thread: FINALLY })
      : ending.limit
        ? endingTarget(graph, { limit: ending.limit, thread: FINALLY })
        : 0,
    writes: [],
  });

  const reportRaces = (index: number): boolean => {
    load(index);
    collectRaces(m);
    const here: number[] = [];
    for (let n = 0; n < m.threads.length; n++) {
      const access = accessOf(n);
      if (access === 'again' || access === 'lost') return false;
      if (access.number) here.push(access.number);
    }
    for (const a of here)
      for (const b of here)
        if (a !== b || here.filter(h => h === a).length > 1) reported.add(a * MOST_ACCESSES + b);
    writeConflicts();
    return true;
  };

  // Take over what the interpreter has found.
  states = store.size;
  expanded = graph.expanded;
  edges = graph.edges;
  const { expanded: first } = graph;
  const room = roomFor(graph);
  longUsed = 0;
  for (let s = 0; s < expanded; s++) longUsed += longBytes(degreeOf(graph, s), room);
  if (!rebuild(FIRST_NODES)) return why;
  takeOver();

  const packed: Store = {
    components,
    get size() {
      return states;
    },
    get bytes() {
      const fixed = (tables?.bytes ?? 0) + rootBytes + memory.capacity('batch');
      const each = 8 * (layout?.words ?? 1) + 1 + rowSize(room);
      return fixed + slotBytes(slotBits) + states * each + longUsed + components.bytes;
    },
    load: (_m, index) => {
      load(index);
    },
    undo: () => {
      components.undo(m);
    },
    componentAt: (index, slot) => (layout ? idAt(index, slot, layout) : 0),
  };

  /** Whether all states can finish, if that can be seen at once. */
  const isSettled = (): boolean => {
    const unsettled = instance?.call.unsettled;
    if (!unsettled || expanded < states || expanded < SWEPT) return false;
    const left: number[] = [];
    for (let at = unsettled(0); at < expanded; at = unsettled(at + 1)) {
      if (left.push(at) > MOST_LEFT) return false;
    }
    return canAllFinish({ memory, room }, left);
  };
  /** Where the hang check is: the sweep begins anew as long as it finds states that can finish. */
  const sweeping = { isOver: false, from: 0, missing: 0, before: 0 };
  /** The hang check; its bytes take the place of the hash table. */
  const sweep = (pieces: number): boolean => {
    const base = memory.base('slots');
    if (!over) {
      over = true;
      refresh();
      sweeping.isOver = isSettled();
      memory.octets.fill(sweeping.isOver ? 1 : 0, base, base + expanded);
      memory.octets.fill(1, base + expanded, base + states);
      sweeping.from = sweeping.missing = sweeping.before = expanded;
    }
    const last = instance?.values.get('next');
    for (let k = 0; k < pieces && !sweeping.isOver && instance && last; k++) {
      // In pieces, as V8 puts better code in place between two calls only, and somebody may cancel.
      last.value = sweeping.from;
      sweeping.missing -= instance.call.sweep(base);
      sweeping.from -= SWEEP_PIECE;
      if (sweeping.from > 0) continue;
      sweeping.isOver = sweeping.missing === 0 || sweeping.missing === sweeping.before;
      sweeping.before = sweeping.missing;
      sweeping.from = expanded;
    }
    return sweeping.isOver;
  };
  const canFinish = (): Uint8Array => {
    sweep(Infinity);
    const base = memory.base('slots');
    return memory.octets.subarray(base, base + states);
  };

  return {
    store: packed,
    get expanded() {
      return expanded;
    },
    get edges() {
      return edges;
    },
    get recorded() {
      return recorded;
    },
    run(budget) {
      let left = budget;
      for (;;) {
        if (!instance || !tables || over) return 'lost';
        refresh();
        const result = instance.call.run(left);
        const value = (name: GlobalName): number => instance?.values.get(name)?.value ?? 0;
        left -= value('next') - expanded;
        expanded = value('next');
        states = value('size');
        edges = value('edges');
        longUsed = value('longUsed');
        switch (result) {
          case outcome.done:
            return 'done';
          case outcome.more:
            return 'more';
          case outcome.full:
            if (!makeRoom(0, undefined, false)) return 'memory';
            break;
          case outcome.overrun:
            return 'lost';
          case outcome.race:
            if (!reportRaces(expanded)) return 'lost';
            break;
          default: {
            const answer = fill(value('missTree'), expanded);
            if (answer === 'lost') return 'lost';
            if (answer !== 'filled') {
              const nodes = memory.capacity('nodes') * (answer === 'larger' ? 4 : 1);
              if (!rebuild(nodes)) return 'lost';
            }
            if (recorded > 4000 && recorded > (expanded - first) * TOO_OFTEN) return 'lost';
          }
        }
      }
    },
    graph: () =>
      graphOf({
        memory,
        room,
        expanded,
        edges,
        bytes: states * rowSize(room) + longUsed,
        labelList: Int32Array.from(labels.flatMap(l => [l, l | (1 << 29)])),
        endings: graph.endings,
        canFinish,
        sweep,
      }),
  };
}
