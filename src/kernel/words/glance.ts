/**
 * What the text of a function tells of bits and words before anybody parses it: whether there can be anything. Each answer is
 * a superset of the truth: "no" is sure, "yes" is for the tree to decide.
 */
import { remember, type Analysis } from '../functions';
import { primitive } from '../primitives';

/** Classes of primitives that change or test single bits, or exchange words. */
const strongClasses: ReadonlySet<string> = new Set(['bitop', 'bitop_nonatomic', 'bitlock', 'cmpxchg']);

/** A call of that name may make the word that it is given a state word. */
function isStrong(name: string): boolean {
  const p = primitive(name);
  if (p?.pointer === undefined) return false;
  if (p.class === 'atomic')
    return p.role === 'cas' || p.role === 'swap' || /_(or|and|andnot|xor)(_|$)/.test(name);
  return (
    strongClasses.has(p.class) ||
    p.role === 'cas' ||
    p.role === 'swap' ||
    (p.class === 'wait' && p.bit !== undefined)
  );
}

/** The function calls bit operations, cmpxchg or the like. */
export function hasStrong(a: Analysis): boolean {
  return remember(a, 'names bit operations', () => [...a.named].some(isStrong));
}

const constant = /\b[A-Z_][A-Z0-9_]{2,}\b/;
const callLike = /\b([A-Za-z_]\w*)\s*\(/g;

/** Names like calls with a name in capitals somewhere behind them in the statement: that may be a bit they are given. */
export function givenConstants(a: Analysis): readonly string[] {
  return remember(a, 'given constants', () => {
    const found = new Set<string>();
    if (!constant.test(a.text)) return [];
    for (const m of a.text.matchAll(callLike)) {
      const name = m[1] ?? '';
      if (found.has(name) || !a.named.has(name)) continue;
      const from = m.index + m[0].length;
      const end = a.text.indexOf(';', from);
      if (constant.test(a.text.slice(from, end < 0 ? a.text.length : end))) found.add(name);
    }
    return [...found];
  });
}

/** `a & b`, `a |= b`, `a ^ b`; no address and no `&&`. */
const masking = /[\w)\]]\s*[&|^](?![&|])/;

/** Words are masked in it, or constants stored. */
export function mayMask(a: Analysis): boolean {
  return remember(a, 'may mask', () => masking.test(a.text) || constant.test(a.text));
}

/** The function itself does something to a bit or mask that is one of its parameters. */
export function mayWrap(a: Analysis): boolean {
  return remember(a, 'may wrap', () => {
    const numbers = numbersOf(a);
    if (numbers.length === 0) return false;
    if (hasStrong(a)) return true;
    if (!masking.test(a.text)) return false;
    // It is masked with, shifted, or kept in a local.
    const naming = new RegExp(`\\b(?:${numbers.join('|')})\\b`);
    return a.text
      .slice(a.text.indexOf('{'))
      .split(/[;{}]/)
      .some(s => naming.test(s) && (masking.test(s) || /<<|\bBIT|[^=!<>]=(?!=)/.test(s)));
  });
}

/** Parameters that are no pointers. */
export function numbersOf(a: Analysis): readonly string[] {
  return remember(a, 'number parameters', () => {
    const head = a.text.slice(0, Math.max(0, a.text.indexOf('{')));
    return head
      .slice(head.indexOf('(') + 1)
      .split(',')
      .flatMap(p => (/[*[]/.test(p) ? [] : (/([A-Za-z_]\w*)\W*$/.exec(p)?.[1] ?? [])));
  });
}

/** There is one return, and it gives back something of a struct. */
export function mayBePlace(a: Analysis): boolean {
  return remember(a, 'may be place', () => {
    const returns = a.text.match(/\breturn\b[^;]*/g) ?? [];
    return returns.some(r => /->|\./.test(r));
  });
}
