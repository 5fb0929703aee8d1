/**
 * Accesses to state words: bit operations, cmpxchg and its like, marked and plain reads and writes with masks. A value
 * that was read into a local and tested later counts as a test of the word; the new value of a cmpxchg loop is traced
 * to what it sets and clears (masks.ts). A test that spins or sleeps is a wait (loops.ts). A call of a function with a
 * bit or mask among its parameters does to that bit what the function does (bitWrappers.ts).
 */
import { child, walk, type Node } from '../../syntax/node';
import type { Event } from '../sections/events';
import { bare, callArguments, callee, operatorOf, pointee, spelling, substitute } from '../expression';
import type { Point } from '../sections/flow';
import { remember, type Analysis } from '../functions';
import { waits } from '../sections/loops';
import { bitTerm, combine, join, valueOf, type Environment, type Term, type Value } from './masks';
import { pathOf, type Path } from '../places';
import { primitive, type Ordering } from '../primitives';

export type AccessKind = 'set' | 'clear' | 'change' | 'test' | 'wait' | 'read' | 'store' | 'rmw';

/** One thing done to some bits of a word. A cmpxchg that sets one bit and clears another gives two. */
export interface Access {
  readonly kind: AccessKind;
  /** As written: `n->state`. */
  readonly word: string;
  readonly path: Path;
  /** None for an access to the whole word. */
  readonly bits: readonly Term[];
  /** Only on some ways, or only if another bit is set. */
  readonly maybe: boolean;
  /** The primitive (`set_bit`, `cmpxchg`, `READ_ONCE`), or `plain`. */
  readonly via: string;
  /** The function or macro called here that does it, if the primitive stands in another function. */
  readonly through?: string;
  /** One indivisible step towards other CPUs. */
  readonly atomic: boolean;
  readonly ordering: Ordering;
  /** For a wait: what it waits for. */
  readonly until?: 'set' | 'clear';
  /** It also tells the old value (test_and_set_bit). */
  readonly tests?: true;
  /** A bit operation, cmpxchg or the like: makes the word a state word. */
  readonly strong: boolean;
  readonly point: number;
  /** The operation. */
  readonly node: Node;
}

/** What a call of a function does to the bit or mask that is one of its arguments. */
export interface BitWrapper {
  readonly name: string;
  readonly parameters: readonly string[];
  /** Index of the argument that is the bit number or the mask. */
  readonly bit: number;
  readonly takes: 'bit' | 'mask';
  readonly kind: AccessKind;
  readonly until?: 'set' | 'clear';
  readonly tests?: true;
  readonly maybe: boolean;
  /** The primitive inside, or `plain`. */
  readonly via: string;
  readonly atomic: boolean;
  readonly ordering: Ordering;
  readonly strong: boolean;
  /** The word, spelled with the parameters. */
  readonly word: string;
  readonly path: Path;
}

/** A call that gives the address of a word. */
export interface BitPlace {
  readonly parameters: readonly string[];
  readonly path: Path;
}

export interface BitCallees {
  wrappers(name: string): readonly BitWrapper[];
  place(name: string): BitPlace | undefined;
  /** Differs whenever one of the two answers does; '' if there is nothing. */
  signature(name: string): string;
}

/** All accesses that a function's own text shows, in text order. */
export function accessesOf(a: Analysis): readonly Access[] {
  return remember(a, 'accesses', () => collect(a));
}

/**
 * The accesses, with those that it makes by calling functions which take a bit. `about`: only calls with arguments like
 * that are of interest.
 */
export function accessesThrough(a: Analysis, callees: BitCallees, about?: RegExp): readonly Access[] {
  if (about) return findThrough(a, callees, about);
  let known = through.get(callees);
  if (!known) through.set(callees, (known = new WeakMap()));
  let mine = known.get(a);
  if (!mine) known.set(a, (mine = findThrough(a, callees)));
  return mine;
}

/** The same callees are asked about again and again. */
const through = new WeakMap<BitCallees, WeakMap<Analysis, readonly Access[]>>();

function findThrough(a: Analysis, callees: BitCallees, about?: RegExp): readonly Access[] {
  const names = about
    ? candidatesFor(a, about)
    : remember(a, 'bit candidates', () => candidatesFor(a, /\b[A-Z_][A-Z0-9_]{2,}\b/));
  const used = new Map<string, string>();
  for (const name of names) {
    const signature = callees.signature(name);
    if (signature !== '') used.set(name, signature);
  }
  if (used.size === 0) return accessesOf(a);
  const some: BitCallees = {
    wrappers: name => (used.has(name) ? callees.wrappers(name) : []),
    place: name => (used.has(name) ? callees.place(name) : undefined),
    signature: callees.signature,
  };
  return remember(a, `accesses ${[...used.values()].join()}`, () => collect(a, some));
}

/** The accesses whose bit or mask is a parameter; masks that are parameters are taken for masks. */
export function parametricAccesses(a: Analysis): readonly Access[] {
  return remember(a, 'parametric accesses', () => {
    const seed = new Map<string, Value>();
    for (const name of scalarParameters(a))
      seed.set(name, {
        kind: 'mask',
        terms: [{ kind: 'mask', text: name, variable: true }],
        inverted: false,
      });
    const { parameters } = a.locals;
    return collect(a, undefined, seed).filter(x =>
      x.bits.some(t => t.variable && parameters.includes(t.text)),
    );
  });
}

/** Parameters that may be a number: no pointers, no structs. */
function scalarParameters(a: Analysis): readonly string[] {
  const found: string[] = [];
  const declarator = child(a.node, 'declarator');
  if (!declarator) return found;
  walk(declarator, n => {
    if (n.kind !== 'parameter_declaration') return true;
    const name = child(n, 'declarator');
    const type = child(n, 'type');
    if (name?.kind === 'identifier' && !(type && /^(struct|union)/.test(type.kind)))
      found.push(a.text.slice(name.start, name.end));
    return false;
  });
  return found;
}

/** Names of called functions that are given such an argument, or that give the pointer of a bit operation on one. */
function candidatesFor(a: Analysis, about: RegExp): readonly string[] {
  const names = new Set<string>();
  walk(a.body ?? a.node, n => {
    if (n.kind !== 'call_expression') return;
    const name = callee(a.text, n);
    if (name === undefined) return;
    const args = callArguments(n);
    if (!args.some(x => isAbout(a.text, x, about))) return;
    if (!bitClasses.has(primitive(name)?.class ?? '')) names.add(name);
    else
      for (const x of args) {
        const inner = pointee(a.text, x);
        const place = inner.kind === 'call_expression' ? callee(a.text, inner) : undefined;
        if (place !== undefined) names.add(place);
      }
  });
  return [...names];
}

const bitClasses: ReadonlySet<string> = new Set(['bitop', 'bitop_nonatomic', 'bitlock', 'wait', 'cmpxchg']);

/** Whether an argument is such a name, or a mask made of such names. */
function isAbout(text: string, argument: Node, about: RegExp): boolean {
  if (!about.test(text.slice(argument.start, argument.end))) return false;
  const inner = bare(text, argument);
  if (inner.kind === 'identifier') return true;
  const parts =
    inner.kind === 'call_expression' && /^_*BIT/.test(callee(text, inner) ?? '')
      ? callArguments(inner)
      : inner.kind === 'conditional_expression' ||
          (inner.kind === 'binary_expression' && /^(\||\+|<<)$/.test(operatorOf(text, inner)))
        ? inner.children
        : [];
  return parts.some(x => x.named && isAbout(text, x, about));
}

/** What a bit operation or wait does to its bit; undefined for anything else. */
export function bitOperation(name: string): BitOperation | undefined {
  const k = primitive(name);
  if (k?.bit === undefined) return undefined;
  if (k.class === 'bitop' || k.class === 'bitop_nonatomic') {
    const kind =
      k.role === 'load'
        ? 'test'
        : /change|assign/.test(name)
          ? 'change'
          : /clear/.test(name)
            ? 'clear'
            : 'set';
    const told = k.role === 'rmw-value';
    return { kind, atomic: k.class === 'bitop', ...(told && { tests: true as const }) };
  }
  if (k.class !== 'wait') return undefined;
  if (name === 'clear_and_wake_up_bit') return { kind: 'clear', atomic: true };
  return name.startsWith('wait_on_bit') ? { kind: 'wait', atomic: true, until: 'clear' } : undefined;
}

export interface BitOperation {
  readonly kind: AccessKind;
  readonly atomic: boolean;
  readonly tests?: true;
  readonly until?: 'clear';
}

function collect(a: Analysis, callees?: BitCallees, seed?: Environment): readonly Access[] {
  const { text, flow, locals } = a;
  const found: Access[] = [];
  const env = new Map<string, Value>(seed);
  const origin = new Map<string, Node>();
  const branches = branchesOf(a.body ?? a.node);
  const isLocal = (name: string): boolean => locals.types.has(name);
  const value = (n: Node): Value | undefined => valueOf(text, n, env, isLocal);

  const add = (access: Omit<Access, 'word' | 'path'>, place: Node): void => {
    const path = pathOf(text, place, locals);
    if (path.kind === 'local' && path.fields.length === 0) {
      // A bit operation on a copy of the word: a test counts, anything else stays in the copy.
      const copy = env.get(path.root);
      if (copy?.kind === 'word' && access.kind === 'test')
        add({ ...access, atomic: false, ordering: copy.read.ordering, via: copy.read.via }, copy.read.place);
      // A local that is given the address of a word once stands for it.
      const alias = locals.aliases.get(path.root);
      if (alias?.kind === 'pointer_expression' && text[alias.start] === '&')
        add(access, pointee(text, alias));
      return;
    }
    const call = path.fields.length === 0 ? bare(text, place) : undefined;
    const given = call?.kind === 'call_expression' ? callees?.place(callee(text, call) ?? '') : undefined;
    found.push({
      ...access,
      word: spelling(text, place),
      path: call && given ? pathThrough(given, callArguments(call)) : path,
    });
  };

  /** A place that a called function names with its parameters. */
  function pathThrough(
    inner: { readonly parameters: readonly string[]; readonly path: Path },
    args: readonly Node[],
  ): Path {
    const arg = args[inner.parameters.indexOf(inner.path.root)];
    if (!arg) return inner.path;
    const base = pathOf(text, pointee(text, arg), locals);
    if (inner.path.fields.length === 0) return base;
    if (inner.path.type !== undefined) return { ...inner.path, root: base.root, kind: 'other' };
    return { ...base, fields: [...base.fields, ...inner.path.fields] };
  }

  const points = [...flow.points]
    .filter(p => p.node && p.kind !== 'leave' && p.kind !== 'label')
    .sort((p, q) => (p.node?.start ?? 0) - (q.node?.start ?? 0));
  for (const p of points) {
    const again = once(() =>
      p.kind === 'test' && p.loop?.kind !== 'macro_loop' ? waits(flow, a.events, p) : undefined,
    );
    for (const e of a.events(p)) event(p, e, again);
    if (p.node && p.loop?.kind !== 'macro_loop') tests(p, p.node, again);
  }
  return found.sort((x, y) => x.node.start - y.node.start || x.node.end - y.node.end);

  function event(p: Point, e: Event, again: Again): void {
    if (e.kind === 'assign') assign(p, e);
    else if (e.kind === 'call' && e.name !== undefined) call(p, e.name, e.args, e.node, again);
  }

  function assign(p: Point, e: Event & { kind: 'assign' }): void {
    if (!e.right) return;
    const operator = e.operator.slice(0, -1);
    const right = value(e.right);
    if (e.left.kind === 'identifier' && isLocal(text.slice(e.left.start, e.left.end))) {
      const local = text.slice(e.left.start, e.left.end);
      const old = env.get(local);
      const now = operator === '' ? right : combine(operator, old, right);
      const before = origin.get(local);
      const conditional =
        before !== undefined &&
        (branches.get(e.node) ?? []).some(b => !(branches.get(before) ?? []).includes(b));
      const next = conditional ? join(old, now) : now;
      if (next) env.set(local, next);
      else env.delete(local);
      if (!conditional) origin.set(local, e.node);
      return;
    }
    const place = bare(text, e.left);
    const base: Value = {
      kind: 'word',
      read: { place, via: 'plain', ordering: 'plain' },
      sets: [],
      clears: [],
      maySet: [],
      mayClear: [],
    };
    stored(
      p,
      e.node,
      place,
      'plain',
      'plain',
      operator === '' ? right : combine(operator, base, right),
      false,
    );
  }

  /** A new value was put into a word, all at once or not. */
  function stored(
    p: Point,
    node: Node,
    place: Node,
    via: string,
    ordering: Ordering,
    now: Value | undefined,
    strong: boolean,
  ): void {
    const common = { via, ordering, atomic: via !== 'plain', strong, point: p.id, node };
    if (now?.kind === 'word') {
      const parts: readonly (readonly [AccessKind, readonly Term[], boolean])[] = [
        ['set', now.sets, false],
        ['set', now.maySet, true],
        ['clear', now.clears, false],
        ['clear', now.mayClear, true],
      ];
      const said = parts.filter(([, bits]) => bits.some(isNamed));
      for (const [kind, bits, maybe] of said)
        add({ ...common, kind, bits: bits.filter(isNamed), maybe }, place);
      if (said.length === 0 && strong) add({ ...common, kind: 'rmw', bits: [], maybe: false }, place);
      return;
    }
    const bits = now?.kind === 'mask' && !now.inverted ? now.terms.filter(isNamed) : [];
    if (strong || bits.length > 0)
      add({ ...common, kind: strong ? 'rmw' : 'store', bits, maybe: false }, place);
  }

  function call(p: Point, name: string, args: readonly Node[], node: Node, again: Again): void {
    const k = primitive(name);
    if (!bitClasses.has(k?.class ?? ''))
      for (const w of callees?.wrappers(name) ?? []) through(p, w, args, node, again);
    const pointer = k?.pointer === undefined ? undefined : args[k.pointer];
    if (!k || !pointer) return;
    const place = pointee(text, pointer);
    const common = {
      via: name,
      ordering: k.ordering,
      point: p.id,
      node,
      maybe: false,
      strong: true,
      atomic: true,
    };
    const bit = k.bit === undefined ? undefined : args[k.bit];
    if (k.class === 'bitop' || k.class === 'bitop_nonatomic') {
      const atomic = k.class === 'bitop';
      if (name === 'set_mask_bits' || name === 'bit_clear_unless') {
        const clears = args[1] && value(args[1]);
        const sets = name === 'set_mask_bits' && args[2] ? value(args[2]) : undefined;
        if (clears?.kind === 'mask') add({ ...common, kind: 'clear', bits: clears.terms }, place);
        if (sets?.kind === 'mask') add({ ...common, kind: 'set', bits: sets.terms }, place);
        return;
      }
      if (!bit) return;
      const bits: readonly Term[] = [bitTerm(text, bit, isLocal)];
      if (k.role === 'load') {
        const waiting = waitsAt(p, node, again) ?? awaited(p, node);
        add(
          waiting === undefined
            ? { ...common, kind: 'test', bits, atomic }
            : { ...common, kind: 'wait', bits, atomic, until: waiting ? 'clear' : 'set' },
          place,
        );
        return;
      }
      const kind = /change|assign/.test(name) ? 'change' : /clear/.test(name) ? 'clear' : 'set';
      const told = k.role === 'rmw-value';
      add({ ...common, kind, bits, atomic, ...(told && { tests: true as const }) }, place);
      const waiting = told ? waitsAt(p, node, again) : undefined;
      if (waiting !== undefined)
        add({ ...common, kind: 'wait', bits, atomic, until: waiting ? 'clear' : 'set' }, place);
      return;
    }
    if (k.class === 'bitlock' && bit) {
      const bits: readonly Term[] = [bitTerm(text, bit, isLocal)];
      if (k.role === 'begin') add({ ...common, kind: 'wait', bits, until: 'clear' }, place);
      if (k.role === 'begin' || k.role === 'try') add({ ...common, kind: 'set', bits, tests: true }, place);
      else
        add(
          { ...common, kind: k.role === 'end' ? 'clear' : 'test', bits, atomic: !name.startsWith('__') },
          place,
        );
      return;
    }
    if (k.class === 'wait' && bit && name !== 'wake_up_bit') {
      const bits: readonly Term[] = [bitTerm(text, bit, isLocal)];
      if (name === 'clear_and_wake_up_bit') add({ ...common, kind: 'clear', bits }, place);
      else {
        add({ ...common, kind: 'wait', bits, until: 'clear' }, place);
        if (name.startsWith('wait_on_bit_lock')) add({ ...common, kind: 'set', bits }, place);
      }
      return;
    }
    if (k.role === 'wait') {
      // wait_event(queue, condition): the condition is waited for.
      const condition = args.find(
        (x, i) => i > 0 && /test_|&|\bREAD_ONCE\b/.test(text.slice(x.start, x.end)),
      );
      if (condition) tests(p, condition, () => false);
      return;
    }
    if (k.role === 'cas' || k.role === 'swap') {
      const now = args[k.role === 'cas' ? 2 : 1];
      stored(p, node, place, name, k.ordering, now && value(now), true);
      return;
    }
    if (k.class === 'atomic' && /_(or|and|andnot|xor)(_|$)/.test(name)) {
      // atomic_or(mask, &v), but fetch_or(&v, mask).
      const given = args[k.bit ?? (k.pointer === 0 ? 1 : 0)];
      const mask = given && value(given);
      if (mask?.kind !== 'mask') return;
      const kind: AccessKind = /_xor/.test(name) ? 'change' : /_or/.test(name) ? 'set' : 'clear';
      const straight = /_and(_|$)/.test(name) ? mask.inverted : !mask.inverted;
      if (straight) add({ ...common, kind, bits: mask.terms }, place);
      return;
    }
    if (k.class === 'access' && k.role === 'store') {
      const now = args[1] && value(args[1]);
      stored(p, node, name === 'WRITE_ONCE' ? bare(text, pointer) : place, name, k.ordering, now, false);
    }
  }

  /** A call of a function that does something to a bit among its arguments. */
  function through(p: Point, w: BitWrapper, args: readonly Node[], node: Node, again: Again): void {
    const arg = args[w.bit];
    if (!arg) return;
    const mask = w.takes === 'mask' ? value(arg) : undefined;
    const bits =
      w.takes === 'bit'
        ? [bitTerm(text, arg, isLocal)]
        : mask?.kind === 'mask' && !mask.inverted
          ? mask.terms.filter(isNamed)
          : [];
    if (bits.length === 0) return;
    const waiting = w.kind === 'test' ? (waitsAt(p, node, again) ?? awaited(p, node)) : undefined;
    found.push({
      kind: waiting === undefined ? w.kind : 'wait',
      ...(waiting === undefined
        ? w.until && { until: w.until }
        : { until: waiting ? ('clear' as const) : ('set' as const) }),
      word: substitute(
        w.word,
        w.parameters,
        args.map(x => spelling(text, x)),
      ),
      path: pathThrough(w, args),
      bits,
      maybe: w.maybe,
      via: w.via,
      through: w.name,
      atomic: w.atomic,
      ordering: w.ordering,
      ...(w.tests && { tests: true as const }),
      strong: w.strong,
      point: p.id,
      node,
    });
  }

  /** Every `word & mask` in an expression; those in value computations such as `(v & A) / A * B` do not count. */
  function tests(p: Point, root: Node, again: Again): void {
    walk(root, (n, parents) => {
      // Statements inside of an expression have points of their own.
      if (n.kind === 'compound_statement') return false;
      if (n.kind === 'assignment_expression' || n.kind === 'init_declarator') {
        const target = child(n, 'left') ?? child(n, 'declarator');
        const right = child(n, 'right') ?? child(n, 'value');
        // `new = val & ~A` is no test; `ok = val & A` is.
        const v = right && value(right);
        if (target && v && v.kind !== 'part' && v.kind !== 'truth') return false;
        return true;
      }
      if (n.kind === 'call_expression') {
        const k = primitive(callee(text, n) ?? '');
        if (k?.role === 'cas' || k?.role === 'swap' || k?.role === 'store') return false;
      }
      if (n.kind !== 'binary_expression') return true;
      const v = value(n);
      if (operatorOf(text, n) !== '&' || v?.kind !== 'part' || !v.terms.some(isNamed)) return true;
      if (parents.some(q => q.kind === 'binary_expression' && operatorOf(text, q) === '/')) return false;
      // In the condition of wait_event() one waits while it is false.
      const waiting =
        root === p.node ? waitsAt(p, n, again) : again() === undefined ? undefined : polarity(root, n, false);
      const { read } = v;
      const common = {
        bits: v.terms.filter(isNamed),
        maybe: false,
        via: read.via,
        atomic: read.via !== 'plain',
        ordering: read.ordering,
        strong: false,
        point: p.id,
        node: n,
      };
      add(
        waiting === undefined
          ? { ...common, kind: 'test' }
          : { ...common, kind: 'wait', until: waiting ? 'clear' : 'set' },
        read.place,
      );
      return false;
    });
  }

  /** Inside the condition of a wait_event() at this point: whether it waits while the bit is set. */
  function awaited(p: Point, operation: Node): boolean | undefined {
    for (const e of a.events(p)) {
      if (e.kind !== 'call' || e.name === undefined || primitive(e.name)?.role !== 'wait') continue;
      const condition = e.args.find(x => x.start <= operation.start && x.end >= operation.end);
      if (condition) return polarity(condition, operation, false);
    }
    return undefined;
  }

  function waitsAt(p: Point, operation: Node, again: Again): boolean | undefined {
    const outcome = p.node && p.kind === 'test' ? again() : undefined;
    return p.node && outcome !== undefined ? polarity(p.node, operation, outcome) : undefined;
  }

  /** Whether the bit being set makes the test come out as `again`, when the test is about it: waiting while it is set. */
  function polarity(test: Node, operation: Node, again: boolean): boolean | undefined {
    const inner = bare(text, test);
    if (inner === operation) return again;
    if (inner.kind === 'binary_expression') {
      const operator = operatorOf(text, inner);
      const left = child(inner, 'left');
      const right = child(inner, 'right');
      if (!left || !right) return undefined;
      const zero = /^(0|false|NULL)$/.test(spelling(text, right));
      const inside = polarity(left, operation, again);
      if (inside === undefined) return undefined;
      if (operator === '==' && zero) return !inside;
      if (operator === '!=' && zero) return inside;
      return operator === '==' ? !inside : operator === '!=' ? inside : undefined;
    }
    if (inner.kind === 'unary_expression' && operatorOf(text, inner) === '!') {
      const argument = child(inner, 'argument');
      const inside = argument && polarity(argument, operation, again);
      return inside === undefined ? undefined : !inside;
    }
    return undefined;
  }
}

/** The outcome of the current test that waits, worked out when asked for. */
type Again = () => boolean | undefined;

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Numbers alone say nothing about which bit is meant. */
function isNamed(t: Term): boolean {
  return t.kind === 'bit' || !/^\d/.test(t.text);
}

/** For every assignment the branches (if, switch, ternary) that it is in. */
function branchesOf(body: Node): ReadonlyMap<Node, readonly Node[]> {
  const found = new Map<Node, readonly Node[]>();
  walk(body, (n, parents) => {
    if (n.kind !== 'assignment_expression' && n.kind !== 'init_declarator') return;
    found.set(
      n,
      parents.filter((q, i) => {
        const next = parents[i + 1] ?? n;
        return (
          (q.kind === 'if_statement' && next.field !== 'condition') ||
          q.kind === 'else_clause' ||
          q.kind === 'case_statement'
        );
      }),
    );
  });
  return found;
}
