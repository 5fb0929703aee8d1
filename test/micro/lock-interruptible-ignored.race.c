// SPDX-License-Identifier: MIT
/* A signal ends mutex_lock_interruptible() without the mutex; the unlock is wrong then. */
#include <racelens.h>

static DEFINE_MUTEX(m);

RACE_SIGNAL(t)
RACE_THREAD(process, t)
{
	mutex_lock_interruptible(&m);
	mutex_unlock(&m);
}
RACE_THREAD(process, other)
{
	mutex_lock(&m);
	mutex_unlock(&m);
}
RACE_EXPECT(lock-misuse)
