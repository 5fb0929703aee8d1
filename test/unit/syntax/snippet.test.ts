import { strict as assert } from 'node:assert';
import { child, type Node } from '../../../src/syntax/node';
import type { CParser, SnippetKind } from '../../../src/syntax/parser';
import { found, itemNamed, loadParser } from './load';

describe('syntax: snippets', () => {
  let parser: CParser;
  before(async () => {
    parser = await loadParser();
  });
  const snippet = (text: string, kind: SnippetKind): Node => {
    const node = parser.parseSnippet(text, kind);
    assert.ok(node, text);
    assert.equal(node.hasError, undefined, text);
    return node;
  };

  it('parses expressions', () => {
    const check = (text: string, kind: string): void => {
      const node = snippet(text, 'expression');
      assert.equal(node.kind, kind);
      assert.equal(text.slice(node.start, node.end), text.trim());
    };
    check('a + b', 'binary_expression');
    check('(a)', 'parenthesized_expression');
    check('a, b', 'comma_expression');
    check(' f(x) /* y */'.slice(0, 5), 'call_expression');
    check('({ typeof(x) _x = (x); _x; })', 'parenthesized_expression');
    check('container_of(p, struct T, m)', 'call_expression');
    check('(struct s){ .a = 1 }', 'compound_literal_expression');
    check('a = b', 'assignment_expression');
    check('"a" X "b"', 'concatenated_string');
    check('((type *)((void *)(p) - offsetof(type, m)))', 'parenthesized_expression');
  });

  it('parses statements of macros', () => {
    const kinds = (text: string): readonly string[] =>
      snippet(text, 'statements')
        .children.filter(c => c.named)
        .map(c => c.kind);
    assert.deepEqual(kinds('do { a(); } while (0)'), ['do_statement']);
    assert.deepEqual(kinds('a(); b = c'), ['expression_statement', 'expression_statement']);
    assert.deepEqual(kinds('int i; for (i = 0; i < 3; i++) a(i);'), ['declaration', 'for_statement']);
    assert.deepEqual(kinds('{ a(); b(); }'), ['expression_statement', 'expression_statement']);
    assert.deepEqual(kinds('{ a(); } { b(); }'), ['compound_statement', 'compound_statement']);
    assert.deepEqual(kinds('if (a) b(); else c()'), ['if_statement']);
    assert.deepEqual(kinds('__auto_type x = y'), ['declaration']);
    assert.deepEqual(kinds('return x'), ['return_statement']);
  });

  it('parses types and declarations', () => {
    assert.equal(snippet('struct T *', 'type').kind, 'type_descriptor');
    assert.equal(snippet('foo_t', 'type').kind, 'type_descriptor');
    assert.equal(snippet('typeof(*p)', 'type').kind, 'type_descriptor');
    assert.equal(parser.parseSnippet('1 + 2', 'type'), undefined);
    assert.equal(snippet('struct a b = { 1 }', 'declaration').kind, 'declaration');
    assert.equal(snippet('struct a { int x; }', 'declaration').kind, 'struct_specifier');
    assert.equal(snippet('int f(void) { }', 'declaration').kind, 'function_definition');
    assert.equal(parser.parseSnippet('  ', 'expression'), undefined);
  });

  it('counts offsets from the base', () => {
    const node = parser.parseSnippet('a + b', 'expression', { start: 100 });
    assert.deepEqual([node?.start, node?.end], [100, 105]);
    assert.equal(parser.parseSnippet(') (', 'expression')?.hasError, true);
  });

  it('chooses #if branches before the parse', () => {
    const text =
      'int f(void)\n{\n\tint r;\n#ifdef CONFIG_A\n\tif (a())\n\t\tr = 1;\n\telse {\n#else\n\t{\n#endif\n\t\tr = 2;\n\t}\n#if 0\n\tdead(;\n#endif\n\treturn r;\n}\n';
    const file = parser.parseFile('a.c', text);
    const item = itemNamed(file, 'f');
    const yes = file.node(item, c => (c === 'defined(CONFIG_A)' ? true : undefined));
    assert.equal(yes?.hasError, undefined);
    assert.equal(found(text, yes, 'if_statement').length, 1);
    const no = file.node(item, c => (c === 'defined(CONFIG_A)' ? false : undefined));
    assert.equal(no?.hasError, undefined);
    assert.equal(found(text, no, 'if_statement').length, 0);
    const any = file.node(item);
    assert.equal(any?.hasError, undefined);
    assert.equal(found(text, any, 'call_expression').join(), 'call_expression: a()');
  });

  it('keeps whole statements of both branches when nobody decides', () => {
    const text = 'void f(void)\n{\n#ifdef A\n\ta();\n#else\n\tb();\n#endif\n}\n';
    const file = parser.parseFile('a.c', text);
    assert.deepEqual(found(text, file.node(itemNamed(file, 'f')), 'call_expression'), [
      'call_expression: a()',
      'call_expression: b()',
    ]);
    assert.deepEqual(
      found(
        text,
        file.node(itemNamed(file, 'f'), () => undefined),
        'call_expression',
      ),
      ['call_expression: a()'],
    );
  });

  it('gives fields of function definitions', () => {
    const text = 'static int f(struct a *p)\n{\n\treturn p->x;\n}\n';
    const file = parser.parseFile('a.c', text);
    const node = file.node(itemNamed(file, 'f'));
    assert.deepEqual(
      ['type', 'declarator', 'body'].map(n => node && child(node, n)?.kind),
      ['primitive_type', 'function_declarator', 'compound_statement'],
    );
  });
});
