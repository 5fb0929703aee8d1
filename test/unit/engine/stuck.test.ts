import { strict as assert } from 'node:assert';
import type { Span } from '../../../src/base/span';
import { check, replay } from '../../../src/engine/index';
import { checkText, programOf } from './checking';

const napi = (gracePeriod: string): string => `
  layout napi 16 { 0 "state" u64 word bits { 0 "SCHED" 2 "NPSVC" }; 8 "owner" i32 }
  object napi: napi = { state = 1, owner = -1 }
  object info: u32
  object npinfo: pointer
  thread softirq poll {
    r0 = load u64 npinfo once; unless r0 goto nolock
    spin: r1 = cmpxchg i32 &napi.owner -1 1; r1 = eq i32 r1 -1; unless r1 goto spin
    nolock: r2 = load u64 &napi.state once; r2 = and u64 r2 4; if r2 goto skip
    rmw andnot u64 &napi.state 1
    skip: unless r0 goto out; store u32 &napi.owner -1 release
    out: return }
  thread process setup {
    store u64 npinfo &info release; ${gracePeriod}
    r0 = cmpxchg i32 &napi.owner -1 2; r0 = eq i32 r0 -1; unless r0 goto out
    rmw or u64 &napi.state 4; rmw andnot u64 &napi.state 4; store u32 &napi.owner -1 release
    out: return }
  thread process disable { again: r0 = load u64 &napi.state once; r0 = and u64 r0 1; if r0 goto again }`;

describe('engine: hangs and deadlocks', () => {
  it('a hang names the waiter, the word, the bit, and why the place that clears it is out of reach', () => {
    const report = checkText(napi('r9 = 0'));
    assert.equal(report.verdict.kind, 'hang');
    assert.equal(report.confirmed, true);
    assert.equal(report.exhaustive, true);
    const waiter = report.explanation?.waiters[0];
    assert.equal(waiter?.thread, 'disable');
    assert.equal(waiter.waitsFor, 'napi.state bit SCHED to be cleared');
    assert.deepEqual(waiter.bit, { number: 0, until: 'clear', name: 'SCHED' });
    assert.deepEqual(
      waiter.sites[0]?.why.map(w => [w.thread, w.state, w.turnedAway?.text]),
      [['poll', 'finished', 'if r2 goto skip']],
    );
    assert.deepEqual(
      waiter.sites.map(s => [s.text, s.reason]),
      [['rmw andnot u64 &napi.state 1', "poll has finished: it was turned away at 'if r2 goto skip'"]],
    );
    assert.match(
      report.explanation?.summary ?? '',
      /^disable can never finish: it waits for napi\.state bit SCHED to be cleared, and nobody is left/,
    );
    assert.equal(report.preemptions, 2);
    const trace = report.trace;
    assert.ok(trace && trace.doomedAt !== undefined && trace.lassoAt !== undefined);
    assert.ok(trace.doomedAt < trace.lassoAt && trace.lassoAt < trace.steps.length);
    assert.equal(trace.steps[trace.doomedAt - 1]?.text, 'r2 = load u64 &napi.state once');
    assert.equal(trace.steps.filter(s => s.preemption).length, 2);
    assert.equal(trace.threads[trace.steps[trace.lassoAt]?.thread ?? -1]?.name, 'disable');
  });

  it('the grace period helps, after publishing only, and only while softirqs count as readers', () => {
    assert.equal(checkText(napi('rcu.synchronize')).verdict.kind, 'holds');
    assert.equal(checkText(napi('rcu.synchronize')).exhaustive, true);
    assert.equal(checkText(napi('rcu.synchronize'), { implicitReaders: false }).verdict.kind, 'hang');
    assert.equal(
      checkText(napi('r9 = 0').replace('store u64 npinfo', 'rcu.synchronize; store u64 npinfo')).verdict.kind,
      'hang',
    );
  });

  it('a deadlock shows the circle', () => {
    const report = checkText(`object l: lock\nobject k: lock
      thread process a { mutex.lock &l; mutex.lock &k; mutex.unlock &k; mutex.unlock &l }
      thread process b { mutex.lock &k; mutex.lock &l; mutex.unlock &l; mutex.unlock &k }`);
    const text = (span: Span | undefined): string | undefined =>
      report.trace?.steps.find(t => t.span.start === span?.start)?.text;
    assert.deepEqual(
      report.explanation?.cycle?.map(c => [c.thread, c.waitsFor, c.heldBy, c.held, text(c.heldAt)]),
      [
        ['a', 'k, held by b', 'b', 'k', 'mutex.lock &k'],
        ['b', 'l, held by a', 'a', 'l', 'mutex.lock &l'],
      ],
    );
    assert.notEqual(report.explanation.cycle[0]?.span?.start, report.explanation.cycle[0]?.heldAt?.start);
    assert.equal(report.preemptions, 1);
    assert.equal(
      report.explanation.summary,
      'a waits for k, held by b, and b waits for l, held by a: each waits for the next in a circle, so none of them can ever go on.',
    );
  });

  it('flags in a circle are a deadlock, a flag that nobody will set is a hang; both are told', () => {
    const wait = (flag: string): string => `w${flag}: r0 = load u32 ${flag} once; unless r0 goto w${flag}`;
    const circle = `object x: u32\nobject y: u32
      thread process a { ${wait('x')}; store u32 y 1 once }
      thread process b { ${wait('y')}; store u32 x 1 once }`;
    assert.equal(checkText(circle).verdict.kind, 'deadlock');
    assert.equal(checkText(`object x: u32\nthread process a { ${wait('x')} }`).verdict.kind, 'hang');
    const both = `object x: u32\nobject y: u32\nobject z: u32
      thread process a { r1 = choose 2; if r1 goto never; ${wait('x')}; store u32 y 1 once; return; never: ${wait('z')} }
      thread process b { ${wait('y')}; store u32 x 1 once }`;
    const report = checkText(both);
    assert.deepEqual([report.verdict.kind, ...report.also.map(a => a.kind)].sort(), ['deadlock', 'hang']);
  });

  it('a use after free tells where the object came from and went', () => {
    const report = checkText(`layout item 8 { 0 "v" u64 }\nobject gp: pointer
      init { r0 = allocate item "item"; store u64 gp r0 }
      thread process user { r0 = load u64 gp; r1 = load u64 r0 }
      thread process freer { r0 = load u64 gp; free r0 }`);
    assert.equal(report.verdict.kind, 'use-after-free');
    assert.deepEqual(
      report.explanation?.history?.map(h => [h.what, h.thread, h.text]),
      [
        ['allocated', 'init', 'r0 = allocate item "item"'],
        ['freed', 'freer', 'free r0'],
        ['used', 'user', 'r1 = load u64 r0'],
      ],
    );
    assert.equal(
      report.explanation.summary,
      'user reads item after it was freed, which freer had freed (r1 = load u64 r0).',
    );
  });

  it('asking what a spinning thread waits for leaves no trace: the other schedules replay', () => {
    // Let out of its loop for a moment, b writes x: that is no access of any schedule.
    const program = programOf(`setting repeats 3\nobject x: u32\nobject y: u32\nobject h: word\nobject e: u32
      function work/1 { rmw add u32 y 1 }
      thread process a repeat 2 { rcu.call &h &fn:work; task.setState 1 }
      thread process b { again: r0 = load u32 x once; unless r0 goto again; preempt.off; store u32 x 1; preempt.on }
      thread process c { bh.off; r1 = cmpxchg u32 y 0 1; r1 = seq.begin &e; r0 = load u32 x; r0 = seq.retry &e r1; bh.on }`);
    const report = check(program);
    assert.deepEqual(
      report.also.map(a => a.kind),
      ['hang'],
    );
    for (const { kind, schedule } of report.also)
      assert.equal(replay(program, schedule).kind, kind, schedule);
  });

  it('several kinds: the one with fewest preemptions, the others in also', () => {
    const report = checkText(`object p: pointer\nobject n: u32
      init { store u64 p &n }
      thread process a { r0 = load u64 p once; unless r0 goto out; r0 = load u64 p once; r1 = load u32 r0; out: return }
      thread process b { store u64 p 0 once }
      finally { return 0 }`);
    assert.equal(report.verdict.kind, 'assertion');
    assert.equal(report.preemptions, 0);
    assert.deepEqual(
      report.also.map(a => [a.kind, a.preemptions]),
      [['null-dereference', 1]],
    );
  });
});

describe('engine: schedules', () => {
  const text = `object n: u32
    thread process a { r0 = load u32 n; r1 = choose 2; store u32 n r1 }
    thread process b { r0 = load u32 n; r0 = eq i32 r0 0; assert r0 }`;

  it('are short strings that replay', () => {
    const program = programOf(text);
    const { schedule } = checkText(text);
    assert.match(schedule ?? '', /^rl1:[0-9a-f]{8}:a1a\?1a1b2$/);
    const again = replay(program, schedule ?? '');
    assert.equal(again.problem, undefined);
    assert.equal(again.kind, 'assertion');
    assert.equal(again.trace?.steps.length, 5);
  });

  it('leave out what a thread did unnoticed at its start, if it is kept off its CPU for ever', () => {
    const program = programOf(`object x: u32\nobject y: u32
      thread softirq a @0 { again: r0 = load u32 x once; unless r0 goto again }
      thread process b @0 { store u32 y 1; store u32 x 1 once }`);
    const { verdict, schedule } = check(program);
    assert.equal(verdict.kind, 'deadlock');
    assert.equal(replay(program, schedule ?? '').kind, 'deadlock', schedule);
  });

  it('say what does not fit', () => {
    const program = programOf(text);
    const print = (checkText(text).schedule ?? '').split(':')[1] ?? '';
    const problem = (s: string): string | undefined => replay(program, s).problem;
    assert.equal(problem('hello'), `this is no schedule: it should look like rl1:${print}:a5b3`);
    assert.equal(
      problem('rl1:00000000:a1'),
      `the schedule was made for another program (00000000, this one is ${print}): the source, the harness or the options have changed`,
    );
    assert.equal(problem(`rl1:${print}:a1c1`), 'step 2 of 2: there is no thread c at this point');
    assert.equal(problem(`rl1:${print}:a1a?7`), 'step 2 of 2: a has no outcome 7 here, only 0, 1');
    assert.equal(problem(`rl1:${print}:b9`), 'step 2 of 9: b has finished');
    assert.equal(
      problem(`rl1:${print}:b-`),
      "'b-' in the schedule is not a thread's letter with a number of steps",
    );
  });

  it('limits end in cannot-tell, with the number explored', () => {
    const many = `object n: u32\n${['a', 'b', 'c'].map(t => `thread process ${t} { again: rmw add u32 n 1; goto again }`).join('\n')}`;
    const report = checkText(many, { maxStates: 500 });
    assert.equal(report.verdict.kind, 'cannot-tell');
    assert.equal(report.verdict.reason, 'states');
    assert.match(
      report.verdict.message,
      /^more than 500 states \(50[0-9] states explored\); use fewer threads/,
    );
    assert.equal(report.exhaustive, false);
    const cancelled = checkText(many, { progress: p => (p.states > 100 ? 'cancelled' : 'go') });
    assert.equal(cancelled.verdict.kind === 'cannot-tell' && cancelled.verdict.reason, 'cancelled');
  });

  it('data races and warnings are findings beside the verdict', () => {
    const report = checkText(`object n: u32
      thread process a { store u32 n 1 }
      thread process b { r0 = load u32 n once; warn r0 warning "n is set" }`);
    assert.equal(report.verdict.kind, 'holds');
    assert.deepEqual(
      report.findings.map(f => [f.kind, f.threads]),
      [
        ['data-race', ['a', 'b']],
        ['warning', ['b']],
      ],
    );
  });
});
