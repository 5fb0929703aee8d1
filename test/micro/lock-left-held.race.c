// SPDX-License-Identifier: MIT
/* The error path returns with the mutex held. */
#include <racelens.h>

static DEFINE_MUTEX(m);
static int broken = 1;

RACE_THREAD(process, t)
{
	mutex_lock(&m);
	if (broken)
		return;
	mutex_unlock(&m);
}
RACE_EXPECT(lock-misuse)
