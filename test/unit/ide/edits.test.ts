/** What is kept over an edit is what would be found out anew: marks, wrappers and contexts of random edits. */
import assert from 'node:assert/strict';
import { decorations } from '../../../src/ide/decorations';
import { knowledge } from '../../../src/ide/knowledge';
import type { Scene } from '../../../src/ide/scene';
import { fateWords } from '../../../src/kernel/sections/extents';
import { createFactStore, functionsOf } from '../../../src/kernel/functions';
import { filesWith, pipelineOn } from '../pipeline';

const header = `
struct box { spinlock_t lock; unsigned long state; struct box *next; int n; };
enum { BOX_BUSY, BOX_GONE };
static inline void box_lock(struct box *b)
{
	spin_lock(&b->lock);
}
static inline void box_unlock(struct box *b)
{
	spin_unlock(&b->lock);
}
`;

const text = `#include "box.h"
#define with_box(b) my_lock(b)
static void my_lock(struct box *b)
{
	box_lock(b);
}
static void my_unlock(struct box *b)
{
	box_unlock(b);
}
static bool is_set(struct box *b)
{
	return b->next;
}
static void maybe_lock(struct box *b)
{
	if (is_set(b))
		my_lock(b);
}
static bool try_box(struct box *b)
{
	if (!b->n)
		return false;
	my_lock(b);
	return true;
}
static void deep(struct box *b)
{
	set_bit(BOX_BUSY, &b->state);
	clear_bit(BOX_GONE, &b->state);
}
static void poll(struct box *b)
{
	with_box(b);
	deep(b);
	my_unlock(b);
}
static void action(struct softirq_action *h)
{
	if (try_box(&boxes)) {
		poll(&boxes);
		my_unlock(&boxes);
	}
}
void begin(struct box *b)
{
	my_lock(b);
}
void end(struct box *b)
{
	my_unlock(b);
}
void init(void)
{
	open_softirq(3, action);
}
`;

const pieces = [
  'foo();',
  'rcu_read_lock();',
  'my_unlock(b);',
  'my_lock(b);',
  'if (b->n)',
  'return;',
  '}',
  '{',
  'try_box(b);',
  'maybe_lock(b);',
  'box_lock(b);',
  'change_bit(BOX_GONE, &b->state);',
  'poll(b);',
];

/** All that is drawn and told of a scene. */
function told(scene: Scene): string {
  const [file] = scene.files;
  assert.ok(file);
  const k = knowledge(scene);
  const wrapper = (name: string): unknown => {
    const w = k.survey.wrapper(name, file.path);
    return w?.kind === 'function' ? [w.effects, w.chain, w.facts.item.start] : w && [w.span, w.chain];
  };
  return JSON.stringify(
    [
      decorations(scene, file),
      ['my_lock', 'my_unlock', 'with_box', 'maybe_lock', 'try_box', 'box_lock', 'begin'].map(wrapper),
      k
        .functions(file)
        .map(f => [f.name, k.survey.sections(f)?.sites.map(s => fateWords(k.survey.fate(f, s)))]),
    ],
    (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  );
}

describe('edits', () => {
  it('keep what they do not concern, and nothing else', async () => {
    const texts: Record<string, string> = { '/t/box.h': header, '/t/a.c': text };
    const pipeline = await pipelineOn(filesWith(texts), '/t');
    let seed = 5;
    const random = (n: number): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;
    const before: string[] = [];
    for (let i = 0; i < 120; i++) {
      const now = texts['/t/a.c'] ?? '';
      const old = random(3) === 0 ? before.pop() : undefined;
      if (old !== undefined) texts['/t/a.c'] = old;
      else {
        before.push(now);
        const lines = now.split('\n');
        lines.splice(
          1 + random(lines.length - 1),
          random(4) === 0 ? 1 : 0,
          `\t${pieces[random(pieces.length)] ?? ''}`,
        );
        texts['/t/a.c'] = lines.join('\n');
      }
      pipeline.forget(['/t/a.c']);
      const kept = told(pipeline.scene(['/t/a.c']));
      const fresh = await pipelineOn(filesWith(texts), '/t');
      assert.equal(kept, told(fresh.scene(['/t/a.c'])), `after edit ${String(i)}:\n${texts['/t/a.c'] ?? ''}`);
    }
  }).timeout(60_000);

  it('of which hundreds leave few texts behind', async () => {
    const long = `/* ${'x'.repeat(60_000)} */\n`;
    const texts: Record<string, string> = { '/t/a.c': '' };
    const pipeline = await pipelineOn(filesWith(texts));
    const store = createFactStore();
    for (let i = 0; i < 300; i++) {
      texts['/t/a.c'] = `${long}void f(void)\n{\n\tg(${String(i)});\n}\n`;
      pipeline.forget(['/t/a.c']);
      const [file] = pipeline.scene(['/t/a.c']).files;
      assert.ok(file);
      assert.equal(functionsOf(file, store).length, 1);
    }
    assert.ok(store.size <= 280, `${String(store.size)} are held`);
  });

  it('do not keep the scenes of all files that were asked about', async () => {
    const texts: Record<string, string> = {};
    for (let i = 0; i < 40; i++) texts[`/t/${String(i)}.c`] = 'void f(void) { }\n';
    const pipeline = await pipelineOn(filesWith(texts));
    const first = pipeline.scene(['/t/0.c']);
    assert.equal(pipeline.scene(['/t/0.c']), first);
    for (const path of Object.keys(texts)) pipeline.scene([path]);
    assert.notEqual(pipeline.scene(['/t/0.c']), first);
  });
});
