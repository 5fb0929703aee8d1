/**
 * The control flow of one function: a graph of points, each an expression that is evaluated as a whole, with && and ||
 * of conditions taken apart. Made for walking paths (early returns, goto, loops, switch), not for evaluation.
 *
 * Both sides of an #if inside a function are taken as alternatives. Broken statements are walked into as if they were
 * a list. What stands in `({ … })` inside an expression runs before the point of the expression, whose events leave it out;
 * only its value, the last expression in it, is evaluated there. guard() and scoped_guard() end where their scope is left, by whichever way: `leave` points say so.
 * Left out: computed goto, setjmp, order of evaluation inside one expression other than arguments before call.
 */
import { child, namedChildren, type Node } from '../../syntax/node';
import { bare, callArguments, callee, operatorOf } from '../expression';

export interface Edge {
  readonly to: number;
  /** On the way out of a test: the value that leads here. */
  readonly when?: boolean;
}

export interface Point {
  readonly id: number;
  readonly kind: 'entry' | 'exit' | 'step' | 'test' | 'return' | 'leave' | 'label';
  /**
   * What is evaluated; absent for entry and exit. For `leave` the compound or loop that is left. A label has one if it
   * stands before the statements inside an expression: that expression.
   */
  readonly node?: Node;
  readonly next: Edge[];
  /** The condition of a loop: the loop statement. */
  readonly loop?: Node;
  /** For `leave`: points whose guard() ends here, innermost first. */
  readonly releases: number[];
  /** A `label` that stands for the condition of an `#if` inside the function: its text; the edges say which way. */
  readonly option?: string;
}

export interface Flow {
  readonly points: readonly Point[];
  /** Points that can lead to each point. */
  readonly before: readonly (readonly number[])[];
  readonly entry: number;
  readonly exit: number;
}

/** A way out of what was built so far that still has to be tied to what comes next. */
interface Loose {
  readonly from: number;
  readonly when?: boolean;
}

interface Block {
  readonly outer: Block | undefined;
  readonly guards: number[];
}

/** Functions that do not come back. */
const endless = new Set([
  'BUG',
  'panic',
  'do_exit',
  'do_group_exit',
  'do_task_dead',
  'make_task_dead',
  'rewind_stack_and_make_dead',
  'kthread_exit',
  'kthread_complete_and_exit',
  'module_put_and_kthread_exit',
  'cpu_startup_entry',
  'unreachable',
]);

/** The graph of a function body (a compound_statement, or anything that holds statements). */
export function flowOf(text: string, body: Node): Flow {
  const points: Point[] = [];
  const labels = new Map<string, { point: Point; block: Block | undefined }>();
  const jumps: { leave: Point; label: string; block: Block | undefined }[] = [];
  let block: Block | undefined;
  let breaks: { outs: Loose[]; block: Block | undefined } | undefined;
  let continues: { outs: Loose[]; block: Block | undefined } | undefined;
  let cases: { test: Point; isDefault: { seen: boolean } } | undefined;

  const point = (kind: Point['kind'], node?: Node, loop?: Node, option?: string): Point => {
    const p: Point = {
      id: points.length,
      kind,
      next: [],
      releases: [],
      ...(node && { node }),
      ...(loop && { loop }),
      ...(option !== undefined && { option }),
    };
    points.push(p);
    return p;
  };
  const tie = (outs: readonly Loose[], to: Point): void => {
    for (const o of outs) {
      const edges = points[o.from]?.next;
      if (edges && !edges.some(e => e.to === to.id && e.when === o.when))
        edges.push({ to: to.id, ...(o.when !== undefined && { when: o.when }) });
    }
  };
  const then = (outs: readonly Loose[], p: Point): Loose[] => {
    tie(outs, p);
    return [{ from: p.id }];
  };
  const entry = point('entry');
  const exit = point('exit');

  /** The guards between a block and an outer one, innermost first. */
  const guardsUpTo = (from: Block | undefined, to: Block | undefined): number[] => {
    const found: number[] = [];
    for (let b = from; b && b !== to; b = b.outer) found.push(...[...b.guards].reverse());
    return found;
  };
  const leaveBlocks = (outs: readonly Loose[], node: Node, to: Block | undefined): readonly Loose[] => {
    const releases = guardsUpTo(block, to);
    if (releases.length === 0 || outs.length === 0) return outs;
    const p = point('leave', node);
    p.releases.push(...releases);
    return then(outs, p);
  };

  const label = (name: string): { point: Point; block: Block | undefined } => {
    let l = labels.get(name);
    if (!l) labels.set(name, (l = { point: point('label'), block: undefined }));
    return l;
  };

  const inside = statementExpressions(text, body);
  /** The statements in `({ … })` of an expression, before the expression itself. */
  const before = (node: Node, outs: readonly Loose[]): readonly Loose[] => {
    if (!inside.some(at => node.start <= at && at < node.end)) return outs;
    let now: readonly Loose[] = then(outs, point('label', node));
    const visit = (n: Node): void => {
      const compound = statementsOf(n);
      if (!compound) n.children.forEach(visit);
      else {
        now = inBlock(() => list(compound.statements, now), compound.node);
        if (compound.value) visit(compound.value);
      }
    };
    visit(node);
    return now;
  };

  const condition = (
    node: Node,
    outs: readonly Loose[],
    loop?: Node,
  ): { yes: readonly Loose[]; no: readonly Loose[] } => {
    const inner = bare(text, node);
    const operator = operatorOf(text, inner);
    if (inner.kind === 'unary_expression' && operator === '!') {
      const argument = child(inner, 'argument');
      if (argument) {
        const r = condition(argument, outs, loop);
        return { yes: r.no, no: r.yes };
      }
    }
    if (inner.kind === 'binary_expression' && (operator === '&&' || operator === '||')) {
      const left = child(inner, 'left');
      const right = child(inner, 'right');
      if (left && right) {
        const l = condition(left, outs, loop);
        const r = condition(right, operator === '&&' ? l.yes : l.no, loop);
        return operator === '&&'
          ? { yes: r.yes, no: [...l.no, ...r.no] }
          : { yes: [...l.yes, ...r.yes], no: r.no };
      }
    }
    if (inner.kind === 'comma_expression') {
      const left = child(inner, 'left');
      const right = child(inner, 'right');
      if (left && right) return condition(right, then(outs, point('step', left)), loop);
    }
    const known = constantTruth(text, inner);
    if (known !== undefined) return known ? { yes: outs, no: [] } : { yes: [], no: outs };
    // The whole of likely(x) and (x) belongs to the test.
    const ready = before(inner, outs);
    const p = point('test', inner, loop);
    tie(ready, p);
    return { yes: [{ from: p.id, when: true }], no: [{ from: p.id, when: false }] };
  };

  const inBlock = (build: (b: Block) => readonly Loose[], node: Node): readonly Loose[] => {
    const mine: Block = { outer: block, guards: [] };
    block = mine;
    const outs = leaveBlocks(build(mine), node, mine.outer);
    block = mine.outer;
    return outs;
  };

  const inLoop = (
    build: () => readonly Loose[],
  ): { body: readonly Loose[]; breaks: readonly Loose[]; continues: readonly Loose[] } => {
    const [b, c, k] = [breaks, continues, cases];
    const mine = { breaks: { outs: [] as Loose[], block }, continues: { outs: [] as Loose[], block } };
    breaks = mine.breaks;
    continues = mine.continues;
    cases = undefined;
    const body = build();
    [breaks, continues, cases] = [b, c, k];
    return { body, breaks: mine.breaks.outs, continues: mine.continues.outs };
  };

  const list = (nodes: readonly Node[], outs: readonly Loose[]): readonly Loose[] =>
    nodes.reduce((o, n) => statement(n, o), outs);

  const statement = (node: Node, outs: readonly Loose[]): readonly Loose[] => {
    switch (node.kind) {
      case 'compound_statement':
        return inBlock(() => list(namedChildren(node), outs), node);
      case 'if_statement': {
        const test = child(node, 'condition');
        const yes = child(node, 'consequence');
        const no = child(node, 'alternative');
        const c = test ? condition(test, outs) : { yes: outs, no: outs };
        return [...(yes ? statement(yes, c.yes) : c.yes), ...(no ? statement(no, c.no) : c.no)];
      }
      case 'else_clause':
        return list(namedChildren(node), outs);
      case 'while_statement': {
        const head = point('label');
        tie(outs, head);
        const test = child(node, 'condition');
        const c = test ? condition(test, [{ from: head.id }], node) : { yes: [{ from: head.id }], no: [] };
        const loop = inLoop(() => {
          const body = child(node, 'body');
          return body ? statement(body, c.yes) : c.yes;
        });
        tie([...loop.body, ...loop.continues], head);
        return [...c.no, ...loop.breaks];
      }
      case 'do_statement': {
        const head = point('label');
        tie(outs, head);
        const loop = inLoop(() => {
          const body = child(node, 'body');
          return body ? statement(body, [{ from: head.id }]) : [{ from: head.id }];
        });
        const test = child(node, 'condition');
        const ends = [...loop.body, ...loop.continues];
        const c = test ? condition(test, ends, node) : { yes: ends, no: [] };
        tie(c.yes, head);
        return [...c.no, ...loop.breaks];
      }
      case 'for_statement': {
        const first = child(node, 'initializer');
        const test = child(node, 'condition');
        const update = child(node, 'update');
        const start = first ? statement(first, outs) : outs;
        const head = point('label');
        tie(start, head);
        const c = test ? condition(test, [{ from: head.id }], node) : { yes: [{ from: head.id }], no: [] };
        const loop = inLoop(() => {
          const body = child(node, 'body');
          return body ? statement(body, c.yes) : c.yes;
        });
        const ends = [...loop.body, ...loop.continues];
        tie(update ? then(ends, point('step', update)) : ends, head);
        return [...c.no, ...loop.breaks];
      }
      case 'macro_loop': {
        const args = child(node, 'arguments');
        const body = child(node, 'body');
        if (isScopedGuard(node)) {
          // Behind a lock that was not got comes what is to be done then, or nothing.
          const [name, fail] = args ? namedChildren(args) : [];
          const isTry =
            fail?.kind === 'compound_statement' ||
            (name !== undefined && /_(?:try|intr|kill(?:able)?)$/.test(text.slice(name.start, name.end)));
          const head = isTry ? then(outs, point('label')) : outs;
          const failed = fail?.kind === 'compound_statement' ? statement(fail, head) : isTry ? head : [];
          const done = inBlock(b => {
            const p = point('step', args ?? node, node);
            b.guards.push(p.id);
            const inside = then(head, p);
            return body ? statement(body, inside) : inside;
          }, node);
          return [...done, ...failed];
        }
        const p = point('test', args ?? node, node);
        tie(outs, p);
        const loop = inLoop(() => (body ? statement(body, [{ from: p.id, when: true }]) : []));
        tie([...loop.body, ...loop.continues], p);
        return [{ from: p.id, when: false }, ...loop.breaks];
      }
      case 'switch_statement': {
        const value = child(node, 'condition');
        const ready = value ? before(value, outs) : outs;
        const p = point('test', value ? bare(text, value) : node);
        tie(ready, p);
        const [b, k] = [breaks, cases];
        const mine = { outs: [] as Loose[], block };
        const seen = { seen: false };
        breaks = mine;
        cases = { test: p, isDefault: seen };
        const body = child(node, 'body');
        const ends = body ? statement(body, []) : [];
        [breaks, cases] = [b, k];
        return [...ends, ...mine.outs, ...(seen.seen ? [] : [{ from: p.id }])];
      }
      case 'case_statement': {
        const value = child(node, 'value');
        const here = point('label');
        tie(outs, here);
        if (cases) {
          tie([{ from: cases.test.id }], here);
          if (!value) cases.isDefault.seen = true;
        }
        return list(
          namedChildren(node).filter(c => c !== value),
          [{ from: here.id }],
        );
      }
      case 'labeled_statement': {
        const name = child(node, 'label');
        const l = label(name ? text.slice(name.start, name.end) : '');
        l.block = block;
        tie(outs, l.point);
        return list(
          namedChildren(node).filter(c => c !== name),
          [{ from: l.point.id }],
        );
      }
      case 'goto_statement': {
        const name = child(node, 'label');
        const leave = point('leave', node);
        tie(outs, leave);
        jumps.push({ leave, label: name ? text.slice(name.start, name.end) : '', block });
        return [];
      }
      case 'break_statement':
        if (breaks) breaks.outs.push(...leaveBlocks(then(outs, point('leave', node)), node, breaks.block));
        return breaks ? [] : outs;
      case 'continue_statement':
        if (continues)
          continues.outs.push(...leaveBlocks(then(outs, point('leave', node)), node, continues.block));
        return continues ? [] : outs;
      case 'return_statement': {
        const ready = before(node, outs);
        const p = point('return', node);
        tie(leaveAfter(ready, p, node), exit);
        return [];
      }
      case 'expression_statement': {
        const inner = namedChildren(node)[0];
        return inner ? expression(inner, outs) : outs;
      }
      case 'declaration':
      case 'preproc_call':
        if (namedChildren(node).length === 0) return outs;
        else {
          const ready = before(node, outs);
          const p = point('step', node);
          const after = then(ready, p);
          if (node.kind === 'declaration' && isFreed(text, node)) block?.guards.push(p.id);
          return after;
        }
      case 'preproc_if':
      case 'preproc_ifdef':
      case 'preproc_elif':
      case 'preproc_elifdef': {
        const condition = child(node, 'condition') ?? child(node, 'name');
        const alternative = child(node, 'alternative');
        const p = point('label', undefined, undefined, optionOf(text, node, condition));
        tie(outs, p);
        const negated =
          p.option !== undefined && /^\s*#\s*ifndef/.test(text.slice(node.start, node.start + 12));
        const yes = list(
          namedChildren(node).filter(c => c !== condition && c !== alternative),
          [{ from: p.id, when: !negated }],
        );
        const no: readonly Loose[] = [{ from: p.id, when: negated }];
        return [...yes, ...(alternative ? statement(alternative, no) : no)];
      }
      case 'preproc_else':
      case 'ERROR':
      case 'statement_list':
        return list(namedChildren(node), outs);
      default:
        return node.kind.endsWith('_expression') ||
          node.kind === 'identifier' ||
          node.kind === 'number_literal'
          ? expression(node, outs)
          : node.kind.endsWith('_statement')
            ? list(namedChildren(node), outs)
            : node.named
              ? then(outs, point('step', node))
              : outs;
    }
  };

  /** The value of a return is computed before its guards end. */
  const leaveAfter = (outs: readonly Loose[], p: Point, node: Node): readonly Loose[] =>
    leaveBlocks(then(outs, p), node, undefined);

  const expression = (node: Node, outs: readonly Loose[]): readonly Loose[] => {
    if (node.kind === 'comma_expression')
      return namedChildren(node).reduce<readonly Loose[]>((o, n) => expression(n, o), outs);
    const ready = before(node, outs);
    const p = point('step', node);
    const after = then(ready, p);
    if (node.kind === 'call_expression') {
      const name = callee(text, node);
      if (name !== undefined && endless.has(name)) return [];
      const inner = child(node, 'function');
      if (inner?.kind === 'call_expression' && isGuard(callee(text, inner))) block?.guards.push(p.id);
      if (name === 'guard' && callArguments(node).length > 0) block?.guards.push(p.id);
    }
    return after;
  };

  // The ways that run off the end meet before they leave.
  const ends = statement(body, [{ from: entry.id }]);
  if (ends.length > 0) tie(then(ends, point('label')), exit);
  for (const jump of jumps) {
    const target = labels.get(jump.label);
    const common = (b: Block | undefined): boolean => {
      for (let t = target?.block; t; t = t.outer) if (t === b) return true;
      return b === undefined;
    };
    let to = jump.block;
    while (to && !common(to)) to = to.outer;
    jump.leave.releases.push(...guardsUpTo(jump.block, to));
    jump.leave.next.push({ to: (target?.point ?? exit).id });
  }

  const comesFrom: number[][] = points.map(() => []);
  for (const p of points) for (const e of p.next) comesFrom[e.to]?.push(p.id);
  return { points, before: comesFrom, entry: entry.id, exit: exit.id };
}

/** Macros that make a variable whose end is that of its block. */
export function isGuard(name: string | undefined): boolean {
  return name === 'guard' || name === 'CLASS' || name === 'ACQUIRE';
}

/** `scoped_guard(class, …) { … }` and its like. */
export function isScopedGuard(loop: Node): boolean {
  return (
    loop.name === 'scoped_guard' || loop.name === 'scoped_cond_guard' || loop.name === 'scoped_seqlock_read'
  );
}

/** A declaration of a variable with `__free()`. */
function isFreed(text: string, declaration: Node): boolean {
  const at = text.indexOf('__free', declaration.start);
  return at >= 0 && at < declaration.end;
}

/** Where `({` stands in a function. */
function statementExpressions(text: string, body: Node): readonly number[] {
  return [...text.slice(body.start, body.end).matchAll(/\(\s*\{/g)].map(m => body.start + m.index);
}

/** Of `({ a; b; c; })` the statements before the last one, and `c`, which is its value; undefined for anything else. */
export function statementsOf(
  node: Node,
): { readonly node: Node; readonly statements: readonly Node[]; readonly value?: Node } | undefined {
  if (node.kind !== 'parenthesized_expression') return undefined;
  const [compound] = namedChildren(node);
  if (compound?.kind !== 'compound_statement') return undefined;
  const all = namedChildren(compound).filter(c => c.kind !== 'comment');
  const last = all[all.length - 1];
  const value = last?.kind === 'expression_statement' ? namedChildren(last)[0] : undefined;
  return { node: compound, statements: value ? all.slice(0, -1) : all, ...(value && { value }) };
}

/** The condition of an `#if` in one spelling: `CONFIG_X` for `#ifdef CONFIG_X` and `#if defined(CONFIG_X)`. */
function optionOf(text: string, node: Node, condition: Node | undefined): string {
  const word = condition ? text.slice(condition.start, condition.end) : `#${node.start}`;
  return word
    .replace(/\b(?:defined|IS_ENABLED)\s*\(?\s*(\w+)\s*\)?/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * 0 and 1, and IS_ENABLED(): options count as on, PREEMPT_RT as off. (For what is drawn in the editor a fixed choice is
 * better than sections that are open on the paths of one configuration only.)
 */
function constantTruth(text: string, test: Node): boolean | undefined {
  const word = text.slice(test.start, test.end);
  if (word === '1' || word === 'true') return true;
  if (word === '0' || word === 'false') return false;
  if (test.kind === 'call_expression' && /^IS_(ENABLED|BUILTIN|REACHABLE)$/.test(callee(text, test) ?? ''))
    return !word.includes('PREEMPT_RT');
  return undefined;
}

/** Everything reachable from `from` (itself only if on a cycle), not going through points for which `stop` holds. */
export function reachable(
  flow: Flow,
  from: readonly Edge[],
  stop: (point: Point) => boolean = () => false,
): ReadonlySet<number> {
  const seen = new Set<number>();
  const todo = from.map(e => e.to);
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const p = flow.points[id];
    if (!p || stop(p)) continue;
    for (const e of p.next) todo.push(e.to);
  }
  return seen;
}
