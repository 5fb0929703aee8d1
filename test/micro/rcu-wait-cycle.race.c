// SPDX-License-Identifier: MIT
/* The reader waits for a store that the updater makes only after its grace period. */
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
	synchronize_rcu();
	WRITE_ONCE(done, 1);
}
RACE_EXPECT(deadlock)
