import { strict as assert } from 'node:assert';
import { bitAt, bitFacts, type BitFacts } from '../../../src/ide/bits/bitFacts';
import type { Scene } from '../../../src/ide/scene';
import { createCancelSource } from '../../../src/base/cancel';
import { fixture, testParser } from '../kernel/fixture';
import { sceneOf } from './scene';

const header = `
//- /include/ring.h
/**
 * enum ring_bits - what a ring is doing
 * @RING_BUSY: somebody turns it
 */
enum ring_bits {
	RING_BUSY,
	RING_STOPPED,	/* Must be set by the owner only. */
	RING_LATE,
	NR_RING_BITS,
};
#define RING_F_BUSY BIT(RING_BUSY)
#define RING_F_STOPPED (1UL << RING_STOPPED)
#define RING_F_ANY (RING_F_BUSY | RING_F_STOPPED)
struct ring { unsigned long state; int room; };
struct other { unsigned long state; };
struct shelf { struct ring *first; };
static inline void ring_mark(struct ring *r, int nr) { set_bit(nr, &r->state); }
static inline bool ring_is(const struct ring *r, int nr) { return test_bit(nr, &r->state); }
static inline void ring_mark_twice(struct ring *r, int nr) { ring_mark(r, nr); }
#define ring_forget(r, nr) clear_bit((nr), &(r)->state)
#define ring_word(r) ((unsigned long *)(&(r)->state))
#define ring_stop(r) set_bit(RING_STOPPED, &(r)->state)
static inline void ring_valued(struct ring *r, int nr, int on)
{
	if (on)
		set_bit(nr, &r->state);
	else
		clear_bit(nr, &r->state);
}
`;

async function facts(source: string, name: string, of?: (scene: Scene) => Scene): Promise<BitFacts> {
  const scene = sceneOf(await testParser(), fixture(header + source).files);
  return bitFacts(of ? of(scene) : scene, name);
}

/** `file:line function kind operation word` and what else is to be said. */
function lines(f: BitFacts): readonly string[] {
  return f.sites
    .filter(s => s.file.endsWith('.c'))
    .map(s =>
      [
        `${s.line}${s.namedLine === undefined ? '' : `(${s.namedLine})`}`,
        s.function,
        `${s.kind}${s.maybe ? '?' : ''}${s.until ? ` until ${s.until}` : ''}`,
        s.operation,
        ...(s.through === undefined ? [] : [`through ${s.through}`]),
        s.atomic ? 'atomic' : 'plain',
        s.ordering,
        s.word || `(${s.written})`,
        ...(s.name === f.bit ? [] : [s.name]),
      ].join(' '),
    );
}

describe('facts of a bit', () => {
  it('bit operations, masks and waits, by file and line', async () => {
    const f = await facts(
      `
//- /a.c
#include "ring.h"
void a(struct ring *r)
{
	set_bit(RING_BUSY, &r->state);
	if (test_and_clear_bit(RING_BUSY, &r->state))
		r->state |= RING_F_BUSY;
	while (test_bit(RING_BUSY, &r->state))
		cpu_relax();
	if (r->state & RING_F_ANY)
		return;
	wait_on_bit(&r->state, RING_BUSY, TASK_UNINTERRUPTIBLE);
}
//- /b.c
#include "ring.h"
static struct ring start = { .state = RING_F_BUSY };
void b(struct ring *r)
{
	unsigned long val, new;

	do {
		val = READ_ONCE(r->state);
		new = val & ~(RING_F_STOPPED |
			      RING_F_BUSY);
	} while (cmpxchg(&r->state, val, new) != val);
}
`,
      'RING_BUSY',
    );
    assert.deepEqual(lines(f), [
      '4 a set set_bit atomic relaxed ring.state',
      '5 a test-and-clear test_and_clear_bit atomic full ring.state',
      '6 a set plain plain plain ring.state RING_F_BUSY',
      '7 a wait until clear test_bit atomic relaxed ring.state',
      '9 a test plain plain plain ring.state RING_F_ANY',
      '11 a wait until clear wait_on_bit atomic acquire ring.state',
      '2 start init plain plain none ring.state RING_F_BUSY',
      '11(10) b clear cmpxchg atomic full-on-success ring.state RING_F_BUSY',
    ]);
    assert.deepEqual(
      {
        bit: f.bit,
        number: f.number,
        words: f.words,
        enum: f.enum,
        meaning: f.meaning,
        complete: f.complete,
      },
      {
        bit: 'RING_BUSY',
        number: 0,
        words: ['ring.state'],
        enum: 'ring_bits',
        meaning: 'somebody turns it',
        complete: true,
      },
    );
    assert.deepEqual(
      f.masks.map(m => `${m.name} ${m.kind}`),
      ['RING_F_BUSY mask', 'RING_F_ANY composite'],
    );
    assert.deepEqual(f.definition, { file: '/include/ring.h', line: 6, column: 2 });
  });

  it('functions and macros that take a bit, through several levels, and macros that name it', async () => {
    const f = await facts(
      `
//- /a.c
#include "ring.h"
void a(struct shelf *s, struct ring *r, int nr)
{
	ring_mark(r, RING_STOPPED);
	ring_mark_twice(s->first, RING_STOPPED);
	ring_forget(r, RING_STOPPED);
	ring_stop(r);
	if (!ring_is(r, RING_STOPPED))
		ring_valued(r, RING_STOPPED, nr);
	set_bit(RING_STOPPED, ring_word(r));
	ring_mark(r, nr);
	ring_mark(r, RING_LATE);
}
`,
      'RING_STOPPED',
    );
    assert.deepEqual(lines(f), [
      '4 a set set_bit through ring_mark atomic relaxed ring.state',
      '5 a set set_bit through ring_mark_twice atomic relaxed ring.state',
      '6 a clear clear_bit through ring_forget atomic relaxed ring.state',
      '7 a set set_bit through ring_stop atomic relaxed ring.state',
      '8 a test test_bit through ring_is atomic relaxed ring.state',
      '9 a set? set_bit through ring_valued atomic relaxed ring.state',
      '9 a clear? clear_bit through ring_valued atomic relaxed ring.state',
      '10 a set set_bit atomic relaxed ring.state',
    ]);
    assert.deepEqual(
      f.owner.map(q => q.text),
      ['Must be set by the owner only'],
    );
  });

  it('whole values stored to a word that is changed atomically elsewhere', async () => {
    const f = await facts(
      `
//- /a.c
#include "ring.h"
void a(struct ring *r, struct other *o)
{
	set_bit(RING_LATE, &r->state);
	r->state = 0;
	o->state = 0;
	WRITE_ONCE(r->state, RING_F_BUSY);
}
`,
      'RING_LATE',
    );
    assert.deepEqual(
      f.sites.filter(s => s.whole).map(s => `${s.line} ${s.kind} ${s.operation} ${s.word} ${s.written}`),
      ['5 store plain ring.state r->state', '7 store WRITE_ONCE ring.state r->state'],
    );
  });

  it('functions that macros make by pasting the name together', async () => {
    const f = await facts(
      `
//- /include/flags.h
#define RING_TEST(Name, name) \\
static inline int Ring##Name(struct ring *r) { return test_bit(RING_##name, &r->state); }
#define RING_SET(Name, name) \\
static inline void SetRing##Name(struct ring *r) \\
{ if (!test_bit(RING_##name, &r->state)) set_bit(RING_##name, &(r)->state); }
#define RING_FLAG(Name, name) RING_TEST(Name, name) RING_SET(Name, name)
RING_FLAG(Late, LATE)
RING_FLAG(Busy, BUSY)
//- /a.c
#include "ring.h"
#include "flags.h"
void a(struct ring *r)
{
	if (!RingLate(r))
		SetRingLate(r);
	SetRingBusy(r);
}
`,
      'RING_LATE',
    );
    assert.deepEqual(lines(f), [
      '5 a test test_bit through RingLate atomic relaxed ring.state',
      '6 a set? set_bit through SetRingLate atomic relaxed ring.state',
    ]);
  });

  it('names that a source file gives a bit are known there only', async () => {
    const f = await facts(
      `
//- /a.c
#include "ring.h"
#define late RING_LATE
void a(struct ring *r) { set_bit(late, &r->state); }
//- /b.c
#include "ring.h"
void b(struct ring *r, int late) { set_bit(late, &r->state); }
`,
      'RING_LATE',
    );
    assert.deepEqual(lines(f), ['3 a set set_bit atomic relaxed ring.state late']);
  });

  it('a wait through a helper, and in the condition of a wait', async () => {
    const f = await facts(
      `
//- /a.c
#include "ring.h"
void a(struct ring *r)
{
	while (ring_is(r, RING_LATE))
		cpu_relax();
	wait_event(r->wq, !ring_is(r, RING_LATE));
}
`,
      'RING_LATE',
    );
    assert.deepEqual(lines(f), [
      '4 a wait until clear test_bit through ring_is atomic relaxed ring.state',
      '6 a wait until clear test_bit through ring_is atomic relaxed ring.state',
    ]);
  });

  it('a local of unknown origin, other words, and names that go elsewhere', async () => {
    const f = await facts(
      `
//- /a.c
#include "ring.h"
int a(struct other *o, unsigned long flags, struct hidden *h)
{
	if (flags & RING_F_BUSY)
		o->state &= ~RING_F_BUSY;
	h->state |= RING_F_BUSY;
	use(flags, RING_F_BUSY);
	/* RING_F_BUSY in words */
	return RING_BUSY;
}
`,
      'RING_BUSY',
    );
    assert.deepEqual(lines(f), [
      '4 a test plain plain plain (flags) RING_F_BUSY',
      '5 a clear plain plain plain other.state RING_F_BUSY',
      '6 a set plain plain plain hidden.state RING_F_BUSY',
    ]);
    assert.deepEqual(
      f.others.map(o => `${o.line} ${o.function} ${o.how}`),
      ['7 a passed to use()', '9 a returned'],
    );
  });

  it('asked for the mask, the bit is meant; a composite mask is itself', async () => {
    const source = `
//- /a.c
#include "ring.h"
void a(struct ring *r) { set_bit(RING_BUSY, &r->state); r->state &= ~RING_F_ANY; }
`;
    const byMask = await facts(source, 'RING_F_BUSY');
    assert.equal(byMask.bit, 'RING_BUSY');
    assert.equal(lines(byMask).length, 2);
    const composite = await facts(source, 'RING_F_ANY');
    assert.equal(composite.bit, 'RING_F_ANY');
    assert.deepEqual(lines(composite), ['2 a clear plain plain plain ring.state']);
  });

  it('another name of the same spelling elsewhere is another bit', async () => {
    const f = await facts(
      `
//- /a.c
#include "ring.h"
void a(struct ring *r) { set_bit(RING_BUSY, &r->state); }
//- /c.c
enum { RING_BUSY = 7 };
void c(struct other *o) { set_bit(RING_BUSY, &o->state); }
`,
      'RING_BUSY',
    );
    assert.deepEqual(
      f.sites.map(s => s.file).filter(p => p.endsWith('.c')),
      ['/a.c'],
    );
  });

  it('an unknown name has names near it; bad names and cancelling are told', async () => {
    const source = `
//- /a.c
#include "ring.h"
void a(struct ring *r) { set_bit(RING_BUSY, &r->state); }
`;
    const unknown = await facts(source, 'RING_BUZY');
    assert.deepEqual(unknown.sites, []);
    assert.match(unknown.problems.join(), /RING_BUZY is defined in this tree; near it are RING_BUSY/);
    const closed = await facts(source, 'RING_STOPED', scene => ({ ...scene, files: [] }));
    assert.match(closed.problems.join(), /near it are RING_STOPPED/);
    assert.match((await facts(source, '&x')).problems.join(), /no name of a bit/);
    const scene = sceneOf(await testParser(), fixture(header + source).files);
    const cancel = createCancelSource();
    cancel.cancel();
    const cut = bitFacts(scene, 'RING_BUSY', cancel);
    assert.equal(cut.complete, false);
    assert.match(cut.problems.join(), /cancelled/);
  });

  it('an index that is not complete is told', async () => {
    const f = await facts(
      `
//- /a.c
#include "ring.h"
void a(struct ring *r) { set_bit(RING_BUSY, &r->state); }
`,
      'RING_BUSY',
      scene => ({ ...scene, corpus: { ...scene.corpus, complete: () => false } }),
    );
    assert.equal(f.complete, false);
    assert.match(f.problems.join(), /not complete/);
  });

  it('what is under the cursor', async () => {
    const fix = fixture(`${header}
//- /a.c
#include "ring.h"
void a(struct ring *r) { set_bit(RING_B$0USY, &r->state); }
`);
    const scene = sceneOf(await testParser(), fix.files);
    const file = scene.files.find(f => f.path === fix.cursor?.path);
    assert.ok(file && fix.cursor);
    assert.deepEqual(bitAt(scene, file, fix.cursor.offset), { name: 'RING_BUSY', words: ['ring.state'] });
    assert.equal(bitAt(scene, file, 0), undefined);
  });
});
