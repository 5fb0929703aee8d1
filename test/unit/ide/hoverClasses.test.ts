/** Every class of the catalogue has its hover: what it is, what it does, ordering, sleeping, and a sentence. */
import { strict as assert } from 'node:assert';
import { classes } from '../../../src/ide/hover/classes';
import { hover } from '../../../src/ide/hover/hover';
import { primitives, type Primitive } from '../../../src/kernel/primitives';
import { testParser } from '../kernel/fixture';
import { sceneOf } from './scene';

/** The first primitive of each class that is called by its name. */
const first = new Map<string, Primitive>();
for (const p of primitives.values())
  if (!first.has(p.class) && /^[a-z_]\w*$/.test(p.name) && p.role !== 'scope') first.set(p.class, p);

async function hoverOf(name: string): Promise<string> {
  const text = `void f(struct s *p)\n{\n\t${name}(&p->x);\n}\n`;
  const scene = sceneOf(await testParser(), [{ path: '/a.c', text }]);
  const [file] = scene.files;
  assert.ok(file);
  return hover(scene, file, text.indexOf(name) + 1, () => '#')?.markdown ?? '';
}

describe('hover of the catalogue’s classes', () => {
  it('no class is without words, and no words without class', () => {
    const named = new Set([...primitives.values()].map(p => p.class));
    assert.deepEqual([...named].filter(c => !classes.has(c)).sort(), []);
    assert.deepEqual(
      [...classes.keys()].filter(c => !named.has(c)),
      [],
    );
    for (const [name, { words, sentence }] of classes) {
      assert.ok(words.length > 2 && words.length < 50, name);
      assert.match(sentence, /^[`A-Z0-9].*\.$/, name);
    }
  });

  for (const [name, p] of first)
    it(`${name}: ${p.name}()`, async () => {
      const text = await hoverOf(p.name);
      const row = classes.get(name);
      assert.ok(row && text.includes(row.sentence), text);
      assert.ok(text.startsWith(`**\`${p.name}()\`** — ${row.words}`), text);
      if (p.maySleep === 'yes') assert.match(text, /may sleep/);
    });
});
