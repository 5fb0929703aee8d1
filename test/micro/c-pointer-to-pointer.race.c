// SPDX-License-Identifier: MIT
/* A list without a sentinel, through the address of the link. */
#include <racelens.h>

struct node { int val; struct node *next; };
static struct node a = { 1 }, b = { 2, &a }, c = { 3, &b };
static struct node *head = &c;
static int sum;

static void unlink_node(int val)
{
	struct node **p;

	for (p = &head; *p; p = &(*p)->next)
		if ((*p)->val == val) {
			*p = (*p)->next;
			return;
		}
}
RACE_THREAD(process, t)
{
	struct node *n;

	unlink_node(2);
	for (n = head; n; n = n->next)
		sum = sum * 10 + n->val;
}
RACE_FINALLY(sum == 31)
RACE_EXPECT(holds)
