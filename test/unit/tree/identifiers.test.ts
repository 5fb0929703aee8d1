import { strict as assert } from 'node:assert';
import { createIdentifierIndex, type IdentifierIndex } from '../../../src/tree/identifiers';
import type { Files } from '../../../src/tree/tree';
import { memoryFiles } from './memory';

const kernel: Readonly<Record<string, string>> = {
  '/k/Kconfig': '',
  '/k/include/linux/a.h': 'static inline int helper(void) { return 0; }\n#define LIMIT 5\n',
  '/k/net/core/dev.c': 'int open_it(void)\n{\n\treturn helper() + LIMIT;\n}\n',
  '/k/kernel/fork.c': 'static int own(void)\n{\n\treturn helper();\n}\n',
  '/k/mm/slab.c': 'void kfree(void *p)\n{\n}\n',
  '/k/drivers/net/ethernet/x/x.c': 'static int own(void)\n{\n\tkfree(helper());\n}\n',
  '/k/arch/x86/kernel/y.c': 'int y(void) { return helper(); }\n',
  '/k/arch/arm/kernel/z.c': 'int z(void) { return helper(); }\n',
  '/k/tools/lib/helper.c': 'int helper(void)\n{\n}\n',
  '/k/Documentation/a.c': 'int helper(void)\n{\n}\n',
};

function demand(files: Files): IdentifierIndex {
  return createIdentifierIndex({ files, root: '/k', onDemand: true });
}

/** Works until there is nothing left, in steps of so many bytes; gives the number of steps. */
function finish(index: IdentifierIndex, bytes = 1 << 20, fetch = (): void => undefined): number {
  for (let steps = 1; ; steps++) {
    assert.ok(steps < 10_000, 'the index never ends');
    const answer = index.work(bytes);
    if (answer === 'done') return steps;
    if (answer === 'waiting') fetch();
  }
}

const paths = (found: readonly string[] | 'pending'): readonly string[] => {
  assert.notEqual(found, 'pending');
  return (found as readonly string[]).map(p => p.slice(3));
};

describe('tree: index of identifiers', () => {
  it('answers from the folders that a question reaches, and reads no others', () => {
    const files = memoryFiles(kernel);
    const index = demand(files);
    assert.deepEqual(paths(index.filesWith('helper', 'near')), [
      'include/linux/a.h',
      'kernel/fork.c',
      'net/core/dev.c',
    ]);
    assert.equal(files.read_.includes('/k/mm/slab.c'), false);
    assert.deepEqual(paths(index.filesWith('kfree', 'core')), ['mm/slab.c']);
    assert.equal(files.read_.includes('/k/drivers/net/ethernet/x/x.c'), false);
    assert.deepEqual(paths(index.filesWith('kfree')), ['drivers/net/ethernet/x/x.c', 'mm/slab.c']);
  });

  it('leaves out user space and other architectures', () => {
    assert.deepEqual(paths(demand(memoryFiles(kernel)).filesWith('helper')), [
      'arch/x86/kernel/y.c',
      'drivers/net/ethernet/x/x.c',
      'include/linux/a.h',
      'kernel/fork.c',
      'net/core/dev.c',
    ]);
  });

  it('tells who defines a name', () => {
    const index = demand(memoryFiles(kernel));
    assert.deepEqual(index.definers('own'), [
      { path: '/k/drivers/net/ethernet/x/x.c', isStatic: true },
      { path: '/k/kernel/fork.c', isStatic: true },
    ]);
    assert.deepEqual(index.definers('LIMIT'), [{ path: '/k/include/linux/a.h', isStatic: false }]);
    assert.deepEqual(index.definers('nobody'), []);
  });

  it('reads the folders of open files first, wherever they are', () => {
    const files = memoryFiles(kernel);
    const index = createIdentifierIndex({ files, root: '/k', onDemand: false });
    index.near('/k/drivers/net/ethernet/x/x.c');
    index.near('/k/arch/arm/kernel/z.c');
    finish(index);
    assert.deepEqual(files.read_.slice(0, 2).sort(), [
      '/k/arch/arm/kernel/z.c',
      '/k/drivers/net/ethernet/x/x.c',
    ]);
    assert.equal(new Set(files.read_).size, files.read_.length, 'a file was read twice');
    assert.deepEqual(paths(index.filesWith('helper', 'near')), [
      'arch/arm/kernel/z.c',
      'drivers/net/ethernet/x/x.c',
      'include/linux/a.h',
      'kernel/fork.c',
      'net/core/dev.c',
    ]);
  });

  it('takes one level below the folder of an open file, and of a folder outside the tree none', () => {
    const files = memoryFiles({
      ...kernel,
      '/k/drivers/gpu/a.c': 'int open_here;',
      '/k/drivers/gpu/amd/b.c': 'int open_here;',
      '/k/drivers/gpu/amd/deep/c.c': 'int open_here;',
      '/home/lone.c': 'int open_here;',
      '/home/beside.c': 'int open_here;',
      '/home/photos/x.c': 'int open_here;',
    });
    const index = demand(files);
    index.near('/k/drivers/gpu/a.c');
    index.near('/home/lone.c');
    assert.deepEqual(index.filesWith('open_here', 'near'), [
      '/home/beside.c',
      '/home/lone.c',
      '/k/drivers/gpu/a.c',
      '/k/drivers/gpu/amd/b.c',
    ]);
    assert.deepEqual(index.filesWith('open_here'), [
      '/home/beside.c',
      '/home/lone.c',
      '/k/drivers/gpu/a.c',
      '/k/drivers/gpu/amd/b.c',
      '/k/drivers/gpu/amd/deep/c.c',
    ]);
    assert.deepEqual(index.definers('kfree'), [{ path: '/k/mm/slab.c', isStatic: false }]);
  });

  it('in the background answers from what is there, and says whether that is all', () => {
    const index = createIdentifierIndex({ files: memoryFiles(kernel), root: '/k', onDemand: false });
    assert.deepEqual(index.filesWith('helper'), []);
    assert.equal(index.complete(), false);
    assert.equal(index.phase(), 'near');
    finish(index, 1);
    assert.equal(index.complete(), true);
    assert.equal(index.phase(), 'done');
    assert.equal(paths(index.filesWith('helper')).length, 5);
  });

  it('takes a folder outside any tree for itself', () => {
    const files = memoryFiles({
      '/a/x.c': 'int x;',
      '/a/y.h': 'int x;',
      '/a/deep/z.c': 'int x;',
      '/a/x.txt': 'x',
    });
    const index = createIdentifierIndex({ files, folder: '/a', onDemand: true });
    assert.deepEqual(index.filesWith('x'), ['/a/x.c', '/a/y.h']);
    assert.deepEqual(index.filesWith('x', 'near'), ['/a/x.c', '/a/y.h']);
  });

  describe('on bad trees', () => {
    it('does without include/', () => {
      const { '/k/include/linux/a.h': _, ...others } = kernel;
      assert.deepEqual(paths(demand(memoryFiles(others)).filesWith('helper', 'near')), [
        'kernel/fork.c',
        'net/core/dev.c',
      ]);
      assert.deepEqual(demand(memoryFiles({})).filesWith('helper'), []);
    });

    it('goes on when files vanish between listing and reading', () => {
      const files = memoryFiles(kernel);
      const index = createIdentifierIndex({ files, root: '/k', onDemand: false });
      while (index.progress().total < 3) index.work(1);
      files.texts.delete('/k/kernel/fork.c');
      files.texts.delete('/k/mm/slab.c');
      finish(index, 1);
      assert.deepEqual(paths(index.filesWith('kfree')), ['drivers/net/ethernet/x/x.c']);
      assert.equal(paths(index.filesWith('helper')).includes('kernel/fork.c'), false);
    });

    it('ends on folders that hold themselves', () => {
      const files = memoryFiles(kernel);
      const index = createIdentifierIndex({
        files: {
          read: p => files.read(p),
          list: p => [...((files.list(p.replace(/\/loop/g, '')) ?? []) as string[]), 'loop/'],
        },
        root: '/k',
        onDemand: true,
      });
      assert.ok(paths(index.filesWith('kfree')).includes('mm/slab.c'));
    });

    it('passes over binary files', () => {
      const files = memoryFiles({ ...kernel, '/k/kernel/blob.c': 'int helper;\0\u0001\u0002' });
      assert.equal(paths(demand(files).filesWith('helper')).includes('kernel/blob.c'), false);
    });

    it('reads a generated header of 200 000 lines in small steps', () => {
      const lines = Array.from(
        { length: 200_000 },
        (_, i) => `#define REG_${String(i)}__FIELD_MASK 0x${i.toString(16)}\n`,
      );
      const files = memoryFiles({ ...kernel, '/k/include/generated/regs.h': lines.join('') });
      const index = createIdentifierIndex({ files, root: '/k', onDemand: false });
      const step = 1 << 18;
      const steps = finish(index, step);
      assert.ok(steps > 25, `${String(steps)} steps for seven megabytes`);
      assert.deepEqual(index.definers('REG_199999__FIELD_MASK', 'near'), [
        { path: '/k/include/generated/regs.h', isStatic: false },
      ]);
    });
  });

  describe('waiting for files', () => {
    it('asks for a few dozen at a time, goes on where it was, and ends', () => {
      const many = Object.fromEntries(
        Array.from({ length: 200 }, (_, i) => [`/k/net/f${String(i)}.c`, `int f${String(i)}(void) { }`]),
      );
      const files = memoryFiles({ ...kernel, ...many });
      for (const path of [...files.texts.keys(), '/k', '/k/net', '/k/net/core']) files.late.add(path);
      const index = createIdentifierIndex({ files, root: '/k', onDemand: false });
      const batches: number[] = [];
      finish(index, 1 << 20, () => {
        batches.push(files.waiting.size);
        for (const path of files.waiting) files.late.delete(path);
        files.waiting.clear();
      });
      assert.ok(Math.max(...batches) <= 32, `${String(Math.max(...batches))} files at once`);
      assert.ok(batches.length < 25, `${String(batches.length)} batches`);
      assert.deepEqual(index.definers('f199'), [{ path: '/k/net/f199.c', isStatic: false }]);
    });

    it('says pending to a question on demand', () => {
      const files = memoryFiles(kernel);
      files.late.add('/k/kernel/fork.c');
      const index = demand(files);
      assert.equal(index.filesWith('helper'), 'pending');
      files.late.clear();
      assert.equal(paths(index.filesWith('helper')).length, 5);
    });
  });

  describe('after changes', () => {
    it('reads what was edited, made or deleted, and nothing else', () => {
      const files = memoryFiles(kernel);
      const index = demand(files);
      index.filesWith('helper');
      files.read_.length = 0;
      files.texts.set('/k/kernel/fork.c', 'int other(void)\n{\n}\n');
      files.texts.set('/k/kernel/new.c', 'int helper;');
      files.texts.delete('/k/net/core/dev.c');
      for (const path of [
        '/k/kernel/fork.c',
        '/k/kernel/new.c',
        '/k/net/core/dev.c',
        '/k/tools/lib/helper.c',
      ])
        index.forget(path);
      assert.deepEqual(paths(index.filesWith('helper', 'near')), ['include/linux/a.h', 'kernel/new.c']);
      assert.deepEqual(files.read_, ['/k/kernel/fork.c', '/k/kernel/new.c', '/k/net/core/dev.c']);
      assert.deepEqual(index.definers('other'), [{ path: '/k/kernel/fork.c', isStatic: false }]);
    });

    it('counts a new version only if definitions changed', () => {
      const files = memoryFiles(kernel);
      const index = demand(files);
      index.filesWith('helper');
      const edit = (text: string): number => {
        files.texts.set('/k/kernel/fork.c', text);
        index.forget('/k/kernel/fork.c');
        index.filesWith('helper');
        return index.version();
      };
      const before = edit('static int own(void)\n{\n\treturn 1;\n}\n');
      assert.equal(edit('static int own(void)\n{\n\treturn 2 + helper();\n}\n'), before);
      assert.notEqual(edit('static int own2(void)\n{\n}\n'), before);
    });

    it('in the background costs a question nothing: files that changed are read later', () => {
      const files = memoryFiles(kernel);
      const index = createIdentifierIndex({ files, root: '/k', onDemand: false });
      finish(index);
      files.read_.length = 0;
      const before = [index.version(), index.revision()];
      for (const [text, grows] of [
        ['static int own(void)\n{\n\treturn 2;\n}\n', false],
        ['static int own2(void)\n{\n}\n', true],
      ] as const) {
        files.texts.set('/k/kernel/fork.c', text);
        index.forget('/k/kernel/fork.c');
        index.filesWith('own2');
        assert.deepEqual([index.version(), index.revision()], before);
        assert.equal(index.isStale(), true);
        finish(index);
        assert.equal(index.revision() > (before[1] ?? 0), grows);
      }
      assert.deepEqual(paths(index.filesWith('own2')), ['kernel/fork.c']);
      assert.deepEqual(files.read_, ['/k/kernel/fork.c', '/k/kernel/fork.c']);
    });

    it('stays right over more edits than a segment holds', () => {
      const files = memoryFiles(kernel);
      const index = demand(files);
      index.filesWith('helper');
      const large = Array.from({ length: 20_000 }, (_, i) => `int v${String(i)};\n`).join('');
      for (let i = 0; i < 20; i++) {
        for (const name of ['a', 'b', 'c']) {
          files.texts.set(`/k/kernel/${name}.c`, `${large}int edit${String(i)}${name};`);
          index.forget(`/k/kernel/${name}.c`);
        }
        assert.deepEqual(paths(index.filesWith(`edit${String(i)}b`)), ['kernel/b.c']);
      }
      assert.deepEqual(paths(index.filesWith('edit3b')), []);
      assert.equal(index.progress().files, 9);
      assert.ok(index.progress().identifiers < 350_000, String(index.progress().identifiers));
    });
  });

  describe('kept between windows', () => {
    const saved = (index: IdentifierIndex): Uint8Array => Buffer.concat([...index.save()]);

    it('reads only what changed since', () => {
      const files = memoryFiles(kernel);
      const first = demand(files);
      first.filesWith('helper');
      const bytes = saved(first);
      assert.equal(first.unsaved(), 0);
      files.read_.length = 0;
      files.texts.set('/k/kernel/fork.c', 'int changed_now(void) { return helper(); }');
      files.texts.delete('/k/mm/slab.c');
      files.texts.set('/k/mm/slub.c', 'int helper;');
      const index = createIdentifierIndex({ files, root: '/k', onDemand: true, saved: () => bytes });
      assert.deepEqual(paths(index.filesWith('helper')), [
        'arch/x86/kernel/y.c',
        'drivers/net/ethernet/x/x.c',
        'include/linux/a.h',
        'kernel/fork.c',
        'mm/slub.c',
        'net/core/dev.c',
      ]);
      assert.deepEqual(paths(index.filesWith('kfree')), ['drivers/net/ethernet/x/x.c']);
      assert.deepEqual(files.read_.sort(), ['/k/kernel/fork.c', '/k/mm/slub.c']);
    });

    it('begins in the background with what was kept', () => {
      const files = memoryFiles(kernel);
      const first = demand(files);
      first.filesWith('helper');
      const bytes = saved(first);
      files.read_.length = 0;
      const index = createIdentifierIndex({ files, root: '/k', onDemand: false });
      assert.equal(index.restore(bytes), true);
      assert.equal(index.complete(), false);
      finish(index, 100);
      assert.equal(paths(index.filesWith('helper')).length, 5);
      assert.deepEqual(files.read_, []);
    });

    it('is not taken for another tree, and survives what is cut off or garbage', () => {
      const files = memoryFiles(kernel);
      const first = demand(files);
      first.filesWith('helper');
      const bytes = saved(first);
      const of = (root: string, kept: Uint8Array): boolean =>
        createIdentifierIndex({ files, root, onDemand: false }).restore(kept);
      assert.equal(of('/other', bytes), false);
      assert.equal(of('/k', new Uint8Array(100)), false);
      assert.equal(of('/k', new Uint8Array()), false);
      for (const length of [8, 40, bytes.length >> 1, bytes.length - 1]) {
        const index = createIdentifierIndex({
          files,
          root: '/k',
          onDemand: true,
          saved: () => bytes.slice(0, length),
        });
        assert.equal(paths(index.filesWith('helper')).length, 5);
      }
      // Bytes out of the middle of another buffer.
      const shifted = new Uint8Array(bytes.length + 3);
      shifted.set(bytes, 3);
      assert.equal(of('/k', shifted.subarray(3)), true);
    });
  });
});
