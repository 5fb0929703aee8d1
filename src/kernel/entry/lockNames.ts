/**
 * Primitives that are given an object and lock a member of it, and those that lock a global without an argument: which.
 * A member's name comes behind `->`.
 */

function rows(...table: readonly (readonly [names: string, member: string])[]): ReadonlyMap<string, string> {
  return new Map(table.flatMap(([names, member]) => names.split(' ').map(n => [n, member] as const)));
}

export const memberLocks: ReadonlyMap<string, string> = rows(
  ['bh_lock_sock bh_lock_sock_nested bh_unlock_sock', 'sk_lock.slock'],
  ['netif_addr_lock netif_addr_lock_bh netif_addr_lock_nested netif_addr_unlock', 'addr_list_lock'],
  ['netif_addr_unlock_bh', 'addr_list_lock'],
  ['netif_tx_lock netif_tx_lock_bh netif_tx_unlock netif_tx_unlock_bh', 'tx_global_lock'],
  [
    '__netif_tx_lock __netif_tx_lock_bh __netif_tx_trylock __netif_tx_unlock __netif_tx_unlock_bh',
    '_xmit_lock',
  ],
  ['xa_lock xa_lock_bh xa_lock_irq xa_lock_irqsave xa_unlock xa_unlock_bh xa_unlock_irq', 'xa_lock'],
  ['xa_unlock_irqrestore', 'xa_lock'],
  ['mmap_read_lock mmap_write_lock mmap_read_unlock mmap_write_unlock mmap_read_trylock', 'mmap_lock'],
  ['mmap_write_lock_killable mmap_read_lock_killable mmap_write_trylock', 'mmap_lock'],
  ['inode_lock inode_lock_shared inode_unlock inode_unlock_shared inode_lock_nested', 'i_rwsem'],
  ['device_lock device_unlock device_trylock', 'mutex'],
  ['hci_dev_lock hci_dev_unlock', 'lock'],
  ['devl_lock devl_unlock', 'lock'],
  ['wiphy_lock wiphy_unlock', 'mtx'],
  [
    'lock_sock lock_sock_nested release_sock lock_sock_fast lock_sock_fast_nested unlock_sock_fast',
    'sk_lock',
  ],
  ['task_lock task_unlock', 'alloc_lock'],
  ['lock_task_sighand unlock_task_sighand', 'sighand->siglock'],
  ['raw_spin_rq_lock raw_spin_rq_lock_nested raw_spin_rq_lock_irq raw_spin_rq_lock_irqsave', '__lock'],
  ['raw_spin_rq_trylock raw_spin_rq_unlock', '__lock'],
  ['genl_lock genl_unlock', 'genl_mutex'],
  ['cpus_read_lock cpus_write_lock cpus_read_unlock cpus_write_unlock', 'cpu_hotplug_lock'],
);
