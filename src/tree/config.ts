/**
 * Kconfig values and predefined macros: what decides `#if`.
 *
 * Order: the harness, then a `.config` (in which a name that is not there is `n`), then the defaults below, which
 * describe an ordinary x86-64 kernel with SMP and without debugging. A CONFIG_ name that nobody mentions is `n`, with
 * the origin `default`, so that reports can list it as an assumption.
 */
import type { Config } from './tree';

export interface ConfigSources {
  /** `RACE_CONFIG(CONFIG_X, y)` of the harness. */
  readonly harness?: Readonly<Record<string, string>>;
  /** The text of a `.config`. */
  readonly dotConfig?: string;
  /** Added to the documented defaults, and stronger. */
  readonly defaults?: Readonly<Record<string, string>>;
}

const on = `
64BIT X86 X86_64 MMU SMP MODULES NET INET IPV6 NETPOLL NET_POLL_CONTROLLER NETCONSOLE PROC_FS SYSFS KEYS UNIX PACKET
NETDEVICES ETHERNET NET_CORE LLC NET_RX_BUSY_POLL XPS RPS RFS_ACCEL BQL NETFILTER NET_SCHED NET_CLS NET_CLS_ACT
NET_INGRESS NET_EGRESS NET_NS NAMESPACES CGROUPS SECURITY PRINTK BUG GENERIC_BUG FUTEX EPOLL EVENTFD SIGNALFD TIMERFD
AIO SHMEM BLOCK SWAP PCI USB TTY HOTPLUG_CPU NO_HZ_COMMON HIGH_RES_TIMERS GENERIC_CLOCKEVENTS TREE_RCU TREE_SRCU SRCU
TASKS_RCU_GENERIC RCU_STALL_COMMON RCU_NEED_SEGCBLIST PREEMPT_COUNT PREEMPTION PREEMPT_RCU PREEMPT PREEMPT_BUILD
UNINLINE_SPIN_UNLOCK QUEUED_SPINLOCKS QUEUED_RWLOCKS ARCH_USE_QUEUED_SPINLOCKS ARCH_USE_QUEUED_RWLOCKS
MUTEX_SPIN_ON_OWNER RWSEM_SPIN_ON_OWNER LOCK_SPIN_ON_OWNER HAVE_CMPXCHG_DOUBLE HAVE_CMPXCHG_LOCAL ARCH_HAS_REFCOUNT
GENERIC_ATOMIC64_NONE HAVE_EFFICIENT_UNALIGNED_ACCESS JUMP_LABEL ARCH_HAS_ADD_PAGES MAC80211 CFG80211 WIRELESS WLAN
RFKILL NFC BPF BPF_SYSCALL BPF_JIT SYSCTL HAVE_ARCH_TRACEHOOK SPLIT_PTLOCK_CPUS_ON ATALK LLC2 VLAN_8021Q BRIDGE
NEED_MULTIPLE_NODES_OFF SLUB FILE_LOCKING INOTIFY_USER POSIX_TIMERS MULTIUSER SYSVIPC SCSI INPUT HWMON PM PM_SLEEP
SUSPEND CPU_FREQ ACPI DMA_ENGINE PCPU_DEV_REFCNT HAS_IOMEM HAS_DMA IOMMU_SUPPORT SERIAL_CORE SOUND SND FW_LOADER TCP_CONG_CUBIC
`;

/** Values where a plain `y` will not do, and names whose absence is worth saying. */
const valued: Readonly<Record<string, string>> = {
  CONFIG_HZ: '250',
  CONFIG_NR_CPUS: '64',
  CONFIG_NODES_SHIFT: '6',
  CONFIG_PAGE_SHIFT: '12',
  CONFIG_PGTABLE_LEVELS: '4',
  CONFIG_BASE_SMALL: '0',
  CONFIG_LOG_BUF_SHIFT: '18',
  CONFIG_MAX_SKB_FRAGS: '17',
  CONFIG_RCU_FANOUT: '64',
  CONFIG_RCU_FANOUT_LEAF: '16',
  CONFIG_X86_L1_CACHE_SHIFT: '6',
  CONFIG_ILLEGAL_POINTER_VALUE: '0xdead000000000000',
  CONFIG_SPLIT_PTLOCK_CPUS: '4',
  CONFIG_PREEMPT_RT: 'n',
  CONFIG_LOCKDEP: 'n',
  CONFIG_PROVE_LOCKING: 'n',
  CONFIG_DEBUG_LOCK_ALLOC: 'n',
  CONFIG_DEBUG_SPINLOCK: 'n',
  CONFIG_DEBUG_MUTEXES: 'n',
  CONFIG_DEBUG_LIST: 'n',
  CONFIG_KASAN: 'n',
  CONFIG_KCSAN: 'n',
  CONFIG_TINY_RCU: 'n',
  CONFIG_32BIT: 'n',
  CONFIG_X86_32: 'n',
  CONFIG_COMPAT: 'n',
};

/** What the compiler and the kernel's makefiles define, `n` for what they do not. */
const predefined: Readonly<Record<string, string>> = {
  __KERNEL__: '1',
  __ASSEMBLY__: 'n',
  __ASSEMBLER__: 'n',
  __CHECKER__: 'n',
  __GENKSYMS__: 'n',
  __cplusplus: 'n',
  __clang__: 'n',
  __GNUC__: '12',
  __GNUC_MINOR__: '2',
  __x86_64__: '1',
  __i386__: 'n',
  __LP64__: '1',
  __ILP32__: 'n',
  __linux__: '1',
  __BITS_PER_LONG: '64',
  BITS_PER_LONG: '64',
  BITS_PER_LONG_LONG: '64',
  BITS_PER_BYTE: '8',
  __SIZEOF_LONG__: '8',
  __SIZEOF_POINTER__: '8',
  __SIZEOF_INT128__: '16',
  __LITTLE_ENDIAN: '1234',
  __LITTLE_ENDIAN_BITFIELD: '1',
  __BIG_ENDIAN: 'n',
  __BIG_ENDIAN_BITFIELD: 'n',
  __CHAR_UNSIGNED__: 'n',
  __SANITIZE_ADDRESS__: 'n',
  __SANITIZE_THREAD__: 'n',
  __CHECK_ENDIAN__: 'n',
  __OPTIMIZE__: '1',
  __INTELLISENSE__: 'n',
  __DISABLE_EXPORTS: 'n',
  __BPF__: 'n',
  MODULE: 'n',
  DEBUG: 'n',
  BUILD_VDSO: 'n',
  BUILD_VDSO32: 'n',
  BUILD_VDSO32_64: 'n',
  COMPILE_OFFSETS: 'n',
  PAGE_SHIFT: '12',
  PAGE_SIZE: '4096',
  HZ: '250',
};

/** The documented defaults: `y` for these, the listed value for others, `n` for any further CONFIG_ name. */
export const defaultConfig: Readonly<Record<string, string>> = Object.freeze({
  ...Object.fromEntries(
    on
      .split(/\s+/)
      .filter(w => w !== '' && !w.endsWith('_OFF') && !w.endsWith('_NONE') && !w.endsWith('_ON'))
      .map(w => [`CONFIG_${w}`, 'y']),
  ),
  ...valued,
});

export function createConfig(sources: ConfigSources = {}): Config {
  const harness = new Map(Object.entries(sources.harness ?? {}));
  const dot = sources.dotConfig === undefined ? undefined : parseDotConfig(sources.dotConfig);
  const defaults = new Map(Object.entries({ ...defaultConfig, ...sources.defaults }));
  const find = (name: string): { readonly value: string; readonly origin: string } | undefined => {
    const given = harness.get(name);
    if (given !== undefined) return { value: given, origin: 'harness' };
    if (!name.startsWith('CONFIG_')) {
      const value = predefined[name];
      return value === undefined ? undefined : { value, origin: 'predefined' };
    }
    if (name.endsWith('_MODULE')) {
      const base = find(name.slice(0, -7));
      if (base) return { value: base.value === 'm' ? '1' : 'n', origin: base.origin };
    }
    if (dot) return { value: dot.get(name) ?? 'n', origin: '.config' };
    return { value: defaults.get(name) ?? 'n', origin: 'default' };
  };
  return { value: name => find(name)?.value, origin: name => find(name)?.origin ?? 'default' };
}

/** `CONFIG_X=y`, `# CONFIG_X is not set`. */
export function parseDotConfig(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const m of text.matchAll(/^(CONFIG_\w+)=(.*?)\r?$|^# (CONFIG_\w+) is not set/gm)) {
    if (m[1] !== undefined) values.set(m[1], (m[2] ?? '').replace(/^"(.*)"$/, '$1'));
    else if (m[3] !== undefined) values.set(m[3], 'n');
  }
  return values;
}
