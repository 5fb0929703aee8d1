import { checkFindings } from './check';

const check = (source: string): Promise<void> => checkFindings('non-atomic-op-on-shared-word', source);

const bits = `
enum { BOX_BUSY, BOX_FULL };
struct box { unsigned long flags; spinlock_t lock; };
int try_box(struct box *b)
{
	return test_and_set_bit(BOX_BUSY, &b->flags);
}
`;

describe('non-atomic-op-on-shared-word', () => {
  it('__set_bit() beside test_and_set_bit()', () =>
    check(`${bits}
void fill(struct box *b)
{
	__set_bit(BOX_FULL, &b->flags); /* ! try_box(), which changes the word */
}
`));

  it('a plain |=', () =>
    check(`${bits}
void fill(struct box *b)
{
	b->flags |= BIT(BOX_FULL); /* ! a plain read-modify-write of box.flags */
}
`));

  it('a plain &= ~', () =>
    check(`${bits}
void drain(struct box *b)
{
	b->flags &= ~BIT(BOX_FULL); /* ! a plain read-modify-write of box.flags */
}
`));

  it('in a callee of a work item', () =>
    check(`${bits}
struct job { struct work_struct w; struct box *b; };
static void fill(struct box *b)
{
	__clear_bit(BOX_FULL, &b->flags); /* ! __clear_bit() of box.flags */
}
static void work(struct work_struct *w)
{
	struct job *j = container_of(w, struct job, w);

	fill(j->b);
}
void start(struct job *j)
{
	INIT_WORK(&j->w, work);
}
`));

  it('under a mutex, while an interrupt changes the word', () =>
    check(`
enum { BOX_BUSY, BOX_FULL };
struct box { unsigned long flags; struct mutex m; int irq; };
static irqreturn_t handle(int irq, void *data)
{
	struct box *b = data;

	set_bit(BOX_BUSY, &b->flags);
	return IRQ_HANDLED;
}
static int fill(struct box *b)
{
	mutex_lock(&b->m);
	b->flags |= BIT(BOX_FULL); /* ! handle(), which changes the word by set_bit() */
	mutex_unlock(&b->m);
	return 0;
}
int begin_irq(struct box *b)
{
	fill(b);
	return request_irq(b->irq, handle, 0, "box", b);
}
`));

  it('nothing: under a mutex, as far as is known on both sides', () =>
    check(`
enum { BOX_BUSY, BOX_FULL };
struct box { unsigned long flags; struct mutex m; };
static void busy(struct box *b)
{
	set_bit(BOX_BUSY, &b->flags);
}
void fill(struct box *b)
{
	mutex_lock(&b->m);
	b->flags |= BIT(BOX_FULL);
	busy(b);
	mutex_unlock(&b->m);
}
`));

  it('nothing: an atomic operation', () =>
    check(`${bits}
void fill(struct box *b)
{
	set_bit(BOX_FULL, &b->flags);
}
`));

  it('nothing: nobody changes the word atomically', () =>
    check(`
enum { BOX_FULL };
struct box { unsigned long flags; };
void fill(struct box *b)
{
	__set_bit(BOX_FULL, &b->flags);
}
int full(struct box *b)
{
	return test_bit(BOX_FULL, &b->flags);
}
`));

  it('under a lock that the other does not take', () =>
    check(`${bits}
void fill(struct box *b)
{
	spin_lock(&b->lock);
	__set_bit(BOX_FULL, &b->flags); /* ! under b->lock shares no lock with try_box() */
	spin_unlock(&b->lock);
}
`));

  it('an atomic change in another file of the folder', () =>
    check(`
//- /box/box.h
struct box { unsigned long flags; struct mutex m; };
//- /box/take.c
#include "box.h"
int try_box(struct box *b)
{
	return test_and_set_bit(1, &b->flags);
}
//- /box/fill.c
#include "box.h"
void fill(struct box *b)
{
	b->flags |= BIT(2); /* ! try_box() */
}
`));

  it('nothing: both hold the lock', () =>
    check(`
enum { BOX_BUSY, BOX_FULL };
struct box { unsigned long flags; spinlock_t lock; };
void busy(struct box *b)
{
	spin_lock(&b->lock);
	set_bit(BOX_BUSY, &b->flags);
	spin_unlock(&b->lock);
}
void fill(struct box *b)
{
	spin_lock(&b->lock);
	__set_bit(BOX_FULL, &b->flags);
	spin_unlock(&b->lock);
}
`));

  it('nothing: the caller holds a lock that may be common', () =>
    check(`
enum { BOX_BUSY, BOX_FULL };
struct box { unsigned long flags; spinlock_t lock; };
static void busy(struct box *b)
{
	set_bit(BOX_BUSY, &b->flags);
}
void busy_box(struct box *b)
{
	spin_lock(&b->lock);
	busy(b);
	spin_unlock(&b->lock);
}
static void fill(struct box *b)
{
	__set_bit(BOX_FULL, &b->flags);
}
void fill_box(struct box *b)
{
	spin_lock(&b->lock);
	fill(b);
	spin_unlock(&b->lock);
}
`));

  it('nothing: a function that does both, and an object inside another one', () =>
    check(`${bits}
struct bag { struct box own; };
void fill(struct box *b)
{
	__set_bit(BOX_FULL, &b->flags);
	publish(b);
	clear_bit(BOX_FULL, &b->flags);
}
void fill_own(struct bag *g)
{
	__set_bit(BOX_FULL, &g->own.flags);
}
`));

  it('nothing: only who sets it up comes there', () =>
    check(`${bits}
static void fill(struct box *b)
{
	__set_bit(BOX_FULL, &b->flags);
}
void box_probe(struct box *b)
{
	fill(b);
}
`));

  it('nothing: before it is published', () =>
    check(`${bits}
struct box *make(void)
{
	struct box *b = kzalloc(sizeof(*b), GFP_KERNEL);

	__set_bit(BOX_FULL, &b->flags);
	return b;
}
void box_init(struct box *b)
{
	b->flags |= BIT(BOX_FULL);
}
`));

  it('nothing: a word of that name in another struct', () =>
    check(`${bits}
struct bag { unsigned long flags; };
void fill(struct bag *b)
{
	__set_bit(BOX_FULL, &b->flags);
}
`));

  it('nothing: a local copy, and callers that are not known', () =>
    check(`${bits}
struct box_ops { void (*fill)(struct box *b); };
unsigned long copy(struct box *b)
{
	unsigned long flags = b->flags;

	flags |= BIT(BOX_FULL);
	return flags;
}
static void fill(struct box *b)
{
	__set_bit(BOX_FULL, &b->flags);
}
struct box_ops ops = { .fill = fill };
`));
});
