// SPDX-License-Identifier: MIT
/* Both find the same first entry. */
#include <racelens.h>

struct node { struct list_head list; int val; };
static LIST_HEAD(head);

static void pop(void)
{
	struct node *n;

	if (list_empty(&head))
		return;
	n = list_first_entry(&head, struct node, list);
	list_del_init(&n->list);
	kfree(n);
}
RACE_INIT()
{
	struct node *n = kzalloc(sizeof(*n), GFP_KERNEL);

	list_add(&n->list, &head);
}
RACE_THREAD(process, a) { pop(); }
RACE_THREAD(process, b) { pop(); }
RACE_EXPECT(use-after-free)
