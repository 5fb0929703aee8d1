/** The story of a fault: who did what, and for memory errors where the object came from and went. */
import type { Machine } from './machine';
import type { Fault } from './model';
import { threadName } from './names';
import type { Explanation } from './report';
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
