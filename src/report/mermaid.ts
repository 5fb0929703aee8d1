/**
 * A schedule as a Mermaid sequence diagram: a participant for each thread, a message to itself for each step that is worth a
 * row, notes for what changed and who waits, the lasso of a hang as a loop. Folded steps become one line.
 */
import type { ViewStep, ViewTrace, ViewVerdict } from '../protocol/view';

export interface DiagramInput {
  readonly trace: ViewTrace;
  readonly verdict: ViewVerdict;
  readonly title?: string;
  readonly schedule?: string;
}

/** The diagram's source, with a newline at its end. */
export function mermaidOf({ trace, verdict, title, schedule }: DiagramInput): string {
  const { threads, steps, moments, doomedAt, lassoAt } = trace;
  const lines: string[] = [];
  if (title !== undefined) lines.push('---', `title: ${JSON.stringify(title)}`, '---');
  lines.push('sequenceDiagram');
  if (schedule !== undefined) lines.push(`  %% ${schedule}`);
  threads.forEach(({ name, context, cpu }, n) => {
    lines.push(`  participant ${id(n)} as ${escaped(name)}<br/>${context}, CPU ${String(cpu)}`);
  });
  const everybody = `${id(0)}${threads.length > 1 ? `,${id(threads.length - 1)}` : ''}`;
  const doomed = (at: number): void => {
    if (at === doomedAt)
      lines.push(`  Note over ${everybody}: from here on the ${escaped(verdict.kind)} cannot be avoided`);
  };
  for (let at = 0; at < steps.length; at++) {
    const step = steps[at];
    if (!step) continue;
    doomed(at);
    if (at === lassoAt) lines.push('  loop for ever');
    threads.forEach((thread, n) => {
      if (thread.startedBy !== undefined && thread.startedAt === at)
        lines.push(`  ${id(thread.startedBy)}-->>${id(n)}: starts`);
    });
    const left = steps[at - 1]?.thread;
    if (step.preemption && left !== undefined && left !== step.thread)
      lines.push(`  Note over ${id(left)}: preempted`);
    // A run of steps that nobody else notices is one line.
    let last = at;
    while (
      step.folds &&
      steps[last + 1]?.folds &&
      steps[last + 1]?.thread === step.thread &&
      last + 1 !== lassoAt &&
      last + 1 !== doomedAt
    )
      last++;
    const more = last > at ? ` … ${String(last - at)} more` : '';
    lines.push(`  ${id(step.thread)}->>${id(step.thread)}: ${String(at + 1)}. ${escaped(step.text)}${more}`);
    const changes = steps.slice(at, last + 1).flatMap(one => (one.folds ? [] : changeTexts(trace, one)));
    if (changes.length > 0)
      lines.push(`  Note right of ${id(step.thread)}: ${changes.map(escaped).join('<br/>')}`);
    if (step.note !== undefined && last === at)
      lines.push(`  Note over ${id(step.thread)}: ${escaped(step.note)}`);
    const [before, after] = [moments[at]?.threads, moments[last + 1]?.threads];
    threads.forEach((_, n) => {
      const waits = after?.[n]?.waitsFor;
      if (waits !== undefined && waits !== before?.[n]?.waitsFor)
        lines.push(`  Note over ${id(n)}: waits for ${escaped(waits)}`);
    });
    at = last;
  }
  doomed(steps.length);
  if (lassoAt !== undefined && lassoAt < steps.length) lines.push('  end');
  if (verdict.outcome !== 'holds')
    lines.push(`  Note over ${everybody}: ${escaped(verdict.kind)}<br/>${escaped(verdict.message)}`);
  return `${lines.join('\n')}\n`;
}

/** `napi.state +SCHED -MISSED`, `dev.npinfo = &npinfo`. */
function changeTexts(trace: ViewTrace, step: ViewStep): readonly string[] {
  return step.changes.map(({ cell, after, set, cleared }) => {
    const name = trace.cells[cell]?.name ?? '?';
    if (set.length + cleared.length === 0) return `${name} = ${after}`;
    return `${name} ${[...set.map(bit => `+${bit}`), ...cleared.map(bit => `-${bit}`)].join(' ')}`;
  });
}

function id(thread: number): string {
  return `t${String(thread)}`;
}

/** What Mermaid would take for its own: statements end at a semicolon, # begins an entity, < an element, `end` a block. */
function escaped(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[#;<>&"]|\be(?=nd\b)/gi, c => `#${String(c.charCodeAt(0))};`);
}
