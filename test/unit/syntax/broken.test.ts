import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { CParser } from '../../../src/syntax/parser';
import { walk } from '../../../src/syntax/node';
import { itemNamed, loadParser } from './load';

const before1 = 'static int before(struct a *p)\n{\n\tif (p->x) {\n\t\tlock(&p->l);\n\t}\n\treturn 0;\n}\n\n';
const victim =
  'int victim(struct net_device *dev, int n)\n{\n\tint i;\n\n\tfor (i = 0; i < n; i++) {\n\t\tif (foo(dev, "a{b")) {\n\t\t\tbar(i, dev);\n\t\t}\n\t}\n\treturn i;\n}\n\n';
const after1 =
  'static const struct ops o = {\n\t.f = before,\n};\n\nvoid after(void)\n{\n\tsynchronize_rcu();\n}\n';

describe('syntax: half-typed code', () => {
  let parser: CParser;
  before(async () => {
    parser = await loadParser();
  });
  const shape = (text: string, name: string): string => {
    const file = parser.parseFile('a.c', text);
    const item = itemNamed(file, name);
    const node = file.node(item);
    const lines: string[] = [text.slice(item.start, item.end)];
    if (node) walk(node, n => void lines.push(`${n.kind} ${n.start - item.start} ${n.end - item.start}`));
    return lines.join('\n');
  };

  it('breaks no neighbour, wherever a function is cut', () => {
    const whole = before1 + victim + after1;
    const wanted = ['before', 'after', 'o'].map(n => shape(whole, n));
    for (let cut = 1; cut < victim.length - 1; cut++) {
      const text = before1 + victim.slice(0, cut) + '\n\n' + after1;
      // A head without its brackets and a declaration run into the next item, as they do for a compiler.
      const cutsHead = cut < victim.indexOf('(');
      const names = cutsHead ? ['before', 'after'] : ['before', 'o', 'after'];
      assert.deepEqual(
        names.map(n => shape(text, n)),
        names.map(n => wanted[['before', 'after', 'o'].indexOf(n)]),
        `cut at ${cut}: ${JSON.stringify(victim.slice(Math.max(0, cut - 20), cut))}`,
      );
    }
  });

  it('keeps the name and the statements before the cut', () => {
    const text = before1 + victim.slice(0, victim.indexOf('bar(i')) + 'bar(\n}\n\n' + after1;
    const file = parser.parseFile('a.c', text);
    const node = file.node(itemNamed(file, 'victim'));
    assert.equal(node?.kind, 'function_definition');
    assert.equal(node.hasError, true);
    const kinds: string[] = [];
    walk(node, n => void kinds.push(n.kind));
    assert.ok(kinds.includes('for_statement') || kinds.includes('for'), kinds.join(' '));
    assert.equal(file.problems.length, 1);
  });

  it('survives a brace too many', () => {
    const text = before1 + 'int victim(void)\n{\n\ta();\n\t}\n\tb();\n}\n\n' + after1;
    assert.equal(shape(text, 'after'), shape(before1 + victim + after1, 'after'));
    const file = parser.parseFile('a.c', text);
    const item = itemNamed(file, 'victim');
    assert.equal(text.slice(item.end - 7, item.end), '\tb();\n}');
  });

  it('parses again only what was edited', () => {
    const text = before1 + victim + after1;
    const first = parser.parseFile('a.c', text);
    const node = first.node(itemNamed(first, 'after'));
    const untouched = first.node(itemNamed(first, 'before'));
    const edited = before1 + victim.replace('return i;', 'return i + 1;') + after1;
    const second = parser.parseFile('a.c', edited, first);
    const moved = second.node(itemNamed(second, 'after'));
    assert.equal(moved?.start, (node?.start ?? 0) + 4);
    assert.equal(second.node(itemNamed(second, 'before')), untouched);
  });

  it('does not stall on text that nobody writes', () => {
    const many = 5000;
    const texts = [
      `int f(void)\n{\n\tx = ${'('.repeat(many)}1${')'.repeat(many)};\n}\n`,
      `int f(void)\n{\n\t${'N(a) '.repeat(many)}\n}\n`,
      `int f(void)\n{\n${'\tif (a) {\n'.repeat(many)}}\n`,
      `int f(a)\nint ${'a '.repeat(many)}\n${'x;\n'.repeat(many)}`,
      `int t[] = { ${'[1] = 2, '.repeat(many)} }`,
      `int ${'__'.repeat(many)}\nX(${'__a'.repeat(many)}) ${'__b '.repeat(many)}\n`,
      '"'.repeat(many) + "\n'".repeat(many) + '/*'.repeat(many),
      '#if A\n'.repeat(many / 10) + 'int x;\n' + '#else\n'.repeat(many),
    ];
    for (const text of texts) {
      const started = Date.now();
      const file = parser.parseFile('s.c', text);
      for (const item of file.items) file.node(item);
      assert.ok(Date.now() - started < 3000, `${text.slice(0, 60)}: ${Date.now() - started} ms`);
    }
  });

  it('never throws, and keeps every range inside the text', () => {
    const word = fc.constantFrom(
      ...'int static struct ( ) { } [ ] ; , * = "a" \' # #if #else #endif\n #define do while for_each( if else case : ... \n \n} \n{ \\\n /* */ // asm ( typeof ( __rcu __user -> . x y f( u32 DEFINE_X( 0x1f 3ULL offsetof ( struct t , sizeof'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), words => {
        const text = words.join(' ');
        const file = parser.parseFile('r.c', text);
        for (const item of file.items) {
          assert.ok(item.start >= 0 && item.start < item.end && item.end <= text.length);
          const node = file.node(item);
          if (node)
            walk(node, n => {
              assert.ok(
                n.start <= n.end && n.end <= text.length && n.start >= 0,
                `${n.kind} ${n.start}-${n.end}`,
              );
            });
        }
      }),
      { numRuns: 300 },
    );
  });
});
