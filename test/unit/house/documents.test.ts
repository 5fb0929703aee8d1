/** What the documents say of the house must be so: links, the table of layers, lengths, no path of one machine. */
import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesUnder } from './files';
import { core, layers } from './table';

const documents = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'samples/README.md'];

describe('the documents', () => {
  for (const document of documents)
    it(`${document} links only to what is there`, () => {
      const text = readFileSync(document, 'utf8');
      const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(m => m[1] ?? '');
      assert.deepEqual(
        links.filter(l => !/^\w+:/.test(l) && !existsSync(join(dirname(document), l))),
        [],
      );
    });

  it('ARCHITECTURE.md has the table of layers as it is, in at most 300 lines', () => {
    const text = readFileSync('ARCHITECTURE.md', 'utf8');
    assert.ok(text.split('\n').length <= 300);
    const rows = [...text.matchAll(/^\| `src\/(\w+)` \|.*\| ([^|]*) \|$/gm)];
    assert.deepEqual(
      rows.map(r => r[1]),
      Object.keys(layers),
    );
    for (const [, folder = '', arrows = ''] of rows) {
      const words = arrows.replaceAll(/`[^`]*`|; the package .*/g, '').match(/[a-z]+/g) ?? [];
      const named = words.filter(word => word in layers);
      const said = arrows.startsWith('all above') ? [...core, ...named] : named;
      const rule = layers[folder];
      assert.deepEqual([...said].sort(), [...(rule?.folders ?? []), ...(rule?.types ?? [])].sort(), folder);
    }
  });

  it('name every command of package.json that people run', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const text = readFileSync('CONTRIBUTING.md', 'utf8');
    const people = Object.keys(scripts).filter(
      name => !['vscode:prepublish', 'build', 'check'].includes(name),
    );
    assert.deepEqual(
      people.filter(name => !new RegExp(`npm (run )?${name}\\b`).test(text)),
      [],
    );
  });

  it('and the sources know no path of one machine', () => {
    const pattern = new RegExp(['/work/ma' + 'in', '/sha' + 'red/', '/opt/ker' + 'nel'].join('|'));
    const files = ['src', 'test', 'tools', 'bench', 'samples', 'media', '.ci']
      .flatMap(dir => filesUnder(dir, /\.(ts|[mc]?js|json|c|h|md|css|tsv)$|\/run$/))
      .concat(documents, 'package.json');
    assert.deepEqual(
      files.filter(file => pattern.test(readFileSync(file, 'utf8'))),
      [],
    );
  });
});
