// SPDX-License-Identifier: MIT
/* mutex_lock() may sleep, even if nobody holds the mutex. */
#include <racelens.h>

static DEFINE_MUTEX(m);

RACE_THREAD(softirq, t)
{
	mutex_lock(&m);
	mutex_unlock(&m);
}
RACE_EXPECT(sleep-in-atomic)
