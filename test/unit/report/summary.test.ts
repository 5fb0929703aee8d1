import { strict as assert } from 'node:assert';
import { count, nextSteps, summarize, verdictTitle } from '../../../src/report/summary';
import { transcript } from '../../../src/report/transcript';
import { wrap } from '../../../src/report/wrap';
import type { CannotTellReason } from '../../../src/engine/report';
import { checkGolden } from '../golden';
import { hang, locate, reportOf } from './story';

describe('the verdict in a sentence', () => {
  it('takes the evidence of a hang', () => {
    assert.equal(
      summarize(hang),
      'waiter waits for ever for n.state bit SCHED to be cleared, and nobody is left who would.',
    );
  });
  it('says of holds whether bounds were in force', () => {
    assert.equal(summarize(reportOf({})), 'Every schedule was explored, and none goes wrong.');
    assert.match(summarize(reportOf({ bounds: ['recursion up to 12'] })), /within the stated bounds/);
  });
  it('never makes an unconfirmed finding look confirmed', () => {
    const possible = reportOf({
      verdict: { kind: 'assertion', message: 'n == 1 is violated' },
      confirmed: false,
    });
    assert.equal(verdictTitle(possible), 'possible assertion');
    assert.equal(summarize(possible), 'n == 1 is violated. It rests on an unknown value.');
    assert.match(nextSteps(possible).join(), /Pin what is unknown/);
  });
  it('never makes cannot-tell look like holds, and says what to do', () => {
    const reasons: readonly CannotTellReason[] = [
      'unsupported',
      'bound',
      'states',
      'memory',
      'time',
      'cancelled',
      'input',
    ];
    for (const reason of reasons) {
      const report = reportOf({
        verdict: { kind: 'cannot-tell', reason, message: 'the limit of 100 states is reached' },
        exhaustive: false,
      });
      assert.equal(verdictTitle(report), 'cannot tell');
      assert.equal(summarize(report), 'the limit of 100 states is reached.');
      assert.equal(nextSteps(report).length, 1);
    }
  });
  it('counts', () => {
    assert.equal(count(1, 'state'), '1 state');
    assert.equal(count(1234567, 'state'), '1 234 567 states');
  });
});

describe('the transcript', () => {
  it('says step by step what the panel shows', () => {
    checkGolden('report/goldens/transcript', transcript(hang, locate));
  });
  it('has a verdict even without a trace', () => {
    assert.equal(
      transcript(reportOf({}), locate),
      'Verdict: holds. Every schedule was explored, and none goes wrong.',
    );
  });
});

describe('wrapping', () => {
  it('breaks at blanks and behind commas', () => {
    assert.deepEqual(wrap('cmpxchg(&owner, -1, 1)', 18), ['cmpxchg(&owner,', '-1, 1)']);
    assert.deepEqual(wrap('rcu_dereference(device->info)', 22), ['rcu_dereference(', 'device->info)']);
    assert.deepEqual(wrap('one two three', 8), ['one two', 'three']);
    assert.deepEqual(wrap('abcdefghij', 8), ['abcdefgh', 'ij']);
    assert.deepEqual(wrap('', 8), ['']);
  });
  it('ends with any input', () => {
    for (const text of ['        x', 'a'.repeat(200), ' '.repeat(50), 'a,'.repeat(40)])
      for (const line of wrap(text, 10, '    ')) assert.ok(line.length <= 10);
  });
});
