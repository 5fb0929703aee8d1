/** What does nothing here: printing, tracing, statistics, randomness, module bookkeeping; and WARN, BUG, the RACE_ words. */
import { spanOf, temporary, fold } from '../context';
import { zero } from '../builder';
import type { Value } from '../context';
import { truth } from '../operators';
import { boolType, intType, isAggregate, longType, scalarOf, unsignedLongType, unsignedType } from '../types';
import type { Call, Row, Rows } from './kit';
import { argument, evaluated, gives, ignored, nothing, number } from './kit';

/** `WARN_ON(condition)`: a finding; the value is the condition. */
const warn: Row = c => {
  const { f } = c;
  const v = argument(c, 0);
  const t = truth(f, v);
  const e = c.arguments[0];
  const span = e && spanOf(e);
  const text = span ? fold(f.lowering.world.text(span.file, span.start, span.end)) : '';
  f.build.emit({ op: 'warn', condition: t, finding: 'warning', message: `${c.name}(${text})` });
  return { type: intType, operand: f.build.convert(t, 'u8', 'i32') };
};

const message = (c: Call): string => {
  const e = c.arguments[0];
  const span = e && spanOf(e);
  return span ? `${c.name}(${fold(c.f.lowering.world.text(span.file, span.start, span.end))})` : c.name;
};

const bug: Row = c => {
  const { f } = c;
  const t = truth(f, argument(c, 0));
  const good = f.build.binary('eq', 'u8', t, zero);
  f.build.emit({ op: 'assert', condition: good, fault: 'assertion', message: message(c) });
  return nothing;
};

const stop: Row = c => {
  c.f.build.emit({ op: 'assert', condition: zero, fault: 'assertion', message: `${c.name}()` });
  return nothing;
};

const assert: Row = c => {
  const { f } = c;
  const v = argument(c, 0);
  if (isAggregate(v.type)) return nothing;
  f.build.emit({ op: 'assert', condition: truth(f, v), fault: 'assertion', message: message(c) });
  return nothing;
};

const choose: Row = c => {
  const { f } = c;
  const e = c.arguments[0];
  const n = e && f.lowering.parts.constant(f, e);
  if (typeof n !== 'number' || n < 1 || n > 1024) {
    f.lowering.problem('RACE_CHOOSE needs a constant from 1 to 1024', spanOf(c.node));
    return number(0, intType);
  }
  const t = temporary(f, 'i32');
  f.build.emit({ op: 'choose', to: t.register, count: n });
  return { type: intType, operand: t.operand };
};

function unknown(c: Call, type: Value['type'], message: string): Value {
  const t = temporary(c.f, scalarOf(type));
  const assumption = c.f.lowering.assumption('unknown-value', message, spanOf(c.node));
  c.f.build.emit({ op: 'unknown', to: t.register, type: scalarOf(type), assumption });
  return { type, operand: t.operand };
}

export const prints: Rows = {
  RACE_ASSERT: assert,
  RACE_CHOOSE: choose,
  WARN_ON: warn,
  WARN_ON_ONCE: warn,
  WARN_ON_SMP: warn,
  WARN_ON_FUNCTION_MISMATCH: ignored,
  WARN: warn,
  WARN_ONCE: warn,
  WARN_TAINT: warn,
  WARN_TAINT_ONCE: warn,
  WARN_RATELIMIT: warn,
  DEBUG_NET_WARN_ON_ONCE: warn,
  DEBUG_NET_WARN_ONCE: warn,
  VM_WARN_ON: warn,
  VM_WARN_ON_ONCE: warn,
  VM_BUG_ON: bug,
  VM_BUG_ON_PAGE: ignored,
  DEBUG_LOCKS_WARN_ON: warn,
  SCHED_WARN_ON: warn,
  KUNIT_ASSERT_TRUE: ignored,
  BUG_ON: bug,
  BUG: stop,
  panic: stop,
  dump_stack: ignored,
  show_stack: ignored,
  printk: ignored,
  _printk: ignored,
  vprintk: ignored,
  printk_deferred: ignored,
  no_printk: ignored,
  trace_printk: ignored,
  seq_printf: ignored,
  seq_puts: ignored,
  seq_putc: ignored,
  snprintf: gives(0, intType),
  scnprintf: gives(0, intType),
  sprintf: gives(0, intType),
  vsnprintf: gives(0, intType),
  vscnprintf: gives(0, intType),
  sysfs_emit: gives(0, intType),
  net_ratelimit: gives(0, intType),
  printk_ratelimit: gives(0, intType),
  __ratelimit: gives(0, intType),
  ___ratelimit: gives(0, intType),
  add_taint: ignored,
  add_device_randomness: ignored,
  add_interrupt_randomness: ignored,
  uevent_noop: ignored,
  kobject_uevent: gives(0, intType),
  kobject_uevent_env: gives(0, intType),
  MODULE_LICENSE: ignored,
  EXPORT_SYMBOL: ignored,
  __module_get: ignored,
  module_put: ignored,
  try_module_get: gives(1, boolType),
  kmsan_unpoison_memory: ignored,
  kasan_check_write: ignored,
  kasan_check_read: ignored,
  instrument_atomic_read: ignored,
  instrument_atomic_write: ignored,
  instrument_atomic_read_write: ignored,
  kcsan_check_access: ignored,
  ASSERT_EXCLUSIVE_WRITER: ignored,
  ASSERT_EXCLUSIVE_ACCESS: ignored,
  ASSERT_EXCLUSIVE_BITS: ignored,
  debug_object_init: ignored,
  debug_object_activate: gives(0, intType),
  trace_hardirqs_on: ignored,
  trace_hardirqs_off: ignored,
  ref_tracker_alloc: gives(0, intType),
  ref_tracker_free: gives(0, intType),
  netdev_tracker_alloc: ignored,
  netdev_tracker_free: ignored,
  netns_tracker_alloc: ignored,
  netns_tracker_free: ignored,
  busy_clock: c => unknown(c, unsignedLongType, 'the clock'),
  // Time stands still unless a timeout is involved.
  ktime_get: gives(0, longType),
  ktime_get_real: gives(0, longType),
  ktime_get_boottime: gives(0, longType),
  ktime_get_ns: gives(0, unsignedLongType),
  ktime_get_real_seconds: gives(0, longType),
  ktime_get_seconds: gives(0, longType),
  ktime_get_real_ts64: ignored,
  ktime_get_ts64: ignored,
  local_clock: gives(0, unsignedLongType),
  sched_clock: gives(0, unsignedLongType),
  get_jiffies_64: gives(1000, unsignedLongType),
  get_cycles: gives(0, unsignedLongType),
  // Statistics read what they count for, then do nothing.
  SNMP_INC_STATS: evaluated,
  __SNMP_INC_STATS: evaluated,
  SNMP_DEC_STATS: evaluated,
  SNMP_ADD_STATS: evaluated,
  __SNMP_ADD_STATS: evaluated,
  SNMP_INC_STATS64: evaluated,
  __SNMP_INC_STATS64: evaluated,
  SNMP_ADD_STATS64: evaluated,
  __SNMP_ADD_STATS64: evaluated,
  SNMP_UPD_PO_STATS: evaluated,
  SNMP_UPD_PO_STATS64: evaluated,
  __SNMP_UPD_PO_STATS: evaluated,
  __SNMP_UPD_PO_STATS64: evaluated,
  SNMP_INC_STATS_ATOMIC_LONG: evaluated,
  u64_stats_init: ignored,
  u64_stats_update_begin: ignored,
  u64_stats_update_end: ignored,
  u64_stats_fetch_begin: gives(0, intType),
  u64_stats_fetch_retry: gives(0, boolType),
};

/** A register of a device: what it says is up to the device. */
const register: Row = c => {
  c.arguments.forEach(a => c.f.lowering.parts.effect(c.f, a));
  const bits = /(?:q|64(?:be)?)(?:_relaxed)?$/.test(c.name) ? unsignedLongType : unsignedType;
  return unknown(c, bits, `${c.name}(): what a register of the device says is unknown`);
};

/** Names by pattern, for what has hundreds of members. */
const patterns: readonly (readonly [RegExp, Row])[] = [
  [/^trace_\w+_enabled$/, gives(0, boolType)],
  [/^(?:__raw_)?read[bwlq](?:_relaxed)?$|^ioread(?:8|16|32|64)(?:be)?$|^in[bwl](?:_p)?$/, register],
  [/^(?:__raw_)?write[bwlq](?:_relaxed)?$|^iowrite(?:8|16|32|64)(?:be)?$|^out[bwl](?:_p)?$/, evaluated],
  [/^(?:do_)?trace_\w+$/, ignored],
  [
    /^(?:pr|dev|netdev|netif|net|wiphy|ibdev|usb|sdev|ata|drm|nd|acpi|xhci|ehci|oxu|hid|pci|cpu)_(?:emerg|alert|crit|err|warn|warning|notice|info|cont|dbg|debug|devel|vdbg|info_ratelimited|level)(?:_once|_ratelimited|_debug)?$/,
    ignored,
  ],
  [/^(?:pr|dev|netdev|net|netif)_\w*_(?:once|ratelimited)$/, ignored],
  [
    /^(?:pr_fmt|printk_\w+|dynamic_\w+_dbg|\w+_dbg|dprintk|DPRINTK|nfc_dbg|bt_dev_\w+|BT_(?:DBG|ERR|INFO|WARN)|LLC_\w*DBG|pr_\w+_hex_dump)$/,
    ignored,
  ],
  [/^print_hex_dump\w*$|^hex_dump\w*$|^seq_\w*_print\w*$/, ignored],
  [/^kasan_\w+$|^kmsan_\w+$|^kcsan_\w+$|^kmemleak_\w+$|^debug_object_\w+$|^lockdep_assert_\w+$/, ignored],
  [/^audit_\w+$|^perf_\w+_event$|^dump_\w+_state$|^psi_\w+$|^delayacct_\w+$/, ignored],
  [/^led_trigger_\w+$|^ledtrig_\w+$/, ignored],
];

export function patternRow(name: string): Row | undefined {
  return patterns.find(([p]) => p.test(name))?.[1];
}
