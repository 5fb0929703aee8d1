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
