/**
 * tree-sitter's nodes over printed tokens (print.ts) to the lowering's own tree (ast.ts): places lead back to tokens,
 * names of holes to what they stand for.
 */
import { child, childrenOf, namedChildren, type Node } from '../../syntax/node';
import { noAttributes } from './ast';
import type {
  Attributes,
  Declaration,
  Declarator,
  Derived,
  Designator,
  Enumerator,
  Expression,
  FunctionDefinition,
  Initializer,
  InitializerEntry,
  Located,
  Member,
  OffsetStep,
  Parameter,
  Specifier,
  Statement,
  Storage,
  TypeName,
} from './ast';
import type { Token } from './token';
import { holeBehind, split, typeBehind } from './print';
import type { Hole, Printed } from './print';

/** Thrown inside the front end only; the entry points turn it into a problem. */
export class SyntaxFault extends Error {
  constructor(
    message: string,
    readonly token: Token,
  ) {
    super(message);
  }
}

/** Parses the tokens of a hole. */
export interface Parts {
  expression(tokens: readonly Token[]): Expression;
  type(tokens: readonly Token[]): TypeName;
  isType(name: string): boolean;
}

export interface Converter {
  locate(node: Node): Located;
  expression(node: Node): Expression;
  typeName(node: Node): TypeName;
  block(node: Node): Statement & { readonly kind: 'block' };
  declaration(node: Node): Declaration;
  definition(node: Node): FunctionDefinition;
}

const storages = new Set(['static', 'extern', 'register', 'auto']);
type Block = Statement & { readonly kind: 'block' };

export function createConverter(printed: Printed, parts: Parts): Converter {
  const { text, pieces, attributes } = printed;

  /** Index of the piece that holds or follows an offset. */
  const pieceAt = (offset: number): number => {
    let low = 0;
    let high = pieces.length - 1;
    while (low < high) {
      const mid = (low + high) >> 1;
      if ((pieces[mid]?.end ?? 0) <= offset) low = mid + 1;
      else high = mid;
    }
    return low;
  };
  const pieceBefore = (end: number): number => pieceAt(end - 1);
  const locate = (n: Node): Located => {
    const first = pieces[pieceAt(n.start)];
    const last = pieces[pieceBefore(Math.max(n.end, n.start + 1))];
    if (!first || !last) throw new Error('internal: a node outside the printed text');
    return { first: first.first, last: last.last };
  };
  const textOf = (n: Node): string => text.slice(n.start, n.end);
  const fault = (n: Node, message?: string): never => {
    const near = textOf(n).trim().split(/\s+/)[0] ?? '';
    throw new SyntaxFault(
      message ?? (near ? `unexpected "${near}"` : 'something is missing here'),
      locate(n).first,
    );
  };
  const check = (n: Node): Node => {
    if (n.kind === 'ERROR' || n.missing) return fault(n);
    return n;
  };
  const need = (n: Node, field: string): Node => child(n, field) ?? fault(n);
  const name = (n: Node, value: string): Expression => ({ kind: 'name', name: value, ...locate(n) });

  const attributesBetween = (from: number, to: number): Attributes => {
    let found = noAttributes;
    for (const a of attributes) {
      if (a.at < from || a.at > to) continue;
      if (a.name === 'packed') found = { ...found, packed: true };
      else if (a.name === 'aligned')
        found = { ...found, aligned: a.tokens.length ? parts.expression(a.tokens) : 'max' };
      else if (a.name === 'cleanup') found = { ...found, cleanup: a.tokens[0]?.text };
      else if (a.name === 'percpu') found = { ...found, percpu: true };
    }
    return found;
  };

  // Expressions

  const arguments_ = (n: Node): Expression[] => namedChildren(n).map(a => expression(a));

  const holeExpression = (n: Node, hole: Hole): Expression => {
    const at = locate(n);
    switch (hole.kind) {
      case 'type':
        return { kind: 'type', type: parts.type(hole.tokens), ...at };
      case 'offsetof': {
        const [type, ...rest] = split(hole.tokens);
        if (!type || !rest[0]) return fault(n, 'offsetof needs a type and a member');
        return { kind: 'offsetof', type: parts.type(type), path: offsetPath(rest[0]), ...at };
      }
      case 'compatible': {
        const [left, right] = split(hole.tokens);
        if (!left || !right) return fault(n);
        return { kind: 'compatible', left: parts.type(left), right: parts.type(right), ...at };
      }
      case 'vaArg': {
        const [, type] = split(hole.tokens);
        if (!type) return fault(n);
        return { kind: 'cast', type: parts.type(type), operand: { kind: 'number', text: '0', ...at }, ...at };
      }
      case 'label':
        return { kind: 'labelAddress', name: hole.tokens[0]?.text ?? '', ...at };
      default:
        return fault(n);
    }
  };

  const offsetPath = (tokens: readonly Token[]): OffsetStep[] => {
    const path: OffsetStep[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const t = tokens[i];
      if (!t) continue;
      if (t.kind === 'name') path.push({ member: t.text });
      else if (t.text === '[') {
        let depth = 0;
        const from = i + 1;
        for (; i < tokens.length; i++) {
          if (tokens[i]?.text === '[') depth++;
          else if (tokens[i]?.text === ']' && --depth === 0) break;
        }
        path.push({ index: parts.expression(tokens.slice(from, i)) });
      }
    }
    return path;
  };

  /** `(x) - y` read as a cast to an unknown type x: a subtraction all the same. */
  const notACast = (n: Node, type: Node, value: Node): Expression | undefined => {
    const lone = namedChildren(type);
    const only = lone[0];
    if (lone.length !== 1 || only?.kind !== 'type_identifier' || parts.isType(textOf(only))) return undefined;
    const left = name(only, textOf(only));
    const at = locate(n);
    if (value.kind === 'parenthesized_expression')
      return { kind: 'call', callee: left, arguments: namedChildren(value).map(expression), ...at };
    if (value.kind === 'unary_expression' || value.kind === 'pointer_expression') {
      const operator = textOf(need(value, 'operator'));
      if (/^[-+*&]$/.test(operator))
        return { kind: 'binary', operator, left, right: expression(need(value, 'argument')), ...at };
    }
    return undefined;
  };

  const expression = (n: Node): Expression => {
    check(n);
    const at = locate(n);
    switch (n.kind) {
      case 'identifier':
      case 'field_identifier':
      case 'type_identifier': {
        const hole = holeBehind(textOf(n), printed);
        return hole ? holeExpression(n, hole) : name(n, textOf(n));
      }
      case 'true':
      case 'false':
      case 'null':
      case 'primitive_type':
        return name(n, textOf(n));
      case 'number_literal':
        return { kind: 'number', text: textOf(n), ...at };
      case 'char_literal':
        return { kind: 'character', text: textOf(n), ...at };
      case 'string_literal':
        return { kind: 'string', texts: [textOf(n)], ...at };
      case 'concatenated_string': {
        // PRIx64 and the like between the strings are left out.
        const texts = namedChildren(n).flatMap(c => (c.kind === 'string_literal' ? [textOf(c)] : []));
        return { kind: 'string', texts, ...at };
      }
      case 'parenthesized_expression': {
        const inner = namedChildren(n);
        const only = inner[0];
        if (!only) return fault(n);
        if (only.kind === 'compound_statement') return { kind: 'block', body: block(only), ...at };
        const e = expression(only);
        return { ...e, ...at };
      }
      case 'call_expression': {
        const callee = need(n, 'function');
        const list = need(n, 'arguments');
        return { kind: 'call', callee: expression(callee), arguments: arguments_(list), ...at };
      }
      case 'field_expression':
        return {
          kind: 'member',
          object: expression(need(n, 'argument')),
          name: textOf(need(n, 'field')),
          arrow: n.children.some(c => c.kind === '->'),
          ...at,
        };
      case 'subscript_expression':
        return {
          kind: 'index',
          object: expression(need(n, 'argument')),
          index: expression(need(n, 'index')),
          ...at,
        };
      case 'pointer_expression':
      case 'unary_expression':
        return {
          kind: 'unary',
          operator: textOf(need(n, 'operator')),
          operand: expression(need(n, 'argument')),
          ...at,
        };
      case 'update_expression': {
        const operator = textOf(need(n, 'operator')) as '++' | '--';
        const argument = need(n, 'argument');
        if (argument.start > n.start)
          return { kind: 'unary', operator, operand: expression(argument), ...at };
        return postfix(argument, operator, at);
      }
      case 'binary_expression':
        return {
          kind: 'binary',
          operator: textOf(need(n, 'operator')),
          left: expression(need(n, 'left')),
          right: expression(need(n, 'right')),
          ...at,
        };
      case 'assignment_expression':
        return {
          kind: 'assign',
          operator: textOf(need(n, 'operator')),
          left: expression(need(n, 'left')),
          right: expression(need(n, 'right')),
          ...at,
        };
      case 'conditional_expression': {
        const then = child(n, 'consequence');
        return {
          kind: 'conditional',
          condition: expression(need(n, 'condition')),
          then: then && expression(then),
          otherwise: expression(need(n, 'alternative')),
          ...at,
        };
      }
      case 'cast_expression': {
        const type = need(n, 'type');
        const value = need(n, 'value');
        return (
          notACast(n, type, value) ?? {
            kind: 'cast',
            type: typeName(type),
            operand: expression(value),
            ...at,
          }
        );
      }
      case 'sizeof_expression':
      case 'alignof_expression': {
        const kind = n.kind === 'sizeof_expression' ? ('sizeof' as const) : ('alignof' as const);
        const type = child(n, 'type');
        const value = child(n, 'value') ?? (type ? undefined : namedChildren(n)[0]);
        const lone = type && namedChildren(type);
        const only = lone?.[0];
        // `sizeof(x)` of a variable reads like a type.
        if (type && lone?.length === 1 && only?.kind === 'type_identifier' && !parts.isType(textOf(only)))
          return { kind, type: undefined, operand: expression(only), ...at };
        return {
          kind,
          type: type && typeName(type),
          operand: value && expression(plainOperand(value)),
          ...at,
        };
      }
      case 'compound_literal_expression':
        return {
          kind: 'compound',
          type: typeName(need(n, 'type')),
          initializer: initializer(need(n, 'value')),
          ...at,
        };
      case 'comma_expression':
        return {
          kind: 'comma',
          left: expression(need(n, 'left')),
          right: expression(need(n, 'right')),
          ...at,
        };
      case 'generic_expression': {
        const [operand, ...rest] = namedChildren(n);
        if (!operand) return fault(n);
        const cases: { type: TypeName | undefined; value: Expression }[] = [];
        for (let i = 0; i + 1 < rest.length; i += 2) {
          const type = rest[i];
          const value = rest[i + 1];
          if (type && value)
            cases.push({
              type: textOf(type) === 'default' ? undefined : typeName(type),
              value: expression(value),
            });
        }
        return { kind: 'generic', operand: expression(operand), cases, ...at };
      }
      case 'type_descriptor':
        return { kind: 'type', type: typeName(n), ...at };
      case 'compound_statement':
        return { kind: 'block', body: block(n), ...at };
      case 'extension_expression': {
        const inner = namedChildren(n)[0];
        return inner ? expression(inner) : fault(n);
      }
      case 'gnu_asm_expression':
        return { kind: 'call', callee: name(n, '__race_assembler'), arguments: [], ...at };
      default:
        return fault(n, `"${textOf(n).slice(0, 40)}" is no expression`);
    }
  };

  /** `!x++`: the grammar reads (!x)++, C says !(x++). */
  const postfix = (n: Node, operator: '++' | '--', at: Located): Expression => {
    if (n.kind === 'unary_expression' || n.kind === 'pointer_expression')
      return {
        kind: 'unary',
        operator: textOf(need(n, 'operator')),
        operand: postfix(need(n, 'argument'), operator, at),
        ...at,
      };
    if (n.kind === 'cast_expression')
      return {
        kind: 'cast',
        type: typeName(need(n, 'type')),
        operand: postfix(need(n, 'value'), operator, at),
        ...at,
      };
    return { kind: 'postfix', operator, operand: expression(n), ...at };
  };

  /** The operand of sizeof without the `*&` that print.ts put before it. */
  const plainOperand = (n: Node): Node => {
    const inner =
      n.kind === 'pointer_expression' && textOf(need(n, 'operator')) === '*'
        ? need(n, 'argument')
        : undefined;
    return inner?.kind === 'pointer_expression' && textOf(need(inner, 'operator')) === '&'
      ? need(inner, 'argument')
      : n;
  };

  // Types

  const specifierNode = (n: Node): Node => child(n, 'type') ?? fault(n, 'a type is missing');

  const specifier = (t: Node): Specifier => {
    check(t);
    switch (t.kind) {
      case 'primitive_type':
      case 'sized_type_specifier': {
        // `unsigned long x` may hold a struct or typedef by mistake of the text; words are all that counts.
        const words = textOf(t).split(/\s+/).filter(Boolean);
        const only = words[0] ?? 'int';
        if (words.length === 1 && /_t$/.test(only)) return { kind: 'typedef', name: only };
        return { kind: 'builtin', words };
      }
      case 'type_identifier':
        return { kind: 'typedef', name: textOf(t) };
      case 'struct_specifier':
      case 'union_specifier': {
        const tag = child(t, 'name');
        const body = child(t, 'body');
        const tagText = tag && textOf(tag);
        if (tagText && !body) {
          const typedef = typeBehind(tagText);
          if (typedef === '__auto_type') return { kind: 'auto' };
          if (typedef !== undefined) return { kind: 'typedef', name: typedef };
          const hole = holeBehind(tagText, printed);
          if (hole) return typeofHole(t, hole);
        }
        const own = body
          ? withBoth(
              attributesBetween(pieceAt(t.start) + 1, pieceAt(body.start)),
              attributesBetween(pieceBefore(t.end) + 1, pieceBefore(t.end) + 1),
            )
          : noAttributes;
        return {
          kind: 'record',
          union: t.kind === 'union_specifier',
          tag: tagText,
          members: body && members(body),
          packed: own.packed,
          aligned: own.aligned,
          file: locate(t).first.file,
        };
      }
      case 'enum_specifier': {
        const tag = child(t, 'name');
        const body = child(t, 'body');
        const list: Enumerator[] | undefined = body && [];
        for (const e of body ? namedChildren(body) : []) {
          check(e);
          if (e.kind !== 'enumerator') fault(e);
          const value = child(e, 'value');
          list?.push({ name: textOf(need(e, 'name')), value: value && expression(value), ...locate(e) });
        }
        return { kind: 'enum', tag: tag && textOf(tag), enumerators: list };
      }
      default:
        return fault(t, `"${textOf(t).slice(0, 40)}" is no type`);
    }
  };

  const withBoth = (a: Attributes, b: Attributes): Attributes => ({
    ...a,
    packed: a.packed || b.packed,
    aligned: b.aligned ?? a.aligned,
  });

  const typeofHole = (n: Node, hole: Hole): Specifier => {
    if (hole.kind !== 'typeof' || !hole.tokens.length) return fault(n);
    if (startsType(hole.tokens)) return { kind: 'typeofType', type: parts.type(hole.tokens) };
    return { kind: 'typeofExpression', expression: parts.expression(hole.tokens) };
  };

  const startsType = (tokens: readonly Token[]): boolean => {
    const t = tokens[0]?.text ?? '';
    return (
      /^(?:struct|union|enum|const|volatile|void|char|short|int|long|float|double|signed|unsigned|_Bool|bool|__signed__|__int128)$/.test(
        t,
      ) ||
      /^(?:typeof|__typeof__|__typeof)$/.test(t) ||
      (tokens[0]?.kind === 'name' && parts.isType(t))
    );
  };

  const members = (body: Node): Member[] => {
    const out: Member[] = [];
    for (const f of namedChildren(body)) {
      if (f.kind === 'ERROR' || f.missing) fault(f);
      if (f.kind !== 'field_declaration') {
        if (textOf(f).trim() === ';') continue;
        fault(f);
      }
      const typeNode = specifierNode(f);
      const s = specifier(typeNode);
      const inner = child(typeNode, 'body');
      // What stands in a nested body, or directly behind it, is said of that.
      const from = inner ? pieceBefore(typeNode.end) + 2 : pieceAt(f.start);
      const a = attributesBetween(from, pieceBefore(f.end));
      const list = f.children.filter(
        c => c.named && (c.field === 'declarator' || c.kind === 'bitfield_clause'),
      );
      if (!list.length) {
        out.push({
          name: undefined,
          type: { specifier: s, derived: [], ...locate(typeNode) },
          bits: undefined,
          aligned: a.aligned,
          packed: a.packed,
        });
        continue;
      }
      for (let i = 0; i < list.length; i++) {
        const d = list[i];
        if (!d) continue;
        const next = list[i + 1];
        const clause = d.kind === 'bitfield_clause' ? d : next?.kind === 'bitfield_clause' ? next : undefined;
        if (clause && clause === next) i++;
        const width = clause && namedChildren(clause)[0];
        const dd: Found =
          d.kind === 'bitfield_clause' || d.missing ? { name: undefined, derived: [] } : declarator(d);
        out.push({
          name: dd.name,
          type: {
            specifier: s,
            derived: dd.derived,
            ...locate(d.kind === 'bitfield_clause' || d.missing ? f : d),
          },
          bits: width && expression(width),
          aligned: a.aligned,
          packed: a.packed,
        });
      }
    }
    return out;
  };

  interface Found {
    readonly name: string | undefined;
    readonly derived: Derived[];
  }

  const declarator = (n: Node): Found => {
    if (n.kind === 'ERROR' || n.missing) fault(n);
    switch (n.kind) {
      case 'identifier':
      case 'field_identifier':
      case 'type_identifier':
      case 'primitive_type':
        return { name: textOf(n), derived: [] };
      case 'pointer_declarator':
      case 'abstract_pointer_declarator': {
        const d = child(n, 'declarator');
        const inner = d ? declarator(d) : { name: undefined, derived: [] };
        return { name: inner.name, derived: [...inner.derived, { kind: 'pointer' }] };
      }
      case 'array_declarator':
      case 'abstract_array_declarator': {
        const d = child(n, 'declarator');
        const inner = d ? declarator(d) : { name: undefined, derived: [] };
        const size = child(n, 'size');
        return {
          name: inner.name,
          derived: [...inner.derived, { kind: 'array', size: size && expression(size) }],
        };
      }
      case 'function_declarator':
      case 'abstract_function_declarator': {
        const d = child(n, 'declarator');
        const inner = d ? declarator(d) : { name: undefined, derived: [] };
        return { name: inner.name, derived: [...inner.derived, parameters(need(n, 'parameters'))] };
      }
      case 'parenthesized_declarator':
      case 'abstract_parenthesized_declarator':
      case 'attributed_declarator': {
        const inner = namedChildren(n).find(c => !/attribute|ms_/.test(c.kind));
        return inner ? declarator(inner) : fault(n);
      }
      default:
        return fault(n);
    }
  };

  const parameters = (n: Node): Derived => {
    const out: Parameter[] = [];
    let variadic = false;
    const list = namedChildren(n);
    for (const p of list) {
      check(p);
      if (p.kind === 'variadic_parameter') {
        variadic = true;
        continue;
      }
      if (p.kind === 'identifier') {
        out.push({
          name: textOf(p),
          type: { specifier: { kind: 'builtin', words: ['int'] }, derived: [], ...locate(p) },
        });
        continue;
      }
      if (p.kind !== 'parameter_declaration') fault(p);
      const d = child(p, 'declarator');
      const found = d ? declarator(d) : { name: undefined, derived: [] };
      out.push({
        name: found.name,
        type: { specifier: specifier(specifierNode(p)), derived: found.derived, ...locate(p) },
      });
    }
    const only = out[0];
    const nothing =
      out.length === 1 &&
      only &&
      !only.name &&
      !only.type.derived.length &&
      only.type.specifier.kind === 'builtin' &&
      only.type.specifier.words[0] === 'void';
    if (nothing) return { kind: 'function', parameters: [], variadic: false };
    return { kind: 'function', parameters: out, variadic: variadic || list.length === 0 };
  };

  const typeName = (n: Node): TypeName => {
    check(n);
    const d = child(n, 'declarator');
    return { specifier: specifier(specifierNode(n)), derived: d ? declarator(d).derived : [], ...locate(n) };
  };

  // Declarations

  const initializer = (n: Node): Initializer => {
    if (n.kind !== 'initializer_list') return { kind: 'expression', value: expression(n) };
    check(n);
    const entries: InitializerEntry[] = namedChildren(n).map(e => {
      check(e);
      if (e.kind !== 'initializer_pair') return { designators: [], value: initializer(e) };
      const designators: Designator[] = childrenOf(e, 'designator').map(d => {
        check(d);
        switch (d.kind) {
          case 'field_designator':
            return { kind: 'member', name: textOf(namedChildren(d)[0] ?? fault(d)) };
          case 'subscript_designator':
            return { kind: 'index', from: expression(namedChildren(d)[0] ?? fault(d)), to: undefined };
          case 'subscript_range_designator':
            return { kind: 'index', from: expression(need(d, 'start')), to: expression(need(d, 'end')) };
          case 'field_identifier':
            return { kind: 'member', name: textOf(d) };
          default:
            return fault(d);
        }
      });
      return { designators, value: initializer(need(e, 'value')) };
    });
    return { kind: 'list', entries, ...locate(n) };
  };

  const headOf = (n: Node): { storage: Storage; inline: boolean } => {
    let storage: Storage;
    let inline = false;
    for (const c of n.children) {
      if (c.kind !== 'storage_class_specifier') continue;
      const word = textOf(c);
      if (storages.has(word)) storage = word as Storage;
      if (word === 'inline') inline = true;
    }
    return { storage, inline };
  };

  const declaration = (n: Node): Declaration => {
    check(n);
    const head = headOf(n);
    const storage: Storage = n.kind === 'type_definition' ? 'typedef' : head.storage;
    const lone = n.kind === 'struct_specifier' || n.kind === 'union_specifier' || n.kind === 'enum_specifier';
    const typeNode = lone ? n : specifierNode(n);
    const s = specifier(typeNode);
    const declarators: Declarator[] = [];
    for (const d of lone ? [] : childrenOf(n, 'declarator')) {
      check(d);
      const inner = d.kind === 'init_declarator' ? need(d, 'declarator') : d;
      const value = d.kind === 'init_declarator' ? need(d, 'value') : undefined;
      const found = declarator(inner);
      // From the declaration's first word to the initialiser: also what stands before the type.
      const a = attributesBetween(pieceAt(n.start), pieceBefore(inner.end) + 1);
      declarators.push({
        name: found.name ?? fault(d),
        type: { specifier: s, derived: found.derived, ...locate(inner) },
        initializer: value && initializer(value),
        cleanup: a.cleanup,
        percpu: a.percpu,
        ...locate(d),
      });
    }
    return { kind: 'declaration', storage, inline: head.inline, specifier: s, declarators, ...locate(n) };
  };

  const definition = (n: Node): FunctionDefinition => {
    const head = headOf(n);
    const d = declarator(need(n, 'declarator'));
    if (!d.name || d.derived[0]?.kind !== 'function') return fault(n);
    return {
      kind: 'function',
      name: d.name,
      type: { specifier: specifier(specifierNode(n)), derived: d.derived, ...locate(n) },
      storage: head.storage,
      inline: head.inline,
      body: block(need(n, 'body')),
      ...locate(n),
    };
  };

  // Statements

  const nothing = (n: Node): Statement => ({ kind: 'expression', expression: undefined, ...locate(n) });

  /** A case holds the statements behind it: they become its neighbours. */
  const spread = (n: Node): Statement[] => {
    if (n.kind !== 'case_statement') return [statement(n)];
    check(n);
    const value = child(n, 'value');
    const rest = namedChildren(n).filter(c => c !== value);
    const inner = rest.flatMap(spread);
    const hole = value?.kind === 'identifier' ? holeBehind(textOf(value), printed) : undefined;
    let from: Expression | undefined;
    let to: Expression | undefined;
    if (hole?.kind === 'range') {
      const dots = hole.tokens.findIndex(t => t.text === '...');
      from = parts.expression(hole.tokens.slice(0, dots));
      to = parts.expression(hole.tokens.slice(dots + 1));
    } else if (value) from = expression(value);
    const [body, ...others] = inner;
    return [{ kind: 'case', from, to, body: body ?? nothing(n), ...locate(n) }, ...others];
  };

  const block = (n: Node): Block => {
    if (n.kind !== 'compound_statement') fault(n);
    check(n);
    const items = namedChildren(n).flatMap(spread);
    return { kind: 'block', items, ...locate(n) };
  };

  const single = (n: Node): Statement => {
    const all = spread(n);
    const only = all[0];
    return all.length === 1 && only ? only : { kind: 'block', items: all, ...locate(n) };
  };

  const condition = (n: Node): Expression => {
    const c = need(n, 'condition');
    check(c);
    if (c.kind !== 'parenthesized_expression') return expression(c);
    const inner = namedChildren(c)[0];
    return inner ? expression(inner) : fault(c);
  };

  /** `guard(mutex)(&m);` */
  const guard = (n: Node): Statement | undefined => {
    const callee = n.kind === 'call_expression' ? child(n, 'function') : undefined;
    const inner = callee?.kind === 'call_expression' ? child(callee, 'function') : undefined;
    if (!callee || inner?.kind !== 'identifier' || textOf(inner) !== 'guard') return undefined;
    const lock = namedChildren(need(callee, 'arguments'))[0];
    if (!lock) return undefined;
    return {
      kind: 'guard',
      lock: textOf(lock),
      arguments: arguments_(need(n, 'arguments')),
      body: undefined,
      ...locate(n),
    };
  };

  const statement = (n: Node): Statement => {
    check(n);
    const at = locate(n);
    switch (n.kind) {
      case 'compound_statement':
        return block(n);
      case 'declaration':
      case 'type_definition':
      case 'struct_specifier':
      case 'union_specifier':
      case 'enum_specifier':
        return { kind: 'declare', declaration: declaration(n), ...at };
      case 'expression_statement': {
        const inner = namedChildren(n)[0];
        if (!inner) {
          if (n.children.some(c => c.missing)) fault(n, 'a ";" is missing');
          return nothing(n);
        }
        if (n.children.some(c => c.missing)) fault(n, 'a ";" is missing');
        if (inner.kind === 'gnu_asm_expression') return { kind: 'assembler', ...at };
        const hole = inner.kind === 'identifier' ? holeBehind(textOf(inner), printed) : undefined;
        if (hole?.kind === 'asm') return { kind: 'assembler', ...at };
        return guard(inner) ?? { kind: 'expression', expression: expression(inner), ...at };
      }
      case 'if_statement': {
        const otherwise = child(n, 'alternative');
        const inner = otherwise && namedChildren(otherwise)[0];
        return {
          kind: 'if',
          condition: condition(n),
          then: single(need(n, 'consequence')),
          otherwise: inner && single(inner),
          ...at,
        };
      }
      case 'while_statement': {
        const c = need(n, 'condition');
        const only = namedChildren(c)[0];
        const hole = only?.kind === 'identifier' ? holeBehind(textOf(only), printed) : undefined;
        if (hole?.kind === 'guard') {
          const [lock, ...values] = split(hole.tokens);
          return {
            kind: 'guard',
            lock: lock?.[0]?.text ?? '',
            arguments: values.map(v => parts.expression(v)),
            body: single(need(n, 'body')),
            ...at,
          };
        }
        return { kind: 'while', condition: condition(n), body: single(need(n, 'body')), ...at };
      }
      case 'do_statement':
        return { kind: 'do', body: single(need(n, 'body')), condition: condition(n), ...at };
      case 'for_statement': {
        const start = child(n, 'initializer');
        const test = child(n, 'condition');
        const step = child(n, 'update');
        return {
          kind: 'for',
          start:
            start &&
            (start.kind === 'declaration'
              ? statement(start)
              : { kind: 'expression', expression: expression(start), ...locate(start) }),
          condition: test && expression(test),
          step: step && expression(step),
          body: single(need(n, 'body')),
          ...at,
        };
      }
      case 'switch_statement':
        return { kind: 'switch', value: condition(n), body: single(need(n, 'body')), ...at };
      case 'labeled_statement': {
        const label = need(n, 'label');
        const body = namedChildren(n).find(c => c !== label);
        return { kind: 'label', name: textOf(label), body: body ? single(body) : nothing(n), ...at };
      }
      case 'goto_statement': {
        const label = child(n, 'label');
        return { kind: 'goto', name: label && textOf(label), ...at };
      }
      case 'break_statement':
        return { kind: 'break', ...at };
      case 'continue_statement':
        return { kind: 'continue', ...at };
      case 'return_statement': {
        const inner = namedChildren(n)[0];
        return { kind: 'return', value: inner && expression(inner), ...at };
      }
      case 'attributed_statement': {
        const inner = namedChildren(n).find(c => c.kind !== 'attribute_declaration');
        return inner ? statement(inner) : nothing(n);
      }
      default:
        return fault(n, `"${textOf(n).slice(0, 40)}" is no statement`);
    }
  };

  return { locate, expression, typeName, block, declaration, definition };
}
