// SPDX-License-Identifier: MIT
/* The _safe form has read the next pointer before. */
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
	struct node *n, *next;

	list_for_each_entry_safe(n, next, &head, list) {
		list_del(&n->list);
		kfree(n);
	}
}
RACE_FINALLY(list_empty(&head))
RACE_EXPECT(holds)
