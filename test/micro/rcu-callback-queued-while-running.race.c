// SPDX-License-Identifier: MIT
/* Queued again while it runs, the callback still ends what it has begun: here it frees what the second run uses. */
#include <racelens.h>

struct item { struct rcu_head rcu; int runs; };
static struct item *item;
static int armed;

static void done(struct rcu_head *h)
{
	struct item *i = container_of(h, struct item, rcu);

	i->runs++;
	WRITE_ONCE(armed, 1);
	if (i->runs == 1)
		kfree(i);
}
RACE_INIT() { item = kzalloc(sizeof(*item), GFP_KERNEL); call_rcu(&item->rcu, done); }
RACE_THREAD(process, again) { if (READ_ONCE(armed)) call_rcu(&item->rcu, done); }
RACE_EXPECT(use-after-free)
