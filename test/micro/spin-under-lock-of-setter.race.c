// SPDX-License-Identifier: MIT
/* The setter needs the lock under which the spinner waits. */
#include <racelens.h>

static DEFINE_SPINLOCK(l);
static int flag;

RACE_THREAD(process, spinner)
{
	spin_lock(&l);
	while (!READ_ONCE(flag))
		cpu_relax();
	spin_unlock(&l);
}
RACE_THREAD(process, setter)
{
	spin_lock(&l);
	WRITE_ONCE(flag, 1);
	spin_unlock(&l);
}
RACE_EXPECT(deadlock)
