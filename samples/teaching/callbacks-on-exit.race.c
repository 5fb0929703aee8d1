// SPDX-License-Identifier: GPL-2.0-only
/* A grace period is over before its callbacks have run: what they need is gone. */
#include <racelens.h>

struct stats {
	int freed;
};

struct item {
	struct rcu_head rcu;
	struct stats *stats;
};

static struct stats *stats;
static struct item *item;

static void free_item(struct rcu_head *head)
{
	struct item *i = container_of(head, struct item, rcu);

	i->stats->freed++;
	kfree(i);
}

RACE_INIT()
{
	stats = kzalloc(sizeof(*stats), GFP_KERNEL);
	item = kzalloc(sizeof(*item), GFP_KERNEL);
	item->stats = stats;
}

RACE_THREAD(process, module_exit)
{
	call_rcu(&item->rcu, free_item);
	synchronize_rcu();
	kfree(stats);
}

RACE_EXPECT(use-after-free)
