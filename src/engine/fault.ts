/** The story of a fault: who did what, and for memory errors where the object came from and went. */
import type { Machine } from './machine';
import type { Fault } from './model';
import { threadName } from './names';
import type { Explanation } from './report';
import { nowhere, type Recorder } from './trace';

export function explainFault(m: Machine, recorder: Recorder, fault: Fault, thread: number): Explanation {
  const place = m.program.sites[fault.site];
  const history =
    fault.object === undefined
      ? []
      : recorder.lives
          .filter(l => l.object === fault.object)
          .slice(-2)
          .map(l => ({
            what: l.what,
            thread: threadName(m, l.thread),
            span: m.program.sites[l.site]?.span ?? nowhere,
          }));
  const freed = [...history].reverse().find(h => h.what === 'freed');
  const where = place ? ` (${place.text})` : '';
  const by = freed ? `, which ${freed.thread === threadName(m, thread) ? 'it' : freed.thread} had freed` : '';
  return {
    summary: `${threadName(m, thread)} ${fault.message}${by}${where}.`,
    waiters: [],
    ...(history.length > 0
      ? {
          history: [
            ...history,
            { what: 'used', thread: threadName(m, thread), span: place?.span ?? nowhere },
          ],
        }
      : {}),
  };
}
