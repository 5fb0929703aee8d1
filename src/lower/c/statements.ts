/** Statements. A statement that starts with a type is a declaration; an unknown `a *b;` or `a b;` too. */
import type { Expression, Statement } from './ast';
import type { Parser } from './cursor';
import type { Token } from './token';

export function addStatements(p: Parser): void {
  const node = <T extends object>(first: Token, fields: T): T & { first: Token; last: Token } => ({
    ...fields,
    ...p.since(first),
  });

  /** `unknown_t x`, `unknown_t *x;`, `unknown_t *x = …` */
  const looksLikeDeclaration = (): boolean => {
    const t = p.peek();
    if (t.kind !== 'name' || p.localKind(t.text) !== undefined || p.isKnownValue(t.text)) return false;
    let k = 1;
    while (p.peek(k).text === '*') k++;
    const name = p.peek(k);
    if (name.kind !== 'name') return false;
    const after = p.peek(k + 1).text;
    if (k === 1) return after === ';' || after === '=' || after === ',' || after === '[';
    return after === ';' || after === '=' || after === ',';
  };

  const parenthesised = (): Expression => {
    p.expect('(');
    const e = p.expression();
    p.expect(')');
    return e;
  };

  const assembler = (first: Token): Statement => {
    while (p.peek().kind === 'name') p.next();
    let depth = 0;
    do {
      const t = p.next();
      if (t.kind === 'end') p.fail('asm breaks off');
      if (t.text === '(') depth++;
      else if (t.text === ')') depth--;
    } while (depth);
    p.expect(';');
    return node(first, { kind: 'assembler' as const });
  };

  const guard = (first: Token): Statement => {
    const scoped = p.next().text === 'scoped_guard';
    p.expect('(');
    const lock = p.next().text;
    const values: Expression[] = [];
    if (scoped) {
      while (p.accept(',')) values.push(p.assignment());
      p.expect(')');
      const body = statement();
      return node(first, { kind: 'guard' as const, lock, arguments: values, body });
    }
    p.expect(')');
    p.expect('(');
    if (!p.at(')'))
      do values.push(p.assignment());
      while (p.accept(','));
    p.expect(')');
    p.expect(';');
    return node(first, { kind: 'guard' as const, lock, arguments: values, body: undefined });
  };

  /** A label at the end of a block has nothing behind it. */
  const labelled = (): Statement => {
    const t = p.peek();
    if (p.at('}')) return node(t, { kind: 'expression' as const, expression: undefined });
    return statement();
  };

  const statement = (): Statement => {
    const first = p.peek();
    if (first.kind === 'end') p.fail('the function breaks off');
    if (p.at('{')) return p.block();
    if (p.accept(';')) return node(first, { kind: 'expression' as const, expression: undefined });
    if (first.kind === 'name') {
      switch (first.text) {
        case 'if': {
          p.next();
          const condition = parenthesised();
          const then = statement();
          const otherwise = p.accept('else') ? statement() : undefined;
          return node(first, { kind: 'if' as const, condition, then, otherwise });
        }
        case 'while': {
          p.next();
          const condition = parenthesised();
          const body = statement();
          return node(first, { kind: 'while' as const, condition, body });
        }
        case 'do': {
          p.next();
          const body = statement();
          p.expect('while');
          const condition = parenthesised();
          p.accept(';');
          return node(first, { kind: 'do' as const, body, condition });
        }
        case 'for':
          return loop(first);
        case 'switch': {
          p.next();
          const value = parenthesised();
          const body = statement();
          return node(first, { kind: 'switch' as const, value, body });
        }
        case 'case': {
          p.next();
          const from = p.conditional();
          const to = p.accept('...') ? p.conditional() : undefined;
          p.expect(':');
          const body = labelled();
          return node(first, { kind: 'case' as const, from, to, body });
        }
        case 'default':
          if (p.peek(1).text === ':') {
            p.next();
            p.next();
            const body = labelled();
            return node(first, { kind: 'case' as const, from: undefined, to: undefined, body });
          }
          break;
        case 'goto': {
          p.next();
          let name: string | undefined;
          if (p.accept('*')) p.expression();
          else name = p.next().text;
          p.expect(';');
          return node(first, { kind: 'goto' as const, name });
        }
        case 'break':
          p.next();
          p.expect(';');
          return node(first, { kind: 'break' as const });
        case 'continue':
          p.next();
          p.expect(';');
          return node(first, { kind: 'continue' as const });
        case 'return': {
          p.next();
          const value = p.at(';') ? undefined : p.expression();
          p.expect(';');
          return node(first, { kind: 'return' as const, value });
        }
        case 'asm':
        case '__asm__':
        case '__asm':
          return assembler(first);
        case 'guard':
          if (p.peek(1).text === '(' && p.peek(2).kind === 'name' && p.peek(3).text === ')')
            return guard(first);
          break;
        case 'scoped_guard':
          return guard(first);
        case '__label__':
          while (!p.accept(';')) p.next();
          return node(first, { kind: 'expression' as const, expression: undefined });
        case '_Static_assert':
        case 'static_assert': {
          while (!p.at(';') && p.peek().kind !== 'end') p.next();
          p.expect(';');
          return node(first, { kind: 'expression' as const, expression: undefined });
        }
        default:
          break;
      }
      if (p.peek(1).text === ':' && p.peek(1).kind === 'punctuation') {
        p.next();
        p.next();
        p.attributes();
        const body = labelled();
        return node(first, { kind: 'label' as const, name: first.text, body });
      }
      if (first.text === '__attribute__' && p.peek(1).text === '(') {
        // `fallthrough;`
        const mark = p.mark();
        p.attributes();
        if (p.accept(';')) return node(first, { kind: 'expression' as const, expression: undefined });
        p.reset(mark);
      }
      if (p.startsType() || looksLikeDeclaration()) {
        const declaration = p.declaration();
        return node(first, { kind: 'declare' as const, declaration });
      }
    }
    const expression = p.expression();
    p.expect(';');
    return node(first, { kind: 'expression' as const, expression });
  };

  const loop = (first: Token): Statement => {
    p.next();
    p.openScope();
    p.expect('(');
    let start: Statement | undefined;
    if (p.at(';')) p.next();
    else if (p.startsType() || looksLikeDeclaration()) {
      const at = p.peek();
      start = node(at, { kind: 'declare' as const, declaration: p.declaration() });
    } else {
      const at = p.peek();
      const expression = p.expression();
      p.expect(';');
      start = node(at, { kind: 'expression' as const, expression });
    }
    const condition = p.at(';') ? undefined : p.expression();
    p.expect(';');
    const step = p.at(')') ? undefined : p.expression();
    p.expect(')');
    const body = statement();
    p.closeScope();
    return node(first, { kind: 'for' as const, start, condition, step, body });
  };

  p.block = () => {
    const first = p.expect('{');
    p.openScope();
    const items: Statement[] = [];
    while (!p.at('}')) {
      if (p.peek().kind === 'end') p.fail('a "}" is missing');
      items.push(statement());
    }
    p.next();
    p.closeScope();
    return node(first, { kind: 'block' as const, items });
  };
}
