import { strict as assert } from 'node:assert';
import { hover } from '../../../src/ide/hover/hover';
import type { Scene } from '../../../src/ide/scene';
import { fixture, testParser } from '../kernel/fixture';
import { sceneOf } from './scene';

const header = `
//- /include/door.h
enum door_bits {
	DOOR_LOCKED,	/* Only the keeper may clear it. */
	DOOR_OPEN,
};
#define DF_OPEN BIT(DOOR_OPEN)
struct door { unsigned long flags; unsigned int colour; spinlock_t lock; };
#define DOOR_RED 0x10
static inline void door_set(struct door *d, int bit) { set_bit(bit, &d->flags); }
`;

/** The markdown of the hover at \`$0\`, targets of links left out. */
async function at(source: string, of?: (scene: Scene) => Scene): Promise<string> {
  const fix = fixture(header + source);
  const scene = sceneOf(await testParser(), fix.files);
  const file = scene.files.find(f => f.path === fix.cursor?.path);
  assert.ok(file && fix.cursor);
  const h = hover(
    of ? of(scene) : scene,
    file,
    fix.cursor.offset,
    s => `${s.file}:${s.start}`,
    bit => `command:find?${bit}`,
  );
  return (h?.markdown ?? 'none').replace(/\]\((?!command)[^)]*\)/g, ']');
}

describe('hover of a bit', () => {
  it('counts, groups, what is not atomic, what is left set, and the command', async () => {
    const text = await at(`
//- /a.c
#include "door.h"
int a(struct door *d, int x)
{
	if (test_and_set_bit(DOOR_$0LOCKED, &d->flags))
		return -EBUSY;
	if (x)
		return -EINVAL;
	clear_bit_unlock(DOOR_LOCKED, &d->flags);
	return 0;
}
//- /b.c
#include "door.h"
void b(struct door *d)
{
	door_set(d, DOOR_LOCKED);
	__clear_bit(DOOR_LOCKED, &d->flags);
}
`);
    assert.equal(
      text,
      `**\`DOOR_LOCKED\`** — bit 0 of \`door.flags\`

> Only the keeper may clear it.

Set 2×, cleared 2× in 2 files of the tree; 1 of the changes is **not atomic**

- Set by [\`a()\`] (\`test_and_set_bit\`, full), [\`b()\`] (\`door_set\`)
- Cleared by [\`a()\`] (\`clear_bit_unlock\`, release), [\`b()\`] (\`__clear_bit\`)

Here set by \`test_and_set_bit()\`: one step towards other CPUs; fully ordered: a barrier before and after.

Set here and still set at [line 7].

[Find All Sites of This Bit](command:find?DOOR_LOCKED)`,
    );
  });

  it('without the whole tree it says so; comments of others are quoted', async () => {
    const source = `
//- /a.c
#include "door.h"
void a(struct door *d) { set_bit(DOOR_$0OPEN, &d->flags); }
/* DOOR_OPEN is set by a() while the lock is held. */
`;
    assert.match(await at(source), /> “DOOR\\_OPEN is set by a\(\) while the lock is held” — \[a.c:3\]/);
    const partial = await at(source, s => ({ ...s, corpus: { ...s.corpus, complete: () => false } }));
    assert.match(partial, /Set 1× in the open files \(the index of the tree is being made\)/);
  });

  it('long lists are cut', async () => {
    const many = Array.from(
      { length: 9 },
      (_, i) => `void f${i}(struct door *d) { set_bit(DOOR_OPEN, &d->flags); }`,
    );
    assert.match(
      await at(`
//- /a.c
#include "door.h"
void a(struct door *d) { set_bit(DOOR_$0OPEN, &d->flags); }
${many.join('\n')}
`),
      /\[`f4\(\)`\] \(`set_bit`\) … and 4 more/,
    );
  });

  it('words that only masks change', async () => {
    const text = await at(`
//- /a.c
#include "door.h"
void a(struct door *d) { d->colour |= DOOR_$0RED; d->colour &= ~DOOR_RED; }
`);
    assert.match(text, /^\*\*`DOOR_RED`\*\* — bit 4 of `door.colour`/);
    assert.match(text, /2 of the changes are \*\*not atomic\*\*/);
  });
});

describe('hover of calls', () => {
  it('the chain of a wrapper', async () => {
    const text = await at(`
//- /a.c
#include "door.h"
static void door_lock(struct door *d) { spin_lock(&d->lock); }
static void door_take(struct door *d) { door_lock(d); }
void a(struct door *d) { door_$0take(d); d->colour = 1; spin_unlock(&d->lock); }
`);
    assert.match(text, /begins spinlock/);
    assert.match(text, /`door_take` → \[`door_lock`\] → \[`spin_lock`\]/);
  });

  it('an RCU pointer read under something else than rcu_read_lock()', async () => {
    const source = (before: string): string => `
//- /a.c
#include "door.h"
void *a(struct door *d, struct door __rcu **p)
{
	${before};
	return rcu_$0dereference(*p);
}
`;
    assert.match(
      await at(source('spin_lock(&d->lock)')),
      /Safe here: spinlock .*Only `CONFIG_PROVE_RCU` would complain/,
    );
    assert.doesNotMatch(await at(source('rcu_read_lock()')), /PROVE_RCU/);
    assert.doesNotMatch(await at(source('d->colour = 1')), /PROVE_RCU/);
  });
});
