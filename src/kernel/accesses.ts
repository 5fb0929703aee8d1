/**
 * Accesses to state words: bit operations, cmpxchg and its like, marked and plain reads and writes with masks. A value
 * that was read into a local and tested later counts as a test of the word; the new value of a cmpxchg loop is traced
 * to what it sets and clears (masks.ts). A test that spins or sleeps is a wait (loops.ts).
 *
 * Left out: words reached only through a pointer parameter of the function itself (`set_bit(nr, addr)` of a helper).
 */
import { child, walk, type Node } from '../syntax/node';
import type { Event } from './events';
import { bare, callee, operatorOf, pointee, spelling } from './expression';
import type { Point } from './flow';
import { remember, type Analysis } from './functions';
import { waits } from './loops';
import { combine, join, valueOf, type Term, type Value } from './masks';
import { pathOf, type Path } from './places';
import { primitive, type Ordering } from './primitives';

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

/** All accesses in a function, in text order. */
export function accessesOf(a: Analysis): readonly Access[] {
  return remember(a, 'accesses', () => collect(a));
}

function collect(a: Analysis): readonly Access[] {
  const { text, flow, locals } = a;
  const found: Access[] = [];
  const env = new Map<string, Value>();
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
      return;
    }
    found.push({ ...access, word: spelling(text, place), path });
  };

  const points = [...flow.points]
    .filter(p => p.node && p.kind !== 'leave')
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
      const bits: readonly Term[] = [{ kind: 'bit', text: spelling(text, bit) }];
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
    if (k.class === 'wait' && bit && name !== 'wake_up_bit') {
      const bits: readonly Term[] = [{ kind: 'bit', text: spelling(text, bit) }];
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
      const mask = args[0] && value(args[0]);
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

  /** Every `word & mask` in an expression; those in value computations such as `(v & A) / A * B` do not count. */
  function tests(p: Point, root: Node, again: Again): void {
    walk(root, (n, parents) => {
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
