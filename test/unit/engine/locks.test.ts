import { strict as assert } from 'node:assert';
import { verdictOf } from './checking';

const locks = 'object l: lock\nobject k: lock\nobject n: u32\n';

describe('engine: spinlocks and mutexes', () => {
  it('ABBA deadlocks, trylock with back-off does not', () => {
    const a = 'thread process a { spin.lock &l; spin.lock &k; spin.unlock &k; spin.unlock &l }\n';
    assert.equal(
      verdictOf(
        `${locks}${a}thread process b { spin.lock &k; spin.lock &l; spin.unlock &l; spin.unlock &k }`,
      ),
      'deadlock',
    );
    assert.equal(
      verdictOf(`${locks}${a}thread process b {
        again: spin.lock &k; r0 = spin.try &l; if r0 goto got; spin.unlock &k; yield 0; goto again
        got: spin.unlock &l; spin.unlock &k }`),
      'holds',
    );
  });

  it('taking one’s own lock again is a deadlock', () => {
    assert.equal(verdictOf(`${locks}thread process a { mutex.lock &l; mutex.lock &l }`), 'deadlock');
  });

  it('unlock of what is not held, and a lock held at the end, are misuse', () => {
    assert.equal(verdictOf(`${locks}thread process a { mutex.unlock &l }`), 'lock-misuse');
    assert.equal(verdictOf(`${locks}thread process a { mutex.lock &l }`), 'lock-misuse');
    assert.equal(verdictOf(`${locks}thread process a { mutex.lock &l; mutex.unlock &l }`), 'holds');
  });

  it('sleeping in atomic context is called even where nothing would block', () => {
    assert.equal(verdictOf(`${locks}thread process a { spin.lock &l; mutex.lock &k }`), 'sleep-in-atomic');
    assert.equal(
      verdictOf(`${locks}thread process a { spin.lock &l; yield 1; spin.unlock &l }`),
      'sleep-in-atomic',
    );
    assert.equal(verdictOf(`${locks}thread softirq a { mutex.lock &k; mutex.unlock &k }`), 'sleep-in-atomic');
    assert.equal(verdictOf(`${locks}thread process a { bh.off; sleep.might; bh.on }`), 'sleep-in-atomic');
    assert.equal(verdictOf(`${locks}thread process a { rcu.lock; mutex.lock &k }`), 'sleep-in-atomic');
    assert.equal(
      verdictOf(
        `setting preempt rt\n${locks}thread process a { spin.lock &l; mutex.lock &k; mutex.unlock &k; spin.unlock &l }`,
      ),
      'holds',
    );
  });

  it('an interrupt on the lock holder’s CPU deadlocks unless interrupts are off', () => {
    const task = (before: string, after: string, cpu: number): string => `${locks}
      thread process task @0 { ${before}; spin.lock &l; rmw add u32 n 1; spin.unlock &l; ${after} }
      thread hardirq handler @${cpu} { spin.lock &l; rmw add u32 n 1; spin.unlock &l }`;
    assert.equal(verdictOf(task('r0 = 0', 'r0 = 0', 0)), 'deadlock');
    assert.equal(verdictOf(task('r0 = irq.save', 'irq.restore r0', 0)), 'holds');
    assert.equal(verdictOf(task('r0 = 0', 'r0 = 0', 1)), 'holds');
  });

  it('a softirq that spins for a task below it never gets there', () => {
    const spin = (cpu: number): string => `${locks}
      thread process task @0 { store u32 n 1 once }
      thread softirq bottom @${cpu} { again: r0 = load u32 n once; unless r0 goto again }`;
    assert.ok(['hang', 'deadlock'].includes(verdictOf(spin(0))));
    assert.equal(verdictOf(spin(1)), 'holds');
  });

  it('a lock in freed memory is a use after free', () => {
    assert.equal(
      verdictOf(
        'layout o 8 { 0 "lock" u32 lock }\nthread process a { r0 = allocate o; free r0; spin.lock r0 }',
      ),
      'use-after-free',
    );
  });
});
