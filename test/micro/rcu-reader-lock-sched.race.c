// SPDX-License-Identifier: MIT
/* rcu_read_lock_sched() as well. */
#include <racelens.h>

struct item { int val; };
static struct item __rcu *gp;
static int seen;

RACE_INIT() { gp = kzalloc(sizeof(*gp), GFP_KERNEL); }
RACE_THREAD(process, reader)
{
	struct item *p;

	rcu_read_lock_sched();
	p = rcu_dereference_sched(gp);
	if (p)
		seen = p->val;
	rcu_read_unlock_sched();
}
RACE_THREAD(process, updater)
{
	struct item *old = gp;

	rcu_assign_pointer(gp, NULL);
	synchronize_rcu();
	kfree(old);
}
RACE_EXPECT(holds)
