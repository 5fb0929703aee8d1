/** Task state and schedule(), wait queues, completions, kthreads, wake-ups. wait_event() itself is C text in the model header. */
import { constant, one, zero } from '../builder';
import type { Operand } from '../../ir/program';
import type { Expression } from '../c/ast';
import {
  boolType,
  fieldOf,
  intType,
  longType,
  recordOf,
  scalarOf,
  unsignedLongType,
  voidPointer,
} from '../types';
import { temporary } from '../context';
import type { Value } from '../context';
import type { Call, Row, Rows } from './kit';
import { argument, gives, ignored, nothing, number, operand, operation, sequence, sync, target } from './kit';
import { initialise } from './locks';

const MAX_SCHEDULE_TIMEOUT = 0x7fffffffffffffffn;

/** A timeout of MAX_SCHEDULE_TIMEOUT never fires: -1 for the engine. */
function timeoutOf(c: Call, v: Value): Operand {
  const wide = c.f.build.convert(v.operand, scalarOf(v.type), 'i64');
  const known = c.f.build.known(wide);
  if (known.kind === 'constant') return known.value === MAX_SCHEDULE_TIMEOUT ? constant(-1) : known;
  const never = c.f.build.binary('eq', 'i64', wide, constant(MAX_SCHEDULE_TIMEOUT));
  const t = c.f.build.register('i64');
  const yes = c.f.build.label();
  const no = c.f.build.label();
  c.f.build.copy(t, wide);
  c.f.build.branch(never, yes, no);
  c.f.build.bind(yes);
  c.f.build.copy(t, constant(-1));
  c.f.build.jump(no);
  c.f.build.bind(no);
  return { kind: 'register', register: t };
}

const setState: Row = c => sync(c.f, 'task.setState', [operand(c, 0, 'i64')]);

const scheduleTimeout =
  (state: number | undefined): Row =>
  c => {
    const t = timeoutOf(c, argument(c, 0));
    if (state !== undefined) sync(c.f, 'task.setState', [constant(state)]);
    return sync(c.f, 'task.schedule', [t], longType);
  };

/** The remaining time of a finite timeout is not modelled further than "at least 1". */
const completionWait =
  (timeout: boolean, interruptible: boolean): Row =>
  c => {
    const time = timeout ? timeoutOf(c, argument(c, 1)) : constant(-1);
    const v = sync(c.f, 'completion.wait', [operand(c, 0), time, constant(interruptible ? 1 : 0)], longType);
    if (timeout) return { ...v, type: interruptible ? longType : unsignedLongType };
    return interruptible
      ? {
          type: intType,
          operand:
            c.f.build.binary('lt', 'i64', v.operand, zero).kind === 'constant' ? zero : interrupted(c, v),
        }
      : nothing;
  };

/** wait_for_completion_interruptible: 0 or -ERESTARTSYS. */
function interrupted(c: Call, v: Value): Operand {
  const negative = c.f.build.binary('lt', 'i64', v.operand, zero);
  const t = c.f.build.register('i32');
  const yes = c.f.build.label();
  const no = c.f.build.label();
  c.f.build.copy(t, zero);
  c.f.build.branch(negative, yes, no);
  c.f.build.bind(yes);
  c.f.build.copy(t, c.f.build.convert(v.operand, 'i64', 'i32'));
  c.f.build.jump(no);
  c.f.build.bind(no);
  return { kind: 'register', register: t };
}

/** A wait queue entry remembers its queue only in the engine; entries with a function of their own need the real bodies. */
const prepare =
  (exclusive: boolean): Row =>
  c => {
    sync(c.f, 'wait.prepare', [operand(c, 0), operand(c, 2, 'i64'), constant(exclusive ? 1 : 0), zero]);
    return number(0, longType);
  };

/**
 * add_wait_queue(queue, entry): without touching the task's state. Of an entry with woken_wake_function the engine knows
 * where it marks a wake-up.
 */
const addToQueue =
  (exclusive: Operand): Row =>
  c => {
    const { f } = c;
    const queue = operand(c, 0);
    const entry = c.arguments[1] ? target(c, 1) : undefined;
    const record = entry?.kind === 'memory' ? recordOf(entry.type) : undefined;
    const at = (name: string): Operand | undefined => {
      const field = record?.body() ? fieldOf(record, name) : undefined;
      return field && entry?.kind === 'memory'
        ? f.build.binary('add', 'u64', entry.address, constant(field.offset))
        : undefined;
    };
    const flags = at('flags');
    const func = at('func');
    const mark = f.build.register('u64');
    f.build.copy(mark, zero);
    if (flags && func) {
      const own = temporary(f, 'u64');
      f.build.emit({ op: 'load', to: own.register, type: 'u64', address: func, marking: 'plain' });
      const woken = f.lowering.parts.value(f, { ...c.node, kind: 'name', name: 'woken_wake_function' });
      const yes = f.build.label();
      const no = f.build.label();
      f.build.branch(f.build.binary('eq', 'u64', own.operand, woken.operand), yes, no);
      f.build.bind(yes);
      f.build.copy(mark, flags);
      f.build.jump(no);
      f.build.bind(no);
    }
    return sync(f, 'wait.prepare', [queue, constant(-1), exclusive, { kind: 'register', register: mark }]);
  };

/** TASK_NORMAL and TASK_INTERRUPTIBLE: which sleepers a wake-up is for. */
const NORMAL = 3;
const INTERRUPTIBLE = 1;

const wake =
  (count: number, states = NORMAL): Row =>
  c => {
    sync(c.f, 'wait.wake', [operand(c, 0), constant(count), constant(states)]);
    return number(0, intType);
  };

const wakeNr =
  (states: number): Row =>
  c =>
    sync(c.f, 'wait.wake', [operand(c, 0), operand(c, 1, 'i64'), constant(states)]);

/** `__wake_up(queue, mode, n, key)`. */
const wakeMode: Row = c => {
  const states = operand(c, 1, 'u64');
  sync(c.f, 'wait.wake', [operand(c, 0), operand(c, 2, 'i64'), states]);
  return number(0, intType);
};

const wakeTask = operation('task.wake', [0, { is: NORMAL }], intType);

/** kthread_run(fn, data, name…): created and woken. */
const kthreadRun: Row = c => sync(c.f, 'kthread.create', [operand(c, 0), operand(c, 1)], voidPointer);

const pending: Row = c => {
  // signal_pending(current) is the only use that means something here.
  return sync(c.f, 'task.signalPending', [], intType);
};

export const waits: Rows = {
  set_current_state: setState,
  __set_current_state: setState,
  set_special_state: setState,
  schedule: c => (sync(c.f, 'task.schedule', [constant(-1)], longType), nothing),
  io_schedule: c => (sync(c.f, 'task.schedule', [constant(-1)], longType), nothing),
  schedule_preempt_disabled: c => (
    sync(c.f, 'preempt.on', []),
    sync(c.f, 'task.schedule', [constant(-1)], longType),
    sync(c.f, 'preempt.off', [])
  ),
  schedule_timeout: scheduleTimeout(undefined),
  io_schedule_timeout: scheduleTimeout(undefined),
  schedule_timeout_interruptible: scheduleTimeout(1),
  schedule_timeout_killable: scheduleTimeout(0x102),
  schedule_timeout_uninterruptible: scheduleTimeout(2),
  schedule_timeout_idle: scheduleTimeout(0x402),
  schedule_hrtimeout: c => (sync(c.f, 'task.schedule', [one], longType), number(0, intType)),
  schedule_hrtimeout_range: c => (sync(c.f, 'task.schedule', [one], longType), number(0, intType)),
  wake_up_process: wakeTask,
  wake_up_state: operation('task.wake', [0, 1], intType),
  wake_up_new_task: wakeTask,
  try_to_wake_up: operation('task.wake', [0, 1], intType),
  signal_pending: pending,
  fatal_signal_pending: pending,
  signal_pending_state: c => {
    // Only an interruptible or killable state is interrupted.
    const state = operand(c, 0, 'u64');
    const masked = c.f.build.binary('and', 'u64', state, constant(0x101));
    const interruptible = c.f.build.binary('ne', 'u64', masked, zero);
    const t = c.f.build.register('i32');
    const yes = c.f.build.label();
    const no = c.f.build.label();
    c.f.build.copy(t, zero);
    c.f.build.branch(interruptible, yes, no);
    c.f.build.bind(yes);
    c.f.build.copy(t, sync(c.f, 'task.signalPending', [], intType).operand);
    c.f.build.jump(no);
    c.f.build.bind(no);
    return { type: intType, operand: { kind: 'register', register: t } };
  },
  test_tsk_thread_flag_sigpending: pending,
  // Wait queues
  init_waitqueue_head: initialise,
  __init_waitqueue_head: initialise,
  init_swait_queue_head: initialise,
  __init_swait_queue_head: initialise,
  prepare_to_wait: prepare(false),
  prepare_to_wait_exclusive: c => (prepare(true)(c), number(1, boolType)),
  prepare_to_wait_event: c => {
    prepare(false)(c);
    const state = operand(c, 2, 'u64');
    const masked = c.f.build.binary('and', 'u64', state, constant(0x101));
    const t = c.f.build.register('i64');
    const yes = c.f.build.label();
    const no = c.f.build.label();
    const signal = c.f.build.label();
    c.f.build.copy(t, zero);
    c.f.build.branch(masked, yes, no);
    c.f.build.bind(yes);
    c.f.build.branch(sync(c.f, 'task.signalPending', [], intType).operand, signal, no);
    c.f.build.bind(signal);
    c.f.build.copy(t, constant(-512));
    c.f.build.jump(no);
    c.f.build.bind(no);
    return { type: longType, operand: { kind: 'register', register: t } };
  },
  __race_wait_prepare: c =>
    sync(c.f, 'wait.prepare', [operand(c, 0), operand(c, 1, 'i64'), operand(c, 2), zero]),
  __race_wait_finish: operation('wait.finish', [0]),
  __race_signal_pending: operation('task.signalPending', [], intType),
  __race_schedule: c => sync(c.f, 'task.schedule', [timeoutOf(c, argument(c, 0))], longType),
  finish_wait: operation('wait.finish', [0]),
  finish_swait: operation('wait.finish', [0]),
  // Queued without touching the task's state.
  add_wait_queue: addToQueue(zero),
  add_wait_queue_exclusive: addToQueue(one),
  add_wait_queue_priority: addToQueue(zero),
  __add_wait_queue: addToQueue(zero),
  remove_wait_queue: operation('wait.remove', [0]),
  __remove_wait_queue: operation('wait.remove', [0]),
  init_wait: ignored,
  init_wait_entry: ignored,
  init_waitqueue_entry: ignored,
  waitqueue_active: operation('wait.active', [0], intType),
  wq_has_sleeper: operation('wait.active', [0], boolType),
  wq_has_single_sleeper: operation('wait.active', [0], boolType),
  swait_active: operation('wait.active', [0], intType),
  swq_has_sleeper: operation('wait.active', [0], boolType),
  wake_up: wake(1),
  wake_up_interruptible: wake(1, INTERRUPTIBLE),
  wake_up_poll: wake(1),
  wake_up_locked: wake(1),
  wake_up_locked_poll: wake(1),
  wake_up_interruptible_poll: wake(1, INTERRUPTIBLE),
  wake_up_interruptible_sync: wake(1, INTERRUPTIBLE),
  wake_up_interruptible_sync_poll: wake(1, INTERRUPTIBLE),
  wake_up_interruptible_sync_poll_locked: wake(1, INTERRUPTIBLE),
  wake_up_sync: wake(1),
  wake_up_nr: wakeNr(NORMAL),
  wake_up_interruptible_nr: wakeNr(INTERRUPTIBLE),
  wake_up_all: wake(0),
  wake_up_all_locked: wake(0),
  wake_up_interruptible_all: wake(0, INTERRUPTIBLE),
  wake_up_pollfree: wake(0),
  __wake_up: wakeMode,
  __wake_up_locked: wakeMode,
  __wake_up_sync_key: c => sync(c.f, 'wait.wake', [operand(c, 0), one, operand(c, 1, 'u64')]),
  __wake_up_sync: c => sync(c.f, 'wait.wake', [operand(c, 0), one, operand(c, 1, 'u64')]),
  swake_up_one: wake(1),
  swake_up_all: wake(0),
  swake_up_locked: wake(1),
  poll_wait: ignored,
  sock_poll_wait: ignored,
  // Completions
  init_completion: operation('completion.init', [0]),
  __init_completion: operation('completion.init', [0]),
  reinit_completion: operation('completion.init', [0]),
  complete: operation('completion.complete', [0]),
  complete_all: operation('completion.all', [0]),
  complete_on_current_cpu: operation('completion.complete', [0]),
  completion_done: c => {
    const t = c.f.build.register('u32');
    c.f.build.emit({ op: 'load', to: t, type: 'u32', address: operand(c, 0), marking: 'once' });
    return {
      type: boolType,
      operand: c.f.build.binary('ne', 'u32', { kind: 'register', register: t }, zero),
    };
  },
  try_wait_for_completion: operation('completion.try', [0], boolType),
  wait_for_completion: completionWait(false, false),
  wait_for_completion_io: completionWait(false, false),
  wait_for_completion_interruptible: completionWait(false, true),
  wait_for_completion_killable: completionWait(false, true),
  wait_for_completion_state: completionWait(false, true),
  wait_for_completion_timeout: completionWait(true, false),
  wait_for_completion_io_timeout: completionWait(true, false),
  wait_for_completion_interruptible_timeout: completionWait(true, true),
  wait_for_completion_killable_timeout: completionWait(true, true),
  // Threads of the kernel
  kthread_run: kthreadRun,
  kthread_run_on_cpu: kthreadRun,
  __race_kthread_create: operation('kthread.createAsleep', [0, 1, 2], voidPointer),
  kthread_stop: operation('kthread.stop', [0], intType),
  kthread_stop_put: operation('kthread.stop', [0], intType),
  kthread_should_stop: operation('kthread.shouldStop', [], boolType),
  __kthread_should_stop: operation('kthread.shouldStop', [], boolType),
  kthread_should_park: operation('kthread.shouldPark', [], boolType),
  kthread_parkme: operation('kthread.parkMe'),
  kthread_park: c => (sync(c.f, 'kthread.park', [operand(c, 0)]), number(0, intType)),
  kthread_unpark: operation('kthread.unpark', [0]),
  kthread_freezable_should_stop: operation('kthread.shouldStop', [], boolType),
  kthread_bind: ignored,
  kthread_complete_and_exit: sequence(operation('completion.complete', [0]), ignored),
  set_freezable: gives(0, boolType),
  try_to_freeze: gives(0, boolType),
  freezing: gives(0, boolType),
  get_task_struct: c => argument(c, 0),
  put_task_struct: ignored,
  sched_set_fifo: ignored,
  sched_set_fifo_low: ignored,
  set_user_nice: ignored,
  allow_signal: ignored,
  flush_signals: ignored,
  jiffies_to_msecs: c => argument(c, 0),
  msecs_to_jiffies: c => argument(c, 0),
  usecs_to_jiffies: c => argument(c, 0),
  nsecs_to_jiffies: c => argument(c, 0),
  __msecs_to_jiffies: c => argument(c, 0),
  __race_task: c => taskOf(c),
};

/** RACE_TASK(name). */
function taskOf(c: Call): Value {
  const e: Expression | undefined = c.arguments[0];
  const name = e?.kind === 'name' ? e.name : '';
  const object = c.f.lowering.thread(name);
  if (object === undefined) {
    c.f.lowering.problem(`RACE_TASK(${name}): no thread of that name`, undefined);
    return number(0, voidPointer);
  }
  return { type: voidPointer, operand: { kind: 'object', object, offset: 0 } };
}
