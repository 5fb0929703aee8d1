/**
 * From tree-sitter's tree (in wasm memory) to plain `Node` values, undoing the mask on the way: where a note says that
 * a node stands for something else, that something is put in its place.
 */
import type { Node } from './node';
import type { Walk } from './runtime';
import type { Note } from './mask';
import { isTypeName } from './words';

/** Parts of the text that the mask hides and that are parsed on their own. */
export type PartKind = 'type' | 'call' | 'expression' | 'parameters' | 'statements';

/** What the conversion needs from its caller. Offsets of the tree plus `base` are offsets of the file. */
export interface Conversion {
  readonly base: number;
  /** Ends are clamped to this: closing braces that were added at the end take no room. */
  readonly limit: number;
  readonly notes: ReadonlyMap<number, Note>;
  /** Added to a tree offset to get the key of a note. */
  readonly noteShift: number;
  /** The text behind a range of the file, as masked notes saw it. */
  slice(start: number, end: number): string;
  /** Parses a hidden part: ranges of the file. */
  part(start: number, end: number, kind: PartKind): Node | undefined;
}

/** Nodes deeper than this are cut off with an ERROR: nobody writes them, and recursion must end somewhere. */
const deepest = 1500;

/** Node kinds of the grammar by id, so that one number says it all. */
export interface Grammar {
  readonly kinds: readonly string[];
  readonly named: readonly boolean[];
  /** Kinds that never have children: not asking saves a call into wasm for most nodes. */
  readonly leaf: readonly boolean[];
  /** Names of fields; the first one is none. */
  readonly fields: readonly (string | undefined)[];
}

/** Named kinds that never have children. */
export const leaves: ReadonlySet<string> = new Set([
  'identifier',
  'field_identifier',
  'type_identifier',
  'statement_identifier',
  'primitive_type',
  'number_literal',
  'string_content',
  'escape_sequence',
]);

const none: readonly Node[] = [];

/** Converts the node that the walk is at, and all below it. */
export function convert(walk: Walk, c: Conversion, grammar: Grammar, depth = 0): Node {
  const id = walk.kind();
  const kind = depth > deepest ? 'ERROR' : (grammar.kinds[id] ?? 'ERROR');
  const treeStart = walk.start();
  const treeEnd = walk.end();
  const field = grammar.fields[walk.field()];
  const missing = treeStart === treeEnd && walk.isMissing();
  let hasError = missing || kind === 'ERROR';
  let children = none;
  if (!grammar.leaf[id] && depth <= deepest && walk.first()) {
    const found: Node[] = [];
    do {
      const child = convert(walk, c, grammar, depth + 1);
      if (child.hasError) hasError = true;
      // What was added behind the end of the text is not there.
      if (child.start < c.limit || child.end > child.start || child.missing) found.push(child);
    } while (walk.next());
    walk.up();
    children = found;
  }
  const node = made(
    kind,
    Math.min(c.limit, c.base + treeStart),
    Math.min(c.limit, c.base + treeEnd),
    field,
    grammar.named[id] ?? true,
    children,
    missing,
    hasError,
  );
  const note = c.notes.size === 0 ? undefined : c.notes.get(treeStart + c.noteShift);
  return castsOf(note ? walk.aside(() => unmasked(node, note, c)) : node, c);
}

/** Nodes are made by the hundred thousand: each in one piece, and the many alike. */
function made(
  kind: string,
  start: number,
  end: number,
  field: string | undefined,
  named: boolean,
  children: readonly Node[],
  missing: boolean,
  hasError: boolean,
): Node {
  if (!missing && !hasError)
    return field === undefined
      ? { kind, start, end, named, children }
      : { kind, start, end, named, children, field };
  return {
    kind,
    start,
    end,
    named,
    children,
    ...(field !== undefined ? { field } : {}),
    ...(missing ? { missing: true as const } : {}),
    ...(hasError ? { hasError: true as const } : {}),
  };
}

function unmasked(node: Node, note: Note, c: Conversion): Node {
  switch (note.kind) {
    case 'loop':
      return node.kind === 'while_statement' || node.kind === 'if_statement' ? loop(node, note, c) : node;
    case 'type':
      return node.kind === 'identifier' || node.kind === 'type_identifier'
        ? typeArgument(node, note.end, c)
        : node;
    case 'parameters':
      return node.kind === 'identifier' || node.kind === 'type_identifier'
        ? parameters(node, note.end, c)
        : node;
    case 'statements':
      return node.kind === 'identifier' ? statements(node, note.end, c) : node;
    case 'empty':
      return node.kind === 'identifier' ? { ...node, kind: 'empty_argument', end: node.start } : node;
    case 'operator':
      return node.kind === 'identifier'
        ? { ...node, kind: 'operator_argument', end: c.base - c.noteShift + note.end }
        : node;
    case 'typeof':
      return node.kind === 'primitive_type' ? typeOf(node, note.end, c) : node;
    case 'invocation':
      return node.kind === 'field_declaration' || node.kind === 'declaration' ? stored(node, note, c) : node;
    case 'range':
      return node;
  }
}

/** The children of a `macro_loop`: `arguments` and `body`. */
function loop(node: Node, note: Note & { kind: 'loop' }, c: Conversion): Node {
  const nameStart = node.start;
  const condition = node.children.find(k => k.field === 'condition');
  const body = node.children.find(k => k.field === 'body' || k.field === 'consequence');
  const nameEnd = c.base - c.noteShift + note.nameEnd;
  const list: Node = note.empty
    ? {
        kind: 'argument_list',
        start: nameEnd,
        end: condition?.end ?? nameEnd,
        field: 'arguments',
        named: true,
        children: [],
      }
    : {
        kind: 'argument_list',
        start: condition?.start ?? nameEnd,
        end: condition?.end ?? nameEnd,
        field: 'arguments',
        named: true,
        children: (condition?.children ?? []).flatMap(flattenCommas).map(withoutField),
        ...(condition?.hasError ? { hasError: true as const } : {}),
      };
  const children: Node[] = [
    { kind: 'identifier', start: nameStart, end: nameEnd, field: 'name', named: true, children: [] },
    list,
  ];
  if (body) children.push({ ...body, field: 'body' });
  return { ...node, kind: 'macro_loop', name: note.name, children };
}

function withoutField(node: Node): Node {
  if (node.field === undefined) return node;
  const { field: _, ...rest } = node;
  return rest;
}

function flattenCommas(node: Node): readonly Node[] {
  return node.kind === 'comma_expression' ? node.children.flatMap(flattenCommas) : [node];
}

function typeArgument(node: Node, noteEnd: number, c: Conversion): Node {
  const end = c.base - c.noteShift + noteEnd;
  const type = c.part(node.start, end, 'type');
  return { ...node, kind: 'type_argument', end, children: type ? [type] : [] };
}

function parameters(node: Node, noteEnd: number, c: Conversion): Node {
  const end = c.base - c.noteShift + noteEnd;
  const list = c.part(node.start, end, 'parameters');
  return { ...(list ?? node), start: node.start, end, ...(node.field ? { field: node.field } : {}) };
}

/** Statements as an argument: a compound_statement without braces. */
function statements(node: Node, noteEnd: number, c: Conversion): Node {
  const end = c.base - c.noteShift + noteEnd;
  const block = c.part(node.start, end, 'statements');
  return { ...(block ?? node), start: node.start, end, ...(node.field ? { field: node.field } : {}) };
}

/** `typeof(x)`: child `argument` is a type_descriptor or an expression. */
function typeOf(node: Node, noteEnd: number, c: Conversion): Node {
  const end = c.base - c.noteShift + noteEnd;
  const text = c.slice(node.start, end);
  const from = node.start + text.indexOf('(') + 1;
  const inside = text.slice(text.indexOf('(') + 1, -1);
  const isType =
    /^\s*(?:const\s+|volatile\s+)*(?:struct|union|enum|unsigned|signed|void|char|short|int|long|float|double|bool|u?int\d*_t|[su](?:8|16|32|64))\b[\s\w*]*$/.test(
      inside,
    );
  const argument = c.part(from, end - 1, isType ? 'type' : 'expression');
  return { ...node, kind: 'typeof', end, children: argument ? [{ ...argument, field: 'argument' }] : [] };
}

/** A macro call that declares: `call`, and `value` if it is initialised. */
function stored(node: Node, note: Note & { kind: 'invocation' }, c: Conversion): Node {
  const shift = c.base - c.noteShift;
  const call = c.part(shift + note.callStart, shift + note.callEnd, 'call');
  const init = note.hasValue ? node.children.find(k => k.kind === 'init_declarator') : undefined;
  const value = init?.children.find(k => k.field === 'value');
  const children: Node[] = node.children.filter(
    k => k.kind === 'storage_class_specifier' || k.kind === 'type_qualifier' || k.kind === ';',
  );
  if (call) children.push({ ...call, field: 'call' });
  if (value) children.push(value);
  children.sort((a, b) => a.start - b.start);
  return {
    kind: 'invocation',
    start: node.start,
    end: Math.max(node.end, shift + note.callEnd),
    ...(node.field ? { field: node.field } : {}),
    named: true,
    children,
    ...(call?.hasError || value?.hasError ? { hasError: true as const } : {}),
  };
}

/** `(u32)(x)`, `(u32)-x`, `(u32)*p`: the grammar cannot know that u32 is a type. */
function castsOf(node: Node, c: Conversion): Node {
  if (node.kind === 'call_expression') {
    const callee = node.children.find(k => k.field === 'function');
    if (callee?.kind === 'identifier')
      return callee.end - callee.start === 8 && c.slice(callee.start, callee.end) === 'offsetof'
        ? offsetOf(node)
        : node;
    const type = callee && castType(callee, c);
    const list = node.children.find(k => k.field === 'arguments');
    if (!callee || !type || !list) return node;
    const value: Node = {
      ...list,
      kind: 'parenthesized_expression',
      field: 'value',
      children: list.children,
    };
    return { ...node, kind: 'cast_expression', children: [...castHead(callee, type), value] };
  }
  if (node.kind === 'binary_expression') {
    const [left, op, right] = node.children;
    const type = left && castType(left, c);
    if (!left || !op || !right || !type || node.children.length !== 3) return node;
    const isPointer = op.kind === '*' || op.kind === '&';
    if (!isPointer && op.kind !== '-' && op.kind !== '+') return node;
    const value: Node = {
      kind: isPointer ? 'pointer_expression' : 'unary_expression',
      start: op.start,
      end: right.end,
      field: 'value',
      named: true,
      children: [
        { ...op, field: 'operator' },
        { ...right, field: 'argument' },
      ],
      ...(right.hasError ? { hasError: true as const } : {}),
    };
    return { ...node, kind: 'cast_expression', children: [...castHead(left, type), value] };
  }
  if (node.kind === 'case_statement') return caseRange(node, c);
  return node;
}

/** `offsetof(type, member)`: fields `type` and `member`; the member is a field_identifier, a field_expression or a subscript. */
function offsetOf(node: Node): Node {
  const list = node.children.find(k => k.field === 'arguments');
  const [type, member] = list?.children.filter(k => k.named) ?? [];
  if (!list || !type || !member) return node;
  const named = type.kind === 'identifier' ? { ...type, kind: 'type_identifier', field: 'type' } : undefined;
  const descriptor: Node = named
    ? { ...type, kind: 'type_descriptor', children: [named] }
    : (type.children.find(k => k.kind === 'type_descriptor') ?? type);
  const children: Node[] = [
    { ...descriptor, field: 'type' },
    { ...member, kind: member.kind === 'identifier' ? 'field_identifier' : member.kind, field: 'member' },
  ];
  return { ...node, kind: 'offsetof_expression', children };
}

function castType(node: Node, c: Conversion): Node | undefined {
  if (node.kind !== 'parenthesized_expression') return undefined;
  const inner = node.children.filter(k => k.named);
  const only = inner[0];
  if (inner.length !== 1 || only?.kind !== 'identifier') return undefined;
  return isTypeName(c.slice(only.start, only.end)) ? only : undefined;
}

function castHead(paren: Node, type: Node): readonly Node[] {
  const name: Node = { ...withoutField(type), kind: 'type_identifier', field: 'type' };
  return paren.children.map(k =>
    k.named
      ? {
          kind: 'type_descriptor',
          start: type.start,
          end: type.end,
          field: 'type',
          named: true,
          children: [name],
        }
      : withoutField(k),
  );
}

/** `case low ... high:` has a `case_range` with `low` and `high` in the field `value`. */
function caseRange(node: Node, c: Conversion): Node {
  const value = node.children.find(k => k.field === 'value');
  if (value?.kind !== 'binary_expression') return node;
  const op = value.children.find(k => k.field === 'operator');
  if (!op || c.notes.get(op.start - c.base + c.noteShift)?.kind !== 'range') return node;
  const low = value.children.find(k => k.field === 'left');
  const high = value.children.find(k => k.field === 'right');
  if (!low || !high) return node;
  const range: Node = {
    ...value,
    kind: 'case_range',
    children: [
      { ...low, field: 'low' },
      { ...op, kind: '...', end: op.start + 3 },
      { ...high, field: 'high' },
    ],
  };
  return { ...node, children: node.children.map(k => (k === value ? range : k)) };
}
