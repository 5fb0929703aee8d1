import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { run } from './run';

const docs = readFileSync('docs/facts.md', 'utf8');

/** A fenced block of the page by the words behind its fence. */
function block(kind: string): string {
  const found = new RegExp('```' + kind + '\\n([\\s\\S]*?)```').exec(docs)?.[1];
  assert.ok(found, kind);
  return found;
}

const files = { '/work/demo.c': block('c') };

/** Every key of an object and of those inside it. */
function keysIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(keysIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([k, v]) => [k, ...keysIn(v)]);
}

describe('racelens facts and its page', () => {
  it('--line', async () => {
    const ran = await run(['facts', 'demo.c', '--line', '6', '--json'], { files });
    assert.equal(ran.code, 0);
    assert.deepEqual(JSON.parse(ran.out), JSON.parse(block('json line')));
  });

  it('--function', async () => {
    const ran = await run(['facts', 'demo.c', '--function', 'my_poll', '--json'], { files });
    assert.equal(ran.code, 0);
    assert.deepEqual(JSON.parse(ran.out), JSON.parse(block('json function')));
  });

  it('--bit: every key is on the page', async () => {
    const text = `enum { S_BUSY, /* one at a time */ };
#define SM_BUSY (1 << S_BUSY)
struct s { unsigned long state; };
int f(struct s *s) { while (test_and_set_bit(S_BUSY, &s->state)) ; clear_bit(S_BUSY, &s->state); return g(S_BUSY); }
`;
    const ran = await run(['facts', 'bits.c', '--bit', 'S_BUSY', '--json'], {
      files: { '/work/bits.c': text },
    });
    assert.equal(ran.code, 0, ran.error);
    const found = JSON.parse(ran.out) as { sites: readonly unknown[] };
    assert.ok(found.sites.length >= 2);
    for (const key of keysIn(found)) assert.ok(docs.includes(`\`${key}\``), `docs/facts.md lacks ${key}`);
  });

  it('every key of the other answers is on the page', () => {
    for (const kind of ['json line', 'json function'])
      for (const key of keysIn(JSON.parse(block(kind))))
        if (key !== 'name') assert.ok(docs.includes(`\`${key}\``), `docs/facts.md lacks ${key}`);
  });

  it('is told for people without --json', async () => {
    const ran = await run(['facts', 'demo.c', '--line', '6'], { files });
    assert.equal(
      ran.out,
      `demo.c:6  before this line of my_poll()
  RCU reader: runs in NAPI poll (NET_RX softirq); BH disabled
  must not sleep: runs in NAPI poll (NET_RX softirq)
  BH disabled: runs in NAPI poll (NET_RX softirq)
  interrupts disabled only if the caller has it so: runs in NAPI poll (NET_RX softirq)
  held: p->lock (spin): spin_lock(&p->lock) in line 5
  in softirq, NAPI poll (NET_RX softirq): my_poll demo.c:1 < netif_napi_add() demo.c:13
`,
    );
    const whole = await run(['facts', 'demo.c', '--function', 'my_poll'], { files });
    assert.match(whole.out, /demo\.c:5-7 {2}spin p->lock/);
  });

  it('a line where nothing runs', async () => {
    const ran = await run(['facts', 'demo.c', '--line', '99', '--json'], { files });
    assert.equal(ran.code, 3);
    assert.deepEqual(JSON.parse(ran.out), {
      file: 'demo.c',
      line: 99,
      function: null,
      problem: 'line 99 is beyond the end: the file has 15 lines',
    });
  });

  it('a function of the tree that is the working folder', async () => {
    const inTree = {
      '/work/include/linux/kernel.h': '',
      '/work/net/x.c': 'static int only_here(void)\n{\n\treturn 0;\n}\n',
    };
    const ran = await run(['facts', '--function', 'only_here', '--json'], { files: inTree });
    assert.equal(ran.code, 0, ran.error);
    assert.match(ran.out, /net\/x\.c/);
  });

  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['facts', 'demo.c', '--line', 'x'], /--line needs a line's number, not “x”/],
    [['facts', 'demo.c', 'demo.c', '--line', '1'], /--line is for one file/],
    [['facts', '--line', '1', '--tree', '/work'], /--line is for one file/],
    [['facts', 'demo.c', '--line', '1', '--bit', 'B'], /ask one at a time/],
    [['facts', '--function', 'f'], /--function needs a file or --tree/],
    [['facts', 'demo.c', '--function', '7'], /--function needs a name, not “7”/],
    [['facts', 'demo.c', '--function', 'nobody'], /there is no function nobody in demo.c/],
    [['facts', 'none.c', '--line', '1'], /there is no file none.c/],
  ];
  for (const [args, message] of wrong)
    it(`racelens ${args.join(' ')}`, async () => {
      const ran = await run(args, { files });
      assert.equal(ran.code, 3);
      assert.match(ran.error, message);
      assert.equal(ran.out, '');
    });
});

describe('racelens facts on what is no kernel source', () => {
  const tree = {
    '/work/include/linux/kernel.h': '',
    '/work/net/x.c': block('c'),
    '/work/empty.c': '',
    '/work/story.py': 'import os\ndef f(x):\n\treturn [y for y in x]\n',
    '/work/binary.c': '\x7fELF\0\0\x01',
    '/work/half.c': 'static int f(struct s *p)\n{\n\tspin_lock(&p->lock);\n\tif (p->x',
  };

  it('a file is looked for in the folder, then below the tree', async () => {
    const elsewhere = { '/t/include/linux/kernel.h': '', '/t/net/y.c': block('c') };
    for (const args of [['net/y.c'], ['net/y.c', '--line', '6'], ['net/y.c', '--function', 'my_poll']]) {
      const found = await run(['facts', ...args, '--tree', '/t', '--json'], { files: elsewhere });
      assert.equal(found.code, 0, found.error);
      assert.match(found.out, /"context":"softirq"/);
    }
    const ran = await run(['facts', 'y.c', '--tree', '/t', '--json'], { files: elsewhere });
    assert.equal(ran.code, 3);
    assert.match(ran.error, /there is no file y\.c/);
  });

  it('contexts of a whole file are those of its functions, and every key is on the page', async () => {
    const ran = await run(['facts', 'net/x.c', '--json'], { files: tree });
    const found = JSON.parse(ran.out) as { contexts: readonly Record<string, unknown>[] };
    const line = await run(['facts', 'net/x.c', '--line', '3', '--json'], { files: tree });
    const { contexts } = JSON.parse(line.out) as typeof found;
    assert.deepEqual(found.contexts, [{ function: 'my_poll', ...contexts[0] }]);
    for (const key of keysIn(found)) assert.ok(docs.includes(`\`${key}\``), `docs/facts.md lacks ${key}`);
    const text = await run(['facts', 'net/x.c'], { files: tree });
    assert.match(
      text.out,
      /my_poll\(\): softirq, NAPI poll \(NET_RX softirq\): my_poll < netif_napi_add\(\)/,
    );
  });

  const answered: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['empty.c', '--json'], 0, /"contexts":\[\],"problems":\[\]/],
    [['empty.c'], 0, /nothing that Racelens knows of/],
    [['story.py', '--json'], 0, /"problems":\["[^"]*not complete/],
    [['half.c', '--json'], 0, /"regions":\[\{"line":3/],
    [['half.c', '--line', '4', '--json'], 0, /"lock":"p->lock"/],
    [['empty.c', '--line', '1', '--json'], 3, /outside any function/],
    [['story.py', '--line', '2', '--json'], 3, /nothing runs there/],
    [['net/x.c', '--line', '99999999999', '--json'], 3, /is beyond the end/],
    [['net/x.c', '--bit', 'NO_SUCH_BIT', '--json'], 3, /No enumerator or macro NO_SUCH_BIT/],
  ];
  for (const [args, code, out] of answered)
    it(`racelens facts ${args.join(' ')}`, async () => {
      const ran = await run(['facts', ...args], { files: tree });
      assert.equal(ran.code, code, ran.error);
      assert.match(ran.out, out);
      for (const l of args.includes('--json') ? ran.out.trim().split('\n') : []) JSON.parse(l);
    });

  const refused: readonly (readonly [readonly string[], RegExp])[] = [
    [['missing.c'], /there is no file missing\.c/],
    [['net'], /net is a folder/],
    [['binary.c'], /binary\.c is a binary file/],
    [['binary.c', '--line', '1'], /binary\.c is a binary file/],
    [['net/x.c', '--line', '0'], /--line needs a line's number, not “0”/],
    [['net/x.c', '--line', '1.5'], /--line needs a line's number, not “1\.5”/],
    [['net/x.c', '--line', '-3'], /--line/],
    [['net/x.c', '--tree', '/work/net'], /\/work\/net is no kernel tree: it has no include\/linux/],
    [['net/x.c', '--tree', '/nowhere'], /there is no folder \/nowhere/],
    [['--bit', 'B', '--tree', '/work/net'], /is no kernel tree/],
  ];
  for (const [args, message] of refused)
    it(`racelens facts ${args.join(' ')} is refused`, async () => {
      const ran = await run(['facts', ...args], { files: tree });
      assert.equal(ran.code, 3);
      assert.match(ran.error, message);
      assert.equal(ran.out, '');
    });

  it('one bad file among good ones: they are told, and the exit code says so', async () => {
    const ran = await run(['facts', 'missing.c', 'net/x.c', '--json'], { files: tree });
    assert.equal(ran.code, 3);
    assert.match(ran.error, /there is no file missing\.c/);
    assert.equal((JSON.parse(ran.out) as { file: string }).file, 'net/x.c');
  });

  it('a huge file', async () => {
    const text = Array.from(
      { length: 1500 },
      (_, i) =>
        `static int f${i}(struct s *p)\n{\n\tspin_lock(&p->lock);\n\tp->x++;\n\tspin_unlock(&p->lock);\n\treturn ${i};\n}\n`,
    ).join('');
    const ran = await run(['facts', 'huge.c', '--line', '10497', '--json'], {
      files: { '/work/huge.c': text },
    });
    assert.equal(ran.code, 0, ran.error);
    assert.match(ran.out, /"function":"f1499"[^]*"lock":"p->lock"/);
  }).timeout(60_000);
});
