// SPDX-License-Identifier: MIT
/* A spinlock is fine there. */
#include <racelens.h>

static DEFINE_SPINLOCK(l);

RACE_THREAD(process, t)
{
	rcu_read_lock();
	spin_lock(&l);
	spin_unlock(&l);
	rcu_read_unlock();
}
RACE_EXPECT(holds)
