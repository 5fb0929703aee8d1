/**
 * What the classes of the catalogue are, for hovers: a word or two that a line begins with, and one sentence that says what
 * somebody who reads the call must know. Every class of primitives.tsv has its row; a test asks for it.
 */

interface ClassWords {
  readonly words: string;
  readonly sentence: string;
}

/** `class`, its words, and a sentence. */
function table(
  ...rows: readonly (readonly [name: string, words: string, sentence: string])[]
): ReadonlyMap<string, ClassWords> {
  return new Map(rows.map(([name, words, sentence]) => [name, { words, sentence }]));
}

export const classes = table(
  [
    'access',
    'marked access',
    'One access to memory that others may change: the compiler neither tears, repeats nor drops it.',
  ],
  [
    'alloc',
    'allocation',
    '`GFP_KERNEL` may sleep, `GFP_ATOMIC` does not; freeing does not sleep but for `vfree()`.',
  ],
  [
    'atomic',
    'atomic operation',
    'One step towards all CPUs; orders memory only if it returns a value and is not `_relaxed`.',
  ],
  ['barrier', 'memory barrier', 'Orders accesses of this CPU; it needs its partner on the other CPU.'],
  [
    'bh',
    'softirqs of this CPU',
    'With BH off no softirq runs on this CPU, and the code is an RCU reader; other CPUs go on.',
  ],
  [
    'bitlock',
    'bit spinlock',
    'A spinlock in one bit of a word: preemption is off while it is held, and lockdep does not see it.',
  ],
  ['bitmap', 'bitmap', 'Works on several words one by one: not atomic, somebody else must keep others out.'],
  [
    'bitop',
    'atomic bit operation',
    'Atomic on its word, so other bits of the word are safe; only the `test_and_` forms order memory.',
  ],
  [
    'bitop_nonatomic',
    'bit operation that is not atomic',
    'Reads and writes the whole word: a bit that somebody else sets at the same moment is lost.',
  ],
  ['cleanup', 'scope guard', 'Ends by itself when the block is left, on every way out.'],
  ['cmpxchg', 'atomic compare or exchange', 'Fully ordered if it succeeds; a failed one orders nothing.'],
  [
    'completion',
    'completion',
    'Counts: a completion that came first is not lost; who waits sleeps, `complete()` may be called anywhere.',
  ],
  [
    'context',
    'question about the context',
    'Tells what this CPU is doing now; with `CONFIG_PREEMPT_COUNT` off `in_atomic()` misses spinlocks.',
  ],
  ['cpu_hotplug', 'CPU hotplug', 'No CPU comes or goes while it is held; it may sleep.'],
  ['decl', 'definition', 'Defines and initialises; nothing runs.'],
  [
    'hash_rcu',
    'RCU hash list',
    'Readers under `rcu_read_lock()` see the entry or not, never half of it; updaters need a lock.',
  ],
  [
    'hrtimer',
    'high-resolution timer',
    'Its function runs in a hard interrupt, or in softirq with a `_SOFT` mode; cancelling waits for a running one.',
  ],
  ['idr', 'ID allocator', 'Look-ups are fine under RCU; changes need a lock of the caller.'],
  [
    'ipi',
    'call on other CPUs',
    'The function runs there with interrupts off; waiting for it with interrupts off here deadlocks.',
  ],
  [
    'irq',
    'interrupt line',
    '`disable_irq()` and `free_irq()` wait for a running handler, `disable_irq_nosync()` does not.',
  ],
  [
    'irq_work',
    'interrupt work',
    'Its function runs in a hard interrupt soon, even if queued from NMI; on PREEMPT_RT in a thread.',
  ],
  [
    'irqflags',
    'interrupts of this CPU',
    'With interrupts off nothing interrupts this CPU, and the code is an RCU reader; other CPUs go on.',
  ],
  ['kcsan', 'data race check', 'Tells KCSAN what is accessed or expected; does nothing without it.'],
  ['kfifo', 'FIFO', 'Safe without a lock for one reader and one writer; more of either need a lock.'],
  ['kref', 'reference count', 'Who drops the last reference runs the release function in its own context.'],
  [
    'kthread',
    'kernel thread',
    'Process context of its own; `kthread_stop()` waits until the thread function returns.',
  ],
  ['list', 'list', 'A look at a list that others may be changing; what it tells may be old at once.'],
  ['llist', 'lock-free list', 'Adding needs no lock; taking single entries needs one taker at a time.'],
  [
    'local_lock',
    'local lock',
    'Keeps others off this CPU’s data: preemption (or interrupts) off, on PREEMPT_RT a lock of each CPU.',
  ],
  [
    'lockdep',
    'lock checking',
    'Says what must be held here; checks it with lockdep and does nothing without it.',
  ],
  [
    'lockref',
    'lock with a reference count',
    'The count changes without the lock as long as nobody holds it.',
  ],
  ['migrate', 'migration', 'The task stays on this CPU but may be preempted and may sleep.'],
  [
    'mutex',
    'mutex',
    'Sleeps while another task holds it: process context only; only its owner may unlock it.',
  ],
  [
    'napi',
    'NAPI',
    'The poll function runs in NET_RX softirq with BH off; `napi_disable()` sleeps until the SCHED bit is given up.',
  ],
  [
    'netdev_ref',
    'reference to a network device',
    'Unregistering the device waits until the last one is put.',
  ],
  [
    'netdev_state',
    'state of a network device',
    'A bit of `dev->state` or flags: it may change right after it was read.',
  ],
  [
    'netobj_ref',
    'reference to a network object',
    'The last put frees the object, some after a grace period.',
  ],
  [
    'netpoll',
    'netpoll',
    'The way of netconsole to send with interrupts off: `ndo_start_xmit` and NAPI poll functions are called from it.',
  ],
  [
    'notifier',
    'notifier chain',
    'Atomic chains call inside an RCU reader, blocking ones under a rwsem, raw ones as the caller says.',
  ],
  ['obj_ref', 'reference to an object', 'Keeps the object alive, locks nothing; the last put frees it.'],
  [
    'pagelock',
    'page or buffer lock',
    'A bit that is waited for sleeping; whoever finishes the I/O may unlock it.',
  ],
  [
    'percpu',
    'per-CPU variable',
    'This CPU’s copy: safe only while the task cannot migrate; `this_cpu_` operations are one step for interrupts.',
  ],
  ['percpu_counter', 'per-CPU counter', 'Cheap to add to; an exact sum must visit all CPUs.'],
  [
    'percpu_ref',
    'per-CPU reference count',
    'Free to take until it is killed; the release runs after a grace period.',
  ],
  [
    'percpu_rwsem',
    'per-CPU rwsem',
    'Readers are nearly free and may sleep inside; a writer waits for a grace period.',
  ],
  ['plainlist', 'list', 'No protection of its own: a lock, or nobody else who knows the list.'],
  [
    'pm',
    'power management',
    'The `_sync` forms run callbacks of the driver and may sleep; the others queue it.',
  ],
  [
    'preempt',
    'preemption',
    'With preemption off no other task runs on this CPU, and the code is an RCU reader; interrupts still come.',
  ],
  [
    'ptr_ring',
    'pointer ring',
    'One lock for producers and one for consumers, so that the two sides do not meet.',
  ],
  [
    'raw_spinlock',
    'raw spinlock',
    'Spins on PREEMPT_RT too; preemption is off while it is held, so the holder is an RCU reader.',
  ],
  [
    'rcu',
    'RCU',
    'A grace period waits for every reader that has begun before it; softirqs, interrupt handlers and code with BH, interrupts or preemption off are readers.',
  ],
  ['rcu_bh', 'RCU', 'A reader with BH off; `synchronize_rcu()` waits for it like for any other.'],
  ['rcu_field', 'RCU pointer', 'Reads and writes a pointer that readers follow under `rcu_read_lock()`.'],
  ['rcu_sched', 'RCU', 'A reader with preemption off; `synchronize_rcu()` waits for it like for any other.'],
  [
    'rcu_sync',
    'RCU sync',
    'Readers take a cheap way until a writer comes, which then waits for a grace period.',
  ],
  [
    'rcu_tasks',
    'RCU tasks',
    'Waits until every task has slept, gone to user space or been idle: for trampolines.',
  ],
  ['rcu_tasks_trace', 'RCU tasks trace', 'Readers may sleep; not the same as `rcu_read_lock()`.'],
  [
    'rculist',
    'RCU list',
    'Readers walk it under `rcu_read_lock()` while an updater with a lock changes it; freeing waits for a grace period.',
  ],
  [
    'refcount',
    'reference count',
    'Saturates instead of wrapping; `_inc_not_zero` for objects found without a reference.',
  ],
  [
    'rhashtable',
    'resizable hash table',
    'Look-ups under RCU; changes take the bucket’s lock; growing happens in a work item.',
  ],
  [
    'ring',
    'pointer ring',
    'One lock for producers and one for consumers, so that the two sides do not meet.',
  ],
  [
    'rt_mutex',
    'mutex with priority inheritance',
    'Sleeps while another task holds it, and lends the owner its priority.',
  ],
  [
    'rtnl',
    'RTNL',
    'One mutex for the configuration of all network devices; who waits under it stops all others.',
  ],
  ['rwlock', 'rwlock', 'Spins; many readers or one writer; readers in interrupts may pass a waiting writer.'],
  ['rwsem', 'rwsem', 'Sleeps; many readers or one writer; a waiting writer stops new readers.'],
  [
    'sched',
    'scheduler',
    'Gives up the CPU or changes the state of the task: set the state before testing what is waited for.',
  ],
  ['semaphore', 'semaphore', 'Sleeps until the count allows; anybody may `up()` it, in any context.'],
  [
    'seqcount',
    'sequence count',
    'Readers go again if a writer was there meanwhile; writers need a lock of their own.',
  ],
  [
    'seqlock',
    'seqlock',
    'Writers take its spinlock; readers take nothing and go again if a writer was there.',
  ],
  ['skb_queue', 'packet queue', 'Takes the queue’s own lock with interrupts off; the `__` forms take none.'],
  ['sock_ref', 'reference to a socket', 'Keeps the socket’s memory, not its state; the last put frees it.'],
  [
    'socklock',
    'socket lock',
    '`lock_sock()` sleeps and owns the socket; `bh_lock_sock()` only spins, and packets go to the backlog while it is owned.',
  ],
  [
    'softirq',
    'softirq',
    'Runs when an interrupt returns or BH comes back on, or in ksoftirqd; with BH off, interrupts on.',
  ],
  [
    'spinlock',
    'spinlock',
    'Spins with preemption off: no sleeping inside, and (but for PREEMPT_RT) the holder is an RCU reader.',
  ],
  ['srcu', 'SRCU', 'Readers may sleep; `synchronize_srcu()` waits for readers of its own domain only.'],
  ['static_key', 'static key', 'A branch that is patched into the code; changing it sleeps.'],
  ['stop_machine', 'stop machine', 'All CPUs stop with interrupts off while the function runs.'],
  ['task_work', 'task work', 'Runs in the task when it next returns to user space.'],
  [
    'tasklet',
    'tasklet',
    'Its function runs in softirq, never on two CPUs at once; `tasklet_kill()` waits for it.',
  ],
  [
    'thread_flag',
    'thread flag',
    'A bit of the task’s `thread_info`, looked at when it goes back to user space.',
  ],
  [
    'timer',
    'timer',
    'Its function runs in softirq; `del_timer()` does not wait for a running one, `del_timer_sync()` does.',
  ],
  [
    'txq',
    'transmit queue',
    'A bit of the queue’s state: a stopped queue gets no `ndo_start_xmit`, one that is running goes on.',
  ],
  [
    'u64_stats',
    '64-bit statistics',
    'A sequence count on 32-bit machines, nothing on others; one writer at a time.',
  ],
  ['uaccess', 'access to user memory', 'May fault and sleep; with page faults off it fails instead.'],
  [
    'wait',
    'wait queue',
    'The condition is tested again after every wake-up; change it before the wake-up, or the wake-up is lost.',
  ],
  [
    'workqueue',
    'work item',
    'Its function runs in a kernel thread and may sleep; queueing one that is pending does nothing.',
  ],
  ['xarray', 'xarray', 'Look-ups under RCU; stores take its own lock.'],
);
