/** Words for what the tables say: orderings, sections, kinds of access. Used by hovers, labels and tooltips. */
import type { AccessKind } from '../kernel/words/accesses';
import type { MaySleep, Ordering, Primitive } from '../kernel/primitives';
import { meanings, type Effect } from '../kernel/sections/sections';
import { classes } from './hover/classes';

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

/** What a primitive does, by role. */
const roleWords: Readonly<Record<Primitive['role'], string | undefined>> = {
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
  downgrade: 'makes an exclusive section a shared one',
  'read-begin': 'begins a read that may have to be done again',
  'read-retry': 'says whether the read must be done again',
  'write-latch': 'switches readers to the other copy',
  scope: 'a section until the end of the block',
  query: 'asks, changes nothing',
  'spin-load': 'reads again and again until it fits',
  'marked-plain': 'a plain access that is meant to race',
  address: 'computes an address, reads nothing there',
  'grace-period-free': 'waits for a grace period in its form with one argument, then frees',
  'grace-period-cookie': 'notes a grace period, does not wait',
  'grace-period-poll': 'asks whether a grace period is over, does not wait',
  quiescent: 'a point at which no reader is inside',
  'try-wait': 'takes if it need not wait',
  queue: 'puts itself on a wait queue',
  unqueue: 'takes itself off a wait queue',
  'task-state': 'sets the state of the task',
  'may-sleep': 'marks that it may sleep',
  block: 'keeps it from running, does not wait for a running one',
  'block-wait': 'keeps it from running, and waits until a running one has ended',
  unblock: 'lets it run again',
  'remote-call': 'runs a function on other CPUs',
  'thread-start': 'starts a thread',
  'thread-join': 'waits until the thread has ended',
  'thread-park': 'parks the thread and waits until it is parked',
  'call-chain': 'calls everybody on the chain',
  init: 'initialises',
  destroy: 'ends its use',
  get: 'takes a reference',
  tryget: 'takes a reference unless it is too late; not zero means it has',
  put: 'drops a reference',
  'put-test': 'drops a reference, and frees with the last',
  define: 'defines',
  iterate: 'walks',
  link: 'adds',
  unlink: 'removes',
  locked: 'changes it under its own lock',
  unlocked: 'changes it without a lock',
  assert: 'checks',
  fault: 'copies from or to user space',
  cpu: 'names this CPU',
  other: undefined,
};

/** `atomic bit operation; read-modify-write that returns a value; fully ordered …; may sleep`. */
export function primitiveWords(p: Primitive): string {
  const parts = [
    classes.get(p.class)?.words,
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
