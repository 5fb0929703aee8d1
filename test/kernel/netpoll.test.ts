/**
 * The first case, on the real net/core/netpoll.c and net/core/dev.c: with the fix it holds, without it the hang is found,
 * and the other places where one might put synchronize_rcu() get the verdicts that they deserve.
 */
import { strict as assert } from 'node:assert';
import { resolve } from 'node:path';
import type { CheckAnswer, CheckRequest } from '../../src/ide/pipeline';
import { lanes } from '../../src/report/lanes';
import { checkNow, pipelineOn, within } from '../unit/pipeline';
import { kernelTree, treeWith, type Edit } from './tree';

const file = 'net/core/netpoll.c';
const setup = { file, function: 'netpoll_setup' };

/** The fix, and the line before it that it may be moved across. */
const grace = 'synchronize_rcu();';
const removed: Edit = { ...setup, old: grace, new: '' };

async function verdictOn(edits: readonly Edit[], more: Partial<CheckRequest> = {}): Promise<CheckAnswer> {
  const pipeline = await pipelineOn(treeWith(edits), kernelTree());
  const harness = resolve('test/kernel/netpoll.race.c');
  return checkNow(pipeline, { harness, ...within(50_000), ...more });
}

function expectKind(answer: CheckAnswer, ...kinds: readonly string[]): void {
  const { verdict, trace } = answer.report;
  const message = verdict.kind === 'holds' ? '' : verdict.message;
  const drawn = trace ? lanes(trace, { width: 140 }) : '';
  const problems = answer.problems.map(p => `\n${p.severity}: ${p.message}`).join('');
  assert.ok(kinds.includes(verdict.kind), `${verdict.kind}: ${message}${problems}\n${drawn}`);
}

function functionsIn(answer: CheckAnswer): ReadonlySet<string> {
  return new Set(answer.report.trace?.steps.flatMap(step => step.frames.map(f => f.function)) ?? []);
}

describe('netpoll, on the real tree', () => {
  it('holds as it is, exhaustively', async () => {
    const answer = await verdictOn([]);
    expectKind(answer, 'holds');
    assert.ok(answer.report.exhaustive && answer.report.confirmed);
  });

  it('hangs without the grace period, through the functions of the story', async () => {
    const answer = await verdictOn([removed]);
    expectKind(answer, 'hang');
    assert.ok(answer.report.confirmed);
    const functions = functionsIn(answer);
    for (const name of ['netpoll_poll_lock', 'poll_one_napi', 'napi_complete_done', 'napi_disable'])
      assert.ok(functions.has(name), `${name}() is not in the schedule`);
    const waiter = answer.report.explanation?.waiters.find(w => w.thread === 'ifdown');
    assert.match(waiter?.waitsFor ?? '', /state.*NAPI_STATE_SCHED/);
    assert.equal(waiter?.bit?.name, 'NAPI_STATE_SCHED');
    assert.ok(waiter.sites.some(site => site.function === 'napi_complete_done'));
  });

  it('says what matters in at most five arrows, how likely it is, and how it would have passed', async () => {
    const options = {
      matters: true,
      twin: true,
      odds: { slow: { call: 'driver_poll', factor: 16 } },
    };
    const { report } = await verdictOn([removed], { options });
    const { matters, twin, odds } = report;
    assert.ok(matters && 'arrows' in matters);
    const arrows = matters.arrows.map(a => `${a.first.function} < ${a.then.function}`);
    assert.ok(arrows.length <= 5, arrows.join('\n'));
    assert.ok(matters.sufficient && matters.arrows.every(a => a.decisive));
    for (const arrow of [
      // No lock taken, because npinfo is not there yet …
      'netpoll_poll_lock < __netpoll_setup',
      // … and the bit is looked at while netpoll has it set.
      'poll_one_napi < napi_complete_done',
      'napi_complete_done < poll_one_napi',
    ])
      assert.ok(arrows.includes(arrow), arrows.join('\n'));
    assert.ok(twin && 'schedule' in twin);
    assert.equal(twin.failing.function, 'napi_complete_done');
    const passes = await verdictOn([removed], { schedule: twin.schedule });
    assert.match(JSON.stringify(passes.report.verdict), /This schedule ends well|nothing bad happens/);
    assert.ok(odds && 'probability' in odds && odds.error < 1e-9);
    assert.ok(odds.probability > 0 && odds.probability < 0.01);
    // A slow driver brings it out.
    assert.ok((odds.slow?.points.at(-1)?.probability ?? 0) > 5 * odds.probability);
  });

  it('gives a schedule that replays', async () => {
    const { schedule } = (await verdictOn([removed])).report;
    assert.ok(schedule);
    expectKind(await verdictOn([removed], { schedule }), 'hang');
  });

  it('hangs with the grace period before the pointer is published', async () => {
    const before: Edit = {
      file,
      function: '__netpoll_setup',
      old: 'rcu_assign_pointer(ndev->npinfo, npinfo);',
      new: 'synchronize_rcu();\n\trcu_assign_pointer(ndev->npinfo, npinfo);',
    };
    expectKind(await verdictOn([removed, before]), 'hang');
  });

  it('holds with the grace period right after the pointer is published', async () => {
    const after: Edit = {
      file,
      function: '__netpoll_setup',
      old: 'rcu_assign_pointer(ndev->npinfo, npinfo);',
      new: 'rcu_assign_pointer(ndev->npinfo, npinfo);\n\tsynchronize_rcu();',
    };
    expectKind(await verdictOn([removed, after]), 'holds');
  });

  it('holds with the grace period under rtnl: legal, though slow', async () => {
    const under: Edit = {
      ...setup,
      old: 'netdev_tracker_alloc(ndev, &np->dev_tracker, GFP_KERNEL);',
      new: 'netdev_tracker_alloc(ndev, &np->dev_tracker, GFP_KERNEL);\n\tsynchronize_rcu();',
    };
    expectKind(await verdictOn([removed, under]), 'holds');
  });

  it('calls a grace period inside rcu_read_lock() what it is', async () => {
    const inside: Edit = {
      ...setup,
      old: grace,
      new: 'rcu_read_lock();\n\tsynchronize_rcu();\n\trcu_read_unlock();',
    };
    expectKind(await verdictOn([inside]), 'rcu-misuse', 'deadlock');
  });

  it('calls a grace period under a spinlock what it is', async () => {
    const under: Edit = {
      ...setup,
      old: grace,
      new: 'spin_lock(&skb_pool.lock);\n\tsynchronize_rcu();\n\tspin_unlock(&skb_pool.lock);',
    };
    expectKind(await verdictOn([under]), 'sleep-in-atomic');
  });

  it('hangs with the fix if softirqs are not taken for readers: the grace period is what makes it hold', async () => {
    expectKind(await verdictOn([], { options: { implicitReaders: false } }), 'hang');
  });
});
