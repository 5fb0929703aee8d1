// SPDX-License-Identifier: MIT
/* Sleeping inside rcu_read_lock(). */
#include <racelens.h>

RACE_THREAD(process, t)
{
	rcu_read_lock();
	msleep(1);
	rcu_read_unlock();
}
RACE_EXPECT(sleep-in-atomic)
