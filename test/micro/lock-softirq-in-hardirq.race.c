// SPDX-License-Identifier: MIT
/* A softirq does not interrupt a hardirq: the hardirq runs to its end first. */
#include <racelens.h>

static DEFINE_SPINLOCK(l);

RACE_THREAD(hardirq, handler, 0)
{
	spin_lock(&l);
	spin_unlock(&l);
}
RACE_THREAD(softirq, bottom, 0)
{
	spin_lock_irq(&l);
	spin_unlock_irq(&l);
}
RACE_EXPECT(holds)
