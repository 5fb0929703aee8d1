/**
 * What happens at a point of the control flow, in the order of evaluation: calls, assignments, the begin of a guard.
 */
import { child, namedChildren, type Node } from '../../syntax/node';
import { bare, callArguments, callee, operatorOf } from '../expression';
import { isGuard, isScopedGuard, statementsOf, type Point } from './flow';

export type Event =
  /** `name` is absent for a call through a pointer; `called` is then the expression. */
  | {
      readonly kind: 'call';
      readonly name?: string;
      readonly called: Node;
      readonly args: readonly Node[];
      readonly node: Node;
    }
  /** `guard(mutex)(&l)`, `scoped_guard(mutex, &l)`, `CLASS(fd, f)(n)`; the last one names its variable. */
  | {
      readonly kind: 'guard';
      readonly class: string;
      readonly args: readonly Node[];
      readonly variable?: string;
      readonly node: Node;
    }
  /** `=`, `|=` …, `++`, `--`; an initialiser counts as `=`. */
  | {
      readonly kind: 'assign';
      readonly operator: string;
      readonly left: Node;
      readonly right?: Node;
      readonly node: Node;
    };

const unevaluated = new Set([
  'sizeof_expression',
  'alignof_expression',
  'offsetof_expression',
  'type_descriptor',
]);

/** The events of one point. */
export function eventsOf(text: string, point: Point): readonly Event[] {
  if (!point.node || point.kind === 'leave' || point.kind === 'label') return [];
  if (point.kind !== 'test' && point.loop && isScopedGuard(point.loop))
    return scopedGuard(text, point.node, point.loop);
  return eventsIn(text, point.node);
}

/** `scoped_guard(class, args)`: the class is the first argument. */
function scopedGuard(text: string, args: Node, node: Node): readonly Event[] {
  const [first, ...others] = namedChildren(args);
  // Of scoped_cond_guard() the second one says what to do if it fails.
  const rest = others[0]?.kind === 'compound_statement' ? others.slice(1) : others;
  if (node.name === 'scoped_seqlock_read')
    return first ? [{ kind: 'guard', class: node.name, args: [first], node }] : [];
  return first ? [{ kind: 'guard', class: text.slice(first.start, first.end), args: rest, node }] : [];
}

/** The events inside an expression, a declaration or a return statement. */
export function eventsIn(text: string, root: Node): readonly Event[] {
  const found: Event[] = [];
  const visit = (n: Node): void => {
    if (unevaluated.has(n.kind)) return;
    // The statements in it have points of their own.
    const compound = statementsOf(n);
    if (compound) {
      if (compound.value) visit(compound.value);
      return;
    }
    switch (n.kind) {
      case 'call_expression': {
        const called = child(n, 'function');
        if (!called) break;
        const args = callArguments(n);
        if (called.kind === 'call_expression' && isGuard(callee(text, called))) {
          const [name, variable] = callArguments(called);
          for (const a of args) visit(a);
          if (name)
            found.push({
              kind: 'guard',
              class: text.slice(name.start, name.end),
              args,
              ...(variable && { variable: text.slice(variable.start, variable.end) }),
              node: n,
            });
          return;
        }
        const name = callee(text, n);
        // A call through a pointer evaluates the pointer.
        if (name === undefined) visit(called);
        for (const a of args) visit(a);
        found.push({
          kind: 'call',
          ...(name !== undefined && { name }),
          called: bare(text, called),
          args,
          node: n,
        });
        return;
      }
      case 'assignment_expression': {
        const left = child(n, 'left');
        const right = child(n, 'right');
        if (right) visit(right);
        if (left) {
          visit(left);
          found.push({
            kind: 'assign',
            operator: operatorOf(text, n),
            left,
            ...(right && { right }),
            node: n,
          });
        }
        return;
      }
      case 'update_expression': {
        const argument = child(n, 'argument');
        if (argument) {
          visit(argument);
          found.push({ kind: 'assign', operator: operatorOf(text, n), left: argument, node: n });
        }
        return;
      }
      case 'init_declarator': {
        const declarator = child(n, 'declarator');
        const value = child(n, 'value');
        if (value) visit(value);
        const name = declarator && declared(declarator);
        if (name && value) found.push({ kind: 'assign', operator: '=', left: name, right: value, node: n });
        return;
      }
    }
    for (const c of n.children) visit(c);
  };
  visit(root);
  return found;
}

/** The identifier that a declarator declares. */
export function declared(declarator: Node): Node | undefined {
  if (declarator.kind === 'identifier' || declarator.kind === 'field_identifier') return declarator;
  const inner =
    child(declarator, 'declarator') ??
    namedChildren(declarator).find(c => c.kind.endsWith('declarator') || c.kind === 'identifier');
  return inner ? declared(inner) : undefined;
}
