/**
 * A schedule as text, step by step, with all that the panel shows: for screen readers, mails and logs. One numbered
 * paragraph per step: who, where, what, what it saw and changed, who waits for what.
 */
import type { Span } from '../base/span';
import type { Report, ThreadStatus, Trace, TraceStep } from '../engine/report';
import { effects } from './steps';
import { summarize, verdictTitle } from './summary';

/** A place in words: `net/core/dev.c:6190`. */
export type Locate = (span: Span) => string;

/** The whole report as text, lines separated by `\n`. */
export function transcript(report: Report, locate: Locate): string {
  const lines = [`Verdict: ${verdictTitle(report)}. ${summarize(report)}`];
  const { trace, explanation } = report;
  if (trace) lines.push('', ...traceText(trace, locate));
  if (explanation) {
    for (const waiter of explanation.waiters) {
      lines.push('', `${waiter.thread} waits at ${locate(waiter.span)} for ${waiter.waitsFor}.`);
      for (const site of waiter.sites)
        lines.push(`  ${locate(site.span)} ${site.function}(): ${site.text}: ${site.reason}`);
    }
    if (explanation.cycle)
      lines.push(
        '',
        ...explanation.cycle.map(c => `${c.thread} waits for ${c.waitsFor}, held by ${c.heldBy}.`),
      );
    if (explanation.history)
      lines.push('', ...explanation.history.map(h => `${h.what} by ${h.thread} at ${locate(h.span)}.`));
  }
  if (report.schedule) lines.push('', `Schedule: ${report.schedule}`);
  return lines.join('\n');
}

function traceText(trace: Trace, locate: Locate): readonly string[] {
  const lines = trace.threads.map(t => {
    const by = t.startedBy === undefined ? undefined : trace.threads[t.startedBy];
    return `Thread ${t.name}: ${t.context} context, CPU ${String(t.cpu)}${by ? `, started by ${by.name}` : ''}.`;
  });
  lines.push('');
  trace.steps.forEach((step, i) => {
    if (i === trace.doomedAt) lines.push('From here on the outcome cannot be avoided.');
    if (i === trace.lassoAt) lines.push('From here on it repeats for ever.');
    lines.push(`${String(i + 1)}. ${stepText(trace, step, locate)}`);
    const before = i === 0 ? trace.start : trace.steps[i - 1]?.threads;
    step.threads.forEach((now, t) => lines.push(...newsOf(trace, t, before?.[t], now)));
  });
  return lines;
}

function stepText(trace: Trace, step: TraceStep, locate: Locate): string {
  const thread = trace.threads[step.thread]?.name ?? '?';
  const chain = step.frames.map(f => f.function).filter((name, i) => i > 0 || name !== thread);
  const where = chain.length ? `${locate(step.span)} in ${chain.join(' > ')}` : locate(step.span);
  const parts = [
    `${thread}${step.preemption ? ' (preemption)' : ''}, ${where}: ${step.text.replace(/;$/, '')}`,
  ];
  if (step.choice !== undefined) parts.push(`outcome ${String(step.choice)}`);
  parts.push(...effects(trace, step));
  if (step.note) parts.push(step.note);
  return parts.join('; ');
}

/** What became different for a thread in a step, each as a line. */
function newsOf(
  trace: Trace,
  thread: number,
  before: ThreadStatus | undefined,
  now: ThreadStatus,
): readonly string[] {
  const name = trace.threads[thread]?.name ?? '?';
  const news: string[] = [];
  if (now.state === 'done' && before?.state !== 'done') news.push(`${name} is done`);
  if (now.state === 'blocked' && now.waitsFor !== undefined && now.waitsFor !== before?.waitsFor)
    news.push(`${name} waits for ${now.waitsFor}`);
  if (now.reader !== before?.reader)
    news.push(now.reader ? `${name} is in an RCU reader (${now.reader})` : `${name} has left its RCU reader`);
  const grace = now.gracePeriod?.join(', ');
  if (grace && grace !== before?.gracePeriod?.join(', '))
    news.push(`the grace period of ${name} waits for ${grace}`);
  return news.map(text => `   ${text}`);
}
