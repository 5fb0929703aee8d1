/**
 * What a test says about values: which expression it asks for zero, in one spelling, so that two tests of one thing are
 * known as two. `if (!p)` and `if (p != NULL)` are about `p`, `a->flags & F` is about itself, `n < m` about `n < m`.
 *
 * A condition over locals stays so until one of them is assigned. One over shared memory may change at any time; those
 * who use it say so.
 */
import { child, type Node } from '../../syntax/node';
import { bare, callArguments, callee, fold, operatorOf, readObject, spelling } from '../expression';
import { primitive } from '../primitives';

/** Something that is zero or not, in one spelling. */
export interface Condition {
  readonly key: string;
  readonly nonzero: boolean;
}

/** Whether an expression is surely not zero (true) or zero (false). */
export function zeroness(text: string, node: Node): boolean | undefined {
  const inner = bare(text, node);
  const word = text.slice(inner.start, inner.end);
  if (/^(0[xX]?0*[uUlL]*|NULL|false)$/.test(word)) return false;
  if (inner.kind === 'number_literal' || word === 'true') return true;
  if (/^-\s*(E[A-Z0-9]+|\d+)$/.test(word)) return true;
  if (inner.kind === 'pointer_expression' && text[inner.start] === '&') return true;
  return undefined;
}

/** The same of a spelled expression. */
export function zeronessOfText(expression: string): boolean | undefined {
  const word = expression.replace(/^\((.*)\)$/, '$1').trim();
  if (/^(0[xX]?0*[uUlL]*|NULL|false)$/.test(word)) return false;
  if (/^(-?\s*(\d\w*|E[A-Z0-9]+)|true)$/.test(word) || /^&\w/.test(word)) return true;
  return undefined;
}

/** The local that a test is about, and whether it is nonzero when the test comes out as `when`. */
export function tested(
  text: string,
  test: Node,
  when: boolean,
): { local: string; nonzero: boolean } | undefined {
  let local: string | undefined;
  const nonzero = outcomeOf(
    text,
    test,
    n => {
      if (n.kind !== 'identifier') return false;
      local = text.slice(n.start, n.end);
      return true;
    },
    when,
  );
  return local !== undefined && nonzero !== undefined ? { local, nonzero } : undefined;
}

/**
 * Whether `subject` is nonzero when the test comes out as `when`; undefined if the test is about something else. With
 * `errors` a pointer with an error in it counts as zero (what IS_ERR() asks), and a number is zero or an error.
 */
export function outcomeOf(
  text: string,
  test: Node,
  subject: (n: Node) => boolean,
  when: boolean,
  errors = false,
): boolean | undefined {
  let inner = bare(text, test);
  if (inner.kind === 'unary_expression' && operatorOf(text, inner) === '!') {
    const argument = child(inner, 'argument');
    return argument && outcomeOf(text, argument, subject, !when, errors);
  }
  if (inner.kind === 'assignment_expression') inner = assigned(text, inner, subject);
  if (subject(inner)) return when;
  if (errors && inner.kind === 'call_expression' && /^IS_ERR(_OR_NULL)?$/.test(callee(text, inner) ?? '')) {
    const [pointer] = callArguments(inner);
    return pointer && subject(bare(text, pointer)) ? !when : undefined;
  }
  if (inner.kind !== 'binary_expression') return undefined;
  const left = child(inner, 'left');
  const right = child(inner, 'right');
  if (!left || !right) return undefined;
  const operator = operatorOf(text, inner);
  let a = bare(text, left);
  const b = bare(text, right);
  if (a.kind === 'assignment_expression') a = assigned(text, a, subject);
  if (!subject(a)) return undefined;
  const value = zeroness(text, b);
  if (value === false) {
    if (operator === '!=') return when;
    if (operator === '==') return !when;
    // Of an error code `ret < 0` asks whether there is one.
    if (errors && (operator === '<' || operator === '>=')) return operator === '<' ? when : !when;
    // `ret < 0` and `ret > 0` tell only when they are true; `ret >= 0`, `ret <= 0` when they are not.
    if (operator === '<' || operator === '>') return when ? true : undefined;
    if (operator === '<=' || operator === '>=') return when ? undefined : true;
  }
  // `ret == -EAGAIN` is not zero.
  if (value === true && operator === '==') return when ? true : undefined;
  if (value === true && operator === '!=') return when ? undefined : true;
  return undefined;
}

/** Of `(x = f())` the side that is asked about. */
function assigned(text: string, node: Node, subject: (n: Node) => boolean): Node {
  const right = child(node, 'right');
  if (right && subject(bare(text, right))) return bare(text, right);
  return bare(text, child(node, 'left') ?? node);
}

/** What is known when a test comes out as `when`; empty if it asks for something that has effects. */
export function conditionsOf(text: string, test: Node, when: boolean): readonly Condition[] {
  const found: Condition[] = [];
  const about = tested(text, test, when);
  if (about) found.push({ key: about.local, nonzero: about.nonzero });
  const own = conditionOf(text, test, when);
  if (own && !(about && own.key === about.local)) found.push(own);
  if (own?.nonzero) found.push(...clearBits(own.key));
  // Whoever has the lock of a seqlock need not read again.
  const call = bare(text, test);
  if (when && call.kind === 'call_expression' && callee(text, call) === 'need_seqretry') {
    const [, count] = callArguments(call);
    if (count) found.push({ key: `${spelling(text, count)} & 1`, nonzero: false });
  }
  return found;
}

/** `(x & (A | B)) == B` says that A is clear. */
function clearBits(key: string): readonly Condition[] {
  const [, word, mask = '', value] = /^\(?(\S+?) &\s*\(?([\w| ]+)\)*\s*== (\w+)$/.exec(key) ?? [];
  const bits = mask.split(' | ');
  if (word === undefined || value === undefined || bits.length < 2 || !bits.includes(value)) return [];
  return bits.filter(b => b !== value).map(b => ({ key: `${word} & ${b}`, nonzero: false }));
}

/** An expression as a condition, `!`, `== 0` and the like taken out; undefined if it may have effects. */
export function conditionOf(text: string, test: Node, when = true): Condition | undefined {
  let inner = bare(text, test);
  if (inner.kind === 'assignment_expression') inner = bare(text, child(inner, 'left') ?? inner);
  if (inner.kind === 'unary_expression' && operatorOf(text, inner) === '!') {
    const argument = child(inner, 'argument');
    return argument && conditionOf(text, argument, !when);
  }
  if (inner.kind === 'binary_expression') {
    const left = child(inner, 'left');
    const right = child(inner, 'right');
    const operator = operatorOf(text, inner);
    if (!left || !right) return undefined;
    if (operator === '==' || operator === '!=') {
      if (zeroness(text, right) === false) return conditionOf(text, left, operator === '!=' ? when : !when);
      return pair(text, left, '==', right, operator === '==' ? when : !when);
    }
    if (operator === '<' || operator === '>=')
      return pair(text, left, '<', right, operator === '<' ? when : !when);
    if (operator === '>' || operator === '<=') {
      // Of what cannot be negative, `> 0` is "not zero"; of the rest it is when it is true.
      return pair(text, left, '>', right, operator === '>' ? when : !when);
    }
    if (operator === '&') return pair(text, left, '&', right, when);
    return undefined;
  }
  const key = keyOfValue(text, inner);
  return key === undefined ? undefined : { key, nonzero: when };
}

function pair(text: string, left: Node, sign: string, right: Node, nonzero: boolean): Condition | undefined {
  const a = keyOfValue(text, left);
  const b = keyOfValue(text, right);
  return a === undefined || b === undefined ? undefined : { key: `${a} ${sign} ${b}`, nonzero };
}

const simple = new Set([
  'identifier',
  'field_expression',
  'subscript_expression',
  'pointer_expression',
  'number_literal',
  'char_literal',
  'null',
  'true',
  'false',
  'sizeof_expression',
]);

function keyOfValue(text: string, node: Node): string | undefined {
  const inner = readObject(text, node);
  if (inner.kind === 'call_expression') {
    const name = callee(text, inner);
    if (name === undefined || !isQuestion(name)) return undefined;
    if (!callArguments(inner).every(a => keyOfValue(text, a) !== undefined)) return undefined;
    return spelling(text, inner);
  }
  if (inner.kind === 'assignment_expression') return keyOfValue(text, child(inner, 'left') ?? inner);
  if (inner.kind === 'unary_expression') {
    const argument = child(inner, 'argument');
    return argument && keyOfValue(text, argument) === undefined ? undefined : spelling(text, inner);
  }
  if (inner.kind === 'binary_expression') {
    const sides = [child(inner, 'left'), child(inner, 'right')];
    return sides.every(s => s && keyOfValue(text, s) !== undefined) ? spelling(text, inner) : undefined;
  }
  return simple.has(inner.kind) ? spelling(text, inner) : undefined;
}

/** Roles of primitives that only ask. */
const asking = new Set(['load', 'query', 'assert', 'marked-plain', 'address', 'cpu']);

/** A call that changes nothing, as far as its name tells. */
function isQuestion(name: string): boolean {
  const p = primitive(name);
  if (p) return asking.has(p.role);
  return !/xchg|test_and_|_return$|trylock|try_|alloc|_next|_pop|dequeue|^get_|_get$|_put$|^put_/.test(name);
}

/**
 * Whether bits that are known already say otherwise: of `x & (A | B)` set and `x & A` clear, `x & B` cannot be clear.
 */
export function isRefuted(
  key: string,
  nonzero: boolean,
  known: (key: string) => boolean | undefined,
  truth: ReadonlyMap<string, boolean>,
): boolean {
  const [, word, mask] = /^(.+?) & ([\w| ]+)$/.exec(key) ?? [];
  if (word === undefined || mask === undefined || nonzero) return false;
  for (const [other, value] of truth) {
    if (!value || !other.startsWith(`${word} & `) || known(other) !== true) continue;
    const bits = other.slice(word.length + 3).split(' | ');
    if (bits.length < 2 || !bits.includes(mask)) continue;
    if (bits.every(b => b === mask || known(`${word} & ${b}`) === false)) return true;
  }
  return false;
}

/** A condition as text: a macro's, or one in terms of another function. */
export function conditionOfText(text: string): Condition | undefined {
  let t = text.trim();
  let nonzero = true;
  for (;;) {
    const compared = /^([\s\S]*?)\s*(==|!=)\s*(?:0|NULL|false)$/.exec(t);
    if (compared?.[1] && balanced(compared[1]) && !/[=<>&|]\s*$/.test(compared[1])) {
      t = compared[1].trim();
      if (compared[2] === '==') nonzero = !nonzero;
      continue;
    }
    const inner = /^(?:likely|unlikely)?\s*\(([\s\S]*)\)$/.exec(t)?.[1];
    if (inner !== undefined && balanced(inner)) t = inner.trim();
    else if (/^!\s*(?:[\w.>-]+|\w*\([^()]*(?:\([^()]*\)[^()]*)*\))$/.test(t)) {
      t = t.slice(1).trim();
      nonzero = !nonzero;
    } else break;
  }
  if (t === '') return undefined;
  return { key: fold(t).replace(/(?<![\w)\]])\(([A-Za-z_][\w.>-]*)\)/g, '$1'), nonzero };
}

/** Whether the parentheses of a text are pairs, none closing before it opens. */
export function balanced(text: string): boolean {
  let depth = 0;
  for (const c of text) {
    if (c === '(') depth++;
    else if (c === ')' && --depth < 0) return false;
  }
  return depth === 0;
}

/** The variables, and names of fields behind `->` and `.`, in a spelled condition. */
export function namesIn(key: string): {
  readonly roots: readonly string[];
  readonly fields: readonly string[];
} {
  const roots: string[] = [];
  const fields: string[] = [];
  for (const m of key.matchAll(/(->|\.)?\s*([A-Za-z_]\w*)(\s*\()?/g)) {
    const name = m[2] ?? '';
    if (m[1]) fields.push(name);
    else if (!m[3]) roots.push(name);
  }
  return { roots, fields };
}

/** Whether a condition asks only for locals and constants. */
export function isOverLocals(key: string, isLocal: (name: string) => boolean): boolean {
  if (/->|\.|\[|\(|\*/.test(key)) return false;
  return namesIn(key).roots.every(n => isLocal(n) || /^[A-Z_][A-Z0-9_]*$/.test(n));
}
