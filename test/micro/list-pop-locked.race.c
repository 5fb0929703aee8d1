// SPDX-License-Identifier: MIT
/* Under the lock the entry is found once. */
#include <racelens.h>

struct node { struct list_head list; int val; };
static LIST_HEAD(head);
static DEFINE_SPINLOCK(l);

static void pop(void)
{
	struct node *n;

	spin_lock(&l);
	n = list_first_entry_or_null(&head, struct node, list);
	if (n)
		list_del_init(&n->list);
	spin_unlock(&l);
	kfree(n);
}
RACE_INIT()
{
	struct node *n = kzalloc(sizeof(*n), GFP_KERNEL);

	list_add(&n->list, &head);
}
RACE_THREAD(process, a) { pop(); }
RACE_THREAD(process, b) { pop(); }
RACE_FINALLY(list_empty(&head))
RACE_EXPECT(holds)
