/** `guard(mutex)(&m)` and `scoped_guard(mutex, &m)`: what each class takes, and what it gives back at the scope's end. */
import type { OperationName } from '../../ir/operations';
import type { Operand } from '../../ir/program';
import type { Frame } from '../context';
import { intType, unsignedLongType } from '../types';
import { sync } from './kit';

/** Takes the lock; gives what releases it. */
export type Guard = (f: Frame, values: readonly Operand[]) => () => void;

const pair =
  (take: readonly OperationName[], give: readonly OperationName[]): Guard =>
  (f, values) => {
    const run = (names: readonly OperationName[]): void => {
      for (const n of names) sync(f, n, /\.(?:off|on)$|^rcu\./.test(n) ? [] : values.slice(0, 1));
    };
    run(take);
    return () => run(give);
  };

const saving =
  (take: OperationName | undefined, give: OperationName | undefined): Guard =>
  (f, values) => {
    const flags = sync(f, 'irq.save', [], unsignedLongType);
    if (take) sync(f, take, values.slice(0, 1));
    return () => {
      if (give) sync(f, give, values.slice(0, 1));
      sync(f, 'irq.restore', [flags.operand]);
    };
  };

const srcu: Guard = (f, values) => {
  const index = sync(f, 'srcu.lock', values.slice(0, 1), intType);
  return () => {
    sync(f, 'srcu.unlock', [...values.slice(0, 1), index.operand]);
  };
};

const rtnl: Guard = f => {
  const lock: Operand = { kind: 'object', object: f.lowering.namedLock('rtnl_mutex'), offset: 0 };
  sync(f, 'mutex.lock', [lock]);
  return () => {
    sync(f, 'mutex.unlock', [lock]);
  };
};

const guards: Readonly<Record<string, Guard>> = {
  mutex: pair(['mutex.lock'], ['mutex.unlock']),
  mutex_intr: pair(['mutex.lock'], ['mutex.unlock']),
  spinlock: pair(['spin.lock'], ['spin.unlock']),
  raw_spinlock: pair(['spin.lock'], ['spin.unlock']),
  spinlock_bh: pair(['bh.off', 'spin.lock'], ['spin.unlock', 'bh.on']),
  spinlock_irq: pair(['irq.off', 'spin.lock'], ['spin.unlock', 'irq.on']),
  raw_spinlock_irq: pair(['irq.off', 'spin.lock'], ['spin.unlock', 'irq.on']),
  spinlock_irqsave: saving('spin.lock', 'spin.unlock'),
  raw_spinlock_irqsave: saving('spin.lock', 'spin.unlock'),
  read_lock: pair(['read.lock'], ['read.unlock']),
  write_lock: pair(['write.lock'], ['write.unlock']),
  read_lock_irq: pair(['irq.off', 'read.lock'], ['read.unlock', 'irq.on']),
  write_lock_irq: pair(['irq.off', 'write.lock'], ['write.unlock', 'irq.on']),
  read_lock_irqsave: saving('read.lock', 'read.unlock'),
  write_lock_irqsave: saving('write.lock', 'write.unlock'),
  rwsem_read: pair(['rwsem.readLock'], ['rwsem.readUnlock']),
  rwsem_write: pair(['rwsem.writeLock'], ['rwsem.writeUnlock']),
  rcu: pair(['rcu.lock'], ['rcu.unlock']),
  srcu,
  preempt: pair(['preempt.off'], ['preempt.on']),
  preempt_notrace: pair(['preempt.off'], ['preempt.on']),
  migrate: pair([], []),
  irq: pair(['irq.off'], ['irq.on']),
  irqsave: saving(undefined, undefined),
  rtnl,
  rtnl_nolock: pair([], []),
  device: (f, values) => {
    const lock = values[0];
    if (!lock) return () => undefined;
    sync(f, 'mutex.lock', [lock]);
    return () => {
      sync(f, 'mutex.unlock', [lock]);
    };
  },
};

export function guardOf(name: string): Guard | undefined {
  return guards[name];
}
