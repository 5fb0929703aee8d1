// SPDX-License-Identifier: MIT
/* The inner lock leaves interrupts alone: they stay off until the outer lock is released. */
#include <racelens.h>

static DEFINE_SPINLOCK(l1);
static DEFINE_SPINLOCK(l2);

RACE_THREAD(process, task, 0)
{
	unsigned long flags;

	spin_lock_irqsave(&l1, flags);
	spin_lock(&l2);
	spin_unlock(&l2);
	spin_unlock_irqrestore(&l1, flags);
}
RACE_THREAD(hardirq, handler, 0)
{
	spin_lock(&l1);
	spin_unlock(&l1);
}
RACE_EXPECT(holds)
