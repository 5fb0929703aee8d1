import { strict as assert } from 'node:assert';
import type { CParser } from '../../../src/syntax/parser';
import { itemList, itemNamed, loadParser } from './load';

describe('syntax: items of a file', () => {
  let parser: CParser;
  before(async () => {
    parser = await loadParser();
  });
  const scan = (text: string) => parser.parseFile('a.c', text);
  const checkItems = (text: string, ...expected: readonly string[]): void => {
    assert.deepEqual(itemList(scan(text)), expected);
  };

  it('knows functions with odd heads', () => {
    checkItems('int f(void)\n{\n}\n', 'function f');
    checkItems('static inline __must_check int f(struct a *b)\n{\n}\n', 'function f');
    checkItems('static void __init\nf(void)\n{\n}\n', 'function f');
    checkItems('__printf(1, 2)\nint f(const char *fmt, ...)\n{\n}\n', 'function f');
    checkItems('struct sk_buff *f(int a) __acquires(x)\n{\n}\n', 'function f');
    checkItems('enum reason __f(struct sock *sk)\n{\n}\n', 'function __f');
    checkItems('static struct cookie __f(struct map *lock)\n{\n}\n', 'function __f');
    checkItems('int (*f(unsigned int pid))(struct sk_buff *, int)\n{\n}\n', 'function f');
    checkItems('INDIRECT_CALLABLE_SCOPE u32 f(int a)\n{\n}\n', 'function f');
    checkItems('typeof(x) f(int a)\n{\n}\n', 'function f');
    checkItems('int f(a, b)\n\tint a;\n\tint b;\n{\n\treturn a;\n}\n', 'function f');
    checkItems(
      '__printf(1, 2)\nvoid e(const char *fmt, ...);\nenum { A };\n\nstatic int f(int a)\n{\n}\n',
      'prototype e',
      'enum ',
      'enumerator A',
      'function f',
    );
  });

  it('knows the names of system calls', () => {
    const text = 'SYSCALL_DEFINE2(kill, pid_t, pid, int, sig)\n{\n\treturn 0;\n}\n';
    checkItems(text, 'function sys_kill');
    const item = itemNamed(scan(text), 'sys_kill');
    assert.equal(text.slice(item.nameStart, item.nameStart + 4), 'kill');
    checkItems('COMPAT_SYSCALL_DEFINE1(x, int, a)\n{\n}\n', 'function compat_sys_x');
    checkItems('BPF_CALL_1(bpf_f, int, a)\n{\n}\n', 'function bpf_f');
  });

  it('knows declarations, each declarator of them', () => {
    checkItems('int a, *b, c[3], (*d)(int);\n', 'variable a', 'variable b', 'variable c', 'variable d');
    checkItems('extern int f(void), g(int);\n', 'prototype f', 'prototype g');
    checkItems('static struct net_device dev = { .a = 1 }, *p;\n', 'variable dev', 'variable p');
    checkItems('u64 (*table[])(u64 a) = { f, g };\n', 'variable table');
    checkItems('struct a;\n');
    checkItems(
      'typedef int (*fn_t)(int);\ntypedef struct { int x; } s_t;\n',
      'typedef fn_t',
      'struct ',
      'typedef s_t',
    );
    checkItems('struct a { int x; } b, c;\n', 'struct a', 'variable b', 'variable c');
    checkItems('struct __packed a {\n\tint x;\n} __aligned(8);\n', 'struct a');
    checkItems('register unsigned long sp asm("rsp");\n', 'variable sp');
    checkItems('char *f(const char *) __RENAME(g);\n', 'prototype f');
  });

  it('knows enumerators and gives them the range of their enum', () => {
    const text =
      'enum {\n\tA, /* the first */\n\tB = 1 << 2,\n\tC = F(1, 2),\n};\nstruct s {\n\tenum t { D } e;\n};\n';
    const file = scan(text);
    assert.deepEqual(itemList(file), [
      'enum ',
      'enumerator A',
      'enumerator B',
      'enumerator C',
      'struct s',
      'enum t',
      'enumerator D',
    ]);
    assert.equal(text.slice(itemNamed(file, 'C').start, itemNamed(file, 'C').end), 'C = F(1, 2)');
    assert.equal(file.commentAt(itemNamed(file, 'A')), 'the first');
    assert.equal(file.node(itemNamed(file, 'B'))?.kind, 'enumerator');
    assert.equal(file.node(itemNamed(file, 'D'))?.kind, 'enumerator');
  });

  it('knows macro calls at the top level, with and without body and semicolon', () => {
    checkItems(
      'static DEFINE_SPINLOCK(lock);\nEXPORT_SYMBOL(f)\nint x;\nRACE_INIT() { a(); }\nRACE_THREAD(softirq, name, 0)\n{\n\tb();\n};\n' +
        'RACE_STUB(int, poll, (struct napi_struct *n, int b)) { return 0; }\nRACE_FINALLY(x == 1) RACE_EXPECT(hang)',
      'invocation DEFINE_SPINLOCK',
      'invocation EXPORT_SYMBOL',
      'variable x',
      'invocation RACE_INIT',
      'invocation RACE_THREAD',
      'invocation RACE_STUB',
      'invocation RACE_FINALLY',
      'invocation RACE_EXPECT',
    );
    assert.deepEqual(scan('RACE_EXPECT(holds)').problems, []);
    checkItems('DEFINE_PER_CPU(struct a, b) = { 1 };\nint c;\n', 'invocation DEFINE_PER_CPU', 'variable c');
  });

  it('knows macros with parameters and continuation lines', () => {
    const text =
      '#define A 1 /* one */\n#define F(a, ...) do { \\\n\tg(a); /* x\\\n\ty */ \\\n} while (0)\n#define E\n#define N() 1\n';
    const file = scan(text);
    assert.deepEqual(file.macro(itemNamed(file, 'A')), {
      name: 'A',
      body: '1',
      bodyStart: text.indexOf('1 /*'),
    });
    const f = file.macro(itemNamed(file, 'F'));
    assert.deepEqual(f?.parameters, ['a', '...']);
    assert.match(f?.body ?? '', /^do \{ g\(a\); +\} while \(0\)$/);
    assert.equal(text.slice(f?.bodyStart, (f?.bodyStart ?? 0) + 4), 'do {');
    assert.equal(file.macro(itemNamed(file, 'E'))?.body, '');
    assert.deepEqual(file.macro(itemNamed(file, 'N'))?.parameters, []);
  });

  it('takes a backslash at the end of a line for nothing in drawings in comments, for a join in macros', () => {
    checkItems('/*\n * a |  \\\n *   |   | b\n */\nstruct s {\n\tint x;\n};\n', 'struct s');
    checkItems('#define M(a) \\\n\t/* one \\\n\t * two */ \\\n\tf(a)\nint g;\n', 'macro M', 'variable g');
  });

  it('keeps two functions of one name under #ifdef apart', () => {
    const file = scan(
      '#ifdef CONFIG_X\nint f(void)\n{\n\treturn 1;\n}\n#elif defined(Y)\nint f(void) { return 3; }\n#else\nint f(void)\n{\n\treturn 2;\n}\n#endif\n',
    );
    assert.deepEqual(
      file.items.map(i => i.conditions.map(c => (c.negated ? '!' : '') + c.text).join(' && ')),
      ['defined(CONFIG_X)', '!defined(CONFIG_X) && defined(Y)', '!defined(CONFIG_X) && !defined(Y)'],
    );
  });

  it('takes two heads with one body for one function', () => {
    const text = '#ifdef A\nint f(int a)\n#else\nint f(int a, int b)\n#endif\n{\n\treturn a;\n}\nint g;\n';
    checkItems(text, 'function f', 'variable g');
    const file = scan(text);
    assert.deepEqual(itemNamed(file, 'f').conditions, []);
    assert.equal(file.node(itemNamed(file, 'f'))?.hasError, undefined);
  });

  it('does not take an include guard for a condition', () => {
    const file = scan(
      '/* x */\n#ifndef _A_H\n#define _A_H\nint f(void);\n#ifndef B\nint g(void);\n#endif\n#endif /* _A_H */\n',
    );
    assert.deepEqual(itemNamed(file, 'f').conditions, []);
    assert.deepEqual(itemNamed(file, 'g').conditions, [{ text: 'defined(B)', negated: true }]);
  });

  it('gives exact ranges, with CRLF, tabs, form feeds and a byte order mark', () => {
    const lf = '\uFEFFstatic int\tf(int a)\n{\n\treturn a; /* } */\n}\n\f\nint\tx = 3;\n';
    for (const text of [lf, lf.replace(/\n/g, '\r\n')]) {
      const file = scan(text);
      const f = itemNamed(file, 'f');
      assert.match(text.slice(f.start, f.end), /^static int\tf\(int a\)\r?\n\{[^]*\}$/);
      assert.equal(text.slice(f.nameStart, f.nameStart + 1), 'f');
      const x = itemNamed(file, 'x');
      assert.equal(text.slice(x.start, x.end), 'int\tx = 3;');
      const node = file.node(f);
      assert.equal(text.slice(node?.start, node?.end), text.slice(f.start, f.end));
      assert.equal(node?.hasError, undefined);
    }
  });

  it('finds includes with their conditions', () => {
    const file = scan('#include <linux/a.h> // x\n#ifdef CONFIG_B\n#include "b.h"\n#endif\n#include MACRO\n');
    assert.deepEqual(
      file.includes.map(i => [i.target, i.angled, i.conditions.length]),
      [
        ['linux/a.h', true, 0],
        ['b.h', false, 1],
      ],
    );
  });

  it('refuses binary and huge text without a stall', () => {
    for (const text of ['int f;\0\0', 'x'.repeat(9 * 1024 * 1024)]) {
      const started = Date.now();
      const file = scan(text);
      assert.deepEqual(file.items, []);
      assert.equal(file.problems.length, 1);
      assert.ok(Date.now() - started < 200);
    }
  });

  it('reads comments before and behind', () => {
    const text =
      '/**\n * f() - does it\n * @a: x\n */\nint f(int a);\n\n/* not for g */\n\nint g;\nint h; // tail\n// one\n// two\nint k;\n';
    const file = scan(text);
    assert.equal(file.commentAt(itemNamed(file, 'f')), 'f() - does it\n@a: x');
    assert.equal(file.commentAt(itemNamed(file, 'g')), undefined);
    assert.equal(file.commentAt(itemNamed(file, 'h')), 'tail');
    assert.equal(file.commentAt(itemNamed(file, 'k')), 'one\ntwo');
  });
});
