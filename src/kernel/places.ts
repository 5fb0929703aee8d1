/**
 * Places in memory as far as the syntax tells: which field of which struct an expression names. `n->state` with
 * `struct napi_struct *n` is the place `napi_struct.state`; what the declarations of other files know (the struct that
 * `np->dev` points at) is asked of a Types handed in.
 */
import { child, namedChildren, walk, type Node } from '../syntax/node';
import { bare, callArguments, callee, pointee, readObject, spelling } from './expression';
import { declared } from './sections/events';

/** An expression as steps from a variable; purely syntactic. */
export interface Path {
  /** The variable, or the call or macro that gives the first pointer. */
  readonly root: string;
  /** Struct tag or typedef name of the root, where the function declares it. */
  readonly type?: string;
  /** `local` is a parameter or variable of the function; `other` a call result and the like. */
  readonly kind: 'local' | 'global' | 'other';
  readonly fields: readonly string[];
}

/** What other declarations know. */
export interface Types {
  /** Struct tag or typedef name of a field, itself or what it points at. */
  fieldType(struct: string, field: string): string | undefined;
  /** The same for a global variable. */
  globalType(name: string): string | undefined;
  /** The same for what a function returns. */
  callType?(name: string): string | undefined;
}

/** Knows nothing. */
export const noTypes: Types = { fieldType: () => undefined, globalType: () => undefined };

/** The name under which accesses to one field are gathered: `napi_struct.state`, `.state` (struct unknown), `info`. */
export function keyOfPath(path: Path, types: Types): string | undefined {
  if (path.fields.length === 0) return path.kind === 'global' ? path.root : undefined;
  const called = path.kind === 'other' ? /^(\w+)\(/.exec(path.root)?.[1] : undefined;
  let type =
    path.type ??
    (path.kind === 'global' ? (types.globalType(path.root) ?? macroTypes[path.root]) : undefined) ??
    (called === undefined ? undefined : types.callType?.(called));
  for (const field of path.fields.slice(0, -1))
    type = type === undefined ? undefined : types.fieldType(type, field);
  return `${type ?? ''}.${path.fields[path.fields.length - 1] ?? ''}`;
}

/** Macros that look like variables. */
const macroTypes: Readonly<Record<string, string>> = { current: 'task_struct' };

/** Whether two keys may name one field: the same, or the same field with one struct unknown. */
export function sameKey(a: string, b: string): boolean {
  if (a === b) return true;
  const [s, f] = split(a);
  const [t, g] = split(b);
  return f !== undefined && f === g && (s === '' || t === '');
}

function split(key: string): readonly [string, string | undefined] {
  const dot = key.indexOf('.');
  return dot < 0 ? [key, undefined] : [key.slice(0, dot), key.slice(dot + 1)];
}

/** Types of a function's parameters and locals by name, and whether each is a parameter. */
export interface Locals {
  readonly parameters: readonly string[];
  /** '' for a type without a name. */
  readonly types: ReadonlyMap<string, string>;
  /** Locals that are given a value once, by a plain path: the path's expression. */
  readonly aliases: ReadonlyMap<string, Node>;
}

/** Reads the declarations of a function_definition (or of any body without parameters). */
export function localsOf(text: string, root: Node): Locals {
  const types = new Map<string, string>();
  const parameters: string[] = [];
  const given = new Map<string, { count: number; value: Node | undefined }>();
  const give = (name: string, value: Node | undefined): void => {
    const g = given.get(name);
    given.set(name, { count: (g?.count ?? 0) + 1, value: g ? undefined : value });
  };
  walk(root, n => {
    if (n.kind === 'parameter_declaration') {
      const name = declaredName(text, child(n, 'declarator'));
      if (name !== undefined) {
        // Parameters of function pointers that are parameters do not count.
        if (!types.has(name)) parameters.push(name);
        types.set(name, typeName(text, child(n, 'type')));
      }
      return false;
    }
    if (n.kind === 'declaration') {
      const type = typeName(text, child(n, 'type'));
      for (const d of n.children) {
        if (d.field !== 'declarator') continue;
        const name = declaredName(text, d);
        if (name === undefined) continue;
        types.set(name, type);
        if (d.kind === 'init_declarator') give(name, child(d, 'value'));
      }
    }
    if (n.kind === 'assignment_expression') {
      const left = child(n, 'left');
      if (left?.kind === 'identifier') {
        const operator = n.children.find(c => c.field === 'operator');
        const plain = operator && text.slice(operator.start, operator.end) === '=';
        give(text.slice(left.start, left.end), plain ? child(n, 'right') : undefined);
      }
    }
    // The variable of a loop macro, or one whose address is taken, changes behind our back.
    if (n.kind === 'macro_loop') {
      const args = child(n, 'arguments');
      for (const a of args ? namedChildren(args) : [])
        if (a.kind === 'identifier') give(text.slice(a.start, a.end), undefined);
    }
    if (n.kind === 'pointer_expression' && text[n.start] === '&') {
      const target = pointee(text, n);
      if (target.kind === 'identifier') give(text.slice(target.start, target.end), undefined);
    }
    return true;
  });
  const aliases = new Map<string, Node>();
  for (const [name, g] of given)
    if (g.count === 1 && g.value && types.has(name) && !parameters.includes(name)) {
      const value = readObject(text, g.value);
      if (isPath(text, value)) aliases.set(name, value);
    }
  return { parameters, types, aliases };
}

function isPath(text: string, node: Node): boolean {
  const inner = bare(text, node);
  if (inner.kind === 'identifier') return true;
  if (inner.kind === 'field_expression' || inner.kind === 'pointer_expression') {
    const argument = child(inner, 'argument');
    return argument !== undefined && isPath(text, argument);
  }
  return false;
}

function declaredName(text: string, declarator: Node | undefined): string | undefined {
  const name = declarator && declared(declarator);
  return name && text.slice(name.start, name.end);
}

/** `struct napi_struct` to `napi_struct`, `spinlock_t` to itself, `int` to ''. */
export function typeName(text: string, type: Node | undefined): string {
  if (!type) return '';
  if (type.kind === 'type_identifier') return text.slice(type.start, type.end);
  const name = child(type, 'name');
  return name ? text.slice(name.start, name.end) : '';
}

/** The path of an expression: fields from the innermost variable outwards. */
export function pathOf(text: string, node: Node, locals: Locals): Path {
  const fields: string[] = [];
  let n = readObject(text, node);
  for (;;) {
    if (n.kind === 'field_expression') {
      const field = child(n, 'field');
      const argument = child(n, 'argument');
      if (!argument) break;
      fields.unshift(field ? text.slice(field.start, field.end) : '');
      n = readObject(text, argument);
    } else if (n.kind === 'subscript_expression' || n.kind === 'pointer_expression') {
      const argument = child(n, 'argument');
      if (!argument) break;
      n = readObject(text, argument);
    } else break;
  }
  if (n.kind === 'identifier') {
    const root = text.slice(n.start, n.end);
    const type = locals.types.get(root);
    return {
      root,
      kind: type === undefined ? 'global' : 'local',
      ...(type && { type }),
      fields,
    };
  }
  if (n.kind === 'call_expression' && callee(text, n) === 'container_of') {
    const type = callArguments(n)[1];
    const name = type && /(\w+)\s*$/.exec(text.slice(type.start, type.end))?.[1];
    return { root: spelling(text, n), kind: 'other', ...(name && { type: name }), fields };
  }
  return { root: spelling(text, n), kind: 'other', fields };
}

/** Follows locals that only stand for another path: `dev` of `dev = napi->dev` is `napi->dev`. */
export function aliased(text: string, node: Node, locals: Locals): Node {
  for (let i = 0; i < 4; i++) {
    const inner = readObject(text, node);
    const alias =
      inner.kind === 'identifier' ? locals.aliases.get(text.slice(inner.start, inner.end)) : undefined;
    if (!alias) return inner;
    node = alias;
  }
  return node;
}
