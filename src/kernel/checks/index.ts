/** All checks, by kind. */
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

/** What one check finds in one function. A harness may do what it likes, and half a function says nothing. */
export function runCheck(kind: CheckKind, f: FunctionFacts, input: CheckInput): readonly Finding[] {
  if (f.item.kind !== 'function' || !f.analysis.body || f.analysis.node.hasError) return [];
  return checks[kind](f, input);
}
