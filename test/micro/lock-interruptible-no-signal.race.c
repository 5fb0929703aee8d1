// SPDX-License-Identifier: MIT
/* Without RACE_SIGNAL no signal comes. */
#include <racelens.h>

static DEFINE_MUTEX(m);

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
RACE_EXPECT(holds)
