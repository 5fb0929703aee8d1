// SPDX-License-Identifier: MIT
/* A softirq holds the lock when the interrupt of the same CPU comes. */
#include <racelens.h>

static DEFINE_SPINLOCK(l);

RACE_THREAD(softirq, bottom, 0)
{
	spin_lock(&l);
	spin_unlock(&l);
}
RACE_THREAD(hardirq, handler, 0)
{
	spin_lock(&l);
	spin_unlock(&l);
}
RACE_EXPECT(deadlock)
