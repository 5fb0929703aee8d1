import { strict as assert } from 'node:assert';
import { verdictOf } from './checking';

/** One reader of a pointer, one updater that frees what it pointed to. */
function story(reader: string, updater: string, context = 'process'): string {
  return `
    layout item 16 { 0 "value" u32; 8 "rcu" u64 }
    object gp: pointer
    object seen: u32
    object l: lock
    object d1: word
    object d2: word
    function cb/1 { r0 = sub u64 r0 8; free r0 }
    function use { r0 = load u64 gp once; unless r0 goto out; r1 = load u32 r0; store u32 seen r1; out: return }
    init { r0 = allocate item zero; store u64 gp r0 }
    thread ${context} reader { ${reader} }
    thread process updater { r0 = load u64 gp; ${updater} }`;
}

const unpublish = 'store u64 gp 0 release';

describe('engine: RCU', () => {
  it('a grace period between unpublishing and freeing waits for the reader', () => {
    const reader = 'rcu.lock; call use(); rcu.unlock';
    assert.equal(verdictOf(story(reader, `${unpublish}; free r0`)), 'use-after-free');
    assert.equal(verdictOf(story(reader, `${unpublish}; rcu.synchronize; free r0`)), 'holds');
    assert.equal(verdictOf(story(reader, `rcu.synchronize; ${unpublish}; free r0`)), 'use-after-free');
  });

  it('who is an implicit reader and who is not', () => {
    const waits = `${unpublish}; rcu.synchronize; free r0`;
    assert.equal(verdictOf(story('call use()', waits)), 'use-after-free');
    assert.equal(verdictOf(story('call use()', waits, 'softirq')), 'holds');
    assert.equal(verdictOf(story('call use()', waits, 'hardirq')), 'holds');
    assert.equal(verdictOf(story('bh.off; call use(); bh.on', waits)), 'holds');
    assert.equal(verdictOf(story('preempt.off; call use(); preempt.on', waits)), 'holds');
    assert.equal(verdictOf(story('irq.off; call use(); irq.on', waits)), 'holds');
    assert.equal(verdictOf(story('spin.lock &l; call use(); spin.unlock &l', waits)), 'holds');
    assert.equal(
      verdictOf(`setting preempt rt\n${story('spin.lock &l; call use(); spin.unlock &l', waits)}`),
      'use-after-free',
    );
    assert.equal(verdictOf(story('mutex.lock &l; call use(); mutex.unlock &l', waits)), 'use-after-free');
    assert.equal(
      verdictOf(story('call use()', waits, 'softirq'), { implicitReaders: false }),
      'use-after-free',
    );
  });

  it('sections nest', () => {
    const waits = `${unpublish}; rcu.synchronize; free r0`;
    assert.equal(verdictOf(story('rcu.lock; rcu.lock; rcu.unlock; call use(); rcu.unlock', waits)), 'holds');
    assert.equal(verdictOf(story('rcu.lock; rcu.unlock; call use()', waits)), 'use-after-free');
  });

  it('callbacks run after the readers of the time, kfree_rcu too', () => {
    const reader = 'rcu.lock; call use(); rcu.unlock';
    const queue = 'r1 = add u64 r0 8; rcu.call r1 &fn:cb';
    assert.equal(verdictOf(story(reader, `${unpublish}; ${queue}`)), 'holds');
    assert.equal(verdictOf(story(reader, `${queue}; ${unpublish}`)), 'use-after-free');
    assert.equal(verdictOf(story(reader, `${unpublish}; r1 = add u64 r0 8; rcu.free r1 r0`)), 'holds');
    assert.equal(
      verdictOf(story(reader, `r1 = add u64 r0 8; rcu.free r1 r0; ${unpublish}`)),
      'use-after-free',
    );
  });

  it('rcu_barrier waits for callbacks, synchronize_rcu does not', () => {
    const text = (wait: string): string => `
      layout item 16 { 0 "value" u32; 8 "rcu" u64 }
      object it: item
      object stats: pointer
      function cb/1 { r1 = load u64 stats; store u32 r1 1 }
      init { r0 = allocate item; store u64 stats r0 }
      thread process exit { rcu.call &it &fn:cb; ${wait}; r0 = load u64 stats; free r0 }`;
    assert.equal(verdictOf(text('rcu.synchronize')), 'use-after-free');
    assert.equal(verdictOf(text('rcu.barrier')), 'holds');
  });

  it('misuse: waiting inside a reader, unlock without lock, a section left open', () => {
    assert.equal(verdictOf('thread process a { rcu.lock; rcu.synchronize; rcu.unlock }'), 'rcu-misuse');
    assert.equal(verdictOf('thread process a { bh.off; rcu.synchronize; bh.on }'), 'sleep-in-atomic');
    assert.equal(
      verdictOf('object l: lock\nthread process a { spin.lock &l; rcu.synchronize; spin.unlock &l }'),
      'sleep-in-atomic',
    );
    assert.equal(verdictOf('thread process a { rcu.unlock }'), 'rcu-misuse');
    assert.equal(verdictOf('thread process a { rcu.lock }'), 'rcu-misuse');
    assert.equal(verdictOf('thread process a { rcu.synchronize }'), 'holds');
  });

  it('SRCU domains are separate', () => {
    const reader = (domain: string): string =>
      `r2 = srcu.lock &${domain}; call use(); srcu.unlock &${domain} r2`;
    assert.equal(verdictOf(story(reader('d1'), `${unpublish}; srcu.synchronize &d1; free r0`)), 'holds');
    assert.equal(
      verdictOf(story(reader('d1'), `${unpublish}; srcu.synchronize &d2; free r0`)),
      'use-after-free',
    );
    assert.equal(verdictOf(story(reader('d1'), `${unpublish}; rcu.synchronize; free r0`)), 'use-after-free');
    assert.equal(
      verdictOf('object d: word\nthread process a { r0 = srcu.lock &d; srcu.synchronize &d }'),
      'rcu-misuse',
    );
  });

  it('waiting for a reader that needs our mutex is a deadlock', () => {
    const text = (updater: string): string => `
      object d: word
      object m: lock
      thread process reader { r0 = srcu.lock &d; mutex.lock &m; mutex.unlock &m; srcu.unlock &d r0 }
      thread process updater { ${updater} }`;
    assert.equal(verdictOf(text('mutex.lock &m; srcu.synchronize &d; mutex.unlock &m')), 'deadlock');
    assert.equal(verdictOf(text('mutex.lock &m; mutex.unlock &m; srcu.synchronize &d')), 'holds');
  });
});
