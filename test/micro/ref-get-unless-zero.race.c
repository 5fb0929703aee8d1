// SPDX-License-Identifier: MIT
/* kref_get_unless_zero() under RCU does not revive an object. */
#include <racelens.h>

struct obj { struct kref ref; int val; struct rcu_head rcu; };
static struct obj __rcu *gp;
static int seen;

static void release(struct kref *k) { kfree_rcu(container_of(k, struct obj, ref), rcu); }

RACE_INIT()
{
	struct obj *o = kzalloc(sizeof(*o), GFP_KERNEL);

	kref_init(&o->ref);
	rcu_assign_pointer(gp, o);
}
RACE_THREAD(process, lookup)
{
	struct obj *o;

	rcu_read_lock();
	o = rcu_dereference(gp);
	if (o && !kref_get_unless_zero(&o->ref))
		o = NULL;
	rcu_read_unlock();
	if (o) {
		seen = o->val;
		kref_put(&o->ref, release);
	}
}
RACE_THREAD(process, remover)
{
	struct obj *o = rcu_dereference_protected(gp, 1);

	RCU_INIT_POINTER(gp, NULL);
	kref_put(&o->ref, release);
}
RACE_EXPECT(holds)
