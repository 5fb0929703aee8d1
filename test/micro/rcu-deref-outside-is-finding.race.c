// SPDX-License-Identifier: MIT
/* rcu_dereference() outside a section is told beside the verdict. */
#include <racelens.h>

struct item { int val; };
static struct item the_item;
static struct item __rcu *gp = &the_item;
static int seen;

RACE_THREAD(process, t)
{
	struct item *p = rcu_dereference(gp);

	if (p)
		seen = p->val;
}
RACE_EXPECT(holds)
