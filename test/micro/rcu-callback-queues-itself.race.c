// SPDX-License-Identifier: MIT
/* A callback that queues its head again goes on to its end. */
#include <racelens.h>

static struct rcu_head head;
static int rounds, lines;

static void again(struct rcu_head *h)
{
	if (rounds++ < 1)
		call_rcu(h, again);
	lines++;
}
RACE_THREAD(process, t) { call_rcu(&head, again); }
RACE_FINALLY(lines == 2)
RACE_EXPECT(holds)
