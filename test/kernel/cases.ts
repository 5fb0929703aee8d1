/**
 * Bugs that were in Linux: the harness in this folder, and the edit of the fixed tree that puts the bug back (found in
 * the commit's diff, white space not counting). The gallery in docs/gallery is made from the same table.
 */
import type { Edit } from './tree';

/** A harness, and the edit that puts its bug back. */
export interface Case {
  readonly harness: string;
  readonly bug: readonly Edit[];
  readonly verdict: string;
}

const acm = { file: 'drivers/usb/class/cdc-acm.c', function: 'wait_serial_change' };
const atm = { file: 'net/atm/ioctl.c', function: 'do_vcc_ioctl' };
const atalk = { file: 'net/appletalk/ddp.c', function: 'atalk_ioctl' };
const ip6 = { file: 'net/ipv6/ip6_output.c', function: 'ip6_send_skb' };
const nfc = { file: 'net/nfc/core.c', function: 'nfc_unregister_rfkill' };

export const cases: readonly Case[] = [
  {
    harness: 'ip6-send-skb',
    bug: [
      { ...ip6, old: 'rcu_read_lock();', new: '' },
      { ...ip6, old: 'rcu_read_unlock();', new: '' },
    ],
    verdict: 'use-after-free',
  },
  {
    harness: 'napi-missed',
    bug: [
      {
        file: 'net/core/dev.c',
        function: 'napi_schedule_prep',
        old: 'new |= (val & NAPIF_STATE_SCHED) / NAPIF_STATE_SCHED * NAPIF_STATE_MISSED;',
        new: '',
      },
    ],
    verdict: 'assertion',
  },
  {
    harness: 'llc-sap',
    bug: [
      {
        file: 'net/llc/llc_core.c',
        function: 'llc_sap_find',
        old: 'if (!sap || !llc_sap_hold_safe(sap)) sap = NULL;',
        new: 'if (sap)\n\t\tllc_sap_hold(sap);',
      },
    ],
    verdict: 'use-after-free',
  },
  {
    harness: 'nfc-rfkill',
    bug: [
      { ...nfc, old: 'device_unlock(&dev->dev);', new: '' },
      {
        ...nfc,
        old: 'rfkill_destroy(rfk); }',
        new: 'rfkill_destroy(rfk);\n\t}\n\tdevice_unlock(&dev->dev);',
      },
    ],
    verdict: 'deadlock',
  },
  {
    harness: 'oxu-watchdog',
    bug: [
      {
        file: 'drivers/usb/host/oxu210hp-hcd.c',
        function: 'oxu_bus_suspend',
        old: 'spin_unlock_irq(&oxu->lock); /* turn off now-idle HC */ del_timer_sync(&oxu->watchdog); spin_lock_irq(&oxu->lock);',
        new: 'del_timer_sync(&oxu->watchdog);',
      },
    ],
    verdict: 'deadlock',
  },
  {
    harness: 'acm-tiocmiwait',
    bug: [
      { ...acm, old: 'set_current_state(TASK_INTERRUPTIBLE); spin_lock_irq', new: 'spin_lock_irq' },
      { ...acm, old: 'schedule();', new: 'set_current_state(TASK_INTERRUPTIBLE);\n\t\tschedule();' },
    ],
    verdict: 'hang',
  },
  {
    harness: 'atalk-ioctl',
    bug: [
      { ...atalk, old: 'spin_lock_irq(&sk->sk_receive_queue.lock);', new: '' },
      { ...atalk, old: 'spin_unlock_irq(&sk->sk_receive_queue.lock);', new: '' },
    ],
    verdict: 'use-after-free',
  },
  {
    harness: 'atm-ioctl',
    bug: [
      { ...atm, old: 'spin_lock_irq(&sk->sk_receive_queue.lock);', new: '' },
      { ...atm, old: 'spin_unlock_irq(&sk->sk_receive_queue.lock);', new: '' },
    ],
    verdict: 'use-after-free',
  },
  {
    harness: 'keyctl-read',
    bug: [
      {
        file: 'security/keys/keyctl.c',
        function: '__keyctl_read_key',
        old: 'down_read(&key->sem); ret = key_validate(key);',
        new: 'ret = key_validate(key);\n\tdown_read(&key->sem);',
      },
    ],
    verdict: 'null-dereference',
  },
  {
    harness: 'wait-woken',
    bug: [
      {
        file: 'kernel/sched/wait.c',
        function: 'wait_woken',
        old: '!(wq_entry->flags & WQ_FLAG_WOKEN) && !is_kthread_should_stop()',
        new: '!is_kthread_should_stop()',
      },
    ],
    verdict: 'hang',
  },
  {
    harness: 'unix-double-lock',
    bug: [
      {
        file: 'net/unix/af_unix.c',
        function: 'unix_state_double_lock',
        old: 'if (sk1 > sk2) swap(sk1, sk2);',
        new: '',
      },
    ],
    verdict: 'deadlock',
  },
  {
    harness: 'rx-handler',
    bug: [
      {
        file: 'net/core/dev.c',
        function: 'netdev_rx_handler_unregister',
        old: 'synchronize_net();',
        new: '',
      },
    ],
    verdict: 'null-dereference',
  },
  {
    harness: 'can-bcm',
    bug: [
      {
        file: 'net/can/bcm.c',
        function: 'bcm_remove_op',
        old: 'call_rcu(&op->rcu, bcm_free_op_rcu);',
        new: 'kfree(op);',
      },
    ],
    verdict: 'use-after-free',
  },
  {
    harness: 'fget',
    bug: [
      {
        file: 'fs/file.c',
        function: '__fget_files_rcu',
        old: 'if (unlikely(rcu_dereference_raw(files->fdt) != fdt) || unlikely(rcu_dereference_raw(*fdentry) != file)) { fput(file); continue; }',
        new: '',
      },
    ],
    verdict: 'assertion',
  },
  {
    harness: 'qdisc-missed',
    bug: [
      {
        file: 'include/net/sch_generic.h',
        function: 'qdisc_run_begin',
        old: 'if (test_and_set_bit(__QDISC_STATE_MISSED, &qdisc->state)) return false;',
        new: 'return false;',
      },
    ],
    verdict: 'assertion',
  },
  {
    harness: 'l2tp-bind',
    bug: [
      {
        file: 'net/l2tp/l2tp_ip.c',
        function: 'l2tp_ip_bind',
        old: 'lock_sock(sk); ret = -EINVAL; if (!sock_flag(sk, SOCK_ZAPPED)) goto out;',
        new: 'if (!sock_flag(sk, SOCK_ZAPPED)) return -EINVAL;\n\tlock_sock(sk);\n\tret = -EINVAL;',
      },
    ],
    verdict: 'assertion',
  },
  {
    harness: 'tiocspgrp',
    bug: [
      {
        file: 'drivers/tty/tty_jobctrl.c',
        function: 'tiocspgrp',
        old: 'spin_lock_irq(&real_tty->ctrl.lock);',
        new: 'spin_lock_irq(&tty->ctrl.lock);',
      },
      {
        file: 'drivers/tty/tty_jobctrl.c',
        function: 'tiocspgrp',
        old: 'spin_unlock_irq(&real_tty->ctrl.lock);',
        new: 'spin_unlock_irq(&tty->ctrl.lock);',
      },
    ],
    verdict: 'use-after-free',
  },
  {
    harness: 'mempool',
    bug: [
      {
        file: 'mm/mempool.c',
        function: 'mempool_alloc',
        old: 'init_wait(&wait); prepare_to_wait(&pool->wait, &wait, TASK_UNINTERRUPTIBLE); spin_unlock_irqrestore(&pool->lock, flags);',
        new: 'spin_unlock_irqrestore(&pool->lock, flags);\n\tinit_wait(&wait);\n\tprepare_to_wait(&pool->wait, &wait, TASK_UNINTERRUPTIBLE);\n',
      },
    ],
    verdict: 'hang',
  },
  {
    harness: 'cpuset-seqcount',
    bug: [
      {
        file: 'kernel/cgroup/cpuset.c',
        function: 'cpuset_change_task_nodemask',
        old: 'local_irq_disable();',
        new: '',
      },
      {
        file: 'kernel/cgroup/cpuset.c',
        function: 'cpuset_change_task_nodemask',
        old: 'local_irq_enable();',
        new: '',
      },
    ],
    verdict: 'deadlock',
  },
  {
    harness: 'p9-tag',
    bug: [
      {
        file: 'net/9p/client.c',
        function: 'p9_tag_lookup',
        old: 'if (req->tc.tag != tag) { p9_req_put(c, req); goto again; }',
        new: '',
      },
    ],
    verdict: 'assertion',
  },
  {
    harness: 'mqueue',
    bug: [
      {
        file: 'ipc/mqueue.c',
        function: '__pipelined_op',
        old: 'task = get_task_struct(this->task);',
        new: '',
      },
      {
        file: 'ipc/mqueue.c',
        function: '__pipelined_op',
        old: 'wake_q_add_safe(wake_q, task);',
        new: 'wake_q_add(wake_q, this->task);',
      },
    ],
    verdict: 'use-after-free',
  },
  {
    harness: 'iowarrior',
    bug: [
      {
        file: 'drivers/usb/misc/iowarrior.c',
        function: 'iowarrior_release',
        old: 'kref_put(&dev->kref, iowarrior_delete); return 0;',
        new: 'if (!dev->present)\n\t\tiowarrior_delete(&dev->kref);\n\treturn 0;',
      },
      {
        file: 'drivers/usb/misc/iowarrior.c',
        function: 'iowarrior_disconnect',
        old: 'mutex_unlock(&dev->mutex); kref_put(&dev->kref, iowarrior_delete);',
        new: 'mutex_unlock(&dev->mutex);\n\tif (!dev->opened)\n\t\tiowarrior_delete(&dev->kref);',
      },
    ],
    verdict: 'use-after-free',
  },
  {
    harness: 'smsusb',
    bug: [
      {
        file: 'drivers/media/usb/siano/smsusb.c',
        function: 'smsusb_stop_streaming',
        old: 'if (dev->surbs[i].wq.func) cancel_work_sync(&dev->surbs[i].wq);',
        new: '',
      },
    ],
    verdict: 'use-after-free',
  },
  {
    harness: 'conntrack',
    bug: [
      {
        file: 'net/netfilter/nf_conntrack_core.c',
        function: '__nf_conntrack_find_get',
        old: 'if (likely(nf_ct_key_equal(h, tuple, zone, net))) goto found;',
        new: 'goto found;',
      },
    ],
    verdict: 'assertion',
  },
  {
    harness: 'rfcomm-thread',
    bug: [
      {
        file: 'net/bluetooth/rfcomm/core.c',
        function: 'rfcomm_run',
        old: 'wait_woken(&wait, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);',
        new: 'set_current_state(TASK_INTERRUPTIBLE);\n\t\tschedule();',
      },
    ],
    verdict: 'hang',
  },
];
