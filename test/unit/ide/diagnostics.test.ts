/** Diagnostics in pieces: the same findings whatever the slices, and each call gets on. */
import { strict as assert } from 'node:assert';
import { diagnostics, diagnosticsFrom, kinds, type Diagnostic } from '../../../src/ide/diagnostics';
import type { Scene } from '../../../src/ide/scene';
import { testParser } from '../kernel/fixture';
import { sceneOf } from './scene';

const source = `
typedef struct { int x; } spinlock_t;
struct box { spinlock_t lock; int full; };
int put(struct box *b, int n)
{
	spin_lock(&b->lock);
	if (b->full)
		return -ENOSPC;
	b->full = n;
	spin_unlock(&b->lock);
	return 0;
}
int none(struct box *b) { return b->full; }
void nap(struct box *b)
{
	spin_lock(&b->lock);
	msleep(1);
	spin_unlock(&b->lock);
}
`;

const scene = async (): Promise<Scene> => sceneOf(await testParser(), [{ path: '/box.c', text: source }]);
const words = (found: readonly Diagnostic[]): readonly string[] =>
  found.map(d => `${d.code} ${String(d.span.start)}`);

describe('diagnostics in pieces', () => {
  it('one check at a time finds what all at once do', async () => {
    const whole = diagnostics(await scene(), '/box.c');
    assert.deepEqual(
      whole.map(d => d.code),
      ['unbalanced-region', 'sleep-in-atomic'],
    );
    const sliced = await scene();
    const found: Diagnostic[] = [];
    let calls = 0;
    for (let from: number | undefined = 0; from !== undefined; calls++) {
      const part = diagnosticsFrom(sliced, '/box.c', {}, from, () => true);
      assert.ok((part.next ?? Infinity) > from, 'it gets on');
      found.push(...part.found);
      from = part.next;
    }
    assert.equal(calls, 3 * kinds.filter(k => k.on).length, 'one check of one function in a call');
    assert.deepEqual(words(found), words(whole));
  });

  it('a part that may take as long as it likes is all of it', async () => {
    const part = diagnosticsFrom(await scene(), '/box.c', {}, 0, () => false);
    assert.equal(part.next, undefined);
    assert.equal(part.found.length, 2);
  });

  it('nothing is left to do behind the end, in no file, and with all kinds off', async () => {
    const off = Object.fromEntries(kinds.map(k => [k.kind, false]));
    assert.deepEqual(
      diagnosticsFrom(await scene(), '/box.c', {}, 1e6, () => false),
      { found: [] },
    );
    assert.deepEqual(
      diagnosticsFrom(await scene(), '/none.c', {}, 0, () => false),
      { found: [] },
    );
    assert.deepEqual(
      diagnosticsFrom(await scene(), '/box.c', { on: off }, 0, () => false),
      { found: [] },
    );
  });
});
