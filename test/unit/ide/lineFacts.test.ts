import { strict as assert } from 'node:assert';
import { lineFacts } from '../../../src/ide/facts/lineFacts';
import { sceneOf } from './scene';
import { testParser } from '../kernel/fixture';

const source = `#define M(x) do { x; } while (0)
struct thing {
	int a;
};
static int napi_poll(struct napi_struct *n)
{
	int work;

	/* what comes is the next statement */
	work = n->poll(n,
		       64);
	return work;
}
static void net_rx_action(struct softirq_action *h)
{
	local_irq_disable();
	list = 1;
	local_irq_enable();
	if (napi_poll(n)) {
		napi_poll(n);
	}
}
static int __init init(void) { open_softirq(NET_RX_SOFTIRQ, net_rx_action); return 0; }
static void half(int x)
{
	if (x)
		spin_lock(&global_lock);
	do_it();
}
`;

async function at(line: number): Promise<ReturnType<typeof lineFacts>> {
  const scene = sceneOf(await testParser(), [{ path: '/a.c', text: source }]);
  const [file] = scene.files;
  assert.ok(file);
  return lineFacts(scene, file, line);
}

describe('facts of a line', () => {
  it('a reader by the softirq that its caller is', async () => {
    assert.deepEqual(await at(12), {
      file: '/a.c',
      line: 12,
      function: 'napi_poll',
      rcuReader: 'yes',
      heldLocks: [],
      maySleep: 'no',
      bhOff: 'yes',
      irqOff: 'no',
      contexts: [
        {
          context: 'softirq',
          runsAs: 'NET_RX softirq',
          chain: [
            { name: 'napi_poll', file: '/a.c', line: 5 },
            { name: 'net_rx_action', file: '/a.c', line: 19 },
            { name: 'open_softirq()', file: '/a.c', line: 23 },
          ],
        },
      ],
      why: {
        rcuReader: 'RCU reader: runs in NET_RX softirq (net_rx_action -> napi_poll); BH disabled',
        maySleep: 'must not sleep: runs in NET_RX softirq (net_rx_action -> napi_poll)',
        bhOff: 'BH disabled: runs in NET_RX softirq (net_rx_action -> napi_poll)',
        irqOff: 'interrupts enabled: runs in NET_RX softirq (net_rx_action -> napi_poll)',
      },
    });
  });

  it('comments, continuations, signatures and braces mean a statement', async () => {
    for (const line of [5, 6, 8, 9, 10, 11, 13])
      assert.equal((await at(line)).function, 'napi_poll', String(line));
  });

  it('the moment before a line', async () => {
    const irq = async (line: number): Promise<unknown> => {
      const found = await at(line);
      return found.function === null ? undefined : found.irqOff;
    };
    assert.deepEqual(await Promise.all([16, 17, 18, 19].map(irq)), ['no', 'yes', 'yes', 'no']);
  });

  it('locks held on some paths', async () => {
    const found = await at(28);
    assert.ok(found.function !== null);
    assert.equal(found.rcuReader, 'some-paths');
    assert.deepEqual(found.heldLocks, [
      {
        lock: 'global_lock',
        kind: 'spin',
        held: 'some-paths',
        why: 'spin_lock(&global_lock) in line 27, on some paths only',
      },
    ]);
  });

  it('lines where nothing runs', async () => {
    const problem = async (line: number): Promise<unknown> => {
      const found = await at(line);
      return found.function === null ? found.problem : found.function;
    };
    assert.equal(await problem(1), 'line 1 is in the macro M: nothing runs there');
    assert.equal(await problem(3), 'line 3 is in struct thing: nothing runs there');
    assert.equal(await problem(99), 'line 99 is beyond the end: the file has 30 lines');
    assert.equal(await problem(2), 'line 2 is in struct thing: nothing runs there');
    assert.equal(await problem(30), 'line 30 is outside any function: nothing runs there');
  });
});
