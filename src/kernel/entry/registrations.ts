/**
 * Who calls what in which surroundings: functions that register others, members of operation tables, macros that
 * define handlers. Data; a name that is not here is followed textually (uses.ts, entry.ts).
 */
import type { SurroundingsName } from './surroundings';

type Arguments = readonly (readonly [argument: number, surroundings: SurroundingsName])[];

/** `names` separated by blanks, all with the same arguments. */
function rows(
  ...table: readonly (readonly [names: string, ...args: Arguments])[]
): ReadonlyMap<string, Arguments> {
  return new Map(table.flatMap(([names, ...args]) => names.split(' ').map(name => [name, args] as const)));
}

/** Calls (and top-level macros) that make a function run later: the argument's index and what it will run in. */
export const registrations: ReadonlyMap<string, Arguments> = rows(
  ['open_softirq', [1, 'softirq']],
  ['netif_napi_add netif_napi_add_weight netif_napi_add_tx netif_napi_add_tx_weight', [2, 'napi']],
  ['netif_napi_add_config netif_napi_add_locked netif_tx_napi_add netif_threaded_napi_add', [2, 'napi']],
  ['init_dummy_netdev_core', [1, 'napi']],
  ['tasklet_init tasklet_setup DECLARE_TASKLET DECLARE_TASKLET_DISABLED DECLARE_TASKLET_OLD', [1, 'tasklet']],
  ['timer_setup timer_setup_on_stack setup_timer DEFINE_TIMER __setup_timer TIMER_INITIALIZER', [1, 'timer']],
  ['init_timer_key __init_timer __init_timer_on_stack', [1, 'timer']],
  ['__TIMER_INITIALIZER', [0, 'timer']],
  ['wiphy_work_init', [1, 'wiphyWork']],
  ['hrtimer_setup hrtimer_setup_on_stack', [1, 'hrtimer']],
  ['call_rcu call_rcu_hurry call_rcu_flush', [1, 'rcuCallback']],
  ['call_rcu_tasks call_rcu_tasks_trace call_rcu_tasks_rude', [1, 'srcuCallback']],
  ['call_srcu', [2, 'srcuCallback']],
  [
    'INIT_WORK INIT_WORK_ONSTACK INIT_DELAYED_WORK INIT_DELAYED_WORK_ONSTACK INIT_DEFERRABLE_WORK',
    [1, 'work'],
  ],
  [
    'INIT_RCU_WORK INIT_RCU_WORK_ONSTACK DECLARE_WORK DECLARE_DELAYED_WORK DECLARE_DEFERRABLE_WORK',
    [1, 'work'],
  ],
  [
    'kthread_init_work kthread_init_delayed_work DEFINE_KTHREAD_WORK INIT_DEFERRABLE_WORK_ONSTACK',
    [1, 'work'],
  ],
  ['schedule_on_each_cpu', [0, 'work']],
  ['work_on_cpu work_on_cpu_safe smp_call_on_cpu', [1, 'work']],
  ['async_schedule async_schedule_domain async_schedule_dev', [0, 'work']],
  ['execute_in_process_context', [0, 'process']],
  ['kthread_run kthread_create kthread_create_on_node kthread_create_on_cpu kernel_thread', [0, 'kthread']],
  ['kthread_run_on_cpu user_mode_thread create_io_thread vhost_task_create', [0, 'kthread']],
  ['init_task_work', [1, 'taskWork']],
  ['request_irq request_any_context_irq request_percpu_irq __request_percpu_irq', [1, 'interrupt']],
  ['devm_request_irq pci_request_irq_handler devm_request_any_context_irq', [2, 'interrupt']],
  ['request_threaded_irq', [1, 'interrupt'], [2, 'irqThread']],
  ['devm_request_threaded_irq pci_request_irq', [2, 'interrupt'], [3, 'irqThread']],
  ['request_nmi request_percpu_nmi', [1, 'nmi']],
  ['register_nmi_handler', [1, 'nmi']],
  ['usb_fill_bulk_urb', [5, 'urb']],
  ['usb_fill_int_urb', [5, 'urb']],
  ['usb_fill_control_urb', [6, 'urb']],
  ['init_waitqueue_func_entry DEFINE_WAIT_FUNC', [1, 'wakeUp']],
  ['irq_set_chained_handler irq_set_chained_handler_and_data __irq_set_handler', [1, 'interrupt']],
  ['init_irq_work DEFINE_IRQ_WORK', [1, 'irqWork']],
  ['IRQ_WORK_INIT IRQ_WORK_INIT_HARD', [0, 'irqWork']],
  ['smp_call_function on_each_cpu', [0, 'ipi']],
  ['smp_call_function_single smp_call_function_many on_each_cpu_mask smp_call_function_any', [1, 'ipi']],
  ['on_each_cpu_cond on_each_cpu_cond_mask', [1, 'ipi']],
  ['INIT_CSD', [1, 'ipi']],
  ['stop_machine stop_machine_cpuslocked stop_machine_from_inactive_cpu', [0, 'stopMachine']],
  ['stop_one_cpu stop_one_cpu_nowait', [1, 'stopper']],
  ['stop_two_cpus', [2, 'stopper']],
  ['irq_set_handler irq_set_handler_locked __irq_set_handler_locked', [1, 'interrupt']],
  ['irq_set_chip_and_handler irq_set_chip_and_handler_name', [2, 'interrupt']],
  ['irq_domain_set_info', [5, 'interrupt']],
  ['module_init subsys_initcall fs_initcall late_initcall device_initcall core_initcall', [0, 'init']],
  [
    'postcore_initcall arch_initcall pure_initcall early_initcall console_initcall rootfs_initcall',
    [0, 'init'],
  ],
  [
    'security_initcall late_initcall_sync subsys_initcall_sync fs_initcall_sync core_initcall_sync',
    [0, 'init'],
  ],
  ['arch_initcall_sync postcore_initcall_sync device_initcall_sync', [0, 'init']],
  ['module_exit __exitcall', [0, 'exit']],
  ['__setup early_param', [1, 'init']],
  ['rtnl_register rtnl_register_module', [2, 'rtnetlink'], [3, 'rtnetlink'], [4, 'rtnetlink']],
  ['netdev_rx_handler_register', [1, 'rxHandler']],
  ['cpuhp_setup_state cpuhp_setup_state_nocalls cpuhp_setup_state_cpuslocked', [2, 'cpuhp'], [3, 'cpuhp']],
  ['cpuhp_setup_state_multi cpuhp_setup_state_nocalls_cpuslocked', [2, 'cpuhp'], [3, 'cpuhp']],
  ['devm_add_action devm_add_action_or_reset', [1, 'driver']],
  ['proc_create_single proc_create_single_data proc_create_net_single', [3, 'fileOperation']],
  ['register_reboot_notifier', [0, 'blockingNotifier']],
  [
    'DEVICE_ATTR __ATTR __ATTR_PREALLOC SENSOR_ATTR SENSOR_DEVICE_ATTR IIO_DEVICE_ATTR',
    [2, 'sysfs'],
    [3, 'sysfs'],
  ],
  ['DEVICE_ATTR_IGNORE_LOCKDEP CLASS_ATTR BUS_ATTR DRIVER_ATTR BRPORT_ATTR', [2, 'sysfs'], [3, 'sysfs']],
  ['module_param_call', [1, 'sysfs'], [2, 'sysfs']],
  ['component_add', [1, 'driver']],
);

/** Made by `TRACE_EVENT()`: they have no definition that could be read. */
export const probes = /^register_trace_\w+$/;

/** What `.type` of an nfnl_callback says of its `.call`. */
export const callbackKinds: ReadonlyMap<string, SurroundingsName> = new Map<string, SurroundingsName>([
  ['NFNL_CB_RCU', 'nfnetlinkReader'],
  ['NFNL_CB_MUTEX', 'nfnetlinkMutex'],
  ['NFNL_CB_BATCH', 'nfnetlinkBatch'],
]);

/** Calls that only pass a function on to be called at once, all these arguments: `INDIRECT_CALL_2(f, f2, f1, …)`. */
export const indirectCalls: ReadonlyMap<string, number> = new Map([
  ['INDIRECT_CALL_1', 2],
  ['INDIRECT_CALL_2', 3],
  ['INDIRECT_CALL_3', 4],
  ['INDIRECT_CALL_4', 5],
  ['INDIRECT_CALL_INET', 3],
  ['INDIRECT_CALL_INET_1', 2],
]);

/** Members by struct: each row is `struct: surroundings member member …`. */
function table(
  ...lines: readonly (readonly [struct: string, surroundings: SurroundingsName, fields: string])[]
): ReadonlyMap<string, SurroundingsName> {
  return new Map(
    lines.flatMap(([struct, s, fields]) =>
      fields.split(' ').flatMap(field => struct.split(' ').map(t => [`${t}.${field}`, s] as const)),
    ),
  );
}

/** `struct.member`, or `struct.*` for the members of a struct that are not listed. */
export const members: ReadonlyMap<string, SurroundingsName> = table(
  ['napi_struct', 'napiLocal', 'poll'],
  ['bpf_func_proto', 'bpfHelper', 'func'],
  ['netlink_kernel_cfg', 'process', 'input bind unbind'],
  ['netlink_kernel_cfg', 'anywhere', 'compare'],
  ['net_device_ops', 'rtnl', '*'],
  ['net_device_ops', 'transmit', 'ndo_start_xmit'],
  ['net_device_ops', 'selectQueue', 'ndo_select_queue ndo_features_check'],
  ['net_device_ops', 'rxMode', 'ndo_set_rx_mode'],
  ['net_device_ops', 'txTimeout', 'ndo_tx_timeout'],
  ['net_device_ops', 'pollController', 'ndo_poll_controller'],
  ['net_device_ops', 'getStats', 'ndo_get_stats64 ndo_get_stats ndo_get_offload_stats ndo_has_offload_stats'],
  ['net_device_ops', 'xdpXmit', 'ndo_xdp_xmit'],
  ['net_device_ops', 'anywhere', 'ndo_xsk_wakeup ndo_get_iflink ndo_fill_metadata_dst ndo_get_xmit_slave'],
  ['net_device_ops', 'anywhere', 'ndo_hwtstamp_get ndo_get_devlink_port ndo_get_peer_dev ndo_rx_flow_steer'],
  ['net_device_ops', 'anywhere', 'ndo_sk_get_lower_dev ndo_get_phys_port_id ndo_get_port_parent_id'],
  ['net_device_ops', 'anywhere', 'ndo_get_phys_port_name ndo_neigh_construct ndo_neigh_destroy ndo_setup_tc'],
  ['net_device_ops', 'anywhere', 'ndo_change_rx_flags ndo_fdb_get ndo_mdb_get'],
  ['ethtool_ops', 'ethtool', '*'],
  ['rtnl_link_ops', 'rtnetlink', '*'],
  ['rtnl_link_ops', 'anywhere', 'get_size get_xstats_size fill_xstats get_num_tx_queues get_num_rx_queues'],
  ['rtnl_af_ops', 'rtnetlink', 'validate_link_af set_link_af'],
  ['Qdisc_ops', 'qdiscData', 'enqueue dequeue peek'],
  ['Qdisc_ops', 'qdiscTree', 'init destroy change attach change_tx_queue_len dump dump_stats'],
  ['Qdisc_class_ops', 'qdiscTree', 'select_queue graft leaf find change delete walk tcf_block bind_tcf'],
  ['Qdisc_class_ops', 'qdiscTree', 'unbind_tcf dump dump_stats'],
  ['tcf_proto_ops', 'classify', 'classify'],
  ['tc_action_ops', 'classify', 'act'],
  ['genl_ops genl_small_ops genl_split_ops', 'genl', 'doit'],
  ['genl_ops genl_small_ops genl_split_ops', 'genlDump', 'dumpit start done'],
  ['genl_family', 'genl', 'pre_doit post_doit'],
  ['rtnl_link', 'rtnetlink', 'doit dumpit'],
  ['netlink_dump_control', 'process', 'start dump done'],
  ['netlink_callback', 'process', 'dump done'],
  ['pernet_operations', 'pernet', 'init exit pre_exit exit_batch'],
  ['packet_type', 'packetType', 'func list_func'],
  ['packet_offload', 'gro', 'gro_receive gro_complete'],
  ['offload_callbacks', 'gro', 'gro_receive gro_complete'],
  ['offload_callbacks', 'gsoSegment', 'gso_segment'],
  ['net_protocol inet6_protocol', 'protocolHandler', 'handler err_handler'],
  [
    'xfrm4_protocol xfrm6_protocol xfrm_tunnel xfrm6_tunnel',
    'protocolHandler',
    'handler err_handler cb_handler',
  ],
  ['gre_protocol', 'protocolHandler', 'handler err_handler'],
  ['dst_entry', 'packetType', 'input'],
  ['udp_tunnel_sock_cfg udp_sock', 'protocolHandler', 'encap_rcv encap_err_rcv encap_err_lookup gro_receive'],
  ['inet_frags', 'timer', 'frag_expire'],
  ['wiphy_work', 'wiphyWork', 'func'],
  ['gpio_irq_chip', 'interrupt', 'handler'],
  ['tty_port_operations tty_operations', 'fileOperation', '*'],
  ['nf_hook_ops', 'netfilter', 'hook'],
  ['xt_target', 'netfilter', 'target'],
  ['xt_match', 'netfilter', 'match'],
  ['nft_expr_ops', 'netfilter', 'eval'],
  [
    'proto_ops',
    'socketOperation',
    'release bind connect socketpair accept getname ioctl compat_ioctl gettstamp',
  ],
  [
    'proto_ops',
    'socketOperation',
    'listen shutdown setsockopt getsockopt sendmsg recvmsg mmap sendpage poll',
  ],
  ['proto_ops', 'socketOperation', 'splice_read set_peek_off'],
  [
    'proto',
    'socketOperation',
    'connect pre_connect disconnect accept ioctl setsockopt getsockopt sendmsg recvmsg sendpage close',
  ],
  ['net_proto_family', 'socketOperation', 'create'],
  ['file_operations proc_ops', 'fileOperation', '*'],
  [
    'proc_ops',
    'fileOperation',
    'proc_open proc_read proc_write proc_release proc_poll proc_ioctl proc_lseek',
  ],
  ['ctl_table', 'sysctl', 'proc_handler'],
  ['device_attribute kobj_attribute bus_attribute class_attribute driver_attribute', 'sysfs', 'show store'],
  ['netdev_queue_attribute rx_queue_attribute brport_attribute module_attribute', 'sysfs', 'show store'],
  ['kernel_param_ops', 'sysfs', 'set get'],
  ['sysfs_ops', 'sysfs', 'show store'],
  ['pci_driver platform_driver usb_driver virtio_driver', 'driver', 'probe remove shutdown suspend resume'],
  ['usb_driver', 'driver', 'disconnect pre_reset post_reset reset_resume'],
  ['virtio_driver', 'driver', 'freeze restore validate scan'],
  ['dev_pm_ops', 'driver', 'suspend resume freeze thaw poweroff restore prepare complete'],
  ['dev_pm_ops', 'driver', 'suspend_late resume_early runtime_suspend runtime_resume runtime_idle'],
  ['pci_error_handlers', 'driver', 'error_detected mmio_enabled slot_reset resume'],
  ['i2c_driver spi_driver mdio_driver phy_driver bus_type device_driver', 'driver', 'probe remove shutdown'],
  ['phy_driver', 'driver', '*'],
  ['usb_gadget_driver', 'driver', 'bind unbind'],
  ['syscore_ops', 'suspendLate', 'suspend resume'],
  [
    'super_operations',
    'fileOperation',
    'alloc_inode evict_inode put_super sync_fs freeze_fs unfreeze_fs statfs',
  ],
  ['super_operations', 'fileOperation', 'remount_fs umount_begin show_options write_inode'],
  ['inode_operations', 'ofDirectory', 'create link symlink mkdir mknod'],
  ['inode_operations', 'inDirectory', 'unlink rmdir'],
  ['inode_operations', 'lookup', 'lookup'],
  ['inode_operations', 'rename', 'rename'],
  ['inode_operations', 'setAttributes', 'setattr'],
  ['inode_operations', 'fileOperation', 'getattr listxattr fiemap tmpfile fileattr_get'],
  ['fs_context_operations', 'fileOperation', '*'],
  ['file_system_type', 'fileOperation', 'mount kill_sb init_fs_context'],
  ['kthread_worker', 'kthread', 'task'],
  [
    'cgroup_subsys',
    'fileOperation',
    'css_alloc css_online css_offline css_free css_released can_attach attach',
  ],
  ['cftype', 'fileOperation', '*'],
  ['ieee80211_ops', 'process', 'start stop add_interface remove_interface config'],
  ['cfg80211_ops', 'rtnl', 'add_virtual_intf del_virtual_intf change_virtual_intf'],
  ['ftrace_ops', 'tracepoint', 'func'],
  ['kprobe kretprobe', 'kprobe', 'pre_handler post_handler handler entry_handler'],
  ['irq_desc irq_chip_type msi_domain_info irq_chip_regs', 'interrupt', 'handle_irq handler'],
  ['cpu_stop_work', 'stopper', 'fn'],
  ['irq_work', 'irqWork', 'func'],
  ['urb', 'urb', 'complete'],
  ['wait_queue_entry', 'wakeUp', 'func'],
  ['work_struct', 'work', 'func'],
  ['rcu_head callback_head', 'rcuCallback', 'func'],
  ['timer_list', 'timer', 'function'],
  ['hrtimer', 'hrtimer', 'function'],
  ['irqaction', 'interrupt', 'handler'],
  ['irqaction', 'irqThread', 'thread_fn'],
  ['clock_event_device', 'interrupt', 'event_handler'],
  ['smp_hotplug_thread', 'kthread', 'thread_fn setup cleanup park unpark create'],
);

/** What the driver core calls of every `…_driver`, in process context. */
export const driverMembers: ReadonlySet<string> = new Set(
  'probe remove shutdown suspend resume freeze thaw restore add_dev remove_dev bind unbind'.split(' '),
);

/** Members whose name alone says enough, in tables of a struct that is not known. */
export const telling: ReadonlyMap<string, SurroundingsName> = new Map(
  [...members].flatMap(([key, s]) => {
    const [struct, field = ''] = key.split('.');
    return /^ndo_/.test(field) && struct === 'net_device_ops' ? [[field, s] as const] : [];
  }),
);

/** What functions of a `notifier_block` are called in, by the function that registers the block. */
export const notifiers: ReadonlyMap<string, SurroundingsName> = new Map<string, SurroundingsName>([
  ['register_netdevice_notifier', 'netdevNotifier'],
  ['register_netdevice_notifier_net', 'netdevNotifier'],
  ['register_netdevice_notifier_dev_net', 'netdevNotifier'],
  ['register_inetaddr_notifier', 'netdevNotifier'],
  ['register_inetaddr_validator_notifier', 'netdevNotifier'],
  ['register_inet6addr_validator_notifier', 'netdevNotifier'],
  ['register_inet6addr_notifier', 'atomicNotifier'],
  ['register_netevent_notifier', 'atomicNotifier'],
  ['register_fib_notifier', 'atomicNotifier'],
  ['register_switchdev_notifier', 'atomicNotifier'],
  ['register_switchdev_blocking_notifier', 'netdevNotifier'],
  ['register_reboot_notifier', 'blockingNotifier'],
  ['register_pm_notifier', 'blockingNotifier'],
  ['register_module_notifier', 'blockingNotifier'],
  ['register_memory_notifier', 'blockingNotifier'],
  ['register_restart_handler', 'atomicNotifier'],
  ['register_die_notifier', 'atomicNotifier'],
  ['register_keyboard_notifier', 'atomicNotifier'],
  ['register_netlink_notifier', 'blockingNotifier'],
  ['netlink_register_notifier', 'blockingNotifier'],
  ['atomic_notifier_chain_register', 'atomicNotifier'],
  ['blocking_notifier_chain_register', 'blockingNotifier'],
  ['srcu_notifier_chain_register', 'blockingNotifier'],
  ['raw_notifier_chain_register', 'anywhere'],
]);

/** Macros that define a function with the body behind them, by the shape of the name. */
export const definers: readonly (readonly [name: RegExp, surroundings: SurroundingsName])[] = [
  [/^(?:COMPAT_)?SYSCALL(?:32)?_DEFINE\d$/, 'systemCall'],
];

/** Top-level macros that only name a function. */
export const harmless =
  /^(?:EXPORT_|MODULE_|BTF_|NOKPROBE_SYMBOL|ALLOW_ERROR_INJECTION|INDIRECT_CALLABLE_DECLARE|DECLARE_|ASYNC_|STACK_FRAME|KSYM|late_time_init|TRACE_EVENT|DEFINE_EVENT|DEFINE_STATIC_KEY|KUNIT_CASE|LSM_HOOK_INIT$)/;

/** Calls that only print or trace a function that they are given, or compare with it. */
export const looks =
  /^(?:trace_|__?trace|pr_|printk|_printk|dev_(?:err|warn|info|dbg|notice)|netdev_(?:err|warn|info|dbg)|WARN|BUG|DEBUG_|VM_|seq_printf|snprintf|sprintf|scnprintf|likely|unlikely|lockdep_|kallsyms|dereference_function_descriptor|is_|sizeof|typeof|__builtin_|static_call_query|MODULE_|BUILD_BUG|TIMER_HINT|__SYSCALL|__SC_)/;

/** How names of softirq vectors read. */
export const vectors: Readonly<Record<string, string>> = {
  HI_SOFTIRQ: 'HI softirq',
  TIMER_SOFTIRQ: 'TIMER softirq',
  NET_TX_SOFTIRQ: 'NET_TX softirq',
  NET_RX_SOFTIRQ: 'NET_RX softirq',
  BLOCK_SOFTIRQ: 'BLOCK softirq',
  IRQ_POLL_SOFTIRQ: 'IRQ_POLL softirq',
  TASKLET_SOFTIRQ: 'TASKLET softirq',
  SCHED_SOFTIRQ: 'SCHED softirq',
  HRTIMER_SOFTIRQ: 'HRTIMER softirq',
  RCU_SOFTIRQ: 'RCU softirq',
};
