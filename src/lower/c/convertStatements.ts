/** The grammar's statements to those of ast.ts. */
import type { Node } from '../../syntax/node';
import type { Expression, Statement } from './ast';
import { need, only, type Reading } from './reading';

export function addStatements(r: Reading): void {
  const field = (n: Node, name: string): Node | undefined => n.children.find(c => c.field === name);
  const condition = (n: Node): Expression => r.expression(only(need(n, 'condition')));

  const expressionStatement = (n: Node): Statement => {
    const inner = n.children[0];
    const role = r.role(n);
    if (!inner) {
      const at = r.locate(n);
      // Words that the text leaves out belong to it: `__attribute__((fallthrough));`
      const first = role?.kind === 'labelEnd' ? at.first : r.locateWide(n).first;
      return { kind: 'expression', expression: undefined, first, last: at.last };
    }
    if (role?.kind === 'assembler') return { kind: 'assembler', ...r.locate(n) };
    if (role?.kind === 'guard' && inner.kind === 'call_expression') {
      const call = r.expression(inner);
      if (call.kind === 'call')
        return {
          kind: 'guard',
          lock: role.lock,
          arguments: call.arguments,
          body: undefined,
          ...r.locate(n),
        };
    }
    return { kind: 'expression', expression: r.expression(inner), ...r.locate(n) };
  };

  /** while, switch, case, default and scoped_guard, which are printed alike. */
  const loop = (n: Node): Statement => {
    const at = r.locate(n);
    const body = statement(need(n, 'body'));
    const role = r.role(n);
    if (role?.kind === 'guard') {
      const call = condition(n);
      const values = call.kind === 'call' ? call.arguments : [];
      return { kind: 'guard', lock: role.lock, arguments: values, body, ...at };
    }
    switch (r.word(n)) {
      case 'switch':
        return { kind: 'switch', value: condition(n), body, ...at };
      case 'case': {
        const value = only(need(n, 'condition'));
        if (value.kind === 'comma_expression')
          return {
            kind: 'case',
            from: r.expression(need(value, 'left')),
            to: r.expression(need(value, 'right')),
            body,
            ...at,
          };
        return { kind: 'case', from: r.expression(value), to: undefined, body, ...at };
      }
      case 'default':
        return { kind: 'case', from: undefined, to: undefined, body, ...at };
      default:
        return { kind: 'while', condition: condition(n), body, ...at };
    }
  };

  const forLoop = (n: Node): Statement => {
    const start = field(n, 'initializer');
    const test = field(n, 'condition');
    const step = field(n, 'update');
    const begin = (s: Node): Statement => {
      if (s.kind === 'declaration') return declare(s);
      const semicolon = r.tokenOf(r.lastPiece(s) + 1);
      return { kind: 'expression', expression: r.expression(s), first: r.locate(s).first, last: semicolon };
    };
    return {
      kind: 'for',
      start: start && begin(start),
      condition: test && r.expression(test),
      step: step && r.expression(step),
      body: statement(need(n, 'body')),
      ...r.locate(n),
    };
  };

  const declare = (n: Node): Statement => {
    const declaration = r.declaration(n);
    return { kind: 'declare', declaration, first: declaration.first, last: declaration.last };
  };

  const readers: Readonly<Record<string, (n: Node) => Statement>> = {
    compound_statement: n => r.block(n),
    expression_statement: expressionStatement,
    declaration: declare,
    while_statement: loop,
    for_statement: forLoop,
    if_statement: n => {
      const otherwise = field(n, 'alternative');
      return {
        kind: 'if',
        condition: condition(n),
        then: statement(need(n, 'consequence')),
        otherwise: otherwise && statement(only(otherwise)),
        ...r.locate(n),
      };
    },
    do_statement: n => ({
      kind: 'do',
      body: statement(need(n, 'body')),
      condition: condition(n),
      ...r.locate(n),
    }),
    labeled_statement: n => {
      const label = need(n, 'label');
      const body = n.children.find(c => c !== label);
      if (!body) throw new Error('a label without statement');
      return { kind: 'label', name: r.word(label), body: statement(body), ...r.locate(n) };
    },
    goto_statement: n => ({
      kind: 'goto',
      name: r.role(n)?.kind === 'computedGoto' ? undefined : r.word(need(n, 'label')),
      ...r.locate(n),
    }),
    break_statement: n => ({ kind: 'break', ...r.locate(n) }),
    continue_statement: n => ({ kind: 'continue', ...r.locate(n) }),
    return_statement: n => {
      const value = n.children[0];
      return { kind: 'return', value: value && r.expression(value), ...r.locate(n) };
    },
  };

  const statement = (n: Node): Statement => {
    const reader = readers[n.kind];
    if (!reader) throw new Error(`no statement is read from ${n.kind}`);
    return reader(n);
  };

  r.block = n => ({ kind: 'block', items: n.children.map(statement), ...r.locate(n) });
}
