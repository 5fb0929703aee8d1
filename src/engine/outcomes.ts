/** The outcomes of a step that has several, in words. */
import type { Instruction } from '../ir/program';

const words: Readonly<Record<string, readonly string[]>> = {
  allocate: ['succeeds', 'fails'],
  branch: ['true', 'false'],
  assert: ['holds', 'fails'],
  cmpxchg: ['equal', 'not equal'],
  'completion.wait': ['done', 'times out', 'interrupted'],
  'task.schedule': ['woken', 'times out'],
  'mutex.interruptible': ['gets it', 'interrupted'],
  'sem.interruptible': ['gets it', 'interrupted'],
};

/** What outcome `choice` of the instruction is: `fails`, `times out`, `2`. */
export function outcomeText(i: Instruction, choice: number): string {
  if (i.op === 'choose') return String(choice);
  return words[i.op === 'sync' ? i.name : i.op]?.[choice] ?? `outcome ${String(choice)}`;
}
