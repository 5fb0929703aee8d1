/** Preemption, BH and interrupts off and on, questions about the context, the current task and CPU, per-CPU data. */
import type { Operand, RmwOperator } from '../../ir/program';
import { constant, one, zero } from '../builder';
import type { Expression } from '../c/ast';
import { temporary } from '../context';
import type { Frame, Value } from '../context';
import { element } from '../place';
import { intType, pointee, scalarOf, unsignedLongType, unsignedType, voidPointer } from '../types';
import type { Call, Row, Rows } from './kit';
import {
  argument,
  assign,
  cell,
  gives,
  ignored,
  nothing,
  number,
  operand,
  operation,
  sequence,
  sync,
} from './kit';

/** Bytes between one CPU's copy of per-CPU data and the next one's. */
export const PER_CPU = 1 << 16;

/**
 * Pointers to per-CPU data are marked: they stand this far behind the object, where nothing is. A pointer without the
 * mark (a harness that hands a plain variable to a `__percpu` member) means one copy for all CPUs.
 */
export const PER_CPU_MARK = 2 ** 30;
const MARK_BITS = 0xc0000000;

/** The address of a CPU's copy: `base + cpu * PER_CPU` without the mark. */
function copyOf(f: Frame, base: Value, cpu: () => Value): Value {
  const { build } = f;
  const known = build.known(base.operand);
  const own = (): Operand =>
    element(f, build.binary('sub', 'u64', known, constant(PER_CPU_MARK)), cpu(), PER_CPU);
  if (known.kind === 'object')
    return { type: base.type, operand: known.offset >= PER_CPU_MARK / 2 ? own() : known };
  const t = temporary(f, 'u64');
  const marked = build.binary(
    'eq',
    'u64',
    build.binary('and', 'u64', known, constant(MARK_BITS)),
    constant(MARK_BITS),
  );
  const yes = build.label();
  const no = build.label();
  build.copy(t.register, known);
  build.branch(marked, yes, no);
  build.bind(yes);
  build.copy(t.register, own());
  build.jump(no);
  build.bind(no);
  return { type: base.type, operand: t.operand };
}

function ownCpu(f: Frame): Value {
  return sync(f, 'cpu', [], intType);
}

const thisPointer: Row = c => {
  const base = argument(c, 0);
  return copyOf(c.f, base, () => ownCpu(c.f));
};

const pointerOf: Row = c => {
  const base = argument(c, 0);
  const cpu = argument(c, 1);
  return copyOf(c.f, base, () => cpu);
};

/** `this_cpu_add(x, n)`: the argument is the variable. One step: nobody else on this CPU comes between. */
function ownCell(c: Call): {
  address: Value['operand'];
  type: Value['type'];
  scalar: ReturnType<typeof scalarOf>;
} {
  const e = c.arguments[0];
  const address: Expression = {
    kind: 'unary',
    operator: '&',
    operand: e as Expression,
    first: c.node.first,
    last: c.node.last,
  };
  const base = c.f.lowering.parts.value(c.f, address);
  const own = copyOf(c.f, base, () => ownCpu(c.f));
  return cell(c, { kind: 'memory', address: own.operand, type: pointee(base.type) ?? intType });
}

const read: Row = c => {
  const x = ownCell(c);
  const t = temporary(c.f, x.scalar);
  c.f.build.emit({ op: 'load', to: t.register, type: x.scalar, address: x.address, marking: 'once' });
  return { type: x.type, operand: t.operand };
};

const write: Row = c => {
  const v = argument(c, 1);
  const x = ownCell(c);
  c.f.build.emit({
    op: 'store',
    type: x.scalar,
    address: x.address,
    value: c.f.build.known(c.f.build.convert(v.operand, scalarOf(v.type), x.scalar)),
    marking: 'once',
  });
  return nothing;
};

function change(operator: RmwOperator, by: 'argument' | 1, result: 'none' | 'new' | 'old'): Row {
  return c => {
    const { f } = c;
    const v: Value = by === 1 ? { type: intType, operand: one } : argument(c, 1);
    const x = ownCell(c);
    const amount = f.build.convert(v.operand, scalarOf(v.type), x.scalar);
    const t = temporary(f, x.scalar);
    f.build.emit({
      op: 'rmw',
      to: t.register,
      operator,
      type: x.scalar,
      address: x.address,
      value: amount,
      marking: 'relaxed',
    });
    if (result === 'none') return nothing;
    if (result === 'old' || operator === 'xchg' || operator === 'andnot')
      return { type: x.type, operand: t.operand };
    return { type: x.type, operand: f.build.binary(operator, x.scalar, t.operand, amount) };
  };
}

const perCpu: Record<string, Row> = {};
for (const p of ['this_cpu_', '__this_cpu_', 'raw_cpu_']) {
  perCpu[`${p}ptr`] = thisPointer;
  perCpu[`${p}read`] = read;
  perCpu[`${p}write`] = write;
  perCpu[`${p}read_stable`] = read;
  for (const [n, o] of [
    ['add', 'add'],
    ['sub', 'sub'],
    ['and', 'and'],
    ['or', 'or'],
  ] as const)
    perCpu[`${p}${n}`] = change(o, 'argument', 'none');
  perCpu[`${p}inc`] = change('add', 1, 'none');
  perCpu[`${p}dec`] = change('sub', 1, 'none');
  perCpu[`${p}add_return`] = change('add', 'argument', 'new');
  perCpu[`${p}sub_return`] = change('sub', 'argument', 'new');
  perCpu[`${p}inc_return`] = change('add', 1, 'new');
  perCpu[`${p}dec_return`] = change('sub', 1, 'new');
  perCpu[`${p}xchg`] = change('xchg', 'argument', 'old');
  perCpu[`${p}cmpxchg`] = c => {
    const { f } = c;
    const e = argument(c, 1);
    const v = argument(c, 2);
    const x = ownCell(c);
    const t = temporary(f, x.scalar);
    f.build.emit({
      op: 'cmpxchg',
      to: t.register,
      type: x.scalar,
      address: x.address,
      expected: f.build.convert(e.operand, scalarOf(e.type), x.scalar),
      value: f.build.convert(v.operand, scalarOf(v.type), x.scalar),
      marking: 'relaxed',
    });
    return { type: x.type, operand: t.operand };
  };
}

const irqSave: Row = c => {
  assign(c, 0, sync(c.f, 'irq.save', [], unsignedLongType));
  return nothing;
};
const irqRestore = operation('irq.restore', [0]);

export const contexts: Rows = {
  ...perCpu,
  raw_cpu_ptr: thisPointer,
  per_cpu_ptr: pointerOf,
  __race_per_cpu_ptr: pointerOf,
  __race_this_cpu_ptr: thisPointer,
  get_cpu_ptr: sequence(operation('preempt.off'), thisPointer),
  put_cpu_ptr: operation('preempt.on'),
  preempt_disable: operation('preempt.off'),
  preempt_enable: operation('preempt.on'),
  preempt_disable_notrace: operation('preempt.off'),
  preempt_enable_notrace: operation('preempt.on'),
  preempt_enable_no_resched: operation('preempt.on'),
  sched_preempt_enable_no_resched: operation('preempt.on'),
  preempt_disable_nested: operation('preempt.off'),
  preempt_enable_nested: operation('preempt.on'),
  migrate_disable: ignored,
  migrate_enable: ignored,
  pagefault_disable: operation('preempt.off'),
  pagefault_enable: operation('preempt.on'),
  get_cpu: sequence(operation('preempt.off'), operation('cpu', [], intType)),
  put_cpu: operation('preempt.on'),
  local_bh_disable: operation('bh.off'),
  __local_bh_disable_ip: operation('bh.off'),
  local_bh_enable: operation('bh.on'),
  __local_bh_enable_ip: operation('bh.on'),
  _local_bh_enable: operation('bh.on'),
  local_irq_disable: operation('irq.off'),
  raw_local_irq_disable: operation('irq.off'),
  local_irq_enable: operation('irq.on'),
  raw_local_irq_enable: operation('irq.on'),
  local_irq_save: irqSave,
  raw_local_irq_save: irqSave,
  local_irq_restore: irqRestore,
  raw_local_irq_restore: irqRestore,
  local_save_flags: c => {
    const off = sync(c.f, 'in.irqsOff', [], intType);
    assign(c, 0, { type: unsignedLongType, operand: c.f.build.binary('eq', 'i32', off.operand, zero) });
    return nothing;
  },
  smp_processor_id: operation('cpu', [], intType),
  raw_smp_processor_id: operation('cpu', [], intType),
  __smp_processor_id: operation('cpu', [], intType),
  debug_smp_processor_id: operation('cpu', [], intType),
  task_cpu: operation('cpu', [], unsignedType),
  numa_node_id: gives(0, intType),
  numa_mem_id: gives(0, intType),
  cpu_to_node: gives(0, intType),
  cpu_to_mem: gives(0, intType),
  __race_current: operation('current', [], voidPointer),
  get_current: operation('current', [], voidPointer),
  in_task: operation('in.task', [], intType),
  in_hardirq: operation('in.hardirq', [], intType),
  in_irq: operation('in.hardirq', [], intType),
  in_nmi: gives(0, intType),
  in_softirq: operation('in.softirq', [], intType),
  in_serving_softirq: c => {
    // Serving one is not the same as having BH off: only softirq threads serve.
    const { f } = c;
    const task = sync(f, 'in.task', [], intType);
    const hard = sync(f, 'in.hardirq', [], intType);
    const either = f.build.binary('or', 'i32', task.operand, hard.operand);
    return { type: intType, operand: f.build.binary('eq', 'i32', either, zero) };
  },
  in_interrupt: c => {
    const { f } = c;
    const soft = sync(f, 'in.softirq', [], intType);
    const hard = sync(f, 'in.hardirq', [], intType);
    return { type: intType, operand: f.build.binary('or', 'i32', soft.operand, hard.operand) };
  },
  in_atomic: operation('in.atomic', [], intType),
  in_atomic_preempt_off: operation('in.atomic', [], intType),
  softirq_count: operation('in.softirq', [], intType),
  hardirq_count: operation('in.hardirq', [], intType),
  preempt_count: operation('in.atomic', [], intType),
  irq_count: operation('in.hardirq', [], intType),
  preemptible: c => {
    const a = sync(c.f, 'in.atomic', [], intType);
    const i = sync(c.f, 'in.irqsOff', [], intType);
    const either = c.f.build.binary('or', 'i32', a.operand, i.operand);
    return { type: intType, operand: c.f.build.binary('eq', 'i32', either, zero) };
  },
  irqs_disabled: operation('in.irqsOff', [], intType),
  raw_irqs_disabled: operation('in.irqsOff', [], intType),
  irqs_disabled_flags: c => {
    const v = argument(c, 0);
    return { type: intType, operand: c.f.build.binary('eq', 'u64', v.operand, zero) };
  },
  might_sleep: operation('sleep.might'),
  might_sleep_if: c => {
    const { f } = c;
    const yes = f.build.label();
    const no = f.build.label();
    f.build.branch(operand(c, 0), yes, no);
    f.build.bind(yes);
    sync(f, 'sleep.might', []);
    f.build.jump(no);
    f.build.bind(no);
    return nothing;
  },
  __might_sleep: operation('sleep.might'),
  might_alloc: c => {
    const e = c.arguments[0];
    const v = e && c.f.lowering.parts.constant(c.f, e);
    if (typeof v === 'number' && (v & 0x400) !== 0) sync(c.f, 'sleep.might', []);
    return nothing;
  },
  cant_sleep: ignored,
  cant_migrate: ignored,
  cond_resched: c => (sync(c.f, 'sleep.might', []), sync(c.f, 'yield', [one]), number(0, intType)),
  cond_resched_rcu: c => (sync(c.f, 'rcu.unlock', []), sync(c.f, 'yield', [one]), sync(c.f, 'rcu.lock', [])),
  cond_resched_lock: c => {
    const l = operand(c, 0);
    sync(c.f, 'spin.unlock', [l]);
    sync(c.f, 'yield', [one]);
    sync(c.f, 'spin.lock', [l]);
    return number(1, intType);
  },
  cond_resched_tasks_rcu_qs: operation('yield', [{ is: 1 }]),
  need_resched: gives(0, intType),
  cpu_relax: operation('yield', [{ is: 0 }]),
  cpu_relax_yield: operation('yield', [{ is: 0 }]),
  rep_nop: operation('yield', [{ is: 0 }]),
  cpu_pause: operation('yield', [{ is: 0 }]),
  udelay: ignored,
  ndelay: ignored,
  mdelay: operation('yield', [{ is: 0 }]),
  __udelay: ignored,
  msleep: sequence(operation('sleep.might'), operation('yield', [{ is: 1 }])),
  ssleep: sequence(operation('sleep.might'), operation('yield', [{ is: 1 }])),
  fsleep: sequence(operation('sleep.might'), operation('yield', [{ is: 1 }])),
  usleep_range: sequence(operation('sleep.might'), operation('yield', [{ is: 1 }])),
  usleep_range_state: sequence(operation('sleep.might'), operation('yield', [{ is: 1 }])),
  msleep_interruptible: c => (
    sync(c.f, 'sleep.might', []),
    sync(c.f, 'yield', [one]),
    number(0, unsignedLongType)
  ),
  yield: sequence(operation('sleep.might'), operation('yield', [{ is: 1 }])),
  yield_to: c => (sync(c.f, 'yield', [one]), number(1, intType)),
  // A hardirq thread interrupts what runs on its CPU: nothing to wait for unless the handler runs.
  nr_cpu_ids_value: c => number(c.f.lowering.cpus, unsignedType),
};
