/** Where a bit that a function sets is still set when it returns, if the function clears it on other ways. */
import { child, type Node } from '../../syntax/node';
import type { Access } from '../../kernel/words/accesses';
import type { Bit } from '../../kernel/words/constants';
import { bare, operatorOf } from '../../kernel/expression';
import { reachable, type Point } from '../../kernel/sections/flow';
import type { FunctionFacts } from '../../kernel/functions';
import type { WordAccess } from '../../kernel/words/words';

/**
 * The return statements (or the end of the body) that are reached with the bit set. A function that never clears it has
 * handed it to somebody else.
 */
export function stillSet(
  f: FunctionFacts,
  set: WordAccess,
  accesses: readonly WordAccess[],
  bitsOf: (access: Access) => readonly Bit[],
): readonly Node[] | 'never cleared' {
  const { flow, text } = f.analysis;
  const bits = bitsOf(set.access);
  const clears = new Set(
    accesses
      .filter(
        a =>
          (a.access.kind === 'clear' || a.access.kind === 'store') &&
          a.access.word === set.access.word &&
          bitsOf(a.access).some(b => bits.some(x => x.name === b.name)),
      )
      .map(a => a.access.point),
  );
  if (clears.size === 0) return 'never cleared';
  const from = flow.points[set.access.point];
  if (!from) return [];
  const failed = set.access.tests ? outcomeWhenSet(text, from, set.access.node) : undefined;
  const edges = from.next.filter(e => failed === undefined || e.when !== failed);
  const reached = reachable(flow, edges, p => clears.has(p.id));
  const returns = flow.points.filter(p => p.kind === 'return' && reached.has(p.id) && !clears.has(p.id));
  return returns.flatMap(p => (p.node ? [p.node] : []));
}

/** Which outcome of the test says that the bit was set before: that way has not set it. */
function outcomeWhenSet(text: string, p: Point, operation: Node): boolean | undefined {
  if (p.kind !== 'test' || !p.node) return undefined;
  let outcome = true;
  let n = bare(text, p.node);
  while (n.kind === 'unary_expression' && operatorOf(text, n) === '!') {
    const inner = child(n, 'argument');
    if (!inner) return undefined;
    outcome = !outcome;
    n = bare(text, inner);
  }
  return n === operation ? outcome : undefined;
}
