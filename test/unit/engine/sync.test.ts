import { strict as assert } from 'node:assert';
import { operations } from '../../../src/ir/operations';
import { missingHandlers } from '../../../src/engine/table';
import { verdictOf } from './checking';

const cells = 'object l: lock\nobject k: lock\nobject n: u32\nobject m: u32\nobject q: word\n';

describe('engine: operations', () => {
  it('every operation of the ir has a handler', () => {
    assert.ok(operations.size > 90);
    assert.deepEqual(missingHandlers(), []);
  });
});

describe('engine: rwlocks and rwsems', () => {
  it('readers share, writers exclude', () => {
    const text = (lock: string, unlock: string): string => `${cells}
      thread process a { ${lock}; r0 = load u32 n; r0 = add i32 r0 1; store u32 n r0; ${unlock} }
      thread process b { ${lock}; r0 = load u32 n; r0 = add i32 r0 1; store u32 n r0; ${unlock} }
      finally { r0 = load u32 n; r0 = eq i32 r0 2; return r0 }`;
    assert.equal(verdictOf(text('write.lock &l', 'write.unlock &l')), 'holds');
    assert.equal(verdictOf(text('read.lock &l', 'read.unlock &l')), 'assertion');
    assert.equal(verdictOf(text('rwsem.writeLock &l', 'rwsem.writeUnlock &l')), 'holds');
    assert.equal(verdictOf(text('rwsem.readLock &l', 'rwsem.readUnlock &l')), 'assertion');
  });

  it('upgrading deadlocks, downgrading does not', () => {
    assert.equal(
      verdictOf(`${cells}thread process a { read.lock &l; write.lock &l; write.unlock &l; read.unlock &l }`),
      'deadlock',
    );
    assert.equal(
      verdictOf(`${cells}thread process a { rwsem.writeLock &l; rwsem.downgrade &l; rwsem.readUnlock &l }`),
      'holds',
    );
  });

  it('a waiting writer stops new readers, so reading twice can deadlock; not for rwlocks in interrupts', () => {
    const twice = (context: string, name: [string, string], write: string): string => `${cells}
      thread ${context} reader { ${name[0]} &l; ${name[0]} &l; ${name[1]} &l; ${name[1]} &l }
      thread process writer { ${write}Lock &l; ${write}Unlock &l }`;
    assert.equal(
      verdictOf(twice('process', ['rwsem.readLock', 'rwsem.readUnlock'], 'rwsem.write')),
      'deadlock',
    );
    const spin = (context: string): string => `${cells}
      thread ${context} reader { read.lock &l; read.lock &l; read.unlock &l; read.unlock &l }
      thread process writer { write.lock &l; write.unlock &l }`;
    assert.equal(verdictOf(spin('process')), 'deadlock');
    assert.equal(verdictOf(spin('softirq')), 'holds');
  });
});

describe('engine: semaphores, seqcounts, completions', () => {
  it('a semaphore lets as many in as its count, and anybody may raise it', () => {
    const text = (count: number): string => `object s: u32 = ${count}\n${cells}
      thread process a { sem.down &s; r0 = load u32 n; r0 = add i32 r0 1; store u32 n r0; sem.up &s }
      thread process b { sem.down &s; r0 = load u32 n; r0 = add i32 r0 1; store u32 n r0; sem.up &s }
      finally { r0 = load u32 n; r0 = eq i32 r0 2; return r0 }`;
    assert.equal(verdictOf(text(1)), 'holds');
    assert.equal(verdictOf(text(2)), 'assertion');
    // Each of them would be the one to raise it for the other.
    assert.equal(verdictOf(text(0)), 'deadlock');
    assert.equal(
      verdictOf('object s: u32\nthread process a { sem.down &s }\nthread process b { sem.up &s }'),
      'holds',
    );
  });

  it('a seqlock reader that retries sees no torn pair', () => {
    const text = (retry: string): string => `${cells}
      object x: u32
      object y: u32
      thread process writer { spin.lock &l; seq.writeBegin &l; store u32 x 1 once; store u32 y 1 once; seq.writeEnd &l; spin.unlock &l }
      thread softirq reader {
        again: r0 = seq.begin &l
        r1 = load u32 x once; store u32 n r1; r1 = load u32 y once; store u32 m r1
        r2 = seq.retry &l r0
        ${retry}
      }
      finally { r0 = load u32 n; r1 = load u32 m; r0 = eq u32 r0 r1; return r0 }`;
    assert.equal(verdictOf(text('if r2 goto again')), 'holds');
    assert.equal(verdictOf(text('r2 = 0')), 'assertion');
  });

  it('completions', () => {
    const wait = 'r0 = completion.wait &n -1 0';
    assert.equal(
      verdictOf(`${cells}thread kthread a { ${wait} }\nthread process b { completion.complete &n }`),
      'holds',
    );
    assert.equal(
      verdictOf(`${cells}thread hardirq a { ${wait} }\nthread process b { completion.complete &n }`),
      'sleep-in-atomic',
    );
    assert.equal(
      verdictOf(`${cells}thread kthread a { ${wait}; ${wait} }\nthread process b { completion.complete &n }`),
      'hang',
    );
    assert.equal(
      verdictOf(`${cells}thread kthread a { ${wait}; ${wait} }\nthread process b { completion.all &n }`),
      'holds',
    );
    assert.equal(verdictOf(`${cells}thread kthread a { r0 = completion.wait &n 5 0 }`), 'holds');
  });
});

describe('engine: sleeping and waking', () => {
  const sleeper = (order: string): string => `
    object sleeper: pointer
    object cond: u32
    thread kthread sleeping { r0 = current; store u64 sleeper r0 once; again: ${order}; goto again; out: task.setState 0 }
    thread process waker { store u32 cond 1 once; r0 = load u64 sleeper once; unless r0 goto out; r1 = task.wake r0 3; out: return }`;

  it('the state must be set before the check', () => {
    assert.equal(
      verdictOf(sleeper('task.setState 2; r1 = load u32 cond once; if r1 goto out; r2 = task.schedule -1')),
      'holds',
    );
    assert.equal(
      verdictOf(sleeper('r1 = load u32 cond once; if r1 goto out; task.setState 2; r2 = task.schedule -1')),
      'hang',
    );
  });

  it('wait_event: queue first, then check; set first, then wake', () => {
    const text = (waker: string): string => `${cells}
      thread process waiter {
        again: wait.prepare &q 2 0 0; r0 = load u32 n once; if r0 goto out; r1 = task.schedule -1; goto again
        out: wait.finish &q }
      thread softirq waker { ${waker} }`;
    assert.equal(verdictOf(text('store u32 n 1 once; wait.wake &q 1 3')), 'holds');
    assert.equal(verdictOf(text('wait.wake &q 1 3; store u32 n 1 once')), 'hang');
  });

  it('wake_up wakes all non-exclusive and one exclusive waiter', () => {
    const text = (exclusive: number, wakes: number): string => `${cells}
      thread process a { wait.prepare &q 2 ${exclusive} 0; rmw add u32 n 1; r1 = task.schedule -1; wait.finish &q }
      thread process b { wait.prepare &q 2 ${exclusive} 0; rmw add u32 n 1; r1 = task.schedule -1; wait.finish &q }
      thread process waker { again: r0 = load u32 n; r0 = eq i32 r0 2; unless r0 goto again; wait.wake &q ${wakes} 3 }`;
    assert.equal(verdictOf(text(0, 1)), 'holds');
    assert.equal(verdictOf(text(1, 1)), 'hang');
    assert.equal(verdictOf(text(1, 2)), 'holds');
    assert.equal(verdictOf(text(1, 0)), 'holds');
  });

  it('a signal reaches only threads that may get one', () => {
    const text = (signals: string): string => `${cells}
      thread process a ${signals} { task.setState 1; r0 = task.signalPending; if r0 goto out; r1 = task.schedule -1; out: task.setState 0 }`;
    assert.equal(verdictOf(text('signals')), 'holds');
    assert.equal(verdictOf(text('')), 'hang');
  });
});

describe('engine: work items, timers, kthreads', () => {
  const dev =
    'layout dev 24 { 0 "work" u64; 8 "value" u32; 16 "lock" u32 lock }\nobject d: pointer\nobject w: word\nobject done: u32\nobject l: lock\nobject n: u32\n';

  it('cancel_work_sync waits, cancel_work does not', () => {
    const text = (cancel: string): string => `${dev}
      function work/1 { r1 = add u64 r0 8; store u32 r1 1 }
      init { r0 = allocate dev; store u64 d r0; work.init r0 &fn:work }
      thread process remover { r0 = load u64 d; r1 = work.queue r0 0 -1; r1 = ${cancel} r0; free r0 }`;
    assert.equal(verdictOf(text('work.cancel')), 'use-after-free');
    assert.equal(verdictOf(text('work.cancelSync')), 'holds');
    assert.equal(verdictOf(text('work.flush')), 'holds');
  });

  it('waiting for one’s own end is a deadlock', () => {
    const text = (cancel: string): string => `${dev}
      function work/1 { r1 = ${cancel} r0; completion.complete &done }
      init { work.init &w &fn:work }
      thread process starter { r0 = work.queue &w 0 -1; r0 = completion.wait &done -1 0 }`;
    assert.equal(verdictOf(text('work.cancelSync')), 'deadlock');
    assert.equal(verdictOf(text('work.cancel')), 'holds');
  });

  it('flushing under the work’s own lock', () => {
    const text = (closer: string): string => `${dev}
      function work/1 { mutex.lock &l; store u32 n 1; mutex.unlock &l }
      init { work.init &w &fn:work }
      thread process closer { r0 = work.queue &w 0 -1; ${closer} }`;
    assert.equal(verdictOf(text('mutex.lock &l; r0 = work.flush &w; mutex.unlock &l')), 'deadlock');
    assert.equal(verdictOf(text('mutex.lock &l; mutex.unlock &l; r0 = work.flush &w')), 'holds');
    assert.equal(verdictOf(text('mutex.lock &l; work.flushQueue 0; mutex.unlock &l')), 'deadlock');
  });

  it('a work item runs once however often it is queued while pending, again if queued while it runs', () => {
    const text = (most: number): string => `${dev}
      function work/1 { rmw add u32 n 1 }
      init { work.init &w &fn:work }
      thread process a { r0 = work.queue &w 0 -1; r0 = work.queue &w 0 -1; r0 = work.flush &w; r1 = load u32 n; r1 = le i32 r1 ${most}; assert r1 }`;
    assert.equal(verdictOf(text(2)), 'holds');
    assert.equal(verdictOf(text(1)), 'assertion');
  });

  it('a work item that queues itself for ever hits the bound only if the states do not repeat', () => {
    const text = (body: string): string => `${dev}
      function work/1 { ${body}; r1 = work.queue r0 0 -1 }
      init { work.init &w &fn:work }
      thread process a { r0 = work.queue &w 0 -1; r0 = work.cancelSync &w }`;
    assert.equal(verdictOf(text('store u32 n 1')), 'holds');
    assert.equal(verdictOf(`setting repeats 2\n${text('store u32 n 1')}`), 'holds');
  });

  it('del_timer_sync waits for the handler', () => {
    const text = (wait: string): string => `${dev}
      function tick/1 { r1 = add u64 r0 8; store u32 r1 1 }
      init { r0 = allocate dev; store u64 d r0; timer.init r0 &fn:tick; r1 = timer.modify r0 -1 }
      thread process remover { r0 = load u64 d; r1 = ${wait} r0; free r0 }`;
    assert.equal(verdictOf(text('timer.delete')), 'use-after-free');
    assert.equal(verdictOf(text('timer.deleteSync')), 'holds');
  });

  it('del_timer_sync under the handler’s lock', () => {
    const text = (stop: string): string => `${dev}
      function tick/1 { spin.lock &l; store u32 n 1; spin.unlock &l }
      init { timer.init &w &fn:tick; r1 = timer.modify &w -1 }
      thread process stop { ${stop} }`;
    assert.equal(
      verdictOf(text('irq.off; spin.lock &l; r0 = timer.deleteSync &w; spin.unlock &l; irq.on')),
      'deadlock',
    );
    assert.equal(
      verdictOf(text('irq.off; spin.lock &l; spin.unlock &l; irq.on; r0 = timer.deleteSync &w')),
      'holds',
    );
  });

  it('kthread_stop waits for a kthread that looks, for ever for one that does not', () => {
    const text = (loop: string): string => `
      object t: pointer
      function loop/1 { again: ${loop}; task.setState 1; r2 = task.schedule 1; goto again; out: return 0 }
      init { r0 = kthread.create &fn:loop 0; store u64 t r0 }
      thread process stopper { r0 = load u64 t; r0 = kthread.stop r0 }`;
    assert.equal(verdictOf(text('r1 = kthread.shouldStop; if r1 goto out')), 'holds');
    assert.equal(verdictOf(text('r1 = 0; if r1 goto out')), 'hang');
  });

  it('kthread_park waits until the kthread parks itself, and that waits for kthread_unpark', () => {
    const text = (body: string, end: string): string => `${cells}
      function loop/1 { ${body} }
      thread process owner { r0 = kthread.create &fn:loop 0; kthread.park r0; ${end} }`;
    const parks = 'again: r1 = kthread.shouldPark; unless r1 goto again; kthread.parkMe';
    assert.equal(verdictOf(text(parks, 'kthread.unpark r0; r1 = kthread.stop r0')), 'holds');
    assert.equal(verdictOf(text(parks, 'r1 = kthread.stop r0')), 'hang');
    assert.equal(verdictOf(text('again: goto again', 'return')), 'hang');
  });

  it('a wake-up is for a mask of states, and who was added stays in the queue', () => {
    const text = (state: number, mask: number): string => `${cells}
      thread process a { wait.prepare &q ${state} 0 0; rmw add u32 n 1; r1 = task.schedule -1; wait.finish &q }
      thread process waker { again: r0 = load u32 n; unless r0 goto again; wait.wake &q 0 ${mask} }`;
    assert.equal(verdictOf(text(1, 1)), 'holds');
    assert.equal(verdictOf(text(2, 1)), 'hang');
    assert.equal(verdictOf(text(258, 3)), 'holds');
    const twice = (first: number): string => `${cells}
      thread process a { wait.prepare &q ${first} 0 0; task.setState 2; store u32 n 1; r1 = task.schedule -1; task.setState 2; store u32 n 2; r1 = task.schedule -1; wait.remove &q }
      thread process waker { again: r0 = load u32 n; unless r0 goto again; wait.wake &q 0 3; more: r0 = load u32 n; r0 = eq i32 r0 2; unless r0 goto more; wait.wake &q 0 3 }`;
    assert.equal(verdictOf(twice(-1)), 'holds');
    assert.equal(verdictOf(twice(2)), 'hang');
  });

  it('a raised softirq runs once', () => {
    assert.equal(
      verdictOf(`${dev}
      function run/1 { rmw add u32 n r0 }
      thread process a { softirq.raise &fn:run 3 }
      finally { r0 = load u32 n; r0 = eq i32 r0 3; return r0 }`),
      'holds',
    );
  });
});
