// SPDX-License-Identifier: MIT
/* A reader that waits for a grace period waits for itself. */
#include <racelens.h>

static int x;

RACE_THREAD(process, t)
{
	rcu_read_lock();
	x = 1;
	synchronize_rcu();
	rcu_read_unlock();
}
RACE_EXPECT(rcu-misuse)
