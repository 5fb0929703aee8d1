// SPDX-License-Identifier: MIT
/* A mutex has an owner: nobody else may release it. */
#include <racelens.h>

static DEFINE_MUTEX(m);
static int taken;

RACE_THREAD(process, a)
{
	mutex_lock(&m);
	WRITE_ONCE(taken, 1);
}
RACE_THREAD(process, b)
{
	while (!READ_ONCE(taken))
		cpu_relax();
	mutex_unlock(&m);
}
RACE_EXPECT(lock-misuse)
