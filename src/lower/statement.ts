/** Statements: control flow to jumps and labels, scopes, clean-ups at scope exits, switch with fall-through. */
import type { Operand } from '../ir/program';
import { constant, zero } from './builder';
import type { Label } from './builder';
import type { Declaration, Declarator, Expression, Initializer, Statement } from './c/ast';
import type { Cleanup, Frame, Local, Place, Value } from './context';
import { at, newScope, spanOf } from './context';
import { countOf, initialise } from './initial';
import { guardOf } from './primitives/guards';
import { isAggregate, scalarOf, settle, sizeOf, voidType } from './types';
import type { CType } from './types';

type Block = Statement & { readonly kind: 'block' };

/** Runs the clean-ups above a mark, innermost first, without forgetting them (other ways out need them too). */
function unwind(f: Frame, to: number): void {
  for (let i = f.cleanups.length - 1; i >= to; i--) f.cleanups[i]?.run();
}

/** A block; with `wantValue` the value of its last expression statement (a GNU statement expression). */
export function block(f: Frame, s: Block, wantValue: boolean): Value {
  const before = f.scope;
  const mark = f.cleanups.length;
  const enclosing = f.enclosing;
  f.enclosing = s;
  f.scope = newScope(before);
  let result: Value = { type: voidType, operand: zero };
  s.items.forEach((item, i) => {
    if (wantValue && i === s.items.length - 1) {
      let last = item;
      while (last.kind === 'label') {
        bindLabel(f, last.name);
        last = last.body;
      }
      if (last.kind === 'expression' && last.expression) {
        result = f.lowering.parts.value(f, last.expression);
        return;
      }
      statement(f, last);
      return;
    }
    statement(f, item);
  });
  unwind(f, mark);
  f.cleanups.length = mark;
  f.scope = before;
  f.enclosing = enclosing;
  return result;
}

/** Holds a label that a jump from elsewhere may reach: it cannot be left out where the code before it ends. */
function hasLabel(s: Statement): boolean {
  switch (s.kind) {
    case 'label':
    case 'case':
      return true;
    case 'block':
      return s.items.some(hasLabel);
    case 'if':
      return hasLabel(s.then) || (s.otherwise !== undefined && hasLabel(s.otherwise));
    case 'while':
    case 'do':
    case 'for':
    case 'switch':
      return hasLabel(s.body);
    case 'guard':
      return s.body !== undefined && hasLabel(s.body);
    case 'declare':
      // A static local may be wanted by code behind a label.
      return true;
    default:
      return false;
  }
}

function full(f: Frame, e: Expression, work: () => void): void {
  const before = f.statement;
  f.statement = e;
  at(f, e, work);
  f.statement = before;
}

function cond(f: Frame, e: Expression, yes: Label, no: Label): void {
  full(f, e, () => f.lowering.parts.condition(f, e, yes, no));
}

function loopBody(f: Frame, s: Statement, breakTo: Label, continueTo: Label): void {
  const before = { b: f.breakTo, c: f.continueTo };
  f.breakTo = { label: breakTo, cleanups: f.cleanups.length };
  f.continueTo = { label: continueTo, cleanups: f.cleanups.length };
  statement(f, s);
  f.breakTo = before.b;
  f.continueTo = before.c;
}

export function labelOf(f: Frame, name: string): Label {
  let l = f.labels.get(name);
  if (!l) {
    l = f.build.label();
    f.labels.set(name, l);
  }
  return l;
}

function bindLabel(f: Frame, name: string): void {
  const label = labelOf(f, name);
  if (f.backward.has(name)) label.used = true;
  f.build.bind(label);
}

export function statement(f: Frame, s: Statement): void {
  const { build } = f;
  if (build.dead() && !hasLabel(s)) return;
  const before = f.node;
  f.node = s;
  lower(f, s);
  f.node = before;
}

function lower(f: Frame, s: Statement): void {
  const { build, lowering } = f;
  switch (s.kind) {
    case 'block':
      block(f, s, false);
      return;
    case 'expression': {
      const e = s.expression;
      if (e) full(f, e, () => lowering.parts.effect(f, e));
      return;
    }
    case 'declare':
      declare(f, s.declaration, s);
      return;
    case 'if': {
      const yes = build.label();
      const no = build.label();
      const end = build.label();
      cond(f, s.condition, yes, no);
      build.bind(yes);
      statement(f, s.then);
      if (s.otherwise) build.jump(end);
      build.bind(no);
      if (s.otherwise) {
        // Falling out of `then` into `no` is kept apart by the jump above.
        statement(f, s.otherwise);
        build.jump(end);
        build.bind(end);
      }
      return;
    }
    case 'while': {
      const head = build.label();
      const body = build.label();
      const end = build.label();
      build.jump(head);
      build.bind(head);
      cond(f, s.condition, body, end);
      build.bind(body);
      loopBody(f, s.body, end, head);
      build.jump(head);
      build.bind(end);
      return;
    }
    case 'do': {
      const head = build.label();
      const test = build.label();
      const end = build.label();
      build.jump(head);
      build.bind(head);
      loopBody(f, s.body, end, test);
      build.jump(test);
      build.bind(test);
      cond(f, s.condition, head, end);
      build.bind(end);
      return;
    }
    case 'for': {
      const scope = f.scope;
      f.scope = newScope(scope);
      const head = build.label();
      const body = build.label();
      const step = build.label();
      const end = build.label();
      if (s.start) statement(f, s.start);
      build.jump(head);
      build.bind(head);
      if (s.condition) cond(f, s.condition, body, end);
      else build.jump(body);
      build.bind(body);
      loopBody(f, s.body, end, step);
      build.jump(step);
      build.bind(step);
      const e = s.step;
      if (e && !build.dead()) full(f, e, () => lowering.parts.effect(f, e));
      build.jump(head);
      build.bind(end);
      f.scope = scope;
      return;
    }
    case 'switch':
      switchOver(f, s);
      return;
    case 'case': {
      const label = f.cases?.get(s);
      if (label) build.bind(label);
      statement(f, s.body);
      return;
    }
    case 'label':
      bindLabel(f, s.name);
      statement(f, s.body);
      return;
    case 'goto': {
      if (s.name === undefined) {
        build.emit({ op: 'unsupported', reason: 'a computed goto' });
        return;
      }
      const inside = f.labelBlocks.get(s.name) ?? [];
      for (let i = f.cleanups.length - 1; i >= 0; i--) {
        const c = f.cleanups[i];
        if (c && !inside.includes(c.block)) c.run();
      }
      build.jump(labelOf(f, s.name));
      return;
    }
    case 'break':
      if (!f.breakTo) return lowering.problem('break outside a loop or switch', spanOf(s));
      unwind(f, f.breakTo.cleanups);
      build.jump(f.breakTo.label);
      return;
    case 'continue':
      if (!f.continueTo) return lowering.problem('continue outside a loop', spanOf(s));
      unwind(f, f.continueTo.cleanups);
      build.jump(f.continueTo.label);
      return;
    case 'return':
      giveBack(f, s.value);
      return;
    case 'assembler':
      build.emit({ op: 'unsupported', reason: 'inline assembler' });
      return;
    case 'guard': {
      const g = guardOf(s.lock);
      if (!g) {
        build.emit({ op: 'unsupported', reason: `guard(${s.lock})` });
        return;
      }
      const values = s.arguments.map(a => lowering.parts.value(f, a));
      const kept = values.map(v => {
        const register = build.register(scalarOf(v.type));
        build.emit({ op: 'copy', to: register, from: build.known(v.operand) });
        return { kind: 'register', register } as Operand;
      });
      const release = at(f, s, () => g(f, kept));
      const mark = f.cleanups.length;
      f.cleanups.push({ block: f.enclosing ?? s, run: () => at(f, s, release) });
      if (s.body) {
        statement(f, s.body);
        unwind(f, mark);
        f.cleanups.length = mark;
      }
      return;
    }
  }
}

function giveBack(f: Frame, e: Expression | undefined): void {
  const { build, lowering } = f;
  let operand: Operand | undefined;
  const returns = settle(f.returns);
  if (e) {
    full(f, e, () => {
      if (returns.kind === 'void') {
        lowering.parts.effect(f, e);
        return;
      }
      const v = lowering.parts.value(f, e, returns);
      if (returns.kind === 'record') {
        if (f.resultAddress && isAggregate(v.type))
          build.emit({
            op: 'move',
            target: f.resultAddress,
            source: v.operand,
            size: constant(sizeOf(returns)),
          });
        return;
      }
      operand = build.known(lowering.parts.convert(f, v, returns).operand);
      if (f.cleanups.length && operand.kind === 'register') {
        // What the clean-ups do must not change what is returned.
        const kept = build.register(scalarOf(returns));
        build.emit({ op: 'copy', to: kept, from: operand });
        operand = { kind: 'register', register: kept };
      }
    });
  }
  unwind(f, 0);
  if (f.result) {
    if (f.result.register !== undefined && operand) build.copy(f.result.register, operand);
    build.jump(f.result.label);
    return;
  }
  build.emit({ op: 'return', ...(operand ? { value: operand } : {}) });
}

function collectCases(s: Statement, out: (Statement & { readonly kind: 'case' })[]): void {
  switch (s.kind) {
    case 'case':
      out.push(s);
      collectCases(s.body, out);
      return;
    case 'label':
      collectCases(s.body, out);
      return;
    case 'block':
      for (const i of s.items) collectCases(i, out);
      return;
    case 'if':
      collectCases(s.then, out);
      if (s.otherwise) collectCases(s.otherwise, out);
      return;
    case 'while':
    case 'do':
    case 'for':
      collectCases(s.body, out);
      return;
    case 'guard':
      if (s.body) collectCases(s.body, out);
      return;
    default:
      return;
  }
}

function switchOver(f: Frame, s: Statement & { readonly kind: 'switch' }): void {
  const { build, lowering } = f;
  const cases: (Statement & { readonly kind: 'case' })[] = [];
  collectCases(s.body, cases);
  const outer = f.cases;
  const labels = new Map<Statement, Label>(outer ?? []);
  const end = build.label();
  let otherwise: Label = end;
  full(f, s.value, () => {
    const v = lowering.parts.value(f, s.value);
    for (const c of cases) {
      const label = build.label();
      labels.set(c, label);
      if (!c.from) {
        otherwise = label;
        continue;
      }
      const from = lowering.parts.fixed(c.from, f.file, undefined, f.scope);
      const next = build.label();
      if (c.to) {
        const to = lowering.parts.fixed(c.to, f.file, undefined, f.scope);
        const above = build.label();
        build.branch(lowering.parts.operate(f, '>=', v, from).operand, above, next);
        build.bind(above);
        build.branch(lowering.parts.operate(f, '<=', v, to).operand, label, next);
      } else build.branch(lowering.parts.operate(f, '==', v, from).operand, label, next);
      build.bind(next);
    }
    build.jump(otherwise);
  });
  const before = f.breakTo;
  f.breakTo = { label: end, cleanups: f.cleanups.length };
  f.cases = labels;
  statement(f, s.body);
  f.cases = outer;
  f.breakTo = before;
  build.jump(end);
  build.bind(end);
}

function declare(f: Frame, d: Declaration, s: Statement): void {
  const { lowering } = f;
  if (!d.declarators.length) {
    lowering.parts.type(f, f.file, { specifier: d.specifier, derived: [], first: d.first, last: d.last });
    return;
  }
  for (const x of d.declarators) {
    let type: CType;
    if (x.type.specifier.kind === 'auto' && x.initializer?.kind === 'expression') {
      const t = settle(lowering.parts.typeOf(f, x.initializer.value));
      type = t.kind === 'array' ? { kind: 'pointer', to: t.of } : t;
    } else type = lowering.parts.type(f, f.file, x.type);
    if (d.storage === 'typedef') {
      f.scope.typedefs.set(x.name, type);
      continue;
    }
    if (settle(type).kind === 'function' || d.storage === 'extern') continue;
    if (x.initializer) {
      const n = countOf(
        type,
        x.initializer,
        e => number(f, e),
        e => isAggregate(lowering.parts.typeOf(f, e)),
      );
      const t = settle(type);
      if (n !== undefined && t.kind === 'array') type = { ...t, count: n };
    }
    if (d.storage === 'static') {
      const object = lowering.object(`${f.name}.${x.name}`, type, x.initializer, f.file, spanOf(x), false);
      f.scope.locals.set(x.name, { kind: 'memory', address: { kind: 'object', object, offset: 0 }, type });
      continue;
    }
    declareAutomatic(f, x, type, s);
  }
}

function number(f: Frame, e: Expression): number | undefined {
  const v = f.lowering.parts.constant(f, e);
  return typeof v === 'number' ? v : undefined;
}

function declareAutomatic(f: Frame, x: Declarator, type: CType, s: Statement): void {
  const { build, lowering } = f;
  const t = settle(type);
  const inMemory =
    t.kind === 'record' || t.kind === 'array' || f.addressTaken.has(x.name) || x.cleanup !== undefined;
  let local: Local;
  if (inMemory) {
    const slot = build.stack({ name: x.name, layout: lowering.layout(type, x.name) });
    local = { kind: 'memory', address: { kind: 'stack', slot, offset: 0 }, type };
  } else
    local = { kind: 'register', register: build.register(scalarOf(type), x.name), type, origin: undefined };
  // The variable is in scope in its own initialiser (`struct list_head h = LIST_HEAD_INIT(h)`).
  const place: Place =
    local.kind === 'register'
      ? { kind: 'register', register: local.register, type, local }
      : { kind: 'memory', address: local.address, type };
  f.scope.locals.set(x.name, local);
  const init = x.initializer;
  if (init && !build.dead()) {
    const before = f.statement;
    f.statement = x;
    at(f, x, () => automatic(f, place, init));
    f.statement = before;
  }
  if (x.cleanup !== undefined) {
    const name = x.cleanup;
    const cleanup: Cleanup = {
      block: f.enclosing ?? s,
      run: () => {
        const callee: Expression = { kind: 'name', name, first: x.first, last: x.last };
        const argument: Expression = {
          kind: 'unary',
          operator: '&',
          operand: { kind: 'name', name: x.name, first: x.first, last: x.last },
          first: x.first,
          last: x.last,
        };
        const scope = f.scope;
        f.scope = { ...newScope(scope), locals: new Map([[x.name, local]]) };
        lowering.parts.effect(f, {
          kind: 'call',
          callee,
          arguments: [argument],
          first: x.first,
          last: x.last,
        });
        f.scope = scope;
      },
    };
    f.cleanups.push(cleanup);
  }
}

/** Stores an initialiser into an automatic variable: first zeroes, then the values, as C has it. */
export function automatic(f: Frame, p: Place, init: Initializer): void {
  const { build, lowering } = f;
  const { parts } = lowering;
  if (p.kind === 'register') {
    const e = scalarExpression(init);
    if (e) parts.store(f, p, parts.value(f, e, p.type));
    else build.copy(p.register, zero);
    return;
  }
  const type = settle(p.type);
  if (type.kind !== 'record' && type.kind !== 'array') {
    const e = scalarExpression(init);
    if (e) parts.store(f, p, parts.value(f, e, p.type), 'initial');
    else
      build.emit({ op: 'store', type: scalarOf(type), address: p.address, value: zero, marking: 'initial' });
    return;
  }
  if (init.kind === 'expression' && init.value.kind !== 'string' && init.value.kind !== 'compound') {
    const v = parts.value(f, init.value, type);
    if (isAggregate(v.type))
      build.emit({ op: 'move', target: p.address, source: v.operand, size: constant(sizeOf(type)) });
    return;
  }
  build.emit({ op: 'fill', address: p.address, byte: zero, size: constant(sizeOf(type)) });
  const placeAt = (offset: number, t: CType): Place => ({
    kind: 'memory',
    address: build.binary('add', 'u64', p.address, constant(offset)),
    type: t,
  });
  initialise(type, init, 0, {
    scalar: (offset, t, bits, e) => {
      const v = parts.value(f, e, t);
      const target = placeAt(offset, t);
      parts.store(f, bits && target.kind === 'memory' ? { ...target, bits } : target, v, 'initial');
    },
    copy: (offset, t, e) => {
      const v = parts.value(f, e, t);
      build.emit({
        op: 'move',
        target: build.binary('add', 'u64', p.address, constant(offset)),
        source: v.operand,
        size: constant(sizeOf(t)),
      });
    },
    constant: e => number(f, e),
    isAggregate: e => isAggregate(parts.typeOf(f, e)),
    missing: (record, member, entry) =>
      lowering.problem(
        `struct ${record} has no member ${member} in this configuration`,
        spanOf(entry.value.kind === 'expression' ? entry.value.value : entry.value),
        'warning',
      ),
    byte: (offset, t, b) => {
      if (b !== 0)
        build.emit({
          op: 'store',
          type: scalarOf(t),
          address: build.binary('add', 'u64', p.address, constant(offset)),
          value: constant((b << 24) >> 24),
          marking: 'initial',
        });
    },
  });
}

function scalarExpression(i: Initializer): Expression | undefined {
  if (i.kind === 'expression') return i.value;
  const first = i.entries[0];
  return first ? scalarExpression(first.value) : undefined;
}
