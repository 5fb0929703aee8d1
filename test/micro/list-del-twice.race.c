// SPDX-License-Identifier: MIT
/* list_del() leaves poison behind: the second one follows it. */
#include <racelens.h>

struct node { struct list_head list; };
static LIST_HEAD(head);
static struct node n;

RACE_INIT() { list_add(&n.list, &head); }
RACE_THREAD(process, a)
{
	list_del(&n.list);
	list_del(&n.list);
}
RACE_EXPECT(null-dereference)
