/**
 * In which context a function runs, and why: it was registered as a softirq action, a NAPI poll, a timer, a work item …,
 * or something that was calls it. Contexts flow down direct calls, and through calls of a field (`n->poll(n, …)`) to the
 * functions that are stored in fields of that name. A call from inside a section (BH off, a lock held) takes it along.
 *
 * A function that is not static may be called from elsewhere: what is said here are contexts that are known, never that
 * there are no others.
 */
import { child, namedChildren, walk, type Node } from '../../syntax/node';
import { bare, callArguments, callee } from '../expression';
import { remember, type Analysis, type FunctionFacts } from '../functions';
import type { Sections } from '../sections/regions';
import { meanings } from '../sections/sections';
import type { Survey } from '../sections/survey';

export type ContextKind = 'process' | 'kthread' | 'softirq' | 'hardirq';

export interface RunsIn {
  readonly context: ContextKind;
  /** Why a reader there is one without rcu_read_lock(): `softirq`, `BH off`, `spinlock held`; absent if it is none. */
  readonly implicitReader?: string;
  /** The function, its caller, … up to what registered it: `napi_poll`, `net_rx_action`, `open_softirq()`. */
  readonly chain: readonly string[];
}

/** Calls that make a function run later: index of the function's argument and where it will run. */
const registrations: Readonly<
  Record<string, readonly (readonly [argument: number, context: ContextKind])[]>
> = {
  open_softirq: [[1, 'softirq']],
  netif_napi_add: [[2, 'softirq']],
  netif_napi_add_weight: [[2, 'softirq']],
  netif_napi_add_tx: [[2, 'softirq']],
  netif_napi_add_tx_weight: [[2, 'softirq']],
  netif_napi_add_config: [[2, 'softirq']],
  netif_napi_add_locked: [[2, 'softirq']],
  netif_tx_napi_add: [[2, 'softirq']],
  tasklet_init: [[1, 'softirq']],
  tasklet_setup: [[1, 'softirq']],
  DECLARE_TASKLET: [[1, 'softirq']],
  timer_setup: [[1, 'softirq']],
  timer_setup_on_stack: [[1, 'softirq']],
  setup_timer: [[1, 'softirq']],
  DEFINE_TIMER: [[1, 'softirq']],
  hrtimer_setup: [[1, 'hardirq']],
  call_rcu: [[1, 'softirq']],
  call_rcu_hurry: [[1, 'softirq']],
  call_srcu: [[2, 'kthread']],
  INIT_WORK: [[1, 'kthread']],
  INIT_WORK_ONSTACK: [[1, 'kthread']],
  INIT_DELAYED_WORK: [[1, 'kthread']],
  INIT_DEFERRABLE_WORK: [[1, 'kthread']],
  INIT_RCU_WORK: [[1, 'kthread']],
  DECLARE_WORK: [[1, 'kthread']],
  DECLARE_DELAYED_WORK: [[1, 'kthread']],
  kthread_init_work: [[1, 'kthread']],
  kthread_run: [[0, 'kthread']],
  kthread_create: [[0, 'kthread']],
  kthread_create_on_node: [[0, 'kthread']],
  kthread_create_on_cpu: [[0, 'kthread']],
  request_irq: [[1, 'hardirq']],
  devm_request_irq: [[2, 'hardirq']],
  request_threaded_irq: [
    [1, 'hardirq'],
    [2, 'kthread'],
  ],
  devm_request_threaded_irq: [
    [2, 'hardirq'],
    [3, 'kthread'],
  ],
  init_irq_work: [[1, 'hardirq']],
  smp_call_function: [[0, 'hardirq']],
  smp_call_function_single: [[1, 'hardirq']],
  smp_call_function_many: [[1, 'hardirq']],
  on_each_cpu: [[0, 'hardirq']],
  on_each_cpu_mask: [[1, 'hardirq']],
  stop_machine: [[0, 'kthread']],
  module_init: [[0, 'process']],
  module_exit: [[0, 'process']],
  subsys_initcall: [[0, 'process']],
  fs_initcall: [[0, 'process']],
  late_initcall: [[0, 'process']],
  device_initcall: [[0, 'process']],
  core_initcall: [[0, 'process']],
};

/** Members of operation tables and the context their functions are called in. `*` ends a prefix. */
const members: Readonly<Record<string, { readonly context: ContextKind; readonly reader?: string }>> = {
  ndo_start_xmit: { context: 'softirq', reader: 'BH off' },
  ndo_poll_controller: { context: 'process', reader: 'interrupts off' },
  ndo_set_rx_mode: { context: 'process', reader: 'spinlock held' },
  ndo_get_stats64: { context: 'process', reader: 'RCU reader' },
  ndo_open: { context: 'process' },
  ndo_stop: { context: 'process' },
  ndo_init: { context: 'process' },
  ndo_uninit: { context: 'process' },
  ndo_change_mtu: { context: 'process' },
  ndo_netpoll_setup: { context: 'process' },
  ndo_netpoll_cleanup: { context: 'process' },
  doit: { context: 'process' },
  dumpit: { context: 'process' },
  probe: { context: 'process' },
  remove: { context: 'process' },
  unlocked_ioctl: { context: 'process' },
  release: { context: 'process' },
  open: { context: 'process' },
  read: { context: 'process' },
  write: { context: 'process' },
  sendmsg: { context: 'process' },
  recvmsg: { context: 'process' },
};

interface Binding {
  readonly name: string;
  readonly context: ContextKind;
  readonly implicitReader?: string;
  readonly because: string;
}

/** What a text registers and stores in fields. `node` may be a function or a top-level initialiser. */
export interface Bindings {
  readonly runs: readonly Binding[];
  /** Function names stored in fields, by field. */
  readonly stored: readonly (readonly [field: string, name: string])[];
  /** Fields called through. */
  readonly calledFields: readonly string[];
}

/** The bindings in one function or top-level item. */
export function bindingsIn(text: string, node: Node): Bindings {
  const runs: Binding[] = [];
  const stored: [string, string][] = [];
  const calledFields: string[] = [];
  const nameOf = (n: Node | undefined): string | undefined => {
    let inner = n && bare(text, n);
    if (inner?.kind === 'pointer_expression') inner = child(inner, 'argument');
    return inner?.kind === 'identifier' ? text.slice(inner.start, inner.end) : undefined;
  };
  walk(node, n => {
    if (n.kind === 'call_expression') {
      const name = callee(text, n);
      if (name === undefined) {
        const f = child(n, 'function');
        const field = f && child(bare(text, f), 'field');
        if (field) calledFields.push(text.slice(field.start, field.end));
        return;
      }
      const args = callArguments(n);
      for (const [argument, context] of registrations[name] ?? []) {
        const target = nameOf(args[argument]);
        if (target !== undefined)
          runs.push({ name: target, context, ...atomic(context), because: `${name}()` });
      }
      return;
    }
    let field: Node | undefined;
    let value: Node | undefined;
    if (n.kind === 'initializer_pair') {
      const designator = namedChildren(n).find(c => c.kind === 'field_designator');
      field = designator && namedChildren(designator)[0];
      value = child(n, 'value');
    } else if (n.kind === 'assignment_expression') {
      const left = child(n, 'left');
      field = left?.kind === 'field_expression' ? child(left, 'field') : undefined;
      value = child(n, 'right');
    }
    const target = field && nameOf(value);
    if (!field || target === undefined) return;
    const member = text.slice(field.start, field.end);
    stored.push([member, target]);
    const known = members[member];
    if (known)
      runs.push({
        name: target,
        context: known.context,
        ...(known.reader !== undefined && { implicitReader: known.reader }),
        because: `.${member}`,
      });
  });
  return { runs, stored, calledFields };
}

function atomic(context: ContextKind): { implicitReader?: string } {
  return context === 'softirq' || context === 'hardirq' ? { implicitReader: context } : {};
}

/** Longer chains are not followed. */
const LONGEST = 12;

type Initialiser = { readonly text: string; readonly node: Node };

export type Contexts = ReadonlyMap<FunctionFacts, readonly RunsIn[]>;

/** What contexts were told from. */
interface Source {
  readonly functions: readonly FunctionFacts[];
  readonly sections: readonly (Sections | undefined)[];
  readonly initialisers: readonly Initialiser[];
}

const sources = new WeakMap<Contexts, Source>();

/**
 * Contexts by function. `initialisers` are top-level items that are no functions, with the text they are in. `before`: the
 * contexts before an edit, which are the same if it neither registers nor calls anything else.
 */
export function contextsOf(
  s: Survey,
  initialisers: readonly Initialiser[] = [],
  before?: Contexts,
): Contexts {
  const source: Source = {
    functions: s.functions,
    sections: s.functions.map(f => s.sections(f)),
    initialisers,
  };
  const was = before && sources.get(before);
  const contexts =
    before && was && saysTheSame(was, source) ? asNow(before, was, source) : findContexts(s, initialisers);
  sources.set(contexts, source);
  return contexts;
}

function saysTheSame(was: Source, now: Source): boolean {
  if (
    was.functions.length !== now.functions.length ||
    was.initialisers.length !== now.initialisers.length ||
    !was.initialisers.every((old, i) => old.node === now.initialisers[i]?.node)
  )
    return false;
  const lazy: { names?: ReadonlySet<string> } = {};
  const isOwn = (name: string): boolean => (lazy.names ??= new Set(now.functions.map(f => f.name))).has(name);
  const told = (f: FunctionFacts, sections: Sections | undefined): string =>
    JSON.stringify([
      bindingsOf(f.analysis),
      callsOf({ sections: () => sections }, f).filter(c => c.isField || isOwn(c.name)),
    ]);
  return was.functions.every((old, i) => {
    const f = now.functions[i];
    if (!f || old.name !== f.name || old.file !== f.file) return false;
    const [before, after] = [was.sections[i], now.sections[i]];
    return (old.analysis === f.analysis && before === after) || told(old, before) === told(f, after);
  });
}

/** The same for the functions where they stand now. */
function asNow(before: Contexts, was: Source, now: Source): Contexts {
  const places = new Map(was.functions.map((f, i) => [f, now.functions[i] ?? f]));
  return new Map([...before].map(([f, runs]) => [places.get(f) ?? f, runs]));
}

function findContexts(s: Survey, initialisers: readonly Initialiser[]): Contexts {
  const stored = new Map<string, Set<string>>();
  const own = new Set(s.functions);
  const found = new Map<FunctionFacts, RunsIn[]>();
  const todo: { f: FunctionFacts; runs: RunsIn }[] = [];
  const learn = (f: FunctionFacts, runs: RunsIn): void => {
    const list = found.get(f) ?? [];
    // One chain for each context is enough: the first found is the shortest.
    if (list.some(r => r.context === runs.context && r.implicitReader === runs.implicitReader)) return;
    found.set(f, [...list, runs]);
    if (runs.chain.length < LONGEST) todo.push({ f, runs });
  };
  const all = [...s.functions.map(f => bindingsOf(f.analysis)), ...initialisers.map(bindingsOfInitialiser)];
  for (const b of all) {
    for (const [field, name] of b.stored) {
      const set = stored.get(field);
      if (set) set.add(name);
      else stored.set(field, new Set([name]));
    }
    for (const r of b.runs) {
      const f = s.find(r.name);
      if (f)
        learn(f, {
          context: r.context,
          ...(r.implicitReader !== undefined && { implicitReader: r.implicitReader }),
          chain: [f.name, r.because],
        });
    }
  }
  for (const f of s.functions) {
    const thread = threadContext(f);
    if (thread) learn(f, { context: thread, ...atomic(thread), chain: [f.name, 'RACE_THREAD'] });
    else if (
      /^\s*(asmlinkage\b.*)?(SYSCALL|COMPAT_SYSCALL)_DEFINE\d/.test(
        f.analysis.text.slice(f.analysis.base, f.analysis.base + 60),
      )
    )
      learn(f, { context: 'process', chain: [f.name, 'system call'] });
  }
  for (let next = todo.shift(); next; next = todo.shift()) {
    const { f, runs } = next;
    for (const [name, reader] of calledFrom(s, f, stored)) {
      const g = s.find(name);
      if (!g || g === f || !own.has(g)) continue;
      const implicit = runs.implicitReader ?? reader;
      learn(g, {
        context: runs.context,
        ...(implicit !== undefined && { implicitReader: implicit }),
        chain: [g.name, ...runs.chain],
      });
    }
  }
  return found;
}

const boundIn = new WeakMap<Node, Bindings>();

function bindingsOfInitialiser({ text, node }: { readonly text: string; readonly node: Node }): Bindings {
  let known = boundIn.get(node);
  if (!known) boundIn.set(node, (known = bindingsIn(text, node)));
  return known;
}

function bindingsOf(a: Analysis): Bindings {
  return remember(a, 'bindings', () => bindingsIn(a.text, a.node));
}

/** A call, by name or of a field, and the reason why it is inside an implicit reader. */
interface Called {
  readonly name: string;
  readonly isField: boolean;
  readonly reason: string | undefined;
}

const callsBySections = new WeakMap<Sections, readonly Called[]>();

/** The calls of a function, which stay the same as long as it and its sections do. */
function callsOf(s: Pick<Survey, 'sections'>, f: FunctionFacts): readonly Called[] {
  const sections = s.sections(f);
  if (!sections)
    return remember(f.analysis, 'calls outside sections', () => [
      ...[...f.analysis.calls].map(name => ({ name, isField: false, reason: undefined })),
      ...bindingsOf(f.analysis).calledFields.map(name => ({ name, isField: true, reason: undefined })),
    ]);
  let known = callsBySections.get(sections);
  if (!known) callsBySections.set(sections, (known = callsWithin(f, sections)));
  return known;
}

function callsWithin({ analysis }: FunctionFacts, sections: Sections): readonly Called[] {
  const found = new Map<string, Called>();
  for (const p of analysis.flow.points)
    for (const e of analysis.events(p)) {
      if (e.kind !== 'call') continue;
      const field = e.name === undefined ? child(e.called, 'field') : undefined;
      const name = field ? analysis.text.slice(field.start, field.end) : e.name;
      if (name === undefined) continue;
      const reason = readerAt(sections, p.id);
      const key = `${field ? '.' : ''}${name}`;
      if (!found.has(key) || reason === undefined)
        found.set(key, { name, isField: field !== undefined, reason });
    }
  return [...found.values()];
}

function readerAt(sections: Sections, point: number): string | undefined {
  for (const levels of sections.before[point]?.values() ?? [])
    for (const l of levels) {
      const effect = sections.sites[l.sites[0] ?? -1]?.effect;
      const reason =
        effect &&
        l.must &&
        (meanings[effect.kind].implicitReader ?? (effect.kind.startsWith('rcu') ? 'RCU reader' : undefined));
      if (reason) return reason;
    }
  return undefined;
}

/** Functions that `f` calls, each with the reason why the call is inside an implicit reader. */
function calledFrom(
  s: Survey,
  f: FunctionFacts,
  stored: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  for (const c of callsOf(s, f))
    for (const name of c.isField ? (stored.get(c.name) ?? []) : [c.name])
      if (!found.has(name) || c.reason === undefined) found.set(name, c.reason);
  return found;
}

/** The context a harness gives its thread. */
function threadContext(f: FunctionFacts): ContextKind | undefined {
  if (f.item.kind !== 'invocation') return undefined;
  const call = child(f.analysis.node, 'call');
  const first = call && callArguments(call)[0];
  const word = first && f.analysis.text.slice(first.start, first.end);
  return word === 'softirq' || word === 'hardirq' || word === 'process' || word === 'kthread'
    ? word
    : undefined;
}

/** Whether sleeping is a bug wherever the function is known to run: it is known, and nowhere but in atomic context. */
export function neverSleeps(runs: readonly RunsIn[] | undefined): boolean {
  return runs !== undefined && runs.length > 0 && runs.every(r => r.implicitReader !== undefined);
}
