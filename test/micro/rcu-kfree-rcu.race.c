// SPDX-License-Identifier: MIT
/* kfree_rcu() frees after a grace period. */
#include <racelens.h>

struct item { int val; struct rcu_head rcu; };
static struct item __rcu *gp;
static int seen;

RACE_INIT() { gp = kzalloc(sizeof(*gp), GFP_KERNEL); }
RACE_THREAD(softirq, reader)
{
	struct item *p = rcu_dereference(gp);

	if (p)
		seen = p->val;
}
RACE_THREAD(process, updater)
{
	struct item *old = rcu_dereference_protected(gp, 1);

	RCU_INIT_POINTER(gp, NULL);
	kfree_rcu(old, rcu);
}
RACE_EXPECT(holds)
