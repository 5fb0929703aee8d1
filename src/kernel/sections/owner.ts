/**
 * Locks made of a word: taken by a cmpxchg from one constant to a name of the owner, or by test_and_set_bit, and given
 * back by a store or clear_bit. Told apart from a state word (whose new value is computed from the old one) by what is
 * compared with: an owner word goes from "nobody", a constant.
 */
import { child, walk, type Node } from '../../syntax/node';
import { bare, callArguments, callee, operatorOf, placeText, spelling } from '../expression';
import { primitive } from '../primitives';

export interface OwnerTake {
  /** `napi->poll_owner`, `dev->flags bit BUSY`. */
  readonly place: string;
  /** The value of the tested expression that means "taken". */
  readonly taken: boolean;
  readonly call: Node;
}

/** If a tested expression takes an owner word, which, and on which outcome. `body` is the function, to trace `old`. */
export function ownerTake(text: string, test: Node, body: Node): OwnerTake | undefined {
  const inner = bare(text, test);
  if (inner.kind === 'call_expression') return fromCall(text, inner, body, undefined);
  if (inner.kind !== 'binary_expression') return undefined;
  const operator = operatorOf(text, inner);
  if (operator !== '==' && operator !== '!=') return undefined;
  const sides = [child(inner, 'left'), child(inner, 'right')];
  for (const [i, side] of sides.entries()) {
    const call = side && bare(text, side);
    const other = sides[1 - i];
    if (call?.kind !== 'call_expression' || !other) continue;
    const take = fromCall(text, call, body, spelling(text, other));
    if (take) return operator === '==' ? take : { ...take, taken: !take.taken };
  }
  return undefined;
}

/** `compared`: what the call's value is compared with by ==, or undefined if the value itself is the test. */
function fromCall(text: string, call: Node, body: Node, compared: string | undefined): OwnerTake | undefined {
  const name = callee(text, call);
  const p = name === undefined ? undefined : primitive(name);
  if (!p || name === undefined) return undefined;
  const args = callArguments(call);
  const pointer = p.pointer === undefined ? undefined : args[p.pointer];
  if (!pointer) return undefined;
  const place = placeText(text, pointer).replace(/^\*(?=\w)/, '');
  const zero = compared === '0' || compared === 'false' || compared === 'NULL';
  if (/^test_and_set_bit/.test(name)) {
    if (compared !== undefined && !zero) return undefined;
    const bit = args[p.bit ?? 0];
    return { place: `${place} bit ${bit ? spelling(text, bit) : ''}`, taken: zero, call };
  }
  if (p.role === 'swap') return compared === undefined || zero ? { place, taken: zero, call } : undefined;
  if (p.role !== 'cas') return undefined;
  const old = args[1];
  if (!old) return undefined;
  if (/try_cmpxchg/.test(name)) {
    const expected = placeText(text, old);
    return compared === undefined && constantsOnly(text, expected, body)
      ? { place, taken: true, call }
      : undefined;
  }
  if (!isConstant(text, old)) return undefined;
  const from = spelling(text, old);
  if (compared === undefined) return isZero(from) ? { place, taken: false, call } : undefined;
  return compared === from ? { place, taken: true, call } : undefined;
}

function isZero(s: string): boolean {
  return s === '0' || s === 'NULL' || s === 'false';
}

/** A literal, NULL, or a name in capitals, possibly negated or cast. */
function isConstant(text: string, node: Node): boolean {
  const inner = bare(text, node);
  if (inner.kind === 'unary_expression') {
    const argument = child(inner, 'argument');
    return argument !== undefined && isConstant(text, argument);
  }
  return (
    inner.kind === 'number_literal' ||
    inner.kind === 'null' ||
    inner.kind === 'true' ||
    inner.kind === 'false' ||
    (inner.kind === 'identifier' && /^[A-Z_][A-Z0-9_]*$/.test(text.slice(inner.start, inner.end)))
  );
}

/** Every value that a local is given in the function is a constant. */
function constantsOnly(text: string, local: string, body: Node): boolean {
  let any = false;
  let all = true;
  walk(body, n => {
    const left =
      n.kind === 'assignment_expression'
        ? child(n, 'left')
        : n.kind === 'init_declarator'
          ? child(n, 'declarator')
          : undefined;
    const right = n.kind === 'assignment_expression' ? child(n, 'right') : child(n, 'value');
    if (left && right && text.slice(left.start, left.end) === local) {
      any = true;
      all = all && isConstant(text, right);
    }
  });
  return any && all;
}

/** The bit that a call waits for until it is its own: `wait_on_bit_lock(&p->flags, BUSY, mode)`. */
export function ownerWait(text: string, node: Node): string | undefined {
  if (node.kind !== 'call_expression' || !/^wait_on_bit_lock/.test(callee(text, node) ?? ''))
    return undefined;
  const [word, bit] = callArguments(node);
  return word && bit && `${placeText(text, word).replace(/^\*(?=\w)/, '')} bit ${spelling(text, bit)}`;
}

/** Whether a call of that name may take an owner word, wait for one or give it back. */
export function mayOwn(name: string): boolean {
  if (/^test_and_set_bit|^wait_on_bit_lock|clear_bit|^clear_and_wake_up_bit$/.test(name)) return true;
  const p = primitive(name);
  return (
    p?.pointer !== undefined &&
    (p.role === 'swap' || p.role === 'cas' || (p.role === 'store' && p.class !== 'rcu'))
  );
}

/** What a call or store gives back, if it may be an owner word. */
export function ownerGive(text: string, node: Node): string | undefined {
  if (node.kind !== 'call_expression') return undefined;
  const name = callee(text, node);
  const p = name === undefined ? undefined : primitive(name);
  if (!p || name === undefined) return undefined;
  const args = callArguments(node);
  const pointer = p.pointer === undefined ? undefined : args[p.pointer];
  if (!pointer) return undefined;
  // WRITE_ONCE() takes the place itself, the others its address.
  const place =
    p.name === 'WRITE_ONCE' ? spelling(text, pointer) : placeText(text, pointer).replace(/^\*(?=\w)/, '');
  if (/clear_bit|^clear_and_wake_up_bit$/.test(name)) {
    const bit = args[p.bit ?? 0];
    return `${place} bit ${bit ? spelling(text, bit) : ''}`;
  }
  if (p.role === 'store' && p.class !== 'rcu') return place;
  return undefined;
}
