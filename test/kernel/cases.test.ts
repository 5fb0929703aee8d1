/**
 * Bugs that were in Linux, on the real files: the tree as it is holds, and each bug put back is found. Two look-alikes
 * that are right come with a synthetic bug, to show that the harness could see one.
 */
import { strict as assert } from 'node:assert';
import { resolve } from 'node:path';
import type { CheckAnswer } from '../../src/ide/pipeline';
import { lanes } from '../../src/report/lanes';
import { checkNow, pipelineOn, within } from '../unit/pipeline';
import { cases } from './cases';
import { kernelTree, treeWith, type Edit } from './tree';

function story(answer: CheckAnswer): string {
  const { verdict, trace, assumptions } = answer.report;
  return [
    `${verdict.kind}: ${verdict.kind === 'holds' ? '' : verdict.message}`,
    ...answer.problems.map(p => `${p.severity}: ${p.message}`),
    ...assumptions.map(a => `assumption: ${a.message}`),
    trace ? lanes(trace, { width: 140 }) : '',
  ].join('\n');
}

describe('real bugs, on the real tree', () => {
  for (const { harness, bug, verdict } of cases) {
    const path = resolve(`test/kernel/${harness}.race.c`);
    const check = async (edits: readonly Edit[]): Promise<CheckAnswer> =>
      checkNow(await pipelineOn(treeWith(edits), kernelTree()), { harness: path, ...within(50_000) });

    it(`${harness} holds as it is`, async () => {
      const answer = await check([]);
      assert.equal(answer.report.verdict.kind, 'holds', story(answer));
      assert.ok(answer.report.exhaustive);
    });
    it(`${harness}: ${verdict} with its bug`, async () => {
      const answer = await check(bug);
      assert.equal(answer.report.verdict.kind, verdict, story(answer));
      assert.ok(answer.report.confirmed, story(answer));
    });
  }
});
