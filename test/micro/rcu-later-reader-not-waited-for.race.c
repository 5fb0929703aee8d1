// SPDX-License-Identifier: MIT
/* A grace period waits for the readers that were there at its start, not for those that keep coming. */
#include <racelens.h>

static int tick, done;

RACE_DAEMON(process, reader)
{
	for (;;) {
		rcu_read_lock();
		WRITE_ONCE(tick, !READ_ONCE(tick));
		rcu_read_unlock();
	}
}
RACE_THREAD(process, updater)
{
	synchronize_rcu();
	WRITE_ONCE(done, 1);
}
RACE_EXPECT(holds)
