/**
 * C expressions watched along a schedule. They are compiled by the front end that reads the kernel: appended to the harness
 * as functions that nobody calls, so that macros, enums, inline functions and types are what they are in the text. A name
 * that is no global is looked for among the variables of the threads; it stands for that of the thread that moved last.
 */
import type { Problem } from '../base/problem';
import {
  changesIn,
  localsAlong,
  momentsOf,
  watchValues,
  type LocalValue,
  type Moments,
  type Watched,
  type WatchedLocal,
} from '../engine/watch';
import type { Program } from '../ir/program';
import type { ViewWatch } from '../protocol/examined';

/** The program of the harness with this text behind it. */
export type Compile = (
  appended: string,
) => { readonly program?: Program; readonly problems: readonly Problem[] } | 'pending';

export interface WatchQuestion {
  readonly expressions: readonly string[];
  /** The program that the trace on show is of. */
  readonly program: Program;
  readonly schedule: string;
  /** By moment of the trace the steps of the schedule before it, if that is known. */
  readonly counts?: readonly number[];
}

/** Values of all expressions at all moments. */
export function watch(
  { expressions, program, schedule, counts }: WatchQuestion,
  compile: Compile,
): readonly ViewWatch[] | 'pending' {
  const moments = momentsOf(program, schedule, counts);
  if ('problem' in moments)
    return expressions.map(expression => ({ expression, values: [], problem: moments.problem }));
  const globals = new Set(program.objects.map(object => object.name));
  const variables = variablesOf(program);
  const plain = expressions.map((expression, number): Wanted => {
    const problem = shapeProblem(expression);
    return { number, expression, code: expression, names: [], ...(problem === undefined ? {} : { problem }) };
  });
  const first = evaluate(plain, new Map(), program, moments, compile);
  if (first === 'pending') return 'pending';
  // What is not known so may be a variable of a thread.
  const second = plain.map((wanted): Wanted => {
    const unknown = first[wanted.number]?.unknown ?? false;
    const names = unknown
      ? identifiersOf(wanted.expression).filter(
          name => variables.has(name) && (!globals.has(name) || first[wanted.number]?.mistyped === true),
        )
      : [];
    const code = names.length > 0 ? substituted(wanted.expression, new Set(names)) : wanted.code;
    return { ...wanted, names, code };
  });
  const again = second.filter(wanted => wanted.names.length > 0);
  const results = [...first];
  if (again.length > 0) {
    const names = [...new Set(again.flatMap(wanted => wanted.names))];
    const locals = localsAlong(program, moments, names);
    const found = evaluate(again, locals, program, moments, compile);
    if (found === 'pending') return 'pending';
    for (const [number, result] of found.entries())
      // If that does not help, the first reason is the plainer one.
      if (result && (result.unknown !== true || first[number]?.mistyped !== true)) results[number] = result;
  }
  return expressions.map((expression, number) => {
    const { values = [], problem } = results[number] ?? {};
    const all = values.length > 0 ? values : moments.counts.map(() => null);
    return { expression, values: all, ...(problem === undefined ? {} : { problem }) };
  });
}

interface Wanted {
  readonly number: number;
  readonly expression: string;
  /** What is compiled: locals have other names in it. */
  readonly code: string;
  readonly names: readonly string[];
  readonly problem?: string;
}

interface Result {
  readonly values: readonly (string | null)[];
  readonly problem?: string;
  /** A name, or a name's type, is not what the expression takes it for. */
  readonly unknown?: boolean;
  readonly mistyped?: boolean;
}

const prefix = '__racelens_';

function evaluate(
  list: readonly Wanted[],
  locals: ReadonlyMap<string, readonly (LocalValue | undefined)[]>,
  original: Program,
  moments: Moments,
  compile: Compile,
): readonly (Result | undefined)[] | 'pending' {
  const results: (Result | undefined)[] = [];
  const good = list.filter(wanted => {
    if (wanted.problem !== undefined) results[wanted.number] = { values: [], problem: wanted.problem };
    return wanted.problem === undefined;
  });
  if (good.length === 0) return results;
  const declared = [...locals].map(([name, values]) => declaration(name, values));
  const lines = good.map(
    ({ number, code }) =>
      `static unsigned long ${prefix}value_${String(number)}(void) { return (unsigned long)(${code}); } ` +
      `static unsigned long ${prefix}sign_${String(number)}(void) { return (__typeof__(${code}))-1 < (__typeof__(${code}))1; } ` +
      `RACE_FINALLY(${prefix}value_${String(number)}()) RACE_FINALLY(${prefix}sign_${String(number)}())`,
  );
  const used = [...locals.keys()].map(name => `RACE_FINALLY(!!&${prefix}local_${name})`);
  const compiled = compile(`\n${[...declared, ...lines, ...used].join('\n')}\n`);
  if (compiled === 'pending') return 'pending';
  const { program, problems } = compiled;
  for (const wanted of good) {
    const { number, code, expression } = wanted;
    const index = (kind: string): number =>
      program?.functions.findIndex(f => f.name === `${prefix}${kind}_${String(number)}`) ?? -1;
    const value = index('value');
    const said = problems.find(p => p.message.includes(`${prefix}value_${String(number)}()`));
    const inferred = identifiersOf(expression).find(name =>
      program?.assumptions.some(
        a =>
          a.kind === 'inferred' &&
          a.message.startsWith(`${name} is `) &&
          !original.assumptions.some(b => b.message === a.message),
      ),
    );
    const wrong =
      !program || value < 0
        ? (said?.message.replace(/^.*? is left out: /, '') ?? 'this is no expression of C')
        : changesIn(program, value);
    if (
      !program ||
      wrong !== undefined ||
      (inferred !== undefined && !code.includes(`${prefix}local_${inferred}`))
    ) {
      const problem = inferred === undefined ? (wrong ?? '') : `${inferred} is not known here`;
      const mistyped = wrong?.includes('is no struct') === true || wrong?.includes('has no member') === true;
      results[number] = {
        values: [],
        problem: named(problem),
        unknown: inferred !== undefined || mistyped,
        mistyped,
      };
      continue;
    }
    const sign = index('sign');
    const isSigned = sign >= 0 && changesIn(program, sign) === undefined;
    const watched: Watched = { value, ...(isSigned ? { signed: sign } : {}) };
    const own = wanted.names.map((name): WatchedLocal => {
      const object = program.objects.findIndex(one => one.name === `${prefix}local_${name}`);
      return { name, ...(object < 0 ? {} : { object }) };
    });
    const result = watchValues(program, moments, [watched], own)[0];
    if (result)
      results[number] = {
        ...result,
        ...(result.problem === undefined ? {} : { problem: named(result.problem) }),
      };
  }
  return results;
}

/** In the reader's words: of what we put around the expression they know nothing. */
function named(text: string): string {
  if (text.startsWith('a cast of a struct')) return 'it is a struct: name one of its members';
  return text.replaceAll(`${prefix}local_`, '');
}

/** A static object that holds a local's value: a pointer to its struct if it ever pointed to one. */
function declaration(name: string, values: readonly (LocalValue | undefined)[]): string {
  const layout = values.find(value => value?.layout !== undefined)?.layout;
  const type =
    layout !== undefined && /^\w+$/.test(layout) && layout !== 'value' ? `struct ${layout} *` : 'long ';
  return `static ${type}${prefix}local_${name};`;
}

function variablesOf(program: Program): ReadonlySet<string> {
  const names = new Set<string>();
  for (const f of program.functions) {
    for (const name of f.registerNames) if (name !== undefined) names.add(name);
    for (const { name } of f.stack) names.add(name);
  }
  return names;
}

/** Identifiers that are not the name of a member. */
function identifiersOf(expression: string): readonly string[] {
  return [
    ...new Set([...expression.matchAll(tokens)].flatMap(([, , name]) => (name === undefined ? [] : [name]))),
  ];
}

/** Strings, characters and members are passed over: the second group is any other identifier. */
const tokens = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?:->|\.)\s*([A-Za-z_]\w*)|\b([A-Za-z_]\w*)\b/g;

function substituted(expression: string, names: ReadonlySet<string>): string {
  return expression.replace(tokens, (all: string, _member: unknown, name: string | undefined) =>
    name !== undefined && names.has(name) ? `${prefix}local_${name}` : all,
  );
}

/** What could not stand inside a pair of parentheses. */
function shapeProblem(expression: string): string | undefined {
  if (expression.trim() === '') return 'there is no expression';
  if (/[;{}#\\\n\r]|\/\*|\/\/|__racelens|RACE_/.test(expression))
    return 'an expression of C is expected, in one line';
  let depth = 0;
  for (const c of expression) {
    if (c === '(') depth++;
    if (c === ')' && --depth < 0) return 'a parenthesis is closed that was never opened';
  }
  return depth === 0 ? undefined : 'a parenthesis is not closed';
}
