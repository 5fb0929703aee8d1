// SPDX-License-Identifier: MIT
/* The pointer is used after its section has ended. */
#include <racelens.h>

struct item { int val; };
static struct item __rcu *gp;
static int seen;

RACE_INIT() { gp = kzalloc(sizeof(*gp), GFP_KERNEL); }
RACE_THREAD(process, reader)
{
	struct item *p;

	rcu_read_lock();
	p = rcu_dereference(gp);
	rcu_read_unlock();
	if (p)
		seen = p->val;
}
RACE_THREAD(process, updater)
{
	struct item *old = gp;

	rcu_assign_pointer(gp, NULL);
	synchronize_rcu();
	kfree(old);
}
RACE_EXPECT(use-after-free)
