/** Work items and timers, softirqs, interrupts of drivers. The engine keeps their state in the cell at their address. */
import { constant, zero } from '../builder';
import type { Operand } from '../../ir/program';
import { boolType, fieldOf, intType, recordOf, unsignedLongType } from '../types';
import type { Call, Row, Rows } from './kit';
import { argument, gives, ignored, nothing, number, operand, operation, sequence, sync, target } from './kit';

/** The work_struct inside a delayed_work (its first member). */
const work = (c: Call, i: number): Operand => operand(c, i);

function storeField(c: Call, i: number, name: string, value: Operand): void {
  const { f } = c;
  const p = target(c, i);
  const record = p.kind === 'memory' ? recordOf(p.type) : undefined;
  if (!record?.body()) return;
  const field = fieldOf(record, name);
  if (!field || p.kind !== 'memory') return;
  f.lowering.parts.store(
    f,
    {
      kind: 'memory',
      address: f.build.binary('add', 'u64', p.address, constant(field.offset)),
      type: field.type,
    },
    { type: field.type, operand: value },
    'initial',
  );
}

const initWork: Row = c => {
  const fn = operand(c, 1);
  sync(c.f, 'work.init', [work(c, 0), fn]);
  storeField(c, 0, 'func', fn);
  return nothing;
};

const queue =
  (at: number, queueArgument: number | undefined, cpuArgument: number | undefined): Row =>
  c =>
    sync(
      c.f,
      'work.queue',
      [
        work(c, at),
        queueArgument === undefined ? zero : operand(c, queueArgument),
        cpuArgument === undefined ? constant(-1) : operand(c, cpuArgument, 'i64'),
      ],
      boolType,
    );

const delayed =
  (
    name: 'work.queueDelayed' | 'work.modDelayed',
    at: number,
    queueArgument: number | undefined,
    delay: number,
  ): Row =>
  c =>
    sync(
      c.f,
      name,
      [work(c, at), queueArgument === undefined ? zero : operand(c, queueArgument), operand(c, delay, 'i64')],
      boolType,
    );

const setupTimer: Row = c => {
  const fn = operand(c, 1);
  sync(c.f, 'timer.init', [operand(c, 0), fn]);
  storeField(c, 0, 'function', fn);
  return nothing;
};

/** mod_timer(timer, expires): when it fires is open. */
const modify: Row = c => {
  argument(c, 1);
  return sync(c.f, 'timer.modify', [operand(c, 0), constant(-1)], intType);
};

/**
 * A call about an interrupt line: a bundled body, if threads of the harness serve interrupts. Otherwise no handler is
 * known that could run.
 */
const line =
  (name: string, at: readonly number[]): Row =>
  c => {
    const { interrupts, parts } = c.f.lowering;
    interrupts.note('line');
    const arguments_ = at.flatMap(i => c.arguments[i] ?? []);
    if (!interrupts.served) arguments_.forEach(a => parts.effect(c.f, a));
    else
      parts.value(c.f, {
        ...c.node,
        kind: 'call',
        callee: { ...c.node, kind: 'name', name },
        arguments: arguments_,
      });
    return nothing;
  };

const giveBack = (irq: number, dev: number): Row =>
  sequence(operation('sleep.might'), line('__race_irq_free', [irq, dev]));

const ask =
  (irq: number, dev: number): Row =>
  c => {
    c.f.lowering.interrupts.note('asked');
    line('__race_irq_request', [irq, dev])(c);
    return number(0, intType);
  };

export const workAndTimers: Rows = {
  INIT_WORK: initWork,
  __INIT_WORK: initWork,
  INIT_WORK_ONSTACK: initWork,
  INIT_DELAYED_WORK: initWork,
  INIT_DELAYED_WORK_ONSTACK: initWork,
  INIT_DEFERRABLE_WORK: initWork,
  INIT_RCU_WORK: initWork,
  __INIT_DELAYED_WORK: initWork,
  PREPARE_WORK: initWork,
  schedule_work: queue(0, undefined, undefined),
  schedule_work_on: queue(1, undefined, 0),
  queue_work: queue(1, 0, undefined),
  queue_work_on: queue(2, 1, 0),
  queue_work_node: queue(2, 1, undefined),
  schedule_delayed_work: delayed('work.queueDelayed', 0, undefined, 1),
  schedule_delayed_work_on: delayed('work.queueDelayed', 1, undefined, 2),
  queue_delayed_work: delayed('work.queueDelayed', 1, 0, 2),
  queue_delayed_work_on: delayed('work.queueDelayed', 2, 1, 3),
  mod_delayed_work: delayed('work.modDelayed', 1, 0, 2),
  mod_delayed_work_on: delayed('work.modDelayed', 2, 1, 3),
  cancel_work: operation('work.cancel', [0], boolType),
  cancel_delayed_work: operation('work.cancel', [0], boolType),
  cancel_work_sync: operation('work.cancelSync', [0], boolType),
  cancel_delayed_work_sync: operation('work.cancelSync', [0], boolType),
  disable_work_sync: operation('work.cancelSync', [0], boolType),
  disable_delayed_work_sync: operation('work.cancelSync', [0], boolType),
  flush_work: operation('work.flush', [0], boolType),
  flush_delayed_work: operation('work.flush', [0], boolType),
  flush_workqueue: operation('work.flushQueue', [0]),
  drain_workqueue: operation('work.flushQueue', [0]),
  destroy_workqueue: operation('work.flushQueue', [0]),
  flush_scheduled_work: operation('work.flushQueue', [{ is: 0 }]),
  work_pending: operation('work.pending', [0], intType),
  delayed_work_pending: operation('work.pending', [0], intType),
  work_busy: operation('work.pending', [0], intType),
  destroy_work_on_stack: ignored,
  destroy_delayed_work_on_stack: ignored,
  timer_setup: setupTimer,
  timer_setup_on_stack: setupTimer,
  __init_timer: setupTimer,
  setup_timer: c => {
    setupTimer(c);
    storeField(c, 0, 'data', operand(c, 2));
    return nothing;
  },
  destroy_timer_on_stack: ignored,
  mod_timer: modify,
  mod_timer_pending: c => {
    const p = sync(c.f, 'timer.pending', [operand(c, 0)], intType);
    const { f } = c;
    const yes = f.build.label();
    const no = f.build.label();
    f.build.branch(p.operand, yes, no);
    f.build.bind(yes);
    sync(f, 'timer.modify', [operand(c, 0), constant(-1)], intType);
    f.build.jump(no);
    f.build.bind(no);
    return p;
  },
  timer_reduce: modify,
  add_timer: c => (sync(c.f, 'timer.modify', [operand(c, 0), constant(-1)], intType), nothing),
  add_timer_local: c => (sync(c.f, 'timer.modify', [operand(c, 0), constant(-1)], intType), nothing),
  add_timer_on: c => (sync(c.f, 'timer.modify', [operand(c, 0), operand(c, 1, 'i64')], intType), nothing),
  del_timer: operation('timer.delete', [0], intType),
  timer_delete: operation('timer.delete', [0], intType),
  try_to_del_timer_sync: operation('timer.tryDelete', [0], intType),
  del_timer_sync: operation('timer.deleteSync', [0], intType),
  timer_delete_sync: operation('timer.deleteSync', [0], intType),
  timer_shutdown: operation('timer.delete', [0], intType),
  timer_shutdown_sync: operation('timer.deleteSync', [0], intType),
  del_singleshot_timer_sync: operation('timer.deleteSync', [0], intType),
  timer_pending: operation('timer.pending', [0], intType),
  hrtimer_active: c => {
    const pending = sync(c.f, 'timer.pending', [operand(c, 0)], boolType);
    const running = sync(c.f, 'timer.running', [operand(c, 0)], boolType);
    return {
      type: boolType,
      operand: c.f.build.binary('or', 'i32', pending.operand, running.operand),
    };
  },
  hrtimer_is_queued: operation('timer.pending', [0], boolType),
  hrtimer_callback_running: operation('timer.running', [0], boolType),
  hrtimer_setup: setupTimer,
  hrtimer_start: c => (startHrtimer(c), nothing),
  hrtimer_start_range_ns: c => (startHrtimer(c), nothing),
  hrtimer_cancel: operation('timer.deleteSync', [0], intType),
  hrtimer_try_to_cancel: operation('timer.tryDelete', [0], intType),
  hrtimer_forward: gives(1, unsignedLongType),
  hrtimer_forward_now: gives(1, unsignedLongType),
  synchronize_irq: sequence(operation('sleep.might'), line('__race_irq_wait', [0])),
  synchronize_hardirq: sequence(line('__race_irq_wait', [0]), gives(1, boolType)),
  disable_irq: sequence(operation('sleep.might'), line('__race_irq_mask', [0]), line('__race_irq_wait', [0])),
  disable_hardirq: sequence(line('__race_irq_mask', [0]), line('__race_irq_wait', [0]), gives(1, boolType)),
  disable_irq_nosync: line('__race_irq_mask', [0]),
  enable_irq: line('__race_irq_unmask', [0]),
  free_irq: giveBack(0, 1),
  devm_free_irq: giveBack(1, 2),
  request_irq: ask(0, 4),
  request_threaded_irq: ask(0, 5),
  request_any_context_irq: ask(0, 4),
  devm_request_irq: ask(1, 5),
  devm_request_threaded_irq: ask(1, 6),
  devm_request_any_context_irq: ask(1, 5),
  __race_irqs_asked: c => number(c.f.lowering.interrupts.asked ? 1 : 0, intType),
  __race_irq_later: operation('irq.later'),
  __race_irq_resume: operation('irq.resume'),
  __race_raise: operation('softirq.raise', [0, 1]),
  __race_work_init: initWork,
  raise_softirq: ignored,
  raise_softirq_irqoff: ignored,
  __raise_softirq_irqoff: ignored,
  round_jiffies: c => argument(c, 0),
  round_jiffies_relative: c => argument(c, 0),
  round_jiffies_up: c => argument(c, 0),
};

/** An hrtimer's function is stored in the struct by the driver: bound when it is started. */
function startHrtimer(c: Call): void {
  const { f } = c;
  const p = target(c, 0);
  const record = p.kind === 'memory' ? recordOf(p.type) : undefined;
  const field = record?.body() ? fieldOf(record, 'function') : undefined;
  const address = operand(c, 0);
  if (field && p.kind === 'memory') {
    const fn = f.lowering.parts.load(f, {
      kind: 'memory',
      address: f.build.binary('add', 'u64', p.address, constant(field.offset)),
      type: field.type,
    });
    sync(f, 'timer.init', [address, fn.operand]);
  }
  sync(f, 'timer.modify', [address, constant(-1)], intType);
}
