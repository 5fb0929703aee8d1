// SPDX-License-Identifier: MIT
/* list_del_init() leaves an empty list: again is fine. */
#include <racelens.h>

struct node { struct list_head list; };
static LIST_HEAD(head);
static struct node n;

RACE_INIT() { list_add(&n.list, &head); }
RACE_THREAD(process, a)
{
	list_del_init(&n.list);
	list_del_init(&n.list);
}
RACE_FINALLY(list_empty(&head) && list_empty(&n.list))
RACE_EXPECT(holds)
