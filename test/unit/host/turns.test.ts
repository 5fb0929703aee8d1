/** A large file is opened: what its marks rest on is found out in pieces, and others have their turn in between. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { workerVersion } from '../../../src/host/client';
import type { FileSource } from '../../../src/host/files';
import { decorationPage, type MethodName, type Params } from '../../../src/host/methods';
import { serve } from '../../../src/host/serve';
import type { FromWorker, ToWorker } from '../../../src/protocol/worker';

const path = '/w/large.c';
const one = (n: number): string =>
  `static int f${String(n)}(struct hub *h, int x)
{
	if (x > ${String(n)})
		return f${String(n + 1)}(h, x - 1);
	spin_lock(&h->lock);
	set_bit(HUB_UP, &h->state);
	if (h->state & HUB_MASK)
		x++;
	spin_unlock(&h->lock);
	return x;
}
`;
const text = `enum { HUB_UP };\nstruct hub { spinlock_t lock; unsigned long state; };\n${Array.from({ length: 1500 }, (_, n) => one(n)).join('\n')}`;

const files: FileSource = {
  read: p => (p === path ? text : undefined),
  list: p => (p === '/w' ? ['large.c'] : undefined),
};

interface Worker {
  readonly answers: readonly { readonly id: number; readonly type: string; readonly value?: unknown }[];
  ask<M extends MethodName>(method: M, params: Params<M>): number;
  send(message: ToWorker): void;
  until(test: () => boolean): Promise<void>;
}

function worker(): Worker {
  const answers: { id: number; type: string; value?: unknown }[] = [];
  const take = serve(
    {
      post(message: FromWorker) {
        if ('id' in message && message.type !== 'progress') answers.push(message);
      },
    },
    { disk: files },
  );
  const bytes = (name: string): Uint8Array => readFileSync(`dist/${name}`);
  take({
    version: workerVersion,
    type: 'start',
    runtime: bytes('tree-sitter.wasm'),
    grammar: bytes('tree-sitter-c.wasm'),
  });
  let next = 1;
  return {
    answers,
    send: take,
    ask(method, params) {
      const id = next++;
      take({ version: workerVersion, type: 'request', id, method, params });
      return id;
    },
    async until(test) {
      while (!test()) await new Promise(resolve => setTimeout(resolve, 1));
    },
  };
}

describe('a large file that is opened', () => {
  it('leaves others their turn: what is asked meanwhile is answered first', async function () {
    this.timeout(60_000);
    const to = worker();
    const marks = to.ask('decorations', { path, open: [path] });
    // The file is there, and the work has begun.
    await new Promise(resolve => setTimeout(resolve, 60));
    const name = to.ask('functionAt', { path, position: { line: 4, column: 4 } });
    await to.until(() => to.answers.length === 2);
    assert.deepEqual(
      to.answers.map(a => a.id),
      [name, marks],
    );
    const found = to.answers[1]?.value as readonly unknown[];
    assert.equal(found.length, decorationPage);
  });

  it('is given up when nobody waits for it any more', async function () {
    this.timeout(60_000);
    const to = worker();
    const marks = to.ask('decorations', { path, open: [path] });
    await new Promise(resolve => setTimeout(resolve, 60));
    to.send({ version: workerVersion, type: 'cancel', id: marks });
    const name = to.ask('functionAt', { path, position: { line: 4, column: 4 } });
    await to.until(() => to.answers.length === 2);
    assert.deepEqual(
      new Map(to.answers.map(a => [a.id, a.type])),
      new Map([
        [marks, 'cancelled'],
        [name, 'result'],
      ]),
    );
  });
});
