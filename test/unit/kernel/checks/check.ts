/** One way to ask: the findings of one kind in a fixture, each as `line: message` with its related lines. */
import { strict as assert } from 'node:assert';
import { diagnostics, kinds, type CheckKind } from '../../../../src/ide/diagnostics';
import { fixture, testParser } from '../fixture';
import { sceneOf } from '../../ide/scene';

/** Words that all fixtures may use. */
const prelude = `
typedef struct { int x; } spinlock_t;
struct mutex { int x; };
struct list_head { struct list_head *next, *prev; };
struct work_struct { int x; };
struct timer_list { int x; };
`;

/**
 * Holds findings of a kind against the lines of a fixture that end in a comment `/* ! words *\/`: one finding each, its
 * message with those words in it. No such comment: nothing may be found.
 */
export async function checkFindings(kind: CheckKind, source: string): Promise<void> {
  const of = fixture(source.includes('//- ') ? source : `//- /test.c\n${source}`);
  const files = of.files.map(f => (f.path.endsWith('.c') ? { path: f.path, text: f.text + '\n' } : f));
  const scene = sceneOf(await testParser(), [{ path: '/prelude.h', text: prelude }, ...files]);
  const on = Object.fromEntries(kinds.map(k => [k.kind, k.kind === kind]));
  for (const file of scene.files) {
    const lines = file.text.split('\n');
    const found = diagnostics(scene, file.path, { on }).map(d => {
      const line = file.lines.positionAt(d.span.start).line;
      assert.equal(d.code, kind);
      assert.equal(d.span.file, file.path);
      assert.ok(d.related.length > 0, 'a story has more than one place');
      return { line: line + 1, message: d.message };
    });
    const wanted = lines.flatMap((l, i) => {
      const m = /\/\* ! (.*?) \*\//.exec(l);
      return m?.[1] === undefined ? [] : [{ line: i + 1, words: m[1] }];
    });
    const shown = found.map(f => `${String(f.line)}: ${f.message}`).join('\n');
    assert.deepEqual(
      found.map(f => f.line),
      wanted.map(w => w.line),
      shown || 'nothing found',
    );
    for (const [i, w] of wanted.entries())
      assert.ok(found[i]?.message.includes(w.words), `${w.words}\nis not in\n${shown}`);
  }
}
