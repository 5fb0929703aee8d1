import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { rescanned, scanned, type Scanned } from '../../../src/syntax/rescan';
import { editsOf } from './edits';

const sample = ['dev.c', 'netpoll.c', 'netdevice.h', 'netpoll.h']
  .map(name => readFileSync(`samples/netpoll/${name}`, 'utf8'))
  .join('\n');

/** Everything that a scan says, in a form that can be compared. */
function said(s: Scanned): unknown {
  return {
    items: s.items.map(({ origin: _, ...item }) => item),
    rests: s.rests,
    text: s.plain.text,
    code: s.plain.code,
    directives: s.plain.directives,
    groups: s.plain.groups,
  };
}

describe('syntax: scanning again after an edit', () => {
  const check = (before: string, after: string): Scanned => {
    const again = rescanned(scanned(before, 'a.c'), after, 'a.c');
    assert.deepEqual(said(again), said(scanned(after, 'a.c')));
    return again;
  };
  const text = [
    '#include <a.h>\n',
    'int first;\n\n',
    'static int one(int a)\n{\n\treturn a; /* x */\n}\n\n',
    '#ifdef CONFIG_X\nint two(void)\n{\n\tg();\n}\n#endif\n\n',
    'enum e {\n\tA,\n\tB,\n};\n\n',
    '#define M(x) \\\n\tdo { f(x); } while (0)\n\n',
    'int three(void)\n{\n#if X\n\th();\n#else\n\ti();\n#endif\n\treturn 1;\n}\n\n',
    'DEFINE_FOO(x)\n',
    'int four(void)\n{\n\treturn 2;\n}\n',
    'EXPORT_SYMBOL(four);\n',
  ].join('');

  it('says what a scan of the whole text says', () => {
    check(text, text);
    check(text, text.replace('return a;', 'return a + 1;'));
    check(text, text.replace('return 1;', 'return 12;'));
    check(text, text.replace('h();', 'if (h()) {'));
    check(text, text.replace('return 1;', '}\n\tbar();'));
    check(text, text.replace('return 1;', '"open'));
    check(text, text.replace('return 1;', '/* open'));
    check(text, text.replace('/* x */', '/* x'));
    check(text, text.replace('#else', ''));
    check(text, text.replace('\tB,', '\tB,\n\tC,'));
    check(text, text.replace('f(x);', 'f(x, 1);'));
    check(text, text.replace('while (0)\n', 'while (0) \\\n'));
    check(text, text.replace('DEFINE_FOO(x)', 'DEFINE_FOO(x'));
    check(text, text.replace('int four', 'intfour'));
    check(text, text.replace('\n}\n\n#define', '\n\n\n#define'));
    check(text, text.slice(0, 200));
    check(text, text.slice(200));
    check(text.replace(/\n/g, '\r\n'), text.replace('return a;', 'return a + 1;').replace(/\n/g, '\r\n'));
    check(`#ifndef G\n#define G\n${text}#endif\n`, `#ifndef G\n#define G\n${text}#endif\nint x;\n`);
  });

  it('keeps the items that an edit does not touch, or only moves them', () => {
    const before = scanned(text, 'a.c');
    const after = rescanned(before, text.replace('return 1;', 'return 12;'), 'a.c');
    const was = before.items.find(i => i.name === 'first');
    const named = (s: Scanned, name: string) => s.items.find(i => i.name === name);
    assert.ok(was);
    assert.equal(named(after, 'first'), was);
    assert.equal(named(after, 'one'), named(before, 'one'));
    assert.equal(named(after, 'four')?.origin, named(before, 'four'));
    assert.equal(named(after, 'three')?.origin, undefined);
    const twice = rescanned(after, after.source.replace('return 12;', 'return 123;'), 'a.c');
    assert.equal(named(twice, 'four')?.origin, named(before, 'four'));
  });

  it('says so after many edits of a real file, one upon the other', () => {
    let before = scanned(sample, 'dev.c');
    for (const after of editsOf(sample, 500, 7)) {
      const again = rescanned(before, after, 'dev.c');
      assert.deepEqual(said(again), said(scanned(after, 'dev.c')));
      before = again;
    }
  });
});
