// SPDX-License-Identifier: MIT
/* The lock stands in the object that the other thread frees under it. */
#include <racelens.h>

struct obj { spinlock_t lock; int n; };
static struct obj *o;

RACE_INIT()
{
	o = kzalloc(sizeof(*o), GFP_KERNEL);
	spin_lock_init(&o->lock);
}
RACE_THREAD(process, user)
{
	spin_lock(&o->lock);
	o->n++;
	spin_unlock(&o->lock);
}
RACE_THREAD(process, remover)
{
	spin_lock(&o->lock);
	spin_unlock(&o->lock);
	kfree(o);
}
RACE_EXPECT(use-after-free)
