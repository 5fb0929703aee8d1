/** All checks, by kind, and the loop over the functions of a file. */
import type { CancelToken } from '../../base/cancel';
import type { FunctionFacts } from '../functions';
import { bitNeverCleared } from './bits';
import { rcuDereferenceOutsideReader } from './dereference';
import { gracePeriodInsideReader } from './grace';
import type { Check, CheckInput, Finding } from './input';
import type { CheckKind } from './kinds';
import { nonAtomicOpOnSharedWord } from './nonatomic';
import { lockOrder } from './order';
import { sleepInAtomic } from './sleeps';
import { unbalancedRegion } from './unbalanced';
import { publishWithoutGracePeriod } from './unpublish';

const checks: Readonly<Record<CheckKind, Check>> = {
  'unbalanced-region': unbalancedRegion,
  'rcu-dereference-outside-reader': rcuDereferenceOutsideReader,
  'sleep-in-atomic': sleepInAtomic,
  'grace-period-inside-reader': gracePeriodInsideReader,
  'publish-without-grace-period': publishWithoutGracePeriod,
  'non-atomic-op-on-shared-word': nonAtomicOpOnSharedWord,
  'bit-never-cleared': bitNeverCleared,
  'lock-order': lockOrder,
};

/** Findings of the kinds asked for in some functions, in their order; cut short when cancelled. */
export function runChecks(
  functions: readonly FunctionFacts[],
  asked: readonly CheckKind[],
  input: CheckInput,
  cancel: CancelToken,
): readonly (Finding & { readonly kind: CheckKind })[] {
  const found: (Finding & { readonly kind: CheckKind })[] = [];
  for (const f of functions) {
    // A harness may do what it likes.
    if (f.item.kind !== 'function' || !f.analysis.body || f.analysis.node.hasError) continue;
    for (const kind of asked) {
      if (cancel.cancelled) return found;
      for (const finding of checks[kind](f, input)) found.push({ ...finding, kind });
    }
  }
  return found.sort((a, b) => a.span.start - b.span.start);
}
