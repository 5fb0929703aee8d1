// SPDX-License-Identifier: MIT
/* A hardirq is an implicit reader from its first to its last step. */
#include <racelens.h>

struct item { int val; };
static struct item __rcu *gp;
static int seen;

RACE_INIT() { gp = kzalloc(sizeof(*gp), GFP_KERNEL); }
RACE_THREAD(hardirq, reader)
{
	struct item *p = READ_ONCE(gp);

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
RACE_EXPECT(holds)
