import { checkFindings } from './check';

const check = (source: string): Promise<void> => checkFindings('unbalanced-region', source);

describe('unbalanced-region', () => {
  it('an error return that forgets a spinlock', () =>
    check(`
struct box { spinlock_t lock; int full; };
int put(struct box *b, int n)
{
	spin_lock(&b->lock);
	if (b->full)
		return -ENOSPC; /* ! spinlock b->lock still held */
	b->full = n;
	spin_unlock(&b->lock);
	return 0;
}
`));

  it('a reader that an early return of a void function leaves open', () =>
    check(`
struct box { struct box *next; int n; };
void visit(struct box *b)
{
	struct box *c;

	rcu_read_lock();
	c = rcu_dereference(b->next);
	if (!c)
		return; /* ! RCU reader still open */
	c->n = 1;
	rcu_read_unlock();
}
`));

  it('a goto to the label behind the unlock', () =>
    check(`
struct box { struct mutex m; int n; };
int fill(struct box *b, int n)
{
	int err;

	mutex_lock(&b->m);
	err = check_size(n);
	if (err)
		goto out;
	if (n > 9) {
		err = -EINVAL;
		goto out_unlock;
	}
	b->n = n;
out_unlock:
	mutex_unlock(&b->m);
	return err;
out:
	return -EIO; /* ! mutex b->m still held */
}
`));

  it('an unlock that one way comes to without the lock', () =>
    check(`
struct box { struct mutex m; int n; };
int fill(struct box *b, int n)
{
	int err = -EINVAL;

	if (n > 9)
		goto out;
	mutex_lock(&b->m);
	b->n = n;
	err = 0;
out:
	mutex_unlock(&b->m); /* ! without having taken it */
	return err;
}
`));

  it('an unlock that one way comes to twice', () =>
    check(`
struct box { struct mutex m; int n; };
int fill(struct box *b, int n)
{
	mutex_lock(&b->m);
	if (b->n == n) {
		mutex_unlock(&b->m);
		goto out;
	}
	b->n = n;
out:
	mutex_unlock(&b->m); /* ! twice */
	return 0;
}
`));

  it('the same value with the lock and without it', () =>
    check(`
struct box { spinlock_t lock; int n; };
int take(struct box *b)
{
	spin_lock(&b->lock);
	if (!b->n) {
		spin_unlock(&b->lock);
		return 0;
	}
	if (b->n == 2)
		return 0; /* ! still held */
	b->n--;
	spin_unlock(&b->lock);
	return 1;
}
`));

  it('a way out of a loop over the list that the lock is beside', () =>
    check(`
struct item { struct list_head list; int n; };
struct box { struct mutex m; struct list_head items; };
static struct item *find(struct box *b, int n)
{
	struct item *i;

	mutex_lock(&b->m);
	list_for_each_entry(i, &b->items, list) {
		if (i->n == n)
			return i; /* ! returns here with the mutex b->m still held */
	}
	mutex_unlock(&b->m);
	return NULL;
}
int has(struct box *b, int n)
{
	return find(b, n) != NULL;
}
`));

  it('nothing: the lock is given back on all ways', () =>
    check(`
struct box { spinlock_t lock; int full; };
int put(struct box *b, int n)
{
	int err = 0;

	spin_lock(&b->lock);
	if (b->full) {
		err = -ENOSPC;
		goto out;
	}
	b->full = n;
out:
	spin_unlock(&b->lock);
	return err;
}
`));

  it('nothing: taken and given back under one condition, whatever its form', () =>
    check(`
struct box { spinlock_t lock; int full; int mode; };
int put(struct box *b, int n, bool have)
{
	bool locked = b->mode == 3;

	if (!have)
		spin_lock(&b->lock);
	b->full = n;
	if (!have)
		spin_unlock(&b->lock);
	if (b->mode == 3)
		rcu_read_lock();
	b->full++;
	if (locked)
		rcu_read_unlock();
	return 0;
}
`));

  it('nothing: a number without a sign that is above zero, and one that is not zero', () =>
    check(`
struct box { struct mutex m; int n; };
int put(struct box *b, u8 n)
{
	if (n > 0)
		mutex_lock(&b->m);
	b->n = n;
	if (b->n == 7) {
		if (n)
			mutex_unlock(&b->m);
		return -EPERM;
	}
	if (n)
		mutex_unlock(&b->m);
	return 0;
}
`));

  it('nothing: success returns with the lock, an error without it', () =>
    check(`
struct box { struct mutex m; int dead; };
struct box *find(struct box *b)
{
	mutex_lock(&b->m);
	if (b->dead) {
		mutex_unlock(&b->m);
		return NULL;
	}
	return b;
}
`));

  it('nothing: a function that says that it hands the lock over', () =>
    check(`
struct box { spinlock_t lock; int dead; };
void grab(struct box *b)
	__acquires(&b->lock)
{
	spin_lock(&b->lock);
	if (b->dead)
		return;
	spin_unlock(&b->lock);
	wait_a_little();
	spin_lock(&b->lock);
}
`));

  it('nothing: a callee ends it', () =>
    check(`
struct box { spinlock_t lock; int dead; };
static void bury(struct box *b)
{
	b->dead = 2;
	spin_unlock(&b->lock);
}
int put(struct box *b)
{
	spin_lock(&b->lock);
	if (b->dead) {
		bury(b);
		return -ENODEV;
	}
	spin_unlock(&b->lock);
	return 0;
}
`));

  it('nothing: a callee takes it again', () =>
    check(`
struct box { int n; };
static struct box *again(struct box *b) __acquires(RCU)
{
	rcu_read_lock();
	return b;
}
static struct box *deeper(struct box *b)
{
	return again(b);
}
void visit(struct box *b)
{
	rcu_read_lock();
	if (b->n) {
		rcu_read_unlock();
		b = deeper(b);
	}
	look(b);
	rcu_read_unlock();
}
`));

  it('nothing: a lock that is taken only if it is not held yet', () =>
    check(`
struct box { spinlock_t lock; int n; };
struct walk { struct box *locked; };
int step(struct walk *w, struct box *b)
{
	if (!w->locked) {
		w->locked = b;
		spin_lock(&b->lock);
	}
	if (!b->n) {
		spin_unlock(&b->lock);
		w->locked = NULL;
	}
	return w->locked != NULL;
}
`));

  it('nothing: a callee that gets the saved flags', () =>
    check(`
int put(struct box *b)
{
	unsigned long flags;

	local_irq_save(flags);
	if (try_else(b, flags))
		return -EAGAIN;
	b->n = 1;
	local_irq_restore(flags);
	return 0;
}
`));

  it('nothing: two conditions that the caller makes agree', () =>
    check(`
void extend(int old, int new)
{
	if (new & 1)
		rcu_read_lock();
	if (old & 1)
		rcu_read_unlock();
}
`));

  it('nothing: a loop that is left with the lock or without it, as its condition tells', () =>
    check(`
struct box { spinlock_t lock; int n; };
int put(struct box *b)
{
	int i = 0;

	do {
		spin_lock(&b->lock);
		if (b->n)
			break;
		spin_unlock(&b->lock);
	} while (++i < 9);
	if (i >= 9)
		return -EAGAIN;
	b->n = 0;
	spin_unlock(&b->lock);
	return 0;
}
`));

  it('nothing: a lock of the caller that is dropped for a while', () =>
    check(`
struct box { spinlock_t lock; int n; };
int put(struct box *b, bool have, int n)
{
	int i;

	if (!have)
		spin_lock(&b->lock);
	for (i = 0; i < n; i++) {
		spin_unlock(&b->lock);
		cpu_relax();
		spin_lock(&b->lock);
	}
	if (!have)
		spin_unlock(&b->lock);
	return 0;
}
`));

  it('nothing: a trylock that failed, and one that did not', () =>
    check(`
struct box { struct mutex m; int n; };
int fill(struct box *b)
{
	if (!mutex_trylock(&b->m))
		return -EBUSY;
	b->n = 1;
	mutex_unlock(&b->m);
	if (mutex_lock_interruptible(&b->m))
		return -EINTR;
	b->n = 2;
	mutex_unlock(&b->m);
	return 0;
}
`));

  it('nothing: locks of a list, all taken and then all given back', () =>
    check(`
struct box { struct mutex m; };
int both(struct box *b, int n)
{
	int i;

	for (i = 0; i < n; i++)
		mutex_lock(&b[i].m);
	if (n > 3)
		n = 3;
	for (i = 0; i < n; i++)
		mutex_unlock(&b[i].m);
	return 0;
}
`));

  it('nothing: a lock that is dropped for a while', () =>
    check(`
struct box { spinlock_t lock; int n; };
void wait_for(struct box *b)
{
	while (b->n) {
		spin_unlock(&b->lock);
		cpu_relax();
		spin_lock(&b->lock);
	}
}
`));

  it('nothing: a field that the function sets while it has the lock says whether to end it', () =>
    check(`
struct box { spinlock_t lock; int state; bool late; };
void hand_in(struct box *b, struct box *c)
{
	if (!c)
		goto out;
	spin_lock(&b->lock);
	if (b->state) {
		b->late = true;
		goto out;
	}
	spin_unlock(&b->lock);
	return;
out:
	if (b->late)
		spin_unlock(&b->lock);
	else
		kfree(b);
}
`));

  it('a field that it sets elsewhere says nothing', () =>
    check(`
struct box { spinlock_t lock; int state; bool late; };
void hand_in(struct box *b, struct box *c)
{
	b->late = c->late;
	if (!c->state)
		goto out;
	spin_lock(&b->lock);
	if (b->state)
		goto out;
	spin_unlock(&b->lock);
	return;
out:
	if (b->late)
		spin_unlock(&b->lock); /* ! without having taken it */
	else
		kfree(b);
}
`));

  it('nothing: guard() ends by itself', () =>
    check(`
struct box { struct mutex m; int n; };
int fill(struct box *b)
{
	guard(mutex)(&b->m);
	if (b->n)
		return -EBUSY;
	b->n = 1;
	return 0;
}
`));
});
