// SPDX-License-Identifier: MIT
/* msleep() in the waiting loop, under a spinlock. */
#include <racelens.h>

static DEFINE_SPINLOCK(l);
static int busy;

RACE_THREAD(process, t)
{
	spin_lock(&l);
	do {
		msleep(1);
	} while (READ_ONCE(busy));
	spin_unlock(&l);
}
RACE_EXPECT(sleep-in-atomic)
