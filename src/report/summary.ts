/**
 * The verdict in one sentence of plain English, what it rests on, and what to do next. Made from the report's evidence
 * alone: no name of a function or a field is known here.
 */
import { unreachable } from '../base/unreachable';
import type { CannotTellReason, Report, VerdictKind } from '../engine/report';

/** `holds`, `possible hang`, `cannot tell`: the verdict as it is headed. */
export function verdictTitle(report: Report): string {
  const { verdict } = report;
  if (verdict.kind === 'cannot-tell') return 'cannot tell';
  if (verdict.kind === 'holds' || report.confirmed) return verdict.kind;
  return `possible ${verdict.kind}`;
}

/** One sentence, ending in a full stop. */
export function summarize(report: Report): string {
  const { verdict } = report;
  if (verdict.kind === 'holds')
    return report.bounds.length
      ? 'Every schedule within the stated bounds was explored, and none goes wrong.'
      : 'Every schedule was explored, and none goes wrong.';
  const sentence = report.explanation?.summary ?? verdict.message;
  const rest = report.confirmed || verdict.kind === 'cannot-tell' ? '' : ' It rests on an unknown value.';
  return `${full(sentence)}${rest}`;
}

/** `1 234 states and 5 678 transitions, all of them` */
export function effort(report: Report): string {
  const numbers = `${count(report.states, 'state')} and ${count(report.transitions, 'transition')} explored`;
  return report.exhaustive ? `${numbers}: all there are` : numbers;
}

/** `1 234 states` */
export function count(n: number, what: string): string {
  const digits = String(n).replace(/\B(?=(\d{3})+$)/g, ' ');
  return `${digits} ${what}${n === 1 ? '' : 's'}`;
}

/** What the verdict's kind means, for those who meet the word for the first time. */
export const meanings: Readonly<Record<VerdictKind, string>> = {
  holds: 'every state within the stated bounds was explored',
  hang: 'a state is reached from which a required thread can never finish, whatever the scheduler does',
  deadlock: 'a hang in which threads wait for one another in a circle',
  'use-after-free': 'memory is used after it was freed',
  'double-free': 'memory is freed that is not allocated, or not any more',
  'null-dereference': 'a NULL, error or poison pointer is followed',
  'out-of-bounds': 'an access is outside its array or object',
  assertion: 'a condition that must hold does not',
  'sleep-in-atomic': 'something that may sleep is called where sleeping is not allowed',
  'rcu-misuse': 'the rules of RCU read-side critical sections and grace periods are broken',
  'lock-misuse': 'a lock is released that is not held, or kept at the end',
  'cannot-tell': 'the question has no answer yet',
};

/** What to do next, in the order of use; empty if there is nothing to say. */
export function nextSteps(report: Report): readonly string[] {
  const { verdict } = report;
  if (verdict.kind === 'cannot-tell') return [nextForReason(verdict.reason)];
  const steps: string[] = [];
  if (!report.confirmed)
    steps.push(
      'Pin what is unknown: give the function named among the assumptions a body in the harness, or include the file that has one.',
    );
  return steps;
}

function nextForReason(reason: CannotTellReason): string {
  switch (reason) {
    case 'states':
    case 'memory':
      return 'Pin values in the harness, leave out a thread, stub what does not matter with RACE_STUB, or raise the limit (--max-states).';
    case 'time':
      return 'Pin values in the harness, leave out a thread, stub what does not matter with RACE_STUB, or allow more time (--time).';
    case 'bound':
      return 'State the bound in the harness with RACE_BOUND(kind, n), or stub the function that runs into it.';
    case 'unsupported':
      return 'Put a simpler body for this function into the harness: RACE_STUB(type, name, (arguments)) { ... }.';
    case 'cancelled':
      return 'Run it again to get an answer.';
    case 'input':
      return 'Correct what is named above and run it again.';
    default:
      return unreachable(reason);
  }
}

function full(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
