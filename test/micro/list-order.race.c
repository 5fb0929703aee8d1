// SPDX-License-Identifier: MIT
/* list_add() puts in front, list_add_tail() behind, list_move_tail() to the end. */
#include <racelens.h>

struct node { struct list_head list; int val; };
static LIST_HEAD(head);
static struct node a = { .val = 1 }, b = { .val = 2 }, c = { .val = 3 };
static int order;

RACE_THREAD(process, t)
{
	struct node *n;

	list_add(&a.list, &head);
	list_add(&b.list, &head);
	list_add_tail(&c.list, &head);
	list_move_tail(&b.list, &head);
	list_for_each_entry(n, &head, list)
		order = order * 10 + n->val;
}
RACE_FINALLY(order == 132 && list_is_last(&b.list, &head))
RACE_EXPECT(holds)
