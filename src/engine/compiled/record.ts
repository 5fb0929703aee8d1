/**
 * Recording what a thread can do in a state, and on what that depends. The interpreter runs on a machine whose reads are
 * watched, so the answer is known to hold in every state that agrees in the slots that were read. (Memoising a step by
 * its read set: the idea of trace caching, done on components of states.)
 *
 * What has no slot yet, as it is at its baseline everywhere, is watched as well: when it gets one, the answer holds where it
 * still is at its baseline.
 *
 * Two ways to change another thread are told apart: `ownThread` works on a copy, so what becomes of a part depends on the
 * part; `putThread` replaces it whatever it was.
 */
import { collectPending, type Pending } from '../races';
import type { Components } from '../components';
import { isControl } from '../components';
import type { Fault, Limit, ThreadState } from '../model';
import type { Machine } from '../machine';
import { allRequiredDone, checkFinally, isAtRest } from '../rest';
import { choicesOf, isPrivateStep, runStep } from '../step';

/** One way on: the slots that change, or the ending. */
export interface Way {
  readonly choice: number;
  readonly decided: boolean;
  readonly writes: readonly (readonly [slot: number, id: number])[];
  readonly fault?: Fault;
  readonly limit?: Limit;
}

/** Names a part of the state, whether it has a slot or not. */
export type Part = number;

/** What was asked and the parts that the answer rests on, in the order in which they were looked at. */
export interface Recorded<T> {
  readonly value: T;
  readonly reads: readonly Part[];
  /** Rests on something only because that has no slot yet: not what would be recorded once it has one. */
  readonly loose: boolean;
}

const KINDS = 4;
const globalPart: Part = 0;
const controlOf = (thread: number): Part => thread * KINDS + 1;
const bearingOf = (thread: number): Part => thread * KINDS + 2;
const objectOf = (object: number): Part => object * KINDS + 3;

/** The slot of a part, if it has one. */
export function slotOf(components: Components, part: Part): number | undefined {
  const number = Math.floor(part / KINDS);
  switch (part % KINDS) {
    case 0:
      return 0;
    case 1:
      return components.threadSlots(number)?.control;
    case 2:
      return components.threadSlots(number)?.bearing;
    default:
      return components.objectSlot(number);
  }
}

/** The part that has the slot. */
function partOf(components: Components, slot: number): Part {
  const s = components.slots[slot];
  switch (s?.kind) {
    case 'control':
      return controlOf(s.number);
    case 'bearing':
      return bearingOf(s.number);
    case 'object':
      return objectOf(s.number);
    default:
      return globalPart;
  }
}

export interface Recorder {
  /** The ways of thread `n` in the state that the machine holds. */
  ways(n: number): Recorded<readonly Way[]>;
  isPrivate(n: number): Recorded<boolean>;
  pending(n: number): Recorded<Pending | undefined>;
  /** Whether all required threads are done; if so, what RACE_FINALLY says. */
  goal(): Recorded<{
    readonly reached: boolean;
    readonly ending?: { readonly fault?: Fault; readonly limit?: Limit; readonly decided: boolean };
  }>;
}

/**
 * The machine with other threads and objects, and `onGlobal` called where `global` is read. Not a proxy: every
 * instruction looks at the machine again and again.
 */
function spyOn(
  m: Machine,
  threads: Machine['threads'],
  objects: Machine['objects'],
  onGlobal: () => void,
): Machine {
  const spied = { ...m, threads, objects };
  const forward = <K extends keyof Machine>(key: K): void => {
    Object.defineProperty(spied, key, {
      get: () => m[key],
      set: (value: Machine[K]) => {
        m[key] = value;
      },
    });
  };
  for (const key of Object.keys(m) as (keyof Machine)[]) {
    const value = m[key];
    // What is an object stays the same object, but for these.
    if (typeof value !== 'object' || key === 'observer') forward(key);
  }
  Object.defineProperty(spied, 'global', {
    get: () => {
      onGlobal();
      return m.global;
    },
    set: (value: Machine['global']) => {
      m.global = value;
    },
  });
  return spied;
}

export function createRecorder(m: Machine, components: Components): Recorder {
  const reads: Part[] = [];
  const seen = new Set<Part>();
  /** Parts that the step in progress has replaced: what they hold now is its own. */
  const replaced = new Set<Part>();
  let self = -1;
  let loose = false;

  const read = (part: Part): void => {
    if (seen.has(part) || replaced.has(part)) return;
    seen.add(part);
    reads.push(part);
  };
  const replace = (part: Part): void => {
    // Without a slot it is replaced where it is at its baseline, and nothing is known of other places.
    if (slotOf(components, part) === undefined) {
      read(part);
      loose = true;
    } else if (!seen.has(part)) replaced.add(part);
  };
  const proxies = new WeakMap<ThreadState, ThreadState>();
  const watched = (n: number, t: ThreadState): ThreadState => {
    let p = proxies.get(t);
    if (!p) {
      p = new Proxy(t, {
        get(target, field, receiver: unknown) {
          read(isControl(String(field)) ? controlOf(n) : bearingOf(n));
          return Reflect.get(target, field, receiver) as unknown;
        },
        set(target, field, value: unknown) {
          read(isControl(String(field)) ? controlOf(n) : bearingOf(n));
          return Reflect.set(target, field, value);
        },
        ownKeys(target) {
          read(controlOf(n));
          read(bearingOf(n));
          return Reflect.ownKeys(target);
        },
      });
      proxies.set(t, p);
    }
    return p;
  };
  /** The number that an element's name is, -1 for other names, which begin with letters. */
  const index = (field: string | symbol): number => {
    if (typeof field !== 'string') return -1;
    const first = field.charCodeAt(0) - 48;
    return first >= 0 && first <= 9 ? Number(field) : -1;
  };

  const threads = new Proxy(m.threads, {
    get(target, field, receiver: unknown) {
      const n = index(field);
      if (n < 0) return Reflect.get(target, field, receiver) as unknown;
      const t = target[n];
      if (n === self) return t;
      // Whether it is there at all is part of what others see of it.
      if (m.threadInfos[n]?.origin !== 'static') read(bearingOf(n));
      return t && watched(n, t);
    },
    set(target, field, value: unknown) {
      const n = index(field);
      if (n >= 0 && n !== self) {
        replace(controlOf(n));
        replace(bearingOf(n));
      }
      return Reflect.set(target, field, value);
    },
  });
  const objects = new Proxy(m.objects, {
    get(target, field, receiver: unknown) {
      const n = index(field);
      if (n >= 0) read(objectOf(n));
      return Reflect.get(target, field, receiver) as unknown;
    },
    set(target, field, value: unknown) {
      const n = index(field);
      // A copy to work on has been read before.
      if (n >= 0) replace(objectOf(n));
      return Reflect.set(target, field, value);
    },
  });
  const spied = spyOn(m, threads, objects, () => {
    read(globalPart);
  });

  const begin = (n: number): void => {
    reads.length = 0;
    seen.clear();
    replaced.clear();
    loose = false;
    self = n;
    if (n < 0) return;
    read(controlOf(n));
    read(bearingOf(n));
  };
  const done = <T>(value: T): Recorded<T> => ({ value, reads: reads.slice(), loose });

  return {
    ways(n) {
      begin(n);
      const own = components.threadSlots(n);
      const ways: Way[] = [];
      for (const choice of choicesOf(spied, n)) {
        replaced.clear();
        const result = runStep(spied, n, choice);
        const writes: [number, number][] = [];
        if (!result.fault && !result.limit)
          components.changed(m, (slot, id) => {
            const before = components.current[slot] ?? 0;
            const part = partOf(components, slot);
            const isOwn = own !== undefined && (slot === own.control || slot === own.bearing);
            if (!isOwn && replaced.has(part)) writes.push([slot, id]);
            else if (id !== before) {
              // Changed, so it must have been looked at.
              read(part);
              writes.push([slot, id]);
            }
          });
        components.undo(m);
        ways.push({
          choice,
          decided: result.decided,
          writes,
          ...(result.fault && { fault: result.fault }),
          ...(result.limit && { limit: result.limit }),
        });
      }
      return done(ways);
    },
    isPrivate(n) {
      begin(n);
      return done(isPrivateStep(spied, n) && choicesOf(spied, n).length > 0);
    },
    pending(n) {
      begin(n);
      return done(collectPending(spied, n));
    },
    goal() {
      begin(-1);
      if (!allRequiredDone(spied)) return done({ reached: false });
      if (m.program.finally.length === 0 || !isAtRest(spied)) return done({ reached: true });
      const result = checkFinally(spied);
      components.undo(m);
      return done({ reached: true, ...((result.fault ?? result.limit) ? { ending: result } : {}) });
    },
  };
}
