// SPDX-License-Identifier: MIT
/* SRCU sections nest: the inner unlock leaves the outer section open. */
#include <racelens.h>

struct item { int val; };
static struct item __rcu *gp;
static int seen;
DEFINE_STATIC_SRCU(s);

RACE_INIT() { gp = kzalloc(sizeof(*gp), GFP_KERNEL); }
RACE_THREAD(process, reader)
{
	struct item *p;
	int outer, inner;

	outer = srcu_read_lock(&s);
	inner = srcu_read_lock(&s);
	srcu_read_unlock(&s, inner);
	p = srcu_dereference(gp, &s);
	if (p)
		seen = p->val;
	srcu_read_unlock(&s, outer);
}
RACE_THREAD(process, updater)
{
	struct item *old = gp;

	rcu_assign_pointer(gp, NULL);
	synchronize_srcu(&s);
	kfree(old);
}
RACE_EXPECT(holds)
