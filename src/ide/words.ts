/** Words for what the tables say: orderings, sections, kinds of access. Used by hovers, labels and tooltips. */
import type { AccessKind } from '../kernel/words/accesses';
import type { MaySleep, Ordering, Primitive } from '../kernel/primitives';
import { meanings, type Effect } from '../kernel/sections/sections';

export const orderingWords: Readonly<Record<Ordering, string>> = {
  none: 'no memory ordering of its own',
  plain: 'unmarked: the compiler may tear, merge or repeat it',
  relaxed: 'relaxed: atomic, orders nothing around it',
  acquire: 'acquire: what follows stays behind it',
  release: 'release: what precedes stays before it',
  full: 'fully ordered: a barrier before and after',
  consume: 'ordered by the address dependency',
  dependency: 'address dependency only',
  'relaxed-on-success': 'relaxed',
  'acquire-on-success': 'acquire if it succeeds, else no ordering',
  'release-on-success': 'release if it succeeds, else no ordering',
  'full-on-success': 'fully ordered if it succeeds, else no ordering',
  'control-on-success': 'a control dependency if it succeeds, else nothing',
  'release+acquire-on-zero': 'release, and acquire when it reaches zero',
  'full-if-queued': 'fully ordered if it queues',
  'full-if-woken': 'fully ordered if it wakes somebody',
  'full-if-true': 'fully ordered if it returns true',
  'full-before': 'a full barrier before it',
  'full-after': 'a full barrier after it',
  'full-after-state': 'a full barrier after the task state is set',
  'full-before-rmw': 'a full barrier together with the atomic operation after it',
  'full-after-rmw': 'a full barrier together with the atomic operation before it',
  'full-after-lock': 'a full barrier together with the lock before it',
  'full-after-unlock-lock': 'a full barrier together with the unlock and lock before it',
  lock: 'ordered by a lock inside',
  read: 'orders reads',
  write: 'orders writes',
  compiler: 'orders the compiler only',
  local: 'atomic on this CPU only, not towards others',
  dma: 'orders accesses to DMA memory',
  scope: 'as its lock does',
};

export const sleepWords: Readonly<Record<MaySleep, string | undefined>> = {
  no: undefined,
  yes: 'may sleep',
  gfp: 'may sleep if its GFP flags say so',
  rt: 'may sleep on PREEMPT_RT only',
  task: 'may sleep, except in interrupts',
  'one-argument': 'may sleep in its form with one argument',
  scope: undefined,
};

export const accessWords: Readonly<Record<AccessKind, string>> = {
  set: 'set',
  clear: 'cleared',
  change: 'changed',
  test: 'tested',
  wait: 'waited for',
  read: 'read',
  store: 'stored to',
  rmw: 'changed',
};

/** What a primitive is, in a word or two, by role and class. */
const classWords: Readonly<Record<string, string>> = {
  rcu: 'RCU',
  rcu_bh: 'RCU',
  rcu_sched: 'RCU',
  rcu_tasks: 'RCU tasks',
  rcu_tasks_trace: 'RCU tasks trace',
  srcu: 'SRCU',
  rculist: 'RCU list',
  spinlock: 'spinlock',
  raw_spinlock: 'raw spinlock',
  rwlock: 'rwlock',
  bitlock: 'bit spinlock',
  mutex: 'mutex',
  rtnl: 'RTNL',
  rwsem: 'rwsem',
  percpu_rwsem: 'per-CPU rwsem',
  semaphore: 'semaphore',
  seqlock: 'seqlock',
  seqcount: 'sequence count',
  socklock: 'socket lock',
  bitop: 'atomic bit operation',
  bitop_nonatomic: 'bit operation that is not atomic',
  atomic: 'atomic operation',
  cmpxchg: 'atomic compare or exchange',
  access: 'marked access',
  refcount: 'reference count',
  kref: 'reference count',
  bh: 'softirqs of this CPU',
  irqflags: 'interrupts of this CPU',
  preempt: 'preemption',
  migrate: 'migration',
  wait: 'wait queue',
  completion: 'completion',
  workqueue: 'work item',
  timer: 'timer',
  hrtimer: 'high-resolution timer',
  tasklet: 'tasklet',
  sched: 'scheduler',
  barrier: 'memory barrier',
  percpu: 'per-CPU variable',
  alloc: 'allocation',
  napi: 'NAPI',
  bitmap: 'bitmap',
  thread_flag: 'thread flag',
  irq: 'interrupt line',
  cpu_hotplug: 'CPU hotplug',
  notifier: 'notifier chain',
  lockref: 'lock with a reference count',
  percpu_ref: 'per-CPU reference count',
  kthread: 'kernel thread',
  ipi: 'call on other CPUs',
  lockdep: 'lock checking',
  rcu_sync: 'RCU sync',
  local_lock: 'local lock',
  irq_work: 'interrupt work',
  llist: 'lock-free list',
  xarray: 'xarray',
  softirq: 'softirq',
  percpu_counter: 'per-CPU counter',
};

const roleWords: Partial<Record<Primitive['role'], string>> = {
  begin: 'begins a section',
  'begin-shared': 'begins a shared section',
  end: 'ends a section',
  'end-shared': 'ends a shared section',
  try: 'begins a section if it can; not zero means it has',
  'try-shared': 'begins a shared section if it can; not zero means it has',
  'try-zero': 'begins a section if it can; zero means it has',
  'try-zero-shared': 'begins a shared section if it can; zero means it has',
  load: 'reads',
  store: 'writes',
  rmw: 'read-modify-write without a value',
  'rmw-value': 'read-modify-write that returns a value',
  'rmw-conditional': 'read-modify-write that may not happen',
  cas: 'compare and exchange',
  swap: 'exchange',
  'grace-period': 'waits for a grace period: every reader that has begun before it has ended after it',
  defer: 'runs a callback after a grace period, does not wait',
  'defer-free': 'frees after a grace period, does not wait',
  'flush-callbacks': 'waits for callbacks that are pending; not for a grace period',
  publish: 'publishes to readers',
  unpublish: 'takes away from readers; those inside may still see it',
  'cancel-wait': 'cancels, and waits until a running one has ended',
  cancel: 'cancels, does not wait for a running one',
  flush: 'waits until it has ended',
  wait: 'waits',
  wake: 'wakes',
  start: 'starts something that runs elsewhere',
  bind: 'says which function runs elsewhere',
  sleep: 'sleeps',
  'busy-wait': 'waits without sleeping',
  yield: 'lets others run',
  fence: 'barrier',
  'spin-hint': 'pause in a spin loop',
  free: 'frees',
  alloc: 'allocates',
};

/** `atomic bit operation; read-modify-write that returns a value; fully ordered …; may sleep`. */
export function primitiveWords(p: Primitive): string {
  const parts = [
    classWords[p.class],
    roleWords[p.role],
    p.switches &&
      `${p.switches === 'bh' ? 'softirqs' : p.switches === 'preempt' ? 'preemption' : 'interrupts'} ${p.role.startsWith('end') ? 'back on' : 'off'}`,
    p.ordering === 'none' || p.ordering === 'scope' ? undefined : orderingWords[p.ordering],
    sleepWords[p.maySleep],
  ];
  return parts.filter(x => x !== undefined).join('; ');
}

/** `holds dev->lock`, `RTNL`, `BH off`, `RCU reader`. */
export function sectionWords(effect: Effect): string {
  const { words, group } = meanings[effect.kind];
  const what = effect.lock === undefined ? words : `${words} ${effect.lock}`;
  const also = effect.switches ? `, ${meanings[effect.switches].words}` : '';
  if (effect.kind === 'owner') return `owns ${effect.lock ?? 'a word'}`;
  return (group === 'lock' ? `holds ${what}` : what) + also;
}

/** The section as a thing: `spinlock dev->lock`, `RTNL`. */
export function sectionName(effect: Effect): string {
  return sectionWords(effect).replace(/^(holds|owns) /, '');
}
