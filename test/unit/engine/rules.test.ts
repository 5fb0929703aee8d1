/** Rules that no larger story needs: each was broken once (docs/mutation.md) and is missed here. */
import { strict as assert } from 'node:assert';
import { checkText, verdictOf } from './checking';

const item = 'layout item 16 { 0 "value" u32; 8 "rcu" u64 }\n';

describe('engine: rules one by one', () => {
  it('SRCU: the outermost unlock ends the reader', () => {
    const text = (inner: string): string => `${item}object gp: pointer\nobject d: word
      init { r0 = allocate item; store u64 gp r0 }
      thread process reader { r0 = srcu.lock &d; r2 = load u64 gp; unless r2 goto out; ${inner}; r3 = load u32 r2; out: srcu.unlock &d r0 }
      thread process updater { r0 = load u64 gp; store u64 gp 0 once; srcu.synchronize &d; free r0 }`;
    assert.equal(verdictOf(text('r1 = srcu.lock &d; srcu.unlock &d r1')), 'holds');
    assert.equal(verdictOf(text('srcu.unlock &d r0; r0 = srcu.lock &d')), 'use-after-free');
  });

  it('an rcu_head is queued once at a time; kfree_rcu(NULL) does nothing', () => {
    const text = (twice: string): string => `object h: word\nobject n: u32
      function cb/1 { rmw add u32 n 1 }
      thread process a { ${twice} }`;
    assert.equal(verdictOf(text('rcu.call &h &fn:cb; rcu.call &h &fn:cb')), 'rcu-misuse');
    assert.equal(verdictOf(text('rcu.call &h &fn:cb; rcu.barrier; rcu.call &h &fn:cb')), 'holds');
    assert.equal(
      verdictOf(
        `${item}thread process a { r0 = allocate item; r1 = add u64 r0 8; rcu.free r1 r0; rcu.free r1 r0 }`,
      ),
      'double-free',
    );
    assert.equal(verdictOf('thread process a { rcu.free 0 0 }'), 'holds');
  });

  it('a grace period waits for each of its readers', () => {
    const reader = 'rcu.lock; r0 = load u64 gp; unless r0 goto out; r1 = load u32 r0; out: rcu.unlock';
    assert.equal(
      verdictOf(`${item}object gp: pointer
        init { r0 = allocate item; store u64 gp r0 }
        thread process one { ${reader} }
        thread process two { ${reader} }
        thread process updater { r0 = load u64 gp; store u64 gp 0 once; rcu.synchronize; free r0 }`),
      'holds',
    );
  });

  it('what is off twice is on again after the second time', () => {
    const text = (context: string, inside: string): string => `setting preempt full\nobject x: u32
      thread process a @0 { ${inside} }
      thread ${context} b @0 { r0 = load u32 x; r0 = eq u32 r0 0; assert r0 assertion "seen half" }`;
    const half = 'store u32 x 1; store u32 x 0';
    for (const [context, off, on] of [
      ['softirq', 'bh.off', 'bh.on'],
      ['process', 'preempt.off', 'preempt.on'],
    ] as const) {
      assert.equal(verdictOf(text(context, `${off}; ${off}; ${on}; ${half}; ${on}`)), 'holds');
      assert.equal(verdictOf(text(context, `${off}; ${off}; ${on}; ${on}; ${half}`)), 'assertion');
    }
    assert.equal(
      verdictOf(text('hardirq', `irq.off; r0 = irq.save; irq.restore r0; ${half}; irq.on`)),
      'holds',
    );
    assert.equal(verdictOf(text('hardirq', `r0 = irq.save; irq.restore r0; ${half}`)), 'assertion');
  });

  it('down_trylock() says 1 if it did not take the semaphore', () => {
    const text = (count: number, wanted: number): string => `object s: u32 = ${count}
      thread process a { r0 = sem.try &s; r0 = eq u32 r0 ${wanted}; assert r0 assertion "result" }`;
    assert.equal(verdictOf(text(0, 1)), 'holds');
    assert.equal(verdictOf(text(1, 0)), 'holds');
  });

  it('a trylock of a lock that is taken fails', () => {
    for (const kind of ['spin', 'mutex'])
      assert.equal(
        verdictOf(`object l: lock\nobject n: u32
          thread process a { ${kind}.lock &l; store u32 n 1; store u32 n 0; ${kind}.unlock &l }
          thread process b { r0 = ${kind}.try &l; unless r0 goto out; r1 = load u32 n; r1 = eq u32 r1 0; assert r1 assertion "alone"; ${kind}.unlock &l; out: r0 = 0 }`),
        'holds',
      );
  });

  it('who holds a lock knows it, and others do not', () => {
    assert.equal(
      verdictOf(`object l: lock
        thread process a { spin.lock &l; r0 = lock.held &l; assert r0 assertion "held"; spin.unlock &l; r0 = lock.locked &l }
        thread process b { r0 = lock.held &l; r0 = eq u32 r0 0; assert r0 assertion "not mine" }`),
      'holds',
    );
    assert.equal(
      verdictOf(
        `object l: lock\nthread process a { r0 = lock.locked &l; r0 = eq u32 r0 0; assert r0 assertion "free" }`,
      ),
      'holds',
    );
  });

  it('downgraded, the lock still keeps writers out', () => {
    const text = (then: string): string => `object l: lock\nobject n: u32
      thread process a { rwsem.writeLock &l; ${then}; store u32 n 0; r0 = load u32 n; r0 = eq u32 r0 0; assert r0 assertion "mine"; rwsem.readUnlock &l }
      thread process b { rwsem.writeLock &l; store u32 n 1; rwsem.writeUnlock &l }`;
    assert.equal(verdictOf(text('rwsem.downgrade &l')), 'holds');
  });

  it('a writer waits for readers, and readers for the writer', () => {
    for (const [read, unread, write, unwrite] of [
      ['read.lock', 'read.unlock', 'write.lock', 'write.unlock'],
      ['rwsem.readLock', 'rwsem.readUnlock', 'rwsem.writeLock', 'rwsem.writeUnlock'],
    ])
      assert.equal(
        verdictOf(`object l: lock\nobject n: u32
          thread process w { ${write} &l; store u32 n 1; store u32 n 0; ${unwrite} &l }
          thread process r { ${read} &l; r0 = load u32 n; r1 = load u32 n; r0 = or u32 r0 r1; r0 = eq u32 r0 0; assert r0 assertion "whole"; ${unread} &l }`),
        'holds',
      );
    // Two readers are inside at once, or neither would come out.
    assert.equal(
      verdictOf(`object l: lock\nobject x: u32\nobject y: u32
        thread process a { read.lock &l; store u32 x 1 once; again: r0 = load u32 y once; unless r0 goto again; read.unlock &l }
        thread process b { read.lock &l; store u32 y 1 once; again: r0 = load u32 x once; unless r0 goto again; read.unlock &l }`),
      'holds',
    );
  });

  it('seqcounts: begin waits for the writer, retry tells of one', () => {
    const text = (begin: string, until: string): string => `object e: u32\nobject x: u32\nobject y: u32
      thread process w { seq.writeBegin &e; store u32 x 1; store u32 y 1; seq.writeEnd &e }
      thread process r { again: ${begin}; r0 = load u32 x; r1 = load u32 y; ${until}; r0 = eq u32 r0 r1; assert r0 assertion "pair" }`;
    assert.equal(verdictOf(text('r2 = seq.begin &e', 'r2 = seq.retry &e r2; if r2 goto again')), 'holds');
    assert.equal(verdictOf(text('r2 = seq.begin &e', 'r2 = 0')), 'assertion');
    assert.equal(verdictOf(text('r2 = 0', 'r2 = 0')), 'assertion');
    // It waits: what it gives is even.
    assert.equal(
      verdictOf(`object e: u32
        thread process w { seq.writeBegin &e; seq.writeEnd &e }
        thread process r { r0 = seq.begin &e; r0 = and u32 r0 1; r0 = eq u32 r0 0; assert r0 assertion "even" }`),
      'holds',
    );
  });

  it('signals wake interruptible sleep, and interrupt waits for mutexes', () => {
    const sleep = (state: number, signals: string): string =>
      `thread process a${signals} { task.setState ${state}; r0 = task.schedule -1 }`;
    assert.equal(verdictOf(sleep(1, '')), 'hang');
    // It may come at any time: some schedule gets on.
    assert.equal(verdictOf(sleep(1, ' signals')), 'holds');
    assert.equal(verdictOf(sleep(2, ' signals')), 'hang');
    const pending = (state: number): string => `object n: u32
      thread process a signals { again: r0 = task.signalPending; unless r0 goto again; task.setState ${state}; r0 = task.schedule -1 }`;
    assert.equal(verdictOf(pending(2)), 'hang');
    const interruptible = `object l: lock
      thread process a signals { again: r0 = task.signalPending; unless r0 goto again; mutex.lock &l; r0 = mutex.interruptible &l; assert r0 assertion "-EINTR"; mutex.unlock &l }`;
    assert.notEqual(verdictOf(interruptible), 'deadlock');
  });

  it('a timeout that fires says so, and a completion counts', () => {
    assert.equal(
      verdictOf(`object c: u32
        thread process a { r0 = completion.wait &c 9 0; r0 = eq i32 r0 0; assert r0 assertion "timed out" }`),
      'holds',
    );
    assert.equal(
      verdictOf(
        'thread process a { task.setState 2; r0 = task.schedule 9; r0 = eq i32 r0 0; assert r0 assertion "fired" }',
      ),
      'holds',
    );
    const two = (how: string): string => `object c: u32
      thread process a { r0 = completion.wait &c -1 0 }
      thread process b { r0 = completion.wait &c -1 0 }
      thread process z { completion.${how} &c }`;
    assert.equal(verdictOf(two('all')), 'holds');
    assert.equal(verdictOf(two('complete')), 'hang');
  });

  it('wake-ups: waiters that are not exclusive do not count, woken ones have left the queue', () => {
    const waiter = (exclusive: number): string =>
      `{ wait.prepare &q 2 ${exclusive} 0; rmw add u32 n 1; r1 = task.schedule -1; wait.finish &q }`;
    assert.equal(
      verdictOf(`object q: word\nobject n: u32
        thread process a ${waiter(0)}\nthread process b ${waiter(1)}
        thread process waker { again: r0 = load u32 n; r0 = eq i32 r0 2; unless r0 goto again; wait.wake &q 1 3 }`),
      'holds',
    );
    assert.equal(
      verdictOf(`object q: word\nobject n: u32
        thread process a { wait.prepare &q 2 0 0; store u32 n 1; r1 = task.schedule -1; r0 = wait.active &q; r0 = eq u32 r0 0; assert r0 assertion "left" }
        thread process waker { again: r0 = load u32 n; unless r0 goto again; wait.wake &q 1 3 }`),
      'holds',
    );
    assert.equal(
      verdictOf(`object q: word
        thread process a { wait.prepare &q 2 0 0; wait.finish &q; r0 = wait.active &q; r0 = eq u32 r0 0; assert r0 assertion "left" }`),
      'holds',
    );
  });

  const work = 'object w: word\nobject n: u32\nobject v: word\nfunction work/1 { rmw add u32 n 1 }\n';
  it('work items: what queueing and cancelling say', () => {
    assert.equal(
      verdictOf(`${work}init { work.init &w &fn:work; r0 = work.queue &w 0 -1; assert r0 assertion "queued"; r0 = work.queue &w 0 -1; r0 = eq u32 r0 0; assert r0 assertion "was pending" }
        thread process a { r0 = 0 }`),
      'holds',
    );
    assert.equal(
      verdictOf(`${work}init { work.init &w &fn:work; r0 = work.queue &w 0 -1; r0 = work.cancel &w; assert r0 assertion "was pending"; r0 = work.pending &w; r0 = eq u32 r0 0; assert r0 assertion "not any more" }
        thread process a { r0 = load u32 n; r0 = eq u32 r0 0; assert r0 assertion "never ran" }`),
      'holds',
    );
  });

  it('flushing waits for what is queued while the item runs, and a queue for all of its items', () => {
    const text = (wait: string): string => `${work}object go: u32
      function again/1 { r1 = rmw xchg u32 go 1 full; if r1 goto out; r1 = work.queue &w 0 -1; out: rmw add u32 n 1 }
      init { work.init &w &fn:again; r0 = work.queue &w 0 -1 }
      thread process a { l: r0 = load u32 go; unless r0 goto l; ${wait}; r0 = load u32 n; r0 = ge u32 r0 1; assert r0 assertion "ran" }`;
    assert.equal(verdictOf(text('r0 = work.flush &w')), 'holds');
    const queue = (wait: string): string => `${work}
      init { work.init &w &fn:work; r0 = work.queue &w 0 -1 }
      thread process a { ${wait}; r0 = load u32 n; assert r0 assertion "ran" }`;
    assert.equal(verdictOf(queue('work.flushQueue 0')), 'holds');
    assert.equal(verdictOf(queue('r0 = work.flush &w')), 'holds');
    assert.equal(verdictOf(queue('r0 = 0')), 'assertion');
  });

  it('flush_work() waits for both runs of an item that is queued again while it runs', () => {
    assert.equal(
      verdictOf(`${work}object go: u32\nobject on: u32
        function slow/1 { store u32 on 1 once; l: r1 = load u32 go once; unless r1 goto l; rmw add u32 n 1 }
        init { work.init &w &fn:slow; r0 = work.queue &w 0 -1 }
        thread process a { l: r0 = load u32 on once; unless r0 goto l; r0 = work.queue &w 0 -1; store u32 go 1 once; r1 = work.flush &w; unless r0 goto out; r0 = load u32 n; r0 = eq u32 r0 2; assert r0 assertion "both"; out: r0 = 0 }`),
      'holds',
    );
  });

  it('cancel_work_sync() keeps the item from being queued again', () => {
    assert.equal(
      verdictOf(`setting repeats 4\n${work}
        function again/1 { r1 = work.queue &w 0 -1 }
        init { work.init &w &fn:again; r0 = work.queue &w 0 -1 }
        thread process a { r0 = work.cancelSync &w; r0 = work.pending &w; r0 = eq u32 r0 0; assert r0 assertion "gone" }`),
      'holds',
    );
  });

  it('timers run in softirq context, work items and kthreads may sleep', () => {
    const in_ = (init: string): string => `${work}function sleepy/1 { yield 1 }
      init { ${init} }\nthread process a { r0 = 0 }`;
    assert.equal(verdictOf(in_('timer.init &v &fn:sleepy; r0 = timer.modify &v -1')), 'sleep-in-atomic');
    assert.equal(verdictOf(in_('work.init &v &fn:sleepy; r0 = work.queue &v 0 -1')), 'holds');
    assert.equal(verdictOf(in_('r0 = kthread.create &fn:sleepy 0')), 'holds');
  });

  it('kthread_stop(): a kthread that has not begun never does, one that sleeps is woken', () => {
    assert.equal(
      verdictOf(`object n: u32\nobject t: pointer
        function loop/1 { again: r0 = kthread.shouldStop; if r0 goto out; task.setState 1; r0 = kthread.shouldStop; if r0 goto out; r1 = task.schedule -1; goto again; out: task.setState 0; store u32 n 1; return 7 }
        init { r0 = kthread.create &fn:loop 0; store u64 t r0 }
        thread process a { r0 = load u64 t; r1 = kthread.stop r0; r2 = load u32 n; r3 = eq i32 r1 7; r2 = eq u32 r2 r3; assert r2 assertion "ran to its end or not at all" }`),
      'holds',
    );
  });

  it('memory: typesafe slabs are used again and may be read when freed, others not', () => {
    const text = (kind: string): string => `${item}object gp: pointer
      init { r0 = allocate item 16 zero "obj"${kind}; store u64 gp r0 }
      thread process reader { r0 = load u64 gp; r1 = load u32 r0 }
      thread process freer { r0 = load u64 gp; free r0 }`;
    assert.equal(verdictOf(text('')), 'use-after-free');
    assert.equal(verdictOf(text(' typesafe')), 'holds');
    assert.equal(
      verdictOf(
        `${item}thread process a { r0 = allocate item 16 zero "obj" typesafe; free r0; r1 = allocate item 16 zero "obj" typesafe; r0 = eq u64 r0 r1; assert r0 assertion "the same memory" }`,
      ),
      'holds',
    );
    assert.equal(
      verdictOf(`${item}thread process a { r0 = allocate item; r0 = add u64 r0 8; free r0 }`),
      'double-free',
    );
    assert.equal(verdictOf(`${item}object x: item\nthread process a { free &x }`), 'double-free');
    assert.equal(
      verdictOf(`${item}thread process a { r0 = allocate item; free 0; free r0; free r0 }`),
      'double-free',
    );
  });

  it('constants are not written to', () => {
    assert.equal(
      verdictOf('object x: u32 size 4 readonly\nthread process a { store u32 x 1 }'),
      'out-of-bounds',
    );
    assert.equal(verdictOf('object x: u32 size 4 readonly\nthread process a { r0 = load u32 x }'), 'holds');
  });

  it('read-modify-write operations give the old value and do what they say', () => {
    const text = (step: string, old: number, next: number): string => `object x: u32 = 6
      thread process a { ${step}; r0 = eq u32 r0 ${old}; assert r0 assertion "old"; r1 = load u32 x; r1 = eq u32 r1 ${next}; assert r1 assertion "new" }`;
    for (const [step, next] of [
      ['r0 = rmw add u32 x 3 full', 9],
      ['r0 = rmw andnot u32 x 2 full', 4],
      ['r0 = rmw xor u32 x 3 full', 5],
      ['r0 = rmw xchg u32 x 3 full', 3],
      ['r0 = cmpxchg u32 x 6 1 full', 1],
      ['r0 = cmpxchg u32 x 5 1 full', 6],
      ['r0 = cmpxchg u32 x 6 1 full unless', 6],
      ['r0 = cmpxchg u32 x 5 1 full unless', 7],
    ] as const)
      assert.equal(verdictOf(text(step, 6, next)), 'holds', step);
  });

  it('refcounts: addition on 0 and going below 0 are findings, and saturate', () => {
    const found = (initial: number, step: string): readonly string[] =>
      checkText(`object f: i32 = ${initial}
        thread process a { ${step}; r1 = load i32 f; r1 = lt i32 r1 -1000; assert r1 assertion "saturated" }`).findings.map(
        f => f.message,
      );
    assert.deepEqual(found(0, 'rmw add i32 f 1 full refcount'), [
      'refcount_t: addition on 0; use-after-free',
    ]);
    assert.deepEqual(found(0, 'rmw sub i32 f 1 full refcount'), ['refcount_t: underflow; use-after-free']);
    assert.deepEqual(found(2, 'rmw add i32 f 1 full refcount'), []);
    for (const [initial, step] of [
      [0, 'add'],
      [0, 'sub'],
    ] as const)
      assert.equal(
        verdictOf(`object f: i32 = ${initial}
          thread process a { rmw ${step} i32 f 1 full refcount; r1 = load i32 f; r1 = lt i32 r1 -1000; assert r1 assertion "saturated" }`),
        'holds',
      );
  });

  it('rcu_dereference() outside a reader is a finding', () => {
    const found = (before: string, after: string): readonly string[] =>
      checkText(
        `object gp: pointer\nthread process a { ${before}; r0 = load u64 gp dereference; ${after} }`,
      ).findings.map(f => f.kind);
    assert.deepEqual(found('r1 = 0', 'r1 = 0'), ['rcu-dereference-outside-reader']);
    assert.deepEqual(found('rcu.lock', 'rcu.unlock'), []);
  });

  it('RACE_CHOOSE has all values, an allocation that may fail does both', () => {
    assert.equal(
      verdictOf('thread process a { r0 = choose 3; r0 = ne u32 r0 2; assert r0 assertion "2" }'),
      'assertion',
    );
    assert.equal(
      verdictOf(
        `${item}thread process a { r0 = allocate item 16 zero "obj" mayFail; assert r0 assertion "failed" }`,
      ),
      'assertion',
    );
  });

  it('work that has begun and kthreads that are stopped must finish, daemons and others need not', () => {
    const spins = 'again: r1 = load u32 n once; goto again';
    assert.equal(verdictOf(`object n: u32\ndaemon process d { ${spins} }`), 'holds');
    assert.equal(
      verdictOf(`object w: word\nobject n: u32\nfunction work/1 { l: r1 = load u32 n once; unless r1 goto l }
        init { work.init &w &fn:work; r0 = work.queue &w 0 -1 }\nthread process a { r0 = 0 }`),
      'hang',
    );
    assert.equal(
      verdictOf(`object n: u32\nfunction loop/1 { l: r1 = load u32 n once; unless r1 goto l }
        init { r0 = kthread.create &fn:loop 0 }\nthread process a { r0 = 0 }`),
      'holds',
    );
  });

  it('a kthread that has begun and is stopped must finish, whoever stops it', () => {
    assert.equal(
      verdictOf(`object n: u32\nobject t: pointer\nfunction loop/1 { l: r1 = load u32 n once; unless r1 goto l }
        init { r0 = kthread.create &fn:loop 0; store u64 t r0 }
        thread process a { r0 = 0 }
        daemon process d { r0 = load u64 t; r1 = kthread.stop r0 }`),
      'hang',
    );
  });

  it('RACE_FINALLY is evaluated at rest: behind callbacks, work items and timers', () => {
    const text = (init: string): string => `object h: word\nobject w: word\nobject n: u32
      function cb/1 { store u32 n 1 }
      thread process a { ${init} }
      finally { r0 = load u32 n; return r0 }`;
    assert.equal(verdictOf(text('rcu.call &h &fn:cb')), 'holds');
    assert.equal(verdictOf(text('work.init &w &fn:cb; r0 = work.queue &w 0 -1')), 'holds');
    assert.equal(verdictOf(text('timer.init &w &fn:cb; r0 = timer.modify &w -1')), 'holds');
    assert.equal(verdictOf(text('r0 = 0')), 'assertion');
  });

  it('while RACE_INIT runs nobody else does', () => {
    assert.equal(
      verdictOf(`object x: u32
        init { r0 = choose 2; store u32 x 1; store u32 x 2 }
        thread process a { r0 = load u32 x; r0 = eq u32 r0 2; assert r0 assertion "whole" }`),
      'holds',
    );
  });

  it('what RACE_INIT has started waits until RACE_INIT is over, or waits itself', () => {
    assert.equal(
      verdictOf(`object x: u32\nfunction k/1 { r1 = load u32 x; r1 = eq u32 r1 2; assert r1 assertion "behind init" }
        init { r0 = kthread.create &fn:k 0; r1 = choose 2; store u32 x 1; store u32 x 2 }
        thread process a { r0 = 0 }`),
      'holds',
    );
  });

  it('a thread that chooses for ever does not keep the others from being looked at', () => {
    assert.equal(
      verdictOf(`object x: u32
        daemon process chooser { again: r0 = choose 2; goto again }
        thread process a { r0 = load u32 x; assert r0 assertion "never set" }`),
      'assertion',
    );
  });

  it('no thread may end in a section', () => {
    assert.equal(verdictOf('object l: lock\nthread process a { spin.lock &l }'), 'lock-misuse');
    assert.equal(verdictOf('object d: word\nthread process a { r0 = srcu.lock &d }'), 'rcu-misuse');
    assert.equal(verdictOf('object d: word\nthread process a { srcu.unlock &d 0 }'), 'rcu-misuse');
  });
});
