import { strict as assert } from 'node:assert';
import type { CParser } from '../../../src/syntax/parser';
import { createReader } from '../../../src/tree/reader';
import { loadParser } from '../syntax/load';
import { memoryFiles } from './memory';

describe('tree: reader', () => {
  let parser: CParser;
  before(async () => {
    parser = await loadParser();
  });
  const text = (i: number): string => `int f${String(i)};\n`.padEnd(1000);
  const texts = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`/${String(i)}.c`, text(i)]));

  it('drops what was not used for the longest time, and nothing that is kept', () => {
    const files = memoryFiles(texts);
    const reader = createReader(files, parser, new Map(), 3000);
    reader.keep(['/0.c', '/1.c']);
    const first = ['/0.c', '/1.c', '/2.c', '/3.c', '/4.c'].map(p => reader.file(p));
    reader.file('/2.c');
    reader.file('/5.c');
    files.read_.length = 0;
    const same = (path: string, i: number): boolean => reader.file(path) === first[i];
    assert.deepEqual(
      [same('/0.c', 0), same('/1.c', 1), same('/2.c', 2), same('/4.c', 4)],
      [true, true, true, true],
    );
    assert.deepEqual(files.read_, []);
    assert.equal(same('/3.c', 3), false);
    assert.deepEqual(files.read_, ['/3.c']);
  });

  it('keeps a file of any length as long as it is the last one', () => {
    const reader = createReader(memoryFiles(texts), parser, new Map(), 10);
    const first = reader.file('/1.c');
    assert.equal(reader.file('/1.c'), first);
    reader.file('/2.c');
    assert.notEqual(reader.file('/1.c'), first);
  });

  it('reads again what was forgotten, kept or not, and gives the same source for the same text', () => {
    const files = memoryFiles(texts);
    const reader = createReader(files, parser, new Map(), 5000);
    reader.keep(['/0.c']);
    const [kept, loose] = [reader.file('/0.c'), reader.file('/1.c')];
    files.texts.set('/0.c', text(20));
    reader.forget('/0.c');
    reader.forget('/1.c');
    assert.equal(reader.file('/0.c')?.text, text(20));
    assert.notEqual(reader.file('/0.c'), kept);
    assert.equal(reader.file('/1.c'), loose);
  });
});
