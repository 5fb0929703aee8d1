// SPDX-License-Identifier: MIT
/* A mutex may sleep: not inside rcu_read_lock(). */
#include <racelens.h>

static DEFINE_MUTEX(m);

RACE_THREAD(process, t)
{
	rcu_read_lock();
	mutex_lock(&m);
	mutex_unlock(&m);
	rcu_read_unlock();
}
RACE_EXPECT(sleep-in-atomic)
