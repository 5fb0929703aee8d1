// SPDX-License-Identifier: MIT
/* Preemption off is an implicit section. */
#include <racelens.h>

struct item { int val; };
static struct item __rcu *gp;
static int seen;

RACE_INIT() { gp = kzalloc(sizeof(*gp), GFP_KERNEL); }
RACE_THREAD(kthread, reader)
{
	struct item *p;

	preempt_disable();
	p = READ_ONCE(gp);
	if (p)
		seen = p->val;
	preempt_enable();
}
RACE_THREAD(process, updater)
{
	struct item *old = gp;

	rcu_assign_pointer(gp, NULL);
	synchronize_rcu();
	kfree(old);
}
RACE_EXPECT(holds)
