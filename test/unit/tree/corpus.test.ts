import { strict as assert } from 'node:assert';
import { createFactStore } from '../../../src/kernel/functions';
import type { CParser } from '../../../src/syntax/parser';
import { createConfig } from '../../../src/tree/config';
import { createCorpus, type TreeCorpus } from '../../../src/tree/corpus';
import { createTree } from '../../../src/tree/create';
import { createIdentifierIndex } from '../../../src/tree/identifiers';
import { loadParser } from '../syntax/load';
import { memoryFiles, type MemoryFiles } from './memory';

describe('tree: corpus', () => {
  let parser: CParser;
  before(async () => {
    parser = await loadParser();
  });
  function make(texts: Readonly<Record<string, string>>): {
    readonly corpus: TreeCorpus;
    readonly files: MemoryFiles;
    /** As the pipeline does when a text changed. */
    change(path: string, text: string): void;
  } {
    const files = memoryFiles({ '/k/Kconfig': '', ...texts });
    const index = createIdentifierIndex({ files, root: '/k', onDemand: true });
    const tree = createTree({ files, parser, root: '/k' });
    const config = createConfig({ harness: { CONFIG_X: 'y' } });
    const corpus = createCorpus({ tree, identifiers: index, facts: createFactStore(), config: () => config });
    return {
      corpus,
      files,
      change(path, text) {
        files.texts.set(path, text);
        for (const one of [tree, index, corpus]) one.forget(path);
      },
    };
  }
  /** The first lines of what a name means in a file. */
  const functions = (corpus: TreeCorpus, name: string, from?: string): readonly string[] =>
    corpus
      .functions(name, from)
      .map(
        f => `${f.file.slice(3)}: ${f.analysis.text.slice(f.item.start, f.item.end).split('\n')[0] ?? ''}`,
      );
  const mentions = (corpus: TreeCorpus, name: string, from?: string, within?: string): readonly string[] =>
    [...corpus.mentions(name, from, within)].map(m =>
      m.kind === 'function'
        ? `${m.source.path.slice(3)}: ${m.facts.name}()`
        : `${m.source.path.slice(3)}: ${m.item.kind} ${m.item.name}`,
    );

  it('takes a function of the file before all others', () => {
    const { corpus } = make({
      '/k/net/a.c': 'static int get(void) { return 1; }\nint use(void) { return get(); }\n',
      '/k/net/b.c': 'int get(void) { return 2; }\n',
      '/k/net/c.c': 'static int get(void) { return 3; }\n',
    });
    assert.deepEqual(functions(corpus, 'get', '/k/net/a.c'), ['net/a.c: static int get(void) { return 1; }']);
    assert.deepEqual(functions(corpus, 'get', '/k/net/d.c'), ['net/b.c: int get(void) { return 2; }']);
    assert.deepEqual(functions(corpus, 'get'), ['net/b.c: int get(void) { return 2; }']);
  });

  it('takes what a header that is reached defines, and not what other headers do', () => {
    const { corpus } = make({
      '/k/net/a.c': '#include <linux/one.h>\n#include "private.h"\nint use(void) { return get() + own(); }\n',
      '/k/net/private.h': 'static inline int own(void) { return 1; }\n',
      '/k/include/linux/one.h': 'static inline int get(void) { return 1; }\n',
      '/k/include/linux/two.h': 'static inline int get(void) { return 2; }\n',
      '/k/kernel/private.h':
        'static inline int own(void) { return 2; }\nstatic inline int get(void) { return 3; }\n',
    });
    assert.deepEqual(functions(corpus, 'get', '/k/net/a.c'), [
      'include/linux/one.h: static inline int get(void) { return 1; }',
      'include/linux/two.h: static inline int get(void) { return 2; }',
    ]);
    assert.deepEqual(functions(corpus, 'own', '/k/net/a.c'), [
      'net/private.h: static inline int own(void) { return 1; }',
    ]);
  });

  it('leaves out variants that the config does not build', () => {
    const { corpus } = make({
      '/k/include/linux/a.h':
        '#ifdef CONFIG_X\nint get(void);\n#else\nstatic inline int get(void) { return 0; }\n#endif\n#ifdef __KERNEL__\n#ifdef LOCAL\nstatic inline int some(void) { return 1; }\n#else\nstatic inline int some(void) { return 2; }\n#endif\n#endif\n',
      '/k/net/a.c': 'int get(void) { return 1; }\n#ifndef CONFIG_X\nint none(void) { return 1; }\n#endif\n',
    });
    assert.deepEqual(functions(corpus, 'get', '/k/net/b.c'), ['net/a.c: int get(void) { return 1; }']);
    assert.deepEqual(functions(corpus, 'none', '/k/net/b.c'), []);
    assert.equal(functions(corpus, 'some', '/k/net/b.c').length, 2);
  });

  it('sees static functions of a source file that is included, both ways', () => {
    const { corpus } = make({
      '/k/kernel/tree.c':
        '#include "plugin.h"\nstatic int below(void) { return upper(); }\n#include "part.c"\n',
      '/k/kernel/plugin.h': 'static int upper(void) { return below(); }\n',
      '/k/kernel/part.c': 'static int part(void) { return below(); }\n',
      '/k/kernel/alone.c': 'int alone(void) { return below(); }\n',
    });
    assert.deepEqual(functions(corpus, 'below', '/k/kernel/plugin.h').length, 1);
    assert.deepEqual(functions(corpus, 'below', '/k/kernel/part.c').length, 1);
    assert.deepEqual(functions(corpus, 'part', '/k/kernel/tree.c').length, 1);
    assert.deepEqual(functions(corpus, 'below', '/k/kernel/alone.c'), []);
  });

  it('looks into drivers only for drivers', () => {
    const { corpus, files } = make({
      '/k/net/a.c': 'int use(void) { return probe_it(); }\n',
      '/k/drivers/x/x.c': 'int probe_it(void) { return 1; }\n',
      '/k/drivers/y/y.c': 'int y(void) { return probe_it(); }\n',
    });
    assert.deepEqual(functions(corpus, 'probe_it', '/k/net/a.c'), []);
    assert.equal(files.read_.includes('/k/drivers/x/x.c'), false);
    assert.equal(functions(corpus, 'probe_it', '/k/drivers/y/y.c').length, 1);
  });

  it('reads no file that only mentions a name, to find who defines it', () => {
    const { corpus, files } = make({
      '/k/mm/slab.c': 'void release(void *p)\n{\n}\n',
      ...Object.fromEntries(
        Array.from({ length: 50 }, (_, i) => [`/k/net/f${String(i)}.c`, 'int f(void *p) { release(p); }']),
      ),
    });
    corpus.functions('nobody', '/k/net/f1.c');
    files.read_.length = 0;
    assert.equal(functions(corpus, 'release', '/k/net/f1.c').length, 1);
    assert.deepEqual(files.read_, ['/k/mm/slab.c']);
  });

  it('gives the same array until a file of it changes, or another file defines the name', () => {
    const { corpus, change } = make({
      '/k/include/linux/a.h': '#define LIMIT 1\nstatic inline int get(void) { return LIMIT; }\n',
      '/k/net/a.c': 'int use(void) { return get(); }\n',
    });
    const of = (): readonly unknown[] => [
      corpus.functions('get', '/k/net/a.c'),
      corpus.macros('LIMIT', '/k/net/a.c'),
      corpus.functions('nobody', '/k/net/a.c'),
    ];
    const same = (a: readonly unknown[], b: readonly unknown[]): readonly boolean[] =>
      a.map((x, i) => x === b[i]);
    const first = of();
    change('/k/net/a.c', 'int use(void) { return get() + 1; }\n');
    assert.deepEqual(same(first, of()), [true, true, true]);
    change('/k/net/a.c', 'int use(void) { return get() + 1; }\nint more(void) { return 1; }\n');
    assert.deepEqual(same(first, of()), [true, true, true]);
    change('/k/net/a.c', 'int use(void) { return get() + 1; }\nstatic int nobody(void) { return 1; }\n');
    assert.deepEqual(same(first, of()), [true, true, false]);
    assert.equal(corpus.functions('nobody', '/k/net/a.c').length, 1);
    change('/k/include/linux/a.h', '#define LIMIT 2\nstatic inline int get(void) { return LIMIT; }\n');
    assert.deepEqual(same(first, of()), [false, false, false]);
    assert.equal(corpus.macros('LIMIT', '/k/net/a.c')[0]?.macro.body, '2');
  });

  it('gives macros, types and enumerators as seen from a file', () => {
    const { corpus } = make({
      '/k/net/a.c': '#define LOCAL 1\nint x = LOCAL;\n',
      '/k/net/b.c': '#define LOCAL 2\n',
      '/k/include/linux/a.h':
        'enum bits {\n\tBIT_ONE,\n\tBIT_TWO,\n};\nstruct thing { int x; };\ntypedef struct { int y; } thing_t;\n',
    });
    assert.deepEqual(
      corpus.macros('LOCAL', '/k/net/a.c').map(m => m.macro.body),
      ['1'],
    );
    assert.deepEqual(
      corpus.macros('LOCAL', '/k/net/c.c').map(m => m.macro.body),
      [],
    );
    const kinds = (name: string): readonly string[] =>
      corpus
        .definitions(name, ['enum', 'enumerator', 'struct', 'typedef'], '/k/net/a.c')
        .map(d => `${d.item.kind} ${d.item.name}`);
    assert.deepEqual(kinds('BIT_TWO'), ['enumerator BIT_TWO']);
    assert.deepEqual(kinds('bits'), ['enum bits']);
    assert.deepEqual(kinds('thing'), ['struct thing']);
    assert.deepEqual(kinds('thing_t'), ['typedef thing_t']);
  });

  it('tells every item that mentions a name once, nearest first, enums of any length too', () => {
    const long = Array.from({ length: 200 }, (_, i) => `\tONE_${String(i)},\n`).join('');
    const { corpus } = make({
      '/k/net/z.c': 'int z(void) { return LAST; }\n',
      '/k/net/a.c':
        'static int a(void) { return LAST + LAST; }\nstatic struct ops o = {\n\t.x = LAST,\n};\nEXPORT(LAST);\n/* LAST */\n#define L2 (LAST)\nSYSCALL_DEFINE1(name, int, LAST)\n{\n}\nint NOT_LAST, LAST_NOT;\n',
      '/k/include/linux/a.h': `enum names {\n${long}\tLAST = 7,\n};\nstruct s { int x[LAST]; };\nstruct r { int x; } variable = { LAST };\n`,
      '/k/drivers/d.c': 'int d(void) { return LAST; }\n',
      '/k/mm/m.c': 'int m(void) { return LAST; }\n',
    });
    assert.deepEqual(mentions(corpus, 'LAST', '/k/net/z.c'), [
      'net/z.c: z()',
      'net/a.c: a()',
      'net/a.c: variable o',
      'net/a.c: invocation EXPORT',
      'net/a.c: macro L2',
      'net/a.c: sys_name()',
      'include/linux/a.h: enum names',
      'include/linux/a.h: struct s',
      'include/linux/a.h: variable variable',
      'mm/m.c: m()',
      'drivers/d.c: d()',
    ]);
    assert.deepEqual(mentions(corpus, 'LAST', undefined, '/k/mm/m.c'), ['mm/m.c: m()']);
    assert.deepEqual(mentions(corpus, 'absent'), []);
  });

  it('finds system calls by the name that they have nowhere', () => {
    const { corpus } = make({ '/k/net/a.c': 'SYSCALL_DEFINE1(close_it, int, fd)\n{\n\treturn 0;\n}\n' });
    assert.equal(functions(corpus, 'sys_close_it').length, 1);
    assert.equal(functions(corpus, 'sys_open_it').length, 0);
  });

  it('passes over files that are gone and that nobody told it about', () => {
    const { corpus, files } = make({
      '/k/net/a.c': 'int a(void) { return LAST; }\n',
      '/k/net/b.c': 'int b(void) { return LAST; }\n',
      '/k/net/c.c': 'int gone(void) { return LAST; }\n',
    });
    corpus.functions('a');
    files.texts.delete('/k/net/b.c');
    files.texts.set('/k/net/c.c', 'int other(void) { return FIRST; }\n');
    assert.deepEqual(mentions(corpus, 'LAST'), ['net/a.c: a()']);
    assert.deepEqual(functions(corpus, 'b'), []);
    assert.deepEqual(functions(corpus, 'gone'), []);
  });

  it('looks no further than it is asked', () => {
    const { corpus, files } = make({
      '/k/net/a.c': 'int a(void) { return LAST; }\n',
      '/k/drivers/d.c': 'int d(void) { return LAST; }\n',
    });
    for (const m of corpus.mentions('LAST', '/k/net/a.c')) if (m.kind === 'function') break;
    assert.equal(files.read_.includes('/k/drivers/d.c'), false);
  });

  it('finds one of 200 000 enumerators', () => {
    const names = Array.from({ length: 200_000 }, (_, i) => `\tREG_${String(i)},\n`);
    const { corpus } = make({ '/k/include/generated/regs.h': `enum regs {\n${names.join('')}};\n` });
    assert.equal(corpus.definitions('REG_199999', ['enumerator'], '/k/net/a.c').length, 1);
  }).timeout(5000);

  it('gives definitions in a generated header of 200 000 lines', () => {
    const lines = Array.from(
      { length: 200_000 },
      (_, i) => `#define REG_${String(i)}__MASK 0x${i.toString(16)}\n`,
    );
    const { corpus } = make({ '/k/include/generated/regs.h': lines.join('') });
    assert.equal(corpus.macros('REG_199999__MASK', '/k/net/a.c')[0]?.macro.body, '0x30d3f');
  }).timeout(5000);
});
