/** What V8 compiled is used again for the same text only. */
import { strict as assert } from 'node:assert';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCached } from '../../../src/host/node/codeCache';

describe('the cache of compiled code', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'racelens-code-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (text: string, cache: string | undefined, kind = 'check'): string => {
    const bundle = join(folder, 'bundle.js');
    const out = join(folder, 'out');
    writeFileSync(bundle, `require('node:fs').writeFileSync(${JSON.stringify(out)}, ${text});`);
    const keep = runCached(bundle, cache, kind || undefined);
    keep?.();
    return `${readFileSync(out, 'utf8')} ${keep ? 'compiled' : 'known'}`;
  };

  it('is used again, and not for a text that is as long but another', () => {
    const cache = join(folder, 'cache', 'deep');
    assert.equal(run('"a" + 1', cache), 'a1 compiled');
    assert.equal(run('"a" + 1', cache), 'a1 known');
    assert.equal(run('"b" + 2', cache), 'b2 compiled');
    assert.deepEqual(readdirSync(cache), ['code-check.bin']);
  });

  it('is made again where something else stands in its place', () => {
    const cache = join(folder, 'cache');
    run('"a" + 1', cache);
    const path = join(cache, 'code-check.bin');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length >> 1));
    assert.equal(run('"a" + 1', cache), 'a1 compiled');
    writeFileSync(path, 'nothing');
    assert.equal(run('"a" + 1', cache), 'a1 compiled');
    assert.equal(run('"a" + 1', cache), 'a1 known');
  });

  it('is not needed', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    assert.equal(run('"a" + 1', file), 'a1 compiled');
    assert.equal(run('"a" + 1', file), 'a1 compiled');
    assert.equal(run('"a" + 1', undefined), 'a1 known');
    assert.equal(run('"a" + 1', join(folder, 'cache'), ''), 'a1 known');
  });
});
