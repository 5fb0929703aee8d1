/** The worker's methods on the real pipeline: edits on trial, files that arrive late, links in markdown. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { editedTexts } from '../../../src/host/handlers';
import { workerVersion } from '../../../src/host/client';
import { serve } from '../../../src/host/serve';
import type { FromWorker, ToWorker } from '../../../src/protocol/worker';

const bytes = (name: string): Uint8Array => readFileSync(`dist/${name}`);

/** A worker without a disk, whose files are those given. */
function worker(files: Readonly<Record<string, string>>): {
  ask(method: string, params: unknown): Promise<unknown>;
  send(message: ToWorker): void;
  readonly asked: string[];
} {
  const waiting = new Map<number, (message: FromWorker) => void>();
  const asked: string[] = [];
  let next = 1;
  const take = serve(
    {
      post(message) {
        if (message.type === 'wanted') {
          asked.push(...message.files);
          const folder = (path: string): readonly string[] | undefined => {
            const below = Object.keys(files).filter(file => file.startsWith(path === '/' ? '/' : `${path}/`));
            const names = below.map(file =>
              file.slice(path === '/' ? 1 : path.length + 1).replace(/\/.*/, '/'),
            );
            return below.length ? [...new Set(names)] : undefined;
          };
          setImmediate(() => {
            take({
              version: workerVersion,
              type: 'files',
              answers: [
                ...message.files.map(path => {
                  const text = files[path];
                  return text === undefined ? { path } : { path, text };
                }),
                ...message.folders.map(path => {
                  const names = folder(path);
                  return { path, folder: true as const, ...(names ? { names } : {}) };
                }),
              ],
            });
          });
        } else if ('id' in message && message.type !== 'progress') waiting.get(message.id)?.(message);
      },
    },
    undefined,
  );
  take({
    version: workerVersion,
    type: 'start',
    runtime: bytes('tree-sitter.wasm'),
    grammar: bytes('tree-sitter-c.wasm'),
  });
  return {
    asked,
    send: take,
    ask(method, params) {
      const id = next++;
      return new Promise((resolve, reject) => {
        waiting.set(id, message => {
          if (message.type === 'result') resolve(message.value);
          else reject(new Error(message.type === 'failed' ? message.message : message.type));
        });
        take({ version: workerVersion, type: 'request', id, method, params });
      });
    },
  };
}

const harness = `#include <racelens.h>
#include "code.c"
RACE_THREAD(process, waiter) { wait_for_flag(); }
RACE_THREAD(process, setter) { set_flag(); }
`;
const code = `static int flag;
void set_flag(void) { }
void wait_for_flag(void) { while (!READ_ONCE(flag)) cpu_relax(); }
`;

describe('worker without a disk', () => {
  it('asks for the files that a run needs, and runs', async () => {
    const { ask, asked } = worker({ '/w/a.race.c': harness, '/w/code.c': code });
    const limits = { maxStates: 1000, maxSeconds: 10 };
    const view = (await ask('check', { harness: '/w/a.race.c', ...limits })) as {
      verdict: { kind: string };
      files: string[];
    };
    assert.equal(view.verdict.kind, 'hang');
    assert.ok(asked.includes('/w/code.c'), asked.join());
    assert.ok(view.files.includes('/w/code.c') && view.files.includes('/w/a.race.c'), view.files.join());
  });

  it('runs on a copy with edits, and leaves the text alone', async () => {
    const { ask } = worker({ '/w/a.race.c': harness, '/w/code.c': code });
    const at = { line: 1, column: 'void set_flag(void) { '.length };
    const edits = [{ place: { path: '/w/code.c', start: at, end: at }, newText: 'WRITE_ONCE(flag, 1); ' }];
    const limits = { harness: '/w/a.race.c', maxStates: 1000, maxSeconds: 10 };
    const kind = async (more: object): Promise<string> =>
      ((await ask('check', { ...limits, ...more })) as { verdict: { kind: string } }).verdict.kind;
    assert.equal(await kind({}), 'hang');
    assert.equal(await kind({ edits }), 'holds');
    assert.equal(await kind({}), 'hang');
  });

  it('takes the unsaved text before the file', async () => {
    const { ask, send } = worker({ '/w/a.race.c': harness, '/w/code.c': code });
    const limits = { harness: '/w/a.race.c', maxStates: 1000, maxSeconds: 10 };
    const text = code.replace('{ }', '{ WRITE_ONCE(flag, 1); }');
    send({ version: workerVersion, type: 'overlay', path: '/w/code.c', text });
    const view = (await ask('check', limits)) as { verdict: { kind: string } };
    assert.equal(view.verdict.kind, 'holds');
  });

  it('gives cannot-tell with the reason for a harness that is not there', async () => {
    const { ask } = worker({});
    const view = (await ask('check', { harness: '/w/no.race.c', maxStates: 10, maxSeconds: 1 })) as {
      verdict: { kind: string; reason: string; message: string };
    };
    assert.equal(view.verdict.kind, 'cannot-tell');
    assert.equal(view.verdict.reason, 'input');
    assert.match(view.verdict.message, /no\.race\.c/);
  });

  it('gives empty answers for a file that is not there', async () => {
    const { ask } = worker({});
    assert.deepEqual(await ask('decorations', { path: '/w/no.c', open: [] }), []);
    assert.deepEqual(await ask('diagnostics', { path: '/w/no.c', open: [], on: {} }), { found: [] });
    assert.equal(
      await ask('hover', { path: '/w/no.c', open: [], position: { line: 0, column: 0 } }),
      undefined,
    );
  });

  it('gives diagnostics of a long file in parts, and answers others between them', async () => {
    const nap = (i: number): string =>
      `void nap${String(i)}(struct box *b)\n{\n\tspin_lock(&b->lock);\n\tmsleep(1);\n\tspin_unlock(&b->lock);\n}\n`;
    const count = 500;
    const text = Array.from({ length: count }, (_, i) => nap(i)).join('');
    const { ask } = worker({ '/w/long.c': `struct box { spinlock_t lock; };\n${text}` });
    const file = { path: '/w/long.c', open: [] };
    const order: string[] = [];
    const found: { readonly place: { readonly start: { readonly line: number } } }[] = [];
    for (let from: number | undefined = 0; from !== undefined;) {
      const part = ask('diagnostics', { ...file, on: {}, from });
      if (order.length === 1)
        void ask('hover', { ...file, position: { line: 3, column: 2 } }).then(() => order.push('hover'));
      const { found: some, next } = (await part) as { found: typeof found; next?: number };
      order.push('part');
      found.push(...some);
      from = next;
    }
    assert.deepEqual(
      found.map(one => one.place.start.line),
      Array.from({ length: count }, (_, i) => 4 + 6 * i),
    );
    assert.ok(order.length > 3, order.join());
    assert.notEqual(order.at(-1), 'hover', 'the hover did not wait for all parts');
    assert.ok(order.includes('hover'));
  });
});

describe('edits on trial', () => {
  const place = (line: number, from: number, to: number) => ({
    path: '/a.c',
    start: { line, column: from },
    end: { line, column: to },
  });
  it('are all made, whatever their order, in CRLF texts too', () => {
    const texts = editedTexts(
      [
        { place: place(0, 0, 1), newText: 'AA' },
        { place: place(1, 1, 1), newText: '!' },
      ],
      () => 'a b\r\nc d',
    );
    assert.deepEqual(texts, new Map([['/a.c', 'AA b\r\nc! d']]));
  });
  it('wait for the text if it is pending, and pass over a file that is not there', () => {
    assert.equal(
      editedTexts([{ place: place(0, 0, 0), newText: 'x' }], () => 'pending'),
      'pending',
    );
    assert.deepEqual(
      editedTexts([{ place: place(0, 0, 0), newText: 'x' }], () => undefined),
      new Map(),
    );
  });
});
