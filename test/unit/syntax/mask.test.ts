import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { mask, maskCall } from '../../../src/syntax/mask';
import { child, type Node } from '../../../src/syntax/node';
import { plainOf } from '../../../src/syntax/plain';
import type { CParser } from '../../../src/syntax/parser';
import { found, itemNamed, loadParser } from './load';

describe('syntax: the mask', () => {
  let parser: CParser;
  before(async () => {
    parser = await loadParser();
  });

  /** Parses a function body and wants no error. */
  const body = (code: string): { readonly text: string; readonly node: Node } => {
    const text = `void f(void)\n{\n\t${code}\n}\n`;
    const file = parser.parseFile('a.c', text);
    const node = file.node(itemNamed(file, 'f'));
    assert.ok(node, code);
    assert.equal(node.hasError, undefined, code);
    return { text, node };
  };
  const checkBody = (code: string, kinds: readonly string[], ...expected: readonly string[]): void => {
    const { text, node } = body(code);
    assert.deepEqual(found(text, node, ...kinds), expected);
  };

  it('keeps the length and the lines of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), text => {
        const plain = plainOf(text);
        assert.equal(plain.text.length, text.length);
        assert.equal(plain.code.length, text.length);
        assert.equal(mask(plain.code, 'top').code.length, text.length);
        assert.equal(maskCall(plain.code).code.length, text.length);
      }),
    );
  });

  it('sees the name behind attribute words', () => {
    const file = parser.parseFile('a.c', 'static void __init f(void)\n{\n}\n');
    assert.equal(file.items[0]?.name, 'f');
    const text = 'static void __init f(struct a __rcu *p)\n{\n}\n';
    const again = parser.parseFile('a.c', text);
    assert.deepEqual(found(text, again.node(itemNamed(again, 'f')), 'function_declarator'), [
      'function_declarator: f(struct a __rcu *p)',
    ]);
  });

  it('makes loops of loop macros', () => {
    const { text, node } = body('list_for_each_entry(p, &head, list)\n\t\tuse(p);\n\tlast();');
    const loop = found(text, node, 'macro_loop');
    assert.deepEqual(loop, ['macro_loop: list_for_each_entry(p, &head, list)\n\t\tuse(p);']);
    let macro: Node | undefined;
    const visit = (n: Node): void => {
      if (n.kind === 'macro_loop') macro = n;
      n.children.forEach(visit);
    };
    visit(node);
    assert.equal(macro?.name, 'list_for_each_entry');
    const list = macro && child(macro, 'arguments');
    assert.equal(list?.kind, 'argument_list');
    assert.deepEqual(
      list.children.filter(c => c.named).map(c => text.slice(c.start, c.end)),
      ['p', '&head', 'list'],
    );
    assert.equal(macro && child(macro, 'body')?.kind, 'expression_statement');
  });

  it('makes guards and unknown block macros loops too, and calls stay calls', () => {
    checkBody('scoped_guard(rcu) g();', ['macro_loop', 'declaration'], 'macro_loop: scoped_guard(rcu) g();');
    checkBody(
      'scoped_guard(mutex, &m) {\n\t\ta();\n\t}',
      ['macro_loop'],
      'macro_loop: scoped_guard(mutex, &m) {\n\t\ta();\n\t}',
    );
    checkBody(
      'for_each_thing() {\n\t\ta();\n\t}',
      ['macro_loop'],
      'macro_loop: for_each_thing() {\n\t\ta();\n\t}',
    );
    checkBody(
      'skb_queue_walk(q, s)\n\t\ta += s->len;',
      ['macro_loop'],
      'macro_loop: skb_queue_walk(q, s)\n\t\ta += s->len;',
    );
    checkBody(
      'if (a)\n\t\tfor_each_x(b)\n\t\t\tc();\n\telse\n\t\td();',
      ['macro_loop'],
      'macro_loop: for_each_x(b)\n\t\t\tc();',
    );
    checkBody(
      'idr_for_each(&idr, fn, NULL);',
      ['macro_loop', 'call_expression'],
      'call_expression: idr_for_each(&idr, fn, NULL)',
    );
    checkBody(
      'CASES(a) CASES(b)\n\tg();',
      ['call_expression', 'macro_loop'],
      'call_expression: CASES(a)',
      'call_expression: CASES(b)',
      'call_expression: g()',
    );
    checkBody(
      'list_for_each(p, h) list_for_each(q, h) g();',
      ['macro_loop'],
      'macro_loop: list_for_each(p, h) list_for_each(q, h) g();',
      'macro_loop: list_for_each(q, h) g();',
    );
  });

  it('reads types as macro arguments', () => {
    checkBody(
      'x = container_of(p, struct T, m);',
      ['type_argument', 'type_descriptor'],
      'type_argument: struct T',
      'type_descriptor: struct T',
    );
    checkBody('x = list_entry(p->next, struct a, b.c);', ['type_argument'], 'type_argument: struct a');
    checkBody('i = va_arg(ap, unsigned int);', ['type_argument'], 'type_argument: unsigned int');
    checkBody('y = kmalloc_obj(u8 *, GFP_KERNEL);', ['type_argument'], 'type_argument: u8 *');
    checkBody('x = f(a * b, sizeof(struct c), d);', ['type_argument']);
    checkBody('x = container_of(p, typeof(*x), m);', ['type_argument'], 'type_argument: typeof(*x)');
  });

  it('reads offsetof with any member', () => {
    for (const member of ['m', 'a.b', 'c[3].d']) {
      const { text, node } = body(`x = offsetof(struct s, ${member});`);
      let offset: Node | undefined;
      const visit = (n: Node): void => {
        if (n.kind === 'offsetof_expression') offset = n;
        n.children.forEach(visit);
      };
      visit(node);
      const [type, at] = [offset && child(offset, 'type'), offset && child(offset, 'member')];
      assert.equal(text.slice(type?.start, type?.end), 'struct s');
      assert.equal(text.slice(at?.start, at?.end), member);
    }
  });

  it('keeps declarations declarations', () => {
    checkBody(
      'void __user *q = x;',
      ['declaration', 'assignment_expression'],
      'declaration: void __user *q = x;',
    );
    checkBody(
      'static DEFINE_MUTEX(lock);',
      ['invocation', 'call_expression', 'declaration'],
      'invocation: static DEFINE_MUTEX(lock);',
      'call_expression: DEFINE_MUTEX(lock)',
    );
    checkBody(
      'DECLARE_BITMAP(map, 8) = { 0 };',
      ['invocation', 'initializer_list'],
      'invocation: DECLARE_BITMAP(map, 8) = { 0 };',
      'initializer_list: { 0 }',
    );
    checkBody(
      'typeof(*p) *q = p;',
      ['declaration', 'typeof'],
      'declaration: typeof(*p) *q = p;',
      'typeof: typeof(*p)',
    );
    checkBody('__auto_type a = b;', ['declaration'], 'declaration: __auto_type a = b;');
    checkBody(
      'struct a *p __maybe_unused = b;',
      ['declaration'],
      'declaration: struct a *p __maybe_unused = b;',
    );
  });

  it('leaves calls of functions that are named like attributes', () => {
    checkBody('__free(p);', ['call_expression'], 'call_expression: __free(p)');
    checkBody('x = __copy(a) + 1;', ['call_expression'], 'call_expression: __copy(a)');
    checkBody(
      'struct a *p __free(kfree) = b;',
      ['call_expression', 'declaration'],
      'declaration: struct a *p __free(kfree) = b;',
    );
    checkBody('u8 x __aligned(8);', ['declaration'], 'declaration: u8 x __aligned(8);');
  });

  it('reads casts to kernel types', () => {
    checkBody('x = (u32)(y);', ['cast_expression', 'call_expression'], 'cast_expression: (u32)(y)');
    checkBody('x = (u64)-y;', ['cast_expression', 'binary_expression'], 'cast_expression: (u64)-y');
    checkBody('x = (size_t)&y;', ['cast_expression'], 'cast_expression: (size_t)&y');
    checkBody('x = (y)(z);', ['cast_expression', 'call_expression'], 'call_expression: (y)(z)');
  });

  it('reads case ranges, labels with attributes, assembler, statement expressions', () => {
    checkBody('switch (a) {\n\tcase 1 ... 5:\n\t\tb();\n\t}', ['case_range'], 'case_range: 1 ... 5');
    checkBody(
      "switch (a) {\n\tcase 'a' ... x[1]:\n\t\tfallthrough;\n\tdefault:\n\t\tb();\n\t}",
      ['case_range', 'expression_statement'],
      "case_range: 'a' ... x[1]",
      'expression_statement: ;',
      'expression_statement: b();',
    );
    checkBody(
      'goto out;\nout: __maybe_unused;\n\ta();',
      ['labeled_statement'],
      'labeled_statement: out: __maybe_unused;',
    );
    checkBody(
      'asm volatile(LOCK "btsl %1,%0" : "+m" (*p) : MACRO(n) : "memory");',
      ['gnu_asm_expression'],
      'gnu_asm_expression: asm volatile(LOCK "btsl %1,%0" : "+m" (*p) : MACRO(n) : "memory")',
    );
    checkBody(
      'x = ({ int a = 1; a; });',
      ['compound_statement'],
      'compound_statement: {\n\tx = ({ int a = 1; a; });\n}',
      'compound_statement: { int a = 1; a; }',
    );
    checkBody(
      'printk(KERN_INFO PREFIX "x\\n", __stringify(A) "b");',
      ['call_expression', 'string_literal', 'concatenated_string'],
      'call_expression: printk(KERN_INFO PREFIX "x\\n", __stringify(A) "b")',
      'concatenated_string: PREFIX "x\\n"',
      'string_literal: "x\\n"',
      'string_literal: "b"',
    );
    checkBody(
      'CMPXCHG_LOOP(\n\t\tnew.count++;\n\t,\n\t\treturn;\n\t);',
      ['return_statement', 'update_expression'],
      'update_expression: new.count++',
      'return_statement: return;',
    );
    checkBody(
      'F(a, , b);',
      ['identifier', 'empty_argument'],
      'identifier: f',
      'identifier: F',
      'identifier: a',
      'empty_argument: ',
      'identifier: b',
    );
    checkBody('u8 a[4] UNKNOWN;', ['declaration'], 'declaration: u8 a[4] UNKNOWN;');
    checkBody('ASSERTCMP(a, ==, b);', ['operator_argument'], 'operator_argument: ==');
    checkBody(
      'do {\n\t\ta();\n\t} while_each_thread(p, t);',
      ['do_statement'],
      'do_statement: do {\n\t\ta();\n\t} while_each_thread(p, t);',
    );
    checkBody(
      'int a[] = { [X] = { }, [1 ... 3] = 2 };',
      ['initializer_pair'],
      'initializer_pair: [X] = { }',
      'initializer_pair: [1 ... 3] = 2',
    );
    checkBody('a = b ?: c;', ['conditional_expression'], 'conditional_expression: b ?: c');
  });

  it('reads members that macros declare', () => {
    const text =
      'struct s {\n\tunsigned long a;\n\tDECLARE_BITMAP(map, N);\n\tstruct_group(headers,\n\t\tint b;\n\t\tu8 c:1, d:2;\n\t);\n\tint (*poll)(struct s *, int);\n' +
      '\tssize_t (*show)(char *);\n#ifdef X\n\tint e;\n#endif\n\tunsigned :0;\n\tu8 f[4] SOME_ALIGN;\n\tenum { Q } g:8;\n\tstruct t __rcu *h;\n} __packed;\n';
    const file = parser.parseFile('a.h', text);
    const node = file.node(itemNamed(file, 's'));
    assert.equal(node?.kind, 'struct_specifier');
    assert.equal(node.hasError, undefined);
    assert.deepEqual(found(text, node, 'field_identifier', 'invocation'), [
      'field_identifier: a',
      'invocation: DECLARE_BITMAP(map, N);',
      'field_identifier: b',
      'field_identifier: c',
      'field_identifier: d',
      'field_identifier: poll',
      'field_identifier: show',
      'field_identifier: e',
      'field_identifier: f',
      'field_identifier: g',
      'field_identifier: h',
    ]);
  });

  it('reads system call heads', () => {
    const text =
      'SYSCALL_DEFINE2(kill, pid_t, pid, int, sig)\n{\n\treturn sig;\n}\nSYSCALL_DEFINE0(getpid)\n{\n\treturn 1;\n}\n';
    const file = parser.parseFile('a.c', text);
    const kill = file.node(itemNamed(file, 'sys_kill'));
    assert.equal(kill?.hasError, undefined);
    assert.deepEqual(found(text, kill, 'parameter_declaration'), [
      'parameter_declaration: pid_t, pid',
      'parameter_declaration: int, sig',
    ]);
    assert.equal(file.node(itemNamed(file, 'sys_getpid'))?.hasError, undefined);
  });

  it('gives invocations their call, body and value', () => {
    const text =
      'RACE_THREAD(softirq, name, 0)\n{\n\ta();\n}\nDEFINE_PER_CPU(struct t, x) = { 1 };\nRACE_STUB(int, poll, (struct n *n, int b)) { return 0; }\nDEFINE_ITER(unix, struct m *meta, uid_t u)\nRACE_FINALLY(s.x & 1)\n';
    const file = parser.parseFile('a.c', text);
    const nodes = file.items.map(i => file.node(i));
    assert.deepEqual(
      nodes.map(n => n?.kind),
      ['invocation', 'invocation', 'invocation', 'invocation', 'invocation'],
    );
    assert.deepEqual(
      nodes.map(n => n?.hasError),
      [undefined, undefined, undefined, undefined, undefined],
    );
    const field = (i: number, name: string): string | undefined => {
      const n = nodes[i] && child(nodes[i], name);
      return n && `${n.kind}: ${text.slice(n.start, n.end)}`;
    };
    assert.equal(field(0, 'call'), 'call_expression: RACE_THREAD(softirq, name, 0)');
    assert.equal(field(0, 'body'), 'compound_statement: {\n\ta();\n}');
    assert.equal(field(1, 'value'), 'initializer_list: { 1 }');
    assert.equal(field(1, 'body'), undefined);
    assert.deepEqual(found(text, nodes[1], 'type_argument'), ['type_argument: struct t']);
    assert.deepEqual(found(text, nodes[2], 'type_argument', 'parameter_list'), [
      'type_argument: int',
      'parameter_list: (struct n *n, int b)',
    ]);
    assert.deepEqual(found(text, nodes[3], 'parameter_declaration'), [
      'parameter_declaration: struct m *meta',
      'parameter_declaration: uid_t u',
    ]);
    assert.equal(field(4, 'body'), undefined);
  });
});
