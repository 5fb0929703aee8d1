import { strict as assert } from 'node:assert';
import { knowledge } from '../../../src/ide/knowledge';
import type { StateWord } from '../../../src/kernel/words/words';
import { sceneOf } from '../ide/scene';
import { fixture, testParser } from './fixture';

/** `word: BIT#0 BIT#1 | kind, kind` for each, in the order of words. */
async function words(source: string, which: 'words' | 'plainWords' = 'words'): Promise<readonly string[]> {
  const k = knowledge(sceneOf(await testParser(), fixture(source).files));
  return k[which].map((w: StateWord) => {
    const bits = w.bits.map(b => `${b.name}${b.number === undefined ? '' : `#${b.number}`}`).join(' ');
    const done = w.accesses.map(
      a => `${a.access.kind}${a.access.through === undefined ? '' : ` ${a.access.through}`}`,
    );
    return `${w.key}: ${bits} | ${done.join(', ')}`;
  });
}

const prelude = `
//- /lib.h
enum { L_A, L_B, L_FAR = 70 };
#define LF_A BIT(L_A)
#define M_ON 0x1
#define M_OFF 0x2
struct node { unsigned long bits; unsigned int mode; int busy; unsigned char raw[8]; };
struct wide { DECLARE_BITMAP(map, 128); };
struct list { struct node *head; };
static inline void node_flag(struct node *n, int bit) { __set_bit(bit, &n->bits); }
static inline void node_mode(struct node *n, unsigned int mask) { n->mode |= mask; }
static inline bool node_has(const struct node *n, unsigned int mask) { return n->mode & mask; }
static inline struct node *node_of(struct list *l) { return l->head; }
#define list_flag(l, bit) set_bit(bit, &(l)->head->bits)
`;

describe('state words', () => {
  it('through functions and macros that take a bit or a mask', async () => {
    const source = `${prelude}
//- /a.c
#include "lib.h"
void a(struct node *n, struct list *l, int nr)
{
	node_flag(n, L_A);
	list_flag(l, L_B);
	clear_bit(L_A, &node_of(l)->bits);
	node_flag(n, nr);
	node_mode(n, M_ON | M_OFF);
	if (node_has(n, M_ON))
		return;
}
`;
    assert.deepEqual(await words(source), [
      'node.bits: L_A#0 L_B#1 | set node_flag, set list_flag, clear, set node_flag, set',
    ]);
    assert.deepEqual(await words(source, 'plainWords'), [
      'node.mode: M_ON#0 M_OFF#1 | set node_mode, test node_has',
    ]);
  });

  it('bitmaps with bits beyond 63', async () => {
    assert.deepEqual(
      await words(`${prelude}
//- /a.c
#include "lib.h"
void a(struct wide *w) { set_bit(L_FAR, w->map); if (test_bit(L_B, w->map)) return; }
`),
      ['wide.map: L_B#1 L_FAR#70 | set, test'],
    );
  });

  it('counters, exchanged values and bytes of buffers are no flags', async () => {
    const source = `${prelude}
//- /a.c
#include "lib.h"
void a(struct node *n, int old)
{
	cmpxchg(&n->busy, old, old + 1);
	xchg(&n->busy, M_ON);
	n->raw[3] |= M_ON;
	if (n->raw[3] & M_OFF)
		n->raw[3] = 0;
}
`;
    assert.deepEqual(await words(source), []);
    assert.deepEqual(await words(source, 'plainWords'), []);
  });

  it('fields of structs that are not known stay apart', async () => {
    const found = await words(`${prelude}
//- /a.c
#include "lib.h"
void a(struct node *n, struct some *s)
{
	set_bit(L_A, &n->bits);
	clear_bit(L_A, &hidden(s)->left->bits);
	set_bit(OTHER_X, &hidden(s)->right->bits);
	set_bit(THIRD_Y, &hidden(s)->third->bits);
}
`);
    assert.deepEqual([...found].sort(), [
      '?right.bits: OTHER_X | set',
      '?third.bits: THIRD_Y | set',
      'node.bits: L_A#0 | set, clear',
    ]);
  });

  it('a local that holds the address of a word stands for it; bit locks set and clear', async () => {
    assert.deepEqual(
      await words(`${prelude}
//- /a.c
#include "lib.h"
void a(struct node *n)
{
	unsigned long *p = &n->bits;

	set_bit(L_B, p);
	bit_spin_lock(L_A, &n->bits);
	bit_spin_unlock(L_A, &n->bits);
}
`),
      ['node.bits: L_A#0 L_B#1 | set, wait, set, clear'],
    );
  });
});
