/**
 * rcu-dereference-outside-reader: rcu_dereference() where nothing protects it in fact. Protection is an RCU reader, what
 * implies one (BH, preemption, interrupts off; spinlocks; softirq and hardirq), or any lock at all, since an update-side
 * lock keeps the pointer as well (where only PROVE_RCU would complain about that, the hover says so).
 *
 * Said only of functions that a certain chain of calls reaches from where the kernel enters (a work item, a system
 * call …) with nothing open anywhere on it.
 */
import { spanOf, type FunctionFacts } from '../functions';
import { callArguments, callee, textOf } from '../expression';
import { walk, type Node } from '../../syntax/node';
import { chainRelated, chainWords, entriesOf, isBareRoot, openAt, passesNothing } from './entries';
import type { Check, CheckInput, Finding } from './input';
import { firstTaken } from './ways';

const reading = /^rcu_dereference(_bh|_sched)?$/;

export const rcuDereferenceOutsideReader: Check = (f, input) => {
  if (![...f.analysis.calls].some(c => reading.test(c))) return [];
  const sections = input.survey.sections(f);
  if (sections && (sections.strayEnds.length > 0 || sections.atExit.size > 0)) return [];
  const found: Finding[] = [];
  for (const p of f.analysis.flow.points) {
    const call = p.node && firstRead(f, p.node);
    if (!call || openAt(sections, p).may.length > 0) continue;
    if (!firstTaken(f.analysis, p)) continue;
    const entry = bareEntry(input, f);
    if (!entry) return [];
    const pointer = callArguments(call)[0];
    found.push({
      span: spanOf(f, call),
      message: `${callee(f.analysis.text, call) ?? ''}(${pointer ? textOf(f.analysis.text, pointer) : ''}) is read with no reader open and no lock held: ${f.name}() ← ${chainWords(entry)}`,
      related: chainRelated(entry, f.name),
    });
    break;
  }
  return found;
};

function firstRead(f: FunctionFacts, node: Node): Node | undefined {
  let found: Node | undefined;
  walk(node, n => {
    if (!found && n.kind === 'call_expression' && reading.test(callee(f.analysis.text, n) ?? '')) found = n;
    return found === undefined;
  });
  return found;
}

function bareEntry(input: CheckInput, f: FunctionFacts) {
  return entriesOf(input, f, 'tree').find(
    e =>
      isBareRoot(e.root) &&
      !passesNothing(e) &&
      e.links.every(l => {
        const s = input.survey.sections(l.f);
        return l.may.length === 0 && !s?.strayEnds.length && !s?.atExit.size;
      }),
  );
}
