/**
 * Every place in a function, or in an initialiser at file level, where some names of bits and masks are written, with
 * what is done to the bit there. What accesses.ts finds comes first; names that no access explains are judged by the
 * expression around them: `flags & IFF_UP` with `flags` from who knows where still tests it. What remains is said to be
 * something else, so that nothing is lost silently.
 */
import { child, walk, type Node } from '../../syntax/node';
import { accessesThrough, bitOperation, type Access, type BitCallees } from './accesses';
import { bare, callArguments, callee, operatorOf, pointee, spelling } from '../expression';
import type { Analysis } from '../functions';
import { aliased, pathOf, type Locals, type Path } from '../places';
import { primitive, type Ordering } from '../primitives';

/**
 * What happens to a bit. The `test-and-` kinds tell its old value in the same step; `wait` spins or sleeps until it has
 * a value; `store` puts a whole value with the bit into the word; `init` is an initialiser.
 */
export type BitSiteKind =
  | 'set'
  | 'clear'
  | 'change'
  | 'test'
  | 'test-and-set'
  | 'test-and-clear'
  | 'test-and-change'
  | 'wait'
  | 'store'
  | 'init';

export interface BitUse {
  /** `other`: named, but what happens to the bit is not known; `how` says where it goes. */
  readonly kind: BitSiteKind | 'other';
  /** The name that is written: of the bit, or of a mask with it. */
  readonly name: string;
  /** The operation; for `other` the name. */
  readonly start: number;
  readonly end: number;
  /** Where the name is written, if known. */
  readonly at?: number;
  /** The primitive, or `plain`. */
  readonly operation: string;
  readonly through?: string;
  readonly atomic: boolean;
  readonly ordering: Ordering;
  /** As written; '' if there is none. */
  readonly word: string;
  readonly path?: Path;
  readonly until?: 'set' | 'clear';
  readonly maybe: boolean;
  /** The name stands for a mask here, or for the number of a bit operation's bit. */
  readonly masked?: true;
  /** `passed to dev_change_flags()`. */
  readonly how?: string;
}

/** The uses of names in a function, in text order. `calls`: macros that do something to the bit wherever they are called. */
export function bitUses(
  a: Analysis,
  names: ReadonlySet<string>,
  callees: BitCallees,
  calls: ReadonlyMap<string, readonly MacroUse[]> = new Map(),
): readonly BitUse[] {
  const { text } = a;
  const written: { node: Node; parents: readonly Node[]; name: string }[] = [];
  const macros: { node: Node; name: string }[] = [];
  walk(a.node, (n, parents) => {
    if (n.kind === 'call_expression' && calls.size > 0) {
      const name = callee(text, n);
      if (name !== undefined && calls.has(name)) macros.push({ node: n, name });
    }
    if (n.kind !== 'identifier') return;
    const name = text.slice(n.start, n.end);
    if (names.has(name)) written.push({ node: n, parents: [...parents], name });
  });
  const found: BitUse[] = [];
  for (const { node, name } of macros)
    for (const { inner, ...use } of calls.get(name) ?? [])
      found.push({
        ...use,
        ...(inner && called(a, inner, callArguments(node))),
        start: node.start,
        end: node.end,
        through: name,
        at: node.start,
      });
  if (written.length === 0) return found;

  const mentions = new RegExp(`\\b(${[...names].join('|')})\\b`);
  const traced = new Set<string>();
  const covered = new Set<Node>();
  for (const access of accessesThrough(a, callees, mentions)) {
    const mine = access.bits.flatMap(t => {
      const name = mentions.exec(t.text)?.[1];
      return name === undefined ? [] : [{ ...t, name }];
    });
    const [first] = mine;
    if (!first) continue;
    const kind = kindOf(access);
    // One operation may name the bit by several masks.
    found.push({
      kind,
      name: first.name,
      start: access.node.start,
      end: access.node.end,
      ...(first.at !== undefined && { at: first.at }),
      operation: access.via,
      ...(access.through !== undefined && { through: access.through }),
      atomic: access.atomic,
      ordering: access.ordering,
      word: access.word,
      path: access.path,
      ...(access.until && { until: access.until }),
      maybe: access.maybe,
      ...(first.kind === 'bit' && { masked: true as const }),
    });
    for (const w of written) {
      const inside = w.node.start >= access.node.start && w.node.end <= access.node.end;
      const there = mine.some(
        t => t.at !== undefined && w.node.start >= t.at && w.node.start <= t.at + t.text.length + 2,
      );
      if (inside || there) covered.add(w.node);
      if (there && !inside) traced.add(w.name);
    }
  }
  for (const w of written) {
    if (covered.has(w.node)) continue;
    const use = judged(text, w.node, w.parents, w.name, a.locals);
    // A mask that is built up in a local again and again, and was traced to the word once.
    if (
      use.path?.kind === 'local' &&
      use.path.fields.length === 0 &&
      use.kind !== 'test' &&
      traced.has(w.name)
    )
      continue;
    found.push(use);
  }
  // `(v & A) / A * B` names A twice to say one thing.
  const said = found.filter(
    u => u.kind !== 'other' || !found.some(o => o.kind !== 'other' && o.name === u.name && near(o, u)),
  );
  return said.sort((x, y) => x.start - y.start || x.end - y.end);
}

function near(a: BitUse, b: BitUse): boolean {
  return a.at !== undefined && b.at !== undefined && b.at > a.at && b.at - a.at < a.name.length + 8;
}

/** The word of a macro, as it is where the macro is called. */
function called(
  { text, locals }: Analysis,
  { parameters, path }: { readonly parameters: readonly string[]; readonly path: Path },
  args: readonly Node[],
): { readonly path: Path; readonly word: string } {
  const arg = args[parameters.indexOf(path.root)];
  if (!arg)
    return { path, word: path.fields.length > 0 ? `${path.root}->${path.fields.join('.')}` : path.root };
  const base = pathOf(text, pointee(text, arg), locals);
  const place = `${spelling(text, pointee(text, arg))}${pointee(text, arg) === bare(text, arg) ? '->' : '.'}`;
  return {
    path: { ...base, fields: [...base.fields, ...path.fields] },
    word: path.fields.length > 0 ? `${place}${path.fields.join('.')}` : spelling(text, arg),
  };
}

/** What the body of a function-like macro does to the bit, without a place. */
export type MacroUse = Omit<BitUse, 'start' | 'end' | 'at' | 'through' | 'path'> & {
  /** The word in terms of the macro's parameters. */
  readonly inner?: { readonly parameters: readonly string[]; readonly path: Path };
};

function kindOf(a: Pick<Access, 'kind' | 'tests'>): BitSiteKind {
  switch (a.kind) {
    case 'set':
      return a.tests ? 'test-and-set' : 'set';
    case 'clear':
      return a.tests ? 'test-and-clear' : 'clear';
    case 'change':
      return a.tests ? 'test-and-change' : 'change';
    case 'read':
      return 'test';
    case 'rmw':
      return 'store';
    default:
      return a.kind;
  }
}

/** The uses in an item that is no function: an initialiser, mostly. */
export function outerUses(text: string, root: Node, names: ReadonlySet<string>): readonly BitUse[] {
  const found: BitUse[] = [];
  walk(root, (n, parents) => {
    if (n.kind !== 'identifier') return;
    const name = text.slice(n.start, n.end);
    if (!names.has(name)) return;
    const use = judged(text, n, parents, name, undefined);
    found.push(use);
  });
  return found;
}

const noLocals: Locals = { parameters: [], types: new Map(), aliases: new Map() };

/** What the expression around a name does. */
function judged(
  text: string,
  node: Node,
  parents: readonly Node[],
  name: string,
  known: Locals | undefined,
): BitUse {
  const locals = known ?? noLocals;
  let inner = node;
  let inverted = false;
  let shifted = false;
  let shared: Node | undefined;
  const use = (kind: BitUse['kind'], around: Node, place: Node | undefined, how?: string): BitUse => ({
    kind,
    name,
    start: around.start,
    end: around.end,
    at: node.start,
    operation: kind === 'other' ? '' : 'plain',
    atomic: false,
    ordering: kind === 'init' || kind === 'other' ? 'none' : 'plain',
    word: place ? spelling(text, place) : '',
    // A local that only holds a copy of a word stands for it where it is tested.
    ...(place && { path: pathOf(text, kind === 'test' ? aliased(text, place, locals) : place, locals) }),
    maybe: false,
    ...(shifted && { masked: true as const }),
    ...(how !== undefined && { how }),
  });
  for (let i = parents.length - 1; i >= 0; i--) {
    const p = parents[i];
    if (!p) break;
    switch (p.kind) {
      case 'parenthesized_expression':
      case 'cast_expression':
      case 'argument_list':
      case 'comma_expression':
      case 'conditional_expression':
        break;
      case 'unary_expression':
        if (operatorOf(text, p) === '~') inverted = !inverted;
        else return use('other', node, undefined, 'tested for zero');
        break;
      case 'call_expression': {
        const called = callee(text, p);
        if (
          called !== undefined &&
          /^_?BIT(_ULL|UL|ULL)?$|^(un)?likely$|^cpu_to_|^hton|_to_cpu$|^(READ|WRITE)_ONCE$/.test(called)
        ) {
          if (called.includes('BIT')) shifted = true;
          break;
        }
        const operation = called === undefined ? undefined : bitOperation(called);
        const k = operation && called !== undefined ? primitive(called) : undefined;
        if (k && operation) {
          const args = callArguments(p);
          const pointer = args[k.pointer ?? 1];
          if (args[k.bit ?? 0] === inner || (args[k.bit ?? 0]?.start ?? -1) <= node.start)
            return {
              ...use(kindOf(operation), p, pointer && pointee(text, pointer)),
              operation: k.name,
              masked: true,
              atomic: operation.atomic,
              ordering: k.ordering,
              ...(operation.until && { until: operation.until }),
            };
        }
        return use(
          'other',
          node,
          undefined,
          `passed to ${called ?? spelling(text, child(p, 'function') ?? p)}()`,
        );
      }
      case 'binary_expression': {
        const operator = operatorOf(text, p);
        const left = child(p, 'left');
        const right = child(p, 'right');
        const other = left && left.start <= inner.start && inner.end <= left.end ? right : left;
        if (operator === '<<') {
          shifted = true;
          break;
        }
        if (operator === '|' || operator === '+' || operator === '^') {
          if (other && isPlace(bare(text, other))) shared = bare(text, other);
          break;
        }
        if (operator === '&' && other) {
          if (inverted) {
            shared = bare(text, other);
            break;
          }
          return use('test', p, bare(text, other));
        }
        if ((operator === '==' || operator === '!=') && other) {
          const compared = bare(text, other);
          const part = compared.kind === 'binary_expression' && operatorOf(text, compared) === '&';
          const place = part ? bare(text, child(compared, 'left') ?? compared) : compared;
          return isPlace(place) ? use('test', p, place) : use('other', node, undefined, 'compared');
        }
        return use('other', node, undefined, 'computed with');
      }
      case 'assignment_expression': {
        const left = child(p, 'left');
        if (!left || (left.start <= node.start && node.end <= left.end))
          return use('other', node, undefined, 'index');
        const place = bare(text, left);
        const operator = operatorOf(text, p);
        if (operator === '|=') return use('set', p, place);
        if (operator === '&=' && inverted) return use('clear', p, place);
        if (operator === '^=') return use('change', p, place);
        if (operator !== '=') return use('other', node, undefined, 'computed with');
        if (shared) return use(inverted ? 'clear' : 'set', p, place);
        if (place.kind === 'identifier' && locals.types.has(text.slice(place.start, place.end)))
          return use('other', node, undefined, `value of ${spelling(text, place)}`);
        return inverted ? use('other', node, undefined, 'computed with') : use('store', p, place);
      }
      case 'initializer_pair': {
        const value = child(p, 'value');
        if (value && value.start <= node.start && node.end <= value.end) {
          const designator = p.children.find(c => c.kind === 'field_designator');
          const field = designator && spelling(text, designator).replace(/^\./, '');
          const type = typeAround(text, parents);
          return {
            ...use('init', p, undefined),
            word: `.${field ?? ''}`,
            path: { root: '', kind: 'other', ...(type && { type }), fields: [field ?? ''] },
          };
        }
        return use('other', node, undefined, 'index of a table');
      }
      case 'init_declarator': {
        const declarator = child(p, 'declarator');
        return use(
          'other',
          node,
          undefined,
          declarator ? `value of ${text.slice(declarator.start, declarator.end)}` : 'initialiser',
        );
      }
      case 'initializer_list':
        break;
      case 'case_statement':
        return use('other', node, undefined, 'case');
      case 'return_statement':
        return use('other', node, undefined, 'returned');
      case 'subscript_expression':
        return use('other', node, undefined, 'index');
      default:
        return use('other', node, undefined, describeParent(p.kind));
    }
    inner = p;
  }
  return use('other', node, undefined, 'named');
}

function describeParent(kind: string): string {
  return kind === 'expression_statement' || kind === 'invocation' ? 'argument of a macro' : 'named';
}

/** The struct that an initialiser is for, where the declaration says it directly. */
function typeAround(text: string, parents: readonly Node[]): string | undefined {
  // An inner list belongs to a member, whose type is not known here.
  if (parents.filter(p => p.kind === 'initializer_list').length !== 1) return undefined;
  const declaration = parents.find(p => p.kind === 'declaration' || p.kind === 'compound_literal_expression');
  const type = declaration && child(declaration, 'type');
  const name = type && (child(type, 'name') ?? type);
  return name ? text.slice(name.start, name.end) : undefined;
}

function isPlace(n: Node): boolean {
  return n.kind === 'field_expression' || n.kind === 'subscript_expression' || n.kind === 'identifier';
}
