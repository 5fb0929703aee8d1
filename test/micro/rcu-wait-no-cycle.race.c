// SPDX-License-Identifier: MIT
/* The store comes before the grace period. */
#include <racelens.h>

static int done;

RACE_THREAD(process, reader)
{
	rcu_read_lock();
	while (!READ_ONCE(done))
		cpu_relax();
	rcu_read_unlock();
}
RACE_THREAD(process, updater)
{
	WRITE_ONCE(done, 1);
	synchronize_rcu();
}
RACE_EXPECT(holds)
