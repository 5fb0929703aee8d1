/** The worker's two sides talking to each other in one thread: answers, files on demand, cancel, death, overlays. */
import { strict as assert } from 'node:assert';
import { Cancelled, createClient, workerVersion, type Channel, type Client } from '../../../src/host/client';
import { askedFiles, overlaidFiles } from '../../../src/host/files';
import type { FromWorker, ToWorker } from '../../../src/protocol/worker';

interface Fake {
  readonly client: Client;
  /** Every message that a worker got, over all its lives. */
  readonly got: ToWorker[];
  readonly starts: () => number;
  die(reason: string): void;
}

/** A worker that answers each request with `answer`. */
function fake(
  answer: (message: ToWorker, reply: (message: FromWorker) => void) => void,
  endOnCancel = true,
): Fake {
  const got: ToWorker[] = [];
  const state = { starts: 0, die: (_: string): void => undefined };
  const client = createClient({
    endOnCancel,
    start: () => {
      state.starts++;
      let alive = true;
      let toClient: (message: FromWorker) => void = () => undefined;
      const channel: Channel = {
        post(message) {
          got.push(message);
          setImmediate(() => {
            if (alive)
              answer(message, reply => {
                if (alive) toClient(reply);
              });
          });
        },
        listen(onMessage, dead) {
          toClient = onMessage;
          state.die = dead;
        },
        end() {
          alive = false;
        },
      };
      return Promise.resolve(channel);
    },
    fetch: files => Promise.resolve(files.map(path => ({ path, text: `text of ${path}` }))),
  });
  return {
    client,
    got,
    starts: () => state.starts,
    die: reason => {
      state.die(reason);
    },
  };
}

const echo = (message: ToWorker, reply: (message: FromWorker) => void): void => {
  if (message.type === 'request')
    reply({ version: workerVersion, type: 'result', id: message.id, value: message.params });
};

describe('worker client', () => {
  it('starts the worker with the first request and keeps it', async () => {
    const { client, starts } = fake(echo);
    assert.equal(starts(), 0);
    assert.deepEqual(await client.request('model', { harness: 'a' }), { harness: 'a' });
    assert.deepEqual(await client.request('model', { harness: 'b' }), { harness: 'b' });
    assert.equal(starts(), 1);
  });

  it('gives the message of a failure', async () => {
    const { client } = fake((message, reply) => {
      if (message.type === 'request')
        reply({ version: workerVersion, type: 'failed', id: message.id, message: 'no such harness' });
    });
    await assert.rejects(client.request('model', { harness: 'a' }), /no such harness/);
  });

  it('ends a worker that does not hear a cancel, and starts another with the same texts', async () => {
    const { client, got, starts } = fake((message, reply) => {
      if (message.type === 'request' && (message.params as { harness: string }).harness !== 'endless')
        echo(message, reply);
    });
    client.overlay('/a.c', 'unsaved');
    const controller = new AbortController();
    const endless = client.request('model', { harness: 'endless' }, { signal: controller.signal });
    setTimeout(() => {
      controller.abort();
    }, 5);
    await assert.rejects(endless, Cancelled);
    await client.request('model', { harness: 'b' });
    assert.equal(starts(), 2);
    assert.equal(got.filter(message => message.type === 'overlay').length, 2);
  });

  it('only stops waiting where others share the worker', async () => {
    const { client, starts } = fake((message, reply) => {
      setTimeout(() => {
        echo(message, reply);
      }, 20);
    }, false);
    const controller = new AbortController();
    const first = client.request('model', { harness: 'a' }, { signal: controller.signal });
    const second = client.request('model', { harness: 'b' });
    setTimeout(() => {
      controller.abort();
    }, 2);
    await assert.rejects(first, Cancelled);
    assert.deepEqual(await second, { harness: 'b' });
    assert.equal(starts(), 1);
  });

  it('rejects what waits when the worker dies, and goes on with a new one', async () => {
    let quiet = true;
    const worker = fake((message, reply) => {
      if (!quiet) echo(message, reply);
    });
    const waiting = worker.client.request('model', { harness: 'a' });
    setTimeout(() => {
      worker.die('out of memory');
    }, 5);
    await assert.rejects(waiting, /out of memory/);
    quiet = false;
    assert.deepEqual(await worker.client.request('model', { harness: 'b' }), { harness: 'b' });
  });

  it('fetches the files that the worker wants', async () => {
    const { client, got } = fake((message, reply) => {
      if (message.type === 'request')
        reply({ version: workerVersion, type: 'wanted', files: ['/x.h'], folders: [] });
      if (message.type === 'files')
        reply({ version: workerVersion, type: 'result', id: 1, value: message.answers });
    });
    const value: unknown = await client.request('model', { harness: 'a' });
    assert.deepEqual(value, [{ path: '/x.h', text: 'text of /x.h' }]);
    assert.equal(got.filter(message => message.type === 'files').length, 1);
  });
});

describe('files of a worker', () => {
  it('give the open document before the disk, and the edit on trial before both', () => {
    const files = overlaidFiles({ read: () => 'disk', list: () => [] });
    assert.equal(files.read('/a.c'), 'disk');
    files.overlay('/a.c', 'unsaved');
    assert.equal(files.read('/a.c'), 'unsaved');
    files.setTrial(new Map([['/a.c', 'on trial']]));
    assert.equal(files.read('/a.c'), 'on trial');
    files.setTrial(new Map());
    assert.equal(files.read('/a.c'), 'unsaved');
    files.overlay('/a.c', undefined);
    assert.equal(files.read('/a.c'), 'disk');
  });

  it('keep what was read until it is forgotten', () => {
    let text = 'old';
    const files = overlaidFiles({ read: () => text, list: () => [] });
    files.read('/a.c');
    text = 'new';
    assert.equal(files.read('/a.c'), 'old');
    files.forget(['/a.c']);
    assert.equal(files.read('/a.c'), 'new');
  });

  it('are pending until they are answered, and asked for once', () => {
    const files = askedFiles();
    assert.equal(files.read('/a.c'), 'pending');
    assert.equal(files.read('/a.c'), 'pending');
    assert.equal(files.list('/d'), 'pending');
    assert.deepEqual(files.takeWanted(), { files: ['/a.c'], folders: ['/d'] });
    assert.deepEqual(files.takeWanted(), { files: [], folders: [] });
    files.answer([
      { path: '/a.c', text: 'int a;' },
      { path: '/d', folder: true, names: ['x.h'] },
      { path: '/gone.c' },
    ]);
    assert.equal(files.read('/a.c'), 'int a;');
    assert.deepEqual(files.list('/d'), ['x.h']);
    assert.equal(files.read('/gone.c'), undefined);
  });
});
