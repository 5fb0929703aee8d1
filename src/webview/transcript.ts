/** Everything the panel shows, as plain text: for screen readers, mails and bug reports. */
import type { ReplayView, ViewActor, ViewPlace, ViewTrace } from '../protocol/view';
import { chainOf, changeText } from '../report/rows';

export function transcript(view: ReplayView, harness: string): string {
  const lines = [
    `${harness}: ${headline(view)}`,
    view.summary,
    `${count(view.states, 'state')} and ${count(view.transitions, 'transition')} explored${view.exhaustive ? ', exhaustive' : ''}`,
    ...view.bounds.map(bound => `bound: ${bound}`),
    ...(view.schedule === undefined ? [] : [`schedule: ${view.schedule}`]),
  ];
  if (!view.trace && view.actors.length) lines.push('', ...view.actors.map(actorText));
  if (view.trace) lines.push('', ...steps(view.trace));
  if (view.waiters.length) {
    lines.push('', 'Why it never ends');
    for (const waiter of view.waiters) {
      lines.push(`  ${waiter.thread} waits for ${waiter.waitsFor} (${at(waiter.place)})`);
      for (const site of waiter.sites)
        lines.push(`    ${site.function}: ${site.text} (${at(site.place)}): ${site.reason}`);
    }
  }
  if (view.cycle.length) {
    lines.push('', 'Cycle');
    for (const link of view.cycle)
      lines.push(`  ${link.thread} waits for ${link.waitsFor}, held by ${link.heldBy}`);
  }
  if (view.history.length) {
    lines.push('', 'History of the object');
    for (const event of view.history) lines.push(`  ${event.what}: ${event.thread} (${at(event.place)})`);
  }
  section(
    lines,
    'Also reachable',
    view.also.map(other => `${other.kind}: ${other.message} [${other.schedule}]`),
  );
  section(
    lines,
    'Assumptions',
    view.assumptions.map(note => note.message),
  );
  section(
    lines,
    'Findings',
    view.findings.map(note => `${note.kind}: ${note.message}`),
  );
  section(
    lines,
    'Problems of the input',
    view.problems.map(note => note.message),
  );
  return `${lines.join('\n')}\n`;
}

/** `hang (confirmed)`, `holds`, `cannot tell (states)`. */
export function headline(view: ReplayView): string {
  const kind = view.verdict.kind === 'cannot-tell' ? 'cannot tell' : view.verdict.kind;
  if (view.verdict.outcome === 'found') return `${kind} (${view.confirmed ? 'confirmed' : 'possible'})`;
  return view.verdict.reason === undefined ? kind : `${kind} (${view.verdict.reason})`;
}

/** `net/core/netpoll.c:123`: the last folders of the path are enough. */
export function at(place: ViewPlace): string {
  return `${place.path.split('/').slice(-3).join('/')}:${place.start.line + 1}`;
}

export function count(n: number, what: string): string {
  return `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
}

/** One step in words, without its number. */
export function stepText(trace: ViewTrace, index: number): string {
  const step = trace.steps[index];
  if (!step) return '';
  const thread = trace.threads[step.thread];
  const where = chainOf(step, trace).at(-1);
  const changes = step.changes.map(change => {
    const cell = trace.cells[change.cell];
    return cell ? `${cell.name} ${changeText(change, cell)}` : '';
  });
  const status = trace.moments[index + 1]?.threads[step.thread];
  return [
    `${thread?.name ?? ''}${where ? ` in ${where}()` : ''}: ${step.text}`,
    ...changes,
    ...(step.note === undefined ? [] : [step.note]),
    ...(step.preemption ? ['preemption before this step'] : []),
    ...(status?.waitsFor === undefined ? [] : [`waits for ${status.waitsFor}`]),
  ].join('; ');
}

function actorText(actor: ViewActor): string {
  const cpu = actor.cpu === undefined ? 'a CPU of its own' : `CPU ${String(actor.cpu)}`;
  const calls = actor.calls.map(call => `${call.function}()`).join(', ');
  return `${actor.name}: ${actor.context}, ${cpu}${calls ? `, runs ${calls}` : ''}`;
}

function steps(trace: ViewTrace): readonly string[] {
  const width = String(trace.steps.length).length;
  return [
    ...trace.threads.map(t => `${t.name}: ${t.context}, CPU ${t.cpu}`),
    ...trace.steps.flatMap((step, index) => [
      ...(trace.doomedAt === index ? ['-- from here on the outcome cannot be avoided'] : []),
      ...(trace.lassoAt === index ? ['-- the rest repeats for ever'] : []),
      `${String(index + 1).padStart(width)}. ${stepText(trace, index)} (${at(step.place)})`,
    ]),
  ];
}

function section(lines: string[], title: string, entries: readonly string[]): void {
  if (entries.length) lines.push('', title, ...entries.map(entry => `  ${entry}`));
}
