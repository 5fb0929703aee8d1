// SPDX-License-Identifier: MIT
/* The entry is freed in the body; the walk takes its next pointer afterwards. */
#include <racelens.h>

struct node { struct list_head list; int val; };
static LIST_HEAD(head);

RACE_INIT()
{
	struct node *n = kzalloc(sizeof(*n), GFP_KERNEL);

	list_add(&n->list, &head);
}
RACE_THREAD(process, t)
{
	struct node *n;

	list_for_each_entry(n, &head, list) {
		list_del(&n->list);
		kfree(n);
	}
}
RACE_EXPECT(use-after-free)
