import { strict as assert } from 'node:assert';
import { verdictOf } from './checking';

/** Two tasks of one CPU increment a counter; whether the increments are torn depends on preemption. */
function tasks(body: string, setting = ''): string {
  return `${setting}
    object n: u32
    thread process a @0 { ${body} }
    thread process b @0 { ${body} }
    finally { r0 = load u32 n; r0 = eq i32 r0 2; return r0 }`;
}

const torn = 'r0 = load u32 n; r0 = add i32 r0 1; store u32 n r0';

describe('engine: contexts and CPUs', () => {
  it('tasks of one CPU preempt one another unless preemption, BH or interrupts are off', () => {
    assert.equal(verdictOf(tasks(torn)), 'assertion');
    assert.equal(verdictOf(tasks(`preempt.off; ${torn}; preempt.on`)), 'holds');
    assert.equal(verdictOf(tasks(`bh.off; ${torn}; bh.on`)), 'holds');
    assert.equal(verdictOf(tasks(`r1 = irq.save; ${torn}; irq.restore r1`)), 'holds');
  });

  it('without preemption a task keeps its CPU until it sleeps or yields', () => {
    assert.equal(verdictOf(tasks(torn, 'setting preempt none')), 'holds');
    assert.equal(verdictOf(tasks(torn, 'setting preempt voluntary')), 'holds');
    assert.equal(
      verdictOf(
        tasks('r0 = load u32 n; r0 = add i32 r0 1; yield 1; store u32 n r0', 'setting preempt voluntary'),
      ),
      'assertion',
    );
  });

  it('an interrupt runs to its end before the task below goes on', () => {
    const text = (cpu: number): string => `
      object x: u32\nobject y: u32
      thread hardirq irq @0 { store u32 x 1 once; store u32 y 1 once }
      thread process task @${cpu} { r0 = load u32 x once; r1 = load u32 y once; unless r0 goto out; assert r1; out: return }`;
    assert.equal(verdictOf(text(0)), 'holds');
    assert.equal(verdictOf(text(1)), 'assertion');
  });

  it('softirqs wait for BH, hardirqs interrupt softirqs', () => {
    const text = (context: string, task: string): string => `
      object x: u32
      thread ${task} below @0 { bh.off; store u32 x 1 once; r0 = load u32 x once; r0 = eq i32 r0 1; assert r0; bh.on }
      thread ${context} above @0 { store u32 x 2 once }`;
    assert.equal(verdictOf(text('softirq', 'process')), 'holds');
    assert.equal(verdictOf(text('hardirq', 'process')), 'assertion');
    assert.equal(verdictOf(text('softirq', 'softirq')), 'holds');
    assert.equal(verdictOf(text('hardirq', 'softirq')), 'assertion');
  });

  it('a repeated interrupt may come again, but need not', () => {
    const text = (repeat: string): string => `
      object n: u32
      thread hardirq irq ${repeat} { rmw add u32 n 1 }
      thread process wait { again: r0 = load u32 n once; r0 = eq i32 r0 2; unless r0 goto again }`;
    assert.equal(verdictOf(text('repeat 2')), 'holds');
    assert.equal(verdictOf(text('')), 'hang');
    const most = (n: number): string => `
      object n: u32
      thread hardirq irq repeat 3 { rmw add u32 n 1 }
      finally { r0 = load u32 n; r0 = le i32 r0 ${n}; return r0 }`;
    assert.equal(verdictOf(most(3)), 'holds');
    assert.equal(verdictOf(most(2)), 'assertion');
  });

  it('tells where it runs', () => {
    assert.equal(
      verdictOf(`
      object l: lock
      thread process a @3 { r0 = cpu; r0 = eq i32 r0 3; assert r0; r0 = in.task; assert r0; r0 = in.atomic; r0 = eq i32 r0 0; assert r0
        spin.lock &l; r0 = in.atomic; assert r0; r0 = in.reader; assert r0; r0 = lock.held &l; assert r0; spin.unlock &l }
      thread softirq b { r0 = in.softirq; assert r0; r0 = in.task; r0 = eq i32 r0 0; assert r0; r0 = lock.held &l; r0 = eq i32 r0 0; assert r0 }`),
      'holds',
    );
  });

  it('init runs first and alone; its choices are explored, its faults found', () => {
    assert.equal(
      verdictOf(
        'object n: u32\ninit { store u32 n 1 }\ninit { rmw add u32 n 1 }\nthread process a { r0 = load u32 n; r0 = eq i32 r0 2; assert r0 }',
      ),
      'holds',
    );
    assert.equal(
      verdictOf(
        'object n: u32\ninit { r0 = choose 2; store u32 n r0 }\nthread process a { r0 = load u32 n; r0 = eq i32 r0 0; assert r0 }',
      ),
      'assertion',
    );
    assert.equal(verdictOf('init { r0 = load u64 0 }\nthread process a { r0 = 1 }'), 'null-dereference');
    assert.equal(
      verdictOf('object l: lock\ninit { mutex.lock &l; mutex.lock &l }\nthread process a { r0 = 1 }'),
      'deadlock',
    );
  });
});
