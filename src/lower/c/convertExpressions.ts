/** The grammar's expressions to those of ast.ts. */
import type { Node } from '../../syntax/node';
import type { Expression, OffsetStep, TypeName } from './ast';
import type { Token } from './token';
import { need, only, type Reading } from './reading';

export function addExpressions(r: Reading): void {
  const operatorOf = (n: Node): string => r.word(n);

  /** The operator between two operands. */
  const between = (left: Node): string => r.tokenOf(r.lastPiece(left) + 1).text;

  /** One token: a name or a literal. */
  const leaf = (n: Node): Expression => {
    const at = r.locate(n);
    const t = at.first;
    if (t.kind === 'name' && at.last.kind === 'string') return { kind: 'string', texts: r.textsOf(n), ...at };
    switch (t.kind) {
      case 'number':
        return { kind: 'number', text: t.text, ...at };
      case 'character':
        return { kind: 'character', text: t.text, ...at };
      case 'string':
        return { kind: 'string', texts: r.textsOf(n), ...at };
      default:
        return { kind: 'name', name: t.text, ...at };
    }
  };

  /** The type in `_Alignof(type)`. */
  const typeIn = (n: Node): TypeName => r.typeName(need(n, 'type'));

  const argument = (n: Node): Expression => {
    const role = r.role(n);
    if (role?.kind === 'typeArgument' && n.kind === 'alignof_expression') {
      const type = typeIn(n);
      return { kind: 'type', type, first: type.first, last: type.last };
    }
    if (role?.kind === 'emptyArgument') return { kind: 'number', text: '0', ...r.locate(n) };
    return r.expression(n);
  };

  const path = (n: Node): OffsetStep[] => {
    if (n.kind === 'field_expression')
      return [...path(need(n, 'argument')), { member: r.word(need(n, 'field')) }];
    if (n.kind === 'subscript_expression')
      return [...path(need(n, 'argument')), { index: r.expression(need(n, 'index')) }];
    return [{ member: r.word(n) }];
  };

  const typeAt = (list: readonly Node[], i: number): TypeName => {
    const n = list[i];
    if (n?.kind !== 'alignof_expression') throw new Error('a type was printed where none is');
    return typeIn(n);
  };

  /** offsetof and its like, printed as calls. */
  const special = (n: Node, word: Token): Expression => {
    const list = need(n, 'arguments').children;
    const at = r.locate(n);
    switch (word.text) {
      case '__builtin_types_compatible_p':
        return { kind: 'compatible', left: typeAt(list, 0), right: typeAt(list, 1), ...at };
      case '__builtin_va_arg':
        return {
          kind: 'cast',
          type: typeAt(list, 1),
          operand: { kind: 'number', text: '0', ...at },
          ...at,
        };
      case '_Generic': {
        const cases: { type: TypeName | undefined; value: Expression }[] = [];
        for (let i = 1; i + 1 < list.length; i += 2) {
          const type = list[i];
          const value = list[i + 1];
          if (!type || !value) break;
          cases.push({
            type: r.role(type)?.kind === 'typeArgument' ? typeIn(type) : undefined,
            value: r.expression(value),
          });
        }
        return { kind: 'generic', operand: r.expression(only(need(n, 'arguments'))), cases, ...at };
      }
      default: {
        const member = list[1];
        return { kind: 'offsetof', type: typeAt(list, 0), path: member ? path(member) : [], ...at };
      }
    }
  };

  /** `- x ++` is read by the grammar as `(-x)++`: the postfix operator goes inside. */
  const postfix = (n: Node, argument: Node): Expression => {
    const operator = between(argument) as '++' | '--';
    const at = r.locate(n);
    if (argument.kind === 'unary_expression') {
      const word = operatorOf(argument);
      const operand = need(argument, 'argument');
      const inner = postfixOn(operand, operator, n);
      if (word === '&&') return { kind: 'labelAddress', name: r.word(operand), ...at };
      return { kind: 'unary', operator: word, operand: inner, ...at };
    }
    return { kind: 'postfix', operator, operand: r.expression(argument), ...at };
  };
  const postfixOn = (operand: Node, operator: '++' | '--', whole: Node): Expression => {
    const first = r.locate(operand).first;
    const last = r.locate(whole).last;
    if (operand.kind === 'unary_expression') {
      const inner = postfixOn(need(operand, 'argument'), operator, whole);
      return { kind: 'unary', operator: operatorOf(operand), operand: inner, first, last };
    }
    return { kind: 'postfix', operator, operand: r.expression(operand), first, last };
  };

  const comma = (n: Node): Expression => {
    const parts: Node[] = [];
    let rest = n;
    while (rest.kind === 'comma_expression') {
      parts.push(need(rest, 'left'));
      rest = need(rest, 'right');
    }
    parts.push(rest);
    const [head, ...others] = parts.map(p => r.expression(p));
    if (!head) throw new Error('a comma_expression without parts');
    return others.reduce<Expression>(
      (left, right) => ({ kind: 'comma', left, right, first: head.first, last: right.last }),
      head,
    );
  };

  /** Chains like `a + b + c + …` are long in tables of flags: the left side is not gone into by recursion. */
  const binary = (n: Node): Expression => {
    const chain: Node[] = [];
    let left = n;
    while (left.kind === 'binary_expression') {
      chain.push(left);
      left = need(left, 'left');
    }
    let e = r.expression(left);
    for (let i = chain.length - 1; i >= 0; i--) {
      const c = chain[i] as Node;
      const right = r.expression(need(c, 'right'));
      e = { kind: 'binary', operator: between(need(c, 'left')), left: e, right, ...r.locate(c) };
    }
    return e;
  };

  const field = (n: Node, name: string): Node | undefined => n.children.find(c => c.field === name);

  const readers: Readonly<Record<string, (n: Node) => Expression>> = {
    number_literal: leaf,
    identifier: leaf,
    call_expression: n => {
      const callee = need(n, 'function');
      if (r.role(callee)?.kind === 'special' && callee.kind === 'number_literal')
        return special(n, r.locate(callee).first);
      return {
        kind: 'call',
        callee: r.expression(callee),
        arguments: need(n, 'arguments').children.map(argument),
        ...r.locate(n),
      };
    },
    field_expression: n => {
      const object = need(n, 'argument');
      return {
        kind: 'member',
        object: r.expression(object),
        name: r.word(need(n, 'field')),
        arrow: between(object) === '->',
        ...r.locate(n),
      };
    },
    subscript_expression: n => ({
      kind: 'index',
      object: r.expression(need(n, 'argument')),
      index: r.expression(need(n, 'index')),
      ...r.locate(n),
    }),
    unary_expression: n => {
      const operand = need(n, 'argument');
      const operator = operatorOf(n);
      return operator === '&&'
        ? { kind: 'labelAddress', name: r.word(operand), ...r.locate(n) }
        : { kind: 'unary', operator, operand: r.expression(operand), ...r.locate(n) };
    },
    pointer_expression: n => ({
      kind: 'unary',
      operator: operatorOf(n),
      operand: r.expression(need(n, 'argument')),
      ...r.locate(n),
    }),
    update_expression: n => {
      const operand = need(n, 'argument');
      if (operand.start === n.start) return postfix(n, operand);
      return { kind: 'unary', operator: operatorOf(n), operand: r.expression(operand), ...r.locate(n) };
    },
    binary_expression: binary,
    assignment_expression: n => {
      const left = need(n, 'left');
      return {
        kind: 'assign',
        operator: between(left),
        left: r.expression(left),
        right: r.expression(need(n, 'right')),
        ...r.locate(n),
      };
    },
    conditional_expression: n => {
      const then = field(n, 'consequence');
      return {
        kind: 'conditional',
        condition: r.expression(need(n, 'condition')),
        then: then && r.expression(then),
        otherwise: r.expression(need(n, 'alternative')),
        ...r.locate(n),
      };
    },
    cast_expression: n => ({
      kind: 'cast',
      type: r.typeName(need(n, 'type')),
      operand: r.expression(need(n, 'value')),
      ...r.locate(n),
    }),
    sizeof_expression: n => ({
      kind: r.word(n) === 'sizeof' ? 'sizeof' : 'alignof',
      type: undefined,
      operand: r.expression(need(n, 'value')),
      ...r.locate(n),
    }),
    alignof_expression: n => ({
      kind: r.word(n) === 'sizeof' ? 'sizeof' : 'alignof',
      type: typeIn(n),
      operand: undefined,
      ...r.locate(n),
    }),
    compound_literal_expression: n => ({
      kind: 'compound',
      type: r.typeName(need(n, 'type')),
      initializer: r.initializer(need(n, 'value')),
      ...r.locate(n),
    }),
    parenthesized_expression: n => {
      const inner = only(n);
      if (inner.kind === 'compound_statement') return { kind: 'block', body: r.block(inner), ...r.locate(n) };
      return { ...r.expression(inner), ...r.locate(n) };
    },
    comma_expression: comma,
  };

  r.expression = n => {
    const reader = readers[n.kind];
    if (!reader) throw new Error(`no expression is read from ${n.kind}`);
    return reader(n);
  };
}
