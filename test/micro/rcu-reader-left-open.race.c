// SPDX-License-Identifier: MIT
/* The early return leaves the section open. */
#include <racelens.h>

static int found = 1, x;

RACE_THREAD(process, t)
{
	rcu_read_lock();
	if (found)
		return;
	x = 1;
	rcu_read_unlock();
}
RACE_EXPECT(rcu-misuse)
