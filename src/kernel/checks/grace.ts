/**
 * grace-period-inside-reader: a wait for a grace period (directly, or by a callee on all its ways) inside a reader that it
 * waits for: rcu_read_lock(), what implies it (spinlocks, BH, preemption or interrupts off), or the same SRCU domain.
 */
import { bare, placeText } from '../expression';
import { spanOf } from '../functions';
import { primitive } from '../primitives';
import { sleepOf } from './callees';
import { isReader, openAt, siteWords } from './entries';
import type { Check, Finding } from './input';
import { certainlyOpen, sleepWords } from './sleeps';

export const gracePeriodInsideReader: Check = (f, input) => {
  const sections = input.survey.sections(f);
  if (!sections) return [];
  const found: Finding[] = [];
  for (const p of f.analysis.flow.points)
    for (const e of f.analysis.events(p)) {
      if (e.kind !== 'call') continue;
      const sleeper = sleepOf(input, e, f);
      const waits = sleeper && primitive(sleeper.primitive);
      if (!sleeper || waits?.role !== 'grace-period') continue;
      const srcu = waits.class === 'srcu';
      const first = e.args[0];
      const domain =
        srcu && sleeper.chain.length === 0 && first
          ? placeText(f.analysis.text, bare(f.analysis.text, first)).replace(/^\*(?=\w)/, '')
          : undefined;
      const site = openAt(sections, p).must.find(s =>
        srcu
          ? s.effect.kind === 'srcu' && domain !== undefined && s.effect.lock === domain
          : waits.class === 'rcu' && isReader(s),
      );
      if (!site || !certainlyOpen(f, input, p, site)) continue;
      const what = siteWords(site);
      found.push({
        span: spanOf(f, e.node),
        message: `${sleepWords(e, sleeper).replace('may sleep', 'waits for a grace period')} inside a reader that it waits for: ${what}`,
        related: [{ span: spanOf(f, site.node), message: `${what} begins here` }],
      });
    }
  return found;
};
