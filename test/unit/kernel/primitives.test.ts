import { strict as assert } from 'node:assert';
import rawTable from '../../../src/kernel/primitives.tsv';
import {
  guardPrimitive,
  primitive,
  primitives,
  type MaySleep,
  type Ordering,
  type Role,
} from '../../../src/kernel/primitives';

/** name: class role ordering may-sleep pointer bit switches */
function row(name: string): string {
  const p = primitive(name);
  return p
    ? [p.class, p.role, p.ordering, p.maySleep, p.pointer ?? '-', p.bit ?? '-', p.switches ?? '-'].join(' ')
    : 'none';
}

// Complete by their types: the parser takes the cells as they are.
const roles: Readonly<Record<Role, 0>> = {
  begin: 0,
  end: 0,
  'begin-shared': 0,
  'end-shared': 0,
  try: 0,
  'try-shared': 0,
  'try-zero': 0,
  'try-zero-shared': 0,
  downgrade: 0,
  'read-begin': 0,
  'read-retry': 0,
  'write-latch': 0,
  scope: 0,
  load: 0,
  store: 0,
  rmw: 0,
  'rmw-value': 0,
  'rmw-conditional': 0,
  cas: 0,
  swap: 0,
  fence: 0,
  query: 0,
  'spin-load': 0,
  'spin-hint': 0,
  'marked-plain': 0,
  address: 0,
  'grace-period': 0,
  'grace-period-free': 0,
  'grace-period-cookie': 0,
  'grace-period-poll': 0,
  defer: 0,
  'defer-free': 0,
  'flush-callbacks': 0,
  quiescent: 0,
  wait: 0,
  'try-wait': 0,
  wake: 0,
  queue: 0,
  unqueue: 0,
  'task-state': 0,
  sleep: 0,
  'busy-wait': 0,
  yield: 0,
  'may-sleep': 0,
  bind: 0,
  start: 0,
  cancel: 0,
  'cancel-wait': 0,
  flush: 0,
  block: 0,
  'block-wait': 0,
  unblock: 0,
  'remote-call': 0,
  'thread-start': 0,
  'thread-join': 0,
  'thread-park': 0,
  'call-chain': 0,
  alloc: 0,
  free: 0,
  init: 0,
  destroy: 0,
  get: 0,
  tryget: 0,
  put: 0,
  'put-test': 0,
  define: 0,
  iterate: 0,
  link: 0,
  unlink: 0,
  publish: 0,
  unpublish: 0,
  locked: 0,
  unlocked: 0,
  assert: 0,
  fault: 0,
  cpu: 0,
  other: 0,
};
const orderings: Readonly<Record<Ordering, 0>> = {
  none: 0,
  plain: 0,
  relaxed: 0,
  acquire: 0,
  release: 0,
  full: 0,
  consume: 0,
  dependency: 0,
  'relaxed-on-success': 0,
  'acquire-on-success': 0,
  'release-on-success': 0,
  'full-on-success': 0,
  'control-on-success': 0,
  'release+acquire-on-zero': 0,
  'full-if-queued': 0,
  'full-if-woken': 0,
  'full-if-true': 0,
  'full-before': 0,
  'full-after': 0,
  'full-after-state': 0,
  'full-before-rmw': 0,
  'full-after-rmw': 0,
  'full-after-lock': 0,
  'full-after-unlock-lock': 0,
  lock: 0,
  read: 0,
  write: 0,
  compiler: 0,
  local: 0,
  dma: 0,
  scope: 0,
};
const sleeps: Readonly<Record<MaySleep, 0>> = {
  no: 0,
  yes: 0,
  gfp: 0,
  rt: 0,
  task: 0,
  'one-argument': 0,
  scope: 0,
};

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
    set_current_state: 'wait task-state full-after no - - -',
    percpu_down_read_trylock: 'percpu_rwsem try-shared acquire-on-success no 0 - -',
    mmap_read_unlock: 'rwsem end-shared release no 0 - -',
    mmap_write_lock_killable: 'rwsem try-zero acquire-on-success yes 0 - -',
    read_seqlock_excl_irqsave: 'seqlock begin acquire rt 0 - irqsave',
    write_seqcount_latch_begin: 'seqcount begin write no 0 - -',
    srcu_read_lock_fast: 'srcu begin none no 0 - -',
    poll_state_synchronize_srcu: 'srcu grace-period-poll full-if-true no 0 - -',
    synchronize_rcu_tasks_rude: 'rcu_tasks grace-period full yes - - -',
    rcu_read_lock_trace: 'rcu_tasks_trace begin none no - - -',
    rcu_sync_enter: 'rcu_sync grace-period full yes 0 - -',
    rhashtable_walk_start: 'rcu begin none no - - -',
    lockref_get_not_dead: 'lockref tryget relaxed-on-success no 0 - -',
    kmap_atomic: 'preempt begin compiler no - - preempt',
    idr_preload: 'preempt begin compiler gfp - - preempt',
    __local_bh_disable_ip: 'bh begin compiler rt - - bh',
    wait_event_interruptible_locked_irq: 'wait wait full-after-state yes 0 - -',
    wake_up_q: 'wait wake full-if-woken no 0 - -',
    synchronize_hardirq: 'irq cancel-wait full no - - -',
    disable_hardirq: 'irq block-wait full no - - -',
    request_threaded_irq: 'irq bind none yes - - -',
    cpuhp_setup_state: 'cpu_hotplug bind lock yes - - -',
    stop_machine: 'stop_machine remote-call full yes - - -',
    kthread_destroy_worker: 'kthread thread-join full yes 0 - -',
    xas_lock_irqsave: 'spinlock begin acquire rt 0 - irqsave',
    xa_store_irq: 'xarray publish release gfp 0 - -',
    hlist_bl_lock: 'bitlock begin acquire no 0 - -',
    this_cpu_cmpxchg_double: 'percpu rmw-value relaxed no 0 - -',
    percpu_ref_switch_to_atomic_sync: 'percpu_ref wait full yes 0 - -',
    atomic_notifier_chain_unregister: 'notifier cancel-wait full yes 0 - -',
    static_branch_enable: 'static_key other lock yes 0 - -',
    kcsan_check_write: 'kcsan assert none no 0 - -',
    alloc_netdev_mqs: 'alloc alloc none yes - - -',
    skb_clone: 'alloc alloc none gfp - - -',
    copy_struct_from_user: 'uaccess fault none yes - - -',
    copy_from_user_nofault: 'uaccess other none no - - -',
    netpoll_cleanup: 'netpoll destroy full yes 0 - -',
    // It takes no lock if npinfo is NULL: inferred from its body, never listed.
    netpoll_poll_lock: 'none',
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
    assert.equal(guardPrimitive('mutex_try')?.name, 'mutex_trylock');
    assert.equal(guardPrimitive('raw_spinlock_irqsave_try')?.name, 'raw_spin_trylock_irqsave');
    assert.equal(guardPrimitive('write_lock_bh')?.name, 'write_lock_bh');
    assert.equal(guardPrimitive('task_lock')?.name, 'task_lock');
    assert.equal(guardPrimitive('wiphy')?.name, 'wiphy_lock');
    assert.equal(guardPrimitive('kfree'), undefined);
    assert.equal(guardPrimitive('no_such_class'), undefined);
  });

  it('names a primitive once', () => {
    const seen = new Map<string, number>();
    for (const line of rawTable.split('\n')) {
      if (line.startsWith('#') || line.startsWith('[') || line === '') continue;
      assert.equal(line.split('\t').length, 7, line);
      for (const name of (line.split('\t')[0] ?? '').split(' ')) {
        assert.notEqual(name, '', line);
        seen.set(name, (seen.get(name) ?? 0) + 1);
      }
    }
    assert.deepEqual(
      [...seen].filter(([, n]) => n > 1).map(([name]) => name),
      [],
    );
  });

  it('has well-formed rows', () => {
    for (const p of primitives.values()) {
      assert.match(p.name, /^\w+$/);
      assert.ok(p.role in roles, `${p.name}: role ${p.role}`);
      assert.ok(p.ordering in orderings, `${p.name}: ordering ${p.ordering}`);
      assert.ok(p.maySleep in sleeps, `${p.name}: may sleep ${p.maySleep}`);
      assert.ok(p.pointer === undefined || Number.isInteger(p.pointer), p.name);
      assert.ok(p.bit === undefined || Number.isInteger(p.bit), p.name);
      assert.ok([undefined, 'bh', 'irq', 'irqsave', 'preempt'].includes(p.switches), p.name);
    }
    assert.ok(primitives.size > 3000, String(primitives.size));
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
