/**
 * What a function or macro of the tree is when it wraps a primitive: `linkmode_set_bit()` is set_bit(), `sk_wake_async()`
 * wakes. (What calls do to sections is survey.ts's; bits that are parameters are bitWrappers.ts's.) A wrapper is short: it
 * calls primitives and little else, and what it does to its caller is the roles of those. A long function that locks, wakes
 * and unlocks is a function, not a primitive.
 *
 * Bodies are looked up through the corpus; a callee that is no primitive itself counts if its name looks like one, down
 * to a depth of four.
 */
import type { Span } from '../base/span';
import type { Corpus } from './corpus';
import { callee } from './expression';
import { spanOf, type FunctionFacts } from './functions';
import { primitive, type Primitive, type Role } from './primitives';
import { namedChildren, walk, type Node } from '../syntax/node';
import type { MacroDefinition } from '../syntax/source';

/** One step from the wrapper towards the primitive: a call of that name, and where it stands. */
export interface RoleLink {
  readonly name: string;
  readonly span: Span;
}

export interface InheritedRole {
  readonly primitive: Primitive;
  /** From the call inside the wrapper on, down to the primitive (the last). */
  readonly chain: readonly RoleLink[];
}

/** What the definitions of a name came to. */
export interface Reading {
  /** A function or macro of that name was found and read. */
  readonly read: boolean;
  /** Empty: it wraps nothing. */
  readonly roles: readonly InheritedRole[];
}

/** What a name wraps, as a call in the file `from` means it. Kept by the caller if asked for often. */
export function reading(name: string, from: string | undefined, corpus: Corpus): Reading {
  return readName(name, from, corpus, new Set(), 0);
}

const words =
  'lock unlock locked unlocked trylock relock spin spinlock mutex rwlock rwsem sem semaphore seqlock seqcount seqbegin seqretry rtnl rcu srcu atomic atomic64 refcount refcnt kref cmpxchg xchg smp barrier mb rmb wmb wait waitqueue wake wakeup complete completion work workqueue dwork timer hrtimer tasklet napi irq irqs irqsave irqrestore bh preempt preemption softirq hardirq nmi percpu synchronize kthread schedule resched sleep msleep usleep lockdep guard migrate';
const looks = new RegExp(
  `(?:^|_)(?:${words.split(' ').join('|')}|(?:test|set|clear|change|assign|toggle)_bit|bit_(?:set|clear|test)|(?:this|per|get|put|raw)_cpu|cpu_ptr|read_once|write_once|grace_period)(?=_|\\d*$)`,
  'i',
);

/** A tracepoint's call, and names whose last word says that they are a number, a name or a table of something. */
const looksOtherwise =
  /^(?:trace|__trace|TRACE|perf_trace|show|print|dump|debug|pr|dbg)_|_(?:trace|name|names|str|string|show|print|dump|dbg|debug|idx|index|size|len|id|ids|num|nr|count|cnt|offset|off|addr|reg|regs|mask|msk|shift|val|value|max|min|type|types|version|info|stat|stats|flags|cap|caps|cfg|config|param|params|desc|data|attr|attrs|policy|ops|fw|hdr|header|event|events|err|error|errors|status|affinity|chip|domain|mapping|vector|vectors|handler|moderation|coalesce|weight)$/i;

/** Whether a name sounds like a primitive or a wrapper of one: words of locking, atomics, RCU, waiting, timers, works … */
export function looksLikePrimitive(name: string): boolean {
  return looks.test(name) && !looksOtherwise.test(name);
}

const deepest = 4;
/** Statements, and calls that do something, of a wrapper. */
const mostStatements = 14;
const mostCalls = 6;
/** Characters of a macro that wraps. */
const mostText = 600;

/** Roles that do nothing to anybody: they neither make a wrapper nor hinder one. */
const silent: ReadonlySet<Role> = new Set<Role>([
  'other',
  'cpu',
  'address',
  'may-sleep',
  'marked-plain',
  'alloc',
  'free',
]);
/** Sections that begin and end inside are no role of the wrapper; those that stay open are found by survey.ts. */
const sections = /^(?:begin|end|try)/;
/** What a wrapper is only if it does nothing stronger. */
const weak: ReadonlySet<Role> = new Set<Role>(['load', 'query', 'iterate', 'fence', 'spin-hint', 'init']);
/** Many a function begins with one of these: they make a wrapper only of what does nothing else. */
const weakest: ReadonlySet<Role> = new Set<Role>(['assert']);

interface Call {
  readonly name: string;
  readonly span: Span;
}

function readName(
  name: string,
  from: string | undefined,
  corpus: Corpus,
  busy: Set<string>,
  depth: number,
): Reading {
  if (busy.has(name) || depth > deepest) return { read: false, roles: [] };
  busy.add(name);
  try {
    const inside = (calls: readonly Call[], file: string): readonly InheritedRole[] =>
      rolesOf(calls, call =>
        looksLikePrimitive(call.name) ? readName(call.name, file, corpus, busy, depth + 1).roles : [],
      );
    let read = false;
    for (const f of corpus.functions(name, from)) {
      read = true;
      const calls = callsOfWrapper(f);
      const roles = calls ? inside(calls, f.file) : [];
      if (roles.length > 0) return { read, roles };
    }
    for (const { macro, source, item } of corpus.macros(name, from)) {
      read = true;
      const span = { file: source.path, start: item.nameStart, end: item.nameStart + item.name.length };
      const roles = inside(callsOfMacro(macro, span), source.path);
      if (roles.length > 0) return { read, roles };
    }
    return { read, roles: [] };
  } finally {
    busy.delete(name);
  }
}

/** What calls in a row come to: the strongest roles among them, each once. */
function rolesOf(
  calls: readonly Call[],
  deeper: (call: Call) => readonly InheritedRole[],
): readonly InheritedRole[] {
  const found: InheritedRole[] = [];
  for (const call of calls) {
    const own = primitive(call.name);
    const all = own
      ? [{ primitive: own, chain: [call] }]
      : deeper(call).map(r => ({ primitive: r.primitive, chain: [call, ...r.chain] }));
    for (const r of all) if (!silent.has(r.primitive.role) && !sections.test(r.primitive.role)) found.push(r);
  }
  const more = found.filter(r => !weakest.has(r.primitive.role));
  const strong = more.filter(r => !weak.has(r.primitive.role));
  const told = strong.length > 0 ? strong : more.length > 0 ? more : calls.length <= 2 ? found : [];
  return told.filter(
    (r, i) =>
      told.findIndex(
        o => o.primitive.role === r.primitive.role && o.primitive.class === r.primitive.class,
      ) === i,
  );
}

const statements = new Set([
  'expression_statement',
  'return_statement',
  'declaration',
  'if_statement',
  'for_statement',
  'while_statement',
  'do_statement',
  'switch_statement',
  'macro_loop',
  'goto_statement',
]);

/** The calls of a function that is short enough to be a wrapper. */
function callsOfWrapper(f: FunctionFacts): readonly Call[] | undefined {
  const { body, text } = f.analysis;
  if (!body) return undefined;
  const calls: Call[] = [];
  let size = 0;
  let doing = 0;
  walk(body, (n: Node) => {
    if (statements.has(n.kind)) size++;
    const name =
      n.kind === 'call_expression' ? callee(text, n) : n.kind === 'macro_loop' ? n.name : undefined;
    if (name === undefined) return size <= mostStatements;
    calls.push({ name, span: spanOf(f, namedChildren(n)[0] ?? n) });
    if (!isQuiet(name)) doing++;
    return size <= mostStatements;
  });
  return size <= mostStatements && doing <= mostCalls ? calls : undefined;
}

/** Calls that say something about the code, and do nothing. */
function isQuiet(name: string): boolean {
  const p = primitive(name);
  if (p) return silent.has(p.role) || weak.has(p.role) || weakest.has(p.role);
  return /^(?:likely|unlikely|WARN|BUG|pr_|dev_|netdev_|container_of|IS_ERR|ERR_PTR|PTR_ERR|sizeof|trace_)/.test(
    name,
  );
}

function callsOfMacro(macro: MacroDefinition, span: Span): readonly Call[] {
  if (macro.body.length > mostText) return [];
  const calls: Call[] = [];
  for (const m of macro.body.matchAll(/(?<!->|\.|\w)([A-Za-z_]\w*)\s*\(/g)) {
    const name = m[1] ?? '';
    if (!macro.parameters?.includes(name)) calls.push({ name, span });
  }
  // An alias: #define foo_lock bar_lock
  if (calls.length === 0 && /^[A-Za-z_]\w*$/.test(macro.body)) calls.push({ name: macro.body, span });
  return calls.length <= mostCalls * 2 ? calls : [];
}
