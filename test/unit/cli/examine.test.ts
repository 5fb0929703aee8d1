/** `check --odds --slow --matters --twin`: wrong uses, the text, the record. */
import { strict as assert } from 'node:assert';
import { run } from './run';

const files = {
  '/work/lost.race.c': `#include <racelens.h>
static int count;
static void add(void)
{
	int seen = count;

	count = seen + 1;
}
RACE_THREAD(process, one) { add(); }
RACE_THREAD(process, two) { add(); }
RACE_FINALLY(count == 2)
`,
  '/work/good.race.c': `#include <racelens.h>
RACE_THREAD(process, one) { }
`,
};

describe('racelens check, examined', () => {
  it('tells wrong uses', async () => {
    for (const [args, message] of [
      [['--slow', '=3'], /--slow needs a call, CALL or CALL=K/],
      [['--slow', 'add=0'], /--slow needs a factor of at least 1 behind “add=”, not “0”/],
      [['--slow', 'add=soon'], /--slow needs a factor/],
      [['--twin', '--schedule', 'rl1:0:a1'], /need all schedules; leave --schedule out/],
    ] as const) {
      const { code, error } = await run(['check', 'lost.race.c', ...args], { files });
      assert.equal(code, 3);
      assert.match(error, message);
    }
  });

  it('says it in words', async () => {
    const { code, out } = await run(['check', 'lost.race.c', '--matters', '--twin', '--slow', 'add()=4'], {
      files,
      columns: 160,
    });
    assert.equal(code, 1);
    const text = out.replace(/\s+/g, ' ');
    assert.match(text, /What matters one: seen = count \(lost\.race\.c:5\) before two: count = seen \+ 1/);
    assert.match(
      text,
      /Turn any one of them round and the finding is gone\. Whenever they hold, it happens\./,
    );
    assert.match(text, /The nearest schedule that passes The first step is the same\./);
    assert.match(text, /Odds, if chance alone schedules About 1 in 2\.0 runs: probability 0\.500000 ±/);
    assert.match(text, /If add\(\) takes longer: 2 times: 1 in [\d.]+ runs; 4 times: 1 in [\d.]+ runs\./);
  });

  it('says it as a record', async () => {
    const { out } = await run(['check', 'lost.race.c', '--matters', '--twin', '--odds', '--json'], { files });
    const record = JSON.parse(out) as {
      odds: { probability: number; error: number };
      matters: {
        arrows: { first: { line: number; thread: string }; decisive: boolean }[];
        sufficient: boolean;
      };
      twin: { schedule: string; failing: { line: number } };
    };
    assert.ok(Math.abs(record.odds.probability - 0.5) < 1e-9 && record.odds.error < 1e-9);
    assert.deepEqual(
      record.matters.arrows.map(a => [a.first.thread, a.first.line, a.decisive]),
      [
        ['one', 5, true],
        ['two', 5, true],
      ],
    );
    assert.equal(record.matters.sufficient, true);
    assert.match(record.twin.schedule, /^rl1:/);
    const again = await run(['check', 'lost.race.c', '--schedule', record.twin.schedule, '--json'], {
      files,
    });
    assert.match(again.out, /ends well|nothing bad/);
  });

  it('nothing is asked of what holds, and a limit is told', async () => {
    const { out } = await run(['check', 'good.race.c', '--matters', '--odds', '--json'], { files });
    assert.doesNotMatch(out, /"odds"|"matters"/);
    const { out: cut } = await run(['check', 'lost.race.c', '--odds', '--slow', 'nothing', '--json'], {
      files,
    });
    assert.match(cut, /"odds":\{"cannotTell":"the program has no call of nothing\(\)"\}/);
  });
});
