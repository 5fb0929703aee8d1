// SPDX-License-Identifier: MIT
/* The callback queues another one: rcu_barrier() waits for those queued before it, not for that one. */
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
	kfree(stats);
}
RACE_EXPECT(use-after-free)
