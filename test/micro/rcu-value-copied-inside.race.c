// SPDX-License-Identifier: MIT
/* The value is copied inside the section. */
#include <racelens.h>

struct item { int val; };
static struct item __rcu *gp;
static int seen;

RACE_INIT() { gp = kzalloc(sizeof(*gp), GFP_KERNEL); }
RACE_THREAD(process, reader)
{
	struct item *p;
	int val = 0;

	rcu_read_lock();
	p = rcu_dereference(gp);
	if (p)
		val = p->val;
	rcu_read_unlock();
	seen = val;
}
RACE_THREAD(process, updater)
{
	struct item *old = gp;

	rcu_assign_pointer(gp, NULL);
	synchronize_rcu_expedited();
	kfree(old);
}
RACE_EXPECT(holds)
