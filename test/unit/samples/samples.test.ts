/** The bundled demo: buggy as shipped, in both shapes, and every place that one might try for the grace period. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { diskFiles } from '../../../src/host/node/files';
import type { CheckAnswer, CheckRequest } from '../../../src/ide/pipeline';
import { lanes } from '../../../src/report/lanes';
import { checkNow, filesWith, pipelineOn, samplesFolder, within } from '../pipeline';

type Change = (text: string) => string;

/** Replaces a text that is there exactly once. */
function replace(old: string, by: string): Change {
  return text => {
    assert.equal(text.split(old).length, 2, `“${old}” should be in netpoll.c once`);
    return text.replace(old, () => by);
  };
}

async function check(sample: string, change: Change = t => t, more: Partial<CheckRequest> = {}): Promise<CheckAnswer> {
  const path = `${samplesFolder}/${sample}/netpoll.c`;
  const files = filesWith({ [path]: change(readFileSync(path, 'utf8')) }, diskFiles());
  const harness = `${samplesFolder}/${sample}/netpoll.race.c`;
  return checkNow(await pipelineOn(files), { harness, ...within(15_000), ...more });
}

function expectKind(answer: CheckAnswer, ...kinds: readonly string[]): void {
  const { verdict, trace } = answer.report;
  const problems = answer.problems.map(p => `\n${p.severity}: ${p.message}`).join('');
  const message = verdict.kind === 'holds' ? '' : verdict.message;
  assert.ok(
    kinds.includes(verdict.kind),
    `${verdict.kind}: ${message}${problems}\n${trace ? lanes(trace, { width: 120 }) : ''}`,
  );
}

const success = '\trtnl_unlock();\n\treturn 0;';
const fixed = replace(success, '\trtnl_unlock();\n\tsynchronize_rcu();\n\treturn 0;');
const publish = '\trcu_assign_pointer(ndev->npinfo, npinfo);';

for (const sample of ['netpoll', 'netpoll-6.16'])
  describe(`the demo ${sample}`, () => {
    it('hangs as shipped, confirmed, with nothing to excuse it', async () => {
      const answer = await check(sample);
      expectKind(answer, 'hang');
      const { report } = answer;
      assert.ok(report.confirmed && report.exhaustive);
      assert.deepEqual(answer.problems, []);
      assert.deepEqual(
        report.assumptions.filter(a => a.kind.startsWith('unknown')),
        [],
      );
      const functions = new Set(report.trace?.steps.flatMap(s => s.frames.map(f => f.function)));
      for (const name of ['netpoll_poll_lock', 'poll_one_napi', 'napi_complete_done'])
        assert.ok(functions.has(name), name);
      const waiter = report.explanation?.waiters.find(w => w.thread === 'ifdown');
      assert.equal(waiter?.bit?.name, 'NAPI_STATE_SCHED');
      assert.equal(waiter.bit.until, 'clear');
      assert.ok(waiter.sites.some(s => s.function === 'napi_complete_done'));
    });
    it('holds with the grace period after the lock is dropped', async () => {
      const answer = await check(sample, fixed);
      expectKind(answer, 'holds');
      assert.ok(answer.report.exhaustive);
    });
    it('hangs with the grace period before the pointer is published', async () => {
      expectKind(await check(sample, replace(publish, `\tsynchronize_rcu();\n${publish}`)), 'hang');
    });
    it('holds with the grace period right after it, under rtnl', async () => {
      expectKind(await check(sample, replace(publish, `${publish}\n\tsynchronize_rcu();`)), 'holds');
    });
    it('hangs in spite of the fix if softirqs were no readers', async () => {
      expectKind(await check(sample, fixed, { options: { implicitReaders: false } }), 'hang');
    });
    it('does not take the wait inside a reader', async () => {
      const inside = replace(
        success,
        '\trtnl_unlock();\n\trcu_read_lock();\n\tsynchronize_rcu();\n\trcu_read_unlock();\n\treturn 0;',
      );
      expectKind(await check(sample, inside), 'rcu-misuse', 'deadlock');
    });
    it('does not take the wait with interrupts off', async () => {
      const off = replace(
        success,
        '\trtnl_unlock();\n\tlocal_irq_disable();\n\tsynchronize_rcu();\n\tlocal_irq_enable();\n\treturn 0;',
      );
      expectKind(await check(sample, off), 'sleep-in-atomic');
    });
  });
