// SPDX-License-Identifier: MIT
/* rcu_read_lock_bh() is a reader of the same RCU. */
#include <racelens.h>

struct item { int val; };
static struct item __rcu *gp;
static int seen;

RACE_INIT() { gp = kzalloc(sizeof(*gp), GFP_KERNEL); }
RACE_THREAD(process, reader)
{
	struct item *p;

	rcu_read_lock_bh();
	p = rcu_dereference_bh(gp);
	if (p)
		seen = p->val;
	rcu_read_unlock_bh();
}
RACE_THREAD(process, updater)
{
	struct item *old = gp;

	rcu_assign_pointer(gp, NULL);
	synchronize_rcu();
	kfree(old);
}
RACE_EXPECT(holds)
