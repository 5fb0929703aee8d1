// SPDX-License-Identifier: MIT
/* call_rcu() does not wait: it is legal everywhere. */
#include <racelens.h>

struct item { struct rcu_head rcu; };
static void item_free(struct rcu_head *h) { kfree(container_of(h, struct item, rcu)); }

RACE_THREAD(softirq, t)
{
	struct item *i = kzalloc(sizeof(*i), GFP_ATOMIC);

	rcu_read_lock();
	call_rcu(&i->rcu, item_free);
	rcu_read_unlock();
}
RACE_EXPECT(holds)
