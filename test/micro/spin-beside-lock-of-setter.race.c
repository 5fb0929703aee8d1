// SPDX-License-Identifier: MIT
/* The spinner waits without the lock. */
#include <racelens.h>

static DEFINE_SPINLOCK(l);
static int flag;

RACE_THREAD(process, spinner)
{
	while (!READ_ONCE(flag))
		cpu_relax();
	spin_lock(&l);
	spin_unlock(&l);
}
RACE_THREAD(process, setter)
{
	spin_lock(&l);
	WRITE_ONCE(flag, 1);
	spin_unlock(&l);
}
RACE_EXPECT(holds)
