/** The grammar's declarations, types and initialisers to those of ast.ts. */
import type { Node } from '../../syntax/node';
import type {
  Declarator, Derived, Designator, Enumerator, Initializer, InitializerEntry, Member, Parameter, Specifier, TypeName,
} from './ast'; // prettier-ignore
import { need, only, type Reading } from './reading';
import type { Head } from './respelled';

/** A declarator's name and what is derived, from the name outwards. */
interface Derivation {
  readonly name: string | undefined;
  readonly derived: readonly Derived[];
}

export function addDeclarations(r: Reading): void {
  const field = (n: Node, name: string): Node | undefined => n.children.find(c => c.field === name);

  // Types

  const record = (n: Node): Specifier => {
    const word = r.firstPiece(n);
    const role = r.role(n);
    if (role?.kind === 'typeof') {
      const width = only(need(n, 'body')).children.find(c => c.kind === 'bitfield_clause');
      if (!width) throw new Error('a typeof without operand');
      const operand = only(width);
      return operand.kind === 'alignof_expression'
        ? { kind: 'typeofType', type: r.typeName(need(operand, 'type')) }
        : { kind: 'typeofExpression', expression: inBrackets(operand) };
    }
    const name = field(n, 'name');
    const body = field(n, 'body');
    const attributes = r.attributes(r.record(word));
    return {
      kind: 'record',
      union: n.kind === 'union_specifier',
      tag: name && r.word(name),
      members: body && body.children.flatMap(members),
      packed: attributes.packed,
      aligned: attributes.aligned,
      file: r.tokenOf(name ? r.firstPiece(name) : word).file,
    };
  };

  /** The brackets of a typeof are no part of its operand. */
  const inBrackets = (n: Node): ReturnType<Reading['expression']> => {
    const inner = n.kind === 'parenthesized_expression' ? only(n) : n;
    return inner.kind === 'compound_statement' ? r.expression(n) : r.expression(inner);
  };

  const enumeration = (n: Node): Specifier => {
    const name = field(n, 'name');
    const body = field(n, 'body');
    const enumerators = body?.children.map((e): Enumerator => {
      const value = field(e, 'value');
      return { name: r.word(e), value: value && r.expression(value), ...r.locate(e) };
    });
    return { kind: 'enum', tag: name && r.word(name), enumerators };
  };

  const specifier = (n: Node): Specifier => {
    if (n.kind === 'struct_specifier' || n.kind === 'union_specifier') return record(n);
    if (n.kind === 'enum_specifier') return enumeration(n);
    const role = r.role(n);
    if (role?.kind === 'type') return role.specifier;
    throw new Error(`no type is read from ${n.kind}`);
  };

  r.typeName = (n): TypeName => {
    const d = field(n, 'declarator');
    return {
      specifier: specifier(need(n, 'type')),
      derived: d ? derivation(d).derived : [],
      ...r.locateWide(n),
    };
  };

  // Declarators

  const none: Derivation = { name: undefined, derived: [] };

  const derivation = (n: Node): Derivation => {
    switch (n.kind) {
      case 'pointer_declarator':
      case 'abstract_pointer_declarator':
        return derivedOn(n, { kind: 'pointer' });
      case 'array_declarator':
      case 'abstract_array_declarator': {
        const size = field(n, 'size');
        return derivedOn(n, { kind: 'array', size: size && r.expression(size) });
      }
      case 'function_declarator':
      case 'abstract_function_declarator':
        return derivedOn(n, parameters(need(n, 'parameters')));
      case 'parenthesized_declarator':
      case 'abstract_parenthesized_declarator':
        return derivation(only(n));
      default:
        return r.role(n)?.kind === 'nameless' ? none : { name: r.word(n), derived: [] };
    }
  };

  const derivedOn = (n: Node, last: Derived): Derivation => {
    const inner = field(n, 'declarator');
    const d = inner ? derivation(inner) : none;
    return { name: d.name, derived: [...d.derived, last] };
  };

  const parameters = (n: Node): Derived => {
    const out: Parameter[] = [];
    let variadic = n.children.length === 0;
    for (const p of n.children) {
      if (p.kind === 'variadic_parameter') {
        variadic = true;
        continue;
      }
      const type = need(p, 'type');
      const d = field(p, 'declarator');
      const { name, derived } = d ? derivation(d) : none;
      const at = r.locateFrom(r.lastPiece(type) + 1, r.lastPiece(p));
      out.push({ name, type: { specifier: specifier(type), derived, ...at } });
    }
    const first = out[0];
    const isVoid =
      out.length === 1 &&
      first?.name === undefined &&
      first?.type.derived.length === 0 &&
      first.type.specifier.kind === 'builtin' &&
      first.type.specifier.words[0] === 'void';
    return { kind: 'function', parameters: isVoid ? [] : out, variadic };
  };

  const headOf = (type: Node): Head => {
    const head = r.head(r.firstPiece(type));
    if (!head) throw new Error('a declaration has no head');
    return head;
  };

  /** Where declarator number `i` stands: behind the type, or behind a comma. */
  const locateDeclarator = (type: Node, d: Node, i: number): ReturnType<Reading['locate']> =>
    i === 0
      ? r.locateFrom(r.lastPiece(type) + 1, r.lastPiece(d))
      : r.locateBehind(r.firstPiece(d), r.lastPiece(d));

  // Members

  const members = (n: Node): Member[] => {
    const type = need(n, 'type');
    const s = specifier(type);
    const head = headOf(type);
    const out: Member[] = [];
    n.children.forEach((d, i) => {
      if (d.field !== 'declarator') return;
      const index = out.length;
      const next = n.children[i + 1];
      const bits = next?.kind === 'bitfield_clause' ? only(next) : undefined;
      const { name, derived } = derivation(d);
      const attributes = r.attributes(head.attributes, head.declarators[index] ?? []);
      const wide = r.locateWide(n);
      const at =
        r.role(d)?.kind === 'nameless' && index === 0
          ? { first: wide.first, last: bits ? r.locateWide(type).last : r.locate(n).last }
          : locateDeclarator(type, d, index);
      out.push({
        name,
        type: { specifier: s, derived, ...at },
        bits: bits && r.expression(bits),
        aligned: attributes.aligned,
        packed: attributes.packed,
      });
    });
    return out;
  };

  // Initialisers

  const designator = (n: Node): Designator => {
    switch (n.kind) {
      case 'subscript_designator':
        return { kind: 'index', from: r.expression(only(n)), to: undefined };
      case 'subscript_range_designator':
        return {
          kind: 'index',
          from: r.expression(need(n, 'start')),
          to: r.expression(need(n, 'end')),
        };
      case 'field_designator':
        return { kind: 'member', name: r.word(only(n)) };
      default:
        return { kind: 'member', name: r.word(n) };
    }
  };

  r.initializer = (n): Initializer => {
    if (n.kind !== 'initializer_list') return { kind: 'expression', value: r.expression(n) };
    const entries = n.children.map((e): InitializerEntry => {
      if (e.kind !== 'initializer_pair') return { designators: [], value: r.initializer(e) };
      return {
        designators: e.children.filter(c => c.field === 'designator').map(designator),
        value: r.initializer(need(e, 'value')),
      };
    });
    return { kind: 'list', entries, ...r.locate(n) };
  };

  // Declarations

  r.declaration = n => {
    const type = need(n, 'type');
    const s = specifier(type);
    const head = headOf(type);
    const declarators: Declarator[] = [];
    for (const c of n.children) {
      if (c.field !== 'declarator' || r.role(c)?.kind === 'nameless') continue;
      const index = declarators.length;
      const d = c.kind === 'init_declarator' ? need(c, 'declarator') : c;
      const value = c.kind === 'init_declarator' ? need(c, 'value') : undefined;
      const { name, derived } = derivation(d);
      const attributes = r.attributes(head.attributes, head.declarators[index] ?? []);
      declarators.push({
        name: name ?? '',
        type: { specifier: s, derived, ...locateDeclarator(type, d, index) },
        initializer: value && r.initializer(value),
        cleanup: attributes.cleanup,
        percpu: attributes.percpu,
        ...locateDeclarator(type, c, index),
      });
    }
    const wide = r.locateWide(n);
    return {
      kind: 'declaration',
      storage: head.storage,
      inline: head.inline,
      specifier: s,
      declarators,
      first: wide.first,
      last: r.locate(n).last,
    };
  };

  r.definition = n => {
    const type = need(n, 'type');
    const head = headOf(type);
    const d = need(n, 'declarator');
    const { name, derived } = derivation(d);
    return {
      kind: 'function',
      name: name ?? '',
      type: { specifier: specifier(type), derived, ...locateDeclarator(type, d, 0) },
      storage: head.storage,
      inline: head.inline,
      body: r.block(need(n, 'body')),
      first: r.locateWide(n).first,
      last: r.locate(n).last,
    };
  };
}
