import { checkFindings } from './check';

const check = (source: string): Promise<void> => checkFindings('sleep-in-atomic', source);

describe('sleep-in-atomic', () => {
  it('a mutex under a spinlock', () =>
    check(`
struct box { spinlock_t lock; struct mutex m; };
void f(struct box *b)
{
	spin_lock(&b->lock);
	mutex_lock(&b->m); /* ! mutex_lock() may sleep, but the spinlock b->lock is held */
	mutex_unlock(&b->m);
	spin_unlock(&b->lock);
}
`));

  it('an allocation that may wait, inside an RCU reader', () =>
    check(`
struct box { struct box *next; void *p; };
void f(struct box *b)
{
	rcu_read_lock();
	b->p = kmalloc(8, GFP_KERNEL); /* ! kmalloc() may sleep */
	rcu_read_unlock();
}
`));

  it('a callee that sleeps on every way', () =>
    check(`
struct box { spinlock_t lock; int n; };
static void settle(struct box *b)
{
	if (b->n)
		msleep(3);
	else
		usleep_range(1, 2);
}
static void later(struct box *b)
{
	settle(b);
}
void f(struct box *b)
{
	spin_lock_bh(&b->lock);
	later(b); /* ! later() may sleep (settle() */
	spin_unlock_bh(&b->lock);
}
`));

  it('a timer that takes a mutex', () =>
    check(`
struct box { struct timer_list t; struct mutex m; };
static void tick(struct timer_list *t)
{
	struct box *b = from_timer(b, t, t);

	mutex_lock(&b->m); /* ! tick() runs in atomic context */
	mutex_unlock(&b->m);
}
void start(struct box *b)
{
	timer_setup(&b->t, tick, 0);
}
`));

  it('an interrupt handler, two calls deep', () =>
    check(`
struct box { int irq; };
static void settle(struct box *b)
{
	msleep(1); /* ! settle() runs in atomic context */
}
static irqreturn_t handle(int irq, void *data)
{
	settle(data);
	return IRQ_HANDLED;
}
int begin_irq(struct box *b)
{
	return request_irq(b->irq, handle, 0, "box", b);
}
`));

  it('nothing: the lock is dropped before', () =>
    check(`
struct box { spinlock_t lock; };
void f(struct box *b)
{
	spin_lock(&b->lock);
	spin_unlock(&b->lock);
	msleep(1);
	spin_lock(&b->lock);
	spin_unlock(&b->lock);
}
`));

  it('nothing: an allocation that does not wait, or whose flags are the caller’s', () =>
    check(`
struct box { spinlock_t lock; void *p; };
void f(struct box *b, gfp_t gfp)
{
	spin_lock(&b->lock);
	b->p = kmalloc(8, GFP_ATOMIC);
	b->p = kmalloc(8, gfp);
	b->p = kmalloc(8, in_task() ? GFP_KERNEL : GFP_ATOMIC);
	spin_unlock(&b->lock);
}
`));

  it('nothing: a mutex around a mutex', () =>
    check(`
struct box { struct mutex a, b; };
void f(struct box *x)
{
	mutex_lock(&x->a);
	mutex_lock(&x->b);
	msleep(1);
	mutex_unlock(&x->b);
	mutex_unlock(&x->a);
}
`));

  it('nothing: a callee that sleeps only if it is asked to', () =>
    check(`
struct box { spinlock_t lock; };
static void settle(struct box *b, bool wait)
{
	if (wait)
		msleep(1);
}
void f(struct box *b)
{
	spin_lock(&b->lock);
	settle(b, false);
	spin_unlock(&b->lock);
}
`));

  it('nothing: a callee that drops the lock and takes it again', () =>
    check(`
struct box { spinlock_t lock; };
static void settle(struct box *b)
{
	spin_unlock(&b->lock);
	msleep(1);
	spin_lock(&b->lock);
}
void f(struct box *b)
{
	spin_lock(&b->lock);
	settle(b);
	spin_unlock(&b->lock);
}
`));

  it('nothing: the lock and the sleep are on different ways', () =>
    check(`
struct box { spinlock_t lock; };
void f(struct box *b, bool quick)
{
	if (quick)
		spin_lock(&b->lock);
	if (!quick)
		msleep(1);
	if (quick)
		spin_unlock(&b->lock);
}
`));

  it('nothing: a macro, and a function of that name in another driver', () =>
    check(`
//- /a/bus.h
#define bus_write(b, v) (b)->ops->write(b, v)
struct box { spinlock_t lock; struct ops *ops; };
//- /a/box.c
#include "bus.h"
void turn(struct box *b)
{
	spin_lock(&b->lock);
	bus_write(b, 1);
	spin_unlock(&b->lock);
}
//- /b/usb.c
int bus_write(struct bus *b, int v)
{
	mutex_lock(&b->m);
	b->v = v;
	mutex_unlock(&b->m);
	return 0;
}
`));

  it('nothing: a work item, an interrupt thread', () =>
    check(`
struct box { struct work_struct w; int irq; };
static void work(struct work_struct *w)
{
	msleep(1);
}
static irqreturn_t thread(int irq, void *data)
{
	msleep(1);
	return IRQ_HANDLED;
}
int start(struct box *b)
{
	INIT_WORK(&b->w, work);
	return request_threaded_irq(b->irq, NULL, thread, 0, "box", b);
}
`));

  it('nothing: wait_event_lock_irq() drops the lock', () =>
    check(`
struct box { spinlock_t lock; int n; };
void f(struct box *b)
{
	spin_lock_irq(&b->lock);
	wait_event_lock_irq(b->q, b->n, b->lock);
	spin_unlock_irq(&b->lock);
}
`));
});
