/**
 * What macros do to sections. A macro is text that no grammar knows (`do { … } while (0)`, statement expressions, half a
 * statement), so its body is read by a small scanner: calls in the order of evaluation, under the conditions that stand
 * before them. Begins and ends that meet inside cancel out; what is left is what the macro does to its caller.
 *
 * Left out: loops count as if run once, `##` and `#` are not joined, a macro that begins in one branch and ends in
 * another is what is left of both.
 */
import { balanced, conditionOfText } from './conditions';
import { fold } from '../expression';
import { effectsOfText, keyOf, type CallEffects, type Effect, type When } from './sections';

/** The effects of `name(args)` with a macro's body and parameters. `effects` knows the calls inside. */
export function macroEffects(
  body: string,
  parameters: readonly string[] | undefined,
  args: readonly string[],
  effects: CallEffects,
): readonly Effect[] {
  const text = fill(body, parameters ?? [], args);
  const found: Effect[] = [];
  const walker = scanner(text, (name, inner, conditions, isValue) => {
    const own = effectsOfText(name, inner);
    for (const e of own.length > 0 ? own : (effects(name, inner) ?? [])) {
      if ((e.role === 'try' || e.role === 'try-zero') && !isValue) continue;
      const open = e.role === 'end' ? lastOpen(found, e) : -1;
      if (open >= 0) found.splice(open, 1);
      else found.push(conditions.length > 0 && !e.when ? { ...e, when: conditionOf(conditions) } : e);
    }
  });
  walker();
  return found;
}

function conditionOf(conditions: readonly When[]): Effect['when'] {
  return conditions[conditions.length - 1];
}

function lastOpen(found: readonly Effect[], end: Effect): number {
  for (let i = found.length - 1; i >= 0; i--) {
    const e = found[i];
    if (e && e.role !== 'end' && keyOf(e) === keyOf(end)) return i;
  }
  return -1;
}

/** The body with its parameters replaced. */
function fill(body: string, parameters: readonly string[], args: readonly string[]): string {
  if (parameters.length === 0) return body;
  return body.replace(/[A-Za-z_]\w*/g, (word, at: number) => {
    // A field of that name is no parameter.
    if (/(?:->|\.)\s*$/.test(body.slice(Math.max(0, at - 3), at))) return word;
    if (word === '__VA_ARGS__') {
      const rest = parameters.findIndex(p => p.endsWith('...'));
      return rest < 0 ? word : args.slice(rest).join(', ');
    }
    const i = parameters.findIndex(p => p === word || p === `${word}...`);
    return i < 0 ? word : (args[i] ?? word);
  });
}

type OnCall = (name: string, args: readonly string[], conditions: readonly When[], isValue: boolean) => void;

/** Words before a parenthesis that are no calls. */
const words = new Set([
  'if',
  'while',
  'for',
  'switch',
  'return',
  'sizeof',
  'typeof',
  '__typeof__',
  '__alignof__',
  'do',
  'else',
]);

/** Walks a macro's text; `onCall` hears of each call with its arguments in one spelling. */
function scanner(text: string, onCall: OnCall): () => void {
  let at = 0;
  // Of `({ …; p = f(); p; })` the call is the value.
  const last = /[;}]\s*([A-Za-z_]\w*)\s*;?\s*$/.exec(text)?.[1];
  const isValue = last === undefined ? undefined : new RegExp(`(?<![\\w>.])${last}\\s*=\\s*$`);
  const space = (): void => {
    while (at < text.length && /[\s;\\]/.test(text[at] ?? '')) at++;
  };
  const word = (): string => /^[A-Za-z_]\w*/.exec(text.slice(at, at + 64))?.[0] ?? '';
  /** The end of what the bracket at `from` opens, behind its partner. */
  const closing = (from: number): number => {
    let depth = 0;
    for (let i = from; i < text.length; i++) {
      const c = text[i];
      if (c === '"' || c === "'") {
        const quote = c;
        for (i++; i < text.length && text[i] !== quote; i++) if (text[i] === '\\') i++;
      } else if (c === '(' || c === '{' || c === '[') depth++;
      else if (c === ')' || c === '}' || c === ']') {
        depth--;
        if (depth === 0) return i + 1;
      }
    }
    return text.length;
  };
  const inParentheses = (): string => {
    while (at < text.length && /\s/.test(text[at] ?? '')) at++;
    if (text[at] !== '(') return '';
    const end = closing(at);
    const inside = text.slice(at + 1, end - 1);
    at = end;
    return inside;
  };

  const statement = (conditions: readonly When[], end: number): void => {
    space();
    if (at >= end) return;
    if (text[at] === '{') {
      const close = closing(at);
      at++;
      block(conditions, close - 1);
      at = close;
      return;
    }
    const w = word();
    if (w === 'if') {
      at += 2;
      const condition = inParentheses();
      expression(condition, conditions);
      const c = conditionText(condition);
      statement(c ? [...conditions, c] : conditions, end);
      space();
      if (word() === 'else') {
        at += 4;
        statement(c ? [...conditions, { ...c, nonzero: !c.nonzero }] : conditions, end);
      }
      return;
    }
    if (w === 'while' || w === 'for' || w === 'switch') {
      at += w.length;
      expression(inParentheses(), conditions);
      statement(conditions, end);
      return;
    }
    if (w === 'do') {
      at += 2;
      statement(conditions, end);
      space();
      if (word() === 'while') {
        at += 5;
        inParentheses();
      }
      return;
    }
    if (w === 'else' || w === 'return') {
      at += w.length;
      statement(conditions, end);
      return;
    }
    let stop = at;
    while (stop < end && text[stop] !== ';') {
      if (text[stop] === '(' || text[stop] === '{' || text[stop] === '[') stop = closing(stop);
      else if (text[stop] === '}') break;
      else stop++;
    }
    // Whatever stands here, get on.
    if (stop === at) stop++;
    const from = at;
    at = stop;
    expression(text.slice(from, stop), conditions, /^[\s;)}]*$/.test(text.slice(stop)));
  };
  const block = (conditions: readonly When[], end: number): void => {
    for (space(); at < end; space()) statement(conditions, end);
  };
  const expression = (part: string, conditions: readonly When[], isLast = false): void => {
    const whole = part
      .trim()
      .replace(/^\(((?!\{)[\s\S]*)\)$/, (all, inner: string) => (balanced(inner) ? inner : all));
    const calls = /([A-Za-z_]\w*)\s*\(|\(\s*\{/g;
    let open: readonly When[] = conditions;
    let seen = 0;
    for (let m = calls.exec(whole); m; m = calls.exec(whole)) {
      // `a && f()`, `a ? f() : g()`: f() depends on what stands before.
      const before = whole.slice(seen, m.index);
      const split = /^([\s\S]*?)(&&|\|\||\?)[^&|?]*$/.exec(before);
      if (split?.[1] && balanced(split[1])) {
        const c = conditionText(split[1]);
        if (c) open = [...conditions, split[2] === '||' ? { ...c, nonzero: !c.nonzero } : c];
      }
      const name = m[1];
      const bracket = name === undefined ? m.index : m.index + m[0].length - 1;
      const end = closingIn(whole, bracket);
      const inside = whole.slice(bracket + 1, end - 1);
      if (name === undefined) {
        scanner(inside.trim().replace(/^\{|\}$/g, ''), (n, a, c, v) => {
          onCall(n, a, [...open, ...c], v && isLast);
        })();
      } else if (!words.has(name)) {
        if (/\(/.test(inside)) expression(inside, open);
        onCall(
          name,
          splitArguments(inside).map(a => fold(a).replace(/(?<![\w)\]])\(([\w.>-]+)\)/g, '$1')),
          open,
          (isLast && isOutcome(whole, m.index, end)) || isValue?.test(whole.slice(0, m.index)) === true,
        );
      } else if (/\(/.test(inside) && !/typeof|sizeof/.test(name)) expression(inside, open);
      calls.lastIndex = end;
      seen = end;
    }
  };
  return () => {
    block([], text.length);
  };
}

/** The call from..to is the value of the whole, or of one branch of its `?:`. */
function isOutcome(whole: string, from: number, to: number): boolean {
  if (from === 0 && to === whole.length) return true;
  return /(?:\?|:)\s*$/.test(whole.slice(0, from)) && /^\s*(?::|$)/.test(whole.slice(to));
}

function closingIn(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '(' || text[i] === '{') depth++;
    else if (text[i] === ')' || text[i] === '}') {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return text.length;
}

/** A condition as the effects carry it. */
function conditionText(text: string): When | undefined {
  const c = conditionOfText(text);
  return c && { text: c.key, nonzero: c.nonzero };
}

/** The text between a call's parentheses at its commas, each part trimmed. */
export function splitArguments(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth--;
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  parts.push(text.slice(from).trim());
  return parts;
}
