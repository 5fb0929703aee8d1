/**
 * Small questions about C expressions: callee and arguments of a call, an expression without its wrapping, its text in
 * one spelling, substitution of parameters by arguments. Purely syntactic.
 */
import { child, namedChildren, type Node } from '../syntax/node';
import { primitive } from './primitives';

/** The text of a node with every run of white space made one blank and comments kept out. */
export function textOf(text: string, node: Node): string {
  return squeeze(text.slice(node.start, node.end));
}

function squeeze(text: string): string {
  const bare = text.includes('/*') ? text.replace(/\/\*[\s\S]*?\*\//g, ' ') : text;
  return /\s\s|[\t\r\n]/.test(bare) ? bare.replace(/\s+/g, ' ').trim() : bare.trim();
}

/** Macros whose value is that of their first argument. */
const transparent = new Set([
  'likely',
  'unlikely',
  'WARN_ON',
  'WARN_ON_ONCE',
  'WARN',
  'WARN_ONCE',
  'DEBUG_NET_WARN_ON_ONCE',
  'VM_WARN_ON',
  'VM_WARN_ON_ONCE',
  'RCU_LOCKDEP_WARN',
  '__builtin_expect',
  'data_race',
]);

/** Without parentheses, casts, likely() and the like. */
export function bare(text: string, node: Node): Node {
  for (;;) {
    const inner = unwrapped(text, node);
    if (!inner) return node;
    node = inner;
  }
}

function unwrapped(text: string, node: Node): Node | undefined {
  if (node.kind === 'parenthesized_expression') {
    const inside = namedChildren(node);
    return inside.length === 1 && inside[0]?.kind !== 'compound_statement' ? inside[0] : undefined;
  }
  if (node.kind === 'cast_expression') return child(node, 'value');
  if (node.kind === 'call_expression' && transparent.has(callee(text, node) ?? ''))
    return callArguments(node)[0];
  return undefined;
}

/** The name of the function called, if it is called by name. */
export function callee(text: string, call: Node): string | undefined {
  const f = child(call, 'function');
  return f?.kind === 'identifier' ? text.slice(f.start, f.end) : undefined;
}

export function callArguments(call: Node): readonly Node[] {
  const list = child(call, 'arguments');
  return list ? namedChildren(list) : [];
}

/** True for a call whose value is that of the memory its first argument names: `READ_ONCE(x)`, `rcu_dereference(p)`. */
export function isReadCall(name: string): boolean {
  const p = primitive(name);
  return (
    (p !== undefined && ((p.role === 'load' && readingClasses.has(p.class)) || p.role === 'marked-plain')) ||
    name === 'rcu_pointer_handoff' ||
    name === 'unrcu_pointer'
  );
}

const readingClasses = new Set(['access', 'rcu', 'srcu', 'atomic']);

/** What a read reads: `rcu_access_pointer(dev->npinfo)` and `READ_ONCE(dev->npinfo)` give `dev->npinfo`. */
export function readObject(text: string, node: Node): Node {
  for (;;) {
    const inner = bare(text, node);
    if (inner.kind === 'call_expression' && isReadCall(callee(text, inner) ?? '')) {
      const argument = callArguments(inner)[0];
      if (argument) {
        node = pointee(text, argument);
        continue;
      }
    }
    return inner;
  }
}

/** `&x` to `x`; anything else as it is. */
export function pointee(text: string, node: Node): Node {
  const inner = bare(text, node);
  if (inner.kind !== 'pointer_expression' || text[inner.start] !== '&') return inner;
  const argument = child(inner, 'argument');
  return argument ? bare(text, argument) : inner;
}

/**
 * The place an expression of pointer type points at, in one spelling: `&n->state` is `n->state`, `p` is `*p`, and an
 * array or variable that is no pointer is left to the caller.
 */
export function placeText(text: string, pointer: Node): string {
  const inner = bare(text, pointer);
  if (inner.kind === 'pointer_expression' && text[inner.start] === '&') {
    const argument = child(inner, 'argument');
    return spelling(text, argument ? bare(text, argument) : inner);
  }
  return `*${spelling(text, inner)}`;
}

/** An expression in one spelling: no blanks around operators, no redundant parentheses, `(&x)->y` and `(*p).y` folded. */
export function spelling(text: string, node: Node): string {
  return fold(textOf(text, bare(text, node)));
}

/** Folds a spelled expression. */
export function fold(expression: string): string {
  return expression
    .replace(/\s*(->|\.|\[|\]|\(|\)|,)\s*/g, '$1')
    .replace(/,/g, ', ')
    .replace(/\(&(\w[^()]*)\)->/g, '$1.')
    .replace(/\(\*(\w[^()]*)\)\./g, '$1->')
    .replace(/\*&/g, '');
}

/**
 * A place spelled with a function's parameters, as its caller spells it: `n->state` with `n` being `&dev->napi` is
 * `dev->napi.state`. Names that are no parameters are kept: they are globals, or mean nothing to the caller.
 */
export function substitute(place: string, parameters: readonly string[], args: readonly string[]): string {
  const root = /^(\*?)([A-Za-z_]\w*)(.*)$/s.exec(place);
  const index = root ? parameters.indexOf(root[2] ?? '') : -1;
  const argument = index < 0 ? undefined : args[index];
  if (!root || argument === undefined) return place;
  const [, star = '', , rest = ''] = root;
  if (rest.startsWith('->') && argument.startsWith('&')) return `${argument.slice(1)}.${rest.slice(2)}`;
  if (star && argument.startsWith('&')) return fold(`${argument.slice(1)}${rest}`);
  const simple = /^[\w.>-]+$/.test(argument) ? argument : `(${argument})`;
  return fold(`${star}${simple}${rest}`);
}

/** `operator` of a binary, unary, assignment or update expression. */
export function operatorOf(text: string, node: Node): string {
  const o = child(node, 'operator');
  return o ? text.slice(o.start, o.end) : '';
}
