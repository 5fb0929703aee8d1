/**
 * What an expression makes of a state word: `val & ~(A | B)` clears A and B of the word that `val` was read from,
 * `val & A` tests A, `(val & A) / A * B` may set B. Locals are followed in text order; an assignment in a branch that
 * an earlier one is not in only adds a possibility.
 */
import { child, namedChildren, type Node } from '../../syntax/node';
import { bare, callArguments, callee, operatorOf, pointee, spelling } from '../expression';
import { primitive, type Ordering } from '../primitives';

/** A mask in pieces: the text of a mask, or the text of a bit number. */
export interface Term {
  readonly kind: 'mask' | 'bit';
  readonly text: string;
  /** The text is a variable of the function: which bit it is, is not known here. */
  readonly variable?: true;
  /** Where it is written, in the text of the analysis. */
  readonly at?: number;
}

/** A word that a value was read from, and how. */
export interface WordRead {
  readonly place: Node;
  readonly via: string;
  readonly ordering: Ordering;
}

export type Value =
  | { readonly kind: 'mask'; readonly terms: readonly Term[]; readonly inverted: boolean }
  /** The word's value with changes. */
  | {
      readonly kind: 'word';
      readonly read: WordRead;
      readonly sets: readonly Term[];
      readonly clears: readonly Term[];
      readonly maySet: readonly Term[];
      readonly mayClear: readonly Term[];
    }
  /** Some bits of the word. */
  | { readonly kind: 'part'; readonly read: WordRead; readonly terms: readonly Term[] }
  /** Zero or the mask. */
  | { readonly kind: 'perhaps'; readonly terms: readonly Term[] }
  /** Zero or one, from a part. */
  | { readonly kind: 'truth' };

export type Environment = ReadonlyMap<string, Value>;

/** The abstract value of an expression; undefined for what has nothing to do with words and masks. */
export function valueOf(
  text: string,
  node: Node,
  env: Environment,
  isLocal: (name: string) => boolean,
): Value | undefined {
  const inner = bare(text, node);
  const again = (n: Node | undefined): Value | undefined => n && valueOf(text, n, env, isLocal);
  switch (inner.kind) {
    case 'identifier': {
      const name = text.slice(inner.start, inner.end);
      const known = env.get(name);
      if (known) return known;
      if (isLocal(name)) return undefined;
      return /^[A-Z_][A-Z0-9_]*$|_[A-Z0-9]+$/.test(name)
        ? { kind: 'mask', terms: [{ kind: 'mask', text: name, at: inner.start }], inverted: false }
        : wordAt(inner, 'plain', 'plain');
    }
    case 'number_literal':
      return {
        kind: 'mask',
        terms: [{ kind: 'mask', text: spelling(text, inner), at: inner.start }],
        inverted: false,
      };
    case 'field_expression':
    case 'subscript_expression':
      return wordAt(inner, 'plain', 'plain');
    case 'pointer_expression':
      return text[inner.start] === '*' ? wordAt(inner, 'plain', 'plain') : undefined;
    case 'call_expression': {
      const name = callee(text, inner) ?? '';
      const args = callArguments(inner);
      const first = args[0];
      if (/^_?BIT(_ULL|UL|ULL)?$/.test(name) && first)
        return { kind: 'mask', terms: [bitTerm(text, first, isLocal)], inverted: false };
      const p = primitive(name);
      if (p?.role === 'load' && (p.class === 'access' || p.class === 'atomic') && first)
        return wordAt(pointee(text, first), name, p.ordering);
      return undefined;
    }
    case 'unary_expression': {
      const operator = operatorOf(text, inner);
      const value = again(child(inner, 'argument'));
      if (operator === '~' && value?.kind === 'mask') return { ...value, inverted: !value.inverted };
      if (operator === '!' && value) return { kind: 'truth' };
      return undefined;
    }
    case 'conditional_expression': {
      const yes = again(child(inner, 'consequence'));
      const no = again(child(inner, 'alternative'));
      const terms = [yes, no].flatMap(v =>
        v?.kind === 'mask' && !v.inverted ? v.terms.filter(t => !isZero(t)) : [],
      );
      if (yes?.kind === 'word' && no?.kind === 'word') return join(yes, no);
      return terms.length > 0 ? { kind: 'perhaps', terms } : undefined;
    }
    case 'binary_expression': {
      const operator = operatorOf(text, inner);
      const [l, r] = [child(inner, 'left'), child(inner, 'right')];
      if (!l || !r) return undefined;
      if (operator === '<<' && /^1[uUlL]*$/.test(spelling(text, l)))
        return { kind: 'mask', terms: [bitTerm(text, r, isLocal)], inverted: false };
      return combine(operator, again(l), again(r));
    }
    case 'comma_expression':
      return again(namedChildren(inner).at(-1));
    case 'assignment_expression':
      return again(child(inner, 'right'));
    default:
      return undefined;
  }
}

/** The bit whose number an expression gives. */
export function bitTerm(text: string, number: Node, isLocal: (name: string) => boolean): Term {
  const written = spelling(text, number);
  const variable = (written.match(/[A-Za-z_]\w*/g) ?? []).some(isLocal);
  return { kind: 'bit', text: written, at: number.start, ...(variable && { variable: true as const }) };
}

function wordAt(place: Node, via: string, ordering: Ordering): Value {
  return { kind: 'word', read: { place, via, ordering }, sets: [], clears: [], maySet: [], mayClear: [] };
}

function isZero(term: Term): boolean {
  return term.kind === 'mask' && /^0[xX]?0*[uUlL]*$/.test(term.text);
}

/** The value of `a operator b`. */
export function combine(operator: string, a: Value | undefined, b: Value | undefined): Value | undefined {
  if (!a || !b) return undefined;
  // The word, if any, on the left.
  if (b.kind === 'word' && a.kind !== 'word') return combine(operator, b, a);
  switch (operator) {
    case '|':
    case '+':
      if (a.kind === 'mask' && b.kind === 'mask' && a.inverted === b.inverted)
        return { kind: 'mask', terms: [...a.terms, ...b.terms], inverted: a.inverted };
      if (a.kind === 'word' && b.kind === 'mask' && !b.inverted)
        return { ...a, sets: plus(a.sets, b.terms), clears: minus(a.clears, b.terms) };
      if (a.kind === 'word' && b.kind === 'perhaps') return { ...a, maySet: plus(a.maySet, b.terms) };
      if ((a.kind === 'mask' || a.kind === 'perhaps') && (b.kind === 'mask' || b.kind === 'perhaps'))
        return { kind: 'perhaps', terms: [...a.terms, ...b.terms] };
      return undefined;
    case '&':
      if (a.kind === 'word' && b.kind === 'mask')
        return b.inverted
          ? { ...a, clears: plus(a.clears, b.terms), sets: minus(a.sets, b.terms) }
          : { kind: 'part', read: a.read, terms: b.terms };
      if (a.kind === 'word' && b.kind === 'perhaps') return { kind: 'part', read: a.read, terms: b.terms };
      if (a.kind === 'mask' && b.kind === 'mask' && a.inverted && b.inverted)
        return { kind: 'mask', terms: [...a.terms, ...b.terms], inverted: true };
      return undefined;
    case '^':
      if (a.kind === 'word' && (b.kind === 'mask' || b.kind === 'perhaps'))
        return { ...a, maySet: plus(a.maySet, b.terms), mayClear: plus(a.mayClear, b.terms) };
      return undefined;
    case '/':
      return a.kind === 'part' && b.kind === 'mask' ? { kind: 'truth' } : undefined;
    case '*':
      if (a.kind === 'truth' && b.kind === 'mask') return { kind: 'perhaps', terms: b.terms };
      if (b.kind === 'truth' && a.kind === 'mask') return { kind: 'perhaps', terms: a.terms };
      return undefined;
    default:
      return undefined;
  }
}

/** What may be, if either may. */
export function join(a: Value | undefined, b: Value | undefined): Value | undefined {
  if (!a || !b) return a ?? b;
  if (a.kind !== 'word' || b.kind !== 'word') return b;
  const sets = a.sets.filter(t => has(b.sets, t));
  const clears = a.clears.filter(t => has(b.clears, t));
  return {
    kind: 'word',
    read: a.read,
    sets,
    clears,
    maySet: plus(plus(a.maySet, b.maySet), minus(plus(a.sets, b.sets), sets)),
    mayClear: plus(plus(a.mayClear, b.mayClear), minus(plus(a.clears, b.clears), clears)),
  };
}

function has(list: readonly Term[], t: Term): boolean {
  return list.some(x => x.kind === t.kind && x.text === t.text);
}
function plus(a: readonly Term[], b: readonly Term[]): readonly Term[] {
  return [...a, ...b.filter(t => !has(a, t))];
}
function minus(a: readonly Term[], b: readonly Term[]): readonly Term[] {
  return a.filter(t => !has(b, t));
}
