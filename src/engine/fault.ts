/** The story of a fault: who did what, and for memory errors where the object came from and went. */
import type { Machine } from './machine';
import type { Fault } from './model';
import { cellName, fieldOf, showValue, threadName } from './names';
import type { Explanation, Trace } from './report';
import { checkFinally } from './rest';
import { nowhere, type Recorder } from './trace';

type History = NonNullable<Explanation['history']>;

/** What led to a fault that `thread` met in the last step of a finished recording. */
export function explainFault(m: Machine, recorder: Recorder, fault: Fault, thread: number): Explanation {
  const site = m.program.sites[fault.site];
  const name = threadName(m, thread);
  const before = lifeOf(m, recorder, fault.object);
  const freed = [...before].reverse().find(h => h.what === 'freed');
  const where = site ? ` (${site.text})` : '';
  const by = freed ? `, which ${freed.thread === name ? 'it' : freed.thread} had freed` : '';
  const last: History[number] = {
    what: fault.kind === 'double-free' ? 'freed again' : 'used',
    thread: name,
    text: site?.text ?? '',
    span: site?.span ?? nowhere,
    step: recorder.shownAt(recorder.length - 1),
  };
  return {
    summary: `${name} ${fault.message}${by}${where}.`,
    waiters: [],
    ...(before.length > 0 ? { history: [...before, last] } : {}),
  };
}

/** Cells named in the sentence about RACE_FINALLY: the last that it looked at. */
const MOST_LOOKS = 3;

/**
 * Why RACE_FINALLY fails at the end of a finished recording: what it looked at last, which is what decides, and who
 * changed that last.
 */
export function explainFinally(m: Machine, trace: Trace): Explanation {
  const looks = new Map<string, string>();
  const before = m.observer;
  m.observer = {
    access(_thread, object, cell, value, after) {
      const name = cellName(m, object, cell);
      looks.delete(name);
      if (after === undefined && m.objectInfos[object]?.kind !== 'stack')
        looks.set(name, showValue(m, value, fieldOf(m, object, cell)));
    },
    life: () => undefined,
    branch: () => undefined,
  };
  const { fault } = checkFinally(m);
  m.observer = before;
  const told = [...looks].slice(-MOST_LOOKS).map(([name, value]) => {
    const cells = new Set(trace.cells.flatMap((c, k) => (c.name === name ? [k] : [])));
    const by = [...trace.steps].reverse().find(s => s.changes.some(c => cells.has(c.cell)));
    const who = by && trace.threads[by.thread]?.name;
    const shown = by?.changes.find(c => cells.has(c.cell))?.after ?? value;
    return `${name} is ${shown} (${who === undefined ? 'nobody changed it' : `last changed by ${who}: ${by?.text ?? ''}`})`;
  });
  return {
    summary: `${fault?.message ?? 'RACE_FINALLY does not hold at rest'}${told.length > 0 ? `: ${told.join(', ')}` : ''}.`,
    waiters: [],
  };
}

/** Allocation and free of the object: the last of each. */
function lifeOf(m: Machine, recorder: Recorder, object: number | undefined): History {
  if (object === undefined) return [];
  const lives = recorder.lives.filter(l => l.object === object);
  const freed = [...lives].reverse().find(l => l.what === 'freed');
  const made = [...lives].reverse().find(l => l.what === 'allocated' && (!freed || l.at <= freed.at));
  const info = m.objectInfos[object];
  const events = [made, freed].flatMap((l): History => {
    const site = l && m.program.sites[l.site];
    return l && site
      ? [
          {
            what: l.what,
            thread: threadName(m, l.thread),
            text: site.text,
            span: site.span,
            step: recorder.shownAt(l.at),
          },
        ]
      : [];
  });
  const site = info?.kind === 'heap' ? m.program.sites[info.site] : undefined;
  // What RACE_INIT made was there before the schedule began.
  return !made && site
    ? [{ what: 'allocated', thread: 'init', text: site.text, span: site.span }, ...events]
    : events;
}
