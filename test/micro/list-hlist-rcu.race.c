// SPDX-License-Identifier: MIT
/* A reader on the chain while the entry goes: kfree_rcu() waits for it. */
#include <racelens.h>

struct node { struct hlist_node link; int val; struct rcu_head rcu; };
static HLIST_HEAD(bucket);
static struct node *n;
static int sum;

RACE_INIT()
{
	n = kzalloc(sizeof(*n), GFP_KERNEL);
	hlist_add_head_rcu(&n->link, &bucket);
}
RACE_THREAD(softirq, reader)
{
	struct node *p;

	hlist_for_each_entry_rcu(p, &bucket, link)
		sum += p->val;
}
RACE_THREAD(process, remover)
{
	hlist_del_rcu(&n->link);
	kfree_rcu(n, rcu);
}
RACE_EXPECT(holds)
