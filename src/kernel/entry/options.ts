/**
 * Which values a parameter can have: a line under `case SO_ATTACH_FILTER:` is reached with that option only, and who hands
 * over nothing but the options that its own `switch` lets through is no caller of it.
 */
import { child, namedChildren, walk, type Node } from '../../syntax/node';
import { bare, operatorOf } from '../expression';
import { remember, type Analysis, type FunctionFacts } from '../functions';

/** A parameter that is one of these constants. */
export interface Choice {
  /** Index of the parameter. */
  readonly parameter: number;
  readonly values: ReadonlySet<string>;
}

/** The same choice has the same text. */
export function choiceText(c: Choice): string {
  return `${String(c.parameter)}=${[...c.values].sort().join('|')}`;
}

/** What the `case` or the `if (option == CONSTANT)` around a node says of a parameter of the function. */
export function choiceAt(a: Analysis, node: Node | undefined): Choice | undefined {
  if (!node || !a.body || !mayChoose(a)) return undefined;
  const way = wayTo(a.body, node);
  for (let i = way.length - 1; i >= 0; i--) {
    const n = way[i];
    if (!n) continue;
    if (n.kind === 'case_statement') {
      const choice = choiceOfCase(a, n, way.slice(0, i));
      if (choice) return choice;
    } else if (n.kind === 'if_statement' && way[i + 1]?.field === 'consequence') {
      const choice = choiceOfTest(a, child(n, 'condition'));
      if (choice) return choice;
    }
  }
  return undefined;
}

/** Whether a call with these arguments may pass a value of the choice on; `before`: where the call is. */
export function mayPass(caller: FunctionFacts, call: Node, argument: Node | undefined, c: Choice): boolean {
  if (!argument) return true;
  const a = caller.analysis;
  const value = bare(a.text, argument);
  if (value.kind !== 'identifier') return true;
  const name = a.text.slice(value.start, value.end);
  if (isConstant(name)) return c.values.has(name) || ![...c.values].every(isConstant);
  const only = letThrough(a, name, call);
  return !only || [...c.values].some(v => only.has(v));
}

/** A choice in terms of the caller: of which of its parameters the value comes. */
export function choiceOfCaller(
  caller: FunctionFacts,
  argument: Node | undefined,
  c: Choice,
): Choice | undefined {
  if (!argument) return undefined;
  const { text, locals } = caller.analysis;
  const value = bare(text, argument);
  const parameter =
    value.kind === 'identifier' ? locals.parameters.indexOf(text.slice(value.start, value.end)) : -1;
  return parameter < 0 ? undefined : { parameter, values: c.values };
}

function isConstant(name: string): boolean {
  return /^[A-Z][A-Z0-9_]+$/.test(name);
}

function mayChoose(a: Analysis): boolean {
  return remember(a, 'may choose', () => {
    const text = a.body ? a.text.slice(a.body.start, a.body.end) : '';
    return a.locals.parameters.some(p =>
      new RegExp(`\\b(?:switch\\s*\\(\\s*${p}\\s*\\)|${p}\\s*==\\s*[A-Z])`).test(text),
    );
  });
}

/** From the body down to a node. */
function wayTo(body: Node, node: Node): readonly Node[] {
  const way: Node[] = [body];
  for (let n: Node | undefined = body; n && n !== node;) {
    n = n.children.find(c => c.start <= node.start && c.end >= node.end);
    if (n) way.push(n);
  }
  return way;
}

function choiceOfCase(a: Analysis, label: Node, above: readonly Node[]): Choice | undefined {
  const body = above[above.length - 1];
  const around = above[above.length - 2];
  if (!body || around?.kind !== 'switch_statement') return undefined;
  const parameter = parameterOf(a, child(around, 'condition'));
  if (parameter < 0) return undefined;
  const values = new Set<string>();
  const cases = body.children.filter(c => c.kind === 'case_statement');
  // Those above that fall through lead here as well.
  for (let i = cases.indexOf(label); i >= 0; i--) {
    const c = cases[i];
    if (!c || (c !== label && leaves(a.text, c))) break;
    const value = valueOf(a.text, c);
    if (value === undefined) return undefined;
    values.add(value);
  }
  return { parameter, values };
}

function choiceOfTest(a: Analysis, condition: Node | undefined): Choice | undefined {
  const test = condition && bare(a.text, condition);
  if (test?.kind !== 'binary_expression' || operatorOf(a.text, test) !== '==') return undefined;
  const parameter = parameterOf(a, child(test, 'left'));
  const right = child(test, 'right');
  const value = right ? a.text.slice(right.start, right.end) : '';
  return parameter < 0 || !isConstant(value) ? undefined : { parameter, values: new Set([value]) };
}

/** The index of the parameter that an expression is, if nothing is stored to it. */
function parameterOf(a: Analysis, node: Node | undefined): number {
  const value = node && bare(a.text, node);
  if (value?.kind !== 'identifier') return -1;
  const name = a.text.slice(value.start, value.end);
  return stored(a).has(name) ? -1 : a.locals.parameters.indexOf(name);
}

function stored(a: Analysis): ReadonlySet<string> {
  return remember(a, 'parameters stored to', () => {
    const names = new Set<string>();
    if (a.body)
      walk(a.body, n => {
        const left = n.kind === 'assignment_expression' ? child(n, 'left') : undefined;
        if (left?.kind === 'identifier') names.add(a.text.slice(left.start, left.end));
      });
    return names;
  });
}

/** The constant of a `case`; undefined for `default` and ranges. */
function valueOf(text: string, label: Node): string | undefined {
  const value = child(label, 'value');
  const name = value ? text.slice(value.start, value.end) : '';
  return isConstant(name) ? name : undefined;
}

/** The statements of a `case` end in a way out. */
function leaves(text: string, label: Node): boolean {
  const last = statementsOf(label).at(-1);
  if (!last) return false;
  const inner = last.kind === 'compound_statement' ? namedChildren(last).at(-1) : last;
  return inner !== undefined && /^(?:break|return|goto|continue)_statement$/.test(inner.kind);
}

function statementsOf(label: Node): readonly Node[] {
  return namedChildren(label).filter(c => c.field !== 'value');
}

/** What is left of a variable behind a `switch` above the call whose default returns; undefined: anything. */
function letThrough(a: Analysis, name: string, call: Node): ReadonlySet<string> | undefined {
  const choices = remember(a, `let through ${name}`, () => {
    const found: { readonly end: number; readonly values: ReadonlySet<string> }[] = [];
    for (const s of a.body && !stored(a).has(name) ? namedChildren(a.body) : []) {
      if (s.kind !== 'switch_statement') continue;
      const condition = child(s, 'condition');
      const asked = condition && bare(a.text, condition);
      if (!asked || a.text.slice(asked.start, asked.end) !== name) continue;
      const cases = (child(s, 'body')?.children ?? []).filter(c => c.kind === 'case_statement');
      const other = cases.find(c => child(c, 'value') === undefined);
      if (!other || statementsOf(other)[0]?.kind !== 'return_statement') continue;
      const values = cases.flatMap(c => (c === other ? [] : [valueOf(a.text, c)]));
      if (values.every(v => v !== undefined)) found.push({ end: s.end, values: new Set(values) });
    }
    return found;
  });
  return choices.find(c => c.end <= call.start)?.values;
}
