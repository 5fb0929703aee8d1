/** One C function to one ir function; which locals need memory; where labels stand. */
import type { Function as IrFunction } from '../ir/program';
import { createBuilder } from './builder';
import type { FunctionDefinition, Statement, TypeName } from './c/ast';
import type { Frame, Local, Lowering, Scope } from './context';
import { currentSite, newScope, spanOf } from './context';
import { placesOf } from './primitives/table';
import { isAggregate, scalarOf, settle, voidType } from './types';
import type { CType } from './types';

const taken = new WeakMap<object, ReadonlySet<string>>();

interface AnyNode {
  readonly kind?: string;
  readonly [key: string]: unknown;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null;
}

/** Visits all nodes below one, tokens left out. */
function visit(value: unknown, enter: (node: AnyNode) => boolean): void {
  if (Array.isArray(value)) {
    for (const v of value) visit(v, enter);
    return;
  }
  if (!isNode(value) || !enter(value)) return;
  for (const key in value) {
    if (key === 'first' || key === 'last') continue;
    const v = value[key];
    if (typeof v === 'object' && v !== null) visit(v, enter);
  }
}

/** Names that stand under `&` somewhere: their variables live in memory, all others in registers. */
export function takenAddresses(d: { readonly body: object }): ReadonlySet<string> {
  let found = taken.get(d.body);
  if (found) return found;
  const names = new Set<string>();
  const enter = (node: AnyNode): boolean => {
    if (node.kind === 'call' && isNode(node['callee'])) {
      const callee = node['callee'];
      const free = callee.kind === 'name' ? placesOf(String(callee['name'])) : [];
      if (free.length && Array.isArray(node['arguments'])) {
        node['arguments'].forEach((a: unknown, i) => {
          if (free.includes(i) && isNode(a) && a.kind === 'unary' && a['operator'] === '&') return;
          visit(a, enter);
        });
        return false;
      }
    }
    if (node.kind === 'unary' && node['operator'] === '&') {
      const operand = node['operand'];
      if (isNode(operand) && operand.kind === 'name') names.add(String(operand['name']));
    }
    return true;
  };
  visit(d.body, enter);
  found = names;
  taken.set(d.body, found);
  return found;
}

const backward = new WeakMap<object, ReadonlySet<string>>();

/** Labels that a goto behind them in the text jumps back to: they are alive even where nothing has reached them yet. */
export function backwardLabels(d: { readonly body: Statement }): ReadonlySet<string> {
  const known = backward.get(d.body);
  if (known) return known;
  const seen = new Set<string>();
  const out = new Set<string>();
  visit(d.body, node => {
    const name = node['name'];
    if (node.kind === 'label' && typeof name === 'string') seen.add(name);
    if (node.kind === 'goto' && typeof name === 'string' && seen.has(name)) out.add(name);
    return true;
  });
  backward.set(d.body, out);
  return out;
}

const blocks = new WeakMap<object, ReadonlyMap<string, readonly Statement[]>>();

/** For each label the blocks around it: a goto leaves all others. */
export function blocksOfLabels(d: { readonly body: Statement }): ReadonlyMap<string, readonly Statement[]> {
  const known = blocks.get(d.body);
  if (known) return known;
  const out = new Map<string, readonly Statement[]>();
  const walk = (s: Statement, around: readonly Statement[]): void => {
    switch (s.kind) {
      case 'block':
        for (const i of s.items) walk(i, [...around, s]);
        return;
      case 'label':
        out.set(s.name, around);
        walk(s.body, around);
        return;
      case 'if':
        walk(s.then, around);
        if (s.otherwise) walk(s.otherwise, around);
        return;
      case 'while':
      case 'do':
      case 'for':
      case 'switch':
      case 'case':
        walk(s.body, around);
        return;
      case 'guard':
        if (s.body) walk(s.body, around);
        return;
      default:
        return;
    }
  };
  walk(d.body, []);
  blocks.set(d.body, out);
  return out;
}

export interface FrameRequest {
  readonly file: string;
  readonly name: string;
  readonly returns: CType;
  readonly scope?: Scope;
  readonly addressTaken?: ReadonlySet<string>;
  readonly labelBlocks?: Frame['labelBlocks'];
  readonly backward?: ReadonlySet<string>;
  readonly resultAddress?: Frame['resultAddress'];
}

/** A frame over a builder of its own. */
export function createFrame(lowering: Lowering, r: FrameRequest): Frame {
  const sites: { current: Frame | undefined } = { current: undefined };
  const build = createBuilder(op => (sites.current ? currentSite(sites.current, op) : 0));
  const f: Frame = {
    lowering,
    build,
    sites,
    file: r.file,
    name: r.name,
    scope: r.scope ?? newScope(undefined),
    node: undefined,
    statement: undefined,
    pinned: undefined,
    depth: 0,
    addressTaken: r.addressTaken ?? new Set(),
    returns: r.returns,
    result: undefined,
    resultAddress: r.resultAddress,
    labels: new Map(),
    labelBlocks: r.labelBlocks ?? new Map(),
    backward: r.backward ?? new Set(),
    breakTo: undefined,
    continueTo: undefined,
    cases: undefined,
    cleanups: [],
    enclosing: undefined,
  };
  sites.current = f;
  return f;
}

export interface Source {
  readonly name: string;
  readonly file: string;
  readonly type: TypeName;
  readonly body: Statement;
}

/** Lowers a function with its parameters. */
export function lowerFunction(
  lowering: Lowering,
  s: Source,
  where: FunctionDefinition | Statement,
): IrFunction {
  const t = lowering.parts.type(undefined, s.file, s.type);
  const type =
    t.kind === 'function'
      ? t
      : { kind: 'function' as const, returns: voidType as CType, parameters: [], variadic: false };
  const returns = settle(type.returns);
  const hidden = isAggregate(returns);
  const f = createFrame(lowering, {
    file: s.file,
    name: s.name,
    returns,
    addressTaken: takenAddresses(s),
    labelBlocks: blocksOfLabels(s),
    backward: backwardLabels(s),
    resultAddress: hidden ? { kind: 'register', register: 0 } : undefined,
  });
  f.node = where;
  const { build } = f;
  if (hidden) build.register('u64', 'result');
  const names = s.type.derived[0]?.kind === 'function' ? s.type.derived[0].parameters : [];
  const registers = type.parameters.map((p, i) =>
    build.register(isAggregate(p) ? 'u64' : scalarOf(p), names[i]?.name),
  );
  const parameters = registers.length + (hidden ? 1 : 0);
  type.parameters.forEach((p, i) => {
    const name = names[i]?.name;
    const register = registers[i];
    if (!name || register === undefined) return;
    let local: Local;
    if (isAggregate(p)) local = { kind: 'memory', address: { kind: 'register', register }, type: p };
    else if (f.addressTaken.has(name)) {
      const slot = build.stack({ name, layout: lowering.layout(p, name) });
      local = { kind: 'memory', address: { kind: 'stack', slot, offset: 0 }, type: p };
      build.emit({
        op: 'store',
        type: scalarOf(p),
        address: local.address,
        value: { kind: 'register', register },
        marking: 'initial',
      });
    } else local = { kind: 'register', register, type: p, origin: undefined };
    f.scope.locals.set(name, local);
  });
  lowering.parts.statement(f, s.body);
  f.node = { first: s.body.last, last: s.body.last };
  f.statement = undefined;
  build.emit({ op: 'return' });
  return build.finish(s.name, parameters, spanOf(where));
}
