import { strict as assert } from 'node:assert';
import type { CParser } from '../../../src/syntax/parser';
import { createConfig } from '../../../src/tree/config';
import { createTree } from '../../../src/tree/create';
import type { Files, LookupKind, Scope, Tree } from '../../../src/tree/tree';
import { loadParser } from '../syntax/load';

/** A file system of texts; paths in `late` are pending until they are taken out. */
function memory(texts: Readonly<Record<string, string>>, late = new Set<string>()): Files {
  return {
    read: path => (late.has(path) ? 'pending' : texts[path]),
    list(path) {
      const prefix = path === '/' ? '/' : `${path}/`;
      const names = new Set<string>();
      for (const p of Object.keys(texts))
        if (p.startsWith(prefix)) names.add(p.slice(prefix.length).replace(/\/.*/, '/'));
      return names.size === 0 ? undefined : [...names];
    },
  };
}

const kernel: Readonly<Record<string, string>> = {
  '/k/net/core/dev.c':
    '#include <linux/a.h>\n#include "dev.h"\n#ifdef CONFIG_X\n#include <linux/x.h>\n#else\n#include <linux/notx.h>\n#endif\nint local(void)\n{\n\treturn A;\n}\nstatic int both(void) { return 1; }\n',
  '/k/net/core/dev.h': '#include <asm/bits.h>\nstruct near { int x; };\n',
  '/k/net/core/other.c': 'int elsewhere(void)\n{\n\treturn 0;\n}\n',
  '/k/include/linux/a.h':
    '#ifndef A_H\n#define A_H\n#include <asm/arch.h>\n#define A 1\nenum { STATE_ONE, /* the first bit */ };\nstatic inline int both(void) { return 2; }\n#ifdef CONFIG_X\nint choice(void) { return 1; }\n#else\nint choice(void) { return 0; }\n#endif\n#ifndef __KERNEL__\n#define A 99\n#endif\n#ifndef weak\nstatic inline int weak(void) { return 0; }\n#define weak weak\n#endif\n#endif\n',
  '/k/include/linux/x.h': '#define FROM_X 1\n',
  '/k/include/linux/notx.h':
    '#define FROM_X 0\n#ifndef DEF_ETHHDR\n#define DEF_ETHHDR 1\n#endif\n#if DEF_ETHHDR\nstruct ethhdr { int x; };\n#endif\n#include <generated/autoconf.h>\n#include <linux/missing.h>\n',
  '/k/include/linux/far.h':
    'struct far { int y; };\nenum far_bits { FAR_BIT };\nint far_function(void) { return 1; }\n',
  '/k/include/asm-generic/bits.h': '#define GENERIC 1\n#include <uapi/thing.h>\n',
  '/k/include/uapi/thing.h': 'typedef int thing_t;\n',
  '/k/arch/x86/include/asm/arch.h': '#define ARCH 1\n#include "../../../../include/linux/a.h"\n',
  '/k/kernel/sched/core.c': 'void schedule(void)\n{\n}\n',
  '/k/tools/include/linux/far.h': 'struct far { int wrong; };\n',
};

describe('tree', () => {
  let parser: CParser;
  before(async () => {
    parser = await loadParser();
  });
  const kernelTree = (): Tree => createTree({ files: memory(kernel), parser, root: '/k' });
  const config = createConfig({ harness: { CONFIG_X: 'y' } });
  const names = (tree: Tree, name: string, kinds: readonly LookupKind[], cfg = config, variants = false) => {
    const scope = tree.scope(['/k/net/core/dev.c'], cfg);
    return tree
      .lookup(name, kinds, scope, cfg, variants)
      .map(d => `${d.item.file.slice(3)}:${d.source.text.slice(d.item.start, d.item.end).split('\n')[0]}`);
  };

  it('reaches headers nearest first, choosing by config', () => {
    const tree = kernelTree();
    assert.deepEqual(tree.scope(['/k/net/core/dev.c'], config), {
      sources: ['/k/net/core/dev.c'],
      headers: [
        '/k/include/linux/a.h',
        '/k/net/core/dev.h',
        '/k/include/linux/x.h',
        '/k/arch/x86/include/asm/arch.h',
        '/k/include/asm-generic/bits.h',
        '/k/include/uapi/thing.h',
      ],
    });
    assert.ok(tree.scope(['/k/net/core/dev.c'], createConfig()).headers.includes('/k/include/linux/notx.h'));
  });

  it('counts included .c files among the sources', () => {
    const files = memory({
      ...kernel,
      '/h/a.race.c': '#include "net/core/dev.c"\n#include "kernel/sched/core.c"\n',
    });
    const tree = createTree({ files, parser, root: '/k' });
    assert.deepEqual(tree.scope(['/h/a.race.c'], config).sources, [
      '/h/a.race.c',
      '/k/net/core/dev.c',
      '/k/kernel/sched/core.c',
    ]);
  });

  it('looks where the Makefile of the folder says, if a quoted header is nowhere else', () => {
    const files = memory({
      '/k/drivers/media/usb/dvb/Makefile':
        'ccflags-y += -I$(srctree)/drivers/media/tuners/ -I $(src)/local\nccflags-y += -I$(objtree)/no\n',
      '/k/drivers/media/usb/dvb/a.c': '#include "tuner.h"\n#include "near.h"\n#include "none.h"\n',
      '/k/drivers/media/usb/dvb/local/near.h': '#define NEAR 1\n',
      '/k/drivers/media/tuners/tuner.h': 'struct tuner { int x; };\n',
    });
    const { headers } = createTree({ files, parser, root: '/k' }).scope(
      ['/k/drivers/media/usb/dvb/a.c'],
      config,
    );
    assert.deepEqual([...headers].sort(), [
      '/k/drivers/media/tuners/tuner.h',
      '/k/drivers/media/usb/dvb/local/near.h',
    ]);
  });

  it('ranks sources before headers', () => {
    const tree = kernelTree();
    assert.deepEqual(names(tree, 'both', ['function']), [
      'net/core/dev.c:static int both(void) { return 1; }',
      'include/linux/a.h:static inline int both(void) { return 2; }',
    ]);
  });

  it('keeps CONFIG variants apart', () => {
    const tree = kernelTree();
    assert.deepEqual(names(tree, 'choice', ['function']), [
      'include/linux/a.h:int choice(void) { return 1; }',
    ]);
    assert.deepEqual(names(tree, 'choice', ['function'], createConfig()), [
      'include/linux/a.h:int choice(void) { return 0; }',
    ]);
    assert.equal(names(tree, 'choice', ['function'], config, true).length, 2);
    const scope = tree.scope(['/k/net/core/dev.c'], config);
    assert.deepEqual(tree.lookup('choice', ['function'], scope, config)[0]?.decidedBy, [
      { name: 'CONFIG_X', value: 'y', origin: 'harness' },
    ]);
  });

  it('leaves out what is for user space only', () => {
    assert.deepEqual(names(kernelTree(), 'A', ['macro']), ['include/linux/a.h:#define A 1']);
  });

  it('does not let a macro under its own #ifndef say that it is defined', () => {
    assert.deepEqual(names(kernelTree(), 'weak', ['function']), [
      'include/linux/a.h:static inline int weak(void) { return 0; }',
    ]);
  });

  it('takes a default under #ifndef for the value in #if', () => {
    assert.deepEqual(names(kernelTree(), 'ethhdr', ['struct'], createConfig()), [
      'include/linux/notx.h:struct ethhdr { int x; };',
    ]);
    assert.deepEqual(names(kernelTree(), 'DEF_ETHHDR', ['macro'], createConfig()), [
      'include/linux/notx.h:#define DEF_ETHHDR 1',
    ]);
  });

  it('searches the other headers for types, enumerators and macros only', () => {
    const tree = kernelTree();
    assert.deepEqual(names(tree, 'far', ['struct']), ['include/linux/far.h:struct far { int y; };']);
    assert.deepEqual(names(tree, 'FAR_BIT', ['enumerator']), ['include/linux/far.h:FAR_BIT']);
    assert.deepEqual(names(tree, 'far_function', ['function']), []);
    assert.deepEqual(names(tree, 'nowhere', ['struct', 'macro']), []);
  });

  it('gives nodes, macros and comments', () => {
    const tree = kernelTree();
    const scope = tree.scope(['/k/net/core/dev.c'], config);
    const bit = tree.lookup('STATE_ONE', ['enumerator'], scope, config)[0];
    assert.equal(bit?.node?.kind, 'enumerator');
    assert.equal(bit.source.commentAt(bit.item), 'the first bit');
    assert.equal(tree.lookup('GENERIC', ['macro'], scope, config)[0]?.macro?.body, '1');
    assert.equal(tree.lookup('local', ['function'], scope, config)[0]?.node?.kind, 'function_definition');
  });

  it('says where a function is defined', () => {
    const tree = kernelTree();
    tree.scope(['/k/net/core/dev.c'], config);
    assert.deepEqual(tree.whereIs('elsewhere'), ['/k/net/core/other.c']);
    assert.deepEqual(tree.whereIs('schedule'), ['/k/kernel/sched/core.c']);
    assert.deepEqual(tree.whereIs('no_such'), []);
    assert.deepEqual(kernelTree().whereIs('schedule', { cancelled: true }), []);
  });

  it('works for two lone files', () => {
    const files = memory({
      '/d/a.c': '#include <linux/x.h>\n#include "b.c"\nint f(void) { return g(); }\n',
      '/d/b.c': 'int g(void) { return 1; }\n',
    });
    const tree = createTree({ files, parser, folder: '/d' });
    const scope = tree.scope(['/d/a.c'], config);
    assert.deepEqual(scope, { sources: ['/d/a.c', '/d/b.c'], headers: [] });
    assert.equal(tree.lookup('g', ['function'], scope, config)[0]?.item.file, '/d/b.c');
    assert.deepEqual(tree.lookup('NAPI_STATE_SCHED', ['enumerator'], scope, config), []);
    assert.deepEqual(tree.whereIs('g'), ['/d/b.c']);
  });

  it('finds headers that come with Racelens', () => {
    const tree = createTree({
      files: memory({ '/d/a.c': '#include <racelens.h>\n' }),
      parser,
      bundled: { 'racelens.h': '#define BIT(n) (1UL << (n))\n' },
    });
    const scope = tree.scope(['/d/a.c'], config);
    assert.deepEqual(scope.headers, ['racelens.h']);
    assert.equal(tree.lookup('BIT', ['macro'], scope, config).length, 1);
  });

  it('waits for what is not yet here', () => {
    const late = new Set(['/k/include/linux/a.h']);
    const tree = createTree({ files: memory(kernel, late), parser, root: '/k' });
    const scope = tree.scope(['/k/net/core/dev.c'], config);
    assert.deepEqual(tree.wanted(), ['/k/include/linux/a.h']);
    assert.deepEqual(tree.lookup('A', ['macro'], scope, config), []);
    late.clear();
    const again = tree.scope(['/k/net/core/dev.c'], config);
    assert.equal(tree.lookup('A', ['macro'], again, config).length, 1);
    assert.deepEqual(tree.wanted(), []);
  });

  it('reads a file again after forget', () => {
    const texts: Record<string, string> = { '/d/a.c': 'int f(void) { return 1; }\n' };
    const tree = createTree({ files: memory(texts), parser });
    assert.equal(tree.file('/d/a.c')?.items[0]?.name, 'f');
    texts['/d/a.c'] = 'int g(void) { return 1; }\n';
    assert.equal(tree.file('/d/a.c')?.items[0]?.name, 'f');
    tree.forget('/d/a.c');
    assert.equal(tree.file('/d/a.c')?.items[0]?.name, 'g');
    assert.equal(tree.file('/d/none.c'), undefined);
  });

  it('keeps after an edit what the edit does not change, and nothing else', () => {
    const texts: Record<string, string | undefined> = {
      '/d/a.c':
        '#include "a.h"\nint f(void)\n{\n\treturn 1;\n}\n#if N > 1\nint many;\n#else\nint few;\n#endif\n',
      '/d/a.h': '#define N 1\nint h(void);\n',
      '/d/b.h': 'int b(void);\n',
    };
    const files: Files = {
      read: path => texts[path],
      list: folder =>
        folder === '/d'
          ? Object.keys(texts).flatMap(p => (texts[p] === undefined ? [] : [p.slice(3)]))
          : undefined,
    };
    const tree = createTree({ files, parser, folder: '/d' });
    const scope = (): Scope => tree.scope(['/d/a.c'], config);
    const has = (name: string): boolean =>
      tree.lookup(name, ['variable', 'prototype', 'function'], scope(), config).length > 0;
    const edit = (path: string, change: (text: string) => string | undefined): void => {
      texts[path] = change(texts[path] ?? '');
      tree.forget(path);
    };
    const first = scope();
    assert.deepEqual(first.headers, ['/d/a.h']);
    assert.deepEqual([has('few'), has('many')], [true, false]);

    edit('/d/a.c', text => text.replace('return 1', 'return 2'));
    assert.equal(scope(), first);
    assert.deepEqual([has('few'), has('many'), has('g')], [true, false, false]);

    edit('/d/a.c', text => `${text}int g(void);\n`);
    assert.equal(scope(), first);
    assert.ok(has('g'));

    edit('/d/a.h', text => text.replace('N 1', 'N 2'));
    assert.deepEqual([has('few'), has('many')], [false, true]);

    edit('/d/a.c', text => text.replace('#include "a.h"', '#include "a.h"\n#include "b.h"\n#include "c.h"'));
    assert.deepEqual(scope().headers, ['/d/a.h', '/d/b.h']);
    assert.ok(has('b'));

    edit('/d/c.h', () => 'int c(void);\n');
    assert.deepEqual(scope().headers, ['/d/a.h', '/d/b.h', '/d/c.h']);
    assert.ok(has('c'));

    edit('/d/b.h', () => undefined);
    assert.deepEqual(scope().headers, ['/d/a.h', '/d/c.h']);
    assert.ok(!has('b'));
  });

  it('ends on folders that hold themselves', () => {
    const files: Files = { read: () => undefined, list: () => ['loop/', 'a.h'] };
    const tree = createTree({ files, parser, root: '/k' });
    const scope = tree.scope(['/k/a.c'], config);
    assert.deepEqual(tree.lookup('X', ['macro'], scope, config), []);
    assert.deepEqual(tree.whereIs('f'), []);
  });
});

describe('tree: config', () => {
  it('asks the harness, then .config, then the defaults', () => {
    const config = createConfig({
      harness: { CONFIG_A: 'n' },
      dotConfig: 'CONFIG_A=y\nCONFIG_B=m\n# CONFIG_NET is not set\nCONFIG_S="text"\nCONFIG_HZ=1000\r\n',
    });
    const both = (name: string): readonly (string | undefined)[] => [config.value(name), config.origin(name)];
    assert.deepEqual(both('CONFIG_A'), ['n', 'harness']);
    assert.deepEqual(both('CONFIG_B'), ['m', '.config']);
    assert.deepEqual(both('CONFIG_B_MODULE'), ['1', '.config']);
    assert.deepEqual(both('CONFIG_NET'), ['n', '.config']);
    assert.deepEqual(both('CONFIG_S'), ['text', '.config']);
    assert.deepEqual(both('CONFIG_HZ'), ['1000', '.config']);
    assert.deepEqual(both('__KERNEL__'), ['1', 'predefined']);
    assert.equal(config.value('SOME_MACRO'), undefined);
  });

  it('has documented defaults', () => {
    const config = createConfig();
    for (const name of ['SMP', 'NET', 'NETPOLL', 'INET', 'IPV6', '64BIT'])
      assert.equal(config.value(`CONFIG_${name}`), 'y', name);
    for (const name of ['PREEMPT_RT', 'LOCKDEP', 'NO_SUCH_THING'])
      assert.equal(config.value(`CONFIG_${name}`), 'n', name);
    assert.equal(config.origin('CONFIG_NO_SUCH_THING'), 'default');
  });
});
