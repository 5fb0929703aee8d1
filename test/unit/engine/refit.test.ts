/** A schedule on another text: how far it fits, where the two part and why, and how it ends there. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { check, replay } from '../../../src/engine/index';
import { refit, type Refit, type WantedStep } from '../../../src/engine/refit';
import type { Trace } from '../../../src/engine/report';
import { programOf } from './checking';
import { randomText, randomThread } from './programs';

function wantedOf(trace: Trace | undefined): readonly WantedStep[] {
  return (trace?.steps ?? []).map(step => ({
    thread: trace?.threads[step.thread]?.name ?? '',
    text: step.text,
    function: step.frames[step.frames.length - 1]?.function ?? '',
    ...(step.choice === undefined ? {} : { choice: step.choice }),
  }));
}

/** The failing schedule of one program on another. */
function moved(from: string, to: string): Refit {
  const { trace } = check(programOf(from));
  assert.ok(trace);
  return refit(programOf(to), wantedOf(trace));
}

const reader = (extra: string): string => `object p: pointer\nobject x: u32
  init { store u64 p &x }
  thread process reader { rcu.lock; r0 = load u64 p; r1 = load u32 x; rcu.unlock }
  thread process updater { store u64 p 0; ${extra} store u32 x 1 }
  finally { r0 = load u32 x; r0 = eq u32 r0 2; return r0 }`;

describe('engine: a schedule on another text', function () {
  this.timeout(60_000);

  it('fits the same text to its end', () => {
    const text = reader('');
    const { trace, verdict } = check(programOf(text));
    const again = refit(programOf(text), wantedOf(trace));
    assert.equal(again.why, '');
    assert.equal(again.partsAt, trace?.steps.length);
    assert.equal(again.kind, verdict.kind);
    assert.deepEqual(
      again.rows,
      trace?.steps.map((_, k) => k),
    );
  });

  it('takes what was put in between along, and parts where a thread has to wait', () => {
    const before = `object p: u32\nobject done: u32
      thread process reader { rcu.lock; r0 = load u32 p; if r0 goto over; r1 = load u32 done; r1 = eq u32 r1 0; assert r1 assertion "freed"; over: rcu.unlock }
      thread process updater { store u32 p 1; store u32 done 1 }`;
    const after = before.replace('store u32 done 1', 'rcu.synchronize; store u32 done 1');
    const there = moved(before, after);
    assert.match(there.why, /before ‘store u32 done 1’, updater waits at ‘rcu\.synchronize’ for .*reader/);
    assert.equal(there.kind, 'holds');
    assert.ok(there.partsAt > 0 && there.rows.length === there.partsAt);
    assert.equal(replay(programOf(after), there.schedule).kind, 'holds');
  });

  it('says which step is no longer there', () => {
    const there = moved(
      `object x: u32\nthread process a { store u32 x 1; store u32 x 2; r0 = load u32 x; r0 = ne u32 r0 2; assert r0 assertion "two" }`,
      `object x: u32\nthread process a { store u32 x 1; r0 = load u32 x; r0 = ne u32 r0 2; assert r0 assertion "two" }`,
    );
    assert.equal(there.partsAt, 1);
    assert.equal(there.why, 'step 2: a does not come to ‘store u32 x 2’: it is done');
    assert.equal(there.kind, 'holds');
  });

  it('random programs: every schedule fits its own text, and what is made replays', () => {
    let fits = 0;
    fc.assert(
      fc.property(
        fc.array(randomThread, { minLength: 1, maxLength: 3 }),
        fc.array(randomThread, { minLength: 1, maxLength: 3 }),
        (threads, others) => {
          const text = randomText(threads);
          const program = programOf(text);
          const { trace, schedule } = check(program, { maxStates: 2000 });
          if (!trace || schedule === undefined) return;
          const own = refit(program, wantedOf(trace), { maxStates: 2000 });
          if (own.why === '') fits++;
          for (const made of [
            own,
            refit(programOf(randomText(others)), wantedOf(trace), { maxStates: 2000 }),
          ])
            assert.ok(made.rows.length === made.partsAt && made.partsAt <= trace.steps.length);
          assert.equal(
            replay(program, own.schedule, { maxStates: 2000 }).problem,
            undefined,
            `${own.schedule}\n${text}`,
          );
          assert.equal(own.why, '', `${schedule}\n${text}`);
        },
      ),
      {
        numRuns: Number(process.env['RACELENS_RUNS'] ?? 60),
        seed: Number(process.env['RACELENS_SEED'] ?? 9),
      },
    );
    assert.ok(fits > 10, `only ${String(fits)} fit`);
  });
});
