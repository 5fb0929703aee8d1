// SPDX-License-Identifier: MIT
/* A daemon need not finish, but who waits for its lock must. */
#include <racelens.h>

static DEFINE_MUTEX(m);

RACE_DAEMON(kthread, keeper)
{
	mutex_lock(&m);
	for (;;)
		schedule_timeout_interruptible(1);
}
RACE_THREAD(process, t)
{
	mutex_lock(&m);
	mutex_unlock(&m);
}
RACE_EXPECT(hang)
