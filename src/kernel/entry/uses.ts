/**
 * How a text uses the name of a function (or of a parameter or variable that holds one): called, passed on, stored.
 * Purely syntactic, with the types of declarations where they are known.
 */
import { child, namedChildren, walk, type Node } from '../../syntax/node';
import { bare, callArguments, callee, operatorOf } from '../expression';
import { remember, type Analysis } from '../functions';
import { indirectCalls, probes, registrations } from './registrations';
import { keyOfPath, pathOf, typeName, type Locals, type Types } from '../places';

export type Use =
  | { readonly kind: 'call'; readonly node: Node; readonly args: readonly Node[] }
  /** Passed to a function or macro. */
  | { readonly kind: 'argument'; readonly callee: string; readonly index: number; readonly node: Node }
  /** Stored in a member; the struct is '' if it is not known. `variable` is what the table is called. */
  | {
      readonly kind: 'field';
      readonly struct: string;
      readonly field: string;
      readonly variable?: string;
      readonly table?: Node;
      readonly node: Node;
    }
  /** Stored in a variable: of the function, or outside. */
  | { readonly kind: 'variable'; readonly name: string; readonly local: boolean; readonly node: Node }
  /** Returned, put into something that is not followed. */
  | { readonly kind: 'escapes'; readonly how: string; readonly node: Node };

const noLocals: Locals = { parameters: [], types: new Map(), aliases: new Map() };

/** Macros and functions that store their second argument in the first. */
const stores = new Set([
  'WRITE_ONCE',
  'smp_store_release',
  'rcu_assign_pointer',
  'RCU_INIT_POINTER',
  'xchg',
  'smp_store_mb',
  'rcu_replace_pointer',
]);

/** Values that a use passes through: `cond ? f : g`, `(void *)f`, `&f`. */
const transparentKinds = new Set([
  'parenthesized_expression',
  'cast_expression',
  'pointer_expression',
  'comma_expression',
]);

/** The uses of a name under a node, in text order. `locals` are those of the function around, if there is one. */
export function usesIn(
  text: string,
  root: Node,
  name: string,
  types: Types,
  locals: Locals = noLocals,
): readonly Use[] {
  const found: Use[] = [];
  walk(root, (n, parents) => {
    if (n.kind !== 'identifier' || text.slice(n.start, n.end) !== name) return;
    const use = useOf(text, n, [...parents], types, locals);
    if (use) found.push(use);
  });
  return found;
}

function useOf(
  text: string,
  node: Node,
  parents: readonly Node[],
  types: Types,
  locals: Locals,
): Use | undefined {
  let n = node;
  let i = parents.length - 1;
  for (; i >= 0; i--) {
    const p = parents[i];
    if (!p) return undefined;
    if (transparentKinds.has(p.kind)) {
      // `*f` of a pointer to it is the function as well; `&f` too.
      n = p;
      continue;
    }
    if (p.kind === 'conditional_expression' && n.field !== 'condition') {
      n = p;
      continue;
    }
    break;
  }
  const parent = parents[i];
  if (!parent) return undefined;
  switch (parent.kind) {
    case 'call_expression':
      return n.field === 'function' ? { kind: 'call', node: parent, args: callArguments(parent) } : undefined;
    case 'argument_list': {
      const call = parents[i - 1];
      if (call?.kind !== 'call_expression') return { kind: 'escapes', how: 'passed on', node };
      return passed(text, node, n, call, types, locals);
    }
    case 'assignment_expression': {
      if (n.field !== 'right') return undefined;
      const left = child(parent, 'left');
      if (!left || operatorOf(text, parent) !== '=') return undefined;
      return stored(text, left, node, types, locals);
    }
    case 'init_declarator': {
      if (n.field !== 'value') return undefined;
      const name = declaredIn(text, parent);
      if (name === undefined) return undefined;
      return { kind: 'variable', name, local: locals !== noLocals, node };
    }
    case 'initializer_pair':
    case 'initializer_list':
      return listed(text, node, parents.slice(0, i + 1), types);
    case 'return_statement':
      return { kind: 'escapes', how: 'returned', node };
    case 'field_expression':
    case 'subscript_expression':
    case 'binary_expression':
    case 'unary_expression':
    case 'if_statement':
    case 'while_statement':
    case 'sizeof_expression':
    case 'function_declarator':
    case 'parameter_declaration':
    case 'conditional_expression':
    case 'labeled_statement':
    case 'goto_statement':
    case 'expression_statement':
    case 'declaration':
    case 'macro_loop':
    case 'case_statement':
    case 'enumerator':
    case 'invocation':
      return undefined;
    default:
      return undefined;
  }
}

function passed(
  text: string,
  node: Node,
  argument: Node,
  call: Node,
  types: Types,
  locals: Locals,
): Use | undefined {
  const args = callArguments(call);
  const index = args.indexOf(argument);
  const to = callee(text, call);
  if (to === undefined) return { kind: 'escapes', how: 'passed through a pointer', node };
  if (indirectCalls.has(to))
    return { kind: 'call', node: call, args: args.slice(indirectCalls.get(to) ?? 1) };
  const [target] = args;
  if (stores.has(to) && index > 0 && target) return stored(text, target, node, types, locals);
  return { kind: 'argument', callee: to, index, node: call };
}

function stored(text: string, left: Node, node: Node, types: Types, locals: Locals): Use | undefined {
  const place = bare(text, left);
  if (place.kind === 'field_expression') {
    const key = keyOfPath(pathOf(text, place, locals), types);
    const [struct = '', field = ''] = (key ?? '').split('.');
    return { kind: 'field', struct, field, node };
  }
  if (place.kind === 'identifier') {
    const name = text.slice(place.start, place.end);
    return { kind: 'variable', name, local: locals.types.has(name), node };
  }
  if (place.kind === 'subscript_expression') {
    const array = child(place, 'argument');
    const inner = array && bare(text, array);
    if (inner?.kind === 'field_expression') return stored(text, inner, node, types, locals);
    if (inner?.kind === 'identifier') return stored(text, inner, node, types, locals);
  }
  return { kind: 'escapes', how: 'stored', node };
}

/** In an initialiser: `.field = f`, `{ f, g }`. */
function listed(text: string, node: Node, parents: readonly Node[], types: Types): Use {
  const fields: string[] = [];
  let type = '';
  let variable: string | undefined;
  let table: Node | undefined;
  let positional = false;
  for (let i = parents.length - 1; i >= 0; i--) {
    const p = parents[i];
    if (!p) break;
    if (p.kind === 'initializer_pair') {
      const designator = namedChildren(p).filter(c => c.kind === 'field_designator');
      const names = designator.flatMap(d => namedChildren(d).map(c => text.slice(c.start, c.end)));
      fields.unshift(...names);
    } else if (p.kind === 'initializer_list') {
      table ??= p;
      if (parents[i + 1]?.kind !== 'initializer_pair' && fields.length === 0) positional = true;
    } else if (p.kind === 'init_declarator') {
      variable = declaredIn(text, p);
      const declaration = parents[i - 1];
      type = declaration ? typeName(text, child(declaration, 'type')) : '';
      break;
    } else if (p.kind === 'compound_literal_expression') {
      const descriptor = child(p, 'type');
      type = descriptor ? typeName(text, child(descriptor, 'type') ?? descriptor) : '';
      break;
    }
  }
  const field = fields.pop();
  if (field === undefined)
    return variable === undefined
      ? { kind: 'escapes', how: 'put into a table', node }
      : { kind: 'variable', name: variable, local: false, node };
  let struct: string | undefined = type;
  for (const f of fields) struct = struct ? types.fieldType(struct, f) : undefined;
  return {
    kind: 'field',
    struct: positional ? '' : (struct ?? ''),
    field,
    node,
    ...(variable !== undefined && { variable }),
    ...(table && { table }),
  };
}

function declaredIn(text: string, declarator: Node): string | undefined {
  let d = child(declarator, 'declarator');
  while (d && d.kind !== 'identifier')
    d =
      child(d, 'declarator') ??
      namedChildren(d).find(c => c.kind.endsWith('declarator') || c.kind === 'identifier');
  return d && text.slice(d.start, d.end);
}

/** The point of the flow at which each call is made. */
export function callPoints(a: Analysis): ReadonlyMap<Node, number> {
  return remember(a, 'call points', () => {
    const points = new Map<Node, number>();
    for (const p of a.flow.points)
      for (const e of a.events(p)) if (e.kind === 'call' && !points.has(e.node)) points.set(e.node, p.id);
    return points;
  });
}

/** A call through a pointer that is a member: `ops->open(f)`, or through a local that was read from one. */
export interface FieldCall {
  /** '' if it is not known. */
  readonly struct: string;
  readonly field: string;
  readonly node: Node;
  readonly args: readonly Node[];
  readonly point: number;
}

/** A member that is copied to another one: `nlk->netlink_rcv = cfg->input`. */
export interface FieldCopy {
  readonly from: { readonly struct: string; readonly field: string };
  readonly to: { readonly struct: string; readonly field: string };
  readonly node: Node;
}

/** The copies of members in a function. */
export function fieldCopies(a: Analysis, types: Types): readonly FieldCopy[] {
  const { text, locals } = a;
  const found: FieldCopy[] = [];
  for (const p of a.flow.points)
    for (const e of a.events(p)) {
      if (e.kind !== 'assign' || e.operator !== '=' || !e.right) continue;
      const [to, from] = [e.left, e.right].map(n => {
        const place = bare(text, n);
        if (place.kind !== 'field_expression') return undefined;
        const key = keyOfPath(pathOf(text, place, locals), types) ?? '';
        const dot = key.indexOf('.');
        return dot < 0 ? undefined : { struct: key.slice(0, dot), field: key.slice(dot + 1) };
      });
      if (to && from) found.push({ from, to, node: e.node });
    }
  return found;
}

/** A member that is passed to a function by name: `INIT_WORK(&d->work, ops->work)`. */
export interface FieldPass {
  readonly struct: string;
  readonly field: string;
  readonly callee: string;
  readonly index: number;
  readonly node: Node;
}

/** The members that a function passes on to registering functions. */
export function fieldPasses(a: Analysis, types: Types): readonly FieldPass[] {
  const { text, locals } = a;
  const found: FieldPass[] = [];
  for (const p of a.flow.points)
    for (const e of a.events(p)) {
      if (e.kind !== 'call' || e.name === undefined) continue;
      if (!registrations.has(e.name) && !probes.test(e.name)) continue;
      for (const [index, argument] of e.args.entries()) {
        const place = bare(text, argument);
        if (place.kind !== 'field_expression') continue;
        const key = keyOfPath(pathOf(text, place, locals), types) ?? '';
        const dot = key.indexOf('.');
        if (dot > 0)
          found.push({
            struct: key.slice(0, dot),
            field: key.slice(dot + 1),
            callee: e.name,
            index,
            node: e.node,
          });
      }
    }
  return found;
}

/** The calls through members in a function. `returned`: the struct that a function returns a pointer to. */
export function fieldCalls(
  a: Analysis,
  types: Types,
  returned: (name: string) => string | undefined,
): readonly FieldCall[] {
  const found: FieldCall[] = [];
  const { text, locals } = a;
  const memberOf = (called: Node): { struct: string; field: string } | undefined => {
    let place = bare(text, called);
    if (place.kind === 'pointer_expression') place = bare(text, child(place, 'argument') ?? place);
    if (place.kind === 'call_expression') {
      // READ_ONCE(ops->open)(f)
      const [first] = callArguments(place);
      if (first && bare(text, first).kind === 'field_expression') place = bare(text, first);
    }
    if (place.kind === 'subscript_expression') place = bare(text, child(place, 'argument') ?? place);
    if (place.kind === 'identifier') {
      const alias = locals.aliases.get(text.slice(place.start, place.end));
      place = alias ? bare(text, alias) : place;
    }
    if (place.kind !== 'field_expression') return undefined;
    const path = pathOf(text, place, locals);
    const call = path.kind === 'other' ? /^(\w+)\(/.exec(path.root)?.[1] : undefined;
    const type = path.type === undefined && call !== undefined ? returned(call) : undefined;
    const key = keyOfPath(type === undefined ? path : { ...path, type }, types);
    if (key === undefined) return undefined;
    const dot = key.indexOf('.');
    return { struct: key.slice(0, dot), field: key.slice(dot + 1) };
  };
  for (const p of a.flow.points)
    for (const e of a.events(p)) {
      if (e.kind !== 'call') continue;
      let called = e.called;
      let args = e.args;
      if (e.name !== undefined) {
        const skip = indirectCalls.get(e.name);
        const [first] = e.args;
        if (skip !== undefined && first) {
          called = first;
          args = e.args.slice(skip);
        } else if (!locals.aliases.has(e.name)) continue;
      }
      const member = memberOf(called);
      if (member) found.push({ ...member, node: e.node, args, point: p.id });
    }
  return found;
}
