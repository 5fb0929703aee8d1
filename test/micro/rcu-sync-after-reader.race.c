// SPDX-License-Identifier: MIT
/* Outside the section the wait is legal. */
#include <racelens.h>

static int x;

RACE_THREAD(process, t)
{
	rcu_read_lock();
	x = 1;
	rcu_read_unlock();
	synchronize_rcu();
}
RACE_EXPECT(holds)
