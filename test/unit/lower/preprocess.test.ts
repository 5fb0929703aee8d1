import { strict as assert } from 'node:assert';
import {
  conditionals,
  defineOf,
  expand,
  type Macro,
  type Surroundings,
} from '../../../src/lower/c/preprocess';
import { textOf, tokenize } from '../../../src/lower/c/token';

/** `defines` line by line, then the text expanded, white space folded. */
function expanded(defines: string, text: string, config: Readonly<Record<string, string>> = {}): string {
  const macros = new Map<string, Macro>();
  const around: Surroundings = {
    macro: name => macros.get(name),
    config: name => config[name] ?? 'n',
    predefined: name => config[name],
    define(name, macro) {
      if (macro) macros.set(name, macro);
      else macros.delete(name);
    },
  };
  for (const line of defines.split('\n')) {
    const macro = defineOf(tokenize(line, 'd'));
    if (macro) macros.set(macro.name, macro);
  }
  return textOf(expand(conditionals(tokenize(text, 't'), around), around)).replace(/\s+/g, ' ');
}

describe('lowering: preprocessor', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['N 3', 'a N b', 'a 3 b'],
    ['F(x) ((x) + 1)', 'F(F(2))', '((((2) + 1)) + 1)'],
    ['F(x) G(x)\nG(x) F(x)', 'F(1)', 'F(1)'],
    ['F(x) x', 'F (2) F', '2 F'],
    ['S(x) #x', 'S(a "b" + c)', '"a \\"b\\" + c"'],
    ['C(a, b) a##b\nxy 7', 'C(x, y)', '7'],
    ['E(fmt, ...) f(fmt, ##__VA_ARGS__)', 'E("a") E("a", 1, 2)', 'f("a") f("a", 1, 2)'],
    ['E(args...) f(args)', 'E(1, (2, 3))', 'f(1, (2, 3))'],
    ['E(...) f(__VA_OPT__(x, ) __VA_ARGS__)', 'E() E(1)', 'f() f(x, 1)'],
    ['A A + 1', 'A', 'A + 1'],
    ['X(a) a', 'X()', ''],
    ['P(a, b) a ## b ## 1', 'P(, y)', 'y1'],
  ];
  for (const [defines, text, result] of cases)
    it(`${defines.replace(/\n/g, ' | ')}: ${text}`, () =>
      assert.equal(expanded(defines, text).trim(), result.trim()));

  it('conditionals choose by configuration, nested too', () => {
    const text =
      '#if IS_ENABLED(CONFIG_A) && !defined(CONFIG_B)\n1\n#ifdef CONFIG_C\n2\n#else\n3\n#endif\n#elif N > 2\n4\n#else\n5\n#endif';
    assert.equal(expanded('N 3', text, { CONFIG_A: 'y' }).trim(), '1 3');
    assert.equal(expanded('N 3', text, { CONFIG_A: 'm', CONFIG_C: 'y' }).trim(), '1 2');
    assert.equal(expanded('N 3', text, {}).trim(), '4');
    assert.equal(expanded('N 1', text, { CONFIG_A: 'y', CONFIG_B: 'y' }).trim(), '5');
  });

  it('made tokens keep the place of the outermost call', () => {
    const around: Surroundings = {
      macro: name =>
        name === 'F' ? { name: 'F', parameters: ['x'], body: tokenize('g(x)', 'd') } : undefined,
      config: () => 'n',
      predefined: () => undefined,
      define: () => undefined,
    };
    const out = expand(tokenize('  F(yy)', 't'), around);
    assert.deepEqual(
      out.map(t => [t.text, t.start, t.end, t.via]),
      [
        ['g', 2, 7, 'F'],
        ['(', 2, 7, 'F'],
        ['yy', 4, 6, undefined],
        [')', 2, 7, 'F'],
      ],
    );
  });
});
