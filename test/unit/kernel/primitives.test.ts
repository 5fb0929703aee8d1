import { strict as assert } from 'node:assert';
import { guardPrimitive, primitive, primitives } from '../../../src/kernel/primitives';

/** name: class role ordering may-sleep pointer bit switches */
function row(name: string): string {
  const p = primitive(name);
  return p
    ? [p.class, p.role, p.ordering, p.maySleep, p.pointer ?? '-', p.bit ?? '-', p.switches ?? '-'].join(' ')
    : 'none';
}

describe('the primitive table', () => {
  const rows: Readonly<Record<string, string>> = {
    rcu_read_lock: 'rcu begin none no - - -',
    rcu_read_unlock_bh: 'rcu_bh end none no - - bh',
    rcu_assign_pointer: 'rcu store release no 0 - -',
    RCU_INIT_POINTER: 'rcu store relaxed no 0 - -',
    rcu_dereference: 'rcu load consume no 0 - -',
    rcu_access_pointer: 'rcu load relaxed no 0 - -',
    synchronize_rcu: 'rcu grace-period full yes - - -',
    synchronize_net: 'rcu grace-period full yes - - -',
    call_rcu: 'rcu defer none no 0 - -',
    kfree_rcu: 'rcu defer-free none one-argument 0 - -',
    set_bit: 'bitop rmw relaxed no 1 0 -',
    __set_bit: 'bitop_nonatomic rmw plain no 1 0 -',
    test_and_set_bit: 'bitop rmw-value full no 1 0 -',
    test_and_set_bit_lock: 'bitop rmw-value acquire-on-success no 1 0 -',
    clear_bit_unlock: 'bitop rmw release no 1 0 -',
    __clear_bit_unlock: 'bitop_nonatomic rmw release no 1 0 -',
    set_mask_bits: 'bitop rmw-value full no 0 1 -',
    cmpxchg: 'cmpxchg cas full-on-success no 0 - -',
    try_cmpxchg_acquire: 'cmpxchg cas acquire-on-success no 0 - -',
    xchg_relaxed: 'cmpxchg swap relaxed no 0 - -',
    atomic_inc: 'atomic rmw relaxed no 0 - -',
    atomic_long_fetch_add_release: 'atomic rmw-value release no 1 - -',
    atomic64_try_cmpxchg: 'atomic cas full-on-success no 0 - -',
    atomic_dec_and_test: 'atomic rmw-value full no 0 - -',
    atomic_add_unless: 'atomic rmw-conditional full-on-success no 0 - -',
    refcount_dec_and_test: 'refcount put-test release+acquire-on-zero no 0 - -',
    refcount_inc_not_zero: 'refcount tryget control-on-success no 0 - -',
    spin_lock: 'spinlock begin acquire rt 0 - -',
    spin_lock_irqsave: 'spinlock begin acquire rt 0 - irqsave',
    spin_unlock_bh: 'spinlock end release no 0 - bh',
    raw_spin_lock: 'raw_spinlock begin acquire no 0 - -',
    spin_trylock: 'spinlock try acquire-on-success no 0 - -',
    read_trylock: 'rwlock try-shared acquire-on-success no 0 - -',
    mutex_lock: 'mutex begin acquire yes 0 - -',
    mutex_lock_interruptible: 'mutex try-zero acquire-on-success yes 0 - -',
    mutex_trylock: 'mutex try acquire-on-success no 0 - -',
    down_trylock: 'semaphore try-zero acquire-on-success no 0 - -',
    down_read_trylock: 'rwsem try-shared acquire-on-success no 0 - -',
    mmap_read_lock: 'rwsem begin-shared acquire yes 0 - -',
    rtnl_lock: 'rtnl begin acquire yes - - -',
    rtnl_unlock: 'rtnl end release yes - - -',
    local_bh_disable: 'bh begin compiler rt - - bh',
    local_irq_save: 'irqflags begin compiler no - - irqsave',
    smp_store_release: 'access store release no 0 - -',
    smp_load_acquire: 'access load acquire no 0 - -',
    wait_event: 'wait wait full-after-state yes 0 - -',
    wake_up: 'wait wake full-if-woken no 0 - -',
    kmalloc: 'alloc alloc none gfp - - -',
    kfree: 'alloc free none no 0 - -',
    list_add_rcu: 'rculist publish release no 0 - -',
    list_del_rcu: 'rculist unpublish relaxed no 0 - -',
    msleep: 'sched sleep none yes - - -',
    no_such_primitive: 'none',
  };
  for (const [name, expected] of Object.entries(rows))
    it(`${name}: ${expected}`, () => assert.equal(row(name), expected));

  it('has the generated families whole', () => {
    for (const prefix of ['atomic', 'atomic_long', 'atomic64'])
      for (const operation of ['add_return', 'fetch_or', 'fetch_andnot', 'xchg', 'cmpxchg', 'try_cmpxchg'])
        for (const suffix of ['', '_acquire', '_release', '_relaxed'])
          assert.ok(primitive(`${prefix}_${operation}${suffix}`), `${prefix}_${operation}${suffix}`);
  });

  it('knows guard classes', () => {
    assert.equal(guardPrimitive('rcu')?.name, 'rcu_read_lock');
    assert.equal(guardPrimitive('spinlock_irqsave')?.name, 'spin_lock_irqsave');
    assert.equal(guardPrimitive('rtnl')?.name, 'rtnl_lock');
    assert.equal(guardPrimitive('no_such_class'), undefined);
  });

  it('has well-formed rows', () => {
    for (const p of primitives.values()) {
      assert.match(p.name, /^\w+$/);
      assert.match(p.role, /^[a-z-]+$/, p.name);
      assert.match(p.ordering, /^[a-z+-]+$/, p.name);
      assert.ok(['no', 'yes', 'gfp', 'rt', 'task', 'one-argument', 'scope'].includes(p.maySleep), p.name);
      assert.ok(p.pointer === undefined || Number.isInteger(p.pointer), p.name);
      assert.ok(p.bit === undefined || Number.isInteger(p.bit), p.name);
      assert.ok([undefined, 'bh', 'irq', 'irqsave', 'preempt'].includes(p.switches), p.name);
    }
    assert.ok(primitives.size > 1300, String(primitives.size));
  });

  // tools/memory-model/linux-kernel.def and atomic_t.txt, atomic_bitops.txt: RMW without a value is not ordered, with
  // a value fully ordered unless its name says otherwise, conditional ones only on success.
  it('agrees with the memory model', () => {
    for (const p of primitives.values()) {
      if (p.class === 'atomic' || p.class === 'cmpxchg') {
        const suffix = /_(acquire|release|relaxed)$/.exec(p.name)?.[1];
        if (p.role === 'rmw') assert.equal(p.ordering, 'relaxed', p.name);
        if (p.role === 'rmw-value' || p.role === 'swap') assert.equal(p.ordering, suffix ?? 'full', p.name);
        if (p.role === 'cas' && p.ordering !== 'local')
          assert.equal(p.ordering, `${suffix ?? 'full'}-on-success`, p.name);
      }
      if (p.role === 'begin' && ['spinlock', 'mutex', 'rtnl', 'semaphore'].includes(p.class))
        assert.equal(p.ordering, 'acquire', p.name);
      if (p.role === 'end' && ['spinlock', 'mutex', 'rtnl', 'semaphore'].includes(p.class))
        assert.equal(p.ordering, 'release', p.name);
      if (p.role === 'grace-period') assert.equal(`${p.ordering} ${p.maySleep}`, 'full yes', p.name);
    }
  });
});
