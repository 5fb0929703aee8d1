/**
 * Kinds of sections (what a lock, a reader or a disabled context is called, and what it means for its inside) and the
 * effect that a call has on them. A table per kind; the primitives' classes are mapped onto it.
 */
import type { Node } from '../../syntax/node';
import { fold, placeText, spelling } from '../expression';
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
  | 'bh'
  | 'irq'
  | 'preempt'
  | 'migrate';

export interface SectionMeaning {
  /** As in `holds …`, `… off`. */
  readonly words: string;
  readonly group: 'reader' | 'lock' | 'bh' | 'irq' | 'preempt' | 'migrate';
  /** Sleeping inside is a bug. */
  readonly atomic: boolean;
  /** A grace period waits for it although nobody called rcu_read_lock(); the reason in words. */
  readonly implicitReader?: string;
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
  bitlock: 'bit',
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
}

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

/** Sections with the same key nest; the end of one ends the innermost. */
export function keyOf(effect: Pick<Effect, 'kind' | 'lock'>): string {
  return effect.lock === undefined ? effect.kind : `${effect.kind} ${effect.lock}`;
}

/** The effect of a call of a primitive on sections, if it has one. */
export function primitiveEffect(text: string, name: string, args: readonly Node[]): Effect | undefined {
  const p = primitive(name);
  if (p && special[name] !== undefined)
    return effectOfText(
      name,
      args.map(a => spelling(text, a)),
    );
  return p && effectOf(text, p, args);
}

/**
 * Primitives that lock under a condition or a part of what is passed: readers of a seqlock that take its lock if the
 * lowest bit of their count is set (the second try), and counts with a lock.
 */
const special: Readonly<Partial<Record<string, Pick<Effect, 'role' | 'kind' | 'switches'>>>> = {
  read_seqbegin_or_lock: { role: 'begin', kind: 'seqlock' },
  read_seqbegin_or_lock_irqsave: { role: 'begin', kind: 'seqlock', switches: 'irq' },
  done_seqretry: { role: 'end', kind: 'seqlock' },
  done_seqretry_irqrestore: { role: 'end', kind: 'seqlock', switches: 'irq' },
  lockref_put_or_lock: { role: 'try-zero', kind: 'spin' },
  lockref_get_or_lock: { role: 'try-zero', kind: 'spin' },
};

/** guard(class)(args), scoped_guard(class, args). */
export function guardEffect(text: string, guardClass: string, args: readonly Node[]): Effect | undefined {
  const p = guardPrimitive(guardClass);
  const effect = p && effectOf(text, p, args);
  // A failed try guard leaves the scope by itself.
  return effect && { ...effect, role: 'begin' };
}

function effectOf(text: string, p: Primitive, args: readonly Node[]): Effect | undefined {
  const pointer = p.pointer === undefined ? undefined : args[p.pointer];
  const bit = p.bit === undefined ? undefined : args[p.bit];
  return effectAt(p, pointer && placeOf(text, pointer), bit && spelling(text, bit));
}

/** The effect of `name(args)` with the arguments as text: the body of a macro. */
export function effectOfText(name: string, args: readonly string[]): Effect | undefined {
  const p = primitive(name);
  if (!p) return undefined;
  const pointer = p.pointer === undefined ? undefined : args[p.pointer];
  const place =
    pointer === undefined
      ? undefined
      : fold(pointer.trim())
          .replace(/^&/, '')
          .replace(/^\((.*)\)$/s, '$1');
  const own = special[name];
  if (own) {
    const count = own.kind === 'seqlock' ? args[1]?.trim().replace(/^&/, '') : undefined;
    return {
      ...own,
      ...(place !== undefined && {
        lock: own.kind === 'seqlock' ? place : tidyLock(memberOf(place, 'lock')),
      }),
      ...(count !== undefined && { when: { text: `${count} & 1`, nonzero: true } }),
    };
  }
  return effectAt(p, place, p.bit === undefined ? undefined : args[p.bit]?.trim());
}

/** `p->ref` was passed as `&p->ref`, `ref` is a pointer. */
function memberOf(place: string, member: string): string {
  return `${place}${/^\w+$/.test(place) ? '->' : '.'}${member}`;
}

function effectAt(p: Primitive, place: string | undefined, bit: string | undefined): Effect | undefined {
  const kind = kindOfClass[p.class];
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

/** `&dev->lock` is `dev->lock`; a pointer `lock` stays `lock`: one never sees both for one lock. */
function placeOf(text: string, pointer: Node): string {
  return placeText(text, pointer).replace(/^\*(?=\w)/, '');
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
};

/** Whether a primitive begins or ends sections. */
export function isSectionPrimitive(name: string): boolean {
  const p = primitive(name);
  if (!p) return false;
  return special[name] !== undefined || (kindOfClass[p.class] !== undefined && roles[p.role] !== undefined);
}
