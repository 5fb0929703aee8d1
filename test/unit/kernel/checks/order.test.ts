import { checkFindings } from './check';

const check = (source: string): Promise<void> => checkFindings('lock-order', source);

const struct = `
struct box { spinlock_t a, b, c; struct mutex m, n; struct box *other; };
`;

describe('lock-order', () => {
  it('two functions, two orders', () =>
    check(`${struct}
void f(struct box *x)
{
	spin_lock(&x->a);
	spin_lock(&x->b); /* ! box.b is taken inside box.a here, but g() */
	spin_unlock(&x->b);
	spin_unlock(&x->a);
}
void g(struct box *x)
{
	spin_lock(&x->b);
	spin_lock(&x->a);
	spin_unlock(&x->a);
	spin_unlock(&x->b);
}
`));

  it('through a callee', () =>
    check(`${struct}
static void inner(struct box *x)
{
	mutex_lock(&x->m);
	mutex_unlock(&x->m);
}
void f(struct box *x)
{
	mutex_lock(&x->m);
	mutex_lock(&x->n); /* ! box.n is taken inside box.m */
	mutex_unlock(&x->n);
	mutex_unlock(&x->m);
}
void g(struct box *x)
{
	mutex_lock(&x->n);
	inner(x);
	mutex_unlock(&x->n);
}
`));

  it('RTNL and a mutex', () =>
    check(`${struct}
void f(struct box *x)
{
	rtnl_lock();
	mutex_lock(&x->m); /* ! box.m is taken inside rtnl_mutex */
	mutex_unlock(&x->m);
	rtnl_unlock();
}
void g(struct box *x)
{
	mutex_lock(&x->m);
	rtnl_lock();
	rtnl_unlock();
	mutex_unlock(&x->m);
}
`));

  it('in two files', () =>
    check(`
//- /box.h
struct box { spinlock_t a, b; };
//- /one.c
#include "box.h"
void f(struct box *x)
{
	spin_lock(&x->a);
	spin_lock(&x->b); /* ! g() takes them the other way round */
	spin_unlock(&x->b);
	spin_unlock(&x->a);
}
//- /two.c
#include "box.h"
void g(struct box *x)
{
	spin_lock(&x->b);
	spin_lock(&x->a); /* ! f() takes them the other way round */
	spin_unlock(&x->a);
	spin_unlock(&x->b);
}
`));

  it('nothing: the first lock is given back while interrupts stay off', () =>
    check(`
struct box { spinlock_t a, b; int n; };
static void one(struct box *x)
{
	unsigned long flags;

	spin_lock_irqsave(&x->a, flags);
	spin_lock(&x->b);
	x->n++;
	spin_unlock(&x->b);
	spin_unlock_irqrestore(&x->a, flags);
}
static void two(struct box *x)
{
	unsigned long flags;

	spin_lock_irqsave(&x->b, flags);
	x->n++;
	spin_unlock(&x->b);
	spin_lock(&x->a);
	x->n++;
	spin_unlock_irqrestore(&x->a, flags);
}
`));

  it('nothing: one order', () =>
    check(`${struct}
void f(struct box *x)
{
	spin_lock(&x->a);
	spin_lock(&x->b);
	spin_unlock(&x->b);
	spin_unlock(&x->a);
}
void g(struct box *x)
{
	spin_lock(&x->a);
	spin_lock(&x->b);
	spin_unlock(&x->b);
	spin_unlock(&x->a);
}
`));

  it('nothing: one after the other', () =>
    check(`${struct}
void f(struct box *x)
{
	spin_lock(&x->a);
	spin_unlock(&x->a);
	spin_lock(&x->b);
	spin_unlock(&x->b);
}
void g(struct box *x)
{
	spin_lock(&x->b);
	spin_unlock(&x->b);
	spin_lock(&x->a);
	spin_unlock(&x->a);
}
`));

  it('nothing: a third lock is held on both sides', () =>
    check(`${struct}
void f(struct box *x)
{
	spin_lock(&x->c);
	spin_lock(&x->a);
	spin_lock(&x->b);
	spin_unlock(&x->b);
	spin_unlock(&x->a);
	spin_unlock(&x->c);
}
void g(struct box *x)
{
	spin_lock(&x->c);
	spin_lock(&x->b);
	spin_lock(&x->a);
	spin_unlock(&x->a);
	spin_unlock(&x->b);
	spin_unlock(&x->c);
}
`));

  it('nothing: one side only tries', () =>
    check(`${struct}
void f(struct box *x)
{
	spin_lock(&x->a);
	spin_lock(&x->b);
	spin_unlock(&x->b);
	spin_unlock(&x->a);
}
void g(struct box *x)
{
	spin_lock(&x->b);
	if (spin_trylock(&x->a))
		spin_unlock(&x->a);
	spin_unlock(&x->b);
}
`));

  it('nothing: two locks of one class', () =>
    check(`${struct}
void f(struct box *x)
{
	spin_lock(&x->a);
	spin_lock(&x->other->a);
	spin_unlock(&x->other->a);
	spin_unlock(&x->a);
}
void g(struct box *x)
{
	spin_lock(&x->other->a);
	spin_lock(&x->a);
	spin_unlock(&x->a);
	spin_unlock(&x->other->a);
}
`));

  it('nothing: a callee that drops the lock first', () =>
    check(`${struct}
static void relock(struct box *x)
{
	spin_unlock(&x->b);
	spin_lock(&x->a);
	spin_unlock(&x->a);
	spin_lock(&x->b);
}
void f(struct box *x)
{
	spin_lock(&x->a);
	spin_lock(&x->b);
	spin_unlock(&x->b);
	spin_unlock(&x->a);
}
void g(struct box *x)
{
	spin_lock(&x->b);
	relock(x);
	spin_unlock(&x->b);
}
`));
});
