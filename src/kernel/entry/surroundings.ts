/**
 * What the kernel guarantees a function that it calls: the kinds of surroundings (a softirq handler, a work item, an
 * operation under RTNL …) as data. registrations.ts says who is called in which.
 *
 * Checked against Documentation/networking/netdevices.rst, Documentation/locking/, Documentation/RCU/ and the callers
 * in net/core, kernel/ and block/ of a 6.1 tree. SMP without PREEMPT_RT.
 */
import type { Answer, ContextWord } from './answers';
import type { SectionKind } from '../sections/sections';

export interface Surroundings {
  /** The contexts it may run in; the first is the usual one. */
  readonly contexts: readonly ContextWord[];
  /** `NAPI poll`: as in "runs in …". */
  readonly label: string;
  readonly reader: Answer;
  readonly bhOff: Answer;
  readonly irqOff: Answer;
  readonly maySleep: Answer;
  /** Held by the caller; `$0` is the function's first parameter. */
  readonly locks: readonly { readonly lock: string; readonly kind: SectionKind; readonly shared?: true }[];
}

type Lock = Surroundings['locks'][number];

const rtnl: Lock = { lock: 'rtnl_mutex', kind: 'rtnl' };

/** Process context that may sleep. */
function sleeps(label: string, ...locks: readonly Lock[]): Surroundings {
  return {
    contexts: ['process'],
    label,
    reader: 'no',
    bhOff: 'no',
    irqOff: 'no',
    maySleep: 'yes',
    locks,
  };
}

function thread(label: string): Surroundings {
  return { ...sleeps(label), contexts: ['kthread'] };
}

/** Softirq handlers run with interrupts on. */
function softirq(label: string, ...locks: readonly Lock[]): Surroundings {
  return {
    contexts: ['softirq'],
    label,
    reader: 'yes',
    bhOff: 'yes',
    irqOff: 'no',
    maySleep: 'no',
    locks,
  };
}

function hardirq(label: string): Surroundings {
  return {
    contexts: ['hardirq'],
    label,
    reader: 'yes',
    bhOff: 'yes',
    irqOff: 'yes',
    maySleep: 'no',
    locks: [],
  };
}

/** BH off, in a softirq or in process context. */
function bhOff(label: string, ...locks: readonly Lock[]): Surroundings {
  return { ...softirq(label, ...locks), contexts: ['softirq', 'process'] };
}

/** Inside rcu_read_lock(), whoever calls. */
function reader(label: string): Surroundings {
  return {
    contexts: ['process', 'softirq'],
    label,
    reader: 'yes',
    bhOff: 'depends-on-caller',
    irqOff: 'depends-on-caller',
    maySleep: 'no',
    locks: [],
  };
}

/** Anything may be. */
function unknown(label: string, ...locks: readonly Lock[]): Surroundings {
  return {
    contexts: ['process'],
    label,
    reader: 'depends-on-caller',
    bhOff: 'depends-on-caller',
    irqOff: 'depends-on-caller',
    maySleep: 'depends-on-caller',
    locks,
  };
}

const byNetpoll = { irqOff: 'depends-on-caller' } as const;

export const surroundings = {
  softirq: softirq('softirq'),
  timer: softirq('timer softirq'),
  // With TIMER_IRQSAFE.
  timerIrqSafe: { ...softirq('timer softirq (interrupts off)'), irqOff: 'yes' },
  hrtimerSoft: softirq('hrtimer softirq'),
  tasklet: softirq('tasklet (softirq)'),
  rcuCallback: softirq('RCU callback (softirq)'),
  // netconsole polls with interrupts off (netdevices.rst).
  napi: { ...softirq('NAPI poll (NET_RX softirq)'), ...byNetpoll },
  // Not on a device's list, hence out of netpoll's reach.
  napiLocal: softirq('NAPI poll (NET_RX softirq)'),
  srcuCallback: { ...bhOff('SRCU callback (BH off)'), contexts: ['kthread'] },
  hrtimer: hardirq('hrtimer (hard interrupt)'),
  interrupt: hardirq('interrupt handler'),
  irqWork: hardirq('irq_work (hard interrupt)'),
  ipi: hardirq('cross-CPU call (interrupts off)'),
  stopMachine: { ...hardirq('stop_machine (interrupts off)'), contexts: ['kthread'] },
  stopper: {
    ...thread('stopper thread (preemption off)'),
    reader: 'yes',
    maySleep: 'no',
  },
  nmi: { ...hardirq('NMI handler'), contexts: ['nmi'] },
  suspendLate: { ...hardirq('syscore operation (interrupts off)'), contexts: ['process'] },
  work: thread('work item'),
  // Of a host controller's softirq or of its interrupt.
  urb: {
    ...softirq('URB completion (softirq or hard interrupt)'),
    irqOff: 'depends-on-caller',
    contexts: ['softirq', 'hardirq'],
  },
  // The lock of the wait queue is held, with interrupts off or on as whoever wakes has them.
  wakeUp: {
    ...reader('wake-up of a wait queue (its lock held)'),
    contexts: ['process', 'softirq', 'hardirq'],
  },
  wiphyWork: { ...thread('wiphy work item'), locks: [{ lock: '$0->mtx', kind: 'mutex' }] },
  kthread: thread('kernel thread'),
  irqThread: thread('interrupt thread'),
  taskWork: sleeps('task work'),
  systemCall: sleeps('system call'),
  init: sleeps('initcall or module init'),
  exit: sleeps('module exit'),
  process: sleeps('process context'),
  fileOperation: sleeps('file operation'),
  socketOperation: sleeps('socket operation'),
  sysfs: sleeps('sysfs attribute'),
  sysctl: sleeps('sysctl handler'),
  driver: sleeps('driver core callback'),
  debugfs: sleeps('debugfs attribute'),
  shutdown: sleeps('shutdown callback'),
  cpuhp: sleeps('CPU hotplug callback', { lock: 'cpu_hotplug_lock', kind: 'rwsem' }),
  cpuhpStarting: {
    ...hardirq('CPU hotplug callback of a starting CPU (interrupts off)'),
    contexts: ['kthread'],
  },
  pernet: sleeps('pernet operation', { lock: 'pernet_ops_rwsem', kind: 'rwsem' }),
  ofDirectory: sleeps('directory operation', { lock: '$1->i_rwsem', kind: 'rwsem' }),
  inDirectory: sleeps('directory operation', { lock: '$0->i_rwsem', kind: 'rwsem' }),
  lookup: sleeps('lookup in a directory', { lock: '$0->i_rwsem', kind: 'rwsem', shared: true }),
  rename: sleeps(
    'directory operation',
    { lock: '$1->i_rwsem', kind: 'rwsem' },
    { lock: '$3->i_rwsem', kind: 'rwsem' },
  ),
  setAttributes: sleeps('change of attributes', { lock: '$1->d_inode->i_rwsem', kind: 'rwsem' }),
  nfnetlinkReader: { ...sleeps('nfnetlink callback (RCU reader)'), reader: 'yes', maySleep: 'no' },
  nfnetlinkMutex: sleeps('nfnetlink callback', { lock: 'table[subsys_id].mutex', kind: 'mutex' }),
  // Of nf_tables alone, which locks when it is asked whether the generation is valid.
  nfnetlinkBatch: sleeps('nfnetlink batch', { lock: 'nft_net->commit_mutex', kind: 'mutex' }),
  rtnl: sleeps('operation under RTNL', rtnl),
  netdevNotifier: sleeps('netdevice notifier', rtnl),
  blockingNotifier: sleeps('blocking notifier chain'),
  atomicNotifier: reader('atomic notifier chain (RCU reader)'),
  ethtool: sleeps('ethtool operation', rtnl),
  rtnetlink: sleeps('rtnetlink handler', rtnl),
  genl: sleeps('generic netlink handler', { lock: 'cb_lock', kind: 'rwsem', shared: true }),
  genlDump: sleeps('generic netlink dump'),
  // Families without parallel_ops.
  genlOneByOne: sleeps(
    'generic netlink handler',
    { lock: 'cb_lock', kind: 'rwsem', shared: true },
    { lock: 'genl_mutex', kind: 'mutex' },
  ),
  genlDumpOneByOne: sleeps('generic netlink dump', { lock: 'genl_mutex', kind: 'mutex' }),
  qdiscTree: sleeps('qdisc operation under RTNL', rtnl),
  // __dev_xmit_skb() and qdisc_run() hold the root lock unless the qdisc is TCQ_F_NOLOCK.
  qdiscData: bhOff('qdisc enqueue or dequeue (BH off)'),
  classify: bhOff('packet classifier (RCU reader, BH off)'),
  transmit: { ...bhOff('ndo_start_xmit (BH off)'), ...byNetpoll },
  selectQueue: { ...bhOff('transmit path (BH off)'), ...byNetpoll },
  rxMode: bhOff('ndo_set_rx_mode (BH off, addr_list_lock)', { lock: '$0->addr_list_lock', kind: 'spin' }),
  txTimeout: softirq('watchdog timer (softirq, tx_global_lock)', {
    lock: '$0->tx_global_lock',
    kind: 'spin',
  }),
  // netpoll polls with interrupts off; netconsole may be the only user, but poll_napi() is no softirq.
  pollController: { ...hardirq('netpoll (interrupts off)'), contexts: ['process'] },
  getStats: { ...unknown('ndo_get_stats64 (RTNL or RCU reader)'), maySleep: 'no', irqOff: 'no' },
  xdpXmit: bhOff('ndo_xdp_xmit (NAPI, BH off)'),
  packetType: softirq('packet handler (NET_RX softirq, RCU reader)'),
  protocolHandler: softirq('protocol receive handler (NET_RX softirq, RCU reader)'),
  rxHandler: softirq('rx_handler (NET_RX softirq, RCU reader)'),
  gro: softirq('GRO callback (NET_RX softirq, RCU reader)'),
  gsoSegment: reader('GSO callback (RCU reader)'),
  netfilter: { ...reader('netfilter hook (RCU reader)'), irqOff: 'no' },
  skbDestructor: unknown('skb destructor'),
  tracepoint: {
    ...reader('tracepoint probe (preemption off)'),
    contexts: ['process', 'softirq', 'hardirq'],
  },
  kprobe: {
    ...reader('kprobe handler (preemption off)'),
    contexts: ['process', 'softirq', 'hardirq'],
  },
  bpfHelper: reader('BPF program (RCU reader)'),
  bpfHelperAnywhere: unknown('BPF program (an RCU reader unless it is a sleepable one)'),
  anywhere: unknown('any context'),
} as const satisfies Readonly<Record<string, Surroundings>>;

export type SurroundingsName = keyof typeof surroundings;

/** The entry of the table, widened. */
export function surroundingsOf(name: SurroundingsName): Surroundings {
  return surroundings[name];
}
