import { strict as assert } from 'node:assert';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { diskFiles } from '../../../src/host/node/files';
import { cacheFolder, indexStore, loadIndex, saveIndex } from '../../../src/host/node/indexStore';
import { createIdentifierIndex } from '../../../src/tree/identifiers';

describe('the disk', () => {
  let folder = '';
  const write = (path: string, text: string | Uint8Array): string => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    return join(folder, path);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'racelens-disk-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives bytes, also of files longer than its buffer', () => {
    const files = diskFiles();
    const long = 'x'.repeat(3_000_000);
    assert.equal(Buffer.from(files.bytes?.(write('a.c', long)) as Uint8Array).toString(), long);
    assert.equal(Buffer.from(files.bytes?.(write('b.c', 'int x;')) as Uint8Array).toString(), 'int x;');
    assert.equal(files.bytes?.(join(folder, 'none.c')), undefined);
    assert.equal(files.bytes?.(folder), undefined);
  });

  it('has another stamp for another size or time', () => {
    const files = diskFiles();
    const path = write('a.c', 'one');
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    const first = files.stamp?.(path);
    assert.equal(files.stamp?.(path), first);
    writeFileSync(path, 'three');
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    assert.notEqual(files.stamp?.(path), first);
    writeFileSync(path, 'one');
    utimesSync(path, 1_700_000_000, 1_700_000_001);
    assert.notEqual(files.stamp?.(path), first);
    assert.equal(files.stamp?.(join(folder, 'none')), undefined);
  });

  it('follows links to folders, but not in circles', () => {
    write('k/include/a.h', 'int a;');
    write('k/net/b.c', 'int b;');
    write('elsewhere/c.c', 'int c;');
    symlinkSync('../../elsewhere', join(folder, 'k/net/away'));
    symlinkSync('.', join(folder, 'k/net/self'));
    symlinkSync('../..', join(folder, 'k/net/up'));
    symlinkSync('../k/net', join(folder, 'elsewhere/back'));
    symlinkSync('nowhere', join(folder, 'k/net/broken'));
    const files = diskFiles();
    assert.deepEqual([...((files.list(join(folder, 'k/net')) ?? []) as string[])].sort(), [
      'away/',
      'b.c',
      'broken',
      'self',
      'up',
    ]);
    const index = createIdentifierIndex({ files, root: join(folder, 'k'), onDemand: true });
    assert.deepEqual(index.filesWith('b'), [join(folder, 'k/net/b.c')]);
    assert.deepEqual(index.filesWith('c'), [join(folder, 'k/net/away/c.c')]);
  });

  it('keeps indexes, one file a tree, the last used ones', async () => {
    const cache = join(folder, 'cache/deep');
    const store = indexStore(cache);
    assert.equal(await store.load('/k'), undefined);
    await store.save('/k', [new Uint8Array([1, 2]), new Uint8Array([3])]);
    assert.deepEqual([...((await store.load('/k')) ?? [])], [1, 2, 3]);
    saveIndex(cache, '/other', [new Uint8Array([4])]);
    assert.deepEqual([...(loadIndex(cache, '/other') ?? [])], [4]);
    assert.deepEqual([...((await store.load('/k')) ?? [])], [1, 2, 3]);
    const left = write('cache/deep/identifiers-0123456789abcdef.bin.77', 'half');
    utimesSync(left, 1_700_000_000, 1_700_000_000);
    for (let i = 0; i < 12; i++) saveIndex(cache, `/tree${String(i)}`, [new Uint8Array([i])]);
    assert.equal(readdirSync(cache).length, 8);
    assert.deepEqual([...(loadIndex(cache, '/tree11') ?? [])], [11]);
  });

  it('passes over a cache that cannot be written', () => {
    const file = write('file', 'x');
    saveIndex(join(file, 'cache'), '/k', [new Uint8Array([1])]);
    assert.equal(loadIndex(join(file, 'cache'), '/k'), undefined);
    assert.equal(cacheFolder({ RACELENS_CACHE: '' }), undefined);
    assert.equal(cacheFolder({ RACELENS_CACHE: '/c' }), '/c');
  });
});
