/** Expressions: precedence climbing, casts by typedef knowledge, GNU statement expressions, typeof, __builtin_* forms. */
import type { Expression, OffsetStep } from './ast';
import type { Parser } from './cursor';
import type { Token } from './token';

const precedence: ReadonlyMap<string, number> = new Map([
  ['||', 1], ['&&', 2], ['|', 3], ['^', 4], ['&', 5], ['==', 6], ['!=', 6], ['<', 7], ['>', 7], ['<=', 7], ['>=', 7],
  ['<<', 8], ['>>', 8], ['+', 9], ['-', 9], ['*', 10], ['/', 10], ['%', 10],
]); // prettier-ignore

const assignments = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=']);
const prefixes = new Set(['&', '*', '-', '+', '~', '!', '++', '--']);

export function addExpressions(p: Parser): void {
  const node = <T extends object>(first: Token, fields: T): T & { first: Token; last: Token } => ({
    ...fields,
    ...p.since(first),
  });

  const list = (close: string): Expression[] => {
    const out: Expression[] = [];
    if (p.accept(close)) return out;
    do out.push(argument());
    while (p.accept(','));
    p.expect(close);
    return out;
  };

  const argument = (): Expression => {
    const first = p.peek();
    // An empty macro argument leaves `f(a, , b)`: nothing stands for 0.
    if (p.at(',') || p.at(')')) return node(first, { kind: 'number' as const, text: '0' });
    if (p.startsType()) {
      const mark = p.mark();
      const type = p.typeName();
      if (p.at(',') || p.at(')')) return node(first, { kind: 'type' as const, type });
      p.reset(mark);
    }
    return p.assignment();
  };

  const primary = (): Expression => {
    const t = p.peek();
    switch (t.kind) {
      case 'number':
        p.next();
        return node(t, { kind: 'number' as const, text: t.text });
      case 'character':
        p.next();
        return node(t, { kind: 'character' as const, text: t.text });
      case 'string': {
        const texts: string[] = [];
        while (p.peek().kind === 'string') texts.push(p.next().text);
        return node(t, { kind: 'string' as const, texts });
      }
      case 'name':
        return named(t);
      default:
        break;
    }
    if (p.at('(')) {
      if (p.peek(1).text === '{') {
        p.next();
        const body = p.block();
        p.expect(')');
        return node(t, { kind: 'block' as const, body });
      }
      p.next();
      const inner = p.expression();
      p.expect(')');
      return { ...inner, ...p.since(t) };
    }
    return p.fail(t.kind === 'end' ? 'the expression breaks off' : `unexpected "${t.text}"`);
  };

  const named = (t: Token): Expression => {
    const opensCall = p.peek(1).text === '(';
    switch (t.text) {
      case 'sizeof':
      case '_Alignof':
      case '__alignof__':
      case '__alignof': {
        p.next();
        const kind = t.text === 'sizeof' ? ('sizeof' as const) : ('alignof' as const);
        if (p.at('(')) {
          const mark = p.mark();
          p.next();
          if (p.startsType()) {
            const type = p.typeName();
            p.expect(')');
            if (!p.at('{')) return node(t, { kind, type, operand: undefined });
          }
          p.reset(mark);
        }
        const operand = unary();
        return node(t, { kind, type: undefined, operand });
      }
      case '__builtin_offsetof':
      case 'offsetof':
        if (!opensCall) break;
        return offset(t);
      case '__builtin_types_compatible_p': {
        p.next();
        p.expect('(');
        const left = p.typeName();
        p.expect(',');
        const right = p.typeName();
        p.expect(')');
        return node(t, { kind: 'compatible' as const, left, right });
      }
      case '__builtin_va_arg': {
        p.next();
        p.expect('(');
        p.assignment();
        p.expect(',');
        const type = p.typeName();
        p.expect(')');
        return node(t, {
          kind: 'cast' as const,
          type,
          operand: node(t, { kind: 'number' as const, text: '0' }),
        });
      }
      case '_Generic': {
        p.next();
        p.expect('(');
        const operand = p.assignment();
        const cases: { type: ReturnType<Parser['typeName']> | undefined; value: Expression }[] = [];
        while (p.accept(',')) {
          const type = p.accept('default') ? undefined : p.typeName();
          p.expect(':');
          cases.push({ type, value: p.assignment() });
        }
        p.expect(')');
        return node(t, { kind: 'generic' as const, operand, cases });
      }
      case '__extension__':
        p.next();
        return unary();
      default:
        break;
    }
    p.next();
    return node(t, { kind: 'name' as const, name: t.text });
  };

  const offset = (t: Token): Expression => {
    p.next();
    p.expect('(');
    const type = p.typeName();
    p.expect(',');
    const path: OffsetStep[] = [{ member: p.next().text }];
    for (;;) {
      if (p.accept('.') || p.accept('->')) path.push({ member: p.next().text });
      else if (p.accept('[')) {
        path.push({ index: p.expression() });
        p.expect(']');
      } else break;
    }
    p.expect(')');
    return node(t, { kind: 'offsetof' as const, type, path });
  };

  const postfix = (): Expression => {
    const first = p.peek();
    let e = primary();
    for (;;) {
      if (p.accept('(')) {
        const values = list(')');
        e = node(first, { kind: 'call' as const, callee: e, arguments: values });
      } else if (p.accept('[')) {
        const index = p.expression();
        p.expect(']');
        e = node(first, { kind: 'index' as const, object: e, index });
      } else if (p.at('.') || p.at('->')) {
        const arrow = p.next().text === '->';
        const name = p.next();
        if (name.kind !== 'name') p.fail('a member name is missing');
        e = node(first, { kind: 'member' as const, object: e, name: name.text, arrow });
      } else if (p.at('++') || p.at('--')) {
        const operator = p.next().text as '++' | '--';
        e = node(first, { kind: 'postfix' as const, operator, operand: e });
      } else return e;
    }
  };

  /** After `(name)`: could what follows be the operand of a cast to an unknown type? */
  const followsCast = (): boolean => {
    const t = p.peek();
    return t.kind === 'name' || t.kind === 'number' || t.kind === 'string' || t.kind === 'character';
  };

  const cast = (): Expression | undefined => {
    const first = p.peek();
    if (!p.at('(')) return undefined;
    const mark = p.mark();
    p.next();
    const t = p.peek();
    if (!p.startsType()) {
      // `(unknown_t)x` and `(unknown_t *)x` in files without their headers.
      const guess = t.kind === 'name' && p.localKind(t.text) === undefined && !p.isKnownValue(t.text);
      let k = 1;
      while (p.peek(k).text === '*') k++;
      const closes = p.peek(k).text === ')';
      if (!guess || !closes) {
        p.reset(mark);
        return undefined;
      }
      const type = p.typeName();
      p.expect(')');
      if (k === 1 && !followsCast()) {
        p.reset(mark);
        return undefined;
      }
      return node(first, { kind: 'cast' as const, type, operand: unary() });
    }
    const type = p.typeName();
    p.expect(')');
    if (p.at('{')) {
      const initializer = p.initializer();
      let e: Expression = node(first, { kind: 'compound' as const, type, initializer });
      for (;;) {
        if (p.at('.') || p.at('->')) {
          const arrow = p.next().text === '->';
          e = node(first, { kind: 'member' as const, object: e, name: p.next().text, arrow });
        } else if (p.accept('[')) {
          const index = p.expression();
          p.expect(']');
          e = node(first, { kind: 'index' as const, object: e, index });
        } else return e;
      }
    }
    const operand = unary();
    return node(first, { kind: 'cast' as const, type, operand });
  };

  const unary = (): Expression => {
    const first = p.peek();
    if (first.kind === 'punctuation') {
      if (first.text === '&&' && p.peek(1).kind === 'name') {
        p.next();
        const name = p.next().text;
        return node(first, { kind: 'labelAddress' as const, name });
      }
      if (prefixes.has(first.text)) {
        p.next();
        const operand = unary();
        return node(first, { kind: 'unary' as const, operator: first.text, operand });
      }
      const c = cast();
      if (c) return c;
    }
    return postfix();
  };

  const binary = (minimum: number): Expression => {
    const first = p.peek();
    let left = unary();
    for (;;) {
      const t = p.peek();
      const level = t.kind === 'punctuation' ? precedence.get(t.text) : undefined;
      if (level === undefined || level < minimum) return left;
      p.next();
      const right = binary(level + 1);
      left = node(first, { kind: 'binary' as const, operator: t.text, left, right });
    }
  };

  p.conditional = () => {
    const first = p.peek();
    const condition = binary(1);
    if (!p.accept('?')) return condition;
    const then = p.at(':') ? undefined : p.expression();
    p.expect(':');
    const otherwise = p.conditional();
    return node(first, { kind: 'conditional' as const, condition, then, otherwise });
  };

  p.assignment = () => {
    const first = p.peek();
    const left = p.conditional();
    const t = p.peek();
    if (t.kind !== 'punctuation' || !assignments.has(t.text)) return left;
    p.next();
    const right = p.assignment();
    return node(first, { kind: 'assign' as const, operator: t.text, left, right });
  };

  p.expression = () => {
    const first = p.peek();
    let left = p.assignment();
    while (p.accept(',')) {
      const right = p.assignment();
      left = node(first, { kind: 'comma' as const, left, right });
    }
    return left;
  };
}
