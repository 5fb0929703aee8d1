import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import type { FileSource } from '../../../src/host/files';
import type { IndexStore } from '../../../src/host/indexing';
import { workerVersion } from '../../../src/host/client';
import { serve } from '../../../src/host/serve';
import type { FileAnswer, FromWorker, IndexState, ToWorker } from '../../../src/protocol/worker';

const wasm = (name: string, from: string): Uint8Array => readFileSync(`node_modules/${from}/${name}.wasm`);

/** A tree of so many files, each with a function of its own. */
function treeOf(root: string, files: number): Map<string, string> {
  const texts = new Map([
    [`${root}/Kconfig`, ''],
    [`${root}/include/linux/a.h`, 'static inline int helper(void) { return 0; }\n'],
    [`${root}/drivers/far.c`, 'int far(void) { return helper(); }\n'],
  ]);
  for (let i = 0; i < files; i++)
    texts.set(`${root}/net/f${String(i)}.c`, `int f${String(i)}(void) { return helper(); }\n`);
  return texts;
}

function list(texts: ReadonlyMap<string, string>, path: string): readonly string[] | undefined {
  const prefix = path === '/' ? '/' : `${path.replace(/\/$/, '')}/`;
  const names = [...texts.keys()]
    .filter(p => p.startsWith(prefix))
    .map(p => p.slice(prefix.length).replace(/\/.*/, '/'));
  return names.length ? [...new Set(names)] : undefined;
}

/** A disk with bytes and stamps; `read` lists what was read as bytes. */
function disk(texts: ReadonlyMap<string, string>, read: string[] = []): FileSource {
  return {
    read: path => texts.get(path),
    list: path => list(texts, path),
    bytes(path) {
      read.push(path);
      const text = texts.get(path);
      return text === undefined ? undefined : new TextEncoder().encode(text);
    },
    stamp: path => texts.get(path)?.length,
  };
}

function memoryStore(): IndexStore & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    load: async root => kept.get(root),
    save: async (root, pieces) => {
      kept.set(root, Buffer.concat([...pieces]));
    },
  };
}

interface Worker {
  readonly states: IndexState[];
  readonly messages: FromWorker[];
  send(message: ToWorker): void;
  ask(method: string, params: unknown): Promise<unknown>;
  /** Until something is as it should be. */
  until(what: () => boolean): Promise<void>;
}

function start(
  input: {
    readonly disk?: FileSource;
    readonly store?: IndexStore;
    readonly texts?: ReadonlyMap<string, string>;
  },
  batches: number[] = [],
): Worker {
  const messages: FromWorker[] = [];
  const states: IndexState[] = [];
  const waiting = new Map<number, (value: unknown) => void>();
  let next = 1;
  const answers = (files: readonly string[], folders: readonly string[]): readonly FileAnswer[] => [
    ...files.map(path => {
      const text = input.texts?.get(path);
      return text === undefined ? { path } : { path, text };
    }),
    ...folders.map(path => {
      const names = list(input.texts ?? new Map(), path);
      return { path, folder: true as const, ...(names ? { names } : {}) };
    }),
  ];
  const send = serve(
    {
      post(message) {
        messages.push(message);
        if (message.type === 'state') states.push(message.state);
        else if (message.type === 'result') waiting.get(message.id)?.(message.value);
        else if (message.type === 'failed') throw new Error(message.message);
        else if (message.type === 'wanted' || message.type === 'wanted-raw') {
          const { type, files, folders } = message;
          if (type === 'wanted-raw') batches.push(files.length + folders.length);
          setTimeout(() => {
            send({
              version: workerVersion,
              type: type === 'wanted' ? 'files' : 'raw-files',
              answers: answers(files, folders),
            });
          }, 0);
        }
      },
    },
    {
      ...(input.disk ? { disk: input.disk } : {}),
      ...(input.store ? { store: () => input.store as IndexStore } : {}),
    },
  );
  send({
    version: workerVersion,
    type: 'start',
    runtime: wasm('web-tree-sitter', 'web-tree-sitter'),
    grammar: wasm('tree-sitter-c', 'tree-sitter-c'),
    index: true,
    storage: '/storage',
  });
  return {
    states,
    messages,
    send,
    ask: (method, params) =>
      new Promise(resolve => {
        const id = next++;
        waiting.set(id, resolve);
        send({ version: workerVersion, type: 'request', id, method, params });
      }),
    async until(what) {
      for (let i = 0; i < 2000 && !what(); i++) await new Promise(resolve => setTimeout(resolve, 2));
      assert.ok(what(), 'waited in vain');
    },
  };
}

const open = (path: string): unknown => ({ path, open: [path] });

describe('index in the background of a worker', () => {
  it('begins with the first request, tells how far it is, and when answers are better', async () => {
    const worker = start({ disk: disk(treeOf('/k', 50)) });
    assert.equal(((await worker.ask('index', { action: 'state' })) as IndexState).phase, 'none');
    await worker.ask('decorations', open('/k/net/f1.c'));
    await worker.until(() => worker.states.some(s => s.complete));
    const last = worker.states.at(-1);
    assert.deepEqual([last?.root, last?.phase, last?.files, last?.complete], ['/k', 'ready', 52, true]);
    assert.ok(worker.messages.some(m => m.type === 'better'));
    assert.ok(worker.states.some(s => s.part === 'near') || worker.states.some(s => s.phase === 'ready'));
  });

  it('lets requests in between, and stops when it is cancelled', async () => {
    const read: string[] = [];
    const large = treeOf('/k', 30);
    for (let i = 0; i < 30; i++)
      large.set(`/k/net/large${String(i)}.c`, `int f(void) { return helper(); }\n`.repeat(30_000));
    const worker = start({ disk: disk(large, read) });
    await worker.ask('decorations', open('/k/net/f1.c'));
    await worker.until(() => read.length > 0);
    const state = (await worker.ask('index', { action: 'cancel' })) as IndexState;
    assert.equal(state.phase, 'cancelled');
    const stopped = read.length;
    assert.ok(stopped < 62, `${String(stopped)} files were read before the cancel`);
    await worker.ask('decorations', open('/k/net/f2.c'));
    await new Promise(resolve => setTimeout(resolve, 30));
    assert.equal(read.length, stopped);
    await worker.ask('index', { action: 'start' });
    await worker.until(() => worker.states.some(s => s.complete));
  });

  it('keeps two trees apart', async () => {
    const texts = new Map([...treeOf('/one', 5), ...treeOf('/two', 7)]);
    const worker = start({ disk: disk(texts) });
    await worker.ask('decorations', open('/one/net/f1.c'));
    await worker.ask('decorations', open('/two/net/f1.c'));
    await worker.until(() =>
      ['/one', '/two'].every(r => worker.states.some(s => s.root === r && s.complete)),
    );
    const of = async (root: string): Promise<number> =>
      ((await worker.ask('index', { action: 'state', root })) as IndexState).files;
    assert.deepEqual([await of('/one'), await of('/two')], [7, 9]);
  });

  it('is kept, and read again only where files changed', async () => {
    const store = memoryStore();
    const texts = treeOf('/k', 20);
    const first = start({ disk: disk(texts), store });
    await first.ask('decorations', open('/k/net/f1.c'));
    await first.until(() => store.kept.has('/k'));
    const read: string[] = [];
    texts.set('/k/net/f3.c', 'int changed(void) { return helper() + 1; }\n');
    const second = start({ disk: disk(texts, read), store });
    await second.ask('decorations', open('/k/net/f1.c'));
    await second.until(() => second.states.some(s => s.complete));
    assert.deepEqual(read, ['/k/net/f3.c']);
  });

  it('reads a file again after it changed, also when all is in', async () => {
    const read: string[] = [];
    const texts = treeOf('/k', 5);
    const worker = start({ disk: disk(texts, read) });
    await worker.ask('decorations', open('/k/net/f1.c'));
    await worker.until(() => worker.states.some(s => s.complete));
    read.length = 0;
    texts.set('/k/net/new.c', 'int added;');
    worker.send({ version: workerVersion, type: 'forget', paths: ['/k/net/new.c'] });
    await worker.until(() => read.includes('/k/net/new.c'));
  });

  it('without a disk asks for a few dozen files of a request at a time', async () => {
    const texts = treeOf('/k', 1);
    const includes = Array.from({ length: 200 }, (_, i) => `#include <linux/h${String(i)}.h>\n`);
    for (let i = 0; i < 200; i++) texts.set(`/k/include/linux/h${String(i)}.h`, `#define H${String(i)} 1\n`);
    texts.set('/k/net/f0.c', `${includes.join('')}int f(void) { return H7; }\n`);
    const worker = start({ texts });
    await worker.ask('decorations', open('/k/net/f0.c'));
    const asked = worker.messages.flatMap(m => (m.type === 'wanted' ? [m.files.length] : []));
    assert.ok(asked.reduce((a, b) => a + b, 0) >= 200);
    assert.ok(Math.max(...asked) <= 64, `${String(Math.max(...asked))} at once`);
  });

  it('without a disk fetches a few dozen files at a time, of the near folders only', async () => {
    const batches: number[] = [];
    const worker = start({ texts: treeOf('/k', 100) }, batches);
    await worker.ask('decorations', open('/k/net/f1.c'));
    await worker.until(() => worker.states.some(s => s.phase === 'ready'));
    assert.ok(Math.max(...batches) <= 32, `${String(Math.max(...batches))} at once`);
    await new Promise(resolve => setTimeout(resolve, 30));
    const state = (await worker.ask('index', { action: 'state' })) as IndexState;
    assert.deepEqual([state.files, state.complete], [101, false]);
  });

  it('without a disk reads a small loose folder whole', async () => {
    for (const folder of ['', '/folder']) {
      const texts = new Map([
        [`${folder}/a.c`, 'int a(void) { return 1; }\n'],
        [`${folder}/b.c`, 'int b(void) { return a(); }\n'],
      ]);
      const worker = start({ texts });
      await worker.ask('decorations', open(`${folder}/a.c`));
      await worker.until(() => worker.states.some(s => s.complete));
    }
  });
});
