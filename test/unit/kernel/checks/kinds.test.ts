import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { kinds } from '../../../../src/ide/diagnostics';

interface Setting {
  readonly type: string;
  readonly default: unknown;
}

describe('kinds of diagnostics', () => {
  for (const { kind, page, title } of kinds)
    it(`${kind} has a page that says how to switch it off`, () => {
      assert.ok(existsSync(page), page);
      const text = readFileSync(page, 'utf8');
      assert.ok(text.startsWith(`# ${kind}\n`));
      assert.ok(text.includes(`racelens.diagnostics.${kind}`), 'names its setting');
      assert.match(text, /\*\*Why it matters\.\*\*/);
      assert.match(text, /\*\*When it is wrong\.\*\*/);
      assert.match(text, /\*\*Sample\.\*\*/);
      assert.ok(title.length < 80);
    });

  it('each kind is a setting, on or off as the table says', () => {
    const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      contributes: {
        configuration:
          { properties: Record<string, Setting> } | readonly { properties: Record<string, Setting> }[];
      };
    };
    const { configuration } = contributes;
    const groups = Array.isArray(configuration) ? configuration : [configuration];
    const properties = Object.assign({}, ...groups.map(g => g.properties)) as Record<string, Setting>;
    const found = Object.keys(properties).filter(p => /^racelens\.diagnostics\.[a-z-]+$/.test(p));
    assert.deepEqual(found.sort(), kinds.map(k => `racelens.diagnostics.${k.kind}`).sort());
    for (const k of kinds) assert.equal(properties[`racelens.diagnostics.${k.kind}`]?.default, k.on, k.kind);
  });
});
