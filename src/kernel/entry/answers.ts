/**
 * What can be said of a place in code, with its reason: the four answers, how answers of several ways to the same place
 * are put together, and the chains of calls that reasons are made of.
 */
import type { SectionKind } from '../sections/sections';

/**
 * `some-paths`: it differs by the way taken inside the function; `depends-on-caller`: callers differ, or not all of them
 * are known.
 */
export type Answer = 'yes' | 'no' | 'some-paths' | 'depends-on-caller';

/** One link of a why-chain: a function, and where in it (or in what text) the next one is called or registered. */
export interface Link {
  /** `net_rx_action`, or what registers: `open_softirq()`, `.ndo_open of net_device_ops`. */
  readonly name: string;
  readonly file: string;
  /** One-based. */
  readonly line: number;
}

/** An answer and why. */
export interface Judged {
  readonly value: Answer;
  /** A clause without its subject: `runs in NET_RX softirq`, `rcu_read_lock() in line 12`. */
  readonly because: string;
  /** From the function asked about to the one that the clause is about; empty if that is the function itself. */
  readonly chain: readonly Link[];
  /** Nothing speaks for either side: who calls is not known. */
  readonly unknown?: true;
  /** Of those the callers that a limit left out. */
  readonly unread?: true;
  /** It is so by the context alone, whatever is held. */
  readonly context?: true;
}

/** The context words of harnesses, and NMI. */
export type ContextWord = 'process' | 'kthread' | 'softirq' | 'hardirq' | 'nmi';

/** A context that a function is known to run in. */
export interface FoundContext {
  readonly context: ContextWord;
  /** `NAPI poll`, `NET_RX softirq`, `work item`, `system call`. */
  readonly label: string;
  /** The function first, what registered it last. */
  readonly chain: readonly Link[];
}

export interface HeldLock {
  /** In the terms of the function asked about; `rtnl_mutex` for RTNL. */
  readonly lock: string;
  readonly kind: SectionKind;
  readonly shared?: true;
  readonly held: Judged;
}

/** What is so at a place: on entry of a function, or before a point of it. */
export interface Situation {
  /** Inside an RCU read-side critical section, explicit or implicit. */
  readonly reader: Judged;
  /** Softirqs cannot run on this CPU: BH off, or interrupts off, or inside a softirq or hardirq handler. */
  readonly bhOff: Judged;
  readonly irqOff: Judged;
  /** Whether sleeping is allowed. */
  readonly maySleep: Judged;
  readonly locks: readonly HeldLock[];
  readonly contexts: readonly FoundContext[];
  /** False if not all callers were read: then nothing follows from a context that is not listed. */
  readonly complete: boolean;
}

/** The four answers of a situation, by name. */
export const aspects = ['reader', 'bhOff', 'irqOff', 'maySleep'] as const;
export type Aspect = (typeof aspects)[number];

/** What is so of code that nothing is said about: process context. */
export const plain: Readonly<Record<Aspect, Answer>> = {
  reader: 'no',
  bhOff: 'no',
  irqOff: 'no',
  maySleep: 'yes',
};

/** Two callers together; undefined is a caller that adds nothing (a recursion). */
export function join(aspect: Aspect, a: Judged | undefined, b: Judged | undefined): Judged | undefined {
  if (!a || !b) return a ?? b;
  if (a.value === b.value) return a.unknown === b.unknown ? alike(a, b) : a.unknown ? b : a;
  // A caller far away of which nothing is known does not speak against plain process context; nor for it.
  // What the kernel guarantees whom it registers counts against it, too.
  if (a.unknown) return b.context || b.value === plain[aspect] ? b : a;
  if (b.unknown) return a.context || a.value === plain[aspect] ? a : b;
  if (a.value === 'depends-on-caller') return a;
  if (b.value === 'depends-on-caller') return b;
  return differing(a, b);
}

/** The shorter reason; by context only if both are. */
function alike(a: Judged, b: Judged): Judged {
  const best = b.chain.length < a.chain.length ? b : a;
  if (!best.context || (a.context && b.context)) return best;
  const { context: _context, ...rest } = best;
  return rest;
}

/** Two callers that say different things. */
export function differing(a: Judged, b: Judged): Judged {
  return {
    value: 'depends-on-caller',
    because: `callers differ: ${a.value} ${clause(a)}; ${b.value} ${clause(b)}`,
    chain: [],
  };
}

/** A reason with its chain: `(net_rx_action -> napi_poll: runs in NET_RX softirq)`. */
export function clause(j: Judged): string {
  const names = chainText(j.chain);
  return names ? `(${names}: ${j.because})` : `(${j.because})`;
}

/** The functions of a chain, outermost first: `net_rx_action -> napi_poll`. */
export function chainText(chain: readonly Link[]): string {
  return [...chain]
    .reverse()
    .map(l => l.name)
    .join(' -> ');
}

/** `No callers`-like answers: nothing is known. */
export function unknownSituation(because: string): Situation {
  const j: Judged = { value: 'depends-on-caller', because, chain: [], unknown: true };
  return { reader: j, bhOff: j, irqOff: j, maySleep: j, locks: [], contexts: [], complete: false };
}
