import { checkFindings } from './check';

const check = (source: string): Promise<void> => checkFindings('bit-never-cleared', source);

describe('bit-never-cleared', () => {
  it('an error return that forgets the bit', () =>
    check(`
enum { BOX_BUSY };
struct box { unsigned long flags; int dead; };
int turn(struct box *b)
{
	if (test_and_set_bit(BOX_BUSY, &b->flags))
		return -EBUSY;
	if (b->dead)
		return -ENODEV; /* ! BOX_BUSY of b->flags still set */
	spin(b);
	clear_bit(BOX_BUSY, &b->flags);
	return 0;
}
`));

  it('an early return of a void function', () =>
    check(`
enum { BOX_BUSY };
struct box { unsigned long flags; int dead; };
void turn(struct box *b)
{
	if (test_and_set_bit(BOX_BUSY, &b->flags))
		return;
	if (b->dead)
		return; /* ! still set */
	spin(b);
	clear_bit_unlock(BOX_BUSY, &b->flags);
}
`));

  it('a goto past the clear', () =>
    check(`
enum { BOX_BUSY };
struct box { unsigned long flags; int dead; };
int turn(struct box *b)
{
	if (test_and_set_bit_lock(BOX_BUSY, &b->flags))
		return -EBUSY;
	if (b->dead)
		goto out;
	clear_bit(BOX_BUSY, &b->flags);
	return 0;
out:
	return -ENODEV; /* ! still set */
}
`));

  it('a spin until it is taken', () =>
    check(`
enum { BOX_BUSY };
struct box { unsigned long flags; int dead; };
int turn(struct box *b)
{
	while (test_and_set_bit(BOX_BUSY, &b->flags))
		cpu_relax();
	if (b->dead)
		return -ENODEV; /* ! still set */
	clear_bit(BOX_BUSY, &b->flags);
	return 0;
}
`));

  it('nothing: cleared on every way', () =>
    check(`
enum { BOX_BUSY };
struct box { unsigned long flags; int dead; };
int turn(struct box *b)
{
	int err = 0;

	if (test_and_set_bit(BOX_BUSY, &b->flags))
		return -EBUSY;
	if (b->dead)
		err = -ENODEV;
	clear_bit(BOX_BUSY, &b->flags);
	return err;
}
`));

  it('nothing: a state that another function clears', () =>
    check(`
enum { BOX_SCHED };
struct box { unsigned long state; int dead; };
int schedule_box(struct box *b)
{
	if (test_and_set_bit(BOX_SCHED, &b->state))
		return -EBUSY;
	if (b->dead) {
		clear_bit(BOX_SCHED, &b->state);
		return 0;
	}
	if (b->dead == 2)
		return -ENODEV;
	return 0;
}
void complete_box(struct box *b)
{
	clear_bit(BOX_SCHED, &b->state);
}
`));

  it('nothing: success leaves it set on purpose', () =>
    check(`
enum { BOX_BUSY };
struct box { unsigned long flags; int dead; };
int open_box(struct box *b)
{
	if (test_and_set_bit(BOX_BUSY, &b->flags))
		return -EBUSY;
	if (b->dead) {
		clear_bit(BOX_BUSY, &b->flags);
		return -ENODEV;
	}
	return 0;
}
`));

  it('nothing: a mark that is cleared before all are marked', () =>
    check(`
enum { BOX_SEEN };
struct box { unsigned long flags; struct box *next; };
void mark(struct box *all)
{
	struct box *b;

	for (b = all; b; b = b->next)
		clear_bit(BOX_SEEN, &b->flags);
	for (b = all; b; b = b->next) {
		if (test_and_set_bit(BOX_SEEN, &b->flags))
			continue;
		spin(b);
	}
}
`));

  it('nothing: it is only ever set', () =>
    check(`
enum { BOX_SEEN };
struct box { unsigned long flags; int dead; };
int once(struct box *b)
{
	if (test_and_set_bit(BOX_SEEN, &b->flags))
		return -EBUSY;
	if (b->dead)
		return -ENODEV;
	return 0;
}
`));

  it('nothing: a callee clears it', () =>
    check(`
enum { BOX_BUSY };
struct box { unsigned long flags; int dead; };
static void give_back(struct box *b)
{
	if (!test_and_set_bit(BOX_BUSY, &b->flags))
		spin(b);
	clear_bit(BOX_BUSY, &b->flags);
}
int turn(struct box *b)
{
	if (test_and_set_bit(BOX_BUSY, &b->flags))
		return -EBUSY;
	if (b->dead) {
		give_back(b);
		return -ENODEV;
	}
	clear_bit(BOX_BUSY, &b->flags);
	return 0;
}
`));

  it('nothing: it was not taken on that way', () =>
    check(`
enum { BOX_BUSY };
struct box { unsigned long flags; int dead; };
int turn(struct box *b)
{
	if (b->dead)
		return -ENODEV;
	if (test_and_set_bit(BOX_BUSY, &b->flags))
		return -EBUSY;
	clear_bit(BOX_BUSY, &b->flags);
	return 0;
}
`));
});
