/**
 * Bad input, through the real pipeline: each case must end in a sentence that names what is wrong and where, in an exit
 * code, and never in an exception. Broken C elsewhere does not take the answer away.
 */
import { strict as assert } from 'node:assert';
import { run, type Ran } from './run';
import { fixtureFiles } from '../pipeline';

interface Answer extends Ran {
  readonly record: Record<string, unknown>;
  /** Problems, assumptions and the summary, as one text. */
  readonly told: string;
}

/** Checks `/work/test.race.c`; the text may hold other files behind `//- /path` lines. */
async function check(text: string, ...args: readonly string[]): Promise<Answer> {
  const files = fixtureFiles(`//- /work/test.race.c\n${text}`);
  const ran = await run(['check', '--json', ...args, 'test.race.c'], { files });
  const record = JSON.parse(ran.out) as Record<string, unknown>;
  const told = JSON.stringify([
    record['summary'],
    record['problems'],
    record['assumptions'],
    record['bounds'],
  ]);
  assert.doesNotMatch(told, /internal|undefined|\[object/);
  // The text for people must come out as well.
  const text_ = await run(['check', ...args, 'test.race.c'], { files });
  assert.equal(text_.code, ran.code);
  return { ...ran, record, told };
}

const fine = `
#include <racelens.h>
static int n;
RACE_THREAD(process, a) { atomic_inc((atomic_t *)&n); }
RACE_EXPECT(holds)
`;

describe('bad input', () => {
  it('is told from good input', async () => {
    const answer = await check(fine);
    assert.equal(answer.code, 0, answer.told);
    assert.deepEqual(answer.record['problems'], []);
  });

  it('a file under test that is not there', async () => {
    const answer = await check(`
#include <racelens.h>
#include "net/core/nope.c"
static int n;
RACE_THREAD(process, a) { n++; }
`);
    assert.equal(answer.code, 3);
    assert.equal(answer.record['reason'], 'input');
    assert.match(answer.told, /net\/core\/nope\.c/);
    const problem = (answer.record['problems'] as Record<string, unknown>[])[0];
    assert.equal(problem?.['file'], 'test.race.c');
    assert.equal(problem['line'], 3);
  });

  it('a function that is nowhere', async () => {
    const answer = await check(`
#include <racelens.h>
static int n;
RACE_THREAD(process, a) { netpoll_setpu(&n); }
`);
    assert.match(answer.told, /netpoll_setpu/);
  });

  it('no thread at all', async () => {
    const answer = await check('#include <racelens.h>\nstatic int n;\n');
    assert.equal(answer.code, 3);
    assert.match(answer.told, /RACE_THREAD/);
  });

  it('an empty file', async () => {
    assert.equal((await check('')).code, 3);
  });

  it('an expectation of an unknown kind', async () => {
    const answer = await check(fine.replace('(holds)', '(hangs)'));
    assert.match(answer.told, /hangs/);
    assert.notEqual(answer.code, 0);
  });

  it('a thread in a context that there is not', async () => {
    const answer = await check(fine.replace('process', 'tasklet'));
    assert.match(answer.told, /tasklet/);
    assert.equal(answer.code, 3);
  });

  const broken = `
static int helper(int x)
{
	if (x > 3 {
		return 1;
	retrun 2;
}
`;
  it('a syntax error in the middle of a function that is called', async () => {
    const answer = await check(`
#include <racelens.h>
static int n;
${broken}
RACE_THREAD(process, a) { n = helper(4); }
`);
    assert.match(answer.told, /helper/);
    assert.notEqual(answer.record['verdict'], 'holds');
    assert.ok(answer.code === 2 || answer.code === 3, answer.told);
  });

  it('a syntax error in a function that nobody calls hurts no other', async () => {
    const answer = await check(`
#include <racelens.h>
static int n;
${broken}
static void add(void) { n++; }
RACE_THREAD(process, a) { add(); }
RACE_THREAD(process, b) { add(); }
RACE_FINALLY(n == 2)
RACE_EXPECT(assertion)
`);
    assert.equal(answer.record['verdict'], 'assertion', answer.told);
    assert.equal(answer.code, 0);
    assert.match(answer.told, /helper/);
  });

  it('a function that is only half typed', async () => {
    const answer = await check(`
#include <racelens.h>
static int n;
static void add(void) { n++; }
RACE_THREAD(process, a) { add(); }
RACE_THREAD(process, b) { add(); }
RACE_FINALLY(n == 2)
static void half(int x)
{
	if (x) {
		n = `);
    assert.equal(answer.record['verdict'], 'assertion', answer.told);
  });

  it('unbounded recursion', async () => {
    const answer = await check(`
#include <racelens.h>
static int depth;
static void down(void) { depth++; down(); }
RACE_THREAD(process, a) { down(); }
`);
    assert.equal(answer.record['verdict'], 'cannot-tell');
    assert.equal(answer.record['reason'], 'bound');
    assert.match(answer.told, /down\(\) calls itself more than 8 deep/);
    assert.equal(answer.code, 2);
  });

  it('an unknown call whose result decides', async () => {
    const answer = await check(`
#include <racelens.h>
int firmware_says(int question);
static int broken;
RACE_THREAD(process, a) { if (firmware_says(3)) WRITE_ONCE(broken, 1); }
RACE_FINALLY(!broken)
`);
    assert.equal(answer.record['verdict'], 'assertion');
    assert.equal(answer.record['confirmed'], false);
    assert.match(JSON.stringify(answer.record['assumptions']), /firmware_says/);
    assert.equal(answer.code, 1);
  });

  it('a call whose body is in a file that is not included', async () => {
    const answer = await check(`
#include <racelens.h>
int firmware_says(int question);
static int broken;
RACE_THREAD(process, a) { if (firmware_says(3)) WRITE_ONCE(broken, 1); }
RACE_FINALLY(!broken)
//- /work/firmware.c
int firmware_says(int question) { return 0; }
`);
    assert.match(
      answer.told,
      /firmware_says\(\) has no body here.*include .*\/work\/firmware\.c.* to run it/,
    );
  });

  const large = `
#include <racelens.h>
static int a[4];
static void work(int i) { int k; for (k = 0; k < 6; k++) WRITE_ONCE(a[i], READ_ONCE(a[(i + 1) % 4]) + k); }
RACE_THREAD(process, t0) { work(0); }
RACE_THREAD(process, t1) { work(1); }
RACE_THREAD(process, t2) { work(2); }
RACE_THREAD(process, t3) { work(3); }
`;
  it('more states than allowed', async () => {
    const answer = await check(large, '--max-states', '500');
    assert.equal(answer.record['verdict'], 'cannot-tell');
    assert.equal(answer.record['reason'], 'states');
    const states = answer.record['states'] as number;
    assert.ok(states >= 400 && states <= 1000, String(states));
    assert.match(answer.told, /500/);
    assert.equal(answer.record['exhaustive'], false);
    assert.equal(answer.code, 2);
  });

  it('cancelled in the middle', async () => {
    let asked = 0;
    const cancel = {
      get cancelled() {
        asked++;
        return asked > 5;
      },
    };
    const files = fixtureFiles(`//- /work/test.race.c\n${large}`);
    const ran = await run(['check', '--json', 'test.race.c'], { files, cancel });
    const record = JSON.parse(ran.out) as Record<string, unknown>;
    assert.equal(record['verdict'], 'cannot-tell');
    assert.equal(record['reason'], 'cancelled');
    assert.ok((record['states'] as number) > 0);
    assert.equal(ran.code, 2);
  });

  const race = `
#include <racelens.h>
static int n;
RACE_THREAD(process, a) { n++; }
RACE_THREAD(process, b) { n++; }
RACE_FINALLY(n == 2)
`;
  it('a schedule string that is mistyped', async () => {
    for (const text of ['', 'nonsense', '1:', '💥', '9'.repeat(4000)]) {
      const answer = await check(race, `--schedule=${text}`);
      assert.equal(answer.record['reason'], 'input', `${text}: ${answer.told}`);
      assert.match(answer.told, /schedule/);
      assert.equal(answer.code, 3);
    }
  });

  it('a schedule string of another program', async () => {
    const good = await check(race);
    const schedule = good.record['schedule'] as string;
    assert.equal((await check(race, `--schedule=${schedule}`)).record['verdict'], 'assertion');
    const other = race
      .replace('{ n++; }', '{ }')
      .replace('{ n++; }', '{ spin_lock((spinlock_t *)&n); n--; }');
    const stale = await check(other, `--schedule=${schedule}`);
    assert.equal(stale.record['reason'], 'input', stale.told);
    assert.match(stale.told, /schedule/);
    const cut = await check(race, `--schedule=${schedule.slice(0, -2)}`);
    assert.notEqual(cut.record['verdict'], 'holds');
  });

  it('a file of 50 MB', async () => {
    const huge = `// ${'x'.repeat(50 * 1024 * 1024)}\n`;
    const itself = await check(huge + fine);
    assert.equal(itself.code, 3);
    assert.match(itself.told, /larger than 8 MB/);
    const included = await check(`#include "huge.c"\n${fine}\n//- /work/huge.c\n${huge}`);
    assert.match(included.told, /larger than 8 MB/);
    assert.equal(included.code, 3);
  });

  it('a binary file', async () => {
    const included = await check(`#include "image.c"\n${fine}\n//- /work/image.c\n\u007fELF\0\0\u0001\n`);
    assert.match(included.told, /binary/);
    assert.equal(included.code, 3);
  });

  it('CRLF line ends and tabs', async () => {
    const unix = await check(race.replaceAll(' ', '\t'));
    const dos = await check(race.replaceAll(' ', '\t').replaceAll('\n', '\r\n'));
    const old = await check(race.replaceAll(' ', '\t').replaceAll('\n', '\r'));
    for (const answer of [unix, dos, old]) {
      assert.equal(answer.record['verdict'], 'assertion', answer.told);
      assert.equal(
        (answer.record['place'] as { line: number }).line,
        (unix.record['place'] as { line: number }).line,
      );
    }
    assert.equal(dos.record['schedule'], unix.record['schedule']);
  });

  it('two functions of one name under #ifdef', async () => {
    const two = (config: string): string => `
#include <racelens.h>
${config}
static int n;
#ifdef CONFIG_EXTRA_LOCKING
static DEFINE_MUTEX(m);
static void add(void) { mutex_lock(&m); n++; mutex_unlock(&m); }
#else
static void add(void) { n++; }
#endif
RACE_THREAD(process, a) { add(); }
RACE_THREAD(process, b) { add(); }
RACE_FINALLY(n == 2)
`;
    const off = await check(two('RACE_CONFIG(CONFIG_EXTRA_LOCKING, n)'));
    const on = await check(two('RACE_CONFIG(CONFIG_EXTRA_LOCKING, y)'));
    const unsaid = await check(two(''));
    assert.equal(off.record['verdict'], 'assertion', off.told);
    assert.equal(on.record['verdict'], 'holds', on.told);
    assert.equal(unsaid.record['verdict'], 'assertion', 'the documented default of an unknown option is n');
    assert.match(JSON.stringify(unsaid.record['assumptions']), /CONFIG_EXTRA_LOCKING is not set/);
  });

  it('a construct that cannot be run', async () => {
    const answer = await check(`
#include <racelens.h>
static int n;
static void odd(void) { void *p = &&out; goto *p; out: n = 1; }
RACE_THREAD(process, a) { odd(); }
`);
    assert.equal(answer.record['verdict'], 'cannot-tell');
    assert.equal(answer.code, 2);
    assert.equal(answer.record['reason'], 'unsupported');
  });

  it('files that include one another', async () => {
    const answer = await check(`
#include <racelens.h>
#include "other.h"
static int n;
RACE_THREAD(process, a) { n++; }
//- /work/other.h
#include "test.race.c"
#include "other.h"
`);
    assert.equal(answer.record['verdict'], 'holds', answer.told);
  });

  it('a harness of garbage', async () => {
    for (const text of [
      '}}}}))))',
      'RACE_THREAD(',
      'RACE_THREAD(process, a) {',
      '#if\n#endif\n#else',
      '"',
      "'",
      '/*',
    ])
      assert.notEqual((await check(text)).code, 0, text);
  });
});
