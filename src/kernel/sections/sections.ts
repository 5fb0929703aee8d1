/**
 * Kinds of sections (what a lock, a reader or a disabled context is called, and what it means for its inside) and the
 * effect that a call has on them. A table per kind; the primitives' classes are mapped onto it.
 */
import type { Node } from '../../syntax/node';
import { fold, placeText, spelling } from '../expression';
import { memberLocks } from '../entry/lockNames';
import { guardPrimitive, primitive, type Primitive } from '../primitives';

export type SectionKind =
  | 'rcu'
  | 'rcu-bh'
  | 'rcu-sched'
  | 'rcu-tasks'
  | 'srcu'
  | 'spin'
  | 'raw-spin'
  | 'rwlock'
  | 'seqlock'
  | 'bit'
  | 'mutex'
  | 'rtnl'
  | 'rwsem'
  | 'semaphore'
  | 'socket'
  | 'local'
  /** A word that names its owner, taken by cmpxchg or test_and_set_bit. */
  | 'owner'
  /** Reading under a sequence count: no lock is held, and what was read counts only if the count is the same after it. */
  | 'seq-read'
  /** The count is odd: readers wait or read again. Excludes nobody by itself, and switches nothing off. */
  | 'seq-write'
  | 'bh'
  | 'irq'
  | 'preempt'
  | 'migrate';

export interface SectionMeaning {
  /** As in `holds …`, `… off`. */
  readonly words: string;
  readonly group: 'reader' | 'lock' | 'sequence' | 'bh' | 'irq' | 'preempt' | 'migrate';
  /** Sleeping inside is a bug. */
  readonly atomic: boolean;
  /** A grace period waits for it although nobody called rcu_read_lock(); the reason in words. */
  readonly implicitReader?: string;
  /** What else is worth a sentence. */
  readonly note?: string;
}

export const meanings: Readonly<Record<SectionKind, SectionMeaning>> = {
  rcu: { words: 'RCU reader', group: 'reader', atomic: true },
  'rcu-bh': { words: 'RCU reader, BH off', group: 'reader', atomic: true },
  'rcu-sched': { words: 'RCU reader, preemption off', group: 'reader', atomic: true },
  'rcu-tasks': { words: 'RCU tasks trace reader', group: 'reader', atomic: false },
  srcu: { words: 'SRCU reader', group: 'reader', atomic: false },
  spin: { words: 'spinlock', group: 'lock', atomic: true, implicitReader: 'spinlock held' },
  'raw-spin': { words: 'raw spinlock', group: 'lock', atomic: true, implicitReader: 'raw spinlock held' },
  rwlock: { words: 'rwlock', group: 'lock', atomic: true, implicitReader: 'rwlock held' },
  seqlock: { words: 'seqlock', group: 'lock', atomic: true, implicitReader: 'seqlock held' },
  bit: { words: 'bit spinlock', group: 'lock', atomic: true, implicitReader: 'bit spinlock held' },
  mutex: { words: 'mutex', group: 'lock', atomic: false },
  rtnl: { words: 'RTNL', group: 'lock', atomic: false },
  rwsem: { words: 'rwsem', group: 'lock', atomic: false },
  semaphore: { words: 'semaphore', group: 'lock', atomic: false },
  socket: { words: 'socket lock', group: 'lock', atomic: false },
  local: { words: 'local lock', group: 'lock', atomic: true, implicitReader: 'local lock held' },
  owner: { words: 'owner word', group: 'lock', atomic: false },
  'seq-read': {
    words: 'retried read section',
    group: 'sequence',
    atomic: false,
    note: 'No lock is held: what is read here counts only if the sequence count is the same at the end; else it is read again.',
  },
  'seq-write': {
    words: 'sequence write section',
    group: 'sequence',
    atomic: false,
    note: 'Readers of the count wait or read again. Writers exclude one another by a lock of their own, and must not be preempted.',
  },
  bh: { words: 'BH off', group: 'bh', atomic: true, implicitReader: 'BH off' },
  irq: { words: 'interrupts off', group: 'irq', atomic: true, implicitReader: 'interrupts off' },
  preempt: { words: 'preemption off', group: 'preempt', atomic: true, implicitReader: 'preemption off' },
  migrate: { words: 'migration off', group: 'migrate', atomic: false },
};

/** Kinds of which there is one per CPU or system, whatever the argument. */
const oneOnly: ReadonlySet<SectionKind> = new Set<SectionKind>([
  'rcu',
  'rcu-bh',
  'rcu-sched',
  'bh',
  'irq',
  'preempt',
  'migrate',
  'rtnl',
]);

const kindOfClass: Readonly<Record<string, SectionKind>> = {
  rcu: 'rcu',
  rcu_bh: 'rcu-bh',
  rcu_sched: 'rcu-sched',
  rcu_tasks_trace: 'rcu-tasks',
  srcu: 'srcu',
  spinlock: 'spin',
  raw_spinlock: 'raw-spin',
  rwlock: 'rwlock',
  seqlock: 'seqlock',
  seqcount: 'seq-write',
  u64_stats: 'seq-write',
  bitlock: 'bit',
  // The bit of a page or buffer: sleepers wait for it, and the end of its I/O gives it back as well as who took it.
  pagelock: 'owner',
  mutex: 'mutex',
  rtnl: 'rtnl',
  rwsem: 'rwsem',
  percpu_rwsem: 'rwsem',
  cpu_hotplug: 'rwsem',
  semaphore: 'semaphore',
  socklock: 'socket',
  local_lock: 'local',
  bh: 'bh',
  irqflags: 'irq',
  preempt: 'preempt',
  percpu: 'preempt',
  migrate: 'migrate',
};

/** What a call does to sections. */
export interface Effect {
  readonly role: 'begin' | 'end' | 'try' | 'try-zero';
  readonly kind: SectionKind;
  /** The lock in one spelling, with no `&`: `dev->lock`; absent where there is only one (RCU, RTNL, BH). */
  readonly lock?: string;
  readonly shared?: true;
  /** Contexts that go off or on together with it. */
  readonly switches?: 'bh' | 'irq' | 'preempt';
  /** The function or macro that does it, for a wrapper. */
  readonly via?: string;
  /** Only while this holds, in the terms of whoever calls; absent: always. */
  readonly when?: When;
  /** For an `end`: only if the call's value is such (`if (add_backlog(sk, skb)) return;`). */
  readonly result?: 'nonzero' | 'zero';
  /** Open on entry, but not where the pointer that the lock hangs on turns out to be NULL. */
  readonly hanging?: true;
}

/** Effects of calls that are no primitives; undefined for what is not known to have any. */
export type CallEffects = (name: string, args: readonly string[]) => readonly Effect[] | undefined;

/** Root of a lock that hangs on what the call returns: `task_rq_lock()` holds the `__lock` of the rq that it gives. */
export const RETURNED = '@';

/** A lock in one spelling after substitution: no parentheses around a whole or a call, `&` in front, `__f(x)` as `f(x)`. */
export function tidyLock(lock: string): string {
  let now = lock.replace(/\b_+(?=[a-z]\w*\()/g, '').replace(/\bd_lockref\.lock$/, 'd_lock');
  for (let i = 0; i < 4; i++) {
    const before = now;
    now = now
      .replace(/^\(([^()]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)[^()]*)*)\)$/, '$1')
      .replace(/(?<![\w\])])\((\w+\([^()]*(?:\([^()]*\)[^()]*)*\))\)/g, '$1')
      .replace(/^&/, '');
    if (now === before) break;
  }
  return now;
}

/** A condition in one spelling: `dev->npinfo`, `flags & LOOKUP_RCU`. */
export interface When {
  readonly text: string;
  /** Whether it has to be nonzero, or zero. */
  readonly nonzero: boolean;
}

/** Reading that is retried: begun anew as often as one likes, and left without an end by whoever does not want the values. */
export function isRetried(effect: Pick<Effect, 'kind'>): boolean {
  return effect.kind === 'seq-read';
}

/** Sections with the same key nest; the end of one ends the innermost. */
export function keyOf(effect: Pick<Effect, 'kind' | 'lock'>): string {
  return effect.lock === undefined ? effect.kind : `${effect.kind} ${effect.lock}`;
}

/**
 * Of the ends without a begin those of sections that the caller has: `root()` is one of the objects that others are ends of,
 * under the name that it has at the top.
 */
export function ofCaller<T extends { readonly effect: Effect }>(strays: readonly T[]): readonly T[] {
  const member = (s: T): string => /(?:->|\.)(\w+)$/.exec(s.effect.lock ?? '')?.[1] ?? '';
  return strays.filter(
    s =>
      !isAnyObject(s.effect.lock) ||
      !strays.some(
        o => o.effect.kind === s.effect.kind && !isAnyObject(o.effect.lock) && member(o) === member(s),
      ),
  );
}

/** What a call without arguments gives may be any object. */
export function isAnyObject(lock: string | undefined): boolean {
  return lock !== undefined && /^\w+\(\)(?:(?:->|\.)\w+)*$/.test(lock);
}

/** The effects of a call of a primitive on sections; undefined if it has none. */
export function primitiveEffects(
  text: string,
  name: string,
  args: readonly Node[],
): readonly Effect[] | undefined {
  const p = primitive(name);
  if (p && special[name] !== undefined)
    return effectsOfText(
      name,
      args.map(a => spelling(text, a)),
    );
  const one = p && effectOf(text, p, args);
  return one && [one];
}

/**
 * Primitives that lock under a condition or a part of what is passed: readers of a seqlock that take its lock if the
 * lowest bit of their count is set (the second try), and counts with a lock.
 */
const special: Readonly<Partial<Record<string, readonly Special[]>>> = {
  read_seqbegin_or_lock: eitherWay('begin'),
  read_seqbegin_or_lock_irqsave: eitherWay('begin', 'irq'),
  need_seqretry: [{ role: 'end', kind: 'seq-read', odd: false }],
  done_seqretry: eitherWay('end'),
  done_seqretry_irqrestore: eitherWay('end', 'irq'),
  // A bit that sleepers wait for: whoever gets zero has it, and clears it sometime, somewhere.
  wait_on_bit_lock: [{ role: 'try-zero', kind: 'owner', bit: true }],
  wait_on_bit_lock_io: [{ role: 'try-zero', kind: 'owner', bit: true }],
  wait_on_bit_lock_action: [{ role: 'try-zero', kind: 'owner', bit: true }],
  lockref_put_or_lock: [{ role: 'try-zero', kind: 'spin', member: 'lock' }],
  lockref_get_or_lock: [{ role: 'try-zero', kind: 'spin', member: 'lock' }],
};

type Special = Pick<Effect, 'role' | 'kind' | 'switches'> & {
  /** Only if the count that is passed second is odd, or even. */
  readonly odd?: boolean;
  /** The lock is a bit of what is passed, the second argument. */
  readonly bit?: true;
  /** The lock is this member of what is passed. */
  readonly member?: string;
};

/** With an odd count the seqlock's lock is held, with an even one it is read without. */
function eitherWay(role: 'begin' | 'end', switches?: 'irq'): readonly Special[] {
  return [
    { role, kind: 'seqlock', odd: true, ...(switches && { switches }) },
    { role, kind: 'seq-read', odd: false },
  ];
}

/** guard(class)(args), scoped_guard(class, args), where the catalogue knows the class. */
export function guardEffect(text: string, guardClass: string, args: readonly Node[]): Effect | undefined {
  const p = guardPrimitive(guardClass) ?? primitive(guardClass);
  const effect = p && effectOf(text, p, args);
  // A failed try guard leaves the scope by itself.
  return effect && { ...effect, role: 'begin' };
}

function effectOf(text: string, p: Primitive, args: readonly Node[]): Effect | undefined {
  const pointer = p.pointer === undefined ? undefined : args[p.pointer];
  const bit = p.bit === undefined ? undefined : args[p.bit];
  const place = pointer && placeText(text, pointer);
  return effectAt(
    p,
    place === undefined ? undefined : memberLocked(p, place.replace(/^\*(?=\w)/, ''), place.startsWith('*')),
    bit && spelling(text, bit),
  );
}

/** The effects of `name(args)` with the arguments as text: the body of a macro. Empty if it has none. */
export function effectsOfText(name: string, args: readonly string[]): readonly Effect[] {
  const p = primitive(name);
  if (!p) return [];
  const pointer = p.pointer === undefined ? undefined : args[p.pointer];
  const place =
    pointer === undefined
      ? undefined
      : fold(pointer.trim())
          .replace(/^&/, '')
          .replace(/^\((.*)\)$/s, '$1');
  const own = special[name];
  if (own) {
    const count = args[1]?.trim().replace(/^&/, '');
    return own.map(({ odd, member, bit, ...effect }) => ({
      ...effect,
      ...(place !== undefined && {
        lock: bit
          ? `${place} bit ${args[1] ?? ''}`
          : member === undefined
            ? place
            : tidyLock(memberOf(place, member)),
      }),
      ...(odd !== undefined && count !== undefined && { when: { text: `${count} & 1`, nonzero: odd } }),
    }));
  }
  const isPointer = pointer !== undefined && !pointer.trim().startsWith('&');
  const one = effectAt(
    p,
    place === undefined ? undefined : memberLocked(p, place, isPointer),
    p.bit === undefined ? undefined : args[p.bit]?.trim(),
  );
  return one ? [one] : [];
}

/** The spinlock in the object that a primitive is given: `task_lock(p)` takes `p->alloc_lock`. */
function memberLocked(p: Primitive, place: string, isPointer: boolean): string {
  const member = /spinlock$/.test(p.class) || p.switches ? memberLocks.get(p.name) : undefined;
  if (member === undefined) return place;
  return /[\s?(]/.test(place.replace(/\w+\([^()]*\)/g, ''))
    ? `(${place})->${member}`
    : `${place}${isPointer ? '->' : '.'}${member}`;
}

/** `p->ref` was passed as `&p->ref`, `ref` is a pointer. */
function memberOf(place: string, member: string): string {
  return `${place}${/^\w+$/.test(place) ? '->' : '.'}${member}`;
}

function effectAt(p: Primitive, place: string | undefined, bit: string | undefined): Effect | undefined {
  const kind = kindOf(p);
  const role = roles[p.role];
  if (kind === undefined || role === undefined) return undefined;
  const lock =
    place === undefined || oneOnly.has(kind) ? undefined : bit !== undefined ? `${place} bit ${bit}` : place;
  return {
    role: role.role,
    kind,
    ...(lock !== undefined && { lock }),
    ...(role.shared && { shared: true }),
    ...(p.switches &&
      kind !== p.switches &&
      kind !== 'bh' &&
      kind !== 'irq' && { switches: p.switches === 'irqsave' ? 'irq' : p.switches }),
  };
}

function kindOf(p: Primitive): SectionKind | undefined {
  return p.role === 'read-begin' || p.role === 'read-retry' ? 'seq-read' : kindOfClass[p.class];
}

const roles: Partial<Record<Primitive['role'], { readonly role: Effect['role']; readonly shared?: true }>> = {
  begin: { role: 'begin' },
  'begin-shared': { role: 'begin', shared: true },
  end: { role: 'end' },
  'end-shared': { role: 'end', shared: true },
  try: { role: 'try' },
  'try-shared': { role: 'try', shared: true },
  'try-zero': { role: 'try-zero' },
  'try-zero-shared': { role: 'try-zero', shared: true },
  'read-begin': { role: 'begin' },
  // Who has to read again begins anew.
  'read-retry': { role: 'end' },
};

/** Whether a primitive begins or ends sections. */
export function isSectionPrimitive(name: string): boolean {
  const p = primitive(name);
  if (!p) return false;
  return special[name] !== undefined || (kindOf(p) !== undefined && roles[p.role] !== undefined);
}

/** What is held where an object of this type is locked. */
export const kindOfLockType: Readonly<Record<string, SectionKind>> = {
  spinlock_t: 'spin',
  spinlock: 'spin',
  raw_spinlock_t: 'raw-spin',
  raw_spinlock: 'raw-spin',
  rwlock_t: 'rwlock',
  mutex: 'mutex',
  rt_mutex: 'mutex',
  rw_semaphore: 'rwsem',
  percpu_rw_semaphore: 'rwsem',
  semaphore: 'semaphore',
  seqlock_t: 'seqlock',
  local_lock_t: 'local',
  srcu_struct: 'srcu',
};
