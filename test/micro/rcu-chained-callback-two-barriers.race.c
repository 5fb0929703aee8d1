// SPDX-License-Identifier: MIT
/* The second rcu_barrier() finds it queued and waits. */
#include <racelens.h>

struct item { struct rcu_head rcu; };
struct counters { int freed; };
static struct item *it;
static struct counters *stats;

static void second(struct rcu_head *h) { stats->freed = 1; }
static void first(struct rcu_head *h) { call_rcu(h, second); }

RACE_INIT()
{
	it = kzalloc(sizeof(*it), GFP_KERNEL);
	stats = kzalloc(sizeof(*stats), GFP_KERNEL);
}
RACE_THREAD(process, module_exit_path)
{
	call_rcu(&it->rcu, first);
	rcu_barrier();
	rcu_barrier();
	kfree(stats);
}
RACE_EXPECT(holds)
