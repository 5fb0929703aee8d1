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

describe('hover of a function: in what it runs', () => {
  const story = `
//- /dev.c
static int napi_poll(struct napi_struct *n)
{
	struct door *d = n->door;

	spin_lock(&d->lock);
	helper(d);
	spin_unlock(&d->lock);
	helper(d);
	return 0;
}
static void net_rx_action(struct softirq_action *h) { napi_poll(n); }
static int __init net_dev_init(void) { open_softirq(NET_RX_SOFTIRQ, net_rx_action); return 0; }
int door_open(struct net_device *dev) { return helper(0); }
static const struct net_device_ops ops = { .ndo_open = door_open };
`;
  const rx =
    'RCU reader: runs in NET_RX softirq ([`net_rx_action`] → [`napi_poll`]); BH disabled\n\nMust not sleep';

  it('on its name, with the chain as links', async () => {
    assert.equal(
      await at(story.replace('int napi_poll', 'int napi_$0poll')),
      `**On entry of \`napi_poll()\`** — ${rx}.`,
    );
    const targets: string[] = [];
    const fix = fixture(header + story.replace('int napi_poll', 'int napi_$0poll'));
    const scene = sceneOf(await testParser(), fix.files);
    const file = scene.files.find(f => f.path === fix.cursor?.path);
    assert.ok(file && fix.cursor);
    hover(scene, file, fix.cursor.offset, s => {
      targets.push(`${s.file}:${String(file.lines.positionAt(s.start).line + 1)}`);
      return '#';
    });
    assert.deepEqual(targets, ['/dev.c:11', '/dev.c:1'], 'each link of the chain leads to its call');
  });

  it('on a primitive and on a called function: at that place', async () => {
    assert.ok(
      (await at(story.replace('spin_unlock', 'spin_$0unlock'))).endsWith(
        `**Here** — ${rx}; holds \`d->lock\`.`,
      ),
    );
    assert.equal(
      await at(story.replace('\thelper(d);\n\treturn', '\thel$0per(d);\n\treturn')),
      `**Here** — ${rx}.`,
    );
    assert.equal(
      await at(story.replace('helper(0)', 'hel$0per(0)')),
      '**Here** — no RCU reader: runs in operation under RTNL\n\nMay sleep; holds `rtnl_mutex`.',
    );
  });

  it('where the index is not made, only what is known; elsewhere nothing', async () => {
    const partial = (s: Scene): Scene => ({ ...s, corpus: { ...s.corpus, complete: () => false } });
    assert.equal(await at(story.replace('int napi_poll', 'int napi_$0poll'), partial), 'none');
    assert.equal(await at(story.replace('*d = n->door', '*$0d = n->door')), 'none');
    assert.equal(await at(story.replace('.ndo_open', '.ndo_$0open')), 'none');
  });
});
