/** The command line with made-up answers: arguments, exit codes, the two forms of output. */
import { strict as assert } from 'node:assert';
import type { Report, Verdict } from '../../../src/engine/report';
import type { Program } from '../../../src/ir/program';
import { absolute } from '../../../src/host/node/command';
import type { CheckRequest } from '../../../src/ide/pipeline';
import { checkGolden } from '../golden';
import { hang, reportOf } from '../report/story';
import { fakePipeline, run } from './run';

const files = {
  '/work/good.race.c': '',
  '/work/bad.race.c': '',
  '/work/vague.race.c': '',
  '/work/broken.race.c': '',
  '/work/binary.race.c': '\u007fELF\0\0',
  '/work/sub/demo.c': '',
  '/linux/include/linux/list.h': '',
  '/linux/Kconfig': '',
  '/notlinux/readme': '',
};

const verdicts: Readonly<Record<string, Report>> = {
  '/work/good.race.c': reportOf({ bounds: ['recursion up to 12, as the harness says'] }),
  '/work/bad.race.c': hang,
  '/work/vague.race.c': reportOf({
    verdict: { kind: 'cannot-tell', reason: 'states', message: 'the limit of 10 states is reached' },
    exhaustive: false,
    states: 10,
  }),
  '/work/broken.race.c': reportOf({
    verdict: { kind: 'cannot-tell', reason: 'input', message: 'there is no file net/core/nope.c' },
    exhaustive: false,
    states: 0,
    transitions: 0,
  }),
};

function programExpecting(kind: string, possible = false): Program {
  return {
    name: 'x',
    sites: [],
    layouts: [],
    objects: [],
    functions: [],
    threads: [],
    init: [],
    finally: [],
    assumptions: [],
    settings: {},
    expectation: { kind, possible },
  };
}

function answering(more: Partial<{ expects: string; possible: boolean; asked: CheckRequest[] }> = {}) {
  return {
    files,
    pipeline: fakePipeline(files, request => {
      more.asked?.push(request);
      const report = verdicts[request.harness];
      assert.ok(report);
      return { report, ...(more.expects ? { program: programExpecting(more.expects, more.possible) } : {}) };
    }),
  };
}

describe('the exit code of check', () => {
  const cases: readonly (readonly [string, number, string?])[] = [
    ['good', 0],
    ['good', 0, 'holds'],
    ['good', 1, 'hang'],
    ['bad', 1],
    ['bad', 0, 'hang'],
    ['bad', 1, 'deadlock'],
    ['bad', 1, 'holds'],
    ['vague', 2],
    ['vague', 2, 'hang'],
    ['vague', 0, 'cannot-tell'],
    ['broken', 3],
    ['broken', 3, 'hang'],
  ];
  for (const [name, code, expects] of cases)
    it(`is ${String(code)} for ${name} ${expects ? `where ${expects} is expected` : 'where nothing is said'}`, async () => {
      const ran = await run(['check', `${name}.race.c`], answering(expects ? { expects } : {}));
      assert.equal(ran.code, code);
    });
  it('is the worst of several files', async () => {
    const all = answering();
    assert.equal((await run(['check', 'good.race.c', 'good.race.c'], all)).code, 0);
    assert.equal((await run(['check', 'vague.race.c', 'good.race.c'], all)).code, 2);
    assert.equal((await run(['check', 'vague.race.c', 'bad.race.c', 'good.race.c'], all)).code, 1);
    assert.equal((await run(['check', 'bad.race.c', 'none.race.c', 'good.race.c'], all)).code, 3);
  });
  it('takes a deadlock for the hang that was expected', async () => {
    const report = { ...hang, verdict: { kind: 'deadlock', message: 'a circle' } satisfies Verdict };
    const pipeline = fakePipeline(files, () => ({ report, program: programExpecting('hang') }));
    assert.equal((await run(['check', 'bad.race.c'], { files, pipeline })).code, 0);
  });
  it('does not take a possible finding for a confirmed one', async () => {
    const report = { ...hang, confirmed: false };
    const with_ = (possible: boolean) => ({
      files,
      pipeline: fakePipeline(files, () => ({ report, program: programExpecting('hang', possible) })),
    });
    assert.equal((await run(['check', 'bad.race.c'], with_(false))).code, 1);
    assert.equal((await run(['check', 'bad.race.c'], with_(true))).code, 0);
  });
});

describe('bad use', () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /say what to do: check or facts/],
    [['chekc'], /no command “chekc”/],
    [['demo.race.c'], /do you mean “racelens check demo.race.c”/],
    [['check'], /at least one harness/],
    [['facts'], /at least one file/],
    [['check', '--frobnicate', 'good.race.c'], /--frobnicate/],
    [['check', '--max-states', 'many', 'good.race.c'], /--max-states needs a number above 0, not “many”/],
    [['check', '--time', '-1', 'good.race.c'], /--time/],
    [['check', '--time=0', 'good.race.c'], /--time needs a number above 0/],
    [['check', '--schedule', 'x', 'good.race.c', 'bad.race.c'], /--schedule is for one harness/],
    [['check', 'none.race.c'], /there is no file none.race.c/],
    [['check', 'sub'], /sub is a folder/],
    [['check', 'binary.race.c'], /binary.race.c is a binary file/],
    [['check', '--tree', '/nowhere', 'good.race.c'], /there is no folder \/nowhere/],
    [
      ['check', '--tree', '/notlinux', 'good.race.c'],
      /\/notlinux is no kernel tree: it has no include\/linux/,
    ],
    [['facts', '--tree', '/notlinux', 'sub/demo.c'], /is no kernel tree/],
    [['facts', 'none.c'], /there is no file none.c/],
  ];
  for (const [args, message] of wrong)
    it(`racelens ${args.join(' ')}`.trim(), async () => {
      const ran = await run(args, answering());
      assert.equal(ran.code, 3);
      assert.match(ran.error, message);
      assert.doesNotMatch(ran.error, /\n\s+at /);
      assert.equal(ran.out, '');
    });
  it('is one object a line with --json as well', async () => {
    const ran = await run(['check', '--json', 'none.race.c', 'good.race.c'], answering());
    const [first, second] = ran.out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);
    assert.equal(ran.code, 3);
    assert.equal(first?.['verdict'], 'cannot-tell');
    assert.equal(first['reason'], 'input');
    assert.deepEqual(first['problems'], [{ kind: 'error', message: 'there is no file none.race.c' }]);
    assert.deepEqual(Object.keys(first).sort(), [...Object.keys(second ?? {}), 'reason'].sort());
  });
});

describe('what check is asked', () => {
  it('hands on limits, schedule and path', async () => {
    const asked: CheckRequest[] = [];
    const args = ['check', '--max-states', '1_000', '--schedule', 'a1:0', './sub/../bad.race.c'];
    await run(args, answering({ asked }));
    assert.equal(asked[0]?.harness, '/work/bad.race.c');
    assert.equal(asked[0].schedule, 'a1:0');
    assert.deepEqual(asked[0].options, { maxStates: 1000 });
  });
  it('stops for the clock and for Ctrl-C', async () => {
    const asked: CheckRequest[] = [];
    let cancelled = false;
    const cancel = {
      get cancelled() {
        return cancelled;
      },
    };
    const ran = await run(['check', 'bad.race.c', 'good.race.c'], { ...answering({ asked }), cancel });
    assert.equal(ran.code, 1);
    const progress = { states: 1, transitions: 1, frontier: 1 };
    assert.equal(asked[0]?.onProgress?.(progress), 'go');
    cancelled = true;
    assert.equal(asked[0].onProgress?.(progress), 'cancelled');
    const stopped = await run(['check', 'good.race.c'], { ...answering({ asked }), cancel });
    assert.equal(stopped.code, 2);
    assert.equal(asked.length, 2, 'no further file is begun after Ctrl-C');
  });
  it('makes paths absolute', () => {
    assert.equal(absolute('/a/b', 'c.c'), '/a/b/c.c');
    assert.equal(absolute('/a/b', '../c.c'), '/a/c.c');
    assert.equal(absolute('/a/b', '/x//y/./z.c'), '/x/y/z.c');
    assert.equal(absolute('c:/a', 'd:\\x\\y.c'), 'd:/x/y.c');
  });
});

describe('the output', () => {
  it('is for people', async () => {
    const text = await Promise.all(
      ['good', 'bad', 'vague'].map(name => run(['check', `${name}.race.c`], answering({ expects: 'holds' }))),
    );
    checkGolden('cli/goldens/check', text.map(ran => ran.out).join('\n=====\n\n'));
  });
  it('has colours on a terminal, and none with --no-color', async () => {
    const coloured = { ...answering(), colour: true };
    const escape = '\u001b[';
    assert.ok((await run(['check', 'bad.race.c'], coloured)).out.includes(`${escape}1;31mhang`));
    assert.ok(!(await run(['check', '--no-color', 'bad.race.c'], coloured)).out.includes(escape));
    assert.ok(!(await run(['check', 'bad.race.c'], answering())).out.includes(escape));
  });
  it('is one object a line with --json', async () => {
    const ran = await run(['check', '--json', 'good.race.c', 'bad.race.c'], answering());
    const lines = ran.out.trim().split('\n');
    assert.equal(lines.length, 2);
    const bad = JSON.parse(lines[1] ?? '') as Record<string, unknown>;
    for (const key of [
      'file', 'verdict', 'expected', 'confirmed', 'exhaustive', 'states', 'transitions', 'seconds', 'schedule',
      'preemptions', 'also', 'assumptions', 'findings', 'problems',
    ] /* prettier-ignore */)
      assert.ok(key in bad, key);
    assert.equal(bad['file'], 'bad.race.c');
    assert.equal(bad['verdict'], 'hang');
    assert.equal(bad['expected'], 'holds');
    assert.equal(bad['schedule'], 'a1:0x2,1x4');
    const good = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    assert.equal(good['schedule'], null);
    assert.equal(good['exhaustive'], true);
  });
  it('shows the program with --model', async () => {
    assert.equal((await run(['check', '--model', 'good.race.c'], answering())).out, 'the program\n');
  });
  it('says its version and how it is used', async () => {
    assert.equal((await run(['--version'])).out, 'racelens 1.2.3\n');
    assert.match((await run(['--help'])).out, /racelens check FILE/);
    assert.equal((await run(['help'])).code, 0);
  });
});
