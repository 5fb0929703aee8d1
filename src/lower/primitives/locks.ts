/**
 * Locks: spin, raw, rwlock, mutex, rwsem, semaphore, percpu-rwsem, seqlock, local_lock, device_lock. The irq and bh
 * forms are the plain one with the context change around it.
 */
import type { OperationName } from '../../ir/operations';
import type { Operand } from '../../ir/program';
import { constant, zero } from '../builder';
import { boolType, intType, scalarOf, unsignedLongType, unsignedType } from '../types';
import { temporary } from '../context';
import type { Value } from '../context';
import type { Call, Row, Rows } from './kit';
import {
  argument,
  assign,
  cell,
  ignored,
  nothing,
  number,
  operand,
  operation,
  sequence,
  storeCell,
  sync,
  target,
  unless,
  when,
} from './kit';

const out: Record<string, Row> = {};

/** What surrounds the lock in each form: entered before it is taken, left after it is dropped. */
const forms: Readonly<Record<string, { off: readonly OperationName[]; on: readonly OperationName[] }>> = {
  '': { off: [], on: [] },
  _bh: { off: ['bh.off'], on: ['bh.on'] },
  _irq: { off: ['irq.off'], on: ['irq.on'] },
};

const all = (names: readonly OperationName[]): Row => sequence(...names.map(n => operation(n)));

/** `xxx_irqsave(lock, flags)` writes flags in place. */
function saveFlags(c: Call, i: number): void {
  assign(c, i, sync(c.f, 'irq.save', [], unsignedLongType));
}

const restoreFlags =
  (i: number): Row =>
  c =>
    sync(c.f, 'irq.restore', [operand(c, i)]);

function spinFamily(
  prefix: string,
  verb: string,
  k: { lock: OperationName; try: OperationName; unlock: OperationName },
): void {
  const name = (v: string, form: string): string => `${prefix}${verb}${v}${form}`;
  for (const [form, { off, on }] of Object.entries(forms)) {
    out[name('lock', form)] = sequence(all(off), operation(k.lock, [0]));
    out[name('unlock', form)] = sequence(operation(k.unlock, [0]), all(on));
    out[name('trylock', form)] = c => {
      all(off)(c);
      const got = sync(c.f, k.try, [operand(c, 0)], intType);
      if (on.length) unless(c.f, got.operand, () => all(on)(c));
      return got;
    };
  }
  out[name('lock', '_irqsave')] = c => {
    saveFlags(c, 1);
    return operation(k.lock, [0])(c);
  };
  out[name('unlock', '_irqrestore')] = sequence(operation(k.unlock, [0]), restoreFlags(1));
  out[name('trylock', '_irqsave')] = c => {
    const flags = sync(c.f, 'irq.save', [], unsignedLongType);
    assign(c, 1, flags);
    const got = sync(c.f, k.try, [operand(c, 0)], intType);
    unless(c.f, got.operand, () => sync(c.f, 'irq.restore', [flags.operand]));
    return got;
  };
  // Lockdep's nesting classes change nothing.
  out[name('lock', '_nested')] = operation(k.lock, [0]);
  out[name('lock', '_nest_lock')] = operation(k.lock, [0]);
  out[name('lock', '_bh_nested')] = sequence(operation('bh.off'), operation(k.lock, [0]));
  out[name('lock', '_irqsave_nested')] = out[name('lock', '_irqsave')] ?? ignored;
}

const spin = { lock: 'spin.lock', try: 'spin.try', unlock: 'spin.unlock' } as const;
const read = { lock: 'read.lock', try: 'read.try', unlock: 'read.unlock' } as const;
const write = { lock: 'write.lock', try: 'write.try', unlock: 'write.unlock' } as const;
for (const prefix of ['', 'raw_', '_raw_', 'arch_']) {
  spinFamily(`${prefix}spin_`, '', spin);
  spinFamily(`${prefix}read_`, '', read);
  spinFamily(`${prefix}write_`, '', write);
}

/** `atomic_dec_and_lock(&count, &lock)`: takes the lock only where the count reaches zero. */
function decAndLock(lock: (c: Call) => void, unlock: (c: Call) => void): Row {
  return c => {
    const { f } = c;
    const p = target(c, 0);
    const x = cell(c, p);
    const result = temporary(f, 'i32');
    const old = temporary(f, x.scalar);
    const locked = f.build.label();
    const end = f.build.label();
    // Not the last one: no lock at all.
    f.build.emit({
      op: 'cmpxchg',
      to: old.register,
      type: x.scalar,
      address: x.address,
      expected: constant(1),
      value: constant(-1),
      notEqual: true,
      marking: 'full',
    });
    f.build.copy(result.register, zero);
    const last = f.build.binary('eq', x.scalar, old.operand, constant(1));
    f.build.branch(last, locked, end);
    f.build.bind(locked);
    lock(c);
    const before = temporary(f, x.scalar);
    f.build.emit({
      op: 'rmw',
      to: before.register,
      operator: 'sub',
      type: x.scalar,
      address: x.address,
      value: constant(1),
      marking: 'full',
    });
    const zeroNow = f.build.binary('eq', x.scalar, before.operand, constant(1));
    f.build.copy(result.register, zeroNow);
    unless(f, zeroNow, () => unlock(c));
    f.build.jump(end);
    f.build.bind(end);
    return { type: intType, operand: result.operand };
  };
}

for (const name of ['atomic_dec_and_lock', 'refcount_dec_and_lock', '_atomic_dec_and_lock'])
  out[name] = decAndLock(
    c => sync(c.f, 'spin.lock', [operand(c, 1)]),
    c => sync(c.f, 'spin.unlock', [operand(c, 1)]),
  );
for (const name of ['atomic_dec_and_mutex_lock', 'refcount_dec_and_mutex_lock'])
  out[name] = decAndLock(
    c => sync(c.f, 'mutex.lock', [operand(c, 1)]),
    c => sync(c.f, 'mutex.unlock', [operand(c, 1)]),
  );
for (const name of ['refcount_dec_and_lock_irqsave', 'atomic_dec_and_lock_irqsave'])
  out[name] = decAndLock(
    c => {
      const e = c.arguments[2];
      const flags = sync(c.f, 'irq.save', [], unsignedLongType);
      if (e?.kind === 'unary' && e.operator === '&') assign({ ...c, arguments: [e.operand] }, 0, flags);
      else if (e) assign(c, 2, flags);
      sync(c.f, 'spin.lock', [operand(c, 1)]);
    },
    c => {
      sync(c.f, 'spin.unlock', [operand(c, 1)]);
      const e = c.arguments[2];
      const p =
        e?.kind === 'unary' && e.operator === '&'
          ? operand({ ...c, arguments: [e.operand] }, 0)
          : operand(c, 2);
      sync(c.f, 'irq.restore', [p]);
    },
  );

/** Writes a fresh, unlocked state: zero. */
export const initialise: Row = c => {
  const p = target(c, 0);
  storeCell(c, p, number(0, unsignedLongType), 'initial');
  return nothing;
};
for (const name of [
  'spin_lock_init',
  'raw_spin_lock_init',
  'rwlock_init',
  'mutex_init',
  '__mutex_init',
  'init_rwsem',
  '__init_rwsem',
  'seqlock_init',
  'seqcount_init',
  '__seqcount_init',
  'local_lock_init',
  '__spin_lock_init',
  '__raw_spin_lock_init',
  '__rwlock_init',
  'rt_mutex_init',
  'seqcount_spinlock_init',
  'seqcount_mutex_init',
  'ww_mutex_init',
  'devm_mutex_init_plain',
  'seqcount_raw_spinlock_init',
])
  out[name] = initialise;
out['devm_mutex_init'] = c => initialise({ ...c, arguments: c.arguments.slice(1) });
out['percpu_init_rwsem'] = c => (initialise(c), number(0, intType));
out['__percpu_init_rwsem'] = c => (initialise(c), number(0, intType));
for (const name of [
  'mutex_destroy',
  'percpu_free_rwsem',
  'lockdep_set_class',
  'lockdep_set_subclass',
  'lockdep_set_class_and_name',
  'lockdep_set_class_and_subclass',
  'lockdep_set_novalidate_class',
  'lockdep_register_key',
  'lockdep_unregister_key',
  'lockdep_copy_map',
  'lockdep_off',
  'lockdep_on',
  'lock_acquire',
  'lock_release',
  'spin_acquire',
  'spin_release',
  'mutex_acquire',
  'mutex_release',
  'rwsem_acquire',
  'rwsem_release',
  'rcu_lock_acquire',
  'rcu_lock_release',
  'rcu_try_lock_acquire',
  'lock_map_acquire',
  'lock_map_release',
  'might_lock',
  'might_lock_read',
  'might_lock_nested',
  'lock_map_acquire_read',
  'lock_acquired',
  'lock_contended',
  'lock_set_subclass',
  'sched_annotate_sleep',
  'non_block_start',
  'non_block_end',
  'lockdep_hardirq_threaded',
  'lockdep_assert_none_held_once',
  'lockdep_assert_preemption_enabled',
  'lockdep_assert_preemption_disabled',
  'lockdep_assert_irqs_enabled',
  'lockdep_assert_irqs_disabled',
  'lockdep_assert_in_irq',
  'lockdep_assert_no_hardirq',
  'lockdep_assert_in_softirq',
  'lockdep_assert_RT_in_threaded_ctx',
  'lockdep_assert_cpus_held',
  'lockdep_assert_rq_held',
  'lockdep_assert_not_held_plain',
  'lockdep_init_map',
  'lockdep_init_map_type',
  'lockdep_init_map_wait',
  'lockdep_init_map_wait_type',
  'lockdep_init_map_crosslock',
  'lockdep_rtnl_is_held_plain',
  'lockdep_pin_lock',
  'lockdep_unpin_lock',
  'lockdep_invariant_state',
  'lockdep_set_notrack_class',
  'lockdep_set_cmp_fn',
])
  out[name] = ignored;

// Mutexes
for (const [prefix, at] of [
  ['mutex_', 0],
  ['rt_mutex_', 0],
  ['ww_mutex_', 0],
] as const) {
  out[`${prefix}lock`] = c => (sync(c.f, 'mutex.lock', [operand(c, at)]), number(0, intType));
  for (const n of ['_nested', '_nest_lock', '_io', '_io_nested'])
    out[`${prefix}lock${n}`] = operation('mutex.lock', [0]);
  for (const n of ['interruptible', 'killable', 'interruptible_nested', 'killable_nested'])
    out[`${prefix}lock_${n}`] = operation('mutex.interruptible', [0], intType);
  out[`${prefix}trylock`] = operation('mutex.try', [0], intType);
  out[`${prefix}unlock`] = operation('mutex.unlock', [0]);
  out[`${prefix}is_locked`] = operation('lock.locked', [0], boolType);
}
out['mutex_trylock_recursive'] = operation('mutex.try', [0], intType);
out['mutex_get_owner'] = operation('lock.locked', [0], unsignedLongType);
out['spin_is_locked'] = operation('lock.locked', [0], intType);
out['raw_spin_is_locked'] = operation('lock.locked', [0], intType);
out['rwsem_is_locked'] = operation('lock.locked', [0], intType);
out['assert_spin_locked'] = held(0);
out['assert_raw_spin_locked'] = held(0);
out['spin_is_contended'] = () => number(0, intType);
out['rwsem_is_contended'] = () => number(0, intType);
out['rwlock_needbreak'] = () => number(0, intType);
out['spin_needbreak'] = () => number(0, intType);
out['spin_unlock_wait'] = sequence(operation('spin.lock', [0]), operation('spin.unlock', [0]));

// Read-write semaphores
for (const prefix of ['down_', 'percpu_down_']) {
  const up = prefix === 'down_' ? 'up_' : 'percpu_up_';
  out[`${prefix}read`] = operation('rwsem.readLock', [0]);
  out[`${prefix}write`] = operation('rwsem.writeLock', [0]);
  out[`${prefix}read_trylock`] = operation('rwsem.readTry', [0], intType);
  out[`${prefix}write_trylock`] = operation('rwsem.writeTry', [0], intType);
  out[`${up}read`] = operation('rwsem.readUnlock', [0]);
  out[`${up}write`] = operation('rwsem.writeUnlock', [0]);
  for (const n of ['_nested', '_nest_lock', '_non_owner']) {
    out[`${prefix}read${n}`] = operation('rwsem.readLock', [0]);
    out[`${prefix}write${n}`] = operation('rwsem.writeLock', [0]);
    out[`${up}read${n}`] = operation('rwsem.readUnlock', [0]);
  }
  for (const n of ['_interruptible', '_killable', '_killable_nested']) {
    out[`${prefix}read${n}`] = c => (operation('rwsem.readLock', [0])(c), number(0, intType));
    out[`${prefix}write${n}`] = c => (operation('rwsem.writeLock', [0])(c), number(0, intType));
  }
}
out['percpu_down_read_trylock'] = operation('rwsem.readTry', [0], intType);
out['downgrade_write'] = operation('rwsem.downgrade', [0]);
for (const n of [
  'cpus_read_lock',
  'cpus_read_unlock',
  'cpus_write_lock',
  'cpus_write_unlock',
  'get_online_cpus',
  'put_online_cpus',
  'cpu_hotplug_disable',
  'cpu_hotplug_enable',
])
  out[n] = n.includes('lock') || n.includes('get_') ? operation('sleep.might') : ignored;

// Semaphores
out['sema_init'] = operation('sem.init', [0, 1]);
out['down'] = operation('sem.down', [0]);
out['down_interruptible'] = operation('sem.interruptible', [0], intType);
out['down_killable'] = operation('sem.interruptible', [0], intType);
out['down_timeout'] = c => (operation('sem.down', [0])(c), number(0, intType));
out['down_trylock'] = operation('sem.try', [0], intType);
out['up'] = operation('sem.up', [0]);

// Seqcounts and seqlocks. The spinlock of a seqlock_t lies behind its count.
function seqlockParts(c: Call): { count: Operand; lock: Operand } {
  const p = target(c, 0);
  const { f } = c;
  const address = p.kind === 'memory' ? p.address : zero;
  const place = (name: string): Operand | undefined => {
    const t = f.lowering.fieldAddress(f, p, name);
    return t;
  };
  return {
    count: place('seqcount') ?? address,
    lock: place('lock') ?? f.build.binary('add', 'u64', address, constant(4)),
  };
}

function seqWrite(begin: boolean, form: keyof typeof forms): Row {
  return c => {
    const { off, on } = forms[form] ?? { off: [], on: [] };
    if (begin) {
      all(off)(c);
      const { count, lock } = seqlockParts(c);
      sync(c.f, 'spin.lock', [lock]);
      return sync(c.f, 'seq.writeBegin', [count]);
    }
    const { count, lock } = seqlockParts(c);
    sync(c.f, 'seq.writeEnd', [count]);
    sync(c.f, 'spin.unlock', [lock]);
    return all(on)(c);
  };
}
for (const form of Object.keys(forms)) {
  out[`write_seqlock${form}`] = seqWrite(true, form);
  out[`write_sequnlock${form}`] = seqWrite(false, form);
  out[`read_seqlock_excl${form}`] = c => {
    all(forms[form]?.off ?? [])(c);
    return sync(c.f, 'spin.lock', [seqlockParts(c).lock]);
  };
  out[`read_sequnlock_excl${form}`] = c => {
    sync(c.f, 'spin.unlock', [seqlockParts(c).lock]);
    return all(forms[form]?.on ?? [])(c);
  };
}
out['write_seqlock_irqsave'] = c => {
  saveFlags(c, 1);
  return seqWrite(true, '')(c);
};
out['write_sequnlock_irqrestore'] = c => {
  seqWrite(false, '')(c);
  return restoreFlags(1)(c);
};
/** All seqcount types and seqlock_t begin with the count. */
const seqAddress = (c: Call): Operand => {
  const p = target(c, 0);
  return p.kind === 'memory' ? p.address : zero;
};
for (const n of ['read_seqbegin', 'read_seqcount_begin', 'raw_read_seqcount_begin', '__read_seqcount_begin'])
  out[n] = c => sync(c.f, 'seq.begin', [seqAddress(c)], unsignedType);
for (const n of ['raw_read_seqcount', 'raw_seqcount_begin', 'raw_read_seqcount_latch'])
  out[n] = c => {
    // Does not wait for an even count.
    const a = seqAddress(c);
    const t = temporary(c.f, 'u32');
    c.f.build.emit({ op: 'load', to: t.register, type: 'u32', address: a, marking: 'once' });
    const v: Value = { type: unsignedType, operand: t.operand };
    return n === 'raw_seqcount_begin'
      ? { ...v, operand: c.f.build.binary('and', 'u32', t.operand, constant(0xfffffffe)) }
      : v;
  };
for (const n of [
  'read_seqretry',
  'read_seqcount_retry',
  '__read_seqcount_retry',
  'read_seqcount_latch_retry',
])
  out[n] = c => {
    const a = seqAddress(c);
    return sync(c.f, 'seq.retry', [a, operand(c, 1, 'u32')], intType);
  };
for (const n of [
  'write_seqcount_begin',
  'write_seqcount_begin_nested',
  'raw_write_seqcount_begin',
  'do_write_seqcount_begin',
])
  out[n] = c => {
    const a = seqAddress(c);
    return sync(c.f, 'seq.writeBegin', [a]);
  };
for (const n of ['write_seqcount_end', 'raw_write_seqcount_end', 'do_write_seqcount_end'])
  out[n] = c => sync(c.f, 'seq.writeEnd', [seqAddress(c)]);
for (const n of ['write_seqcount_invalidate', 'raw_write_seqcount_barrier'])
  out[n] = c => {
    const a = seqAddress(c);
    sync(c.f, 'seq.writeBegin', [a]);
    return sync(c.f, 'seq.writeEnd', [a]);
  };

// rtnl and other locks with a name of their own are mutexes at an address that only we know.
const globalLock =
  (object: string, name: OperationName, type?: typeof intType): Row =>
  c =>
    sync(c.f, name, [{ kind: 'object', object: c.f.lowering.namedLock(object), offset: 0 }], type);
out['rtnl_lock'] = globalLock('rtnl_mutex', 'mutex.lock');
out['rtnl_unlock'] = globalLock('rtnl_mutex', 'mutex.unlock');
out['__rtnl_unlock'] = globalLock('rtnl_mutex', 'mutex.unlock');
out['rtnl_trylock'] = globalLock('rtnl_mutex', 'mutex.try', intType);
out['rtnl_lock_killable'] = globalLock('rtnl_mutex', 'mutex.interruptible', intType);
out['rtnl_is_locked'] = globalLock('rtnl_mutex', 'lock.locked', intType);
out['lockdep_rtnl_is_held'] = globalLock('rtnl_mutex', 'lock.held', intType);
out['rtnl_net_lock'] = globalLock('rtnl_mutex', 'mutex.lock');
out['rtnl_net_unlock'] = globalLock('rtnl_mutex', 'mutex.unlock');
out['ASSERT_RTNL'] = c =>
  warnUnlessHeld(
    c,
    { kind: 'object', object: c.f.lowering.namedLock('rtnl_mutex'), offset: 0 },
    'ASSERT_RTNL()',
  );
out['ASSERT_RTNL_NET'] = out['ASSERT_RTNL'];

/** The mutex inside a struct device. */
const deviceMutex = (c: Call): Operand => {
  const p = target(c, 0);
  return c.f.lowering.fieldAddress(c.f, p, 'mutex') ?? (p.kind === 'memory' ? p.address : zero);
};
out['device_lock'] = c => sync(c.f, 'mutex.lock', [deviceMutex(c)]);
out['device_unlock'] = c => sync(c.f, 'mutex.unlock', [deviceMutex(c)]);
out['device_trylock'] = c => sync(c.f, 'mutex.try', [deviceMutex(c)], intType);
out['device_lock_interruptible'] = c => sync(c.f, 'mutex.interruptible', [deviceMutex(c)], intType);
out['device_lock_assert'] = c => warnUnlessHeld(c, deviceMutex(c), 'device_lock_assert()');

// local_lock_t is preemption off on an ordinary kernel.
for (const n of ['local_lock', 'local_lock_nested_bh']) out[n] = operation('preempt.off');
for (const n of ['local_unlock', 'local_unlock_nested_bh']) out[n] = operation('preempt.on');
out['local_lock_irq'] = operation('irq.off');
out['local_unlock_irq'] = operation('irq.on');
out['local_lock_irqsave'] = c => (saveFlags(c, 1), nothing);
out['local_unlock_irqrestore'] = restoreFlags(1);

// Assertions
function warnUnlessHeld(c: Call, lock: Operand, message: string): Value {
  const h = sync(c.f, 'lock.held', [lock], intType);
  const bad = c.f.build.binary('eq', 'i32', h.operand, zero);
  c.f.build.emit({
    op: 'warn',
    condition: bad,
    finding: 'warning',
    message: `${message}: the lock is not held`,
  });
  return nothing;
}

function held(i: number): Row {
  return c => warnUnlessHeld(c, operand(c, i), `${c.name}()`);
}

for (const n of [
  'lockdep_assert_held',
  'lockdep_assert_held_once',
  'lockdep_assert_held_write',
  'lockdep_assert_held_read',
  'lockdep_assert',
  'rwsem_assert_held',
  'rwsem_assert_held_write',
])
  out[n] = n === 'lockdep_assert' ? ignored : held(0);
out['lockdep_assert_not_held'] = c => {
  const h = sync(c.f, 'lock.held', [operand(c, 0)], intType);
  c.f.build.emit({
    op: 'warn',
    condition: h.operand,
    finding: 'warning',
    message: `${c.name}(): the lock is held`,
  });
  return nothing;
};
for (const n of [
  'lockdep_is_held',
  'lock_is_held',
  'lockdep_is_held_type',
  'lock_is_held_type',
  'lockdep_sock_is_held_plain',
])
  out[n] = operation('lock.held', [0], intType);
for (const n of [
  'debug_locks_off',
  'debug_check_no_locks_held',
  'debug_check_no_locks_freed',
  'debug_mutex_is_owner',
])
  out[n] = ignored;

export const locks: Rows = out;

export { argument, scalarOf, when };
