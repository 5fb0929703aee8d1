/** `check --mermaid --trace --svg`: the schedule in another form. */
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

describe('racelens check, in other forms', () => {
  it('prints a Mermaid diagram and nothing else; the exit code stays', async () => {
    const { code, out } = await run(['check', 'lost.race.c', '--mermaid'], { files });
    assert.equal(code, 1);
    assert.match(out, /^---\ntitle: "lost\.race\.c"\n---\nsequenceDiagram\n {2}%% rl1:/);
    assert.match(out, /t0->>t0: 1\. seen = count\n/);
    assert.match(out, /Note over t0,t1: assertion<br\/>/);
  });

  it('prints the trace as JSON, with the file as the user named it', async () => {
    const { code, out } = await run(['check', 'lost.race.c', '--trace'], { files });
    assert.equal(code, 1);
    const record = JSON.parse(out) as {
      racelens: string;
      steps: { file: string; line: number; thread: string }[];
    };
    assert.equal(record.racelens, 'trace');
    assert.deepEqual(
      record.steps.map(step => [step.thread, step.file, step.line]),
      [
        ['one', 'lost.race.c', 5],
        ['two', 'lost.race.c', 5],
        ['two', 'lost.race.c', 7],
        ['one', 'lost.race.c', 7],
      ],
    );
  });

  it('prints a picture', async () => {
    const { code, out } = await run(['check', 'lost.race.c', '--svg'], { files });
    assert.equal(code, 1);
    assert.match(out, /^<svg [^]*seen = count[^]*<\/svg>\s*$/);
  });

  it('says so where there is no schedule, and tells wrong uses', async () => {
    const none = await run(['check', 'good.race.c', '--mermaid'], { files });
    assert.deepEqual([none.code, none.out], [0, '']);
    assert.match(none.error, /good\.race\.c: there is no schedule to show \(holds\)/);
    for (const args of [
      ['--mermaid', '--trace'],
      ['--trace', '--json'],
      ['--svg', '--mermaid'],
    ])
      assert.equal((await run(['check', 'lost.race.c', ...args], { files })).code, 3);
  });
});
