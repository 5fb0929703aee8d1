/**
 * The table of kernel primitives: what each does to locks, readers, memory order and the scheduler. The data is
 * primitives.tsv beside this file (its header explains the columns); this is the typed way to it.
 *
 * Adding a primitive is one row. Subsystem wrappers (`unix_state_lock` and its like) are left out on purpose: they
 * are inferred from their bodies (see survey.ts).
 */
import data from './primitives.tsv';

export type Role =
  // Sections
  | 'begin'
  | 'end'
  | 'begin-shared'
  | 'end-shared'
  /** Begins if the result is not zero. */
  | 'try'
  | 'try-shared'
  /** Begins if the result is zero (mutex_lock_interruptible). */
  | 'try-zero'
  | 'try-zero-shared'
  | 'downgrade'
  | 'read-begin'
  | 'read-retry'
  | 'write-latch'
  /** guard(), scoped_guard(), CLASS(): the class is the first argument. */
  | 'scope'
  // Memory
  | 'load'
  | 'store'
  | 'rmw'
  | 'rmw-value'
  | 'rmw-conditional'
  | 'cas'
  | 'swap'
  | 'fence'
  | 'query'
  | 'spin-load'
  | 'spin-hint'
  | 'marked-plain'
  | 'address'
  // Grace periods and callbacks
  | 'grace-period'
  | 'grace-period-free'
  | 'grace-period-cookie'
  | 'grace-period-poll'
  | 'defer'
  | 'defer-free'
  | 'flush-callbacks'
  | 'quiescent'
  // Waiting and waking
  | 'wait'
  | 'try-wait'
  | 'wake'
  | 'queue'
  | 'unqueue'
  | 'task-state'
  | 'sleep'
  | 'busy-wait'
  | 'yield'
  | 'may-sleep'
  // Things that run elsewhere
  | 'bind'
  | 'start'
  | 'cancel'
  | 'cancel-wait'
  | 'flush'
  | 'block'
  | 'block-wait'
  | 'unblock'
  | 'remote-call'
  | 'thread-start'
  | 'thread-join'
  | 'thread-park'
  | 'call-chain'
  // Objects
  | 'alloc'
  | 'free'
  | 'init'
  | 'destroy'
  | 'get'
  | 'tryget'
  | 'put'
  | 'put-test'
  | 'define'
  // Lists
  | 'iterate'
  | 'link'
  | 'unlink'
  | 'publish'
  | 'unpublish'
  | 'locked'
  | 'unlocked'
  // The rest
  | 'assert'
  | 'fault'
  | 'cpu'
  | 'other';

export type Ordering =
  | 'none'
  | 'plain'
  | 'relaxed'
  | 'acquire'
  | 'release'
  | 'full'
  /** Address dependency, as rcu_dereference() gives. */
  | 'consume'
  | 'dependency'
  /** A failed cmpxchg, trylock or conditional operation orders nothing. */
  | 'relaxed-on-success'
  | 'acquire-on-success'
  | 'release-on-success'
  | 'full-on-success'
  /** A control dependency only. */
  | 'control-on-success'
  | 'release+acquire-on-zero'
  | 'full-if-queued'
  | 'full-if-woken'
  | 'full-if-true'
  | 'full-before'
  | 'full-after'
  /** Full barrier after the store to the task state. */
  | 'full-after-state'
  /** A barrier only together with a neighbouring non-ordered RMW, lock or unlock+lock. */
  | 'full-before-rmw'
  | 'full-after-rmw'
  | 'full-after-lock'
  | 'full-after-unlock-lock'
  /** Ordered by a lock inside. */
  | 'lock'
  | 'read'
  | 'write'
  | 'compiler'
  /** Atomic on this CPU only. */
  | 'local'
  | 'dma'
  /** That of the guard class. */
  | 'scope';

export type MaySleep =
  | 'no'
  | 'yes'
  /** If the GFP flags allow it. */
  | 'gfp'
  /** On PREEMPT_RT only. */
  | 'rt'
  /** In task context; legal in interrupts, where it defers. */
  | 'task'
  /** In its form with one argument only. */
  | 'one-argument'
  /** As the guard class does. */
  | 'scope';

export interface Primitive {
  readonly name: string;
  /** `rcu`, `spinlock`, `bitop`, `atomic` … the sections of the data file. */
  readonly class: string;
  readonly role: Role;
  readonly ordering: Ordering;
  readonly maySleep: MaySleep;
  /** Index of the argument that points at the object (lock, word, list head …). */
  readonly pointer?: number;
  /** Index of the argument that is the bit number, or the mask for set_mask_bits and its like. */
  readonly bit?: number;
  /** What it switches off (begin) or on again (end) besides: softirqs, interrupts, preemption. */
  readonly switches?: 'bh' | 'irq' | 'irqsave' | 'preempt';
}

/** The primitive of that name. */
export function primitive(name: string): Primitive | undefined {
  return primitives.get(name);
}

/** The whole table by name. */
export const primitives: ReadonlyMap<string, Primitive> = parse(data);

/** Guard classes (`guard(mutex)(&l)`) and the primitive that each begins with. */
const guards: Readonly<Record<string, string>> = {
  spinlock: 'spin_lock',
  spinlock_irq: 'spin_lock_irq',
  spinlock_irqsave: 'spin_lock_irqsave',
  spinlock_bh: 'spin_lock_bh',
  raw_spinlock: 'raw_spin_lock',
  raw_spinlock_nested: 'raw_spin_lock_nested',
  raw_spinlock_irq: 'raw_spin_lock_irq',
  raw_spinlock_irqsave: 'raw_spin_lock_irqsave',
  read_lock: 'read_lock',
  read_lock_irq: 'read_lock_irq',
  read_lock_irqsave: 'read_lock_irqsave',
  write_lock: 'write_lock',
  write_lock_irq: 'write_lock_irq',
  write_lock_irqsave: 'write_lock_irqsave',
  mutex: 'mutex_lock',
  mutex_try: 'mutex_trylock',
  mutex_intr: 'mutex_lock_interruptible',
  mutex_kill: 'mutex_lock_killable',
  rwsem_read: 'down_read',
  rwsem_read_try: 'down_read_trylock',
  rwsem_read_intr: 'down_read_interruptible',
  rwsem_write: 'down_write',
  rwsem_write_try: 'down_write_trylock',
  rwsem_write_kill: 'down_write_killable',
  percpu_read: 'percpu_down_read',
  percpu_write: 'percpu_down_write',
  cpus_read_lock: 'cpus_read_lock',
  rcu: 'rcu_read_lock',
  rcu_tasks_trace: 'rcu_read_lock_trace',
  srcu: 'srcu_read_lock',
  preempt: 'preempt_disable',
  preempt_notrace: 'preempt_disable_notrace',
  migrate: 'migrate_disable',
  irq: 'local_irq_disable',
  irqsave: 'local_irq_save',
  device: 'device_lock',
  device_intr: 'device_lock_interruptible',
  raw_spinlock_bh: 'raw_spin_lock_bh',
  raw_spinlock_try: 'raw_spin_trylock',
  raw_spinlock_irq_try: 'raw_spin_trylock_irq',
  raw_spinlock_irqsave_try: 'raw_spin_trylock_irqsave',
  spinlock_try: 'spin_trylock',
  spinlock_bh_try: 'spin_trylock_bh',
  spinlock_irq_try: 'spin_trylock_irq',
  spinlock_irqsave_try: 'spin_trylock_irqsave',
  rwsem_read_kill: 'down_read_killable',
  rwsem_write_intr: 'down_write_killable',
  srcu_fast: 'srcu_read_lock_fast',
  rtnl_net: 'rtnl_lock',
  disable_irq: 'disable_irq',
};

/** The primitive that a guard class begins with; for a class that is not listed, `CLASS_lock` if there is one. */
export function guardPrimitive(guardClass: string): Primitive | undefined {
  const listed = guards[guardClass];
  if (listed !== undefined) return primitive(listed);
  // Classes are often called as what they begin with: guard(write_lock_bh), guard(task_lock), guard(mmap_read_lock).
  const own = primitive(guardClass);
  return own && /^(begin|try)/.test(own.role) ? own : primitive(`${guardClass}_lock`);
}

function parse(text: string): ReadonlyMap<string, Primitive> {
  const table = new Map<string, Primitive>();
  let section = '';
  for (const line of text.split('\n')) {
    const row = line.trimEnd();
    if (row === '' || row.startsWith('#')) continue;
    if (row.startsWith('[')) {
      section = row.slice(1, -1);
      continue;
    }
    const [names = '', role, ordering = '', sleeps, pointer, bit, switches] = row.split('\t');
    const orderings = ordering.startsWith('*')
      ? ['', 'acquire', 'release', 'relaxed'].map(
          s => [s && `_${s}`, ordering.slice(1).replace('full', s || 'full')] as const,
        )
      : [['', ordering] as const];
    for (const stem of names.split(' ').flatMap(expand)) {
      for (const [suffix, order] of orderings) {
        table.set(stem + suffix, {
          name: stem + suffix,
          class: section,
          // The table's test holds every cell to these unions.
          role: role as Role,
          ordering: order as Ordering,
          maySleep: (sleeps === '-' ? 'no' : sleeps) as MaySleep,
          ...(pointer !== '-' && { pointer: Number(pointer) }),
          ...(bit !== '-' && { bit: Number(bit) }),
          ...(switches !== '-' && { switches: switches as Exclude<Primitive['switches'], undefined> }),
        });
      }
    }
  }
  return table;
}

/** `{a,b}_c` to `a_c`, `b_c`. */
function expand(name: string): readonly string[] {
  const m = /^(.*?)\{([^}]*)\}(.*)$/.exec(name);
  if (!m) return [name];
  return (m[2] ?? '').split(',').flatMap(word => expand(`${m[1] ?? ''}${word}${m[3] ?? ''}`));
}
