/** RCU in all its flavours (consolidated), SRCU, and pointers that it protects. */
import type { Marking } from '../../ir/program';
import { constant, zero } from '../builder';
import { spanOf, temporary } from '../context';
import { boolType, fieldOf, intType, pointee, recordOf, settle, unsignedLongType } from '../types';
import type { Row, Rows } from './kit';
import {
  argument,
  assign,
  gives,
  ignored,
  named,
  nothing,
  number,
  operand,
  operation,
  sequence,
  sync,
  target,
} from './kit';

const lock = operation('rcu.lock');
const unlock = operation('rcu.unlock');
const synchronize = operation('rcu.synchronize');

/** A load of a protected pointer; outside a reader that is a finding. */
function dereference(checked: boolean): Row {
  return c => {
    const p = named(c, 0);
    const { f } = c;
    if (!p) return argument(c, 0);
    if (checked) {
      const inside = sync(f, 'in.reader', [], intType);
      const bad = f.build.binary('eq', 'i32', inside.operand, zero);
      f.build.emit({
        op: 'warn',
        condition: bad,
        finding: 'rcu-dereference-outside-reader',
        message: `${c.name}() outside an RCU reader`,
      });
    }
    return f.lowering.parts.load(f, p, 'dereference');
  };
}

const plainLoad =
  (marking: Marking): Row =>
  c => {
    const p = named(c, 0);
    return p ? c.f.lowering.parts.load(c.f, p, marking) : argument(c, 0);
  };

const assignPointer =
  (marking: Marking): Row =>
  c => {
    const p = named(c, 0);
    const e = c.arguments[1];
    if (!p || !e) return nothing;
    return c.f.lowering.parts.store(c.f, p, c.f.lowering.parts.value(c.f, e, p.type), marking);
  };

/** `kfree_rcu(p, member)`; with one argument it may sleep. */
const freeRcu: Row = c => {
  const v = argument(c, 0);
  const { f } = c;
  const member = c.arguments[1];
  if (!member) {
    sync(f, 'sleep.might', []);
    sync(f, 'rcu.synchronize', []);
    f.build.emit({ op: 'free', address: v.operand });
    return nothing;
  }
  const to = pointee(v.type);
  const record = to && recordOf(to);
  const path: string[] = [];
  for (let e = member; ;) {
    if (e.kind === 'member') {
      path.unshift(e.name);
      e = e.object;
    } else {
      if (e.kind === 'name') path.unshift(e.name);
      break;
    }
  }
  let offset = 0;
  let r = record;
  for (const name of path) {
    const field = r && fieldOf(r, name);
    offset += field?.offset ?? 0;
    r = field && settle(field.type).kind === 'record' ? recordOf(field.type) : undefined;
  }
  // kfree_rcu(NULL, rcu) does nothing.
  const yes = f.build.label();
  const no = f.build.label();
  f.build.branch(v.operand, yes, no);
  f.build.bind(yes);
  sync(f, 'rcu.free', [f.build.binary('add', 'u64', v.operand, constant(offset)), v.operand]);
  f.build.jump(no);
  f.build.bind(no);
  return nothing;
};

const srcuLock: Row = c => sync(c.f, 'srcu.lock', [operand(c, 0)], intType);

export const rcu: Rows = {
  rcu_read_lock: lock,
  __rcu_read_lock: lock,
  rcu_read_lock_dont_migrate: lock,
  rcu_read_unlock_migrate: unlock,
  rcu_read_unlock: unlock,
  __rcu_read_unlock: unlock,
  rcu_read_lock_bh: sequence(operation('bh.off'), lock),
  rcu_read_unlock_bh: sequence(unlock, operation('bh.on')),
  rcu_read_lock_sched: sequence(operation('preempt.off'), lock),
  rcu_read_unlock_sched: sequence(unlock, operation('preempt.on')),
  rcu_read_lock_sched_notrace: operation('preempt.off'),
  rcu_read_unlock_sched_notrace: operation('preempt.on'),
  rcu_read_lock_trace: lock,
  rcu_read_unlock_trace: unlock,
  rcu_read_lock_any_held: operation('in.reader', [], intType),
  rcu_read_lock_held: operation('in.reader', [], intType),
  rcu_read_lock_bh_held: operation('in.reader', [], intType),
  rcu_read_lock_sched_held: operation('in.reader', [], intType),
  rcu_is_watching: gives(1, boolType),
  synchronize_rcu: synchronize,
  synchronize_rcu_expedited: synchronize,
  synchronize_rcu_bh: synchronize,
  synchronize_sched: synchronize,
  synchronize_sched_expedited: synchronize,
  synchronize_net: synchronize,
  synchronize_rcu_tasks: synchronize,
  synchronize_rcu_tasks_trace: synchronize,
  synchronize_rcu_mult: synchronize,
  cond_synchronize_rcu: synchronize,
  cond_synchronize_rcu_expedited: synchronize,
  get_state_synchronize_rcu: gives(1, unsignedLongType),
  start_poll_synchronize_rcu: gives(1, unsignedLongType),
  poll_state_synchronize_rcu: gives(0, boolType),
  call_rcu: operation('rcu.call', [0, 1]),
  call_rcu_hurry: operation('rcu.call', [0, 1]),
  call_rcu_bh: operation('rcu.call', [0, 1]),
  call_rcu_sched: operation('rcu.call', [0, 1]),
  call_rcu_tasks: operation('rcu.call', [0, 1]),
  call_rcu_tasks_trace: operation('rcu.call', [0, 1]),
  rcu_barrier: operation('rcu.barrier'),
  rcu_barrier_bh: operation('rcu.barrier'),
  rcu_barrier_sched: operation('rcu.barrier'),
  rcu_barrier_tasks: operation('rcu.barrier'),
  rcu_barrier_tasks_trace: operation('rcu.barrier'),
  kfree_rcu: freeRcu,
  kvfree_rcu: freeRcu,
  kfree_rcu_mightsleep: freeRcu,
  kvfree_rcu_mightsleep: freeRcu,
  rcu_dereference: dereference(true),
  rcu_dereference_bh: dereference(true),
  rcu_dereference_sched: dereference(true),
  rcu_dereference_check: dereference(false),
  rcu_dereference_bh_check: dereference(false),
  rcu_dereference_sched_check: dereference(false),
  rcu_dereference_rtnl: dereference(false),
  rcu_dereference_bh_rtnl: dereference(false),
  rcu_dereference_protected: dereference(false),
  rcu_dereference_raw: dereference(false),
  rcu_dereference_raw_check: dereference(false),
  rcu_dereference_raw_notrace: dereference(false),
  rcu_dereference_all: dereference(false),
  rcu_access_pointer: plainLoad('once'),
  rtnl_dereference: plainLoad('plain'),
  unrcu_pointer: c => argument(c, 0),
  rcu_pointer_handoff: c => argument(c, 0),
  rcu_assign_pointer: assignPointer('release'),
  rcu_replace_pointer: c => {
    const p = named(c, 0);
    const e = c.arguments[1];
    const { f } = c;
    if (!p || !e) return nothing;
    const old = f.lowering.parts.load(f, p, 'plain');
    f.lowering.parts.store(f, p, f.lowering.parts.value(f, e, p.type), 'release');
    return old;
  },
  rcu_replace_pointer_rtnl: c => {
    const p = named(c, 0);
    const e = c.arguments[1];
    const { f } = c;
    if (!p || !e) return nothing;
    const old = f.lowering.parts.load(f, p, 'plain');
    f.lowering.parts.store(f, p, f.lowering.parts.value(f, e, p.type), 'release');
    return old;
  },
  RCU_INIT_POINTER: assignPointer('once'),
  rcu_swap_protected: c => {
    const p = named(c, 0);
    const q = named(c, 1);
    const { parts } = c.f.lowering;
    if (!p || !q) return nothing;
    const old = parts.load(c.f, p, 'plain');
    parts.store(c.f, p, parts.load(c.f, q), 'release');
    parts.store(c.f, q, old);
    return nothing;
  },
  RCU_LOCKDEP_WARN: ignored,
  rcu_sleep_check: ignored,
  rcu_check_sparse: ignored,
  rcu_head_init: ignored,
  init_rcu_head: ignored,
  destroy_rcu_head: ignored,
  rcu_softirq_qs: ignored,
  rcu_softirq_qs_periodic: ignored,
  rcu_all_qs: ignored,
  rcu_note_context_switch: ignored,
  rcu_momentary_dyntick_idle: ignored,
  srcu_read_lock: srcuLock,
  srcu_read_lock_nmisafe: srcuLock,
  srcu_read_lock_notrace: srcuLock,
  srcu_down_read: srcuLock,
  srcu_read_unlock: operation('srcu.unlock', [0, 1]),
  srcu_read_unlock_nmisafe: operation('srcu.unlock', [0, 1]),
  srcu_read_unlock_notrace: operation('srcu.unlock', [0, 1]),
  srcu_up_read: operation('srcu.unlock', [0, 1]),
  srcu_read_lock_held: operation('in.reader', [], intType),
  srcu_dereference: dereference(false),
  srcu_dereference_check: dereference(false),
  srcu_dereference_notrace: dereference(false),
  synchronize_srcu: operation('srcu.synchronize', [0]),
  synchronize_srcu_expedited: operation('srcu.synchronize', [0]),
  call_srcu: operation('srcu.call', [0, 1, 2]),
  srcu_barrier: operation('srcu.barrier', [0]),
  init_srcu_struct: c => {
    const p = target(c, 0);
    if (p.kind === 'memory')
      c.f.build.emit({ op: 'store', type: 'u32', address: p.address, value: zero, marking: 'initial' });
    return number(0, intType);
  },
  cleanup_srcu_struct: ignored,
};

export { assign, spanOf, temporary };
