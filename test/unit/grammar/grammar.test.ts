/** The grammar of kernel primitives: it is what the catalogue says, and colours what it should in C and in headers. */
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { primitives } from '../../../src/kernel/primitives';
import { grammarPath, kernelGrammar, plain, scopeOf } from '../../../tools/grammar.mjs';

interface Grammar {
  readonly scopeName: string;
  readonly patterns: readonly {
    readonly match: string;
    readonly captures: Readonly<Record<string, { readonly name: string }>>;
  }[];
}

const made = kernelGrammar(primitives.values());
const { patterns } = JSON.parse(made) as Grammar;

describe('the grammar of kernel primitives', () => {
  it('is what the catalogue says today', () => {
    assert.ok(readFileSync(grammarPath, 'utf8') === made, `${grammarPath} is stale: npm run build makes it`);
  });

  it('has every primitive of its classes in the scope that its class and role give it, and in no other', () => {
    const compiled = patterns
      .map(p => ({ name: p.captures['1']?.name ?? '', match: new RegExp(`^${p.match}`) }))
      .filter(p => p.name.startsWith('support.function'));
    assert.ok(compiled.length > 20);
    const wrong: string[] = [];
    for (const entry of primitives.values()) {
      if (entry.role === 'scope') continue;
      const scope = scopeOf(entry);
      const found = compiled.filter(p => p.match.test(`${entry.name}(`)).map(p => p.name);
      if (found.join() !== (scope === undefined ? '' : `${scope}.c`))
        wrong.push(`${entry.name}: ${found.join(' and ') || 'none'}, not ${scope ?? 'none'}`);
      for (const other of [`${entry.name}x(`, `${entry.name} = 1`, entry.name.slice(0, -1) + '#('])
        if (compiled.some(p => p.match.test(other))) wrong.push(`${other} is coloured`);
    }
    assert.deepEqual(wrong, []);
  });

  it('knows every class of the catalogue, with a scope or without', () => {
    const without = new Set(plain.split(' '));
    const classes = new Set([...primitives.values()].map(entry => entry.class));
    const unknown = [...classes].filter(
      name => !without.has(name) && scopeOf({ name: '', class: name, role: 'begin' }) === undefined,
    );
    assert.deepEqual(unknown, []);
  });

  it('is contributed for C and for C++, which headers are', () => {
    const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      contributes: { grammars: readonly { scopeName: string; path: string; injectTo: readonly string[] }[] };
    };
    const own = contributes.grammars.find(g => g.path === `./${grammarPath}`);
    assert.deepEqual(own?.injectTo, ['source.c', 'source.cpp']);
    assert.equal(own.scopeName, (JSON.parse(made) as Grammar).scopeName);
  });

  for (const fixture of ['kernel.c', 'header.cpp'])
    it(`gives ${fixture} the scopes that stand in it`, function () {
      this.timeout(60_000);
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [
          'node_modules/vscode-tmgrammar-test/dist/unit.js',
          ...['--config', 'package.json', '--compact'],
          ...['c', 'cpp', 'cpp-macro'].flatMap(name => [
            '-g',
            `node_modules/tm-grammars/grammars/${name}.json`,
          ]),
          `test/unit/grammar/${fixture}`,
        ],
        { encoding: 'utf8' },
      );
      assert.equal(status, 0, stdout + stderr);
    });
});
