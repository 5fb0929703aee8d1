// SPDX-License-Identifier: MIT
/* Interrupts off is an implicit section. */
#include <racelens.h>

struct item { int val; };
static struct item __rcu *gp;
static int seen;

RACE_INIT() { gp = kzalloc(sizeof(*gp), GFP_KERNEL); }
RACE_THREAD(process, reader)
{
	struct item *p;
	unsigned long flags;

	local_irq_save(flags);
	p = READ_ONCE(gp);
	if (p)
		seen = p->val;
	local_irq_restore(flags);
}
RACE_THREAD(process, updater)
{
	struct item *old = gp;

	rcu_assign_pointer(gp, NULL);
	synchronize_rcu();
	kfree(old);
}
RACE_EXPECT(holds)
