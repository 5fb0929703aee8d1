/**
 * The synchronisation operations that a `sync` instruction can name: the one list that lowering and engine share.
 * Arguments are values; `lock`, `sem`, `head` … are addresses of cells. Lock state lives in the memory cell at that
 * address (so that a lock in freed memory is a use after free); what the engine stores there is its own affair, except
 * that a zeroed cell is an unlocked lock, a completion that is not done, an idle work item or timer.
 */

export interface Operation {
  readonly name: string;
  /** Names of the arguments, in order. */
  readonly arguments: readonly string[];
  /** What `to` receives. */
  readonly result?: string;
  /** The thread may have to wait. */
  readonly waits?: true;
  /** A might_sleep() point: in atomic context the verdict is sleep-in-atomic, whether or not it would block. */
  readonly sleeps?: true;
}

const table = [
  // Contexts
  { name: 'preempt.off', arguments: [] },
  { name: 'preempt.on', arguments: [] },
  { name: 'bh.off', arguments: [] },
  { name: 'bh.on', arguments: [] },
  { name: 'irq.off', arguments: [] },
  { name: 'irq.on', arguments: [] },
  {
    name: 'irq.save',
    arguments: [],
    result: 'flags: 1 if interrupts were on, else 0; interrupts are off afterwards',
  },
  { name: 'irq.restore', arguments: ['flags'] },
  { name: 'sleep.might', arguments: [], sleeps: true },
  { name: 'yield', arguments: ['sleeps: 1 for msleep, cond_resched and the like, 0 for cpu_relax'] },
  { name: 'cpu', arguments: [], result: 'number of the CPU the thread runs on' },
  { name: 'current', arguments: [], result: 'address of the thread’s task_struct' },
  { name: 'in.task', arguments: [], result: '1 in process or kthread context' },
  { name: 'in.softirq', arguments: [], result: '1 in softirq context or with BH off' },
  { name: 'in.hardirq', arguments: [], result: '1 in hardirq context' },
  { name: 'in.irqsOff', arguments: [], result: '1 with interrupts disabled' },
  { name: 'in.atomic', arguments: [], result: '1 where preempt_count is not zero' },
  { name: 'in.reader', arguments: [], result: '1 inside an RCU reader, implicit ones too' },
  // RCU (consolidated) and SRCU
  { name: 'rcu.lock', arguments: [] },
  { name: 'rcu.unlock', arguments: [] },
  { name: 'rcu.synchronize', arguments: [], waits: true, sleeps: true },
  { name: 'rcu.call', arguments: ['head', 'function'] },
  { name: 'rcu.free', arguments: ['head', 'object'] },
  { name: 'rcu.barrier', arguments: [], waits: true, sleeps: true },
  { name: 'srcu.lock', arguments: ['domain'], result: 'index, 0 or 1' },
  { name: 'srcu.unlock', arguments: ['domain', 'index'] },
  { name: 'srcu.synchronize', arguments: ['domain'], waits: true, sleeps: true },
  { name: 'srcu.call', arguments: ['domain', 'head', 'function'] },
  { name: 'srcu.barrier', arguments: ['domain'], waits: true, sleeps: true },
  // Locks. Spinlocks disable preemption themselves; irq/bh variants are lowered as bh.off or irq.save + spin.lock.
  { name: 'spin.lock', arguments: ['lock'], waits: true },
  { name: 'spin.try', arguments: ['lock'], result: '1 if taken' },
  { name: 'spin.unlock', arguments: ['lock'] },
  { name: 'read.lock', arguments: ['lock'], waits: true },
  { name: 'read.try', arguments: ['lock'], result: '1 if taken' },
  { name: 'read.unlock', arguments: ['lock'] },
  { name: 'write.lock', arguments: ['lock'], waits: true },
  { name: 'write.try', arguments: ['lock'], result: '1 if taken' },
  { name: 'write.unlock', arguments: ['lock'] },
  { name: 'mutex.lock', arguments: ['lock'], waits: true, sleeps: true },
  { name: 'mutex.try', arguments: ['lock'], result: '1 if taken' },
  { name: 'mutex.unlock', arguments: ['lock'] },
  {
    name: 'mutex.interruptible',
    arguments: ['lock'],
    result: '0 if taken, -EINTR on a signal',
    waits: true,
    sleeps: true,
  },
  { name: 'lock.held', arguments: ['lock'], result: '1 if the calling thread holds it (any kind)' },
  { name: 'lock.locked', arguments: ['lock'], result: '1 if anybody holds it' },
  { name: 'rwsem.readLock', arguments: ['lock'], waits: true, sleeps: true },
  { name: 'rwsem.readTry', arguments: ['lock'], result: '1 if taken' },
  { name: 'rwsem.readUnlock', arguments: ['lock'] },
  { name: 'rwsem.writeLock', arguments: ['lock'], waits: true, sleeps: true },
  { name: 'rwsem.writeTry', arguments: ['lock'], result: '1 if taken' },
  { name: 'rwsem.writeUnlock', arguments: ['lock'] },
  { name: 'rwsem.downgrade', arguments: ['lock'] },
  { name: 'sem.init', arguments: ['sem', 'count'] },
  { name: 'sem.down', arguments: ['sem'], waits: true, sleeps: true },
  {
    name: 'sem.interruptible',
    arguments: ['sem'],
    result: '0 if taken, -EINTR on a signal',
    waits: true,
    sleeps: true,
  },
  { name: 'sem.try', arguments: ['sem'], result: '0 if taken, 1 if not (as down_trylock)' },
  { name: 'sem.up', arguments: ['sem'] },
  // Seqcounts: begin waits until the count is even; the writer side of a seqlock is spin.lock on it + seq.write*.
  { name: 'seq.begin', arguments: ['seq'], result: 'the (even) count', waits: true },
  { name: 'seq.retry', arguments: ['seq', 'start'], result: '1 if the count has moved' },
  { name: 'seq.writeBegin', arguments: ['seq'] },
  { name: 'seq.writeEnd', arguments: ['seq'] },
  // Waiting
  { name: 'task.setState', arguments: ['state: 0 is running'] },
  {
    name: 'task.schedule',
    arguments: ['timeout: -1 for none, else a finite one may fire'],
    result: 'remaining time, 0 if it fired',
    waits: true,
    sleeps: true,
  },
  {
    name: 'task.wake',
    arguments: ['task', 'states: mask of those that it is woken from'],
    result: '1 if it slept',
  },
  { name: 'task.signalPending', arguments: [], result: '1 if a signal has come' },
  { name: 'completion.init', arguments: ['completion'] },
  {
    name: 'completion.wait',
    arguments: ['completion', 'timeout: -1 for none', 'interruptible: 0 or 1'],
    result: 'remaining time (at least 1), 0 if it fired, -ERESTARTSYS',
    waits: true,
    sleeps: true,
  },
  { name: 'completion.complete', arguments: ['completion'] },
  { name: 'completion.all', arguments: ['completion'] },
  { name: 'completion.try', arguments: ['completion'], result: '1 if taken' },
  {
    name: 'wait.prepare',
    arguments: [
      'queue',
      'state: -1 leaves it as it is, and then the waiter stays in the queue when it is woken',
      'exclusive: 0 or 1',
      'flags: address of the word in which a wake-up sets WQ_FLAG_WOKEN, 0 for none',
    ],
  },
  { name: 'wait.finish', arguments: ['queue'] },
  { name: 'wait.remove', arguments: ['queue'] },
  {
    name: 'wait.wake',
    arguments: [
      'queue',
      'exclusive waiters to wake, 0 for all',
      'states: mask of those that a waiter is woken from',
    ],
  },
  { name: 'wait.active', arguments: ['queue'], result: '1 if somebody waits' },
  // Work items, timers, kthreads, softirqs. `work` and `timer` are addresses of the struct; its function is stored here.
  { name: 'work.init', arguments: ['work', 'function'] },
  {
    name: 'work.queue',
    arguments: ['work', 'queue: address of the workqueue, 0 for the system one', 'cpu: -1 for any'],
    result: '1 unless already pending',
  },
  { name: 'work.queueDelayed', arguments: ['work', 'queue', 'delay'], result: '1 unless already pending' },
  { name: 'work.modDelayed', arguments: ['work', 'queue', 'delay'], result: '1 if it was pending' },
  { name: 'work.cancel', arguments: ['work'], result: '1 if it was pending' },
  { name: 'work.cancelSync', arguments: ['work'], result: '1 if it was pending', waits: true, sleeps: true },
  { name: 'work.flush', arguments: ['work'], result: '1 if it had to wait', waits: true, sleeps: true },
  { name: 'work.flushQueue', arguments: ['queue'], waits: true, sleeps: true },
  { name: 'work.pending', arguments: ['work'], result: '1 if pending' },
  { name: 'timer.init', arguments: ['timer', 'function'] },
  { name: 'timer.modify', arguments: ['timer', 'cpu: -1 for any'], result: '1 if it was pending' },
  { name: 'timer.delete', arguments: ['timer'], result: '1 if it was pending' },
  { name: 'timer.tryDelete', arguments: ['timer'], result: '1 if it was pending, -1 while its handler runs' },
  { name: 'timer.deleteSync', arguments: ['timer'], result: '1 if it was pending', waits: true },
  { name: 'timer.pending', arguments: ['timer'], result: '1 if pending' },
  { name: 'timer.running', arguments: ['timer'], result: '1 while its handler runs' },
  { name: 'kthread.create', arguments: ['function', 'data'], result: 'address of its task_struct' },
  {
    name: 'kthread.createAsleep',
    arguments: ['function', 'data', 'named: the function it is named after'],
    result: 'address of its task_struct; its first schedule() lasts until it is woken',
  },
  {
    name: 'kthread.stop',
    arguments: ['task'],
    result: 'what its function returned',
    waits: true,
    sleeps: true,
  },
  { name: 'kthread.shouldStop', arguments: [], result: '1 after kthread_stop' },
  { name: 'kthread.park', arguments: ['task'], waits: true, sleeps: true },
  { name: 'kthread.unpark', arguments: ['task'] },
  { name: 'kthread.shouldPark', arguments: [], result: '1 after kthread_park, until kthread_unpark' },
  { name: 'kthread.parkMe', arguments: [], waits: true, sleeps: true },
  { name: 'softirq.raise', arguments: ['function', 'argument'] },
  // Interrupts of the harness that their line does not let through: they come again when it is opened.
  { name: 'irq.later', arguments: [] },
  { name: 'irq.resume', arguments: [] },
] as const satisfies readonly Operation[];

export type OperationName = (typeof table)[number]['name'];

/** All operations by name. */
export const operations: ReadonlyMap<string, Operation> = new Map(table.map(o => [o.name, o]));
