/**
 * The semantics as programs: every harness under test/micro has its RACE_EXPECT, thought through by hand. One run, one
 * pipeline; each schedule that is given is executed again and must end in the same verdict.
 */
import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isMet } from '../../../src/ide/answer';
import type { CheckAnswer, Pipeline } from '../../../src/ide/pipeline';
import { lanes } from '../../../src/report/lanes';
import { checkNow, diskPipeline, within } from '../pipeline';

const folder = 'test/micro';
const names = readdirSync(folder)
  .filter(
    name =>
      name.endsWith('.race.c') && (process.env.RACELENS_MICRO ?? name).split(',').some(p => name.includes(p)),
  )
  .sort();

/** Longer than any of them takes by far. */
const patience = 10_000;

function story(answer: CheckAnswer): string {
  const { report } = answer;
  const { verdict } = report;
  const message = verdict.kind === 'holds' ? '' : `: ${verdict.message}`;
  const problems = answer.problems.map(p => `\n  ${p.severity}: ${p.message}`).join('');
  const assumptions = report.assumptions.map(a => `\n  assumption: ${a.message}`).join('');
  const drawn = report.trace ? `\n${lanes(report.trace, { width: 120 })}` : '';
  return `${verdict.kind}${message}${report.confirmed ? '' : ' (not confirmed)'}${problems}${assumptions}${drawn}`;
}

describe('micro harnesses', () => {
  let pipeline: Pipeline;
  before(async () => {
    pipeline = await diskPipeline();
  });
  for (const name of names) {
    const wanted = /RACE_EXPECT\(([^)]*)\)/.exec(readFileSync(`${folder}/${name}`, 'utf8'))?.[1];
    it(`${name.replace('.race.c', '')}: ${String(wanted)}`, () => {
      const harness = resolve(folder, name);
      const answer = checkNow(pipeline, { harness, ...within(patience) });
      assert.ok(isMet(answer), `${name} should give ${String(wanted)} and gives ${story(answer)}`);
      const { verdict, schedule, confirmed } = answer.report;
      // The kind itself, not one that is reachable as well.
      const kind = wanted?.replace(/^possible, */, '');
      assert.ok(verdict.kind === kind || (kind === 'hang' && verdict.kind === 'deadlock'), story(answer));
      assert.equal(confirmed || verdict.kind === 'cannot-tell', !wanted?.startsWith('possible'));
      if (verdict.kind === 'holds') {
        assert.ok(answer.report.exhaustive, 'holds means that everything was explored');
        assert.equal(schedule, undefined);
      }
      // The reduction changes neither the verdict nor how few preemptions lead to it.
      const options = { reduce: false, maxStates: 5000 };
      const full = checkNow(pipeline, { harness, options, ...within(patience) }).report;
      if (full.verdict.kind !== 'cannot-tell') {
        assert.equal(full.verdict.kind, verdict.kind);
        assert.equal(full.preemptions, answer.report.preemptions);
      }
      if (schedule === undefined) return;
      const again = checkNow(pipeline, { harness, schedule, ...within(patience) });
      assert.equal(again.report.verdict.kind, verdict.kind, `${schedule} does not replay: ${story(again)}`);
    });
  }
});
