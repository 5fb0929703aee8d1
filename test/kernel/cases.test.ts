/**
 * Bugs that were in Linux, on the real files: the tree as it is holds, and each bug put back is found. Two look-alikes
 * that are right come with a synthetic bug, to show that the harness could see one.
 */
import { strict as assert } from 'node:assert';
import { resolve } from 'node:path';
import type { CheckAnswer } from '../../src/ide/pipeline';
import { lanes } from '../../src/report/lanes';
import { checkNow, pipelineOn, within } from '../unit/pipeline';
import { kernelTree, treeWith, type Edit } from './tree';

interface Case {
  readonly harness: string;
  readonly bug: readonly Edit[];
  readonly verdict: string;
}

const acm = { file: 'drivers/usb/class/cdc-acm.c', function: 'wait_serial_change' };
const atm = { file: 'net/atm/ioctl.c', function: 'do_vcc_ioctl' };
const atalk = { file: 'net/appletalk/ddp.c', function: 'atalk_ioctl' };
const ip6 = { file: 'net/ipv6/ip6_output.c', function: 'ip6_send_skb' };
const nfc = { file: 'net/nfc/core.c', function: 'nfc_unregister_rfkill' };

const cases: readonly Case[] = [
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
];

function story(answer: CheckAnswer): string {
  const { verdict, trace, assumptions } = answer.report;
  return [
    `${verdict.kind}: ${verdict.kind === 'holds' ? '' : verdict.message}`,
    ...answer.problems.map(p => `${p.severity}: ${p.message}`),
    ...assumptions.map(a => `assumption: ${a.message}`),
    trace ? lanes(trace, { width: 140 }) : '',
  ].join('\n');
}

describe('real bugs, on the real tree', () => {
  for (const { harness, bug, verdict } of cases) {
    const path = resolve(`test/kernel/${harness}.race.c`);
    const check = async (edits: readonly Edit[]): Promise<CheckAnswer> =>
      checkNow(await pipelineOn(treeWith(edits), kernelTree()), { harness: path, ...within(50_000) });

    it(`${harness} holds as it is`, async () => {
      const answer = await check([]);
      assert.equal(answer.report.verdict.kind, 'holds', story(answer));
      assert.ok(answer.report.exhaustive);
    });
    it(`${harness}: ${verdict} with its bug`, async () => {
      const answer = await check(bug);
      assert.equal(answer.report.verdict.kind, verdict, story(answer));
      assert.ok(answer.report.confirmed, story(answer));
    });
  }
});
